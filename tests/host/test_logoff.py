"""Logging off: nothing of a session outlives it, whatever its processes do to stay."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.executive.effects import EndSession, GroupLimits, ListProcesses, PrepareSession, WatchProcess
from ntsessions.executive.reports import ProcessesListed, ProcessExited, SessionEnded, SessionPrepared
from tests.host.driven_host import DrivenHost

DOUBLE_FORKED = "(setsid sh -c 'setsid sh -c \"echo \\$\\$; exec sleep infinity\" &' &) ; exit 0"
IGNORING = "trap '' TERM HUP INT QUIT; echo $$; while :; do read line < /dev/zero || sleep infinity; done"
STOPPED = "sh -c 'echo $$; kill -STOP $$' & wait"
NESTED = "unshare --user --map-root-user --pid --fork --mount sh -c 'echo up; exec sleep infinity'"
STUBBORN = {"double-forked": DOUBLE_FORKED, "ignoring": IGNORING, "stopped": STOPPED}


STORM = """
import os, signal
os.write(1, b"up\\n")
for _ in range(7): os.fork()
signal.pause()
"""
COMET = """
import os
os.write(1, b"up\\n")
while True:
    if os.fork(): os._exit(0)
"""


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("how", STUBBORN)
def test_logoff_kills_processes_that_want_to_stay(host: DrivenHost, how: str) -> None:
    session, port = host.session_with_port()
    _, pid = host.background(port, STUBBORN[how])
    assert is_alive(int(pid))
    assert host.end(session).survivors == ()
    assert not is_alive(int(pid))


def test_logoff_kills_inside_nested_user_and_pid_namespaces(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    if host.isolation.mode == "root":
        port = host.port(session, host.identity(uid=65534, gid=65534))
    if host.shell(port, "unshare --user --map-root-user true").exit_code != 0:
        pytest.skip("no nested user namespaces here")
    _, said = host.background(port, NESTED)
    assert said == "up"
    host.perform(ListProcesses(1, session))
    listed = host.wait(ProcessesListed).processes
    assert len(listed) >= 2
    assert host.end(session).survivors == ()
    assert not any(is_alive(one.pid) for one in listed)


def test_logoff_kills_other_users_in_the_session(host: DrivenHost) -> None:
    if host.isolation.mode != "root":
        pytest.skip("a personal host has one user")
    session, _ = host.session_with_port()
    other = host.port(session, host.identity(uid=65534, gid=65534))
    _, pid = host.background(other, "echo $$; exec sleep infinity")
    host.end(session)
    assert not is_alive(int(pid))


def test_logoff_ends_a_storm_of_forks(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    _, said = host.background(port, f"exec {sys.executable} -I -S -c '{STORM}'")
    assert said == "up"
    assert host.end(session).survivors == ()


def test_logoff_catches_a_process_that_never_keeps_its_number(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    _, said = host.background(port, f"exec {sys.executable} -I -S -c '{COMET}'")
    assert said == "up"
    assert host.end(session).survivors == ()


def test_exits_are_reported_before_the_sessions_end(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    key, _ = host.background(port, "echo up; exec sleep infinity")
    host.perform(EndSession(session))
    ours = lambda one: getattr(one, "process_key", key) == key and getattr(one, "session_key", session) == session  # noqa: E731
    order = [type(host.wait((ProcessExited, SessionEnded), ours)) for _ in range(2)]
    assert order == [ProcessExited, SessionEnded]


def test_logoff_ends_programs_that_are_only_starting(host: DrivenHost) -> None:
    """They may not have entered the session's group yet, and then are not killed with it."""
    for _ in range(20):
        session, port = host.session_with_port()
        for _ in range(3):
            host.start(port, "/bin/sleep", "infinity")
        assert host.end(session).survivors == ()


def test_other_sessions_live_on(host: DrivenHost) -> None:
    (one, first), (_, second) = host.session_with_port(1), host.session_with_port(2)
    _, ended = host.background(first, "echo $$; exec sleep infinity")
    _, living = host.background(second, "echo $$; exec sleep infinity")
    host.end(one)
    assert not is_alive(int(ended))
    assert is_alive(int(living))
    assert host.shell(second, "exit 5").exit_code == 5


def test_ending_twice_or_never_begun_is_answered(host: DrivenHost) -> None:
    session, _ = host.session_with_port()
    host.perform(EndSession(session))
    host.perform(EndSession(session))
    host.wait(SessionEnded, lambda one: one.session_key == session)
    assert host.end(session).survivors == ()
    assert host.end(424242).survivors == ()


def test_session_ended_at_once_after_being_asked_for(host: DrivenHost) -> None:
    host.perform(PrepareSession(777, 1, False, GroupLimits()))
    host.perform(EndSession(777))
    host.wait(SessionPrepared, lambda one: one.session_key == 777)
    host.wait(SessionEnded, lambda one: one.session_key == 777)


def test_end_of_a_process_started_by_others_is_told(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    _, inside = host.background(port, "sh -c 'echo $$; exec sleep infinity' & wait")
    outside = subprocess.Popen(["sleep", "infinity"], user=host.isolation.uid if os.geteuid() == 0 else None)
    for key, pid in ((8001, int(inside)), (8002, outside.pid), (8003, 2**22 - 1)):
        host.perform(WatchProcess(key, pid))
    assert host.wait(ProcessExited, lambda one: one.process_key == 8003).exit_code is None
    os.kill(int(inside), signal.SIGKILL)
    outside.kill()
    outside.wait()
    host.wait(ProcessExited, lambda one: one.process_key == 8001)
    host.wait(ProcessExited, lambda one: one.process_key == 8002)
