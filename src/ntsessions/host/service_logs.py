"""What services write: one file each, which their processes have as standard output and error.

    STATE_DIR/service-logs/NAME.log      now; for the host's own user only
    STATE_DIR/service-logs/NAME.log.1    the end of what was there before

Nobody stands between a service and its file.  A file that has become larger than `LARGEST` is put aside when its
service starts, and while it runs: the kernel tells that something was written, and then, at most once a second, the
sizes are looked at.  So a log holds at most `LARGEST` and what its service writes in a second; services that write
nothing cost nothing.

A file cannot be taken away from those who write to it.  Its end is copied and the file emptied, and because they
append, they go on at its beginning; what is written between the two steps is lost.
"""

import contextlib
import os
from collections.abc import Callable, Iterator

from ntsessions.host import linux
from ntsessions.host.launcher_records import Noted
from ntsessions.host.watch_loop import WatchLoop

LARGEST = 4 << 20
_SUFFIX = ".log"
_PAUSE = 1.0
_NULL = 0
"""A launcher's own standard input is /dev/null."""


class ServiceLogs:
    """The logs of the services that one launcher started."""

    def __init__(self, loop: WatchLoop, directory: str, tell: Callable[[Noted], None]) -> None:
        self._loop = loop
        self._directory = directory
        self._tell = tell
        self._news: int | None = None
        """Tells that something was written; there from the first service on."""
        self._unbounded: set[str] = set()
        """What the log of the host was told of."""

    @contextlib.contextmanager
    def stdio(self, name: str, given: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Give what a new process is to have as standard input, output and error: *given*, or a service's log."""
        log = None if given or not name else self._open(name)
        if log is None:
            yield given
            return
        try:
            yield (_NULL, log, log)
        finally:
            os.close(log)

    def _open(self, name: str) -> int | None:
        path = os.path.join(self._directory, name + _SUFFIX)
        try:
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            self._watch()
            _bound(path)
            return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:  # a service runs without its log rather than not at all
            self._tell(Noted(f"what service {name!r} writes is lost: {error.filename or path}: {error.strerror}"))
            return None

    def _watch(self) -> None:
        if self._news is None:
            self._news = linux.inotify()
            self._loop.watch(self._news, self._written)
        linux.inotify_watch(self._news, self._directory, linux.IN_MODIFY)

    def _written(self) -> None:
        """Look at the sizes, and then at nothing for a while: services may write all the time."""
        news = self._news
        assert news is not None, "it was watched"
        self._loop.forget(news)
        with contextlib.suppress(BlockingIOError):
            while os.read(news, 1 << 16):
                pass
        self._bound_all()
        self._loop.after(_PAUSE, lambda: self._loop.watch(news, self._written))

    def _bound_all(self) -> None:
        try:
            names = [name for name in os.listdir(self._directory) if name.endswith(_SUFFIX)]
        except OSError:
            return  # an administrator removed the directory
        for name in names:
            try:
                _bound(os.path.join(self._directory, name))
            except OSError as error:
                if name not in self._unbounded:
                    self._unbounded.add(name)
                    self._tell(Noted(f"service log {name} cannot be put aside when it grows: {error.strerror}"))


def _bound(path: str) -> None:
    """Put a log aside if it is too large."""
    try:
        log = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        size = os.fstat(log).st_size
        if size > LARGEST:
            with contextlib.suppress(OSError):  # no room for the copy: the bound is worth more than the old lines
                _copy_end(log, size, f"{path}.1")
            os.ftruncate(log, 0)
    finally:
        os.close(log)


def _copy_end(log: int, size: int, path: str) -> None:
    copy = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        begin, end = size - LARGEST, size
        while begin < end and (sent := os.sendfile(copy, log, begin, end - begin)):
            begin += sent
    finally:
        os.close(copy)
