"""Unix identities: of system accounts, by name, and of managed accounts, which have no line in /etc/passwd.

Homes of managed accounts are STATE_DIR/home/NAME: the only part of the state directory that sessions see, at the same
path, so that a home means the same to a program, to its user and to an administrator.  In personal mode there is one
Unix user; every account runs as that user, with a home of its own.
"""

import grp
import os
import pwd

from ntsessions.executive.effects import UnixIdentity
from ntsessions.host.account_files import check_name
from ntsessions.host.isolation import Isolation, Mode

FIRST_MANAGED_UID = 200_000
_SHELLS = ("/bin/bash", "/bin/sh")


class Accounts:
    """Identities on this machine."""

    def __init__(self, isolation: Isolation, state_dir: str) -> None:
        self._isolation = isolation
        self._homes = os.path.join(os.path.realpath(state_dir), "home")

    def look_up(self, user_name: str) -> UnixIdentity | None:
        """Return the identity of a system account.  May ask the network (NSS): not for the loop's thread."""
        try:
            entry = pwd.getpwnam(user_name)
        except (KeyError, ValueError):  # ValueError: a NUL inside the name
            return None
        if self._isolation.mode is Mode.PERSONAL:
            uid, gid = self._isolation.uid, self._isolation.gid
            return UnixIdentity(entry.pw_name, uid, gid, (), entry.pw_dir, _shell(entry.pw_shell), is_managed=False)
        groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
        return UnixIdentity(
            entry.pw_name, entry.pw_uid, entry.pw_gid, groups, entry.pw_dir, _shell(entry.pw_shell), is_managed=False
        )

    def managed(self, user_name: str, uid: int) -> UnixIdentity:
        """Return the identity of a managed account; *uid* is the caller's to allocate, from `FIRST_MANAGED_UID` on."""
        check_name(user_name)
        home = os.path.join(self._homes, user_name)
        if self._isolation.mode is Mode.PERSONAL:
            uid, gid = self._isolation.uid, self._isolation.gid
            return UnixIdentity(user_name, uid, gid, (), home, _shell(""), is_managed=True)
        return UnixIdentity(user_name, uid, uid, (uid,), home, _shell(""), is_managed=True)


def group_names(identity: UnixIdentity) -> tuple[str, ...]:
    """Return the names of an identity's groups, numbers where a group has no name."""
    names = []
    for gid in identity.groups:
        try:
            names.append(grp.getgrgid(gid).gr_name)
        except KeyError:
            names.append(str(gid))
    return tuple(names)


def _shell(listed: str) -> str:
    return listed or next((one for one in _SHELLS if os.access(one, os.X_OK)), _SHELLS[-1])
