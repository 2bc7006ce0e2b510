"""Menus: items, submenus, and what they take (nt-semantics 7.1, 8.6)."""

import pytest

from ntsessions.abi.calls.menu import (
    ITEMS_PER_ANSWER,
    CreateMenu,
    DestroyMenu,
    InsertMenuItem,
    MenuItem,
    QueryMenu,
    RemoveMenuItem,
    SetMenu,
    SetMenuItem,
)
from ntsessions.abi.calls.window import QueryWindow
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import check_books, check_survival, child, desktop_of, on_new_desktop, window


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


def add(program: Program, menu: int, item_id: int, text: str = "", submenu: int = 0, position: int = -1) -> None:
    program.call(InsertMenuItem(menu, position, True, MenuItem(item_id, text, submenu=submenu)))


def ids(program: Program, menu: int) -> list[int]:
    return [item.item_id for item in program.call(QueryMenu(menu)).items]


def test_items_stand_where_they_were_put(world: World, alice: Program) -> None:
    menu = alice.call(CreateMenu(popup=True))
    for item_id in (1, 2, 3):
        add(alice, menu, item_id, f"item {item_id}")
    add(alice, menu, 4, position=0)
    add(alice, menu, 5, position=99)
    alice.call(InsertMenuItem(menu, 2, False, MenuItem(6)))
    alice.call(InsertMenuItem(menu, -1, False, MenuItem(7)))
    assert ids(alice, menu) == [4, 1, 6, 2, 3, 5, 7]
    alice.call(SetMenuItem(menu, 2, False, MenuItem(8, "other", 1, 2, 0, -3)))
    alice.call(SetMenuItem(menu, 0, True, MenuItem(9)))
    alice.call(RemoveMenuItem(menu, 6, False))
    alice.call(RemoveMenuItem(menu, 0, True))
    assert ids(alice, menu) == [1, 8, 3, 5, 7]
    assert alice.call(QueryMenu(menu)).items[1] == MenuItem(8, "other", 1, 2, 0, -3)
    assert alice.call(QueryMenu(menu)).is_popup
    for call in (SetMenuItem(menu, 5, True, MenuItem()), SetMenuItem(menu, 99, False, MenuItem()),
                 RemoveMenuItem(menu, -1, True), InsertMenuItem(menu, 99, False, MenuItem())):  # fmt: skip
        assert alice.status(call) is S.MENU_ITEM_NOT_FOUND
    check_books(world.executive)
    check_survival(world)


def test_an_item_is_found_by_id_in_submenus(alice: Program) -> None:
    top, below = alice.call(CreateMenu()), alice.call(CreateMenu())
    add(alice, below, 7)
    add(alice, top, 1, submenu=below)
    alice.call(SetMenuItem(top, 7, False, MenuItem(8)))
    assert ids(alice, below) == [8]
    alice.call(InsertMenuItem(top, 8, False, MenuItem(6)))
    assert ids(alice, below) == [6, 8]


def test_no_menu_is_below_itself(alice: Program) -> None:
    """Whoever walks a menu comes to an end."""
    a, b, c = (alice.call(CreateMenu()) for _ in range(3))
    add(alice, a, 1, submenu=b)
    add(alice, b, 2, submenu=c)
    add(alice, c, 3)
    for menu, below in ((a, a), (b, a), (c, a)):
        assert alice.status(InsertMenuItem(menu, -1, True, MenuItem(submenu=below))) is S.INVALID_PARAMETER
    assert alice.status(SetMenuItem(a, 3, False, MenuItem(submenu=b))) is S.INVALID_PARAMETER
    assert alice.status(InsertMenuItem(b, 3, False, MenuItem(submenu=b))) is S.INVALID_PARAMETER


def test_menus_go_with_those_above_them(world: World, alice: Program) -> None:
    a, b, c, d = (alice.call(CreateMenu()) for _ in range(4))
    used = desktop_of(alice).heap.used
    add(alice, a, 1, submenu=b)
    add(alice, b, 2, submenu=c)
    add(alice, b, 2, submenu=c)
    add(alice, d, 3)
    alice.call(DestroyMenu(a))
    for menu in (a, b, c):
        assert alice.status(DestroyMenu(menu)) is S.INVALID_MENU_HANDLE
    assert ids(alice, d) == [3]
    assert desktop_of(alice).heap.used < used
    check_books(world.executive)


def test_removing_an_item_destroys_its_submenu_or_leaves_it(alice: Program) -> None:
    top, first, second = (alice.call(CreateMenu()) for _ in range(3))
    add(alice, top, 1, submenu=first)
    add(alice, top, 2, submenu=second)
    alice.call(RemoveMenuItem(top, 1, False))
    assert alice.status(QueryMenu(first)) is S.INVALID_MENU_HANDLE
    alice.call(RemoveMenuItem(top, 2, False, destroy=False))
    assert ids(alice, second) == []


def test_a_submenu_that_was_destroyed_leads_nowhere(alice: Program) -> None:
    top, below = alice.call(CreateMenu()), alice.call(CreateMenu())
    add(alice, top, 1, submenu=below)
    alice.call(DestroyMenu(below))
    assert alice.status(SetMenuItem(top, 9, False, MenuItem())) is S.MENU_ITEM_NOT_FOUND
    alice.call(RemoveMenuItem(top, 0, True))
    alice.call(DestroyMenu(top))


def test_menus_are_their_processs_own(world: World, alice: Program) -> None:
    menu = alice.call(CreateMenu())
    add(alice, menu, 1)
    other = world.program()
    assert ids(other, menu) == [1], "but can be read on their desktop"
    own = other.call(CreateMenu())
    item = MenuItem(submenu=menu)
    handle = window(other)
    for call in (DestroyMenu(menu), InsertMenuItem(menu, -1, True, MenuItem()), SetMenuItem(menu, 0, True, MenuItem()),
                 RemoveMenuItem(menu, 0, True), InsertMenuItem(own, -1, True, item), SetMenu(handle, menu),
                 SetMenu(window(alice), own)):  # fmt: skip
        assert other.status(call) is S.ACCESS_DENIED
    on_new_desktop(third := world.program())
    assert third.status(QueryMenu(menu)) is S.INVALID_MENU_HANDLE
    assert third.status(InsertMenuItem(third.call(CreateMenu()), -1, True, item)) is S.INVALID_MENU_HANDLE
    assert alice.status(InsertMenuItem(menu, -1, True, MenuItem(submenu=handle))) is S.INVALID_MENU_HANDLE


def test_a_window_gets_a_menu(alice: Program) -> None:
    handle, menu = window(alice), alice.call(CreateMenu())
    alice.call(SetMenu(handle, menu))
    assert alice.call(QueryWindow(handle)).menu == menu
    alice.call(SetMenu(handle, 0))
    assert alice.call(QueryWindow(handle)).menu == 0
    assert alice.status(SetMenu(handle, 0x123)) is S.INVALID_MENU_HANDLE
    assert alice.status(SetMenu(0x123, menu)) is S.INVALID_WINDOW_HANDLE
    assert alice.status(SetMenu(child(alice, handle), menu)) is S.TLW_WITH_WSCHILD


def test_items_end_with_the_heap(world: World, alice: Program) -> None:
    on_new_desktop(alice, heap_kb=32)
    menu = alice.call(CreateMenu())
    while alice.status(InsertMenuItem(menu, -1, True, MenuItem(1, "x" * 1000))) is S.SUCCESS:
        pass
    count = alice.call(QueryMenu(menu)).count
    assert alice.status(SetMenuItem(menu, 0, True, MenuItem(2, "y" * 1024))) is S.NO_MEMORY
    assert ids(alice, menu) == [1] * count
    while alice.status(CreateMenu()) is S.SUCCESS:
        pass
    assert alice.status(CreateMenu()) is S.NO_MEMORY
    check_books(world.executive)


def test_the_handle_quota_holds_for_menus(world: World, alice: Program) -> None:
    window(alice)
    gui = alice.process.gui
    assert gui is not None
    gui.user_objects += 9_999
    assert alice.status(CreateMenu()) is S.NO_MORE_USER_HANDLES
    gui.user_objects -= 9_999
    check_books(world.executive)


def test_long_menus_are_read_piece_by_piece(alice: Program) -> None:
    menu = alice.call(CreateMenu())
    for item_id in range(ITEMS_PER_ANSWER + 1):
        add(alice, menu, item_id)
    first, rest = alice.call(QueryMenu(menu)), alice.call(QueryMenu(menu, ITEMS_PER_ANSWER))
    assert (first.count, len(first.items), len(rest.items)) == (ITEMS_PER_ANSWER + 1, ITEMS_PER_ANSWER, 1)
