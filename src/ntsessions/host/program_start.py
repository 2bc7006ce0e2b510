"""From a fork of the launcher to a running program: everything that happens in the child, and how it tells.

The child inherits nothing by accident: descriptors above 2 are closed by exec, the environment is built from nothing,
signals and umask are the defaults, and the limit on descriptors is the one that the daemon was started with (programs
exist that walk all possible numbers).

A close-on-exec pipe says how it went: it closes at exec, or carries the errno and what was being tried.  A suspended
start says READY and waits on a second pipe; if the launcher dies, that pipe closes and the child leaves.
"""

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


class ProgramStarter:
    """Starts programs for one launcher; holds what is the same for all of them."""

    def __init__(self, mode: Mode, groups: ProcessGroups, descriptor_limit: tuple[int, int]) -> None:
        self._mode = mode
        self._groups = groups
        self._descriptor_limit = descriptor_limit
        self._ignored = [one for one in signal.valid_signals() if signal.getsignal(one) is signal.SIG_IGN]
        self._null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)

    def start(self, request: StartProcess, port: PortSpace, group: GroupPath, stdio: tuple[int, ...]) -> Starting:
        """Fork a child that becomes the program.  *stdio* is empty or has three descriptors; the caller keeps them."""
        progress, told = os.pipe2(os.O_CLOEXEC)
        gate_read, gate_write = os.pipe2(os.O_CLOEXEC) if request.suspended else (None, None)
        try:
            pid = os.fork()
        except OSError:
            os.close(progress)
            for end in (gate_read, gate_write):
                if end is not None:
                    os.close(end)
            os.close(told)
            raise
        if pid == 0:
            if gate_write is not None:
                os.close(gate_write)
            self._become(request, port, group, stdio, told, gate_read)
        os.close(told)
        if gate_read is not None:
            os.close(gate_read)
        self._groups.joined(group, pid)
        os.set_blocking(progress, False)
        return Starting(pid, progress, gate_write)

    def _become(
        self,
        request: StartProcess,
        port: PortSpace,
        group: GroupPath,
        stdio: tuple[int, ...],
        told: int,
        gate: int | None,
    ) -> NoReturn:
        what = "prepare"
        try:
            signal.set_wakeup_fd(-1)
            what = "join the group"
            self._groups.join(group)
            self._reset(request, stdio)
            what = "enter the session"
            port.enter()
            what = "become the account"
            self._take_identity(port)
            linux.close_on_exec_from(3)
            what = "execute"
            environment = environment_of(port.identity, port.runtime_dir) | dict(request.environment)
            _enter_directory(request.working_directory, port.identity.home)
            program = _find(request.arguments, environment["PATH"])
            if gate is not None:
                os.write(told, READY)
                if not os.read(gate, 1):
                    os._exit(CANNOT_EXECUTE)
            os.execve(program, request.arguments, environment)
        except OSError as error:
            name = request.arguments[0] if what == "execute" and request.arguments else what
            os.write(told, f"{error.errno or 0}\n{name}: {error.strerror or error}".encode()[:_LARGEST_MESSAGE])
        except BaseException as error:  # noqa: BLE001 - a forked child must never return into the launcher's loop
            os.write(told, f"22\n{what}: {error}".encode("utf-8", "replace")[:_LARGEST_MESSAGE])
        finally:
            os._exit(CANNOT_EXECUTE)

    def _reset(self, request: StartProcess, stdio: tuple[int, ...]) -> None:
        for one in self._ignored:
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.setsid()
        for number, descriptor in enumerate(stdio or (self._null,) * 3):
            os.dup2(descriptor, number)
        if request.new_terminal:
            fcntl.ioctl(0, linux.TIOCSCTTY, 0)
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_NOFILE, self._descriptor_limit)

    def _take_identity(self, port: PortSpace) -> None:
        if self._mode is Mode.PERSONAL:
            linux.drop_capability_bounds()
            return
        identity = port.identity
        os.setgroups(identity.groups)
        os.setresgid(identity.gid, identity.gid, identity.gid)
        os.setresuid(identity.uid, identity.uid, identity.uid)


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
    candidates = [name] if "/" in name else [os.path.join(part or ".", name) for part in search.split(":")]
    refused = False
    for path in candidates:
        if os.path.isfile(path):
            if os.access(path, os.X_OK, effective_ids=True):
                return path
            refused = True
    if refused or os.path.isdir(name):
        raise PermissionError(13, "not executable")
    raise FileNotFoundError(2, "no such program")
