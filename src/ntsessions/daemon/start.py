"""What the system is told when the host has started."""

import os
import pwd
import stat
from pathlib import Path

from ntsessions import __version__
from ntsessions.executive.effects import UnixIdentity
from ntsessions.executive.reports import HostStarted
from ntsessions.host import processes
from ntsessions.host.host import Host
from ntsessions.host.isolation import Isolation, Mode


def host_started(
    host: Host, isolation: Isolation, uid_base: int, accounts: bytes, notes: tuple[str, ...]
) -> HostStarted:
    """Return the first report; *notes*: what else people should know."""
    pattern = host.accounts.managed("nobody", 0)
    homes = os.path.dirname(pattern.home)
    return HostStarted(
        process_id=os.getpid(),
        start_time=processes.start_time(os.getpid()),
        identity=_own_identity(isolation),
        is_personal=isolation.mode is Mode.PERSONAL,
        process_groups=host.groups,
        version=__version__,
        uid_base=uid_base,
        notes=host.notes + closed_way(Path(homes), isolation) + notes,
        home_base=homes,
        shell=pattern.shell,
        accounts=accounts,
    )


def closed_way(homes: Path, isolation: Isolation) -> tuple[str, ...]:
    """Tell if users could not reach their homes, because a directory on the way is closed to them."""
    if isolation.mode is Mode.PERSONAL:
        return ()
    for directory in list(homes.parents)[1:]:  # the state directory itself is replaced inside sessions
        if not directory.stat().st_mode & stat.S_IXOTH:
            return (f"users cannot reach their homes: {directory} is closed to them; use another --state-dir",)
    return ()


def _own_identity(isolation: Isolation) -> UnixIdentity:
    """Return whom the system's own programs run as: the user who started the daemon."""
    try:
        entry = pwd.getpwuid(isolation.uid)
        name, home, shell = entry.pw_name, entry.pw_dir, entry.pw_shell
    except KeyError:
        name, home, shell = str(isolation.uid), "/", "/bin/sh"
    return UnixIdentity(name, isolation.uid, isolation.gid, (), home, shell, is_managed=False)
