"""Logon groups: the programs of the user of session 0 end, whatever they do to stay, and the services stay."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH208

import os
import shutil
import signal
import sys

import pytest

from ntsessions.executive.effects import (
    EndSession,
    KillJob,
    ListProcesses,
    MoveProcess,
    PrepareLogonGroup,
    SignalProcess,
    WatchProcess,
)
from ntsessions.executive.reports import JobEmptied, ProcessesListed, ProcessExited, SessionEnded
from ntsessions.host import processes
from tests.host.driven_host import DrivenHost
from tests.host.test_deaths import groups_left, wait_gone
from tests.host.test_logoff import COMET, NESTED, STORM, STUBBORN, is_alive
from tests.host.test_ports import AFTER, CONNECT

DOUBLE_FORKED = STUBBORN["double-forked"]
FOREVER = "echo $$; exec sleep infinity"


def services(host: DrivenHost, port: int) -> list[int]:
    """Start what a service may be: a program, and one that has lost its parents."""
    _, plain = host.background(port, FOREVER)
    left, orphan = host.background(port, DOUBLE_FORKED)
    host.exited(left)
    return [int(plain), int(orphan)]


def is_ours(command: str) -> bool:
    """Tell whether a child of a launcher is a fork of ours that will leave by itself."""
    return command.startswith("nts-") and command != "nts-fork-server"


@pytest.mark.parametrize("how", STUBBORN)
def test_logoff_kills_what_wants_to_stay_and_no_service(host: DrivenHost, how: str) -> None:
    session, port = host.session_with_port(0)
    staying = services(host, port)
    group, users = host.logon_group(session)
    _, pid = host.background(users, STUBBORN[how])
    assert host.end(group).survivors == ()
    assert not is_alive(int(pid))
    assert all(map(is_alive, staying))
    assert host.shell(port, "exit 5").exit_code == 5


@pytest.mark.parametrize("code", [STORM, COMET], ids=["storm", "comet"])
def test_logoff_ends_a_storm_of_forks_beside_a_service(host: DrivenHost, code: str) -> None:
    session, port = host.session_with_port(0)
    staying = services(host, port)
    group, users = host.logon_group(session)
    _, said = host.background(users, f"exec {sys.executable} -I -S -c '{code}'")
    assert said == "up"
    assert host.end(group).survivors == ()
    assert all(map(is_alive, staying))


def test_logoff_kills_inside_nested_user_and_pid_namespaces(host: DrivenHost) -> None:
    session, _ = host.session_with_port(0)
    group, users = host.logon_group(session)
    if host.isolation.mode == "root":
        users = host.port(group, host.identity(uid=65534, gid=65534))
    if host.shell(users, "unshare --user --map-root-user true").exit_code != 0:
        pytest.skip("no nested user namespaces here")
    assert host.background(users, NESTED)[1] == "up"
    host.perform(ListProcesses(1, session))
    listed = host.wait(ProcessesListed).processes
    assert len(listed) >= 2
    assert host.end(group).survivors == ()
    assert not any(is_alive(one.pid) for one in listed)


def test_another_user_may_come_when_the_first_has_left(host: DrivenHost) -> None:
    session, port = host.session_with_port(0)
    staying = services(host, port)
    for _ in range(3):
        group, users = host.logon_group(session)
        _, pid = host.background(users, DOUBLE_FORKED)
        host.end(group)
        assert not is_alive(int(pid))
    assert all(map(is_alive, staying))


def test_the_session_lists_both_and_none_of_our_own(host: DrivenHost) -> None:
    session, port = host.session_with_port(0)
    _, users = host.logon_group(session)
    pids = [int(host.background(one, FOREVER)[1]) for one in (port, users)]
    host.perform(ListProcesses(9, session))
    assert {one.pid for one in host.wait(ProcessesListed).processes} == set(pids)


def test_a_process_is_known_to_be_of_the_group_however_it_came_about(host: DrivenHost) -> None:
    session, port = host.session_with_port(0)
    group, users = host.logon_group(session)
    told = []
    for one in (port, users):
        for script in (FOREVER, DOUBLE_FORKED, f"sh -c '{FOREVER}' & wait"):
            _, pid = host.background(one, script)
            told.append(host.evaluate(f"host.session_of({pid})"))
    assert told == [session] * 3 + [group] * 3


def test_a_caller_is_known_by_its_port_whichever_was_opened_first(host: DrivenHost) -> None:
    """A service's first port must not stand where the user's programs look for theirs."""
    session, _ = host.session(0)
    group, users = host.logon_group(session)
    ports = [users, host.port(session), host.port(group)]
    for port in ports:
        for code in AFTER.values():
            host.start(port, "python3", "-I", "-S", "-c", CONNECT + code)
            host.accept(port)


def test_the_session_s_names_are_the_group_s_too(host: DrivenHost) -> None:
    """They are one session: shared memory, queues, and the sockets of displays."""
    session, port = host.session_with_port(0)
    _, users = host.logon_group(session)
    name = f"/dev/shm/of-{session}"
    host.shell(port, f"echo both > {name}")
    assert host.shell(users, f"cat {name}; rm {name}").output == "both\n"
    namespaces = {host.shell(one, "readlink /proc/self/ns/ipc").output for one in (port, users)}
    assert len(namespaces) == 1


def test_a_user_s_runtime_directory_is_their_own_and_goes_with_them(host: DrivenHost) -> None:
    """A service of the same account has another: what listens there must not outlive the user, nor meet the next."""
    session, port = host.session_with_port(0)
    group, users = host.logon_group(session)
    mine = host.shell(users, 'echo "$XDG_RUNTIME_DIR"').output.strip()
    assert host.shell(port, 'echo "$XDG_RUNTIME_DIR"').output.strip() != mine
    mess = f"mkdir -p {mine}/a/b && touch {mine}/a/f && ln -s /etc {mine}/a/link && ln -s a {mine}/loop"
    assert host.shell(users, mess).exit_code == 0
    _, service = host.background(port, FOREVER)
    host.end(group)
    launcher = processes.ancestors(int(service))[0][0]
    for _ in range(2):  # who removes it may be a child of the group's launcher, until that has left
        children = {pid: processes.read_stat(pid) for pid in processes.children(launcher)}
        wait_gone([pid for pid, stat in children.items() if stat is not None and is_ours(stat.command)])
    assert host.shell(port, f"test -e {mine}").exit_code == 1
    assert host.shell(port, "ls -d /etc/passwd").exit_code == 0


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="dbus is not installed")
def test_each_user_after_another_has_a_bus(host: DrivenHost) -> None:
    session, _ = host.session_with_port(0)
    for _ in range(2):
        group, users = host.logon_group(session)
        assert host.shell(users, 'test -S "$XDG_RUNTIME_DIR/bus"').exit_code == 0
        host.end(group)


# -- jobs


def test_jobs_of_the_group_are_in_it(host: DrivenHost) -> None:
    session, port = host.session_with_port(0)
    group, users = host.logon_group(session)
    inside, outside = 9_000 + 10 * group, 9_001 + 10 * group
    key, pid = host.background(users, f"setsid sh -c '{FOREVER}' & wait", jobs=(inside,))
    service, _ = host.background(port, FOREVER, jobs=(outside,))
    assert host.evaluate(f"host.jobs_of({pid})") == (None if host.groups == "none" else (inside,))
    host.perform(KillJob(inside))
    host.exited(key)
    host.wait(JobEmptied, lambda one: one.job_key == inside)
    wait_gone([int(pid)])
    _, again = host.background(users, FOREVER, jobs=(inside,))
    assert host.end(group).survivors == ()
    assert not is_alive(int(again))
    host.perform(SignalProcess(service, signal.SIGTERM))
    assert host.exited(service).signal == signal.SIGTERM


def test_what_the_user_s_programs_forked_can_be_watched_and_put_into_a_job(host: DrivenHost) -> None:
    session, _ = host.session_with_port(0)
    group, users = host.logon_group(session)
    _, pid = host.background(users, f"sh -c '{FOREVER}' & wait")
    found, job = 600_000 + group, 610_000 + group
    host.perform(WatchProcess(found, int(pid)))
    host.perform(MoveProcess(found, group, (job,)))
    host.perform(KillJob(job))
    host.exited(found)
    assert not is_alive(int(pid))


# -- endings


def test_exits_are_reported_before_the_group_s_end(host: DrivenHost) -> None:
    session, _ = host.session_with_port(0)
    group, users = host.logon_group(session)
    key, _ = host.background(users, FOREVER)
    late = host.start(users, "/bin/sleep", "infinity")
    host.perform(EndSession(group))
    told: list[int] = []
    while group not in told:
        report = host.wait((ProcessExited, SessionEnded))
        told.append(getattr(report, "process_key", 0) or getattr(report, "session_key", 0))
    assert set(told) >= {key, late}


def test_a_session_that_ends_takes_its_group_along(host: DrivenHost) -> None:
    session, port = host.session_with_port(0)
    _, users = host.logon_group(session)
    pids = [*services(host, port), int(host.background(users, DOUBLE_FORKED)[1])]
    assert host.end(session).survivors == ()
    assert not any(map(is_alive, pids))


def test_a_group_in_a_session_that_is_gone_has_ended(host: DrivenHost) -> None:
    host.perform(PrepareLogonGroup(424_242, 424_241))
    assert host.wait(SessionEnded, lambda one: one.session_key == 424_242).survivors == ()


def test_nothing_of_a_user_outlives_a_killed_daemon(own_host: DrivenHost) -> None:
    session, port = own_host.session_with_port(0)
    _, users = own_host.logon_group(session)
    pids = [*services(own_host, port), int(own_host.background(users, DOUBLE_FORKED)[1])]
    own_host.kill()
    wait_gone([*pids, own_host.launcher_pid])
    assert groups_left(own_host) == []


def test_when_the_launcher_of_a_group_is_killed_its_session_is_over(own_host: DrivenHost) -> None:
    """Nobody could tell any more which processes are the user's; without session 0 there is no host."""
    if own_host.groups != "none":
        pytest.skip("one launcher serves all")
    session, port = own_host.session_with_port(0)
    group, users = own_host.logon_group(session)
    _, pid = own_host.background(users, FOREVER)
    pids = [*services(own_host, port), int(pid), int(own_host.background(users, DOUBLE_FORKED)[1])]
    os.kill(processes.ancestors(int(pid))[0][0], signal.SIGKILL)
    assert {own_host.wait(SessionEnded).session_key for _ in range(2)} == {group, session}
    wait_gone(pids)


def test_fifty_users_leave_no_descriptor_behind(own_host: DrivenHost) -> None:
    session, port = own_host.session_with_port(0)
    _, pid = own_host.background(port, FOREVER)

    def one_user() -> None:
        group, users = own_host.logon_group(session)
        assert own_host.shell(users, "exit 0", jobs=(100_000 + group,)).exit_code == 0
        own_host.end(group)

    one_user()
    launcher = own_host.launcher_pid if own_host.groups != "none" else processes.ancestors(int(pid))[0][0]
    before = [len(os.listdir(f"/proc/{one}/fd")) for one in (own_host.process.pid, launcher)]
    for _ in range(50):
        one_user()
    now = [len(os.listdir(f"/proc/{one}/fd")) for one in (own_host.process.pid, launcher)]
    assert all(after <= start + 2 for after, start in zip(now, before, strict=True)), (before, now)
