r"""The events of `\KernelObjects` that tell of the machine's memory (nt-semantics 1.1).

# Differs from NT: `LowMemoryCondition` is signaled when programs had to wait for memory, as Linux tells, and not below
an amount of free pages; `HighMemoryCondition` is signaled whenever the other is not.  The rest never change: Linux has
no paged and nonpaged pool that could run low and no limit of the commitment, bad memory is not told of here, and there
is no port for system errors.  `CritSecOutOfMemoryEvent`, a keyed event, is not there.

Anyone may wait; nobody but the system and administrators can signal.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi import sids
from ntsessions.abi.access import EVENT_ALL_ACCESS, EVENT_QUERY_STATE, READ_CONTROL, SYNCHRONIZE
from ntsessions.abi.security import allow, descriptor
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive.dispatcher.event import Event
from ntsessions.executive.objects.tree import place

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.objects.directory import Directory

SHORTAGE_LASTS: Final = 6 * TICKS_PER_SECOND
"""After the last report: three of the windows in which the host looks."""

CONDITION_SECURITY: Final = descriptor(
    (
        allow(sids.LOCAL_SYSTEM, EVENT_ALL_ACCESS),
        allow(sids.ADMINISTRATORS, EVENT_ALL_ACCESS),
        allow(sids.EVERYONE, READ_CONTROL | SYNCHRONIZE | EVENT_QUERY_STATE),
    ),
    owner=sids.ADMINISTRATORS,
    group=sids.LOCAL_SYSTEM,
)

UNCHANGING: Final = {
    "LowPagedPoolCondition": False,
    "HighPagedPoolCondition": True,
    "LowNonPagedPoolCondition": False,
    "HighNonPagedPoolCondition": True,
    "MaximumCommitCondition": False,
    "MemoryErrors": False,
    "SystemErrorPortReady": False,
}
"""Whether the events are signaled that nothing changes."""


class MemoryConditions:
    """The two events that follow the machine's memory, and the time at which a shortage is over."""

    __slots__ = ("high", "low")

    def __init__(self, directory: "Directory") -> None:
        self.low = _add(directory, "LowMemoryCondition", is_set=False)
        self.high = _add(directory, "HighMemoryCondition", is_set=True)
        for name, is_set in UNCHANGING.items():
            _add(directory, name, is_set=is_set)

    def ran_short(self, executive: "Executive") -> None:
        """Programs had to wait for memory."""
        executive.steady.set(self, executive.now + SHORTAGE_LASTS)
        self._turn(executive, self.low, self.high)

    def expired(self, executive: "Executive") -> None:
        """Nobody has had to wait for a while."""
        self._turn(executive, self.high, self.low)

    @staticmethod
    def _turn(executive: "Executive", on: Event, off: Event) -> None:
        off.is_set, on.is_set = False, True
        executive.waits.signaled(on)


def _add(directory: "Directory", name: str, *, is_set: bool) -> Event:
    return place(directory, name, Event(resets_itself=False, is_set=is_set), CONDITION_SECURITY)
