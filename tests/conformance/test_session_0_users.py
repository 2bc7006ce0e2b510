"""The user of session 0 up to Windows 2003: logged off beside the services (nt-semantics 4.2, 5.4-5.6; M2, M7)."""

from collections.abc import Callable

import pytest

from ntsessions.abi.calls.job import AssignProcess, IsProcessInJob
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant
from ntsessions.abi.calls.object import DuplicateObject
from ntsessions.abi.calls.process import CreateProcess, OpenProcess
from ntsessions.abi.calls.session import (
    ConnectState,
    Logoff,
    QuerySession,
    QuerySessions,
    QueryUserToken,
    SessionInformation,
    WaitSessionNotification,
)
from ntsessions.abi.calls.system import CreateLogon, EndLogon
from ntsessions.abi.calls.token import LogonUser, QueryToken
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.effects import EndSession
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import CURRENT_PROCESS, FOR_EVERYONE, SYNCHRONIZE, WAIT_ABANDONED, make, wait
from tests.conformance.worlds import Program, World, create, opened

LOGGED_OFF = 6
MakeHost = Callable[[str], World]
OLD = pytest.mark.parametrize("profile", ["xp", "server2003"])


def rows(program: Program) -> dict[int, SessionInformation]:
    return {row.session_id: row for row in program.call(QuerySessions())}


def since(program: Program) -> int:
    """Return the sequence of the newest notification there is."""
    news = program.call(WaitSessionNotification(0, 0))
    return news[-1].sequence if news else 0


@OLD
def test_the_user_of_session_0_is_logged_off_and_the_services_stay(host_of: MakeHost, profile: str) -> None:
    """What they held is free, their logon session is over, and the next user may come.  (5.5, 7; 5.6; M2; D.29)"""
    world = host_of(profile)
    operator, service = world.operator, world.service()
    assert world.log_on("alice").session_id == 0
    start = since(operator)
    user, other = world.program(0, "alice"), world.program(0, "carol")
    forked = user.fork()
    name = world.name("m")
    user.call(create(CreateMutant, name, initial_owner=True, security=FOR_EVERYONE))
    handle = service.call(opened(OpenMutant, name))
    process = service.call(OpenProcess(user.pid, SYNCHRONIZE))
    waiting = service.begin(WaitForObject(handle))
    assert operator.begin(Logoff(0)).reply == ()
    assert waiting.reply.status == WAIT_ABANDONED
    assert wait(service, process) == 0
    with pytest.raises(ConnectionResetError):
        forked.connect()
    assert (rows(operator)[0].user, rows(operator)[0].state) == ("", ConnectState.DISCONNECTED)
    assert [one.code for one in operator.call(WaitSessionNotification(start, 0))] == [LOGGED_OFF]
    for one in (service, other):  # whoever else works there goes on
        assert one.call(QuerySession(-1)).session_id == 0
    assert world.log_on("bob").session_id == 0
    assert world.program(0, "bob").call(QuerySession(-1)).user == "bob"


@OLD
def test_what_was_logged_on_from_a_user_s_programs_leaves_with_the_user(host_of: MakeHost, profile: str) -> None:
    """As with run-as: another account, and a logon session of its own, made by the first.  (5.4; 5.5; M7)"""
    world = host_of(profile)
    world.log_on("alice")
    world.account("bob", "correct horse")
    user = world.program(0, "alice")
    logon = user.call(LogonUser("bob", "correct horse"))
    assert user.call(QueryToken(logon.token)).origin == user.identity.logon_session
    theirs = world.operator.call(OpenProcess(user.pid))
    token = world.operator.call(DuplicateObject(theirs, logon.token, CURRENT_PROCESS, 0, 0, 2))
    second = world.operator.start(token=token).connect()
    assert second.identity.user == "bob"
    observed = world.observe_process(second.pid)
    assert world.operator.begin(Logoff(0)).reply == ()
    assert wait(world.operator, observed) == 0


@OLD
def test_who_may_log_off_the_user_of_session_0(host_of: MakeHost, profile: str) -> None:
    """Themselves, and who may reset sessions; nobody else who works there.  (4.6)"""
    world = host_of(profile)
    operator = world.operator
    assert operator.win32(Logoff(0)) == (None, 5)  # nobody is there who could leave
    world.log_on("alice")
    assert world.program(0, "bob").win32(Logoff(0)) == (None, 5)
    start = since(operator)
    user = world.program(0, "alice")
    user.begin(Logoff(-1))  # its own end takes the answer along
    assert [one.code for one in operator.begin(WaitSessionNotification(start)).reply] == [LOGGED_OFF]
    assert rows(operator)[0].user == ""


@OLD
def test_the_token_of_the_user_of_session_0_is_the_system_s_to_get_there_too(host_of: MakeHost, profile: str) -> None:
    """Whoever else works in session 0 gets their own.  (4.9; B.36)"""
    world = host_of(profile)
    world.log_on("alice")
    assert world.operator.call(QueryUserToken(0)).user == "alice"
    assert world.service().call(QueryUserToken(-1)).user == "alice"
    assert world.program(0, "bob").call(QueryUserToken(-1)).user == "bob"


@OLD
def test_what_a_service_starts_for_the_user_is_the_user_s(host_of: MakeHost, profile: str) -> None:
    """It ends with them, and is not in the service's job, which goes on.  (5.5; ours: a job has one home)"""
    world = host_of(profile)
    world.log_on("alice")
    service = world.service()
    job = make(service, "Job", None)
    service.call(AssignProcess(job, CURRENT_PROCESS))
    token = service.call(QueryUserToken(0)).token
    started = service.start(token=token)
    program = started.connect()
    assert program.identity.user == "alice"
    assert not service.call(IsProcessInJob(started.created.process))
    assert service.win32(CreateProcess(("/bin/true",), token=token, jobs=(job,))) == (None, 5)
    assert world.operator.begin(Logoff(0)).reply == ()
    assert wait(service, started.created.process) == 0
    assert service.call(IsProcessInJob(CURRENT_PROCESS, job))


def test_a_logon_is_ended_where_somebody_is_logged_on_and_the_session_stays(world: World) -> None:
    """(5.5, 7)"""
    assert world.operator.win32(EndLogon(9999)) == (None, 7022)
    assert world.operator.win32(EndLogon(0)) == (None, 1008)


@OLD
def test_the_system_ends_a_logon_as_winlogon_does(host_of: MakeHost, profile: str) -> None:
    """(5.5, 7)"""
    world = host_of(profile)
    world.log_on("alice")
    observed = world.observe_process(world.program(0, "alice").pid)
    assert world.operator.begin(EndLogon(0)).reply == ()
    assert wait(world.operator, observed) == 0
    assert rows(world.operator)[0].user == ""


@pytest.mark.in_process("a logoff that does not end")
def test_a_logon_is_ended_once(world: World) -> None:
    """(5.5, 7)"""
    first = InProcessWorld("xp")
    first.log_on("alice")
    first.host.refusals[EndSession] = lambda _: None
    first.operator.begin(EndLogon(0))
    assert first.operator.status(EndLogon(0)) == S.CTX_WINSTATION_BUSY
    assert first.operator.status(Logoff(0)) == S.CTX_WINSTATION_BUSY


def test_a_logon_session_has_an_origin_that_exists(world: World) -> None:
    """(3.4, TokenOrigin)"""
    call = CreateLogon(world._facts(world.account("alice")), 2, 0, 0x7FFFFFFF)
    assert world.operator.win32(call) == (None, 87)


def test_a_plain_user_logs_nobody_off_from_session_0(alice: Program) -> None:
    """(5.5, 7: what winlogon does)"""
    assert alice.win32(EndLogon(0)) == (None, 1314)
