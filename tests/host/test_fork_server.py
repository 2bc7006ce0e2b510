"""The fork server: programs are forked by it and are the launcher's, and nothing depends on its life."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH208

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.executive.effects import IdentifyProcess, ListProcesses, SignalProcess
from ntsessions.executive.reports import ProcessesListed, ProcessIdentified
from ntsessions.host import processes
from tests.host.driven_host import LONGEST_WAIT, DrivenHost


def fork_server_of(host: DrivenHost, port: int) -> int:
    if host.groups == "none":
        pytest.skip("the launcher of each session forks by itself")
    assert host.shell(port, "exit 2").exit_code == 2  # so it has begun, and named itself
    children = processes.children(host.launcher_pid)
    return next(pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == "nts-fork-server\n")


def kill(pid: int) -> None:
    """Kill a process that is not our child, and wait until it has ended."""
    end = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([end], [], [], LONGEST_WAIT)[0]
    os.close(end)


def test_a_program_is_the_launchers_child(host: DrivenHost) -> None:
    """Whoever reaps it knows how it ended, and a pid is not used again before."""
    _, port = host.session_with_port()
    key, pid = host.background(port, "echo $$; exec sleep infinity")
    parent = processes.facts(processes.ancestors(int(pid))[0][0])
    assert parent is not None
    assert parent.command in {"nts-launcher", "nts-session"}
    host.perform(SignalProcess(key, signal.SIGTERM))
    assert host.exited(key).signal == signal.SIGTERM


def test_programs_still_start_when_the_fork_server_was_killed(own_host: DrivenHost) -> None:
    """In personal mode every program of its user can kill it."""
    _, port = own_host.session_with_port()
    key, _ = own_host.background(port, "echo up; exec sleep infinity")
    kill(fork_server_of(own_host, port))
    assert own_host.shell(port, "exit 3").exit_code == 3
    assert own_host.shell(port, "exit 4", jobs=(1,)).exit_code == 4
    own_host.perform(SignalProcess(key, signal.SIGTERM))
    assert own_host.exited(key).signal == signal.SIGTERM


def test_the_fork_server_keeps_no_descriptor_of_what_it_forked(host: DrivenHost) -> None:
    """What it kept, the next program of another user would be born with."""
    session, port = host.session_with_port()
    server = fork_server_of(host, port)
    before = os.listdir(f"/proc/{server}/fd")
    assert len(before) == 4, "the standard three and the line to the launcher"
    read, write = os.pipe()
    suspended = host.start(port, "true", descriptors=(read, write, write), suspended=True)
    host.started(suspended)
    assert host.shell(port, "exit 0", jobs=(session,)).exit_code == 0
    assert os.listdir(f"/proc/{server}/fd") == before
    host.perform(SignalProcess(suspended, signal.SIGKILL))
    assert host.exited(suspended).signal == signal.SIGKILL
    os.close(write)
    assert os.read(read, 1) == b"", "somebody holds the program's output"
    os.close(read)


def test_the_fork_server_is_in_no_session(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    server = fork_server_of(host, port)
    host.perform(ListProcesses(1, session))
    assert host.wait(ProcessesListed).processes == ()
    host.perform(IdentifyProcess(2, server))
    assert host.wait(ProcessIdentified).session_key is None


def test_a_command_line_too_long_for_the_line_to_the_fork_server_is_passed(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    environment = tuple((name, "x" * 70_000) for name in ("FIRST", "SECOND"))
    assert host.shell(port, "echo ${#FIRST} ${#SECOND}", environment=environment).output == "70000 70000\n"


def test_little_is_loaded_into_the_fork_server() -> None:
    """Each start copies what is there."""
    code = f"import sys; sys.path[:0] = {sys.path!r}; import ntsessions.host.fork_server; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert {"typing", "re", "pathlib", "msgspec", "ntsessions.abi"} & set(ran.stdout.split()) == set()
