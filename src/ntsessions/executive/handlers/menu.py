"""Handlers of the menu calls (nt-semantics 7.1, 8.6)."""

from ntsessions.abi.access import DESKTOP_CREATEMENU, DESKTOP_READOBJECTS
from ntsessions.abi.calls import menu as abi
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.windowing import menu as menus
from ntsessions.executive.windowing import scope
from ntsessions.executive.windowing.connection import allocate, gui_thread
from ntsessions.executive.windowing.menu import Menu


@handles(abi.CreateMenu)
def create_menu(executive: Executive, caller: Thread, call: abi.CreateMenu) -> int:
    """Create an empty menu."""
    gui = gui_thread(executive, caller)
    scope.require_right(caller, gui, DESKTOP_CREATEMENU)
    desktop, process = gui.desktop, caller.process
    assert process.gui is not None
    menu = Menu(process, desktop, is_popup=call.popup)
    menu.offset = allocate(executive, desktop, executive.profile.user_object_sizes.menu)
    try:
        handle = process.session.windowing.handles.add(menu)
    except NtError:
        desktop.heap.free(menu.offset)
        raise
    process.gui.menus[handle] = desktop.menus[handle] = menu
    return handle


def _find(executive: Executive, caller: Thread, handle: int) -> Menu:
    """Return a menu on the caller's desktop."""
    gui = gui_thread(executive, caller)
    menu = scope.find(caller, handle, Menu)
    if menu is None or menu.desktop is not gui.desktop:
        raise nt_error(NtStatus.INVALID_MENU_HANDLE, f"{handle & 0xFFFFFFFF:#x}")
    return menu


def _own(executive: Executive, caller: Thread, handle: int) -> Menu:
    """Return a menu of the calling process."""
    menu = _find(executive, caller, handle)
    if menu.process is not caller.process:
        raise nt_error(NtStatus.ACCESS_DENIED, f"menu {menu.handle:#x} is of process {menu.process.process_id}")
    return menu


def _item(menu: Menu, position: int, *, by_position: bool) -> tuple[Menu, int]:
    found = menus.find_item(menu, position, by_position=by_position)
    if found is None:
        raise nt_error(NtStatus.MENU_ITEM_NOT_FOUND, f"{'item' if by_position else 'id'} {position}")
    return found


@handles(abi.DestroyMenu)
def destroy_menu(executive: Executive, caller: Thread, call: abi.DestroyMenu) -> None:
    """Destroy a menu with its submenus."""
    menus.destroy_menu(_own(executive, caller, call.menu))


@handles(abi.InsertMenuItem)
def insert_menu_item(executive: Executive, caller: Thread, call: abi.InsertMenuItem) -> None:
    """Insert an item before another one."""
    menu = _own(executive, caller, call.menu)
    menus.check_submenu(menu, call.item)
    index = len(menu.items)
    if call.by_position:
        if 0 <= call.position < index:
            index = call.position
    elif call.position != -1:
        menu, index = _item(menu, call.position, by_position=False)
        menus.check_submenu(menu, call.item)
    block = menus.allocate_item(executive, menu, call.item)
    menu.items.insert(index, call.item)
    menu.blocks.insert(index, block)


@handles(abi.SetMenuItem)
def set_menu_item(executive: Executive, caller: Thread, call: abi.SetMenuItem) -> None:
    """Replace an item."""
    menu, index = _item(_own(executive, caller, call.menu), call.position, by_position=call.by_position)
    menus.check_submenu(menu, call.item)
    block = menus.allocate_item(executive, menu, call.item)
    menu.desktop.heap.free(menu.blocks[index])
    menu.items[index], menu.blocks[index] = call.item, block


@handles(abi.RemoveMenuItem)
def remove_menu_item(executive: Executive, caller: Thread, call: abi.RemoveMenuItem) -> None:
    """Take an item out."""
    menu, index = _item(_own(executive, caller, call.menu), call.position, by_position=call.by_position)
    item = menus.remove_item(menu, index)
    if call.destroy and item.submenu:
        below = caller.process.session.windowing.handles.find(item.submenu, Menu)
        if below is not None and below.process is caller.process:
            menus.destroy_menu(below)


@handles(abi.QueryMenu)
def query_menu(executive: Executive, caller: Thread, call: abi.QueryMenu) -> abi.MenuInformation:
    """Read items of a menu."""
    menu = _find(executive, caller, call.menu)
    if menu.process is not caller.process:
        scope.require_right(caller, gui_thread(executive, caller), DESKTOP_READOBJECTS)
    shown = tuple(menu.items[call.start : call.start + abi.ITEMS_PER_ANSWER])
    return abi.MenuInformation(menu.is_popup, len(menu.items), shown)


@handles(abi.SetMenu)
def set_menu(executive: Executive, caller: Thread, call: abi.SetMenu) -> None:
    """Give a top-level window a menu."""
    window = scope.own(caller, gui_thread(executive, caller), call.window)
    if window.is_child:
        raise nt_error(NtStatus.TLW_WITH_WSCHILD, f"{window.handle:#x} is a child; it has no menu")
    window.menu = _own(executive, caller, call.menu).handle if call.menu else 0
