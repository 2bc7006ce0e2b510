"""From a fork to a running program: everything that happens in the child, and how it tells.

The child inherits nothing by accident.  Every descriptor above 2 closes on exec, its signals all have handlers, which
exec resets to the default, the environment is built from nothing, and the limit on descriptors is the one that the
daemon was started with (programs exist that walk all possible numbers).

The child does as little as possible: each page that it or its parent touches between fork and exec is copied, which is
what a start costs.  Hence everything that can be known before is worked out before, and this module imports little: it
is part of the fork server.

A close-on-exec pipe says how it went: it closes at exec, or carries the errno and what was being tried.  A suspended
start says READY and waits on a second pipe; if the launcher dies, that pipe closes and the child leaves.
"""

import fcntl
import os
import resource
import signal

from ntsessions.host import linux

READY = b"ready"
CANNOT_EXECUTE = 127
LARGEST_MESSAGE = 4096

Identity = tuple[int, int, tuple[int, ...]]
"""uid, gid and groups."""
Plan = tuple[tuple[str, ...], dict[str, str], str, str, Identity | None, tuple[int, int], bool, bool]
"""What a child needs to know: the names are in the first line of `become`.  Plain data, because it travels."""


def become(plan: Plan, told: int, gate: int, mount: int, ipc: int, *files: int) -> None:
    """Be the program; never returns.

    *told* is written to, *gate* read if the plan says suspended, *mount* and *ipc* are namespaces; *files*: standard
    input, output and error, then those of the process groups, open for writing.  Without an identity the child keeps
    its parent's, which is the only one there is in personal mode.
    """
    arguments, environment, working_directory, home, identity, descriptor_limit, new_terminal, suspended = plan
    what = "join the group"
    try:
        for entry in files[3:]:
            os.write(entry, b"0")
        what = "prepare"
        os.setsid()
        os.dup2(files[0], 0)
        os.dup2(files[1], 1)
        os.dup2(files[2], 2)
        if new_terminal:
            _take_terminal(identity)
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_NOFILE, descriptor_limit)
        what = "enter the session"
        linux.setns(mount, linux.CLONE_NEWNS)
        linux.setns(ipc, linux.CLONE_NEWIPC)
        what = "become the account"
        if identity is not None:
            uid, gid, groups = identity
            os.setgroups(groups)
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
        what = "execute"
        _enter_directory(working_directory, home)
        program = _find(arguments, environment["PATH"])
        if suspended:
            _reset_signals()  # so that they end it while it waits
            os.write(told, READY)
            if not os.read(gate, 1):
                os._exit(CANNOT_EXECUTE)
        os.execve(program, arguments, environment)  # noqa: S606 - no shell is wanted
    except OSError as error:
        name = arguments[0] if what == "execute" and arguments else what
        os.write(told, f"{error.errno or 0}\n{name}: {error.strerror or error}".encode()[:LARGEST_MESSAGE])
    except BaseException as error:  # noqa: BLE001 - a forked child must never return into its parent's loop
        os.write(told, f"22\n{what}: {error}".encode("utf-8", "replace")[:LARGEST_MESSAGE])
    finally:
        os._exit(CANNOT_EXECUTE)


def handle_every_signal() -> None:
    """Give the parent of programs handlers that do nothing, for what would end it and for what it inherited as ignored.

    A launcher ends when its daemon has and not before.  Ignoring would be inherited through exec; handlers are not.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    inherited = {one for one in signal.valid_signals() if signal.getsignal(one) is signal.SIG_IGN}
    for one in inherited | {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGCHLD}:
        signal.signal(one, _ignore)


def _ignore(*_: object) -> None:
    """Do nothing; being a handler is the point."""


def _reset_signals() -> None:
    for one in signal.valid_signals():
        if signal.getsignal(one) is _ignore:
            signal.signal(one, signal.SIG_DFL)


def _take_terminal(identity: Identity | None) -> None:
    """Let the first of the standard descriptors that is a terminal be the controlling one, and the user's own."""
    terminal = next((number for number in range(3) if os.isatty(number)), 0)
    fcntl.ioctl(terminal, linux.TIOCSCTTY, 0)
    if identity is not None:
        os.fchown(terminal, identity[0], -1)  # programs open it again by its name


def _enter_directory(wanted: str, home: str) -> None:
    for directory in (wanted, home):
        if directory:
            try:
                os.chdir(directory)
            except OSError:
                continue  # the next best; a program is not refused because a directory is gone
            return
    os.chdir("/")


def _find(arguments: tuple[str, ...], search: str) -> str:
    """Return the program's path, so that a suspended start fails when it is asked for and not when it is resumed."""
    if not arguments or not arguments[0]:
        raise FileNotFoundError(2, "no program was named")
    name = arguments[0]
    candidates = [name] if "/" in name else [f"{directory or '.'}/{name}" for directory in search.split(":")]
    for path in candidates:
        if os.access(path, os.X_OK):
            return path
    if any(os.path.exists(path) for path in candidates):
        raise PermissionError(13, "not executable")
    raise FileNotFoundError(2, "no such program")
