"""Getting, answering and sending, without a daemon."""

import pytest

from ntsessions.abi.calls.message import (
    HOOKED,
    NONE,
    AwaitSend,
    GetMessage,
    Message,
    ReplyMessage,
    SendMessage,
    SendResult,
    SetTimer,
)
from ntsessions.abi.calls.window import DestroyWindow, IsWindow
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.client.windowing import messages
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import OneWay
from ntsessions.client.windowing.window_messages import (
    SC_CLOSE,
    WM_CLOSE,
    WM_NCDESTROY,
    WM_QUIT,
    WM_SYSCOMMAND,
    WM_TIMER,
    WM_USER,
    Answer,
)
from tests.unit.client.windowing.driving import OTHER, WINDOW, Daemon, Recorder, posted, sent

NO_MESSAGE = Message(NONE)
QUIT = Message(1, 0, WM_QUIT, 5)
PENDING, TIMEOUT = int(NtStatus.PENDING), int(NtStatus.TIMEOUT)


def state_with(procedure: object) -> ThreadState:
    state = ThreadState()
    state.add(WINDOW, procedure, 0, 0)  # type: ignore[arg-type]  # any callable
    return state


def test_what_is_sent_is_answered_on_the_way_to_what_is_posted() -> None:
    procedure = Recorder(m400=3)
    daemon = Daemon(sent(WM_USER), None, posted(WM_USER + 1))
    assert daemon.run(messages.get(state_with(procedure))) == posted(WM_USER + 1)
    assert daemon.made == [GetMessage(), OneWay(ReplyMessage(7, 3)), GetMessage()]
    assert procedure.seen == [(WINDOW, WM_USER)]


def test_a_message_that_nobody_waits_for_is_not_answered() -> None:
    procedure = Recorder()
    daemon = Daemon(sent(WM_USER, key=0), NO_MESSAGE)
    assert daemon.run(messages.get(state_with(procedure), timeout=0)) is None
    assert procedure.seen == [(WINDOW, WM_USER)]


def test_what_a_procedure_raises_is_printed_and_answered_as_0(capsys: pytest.CaptureFixture[str]) -> None:
    """One program's fault must not hang another one, nor end the pump."""

    def procedure(window: int, message: Message) -> int:
        raise RuntimeError("a fault")

    daemon = Daemon(sent(WM_USER), None, QUIT)
    assert daemon.run(messages.pump(state_with(procedure))) == 5
    assert OneWay(ReplyMessage(7, 0)) in daemon.made
    assert "RuntimeError: a fault" in capsys.readouterr().err


def test_an_interrupted_procedure_still_answers_who_waits() -> None:
    def procedure(window: int, message: Message) -> int:
        raise KeyboardInterrupt

    daemon = Daemon(sent(WM_USER), None)
    with pytest.raises(KeyboardInterrupt):
        daemon.run(messages.pump(state_with(procedure)))
    assert daemon.made[-1] == OneWay(ReplyMessage(7, 0))


@pytest.mark.parametrize("answer", ["text", b"ab", 1 << 63, -1])
def test_numbers_texts_and_bytes_are_answers(answer: object) -> None:
    daemon = Daemon(sent(WM_USER), None, QUIT)
    daemon.run(messages.pump(state_with(Recorder(m400=answer))))
    expected = {"text": (4, "text".encode("utf-16-le")), b"ab": (2, b"ab")}
    result, data = expected.get(answer, (answer, None))  # type: ignore[call-overload]  # numbers are not in it
    assert daemon.made[1] == OneWay(ReplyMessage(7, result, data))


@pytest.mark.parametrize("answer", [1.5, 1 << 64, object()])
def test_anything_else_is_none(answer: object, capsys: pytest.CaptureFixture[str]) -> None:
    daemon = Daemon(sent(WM_USER), None, QUIT)
    daemon.run(messages.pump(state_with(Recorder(m400=answer))))
    assert daemon.made[1] == OneWay(ReplyMessage(7, 0))
    assert "a window procedure answers" in capsys.readouterr().err


def test_a_procedure_may_answer_before_it_has_finished() -> None:
    """As with ReplyMessage: the sender goes on, and what is returned later is nobody's."""
    early, told = Daemon(None), []

    def procedure(window: int, message: Message) -> int:
        told.append(early.run(messages.reply(Answer(9))))
        told.append(Daemon().run(messages.reply(Answer(10))))
        return 1

    daemon = Daemon(sent(WM_USER), QUIT)
    daemon.run(messages.pump(state_with(procedure)))
    assert early.made == [OneWay(ReplyMessage(7, 9))]
    assert told == [True, False]
    assert daemon.made == [GetMessage(), GetMessage()]
    assert not Daemon().run(messages.reply(Answer(9))), "nobody waits outside a procedure"


def test_a_window_of_the_thread_itself_answers_at_once() -> None:
    procedure = Recorder(m400=12)
    assert Daemon().run(messages.send(state_with(procedure), WINDOW, WM_USER)) == Answer(12)


def test_who_waits_for_an_answer_answers_what_is_sent_to_it() -> None:
    """Two programs that send to each other at the same time must not wait for ever."""
    procedure = Recorder(m400=1, m401=2)
    daemon = Daemon(
        SendResult(PENDING, incoming=sent(WM_USER, key=8), send=5), None,
        SendResult(PENDING, incoming=sent(WM_USER + 1, key=9), send=5), None,
        SendResult(0, 44, b"data"),
    )  # fmt: skip
    assert daemon.run(messages.send(state_with(procedure), OTHER, 0x500, 1, 2, b"x")) == Answer(44, b"data")
    assert daemon.made == [
        SendMessage(OTHER, 0x500, 1, 2, b"x"), OneWay(ReplyMessage(8, 1)), AwaitSend(5),
        OneWay(ReplyMessage(9, 2)), AwaitSend(5),
    ]  # fmt: skip


def test_a_send_that_timed_out_has_no_answer_and_a_lost_receiver_is_told() -> None:
    state = ThreadState()
    assert Daemon(SendResult(TIMEOUT)).run(messages.send(state, OTHER, WM_USER, timeout=1)) is None
    with pytest.raises(NtError):
        Daemon(SendResult(int(NtStatus.INVALID_WINDOW_HANDLE))).run(messages.send(state, OTHER, WM_USER))


def test_messages_of_an_interrupted_call_come_first_and_only_once() -> None:
    state = state_with(Recorder(m400=1))
    state.kept.extend([posted(WM_USER + 1), sent(WM_USER)])
    first = Daemon(None)
    assert first.run(messages.get(state, first=WM_USER + 1, last=WM_USER + 1, remove=False)) == posted(WM_USER + 1)
    assert first.made == [OneWay(ReplyMessage(7, 1))]
    assert Daemon(NO_MESSAGE).run(messages.get(state, window=OTHER, timeout=0)) is None
    assert Daemon().run(messages.get(state, window=WINDOW)) == posted(WM_USER + 1)
    assert not state.kept


def test_timers_and_hooks_call_back() -> None:
    state = ThreadState()
    told: list[Message] = []
    starting = Daemon(31)
    assert starting.run(messages.set_timer(state, 0, 0, 50, told.append)) == 31
    assert starting.made == [SetTimer(0, 0, 50)]
    state.hooks[99] = told.append
    tick, news = posted(WM_TIMER, 31, window=0), Message(HOOKED, OTHER, 3, sent=99)
    Daemon(tick, news, Message(HOOKED, OTHER, 3, sent=98), QUIT).run(messages.pump(state))
    assert told == [tick, news]
    assert Daemon(True).run(messages.kill_timer(state, 0, 31))
    assert not state.timers


def test_the_pump_ends_with_quit_with_its_condition_and_with_its_time() -> None:
    state = ThreadState()
    seen: list[Message] = []
    state.timers[0, 1] = seen.append
    assert Daemon(posted(WM_TIMER, 1, window=0), QUIT).run(messages.pump(state)) == 5
    assert Daemon(posted(WM_TIMER, 1, window=0)).run(messages.pump(state, lambda: len(seen) == 2)) is None
    assert Daemon(NO_MESSAGE).run(messages.pump(state, timeout=0)) is None


def test_a_window_that_went_with_another_threads_is_forgotten() -> None:
    state = state_with(Recorder())
    daemon = Daemon(posted(WM_NCDESTROY), False, QUIT)
    daemon.run(messages.pump(state))
    assert daemon.made[1] == IsWindow(WINDOW)
    assert not state.windows


def test_close_destroys_the_window_unless_its_procedure_says_otherwise() -> None:
    state = state_with(Recorder(m10=0))
    daemon = Daemon(posted(WM_CLOSE), QUIT)
    daemon.run(messages.pump(state))
    assert WINDOW in state.windows
    for message in (posted(WM_CLOSE), posted(WM_SYSCOMMAND, SC_CLOSE | 2)):
        state = state_with(None)
        daemon = Daemon(message, (WINDOW,), QUIT)
        daemon.run(messages.pump(state))
        assert daemon.made[1] == DestroyWindow(WINDOW)
        assert not state.windows
