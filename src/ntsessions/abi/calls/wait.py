"""Waiting: for one object, for any or all of several, and for procedure calls."""

from ntsessions.abi.call import Call, Partial, syscall
from ntsessions.abi.limits import INFINITE
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import Handle, Timeout, WaitResult

_FIDELITY = Partial("waiters are served strictly in the order in which they came; NT does not promise it")


@syscall(
    0x0060,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.MUTANT_LIMIT_EXCEEDED},
    fidelity=_FIDELITY,
)
class WaitForObject(Call[WaitResult]):
    """Wait until an object is signaled.  Needs SYNCHRONIZE.  Pseudo handles are accepted."""

    handle: Handle
    timeout: Timeout = INFINITE
    alertable: bool = False


@syscall(
    0x0061,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER,
                S.INVALID_PARAMETER_MIX, S.MUTANT_LIMIT_EXCEEDED},
    fidelity=_FIDELITY,
)  # fmt: skip
class WaitForObjects(Call[WaitResult]):
    """Wait for any of 1 to 64 objects (the lowest index wins, only it is consumed) or for all of them at one instant.

    The same handle twice in a wait for all: INVALID_PARAMETER_MIX.  Pseudo handles: INVALID_HANDLE.
    """

    handles: tuple[Handle, ...]
    wait_all: bool = False
    timeout: Timeout = INFINITE
    alertable: bool = False


@syscall(
    0x0062,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.MUTANT_NOT_OWNED,
                S.SEMAPHORE_LIMIT_EXCEEDED, S.MUTANT_LIMIT_EXCEEDED},
    fidelity=Partial("signal and start of the wait are one step; on NT others may see the one before the other"),
)  # fmt: skip
class SignalAndWait(Call[WaitResult]):
    """Set an event, release a mutex or release a semaphore by one, and wait for another object in the same step."""

    signal: Handle
    wait: Handle
    timeout: Timeout = INFINITE
    alertable: bool = False


@syscall(0x0063)
class DelayExecution(Call[WaitResult]):
    """Wait for the time to pass, or for a procedure call when `alertable`."""

    timeout: Timeout
    alertable: bool = False


@syscall(0x0064, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.UNSUCCESSFUL})
class QueueApc(Call[None]):
    """Queue a procedure call to a thread; its next alertable wait delivers it.  Needs THREAD_SET_CONTEXT.

    `routine` is a number that means something to the target's client.  A thread that has ended: UNSUCCESSFUL.
    """

    thread: Handle
    routine: int
    argument: int = 0


@syscall(0x0065, fidelity=Partial("ours: NT cancels waits by alerting the thread"))
class CancelCall(Call[bool]):
    """Take back a pending call of this connection by its request number.  It ends with CANCELLED.

    Answers False when that call had ended already, or never was.
    """

    request: int
