"""The service control manager's handles: its database, one service, and who may what (nt-semantics 9.1, 9.2, 9.4)."""

from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.abi import access
from ntsessions.abi.call import Call
from ntsessions.abi.calls.object import Close, DuplicateObject, QueryObject, QuerySecurity, SetHandleFlags
from ntsessions.abi.calls.service import (
    CloseServiceHandle,
    OpenService,
    OpenServiceDatabase,
    QueryService,
    QueryServices,
    ServiceState,
    StartService,
    StopService,
)
from ntsessions.abi.calls.token import DuplicateToken, ImpersonateLoggedOnUser, LogonUser, SetThreadToken
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.logon import LogonType
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.snapshot import restore, save
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import CURRENT_PROCESS, make
from tests.conformance.test_security import own_token
from tests.conformance.worlds import Program, World

NO_SERVICES = "the hosts of these tests have no services; tests/host/test_cli.py starts real ones"

CONNECT, CREATE, ENUMERATE, LOCK, QUERY_LOCK, MODIFY_BOOT = 1, 2, 4, 8, 0x10, 0x20
READ_CONTROL, GENERIC_READ, GENERIC_WRITE, GENERIC_ALL = 0x20000, 0x80000000, 0x40000000, 0x10000000
MAXIMUM_ALLOWED = 0x02000000
EVERYTHING = 0xF003F


def database(program: Program, desired: int = ENUMERATE) -> int:
    return program.call(OpenServiceDatabase(desired_access=desired))


def board(program: Program, desired: int) -> int:
    return program.call(OpenService(database(program), "Board", desired))


# -- the database


def test_there_is_one_database(alice: Program) -> None:
    """Its name is `ServicesActive`; 1065 for the other one that NT knows, 123 for any other name.  (9.2)"""
    for name in (None, "ServicesActive", "SERVICESACTIVE"):
        assert alice.status(OpenServiceDatabase(name)) == S.SUCCESS
    assert alice.win32(OpenServiceDatabase("ServicesFailed")) == (None, 1065)
    for name in ("", "nonsense", "x" * 5000):
        assert alice.win32(OpenServiceDatabase(name)) == (None, 123)


def test_who_may_do_what_with_the_database(world: World, alice: Program) -> None:
    """Users look, administrators do everything; who asks for more than he may gets 5.  (9.1, defaults)"""
    looks = (0, CONNECT, ENUMERATE, QUERY_LOCK, READ_CONTROL, ENUMERATE | QUERY_LOCK, GENERIC_READ, MAXIMUM_ALLOWED)
    for desired in looks:
        assert alice.status(OpenServiceDatabase(desired_access=desired)) == S.SUCCESS, hex(desired)
    for desired in (CREATE, LOCK, MODIFY_BOOT, 0x10000, GENERIC_WRITE, GENERIC_ALL, EVERYTHING, 0x40, 0x100000):
        assert alice.win32(OpenServiceDatabase(desired_access=desired)) == (None, 5), hex(desired)
    assert alice.win32(OpenServiceDatabase(desired_access=0x01000000)) == (None, 1314)
    administrator = world.administrator()
    for desired in (EVERYTHING, GENERIC_ALL, CREATE | LOCK | MODIFY_BOOT):
        assert administrator.status(OpenServiceDatabase(desired_access=desired)) == S.SUCCESS
    filtered = world.program(3, "carol")
    assert filtered.win32(OpenServiceDatabase(desired_access=CREATE)) == (None, 5)


def test_who_comes_over_the_network_may_connect_only(world: World, service: Program) -> None:
    """(9.1, defaults: Authenticated Users)"""
    world.account("paula", "correct horse")
    service.call(ImpersonateLoggedOnUser(service.call(LogonUser("paula", "correct horse", LogonType.NETWORK)).token))
    assert service.status(OpenServiceDatabase(desired_access=0)) == S.SUCCESS
    assert service.win32(OpenServiceDatabase(desired_access=ENUMERATE)) == (None, 5)
    service.call(SetThreadToken(0))


def test_a_token_to_look_at_opens_nothing(alice: Program) -> None:
    """(3.4, levels)"""
    handle = database(alice)
    alice.call(SetThreadToken(alice.call(DuplicateToken(own_token(alice), impersonation_level=1))))
    assert alice.win32(OpenServiceDatabase()) == (None, 1346)
    alice.call(SetThreadToken(0))
    alice.call(CloseServiceHandle(handle))


def test_listing_takes_a_right(alice: Program) -> None:
    """(9.1, SC_MANAGER_ENUMERATE_SERVICE)"""
    assert alice.call(QueryServices(database(alice, ENUMERATE))) == alice.call(QueryServices())
    assert alice.win32(QueryServices(database(alice, CONNECT))) == (None, 5)


# -- the handles


KERNEL_CALLS: list[Callable[[int], Call[Any]]] = [
    Close,
    QueryObject,
    lambda handle: QuerySecurity(handle, 4),
    lambda handle: SetHandleFlags(handle, inherit=True, protect=False),
    lambda handle: DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS),
    lambda handle: WaitForObject(handle, 0),
]


def test_a_handle_of_the_service_manager_is_none_of_the_kernel_s(alice: Program) -> None:
    """CloseHandle and the others answer 6, and leave it alone.  (9.1)"""
    handle = database(alice)
    for call in KERNEL_CALLS:
        assert alice.win32(call(handle)) == (None, 6)
    assert alice.status(QueryServices(handle)) == S.SUCCESS
    assert alice.win32(CloseServiceHandle(handle)) == (None, 0)
    assert alice.win32(CloseServiceHandle(handle)) == (None, 6)
    assert alice.win32(QueryServices(handle)) == (None, 6)


def test_a_handle_of_the_kernel_is_none_of_the_service_manager_s(alice: Program) -> None:
    """CloseServiceHandle answers 6 for it, and for no handle at all.  (9.2)"""
    event = make(alice, "Event")
    for _ in range(2):
        for handle in (event, 0, 0x7778, CURRENT_PROCESS):
            assert alice.win32(CloseServiceHandle(handle)) == (None, 6)
            assert alice.win32(OpenService(handle, "board", 4)) == (None, 6)
            assert alice.win32(QueryService(handle)) == (None, 6)
        database(alice)
    assert alice.status(QueryObject(event)) == S.SUCCESS


def test_handles_are_used_again_and_do_not_mix(alice: Program) -> None:
    """Two opens are two handles; what is closed does not close the other.  (9.1)"""
    one, two = database(alice), database(alice)
    assert one != two
    alice.call(CloseServiceHandle(one))
    assert alice.status(QueryServices(two)) == S.SUCCESS
    assert alice.status(QueryServices(one)) == S.INVALID_HANDLE


def test_another_process_has_handles_of_its_own(world: World, alice: Program) -> None:
    """What one opens, another of the same user does not have; a thread of the process has.  (9.1)"""
    handle = database(alice)
    assert alice.thread().status(QueryServices(handle)) == S.SUCCESS
    assert world.program().status(QueryServices(handle)) == S.INVALID_HANDLE


@pytest.mark.in_process("looks at the session's pool")
def test_the_end_of_a_process_closes_its_handles(world: InProcessWorld, alice: Program) -> None:
    """Nothing is left that nobody could close.  (9.1)"""
    pool = world.host.executive.sessions[1].pool
    other = world.program()
    before = pool.used
    for _ in range(10):
        database(other)
    assert pool.used > before
    other.kill()
    assert pool.used <= before


@pytest.mark.in_process("the limit is lowered")
def test_a_process_opens_so_many_and_no_more(world: InProcessWorld, alice: Program) -> None:
    """(ours)"""
    handle = database(alice)
    table = world.host.executive.threads_by_id[alice.thread_id].process.context_handles
    assert table is not None
    assert table.limit == 4096
    table.limit = 2
    second = database(alice)
    assert alice.status(OpenServiceDatabase()) == S.TOO_MANY_OPENED_FILES
    assert alice.status(OpenService(handle, "board", 4)) == S.TOO_MANY_OPENED_FILES
    alice.call(CloseServiceHandle(second))
    assert alice.status(OpenServiceDatabase()) == S.SUCCESS


@pytest.mark.in_process("looks at the saved state")
def test_a_saved_host_knows_its_handles(world: InProcessWorld, alice: Program) -> None:
    """They are a part of the state, as any handle is.  (ours)"""
    board(alice, access.SERVICE_QUERY_STATUS)
    saved = save(world.host.executive)
    assert save(restore(saved)) == saved
    assert b"ServiceObject" in saved


# -- services


@pytest.mark.in_process(NO_SERVICES)
def test_a_service_is_opened_by_its_name(world: InProcessWorld, alice: Program) -> None:
    """1060 for one that is not there; users look, and may send controls of their own.  (9.1, defaults; 9.2)"""
    manager = database(alice, 0)
    assert alice.win32(OpenService(manager, "nonsense", 4)) == (None, 1060)
    looks = access.SERVICE_QUERY_CONFIG | access.SERVICE_QUERY_STATUS | access.SERVICE_ENUMERATE_DEPENDENTS
    looks |= access.SERVICE_INTERROGATE | access.SERVICE_USER_DEFINED_CONTROL | READ_CONTROL
    for desired in (looks, GENERIC_READ, MAXIMUM_ALLOWED):
        assert alice.status(OpenService(manager, "BOARD", desired)) == S.SUCCESS
    for desired in (0, 2, 0x10, 0x20, 0x40, 0x10000, GENERIC_ALL, 0xF01FF, 0x200):
        assert alice.win32(OpenService(manager, "board", desired)) == (None, 5), hex(desired)
    assert alice.win32(OpenService(manager, "board", 0x01000000)) == (None, 1314)
    administrator = world.administrator()
    assert administrator.status(OpenService(database(administrator), "board", 0xF01FF)) == S.SUCCESS
    alice.call(SetThreadToken(alice.call(DuplicateToken(own_token(alice), impersonation_level=1))))
    assert alice.win32(OpenService(manager, "board", 4)) == (None, 1346)


@pytest.mark.in_process(NO_SERVICES)
def test_the_handle_s_rights_decide(world: InProcessWorld, alice: Program) -> None:
    """Not who holds it: 5 without SERVICE_QUERY_STATUS, SERVICE_START and SERVICE_STOP.  (9.1)"""
    operator = world.operator
    weak = board(operator, access.SERVICE_INTERROGATE)
    for call in (QueryService(weak), StartService(service=weak), StopService(service=weak)):
        assert operator.win32(call) == (None, 5)
    assert alice.call(QueryService(board(alice, access.SERVICE_QUERY_STATUS))).name == "board"


@pytest.mark.in_process(NO_SERVICES)
def test_a_service_is_started_and_stopped_by_its_handle(world: InProcessWorld) -> None:
    """1056 and 1062 for who comes too late; the name of the call counts for nothing.  (9.4, B.44)"""
    operator = world.operator
    handle = board(operator, 0xF01FF)
    assert operator.win32(StopService(service=handle)) == (None, 1062)
    assert operator.call(StartService("broken", handle)).state == ServiceState.RUNNING
    assert operator.win32(StartService(service=handle)) == (None, 1056)
    assert operator.call(QueryService(handle)).state == ServiceState.RUNNING
    assert operator.call(StopService(service=handle)).state == ServiceState.STOPPED


@pytest.mark.in_process(NO_SERVICES)
def test_a_handle_of_the_wrong_kind(world: InProcessWorld) -> None:
    """6, where a service is wanted and the database is given, and the other way round.  (9.2)"""
    operator = world.operator
    manager, service = database(operator, EVERYTHING), board(operator, 0xF01FF)
    for call in (QueryService(manager), StartService(service=manager), StopService(service=manager),
                 QueryServices(service), OpenService(service, "board", 4)):  # fmt: skip
        assert operator.status(call) == S.OBJECT_TYPE_MISMATCH
        assert operator.win32(call) == (None, 6)
    for call in (StartService(service=0x7778), StopService(service=0x7778)):
        assert operator.win32(call) == (None, 6)
