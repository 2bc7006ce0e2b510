"""The user of session 0 under XP, beside the services: logged on and off, and the next one (nt-semantics 5.5; M2)."""

from typing import Any

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.job import AssignProcess, CreateJob, IsProcessInJob, QueryJob
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess
from ntsessions.abi.calls.service import QueryServices, ServiceState
from ntsessions.abi.calls.session import Logoff, Logon, QuerySession, QueryUserToken
from ntsessions.abi.calls.system import EndLogon
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.executive import effects, reports
from ntsessions.executive.snapshot import restore, save
from ntsessions.subsystems.service_control import ServiceConfiguration
from tests.sim import checks
from tests.sim.sim_host import Client, SimHost, replay

SERVICES = (ServiceConfiguration("counter", ("/bin/counter",), start="boot", stop_seconds=2),)


@pytest.fixture
def host() -> SimHost:
    made = SimHost(1, "xp", SERVICES, fault_rate=0)
    made.run_until(lambda: made.system.is_ready)
    made.run()
    return made


@pytest.fixture
def operator(host: SimHost) -> Client:
    client = host.operator()
    for name in ("alice", "bob"):
        host.call(client, AddAccount(name))
    return client


def held_back(host: SimHost, kind: str) -> list[Any]:
    """Let the world not do what it is asked; return what it was asked."""
    held: list[Any] = []
    setattr(host, f"perform_{kind}", held.append)
    return held


def started(host: SimHost, operator: Client) -> int:
    """Start a program as the user of session 0; return a handle to its process."""
    token = host.call(operator, QueryUserToken(0)).token
    process: int = host.call(operator, CreateProcess(("program",), token=token)).process
    return process


def logged_on(host: SimHost) -> dict[int, str]:
    return {session.session_id: session.user_name for session in host.executive.sessions.values()}


def test_logoff_ends_the_user_s_programs_and_leaves_the_services(host: SimHost, operator: Client) -> None:
    before = checks.names(host.executive)
    logons = set(host.executive.logon_sessions)
    assert host.call(operator, Logon("alice")).session_id == 0
    process = started(host, operator)
    (alices,) = (one for one in host.processes.values() if one.session.key != host.executive.sessions[0].key)
    client = host.connect(alices.port, alices.pid, alices.start_time)
    host.call(client, CreateEvent("mine", NAMED_OBJECTS))
    assert host.call(operator, Logoff(0)) == ()
    assert host.call(operator, WaitForObject(process)).status == 0
    assert host.status(operator, OpenEvent("mine", NAMED_OBJECTS)) == NtStatus.OBJECT_NAME_NOT_FOUND
    assert host.call(operator, QuerySession(0)).user == ""
    assert [one.state for one in host.call(operator, QueryServices())] == [ServiceState.RUNNING]
    host.run()
    for handle, _ in list(host.executive.threads[operator.key].process.handles.items()):
        host.executive.threads[operator.key].process.handles.close_quietly(handle, host.executive)
    assert checks.names(host.executive) == before
    assert set(host.executive.logon_sessions) == logons
    checks.check(host)


def test_the_next_user_comes_into_session_0_as_the_first_did(host: SimHost, operator: Client) -> None:
    for name in ("alice", "bob", "alice"):
        assert host.call(operator, Logon(name)).session_id == 0
        started(host, operator)
        host.call(operator, Logoff(0))
    assert logged_on(host) == {0: ""}


def test_while_the_user_leaves_nothing_is_started_and_nobody_takes_their_place(host: SimHost, operator: Client) -> None:
    """Not even they themselves: who logs on meanwhile has a session of their own."""
    host.call(operator, Logon("alice"))
    token = host.call(operator, QueryUserToken(0)).token
    process = started(host, operator)
    ended = held_back(host, "end_session")
    request = host.begin(operator, Logoff(0))
    assert host.status(operator, CreateProcess(("late",), token=token)) == NtStatus.CTX_WINSTATION_NOT_FOUND
    assert host.status(operator, QueryUserToken(0)) == NtStatus.CTX_WINSTATION_NOT_FOUND
    for call in (Logoff(0), EndLogon(0)):
        assert host.status(operator, call) == NtStatus.CTX_WINSTATION_BUSY
    assert host.call(operator, Logon("alice")).session_id == 1
    group = host.executive.sessions[0].logon_group
    assert group is not None
    assert [one.session_key for one in ended] == [group.key]
    late = host.connect(next(key for key, port in host.executive.ports.items() if port.home.group is group), 5000, 1)
    assert not late.is_admitted
    host.report(reports.SessionEnded(group.key))
    assert operator.outcomes[request].status == 0
    assert host.call(operator, QueryProcess(process)).exit_status == NtStatus.UNSUCCESSFUL
    assert logged_on(host) == {0: "", 1: "alice"}


def test_a_start_that_is_under_way_when_the_user_leaves_is_answered(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    token = host.call(operator, QueryUserToken(0)).token
    held_back(host, "start_process")
    request = host.begin(operator, CreateProcess(("program",), token=token))
    host.call(operator, Logoff(0))
    assert operator.outcomes[request].status == NtStatus.UNSUCCESSFUL
    checks.check(host)


def test_a_question_about_a_job_of_the_user_is_answered_when_they_leave(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    job = host.call(operator, CreateJob()).handle
    token = host.call(operator, QueryUserToken(0)).token
    host.call(operator, CreateProcess(("program",), token=token, jobs=(job,)))
    held_back(host, "measure_job")
    request = host.begin(operator, QueryJob(job))
    host.call(operator, Logoff(0))
    assert operator.outcomes[request].status == 0


def test_a_user_whose_group_is_lost_is_logged_off(host: SimHost, operator: Client) -> None:
    """Its launcher was killed, or there never was one: nobody is left logged on who can start nothing."""
    host.call(operator, Logon("alice"))
    process = started(host, operator)
    group = host.executive.sessions[0].logon_group
    assert group is not None
    host.launcher_dies(host.sessions[group.key])
    assert host.call(operator, WaitForObject(process)).status == 0
    assert logged_on(host) == {0: ""}
    assert host.call(operator, Logon("bob")).session_id == 0


def test_the_end_of_the_host_is_a_logoff_too(host: SimHost, operator: Client) -> None:
    """Also when it comes while the user is leaving; session 0 ends when nothing is left in it."""
    host.call(operator, Logon("alice"))
    started(host, operator)
    group = host.executive.sessions[0].logon_group
    assert group is not None
    ended: list[int] = []
    perform = host.perform_end_session

    def noted(effect: effects.EndSession) -> None:
        ended.append(effect.session_key)
        perform(effect)

    host.perform_end_session = noted  # type: ignore[method-assign]  # listens
    asked = [host.begin(operator, call) for call in (Logoff(0), ShutDown())]
    host.run_until(lambda: host.is_down)
    assert [operator.outcomes[request].status for request in asked] == [0, 0]
    assert ended == [group.key, host.executive.sessions[0].key]


# -- who is whose


def test_what_is_opened_by_its_id_is_taken_for_what_it_is(host: SimHost, operator: Client) -> None:
    """A service's child must not be taken for the user's, who could then end it; nor the user's for a service's."""
    host.call(operator, Logon("alice"))
    started(host, operator)
    ports = {port.token.user_name: key for key, port in host.executive.sessions[0].ports.items()}
    for pid, user in ((7001, "SYSTEM"), (7002, "alice")):
        host.foreign[pid] = (1, ports[user])
        host.call(operator, OpenProcess(pid))
    users = [host.executive.processes_by_id[pid].token.user_name for pid in (7001, 7002)]
    assert users == ["SYSTEM", "alice"]
    host.call(operator, Logoff(0))
    assert 7001 in host.executive.processes_by_id
    assert 7002 not in host.executive.processes_by_id


def test_a_job_has_its_processes_on_one_side(host: SimHost, operator: Client) -> None:
    """On Linux it lies inside the logon group, or outside of it."""
    host.call(operator, Logon("alice"))
    token = host.call(operator, QueryUserToken(0)).token
    services, users = (host.call(operator, CreateJob()).handle for _ in range(2))
    host.call(operator, CreateProcess(("service",), jobs=(services,)))
    inside = host.call(operator, CreateProcess(("program",), token=token, jobs=(users,))).process
    assert host.call(operator, IsProcessInJob(inside, users))
    assert host.status(operator, CreateProcess(("x",), token=token, jobs=(services,))) == NtStatus.ACCESS_DENIED
    assert host.status(operator, CreateProcess(("x",), jobs=(users,))) == NtStatus.ACCESS_DENIED
    assert host.status(operator, AssignProcess(services, started(host, operator))) == NtStatus.ACCESS_DENIED


def test_a_host_with_a_user_in_session_0_is_saved_and_replayed(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    started(host, operator)
    host.run()
    state = save(host.executive)
    assert save(restore(state)) == state
    assert save(replay(host).executive) == state
