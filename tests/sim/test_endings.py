"""What is under way when somebody or something ends: each of these was, once, left behind."""

from typing import Any

import pytest

from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.job import (
    AssignProcess,
    AssociateJobPort,
    CreateIoCompletion,
    CreateJob,
    JobLimits,
    RemoveIoCompletion,
    SetJobLimits,
)
from ntsessions.abi.calls.mutant import CreateMutant
from ntsessions.abi.calls.object import Close, CreateDirectory
from ntsessions.abi.calls.process import CreateProcess, QuerySessionProcesses
from ntsessions.abi.calls.section import CreateSection, MapView
from ntsessions.abi.calls.session import Logoff, Logon, QueryUserToken
from ntsessions.abi.calls.timer import CreateTimer, SetTimer
from ntsessions.abi.calls.wait import CancelCall, DelayExecution, WaitForObject
from ntsessions.abi.limits import CALLS_PER_THREAD, HANDLES_PER_PROCESS, POOL_PER_SESSION
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import CURRENT_PROCESS, NAMED_OBJECTS
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import Outcome
from ntsessions.executive.objects.handles import HandleTable
from ntsessions.executive.objects.object import HANDLE_COST, OBJECT_COST
from tests.sim import checks
from tests.sim.sim_host import Client, SimHost

PERMANENT = 0x10


@pytest.fixture
def host() -> SimHost:
    made = SimHost(1, fault_rate=0)
    made.run_until(lambda: made.system.is_ready)
    return made


@pytest.fixture
def operator(host: SimHost) -> Client:
    return host.operator()


def in_session(host: SimHost, operator: Client) -> int:
    """Log carol on; return the handle of her token."""
    host.call(operator, Logon("carol"))
    token: int = host.call(operator, QueryUserToken(1)).token
    return token


def held_back(host: SimHost, kind: str) -> list[Any]:
    """Let the world not do what it is asked; return what it was asked."""
    held: list[Any] = []
    setattr(host, f"perform_{kind}", held.append)
    return held


# -- pending calls


def test_two_calls_under_one_number_end_the_connection(host: SimHost, operator: Client) -> None:
    """The second is not served, the first is not lost by it, and nobody is answered twice."""
    host._enter("dispatch", operator.key, 5, DelayExecution(-1))
    second = host._enter("dispatch", operator.key, 5, CreateEvent("x", NAMED_OBJECTS))
    assert isinstance(second, Outcome)
    assert second.status
    host.run()
    assert operator.key not in host.executive.threads


def test_who_has_too_much_pending_can_still_give_back(host: SimHost, operator: Client) -> None:
    handle = host.call(operator, CreateEvent()).handle
    asked = [host.begin(operator, DelayExecution(-1)) for _ in range(CALLS_PER_THREAD)]
    assert host.status(operator, CreateEvent()) == NtStatus.QUOTA_EXCEEDED
    host.call(operator, Close(handle))
    assert host.call(operator, CancelCall(asked[0]))
    host.call(operator, CreateEvent())


def test_questions_count_as_pending_too(host: SimHost, operator: Client) -> None:
    """Not only waits: what is asked of Linux takes memory as well."""
    held_back(host, "list_processes")
    for _ in range(CALLS_PER_THREAD):
        host.begin(operator, QuerySessionProcesses(0))
    assert host.status(operator, QuerySessionProcesses(0)) == NtStatus.QUOTA_EXCEEDED


def test_descriptors_and_grants_belong_to_one_call(host: SimHost, operator: Client) -> None:
    """The view of one call is not given with the answer of the next; a file of one is not taken by the next."""
    thread = host.executive.threads[operator.key]
    section = host.call(operator, CreateSection(maximum_size=4096)).handle
    host.call(operator, MapView(section, 4))
    assert thread.grant is not None
    host.call(operator, CreateEvent())
    assert thread.grant is None
    thread.received = (effects.ReceivedDescriptor(1, is_regular_file=True, readable=True, writable=True, size=10),)
    host.call(operator, CreateEvent())
    assert thread.received == ()


def test_two_waits_of_one_connection_both_get_the_mutex_that_its_owner_left(host: SimHost, operator: Client) -> None:
    """A mutex may be taken again by who has it: what an asyncio client has pending ends as a second call would."""
    other = host.operator()
    host.call(other, CreateMutant("m", NAMED_OBJECTS, initial_owner=True))
    mutex = host.call(operator, CreateMutant("m", NAMED_OBJECTS, 0x80)).handle
    asked = [host.begin(operator, WaitForObject(mutex)) for _ in range(3)]
    host.program_dies(other)
    host.run()
    assert [operator.outcomes[request].reply.status for request in asked] == [NtStatus.ABANDONED_WAIT_0, 0, 0]  # type: ignore[attr-defined]  # WaitResult


# -- ports


def test_a_connection_that_waits_for_a_start_is_turned_away_when_its_session_ends(
    host: SimHost, operator: Client
) -> None:
    """It came before the news of its start, and the news never came."""
    token = in_session(host, operator)
    started = held_back(host, "start_process")
    request = host.begin(operator, CreateProcess(("program",), token=token))
    client = host.connect(started[0].port_key, 5000, 1)
    assert not client.is_admitted
    session = next(one for one in host.sessions.values() if one.key == host.executive.sessions[1].key)
    host.launcher_dies(session)
    host.run()
    assert not client.is_open
    assert operator.outcomes[request].status == NtStatus.UNSUCCESSFUL
    checks.check(host)


def test_a_connection_that_leaves_while_it_waits_is_forgotten(host: SimHost, operator: Client) -> None:
    token = in_session(host, operator)
    started = held_back(host, "start_process")
    host.begin(operator, CreateProcess(("program",), token=token))
    client = host.connect(started[0].port_key, 5000, 1)
    host.disconnect(client)
    host.report(reports.ProcessStarted(started[0].process_key, 5000, 1))
    assert client.key not in host.executive.threads
    host.run()


def test_a_fork_that_waits_for_a_start_to_be_told_is_in_its_parent_s_jobs(host: SimHost, operator: Client) -> None:
    """A program may fork, and its child connect, before the daemon has heard that the program runs."""
    started = held_back(host, "start_process")
    job = host.call(operator, CreateJob()).handle
    port = host.call(operator, CreateIoCompletion()).handle
    host.call(operator, AssociateJobPort(job, port))
    host.begin(operator, CreateProcess(("program",), jobs=(job,)))
    host.connect(started[0].port_key, 5001, 2, ancestors=((5000, 1),))
    host.report(reports.ProcessStarted(started[0].process_key, 5000, 1))
    assert host.executive.processes_by_id[5001].jobs == host.executive.processes_by_id[5000].jobs
    told = [host.call(operator, RemoveIoCompletion(port, 0)) for _ in range(3)]
    assert [packet and packet.information for packet in told] == [5000, 5001, None]


def test_a_process_that_is_being_terminated_begins_no_thread(host: SimHost, operator: Client) -> None:
    """Else what is beyond a job's limit could start something outside of it before Linux has ended it."""
    job = host.call(operator, CreateJob()).handle
    host.call(operator, SetJobLimits(job, JobLimits(flags=8, active_process_limit=1)))
    host.call(operator, AssignProcess(job, CURRENT_PROCESS))
    ancestors = ((operator.pid, operator.start_time),)
    clients = [host.connect(0, 5000, 1, ancestors=ancestors) for _ in range(2)]
    assert not any(client.is_admitted for client in clients)
    host.run()
    assert 5000 not in host.executive.processes_by_id


def test_a_port_that_cannot_be_made_keeps_no_logon_alive(host: SimHost, operator: Client) -> None:
    def perform(effect: effects.OpenPort) -> None:
        host.report_later(reports.PortFailed(effect.port_key, "no socket is left"))

    host.perform_open_port = perform  # type: ignore[method-assign]  # the fault
    logons = set(host.executive.logon_sessions)
    in_session(host, operator)
    host.call(operator, Close(4))
    host.run()
    checks.check(host)
    host.call(operator, Logoff(1))
    assert set(host.executive.logon_sessions) == logons


# -- programs


def test_handles_of_a_program_that_may_not_enter_its_job_are_closed(host: SimHost, operator: Client) -> None:
    job = host.call(operator, CreateJob()).handle
    host.call(operator, SetJobLimits(job, JobLimits(flags=8, active_process_limit=1)))
    host.call(operator, CreateProcess(("first",), jobs=(job,)))
    process = host.executive.threads[operator.key].process
    before = len(process.handles)
    assert host.status(operator, CreateProcess(("second",), jobs=(job,))) == NtStatus.QUOTA_EXCEEDED
    assert len(process.handles) == before


@pytest.mark.parametrize("starts", [True, False])
def test_handles_of_a_start_whose_thread_has_left_are_closed(host: SimHost, operator: Client, starts: bool) -> None:
    """The process lives on in another thread, which was never told of them."""
    started = held_back(host, "start_process")
    process = host.executive.threads[operator.key].process
    other = host.connect(0, operator.pid, operator.start_time)
    host.begin(other, CreateProcess(("program",)))
    assert len(process.handles) == 2
    host.disconnect(other)
    if starts:
        host.report(reports.ProcessStarted(started[0].process_key, 5000, 1))
    else:
        host.report(reports.ProcessStartFailed(started[0].process_key, 2, "no such program"))
    assert len(process.handles) == 0
    checks.check(host)


def test_a_question_to_a_launcher_that_died_is_answered(host: SimHost, operator: Client) -> None:
    in_session(host, operator)
    held_back(host, "list_processes")
    request = host.begin(operator, QuerySessionProcesses(1))
    host.launcher_dies(next(one for one in host.sessions.values() if one.key == host.executive.sessions[1].key))
    host.run()
    assert operator.outcomes[request].reply == ()


# -- what nobody can reach


def test_a_timer_that_nobody_can_reach_does_not_wake_the_host(host: SimHost, operator: Client) -> None:
    timer = host.call(operator, CreateTimer()).handle
    host.call(operator, SetTimer(timer, -1, 1))
    host.call(operator, Close(timer))
    assert host.executive.next_deadline() == (None, None)


def test_a_permanent_object_without_a_name_is_gone_with_its_handle(host: SimHost, operator: Client) -> None:
    pool = host.executive.sessions[0].pool
    before = pool.used
    host.call(operator, Close(host.call(operator, CreateEvent(attributes=PERMANENT)).handle))
    assert pool.used == before


def test_permanent_objects_of_a_session_end_with_it(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("carol"))
    pool = host.executive.sessions[0].pool
    before = pool.used
    for call in (CreateMutant(r"\Sessions\1\BaseNamedObjects\m", attributes=PERMANENT),
                 CreateSection(r"\Sessions\1\BaseNamedObjects\s", attributes=PERMANENT, maximum_size=1)):  # fmt: skip
        host.call(operator, Close(host.call(operator, call).handle))
    directory = host.call(operator, CreateDirectory(r"\Sessions\1\BaseNamedObjects\d")).handle
    assert pool.used > before
    host.call(operator, Logoff(1))
    late = host.call(operator, CreateMutant("late", directory, attributes=PERMANENT)).handle
    host.call(operator, Close(late))
    host.call(operator, Close(directory))
    assert pool.used == before


# -- quotas


def test_ten_million_handles_are_out_of_reach() -> None:
    """Whichever limit comes first, it comes long before the daemon's memory is gone."""
    assert HANDLES_PER_PROCESS < 10_000_000
    assert POOL_PER_SESSION // HANDLE_COST < 10_000_000
    assert POOL_PER_SESSION // (HANDLE_COST + OBJECT_COST) < 1_000_000


def test_who_takes_handles_until_it_is_refused_is_refused_by_name(host: SimHost, operator: Client) -> None:
    """First by the table's limit, then by the session's pool; nothing is charged for what was refused."""
    process = host.executive.threads[operator.key].process
    before = process.session.pool.used
    process.handles = HandleTable(process.session.pool, limit=1000)
    for _ in range(1000):
        host.call(operator, CreateEvent())
    used = process.session.pool.used
    assert host.status(operator, CreateEvent()) == NtStatus.TOO_MANY_OPENED_FILES
    assert process.session.pool.used == used
    process.handles.limit = 10_000
    process.session.pool.limit = used + 10 * (HANDLE_COST + OBJECT_COST)
    for _ in range(10):
        host.call(operator, CreateEvent())
    assert host.status(operator, CreateEvent()) == NtStatus.QUOTA_EXCEEDED
    host.program_dies(operator)
    host.run()
    assert process.session.pool.used == before
