"""Sessions: who gets which, what is told of them, notifications, logoff, profiles (nt-semantics 4 and 5; M1-M3)."""

from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.abi.calls.account import AddAccount, QueryAccounts, RemoveAccount, SetPassword
from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.host import QueryHost, ShutDown
from ntsessions.abi.calls.mutant import CreateMutant
from ntsessions.abi.calls.object import OpenDirectory, QueryObject
from ntsessions.abi.calls.process import (
    OpenProcess,
    ProcessIdToSessionId,
    QueryProcess,
    QuerySessionProcesses,
    ResumeProcess,
    SignalProcess,
)
from ntsessions.abi.calls.section import CreateSection
from ntsessions.abi.calls.session import (
    ConnectState,
    Logoff,
    Logon,
    QuerySession,
    QuerySessionMemory,
    QuerySessions,
    QueryUserToken,
    SessionInformation,
    WaitSessionNotification,
)
from ntsessions.abi.calls.system import CreateLogon, CreateSession, DeleteSession, LogonFacts, SetSession
from ntsessions.abi.calls.token import QueryLinkedToken, QueryLogonSessions, QueryToken
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.logon import LogonType
from ntsessions.abi.status import NtStatus as S
from tests.conformance.kinds import FOR_EVERYONE, PROCESS_TOKEN, SYNCHRONIZE, WAIT_ABANDONED, make, wait
from tests.conformance.worlds import Program, World, create, opened, ticks

CREATED, LOGGED_ON, LOGGED_OFF, TERMINATED = 0xA, 5, 6, 0xB
OLD, NEW = ("xp", "server2003"), ("vista", "windows11")
MakeHost = Callable[[str], World]


def rows(program: Program) -> dict[int, SessionInformation]:
    return {row.session_id: row for row in program.call(QuerySessions())}


# -- M1-M3: profiles


@pytest.mark.parametrize("profile", OLD)
def test_the_first_user_shares_session_0_with_the_services(host_of: MakeHost, profile: str) -> None:
    """Up to 2003 a user's program and a service meet without any prefix.  (4.1; M2)"""
    world = host_of(profile)
    assert [world.log_on(user).session_id for user in ("alice", "bob")] == [0, 1]
    told = rows(world.operator)
    assert [told[number].user for number in (0, 1)] == ["alice", "bob"]
    assert world.operator.call(QueryHost()).profile == profile
    user, service = world.program(0, "alice"), world.service()
    name = world.name("x")
    user.call(create(CreateEvent, name, security=FOR_EVERYONE))
    assert service.win32(opened(OpenEvent, name)).value
    assert user.call(create(CreateSection, rf"Global\{world.name('s')}", maximum_size=1)).handle  # no privilege in 0
    assert world.program(1, "bob").status(opened(OpenEvent, name)) == S.OBJECT_NAME_NOT_FOUND


@pytest.mark.parametrize("profile", NEW)
def test_session_0_is_the_services_alone(host_of: MakeHost, profile: str) -> None:
    """From Vista on the first user is in session 1.  (4.1; M3)"""
    world = host_of(profile)
    assert [world.log_on(user).session_id for user in ("alice", "bob")] == [1, 2]
    first = rows(world.operator)[0]
    assert (first.name, first.user, first.state) == ("Services", "", ConnectState.DISCONNECTED)
    user, service = world.program(1, "alice"), world.service()
    name = world.name("x")
    user.call(create(CreateEvent, name))
    assert service.win32(opened(OpenEvent, name)) == (None, 2)


@pytest.mark.parametrize("profile", OLD + NEW)
def test_what_the_profile_says_of_tokens(host_of: MakeHost, profile: str) -> None:
    """Split tokens, integrity levels and the logon SID in the default list since Vista.  (3.4, 3.5, 3.7)"""
    world = host_of(profile)
    session = world.log_on("carol").session_id
    carol = world.program(session, "carol")
    told = carol.call(QueryToken(PROCESS_TOKEN))
    assert told.elevation_type == (3 if profile in NEW else 1)
    assert carol.status(QueryLinkedToken(PROCESS_TOKEN)) == (S.SUCCESS if profile in NEW else S.NO_SUCH_LOGON_SESSION)
    policy = 0x3 if profile in NEW else 0
    facts = LogonFacts("", "S-1-5-19", False, 0, 0, (), "/", "/bin/sh", False)
    service = world.operator.call(QueryToken(world.operator.call(CreateLogon(facts, LogonType.SERVICE, 0)).token))
    assert (told.mandatory_policy, service.mandatory_policy) == (policy, policy)


@pytest.mark.parametrize("profile", OLD + NEW)
def test_whether_a_second_logon_finds_the_first_session(host_of: MakeHost, profile: str) -> None:
    """fSingleSessionPerUser: not on Server 2003.  (4.11)"""
    world = host_of(profile)
    one, two = world.log_on("bob"), world.log_on("bob")
    assert two.reconnected == (profile != "server2003")
    assert (one.session_id == two.session_id) == (profile != "server2003")


# -- session ids, states, what is told


def test_ids_count_up_and_are_not_used_again(world: World) -> None:
    """(4.8)"""
    first = world.log_on(user_of(world)).session_id
    world.operator.begin(Logoff(first)).reply  # noqa: B018 - its end is what is waited for
    second = world.log_on(user_of(world)).session_id
    assert second > first
    world.operator.begin(Logoff(second)).reply  # noqa: B018 - as above
    assert first not in rows(world.operator)


def user_of(world: World) -> str:
    """Return a user's name that is new, once the residents have their sessions."""
    world.settle(3)
    return world.name("u").replace("-", "x")


@pytest.fixture
def guest(world: World) -> Any:
    """A user with a session of their own that a test may end, and a program there."""
    user = user_of(world)
    session = world.log_on(user).session_id
    yield session, world.program(session, user)
    if session in rows(world.operator):
        assert world.operator.begin(Logoff(session)).reply == ()


def test_a_session_tells_who_is_in_it(world: World, guest: tuple[int, Program]) -> None:
    """(4.5, 4.9)"""
    session, program = guest
    told = world.operator.call(QuerySession(session))
    assert told.user == program.identity.user
    assert told.state == ConnectState.DISCONNECTED
    assert told.process_count >= 1
    assert program.identity.logon_session in told.logon_sessions
    assert program.call(QuerySession(-1)) == program.call(QuerySession(session))


def test_plain_users_see_the_bare_facts_of_others(world: World, alice: Program) -> None:
    """(4.6; 4.9)"""
    world.settle(2)
    told = rows(alice)
    assert (told[2].user, told[2].process_count, told[2].logon_sessions) == ("", 0, ())
    assert told[1].user == "alice"
    assert alice.win32(QuerySession(2)) == (None, 5)
    assert alice.win32(QuerySession(9999)) == (None, 7022)
    assert world.administrator().call(QuerySession(2)).user == "bob"


def test_states_are_set_by_the_system(world: World, guest: tuple[int, Program]) -> None:
    """(4.5, the state machine)"""
    session, program = guest
    for state in (ConnectState.ACTIVE, ConnectState.DISCONNECTED, ConnectState.SHADOW, ConnectState.ACTIVE):
        world.operator.call(SetSession(session, int(state)))
        assert program.call(QuerySession(-1)).state == state
    assert program.win32(SetSession(session, 0)) == (None, 1314)
    assert world.operator.win32(SetSession(9999, 0)) == (None, 7022)


def test_a_state_that_there_is_not_is_refused(world: World, guest: tuple[int, Program]) -> None:
    """The ten states of 4.5 and no other; a call that fails leaves the state as it was.  (4.5)"""
    session, program = guest
    state = program.call(QuerySession(-1)).state
    for wrong in (-1, len(ConnectState), 1 << 31):
        assert world.operator.win32(SetSession(session, wrong)) == (None, 87)
    assert world.operator.win32(SetSession(session, int(ConnectState.SHADOW), token=0xFFFF0)) == (None, 6)
    assert program.call(QuerySession(-1)).state == state


def test_a_process_id_tells_its_session(world: World, alice: Program) -> None:
    """87 for an id that nobody has.  (4.4, 4.9)"""
    bob = world.program(2, "bob")
    assert alice.call(ProcessIdToSessionId(alice.pid)) == 1
    assert alice.call(ProcessIdToSessionId(bob.pid)) == 2
    assert alice.win32(ProcessIdToSessionId(0x7FFFFFF)) == (None, 87)
    assert alice.win32(OpenProcess(0x7FFFFFF)) == (None, 87)


def test_the_processes_of_a_session_are_listed(world: World, alice: Program) -> None:
    """(4.9, WTSEnumerateProcesses)"""
    assert alice.pid in {row.process_id for row in alice.call(QuerySessionProcesses(1))}
    world.settle(2)
    assert alice.win32(QuerySessionProcesses(2)) == (None, 5)
    assert alice.win32(QuerySessionProcesses(9999)) == (None, 7022)


def test_the_memory_of_a_session_is_measured(world: World, alice: Program) -> None:
    """What Linux really uses, private and shared pages.  (M25)"""
    measured = alice.call(QuerySessionMemory(-1))
    assert measured.processes >= 1
    assert measured.unreadable == 0
    assert 0 < measured.private <= measured.proportional <= measured.private + measured.shared
    assert world.operator.call(QuerySessionMemory(1)).processes == measured.processes
    world.settle(2)
    assert alice.win32(QuerySessionMemory(2)) == (None, 5)
    assert alice.win32(QuerySessionMemory(9999)) == (None, 7022)


# -- WTSQueryUserToken


def test_the_token_of_a_session_s_user_is_the_system_s_to_get(world: World, alice: Program) -> None:
    """1314 for others; 7022 for no such session.  (4.9; B.36)"""
    world.settle(2)
    target = world.operator.call(QueryUserToken(2))
    assert (target.user, world.operator.call(QueryToken(target.token)).session_id) == ("bob", 2)
    assert alice.win32(QueryUserToken(2)) == (None, 1314)
    assert world.administrator().win32(QueryUserToken(2)) == (None, 1314)
    assert world.operator.win32(QueryUserToken(9999)) == (None, 7022)
    assert alice.call(QueryUserToken(-1)).user == "alice"


def test_a_session_without_a_user_has_no_token(world: World) -> None:
    """1008.  (4.9; B.36)"""
    session = world.operator.call(CreateSession())
    assert world.operator.win32(QueryUserToken(session)) == (None, 1008)
    assert world.operator.begin(DeleteSession(session)).reply == ()


@pytest.mark.todo_nt("session 0 answers the system's token, which is how `nts run --session 0` works; NT: 1008")
def test_session_0_has_no_user_token(world: World) -> None:
    """(B.36)"""
    assert world.operator.win32(QueryUserToken(0)) == (None, 1008)


def test_the_user_token_of_an_administrator_is_the_filtered_half(world: World) -> None:
    """(D.21)"""
    world.settle(3)
    target = world.operator.call(QueryUserToken(3))
    assert world.operator.call(QueryToken(target.token)).elevation_type == 3


# -- notifications


def since(program: Program) -> int:
    """Return the sequence of the newest notification there is."""
    news = program.call(WaitSessionNotification(0, 0))
    return news[-1].sequence if news else 0


def test_what_is_told_of_a_session_s_life(world: World) -> None:
    """Create, logon, logoff, terminate.  (4.10)"""
    operator = world.operator
    start = since(operator)
    session = world.log_on(user_of(world)).session_id
    assert operator.begin(Logoff(session)).reply == ()
    news = [one.code for one in operator.call(WaitSessionNotification(start, 0)) if one.session_id == session]
    assert news == [CREATED, LOGGED_ON, LOGGED_OFF, TERMINATED]


def test_who_waits_for_news_is_woken(world: World, service: Program) -> None:
    """(4.10)"""
    user = user_of(world)
    waiting = service.begin(WaitSessionNotification())
    assert not waiting.done
    session = world.log_on(user).session_id
    assert [(one.code, one.session_id) for one in waiting.reply] == [(CREATED, session)]
    quiet = service.begin(WaitSessionNotification(timeout=ticks(0.02)))
    world.passes(0.02)
    assert quiet.reply == ()
    assert service.call(WaitSessionNotification(timeout=0)) == ()
    assert world.operator.begin(Logoff(session)).reply == ()


def test_plain_users_hear_of_their_own_session(world: World, guest: tuple[int, Program]) -> None:
    """NOTIFY_FOR_THIS_SESSION.  (4.10)"""
    session, program = guest
    start = since(world.operator)
    other = world.log_on(user_of(world)).session_id
    world.operator.call(SetSession(session, 0, notification=8))
    world.operator.call(SetSession(other, 0, notification=8))
    told = [(one.code, one.session_id) for one in program.call(WaitSessionNotification(start, 0))]
    assert told == [(8, session)]
    assert world.operator.begin(Logoff(other)).reply == ()


# -- logoff


def test_logoff_ends_every_process_and_every_name(world: World, guest: tuple[int, Program], service: Program) -> None:
    """(5.5, 6-8): waiters elsewhere find what was owned abandoned, the names are gone, the state is told."""
    session, program = guest
    name = rf"Global\{world.name('m')}"
    program.call(create(CreateMutant, name, initial_owner=True, security=FOR_EVERYONE))
    handle = service.call(create(CreateMutant, name)).handle
    process = service.call(OpenProcess(program.pid, SYNCHRONIZE | 0x1000))
    waiting = service.begin(WaitForObject(handle))
    assert not waiting.done
    assert world.operator.begin(Logoff(session)).reply == ()
    assert waiting.reply.status == WAIT_ABANDONED
    assert wait(service, process) == 0
    assert service.call(QueryProcess(process)).exit_status != 259
    assert world.operator.win32(QuerySession(session)) == (None, 7022)
    assert service.status(OpenDirectory(rf"\Sessions\{session}\BaseNamedObjects")) == S.OBJECT_PATH_NOT_FOUND
    assert service.status(OpenDirectory(rf"\Sessions\BNOLINKS\{session}")) == S.OBJECT_NAME_NOT_FOUND


def test_an_object_outlives_its_session_for_who_holds_it(
    world: World, guest: tuple[int, Program], service: Program
) -> None:
    """(1.11; 5.5)"""
    session, program = guest
    name = world.name("e")
    make(program, "Event", name)
    handle = service.call(opened(OpenEvent, rf"Session\{session}\{name}"))
    assert world.operator.begin(Logoff(session)).reply == ()
    assert service.call(QueryObject(handle)).type == "Event"
    assert wait(service, handle) != 0


def test_logoff_leaves_other_sessions_alone(world: World, alice: Program, guest: tuple[int, Program]) -> None:
    """(5.5, 5.6)"""
    session, program = guest
    user = program.identity.user
    elsewhere = world.program(1, user)
    assert world.operator.begin(Logoff(session)).reply == ()
    for one in (alice, elsewhere):
        assert one.call(QuerySession(-1)).session_id == 1


def test_logoff_ends_the_logon_session(world: World, guest: tuple[int, Program]) -> None:
    """With its last token, and its drive letters with it.  (5.1; 1.12)"""
    session, program = guest
    luid = program.identity.logon_session
    assert luid in {row.logon_session for row in world.operator.call(QueryLogonSessions())}
    assert world.operator.begin(Logoff(session)).reply == ()
    path = rf"\Sessions\0\DosDevices\{luid >> 32:08x}-{luid & 0xFFFFFFFF:08x}"
    assert world.operator.status(OpenDirectory(path)) == S.OBJECT_NAME_NOT_FOUND


LOGOFFS = [
    # who, which session, error
    ("user", "own", 0),
    ("user", "other", 5),
    ("administrator", "other", 0),
    ("user", "0", 5),
    ("system", "0", 5),
    ("system", "none", 7022),
]


@pytest.mark.parametrize(("who", "which", "error"), LOGOFFS)
def test_who_may_log_off_whom(world: World, guest: tuple[int, Program], who: str, which: str, error: int) -> None:
    """(4.6)"""
    session, program = guest
    callers = {"user": program if which == "own" else world.program(), "system": world.operator}
    caller = callers.get(who) or world.administrator()
    target = {"own": session, "other": session, "0": 0, "none": 9999}[which]
    if who == "user" and not error:
        news = since(world.operator)
        caller.begin(Logoff(target))  # its own end takes the answer along
        told: set[tuple[int, int]] = set()
        while (TERMINATED, session) not in told:
            heard = world.operator.begin(WaitSessionNotification(news)).reply
            told |= {(one.code, one.session_id) for one in heard}
            news = heard[-1].sequence
    else:
        assert caller.win32(Logoff(target)).last_error == error


# -- logon and accounts


def test_a_user_who_has_a_session_gets_it_again(world: World, guest: tuple[int, Program]) -> None:
    """(4.11, reconnect; fSingleSessionPerUser)"""
    session, program = guest
    again = world.operator.call(Logon(program.identity.user))
    assert (again.session_id, again.reconnected) == (session, True)
    new = world.operator.call(Logon(program.identity.user, new_session=True))
    assert (new.session_id > session, new.reconnected) == (True, False)
    assert world.operator.begin(Logoff(new.session_id)).reply == ()


def test_one_logon_after_the_other_of_the_same_user_makes_one_session(world: World) -> None:
    """(4.12: never two sessions for the same user)"""
    user = user_of(world)
    world.account(user)
    begun = [world.operator.begin(Logon(user)) for _ in range(3)]
    replies = [one.reply for one in begun]
    assert len({one.session_id for one in replies}) == 1
    assert sorted(one.reconnected for one in replies) == [False, True, True]
    assert world.operator.begin(Logoff(replies[0].session_id)).reply == ()


def test_logging_on_takes_a_password_or_the_system(world: World, alice: Program) -> None:
    """(5.2; 3.3)"""
    world.account("paula", "correct horse")
    assert alice.win32(Logon("paula")) == (None, 1314)
    assert alice.win32(Logon("paula", "wrong")) == (None, 1326)
    assert alice.win32(Logon("nobody-here", "wrong")) == (None, 1326)
    assert world.operator.win32(Logon("nobody-here")) == (None, 1317)
    session = alice.call(Logon("paula", "correct horse")).session_id
    assert world.operator.begin(Logoff(session)).reply == ()


def test_an_account_s_life(world: World, alice: Program) -> None:
    """(ours: managed accounts)"""
    user = user_of(world)
    operator = world.operator
    assert operator.call(AddAccount(user)).has_password is False
    assert operator.win32(AddAccount(user)) == (None, 1316)
    assert operator.win32(AddAccount("Not A Name")) == (None, 123)
    assert operator.win32(AddAccount("daemon")) == (None, 1316)  # the machine has one
    assert alice.win32(AddAccount("other")) == (None, 1314)
    operator.call(SetPassword(user, "correct horse"))
    assert user in {one.name for one in operator.call(QueryAccounts()) if one.has_password}
    assert alice.win32(QueryAccounts()) == (None, 1314)
    assert alice.win32(SetPassword(user, None)) == (None, 1314)
    assert operator.win32(SetPassword("nobody-here", None)) == (None, 1317)
    session = operator.call(Logon(user)).session_id
    assert operator.status(RemoveAccount(user)) == S.CANNOT_DELETE
    assert operator.begin(Logoff(session)).reply == ()
    assert alice.win32(RemoveAccount(user)) == (None, 1314)
    operator.call(RemoveAccount(user))
    assert operator.win32(RemoveAccount(user)) == (None, 1317)


def test_only_the_system_makes_sessions_and_ends_the_host(alice: Program) -> None:
    """(4.2, SeTcb)"""
    for call in (CreateSession(), DeleteSession(1), ShutDown()):
        assert alice.win32(call) == (None, 1314)


# -- processes


def test_a_suspended_process_waits_to_be_resumed(alice: Program) -> None:
    """(CREATE_SUSPENDED)"""
    for handle in ("process", "thread"):
        started = alice.start(flags=0x4)
        assert alice.call(QueryProcess(started.created.process)).exit_status == 259
        alice.call(ResumeProcess(getattr(started.created, handle)))
        assert started.connect().pid == started.created.process_id


def test_the_exit_code_of_a_process(alice: Program) -> None:
    """(3.9; 259 while it runs)"""
    started = alice.start()
    started.connect()
    assert alice.call(QueryProcess(started.created.process)).exit_status == 259
    started.exit(7)
    assert alice.call(QueryProcess(started.created.process)).exit_status == 7


def test_a_signal_is_sent_like_a_termination(world: World, alice: Program) -> None:
    """(ours)"""
    started = alice.start()
    started.connect()
    alice.call(SignalProcess(started.created.process, 15))
    assert wait(alice, started.created.process, -1) == 0
