r"""Window stations: securable containers of desktops, with one clipboard, in one session (nt-semantics 6).

Names stand in `\Sessions\N\Windows\WindowStations` (`\Windows\WindowStations` for session 0) and are compared without
regard to case.  A `root` of WINDOW_STATIONS is that directory of the caller's session.
"""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import WINDOW_STATIONS, AccessMask, Handle, OpenedHandle

WINSTA0 = "WinSta0"
CREATE_ONLY = 1
"""CWF_CREATE_ONLY."""
Start = Annotated[int, Meta(ge=0)]
"""How many entries of a list were told already: an answer holds as many as fit, and who asks on gets the others."""

BY_ANY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH}
"""Of a call that takes a handle whatever it was opened for."""
BY_USER_HANDLE = BY_ANY_HANDLE | {S.ACCESS_DENIED}
ATTACH_ERRORS = {S.DLL_INIT_FAILED, S.NO_MEMORY}
"""What any call fails with that first connects the calling process and thread to a desktop (6.4)."""


@syscall(0x0100, fails_with=CREATE_ERRORS)
class CreateWindowStation(Call[OpenedHandle]):
    """Create a window station, or open the one of this name.

    `name` None or empty: `Service-0x<high>-<low>$` of the caller's logon session.  Any other name needs membership in
    Administrators.  `flags` CREATE_ONLY 1: fail when it exists.  `security` None: the default of the caller's token.

    Where there is no screen the generic rights ask for less than on WinSta0: not for WINSTA_READSCREEN, and not for
    WINSTA_WRITEATTRIBUTES.
    """

    name: str | None = None
    root: Handle = WINDOW_STATIONS
    attributes: int = 0
    desired_access: AccessMask = 0x37F
    flags: int = 0
    security: bytes | None = None


@syscall(0x0101, fails_with=OPEN_ERRORS)
class OpenWindowStation(Call[int]):
    """Open a window station by name; an empty name is that of the caller's logon session."""

    name: str
    root: Handle = WINDOW_STATIONS
    attributes: int = 0
    desired_access: AccessMask = 0x37F


@syscall(0x0102, fails_with=BY_ANY_HANDLE | {S.BUSY, S.HANDLE_NOT_CLOSABLE})
class CloseWindowStation(Call[None]):
    """Close a handle of a window station; the process's own one is refused (BUSY)."""

    handle: Handle


@syscall(0x0103, fails_with=ATTACH_ERRORS)
class GetProcessWindowStation(Call[int]):
    """Return the handle of the process's window station; not to be closed.  Connects the process if it is not yet."""


@syscall(0x0104, fails_with=BY_USER_HANDLE)
class SetProcessWindowStation(Call[None]):
    """Give the process another window station of its session.  The thread's desktop stays.

    The rights of the handle decide from now on about clipboard, global atoms and new desktops.
    """

    handle: Handle


class WindowStationInformation(Reply, frozen=True):
    """Facts of one window station."""

    name: str
    session_id: int
    is_interactive: bool
    is_locked: bool
    user: str
    """Name of who it was given to, empty for nobody."""
    desktops: tuple[str, ...]
    """Their names, as many as fit; QuerySessionDesktops tells all."""
    input_desktop: str
    """The desktop that has the input, empty where none ever has."""


@syscall(0x0105, fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED})
class QueryWindowStations(Call[tuple[WindowStationInformation, ...]]):
    """List a session's window stations that grant the caller WINSTA_ENUMERATE.

    Another session than the caller's needs WINSTATION_QUERY on it: NT's EnumWindowStations never leaves its session.
    `start`: how many were told already; an answer holds as many as fit, and the last one none.
    """

    session_id: int = -1
    start: Start = 0


class UserObjectInformation(Reply, frozen=True):
    """GetUserObjectInformation, all of it."""

    name: str
    type: str
    """`WindowStation` or `Desktop`."""
    inherit: bool
    flags: int
    """WSF_VISIBLE 1: interactive; of a handle of a desktop: DF_ALLOWOTHERACCOUNTHOOK 1."""
    user_sid: str
    """Of who the window station was given to; empty for nobody."""
    heap_kb: int
    """Of a desktop; 0 for a window station."""
    is_input: bool


@syscall(
    0x0106,
    fails_with=BY_USER_HANDLE,
    fidelity=Partial("the size of the heap and who has the input are told before Vista too"),
)
class QueryUserObject(Call[UserObjectInformation]):
    """Read the facts of a window station (needs WINSTA_READATTRIBUTES) or a desktop (needs DESKTOP_READOBJECTS)."""

    handle: Handle


@syscall(
    0x0107,
    fails_with=BY_USER_HANDLE,
    fidelity=Partial(
        "WSF_VISIBLE cannot be changed: a window station is interactive from birth or never; programs have no "
        "exceptions in timer procedures to suppress (UOI_TIMERPROC_EXCEPTION_SUPPRESSION)"
    ),
)
class SetUserObjectFlags(Call[None]):
    """Set whether a handle is inherited, and the flags of a handle of a desktop.

    DF_ALLOWOTHERACCOUNTHOOK needs DESKTOP_WRITEOBJECTS, and holds at once for threads that are there by this handle.
    """

    handle: Handle
    inherit: bool = False
    flags: int | None = None


@syscall(0x0108, fails_with=BY_USER_HANDLE | {S.PRIVILEGE_NOT_HELD, S.INVALID_SID})
class SetWindowStationUser(Call[None]):
    """Give a window station to a logon session and its user; LUID 0 takes it back.  Needs SeTcbPrivilege (winlogon)."""

    handle: Handle
    logon_session: int
    user_sid: str


@syscall(
    0x0109,
    fails_with={S.ACCESS_DENIED, *ATTACH_ERRORS},
    fidelity=Partial(
        "nothing is drawn on the Winlogon desktop yet, and no password unlocks; the session is locked when the call "
        "returns, on NT soon after"
    ),
)
class LockWorkStation(Call[None]):
    """Lock the caller's session: its input goes to the Winlogon desktop, and no program can switch it away.

    The caller must be on the interactive window station; nothing happens when it is locked already or nobody is
    logged on.
    """


@syscall(0x010A, fails_with={S.PRIVILEGE_NOT_HELD, S.CTX_WINSTATION_NOT_FOUND})
class SetWindowStationLock(Call[None]):
    """Lock or unlock the interactive window station of a session.  Needs SeTcbPrivilege (winlogon)."""

    session_id: int
    locked: bool
