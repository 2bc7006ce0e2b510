"""What is left when a thread or a process has ended: nothing (nt-semantics 7.1)."""

import pytest

from ntsessions.abi.calls.hook import WH_CBT, SetWindowsHook
from ntsessions.abi.calls.menu import CreateMenu, InsertMenuItem, MenuItem
from ntsessions.abi.calls.message import (
    GetMessage,
    MsgWaitForObjects,
    PostMessage,
    SendMessage,
    SetTimer,
)
from ntsessions.abi.calls.window import ListWindows
from ntsessions.abi.calls.window_class import RegisterClass
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    VISIBLE,
    check_books,
    check_survival,
    child,
    on_new_desktop,
    user_objects,
    window,
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


def busy(program: Program, other_window: int) -> None:
    """Do everything that leaves something behind."""
    program.call(RegisterClass("C"))
    top = window(program, "C", "text", style=VISIBLE)
    child(program, top)
    window(program, parent=top, menu=program.call(CreateMenu()))
    menu, below = program.call(CreateMenu()), program.call(CreateMenu())
    program.call(InsertMenuItem(menu, -1, True, MenuItem(1, "x", submenu=below)))
    program.call(SetWindowsHook(WH_CBT))
    program.call(SetTimer(top, 1))
    program.call(SetTimer(0, 1))
    program.call(PostMessage(top, 1))
    window(program)
    program.begin(SendMessage(other_window, 0x400, data=b"x"))
    program.begin(GetMessage(first=0x7000, last=0x7000))
    program.begin(MsgWaitForObjects((), mask=0x10))


@pytest.mark.parametrize("ends", ["thread", "exit", "kill"])
def test_nothing_is_left(world: World, alice: Program, ends: str) -> None:
    keeper = world.program()
    there = window(keeper)
    session = world.executive.sessions[1]
    windows = session.windowing.station.desktops()[2]
    used, pool = windows.heap.used, session.pool.used
    program = world.program()
    busy(program, there)
    second = program.thread()
    child(second, there)
    check_books(world.executive)
    check_survival(world)
    if ends == "thread":
        program.end_thread()
        check_books(world.executive)
        assert second.call(ListWindows()) == (there,)
        second.exit()
    elif ends == "exit":
        program.exit()
    else:
        session_process = program.process
        world.executive.end_process(session_process, 9)
    assert [item.handle for item in user_objects(world.executive)] == [there]
    assert windows.heap.used == used
    assert not windows.hooks
    assert not world.executive.steady.live
    keeper.call(GetMessage(timeout=0))
    keeper_queue = keeper.thread_object.gui
    assert keeper_queue is not None
    for sent in list(keeper_queue.queue.receiving.values()):
        assert sent.sender is None
    check_books(world.executive)
    assert session.pool.used < pool + 1000


def test_a_desktop_goes_with_the_last_thread_on_it(world: World, alice: Program) -> None:
    window(alice)
    count = len(world.executive.sessions[1].windowing.desktops)
    program = world.program()
    on_new_desktop(program)
    busy(program, window(program.thread()))
    program.exit()
    assert len(world.executive.sessions[1].windowing.desktops) == count
    check_books(world.executive)
