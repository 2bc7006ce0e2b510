"""Starting programs, as the launcher does it: what a child needs is worked out and opened here, and then it is forked.

How it goes from there is in `program_child`; who forks it, in `fork_line`.
"""

import contextlib
import errno
import os
from typing import NamedTuple

from ntsessions.executive.effects import StartProcess
from ntsessions.host.fork_line import ForkLine, fork_here
from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.isolation import Mode
from ntsessions.host.port_space import PortSpace, environment_of
from ntsessions.host.program_child import LARGEST_MESSAGE, READY, Plan

_UNKNOWN_CALL = (errno.ENOSYS, errno.EINVAL, errno.E2BIG, errno.EPERM, errno.EACCES)
"""An older kernel, or a filter of system calls that does not know clone3, or not all that it can do."""


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

    def __init__(
        self, mode: Mode, groups: ProcessGroups, descriptor_limit: tuple[int, int], forks: ForkLine | None
    ) -> None:
        self._mode = mode
        self._groups = groups
        self._descriptor_limit = descriptor_limit
        self._forks = forks
        self._null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self._can_be_born_inside = True

    def start(self, request: StartProcess, port: PortSpace, group: GroupPath, stdio: tuple[int, ...]) -> Starting:
        """Fork a child that becomes the program.  *stdio*: input, output, error; missing ones are /dev/null."""
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            birthplace, entries = self._ways_in(group, theirs)
            progress, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            theirs.callback(os.close, told)
            ours.callback(os.close, progress)
            gate, gate_write = self._null, None
            if request.suspended:
                gate, gate_write = os.pipe2(os.O_CLOEXEC)
                theirs.callback(os.close, gate)
                ours.callback(os.close, gate_write)
            files = (*(*stdio, *(self._null,) * 3)[:3], *entries)
            fork = fork_here if self._forks is None else self._forks.fork
            try:
                pid = fork(birthplace, self._plan(request, port), (told, gate, *port.namespaces, *files))
            except OSError as error:
                if not self._can_do_with_less(error, birthplace):
                    raise
                return self.start(request, port, group, stdio)
            ours.pop_all()
        self._groups.joined(group, pid)
        return Starting(pid, progress, gate_write)

    def _plan(self, request: StartProcess, port: PortSpace) -> Plan:
        identity = port.identity
        return (
            request.arguments,
            environment_of(identity, port.runtime_dir) | dict(request.environment),
            request.working_directory,
            identity.home,
            (identity.uid, identity.gid, identity.groups) if self._mode is Mode.ROOT else None,
            self._descriptor_limit,
            request.new_terminal,
            request.suspended,
        )

    def _ways_in(self, group: GroupPath, closing: contextlib.ExitStack) -> tuple[int | None, tuple[int, ...]]:
        """Return a descriptor of the cgroup to be born in, if any, and those of the files to be written after that."""
        entries = self._groups.entries(group)
        directory = self._groups.birthplace(group)
        birthplace = None
        if directory is not None and self._can_be_born_inside:
            birthplace = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            closing.callback(os.close, birthplace)
        elif directory is not None:
            entries = (os.path.join(directory, "cgroup.procs"), *entries)
        return birthplace, tuple(_opened(path, closing) for path in entries)

    def _can_do_with_less(self, error: OSError, birthplace: int | None) -> bool:
        """Return whether a start that failed so is worth another try, and do without what it failed for from now on."""
        if isinstance(error, ConnectionError):  # the server was killed
            self._forks = None
        elif error.errno not in _UNKNOWN_CALL:
            return False
        elif birthplace is not None:
            self._can_be_born_inside = False
        elif self._forks is not None:
            self._forks.close()
            self._forks = None
        else:
            return False
        return True


def _opened(path: str, closing: contextlib.ExitStack) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    closing.callback(os.close, descriptor)
    return descriptor


def outcome(progress: int) -> Failure | bool | None:
    """Read a child's progress: a failure, True when it runs or is ready to, None when it has not said yet."""
    try:
        text = os.read(progress, LARGEST_MESSAGE)
    except BlockingIOError:
        return None
    if text in {b"", READY}:
        return True
    number, _, reason = text.decode("utf-8", "replace").partition("\n")
    return Failure(int(number), reason)
