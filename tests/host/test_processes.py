"""What is read about live processes, and from processes that do not want to be read rightly."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PLC0415

import os
import subprocess
import sys

import pytest

from ntsessions.host import processes

NAMED = "import ctypes, sys; ctypes.CDLL(None).prctl(15, {name!r}, 0, 0, 0); print(flush=True); sys.stdin.read()"


@pytest.mark.parametrize("name", [b"a) R 1 1 1", b")(", b"two\nlines", b"\xff\xfe", b"", b") Z 0 0 0 0 0"])
def test_a_process_cannot_lie_by_its_name(name: bytes) -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", NAMED.format(name=name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = processes.facts(child.pid)
        assert found is not None
        assert (found.parent_pid, found.uid, found.pid) == (os.getpid(), os.geteuid(), child.pid)
        assert found.command.isprintable() or found.command == ""
        assert found.start_time > 0
        child.kill()


def test_a_process_that_is_gone_or_dead_has_no_facts() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert processes.facts(pid) is None
    os.waitpid(pid, 0)
    assert processes.facts(pid) is None
    assert processes.start_time(pid) == 0
    assert processes.ancestors(pid) == ()
    assert processes.ipc_namespace(pid) is None


def test_ancestors_lead_to_the_first_process() -> None:
    chain = processes.ancestors(os.getpid())
    assert chain[0] == (os.getppid(), processes.start_time(os.getppid()))
    assert processes.facts_of([os.getpid(), 2**22 - 1])[0].pid == os.getpid()


def test_terminal_is_named() -> None:
    import pty

    leader, follower = pty.openpty()
    name = os.ttyname(follower).removeprefix("/dev/")
    code = "import fcntl, os; fcntl.ioctl(0, 0x540E, 0); print(flush=True); os.read(0, 1)"
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code], stdin=follower, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = processes.facts(child.pid)
        child.kill()
    os.close(leader)
    os.close(follower)
    assert found is not None
    assert found.terminal == name
