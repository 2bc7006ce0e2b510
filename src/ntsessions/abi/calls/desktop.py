"""Desktops: securable containers of windows, menus and hooks, each with a heap of its own (nt-semantics 6, 8).

A desktop is named inside its window station, without regard to case.  A `root` of 0 is the window station of the
calling process.
"""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.calls.window_station import ATTACH_ERRORS, BY_ANY_HANDLE, BY_USER_HANDLE, Start
from ntsessions.abi.limits import LARGEST_HEAP_KB
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle

ALLOW_OTHER_ACCOUNT_HOOK = 1
"""DF_ALLOWOTHERACCOUNTHOOK, the one flag there is: programs of other accounts may hook the threads that are on the
desktop by this handle."""


_NO_PATH = {S.OBJECT_NAME_INVALID, S.OBJECT_PATH_NOT_FOUND}
"""What a name that is no path cannot be."""
_OPEN = {S.ACCESS_DENIED, S.PRIVILEGE_NOT_HELD, S.INVALID_PARAMETER, S.TOO_MANY_OPENED_FILES,
         S.BAD_IMPERSONATION_LEVEL} | ATTACH_ERRORS  # fmt: skip
"""What opening a desktop that was found may fail with."""


@syscall(0x0110, fails_with=(CREATE_ERRORS - _NO_PATH - {S.OBJECT_NAME_COLLISION, S.OBJECT_NAME_NOT_FOUND}) | _OPEN)
class CreateDesktop(Call[OpenedHandle]):
    """Create a desktop, or open the one of this name.

    Needs WINSTA_CREATEDESKTOP, and `desired_access` must ask for DESKTOP_CREATEWINDOW.  `heap_kb` 0: the second value
    of SharedSection on an interactive window station, the third on another.  NO_MEMORY: the heap does not fit into
    the session's view space, also not in the smaller size that is tried then.

    `security` None: what the window station leaves to its desktops, else the default of the caller's token.
    With a job's JOB_OBJECT_UILIMIT_DESKTOP: ACCESS_DENIED.
    """

    name: str
    root: Handle = 0
    flags: int = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1FF
    heap_kb: Annotated[int, Meta(ge=0, le=LARGEST_HEAP_KB)] = 0
    security: bytes | None = None


@syscall(0x0111, fails_with=(OPEN_ERRORS - _NO_PATH) | _OPEN)
class OpenDesktop(Call[int]):
    """Open a desktop by name; DESKTOP_READOBJECTS and DESKTOP_WRITEOBJECTS are asked for besides."""

    name: str
    root: Handle = 0
    flags: int = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1FF


@syscall(0x0112, fails_with=BY_ANY_HANDLE | {S.BUSY, S.HANDLE_NOT_CLOSABLE})
class CloseDesktop(Call[None]):
    """Close a handle of a desktop; one that a thread of the process is on, or that it started on: BUSY."""

    handle: Handle


@syscall(0x0113, fails_with=_OPEN - {S.PRIVILEGE_NOT_HELD})
class GetThreadDesktop(Call[int]):
    """Return the handle of a thread's desktop; not to be closed.  0: the calling thread.

    For a thread of another process: a handle that the caller has of that desktop already, else a new one.
    INVALID_PARAMETER: the session has no such thread, or it is on no desktop.
    """

    thread_id: int = 0


@syscall(0x0114, fails_with=BY_USER_HANDLE | ATTACH_ERRORS | {S.BUSY})
class SetThreadDesktop(Call[None]):
    """Put the calling thread on another desktop of its session; BUSY while it has windows or hooks on its own."""

    handle: Handle


@syscall(0x0115, fails_with=_OPEN | {S.INVALID_FUNCTION})
class OpenInputDesktop(Call[int]):
    """Open the desktop that has the input of the caller's session; INVALID_FUNCTION from a service window station."""

    flags: int = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1FF


@syscall(
    0x0116,
    fails_with=BY_USER_HANDLE,
    fidelity=Partial(
        "SeTcbPrivilege, which winlogon holds, stands for being winlogon, and reaches other sessions too; while nobody "
        "is logged on only it switches; a disconnected session is switched at once"
    ),
)
class SwitchDesktop(Call[None]):
    """Give a desktop the input of its session.  Needs DESKTOP_SWITCHDESKTOP.

    Refused with ACCESS_DENIED: on a window station that is not interactive, in another session, while it is locked,
    to a thread that is itself on a secure desktop without being the system's, and with a job's
    JOB_OBJECT_UILIMIT_DESKTOP.
    """

    handle: Handle


class DesktopInformation(Reply, frozen=True):
    """Facts of one desktop."""

    session_id: int
    window_station: str
    name: str
    heap_kb: int
    used_percent: float
    used: int
    """Bytes."""
    is_input: bool
    windows: int
    threads: int
    """Attached threads."""
    processes: tuple[int, ...]
    """Ids of the processes that started on it and live; not more than 8,192."""
    is_permanent: bool
    """It lives without handles (MakePermanent)."""


@syscall(0x0117, fails_with=BY_USER_HANDLE | ATTACH_ERRORS)
class QueryDesktops(Call[tuple[str, ...]]):
    """List the names of a window station's desktops that grant DESKTOP_ENUMERATE.  Needs WINSTA_ENUMDESKTOPS.

    0: the window station of the calling process.  `start`: how many were told already; an answer holds as many as fit,
    and the last one none.
    """

    handle: Handle = 0
    start: Start = 0


@syscall(
    0x0118,
    fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED},
    fidelity=Partial("ours: what NT shows with dheapmon and a debugger"),
)
class QuerySessionDesktops(Call[tuple[DesktopInformation, ...]]):
    """List every desktop of a session with its heap.

    Another session than the caller's needs WINSTATION_QUERY on it.  Window stations that do not grant WINSTA_ENUMERATE
    are left out.  `start` as in QueryDesktops.
    """

    session_id: int = -1
    start: Start = 0
