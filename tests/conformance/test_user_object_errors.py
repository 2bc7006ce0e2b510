"""How calls about windows, classes, menus, messages and hooks fail: every refusal that they declare (nt-semantics 7).

A program on a desktop that it may hardly use stands beside one that may do everything there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls import hook, hot_key, menu, message, window, window_class
from ntsessions.abi.calls.atom import FIRST_ATOM, AddAtom, DeleteAtom, FindAtom, QueryAtom
from ntsessions.abi.calls.desktop import CreateDesktop, OpenDesktop, SetThreadDesktop
from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.menu import MenuItem
from ntsessions.abi.calls.object import CreateDirectory
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.window import WS_CHILD, CreateWindow
from ntsessions.abi.status import NtStatus as S
from tests.conformance.worlds import Program, World

CREATEWINDOW, ENUMERATE = 0x2, 0x40
NO_HANDLE = 0x4444
NO_USER_HANDLE = 0xFFF0_FFF0


class Scene(NamedTuple):
    """Two programs on one desktop, and a third on another."""

    narrow: Program
    """May make windows on its desktop and nothing else."""
    wide: Program
    own: int
    """A window of the wide one's; with a child, a menu with an item, a class."""
    child: int
    menu: int
    hook: int
    theirs: int
    """A window of another program on the wide one's desktop."""
    their_menu: int
    their_hook: int
    away: Program
    handles: dict[str, int]


Provocation = Callable[[Scene], Call[Any]]


@pytest.fixture
def scene(world: World, alice: Program) -> Scene:
    name = world.name("desktop")
    narrow, other, away = world.program(), world.program(), world.program()
    narrow.call(SetThreadDesktop(narrow.call(CreateDesktop(name, desired_access=CREATEWINDOW)).handle))
    for program in (alice, other):
        program.call(SetThreadDesktop(program.call(OpenDesktop(name))))
    away.call(SetThreadDesktop(away.call(CreateDesktop(world.name("away"))).handle))
    away.call(CreateWindow("Static"))
    own = alice.call(CreateWindow("Static"))
    own_menu, their_menu = alice.call(menu.CreateMenu()), other.call(menu.CreateMenu())
    alice.call(menu.InsertMenuItem(own_menu, -1, True, MenuItem(7)))
    alice.call(window_class.RegisterClass("Errors"))
    return Scene(
        narrow, alice, own, alice.call(CreateWindow("Errors", style=WS_CHILD, parent=own)), own_menu,
        alice.call(hook.SetWindowsHook(hook.WH_MOUSE)), other.call(CreateWindow("Static")), their_menu,
        other.call(hook.SetWindowsHook(hook.WH_MOUSE)), away,
        {
            "event": alice.call(CreateEvent()).handle,
            "directory": alice.call(CreateDirectory(None)).handle,
            "mute": alice.call(CreateEvent(desired_access=0x2)).handle,
            "limited": alice.call(OpenProcess(other.pid, 0x1000)),
            "enumerate": alice.call(OpenDesktop(name, desired_access=ENUMERATE)),
        },
    )  # fmt: skip


def at(handle: int, call_type: type[Call[Any]], **fields: Any) -> Call[Any]:
    """Return a call about one window."""
    first = call_type.__struct_fields__[0]
    return call_type(**{first: handle}, **fields)


WINDOW_CALLS: dict[type[Call[Any]], dict[str, Any]] = {
    window.QueryWindow: {}, window.GetWindowText: {}, window.SetWindowPos: {}, window.DestroyWindow: {},
    window.SetWindowText: {"text": "x"}, window.SetWindowLong: {"index": -21, "value": 1},
    window.GetWindowLong: {"index": -21}, window.EnableWindow: {"enable": True}, window.SetParent: {"parent": 0},
    window.GetRelatedWindow: {"relation": 0}, window.SetForegroundWindow: {}, window.SetFocus: {},
    window.SetActiveWindow: {}, message.PostMessage: {"number": 0x400}, message.SendMessage: {"number": 0x400},
    message.SendNotifyMessage: {"number": 0x400}, message.SetTimer: {}, message.KillTimer: {"timer_id": 1},
    menu.SetMenu: {"menu": 0},
}  # fmt: skip
"""Calls whose first field is a window, with what else they need."""


@pytest.mark.parametrize("call_type", WINDOW_CALLS, ids=lambda call_type: call_type.__name__)
def test_a_call_about_a_window_needs_one_and_the_right_to_use_it(scene: Scene, call_type: type[Call[Any]]) -> None:
    """1400 for one that is not there; 5 for one of another program, where the desktop was opened for little."""
    fields = WINDOW_CALLS[call_type]
    assert scene.wide.status(at(NO_USER_HANDLE, call_type, **fields)) is S.INVALID_WINDOW_HANDLE
    assert scene.narrow.status(at(scene.own, call_type, **fields)) is S.ACCESS_DENIED


PROVOKED: tuple[tuple[S, Provocation], ...] = (
    (S.INVALID_WINDOW_HANDLE, lambda _: CreateWindow("Static", parent=NO_USER_HANDLE)),
    (S.CANNOT_FIND_WND_CLASS, lambda _: CreateWindow("no such class")),
    (S.TLW_WITH_WSCHILD, lambda _: CreateWindow("Static", style=WS_CHILD)),
    (S.INVALID_MENU_HANDLE, lambda _: CreateWindow("Static", menu=NO_USER_HANDLE)),
    (S.INVALID_PARAMETER, lambda _: CreateWindow("")),
    (S.INVALID_INDEX, lambda scene: window.SetWindowLong(scene.own, 0, 1)),
    (S.INVALID_INDEX, lambda scene: window.GetWindowLong(scene.own, 0)),
    (S.INVALID_PARAMETER, lambda scene: window.SetParent(scene.own, scene.child)),
    (S.INVALID_WINDOW_HANDLE, lambda _: window.ListWindows(parent=NO_USER_HANDLE)),
    (S.INVALID_HANDLE, lambda _: window.ListWindows(desktop=NO_HANDLE)),
    (S.OBJECT_TYPE_MISMATCH, lambda scene: window.ListWindows(desktop=scene.handles["event"])),
    (S.INVALID_PARAMETER, lambda scene: window.ListWindows(parent=scene.own, thread_id=1)),
    (S.INVALID_WINDOW_HANDLE, lambda _: window.FindWindow(after=NO_USER_HANDLE)),
    (S.CANNOT_FIND_WND_CLASS, lambda _: window.FindWindow(class_name="no such class")),
    (S.INVALID_PARAMETER, lambda _: window.FindWindow(class_name="")),
    (S.INVALID_PARAMETER, lambda scene: window.GetRelatedWindow(scene.own, 9)),
    (S.INVALID_HANDLE, lambda _: window.GetGuiResources(NO_HANDLE, 1)),
    (S.OBJECT_TYPE_MISMATCH, lambda scene: window.GetGuiResources(scene.handles["event"], 1)),
    (S.ACCESS_DENIED, lambda scene: window.GetGuiResources(scene.handles["limited"], 1)),
    (S.INVALID_PARAMETER, lambda _: window.GetGuiResources(-1, 9)),
    (S.ACCESS_DENIED, lambda scene: window.AttachThreadInput(scene.wide.thread_id, scene.away.thread_id, True)),
    (S.INVALID_PARAMETER, lambda scene: window.AttachThreadInput(scene.wide.thread_id, scene.wide.thread_id, True)),
    (S.INVALID_THREAD_ID, lambda scene: window.AttachThreadInput(scene.wide.thread_id, 1, True)),
    (S.INVALID_PARAMETER, lambda _: window_class.RegisterClass("")),
    (S.CLASS_ALREADY_EXISTS, lambda _: window_class.RegisterClass("ERRORS")),
    (S.CLASS_DOES_NOT_EXIST, lambda _: window_class.UnregisterClass("no such class")),
    (S.CLASS_HAS_WINDOWS, lambda _: window_class.UnregisterClass("Errors")),
    (S.INVALID_PARAMETER, lambda _: window_class.UnregisterClass("")),
    (S.CLASS_DOES_NOT_EXIST, lambda _: window_class.QueryClass("no such class")),
    (S.INVALID_PARAMETER, lambda _: window_class.QueryClass("")),
    (S.INVALID_MENU_HANDLE, lambda _: menu.DestroyMenu(NO_USER_HANDLE)),
    (S.ACCESS_DENIED, lambda scene: menu.DestroyMenu(scene.their_menu)),
    (S.INVALID_MENU_HANDLE, lambda _: menu.InsertMenuItem(NO_USER_HANDLE, 0, True, MenuItem())),
    (S.ACCESS_DENIED, lambda scene: menu.InsertMenuItem(scene.their_menu, 0, True, MenuItem())),
    (S.MENU_ITEM_NOT_FOUND, lambda scene: menu.InsertMenuItem(scene.menu, 9, False, MenuItem())),
    (S.INVALID_PARAMETER, lambda scene: menu.InsertMenuItem(scene.menu, 0, True, MenuItem(submenu=scene.menu))),
    (S.INVALID_MENU_HANDLE, lambda _: menu.SetMenuItem(NO_USER_HANDLE, 0, True, MenuItem())),
    (S.ACCESS_DENIED, lambda scene: menu.SetMenuItem(scene.their_menu, 0, True, MenuItem())),
    (S.MENU_ITEM_NOT_FOUND, lambda scene: menu.SetMenuItem(scene.menu, 9, False, MenuItem())),
    (S.INVALID_PARAMETER, lambda scene: menu.SetMenuItem(scene.menu, 0, True, MenuItem(submenu=scene.menu))),
    (S.INVALID_MENU_HANDLE, lambda _: menu.RemoveMenuItem(NO_USER_HANDLE, 0, True)),
    (S.ACCESS_DENIED, lambda scene: menu.RemoveMenuItem(scene.their_menu, 0, True)),
    (S.MENU_ITEM_NOT_FOUND, lambda scene: menu.RemoveMenuItem(scene.menu, 9, True)),
    (S.INVALID_MENU_HANDLE, lambda _: menu.QueryMenu(NO_USER_HANDLE)),
    (S.INVALID_MENU_HANDLE, lambda scene: menu.SetMenu(scene.own, NO_USER_HANDLE)),
    (S.TLW_WITH_WSCHILD, lambda scene: menu.SetMenu(scene.child, scene.menu)),
    (S.INVALID_WINDOW_HANDLE, lambda _: message.GetMessage(NO_USER_HANDLE)),
    (S.INVALID_PARAMETER, lambda scene: message.PostMessage(scene.own, 0x10000)),
    (S.INVALID_PARAMETER, lambda scene: message.PostThreadMessage(scene.wide.thread_id, 0x10000)),
    (S.INVALID_THREAD_ID, lambda scene: message.PostThreadMessage(scene.away.thread_id, 0x400)),
    (S.INVALID_PARAMETER, lambda scene: message.SendMessage(scene.own, 0x10000)),
    (S.INVALID_PARAMETER, lambda scene: message.SendNotifyMessage(scene.own, 0x10000)),
    (S.INVALID_PARAMETER, lambda _: message.AwaitSend(1)),
    (S.INVALID_PARAMETER, lambda _: message.ReplyMessage(1)),
    (S.INVALID_HANDLE, lambda _: message.MsgWaitForObjects((NO_HANDLE,))),
    (S.OBJECT_TYPE_MISMATCH, lambda scene: message.MsgWaitForObjects((scene.handles["directory"],))),
    (S.ACCESS_DENIED, lambda scene: message.MsgWaitForObjects((scene.handles["mute"],))),
    (S.INVALID_PARAMETER, lambda _: message.MsgWaitForObjects((), flags=0x80)),
    (S.INVALID_PARAMETER_MIX, lambda scene: message.MsgWaitForObjects((scene.handles["event"],) * 2, flags=1)),
    (S.INVALID_PARAMETER, lambda _: message.BroadcastSystemMessage(0x10000)),
    (S.PRIVILEGE_NOT_HELD, lambda _: message.BroadcastSystemMessage(0x11, all_desktops=True)),
    (S.INVALID_PARAMETER, lambda _: hook.SetWindowsHook(99)),
    (S.HOOK_NEEDS_HMOD, lambda _: hook.SetWindowsHook(hook.WH_CBT, has_module=False)),
    (S.GLOBAL_ONLY_HOOK, lambda scene: hook.SetWindowsHook(hook.WH_MOUSE_LL, scene.wide.thread_id)),
    (S.INVALID_HOOK_HANDLE, lambda _: hook.UnhookWindowsHook(NO_USER_HANDLE)),
    (S.ACCESS_DENIED, lambda scene: hook.UnhookWindowsHook(scene.their_hook)),
)
"""What the wide program does, and how that ends."""


@pytest.mark.parametrize(("status", "provoke"), PROVOKED)
def test_a_bad_call_is_refused_by_its_own_name(scene: Scene, status: S, provoke: Provocation) -> None:
    assert scene.wide.status(provoke(scene)) is status


def test_a_second_wait_for_messages_is_refused(scene: Scene) -> None:
    scene.wide.begin(message.GetMessage(first=1, last=1))
    assert scene.wide.status(message.GetMessage()) is S.INVALID_PARAMETER


DENIED: tuple[Provocation, ...] = (
    lambda _: window.ListWindows(),
    lambda _: window.FindWindow(),
    lambda _: menu.CreateMenu(),
    lambda scene: menu.QueryMenu(scene.menu),
    lambda scene: message.PostThreadMessage(scene.wide.thread_id, 0x400),
    lambda _: message.BroadcastSystemMessage(0x400),
    lambda _: hook.SetWindowsHook(hook.WH_CBT),
)


@pytest.mark.parametrize("provoke", DENIED)
def test_a_desktop_that_was_opened_for_little_allows_little(scene: Scene, provoke: Provocation) -> None:
    assert scene.narrow.status(provoke(scene)) is S.ACCESS_DENIED


def test_making_windows_is_a_right_of_its_own(scene: Scene, world: World) -> None:
    program = world.program()
    name = world.name("third")
    scene.wide.call(CreateDesktop(name))
    program.call(SetThreadDesktop(program.call(OpenDesktop(name, desired_access=ENUMERATE))))
    assert program.status(CreateWindow("Static")) is S.ACCESS_DENIED
    assert scene.narrow.status(CreateWindow("Static", parent=scene.own)) is S.ACCESS_DENIED


# -- a desktop whose heap is full


ATTACHING: tuple[Call[Any], ...] = (
    *(at(1, call_type, **fields) for call_type, fields in WINDOW_CALLS.items()),
    CreateWindow("Static"), window.IsWindow(1), window.ListWindows(), window.FindWindow(), window.GetThreadInput(),
    window.AttachThreadInput(1, 2, True), window_class.RegisterClass("C"), window_class.UnregisterClass("C"),
    window_class.QueryClass("C"), menu.CreateMenu(), menu.DestroyMenu(1), menu.QueryMenu(1),
    menu.InsertMenuItem(1, 0, True, MenuItem()), menu.SetMenuItem(1, 0, True, MenuItem()),
    menu.RemoveMenuItem(1, 0, True), message.GetMessage(), message.PostThreadMessage(1, 1), message.PostQuitMessage(),
    message.AwaitSend(1), message.ReplyMessage(1), message.GetQueueStatus(), message.MsgWaitForObjects(()),
    message.BroadcastSystemMessage(1), hook.SetWindowsHook(hook.WH_CBT), hook.UnhookWindowsHook(1),
    hot_key.RegisterHotKey(0, 1, 0, 1), hot_key.UnregisterHotKey(0, 1),
)  # fmt: skip
NOUNS = {"window", "window_class", "menu", "message", "hook", "hot_key"}


def fill(program: Program) -> None:
    """Take all that is left of the heap of a program's desktop."""
    handles = [program.call(CreateWindow("Static")) for _ in range(600)]
    size = window.TEXT_LIMIT
    while handles and size:
        if program.status(window.SetWindowText(handles[-1], "x" * size)) is S.SUCCESS:
            handles.pop()
        else:
            size //= 2
    assert not size, "there was more than all windows could take"


@pytest.mark.in_process("a full heap of the desktop that a session's programs share would be in the way of others")
def test_on_a_full_desktop_every_call_says_that_there_is_no_memory(world: World, alice: Program) -> None:
    """A further thread cannot get there, and a further program dies with 0xC0000142.  (8.7)"""
    fill(alice)
    for call in ATTACHING:
        assert alice.thread().status(call) is S.NO_MEMORY, call
        assert world.program().status(call) is S.DLL_INIT_FAILED, call
    for atoms in (AddAtom("x"), FindAtom("x"), DeleteAtom(FIRST_ATOM), QueryAtom(FIRST_ATOM)):
        assert world.program().status(atoms) is S.DLL_INIT_FAILED, atoms


def test_what_is_checked_there_is_every_call(alice: Program) -> None:
    declared = {kind for kind, spec in BY_TYPE.items() if spec.noun in NOUNS and S.DLL_INIT_FAILED in spec.fails_with}
    assert {type(call) for call in ATTACHING} == declared
