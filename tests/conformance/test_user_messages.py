"""Hooks and messages (nt-semantics 7.4, 7.5), with the vectors 29 and 30 of B."""

import pytest

from ntsessions.abi.calls.hook import WH_CBT, WH_KEYBOARD_LL, SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.message import (
    HOOKED,
    NONE,
    POSTED,
    SENT,
    SMTO_ABORTIFHUNG,
    WM_QUIT,
    WM_TIMER,
    AwaitSend,
    BroadcastSystemMessage,
    GetMessage,
    GetQueueStatus,
    KillTimer,
    MsgWaitForObjects,
    PostMessage,
    PostQuitMessage,
    PostThreadMessage,
    ReplyMessage,
    SendMessage,
    SendNotifyMessage,
    SetTimer,
)
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.window import HWND_BROADCAST
from ntsessions.abi.limits import MESSAGES_PER_QUEUE
from tests.conformance.desks import own_desktop, window
from tests.conformance.kinds import WAIT_TIMEOUT
from tests.conformance.worlds import Program, World, ticks

A_WHILE = ticks(10)
"""Longer than anything takes that is bound to come."""


# -- hooks: 7.5


@pytest.mark.usefixtures("desktop")
def test_a_hook_says_what_it_is_for(alice: Program, friend: Program) -> None:
    """(B.29)"""
    window(friend)
    assert alice.win32(SetWindowsHook(WH_KEYBOARD_LL, friend.thread_id)) == (None, 1429)
    assert alice.win32(SetWindowsHook(WH_CBT, friend.thread_id, has_module=False)) == (None, 1428)


def test_a_hook_sees_its_desktop_and_nothing_else(world: World, alice: Program, friend: Program) -> None:
    """A recorder of window events on one desktop learns nothing of another."""
    stranger = world.program()
    own_desktop(world, stranger)
    hook = alice.call(SetWindowsHook(WH_CBT))
    window(stranger)
    handle = window(friend)
    seen = alice.call(GetMessage(timeout=A_WHILE))
    assert (seen.kind, seen.sent, seen.window) == (HOOKED, hook, handle)
    alice.call(UnhookWindowsHook(hook))
    window(friend)
    assert alice.call(GetMessage(timeout=0)).kind == NONE


def test_only_threads_of_the_desktop_are_hooked(world: World, alice: Program, friend: Program) -> None:
    """87 for what is no thread of windows here, 5 for one on another desktop.  (7.5)"""
    window(friend)
    stranger, bob = world.program(), world.program(2, "bob")
    for program in (stranger, bob):
        own_desktop(world, program)
    assert alice.win32(SetWindowsHook(WH_CBT, stranger.thread_id)) == (None, 5)
    for thread_id in (bob.thread_id, world.program().thread_id, 3):
        assert alice.win32(SetWindowsHook(WH_CBT, thread_id)) == (None, 87)
    alice.call(UnhookWindowsHook(alice.call(SetWindowsHook(WH_CBT, friend.thread_id))))


# -- messages: 7.4


def test_only_threads_of_the_desktop_are_posted_to(world: World, alice: Program, friend: Program) -> None:
    """1444 for one without a queue, on another desktop, or of another session.  (7.4)"""
    stranger, bob = world.program(), world.program(2, "bob")
    for program in (stranger, bob):
        own_desktop(world, program)
    for thread_id in (stranger.thread_id, bob.thread_id, friend.thread().thread_id, 3):
        assert alice.win32(PostThreadMessage(thread_id, 0x400)) == (None, 1444)


@pytest.mark.usefixtures("desktop")
def test_a_posted_message_wakes_the_thread_of_its_window(alice: Program, friend: Program) -> None:
    handle = window(alice)
    get = alice.begin(GetMessage())
    friend.call(PostMessage(handle, 0x400, 1, -1))
    message = get.reply
    assert (message.kind, message.window, message.number) == (POSTED, handle, 0x400)
    assert (message.wparam, message.lparam) == (1, -1)
    friend.call(PostThreadMessage(alice.thread_id, 0x401))
    assert alice.call(GetMessage(timeout=A_WHILE)).number == 0x401


@pytest.mark.usefixtures("desktop")
def test_ten_thousand_messages_are_all_a_queue_holds(alice: Program, friend: Program) -> None:
    """Who floods a thread that does not ask for messages gets error 1816.  (B.30)"""
    handle = window(friend)
    for _ in range(MESSAGES_PER_QUEUE):
        alice.call(PostMessage(handle, 0x400))
    assert alice.win32(PostMessage(handle, 0x400)) == (None, 1816)
    assert alice.win32(PostThreadMessage(friend.thread_id, 0x400)) == (None, 1816)
    friend.call(GetMessage(timeout=0))
    alice.call(PostMessage(handle, 0x400))


@pytest.mark.usefixtures("desktop")
def test_a_sender_waits_for_its_answer(alice: Program, friend: Program) -> None:
    """WM_COPYDATA: one program hands data to another and learns what that made of it."""
    handle = window(friend)
    sent = alice.begin(SendMessage(handle, 0x4A, 1, 2, b"data"))
    message = friend.call(GetMessage(timeout=A_WHILE))
    assert (message.kind, message.data) == (SENT, b"data")
    friend.call(ReplyMessage(message.sent, 42))
    assert sent.reply.result == 42


@pytest.mark.usefixtures("desktop")
def test_two_that_send_to_each_other_do_not_wait_for_ever(alice: Program, friend: Program) -> None:
    """A thread that waits for an answer still answers."""
    mine, theirs = window(alice), window(friend)
    first = alice.begin(SendMessage(theirs, 0x400))
    message = friend.call(GetMessage(timeout=A_WHILE))
    second = friend.begin(SendMessage(mine, 0x401))
    interrupted = first.reply
    alice.call(ReplyMessage(interrupted.incoming.sent, 1))
    assert second.reply.result == 1
    friend.call(ReplyMessage(message.sent, 2))
    assert alice.call(AwaitSend(interrupted.send)).result == 2


@pytest.mark.usefixtures("desktop")
def test_who_dies_answers_nobody_and_keeps_nobody_waiting(alice: Program, friend: Program) -> None:
    """A sender learns of the end of the receiver by an answer of 0."""
    sent = alice.begin(SendMessage(window(friend), 0x400))
    assert friend.call(GetMessage(timeout=A_WHILE)).kind == SENT
    friend.kill()
    assert (sent.reply.status, sent.reply.result) == (0, 0)


def test_a_send_times_out(world: World, alice: Program, friend: Program) -> None:
    sent = alice.begin(SendMessage(window(friend), 0x400, timeout=ticks(0.02), flags=SMTO_ABORTIFHUNG))
    world.passes(0.05)
    assert sent.reply.status == WAIT_TIMEOUT


@pytest.mark.usefixtures("desktop")
def test_a_broadcast_reaches_all_top_level_windows(alice: Program, friend: Program) -> None:
    first, second = window(friend), window(friend)
    alice.call(PostMessage(HWND_BROADCAST, 0xC000))
    assert [friend.call(GetMessage(timeout=A_WHILE)).window for _ in range(2)] == [second, first]
    assert alice.call(BroadcastSystemMessage(0x11)) == 2
    friend.call(GetMessage(timeout=A_WHILE))
    alice.call(SendNotifyMessage(first, 0x400))
    assert friend.call(GetMessage(timeout=A_WHILE)).kind == SENT


def test_quit_and_timers_come_last(world: World, alice: Program) -> None:
    handle = window(alice)
    assert alice.call(SetTimer(handle, 3)) == 3
    world.passes(0.02)
    alice.call(PostQuitMessage(5))
    alice.call(PostMessage(handle, 0x400))
    numbers = [alice.call(GetMessage(timeout=A_WHILE)).number for _ in range(3)]
    assert numbers == [0x400, WM_QUIT, WM_TIMER]
    assert alice.call(KillTimer(handle, 3))


@pytest.mark.usefixtures("desktop")
def test_a_thread_waits_for_objects_and_input_at_once(alice: Program, friend: Program) -> None:
    handle = window(alice)
    process = alice.call(OpenProcess(friend.pid))
    wait = alice.begin(MsgWaitForObjects((process,)))
    friend.call(PostMessage(handle, 0x400))
    assert wait.reply.status == 1
    assert alice.call(GetQueueStatus()) == 0x8_0000, "it waits, and is not new any more"
    wait = alice.begin(MsgWaitForObjects((process,)))
    friend.kill()
    assert wait.reply.status == 0
