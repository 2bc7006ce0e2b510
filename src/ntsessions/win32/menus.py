"""The functions of win32gui about menus: their items as data.  Showing one needs a display."""

import struct
from typing import Any, Final

from msgspec.structs import replace

from ntsessions.abi.calls import menu as _menu
from ntsessions.abi.calls.menu import MF_BYPOSITION, MenuItem
from ntsessions.abi.calls.window import QueryWindow
from ntsessions.win32 import kernel32, memory, user32
from ntsessions.win32.errors import error

__all__ = [
    "AppendMenu", "CheckMenuItem", "CheckMenuRadioItem", "CreateMenu", "CreatePopupMenu", "DeleteMenu", "DestroyMenu",
    "EnableMenuItem", "GetMenu", "GetMenuDefaultItem", "GetMenuItemCount", "GetMenuItemID", "GetMenuItemInfo",
    "GetMenuState", "GetSubMenu", "InsertMenu", "InsertMenuItem", "ModifyMenu", "RemoveMenu", "SetMenu",
    "SetMenuDefaultItem", "SetMenuItemInfo",
]  # fmt: skip

_MF_POPUP, _MF_BITMAP, _MF_OWNERDRAW, _MF_SEPARATOR = 0x10, 0x4, 0x100, 0x800
_GRAYED, _CHECKED, _DEFAULT = 0x3, 0x8, 0x1000
"""MF_GRAYED and MF_DISABLED, MF_CHECKED, MF_DEFAULT: of the state."""
_MFT_RADIOCHECK: Final = 0x200
_TYPES: Final = _MF_BITMAP | _MF_OWNERDRAW | _MF_SEPARATOR | 0x20 | 0x40 | 0x2000 | 0x4000
"""MFT_ flags that stand in MF_ flags, too: with menu breaks, right order and right justify."""
_STATES: Final = _GRAYED | _CHECKED | 0x80 | _DEFAULT
_NO_ITEM: Final = -1
_ERROR_NOT_ENOUGH_MEMORY, _ERROR_MENU_ITEM_NOT_FOUND = 8, 1456

_ITEM_INFO: Final = struct.Struct("=IIIIi4xqqqqQI4xq")
"""MENUITEMINFO: size, mask, type, state, id, submenu, two bitmaps, data, address and length of the text, bitmap."""
_MIIM_STATE, _MIIM_ID, _MIIM_SUBMENU, _MIIM_CHECKMARKS, _MIIM_TYPE, _MIIM_DATA = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
_MIIM_STRING, _MIIM_BITMAP, _MIIM_FTYPE = 0x40, 0x80, 0x100


# -- menus


def CreateMenu() -> int:
    """Make an empty menu."""
    return kernel32.invoke("CreateMenu", _menu.CreateMenu())


def CreatePopupMenu() -> int:
    """Make an empty menu that pops up."""
    return kernel32.invoke("CreatePopupMenu", _menu.CreateMenu(popup=True))


def DestroyMenu(hmenu: Any, /) -> None:
    """Destroy a menu with its submenus."""
    kernel32.invoke("DestroyMenu", _menu.DestroyMenu(user32.hwnd(hmenu)))


def GetMenu(hwnd: Any, /) -> int:
    """Return the menu of a window, 0 for none."""
    kernel32.set_last_error(0)
    return kernel32.invoke("GetMenu", QueryWindow(user32.hwnd(hwnd))).menu & 0xFFFFFFFF


def SetMenu(hwnd: Any, hmenu: Any, /) -> None:
    """Give a window a menu; 0: none."""
    kernel32.invoke("SetMenu", _menu.SetMenu(user32.hwnd(hwnd), user32.hwnd(hmenu)))


# -- finding items


def _items(function: str, menu: int) -> list[MenuItem]:
    found: list[MenuItem] = []
    while True:
        answer = kernel32.invoke(function, _menu.QueryMenu(menu, len(found)))
        found += answer.items
        if not answer.items or len(found) >= answer.count:
            return found


def _find(function: str, menu: int, position: int, *, by_position: bool) -> tuple[int, int, MenuItem]:
    """Return the menu that an item stands in, where, and the item; by id it may be in a submenu.

    Raises what QueryMenu does, and MENU_ITEM_NOT_FOUND.
    """
    waiting, seen = [menu], {menu}
    while waiting:
        one = waiting.pop(0)
        items = _items(function, one)
        for index, item in enumerate(items):
            if position == (index if by_position else item.item_id):
                return one, index, item
        if by_position:
            break
        below = [item.submenu for item in items if item.submenu and item.submenu not in seen]
        waiting += below
        seen.update(below)
    return kernel32.fail(function, _ERROR_MENU_ITEM_NOT_FOUND)


def _change(function: str, menu: Any, position: Any, *, by_position: bool, **fields: Any) -> MenuItem:
    """Give an item other values; returns it as it was."""
    where, index, item = _find(function, user32.hwnd(menu), _number(position), by_position=by_position)
    kernel32.invoke(function, _menu.SetMenuItem(where, index, True, replace(item, **fields)))
    return item


def _number(value: Any) -> int:
    """Return a position or an id; both may be written signed or not."""
    return kernel32.signed(kernel32.dword(value))


def _is_by_position(flags: Any) -> bool:
    return bool(kernel32.dword(flags) & MF_BYPOSITION)


# -- items by flags (MF_)


def AppendMenu(hMenu: Any, uFlags: int, uIDNewItem: Any, newItem: str, /) -> None:
    """Add an item at the end; with MF_POPUP *uIDNewItem* is its submenu."""
    _insert("AppendMenu", hMenu, -1, uFlags | MF_BYPOSITION, uIDNewItem, kernel32.text(newItem))


def InsertMenu(hMenu: Any, uPosition: int, uFlags: int, uIDNewItem: Any, newItem: str | None, /) -> None:
    """Insert an item before another one, which is found by id or (MF_BYPOSITION) by position."""
    _insert("InsertMenu", hMenu, uPosition, uFlags, uIDNewItem, kernel32.text_or_none(newItem))


def _insert(function: str, menu: Any, position: Any, flags: Any, identifier: Any, text: str | None) -> None:
    call = _menu.InsertMenuItem(
        user32.hwnd(menu), _number(position), _is_by_position(flags), _item(function, flags, identifier, text)
    )
    kernel32.invoke(function, call)


def _item(function: str, flags: Any, identifier: Any, text: str | None) -> MenuItem:
    flags = kernel32.dword(flags)
    if flags & (_MF_BITMAP | _MF_OWNERDRAW):
        raise NotImplementedError(f"{function} of an item that is drawn is not provided by ntsessions")
    number = user32.hwnd(identifier)
    return MenuItem(
        item_id=kernel32.signed(number),
        text="" if flags & _MF_SEPARATOR else _text(function, text or ""),
        type=flags & _TYPES,
        state=flags & _STATES,
        submenu=number if flags & _MF_POPUP else 0,
    )


def _text(function: str, text: str) -> str:
    """Return the text of an item, as far as there is a place for it."""
    if len(text) > _menu.ITEM_TEXT_LIMIT:
        kernel32.fail(function, _ERROR_NOT_ENOUGH_MEMORY)
    return text


def ModifyMenu(hMnu: Any, uPosition: int, uFlags: int, uIDNewItem: Any, newItem: str, /) -> None:
    """Replace an item; its submenu goes if it has another one."""
    made = _item("ModifyMenu", uFlags, uIDNewItem, kernel32.text(newItem))
    where, index, old = _find("ModifyMenu", user32.hwnd(hMnu), _number(uPosition), by_position=_is_by_position(uFlags))
    kernel32.invoke("ModifyMenu", _menu.SetMenuItem(where, index, True, made))
    if old.submenu and old.submenu != made.submenu:
        kernel32.attempt(_menu.DestroyMenu(old.submenu), None)


def DeleteMenu(hmenu: Any, position: int, flags: int, /) -> None:
    """Take an item out, and destroy its submenu."""
    _remove("DeleteMenu", hmenu, position, flags, destroy=True)


def RemoveMenu(hmenu: Any, position: int, flags: int, /) -> None:
    """Take an item out; its submenu stays."""
    _remove("RemoveMenu", hmenu, position, flags, destroy=False)


def _remove(function: str, menu: Any, position: Any, flags: Any, *, destroy: bool) -> None:
    call = _menu.RemoveMenuItem(user32.hwnd(menu), _number(position), _is_by_position(flags), destroy)
    kernel32.invoke(function, call)


def CheckMenuItem(hMenu: Any, uIDCheckItem: int, uCheck: int, /) -> int:
    """Check an item or not (MF_CHECKED); returns what it was, -1 when there is none."""
    return _set_state("CheckMenuItem", hMenu, uIDCheckItem, uCheck, _CHECKED)


def EnableMenuItem(hMenu: Any, uIDEnableItem: int, uEnable: int, /) -> int:
    """Enable, disable or gray an item (MF_); returns what it was, -1 when there is none."""
    return _set_state("EnableMenuItem", hMenu, uIDEnableItem, uEnable, _GRAYED)


def _set_state(function: str, menu: Any, position: Any, flags: Any, mask: int) -> int:
    try:
        where, index, item = _find(function, user32.hwnd(menu), _number(position), by_position=_is_by_position(flags))
        state = item.state & ~mask | kernel32.dword(flags) & mask
        kernel32.invoke(function, _menu.SetMenuItem(where, index, True, replace(item, state=state)))
    except error:
        return _NO_ITEM
    return item.state & mask


def CheckMenuRadioItem(hMenu: Any, idFirst: int, idLast: int, idCheck: int, uFlags: int, /) -> None:
    """Check one of a group of items with a bullet, and no other."""
    by_position = _is_by_position(uFlags)
    for identifier in range(idFirst, idLast + 1):
        where, index, item = _find("CheckMenuRadioItem", user32.hwnd(hMenu), identifier, by_position=by_position)
        changed = replace(item, type=item.type & ~_MFT_RADIOCHECK, state=item.state & ~_CHECKED)
        if identifier == idCheck:
            changed = replace(item, type=item.type | _MFT_RADIOCHECK, state=item.state | _CHECKED)
        kernel32.invoke("CheckMenuRadioItem", _menu.SetMenuItem(where, index, True, changed))


def SetMenuDefaultItem(hMenu: Any, uItem: int, fByPos: int, /) -> None:
    """Make an item the menu's default one; -1: none is."""
    menu, by_position = user32.hwnd(hMenu), kernel32.boolean(fByPos)
    wanted = _number(uItem)
    items = _items("SetMenuDefaultItem", menu)
    keys = [index if by_position else item.item_id for index, item in enumerate(items)]
    if wanted not in keys and wanted != _NO_ITEM:
        kernel32.fail("SetMenuDefaultItem", _ERROR_MENU_ITEM_NOT_FOUND)
    chosen = keys.index(wanted) if wanted != _NO_ITEM else _NO_ITEM
    for index, item in enumerate(items):
        state = item.state | _DEFAULT if index == chosen else item.state & ~_DEFAULT
        if state != item.state:
            kernel32.invoke("SetMenuDefaultItem", _menu.SetMenuItem(menu, index, True, replace(item, state=state)))


# -- reading items


def GetMenuItemCount(hMenu: Any, /) -> int:
    """Return how many items a menu has, -1 when it is none."""
    answer = kernel32.attempt(_menu.QueryMenu(user32.hwnd(hMenu)), None)
    return _NO_ITEM if answer is None else answer.count


def _at(menu: Any, position: Any) -> MenuItem | None:
    """Return the item at a position, None when there is none."""
    start = kernel32.long(position)
    answer = kernel32.attempt(_menu.QueryMenu(user32.hwnd(menu), max(0, start)), None)
    return answer.items[0] if answer is not None and answer.items and start >= 0 else None


def GetMenuItemID(hMenu: Any, nPos: int, /) -> int:
    """Return the id of the item at a position; -1 for a submenu, or for none."""
    item = _at(hMenu, nPos)
    return _NO_ITEM if item is None or item.submenu else item.item_id


def GetSubMenu(hMenu: Any, nPos: int, /) -> int:
    """Return the submenu of the item at a position, 0 for none."""
    kernel32.set_last_error(0)
    item = _at(hMenu, nPos)
    if item is None and kernel32.get_last_error():
        kernel32.fail("GetSubMenu")
    return 0 if item is None else item.submenu


def GetMenuState(hMenu: Any, uID: int, flags: int, /) -> int:
    """Return the flags (MF_) of an item, for a submenu with how many items it has in the next byte; -1 for none."""
    try:
        _, _, item = _find("GetMenuState", user32.hwnd(hMenu), _number(uID), by_position=_is_by_position(flags))
    except error:
        return _NO_ITEM
    found = item.type | item.state
    if item.submenu:
        found = found & 0xFF | _MF_POPUP | (GetMenuItemCount(item.submenu) & 0xFF) << 8
    return found


def GetMenuDefaultItem(hMenu: Any, fByPos: int, flags: int, /) -> int:
    """Return the position or id of a menu's default item, -1 for none."""
    kernel32.dword(flags)
    items = _items("GetMenuDefaultItem", user32.hwnd(hMenu))
    for index, item in enumerate(items):
        if item.state & _DEFAULT:
            return index if kernel32.boolean(fByPos) else item.item_id
    return _NO_ITEM


# -- items as MENUITEMINFO (win32gui_struct)


def InsertMenuItem(hMenu: Any, uItem: int, fByPosition: int, menuItem: Any, /) -> None:
    """Insert an item, as a MENUITEMINFO describes it."""
    item = _described("InsertMenuItem", menuItem, MenuItem())
    call = _menu.InsertMenuItem(user32.hwnd(hMenu), _number(uItem), kernel32.boolean(fByPosition), item)
    kernel32.invoke("InsertMenuItem", call)


def SetMenuItemInfo(hMenu: Any, uItem: int, fByPosition: int, menuItem: Any, /) -> None:
    """Change of an item what a MENUITEMINFO names."""
    where, index, old = _find(
        "SetMenuItemInfo", user32.hwnd(hMenu), _number(uItem), by_position=kernel32.boolean(fByPosition)
    )
    item = _described("SetMenuItemInfo", menuItem, old)
    kernel32.invoke("SetMenuItemInfo", _menu.SetMenuItem(where, index, True, item))


def GetMenuItemInfo(hMenu: Any, uItem: int, fByPosition: int, menuItem: Any, /) -> None:
    """Fill a MENUITEMINFO with what its mask asks for."""
    _, mask, *_, text, room, _ = _fields(menuItem)
    _, _, item = _find("GetMenuItemInfo", user32.hwnd(hMenu), _number(uItem), by_position=kernel32.boolean(fByPosition))
    length = 0
    if mask & (_MIIM_STRING | _MIIM_TYPE):
        length = len(item.text)
        if text and room:
            length = min(length, room - 1)
            memory.PySetString(text, item.text[:length])
    memoryview(menuItem).cast("B")[:] = _ITEM_INFO.pack(
        _ITEM_INFO.size, mask, item.type, item.state, item.item_id, item.submenu, 0, 0, item.data, text, length, 0
    )


def _fields(info: Any) -> tuple[Any, ...]:
    view = memoryview(info)
    if view.nbytes != _ITEM_INFO.size:
        raise TypeError(f"Argument must be a {_ITEM_INFO.size}-byte string/buffer (got {view.nbytes} bytes)")
    return _ITEM_INFO.unpack(view.cast("B"))


def _described(function: str, info: Any, item: MenuItem) -> MenuItem:
    """Return an item with what a MENUITEMINFO names, and the rest as it was."""
    _, mask, kind, state, identifier, submenu, checked, unchecked, data, text, _, bitmap = _fields(info)
    if (mask & _MIIM_BITMAP and bitmap) or (mask & _MIIM_CHECKMARKS and (checked or unchecked)):
        raise NotImplementedError(f"{function} with bitmaps is not provided by ntsessions")
    changed: dict[str, Any] = {}
    if mask & (_MIIM_TYPE | _MIIM_FTYPE):
        if kind & (_MF_BITMAP | _MF_OWNERDRAW):
            raise NotImplementedError(f"{function} of an item that is drawn is not provided by ntsessions")
        changed["type"] = kind
    if mask & _MIIM_STATE:
        changed["state"] = state
    if mask & _MIIM_ID:
        changed["item_id"] = identifier
    if mask & _MIIM_SUBMENU:
        changed["submenu"] = submenu & 0xFFFFFFFF
    if mask & _MIIM_DATA:
        changed["data"] = data
    if mask & (_MIIM_STRING | _MIIM_TYPE) and not kind & _MF_SEPARATOR:
        changed["text"] = _text(function, memory.read_text(text)) if text else ""
    return replace(item, **changed)
