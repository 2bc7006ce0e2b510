"""/etc/passwd and /etc/group as a session sees them: the machine's lines, then those of our managed accounts.

Nothing on the machine changes: the generated files are mounted over the machine's, read-only, inside the sessions that
need them.  Later accounts are appended with one write, so a reader sees whole lines.
"""

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
    """The two files of one session."""

    def __init__(self, directory: str) -> None:
        self.passwd = os.path.join(directory, "passwd")
        self.group = os.path.join(directory, "group")
        self._known: set[int] = set()

    def add(self, identity: UnixIdentity) -> None:
        """Make sure that the account has its lines."""
        check_name(identity.user_name)
        for path in (identity.home, identity.shell):
            if ":" in path or "\n" in path:
                raise UnusableName(f"not usable in /etc/passwd: {path!r}")
        if identity.uid in self._known:
            return
        if not self._known:
            _copy(PASSWD, self.passwd)
            _copy(GROUP, self.group)
        name, uid, gid = identity.user_name, identity.uid, identity.gid
        _append(self.passwd, f"{name}:x:{uid}:{gid}:{name}:{identity.home}:{identity.shell}\n")
        _append(self.group, f"{name}:x:{gid}:\n")
        self._known.add(uid)


def _copy(source: str, target: str) -> None:
    try:
        with open(source, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        text = b""  # a machine without accounts: ours are the only ones
    if text and not text.endswith(b"\n"):
        text += b"\n"
    with open(target, "wb") as file:
        file.write(text)
    os.chmod(target, 0o644)


def _append(path: str, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
