"""What windowing keeps of a session: its space, its USER handles, its atoms, and WinSta0 (nt-semantics 6.2, 8.9)."""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.event_log import EventLevel
from ntsessions.abi.errors import nt_error
from ntsessions.abi.shared_section import SAFE_INTERACTIVE_KB, SAFE_NONINTERACTIVE_KB, smallest_heap_kb
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import ReleaseMemory
from ntsessions.executive.windowing import standard
from ntsessions.executive.windowing.atoms import AtomTable
from ntsessions.executive.windowing.bill import Bill
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.session_space import SessionSpace
from ntsessions.executive.windowing.user_handles import UserHandles
from ntsessions.executive.windowing.window_class import make_system_classes
from ntsessions.executive.windowing.window_station import WindowStation

if TYPE_CHECKING:
    from ntsessions.abi.sids import Sid
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.session import Session
    from ntsessions.executive.security.token import Token

WIN32K = "Win32k"
DESKTOP_NOT_CREATED = 244
"""Event: a desktop could not be created because the session's view space is used up."""


class SessionWindowing:
    """The windowing state of one session."""

    __slots__ = ("desktops", "global_atoms", "handles", "next_number", "session", "shared_key", "space", "station",
                 "system_classes", "user_atoms")  # fmt: skip

    def __init__(self, executive: "Executive", session: "Session") -> None:
        """Make the session's space, and WinSta0 with the desktops that winlogon makes.

        Raises NO_MEMORY when SharedSection leaves no room for them: no session can be started so (8.2).
        """
        profile = executive.profile
        self.session = session
        self.space = SessionSpace(profile)
        self.handles = UserHandles(profile.shared_section.shared_kb * 1024)
        self.shared_key = executive.new_key()
        """Memory key of the shared heap."""
        self.global_atoms = AtomTable(Bill(session.pool, self.space.paged_pool))
        self.user_atoms = AtomTable(is_pinned=True)
        self.system_classes = make_system_classes(self.user_atoms)
        """Classes that every process has, by atom."""
        self.user_atoms.bill = Bill(session.pool, self.space.paged_pool)  # for what programs register
        self.desktops: dict[int, Desktop] = {}
        """Every desktop of the session, by number."""
        self.next_number = 0
        self.station = self._make_interactive_station(executive)

    def _make_interactive_station(self, executive: "Executive") -> WindowStation:
        station = WindowStation(self.session, is_interactive=True)
        station.descriptor = standard.interactive_station(None)
        station.is_permanent = True
        self.session.window_stations.link(standard.WINSTA0, station)
        profile = executive.profile
        sizes = {
            standard.WINLOGON: profile.winlogon_heap_kb,
            standard.DISCONNECT: profile.disconnect_heap_kb,
            standard.DEFAULT: profile.shared_section.interactive_kb,
        }
        for name, size in sizes.items():
            desktop = self.make_desktop(executive, station, name, size)
            desktop.descriptor = standard.interactive_desktop(name, None)
            desktop.is_permanent = True
            desktop.is_secure = name in standard.SECURE_DESKTOPS
            station.link(name, desktop)
        station.input_desktop = self._desktop_of(station, standard.WINLOGON)
        return station

    @staticmethod
    def _desktop_of(station: WindowStation, name: str) -> "Desktop | None":
        found = station.find(name)
        return found if isinstance(found, Desktop) else None

    def make_desktop(self, executive: "Executive", station: WindowStation, name: str, size_kb: int) -> Desktop:
        """Return a desktop without a name yet, its heap reserved; *size_kb* 0: what SharedSection says.

        Raises NO_MEMORY, and writes event 244, when the view space has no room left; also for a heap that could not
        even hold the desktop.
        """
        profile = executive.profile
        section = profile.shared_section
        wanted = size_kb or (section.interactive_kb if station.is_interactive else section.noninteractive_kb)
        smallest = smallest_heap_kb(profile.heap_rules)
        if wanted < smallest:  # before anything is reserved for it
            raise nt_error(
                NtStatus.NO_MEMORY, f"a heap of {wanted} KB cannot hold a desktop, which takes {smallest} KB by itself"
            )
        safe = SAFE_INTERACTIVE_KB if station.is_interactive else SAFE_NONINTERACTIVE_KB
        try:
            reserved = self.space.reserve_heap(wanted, safe)
        except MemoryError:
            where = rf"{station.name or 'a new window station'}\{name}"
            text = (
                f"The desktop {where} could not be created: the view space of session {self.session.session_id} has "
                f"no room for its heap of {wanted} KB"
            )
            executive.log_event(
                EventLevel.ERROR, WIN32K, DESKTOP_NOT_CREATED, self.session.session_id, text, subject=where
            )
            raise nt_error(NtStatus.NO_MEMORY, f"{text}; `nts heap` shows what takes it") from None
        self.next_number += 1
        desktop = Desktop(station, self.next_number, executive.new_key(), reserved, profile.heap_granularity)
        desktop.heap.allocate(profile.user_object_sizes.desktop_fixed)
        self.desktops[desktop.number] = desktop
        return desktop

    def ended(self, executive: "Executive") -> None:
        """The session is over: its shared heap is given back."""
        if self.handles.region is not None:
            executive.emit(ReleaseMemory(self.shared_key))
            self.handles.region = None

    def set_user(self, token: "Token | None") -> None:
        """Let somebody work on WinSta0, or nobody: its security names their logon, and the input follows (6.5, 6.8)."""
        station = self.station
        logon: Sid | None = None if token is None else token.logon_sid
        station.user_luid = None if token is None else token.authentication_id
        station.user_sid = None if token is None else token.user
        station.user_name = "" if token is None else token.user_name
        station.descriptor = standard.interactive_station(logon)
        default = self._desktop_of(station, standard.DEFAULT)
        if default is not None:
            default.descriptor = standard.interactive_desktop(standard.DEFAULT, logon)
        station.is_locked = False
        station.switched_from = None
        name = standard.WINLOGON if token is None else standard.DEFAULT
        station.input_desktop = self._desktop_of(station, name)
