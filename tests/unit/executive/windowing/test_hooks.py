"""Hooks: who may set which, whom they see, and when they go (nt-semantics 7.5)."""

import pytest

from ntsessions.abi.calls import hook as abi
from ntsessions.abi.calls.desktop import GetThreadDesktop
from ntsessions.abi.calls.hook import SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.message import (
    HOOKED,
    POSTED,
    QS_SENDMESSAGE,
    SENT,
    GetMessage,
    Message,
    MsgWaitForObjects,
    PostMessage,
    ReplyMessage,
    SendMessage,
)
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow, SetActiveWindow
from ntsessions.abi.calls.window_station import SetUserObjectFlags
from ntsessions.abi.limits import HOOK_NEWS_PER_QUEUE, HOOKS_PER_TYPE
from ntsessions.abi.sids import parse_sid
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    MESSAGE_ONLY,
    check_books,
    check_survival,
    child,
    desktop_of,
    drain,
    lower,
    next_message,
    on_new_desktop,
    waiting,
    window,
)

GLOBAL_ONLY = (abi.WH_JOURNALRECORD, abi.WH_JOURNALPLAYBACK, abi.WH_SYSMSGFILTER, abi.WH_KEYBOARD_LL, abi.WH_MOUSE_LL)
HOOKCONTROL, RECORD, PLAYBACK = 0x8, 0x10, 0x20


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def other(world: World) -> Program:
    program = world.program()
    window(program)
    return program


def thread_id(program: Program) -> int:
    return program.thread_object.thread_id


def let_hook(program: Program) -> None:
    """Let other accounts hook the threads of a program (DF_ALLOWOTHERACCOUNTHOOK)."""
    program.call(SetUserObjectFlags(program.call(GetThreadDesktop()), flags=1))


def seen(program: Program, hook: int) -> list[tuple[int, int]]:
    """Return window and number of what a hook was told."""
    return [(message.window, message.number) for message in drain(program) if message.sent == hook]


@pytest.mark.parametrize("hook_type", GLOBAL_ONLY)
def test_some_hooks_are_for_all_threads_only(alice: Program, other: Program, hook_type: int) -> None:
    """B.29."""
    assert alice.status(SetWindowsHook(hook_type, thread_id(other))) is S.GLOBAL_ONLY_HOOK
    assert alice.status(SetWindowsHook(hook_type, has_module=False)) is S.HOOK_NEEDS_HMOD
    alice.call(SetWindowsHook(hook_type))


def test_a_hook_on_others_needs_a_module(alice: Program, other: Program) -> None:
    """B.29."""
    assert alice.status(SetWindowsHook(abi.WH_CBT, thread_id(other), has_module=False)) is S.HOOK_NEEDS_HMOD
    window(second := alice.thread())
    alice.call(SetWindowsHook(abi.WH_CBT, thread_id(second), has_module=False))


@pytest.mark.parametrize("hook_type", [-2, 15])
def test_there_are_16_types(alice: Program, hook_type: int) -> None:
    assert alice.status(SetWindowsHook(hook_type)) is S.INVALID_PARAMETER


def test_only_threads_of_the_same_desktop_can_be_hooked(world: World, alice: Program, other: Program) -> None:
    on_new_desktop(away := world.program())
    never = world.program()
    bob = world.program(2, "bob")
    window(bob)
    assert alice.status(SetWindowsHook(abi.WH_CBT, thread_id(away))) is S.ACCESS_DENIED
    for thread in (thread_id(never), thread_id(bob), 1):
        assert alice.status(SetWindowsHook(abi.WH_CBT, thread)) is S.INVALID_PARAMETER


def test_integrity_and_account_are_limits(alice: Program, other: Program) -> None:
    call = SetWindowsHook(abi.WH_CBT, thread_id(other))
    window(alice)
    alice.process.token.user = parse_sid("S-1-5-21-9-9-9-9")
    assert alice.status(call) is S.ACCESS_DENIED
    let_hook(other)
    alice.call(call)
    lower(alice)
    assert alice.status(call) is S.ACCESS_DENIED


@pytest.mark.parametrize(
    ("access", "allowed"),
    [(HOOKCONTROL, {abi.WH_CBT}), (RECORD, {abi.WH_JOURNALRECORD}), (PLAYBACK, {abi.WH_JOURNALPLAYBACK}), (0, set())],
)
def test_rights_on_the_desktop_decide(alice: Program, access: int, allowed: set[int]) -> None:
    on_new_desktop(alice, access=0x2 | access)
    may = {
        hook_type
        for hook_type in (abi.WH_CBT, abi.WH_JOURNALRECORD, abi.WH_JOURNALPLAYBACK)
        if alice.status(SetWindowsHook(hook_type)) is S.SUCCESS
    }
    assert may == allowed


def test_a_hook_is_taken_away_by_its_process(world: World, alice: Program, other: Program) -> None:
    hook = alice.call(SetWindowsHook(abi.WH_CBT))
    assert other.status(UnhookWindowsHook(hook)) is S.ACCESS_DENIED
    alice.thread().call(UnhookWindowsHook(hook))
    assert alice.status(UnhookWindowsHook(hook)) is S.INVALID_HOOK_HANDLE
    assert not desktop_of(alice).hooks
    check_books(world.executive)


def test_windows_of_all_threads_of_the_desktop_are_told(world: World, alice: Program, other: Program) -> None:
    cbt, shell = alice.call(SetWindowsHook(abi.WH_CBT)), alice.call(SetWindowsHook(abi.WH_SHELL))
    top = window(other)
    inner, owned, quiet = child(other, top), window(other, parent=top), window(other, parent=MESSAGE_ONLY)
    other.call(SetActiveWindow(top))
    other.call(DestroyWindow(top))
    news = drain(alice)
    assert {message.kind for message in news} == {HOOKED}
    told = [(message.window, message.number) for message in news if message.sent == cbt]
    assert told[:5] == [(top, 3), (inner, 3), (owned, 3), (quiet, 3), (top, 5)]
    assert sorted(told[5:]) == sorted([(top, 4), (inner, 4), (owned, 4)])
    assert [(message.window, message.number) for message in news if message.sent == shell] == [
        (top, 1), (top, 4), (top, 2),
    ]  # fmt: skip
    on_new_desktop(away := world.program())
    window(away)
    assert drain(alice) == []
    check_books(world.executive)
    check_survival(world)


def test_a_hook_on_one_thread_sees_only_that(alice: Program, other: Program) -> None:
    hook = alice.call(SetWindowsHook(abi.WH_CBT, thread_id(other)))
    window(other.thread())
    window(alice)
    handle = window(other)
    assert seen(alice, hook) == [(handle, 3)]


def test_messages_are_told_when_they_are_taken(alice: Program, other: Program) -> None:
    got, called = alice.call(SetWindowsHook(abi.WH_GETMESSAGE)), alice.call(SetWindowsHook(abi.WH_CALLWNDPROC))
    handle = window(other)
    alice.call(PostMessage(handle, 0x401, 1, 2))
    pending = alice.begin(SendMessage(handle, 0x402, 3, 4, b"secret"))
    assert next_message(alice).kind == 0
    other.call(ReplyMessage(next_message(other).sent))
    next_message(other, remove=False)
    next_message(other)
    assert pending.done
    assert drain(alice) == [
        Message(HOOKED, handle, 0x402, 3, 4, 0, None, called), Message(HOOKED, handle, 0x401, 1, 2, 0, None, got),
    ]  # fmt: skip


def test_a_waiting_thread_is_woken_by_its_hook(alice: Program, other: Program) -> None:
    alice.call(SetWindowsHook(abi.WH_CBT))
    call = waiting(alice)
    handle = window(other)
    assert call.reply.window == handle


@pytest.mark.parametrize("hook_type", [abi.WH_GETMESSAGE, abi.WH_CALLWNDPROC])
def test_a_waiting_thread_that_sees_itself_is_told_after_the_message(
    alice: Program, other: Program, hook_type: int
) -> None:
    """Its call ends once, with the message; what its own hook has seen of that is the next one."""
    hook = alice.call(SetWindowsHook(hook_type))
    target = window(alice)
    waits = waiting(alice)
    if hook_type == abi.WH_GETMESSAGE:
        other.call(PostMessage(target, 0x400))
    else:
        other.begin(SendMessage(target, 0x400))
    assert (waits.reply.kind, waits.reply.number) == (POSTED if hook_type == abi.WH_GETMESSAGE else SENT, 0x400)
    assert alice.call(MsgWaitForObjects((), timeout=0, mask=QS_SENDMESSAGE)).status == 0
    told = next_message(alice)
    assert (told.kind, told.number, told.sent) == (HOOKED, 0x400, hook)


def test_other_accounts_and_higher_integrity_are_not_seen(alice: Program, other: Program) -> None:
    hook = alice.call(SetWindowsHook(abi.WH_CBT))
    user = other.process.token.user
    other.process.token.user = parse_sid("S-1-5-21-9-9-9-9")
    window(other)
    assert seen(alice, hook) == []
    let_hook(other)
    assert seen(alice, hook) == []
    handle = window(other)
    assert seen(alice, hook) == [(handle, 3)]
    other.process.token.user = user
    lower(alice)
    window(other)
    assert seen(alice, hook) == []


def test_a_hook_that_nobody_asks_is_told_no_more_than_fits(world: World, alice: Program, other: Program) -> None:
    alice.call(SetWindowsHook(abi.WH_CBT))
    for _ in range(HOOK_NEWS_PER_QUEUE + 5):
        other.call(DestroyWindow(window(other)))
    assert len(drain(alice)) == HOOK_NEWS_PER_QUEUE
    check_books(world.executive)


def test_news_that_the_session_cannot_pay_for_are_not_told(world: World, alice: Program, other: Program) -> None:
    alice.call(SetWindowsHook(abi.WH_CBT))
    window(other)
    drain(alice)
    pool = world.executive.sessions[1].pool
    pool.limit = pool.used
    window(other)
    assert drain(alice) == []


def test_hooks_have_limits(world: World, alice: Program) -> None:
    for _ in range(HOOKS_PER_TYPE):
        alice.call(SetWindowsHook(abi.WH_CBT))
    assert alice.status(SetWindowsHook(abi.WH_CBT)) is S.NO_MORE_USER_HANDLES
    gui = alice.process.gui
    assert gui is not None
    gui.user_objects += 10_000
    assert alice.status(SetWindowsHook(abi.WH_MOUSE)) is S.NO_MORE_USER_HANDLES
    gui.user_objects -= 10_000
    on_new_desktop(second := alice.thread(), heap_kb=16)
    while second.status(CreateWindow("Static")) is S.SUCCESS:
        pass
    while second.status(SetWindowsHook(abi.WH_MOUSE)) is S.SUCCESS:
        pass
    assert second.status(SetWindowsHook(abi.WH_MOUSE)) is S.NO_MEMORY
    check_books(world.executive)


def test_hooks_go_with_who_set_them_and_with_whom_they_see(world: World, alice: Program, other: Program) -> None:
    second = alice.thread()
    window(alice)
    second.call(SetWindowsHook(abi.WH_CBT))
    hook = alice.call(SetWindowsHook(abi.WH_CBT, thread_id(other)))
    second.end_thread()
    assert desktop_of(alice).hooks.keys() == {abi.WH_CBT}
    other.exit()
    assert not desktop_of(alice).hooks
    assert alice.status(UnhookWindowsHook(hook)) is S.INVALID_HOOK_HANDLE
    check_books(world.executive)


def test_being_told_is_no_message_of_its_own(alice: Program) -> None:
    """A hook that sees its own thread is told once of each message."""
    alice.call(SetWindowsHook(abi.WH_GETMESSAGE))
    alice.call(PostMessage(0, 0x400))
    assert [alice.call(GetMessage(timeout=0)).kind for _ in range(3)] == [1, HOOKED, 0]
