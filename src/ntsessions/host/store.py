"""Small files in the state directory that survive the daemon, and the lock that keeps it to one daemon.

A file is replaced whole: written beside, synced, renamed, and the rename synced, so that a power cut leaves the old or
the new content.  The lock is the kernel's, so a daemon that was killed holds none.
"""

import fcntl
import os

_PRIVATE = 0o600


class StateDirInUse(RuntimeError):
    """Another daemon serves this state directory."""


class StateStore:
    """The state directory's own files."""

    def __init__(self, state_dir: str) -> None:
        os.makedirs(state_dir, mode=0o700, exist_ok=True)
        self._directory = os.path.realpath(state_dir)
        self._lock: int | None = None

    def lock(self) -> None:
        """Claim the state directory for the life of this process."""
        descriptor = os.open(os.path.join(self._directory, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StateDirInUse(f"another daemon runs with state directory {self._directory}") from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Give the state directory back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None when it was never written."""
        try:
            with open(os.path.join(self._directory, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Replace a file's content; returns when it is on disk."""
        path = os.path.join(self._directory, name)
        fresh = f"{path}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, _PRIVATE)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.rename(fresh, path)
        directory = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
