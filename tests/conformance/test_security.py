"""SIDs, LUIDs, privileges, tokens, access checks, impersonation (nt-semantics 3.1-3.7, 3.9)."""

from collections.abc import Callable

import pytest

from ntsessions.abi.calls.event import OpenEvent, SetEvent
from ntsessions.abi.calls.object import (
    CreateDirectory,
    DuplicateObject,
    ExplainAccess,
    QueryObject,
    QuerySecurity,
    SetSecurity,
)
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess, TerminateProcess
from ntsessions.abi.calls.session import QueryUserToken
from ntsessions.abi.calls.system import CreateLogon, LogonFacts
from ntsessions.abi.calls.token import (
    AccessCheck,
    AccountName,
    AdjustPrivileges,
    DuplicateToken,
    FilterToken,
    ImpersonateLoggedOnUser,
    LogonUser,
    LookupAccount,
    OpenProcessToken,
    OpenThreadToken,
    PrivilegeState,
    QueryLinkedToken,
    QueryLogonSessions,
    QueryToken,
    SetThreadToken,
    SetTokenInformation,
    TokenInformation,
)
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.logon import LogonType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sddl import format_sddl, parse_sddl
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import NtStatus as S
from tests.conformance.kinds import CURRENT_PROCESS, PROCESS_TOKEN, SYNCHRONIZE, make, open_it, sddl, wait
from tests.conformance.worlds import Program, World, create, opened

ALL_EVENT = 0x1F0003
ADMINISTRATORS = "S-1-5-32-544"
DENY_ONLY = 0x10


def token_of(program: Program) -> TokenInformation:
    return program.call(QueryToken(PROCESS_TOKEN))


def own_token(program: Program, access: int = 0xF01FF) -> int:
    return program.call(OpenProcessToken(CURRENT_PROCESS, access))


def groups(program: Program) -> dict[str, int]:
    return {group.sid: group.attributes for group in token_of(program).groups}


def privileges(program: Program) -> set[str]:
    return {Privilege(one.privilege).name for one in token_of(program).privileges}


# -- 3.1 SIDs, 3.2 LUIDs

ALIAS, WELL_KNOWN, LABEL = 4, 5, 10
NT, BUILTIN, LEVEL = "NT AUTHORITY", "BUILTIN", "Mandatory Label"
SIDS = [
    # SID, domain, name, use
    ("S-1-0-0", "", "NULL SID", WELL_KNOWN),
    ("S-1-1-0", "", "Everyone", WELL_KNOWN),
    ("S-1-2-0", "", "LOCAL", WELL_KNOWN),
    ("S-1-2-1", "", "CONSOLE LOGON", WELL_KNOWN),
    ("S-1-3-0", "", "CREATOR OWNER", WELL_KNOWN),
    ("S-1-3-1", "", "CREATOR GROUP", WELL_KNOWN),
    ("S-1-3-4", "", "OWNER RIGHTS", WELL_KNOWN),
    ("S-1-5-1", NT, "DIALUP", WELL_KNOWN),
    ("S-1-5-2", NT, "NETWORK", WELL_KNOWN),
    ("S-1-5-3", NT, "BATCH", WELL_KNOWN),
    ("S-1-5-4", NT, "INTERACTIVE", WELL_KNOWN),
    ("S-1-5-6", NT, "SERVICE", WELL_KNOWN),
    ("S-1-5-7", NT, "ANONYMOUS LOGON", WELL_KNOWN),
    ("S-1-5-10", NT, "SELF", WELL_KNOWN),
    ("S-1-5-11", NT, "Authenticated Users", WELL_KNOWN),
    ("S-1-5-12", NT, "RESTRICTED", WELL_KNOWN),
    ("S-1-5-13", NT, "TERMINAL SERVER USER", WELL_KNOWN),
    ("S-1-5-14", NT, "REMOTE INTERACTIVE LOGON", WELL_KNOWN),
    ("S-1-5-18", NT, "SYSTEM", WELL_KNOWN),
    ("S-1-5-19", NT, "LOCAL SERVICE", WELL_KNOWN),
    ("S-1-5-20", NT, "NETWORK SERVICE", WELL_KNOWN),
    ("S-1-5-32-544", BUILTIN, "Administrators", ALIAS),
    ("S-1-5-32-545", BUILTIN, "Users", ALIAS),
    ("S-1-5-32-546", BUILTIN, "Guests", ALIAS),
    ("S-1-5-32-547", BUILTIN, "Power Users", ALIAS),
    ("S-1-5-32-551", BUILTIN, "Backup Operators", ALIAS),
    ("S-1-5-32-555", BUILTIN, "Remote Desktop Users", ALIAS),
    ("S-1-5-33", NT, "WRITE RESTRICTED", WELL_KNOWN),
    ("S-1-5-80-0", "NT SERVICE", "ALL SERVICES", WELL_KNOWN),
    ("S-1-5-83-0", "NT VIRTUAL MACHINE", "Virtual Machines", WELL_KNOWN),
    ("S-1-5-90-0", "Window Manager", "Window Manager Group", WELL_KNOWN),
    ("S-1-5-113", NT, "Local account", WELL_KNOWN),
    ("S-1-5-114", NT, "Local account and member of Administrators group", WELL_KNOWN),
    ("S-1-15-2-1", "APPLICATION PACKAGE AUTHORITY", "ALL APPLICATION PACKAGES", WELL_KNOWN),
    ("S-1-16-0", LEVEL, "Untrusted Mandatory Level", LABEL),
    ("S-1-16-4096", LEVEL, "Low Mandatory Level", LABEL),
    ("S-1-16-8192", LEVEL, "Medium Mandatory Level", LABEL),
    ("S-1-16-8448", LEVEL, "Medium Plus Mandatory Level", LABEL),
    ("S-1-16-12288", LEVEL, "High Mandatory Level", LABEL),
    ("S-1-16-16384", LEVEL, "System Mandatory Level", LABEL),
    ("S-1-16-20480", LEVEL, "Protected Process Mandatory Level", LABEL),
]


def test_the_well_known_sids_have_names(alice: Program) -> None:
    """Every row of the table, but those that belong to one logon, service, machine or package.  (3.1)"""
    for sid, domain, name, use in SIDS:
        assert alice.call(LookupAccount(sid)) == AccountName(sid, domain, name, use)
        assert alice.call(LookupAccount(f"{domain}\\{name}" if domain else name)).sid == sid
        assert alice.call(LookupAccount(name.upper())).sid == sid


def test_users_have_names_and_strangers_have_none(alice: Program) -> None:
    """(3.1)"""
    told = alice.call(LookupAccount(alice.identity.user_sid))
    assert (told.name, told.use) == ("alice", 1)
    assert alice.call(LookupAccount("alice")).sid == alice.identity.user_sid
    assert alice.status(LookupAccount("nobody-at-all")) == S.NO_SUCH_USER
    assert alice.status(LookupAccount("S-1-5-21-9-9-9-9")) == S.NO_SUCH_USER
    assert alice.status(LookupAccount("S-1-")) == S.INVALID_SID


def test_the_built_in_logon_sessions(world: World, service: Program) -> None:
    """(3.2; 5.3)"""
    rows = {row.logon_session: (row.sid, row.session_id) for row in service.call(QueryLogonSessions())}
    assert rows[0x3E7] == ("S-1-5-18", 0)
    assert rows[0x3E6][0] == "S-1-5-7"
    assert rows[0x3E5][0] == "S-1-5-19"
    assert rows[0x3E4][0] == "S-1-5-20"
    assert service.identity.logon_session == 0x3E7


def test_other_logon_sessions_count_up_from_1001(world: World, alice: Program) -> None:
    """(3.2)"""
    later = world.operator.call(QueryToken(world.run_as("bob", 1)))
    assert 1001 <= alice.identity.logon_session < later.authentication_id


def test_plain_users_see_their_own_logons_only(world: World, alice: Program) -> None:
    """(5.3)"""
    world.program(2, "bob")
    rows = alice.call(QueryLogonSessions())
    assert {row.sid for row in rows} == {alice.identity.user_sid}
    assert len(world.administrator().call(QueryLogonSessions())) > len(rows)


def test_the_logon_sid_is_one_per_logon(world: World, alice: Program) -> None:
    """(3.1, S-1-5-5-X-Y)"""
    sids = [token_of(program).logon_sid for program in (alice, world.program(), world.program(2, "bob"))]
    assert sids[0].startswith("S-1-5-5-")
    assert sids[0] == sids[1] != sids[2]
    assert sids[0] != f"S-1-5-5-0-{alice.identity.logon_session}", "of a LUID of its own (3.2)"
    assert groups(alice)[sids[0]] & 0xC0000000 == 0xC0000000


# -- 3.3 privileges


def test_privileges_are_adjusted_and_told_as_they_were(alice: Program) -> None:
    """Success with ERROR_NOT_ALL_ASSIGNED when some are absent.  (3.3)"""
    token = own_token(alice)
    number = int(Privilege.SeIncreaseWorkingSetPrivilege)
    on, off, removed = (PrivilegeState(number, attributes) for attributes in (2, 0, 4))
    assert alice.call(AdjustPrivileges(token, privileges=(on,))).all_assigned
    changed = alice.call(AdjustPrivileges(token, privileges=(off,)))
    assert [(one.privilege, one.attributes & 2) for one in changed.previous] == [(number, 2)]
    absent = PrivilegeState(int(Privilege.SeTcbPrivilege), 2)
    assert not alice.call(AdjustPrivileges(token, privileges=(absent,))).all_assigned
    assert not alice.call(AdjustPrivileges(token, privileges=(PrivilegeState(99, 2),))).all_assigned
    alice.call(AdjustPrivileges(token, privileges=(removed,)))
    assert "SeIncreaseWorkingSetPrivilege" not in privileges(alice)
    assert not alice.call(AdjustPrivileges(token, privileges=(on,))).all_assigned
    alice.call(AdjustPrivileges(token, disable_all=True))
    assert not any(one.attributes & 2 for one in token_of(alice).privileges)
    assert alice.status(AdjustPrivileges(token, privileges=(PrivilegeState(number, 0x100),))) == S.INVALID_PARAMETER


def test_adjusting_takes_a_right(alice: Program) -> None:
    """(3.4, token rights)"""
    assert alice.status(AdjustPrivileges(own_token(alice, 0x8), disable_all=True)) == S.ACCESS_DENIED


PRIVILEGES = """
    LUID  name                                user filtered full SYSTEM LOCAL NETWORK service
       2  SeCreateTokenPrivilege                -      -     -      d     -      -       -
       3  SeAssignPrimaryTokenPrivilege         -      -     -      d     d      d       -
       4  SeLockMemoryPrivilege                 -      -     -      E     -      -       -
       5  SeIncreaseQuotaPrivilege              -      -     d      d     d      d       -
       6  SeMachineAccountPrivilege             -      -     -      -     -      -       -
       7  SeTcbPrivilege                        -      -     -      E     -      -       -
       8  SeSecurityPrivilege                   -      -     d      d     -      -       -
       9  SeTakeOwnershipPrivilege              -      -     d      d     -      -       -
      10  SeLoadDriverPrivilege                 -      -     d      d     -      -       -
      11  SeSystemProfilePrivilege              -      -     d      E     -      -       -
      12  SeSystemtimePrivilege                 -      -     d      d     d      -       -
      13  SeProfileSingleProcessPrivilege       -      -     d      E     -      -       -
      14  SeIncreaseBasePriorityPrivilege       -      -     d      E     -      -       -
      15  SeCreatePagefilePrivilege             -      -     d      E     -      -       -
      16  SeCreatePermanentPrivilege            -      -     -      E     -      -       -
      17  SeBackupPrivilege                     -      -     d      d     -      -       -
      18  SeRestorePrivilege                    -      -     d      d     -      -       -
      19  SeShutdownPrivilege                   d      d     d      d     d      d       d
      20  SeDebugPrivilege                      -      -     d      E     -      -       -
      21  SeAuditPrivilege                      -      -     -      E     d      d       -
      22  SeSystemEnvironmentPrivilege          -      -     d      d     -      -       -
      23  SeChangeNotifyPrivilege               E      E     E      E     E      E       E
      24  SeRemoteShutdownPrivilege             -      -     d      -     -      -       -
      25  SeUndockPrivilege                     d      d     d      d     d      d       d
      26  SeSyncAgentPrivilege                  -      -     -      -     -      -       -
      27  SeEnableDelegationPrivilege           -      -     -      -     -      -       -
      28  SeManageVolumePrivilege               -      -     d      d     -      -       -
      29  SeImpersonatePrivilege                -      -     E      E     E      E       E
      30  SeCreateGlobalPrivilege               -      -     E      E     E      E       E
      31  SeTrustedCredManAccessPrivilege       -      -     -      d     -      -       -
      32  SeRelabelPrivilege                    -      -     -      d     -      -       -
      33  SeIncreaseWorkingSetPrivilege         d      d     d      E     d      d       d
      34  SeTimeZonePrivilege                   d      d     d      E     d      d       d
      35  SeCreateSymbolicLinkPrivilege         -      -     d      E     -      -       -
      36  SeDelegateSessionUserImpersonatePrivilege  - -     d      E     -      -       -
"""
"""Every privilege and who holds it: E enabled by default, d disabled, - not at all.

The numbers and names are 3.3's; the holders are those of 1.9, 3.5 and 9.8.  `filtered` and `full`: the halves of an
administrator's logon.  `service`: a service under a user's account.
"""
PRIVILEGE_ROWS = [line.split() for line in PRIVILEGES.splitlines()[2:]]
PRIVILEGE_STATES = {"E": 0x3, "d": 0}


def service_token(world: World, sid: str) -> TokenInformation:
    """Return what the token of a service says that runs under a built-in account."""
    facts = LogonFacts("", sid, False, 0, 0, (), "/", "/bin/sh", False)
    made = world.operator.call(CreateLogon(facts, LogonType.SERVICE, 0))
    return world.operator.call(QueryToken(made.token))


def token_holders(world: World) -> tuple[TokenInformation, ...]:
    """Return fresh tokens in the order of the table's columns."""
    world.settle(3)
    fresh = world.run_as("bob", 1)
    full = world.token(3, "carol", elevated=True)
    filtered = world.operator.call(QueryUserToken(3)).token
    service = world.run_as("bob", 0, LogonType.SERVICE)
    of_users = [world.operator.call(QueryToken(token)) for token in (fresh, filtered, full, service)]
    return *of_users[:3], *(service_token(world, f"S-1-5-{rid}") for rid in (18, 19, 20)), of_users[3]


def test_the_table_of_privileges_is_complete() -> None:
    """Scripts look privileges up by name and get NT's numbers.  (3.3)"""
    assert [(int(luid), name) for luid, name, *_ in PRIVILEGE_ROWS] == [(int(p), p.name) for p in Privilege]


def test_who_holds_which_privilege_and_has_it_enabled(world: World) -> None:
    """What `whoami /priv` lists for each kind of account.  (3.3; 1.9; 3.5; 9.8)"""
    held = [{one.privilege: one.attributes for one in told.privileges} for told in token_holders(world)]
    for luid, name, *states in PRIVILEGE_ROWS:
        told = [privileges.get(int(luid)) for privileges in held]
        assert told == [PRIVILEGE_STATES.get(state) for state in states], name


# -- 3.4 tokens


def test_what_a_user_s_token_says(world: World, alice: Program) -> None:
    """(3.4)"""
    told = token_of(alice)
    assert (told.user, told.user_name, told.session_id) == (alice.identity.user_sid, "alice", 1)
    assert (told.is_primary, told.integrity, told.is_elevated, told.elevation_type) == (True, 0x2000, False, 1)
    assert (told.source, told.mandatory_policy) == ("User32", 0x3)
    assert told.authentication_id == alice.identity.logon_session
    assert {"S-1-1-0", "S-1-5-11", "S-1-5-4", "S-1-5-32-545"} <= set(groups(alice))


def test_what_the_system_s_token_says(service: Program) -> None:
    """(3.4; 3.2)"""
    told = token_of(service)
    assert (told.user, told.session_id, told.integrity) == ("S-1-5-18", 0, 0x4000)
    assert told.owner == ADMINISTRATORS
    assert (told.source, told.source_id) == ("*SYSTEM*", 0x3E7)


LOGON_GROUPS = [
    # type, group of the token, session of the token
    (LogonType.INTERACTIVE, {"S-1-5-4"}),
    (LogonType.NETWORK, {"S-1-5-2"}),
    (LogonType.BATCH, {"S-1-5-3"}),
    (LogonType.SERVICE, {"S-1-5-6"}),
    (LogonType.NETWORK_CLEARTEXT, {"S-1-5-2"}),
]


@pytest.mark.parametrize(("logon_type", "expected"), LOGON_GROUPS)
def test_the_type_of_a_logon_is_a_group(
    world: World, alice: Program, logon_type: LogonType, expected: set[str]
) -> None:
    """(5.2): a new logon session each time, the caller's session, an impersonation token for a network logon."""
    world.account("paula", "correct horse")
    made = [alice.call(LogonUser("paula", "correct horse", int(logon_type))) for _ in range(2)]
    told = [alice.call(QueryToken(one.token)) for one in made]
    kinds = {"S-1-5-2", "S-1-5-3", "S-1-5-4", "S-1-5-6"}
    assert {group.sid for group in told[0].groups} & kinds == expected
    assert told[0].session_id == 1
    assert told[0].is_primary == (logon_type is not LogonType.NETWORK)
    assert made[0].logon_session != made[1].logon_session
    assert told[0].logon_sid != told[1].logon_sid


def test_an_unknown_account_and_a_wrong_password_fail_alike(world: World, alice: Program) -> None:
    """(3.3: 1326)"""
    world.account("paula", "correct horse")
    assert alice.win32(LogonUser("paula", "wrong")) == (None, 1326)
    assert alice.win32(LogonUser("nobody-here", "wrong")) == (None, 1326)
    assert alice.win32(LogonUser("paula", "correct horse", 99)) == (None, 87)
    assert alice.status(LogonUser("paula", "correct horse")) == S.SUCCESS


def test_a_token_is_copied_as_primary_or_for_impersonation(alice: Program) -> None:
    """(3.4)"""
    for is_primary, level in ((True, 2), (False, 0), (False, 1), (False, 2), (False, 3)):
        copy = alice.call(DuplicateToken(own_token(alice), is_primary=is_primary, impersonation_level=level))
        told = alice.call(QueryToken(copy))
        assert told.is_primary == is_primary
        assert is_primary or told.impersonation_level == level
        assert told.authentication_id == alice.identity.logon_session
        assert told.token_id != token_of(alice).token_id
    assert alice.status(DuplicateToken(own_token(alice), impersonation_level=9)) == S.INVALID_PARAMETER
    assert alice.status(DuplicateToken(own_token(alice, 0x8))) == S.ACCESS_DENIED


def test_the_level_of_an_impersonation_token_is_not_raised(alice: Program) -> None:
    """(3.4; BAD_IMPERSONATION_LEVEL)"""
    weak = alice.call(DuplicateToken(own_token(alice), impersonation_level=1))
    assert alice.status(DuplicateToken(weak, impersonation_level=2)) == S.BAD_IMPERSONATION_LEVEL
    assert alice.status(DuplicateToken(weak, is_primary=True)) == S.BAD_IMPERSONATION_LEVEL


def test_moving_a_token_to_another_session(world: World, alice: Program, service: Program) -> None:
    """*The* way to start a program in another session: copy, set the session, create.  (3.4, TokenSessionId)"""
    world.settle(2)
    mine = alice.call(DuplicateToken(own_token(alice), is_primary=True))
    assert alice.win32(SetTokenInformation(mine, session_id=2)) == (None, 1314)
    theirs = service.call(DuplicateToken(own_token(service), is_primary=True))
    weak = service.call(DuplicateToken(own_token(service), 0xF00FF, is_primary=True))
    assert service.win32(SetTokenInformation(weak, session_id=2)) == (None, 5)
    assert service.status(SetTokenInformation(theirs, session_id=9999)) == S.CTX_WINSTATION_NOT_FOUND
    service.call(SetTokenInformation(theirs, session_id=2))
    child = service.start(token=theirs).connect()
    assert (child.identity.session_id, child.identity.user_sid) == (2, "S-1-5-18")
    handle = make(child, "Event", world.name("e"))
    assert child.call(QueryObject(handle)).name.startswith(r"\Sessions\2\BaseNamedObjects")


def test_the_defaults_of_a_token_can_be_changed(alice: Program) -> None:
    """Owner and group only to what the token holds; the level only down.  (3.4)"""
    token = alice.call(DuplicateToken(own_token(alice), is_primary=True))
    alice.call(SetTokenInformation(token, owner=alice.identity.user_sid, primary_group="S-1-1-0", integrity=0x1000))
    told = alice.call(QueryToken(token))
    assert (told.primary_group, told.integrity) == ("S-1-1-0", 0x1000)
    assert alice.status(SetTokenInformation(token, integrity=0x2000)) == S.PRIVILEGE_NOT_HELD
    assert alice.status(SetTokenInformation(token, integrity=-1)) == S.INVALID_PARAMETER
    assert alice.status(SetTokenInformation(token, owner="S-1-5-18")) == S.INVALID_OWNER
    assert alice.status(SetTokenInformation(token, primary_group=ADMINISTRATORS)) == S.INVALID_PRIMARY_GROUP
    assert alice.status(SetTokenInformation(token, owner="S-")) == S.INVALID_SID
    assert alice.status(SetTokenInformation(token, default_dacl=b"x")) == S.INVALID_SECURITY_DESCR
    alice.call(SetTokenInformation(token, default_dacl=sddl("D:(A;;GA;;;WD)")))
    assert alice.status(SetTokenInformation(own_token(alice, 0x8), owner=alice.identity.user_sid)) == S.ACCESS_DENIED


def test_a_restricted_copy_can_do_less(world: World, alice: Program) -> None:
    """Denied SIDs, fewer privileges, a second pass.  (3.4, 3.6 step 7)"""
    number = int(Privilege.SeIncreaseWorkingSetPrivilege)
    copy = alice.call(FilterToken(own_token(alice), 0, ("S-1-5-32-545",), (number,), ("S-1-5-12",)))
    told = alice.call(QueryToken(copy))
    assert {group.sid: group.attributes & DENY_ONLY for group in told.groups}["S-1-5-32-545"] == DENY_ONLY
    assert number not in {one.privilege for one in told.privileges}
    assert [one.sid for one in told.restricted_sids] == ["S-1-5-12"]
    alice.call(FilterToken(own_token(alice), 1))
    assert alice.status(FilterToken(own_token(alice), delete_privileges=(99,))) == S.INVALID_PARAMETER
    assert alice.status(FilterToken(own_token(alice), flags=0x100)) == S.INVALID_PARAMETER
    assert alice.status(FilterToken(own_token(alice), disable_sids=("x",))) == S.INVALID_SID
    name = world.name("e")
    make(alice, "Event", name)
    logon_sid = alice.call(QueryToken(own_token(alice))).logon_sid
    usable = alice.call(FilterToken(own_token(alice), 0, ("S-1-5-32-545",), (number,), ("S-1-5-12", logon_sid)))
    child = alice.start(token=usable).connect()
    assert child.identity.session_id == 1
    assert child.status(opened(OpenEvent, name)) == S.ACCESS_DENIED


def test_a_restricted_program_needs_the_desktop_too(alice: Program) -> None:
    """WinSta0 is opened to the logon: a token restricted to other SIDs alone starts nothing there.  (3.4, 6.4)"""
    copy = alice.call(FilterToken(own_token(alice), restrict_sids=("S-1-5-12",)))
    created = alice.call(CreateProcess(("/bin/true",), token=copy))
    alice.call(WaitForObject(created.process, -1))
    assert alice.call(QueryProcess(created.process)).exit_status == S.DLL_INIT_FAILED


# -- 3.5 split tokens


def test_an_administrator_s_logon_is_split(world: World) -> None:
    """(3.5): two logon sessions, one user, one session, one logon SID; High against Medium."""
    filtered, full = token_of(world.program(3, "carol")), token_of(world.administrator())
    assert (filtered.elevation_type, full.elevation_type) == (3, 2)
    assert (filtered.is_elevated, full.is_elevated) == (False, True)
    assert (filtered.integrity, full.integrity) == (8192, 12288)
    assert (filtered.user, filtered.session_id) == (full.user, full.session_id)
    assert filtered.authentication_id != full.authentication_id
    assert filtered.logon_sid == full.logon_sid
    assert filtered.has_linked_token
    assert full.has_linked_token


def test_what_is_cut_from_the_filtered_half(world: World) -> None:
    """(3.5)"""
    program = world.program(3, "carol")
    assert groups(program)[ADMINISTRATORS] & DENY_ONLY
    left = {"SeShutdownPrivilege", "SeChangeNotifyPrivilege", "SeUndockPrivilege", "SeIncreaseWorkingSetPrivilege",
            "SeTimeZonePrivilege"}  # fmt: skip
    assert privileges(program) <= left


def test_the_linked_token_is_to_look_at_unless_one_is_the_system(world: World) -> None:
    """(3.5)"""
    carol = world.program(3, "carol")
    linked = carol.call(QueryLinkedToken(PROCESS_TOKEN))
    told = carol.call(QueryToken(linked))
    assert (told.is_primary, told.impersonation_level, told.elevation_type) == (False, 1, 2)
    token = world.token(3, "carol", elevated=True)
    assert world.operator.call(QueryToken(token)).is_primary


def test_a_plain_user_has_no_other_half(alice: Program) -> None:
    """(3.5)"""
    assert alice.win32(QueryLinkedToken(PROCESS_TOKEN)) == (None, 1312)


# -- 3.6 access checks

CHECKS = [
    # descriptor, desired, granted (0: denied); the token is alice's, for impersonation, at Medium
    ("D:(A;;0x1F0003;;;WD)", ALL_EVENT, ALL_EVENT),
    ("D:(A;;0x1;;;WD)(A;;0x2;;;AU)", 0x3, 0x3),
    ("D:(D;;0x2;;;WD)(A;;0x3;;;WD)", 0x3, 0),
    ("D:(D;;0x2;;;WD)(A;;0x3;;;WD)", 0x1, 0x1),
    ("D:(A;;0x3;;;WD)(D;;0x2;;;WD)", 0x3, 0x3),
    ("D:(A;IO;0x3;;;WD)", 0x1, 0),
    ("D:(A;;0x3;;;BA)", 0x1, 0),
    ("D:(A;;0x20001;;;WD)", 0x80000000, 0x20001),
    ("D:", 0x1, 0),
    ("", 0x3, 0x3),
    ("D:(A;;0x1;;;WD)(D;;0x2;;;WD)(A;;0x2;;;WD)", 0x02000000, 0x1),
    ("D:(A;;0x1;;;WD)(A;;0x2;;;AU)", 0x02000000, 0x3),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NW;;;HI)", 0x2, 0),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NW;;;HI)", 0x1, 0x1),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NR;;;HI)", 0x1, 0),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NX;;;HI)", 0x100000, 0),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NW;;;ME)", 0x2, 0x2),
    ("D:(A;;0x1F0003;;;WD)S:(ML;;NW;;;LW)", 0x2, 0x2),
]


@pytest.mark.parametrize(("text", "desired", "granted"), CHECKS)
def test_the_access_check(alice: Program, text: str, desired: int, granted: int) -> None:
    """(3.6, steps 0, 1, 4, 5, 6, 8)"""
    client = alice.call(DuplicateToken(own_token(alice), impersonation_level=2))
    assert alice.call(AccessCheck(sddl(f"O:SYG:SY{text}"), client, desired)) == granted


def test_the_owner_may_always_read_and_write_the_list(alice: Program) -> None:
    """Unless an entry for OWNER RIGHTS says otherwise.  (3.6, step 3)"""
    client = alice.call(DuplicateToken(own_token(alice)))
    owner = f"O:{alice.identity.user_sid}G:SY"
    assert alice.call(AccessCheck(sddl(f"{owner}D:"), client, 0x60000)) == 0x60000
    assert alice.call(AccessCheck(sddl(f"{owner}D:"), client, 0x1)) == 0
    assert alice.call(AccessCheck(sddl(f"{owner}D:(A;;0x1;;;OW)"), client, 0x40000)) == 0
    assert alice.call(AccessCheck(sddl(f"{owner}D:(A;;0x1;;;OW)"), client, 0x1)) == 0x1


def test_privileges_in_the_access_check(world: World) -> None:
    """SeSecurity for the audit list, SeTakeOwnership for the owner.  (3.6, steps 2 and 3)"""
    program = world.administrator()
    token = own_token(program)
    wanted = tuple(
        PrivilegeState(int(one), 2) for one in (Privilege.SeSecurityPrivilege, Privilege.SeTakeOwnershipPrivilege)
    )
    closed = sddl("O:SYG:SYD:")
    before = program.call(DuplicateToken(token))
    assert program.call(AccessCheck(closed, before, 0x80000)) == 0
    assert program.status(AccessCheck(closed, before, 0x01000000)) == S.PRIVILEGE_NOT_HELD
    program.call(AdjustPrivileges(token, privileges=wanted))
    after = program.call(DuplicateToken(token))
    assert program.call(AccessCheck(closed, after, 0x80000)) == 0x80000
    assert program.call(AccessCheck(closed, after, 0x01000000)) == 0x01000000


def test_deny_only_sids_deny_and_do_not_allow(world: World) -> None:
    """(3.6, step 5)"""
    carol = world.program(3, "carol")
    client = carol.call(DuplicateToken(own_token(carol)))
    assert carol.call(AccessCheck(sddl("O:SYG:SYD:(A;;0x1;;;BA)"), client, 0x1)) == 0
    assert carol.call(AccessCheck(sddl("O:SYG:SYD:(D;;0x1;;;BA)(A;;0x1;;;WD)"), client, 0x1)) == 0


def test_what_an_access_check_takes(alice: Program) -> None:
    """(3.6)"""
    fine = sddl("O:SYG:SYD:")
    client = alice.call(DuplicateToken(own_token(alice)))
    anonymous = alice.call(DuplicateToken(own_token(alice), impersonation_level=0))
    assert alice.status(AccessCheck(fine, own_token(alice), 1)) == S.NO_IMPERSONATION_TOKEN
    assert alice.status(AccessCheck(fine, anonymous, 1)) == S.ACCESS_DENIED
    assert alice.status(AccessCheck(fine, client, 1, "Nonsense")) == S.INVALID_PARAMETER
    assert alice.status(AccessCheck(sddl("D:"), client, 1)) == S.INVALID_SECURITY_DESCR
    assert alice.status(AccessCheck(b"junk", client, 1)) == S.INVALID_SECURITY_DESCR


def test_a_new_object_s_list_comes_from_here(world: World, alice: Program, service: Program) -> None:
    """The caller, else the container, else the token's default.  (3.6, new object DACL)"""

    def dacl(program: Program, handle: int) -> str:
        return format_sddl(descriptor_from_bytes(program.call(QuerySecurity(handle, 4))))

    given = make(alice, "Event", None, security=sddl("D:(A;;0x1;;;WD)"))
    assert dacl(alice, given) == "D:(A;;0x1;;;WD)"
    d = rf"Global\{world.name('D')}"
    service.call(create(CreateDirectory, d, security=sddl("D:(A;OICI;GA;;;WD)")))
    inherited = make(alice, "Event", rf"{d}\e")
    assert "(A;ID;0x1f0003;;;WD)" in dacl(alice, inherited)
    default = make(alice, "Event", None)
    assert alice.identity.user_sid in dacl(alice, default)


def test_owner_and_group_of_a_new_object(world: World, alice: Program, service: Program) -> None:
    """(3.6, owner default)"""
    for program, owner in (
        (alice, alice.identity.user_sid),
        (service, ADMINISTRATORS),
        (world.administrator(), ADMINISTRATORS),
    ):
        told = descriptor_from_bytes(program.call(QuerySecurity(make(program, "Event", None), 3)))
        assert (told.owner, told.group) == (owner, token_of(program).primary_group)


def test_changing_security_takes_the_rights(world: World, alice: Program) -> None:
    """(3.6; 1.15)"""
    name = world.name("e")
    make(alice, "Event", name)
    rows = [(1, 0x80000), (2, 0x80000), (4, 0x40000), (0x10, 0x80000)]
    new = sddl(f"O:{alice.identity.user_sid}G:WDD:(A;;GA;;;WD)S:(ML;;NW;;;ME)")
    for parts, right in rows:
        without = open_it(alice, "Event", name, desired_access=0x1F0003 & ~right)
        assert alice.status(SetSecurity(without, parts, new)) == S.ACCESS_DENIED, parts
        assert alice.status(SetSecurity(open_it(alice, "Event", name, desired_access=right), parts, new)) == S.SUCCESS
    blind = open_it(alice, "Event", name, desired_access=0x2)
    assert alice.status(QuerySecurity(blind, 4)) == S.ACCESS_DENIED
    assert alice.status(QuerySecurity(make(alice, "Event", None), 8)) == S.ACCESS_DENIED
    handle = open_it(alice, "Event", name)
    assert alice.status(SetSecurity(handle, 1, sddl("O:SY"))) == S.INVALID_OWNER
    assert alice.status(SetSecurity(handle, 1, sddl("D:"))) == S.INVALID_OWNER
    assert alice.status(SetSecurity(handle, 2, sddl("D:"))) == S.INVALID_PRIMARY_GROUP
    assert alice.status(SetSecurity(handle, 0x10, sddl("S:(ML;;NW;;;SI)"))) == S.PRIVILEGE_NOT_HELD


def test_no_list_at_all_is_open_to_all(world: World, alice: Program, service: Program) -> None:
    """(3.6, step 4: NULL DACL)"""
    name = rf"Global\{world.name('e')}"
    handle = make(service, "Event", name)
    assert alice.status(opened(OpenEvent, name)) == S.ACCESS_DENIED
    service.call(SetSecurity(handle, 4, sddl("O:SY")))
    assert alice.status(opened(OpenEvent, name)) == S.SUCCESS


def test_an_explanation_agrees_with_the_check(world: World, alice: Program) -> None:
    """(ours: `nts object explain`)"""
    name = world.name("e")
    make(alice, "Event", name, security=sddl(f"D:(A;;0x20001;;;{alice.identity.user_sid})(D;;0x2;;;WD)"))
    for desired, granted in ((0x1, True), (0x2, False)):
        assert alice.call(ExplainAccess(name, desired, root=-16)).granted is granted
        assert (alice.status(opened(OpenEvent, name, desired)) == S.SUCCESS) is granted


# -- 3.7 default lists

DEFAULTS: dict[str, Callable[[World], tuple[Program, str]]] = {
    "user": lambda w: (w.program(), "D:(A;;GA;;;{user})(A;;GA;;;SY)(A;;GXGR;;;{logon})"),
    "elevated administrator": lambda w: (w.administrator(), "D:(A;;GA;;;BA)(A;;GA;;;SY)(A;;GXGR;;;{logon})"),
    "service": lambda w: (w.service(), "D:(A;;GA;;;SY)(A;;0xA0020000;;;BA)"),
}


@pytest.mark.parametrize("who", DEFAULTS)
def test_the_default_lists(world: World, who: str) -> None:
    """(3.7)"""
    program, text = DEFAULTS[who](world)
    told = token_of(program)
    expected = parse_sddl(text.format(user=told.user, logon=told.logon_sid))
    found = descriptor_from_bytes(told.default_dacl)
    assert [(ace.sid, ace.mask) for ace in found.dacl or ()] == [(ace.sid, ace.mask) for ace in expected.dacl or ()]


def test_what_a_service_makes_without_a_descriptor_is_closed_not_hidden(
    world: World, alice: Program, service: Program
) -> None:
    """5, not 2.  (3.7, consequence)"""
    name = rf"Global\{world.name('e')}"
    make(service, "Event", name)
    assert alice.win32(opened(OpenEvent, name)) == (None, 5)


# -- 3.9 impersonation and processes


def impersonate(service: Program, user: Program, level: int = 2) -> None:
    process = service.call(OpenProcess(user.pid, 0x400))
    token = service.call(OpenProcessToken(process, 0xE))
    service.call(SetThreadToken(service.call(DuplicateToken(token, impersonation_level=level))))


def test_a_thread_that_impersonates_opens_as_the_other_but_stays_where_it_is(
    world: World, alice: Program, service: Program
) -> None:
    """Access by the thread's token, names by the process's session.  (3.9)"""
    mine = rf"Session\1\{world.name('mine')}"
    make(alice, "Event", mine)
    secret = world.name("secret")
    make(service, "Event", secret, security=sddl("D:(A;;GA;;;SY)"))
    impersonate(service, alice)
    assert service.status(opened(OpenEvent, mine)) == S.SUCCESS
    assert service.status(opened(OpenEvent, secret)) == S.ACCESS_DENIED
    made = make(service, "Event", world.name("made"))
    assert service.call(QueryObject(made)).name.startswith(r"\BaseNamedObjects")
    told = descriptor_from_bytes(service.call(QuerySecurity(made, 1)))
    assert told.owner == alice.identity.user_sid
    assert service.call(QueryProcess(CURRENT_PROCESS)).session_id == 0
    assert service.thread().status(opened(OpenEvent, secret)) == S.SUCCESS
    service.call(SetThreadToken(0))
    assert service.status(opened(OpenEvent, secret)) == S.SUCCESS


def test_a_process_is_created_with_the_primary_token(world: World, alice: Program, service: Program) -> None:
    """(3.9: CreateProcess ignores impersonation)"""
    impersonate(service, alice)
    assert service.start().connect().identity.user_sid == "S-1-5-18"
    service.call(SetThreadToken(0))


def test_the_token_of_a_thread(world: World, alice: Program, service: Program) -> None:
    """1008 when it impersonates nobody.  (3.9; Appendix A)"""
    assert service.win32(OpenThreadToken(-2)) == (None, 1008)
    impersonate(service, alice)
    told = service.call(QueryToken(service.call(OpenThreadToken(-2, open_as_self=True))))
    assert (told.user, told.is_primary) == (alice.identity.user_sid, False)
    assert service.call(QueryToken(-5)).user == service.call(QueryToken(-6)).user == alice.identity.user_sid
    assert service.call(QueryToken(-4)).user == "S-1-5-18"
    service.call(SetThreadToken(0))


def test_an_identification_token_opens_nothing(world: World, alice: Program, service: Program) -> None:
    """(3.4, levels)"""
    impersonate(service, alice, level=1)
    assert service.status(opened(OpenEvent, world.name("x"))) in {S.BAD_IMPERSONATION_LEVEL, S.OBJECT_NAME_NOT_FOUND}
    name = rf"Session\1\{world.name('mine')}"
    make(alice, "Event", name)
    assert service.status(opened(OpenEvent, name)) == S.BAD_IMPERSONATION_LEVEL
    service.call(SetThreadToken(0))


def test_without_the_privilege_a_stranger_s_token_is_to_look_at(world: World, alice: Program, service: Program) -> None:
    """(3.3, SeImpersonate: impersonation above Identify)"""
    bob = world.program(2, "bob")
    theirs = service.call(DuplicateToken(service.call(OpenProcessToken(service.call(OpenProcess(bob.pid)), 0xE))))
    target = service.call(OpenProcess(alice.pid, 0x40))
    copy = service.call(DuplicateObject(CURRENT_PROCESS, theirs, target))
    alice.call(SetThreadToken(copy))
    assert alice.call(QueryToken(-6)).impersonation_level == 1
    alice.call(SetThreadToken(0))


def test_impersonating_a_logged_on_user(world: World, alice: Program) -> None:
    """(3.9)"""
    world.account("paula", "correct horse")
    token = alice.call(LogonUser("paula", "correct horse")).token
    alice.call(ImpersonateLoggedOnUser(token))
    assert alice.call(QueryToken(-6)).user_name == "paula"
    alice.call(SetThreadToken(0))
    assert alice.status(SetThreadToken(token)) == S.BAD_TOKEN_TYPE
    assert alice.status(ImpersonateLoggedOnUser(own_token(alice, 0x8))) == S.ACCESS_DENIED


CREATE_AS_USER = [
    # access of the handle to the token, who calls, error
    (0xF01FF, "service", 0),
    (0xB, "service", 0),
    (0x3, "service", 5),
    (0xA, "service", 5),
    (0x9, "service", 5),
]


@pytest.mark.parametrize(("access", "who", "error"), CREATE_AS_USER)
def test_what_create_process_as_user_takes(world: World, service: Program, access: int, who: str, error: int) -> None:
    """QUERY, DUPLICATE and ASSIGN_PRIMARY on the token.  (3.9)"""
    copy = service.call(DuplicateToken(own_token(service), access, is_primary=True))
    assert service.win32(CreateProcess(("/bin/true",), token=copy)).last_error == error


def test_another_s_token_takes_a_privilege_to_run_with(world: World, alice: Program) -> None:
    """1314, unless it is a restricted copy of one's own.  (3.9; 3.3, SeAssignPrimaryToken)"""
    world.account("paula", "correct horse")
    stranger = alice.call(LogonUser("paula", "correct horse")).token
    assert alice.win32(CreateProcess(("/bin/true",), token=stranger)) == (None, 1314)
    own = alice.call(FilterToken(own_token(alice), 1))
    assert alice.start(token=own).connect().identity.user_sid == alice.identity.user_sid
    for_impersonation = alice.call(DuplicateToken(own_token(alice)))
    assert alice.status(CreateProcess(("/bin/true",), token=for_impersonation)) == S.BAD_TOKEN_TYPE


def test_processes_of_others_are_opened_by_their_list(world: World, alice: Program, service: Program) -> None:
    """Across sessions too; SeDebug opens all.  (3.9)"""
    bob = world.program(2, "bob")
    assert alice.win32(OpenProcess(bob.pid, 0x1)) == (None, 5)
    assert service.win32(OpenProcess(bob.pid, 0x1)).last_error == 0
    administrator = world.administrator()
    token = own_token(administrator)
    state = PrivilegeState(int(Privilege.SeDebugPrivilege), 2)
    assert administrator.win32(OpenProcess(service.pid, 0x40)) == (None, 5)
    administrator.call(AdjustPrivileges(token, privileges=(state,)))
    assert administrator.win32(OpenProcess(service.pid, 0x40)).last_error == 0


def test_ending_a_process_of_another_session(world: World, service: Program) -> None:
    """(3.9: TerminateProcess across sessions)"""
    bob = world.program(2, "bob")
    handle = service.call(OpenProcess(bob.pid, SYNCHRONIZE | 0x1 | 0x1000))
    service.call(TerminateProcess(handle, 42))
    assert wait(service, handle, -1) == 0
    assert service.call(QueryProcess(handle)).exit_status == 42
    assert service.status(TerminateProcess(handle, 1)) == S.PROCESS_IS_TERMINATING


def test_a_low_program_does_not_write_up_but_makes_names(world: World, alice: Program) -> None:
    """(3.6 step 1; 1.3, the label of BaseNamedObjects)"""
    token = alice.call(DuplicateToken(own_token(alice), is_primary=True))
    alice.call(SetTokenInformation(token, integrity=0x1000))
    low = alice.start(token=token).connect()
    name = world.name("e")
    make(alice, "Event", name)
    assert low.status(opened(OpenEvent, name, SYNCHRONIZE)) == S.SUCCESS
    assert low.status(opened(OpenEvent, name, 0x2)) == S.ACCESS_DENIED
    handle = make(low, "Event", world.name("low"))
    assert low.status(SetEvent(handle)) == S.SUCCESS
