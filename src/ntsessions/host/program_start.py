"""From a fork of the launcher to a running program: everything that happens in the child, and how it tells.

The child inherits nothing by accident.  Every descriptor of a launcher above 2 closes on exec, its signals all have
handlers, which exec resets to the default, the environment is built from nothing, and the limit on descriptors is the
one that the daemon was started with (programs exist that walk all possible numbers).

The child does as little as possible: each page that it or the launcher touches between fork and exec is copied, which
is what a start costs.  Hence everything that can be known before is worked out before.

A close-on-exec pipe says how it went: it closes at exec, or carries the errno and what was being tried.  A suspended
start says READY and waits on a second pipe; if the launcher dies, that pipe closes and the child leaves.
"""

import contextlib
import errno
import fcntl
import os
import resource
import signal
from typing import NamedTuple, NoReturn

from ntsessions.executive.effects import StartProcess
from ntsessions.host import linux
from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.isolation import Mode
from ntsessions.host.port_space import PortSpace, environment_of

READY = b"ready"
CANNOT_EXECUTE = 127
_LARGEST_MESSAGE = 4096
_NO_BIRTH_INSIDE = (errno.ENOSYS, errno.EINVAL, errno.E2BIG, errno.EPERM, errno.EACCES)
"""An older kernel, or a filter of system calls that does not know this one: groups are entered after birth."""


class Failure(NamedTuple):
    """Why a program was not started."""

    errno: int
    reason: str


class Starting(NamedTuple):
    """A child on its way to exec, seen from the launcher."""

    pid: int
    progress: int
    """Read end: closes at exec."""
    gate: int | None
    """Write end: one byte lets a suspended child go on."""


class _Plan(NamedTuple):
    """What a child needs to know."""

    request: StartProcess
    port: PortSpace
    entries: tuple[int, ...]
    """Files of the process groups, open for writing."""
    stdio: tuple[int, ...]
    environment: dict[str, str]
    told: int
    gate: int | None


class ProgramStarter:
    """Starts programs for one launcher; holds what is the same for all of them."""

    def __init__(self, mode: Mode, groups: ProcessGroups, descriptor_limit: tuple[int, int]) -> None:
        self._mode = mode
        self._groups = groups
        self._descriptor_limit = descriptor_limit
        self._null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self._can_be_born_inside = True

    def start(self, request: StartProcess, port: PortSpace, group: GroupPath, stdio: tuple[int, ...]) -> Starting:
        """Fork a child that becomes the program.  *stdio*: input, output, error; missing ones are /dev/null."""
        environment = environment_of(port.identity, port.runtime_dir) | dict(request.environment)
        with contextlib.ExitStack() as ours:  # what the parent closes again, also if the fork fails
            birthplace, entries = self._ways_in(group, ours)
            progress, told = os.pipe2(os.O_CLOEXEC)
            ours.callback(os.close, told)
            gate_read = gate_write = None
            if request.suspended:
                gate_read, gate_write = os.pipe2(os.O_CLOEXEC)
                ours.callback(os.close, gate_read)
            plan = _Plan(request, port, entries, (*stdio, *(self._null,) * 3)[:3], environment, told, gate_read)
            try:
                pid = os.fork() if birthplace is None else linux.fork_into(birthplace)
            except OSError as error:
                os.close(progress)
                if gate_write is not None:
                    os.close(gate_write)
                if birthplace is None or error.errno not in _NO_BIRTH_INSIDE:
                    raise
                self._can_be_born_inside = False
                return self.start(request, port, group, stdio)
            if pid == 0:
                if gate_write is not None:
                    os.close(gate_write)
                self._become(plan)
        self._groups.joined(group, pid)
        os.set_blocking(progress, False)
        return Starting(pid, progress, gate_write)

    def _ways_in(self, group: GroupPath, ours: contextlib.ExitStack) -> tuple[int | None, tuple[int, ...]]:
        """Return a descriptor of the cgroup to be born in, if any, and those of the files to be written after that."""
        entries = self._groups.entries(group)
        directory = self._groups.birthplace(group)
        birthplace = None
        if directory is not None and self._can_be_born_inside:
            birthplace = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            ours.callback(os.close, birthplace)
        elif directory is not None:
            entries = (os.path.join(directory, "cgroup.procs"), *entries)
        return birthplace, tuple(_opened(path, ours) for path in entries)

    def _become(self, plan: _Plan) -> NoReturn:
        request, port = plan.request, plan.port
        what = "join the group"
        try:
            for entry in plan.entries:
                os.write(entry, b"0")
            what = "prepare"
            self._take_place(plan)
            what = "enter the session"
            port.enter()
            what = "become the account"
            self._take_identity(port)
            what = "execute"
            _enter_directory(request.working_directory, port.identity.home)
            program = _find(request.arguments, plan.environment["PATH"])
            if plan.gate is not None:
                _reset_signals()  # so that they end it while it waits
                os.write(plan.told, READY)
                if not os.read(plan.gate, 1):
                    os._exit(CANNOT_EXECUTE)
            os.execve(program, request.arguments, plan.environment)  # noqa: S606 - no shell is wanted
        except OSError as error:
            name = request.arguments[0] if what == "execute" and request.arguments else what
            os.write(plan.told, f"{error.errno or 0}\n{name}: {error.strerror or error}".encode()[:_LARGEST_MESSAGE])
        except BaseException as error:  # noqa: BLE001 - a forked child must never return into the launcher's loop
            os.write(plan.told, f"22\n{what}: {error}".encode("utf-8", "replace")[:_LARGEST_MESSAGE])
        finally:
            os._exit(CANNOT_EXECUTE)

    def _take_place(self, plan: _Plan) -> None:
        signal.set_wakeup_fd(-1)
        os.setsid()
        for number, descriptor in enumerate(plan.stdio):
            os.dup2(descriptor, number)
        if plan.request.new_terminal:
            self._take_terminal(plan.port.identity.uid)
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_NOFILE, self._descriptor_limit)

    def _take_terminal(self, uid: int) -> None:
        """Let the first of the standard descriptors that is a terminal be the controlling one, and the user's own."""
        terminal = next((number for number in range(3) if os.isatty(number)), 0)
        fcntl.ioctl(terminal, linux.TIOCSCTTY, 0)
        if self._mode is Mode.ROOT:
            os.fchown(terminal, uid, -1)  # programs open it again by its name

    def _take_identity(self, port: PortSpace) -> None:
        if self._mode is Mode.PERSONAL:
            linux.drop_capability_bounds()
            return
        identity = port.identity
        os.setgroups(identity.groups)
        os.setresgid(identity.gid, identity.gid, identity.gid)
        os.setresuid(identity.uid, identity.uid, identity.uid)


def handle_every_signal() -> None:
    """Give the calling launcher handlers that do nothing, for what would end it and for what it inherited as ignored.

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


def _opened(path: str, closing: contextlib.ExitStack) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    closing.callback(os.close, descriptor)
    return descriptor


def outcome(progress: int) -> Failure | bool | None:
    """Read a child's progress: a failure, True when it runs or is ready to, None when it has not said yet."""
    try:
        text = os.read(progress, _LARGEST_MESSAGE)
    except BlockingIOError:
        return None
    if text in {b"", READY}:
        return True
    number, _, reason = text.decode("utf-8", "replace").partition("\n")
    return Failure(int(number), reason)


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
    candidates = (name,) if "/" in name else tuple(os.path.join(part or ".", name) for part in search.split(":"))
    for path in candidates:
        if os.access(path, os.X_OK, effective_ids=True):
            return path
    if any(os.path.exists(path) for path in candidates):
        raise PermissionError(13, "not executable")
    raise FileNotFoundError(2, "no such program")
