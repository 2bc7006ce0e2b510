"""Menus of win32gui: their items as data (nt-semantics 7.1)."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.win32 import win32gui
from tests.conformance.win32.test_win32gui import code_of

MF_STRING, MF_GRAYED, MF_DISABLED, MF_CHECKED, MF_POPUP, MF_OWNERDRAW = 0, 1, 2, 8, 0x10, 0x100
MF_BYPOSITION, MF_SEPARATOR = 0x400, 0x800
MFT_RADIOCHECK, MFS_DEFAULT = 0x200, 0x1000
MIIM_STATE, MIIM_ID, MIIM_SUBMENU, MIIM_DATA, MIIM_STRING, MIIM_BITMAP, MIIM_FTYPE = 1, 2, 4, 0x20, 0x40, 0x80, 0x100
INFO = "5i5PiP"
"""MENUITEMINFO, as win32gui_struct packs it."""


@pytest.fixture
def menu() -> Iterator[int]:
    handle = win32gui.CreatePopupMenu()
    yield handle
    win32gui.DestroyMenu(handle)


def texts(menu: int) -> list[str]:
    return [described(menu, index)["text"] for index in range(win32gui.GetMenuItemCount(menu))]


def packed(mask: int, text: str | None = None, room: int = 0, **values: int) -> tuple[bytearray, Any]:
    """Return a MENUITEMINFO, and the memory that it leads to."""
    memory = bytearray(f"{text}\0".encode("utf-16-le") if text is not None else bytes(2 * room))
    address = win32gui.PyGetBufferAddressAndLen(memory)[0] if memory else 0
    fields = [values.get(name, 0) for name in ("type", "state", "id", "submenu", "checked", "unchecked", "data")]
    info = struct.pack(INFO, struct.calcsize(INFO), mask, *fields, address, room, values.get("bitmap", 0))
    return bytearray(info), memory


def described(menu: int, item: int, *, by_position: bool = True) -> dict[str, Any]:
    mask = MIIM_STATE | MIIM_ID | MIIM_SUBMENU | MIIM_DATA | MIIM_STRING | MIIM_FTYPE
    info, memory = packed(mask, room=100)
    win32gui.GetMenuItemInfo(menu, item, by_position, info)
    names = ("size", "mask", "type", "state", "id", "submenu", "checked", "unchecked", "data", "address", "length")
    found: dict[str, Any] = dict(zip(names, struct.unpack(INFO, info), strict=False))
    found["text"] = memory[: 2 * found["length"]].decode("utf-16-le")
    return found


def test_items_are_appended_inserted_changed_and_taken_out(menu: int) -> None:
    win32gui.AppendMenu(menu, MF_STRING, 1, "Open")
    win32gui.AppendMenu(menu, MF_SEPARATOR, 0, "")
    win32gui.InsertMenu(menu, 1, MF_STRING, 2, "New")
    win32gui.InsertMenu(menu, 1, MF_BYPOSITION | MF_GRAYED, 3, "Save")
    assert texts(menu) == ["New", "Save", "Open", ""]
    assert [win32gui.GetMenuItemID(menu, index) for index in range(5)] == [2, 3, 1, 0, -1]
    win32gui.ModifyMenu(menu, 3, MF_CHECKED, 4, "Save as")
    assert (texts(menu)[1], win32gui.GetMenuState(menu, 4, 0)) == ("Save as", MF_CHECKED)
    win32gui.DeleteMenu(menu, 0, MF_BYPOSITION)
    win32gui.RemoveMenu(menu, 1, 0)
    assert texts(menu) == ["Save as", ""]
    assert win32gui.GetMenuState(menu, 1, MF_BYPOSITION) == MF_SEPARATOR
    for function in (win32gui.DeleteMenu, win32gui.RemoveMenu):
        assert code_of(function, menu, 99, 0) == 1456
    assert code_of(win32gui.ModifyMenu, menu, 99, 0, 1, "x") == 1456


def test_items_are_checked_enabled_and_made_the_default(menu: int) -> None:
    for number in (1, 2, 3):
        win32gui.AppendMenu(menu, MF_STRING, number, str(number))
    assert [win32gui.CheckMenuItem(menu, 1, MF_CHECKED), win32gui.CheckMenuItem(menu, 1, 0)] == [0, MF_CHECKED]
    grayed = MF_BYPOSITION | MF_GRAYED | MF_DISABLED
    assert [win32gui.EnableMenuItem(menu, 0, grayed), win32gui.EnableMenuItem(menu, 1, 0)] == [0, 3]
    assert [win32gui.CheckMenuItem(menu, 9, 0), win32gui.EnableMenuItem(menu, 9, 0)] == [-1, -1]
    win32gui.CheckMenuRadioItem(menu, 1, 3, 2, 0)
    assert [win32gui.GetMenuState(menu, number, 0) for number in (1, 2, 3)] == [0, MF_CHECKED | MFT_RADIOCHECK, 0]
    assert win32gui.GetMenuDefaultItem(menu, False, 0) == -1
    win32gui.SetMenuDefaultItem(menu, 1, True)
    assert (win32gui.GetMenuDefaultItem(menu, False, 0), win32gui.GetMenuDefaultItem(menu, True, 0)) == (2, 1)
    win32gui.SetMenuDefaultItem(menu, -1, False)
    assert win32gui.GetMenuDefaultItem(menu, True, 0) == -1
    assert code_of(win32gui.SetMenuDefaultItem, menu, 9, False) == 1456


def test_a_submenu_is_found_through_its_item_and_goes_with_the_menu() -> None:
    bar, below = win32gui.CreateMenu(), win32gui.CreatePopupMenu()
    win32gui.AppendMenu(below, MF_STRING, 7, "inside")
    win32gui.AppendMenu(bar, MF_POPUP, below, "File")
    assert (win32gui.GetSubMenu(bar, 0), win32gui.GetSubMenu(bar, 1), win32gui.GetMenuItemID(bar, 0)) == (below, 0, -1)
    assert win32gui.GetMenuState(bar, 0, MF_BYPOSITION) == MF_POPUP | 1 << 8
    assert win32gui.CheckMenuItem(bar, 7, MF_CHECKED) == 0
    assert win32gui.GetMenuState(below, 7, 0) == MF_CHECKED
    win32gui.DestroyMenu(bar)
    assert win32gui.GetMenuItemCount(below) == -1
    assert code_of(win32gui.GetSubMenu, below, 0) == 1401


def test_a_menu_belongs_to_a_window() -> None:
    menu = win32gui.CreateMenu()
    window = win32gui.CreateWindow("Static", "", 0, 0, 0, 0, 0, 0, menu, 0, None)
    assert win32gui.GetMenu(window) == menu
    win32gui.SetMenu(window, 0)
    assert win32gui.GetMenu(window) == 0
    win32gui.SetMenu(window, menu)
    win32gui.DestroyWindow(window)
    assert code_of(win32gui.DestroyMenu, menu) == 1401


def test_items_are_described_by_structures(menu: int) -> None:
    """What win32gui_struct packs and unpacks."""
    below = win32gui.CreatePopupMenu()
    info, _memory = packed(MIIM_ID | MIIM_STRING | MIIM_DATA | MIIM_SUBMENU, "Tools", id=5, data=2**40, submenu=below)
    win32gui.InsertMenuItem(menu, 0, True, info)
    found = described(menu, 5, by_position=False)
    assert [found[key] for key in ("id", "text", "data", "submenu", "state")] == [5, "Tools", 2**40, below, 0]
    change, _memory = packed(MIIM_STATE | MIIM_FTYPE, state=MF_CHECKED, type=MFT_RADIOCHECK)
    win32gui.SetMenuItemInfo(menu, 0, True, change)
    found = described(menu, 0)
    assert [found[key] for key in ("id", "text", "type", "state")] == [5, "Tools", MFT_RADIOCHECK, MF_CHECKED]
    short, memory = packed(MIIM_STRING, room=3)
    win32gui.GetMenuItemInfo(menu, 0, True, short)
    assert memory.decode("utf-16-le") == "To\0"
    with pytest.raises(TypeError, match="80-byte"):
        win32gui.InsertMenuItem(menu, 0, True, b"short")


def test_what_is_drawn_or_too_long_is_refused(menu: int) -> None:
    with pytest.raises(NotImplementedError, match="AppendMenu"):
        win32gui.AppendMenu(menu, MF_OWNERDRAW, 1, "x")
    with pytest.raises(NotImplementedError, match="bitmaps"):
        win32gui.InsertMenuItem(menu, 0, True, packed(MIIM_BITMAP, bitmap=1)[0])
    with pytest.raises(NotImplementedError, match="drawn"):
        win32gui.InsertMenuItem(menu, 0, True, packed(MIIM_FTYPE, type=MF_OWNERDRAW)[0])
    assert code_of(win32gui.AppendMenu, menu, MF_STRING, 1, "x" * 2000) == 8
    assert win32gui.GetMenuItemCount(menu) == 0
