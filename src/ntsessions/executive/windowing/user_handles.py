"""The table of USER handles of one session (nt-semantics 7.1).

Invariants: a handle names one object for as long as that lives; an index is used again only after every other free one
was, and with another uniqueness; every entry counts against its process, and goes with it.
"""

from collections import deque
from typing import TYPE_CHECKING, ClassVar, TypeVar

from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import USER_HANDLES_PER_PROCESS
from ntsessions.abi.status import NtStatus
from ntsessions.abi.user_handles import ENTRY, FIRST_INDEX, INDEX_LIMIT, INDEX_MASK, UserObjectType

if TYPE_CHECKING:
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.windowing.desktop import Desktop

U = TypeVar("U", bound="UserObject")


class UserObject:
    """A window, a menu or a hook."""

    __slots__ = ("desktop", "handle", "offset", "process")

    user_type: ClassVar[UserObjectType]

    def __init__(self, process: "Process", desktop: "Desktop") -> None:
        self.process = process
        """Whose quota it counts against."""
        self.desktop = desktop
        self.handle = 0
        self.offset = 0
        """Of its block in the desktop's heap."""


class UserHandles:
    """The handles of one session, and how they are shown to programs."""

    __slots__ = ("_entries", "_free", "_uniqueness", "count", "limit", "peak", "region")

    def __init__(self, shared_heap_bytes: int) -> None:
        """Make a table as large as the shared heap has room for (8.6: it is full with 65,536 entries, or before)."""
        self.limit = min(INDEX_LIMIT, shared_heap_bytes // ENTRY.size)
        self._entries: list[UserObject | None] = [None] * FIRST_INDEX
        self._uniqueness: list[int] = [0] * FIRST_INDEX
        self._free: deque[int] = deque()
        self.count = 0
        self.peak = 0
        self.region: memoryview | None = None
        """What programs map; None until one does."""

    def add(self, item: UserObject) -> int:
        """Give *item* its handle.  Raises NO_MORE_USER_HANDLES, for the process or for the session."""
        gui = item.process.gui
        assert gui is not None, "a process is connected before it makes USER objects"
        if gui.user_objects >= USER_HANDLES_PER_PROCESS:
            raise nt_error(
                NtStatus.NO_MORE_USER_HANDLES, f"process {item.process.process_id} has {USER_HANDLES_PER_PROCESS}"
            )
        index = len(self._entries)
        if index < self.limit:
            self._entries.append(item)
            self._uniqueness.append(1)
        elif self._free:
            index = self._free.popleft()
            self._entries[index] = item
        else:
            raise nt_error(NtStatus.NO_MORE_USER_HANDLES, f"the session has {self.count}, all that its table can hold")
        item.handle = handle = self._uniqueness[index] << 16 | index
        self.count = count = self.count + 1
        if count > self.peak:  # noqa: PLR1730 - made for every window, and max() takes three times as long
            self.peak = count
        gui.user_objects = count = gui.user_objects + 1
        if count > gui.user_objects_peak:  # noqa: PLR1730 - as above
            gui.user_objects_peak = count
        if self.region is not None:
            self._show(index)
        return handle

    def remove(self, item: UserObject) -> None:
        """Take the handle of *item* back."""
        index = item.handle & INDEX_MASK
        assert self._entries[index] is item, "a handle is taken back once"
        self._entries[index] = None
        self._uniqueness[index] = self._uniqueness[index] % 0xFFFF + 1
        self._free.append(index)
        self.count -= 1
        gui = item.process.gui
        assert gui is not None
        gui.user_objects -= 1
        if self.region is not None:
            self._show(index)

    def find(self, handle: int, kind: type[U]) -> U | None:
        """Return what a handle names, None when it names nothing of this kind; only its low 32 bits count."""
        handle &= 0xFFFFFFFF
        index = handle & INDEX_MASK
        if index < len(self._entries):
            item = self._entries[index]
            # A handle without its upper word comes from 16-bit programs, and NT takes it.
            if item is not None and handle in (item.handle, index) and isinstance(item, kind):
                return item
        return None

    def moved(self, item: UserObject) -> None:
        """What the entry of *item* says has changed."""
        if self.region is not None:
            self._show(item.handle & INDEX_MASK)

    def attach(self, region: memoryview) -> None:
        """From now on show the table in *region*."""
        self.region = region
        for index in range(FIRST_INDEX, len(self._entries)):
            self._show(index)

    def _show(self, index: int) -> None:
        item = self._entries[index]
        assert self.region is not None
        if item is None:
            ENTRY.pack_into(self.region, index * ENTRY.size, self._uniqueness[index], 0, 0, 0, 0, 0)
        else:
            ENTRY.pack_into(
                self.region, index * ENTRY.size, self._uniqueness[index], item.user_type, 0, item.desktop.number,
                item.offset, item.process.process_id,
            )  # fmt: skip
