"""Menus (nt-semantics 7.1, 8.6): lists of items on the heap of the desktop where they were made.

An item names its submenu by handle.  Invariant: no menu can be reached from itself, so that every walk ends.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.user_handles import UserObjectType
from ntsessions.executive.windowing.connection import allocate
from ntsessions.executive.windowing.heap_view import encode_text
from ntsessions.executive.windowing.user_handles import UserObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ntsessions.abi.calls.menu import MenuItem
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.windowing.desktop import Desktop


class Menu(UserObject):
    """A menu."""

    __slots__ = ("blocks", "is_popup", "items")

    user_type = UserObjectType.MENU

    def __init__(self, process: "Process", desktop: "Desktop", *, is_popup: bool) -> None:
        super().__init__(process, desktop)
        self.is_popup = is_popup
        self.items: list[MenuItem] = []
        self.blocks: list[int] = []
        """Where each item's block is on the heap."""

    def forget(self) -> None:
        """Take the handle back; what it took on the heap is free already, or goes with the desktop."""
        process = self.process
        process.session.windowing.handles.remove(self)
        assert process.gui is not None, "a process's menus end before it is disconnected"
        del process.gui.menus[self.handle]
        del self.desktop.menus[self.handle]


def submenus(menu: Menu) -> "Iterator[Menu]":
    """Yield a menu and all below it, each once; items whose submenu was destroyed lead nowhere."""
    handles = menu.process.session.windowing.handles
    found = {menu: None}
    waiting = [menu]
    while waiting:
        one = waiting.pop()
        yield one
        for item in one.items:
            below = handles.find(item.submenu, Menu) if item.submenu else None
            if below is not None and below not in found:
                found[below] = None
                waiting.append(below)


def find_item(menu: Menu, position: int, *, by_position: bool) -> tuple[Menu, int] | None:
    """Return the menu that has an item, and where: *position*, or the first item with that id, in submenus too."""
    if by_position:
        return (menu, position) if 0 <= position < len(menu.items) else None
    for one in submenus(menu):
        for index, item in enumerate(one.items):
            if item.item_id == position:
                return one, index
    return None


def check_submenu(menu: Menu, item: "MenuItem") -> None:
    """Raise unless the submenu of an item is a menu of the same process and desktop that does not lead to *menu*."""
    if not item.submenu:
        return
    below = menu.process.session.windowing.handles.find(item.submenu, Menu)
    if below is None or below.desktop is not menu.desktop:
        raise nt_error(NtStatus.INVALID_MENU_HANDLE, f"{item.submenu & 0xFFFFFFFF:#x}")
    if below.process is not menu.process:
        raise nt_error(NtStatus.ACCESS_DENIED, f"menu {below.handle:#x} is of process {below.process.process_id}")
    if any(one is menu for one in submenus(below)):
        raise nt_error(NtStatus.INVALID_PARAMETER, "a menu cannot be below itself")


def allocate_item(executive: "Executive", menu: Menu, item: "MenuItem") -> int:
    """Return the block of an item.  Raises NO_MEMORY."""
    sizes = executive.profile.user_object_sizes
    text = len(encode_text(item.text)) // 2 * sizes.window_character
    return allocate(executive, menu.desktop, sizes.menu_item + text)


def remove_item(menu: Menu, index: int) -> "MenuItem":
    """Take an item out of a menu."""
    menu.desktop.heap.free(menu.blocks.pop(index))
    return menu.items.pop(index)


def destroy_menu(menu: Menu) -> None:
    """Destroy a menu and those of its process below it."""
    heap = menu.desktop.heap
    for one in list(submenus(menu)):
        if one.process is menu.process and one.desktop is menu.desktop:
            for block in one.blocks:
                heap.free(block)
            heap.free(one.offset)
            one.forget()
