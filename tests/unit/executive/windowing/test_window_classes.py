"""Window classes: whose they are, and what they take on desktops (nt-semantics 7.3, 8.6)."""

import pytest

from ntsessions.abi.calls.atom import USER_TABLE, AddAtom, FindAtom
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow, QueryWindow
from ntsessions.abi.calls.window_class import (
    CONTROL_CLASSES,
    CS_GLOBALCLASS,
    SYSTEM_CLASSES,
    QueryClass,
    RegisterClass,
    UnregisterClass,
)
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import check_books, desktop_of, on_new_desktop, window


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.mark.parametrize("name", [*CONTROL_CLASSES, *SYSTEM_CLASSES, 0x8002])
def test_every_process_has_the_systems_classes(world: World, alice: Program, name: str | int) -> None:
    row = alice.call(QueryClass(name))
    assert row.is_system
    assert alice.call(QueryWindow(window(alice, name))).class_name == row.name  # type: ignore[arg-type]
    assert alice.status(UnregisterClass(name)) is S.CLASS_DOES_NOT_EXIST
    check_books(world.executive)


def test_a_class_is_its_processs_own(world: World, alice: Program) -> None:
    atom = alice.call(RegisterClass("Board", 3, class_extra=8, window_extra=16, module=-1, menu_name="menu"))
    row = alice.call(QueryClass("BOARD", module=-1))
    assert (row.name, row.atom, row.style, row.class_extra, row.window_extra) == ("Board", atom, 3, 8, 16)
    assert (row.module, row.menu_name, row.is_system) == ((1 << 64) - 1, "menu", False)
    assert alice.call(FindAtom("board", USER_TABLE)) == atom
    assert alice.call(QueryWindow(alice.call(CreateWindow(atom, module=-1)))).class_name == "Board"
    other = world.program()
    assert other.status(CreateWindow("Board")) is S.CANNOT_FIND_WND_CLASS
    assert other.status(QueryClass("Board")) is S.CLASS_DOES_NOT_EXIST
    assert other.call(RegisterClass("board")) == atom


def test_the_same_name_is_taken_once_per_module(alice: Program) -> None:
    alice.call(RegisterClass("C"))
    alice.call(RegisterClass("C", window_extra=1, module=5))
    alice.call(RegisterClass("C", CS_GLOBALCLASS, window_extra=2, module=6))
    for again in (RegisterClass("c"), RegisterClass("C", module=5), RegisterClass("C", CS_GLOBALCLASS, module=7)):
        assert alice.status(again) is S.CLASS_ALREADY_EXISTS
    assert [alice.call(QueryClass("C", module)).window_extra for module in (0, 5, 6, 7)] == [0, 1, 2, 2]
    alice.call(UnregisterClass("C", module=5))
    assert alice.call(QueryClass("C", module=5)).window_extra == 2
    alice.call(UnregisterClass("C", module=5))
    assert alice.status(QueryClass("C", module=5)) is S.CLASS_DOES_NOT_EXIST


def test_a_program_may_have_its_own_button(alice: Program) -> None:
    alice.call(RegisterClass("Button", window_extra=4))
    assert not alice.call(QueryClass("button")).is_system
    alice.call(UnregisterClass("BUTTON"))
    assert alice.call(QueryClass("button")).is_system


def test_a_class_with_windows_stays(world: World, alice: Program) -> None:
    alice.call(RegisterClass("C"))
    handle = window(alice, "C")
    assert alice.status(UnregisterClass("C")) is S.CLASS_HAS_WINDOWS
    alice.call(DestroyWindow(handle))
    alice.call(UnregisterClass("C"))
    assert alice.status(UnregisterClass("C")) is S.CLASS_DOES_NOT_EXIST
    check_books(world.executive)


@pytest.mark.parametrize("name", ["", "x" * 256, 0, -1, 0x10000, 0xFFF0])
def test_what_names_no_class(alice: Program, name: str | int) -> None:
    assert alice.status(RegisterClass(name)) is S.INVALID_PARAMETER
    if name != 0xFFF0:  # which could be an atom
        assert alice.status(UnregisterClass(name)) is S.INVALID_PARAMETER
        assert alice.status(QueryClass(name)) is S.INVALID_PARAMETER


def test_a_class_can_be_named_by_a_number_or_an_atom(alice: Program) -> None:
    assert alice.call(RegisterClass(77)) == 77
    assert alice.call(QueryClass("#77")).name == "#77"
    atom = alice.call(AddAtom("Name", USER_TABLE))
    assert alice.call(RegisterClass(atom)) == atom
    assert alice.call(QueryClass("name")).name == "Name"


def test_a_class_takes_room_on_each_desktop_that_has_windows_of_it(world: World, alice: Program) -> None:
    alice.call(RegisterClass("C", class_extra=1000))
    home = desktop_of(alice)
    used = home.heap.used
    thread = alice.thread()
    on_new_desktop(thread)
    there = desktop_of(thread).heap
    before = there.used
    first, second = window(thread, "C"), window(thread, "C")
    assert there.used > before + 1000
    assert home.heap.used == used
    thread.call(DestroyWindow(first))
    check_books(world.executive)
    thread.call(DestroyWindow(second))
    assert there.used == before
    alice.call(UnregisterClass("C"))
    assert home.heap.used < used - 1000
    check_books(world.executive)


def test_a_full_heap_takes_no_class(world: World, alice: Program) -> None:
    on_new_desktop(alice, heap_kb=16)
    assert alice.status(RegisterClass("C", class_extra=20_000)) is S.NO_MEMORY
    assert alice.status(QueryClass("C")) is S.CLASS_DOES_NOT_EXIST
    check_books(world.executive)


def test_classes_go_with_their_process(world: World, alice: Program) -> None:
    window(world.program())
    desktop = world.executive.sessions[1].windowing.station.desktops()[2]
    used = desktop.heap.used
    alice.call(RegisterClass("C"))
    window(alice, "C")
    window(alice, "Button")
    alice.exit()
    assert desktop.heap.used == used
    check_books(world.executive)
