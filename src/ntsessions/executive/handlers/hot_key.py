"""Handlers of the hot key calls (nt-semantics 7.6)."""

from ntsessions.abi.calls.hot_key import (
    LAST_KEY,
    MOD_ALT,
    MOD_CONTROL,
    MOD_NOREPEAT,
    MOD_SHIFT,
    MOD_WIN,
    RegisterHotKey,
    UnregisterHotKey,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.gui import GuiThread
from ntsessions.executive.windowing.hot_key import HotKey, give, take_back
from ntsessions.executive.windowing.scope import on_desktop

_MODIFIERS = MOD_ALT | MOD_CONTROL | MOD_SHIFT | MOD_WIN
_32_BITS = 0xFFFFFFFF


@handles(RegisterHotKey)
def register_hot_key(executive: Executive, caller: Thread, call: RegisterHotKey) -> None:
    """Have a combination of keys."""
    gui = gui_thread(executive, caller)
    if call.modifiers & ~(_MODIFIERS | MOD_NOREPEAT) or not 0 <= call.key <= LAST_KEY:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"key {call.key:#x} with modifiers {call.modifiers:#x}")
    window = _window(caller, gui, call.window)
    combination = call.modifiers & _MODIFIERS, call.key
    owner = gui.desktop.hot_keys.get(combination)
    if owner is not None:
        raise nt_error(NtStatus.HOTKEY_ALREADY_REGISTERED, f"{owner.thread.label} has it on {gui.desktop.full_name}")
    give(gui.desktop, combination, HotKey(caller, window, call.identifier & _32_BITS))


@handles(UnregisterHotKey)
def unregister_hot_key(executive: Executive, caller: Thread, call: UnregisterHotKey) -> None:
    """Give combinations of keys back."""
    gui = gui_thread(executive, caller)
    wanted = caller, _window(caller, gui, call.window), call.identifier & _32_BITS
    if not take_back(gui.desktop, lambda one: (one.thread, one.window, one.identifier) == wanted):
        raise nt_error(NtStatus.HOTKEY_NOT_REGISTERED, f"{caller.label} has none with the identifier {call.identifier}")


def _window(caller: Thread, gui: GuiThread, handle: int) -> int:
    """Return the handle of a window of the calling thread, 0 for none."""
    if not handle:
        return 0
    window = on_desktop(caller, gui, handle)
    if window.thread is not caller:
        raise nt_error(NtStatus.WINDOW_OF_OTHER_THREAD, f"window {window.handle:#x} is of {window.thread.label}")
    return window.handle
