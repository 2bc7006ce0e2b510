"""Operations on directories of a cgroup file system that both versions share.

A cgroup that is gone reads as empty: it vanishes under the reader whenever its last process ends and someone removes
it, and the outcome is what the reader wanted.
"""

import errno
import os
import signal

_GONE = {errno.ENOENT, errno.ENODEV}


def write(directory: str, name: str, text: str) -> None:
    """Write one control file; one write, because the kernel parses each by itself."""
    descriptor = os.open(os.path.join(directory, name), os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def read(directory: str, name: str) -> str:
    """Return the text of one control file, or nothing when the group is gone or the kernel has no such file."""
    try:
        with open(os.path.join(directory, name), encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError as error:
        if error.errno in _GONE:
            return ""
        raise


def make(directory: str) -> bool:
    """Make one group; return whether it is new."""
    try:
        os.mkdir(directory, 0o755)
    except FileExistsError:
        return False
    return True


def subgroups(directory: str) -> list[str]:
    """Return the group and all groups below it, innermost first."""
    return [path for path, _, _ in os.walk(directory, topdown=False)]


def pids(directory: str) -> tuple[int, ...]:
    """Return the processes of the group and of all groups below it."""
    found: dict[int, None] = {}
    for group in subgroups(directory):
        for line in read(group, "cgroup.procs").split():
            if line != "0":  # a process of a pid namespace that we cannot see into
                found[int(line)] = None
    return tuple(found)


def remove(directory: str) -> None:
    """Remove the group and all groups below it; all must be empty."""
    for group in subgroups(directory):
        try:
            os.rmdir(group)
        except FileNotFoundError:
            continue  # someone was faster


def kill_each(found: tuple[int, ...]) -> tuple[int, ...]:
    """Send SIGKILL to each process; return those that we may not kill."""
    refused = []
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it has ended by itself
        except PermissionError:
            refused.append(pid)
    return tuple(refused)


def number(text: str) -> int:
    """Return a control file's number, 0 for none (`max`, or an absent file)."""
    stripped = text.strip()
    return int(stripped) if stripped.isdigit() else 0
