"""Copying between a caller's descriptors and a program, tried with plain processes of this machine."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntsessions.cli.relay import Signals, relay
from ntsessions.cli.streams import RawTerminal, Streams


class PlainProgram:
    """A child of this process in the place of a program in a session."""

    def __init__(self, streams: Streams, *command: str) -> None:
        self._stdio = streams.for_program
        self.process = subprocess.Popen(
            command, stdin=self._stdio[0], stdout=self._stdio[1], stderr=self._stdio[2], start_new_session=True
        )
        self._end = os.pidfd_open(self.process.pid)
        streams.program_has_started()

    def fileno(self) -> int:
        return self._end

    def has_ended(self, *, is_readable: bool) -> bool:
        return is_readable and self.process.wait() is not None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)


class Caller:
    """A terminal with somebody in front of it, and three descriptors of a shell."""

    def __init__(self) -> None:
        self.keyboard_and_screen, self.tty = pty.openpty()

    def type(self, text: bytes) -> None:
        os.write(self.keyboard_and_screen, text)

    def screen(self, until: bytes) -> bytes:
        """Return what is shown, up to *until*."""
        seen = b""
        while until not in seen:
            assert select.select([self.keyboard_and_screen], [], [], 10)[0], seen
            seen += os.read(self.keyboard_and_screen, 4096)
        return seen

    def settings(self) -> list[object]:
        return list(termios.tcgetattr(self.tty))


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = Caller()
    yield made
    os.close(made.keyboard_and_screen)
    os.close(made.tty)


def run(streams: Streams, *command: str) -> int:
    with Signals() as signals, streams:
        program = PlainProgram(streams, *command)
        relay(program, streams, signals)
        os.close(program.fileno())
        return program.process.returncode


def files(tmp_path: Path, content: bytes = b"") -> tuple[int, int, int]:
    source = tmp_path / "in"
    source.write_bytes(content)
    names = (str(tmp_path / "out"), str(tmp_path / "err"))
    return (os.open(source, os.O_RDONLY), *(os.open(name, os.O_WRONLY | os.O_CREAT) for name in names))  # type: ignore[return-value]  # three of them


def test_files_are_passed_as_they_are_and_nothing_is_copied(tmp_path: Path) -> None:
    streams = Streams(standard=files(tmp_path, b"hello"))
    assert not streams.copies
    assert streams.for_program == streams._standard
    assert run(streams, "sh", "-c", "cat; echo oops >&2; exit 3") == 3
    assert (tmp_path / "out").read_bytes() == b"hello"
    assert (tmp_path / "err").read_bytes() == b"oops\n"


def test_the_program_gets_a_terminal_of_its_own_and_never_the_callers(caller: Caller) -> None:
    """With the caller's terminal a program could type into the caller's shell (TIOCSTI)."""
    streams = Streams(standard=(caller.tty,) * 3)
    run(streams, "sh", "-c", "tty; echo done")
    shown = caller.screen(until=b"done")
    assert b"/dev/pts/" in shown
    assert os.ttyname(caller.tty).encode() not in shown.split()


def test_everything_that_was_printed_is_shown(caller: Caller) -> None:
    """Also the last of it, printed just before the end."""
    lines = 20000
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.append(caller.screen(until=b"%d\r\n" % lines)))
    reader.start()
    run(Streams(standard=(caller.tty,) * 3), "seq", str(lines))
    reader.join()
    assert seen[0].split() == [b"%d" % number for number in range(1, lines + 1)]


def test_what_is_typed_reaches_the_program_and_the_terminal_is_as_before_afterwards(caller: Caller) -> None:
    before = caller.settings()
    during: list[list[object]] = []

    def person() -> None:
        caller.screen(until=b"name?")
        during.append(caller.settings())
        caller.type(b"alice\r")

    typing = threading.Thread(target=person)
    typing.start()
    code = run(Streams(standard=(caller.tty,) * 3), "sh", "-c", 'printf "name?"; read name; test "$name" = alice')
    typing.join()
    assert code == 0
    assert during[0] != before
    assert caller.settings() == before


def test_ctrl_c_ends_the_program_and_not_us(caller: Caller) -> None:
    def person() -> None:
        caller.screen(until=b"ready")
        caller.type(b"\x03")

    typing = threading.Thread(target=person)
    typing.start()
    script = (
        "import os,fcntl,termios,time; fcntl.ioctl(0, termios.TIOCSCTTY, 0); print('ready', flush=True); time.sleep(20)"
    )
    code = run(Streams(standard=(caller.tty,) * 3), sys.executable, "-c", script)
    typing.join()
    assert code in {-signal.SIGINT, 1}  # 1: Python's own answer to Ctrl-C


def test_the_window_has_the_callers_size_also_when_that_changes(caller: Caller) -> None:
    termios.tcsetwinsize(caller.tty, (33, 111))

    def person() -> None:
        caller.screen(until=b"33 111")
        termios.tcsetwinsize(caller.tty, (44, 122))
        os.kill(os.getpid(), signal.SIGWINCH)  # as the kernel does for the terminal's foreground
        caller.type(b"\r")

    typing = threading.Thread(target=person)
    typing.start()
    script = 'stty size; trap "" WINCH; while [ "$(stty size)" != "44 122" ]; do read line; done'
    assert run(Streams(standard=(caller.tty,) * 3), "sh", "-c", script) == 0
    typing.join()


def test_a_redirected_input_and_a_terminal_for_the_output(caller: Caller, tmp_path: Path) -> None:
    source, _, _ = files(tmp_path, b"from a file\n")
    before = caller.settings()
    streams = Streams(standard=(source, caller.tty, caller.tty))
    assert not streams.is_typed_into
    assert run(streams, "sh", "-c", "cat; test -t 1 && ! test -t 0") == 0
    assert b"from a file" in caller.screen(until=b"file")
    assert caller.settings() == before


def test_no_tty_gives_pipes_and_ctrl_d_is_their_end(caller: Caller) -> None:
    caller.type(b"line\n\x04")
    code = run(Streams(no_tty=True, standard=(caller.tty,) * 3), "sh", "-c", "cat; test -t 0 || test -t 1 || exit 5")
    assert code == 5
    assert b"line" in caller.screen(until=b"line")


def test_a_closed_descriptor_is_dev_null_for_the_program(tmp_path: Path) -> None:
    """`nts run -- cmd <&-` must not hand over whatever was opened under that number meanwhile."""
    standard = files(tmp_path)
    os.close(standard[0])
    assert run(Streams(standard=standard), "sh", "-c", "readlink /proc/self/fd/0") == 0
    assert (tmp_path / "out").read_bytes() == b"/dev/null\n"


def test_signals_that_reach_us_reach_the_program(tmp_path: Path) -> None:
    standard = files(tmp_path)
    reader, writer = os.pipe()
    streams = Streams(standard=(standard[0], writer, standard[2]))

    def sender() -> None:
        seen = b""
        while not seen.endswith(b"\n"):
            seen += os.read(reader, 10)
        os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=sender)
    thread.start()
    script = (
        "import signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, {10});"
        "print('ready', flush=True); signal.sigwait({10}); sys.exit(9)"
    )
    assert run(streams, sys.executable, "-c", script) == 9
    thread.join()
    os.close(reader)
    os.close(writer)


def test_ignored_signals_stay_ignored() -> None:
    """`nohup nts run ...` must survive the end of the terminal."""
    saved = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals() as signals:
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
            assert signals.received() == b""
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, saved)


def test_a_program_that_does_not_read_holds_up_the_typing_and_not_its_output(caller: Caller) -> None:
    """Much pasted text must not end in both sides waiting for each other."""
    script = "import sys,time\nfor _ in range(3000): print('x'*99)\nprint('done')"
    caller.type(b"y" * 4000)
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.append(caller.screen(until=b"done")))
    reader.start()
    assert run(Streams(standard=(caller.tty,) * 3), sys.executable, "-c", script) == 0
    reader.join()


def test_raw_mode_is_left_alone_without_a_terminal(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    with RawTerminal(fd) as terminal:
        assert terminal.is_ours()
    os.close(fd)
