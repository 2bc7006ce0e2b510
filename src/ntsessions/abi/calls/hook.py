"""Hooks: a program is told what happens to others on its desktop (nt-semantics 7.5)."""

from ntsessions.abi.call import Call, Partial, syscall
from ntsessions.abi.calls.window import WindowHandle
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

WH_MSGFILTER, WH_JOURNALRECORD, WH_JOURNALPLAYBACK, WH_KEYBOARD, WH_GETMESSAGE = -1, 0, 1, 2, 3
WH_CALLWNDPROC, WH_CBT, WH_SYSMSGFILTER, WH_MOUSE, WH_HARDWARE, WH_DEBUG = 4, 5, 6, 7, 8, 9
WH_SHELL, WH_FOREGROUNDIDLE, WH_CALLWNDPROCRET, WH_KEYBOARD_LL, WH_MOUSE_LL = 10, 11, 12, 13, 14


@syscall(
    0x0160,
    fails_with={S.INVALID_PARAMETER, S.HOOK_NEEDS_HMOD, S.GLOBAL_ONLY_HOOK, S.ACCESS_DENIED, S.NO_MORE_USER_HANDLES}
    | ATTACH_ERRORS,
    fidelity=Partial(
        "nothing is loaded into other programs: the hook's own thread is told, with messages of the kind HOOKED, and "
        "cannot change or stop what it sees.  WH_GETMESSAGE, WH_CALLWNDPROC, WH_CBT (create, destroy, activate) and "
        "WH_SHELL (created, destroyed, activated) tell; the others are kept, charged and checked, and never tell yet; "
        "the journals need no UIAccess; there are no events of accessibility (SetWinEventHook)"
    ),
)
class SetWindowsHook(Call[int]):
    """Set a hook; answers its handle.  Needs DESKTOP_HOOKCONTROL, for the journals DESKTOP_JOURNALRECORD or -PLAYBACK.

    `thread_id` 0: all threads of the caller's desktop.  `has_module`: the procedure could be loaded elsewhere, which a
    hook on threads of others needs.  Programs of other accounts are seen only where they opened the desktop with
    ALLOW_OTHER_ACCOUNT_HOOK; those of higher integrity never, and those outside of a job with
    JOB_OBJECT_UILIMIT_HANDLES never by those inside.
    """

    hook_type: int
    thread_id: int = 0
    has_module: bool = True


@syscall(0x0161, fails_with={S.INVALID_HOOK_HANDLE, S.ACCESS_DENIED} | ATTACH_ERRORS)
class UnhookWindowsHook(Call[None]):
    """Remove a hook of the calling process."""

    hook: WindowHandle
