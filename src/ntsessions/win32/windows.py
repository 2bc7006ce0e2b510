"""The functions of win32gui that make, find, list and read windows."""

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final

from ntsessions.abi.calls import window as _window
from ntsessions.abi.calls.message import DATA_LIMIT
from ntsessions.abi.errors import NtError
from ntsessions.client.windowing import messages, procedures
from ntsessions.client.windowing.heap_mapping import facts_of, text_of
from ntsessions.client.windowing.window_messages import (
    WM_GETTEXT,
    WM_GETTEXTLENGTH,
    WM_SETTEXT,
    decode_text,
    encode_text,
    text_length,
)
from ntsessions.win32 import kernel32, user32, window_classes
from ntsessions.win32.message_data import signed
from ntsessions.win32.window_procedures import GWL_WNDPROC, own_window, procedure_number, replace

__all__ = [
    "CreateWindow", "CreateWindowEx", "DestroyWindow", "EnumChildWindows", "EnumDesktopWindows", "EnumThreadWindows",
    "EnumWindows", "FindWindow", "FindWindowEx", "GetAncestor", "GetDesktopWindow", "GetParent", "GetTopWindow",
    "GetWindow", "GetWindowLong", "GetWindowText", "GetWindowTextLength", "IsChild", "IsWindow", "SetParent",
    "SetWindowLong", "SetWindowText",
]  # fmt: skip

_GWL_HINSTANCE: Final = -6
_ERROR_NOT_ENOUGH_MEMORY: Final = 8
_GW_CHILD: Final = 5
_GA_PARENT, _GA_ROOT, _GA_ROOTOWNER = 1, 2, 3
_TEXT_SHOWN: Final = 511
"""Characters that pywin32's GetWindowText has room for."""
_DESKTOP: Final = user32.DESKTOP_WINDOW


# -- making


def CreateWindow(
    className: str | int, windowName: str | None, style: int, x: int, y: int, width: int, height: int, parent: Any,
    menu: Any, hinstance: Any, reserved: None, /,
) -> int:  # fmt: skip
    """Make a window on the thread's desktop; *menu* of a child is its id."""
    return _create(
        "CreateWindow", 0, className, windowName, style, x, y, width, height, parent, menu, hinstance, reserved
    )


def CreateWindowEx(
    dwExStyle: int, className: str | int, windowName: str | None, style: int, x: int, y: int, width: int, height: int,
    parent: Any, menu: Any, hinstance: Any, reserved: None, /,
) -> int:  # fmt: skip
    """Make a window with an extended style."""
    return _create(
        "CreateWindowEx", dwExStyle, className, windowName, style, x, y, width, height, parent, menu, hinstance,
        reserved,
    )  # fmt: skip


def _create(
    function: str, extended_style: Any, class_name: Any, text: Any, style: Any, x: Any, y: Any, width: Any,
    height: Any, parent: Any, menu: Any, instance: Any, reserved: Any,
) -> int:  # fmt: skip
    user32.no_argument(reserved)
    name = user32.resource_or_name(class_name)
    if text is not None and len(kernel32.text(text)) > _window.TEXT_LIMIT:
        kernel32.fail(function, _ERROR_NOT_ENOUGH_MEMORY)
    request = _window.CreateWindow(
        name, kernel32.text_or_none(text) or "", kernel32.dword(style), kernel32.dword(extended_style),
        kernel32.long(x), kernel32.long(y), kernel32.long(width), kernel32.long(height), user32.parent(parent),
        kernel32.pointer(menu), user32.module(instance),
    )  # fmt: skip
    known = window_classes.find(name)
    windowing = user32.thread()
    kernel32.set_last_error(0)
    procedure = None if known is None else known.procedure
    try:
        handle = user32.run(function, windowing, procedures.create(windowing.state, request, procedure))
    except procedures.WindowRefused:
        return 0  # with a last error of 0, which pywin32 takes for no error
    if known is not None:
        known.bind()
    return handle


def DestroyWindow(hwnd: Any, /) -> None:
    """Destroy a window of the calling thread, what is in it, and what it owns."""
    windowing = user32.thread()
    user32.run("DestroyWindow", windowing, procedures.destroy(windowing.state, user32.hwnd(hwnd)))


# -- finding


def FindWindow(className: str | int | None, windowName: str | None, /) -> int:
    """Return a top-level window of the thread's desktop by class and text; 0 when there is none."""
    return _find("FindWindow", 0, 0, className, windowName)


def FindWindowEx(parent: Any, childAfter: Any, className: str | int | None, windowName: str | None, /) -> int:
    """Return a child of a window (0: a top-level window, HWND_MESSAGE: one for messages only) behind another one."""
    return _find("FindWindowEx", user32.parent(parent), user32.hwnd(childAfter), className, windowName)


def _find(function: str, parent: int, after: int, class_name: Any, text: Any) -> int:
    name = None if class_name is None else user32.resource_or_name(class_name)
    call = _window.FindWindow(parent, after, None if name == 0 else name, kernel32.text_or_none(text))
    kernel32.set_last_error(0)
    return kernel32.invoke(function, call)


_Callback = Callable[[int, Any], Any]


def EnumWindows(callback: _Callback, extra: Any, /) -> None:
    """Call a function with each top-level window of the thread's desktop, front to back, until it returns False."""
    _require_callable(callback, "First")
    handles = user32.list_windows("EnumWindows", _window.ListWindows())
    _enumerate("EnumWindows", handles, callback, extra)


def EnumThreadWindows(dwThreadId: int, callback: _Callback, extra: Any, /) -> None:
    """Call a function with each top-level window of a thread, until it returns False."""
    _require_callable(callback, "Second")
    thread = kernel32.dword(dwThreadId)
    if not thread:
        kernel32.fail("EnumThreadWindows", kernel32.ERROR_INVALID_PARAMETER)
    handles = user32.list_windows("EnumThreadWindows", _window.ListWindows(thread_id=thread))
    _enumerate("EnumThreadWindows", handles, callback, extra)


def EnumChildWindows(hwnd: Any, callback: _Callback, extra: Any, /) -> None:
    """Call a function with each window in another one, and in these, until it returns False."""
    _require_callable(callback, "Second")
    parent = user32.parent(hwnd)
    found = kernel32.attempt(_window.ListWindows(parent=parent), None)
    if found is not None:
        handles = found
        if len(found) == _window.WINDOWS_PER_ANSWER:
            handles = tuple(user32.list_windows("EnumChildWindows", _window.ListWindows(parent=parent)))
        _walk(handles, callback, extra)


def EnumDesktopWindows(hDesktop: Any, callback: _Callback, extra: Any, /) -> None:
    """Call a function with each top-level window of a desktop (None: the thread's), until it returns False."""
    desktop = kernel32.handle(hDesktop)
    _require_callable(callback, "Second")
    handles = user32.list_windows("EnumDesktopWindows", _window.ListWindows(desktop))
    _enumerate("EnumDesktopWindows", handles, callback, extra)


def _require_callable(callback: Any, position: str) -> None:
    if not callable(callback):
        raise TypeError(f"{position} param must be a callable object")


def _walk(handles: Iterable[int], callback: _Callback, extra: Any) -> bool:
    """Call a function with each window; False when it has ended that."""
    for handle in handles:
        answer = callback(handle, extra)
        if answer is not None and not operator.index(answer):
            return False
    return True


def _enumerate(function: str, handles: Iterable[int], callback: _Callback, extra: Any) -> None:
    """As `_walk`; that the callback ended it is an error if it has left one, and pywin32 cannot tell them apart."""
    if not _walk(handles, callback, extra) and kernel32.get_last_error():
        kernel32.fail(function)


# -- relations


def IsWindow(hWnd: Any, /) -> int:
    """Tell whether there is a window of this handle in the session."""
    handle = user32.hwnd(hWnd)
    return int(handle == _DESKTOP or kernel32.attempt(_window.IsWindow(handle), False))


def GetDesktopWindow() -> int:
    """Return the window of the desktop, which top-level windows are in."""
    return _DESKTOP


def GetParent(child: Any, /) -> int:
    """Return the window that a child is in, or the owner of a popup; 0 for any other."""
    kernel32.set_last_error(0)
    handle = user32.hwnd(child)
    if handle == _DESKTOP:
        return 0
    facts = kernel32.invoke("GetParent", _window.QueryWindow(handle))
    if facts.style & _window.WS_CHILD and not facts.style & _window.WS_POPUP:
        return facts.parent or _DESKTOP
    return facts.owner if facts.style & _window.WS_POPUP else 0


def SetParent(child: Any, newParent: Any, /) -> int:
    """Put a window into another one (0: the desktop); returns what it was in."""
    windowing = user32.thread()
    kernel32.set_last_error(0)
    steps = procedures.set_parent(windowing.state, user32.hwnd(child), user32.parent(newParent))
    return user32.run("SetParent", windowing, steps) or _DESKTOP


def GetAncestor(hWnd: Any, gaFlags: int, /) -> int:
    """Return the window that another one is in (GA_PARENT), the outermost of them, or the last one's last owner."""
    kernel32.set_last_error(0)
    handle = user32.hwnd(hWnd)
    if handle == _DESKTOP:
        return 0
    facts = kernel32.invoke("GetAncestor", _window.QueryWindow(handle))
    if gaFlags == _GA_PARENT:
        return 0 if facts.is_message_only else facts.parent or _DESKTOP
    if gaFlags not in {_GA_ROOT, _GA_ROOTOWNER}:
        return 0
    while above := facts.parent or (facts.owner if gaFlags == _GA_ROOTOWNER else 0):
        facts = kernel32.invoke("GetAncestor", _window.QueryWindow(above))
    return facts.handle


def GetWindow(hWnd: Any, uCmd: int, /) -> int:
    """Return a window by its relation to another (GW_), 0 for none."""
    handle, relation = user32.hwnd(hWnd), kernel32.dword(uCmd)
    if handle == _DESKTOP:
        return GetTopWindow(0) if relation == _GW_CHILD else 0
    kernel32.set_last_error(0)
    return kernel32.invoke("GetWindow", _window.GetRelatedWindow(handle, relation))


def GetTopWindow(hWnd: Any, /) -> int:
    """Return the child that is in front of its siblings; 0: among the top-level windows."""
    parent = user32.parent(hWnd)
    kernel32.set_last_error(0)
    if parent:
        return kernel32.invoke("GetTopWindow", _window.GetRelatedWindow(parent, _GW_CHILD))
    return kernel32.invoke("GetTopWindow", _window.FindWindow())


def IsChild(hWndParent: Any, hWnd: Any, /) -> int:
    """Tell whether a window is in another one, at whatever depth."""
    outer, handle = user32.hwnd(hWndParent), user32.hwnd(hWnd)
    facts = kernel32.attempt(_window.QueryWindow(handle), None)
    while facts is not None and facts.parent:
        if facts.parent == outer:
            return 1
        facts = kernel32.attempt(_window.QueryWindow(facts.parent), None)
    return 0


# -- text


def SetWindowText(hwnd: Any, text: str, /) -> None:
    """Set a window's text, by WM_SETTEXT."""
    windowing = user32.thread()
    data = encode_text(kernel32.text(text).partition("\0")[0])
    if len(data) > DATA_LIMIT:
        kernel32.fail("SetWindowText", _ERROR_NOT_ENOUGH_MEMORY)
    sending = messages.send(windowing.state, user32.hwnd(hwnd), WM_SETTEXT, data=data)
    answer = user32.run("SetWindowText", windowing, sending)
    if answer is not None and answer.result < 0:
        kernel32.fail("SetWindowText")


def GetWindowText(hwnd: Any, /) -> str:
    """Return a window's text, at most 511 characters: what it answers if it is of this process, else its caption."""
    return _text(user32.hwnd(hwnd), _TEXT_SHOWN)


def _text(handle: int, limit: int) -> str:
    windowing = user32.thread()
    try:
        if _answers_itself(handle):
            answer = windowing.run(messages.send(windowing.state, handle, WM_GETTEXT, limit + 1))
            text = "" if answer is None else decode_text(answer.data)
        else:
            text = windowing.run(text_of(windowing.state, handle))
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
        return ""
    return text if len(text) <= limit else encode_text(text)[: 2 * limit].decode("utf-16-le", "ignore")


def GetWindowTextLength(hwnd: Any, /) -> int:
    """Return how many characters a window's text has."""
    handle = user32.hwnd(hwnd)
    windowing = user32.thread()
    try:
        if _answers_itself(handle):
            answer = windowing.run(messages.send(windowing.state, handle, WM_GETTEXTLENGTH))
            return 0 if answer is None else signed(answer.result)
        return text_length(windowing.run(text_of(windowing.state, handle)))
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
        return 0


def _answers_itself(handle: int) -> bool:
    """Tell whether a window is asked for its text: only those of this process are, so that none can hang another."""
    windowing = user32.thread()
    if handle in windowing.state.windows:
        return True
    return windowing.run(facts_of(windowing.state, handle)).process_id == kernel32.connection().identity.process_id


# -- values


def GetWindowLong(hwnd: Any, index: int, /) -> int:
    """Return a value of a window (GWL_), of 32 bits; 0 when there is none."""
    return kernel32.signed(window_value(hwnd, index, is_pointer=False))


def window_value(hwnd: Any, index: Any, *, is_pointer: bool) -> int:
    """Return a value of a window; 0 and a last error when there is none."""
    handle, index = user32.hwnd(hwnd), kernel32.long(index)
    if index == GWL_WNDPROC:
        window = own_window(handle)
        return 0 if window is None else procedure_number(window)
    value = kernel32.attempt(_window.GetWindowLong(handle, index, is_pointer), 0)
    return value or user32.PROGRAM if index == _GWL_HINSTANCE else value


def SetWindowLong(hwnd: Any, index: int, value: Any, /) -> int:
    """Set a value of a window of this process; returns the one before.  GWL_WNDPROC takes a function or a map."""
    handle = user32.hwnd(hwnd)
    if kernel32.long(index) == GWL_WNDPROC:
        return replace(handle, value)
    return set_window_value(handle, index, value)


def set_window_value(hwnd: Any, index: Any, value: Any) -> int:
    """Set a value of a window; returns the one before, 0 and a last error when it cannot be set."""
    call = _window.SetWindowLong(user32.hwnd(hwnd), kernel32.long(index), kernel32.pointer(value))
    return signed(kernel32.attempt(call, 0))
