"""The functions of win32gui that place windows, show them, and give them the input.

A window's client area is all of it: frames and captions come with displays.
"""

import operator
from typing import Any, Final

from ntsessions.abi.calls import window as _window
from ntsessions.win32 import kernel32, user32

__all__ = [
    "BringWindowToTop", "ClientToScreen", "CloseWindow", "EnableWindow", "GetActiveWindow", "GetClientRect", "GetFocus",
    "GetForegroundWindow", "GetWindowPlacement", "GetWindowRect", "IsIconic", "IsWindowEnabled", "IsWindowVisible",
    "MoveWindow", "ScreenToClient", "SetActiveWindow", "SetFocus", "SetForegroundWindow", "SetWindowPlacement",
    "SetWindowPos", "ShowWindow", "UpdateWindow",
]  # fmt: skip

_Rect = tuple[int, int, int, int]
_Point = tuple[int, int]
_Placement = tuple[int, int, _Point, _Point, _Rect]

_GWL_STYLE: Final = -16
_WS_MINIMIZE, _WS_MAXIMIZE = 0x20000000, 0x01000000
_SWP_NOSIZE, _SWP_NOMOVE, _SWP_NOZORDER, _SWP_SHOWWINDOW, _SWP_HIDEWINDOW = 0x1, 0x2, 0x4, 0x40, 0x80
_STAY: Final = _SWP_NOSIZE | _SWP_NOMOVE | _SWP_NOZORDER
_SW_HIDE, _SW_SHOWNORMAL, _SW_SHOWMINIMIZED, _SW_SHOWMAXIMIZED, _SW_SHOW, _SW_SHOWNA = 0, 1, 2, 3, 5, 8
_SW_MINIMIZE, _SW_SHOWMINNOACTIVE, _SW_FORCEMINIMIZE = 6, 7, 11
_STATES: Final = dict.fromkeys(
    (_SW_SHOWMINIMIZED, _SW_MINIMIZE, _SW_SHOWMINNOACTIVE, _SW_FORCEMINIMIZE), _WS_MINIMIZE
) | {_SW_SHOWMAXIMIZED: _WS_MAXIMIZE}  # fmt: skip
"""What showing a window in a way makes of it; any other way but SW_SHOW and SW_SHOWNA makes it a normal one again."""
_NO_POINT: Final = (-1, -1)


def _facts(function: str, hwnd: Any) -> _window.WindowInformation:
    handle = user32.hwnd(hwnd)
    if handle == user32.DESKTOP_WINDOW:
        raise NotImplementedError(f"{function}: how large a desktop is shows when it has a display")
    return kernel32.invoke(function, _window.QueryWindow(handle))


def _style(hwnd: Any) -> int:
    return kernel32.attempt(_window.GetWindowLong(user32.hwnd(hwnd), _GWL_STYLE, False), 0)


# -- shown and enabled


def IsWindowVisible(hwnd: Any, /) -> int:
    """Tell whether a window is shown, and all that it is in."""
    handle = user32.hwnd(hwnd)
    facts = kernel32.attempt(_window.QueryWindow(handle), None)
    if facts is None:
        return int(handle == user32.DESKTOP_WINDOW)
    while facts is not None and facts.style & _window.WS_VISIBLE:
        if not facts.parent:
            return int(not facts.is_message_only)
        facts = kernel32.attempt(_window.QueryWindow(facts.parent), None)
    return 0


def IsWindowEnabled(hwnd: Any, /) -> int:
    """Tell whether a window takes input."""
    facts = kernel32.attempt(_window.QueryWindow(user32.hwnd(hwnd)), None)
    return int(facts is not None and not facts.style & _window.WS_DISABLED)


def IsIconic(hWnd: Any, /) -> int:
    """Tell whether a window is minimized."""
    return int(bool(_style(hWnd) & _WS_MINIMIZE))


def EnableWindow(hWnd: Any, bEnable: int, /) -> int:
    """Let a window take input, or not; tells whether it was disabled."""
    call = _window.EnableWindow(user32.hwnd(hWnd), kernel32.boolean(bEnable))
    return int(kernel32.attempt(call, False))


def ShowWindow(hWnd: Any, cmdShow: int, /) -> int:
    """Show or hide a window, minimized, maximized or neither (SW_); tells whether it was shown before."""
    handle, way = user32.hwnd(hWnd), operator.index(cmdShow)
    before = _style(handle)
    if way not in {_SW_HIDE, _SW_SHOW, _SW_SHOWNA}:
        _set_state(handle, before, _STATES.get(way, 0))
    flags = _STAY | (_SWP_HIDEWINDOW if way == _SW_HIDE else _SWP_SHOWWINDOW)
    kernel32.attempt(_window.SetWindowPos(handle, flags=flags), None)
    return int(bool(before & _window.WS_VISIBLE))


def _set_state(handle: int, style: int, state: int) -> None:
    """Mark a window as minimized, maximized or neither; one of another process is only shown."""
    changed = style & ~(_WS_MINIMIZE | _WS_MAXIMIZE) | state
    if changed != style:
        kernel32.attempt(_window.SetWindowLong(handle, _GWL_STYLE, changed), 0)


def CloseWindow(hWnd: Any, /) -> None:
    """Minimize a window; it is not destroyed."""
    handle = user32.hwnd(hWnd)
    style = kernel32.invoke("CloseWindow", _window.GetWindowLong(handle, _GWL_STYLE, False))
    _set_state(handle, style, _WS_MINIMIZE)


def UpdateWindow(hwnd: Any, /) -> None:
    """Let a window paint what it has to: nothing, before desktops have displays."""
    _require_window("UpdateWindow", hwnd)


def _require_window(function: str, hwnd: Any) -> None:
    kernel32.invoke(function, _window.GetWindowLong(user32.hwnd(hwnd), _GWL_STYLE, False))


# -- place


def SetWindowPos(hWnd: Any, InsertAfter: Any, X: int, Y: int, cx: int, cy: int, Flags: int, /) -> None:
    """Move, size, show or hide a window, or put it behind another one (SWP_, HWND_)."""
    call = _window.SetWindowPos(
        user32.hwnd(hWnd), user32.hwnd(InsertAfter), kernel32.long(X), kernel32.long(Y), kernel32.long(cx),
        kernel32.long(cy), kernel32.dword(Flags),
    )  # fmt: skip
    kernel32.invoke("SetWindowPos", call)


def MoveWindow(hwnd: Any, x: int, y: int, width: int, height: int, bRepaint: int, /) -> None:
    """Place a window; a child relative to the window that it is in."""
    kernel32.boolean(bRepaint)
    call = _window.SetWindowPos(
        user32.hwnd(hwnd), 0, kernel32.long(x), kernel32.long(y), kernel32.long(width), kernel32.long(height),
        _SWP_NOZORDER,
    )  # fmt: skip
    kernel32.invoke("MoveWindow", call)


def BringWindowToTop(hwnd: Any, /) -> None:
    """Put a window in front of its siblings."""
    call = _window.SetWindowPos(user32.hwnd(hwnd), flags=_SWP_NOSIZE | _SWP_NOMOVE)
    kernel32.invoke("BringWindowToTop", call)


def GetWindowRect(hWnd: Any, /) -> _Rect:
    """Return left, top, right and bottom of a window on its desktop."""
    facts = _facts("GetWindowRect", hWnd)
    return facts.left, facts.top, facts.right, facts.bottom


def GetClientRect(hwnd: Any, /) -> _Rect:
    """Return 0, 0, width and height of what is inside a window."""
    facts = _facts("GetClientRect", hwnd)
    return 0, 0, facts.right - facts.left, facts.bottom - facts.top


def ScreenToClient(hWnd: Any, Point: _Point, /) -> _Point:
    """Return a point of the desktop as one of a window."""
    facts, (x, y) = _facts("ScreenToClient", hWnd), _point(Point)
    return x - facts.left, y - facts.top


def ClientToScreen(hWnd: Any, Point: _Point, /) -> _Point:
    """Return a point of a window as one of the desktop."""
    facts, (x, y) = _facts("ClientToScreen", hWnd), _point(Point)
    return x + facts.left, y + facts.top


def _point(value: Any) -> _Point:
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError("POINT must be a tuple of 2 ints (x,y)")
    return kernel32.long(value[0]), kernel32.long(value[1])


def GetWindowPlacement(hwnd: Any, /) -> _Placement:
    """Return flags, how it is shown (SW_), where it would be minimized and maximized, and its place."""
    facts = _facts("GetWindowPlacement", hwnd)
    shown = _SW_SHOWMAXIMIZED if facts.style & _WS_MAXIMIZE else _SW_SHOWNORMAL
    if facts.style & _WS_MINIMIZE:
        shown = _SW_SHOWMINIMIZED
    left, top, _, _ = GetWindowRect(facts.parent) if facts.parent else (0, 0, 0, 0)
    place = facts.left - left, facts.top - top, facts.right - left, facts.bottom - top
    return 0, shown, _NO_POINT, _NO_POINT, place


def SetWindowPlacement(hWnd: Any, placement: _Placement, /) -> None:
    """Place a window and show it, with what GetWindowPlacement returned."""
    _, shown, _, _, (left, top, right, bottom) = placement
    call = _window.SetWindowPos(
        user32.hwnd(hWnd), 0, kernel32.long(left), kernel32.long(top), kernel32.long(right - left),
        kernel32.long(bottom - top), _SWP_NOZORDER,
    )  # fmt: skip
    kernel32.invoke("SetWindowPlacement", call)
    ShowWindow(hWnd, shown)


# -- input


def _input() -> _window.ThreadInput:
    return kernel32.attempt(_window.GetThreadInput(), _window.ThreadInput(0, 0, 0))


def GetForegroundWindow() -> int:
    """Return the window in front; 0 to a thread whose desktop does not have the input."""
    return _input().foreground


def SetForegroundWindow(hwnd: Any, /) -> None:
    """Bring a window and its thread to the front of the desktop that has the input."""
    if not kernel32.invoke("SetForegroundWindow", _window.SetForegroundWindow(user32.hwnd(hwnd))):
        kernel32.fail("SetForegroundWindow")


def GetActiveWindow() -> int:
    """Return the calling thread's active window, 0 for none."""
    return _input().active


def SetActiveWindow(hwnd: Any, /) -> int:
    """Make a window of the calling thread the active one; returns which was."""
    kernel32.set_last_error(0)
    return kernel32.invoke("SetActiveWindow", _window.SetActiveWindow(user32.hwnd(hwnd)))


def GetFocus() -> int:
    """Return the window of the calling thread that has the focus, 0 for none."""
    return _input().focus


def SetFocus(hwnd: Any, /) -> int:
    """Give a window of the calling thread the focus (0: none); returns which had it."""
    kernel32.set_last_error(0)
    return kernel32.invoke("SetFocus", _window.SetFocus(user32.hwnd(hwnd)))
