"""`nts run` at a terminal: as at any shell, and the terminal is the caller's own again afterwards."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator

import pytest


class Terminal:
    """A person at a terminal who has typed a line."""

    def __init__(self, state_dir: str, *words: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (30, 90))
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            # setsid --ctty: a terminal of its own, as a login gives one
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "ntsessions.cli", "--state-dir", state_dir, *words],
            stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        self.seen = b""

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def until(self, text: bytes) -> bytes:
        while text not in self.seen:
            assert select.select([self.master], [], [], 10)[0], self.seen
            self.seen += os.read(self.master, 4096)
        return self.seen

    def end(self) -> int:
        """Wait for the end; the terminal must be as it was."""
        code = self.process.wait()
        assert termios.tcgetattr(self.slave) == self.before
        return code

    def close(self) -> None:
        os.close(self.slave)
        os.close(self.master)  # hangs up, should anything still run there
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = str(tmp_path_factory.mktemp("terminal"))
    nts = [sys.executable, "-m", "ntsessions.cli", "--state-dir", directory]
    for words in (["up", "--detach"], ["user", "add", "alice"], ["logon", "alice"]):
        subprocess.run([*nts, *words], check=True, stdout=subprocess.DEVNULL)
    yield directory
    subprocess.run([*nts, "down"], check=True)


Type = Callable[..., Terminal]


@pytest.fixture
def type_line(state_dir: str) -> Iterator[Type]:
    made: list[Terminal] = []

    def type_line(*words: str) -> Terminal:
        made.append(Terminal(state_dir, *words))
        return made[-1]

    yield type_line
    for terminal in made:
        terminal.close()


def test_a_program_has_a_terminal_of_its_own_which_controls_it(type_line: Type) -> None:
    terminal = type_line("run", "--user", "alice", "sh", "-c", "tty; stty size; : </dev/tty && echo done")
    shown = terminal.until(b"done")
    assert b"/dev/pts/" in shown
    assert os.ttyname(terminal.slave).encode() not in shown.split()
    assert b"30 90" in shown
    assert terminal.end() == 0


def test_an_interactive_shell_takes_lines_and_ctrl_c_and_ctrl_d(type_line: Type) -> None:
    terminal = type_line("run", "--user", "alice", "-e", "PS1=ready$ ", "sh")
    terminal.until(b"ready$ ")
    terminal.type(b"cat\r")
    terminal.type(b"hello\r")
    terminal.until(b"hello\r\nhello\r\n")  # echoed, and copied: cat runs
    terminal.type(b"\x03")  # ends cat, not the shell and not nts
    terminal.seen = b""
    terminal.until(b"ready$ ")
    terminal.type(b"exit_code=9; echo still $exit_code\r")
    terminal.until(b"still 9")
    terminal.type(b"(exit 9)\r\x04")
    assert terminal.end() == 9


def test_a_new_size_of_the_window_reaches_the_program(type_line: Type) -> None:
    script = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"
    terminal = type_line("run", "--user", "alice", "sh", "-c", script)
    terminal.until(b"ready")
    termios.tcsetwinsize(terminal.slave, (44, 122))
    terminal.until(b"44 122")
    assert terminal.end() == 0


def test_the_terminal_is_set_back_when_the_program_is_killed(type_line: Type) -> None:
    terminal = type_line("run", "--user", "alice", "sh", "-c", "stty raw -echo; kill -KILL $$")
    assert terminal.end() == 128 + signal.SIGKILL


def test_a_list_at_a_terminal_is_a_table(type_line: Type) -> None:
    terminal = type_line("session", "ls")
    assert b"alice" in terminal.until(b"alice")
    terminal.until(b"\x1b[1m")
    assert terminal.end() == 0
