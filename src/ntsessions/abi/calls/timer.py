"""Waitable timers."""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle

_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}


@syscall(0x0050, fails_with=CREATE_ERRORS | {S.INVALID_PARAMETER_4})
class CreateTimer(Call[OpenedHandle]):
    """Create a timer, or open the one of this name (with OPENIF).

    `timer_type`: 0 notification (stays signaled), 1 synchronization (one wait resets it).
    """

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003
    timer_type: int = 0
    security: bytes | None = None


@syscall(0x0051, fails_with=OPEN_ERRORS)
class OpenTimer(Call[int]):
    """Open a timer by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003


@syscall(0x0052, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER})
class SetTimer(Call[bool]):
    """Arm a timer.  Answers whether it was signaled before.  Needs TIMER_MODIFY_STATE.

    `due_time` in 100 ns: negative from now, positive absolute UTC since 1601, 0 at once.  `period` in ms, 0 for once,
    negative INVALID_PARAMETER.  Arming cancels what was pending, removes its queued call and unsignals.  `apc_routine`
    (a number of the client's own, 0 for none) is delivered to this thread's next alertable wait after expiry.
    """

    handle: Handle
    due_time: int
    period: int = 0
    apc_routine: int = 0
    apc_argument: int = 0


@syscall(0x0053, fails_with=_BY_HANDLE)
class CancelTimer(Call[bool]):
    """Disarm a timer and remove its queued call; a signaled one stays signaled.  Answers whether it was signaled."""

    handle: Handle


class TimerInformation(Reply, frozen=True):
    """TIMER_BASIC_INFORMATION; `remaining_time` in 100 ns, negative when it expired."""

    remaining_time: int
    signaled: bool


@syscall(0x0054, fails_with=_BY_HANDLE)
class QueryTimer(Call[TimerInformation]):
    """Read a timer's state.  Needs TIMER_QUERY_STATE."""

    handle: Handle
