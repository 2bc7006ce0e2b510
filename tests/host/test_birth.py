"""How a child comes to be: born in its cgroup or entering it, forked for the launcher or by it."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from ntsessions.executive.effects import StartProcess, UnixIdentity
from ntsessions.host import linux
from ntsessions.host.fork_line import ForkLine
from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.isolation import Mode
from ntsessions.host.port_space import PortSpace
from ntsessions.host.program_child import Plan
from ntsessions.host.program_start import Failure, ProgramStarter, outcome
from ntsessions.host.session_space import Namespaces

GROUP: GroupPath = ("session-1",)
FIRST_ENTRY = 7


class Port:
    identity = UnixIdentity("me", os.getuid(), os.getgid(), (), "/", "/bin/sh", is_managed=False)
    runtime_dir = "/tmp"

    def __init__(self) -> None:
        here = Namespaces()
        self.namespaces = (here.mount, here.ipc)


class Groups:
    def __init__(self, birthplace: Path) -> None:
        self._birthplace = birthplace

    def birthplace(self, group: GroupPath) -> str:
        return str(self._birthplace)

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        return ()

    def joined(self, group: GroupPath, pid: int) -> None:
        """Nobody keeps a list."""


class Server:
    """What an older kernel makes of a fork server; what it does fork enters the groups and ends."""

    def __init__(self, refusal: Callable[[int | None], int]) -> None:
        self._refusal = refusal
        self.asked = 0
        self.is_closed = False

    def fork(self, birthplace: int | None, plan: Plan, descriptors: Sequence[int]) -> int:
        self.asked += 1
        if number := self._refusal(birthplace):
            raise OSError(number, os.strerror(number))
        pid = os.fork()
        if pid == 0:
            for entry in descriptors[FIRST_ENTRY:]:
                os.write(entry, b"0")
            os._exit(0)
        return pid

    def close(self) -> None:
        self.is_closed = True


def started(birthplace: Path, server: Server) -> Failure | bool | None:
    """Start `true`, wait for its end, and return what it told."""
    starter = ProgramStarter(
        Mode.PERSONAL, cast("ProcessGroups", Groups(birthplace)), (256, 256), cast("ForkLine", server)
    )
    request = StartProcess(1, 1, (), ("true",), (), "/", None, new_terminal=False, suspended=False)
    child = starter.start(request, cast("PortSpace", Port()), GROUP, ())
    os.waitpid(child.pid, 0)
    said = outcome(child.progress)
    os.close(child.progress)
    return said


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM, errno.E2BIG])
def test_where_no_child_can_be_born_inside_it_enters_the_group_before_it_runs(number: int, tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").touch()
    server = Server(lambda birthplace: 0 if birthplace is None else number)
    assert started(tmp_path, server) is True
    assert (tmp_path / "cgroup.procs").read_text() == "0"
    assert (server.asked, server.is_closed) == (2, False)


def test_where_no_child_can_be_born_to_another_the_launcher_forks_itself(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").touch()
    server = Server(lambda _: errno.ENOSYS)
    said = started(tmp_path, server)
    assert (tmp_path / "cgroup.procs").read_text() == "0"
    assert server.is_closed
    assert said is True or (isinstance(said, Failure) and "enter the session" in said.reason)  # only root may enter


def test_a_start_fails_when_the_machine_has_no_room_for_a_process(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError):
        started(tmp_path, Server(lambda _: errno.EAGAIN))


def test_being_born_in_what_is_no_cgroup_is_an_error_and_the_parent_goes_on(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with pytest.raises(OSError, match="clone3"):
            linux.clone(linux.CLONE_INTO_CGROUP, directory)
    finally:
        os.close(directory)
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
