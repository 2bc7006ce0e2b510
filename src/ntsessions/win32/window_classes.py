"""WNDCLASS and the window classes that this process has registered.

As with pywin32, a class has its Python procedure from the end of the first CreateWindow of it on: the first window of a
class does not see its own WM_NCCREATE and WM_CREATE, later ones do.
"""

import operator
import os
from typing import Any, Final

from ntsessions.abi.calls import window as _window
from ntsessions.abi.calls import window_class as _class
from ntsessions.client.windowing.heap_mapping import class_name_of
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.window_procedures import Procedure, Target

__all__ = ["WNDCLASS", "GetClassLong", "GetClassName", "RealGetWindowClass", "RegisterClass", "UnregisterClass"]

_CLASS_EXTRA: Final = 8
"""Bytes of each class that pywin32 keeps the procedure in."""
_GCW_ATOM, _GCL_STYLE, _GCL_CBCLSEXTRA, _GCL_CBWNDEXTRA, _GCL_HMODULE = -32, -26, -20, -18, -16
_DESKTOP_CLASS: Final = "#32769"
_ERROR_INVALID_INDEX: Final = 1413


class PyWNDCLASS:
    """A window class to be registered."""

    __module__ = "win32gui"
    __slots__ = ("_handles", "_is_dialog", "_procedure", "_style", "_texts", "_window_extra")

    def __init__(self) -> None:
        self._style = self._window_extra = 0
        self._procedure: Target | None = None
        self._texts: dict[str, str] = {}
        self._handles: dict[str, int] = {}
        self._is_dialog = False

    def SetDialogProc(self) -> None:
        """Make it a class of dialogs."""
        self._is_dialog = True

    def __delattr__(self, name: str) -> None:
        raise AttributeError("can't delete WNDCLASS attributes")

    @property
    def style(self) -> int:
        """CS_ flags."""
        return self._style

    @style.setter
    def style(self, value: int) -> None:
        self._style = kernel32.signed(operator.index(value))

    @property
    def cbWndExtra(self) -> int:
        """Bytes that each window has besides (SetWindowLong)."""
        return self._window_extra

    @cbWndExtra.setter
    def cbWndExtra(self, value: int) -> None:
        self._window_extra = kernel32.long(value)

    @property
    def lpfnWndProc(self) -> Target | None:
        """The procedure: a function, or a map of functions by message."""
        return self._procedure

    @lpfnWndProc.setter
    def lpfnWndProc(self, value: Target) -> None:
        if not callable(value) and not isinstance(value, dict):
            raise TypeError("lpfnWndProc must be callable, or a dictionary")
        self._procedure = value

    def _set_text(self, name: str, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("Object must be a Unicode")
        self._texts[name] = value

    def _set_handle(self, name: str, value: Any) -> None:
        self._handles[name] = kernel32.pointer(value)

    lpszClassName = property(lambda self: self._texts.get("class"), lambda self, value: self._set_text("class", value))
    lpszMenuName = property(lambda self: self._texts.get("menu"), lambda self, value: self._set_text("menu", value))
    hInstance = property(
        lambda self: self._handles.get("module", 0), lambda self, value: self._set_handle("module", value)
    )
    hIcon = property(lambda self: self._handles.get("icon", 0), lambda self, value: self._set_handle("icon", value))
    hCursor = property(
        lambda self: self._handles.get("cursor", 0), lambda self, value: self._set_handle("cursor", value)
    )
    hbrBackground = property(
        lambda self: self._handles.get("brush", 0), lambda self, value: self._set_handle("brush", value)
    )


def WNDCLASS() -> PyWNDCLASS:
    """Return an empty one."""
    return PyWNDCLASS()


class RegisteredClass:
    """A class of this process."""

    def __init__(self, atom: int, name: str, description: PyWNDCLASS) -> None:
        self.atom = atom
        self.name = name
        self.description = description
        self.procedure = Procedure(None)

    def bind(self) -> None:
        """A window of it was made: from now on its windows have the procedure that it describes."""
        self.procedure.target = self.description.lpfnWndProc


_registered: dict[str | int, RegisteredClass] = {}
"""By atom, and by name in lower case."""
os.register_at_fork(after_in_child=_registered.clear)


def find(name: str | int) -> RegisteredClass | None:
    """Return a class of this process, None for one of the system's or for none at all."""
    return _registered.get(name.lower() if isinstance(name, str) else name)


def RegisterClass(wndClass: PyWNDCLASS, /) -> int:
    """Register a class; returns its atom."""
    if not isinstance(wndClass, PyWNDCLASS):
        raise TypeError("The object must be a WNDCLASS object")
    name = wndClass.lpszClassName
    if name is None:
        kernel32.fail("RegisterClass", kernel32.ERROR_INVALID_PARAMETER)
    call = _class.RegisterClass(
        name, wndClass.style, _CLASS_EXTRA, wndClass.cbWndExtra, user32.module(wndClass.hInstance),
        wndClass.lpszMenuName or "",
    )  # fmt: skip
    atom = kernel32.invoke("RegisterClass", call)
    _registered[atom] = _registered[name.lower()] = RegisteredClass(atom, name, wndClass)
    return atom


def UnregisterClass(atom: str | int, hinst: Any, /) -> None:
    """Take a class back, by name or atom, once there are no windows of it."""
    module = user32.module(hinst)
    name = user32.resource_or_name(atom)
    kernel32.invoke("UnregisterClass", _class.UnregisterClass(name, module))
    known = find(name)
    if known is not None:
        for key in (known.atom, known.name.lower()):
            if _registered.get(key) is known:
                del _registered[key]


def GetClassName(hwnd: Any, /) -> str:
    """Return the name of a window's class."""
    return _class_name("GetClassName", hwnd)


def RealGetWindowClass(hwnd: Any, /) -> str:
    """Return the name of a window's class."""
    return _class_name("RealGetWindowClass", hwnd)


def _class_name(function: str, hwnd: Any) -> str:
    handle = user32.hwnd(hwnd)
    if handle == user32.DESKTOP_WINDOW:
        return _DESKTOP_CLASS
    windowing = user32.thread()
    return user32.run(function, windowing, class_name_of(windowing.state, handle))


def GetClassLong(hwnd: Any, index: int, /) -> int:
    """Return a value of a window's class (GCL_); all but its atom are known for classes of this process only."""
    handle, index = user32.hwnd(hwnd), kernel32.long(index)
    facts = kernel32.attempt(_window.QueryWindow(handle), None)
    if facts is None:
        return 0
    if index == _GCW_ATOM:
        return facts.class_atom
    known = kernel32.attempt(_class.QueryClass(facts.class_atom), None)
    values = {} if known is None else {
        _GCL_STYLE: known.style, _GCL_CBCLSEXTRA: known.class_extra, _GCL_CBWNDEXTRA: known.window_extra,
        _GCL_HMODULE: known.module or user32.PROGRAM,
    }  # fmt: skip
    if known is not None and index not in values:
        kernel32.set_last_error(_ERROR_INVALID_INDEX)
    return kernel32.signed(values.get(index, 0))
