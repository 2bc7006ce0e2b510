"""Copying between the caller's terminal and the program's, and passing signals on, until the program has ended.

One `poll` over everything: the answer that the program has ended, what it prints, what is typed, signals.  Nothing is
read before what was read last has been written, so a program that does not read holds up the typing, and no more.
"""

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Protocol, Self

from ntsessions.cli.streams import Copy, RawTerminal, Streams

_CHUNK = 65536
FORWARDED = (
    signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
)  # fmt: skip
"""Sent to the program when `nts run` receives them; what is typed reaches it through its pty instead."""


class Program(Protocol):
    """The program whose streams are copied."""

    def fileno(self) -> int:
        """A descriptor that becomes readable when the program may have ended."""
        ...

    def has_ended(self, *, is_readable: bool) -> bool:
        """Tell whether it has; *is_readable*: its descriptor is."""
        ...

    def signal(self, number: int) -> None:
        """Send it a signal."""
        ...


class Signals:
    """Signals as bytes of a pipe, while in the `with` block; those that were ignored stay ignored (nohup)."""

    def __init__(self) -> None:
        self._saved: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def fileno(self) -> int:
        return self._reader

    def received(self) -> bytes:
        """Return the numbers of the signals that came."""
        with suppress(BlockingIOError):
            return os.read(self._reader, 4096)
        return b""

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in (*FORWARDED, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
            handler = signal.getsignal(number)
            if handler != signal.SIG_IGN:
                self._saved[number] = signal.signal(number, lambda *_: None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._saved.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)


def relay(program: Program, streams: Streams, signals: Signals) -> None:
    """Copy and forward until *program* has ended and everything that it had printed by then was shown."""
    console = RawTerminal(streams.terminals[0] if streams.is_typed_into else -1)
    if not streams.is_typed_into:
        _Relay(program, streams, signals, console).run()
        return
    with console:
        _Relay(program, streams, signals, console).run()


class _Relay:
    def __init__(self, program: Program, streams: Streams, signals: Signals, console: RawTerminal) -> None:
        self._program = program
        self._streams = streams
        self._signals = signals
        self._console = console

    def run(self) -> None:
        is_readable = False
        while not self._program.has_ended(is_readable=is_readable):
            ready = self._wait()
            is_readable = self._program.fileno() in ready
            if self._signals.fileno() in ready:
                for number in self._signals.received():
                    self._signaled(number)
            for copy in tuple(self._streams.copies):
                if (copy.sink if copy.waiting else copy.source) in ready:
                    self._step(copy)
        for copy in tuple(self._streams.copies):
            if not copy.is_input:
                self._drain(copy)

    def _drain(self, copy: Copy) -> None:
        """Show what was printed and not yet copied."""
        while self._step(copy) or copy.waiting:
            if copy.waiting:  # the caller's terminal does not block, and is slow
                poll = select.poll()
                poll.register(copy.sink, select.POLLOUT)
                poll.poll()

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self._program.fileno(), select.POLLIN)
        poll.register(self._signals.fileno(), select.POLLIN)
        may_read = not self._streams.terminals or RawTerminal(self._streams.terminals[0]).is_ours()
        if may_read and self._streams.is_typed_into:
            self._console.enter()  # the shell may have brought us to the foreground without a signal
        # The master may be watched in both directions at once.
        wanted: dict[int, int] = {}
        for copy in self._streams.copies:
            if copy.waiting:
                wanted[copy.sink] = wanted.get(copy.sink, 0) | select.POLLOUT
            elif may_read or not copy.is_input:
                wanted[copy.source] = wanted.get(copy.source, 0) | select.POLLIN
        for fd, events in wanted.items():
            poll.register(fd, events)
        return {fd for fd, _ in poll.poll()}

    def _step(self, copy: Copy) -> bool:
        """Read or write once; False when there is nothing more to do now."""
        if not copy.waiting:
            try:
                copy.waiting = os.read(copy.source, _CHUNK)
            except BlockingIOError:
                return False
            except OSError:  # EIO: the last one who had the other side of the pty open has closed it
                copy.waiting = b""
            if not copy.waiting:
                self._finish(copy)
                return False
        try:
            copy.waiting = copy.waiting[os.write(copy.sink, copy.waiting) :]
        except BlockingIOError:
            return False
        except OSError:  # the reader has gone; the program must not be held up by that
            copy.waiting = b""
            if copy.is_input:
                self._finish(copy)
                return False
        return True

    def _finish(self, copy: Copy) -> None:
        self._streams.copies = [other for other in self._streams.copies if other is not copy]
        if copy.is_input and copy.sink != self._streams.master:
            self._streams.close_one(copy.sink)  # the end of the input

    def _signaled(self, number: int) -> None:
        if number == signal.SIGWINCH:
            self._streams.copy_size()
        elif number == signal.SIGTSTP:
            self._stop()
        elif number != signal.SIGCONT:
            self._program.signal(number)

    def _stop(self) -> None:
        """Stop with the program, and go on with it."""
        self._program.signal(signal.SIGSTOP)
        self._console.leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._program.signal(signal.SIGCONT)
