"""Messages of win32gui and win32api (nt-semantics 7.4): between threads, between processes, and to oneself."""

import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.win32 import timer, win32api, win32event, win32gui, win32process
from tests.conformance.win32.conftest import RunScript
from tests.conformance.win32.test_win32gui import (
    HWND_MESSAGE,
    WM_COPYDATA,
    WM_GETTEXT,
    WM_SETTEXT,
    WM_USER,
    Recorder,
    code_of,
)

WM_QUIT, WM_TIMER, WM_KEYDOWN = 0x12, 0x113, 0x100
SMTO_ABORTIFHUNG = 2
PM_REMOVE = 1


class Other:
    """A thread with a window, that pumps messages until it is told to quit."""

    def __init__(self, name: str, procedure: Any) -> None:
        self._description = win32gui.WNDCLASS()
        self._description.lpszClassName = name
        self._description.lpfnWndProc = procedure
        self.window = self.thread_id = 0
        self.exit_code: int | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._is_ready.wait()

    def _run(self) -> None:
        atom = win32gui.RegisterClass(self._description)
        self.window = win32gui.CreateWindow(atom, "other", 0, 0, 0, 0, 0, HWND_MESSAGE, 0, 0, None)
        self.thread_id = win32api.GetCurrentThreadId()
        self._is_ready.set()
        self.exit_code = win32gui.PumpMessages()
        win32gui.DestroyWindow(self.window)
        win32gui.UnregisterClass(atom, None)

    def quit(self, exit_code: int = 0) -> None:
        win32api.PostThreadMessage(self.thread_id, WM_QUIT, exit_code)
        self._thread.join()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def other(name: str, recorder: Recorder) -> Iterator[Other]:
    thread = Other(name, recorder)
    yield thread
    thread.quit()


@pytest.fixture
def own(recorder: Recorder) -> Iterator[int]:
    """A window of this thread, with nothing in its queue."""
    win32gui.PumpWaitingMessages()
    window = win32gui.CreateWindow("Static", "own", 0, 0, 0, 0, 0, HWND_MESSAGE, 0, 0, None)
    win32gui.SetWindowLong(window, -4, recorder)
    yield window
    win32gui.DestroyWindow(window)


# -- sending


def test_a_message_is_answered_by_the_thread_of_its_window(other: Other, recorder: Recorder) -> None:
    recorder.answers[WM_USER] = 2**40
    assert win32gui.SendMessage(other.window, WM_USER, 1, -2) == 2**40
    assert recorder.seen[-1] == (WM_USER, 1, 2**64 - 2)
    assert win32api.SendMessage(other.window, WM_USER) == 2**40


def test_who_waits_for_an_answer_answers_meanwhile(name: str, own: int, recorder: Recorder) -> None:
    """Two threads that ask each other do not lock up."""
    recorder.answers[WM_USER] = 21
    other = Other(name, {WM_USER + 1: lambda *_: 2 * win32gui.SendMessage(own, WM_USER, 0, 0)})
    assert win32gui.SendMessage(other.window, WM_USER + 1, 0, 0) == 42
    other.quit()


def test_an_answer_may_come_before_the_procedure_is_done(name: str) -> None:
    is_answered = threading.Event()

    def reply(*_: int) -> int:
        win32gui.ReplyMessage(7)
        assert is_answered.wait(10)
        return 0

    other = Other(name, {WM_USER: reply})
    assert win32gui.SendMessage(other.window, WM_USER, 0, 0) == 7
    is_answered.set()
    other.quit()
    with pytest.raises(win32gui.error):
        win32gui.ReplyMessage(7)


def test_nobody_waits_longer_than_said(name: str) -> None:
    goes_on = threading.Event()
    other = Other(name, {WM_USER: lambda *_: int(goes_on.wait(10)), WM_USER + 1: lambda *_: -1})
    assert code_of(win32gui.SendMessageTimeout, other.window, WM_USER, 0, 0, 0, 30) == 1460
    goes_on.set()
    assert win32gui.SendMessageTimeout(other.window, WM_USER + 1, 0, 0, SMTO_ABORTIFHUNG, 10_000) == (1, 2**64 - 1)
    assert code_of(win32gui.SendMessageTimeout, 0x77, WM_USER, 0, 0, 0, 1000) == 1400
    assert (win32gui.SendMessage(0x77, WM_USER, 0, 0), win32api.GetLastError()) == (0, 1400)
    other.quit()


def test_texts_and_bytes_go_to_other_threads(name: str) -> None:
    got: list[Any] = []

    def copied(_hwnd: int, _message: int, wparam: int, lparam: int) -> int:
        kind, size, address = struct.unpack("PiP", win32gui.PyGetMemory(lparam, 24))
        got.append((kind, bytes(win32gui.PyGetMemory(address, size))))
        return 1

    other = Other(name, {WM_COPYDATA: copied})
    win32gui.SetWindowText(other.window, "new")
    assert (win32gui.GetWindowText(other.window), win32gui.GetWindowTextLength(other.window)) == ("new", 3)
    address, size = win32gui.PyGetBufferAddressAndLen(payload := b"payload")
    assert win32gui.SendMessage(other.window, WM_COPYDATA, 0, struct.pack("PiP", 9, size, address)) == 1
    assert got == [(9, payload)]
    long = bytearray(100_000)
    address, size = win32gui.PyGetBufferAddressAndLen(long)
    assert code_of(win32gui.SendMessage, other.window, WM_COPYDATA, 0, struct.pack("PiP", 9, size, address)) == 8
    other.quit()


# -- posting and getting


def test_messages_come_in_order_as_pywin32_shows_them(own: int) -> None:
    win32gui.PostMessage(own, WM_USER, 1, -1)
    win32api.PostMessage(own, WM_USER + 1)
    win32gui.PostMessage(None, WM_USER + 2, 5, 6)
    found, message = win32gui.PeekMessage(own, 0, 0, 0)
    assert (found, message[:4]) == (1, (own, WM_USER, 1, 2**64 - 1))
    assert win32gui.GetMessage(None, WM_USER + 1, WM_USER + 2)[1][:4] == (own, WM_USER + 1, 0, 0)
    assert win32gui.GetMessage(-1, 0, 0)[1][:4] == (0, WM_USER + 2, 5, 6)
    assert win32gui.GetMessage(0, 0, 0) == [1, message]
    assert win32gui.PeekMessage(0, 0, 0, PM_REMOVE) == [0, (0, 0, 0, 0, 0, (0, 0))]
    assert (win32gui.GetMessage(0x77, 0, 0)[0], win32api.GetLastError()) == (-1, 1400)


def test_a_message_is_dispatched_to_the_procedure_of_its_window(own: int, recorder: Recorder) -> None:
    recorder.answers[WM_USER] = -5
    win32gui.PostMessage(own, WM_USER, 3, 4)
    message = win32gui.GetMessage(own, 0, 0)[1]
    assert (win32gui.TranslateMessage(message), win32gui.DispatchMessage(message)) == (0, -5)
    assert recorder.seen == [(WM_USER, 3, 4)]
    assert win32gui.TranslateMessage((own, WM_KEYDOWN, 0x41, 0, 0, (0, 0))) == 1
    with pytest.raises(TypeError):
        win32gui.DispatchMessage("no message")  # type: ignore[arg-type]  # the rule


def test_what_leads_to_memory_is_sent_and_never_posted(own: int) -> None:
    for number in (WM_SETTEXT, WM_GETTEXT, WM_COPYDATA):
        assert code_of(win32gui.PostMessage, own, number, 0, 0) == 1159
    assert code_of(win32gui.PostMessage, own, 0x10000, 0, 0) == 87
    assert code_of(win32gui.PostMessage, 0x77, WM_USER, 0, 0) == 1400


def test_quitting_ends_a_loop_with_its_code(name: str) -> None:
    win32gui.PumpWaitingMessages()
    win32gui.PostQuitMessage(-3)
    assert win32gui.PumpMessages() == -3
    win32api.PostQuitMessage()
    assert win32gui.PumpWaitingMessages() == 1
    win32api.PostQuitMessage(4)
    assert win32gui.GetMessage(0, 0, 0)[0] == 0
    other = Other(name, {})
    other.quit(9)
    assert other.exit_code == 9


def test_only_a_thread_with_a_queue_is_posted_to() -> None:
    assert code_of(win32api.PostThreadMessage, 0x7FFFFFFF, WM_USER) == 1444
    with pytest.raises(TypeError):
        win32gui.PostThreadMessage(win32api.GetCurrentThreadId(), WM_USER)  # type: ignore[call-arg]


def test_a_registered_message_is_the_same_for_all(name: str, run_script: RunScript) -> None:
    number = win32gui.RegisterWindowMessage(name)
    assert number == win32api.RegisterWindowMessage(name.upper()) >= 0xC000
    ran = run_script("import sys, win32api; print(win32api.RegisterWindowMessage(sys.argv[1]))", name)
    assert (ran.stdout, ran.stderr) == (f"{number}\n", "")
    assert (win32gui.RegisterWindowMessage(""), code_of(win32api.RegisterWindowMessage, "")) == (0, 123)


def test_waiting_for_a_message_ends_when_one_comes(own: int) -> None:
    poster = threading.Timer(0.05, win32gui.PostMessage, (own, WM_USER, 0, 0))
    poster.start()
    win32gui.WaitMessage()
    assert win32gui.PeekMessage(own, 0, 0, PM_REMOVE)[0] == 1
    poster.join()


def test_a_message_that_was_sent_ends_a_wait_and_is_answered_by_the_pump(own: int, recorder: Recorder) -> None:
    recorder.answers[WM_USER] = 3
    answers: list[int] = []
    sender = threading.Thread(target=lambda: answers.append(win32gui.SendMessage(own, WM_USER, 0, 0)))
    sender.start()
    assert win32event.MsgWaitForMultipleObjects([], 0, 10_000, win32event.QS_SENDMESSAGE) == 0
    assert win32gui.PumpWaitingMessages() == 0
    sender.join()
    assert answers == [3]


def test_timers_are_of_their_thread(capfd: pytest.CaptureFixture[str]) -> None:
    """Each calls back in the thread that set it."""
    called: list[tuple[int, int]] = []
    codes: list[Any] = []
    identifier = timer.set_timer(10, lambda number, _time: called.append((number, win32api.GetCurrentThreadId())))

    def elsewhere() -> None:
        try:
            timer.kill_timer(identifier)
        except KeyError as error:
            codes.append(error.args)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert codes == [(identifier,)]
    while not called:
        win32gui.WaitMessage()
        win32gui.PumpWaitingMessages()
    assert called[0] == (identifier, win32api.GetCurrentThreadId())
    assert timer.kill_timer(identifier) is True
    assert win32gui.PeekMessage(0, WM_TIMER, WM_TIMER, PM_REMOVE)[0] == 0


def test_threads_share_their_input_when_they_are_attached(own: int, other: Other) -> None:
    win32process.AttachThreadInput(win32api.GetCurrentThreadId(), other.thread_id, True)
    win32process.AttachThreadInput(win32api.GetCurrentThreadId(), other.thread_id, False)
    assert code_of(win32process.AttachThreadInput, win32api.GetCurrentThreadId(), other.thread_id, False) == 87


# -- between processes


SERVER = """
import struct, sys, win32con, win32event, win32gui
def copied(hwnd, message, wparam, lparam):
    kind, size, address = struct.unpack("PiP", win32gui.PyGetMemory(lparam, 24))
    print("copied", kind, bytes(win32gui.PyGetMemory(address, size)))
    return 33
wc = win32gui.WNDCLASS()
wc.lpszClassName = sys.argv[1]
wc.lpfnWndProc = {
    win32con.WM_COPYDATA: copied,
    win32con.WM_USER: lambda hwnd, message, wparam, lparam: wparam + lparam,
    win32con.WM_DESTROY: lambda *_: win32gui.PostQuitMessage(5) or 0,
}
win32gui.RegisterClass(wc)
hwnd = win32gui.CreateWindow(sys.argv[1], "server", 0, 0, 0, 0, 0, 0, 0, 0, None)
win32event.SetEvent(win32event.OpenEvent(2, False, sys.argv[1]))
print("ended with", win32gui.PumpMessages(), "as", repr(win32gui.GetWindowText(hwnd)))
"""


def test_a_window_of_another_program_is_found_and_talked_to(name: str, run_script: RunScript) -> None:
    """Text and bytes cross; closing it is what its own procedure makes of it."""
    is_ready = win32event.CreateEvent(None, True, False, name)
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(run_script(SERVER, name)))
    thread.start()
    assert win32event.WaitForSingleObject(is_ready, 10_000) == 0
    window = win32gui.FindWindow(name, None)
    assert win32process.GetWindowThreadProcessId(window)[1] != win32api.GetCurrentProcessId()
    assert win32gui.SendMessage(window, WM_USER, 40, 2) == 42
    assert win32gui.GetWindowText(window) == "server"
    win32gui.SetWindowText(window, "renamed")
    assert (win32gui.GetWindowText(window), win32gui.GetWindowTextLength(window)) == ("renamed", 7)
    address, size = win32gui.PyGetBufferAddressAndLen(b"across")
    assert win32gui.SendMessage(window, WM_COPYDATA, 0, struct.pack("PiP", 4, size, address)) == 33
    assert code_of(win32gui.DestroyWindow, window) == 5
    assert (win32gui.SetWindowLong(window, -21, 1), win32api.GetLastError()) == (0, 5)
    win32gui.PostMessage(window, 0x10, 0, 0)
    thread.join()
    (ran,) = results
    assert (ran.stdout, ran.stderr) == ("copied 4 b'across'\nended with 5 as ''\n", "")


def test_a_program_that_was_started_is_waited_for_until_it_is_idle(name: str) -> None:
    """Then its window is there."""
    is_ready = win32event.CreateEvent(None, True, False, name)
    started = _start(SERVER, name)
    assert win32event.WaitForInputIdle(started[0], 10_000) == 0
    window = win32gui.FindWindow(name, "server")
    win32gui.PostMessage(window, 0x10, 0, 0)
    assert win32event.WaitForMultipleObjects([is_ready, started[0]], True, 10_000) == 0
    assert code_of(win32event.WaitForInputIdle, started[0], 0) == 1471


def _start(*arguments: str) -> tuple[Any, Any, int, int]:
    line = subprocess.list2cmdline([sys.executable, "-m", "ntsessions.win32.runner", "-c", *arguments])
    return win32process.CreateProcess(None, line, None, None, False, 0, None, None, win32process.STARTUPINFO())


# -- interrupts


def test_a_signals_handler_may_end_the_loop(run_script: RunScript) -> None:
    """It runs in the middle of the loop's own call."""
    script = """
import signal, win32api, win32gui
signal.signal(signal.SIGALRM, lambda *_: win32api.PostQuitMessage(6))
signal.setitimer(signal.ITIMER_REAL, 0.05)
print(win32gui.PumpMessages())
"""
    ran = run_script(script)
    assert (ran.stdout, ran.stderr) == ("6\n", "")


def test_an_interrupt_ends_the_loop_and_loses_nothing(run_script: RunScript) -> None:
    script = """
import os, signal, win32con, win32gui
hwnd = win32gui.CreateWindow("Static", "", 0, 0, 0, 0, 0, 0, 0, 0, None)
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    win32gui.PumpMessages()
except KeyboardInterrupt:
    print("interrupted")
win32gui.PostMessage(hwnd, win32con.WM_USER, 1, 2)
print(win32gui.GetMessage(None, 0, 0)[1][1:4])
"""
    ran = run_script(script)
    assert (ran.stdout, ran.stderr) == ("interrupted\n(1024, 1, 2)\n", "")


def test_a_forked_child_has_windows_of_its_own(run_script: RunScript) -> None:
    script = """
import os, win32gui
wc = win32gui.WNDCLASS(); wc.lpszClassName = "Forked"; wc.lpfnWndProc = {}
win32gui.RegisterClass(wc)
window = win32gui.CreateWindow("Forked", "parent's", 0, 0, 0, 0, 0, 0, 0, 0, None)
if os.fork() == 0:
    win32gui.RegisterClass(wc)
    own = win32gui.CreateWindow("Forked", "child's", 0, 0, 0, 0, 0, 0, 0, 0, None)
    assert own != window and win32gui.GetWindowText(window) == "parent's"
    os._exit(win32gui.GetWindowText(own) == "child's")
print(os.waitstatus_to_exitcode(os.wait()[1]), win32gui.GetWindowText(window))
"""
    ran = run_script(script)
    assert (ran.stdout, ran.stderr) == ("1 parent's\n", "")
