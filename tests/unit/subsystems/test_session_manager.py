"""Sessions: who gets which, how they end, and what is left when something goes wrong in between."""

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.session import Logoff, Logon, QuerySessions, QueryUserToken
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects, reports
from tests.sim.sim_host import Client, SimHost


@pytest.fixture(autouse=True)
def users(host: SimHost, operator: Client) -> None:
    for name in ("alice", "bob"):
        host.call(operator, AddAccount(name))


def sessions(host: SimHost) -> dict[int, str]:
    return {session.session_id: session.user_name for session in host.executive.sessions.values()}


def test_each_user_has_a_session_and_comes_back_to_it(host: SimHost, operator: Client) -> None:
    assert not host.call(operator, Logon("alice")).reconnected
    assert host.call(operator, Logon("bob")).session_id == 2
    again = host.call(operator, Logon("alice"))
    assert (again.session_id, again.reconnected) == (1, True)


def test_two_logons_of_one_user_at_once_lead_to_one_session(host: SimHost, operator: Client) -> None:
    other = host.operator()
    first, second = host.begin(operator, Logon("alice")), host.begin(other, Logon("alice"))
    host.run()
    replies = [operator.outcomes[first].reply, other.outcomes[second].reply]
    assert {reply.session_id for reply in replies} == {1}  # type: ignore[attr-defined]  # both are LoggedOn
    assert sessions(host) == {0: "", 1: "alice"}


def test_a_new_session_is_one_even_while_the_first_is_being_made(host: SimHost, operator: Client) -> None:
    """And whoever waits for the first one gets the first one."""
    asked = [host.begin(operator, call) for call in (Logon("alice"), Logon("alice", new_session=True), Logon("alice"))]
    host.run()
    first, second, third = (operator.outcomes[request].reply.session_id for request in asked)  # type: ignore[attr-defined]  # LoggedOn
    assert first == third != second


def test_when_the_first_of_two_leaves_the_second_still_gets_the_session(host: SimHost, operator: Client) -> None:
    other = host.operator()
    host.begin(operator, Logon("alice"))
    request = host.begin(other, Logon("alice"))
    host.program_dies(operator)
    host.run()
    assert other.outcomes[request].status == 0
    assert sessions(host) == {0: "", 1: "alice"}


def test_a_session_that_nobody_came_to_is_ended_again(host: SimHost, operator: Client) -> None:
    """Its caller was killed while Linux prepared it."""
    host.begin(operator, Logon("alice"))
    host.program_dies(operator)
    host.run()
    assert sessions(host) == {0: ""}
    assert not host.executive.questions


def test_a_session_that_cannot_be_prepared_is_a_named_error_for_everybody_who_waits(
    host: SimHost, operator: Client
) -> None:
    def perform(effect: effects.PrepareSession) -> None:
        host.report_later(reports.SessionFailed(effect.session_key, "no namespace is left"))

    host.perform_prepare_session = perform  # type: ignore[method-assign]  # the fault
    asked = [host.begin(operator, Logon("alice")) for _ in range(3)]
    host.run()
    for request in asked:
        assert operator.outcomes[request].status == NtStatus.INSUFFICIENT_RESOURCES
        assert operator.outcomes[request].detail == "no namespace is left"
    assert sessions(host) == {0: ""}


def test_a_session_that_is_logged_off_while_it_is_made_is_refused_to_its_user(host: SimHost, operator: Client) -> None:
    held: list[effects.PrepareSession] = []
    prepare = host.perform_prepare_session
    host.perform_prepare_session = held.append  # type: ignore[assignment,method-assign]  # held back
    logon = host.begin(operator, Logon("alice"))
    host.perform_prepare_session = prepare  # type: ignore[method-assign]  # and let go
    prepare(held[0])
    logoff = host.begin(operator, Logoff(1))
    host.run()
    assert operator.outcomes[logoff].status == 0
    assert operator.outcomes[logon].status in {NtStatus.CTX_WINSTATION_BUSY, NtStatus.INSUFFICIENT_RESOURCES}
    assert sessions(host) == {0: ""}


def test_ids_of_sessions_count_up(host: SimHost, operator: Client) -> None:
    for expected in (1, 2, 3):
        assert host.call(operator, Logon("alice")).session_id == expected
        host.call(operator, Logoff(expected))


def test_what_cannot_be_logged_off(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    assert host.status(operator, Logoff(0)) == NtStatus.ACCESS_DENIED
    assert host.status(operator, Logoff(9)) == NtStatus.CTX_WINSTATION_NOT_FOUND
    first, second = host.begin(operator, Logoff(1)), host.begin(operator, Logoff(1))
    assert operator.outcomes[second].status == NtStatus.CTX_WINSTATION_BUSY
    host.run()
    assert operator.outcomes[first].status == 0


def test_a_program_that_is_starting_when_its_launcher_dies_is_a_named_error(host: SimHost, operator: Client) -> None:
    """Nobody waits for ever for a program of a session that is over."""
    host.call(operator, Logon("alice"))
    target = host.call(operator, QueryUserToken(1))
    request = host.begin(operator, CreateProcess(("program",), token=target.token))
    session = next(one for one in host.sessions.values() if one.key == host.executive.sessions[1].key)
    host.launcher_dies(session)
    host.run()
    assert operator.outcomes[request].status == NtStatus.UNSUCCESSFUL
    assert sessions(host) == {0: ""}
    assert host.status(operator, Logon("alice")) == 0


# -- the end of the host


def test_everybody_who_ends_the_host_is_told(host: SimHost, operator: Client) -> None:
    other = host.operator()
    host.call(operator, Logon("alice"))
    first, second = host.begin(operator, ShutDown()), host.begin(other, ShutDown())
    host.run_until(lambda: host.is_down)
    assert operator.outcomes[first].status == other.outcomes[second].status == 0


def test_nobody_comes_in_while_the_host_is_ended(host: SimHost, operator: Client) -> None:
    """Neither who asks now nor whose password is being checked, nor whose session is being made."""
    host.call(operator, AddAccount("carl", "1"))
    checked = host.begin(operator, Logon("carl", "1"))
    made = host.begin(operator, Logon("alice"))
    end = host.begin(operator, ShutDown())
    late = host.begin(operator, Logon("bob"))
    host.run_until(lambda: host.is_down)
    assert operator.outcomes[end].status == 0
    for request in (checked, made, late):
        assert operator.outcomes[request].status in {NtStatus.CTX_LOGON_DISABLED, NtStatus.INSUFFICIENT_RESOURCES}
    assert sessions(host) == {0: ""}


def test_a_logoff_that_is_under_way_is_waited_for(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    logoff, end = host.begin(operator, Logoff(1)), host.begin(operator, ShutDown())
    host.run_until(lambda: host.is_down)
    assert operator.outcomes[logoff].status == operator.outcomes[end].status == 0


def test_a_host_whose_session_0_cannot_be_prepared_leaves_and_says_why() -> None:
    """`nts up` must not wait for ever."""
    host = SimHost(1, fault_rate=0)
    host.report(reports.SessionFailed(host.executive.sessions[0].key, "no cgroup"))
    assert host.is_down
    assert host.system.failure == "session 0 could not be prepared: no cgroup"
    assert not host.system.is_ready


def test_a_host_that_loses_session_0_leaves_and_says_why(host: SimHost, operator: Client) -> None:
    """As NT does when a process ends that it cannot be without: what starts the host again gets a whole one."""
    host.call(operator, Logon("alice"))
    host.launcher_dies(next(one for one in host.sessions.values() if one.key == host.executive.sessions[0].key))
    host.run_until(lambda: host.is_down)
    assert "session 0 has ended" in host.system.failure


def test_a_host_that_is_ended_does_not_mind_to_lose_session_0(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    end = host.begin(operator, ShutDown())
    host.launcher_dies(next(one for one in host.sessions.values() if one.key == host.executive.sessions[0].key))
    host.run_until(lambda: host.is_down)
    assert operator.outcomes[end].status == 0
    assert not host.system.failure


def test_who_may_not_end_the_host_does_not(host: SimHost, operator: Client) -> None:
    host.call(operator, Logon("alice"))
    target = host.call(operator, QueryUserToken(1))
    started = host.call(operator, CreateProcess(("program",), token=target.token))
    process = host.executive.processes_by_id[started.process_id]
    assert process.port is not None
    alice = host.connect(process.port.key, started.process_id, process.start_time)
    host.run_until(lambda: alice.is_admitted)
    for call in (ShutDown(), Logon("bob"), Logoff(0), AddAccount("eve")):
        assert host.status(alice, call) in {NtStatus.PRIVILEGE_NOT_HELD, NtStatus.ACCESS_DENIED}
    assert [one.session_id for one in host.call(alice, QuerySessions())] == [0, 1]
