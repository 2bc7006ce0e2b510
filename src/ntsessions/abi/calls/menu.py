"""Menus: USER objects of a process, kept in the heap of the desktop they were made on (nt-semantics 7.1, 8.6)."""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.calls.window import Dword, WindowHandle, Word64
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

MF_BYPOSITION = 0x400
ITEMS_PER_ANSWER = 512
ITEM_TEXT_LIMIT = 1024
_MENU = {S.INVALID_MENU_HANDLE, S.ACCESS_DENIED} | ATTACH_ERRORS
_ITEM = _MENU | {S.MENU_ITEM_NOT_FOUND}


class MenuItem(Reply, frozen=True):
    """One item.  `type` are MFT_ flags, `state` MFS_ flags."""

    item_id: int = 0
    text: Annotated[str, Meta(max_length=ITEM_TEXT_LIMIT)] = ""
    type: Dword = 0
    state: Dword = 0
    submenu: WindowHandle = 0
    data: Word64 = 0


@syscall(0x0148, fails_with={S.ACCESS_DENIED, S.NO_MORE_USER_HANDLES} | ATTACH_ERRORS)
class CreateMenu(Call[int]):
    """Create an empty menu; answers its handle.  Needs DESKTOP_CREATEMENU."""

    popup: bool = False


@syscall(0x0149, fails_with=_MENU)
class DestroyMenu(Call[None]):
    """Destroy a menu of the calling process with its submenus."""

    menu: WindowHandle


@syscall(0x014A, fails_with=_ITEM | {S.INVALID_PARAMETER})
class InsertMenuItem(Call[None]):
    """Insert an item before another one: the one at `position` (-1: at the end), or the one with that id."""

    menu: WindowHandle
    position: int
    by_position: bool
    item: MenuItem


@syscall(0x014B, fails_with=_ITEM | {S.INVALID_PARAMETER})
class SetMenuItem(Call[None]):
    """Replace an item, found by position or by id (in submenus too)."""

    menu: WindowHandle
    position: int
    by_position: bool
    item: MenuItem


@syscall(0x014C, fails_with=_ITEM)
class RemoveMenuItem(Call[None]):
    """Take an item out; `destroy`: its submenu is destroyed with it."""

    menu: WindowHandle
    position: int
    by_position: bool
    destroy: bool = True


class MenuInformation(Reply, frozen=True):
    """A menu: how many items it has, and those asked for."""

    is_popup: bool
    count: int
    items: tuple[MenuItem, ...]


@syscall(0x014D, fails_with=_MENU)
class QueryMenu(Call[MenuInformation]):
    """Read a menu's items from `start` on, at most 512 in an answer."""

    menu: WindowHandle
    start: Annotated[int, Meta(ge=0)] = 0


@syscall(0x014E, fails_with=_MENU | {S.INVALID_WINDOW_HANDLE, S.TLW_WITH_WSCHILD})
class SetMenu(Call[None]):
    """Give a top-level window of the calling process a menu; 0: none."""

    window: WindowHandle
    menu: WindowHandle
