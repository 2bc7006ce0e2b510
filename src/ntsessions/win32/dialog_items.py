"""The functions of win32gui that find the children of a window by their ids, and read and set their texts."""

import re
from typing import Any, Final

from ntsessions.abi.calls.window import ListWindows, QueryWindow
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.windows import GetWindowText, SetWindowText, window_value

__all__ = ["GetDlgCtrlID", "GetDlgItem", "GetDlgItemInt", "GetDlgItemText", "SetDlgItemInt", "SetDlgItemText"]

_GWL_ID: Final = -12
_ERROR_CONTROL_ID_NOT_FOUND: Final = 1421


def GetDlgCtrlID(hwnd: Any, /) -> int:
    """Return the id of a child."""
    return kernel32.signed(window_value(hwnd, _GWL_ID, is_pointer=False))


def GetDlgItem(hDlg: Any, IDDlgItem: int, /) -> int:
    """Return the child of a window that has an id."""
    return _item("GetDlgItem", hDlg, IDDlgItem)


def _item(function: str, dialog: Any, identifier: Any) -> int:
    outer, wanted = user32.hwnd(dialog), kernel32.long(identifier)
    kernel32.set_last_error(0)
    for handle in user32.list_windows(function, ListWindows(parent=outer)):
        facts = kernel32.attempt(QueryWindow(handle), None)
        if facts is not None and facts.parent == outer and kernel32.signed(facts.menu) == wanted:
            return handle
    return kernel32.fail(function, _ERROR_CONTROL_ID_NOT_FOUND)


def GetDlgItemText(hDlg: Any, IDDlgItem: int, /) -> str:
    """Return the text of a child."""
    return GetWindowText(_item("GetDlgItemText", hDlg, IDDlgItem))


def SetDlgItemText(hDlg: Any, IDDlgItem: int, text: str, /) -> None:
    """Set the text of a child."""
    SetWindowText(_item("SetDlgItemText", hDlg, IDDlgItem), text)


def GetDlgItemInt(hDlg: Any, IDDlgItem: int, Signed: int, /) -> int:
    """Return the number that the text of a child begins with."""
    signed = kernel32.boolean(Signed)
    found = re.match(
        r"\s*(-?[0-9]+)" if signed else r"\s*([0-9]+)", GetWindowText(_item("GetDlgItemInt", hDlg, IDDlgItem))
    )
    number = 1 << 32 if found is None else int(found[1])
    if not -(1 << 31) <= number < (1 << 31 if signed else 1 << 32):
        kernel32.fail("GetDlgItemInt", 0)
    return number


def SetDlgItemInt(hDlg: Any, IDDlgItem: int, Value: int, Signed: int, /) -> None:
    """Make a number the text of a child."""
    number = kernel32.dword(Value)
    SetWindowText(
        _item("SetDlgItemInt", hDlg, IDDlgItem), str(kernel32.signed(number) if kernel32.boolean(Signed) else number)
    )
