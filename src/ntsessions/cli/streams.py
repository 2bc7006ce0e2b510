"""What a program's standard input, output and error are, and what has to be copied for that (ADR 0009).

Each of the three is judged by itself.  A pipe or a file is the program's as it is.  A terminal is never handed over
(its holder could type into the caller's shell): its place is taken by the slave of a new pty, one for all of them, or
with `--no-tty` by pipes.  What comes out of those is copied, see `relay`.
"""

import fcntl
import os
import struct
import termios
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

STANDARD = (0, 1, 2)


class Copy:
    """Bytes on their way from *source* to *sink*; *is_input*: from the caller to the program."""

    def __init__(self, source: int, sink: int, *, is_input: bool) -> None:
        self.source = source
        self.sink = sink
        self.is_input = is_input
        self.waiting = b""
        """Read, and not written yet."""


class Streams:
    """The three descriptors for the program, and the copies to make while it runs."""

    def __init__(self, *, no_tty: bool = False, standard: tuple[int, int, int] = STANDARD) -> None:
        self.terminals = tuple(fd for fd in standard if _is_terminal(fd))
        """The caller's descriptors that are terminals."""
        self.master: int | None = None
        self.copies: list[Copy] = []
        self.has_console = False
        """One of the program's descriptors is a terminal, to become its controlling one."""
        self.is_typed_into = False
        """The program's standard input is that terminal: what is typed here goes there."""
        self._standard = standard
        self._given: list[int] = []
        self._ours: set[int] = set()
        try:
            self._arrange(no_tty=no_tty)
        except BaseException:
            self.close()
            raise

    @property
    def for_program(self) -> tuple[int, ...]:
        """Standard input, output and error of the program."""
        return tuple(self._given)

    def _arrange(self, *, no_tty: bool) -> None:
        slave = self._open_pty() if self.terminals and not no_tty else None
        for number, fd in enumerate(self._standard):
            if fd not in self.terminals:
                self._given.append(self._keep(os.open(os.devnull, os.O_RDWR)) if _is_closed(fd) else fd)
            elif slave is None:
                self._given.append(self._open_pipe(fd, is_input=number == 0))
            else:
                self._given.append(slave)
        if self.master is None:
            return
        self.has_console = True
        shown_on = [fd for fd in self._standard[1:] if fd in self.terminals]
        # What is typed is echoed by the pty, so there is something to show even when only the input is a terminal.
        self.copies.append(Copy(self.master, (shown_on or list(self.terminals))[0], is_input=False))
        self.is_typed_into = self._standard[0] in self.terminals
        if self.is_typed_into:
            self.copies.append(Copy(self._standard[0], self.master, is_input=True))

    def _open_pty(self) -> int:
        self.master, slave = os.openpty()
        self._ours |= {self.master, slave}
        os.set_blocking(self.master, False)
        with suppress(termios.error):
            termios.tcsetattr(slave, termios.TCSANOW, termios.tcgetattr(self.terminals[0]))
        self.copy_size()
        return slave

    def _open_pipe(self, fd: int, *, is_input: bool) -> int:
        reader, writer = os.pipe()
        self._ours |= {reader, writer}
        os.set_blocking(writer if is_input else reader, False)
        self.copies.append(Copy(fd, writer, is_input=True) if is_input else Copy(reader, fd, is_input=False))
        return reader if is_input else writer

    def copy_size(self) -> None:
        """Give the pty the size of the caller's terminal; the kernel tells the program."""
        if self.master is not None:
            with suppress(OSError):
                size = fcntl.ioctl(self.terminals[0], termios.TIOCGWINSZ, bytes(struct.calcsize("HHHH")))
                fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def program_has_started(self) -> None:
        """Close what is the program's now, so that its end is seen."""
        for fd in set(self._given) & self._ours:
            self.close_one(fd)

    def close_one(self, fd: int) -> None:
        """Close a descriptor that was opened here; the caller's stay open."""
        if fd in self._ours:
            self._ours.discard(fd)
            os.close(fd)

    def close(self) -> None:
        """Close everything that was opened here."""
        for fd in tuple(self._ours):
            self.close_one(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep(self, fd: int) -> int:
        self._ours.add(fd)
        return fd


class RawTerminal:
    """The caller's terminal in raw mode, so that keys reach the program's pty; only while we are in the foreground."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._saved: list[Any] | None = None

    def is_ours(self) -> bool:
        """Tell whether we may read the terminal: reading in the background would stop us."""
        try:
            return os.tcgetpgrp(self._fd) == os.getpgrp()
        except OSError:
            return True  # a terminal that controls nobody

    def enter(self) -> None:
        """Go into raw mode if the terminal is ours."""
        if self._saved is None and self.is_ours():
            with suppress(termios.error):  # hung up
                saved = termios.tcgetattr(self._fd)
                termios.tcsetattr(self._fd, termios.TCSADRAIN, _raw(saved))
                self._saved = saved

    def leave(self) -> None:
        """Set the terminal as it was."""
        saved, self._saved = self._saved, None
        if saved is not None and self.is_ours():
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, saved)

    def __enter__(self) -> Self:
        self.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()


def _raw(attributes: list[Any]) -> list[Any]:
    """Return *attributes* as cfmakeraw(3) changes them (`tty.setraw` would cost an import)."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, cc = attributes
    iflag &= ~(
        termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP
        | termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON
    )  # fmt: skip
    lflag &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    cc = list(cc)
    cc[termios.VMIN], cc[termios.VTIME] = 1, 0
    cflag = cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    return [iflag, oflag & ~termios.OPOST, cflag, lflag, ispeed, ospeed, cc]


def _is_terminal(fd: int) -> bool:
    return not _is_closed(fd) and os.isatty(fd)


def _is_closed(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return True
    return False
