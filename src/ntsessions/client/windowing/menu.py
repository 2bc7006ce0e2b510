"""Menus, as the blocking client shows them."""

from typing import TYPE_CHECKING, Self

from ntsessions.abi.calls.menu import ITEM_TEXT_LIMIT, DestroyMenu, InsertMenuItem, MenuItem, QueryMenu, RemoveMenuItem
from ntsessions.client.windowing.window_messages import within

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing


class Menu:
    """A menu."""

    __slots__ = ("_client", "handle")

    def __init__(self, client: "SessionWindowing", handle: int) -> None:
        self._client = client
        self.handle = handle

    @property
    def items(self) -> list[MenuItem]:
        """Its items, in order."""
        found: list[MenuItem] = []
        while True:
            answer = self._client.call(QueryMenu(self.handle, len(found)))
            found += answer.items
            if not answer.items or len(found) >= answer.count:
                return found

    def append(self, text: str, item_id: int = 0, *, submenu: "Menu | None" = None) -> None:
        """Add an item at the end."""
        item = MenuItem(item_id, within(text, ITEM_TEXT_LIMIT), submenu=0 if submenu is None else submenu.handle)
        self._client.call(InsertMenuItem(self.handle, -1, True, item))

    def remove(self, position: int) -> None:
        """Take an item out; its submenu is destroyed with it."""
        self._client.call(RemoveMenuItem(self.handle, position, True))

    def destroy(self) -> None:
        """Destroy it with its submenus; that of a window goes with the window."""
        self._client.call(DestroyMenu(self.handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.destroy()

    def __repr__(self) -> str:
        return f"<Menu {self.handle:#x}>"
