"""Tokens: reading, copying, restricting, changing and acting with them (nt-semantics 3.4, 3.5, 3.9)."""

import pytest

from ntsessions.abi import sids
from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.object import Close, CompareObjects, QueryObject
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.token import (
    AccessCheck,
    AdjustPrivileges,
    DuplicateToken,
    FilterToken,
    ImpersonateLoggedOnUser,
    LookupAccount,
    OpenProcessToken,
    OpenThreadToken,
    PrivilegeState,
    QueryLinkedToken,
    QueryLogonSessions,
    QueryToken,
    SetThreadToken,
    SetTokenInformation,
)
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sddl import parse_sddl
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from tests.harness import Program, World

ALL = 0xF01FF
QUERY, DUPLICATE = 0x8, 0x2


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


@pytest.fixture
def admin(world: World) -> Program:
    return world.program(2, "root2", admin=True)


def own(program: Program, access: int = ALL) -> int:
    return program.call(OpenProcessToken(-1, access))


# -- reading


def test_a_token_tells_who_where_and_how_far(alice: Program) -> None:
    told = alice.call(QueryToken(own(alice)))
    assert (told.user_name, told.session_id, told.is_primary, told.integrity) == ("alice", 1, True, 0x2000)
    assert told.groups[-1].sid == "S-1-16-8192"
    assert told.logon_sid in {group.sid for group in told.groups}
    dacl = descriptor_from_bytes(told.default_dacl).dacl
    assert dacl is not None
    assert {entry.sid for entry in dacl} == {told.user, sids.LOCAL_SYSTEM, told.logon_sid}


def test_each_process_has_a_token_of_its_own(world: World, alice: Program) -> None:
    second = world.program(1, "alice")
    handle = own(alice)
    alice.call(AdjustPrivileges(handle, disable_all=True))
    held = {state.privilege: state.attributes for state in second.call(QueryToken(-4)).privileges}
    assert held[Privilege.SeChangeNotifyPrivilege] & 2
    assert second.call(QueryToken(-4)).authentication_id == alice.call(QueryToken(-4)).authentication_id


def test_two_handles_to_a_token_lead_to_one_object(alice: Program) -> None:
    first, second = own(alice), own(alice, QUERY)
    alice.call(CompareObjects(first, second))
    assert alice.call(QueryObject(first)).handle_count == 2
    assert alice.status(SetTokenInformation(second, integrity=0x1000)) is NtStatus.ACCESS_DENIED


def test_pseudo_handles_of_tokens_are_for_looking_only(alice: Program) -> None:
    assert alice.call(QueryObject(-6)).granted_access == 0x18
    assert alice.status(DuplicateToken(-4)) is NtStatus.ACCESS_DENIED
    assert alice.status(QueryToken(-5)) is NtStatus.INVALID_HANDLE
    assert alice.status(QueryToken(-1)) is NtStatus.OBJECT_TYPE_MISMATCH


def test_the_token_of_somebody_else_is_closed(world: World, alice: Program) -> None:
    bob = world.program(1, "bob")
    assert bob.status(OpenProcess(alice.pid, 0x400)) is NtStatus.ACCESS_DENIED
    system = world.program(0, "SYSTEM")
    process = system.call(OpenProcess(alice.pid, 0x400))
    assert system.call(QueryToken(system.call(OpenProcessToken(process)))).user_name == "alice"
    alice.exit()
    assert system.status(OpenProcessToken(process)) is NtStatus.PROCESS_IS_TERMINATING


def test_a_filtered_program_does_not_get_the_full_token_by_the_back_door(world: World, admin: Program) -> None:
    """Same user, another half: the label of the elevated token keeps the other half away."""
    world.program(2, "root2", admin=True, elevated=True)
    full = admin.call(QueryLinkedToken(own(admin)))
    told = admin.call(QueryToken(full))
    assert (told.is_elevated, told.is_primary, told.impersonation_level) == (True, False, 1)
    admin.call(CreateEvent("x", NAMED_OBJECTS))
    admin.call(ImpersonateLoggedOnUser(full))
    assert admin.status(OpenEvent("x", NAMED_OBJECTS)) is NtStatus.BAD_IMPERSONATION_LEVEL
    assert admin.status(CreateEvent("y", NAMED_OBJECTS)) is NtStatus.BAD_IMPERSONATION_LEVEL


def test_the_linked_token_is_primary_for_the_system(world: World, admin: Program, alice: Program) -> None:
    """B43: the same session and user, another logon."""
    system = world.system
    filtered = system.call(OpenProcessToken(system.call(OpenProcess(admin.pid))))
    told = system.call(QueryToken(system.call(QueryLinkedToken(filtered))))
    base = system.call(QueryToken(filtered))
    assert (told.is_primary, told.elevation_type, base.elevation_type) == (True, 2, 3)
    assert (told.user, told.session_id, told.logon_sid) == (base.user, base.session_id, base.logon_sid)
    assert told.authentication_id != base.authentication_id
    assert alice.status(QueryLinkedToken(own(alice))) is NtStatus.NO_SUCH_LOGON_SESSION


# -- copies


def test_a_copy_is_another_token_with_the_access_of_its_source(alice: Program) -> None:
    handle = own(alice, QUERY | DUPLICATE)
    copy = alice.call(DuplicateToken(handle, is_primary=True))
    assert alice.call(QueryObject(copy)).granted_access == QUERY | DUPLICATE
    assert alice.call(QueryToken(copy)).token_id != alice.call(QueryToken(handle)).token_id
    wider = alice.call(DuplicateToken(handle, ALL, inherit=True))
    assert alice.call(QueryObject(wider)).attributes == 2
    assert alice.call(QueryToken(wider)).is_primary is False


def test_a_copy_gives_no_higher_level(alice: Program) -> None:
    looking = alice.call(DuplicateToken(own(alice), impersonation_level=1))
    assert alice.status(DuplicateToken(looking, impersonation_level=2)) is NtStatus.BAD_IMPERSONATION_LEVEL
    assert alice.status(DuplicateToken(looking, is_primary=True)) is NtStatus.BAD_IMPERSONATION_LEVEL
    assert alice.status(DuplicateToken(looking, impersonation_level=4)) is NtStatus.INVALID_PARAMETER
    assert alice.status(DuplicateToken(looking, 0x80000)) is NtStatus.BAD_IMPERSONATION_LEVEL
    assert alice.status(DuplicateToken(looking, 0xFFFFFFF, impersonation_level=1)) is NtStatus.ACCESS_DENIED


def test_a_restricted_copy_may_do_less(alice: Program) -> None:
    handle = own(alice)
    user = alice.process.token.user
    call = FilterToken(handle, flags=1, disable_sids=(user,), restrict_sids=(sids.RESTRICTED,))
    told = alice.call(QueryToken(alice.call(call)))
    assert [state.privilege for state in told.privileges] == [Privilege.SeChangeNotifyPrivilege]
    assert [state.sid for state in told.restricted_sids] == [sids.RESTRICTED]
    assert alice.status(FilterToken(handle, flags=0x80)) is NtStatus.INVALID_PARAMETER
    assert alice.status(FilterToken(handle, delete_privileges=(99,))) is NtStatus.INVALID_PARAMETER
    assert alice.status(FilterToken(handle, disable_sids=("me",))) is NtStatus.INVALID_SID
    deleted = alice.call(FilterToken(handle, delete_privileges=(int(Privilege.SeChangeNotifyPrivilege),)))
    assert 23 not in {state.privilege for state in alice.call(QueryToken(deleted)).privileges}


# -- changes


def test_privileges_are_switched_and_missing_ones_are_told_of(alice: Program) -> None:
    handle = own(alice)
    shutdown, debug = int(Privilege.SeShutdownPrivilege), int(Privilege.SeDebugPrivilege)
    changed = alice.call(AdjustPrivileges(handle, privileges=(PrivilegeState(shutdown, 2), PrivilegeState(debug, 2))))
    assert changed.previous == (PrivilegeState(shutdown, 0),)
    assert not changed.all_assigned
    assert alice.process.token.has_privilege(Privilege.SeShutdownPrivilege)
    assert not alice.call(AdjustPrivileges(handle, privileges=(PrivilegeState(999, 2),))).all_assigned
    assert alice.call(AdjustPrivileges(handle, disable_all=True)).all_assigned
    assert (
        alice.status(AdjustPrivileges(handle, privileges=(PrivilegeState(shutdown, 64),))) is NtStatus.INVALID_PARAMETER
    )
    alice.call(AdjustPrivileges(handle, privileges=(PrivilegeState(shutdown, 4),)))
    assert Privilege.SeShutdownPrivilege not in alice.process.token.privileges


def test_only_the_system_moves_a_token_to_another_session(world: World, alice: Program) -> None:
    """B41, and the one way to start a program in another session."""
    world.session(2)
    assert alice.status(SetTokenInformation(own(alice), session_id=2)) is NtStatus.PRIVILEGE_NOT_HELD
    system = world.system
    copy = system.call(DuplicateToken(own(system), ALL, is_primary=True))
    assert system.status(SetTokenInformation(copy, session_id=99)) is NtStatus.CTX_WINSTATION_NOT_FOUND
    system.call(SetTokenInformation(copy, session_id=2))
    assert system.call(QueryToken(copy)).session_id == 2
    weak = system.call(DuplicateToken(own(system), QUERY, is_primary=True))
    assert system.status(SetTokenInformation(weak, session_id=2)) is NtStatus.ACCESS_DENIED


def test_the_defaults_of_a_token_change_all_at_once_or_not_at_all(alice: Program) -> None:
    handle = own(alice)
    before = alice.call(QueryToken(handle))
    refused = SetTokenInformation(handle, primary_group=sids.EVERYONE, owner=sids.ADMINISTRATORS)
    assert alice.status(refused) is NtStatus.INVALID_OWNER
    assert alice.call(QueryToken(handle)) == before
    dacl = descriptor_to_bytes(parse_sddl("D:(A;;GA;;;WD)"))
    alice.call(SetTokenInformation(handle, primary_group=sids.EVERYONE, owner=before.user, default_dacl=dacl))
    assert alice.call(QueryToken(handle)).primary_group == sids.EVERYONE
    assert (
        alice.status(SetTokenInformation(handle, primary_group=sids.ADMINISTRATORS)) is NtStatus.INVALID_PRIMARY_GROUP
    )
    assert alice.status(SetTokenInformation(handle, owner="me")) is NtStatus.INVALID_SID


def test_a_program_may_trust_itself_less_but_not_more(alice: Program) -> None:
    handle = own(alice)
    assert alice.status(SetTokenInformation(handle, integrity=0x3000)) is NtStatus.PRIVILEGE_NOT_HELD
    assert alice.status(SetTokenInformation(handle, integrity=0x9000)) is NtStatus.INVALID_PARAMETER
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    alice.call(SetTokenInformation(handle, integrity=0x1000))
    assert alice.status(OpenEvent("x", NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED
    alice.call(OpenEvent("x", NAMED_OBJECTS, desired_access=0x100001))


# -- acting as somebody else


def test_a_service_acts_as_its_client(world: World, alice: Program) -> None:
    alice.call(CreateEvent(r"Global\x", NAMED_OBJECTS))
    service = world.program(0, "SYSTEM")
    client = service.call(OpenProcessToken(service.call(OpenProcess(alice.pid)), QUERY | DUPLICATE))
    assert service.status(OpenThreadToken(-2)) is NtStatus.NO_TOKEN
    service.call(ImpersonateLoggedOnUser(client))
    assert service.call(QueryToken(-6)).user_name == "alice"
    assert service.call(QueryToken(-5)).user_name == "alice"
    assert service.call(QueryToken(-4)).user_name == "SYSTEM"
    service.call(CreateEvent("y", NAMED_OBJECTS))  # the names of the process's session, the client's security
    made = world.executive.sessions[0].bno.find("y")
    assert made is not None
    assert made.descriptor is not None
    assert made.descriptor.owner == alice.process.token.user
    thread_token = service.call(OpenThreadToken(-2, open_as_self=True))
    service.call(SetThreadToken(0))
    assert service.status(QueryToken(-5)) is NtStatus.INVALID_HANDLE
    assert service.call(QueryToken(thread_token)).user_name == "alice"


def test_without_the_privilege_a_client_can_only_be_looked_at(world: World, alice: Program) -> None:
    bob = world.program(1, "bob")
    token = bob.process.token
    system = world.system
    theirs = system.call(
        DuplicateToken(system.call(OpenProcessToken(system.call(OpenProcess(alice.pid)), DUPLICATE)), ALL)
    )
    given = bob.process.handles.add(system.process.handles.entry(theirs).object, ALL)
    assert bob.status(SetThreadToken(given)) is NtStatus.SUCCESS
    assert bob.call(QueryToken(-6)).impersonation_level == 1
    assert bob.status(CreateEvent("x", NAMED_OBJECTS)) is NtStatus.BAD_IMPERSONATION_LEVEL
    bob.call(SetThreadToken(0))
    assert bob.thread_object.token is token


def test_a_thread_takes_no_primary_token(alice: Program) -> None:
    handle = own(alice)
    assert alice.status(SetThreadToken(handle)) is NtStatus.BAD_TOKEN_TYPE
    weak = alice.call(DuplicateToken(handle, QUERY))
    assert alice.status(SetThreadToken(weak)) is NtStatus.ACCESS_DENIED
    assert alice.status(ImpersonateLoggedOnUser(weak)) is NtStatus.ACCESS_DENIED
    alice.call(ImpersonateLoggedOnUser(alice.call(DuplicateToken(handle, ALL))))


def test_a_server_asks_what_its_client_would_get(alice: Program) -> None:
    user = alice.process.token.user
    security = descriptor_to_bytes(parse_sddl(f"O:SYG:SYD:(A;;0x1;;;{user})"))
    primary = own(alice)
    assert alice.status(AccessCheck(security, primary, 1)) is NtStatus.NO_IMPERSONATION_TOKEN
    looking = alice.call(DuplicateToken(primary, impersonation_level=1))
    assert alice.call(AccessCheck(security, looking, 1)) == 1
    assert alice.call(AccessCheck(security, looking, 2)) == 0
    assert alice.call(AccessCheck(security, looking, 0x02000000)) == 1
    assert alice.status(AccessCheck(security, looking, 1, "Nothing")) is NtStatus.INVALID_PARAMETER
    assert alice.status(AccessCheck(security, looking, 0x01000000)) is NtStatus.PRIVILEGE_NOT_HELD
    nobodys = descriptor_to_bytes(parse_sddl("D:(A;;GA;;;WD)"))
    assert alice.status(AccessCheck(nobodys, looking, 1)) is NtStatus.INVALID_SECURITY_DESCR
    anonymous = alice.call(DuplicateToken(primary, impersonation_level=0))
    assert alice.status(AccessCheck(security, anonymous, 1)) is NtStatus.ACCESS_DENIED


# -- logon sessions and names


def test_a_user_sees_their_own_logons_and_the_system_all(world: World, alice: Program, admin: Program) -> None:
    assert [logon.user_name for logon in alice.call(QueryLogonSessions())] == ["alice"]
    told = world.system.call(QueryLogonSessions())
    assert [logon.logon_session for logon in told[:4]] == [0x3E7, 0x3E5, 0x3E4, 0x3E6]
    assert [logon.user_name for logon in told[4:]] == ["alice", "root2", "root2"]
    assert [logon.is_elevated for logon in told[4:]] == [False, True, False]
    (mine,) = alice.call(QueryLogonSessions())
    assert (mine.session_id, mine.logon_type) == (1, 2)
    assert mine.token_count >= 2


def test_a_logon_session_lives_as_long_as_a_token_of_it(world: World) -> None:
    tokens = world.log_on(0, "carol")
    system = world.system
    carol = [logon.user_name for logon in system.call(QueryLogonSessions())]
    assert "carol" in carol
    impersonator = world.program(0, "SYSTEM")
    given = impersonator.process.handles.add(system.process.handles.entry(tokens.token).object, ALL)
    system.call(Close(tokens.token))
    impersonator.call(ImpersonateLoggedOnUser(given))
    impersonator.call(Close(given))
    assert "carol" in [logon.user_name for logon in system.call(QueryLogonSessions())]
    impersonator.end_thread()
    assert "carol" not in [logon.user_name for logon in system.call(QueryLogonSessions())]


def test_names_and_sids_translate_both_ways(alice: Program) -> None:
    user = alice.process.token.user
    assert alice.call(LookupAccount("ALICE")).sid == user
    assert alice.call(LookupAccount("NTSESSIONS\\alice")).sid == user
    assert alice.call(LookupAccount(user)).name == "alice"
    told = alice.call(LookupAccount("nt authority\\system"))
    assert (told.sid, told.name, told.use) == ("S-1-5-18", "SYSTEM", 5)
    assert alice.call(LookupAccount("S-1-5-32-544")).use == 4
    assert alice.call(LookupAccount("S-1-5-5-0-7")).name == "LogonSessionId_0_7"
    assert alice.status(LookupAccount("ELSEWHERE\\alice")) is NtStatus.NO_SUCH_USER
    assert alice.status(LookupAccount("nobody")) is NtStatus.NO_SUCH_USER
    assert alice.status(LookupAccount("S-1-5-21-9-9-9-9")) is NtStatus.NO_SUCH_USER
    assert alice.status(LookupAccount("S-1-")) is NtStatus.INVALID_SID
