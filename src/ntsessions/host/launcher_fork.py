"""How the launcher comes to be: a fork of the daemon before the daemon is large."""

import os
import resource
import socket
from typing import NamedTuple

from ntsessions.host import linux
from ntsessions.host.channel import Channel
from ntsessions.host.forked import keep_only, run_and_leave
from ntsessions.host.isolation import Isolation
from ntsessions.host.launcher import run_first_launcher
from ntsessions.host.program_child import handle_every_signal


class LauncherStart(NamedTuple):
    """What the first launcher of an instance is started with."""

    state_dir: str
    isolation: Isolation
    groups: str
    daemon: int
    is_replacement: bool


class StartedLauncher(NamedTuple):
    """The daemon's side of a launcher that was just forked."""

    pid: int
    channel: Channel


def start_launcher(state_dir: str, isolation: Isolation, groups: str = "") -> StartedLauncher:
    """Fork the launcher.  Call it right after `enter_own_namespaces`, before threads, loops and large imports.

    *groups* forces a mechanism of process groups (`v2`, `v1`, `none`); empty: the best that can be written.
    """
    return _fork_launcher(LauncherStart(state_dir, isolation, groups, os.getpid(), is_replacement=False))


def replace_launcher(state_dir: str, isolation: Isolation, groups: str) -> StartedLauncher:
    """Start another first launcher after the old one died; it kills what the old one left before it is ready.

    It is a fork of the whole daemon, so its own forks are slow; a new program would lose the daemon's capabilities,
    which for an ordinary user last only until exec.
    """
    return _fork_launcher(LauncherStart(state_dir, isolation, groups, os.getpid(), is_replacement=True))


def _fork_launcher(start: LauncherStart) -> StartedLauncher:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        run_and_leave(lambda: _become_launcher(theirs, start))
    theirs.close()
    return StartedLauncher(pid, Channel(ours, blocking=False))


def _become_launcher(line: socket.socket, start: LauncherStart) -> None:
    os.setsid()  # a Ctrl-C in the daemon's terminal is not for us: we end when the daemon has
    handle_every_signal()
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    keep_only(line.fileno())
    os.chdir("/")
    os.umask(0)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    linux.set_process_name("nts-launcher")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    run_first_launcher(Channel(line, blocking=True), start, (soft, hard))
