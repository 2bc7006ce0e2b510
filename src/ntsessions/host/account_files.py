"""/etc/passwd and /etc/group as a session sees them: the machine's lines, then those of our managed accounts.

Nothing on the machine changes: the generated files are mounted over the machine's, read-only, inside the sessions that
need them.  Later accounts are appended with one write, so a reader sees whole lines.
"""

import contextlib
import os

from ntsessions.executive.effects import UnixIdentity

PASSWD = "/etc/passwd"  # noqa: S105 - a path
GROUP = "/etc/group"
_FORBIDDEN = frozenset(":/\n\0")


class UnusableName(ValueError):
    """An account name or path that cannot stand in a line of /etc/passwd or be a directory's name."""


def check_name(name: str) -> None:
    """Refuse names that would be read as something else."""
    if not name or name in {".", ".."} or name.startswith("-") or _FORBIDDEN & set(name):
        raise UnusableName(f"not usable as the name of a Unix account: {name!r}")


class AccountFiles:
    """The two files of one session.  Several launchers may have it: what is in the files is what counts."""

    def __init__(self, directory: str) -> None:
        self.passwd = os.path.join(directory, "passwd")
        self.group = os.path.join(directory, "group")

    def add(self, identity: UnixIdentity) -> None:
        """Make sure that the account has its lines."""
        check_name(identity.user_name)
        for path in (identity.home, identity.shell):
            if ":" in path or "\n" in path:
                raise UnusableName(f"not usable in /etc/passwd: {path!r}")
        name, uid, gid = identity.user_name, identity.uid, identity.gid
        _add(PASSWD, self.passwd, f"{name}:x:{uid}:{gid}:{name}:{identity.home}:{identity.shell}\n")
        _add(GROUP, self.group, f"{name}:x:{gid}:\n")


def _add(source: str, target: str, line: str) -> None:
    if not os.path.exists(target):
        _copy(source, target)
    with open(target, "rb") as file:
        is_there = line.encode() in file.readlines()
    if not is_there:
        _append(target, line)


def _copy(source: str, target: str) -> None:
    """Make the file, unless somebody was faster."""
    try:
        with open(source, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        text = b""  # a machine without accounts: ours are the only ones
    if text and not text.endswith(b"\n"):
        text += b"\n"
    unfinished = f"{target}-{os.getpid()}"
    with open(unfinished, "wb") as file:
        file.write(text)
    os.chmod(unfinished, 0o644)
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, target)
    os.unlink(unfinished)


def _append(path: str, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
