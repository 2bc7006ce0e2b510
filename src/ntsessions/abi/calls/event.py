"""Events: set by one, seen by one (synchronization) or by all (notification)."""

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle

_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}


@syscall(0x0020, fails_with=CREATE_ERRORS)
class CreateEvent(Call[OpenedHandle]):
    """Create an event, or open the event that already has this name (with OPENIF).

    `event_type`: 0 notification (manual reset), 1 synchronization (auto reset); ignored, as is `initial_state`, when
    the event existed.
    """

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003
    event_type: int = 0
    initial_state: bool = False
    security: bytes | None = None


@syscall(
    0x0021,
    fails_with=OPEN_ERRORS,
    fidelity=Partial(r"of the events of \KernelObjects, LowMemoryCondition and HighMemoryCondition follow Linux's "
                     "pressure stall information, and the others never change; CritSecOutOfMemoryEvent is not there"),
)  # fmt: skip
class OpenEvent(Call[int]):
    """Open an event by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003


@syscall(0x0022, fails_with=_BY_HANDLE)
class SetEvent(Call[bool]):
    """Signal an event.  Answers whether it was signaled already.  Needs EVENT_MODIFY_STATE."""

    handle: Handle


@syscall(0x0023, fails_with=_BY_HANDLE)
class ResetEvent(Call[bool]):
    """Unsignal an event.  Answers whether it was signaled.  Needs EVENT_MODIFY_STATE."""

    handle: Handle


@syscall(0x0024, fails_with=_BY_HANDLE)
class PulseEvent(Call[bool]):
    """Wake those who wait now (one, for a synchronization event) and leave it unsignaled.  Needs EVENT_MODIFY_STATE."""

    handle: Handle


class EventInformation(Reply, frozen=True):
    """EVENT_BASIC_INFORMATION."""

    event_type: int
    signaled: bool


@syscall(0x0025, fails_with=_BY_HANDLE)
class QueryEvent(Call[EventInformation]):
    """Read an event's type and state.  Needs EVENT_QUERY_STATE."""

    handle: Handle
