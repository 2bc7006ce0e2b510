"""The window station object: a container of desktops with a clipboard (nt-semantics 6.1)."""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import WINDOW_STATION
from ntsessions.executive.objects.directory import Container
from ntsessions.executive.windowing.clipboard import Clipboard
from ntsessions.executive.windowing.standard import DEFAULT, WINLOGON

if TYPE_CHECKING:
    from ntsessions.abi.luids import Luid
    from ntsessions.abi.sids import Sid
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.session import Session
    from ntsessions.executive.windowing.desktop import Desktop

EMPTY_COST = 768
"""Bytes charged for a window station besides what every object costs: its tables, and its clipboard."""


class WindowStation(Container):
    """A window station of one session."""

    __slots__ = ("clipboard", "input_desktop", "is_interactive", "is_locked", "session", "switched_from", "user_luid",
                 "user_name", "user_sid")  # fmt: skip

    type = WINDOW_STATION
    ignores_case = True

    def __init__(self, session: "Session", *, is_interactive: bool) -> None:
        super().__init__()
        self.session = session
        self.is_interactive = is_interactive
        self.is_locked = False
        self.input_desktop: Desktop | None = None
        """The one that has keyboard, mouse and screen of the session; only ever of the interactive window station."""
        self.switched_from: Desktop | None = None
        """What had the input before it was locked."""
        self.user_luid: Luid | None = None
        self.user_sid: Sid | None = None
        self.user_name = ""
        self.clipboard = Clipboard()

    @property
    def is_held(self) -> bool:
        """Tell whether it must stay although no handle leads to it: desktops are left in it (6.9)."""
        return bool(self.children)

    def own_cost(self) -> int:
        """Bytes that an empty window station takes."""
        return EMPTY_COST

    def desktops(self) -> "list[Desktop]":
        """Return its desktops in the order in which they were made."""
        return list(self.children.values())  # type: ignore[arg-type]  # nothing else is ever linked here

    def desktop_is_gone(self, gone: "Desktop") -> None:
        """Let Default have the input that a desktop had when it went; Winlogon where no program may have it."""
        if self.switched_from is gone:
            self.switched_from = None
        if self.input_desktop is gone:
            following = self.find(WINLOGON if self.is_locked or self.user_luid is None else DEFAULT)
            self.input_desktop = following if following is not gone else None  # type: ignore[assignment]  # a desktop

    def state(self) -> dict[str, str]:
        """Facts for people."""
        kind = "interactive" if self.is_interactive else "not interactive"
        return {"kind": kind, "desktops": str(len(self.children)), "user": self.user_name}

    def on_last_handle(self, executive: "Executive") -> None:
        """Throw the clipboard away when the window station is gone."""
        if self.parent is None:
            self.clipboard.discard(executive)
