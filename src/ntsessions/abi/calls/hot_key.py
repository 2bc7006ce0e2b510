"""Hot keys: a thread is told of a combination of keys, whoever on its desktop has the focus (nt-semantics 7.6)."""

from ntsessions.abi.call import Call, Partial, syscall
from ntsessions.abi.calls.window import Dword, WindowHandle
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

MOD_ALT, MOD_CONTROL, MOD_SHIFT, MOD_WIN, MOD_NOREPEAT = 0x1, 0x2, 0x4, 0x8, 0x4000
LAST_KEY = 0xFF
"""Virtual key codes end here."""

_HOT_KEY = {S.INVALID_WINDOW_HANDLE, S.WINDOW_OF_OTHER_THREAD} | ATTACH_ERRORS


@syscall(
    0x0162,
    fails_with={S.HOTKEY_ALREADY_REGISTERED, S.INVALID_PARAMETER} | _HOT_KEY,
    fidelity=Partial("sessions have no keyboard yet: who registers a hot key keeps others from it, and is never told"),
)
class RegisterHotKey(Call[None]):
    """Have a combination of keys on the calling thread's desktop, for a window of the thread (0: for the thread).

    `modifiers`: MOD_ALT 1, MOD_CONTROL 2, MOD_SHIFT 4, MOD_WIN 8; MOD_NOREPEAT 0x4000 tells no combinations apart.
    `key`: a virtual key code.  HOTKEY_ALREADY_REGISTERED: somebody has it, be it the caller.  It goes with the window
    and the thread, and when that leaves the desktop.
    """

    window: WindowHandle
    identifier: Dword
    modifiers: int
    key: int


@syscall(0x0163, fails_with={S.HOTKEY_NOT_REGISTERED} | _HOT_KEY)
class UnregisterHotKey(Call[None]):
    """Give back all hot keys that the thread registered with this window (0: none) and identifier."""

    window: WindowHandle
    identifier: Dword
