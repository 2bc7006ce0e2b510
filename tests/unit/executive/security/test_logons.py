from collections.abc import Callable

import pytest

from ntsessions.abi import sids
from ntsessions.abi.access import EVENT_ALL_ACCESS, EVENT_MODIFY_STATE, EVENT_QUERY_STATE
from ntsessions.abi.errors import AccessDenied
from ntsessions.abi.logon import LOGON_GROUPS, LogonType
from ntsessions.abi.luids import LOCAL_SERVICE_LUID, SYSTEM_LUID, Luid
from ntsessions.abi.object_types import EVENT
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import SecurityDescriptor
from ntsessions.abi.sids import IntegrityLevel, Sid, logon_sid, parse_sid
from ntsessions.abi.tokens import ElevationType
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.security.descriptors import new_descriptor
from ntsessions.executive.security.logons import (
    AccountFacts,
    LogonIds,
    LogonSession,
    UserTokens,
    anonymous_token,
    builtin_logon_sessions,
    is_split,
    local_service_token,
    network_service_token,
    new_credentials_token,
    system_token,
    user_tokens,
)
from ntsessions.executive.security.token import Token
from ntsessions.executive.security.user_rights import FILTERED_PRIVILEGES, is_administrative

LogOn = Callable[..., UserTokens]
ADMIN = (sids.USERS, sids.ADMINISTRATORS)
STRONG = [
    Privilege.SeBackupPrivilege, Privilege.SeCreateTokenPrivilege, Privilege.SeDebugPrivilege,
    Privilege.SeImpersonatePrivilege, Privilege.SeLoadDriverPrivilege, Privilege.SeRelabelPrivilege,
    Privilege.SeRestorePrivilege, Privilege.SeTakeOwnershipPrivilege, Privilege.SeTcbPrivilege,
]  # fmt: skip


def may(token: Token, descriptor: SecurityDescriptor, desired: int) -> bool:
    try:
        access_check(descriptor, token, desired, EVENT)
    except AccessDenied:
        return False
    return True


def test_an_administrators_logon_has_two_halves(log_on: LogOn) -> None:
    """Same user, session and logon SID; two LUIDs; the shell gets the filtered half (nt-semantics 3.5)."""
    full, half = log_on(groups=ADMIN)
    assert half is not None
    assert (full.linked, half.linked) == (half, full)
    assert (full.elevation_type, half.elevation_type) == (ElevationType.FULL, ElevationType.LIMITED)
    assert (full.user, full.session_id, full.logon_sid) == (half.user, half.session_id, half.logon_sid)
    assert full.authentication_id != half.authentication_id
    assert (full.integrity, half.integrity) == (IntegrityLevel.HIGH, IntegrityLevel.MEDIUM)
    assert (full.owner, half.owner) == (sids.ADMINISTRATORS, half.user)
    assert set(half.privileges) <= FILTERED_PRIVILEGES
    assert sids.ADMINISTRATORS in half.deny_only_sids
    assert full.is_elevated
    assert not half.is_elevated


def test_the_shell_is_the_filtered_half_where_there_is_one(log_on: LogOn) -> None:
    """Programs of an administrator start unelevated."""
    assert log_on(groups=ADMIN).shell.elevation_type is ElevationType.LIMITED
    assert log_on().shell.elevation_type is ElevationType.DEFAULT


@pytest.mark.parametrize("logon_type", [LogonType.SERVICE, LogonType.BATCH, LogonType.NETWORK])
def test_only_interactive_logons_are_split(log_on: LogOn, logon_type: LogonType) -> None:
    """A task of an administrator runs with everything its account may."""
    tokens = log_on(groups=ADMIN, logon_type=logon_type)
    assert tokens.filtered is None
    assert tokens.full.is_elevated


def test_old_profiles_split_nothing(log_on: LogOn) -> None:
    """On XP an administrator is one all the time."""
    assert log_on(groups=ADMIN, split_tokens=False).filtered is None


def test_the_builtin_administrator_is_not_split() -> None:
    """NT's default for the account with RID 500."""
    facts = AccountFacts(parse_sid("S-1-5-21-1-2-3-500"), "Administrator", "HOST", sids.USERS, ADMIN)
    assert not is_split(facts, LogonType.INTERACTIVE)
    assert is_administrative(parse_sid("S-1-5-21-1-2-3-512"))
    assert not is_administrative(parse_sid("S-1-5-21-1-2-3-513"))


@pytest.mark.parametrize("privilege", STRONG)
def test_who_holds_a_strong_privilege_is_split_like_an_administrator(privilege: Privilege) -> None:
    """A right given by name is not lying about in the shell either (nt-semantics 3.5)."""
    facts = AccountFacts(parse_sid("S-1-5-21-1-2-3-1001"), "alice", "HOST", sids.USERS, (sids.USERS,), (privilege,))
    assert is_split(facts, LogonType.INTERACTIVE)
    ids = LogonIds(Luid(1), Luid(2), Luid(3), Luid(4), logon_sid(Luid(5)))
    full, half = user_tokens(facts, LogonType.INTERACTIVE, 1, ids, split_tokens=True)
    assert half is not None
    assert (privilege in full.privileges, privilege in half.privileges) == (True, False)
    assert (full.integrity, half.integrity) == (IntegrityLevel.HIGH, IntegrityLevel.MEDIUM)
    assert (full.is_elevated, half.is_elevated) == (True, False)


def test_a_weak_privilege_splits_nobody() -> None:
    """Who may only write to the audit log has one token (nt-semantics 3.5)."""
    facts = AccountFacts(
        parse_sid("S-1-5-21-1-2-3-1001"), "alice", "HOST", sids.USERS, (sids.USERS,), (Privilege.SeAuditPrivilege,)
    )
    assert not is_split(facts, LogonType.INTERACTIVE)


def test_a_logon_is_of_one_kind() -> None:
    """Of the groups that tell the kind of a logon every token has one at most (nt-semantics 3.1)."""
    kinds = {sids.DIALUP, sids.NETWORK, sids.BATCH, sids.INTERACTIVE, sids.SERVICE}
    for logon_type, groups in LOGON_GROUPS.items():
        expected = 0 if logon_type in (LogonType.SYSTEM, LogonType.NEW_CREDENTIALS) else 1
        assert len(kinds & set(groups)) == expected, logon_type


def test_the_token_tells_how_its_user_came(log_on: LogOn) -> None:
    """Groups by logon type, and the logon SID as a group that marks itself."""
    token = log_on(logon_type=LogonType.REMOTE_INTERACTIVE).full
    assert {
        sids.INTERACTIVE,
        sids.REMOTE_INTERACTIVE_LOGON,
        sids.AUTHENTICATED_USERS,
        sids.EVERYONE,
    } <= token.enabled_sids
    assert sids.CONSOLE_LOGON not in token.enabled_sids
    assert sids.CONSOLE_LOGON in log_on(is_console=True).full.enabled_sids
    marked = [group for group in token.groups if group.attributes & 0xC0000000 == 0xC0000000]
    assert [group.sid for group in marked] == [token.logon_sid]


def test_ordinary_users_lack_se_create_global(log_on: LogOn) -> None:
    """Global sections are for administrators and services (nt-semantics 1.9)."""
    privilege = Privilege.SeCreateGlobalPrivilege
    assert not log_on().full.has_privilege(privilege)
    assert not log_on(groups=ADMIN).shell.has_privilege(privilege)
    assert log_on(groups=ADMIN).full.has_privilege(privilege)
    assert log_on(logon_type=LogonType.SERVICE).full.has_privilege(privilege)
    assert system_token(Luid(1)).has_privilege(privilege)
    assert local_service_token(Luid(1), logon_sid(Luid(2))).has_privilege(privilege)
    assert network_service_token(Luid(1), logon_sid(Luid(2))).has_privilege(privilege)


def test_ordinary_users_have_the_five_usual_privileges(log_on: LogOn) -> None:
    """`whoami /priv` of a plain user."""
    token = log_on().full
    assert set(token.privileges) == FILTERED_PRIVILEGES
    assert [p for p in token.privileges if token.has_privilege(p)] == [Privilege.SeChangeNotifyPrivilege]


def test_what_a_user_makes_is_his(log_on: LogOn) -> None:
    """By default another user of the session gets ACCESS_DENIED (behaviour vector 42); SYSTEM gets in."""
    alice, bob = log_on(1000, "alice").full, log_on(1001, "bob").full
    event = new_descriptor(alice, EVENT)
    assert may(alice, event, EVENT_ALL_ACCESS)
    assert not may(bob, event, EVENT_QUERY_STATE)
    assert may(system_token(Luid(1)), event, EVENT_ALL_ACCESS)


def test_both_halves_of_a_logon_can_look_at_each_others_objects(log_on: LogOn) -> None:
    """The logon SID is on the default DACL: the filtered half may look at what the elevated one made, not change it."""
    full, half = log_on(groups=ADMIN)
    assert half is not None
    event = new_descriptor(full, EVENT)
    assert may(half, event, EVENT_QUERY_STATE)
    assert not may(half, event, EVENT_MODIFY_STATE)


def test_what_a_service_makes_is_closed_to_users(log_on: LogOn) -> None:
    """The usual surprise of services: OpenEvent fails with 5 until the service passes a descriptor (3.7)."""
    event = new_descriptor(system_token(Luid(1)), EVENT)
    assert not may(log_on().full, event, EVENT_QUERY_STATE)
    assert may(log_on(groups=ADMIN).full, event, EVENT_QUERY_STATE)
    assert not may(log_on(groups=ADMIN).full, event, EVENT_MODIFY_STATE)


def test_service_accounts_have_their_own_logon_sessions() -> None:
    """LOCAL SERVICE is 0x3e5; each service process has a logon SID and its service SID."""
    service: Sid = sids.service_sid("Spooler")
    token = local_service_token(Luid(1), logon_sid(Luid(2)), (service,))
    assert token.authentication_id == LOCAL_SERVICE_LUID
    assert {service, sids.SERVICE, sids.USERS} <= token.enabled_sids
    assert token.may_own(service)
    system = system_token(Luid(1), logon=logon_sid(Luid(3)))
    assert sids.SERVICE in system.enabled_sids
    assert system.authentication_id == SYSTEM_LUID


def test_nobody_is_not_everyone() -> None:
    """ANONYMOUS LOGON is not a member of Everyone since XP."""
    token = anonymous_token(Luid(1))
    assert sids.EVERYONE not in token.enabled_sids
    assert token.integrity == IntegrityLevel.UNTRUSTED


def test_net_only_credentials_change_nothing_here(log_on: LogOn) -> None:
    """`runas /netonly`: the same user, another logon session, which remembers who asked."""
    caller = log_on().full
    clone = new_credentials_token(caller, Luid(5), Luid(6))
    assert (clone.user, clone.enabled_sids) == (caller.user, caller.enabled_sids)
    assert (clone.authentication_id, clone.origin) == (6, caller.authentication_id)


def test_a_logon_session_ends_with_its_last_token() -> None:
    """A leaked token keeps a ghost logon alive."""
    session = LogonSession(Luid(1001), sids.unix_user_sid(1), "alice", "HOST", LogonType.INTERACTIVE, session_id=1)
    session.reference()
    session.reference()
    assert not session.dereference()
    assert session.dereference()


def test_four_logon_sessions_exist_from_boot() -> None:
    """`nts logon ls` of an idle host."""
    assert [hex(session.luid) for session in builtin_logon_sessions("HOST")] == ["0x3e7", "0x3e5", "0x3e4", "0x3e6"]
