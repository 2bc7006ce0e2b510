"""Programs on a desktop, for the tests of windows, menus, hooks and messages; and the books that must be right."""

from collections import Counter
from typing import Any

from ntsessions.abi.calls.desktop import CreateDesktop, SetThreadDesktop
from ntsessions.abi.calls.message import NONE, GetMessage, Message
from ntsessions.abi.calls.window import CreateWindow
from ntsessions.executive.executive import Executive
from ntsessions.executive.snapshot import restore, save
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.hook import Hook
from ntsessions.executive.windowing.menu import Menu
from ntsessions.executive.windowing.user_handles import UserObject
from ntsessions.executive.windowing.window import Window
from tests.harness import PendingCall, Program, World, replay

VISIBLE, CHILD, POPUP = 0x10000000, 0x40000000, 0x80000000
MESSAGE_ONLY = -3
EVERYBODY = 0xFFFF
LOW = 0x1000


def window(program: Program, class_name: str = "Static", text: str = "", **fields: Any) -> int:
    return program.call(CreateWindow(class_name, text, **fields))


def child(program: Program, parent: int, **fields: Any) -> int:
    return window(program, parent=parent, style=CHILD, **fields)


def on_new_desktop(program: Program, name: str = "second", heap_kb: int = 64, access: int = 0x1FF) -> int:
    """Put a thread on a desktop that is made for it; returns the handle."""
    handle: int = program.call(CreateDesktop(name, heap_kb=heap_kb, desired_access=access)).handle
    program.call(SetThreadDesktop(handle))
    return handle


def next_message(program: Program, **fields: Any) -> Message:
    """Take the next message, if there is one."""
    return program.call(GetMessage(timeout=0, **fields))


def drain(program: Program) -> list[Message]:
    """Take all messages that wait."""
    found = []
    while (message := next_message(program)).kind != NONE:
        found.append(message)
    return found


def waiting(program: Program, **fields: Any) -> PendingCall:
    """Wait for a message."""
    call = program.begin(GetMessage(**fields))
    assert not call.done, "a message waited already"
    return call


def desktop_of(program: Program) -> Desktop:
    gui = program.thread_object.gui
    assert gui is not None
    return gui.desktop


def lower(program: Program) -> Program:
    """Let a program run at low integrity."""
    program.process.token.integrity = LOW
    return program


def user_objects(executive: Executive) -> list[UserObject]:
    return [
        item
        for session in executive.sessions.values()
        for item in session.windowing.handles._entries
        if item is not None
    ]


def check_books(executive: Executive) -> None:
    """Raise AssertionError where what is counted or allocated is not what is there."""
    blocks: Counter[Desktop] = Counter()
    quota: Counter[int] = Counter()
    windows: Counter[Desktop] = Counter()
    found = user_objects(executive)
    for item in found:
        quota[item.process.key] += 1
        assert item.offset in item.desktop.heap._used
        blocks[item.desktop] += 1
        if isinstance(item, Window):
            _check_window(item)
            windows[item.desktop] += 1
            blocks[item.desktop] += bool(item.text_offset)
        elif isinstance(item, Menu):
            assert len(item.items) == len(item.blocks)
            blocks[item.desktop] += len(item.blocks)
            assert item.desktop.menus[item.handle] is item
        else:
            assert isinstance(item, Hook)
            assert item in item.desktop.hooks[item.hook_type]
    for session in executive.sessions.values():
        for desktop in session.windowing.desktops.values():
            assert desktop.window_count == windows[desktop]
            blocks[desktop] += 1 + len(desktop.threads) + len(desktop.class_clones)
        for process in session.processes.values():
            _check_process(process, quota, blocks)
        for desktop in session.windowing.desktops.values():
            heap = desktop.heap
            assert len(heap._used) == blocks[desktop], f"{desktop.full_name}: {len(heap._used)} blocks are allocated"
            assert heap.used == sum(heap._used.values())


def _check_window(item: Window) -> None:
    desktop = item.desktop
    gui = item.thread.gui
    assert gui is not None
    assert gui.desktop is desktop
    assert gui.windows[item.handle] is item
    if item.parent is not None:
        assert item.parent.children is not None
        assert item in item.parent.children
        assert item.parent.desktop is desktop
    else:
        assert (item in desktop.top_level) != (item in desktop.message_only)
    if item.owner is not None:
        assert item.owner.desktop is desktop
        assert item.owner.owned is not None
        assert item in item.owner.owned
    assert (item.text_offset != 0) == bool(item.text)
    assert desktop.class_clones[item.window_class.key].windows > 0


def _check_process(process: Any, quota: Counter[int], blocks: Counter[Desktop]) -> None:
    gui = process.gui
    if gui is None:
        assert not quota[process.key]
        return
    timers = sum(len(thread.gui.queue.timers) for thread in process.threads.values() if thread.gui is not None)
    assert gui.user_objects == quota[process.key] + timers
    if gui.block is not None:
        blocks[gui.startup_desktop] += 1
    for thread in process.threads.values():
        if thread.gui is not None:
            _check_queue(thread.gui.queue)


def _check_queue(queue: Any) -> None:
    cost = 192 * (len(queue.posted) + len(queue.hooked))
    cost += sum(sent.cost for sent in (*queue.sent, *queue.receiving.values()))
    cost += sum(sent.cost for sent in queue.sends.values() if sent.is_answered)
    assert queue.charge == cost


def check_survival(world: World) -> None:
    """Raise unless the state survives saving, and is what its inputs lead to."""
    saved = save(world.executive)
    assert save(restore(saved)) == saved
    assert save(replay(world)) == saved
