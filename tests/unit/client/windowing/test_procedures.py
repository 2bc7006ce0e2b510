"""Making and destroying windows, and the default procedure, without a daemon."""

import pytest

from ntsessions.abi.calls.clipboard import (
    ClipboardInformation,
    CloseClipboard,
    OpenClipboard,
    QueryClipboard,
    SetClipboardData,
)
from ntsessions.abi.calls.message import Message
from ntsessions.abi.calls.window import (
    WS_CHILD,
    CreateWindow,
    DestroyWindow,
    GetWindowText,
    SetParent,
    SetWindowText,
)
from ntsessions.abi.errors import InvalidHandle, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.client.windowing import procedures
from ntsessions.client.windowing.clipboard_data import promise
from ntsessions.client.windowing.procedures import WindowRefused
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.window_messages import (
    WM_CREATE,
    WM_DESTROY,
    WM_GETTEXT,
    WM_GETTEXTLENGTH,
    WM_NCCREATE,
    WM_NCDESTROY,
    WM_RENDERALLFORMATS,
    WM_SETTEXT,
    Answer,
    encode_text,
)
from tests.unit.client.windowing.driving import OTHER, WINDOW, Daemon, Recorder, sent

OUTER, INNER, INNERMOST, OWNED = 1, 2, 3, 4


def test_a_procedure_hears_that_its_window_is_made() -> None:
    state, procedure = ThreadState(), Recorder()
    request = CreateWindow("Static", "text")
    assert Daemon(WINDOW).run(procedures.create(state, request, procedure)) == WINDOW
    assert procedure.seen == [(WINDOW, WM_NCCREATE), (WINDOW, WM_CREATE)]
    assert WINDOW in state.windows


@pytest.mark.parametrize(("answers", "told"), [({"m81": 0}, [WM_NCCREATE]), ({"m1": -1}, [WM_NCCREATE, WM_CREATE])])
def test_a_procedure_may_refuse_its_window(answers: dict[str, int], told: list[int]) -> None:
    state, procedure = ThreadState(), Recorder(**answers)
    daemon = Daemon(WINDOW, (WINDOW,))
    with pytest.raises(WindowRefused):
        daemon.run(procedures.create(state, CreateWindow("Static"), procedure))
    assert daemon.made[1] == DestroyWindow(WINDOW)
    assert [number for _, number in procedure.seen] == [*told, WM_DESTROY, WM_NCDESTROY]
    assert not state.windows


def test_a_procedure_may_destroy_its_window_while_it_is_made() -> None:
    state = ThreadState()

    def suicidal(window: int, message: Message) -> None:
        if message.number == WM_CREATE:
            Daemon((WINDOW,)).run(procedures.destroy(state, window))

    with pytest.raises(WindowRefused):
        Daemon(WINDOW).run(procedures.create(state, CreateWindow("Static"), suicidal))


def family(procedure: Recorder) -> ThreadState:
    """A window with one in it, with one in that; and one that the inner one was to own, which its outer one does."""
    state = ThreadState()
    state.add(OUTER, procedure, 0, 0)
    state.add(INNER, procedure, WS_CHILD, OUTER)
    state.add(INNERMOST, procedure, WS_CHILD, INNER)
    state.add(OWNED, procedure, 0, INNER)
    return state


def test_windows_are_told_of_their_end_in_the_order_of_nt() -> None:
    """Owned windows go before; WM_DESTROY comes from the outside in, WM_NCDESTROY from the inside out."""
    procedure = Recorder()
    state = family(procedure)
    daemon = Daemon((OWNED,), (OUTER, INNER, INNERMOST))
    daemon.run(procedures.destroy(state, OUTER))
    assert daemon.made == [DestroyWindow(OWNED), DestroyWindow(OUTER)]
    assert procedure.seen == [
        (OWNED, WM_DESTROY), (OWNED, WM_NCDESTROY),
        (OUTER, WM_DESTROY), (INNER, WM_DESTROY), (INNERMOST, WM_DESTROY),
        (INNERMOST, WM_NCDESTROY), (INNER, WM_NCDESTROY), (OUTER, WM_NCDESTROY),
    ]  # fmt: skip
    assert not state.windows


def test_a_window_that_was_put_elsewhere_goes_with_its_new_parent() -> None:
    procedure = Recorder()
    state = family(procedure)
    moving = Daemon(INNER)
    assert moving.run(procedures.set_parent(state, INNERMOST, OUTER)) == INNER
    assert moving.made == [SetParent(INNERMOST, OUTER)]
    Daemon((INNER,)).run(procedures.destroy(state, INNER))
    assert procedure.seen == [(INNER, WM_DESTROY), (INNER, WM_NCDESTROY)]


def test_a_window_is_destroyed_once_even_by_its_own_end() -> None:
    state = ThreadState()

    def procedure(window: int, message: Message) -> None:
        if message.number == WM_DESTROY:
            Daemon().run(procedures.destroy(state, window))

    state.add(WINDOW, procedure, 0, 0)
    Daemon((WINDOW,)).run(procedures.destroy(state, WINDOW))
    assert not state.windows


def test_windows_of_others_are_the_daemons_to_refuse() -> None:
    with pytest.raises(InvalidHandle):
        Daemon(nt_error(NtStatus.INVALID_HANDLE)).run(procedures.destroy(ThreadState(), OTHER))


def test_the_default_procedure_keeps_the_text() -> None:
    setting = Daemon(None)
    text = encode_text("wörld")
    assert setting.run(procedures.default(ThreadState(), WINDOW, sent(WM_SETTEXT, data=text))) == Answer(1)
    assert setting.made == [SetWindowText(WINDOW, "wörld")]
    asking = Daemon("wörld")
    assert asking.run(procedures.default(ThreadState(), WINDOW, sent(WM_GETTEXT, 4))) == Answer(3, encode_text("wör"))
    assert asking.made == [GetWindowText(WINDOW)]
    assert Daemon("a\U0001f600").run(procedures.default(ThreadState(), WINDOW, sent(WM_GETTEXTLENGTH))) == Answer(3)


def test_the_owner_of_the_clipboard_renders_what_it_promised_before_it_goes() -> None:
    state = ThreadState()
    state.add(WINDOW, None, 0, 0)
    Daemon(None).run(promise(state, 13, lambda: "late"))
    information = ClipboardInformation(1, WINDOW, 0, 0, (13,), (13,))
    daemon = Daemon(information, None, None, None, (WINDOW,))
    daemon.run(procedures.destroy(state, WINDOW))
    assert daemon.made == [
        QueryClipboard(), OpenClipboard(WINDOW), SetClipboardData(13, "late\0".encode("utf-16-le")), CloseClipboard(),
        DestroyWindow(WINDOW),
    ]  # fmt: skip


def test_a_clipboard_that_cannot_be_opened_does_not_keep_its_owner_alive(capsys: pytest.CaptureFixture[str]) -> None:
    state, procedure = ThreadState(), Recorder()
    state.add(WINDOW, procedure, 0, 0)
    Daemon(None).run(promise(state, 13, lambda: "late"))
    information = ClipboardInformation(1, WINDOW, 0, 0, (13,), (13,))
    Daemon(information, nt_error(NtStatus.ACCESS_DENIED), (WINDOW,)).run(procedures.destroy(state, WINDOW))
    assert procedure.seen[0] == (WINDOW, WM_RENDERALLFORMATS)
    assert "ACCESS_DENIED" in capsys.readouterr().err
