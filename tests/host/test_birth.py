"""How a child gets into its cgroup: born there, or entering it where the kernel cannot do that."""

import errno
import os
from pathlib import Path
from typing import cast

import pytest

from ntsessions.executive.effects import StartProcess, UnixIdentity
from ntsessions.host import linux
from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.isolation import Mode
from ntsessions.host.port_space import PortSpace
from ntsessions.host.program_start import ProgramStarter, outcome

GROUP: GroupPath = ("session-1",)


class Port:
    identity = UnixIdentity("me", os.getuid(), os.getgid(), (), "/", "/bin/sh", is_managed=False)
    runtime_dir = "/tmp"

    def enter(self) -> None:
        """There is no other place to go to."""


class Groups:
    def __init__(self, birthplace: Path) -> None:
        self._birthplace = birthplace

    def birthplace(self, group: GroupPath) -> str:
        return str(self._birthplace)

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        return ()

    def joined(self, group: GroupPath, pid: int) -> None:
        """Nobody keeps a list."""


def started(birthplace: Path) -> tuple[int, bool]:
    """Start `true`; return its wait status and whether it got as far as running."""
    starter = ProgramStarter(Mode.PERSONAL, cast("ProcessGroups", Groups(birthplace)), (256, 256))
    request = StartProcess(1, 1, (), ("true",), (), "/", None, new_terminal=False, suspended=False)
    child = starter.start(request, cast("PortSpace", Port()), GROUP, ())
    _, status = os.waitpid(child.pid, 0)
    ran = outcome(child.progress) is True
    os.close(child.progress)
    return status, ran


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM, errno.E2BIG])
def test_where_no_child_can_be_born_inside_it_enters_the_group_before_it_runs(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int) -> int:
        raise OSError(number, os.strerror(number))

    (tmp_path / "cgroup.procs").touch()
    monkeypatch.setattr(linux, "fork_into", refused)
    assert started(tmp_path) == (0, True)
    assert (tmp_path / "cgroup.procs").read_text() == "0"


def test_a_start_fails_when_the_machine_has_no_room_for_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int) -> int:
        raise OSError(errno.EAGAIN, "no room")

    monkeypatch.setattr(linux, "fork_into", refused)
    with pytest.raises(BlockingIOError):
        started(tmp_path)


def test_being_born_in_what_is_no_cgroup_is_an_error_and_the_parent_goes_on(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with pytest.raises(OSError, match="clone3"):
            linux.fork_into(directory)
    finally:
        os.close(directory)
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
