import pytest

from ntsessions.abi import sids
from ntsessions.abi.access import (
    ACCESS_SYSTEM_SECURITY,
    DELETE,
    EVENT_ALL_ACCESS,
    EVENT_MODIFY_STATE,
    EVENT_QUERY_STATE,
    GENERIC_READ,
    MAXIMUM_ALLOWED,
    PROCESS_ALL_ACCESS,
    PROCESS_TERMINATE,
    READ_CONTROL,
    SYNCHRONIZE,
    WRITE_DAC,
    WRITE_OWNER,
)
from ntsessions.abi.errors import AccessDenied, PrivilegeNotHeld
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import EVENT, PROCESS
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import NULL_DACL, Ace, AceFlags, Acl, allow, deny, descriptor, mandatory_label
from ntsessions.abi.sids import IntegrityLevel, Sid, unix_user_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import Group, GroupAttributes, ImpersonationLevel, RestrictFlags
from ntsessions.executive.security.access_check import access_check, process_access_check
from ntsessions.executive.security.token import Token

ALICE = unix_user_sid(1000)
READ, WRITE = EVENT_QUERY_STATE, EVENT_MODIFY_STATE


def token(
    *groups: Sid,
    deny_only: tuple[Sid, ...] = (),
    privileges: tuple[Privilege, ...] = (),
    integrity: int = IntegrityLevel.MEDIUM,
) -> Token:
    held = [Group(sid, int(GroupAttributes.ENABLED)) for sid in groups]
    held += [Group(sid, int(GroupAttributes.USE_FOR_DENY_ONLY)) for sid in deny_only]
    return Token(
        token_id=Luid(1),
        authentication_id=Luid(2),
        user=ALICE,
        user_name="alice",
        groups=held,
        privileges=dict.fromkeys(privileges, 2),
        integrity=integrity,
    )


def grants(dacl: Acl | None, desired: int, who: Token | None = None, owner: Sid = sids.LOCAL_SYSTEM) -> int:
    return access_check(descriptor(dacl, owner=owner), who or token(sids.USERS), desired, EVENT)


def refusal(dacl: Acl | None, desired: int, who: Token | None = None, owner: Sid = sids.LOCAL_SYSTEM) -> AccessDenied:
    with pytest.raises(AccessDenied) as error:
        grants(dacl, desired, who, owner)
    return error.value


def test_order_decides_not_the_verb() -> None:
    """A denial after the allowance that it should limit has no effect, as on NT: writers must sort."""
    assert grants((allow(ALICE, READ), deny(sids.USERS, READ)), READ) == READ
    refusal((deny(sids.USERS, READ), allow(ALICE, READ)), READ)


def test_a_null_dacl_allows_everything_and_an_empty_one_nothing() -> None:
    """The classic mistake, in both directions."""
    who = token()
    assert access_check(NULL_DACL, who, EVENT_ALL_ACCESS, EVENT) == EVENT_ALL_ACCESS
    assert access_check(NULL_DACL, who, MAXIMUM_ALLOWED, EVENT) == EVENT_ALL_ACCESS
    refusal((), READ)


def test_rights_add_up_over_entries() -> None:
    """What one group may and what another may is had together."""
    assert grants((allow(sids.USERS, READ), allow(ALICE, WRITE)), READ | WRITE) == READ | WRITE


def test_the_error_names_what_is_missing_and_for_whom() -> None:
    """The first question of every administrator is answered in the message."""
    error = refusal((allow(ALICE, READ),), READ | WRITE | SYNCHRONIZE)
    assert error.detail == "EVENT_MODIFY_STATE | SYNCHRONIZE not granted to alice (S-1-22-1-1000)"
    assert error.status is NtStatus.ACCESS_DENIED


def test_opening_with_no_right_fails() -> None:
    """OpenEvent(access 0) on an object that exists: ERROR_ACCESS_DENIED (behaviour vector 12)."""
    assert refusal((allow(ALICE, EVENT_ALL_ACCESS),), 0).win32 == 5
    with pytest.raises(AccessDenied):
        access_check(NULL_DACL, token(), 0, EVENT)


def test_an_unknown_right_is_refused() -> None:
    """A bit that the type does not know fails although everything is allowed."""
    with pytest.raises(AccessDenied):
        access_check(NULL_DACL, token(), 0x4, EVENT)


def test_generic_rights_are_mapped() -> None:
    """GENERIC_READ on an event asks for EVENT_QUERY_STATE and READ_CONTROL."""
    assert grants((allow(ALICE, EVENT_ALL_ACCESS),), GENERIC_READ) == READ | READ_CONTROL


def test_entries_for_children_do_not_count_for_the_object() -> None:
    """INHERIT_ONLY entries neither allow nor deny here."""
    heirs = AceFlags.INHERIT_ONLY | AceFlags.OBJECT_INHERIT
    refusal((allow(ALICE, READ, heirs),), READ)
    assert grants((deny(ALICE, READ, heirs), allow(ALICE, READ)), READ) == READ


def test_audit_entries_in_a_dacl_do_nothing() -> None:
    """An entry of another kind is passed over."""
    assert grants((Ace(2, 0, READ, ALICE), allow(ALICE, READ)), READ) == READ
    refusal((Ace(2, 0, READ, ALICE),), READ)


def test_maximum_allowed_is_what_could_be_asked_for() -> None:
    """The handle gets the union; a right named besides must be granted; nothing at all is a refusal."""
    dacl = (deny(sids.USERS, DELETE), allow(ALICE, READ | DELETE | SYNCHRONIZE))
    assert grants(dacl, MAXIMUM_ALLOWED) == READ | SYNCHRONIZE
    assert grants(dacl, MAXIMUM_ALLOWED | READ) == READ | SYNCHRONIZE
    refusal(dacl, MAXIMUM_ALLOWED | WRITE)
    assert "nothing is granted" in refusal((), MAXIMUM_ALLOWED).detail


def test_the_owner_can_always_repair_the_dacl() -> None:
    """READ_CONTROL and WRITE_DAC need no entry, and a denial does not take them away."""
    assert grants((deny(ALICE, WRITE_DAC),), READ_CONTROL | WRITE_DAC, owner=ALICE) == READ_CONTROL | WRITE_DAC
    refusal((), READ, owner=ALICE)
    refusal((), WRITE_DAC)


def test_owner_rights_replaces_what_the_owner_has() -> None:
    """An OWNER RIGHTS entry is how an administrator keeps owners from changing the DACL (Vista and later)."""
    dacl = (allow(sids.OWNER_RIGHTS, READ_CONTROL | READ),)
    assert grants(dacl, READ_CONTROL | READ, owner=ALICE) == READ_CONTROL | READ
    refusal(dacl, WRITE_DAC, owner=ALICE)
    refusal(dacl, READ)
    refusal((deny(sids.OWNER_RIGHTS, READ), allow(ALICE, READ)), READ, owner=ALICE)


def test_a_group_for_denials_only_denies_only() -> None:
    """The filtered half of an administrator is refused what Administrators are refused, and gains nothing by them."""
    filtered = token(deny_only=(sids.ADMINISTRATORS,))
    refusal((allow(sids.ADMINISTRATORS, READ),), READ, filtered)
    refusal((deny(sids.ADMINISTRATORS, READ), allow(ALICE, READ)), READ, filtered)
    refusal((), WRITE_DAC, filtered, owner=sids.ADMINISTRATORS)


def test_a_restricted_token_must_be_granted_twice() -> None:
    """A sandbox gets what the user may and what its restricting SIDs may."""
    sandbox = token(sids.USERS).restrict(Luid(3), restricting=[sids.RESTRICTED])
    refusal((allow(ALICE, READ),), READ, sandbox)
    refusal((allow(sids.RESTRICTED, READ),), READ, sandbox)
    assert grants((allow(ALICE, READ | WRITE), allow(sids.RESTRICTED, READ)), MAXIMUM_ALLOWED, sandbox) == READ
    refusal((), WRITE_DAC, sandbox, owner=ALICE)


def test_a_write_restricted_token_reads_as_its_user() -> None:
    """Only what changes the object must be granted to the restricting SIDs too."""
    service = token().restrict(Luid(3), restricting=[sids.WRITE_RESTRICTED], flags=RestrictFlags.WRITE_RESTRICTED)
    assert grants((allow(ALICE, EVENT_ALL_ACCESS),), READ | SYNCHRONIZE, service) == READ | SYNCHRONIZE
    refusal((allow(ALICE, EVENT_ALL_ACCESS),), WRITE, service)
    refusal((allow(ALICE, EVENT_ALL_ACCESS),), DELETE, service)
    assert grants((allow(ALICE, WRITE), allow(sids.WRITE_RESTRICTED, WRITE)), WRITE, service) == WRITE


def test_a_low_program_does_not_write_up() -> None:
    """An object without a label is Medium: a Low program of the same user may look and wait, and change nothing."""
    low = token(integrity=IntegrityLevel.LOW)
    dacl = (allow(ALICE, EVENT_ALL_ACCESS),)
    assert grants(dacl, MAXIMUM_ALLOWED, low) == READ | READ_CONTROL | SYNCHRONIZE
    refusal(dacl, WRITE, low)
    refusal(dacl, DELETE, low)
    with pytest.raises(AccessDenied):
        access_check(NULL_DACL, low, WRITE, EVENT)


@pytest.mark.parametrize(("policy", "kept"), [(1, READ | SYNCHRONIZE), (2, WRITE | SYNCHRONIZE), (3, SYNCHRONIZE)])
def test_the_labels_policy_says_what_is_kept_away(policy: int, kept: int) -> None:
    """NO_READ_UP guards processes of higher programs from being read."""
    labelled = descriptor(None, sacl=(mandatory_label(IntegrityLevel.HIGH, policy),))
    granted = access_check(labelled, token(), MAXIMUM_ALLOWED, EVENT)
    assert granted & (READ | WRITE | SYNCHRONIZE) == kept
    assert access_check(labelled, token(integrity=IntegrityLevel.HIGH), EVENT_ALL_ACCESS, EVENT) == EVENT_ALL_ACCESS


def test_a_label_above_the_token_holds_whatever_the_dacl_allows() -> None:
    """An elevated program's labelled object is not changed by the user's other programs, also where all is allowed."""
    for dacl in (None, (allow(ALICE, EVENT_ALL_ACCESS),)):
        labelled = descriptor(dacl, sacl=(mandatory_label(IntegrityLevel.HIGH),))
        assert access_check(labelled, token(), READ, EVENT) == READ
        with pytest.raises(AccessDenied):
            access_check(labelled, token(), WRITE, EVENT)


def test_a_low_label_lets_low_programs_write() -> None:
    """What a Low program makes it can use."""
    labelled = descriptor((allow(ALICE, WRITE),), sacl=(mandatory_label(IntegrityLevel.LOW),))
    assert access_check(labelled, token(integrity=IntegrityLevel.LOW), WRITE, EVENT) == WRITE


def test_the_audit_list_needs_its_privilege() -> None:
    """ACCESS_SYSTEM_SECURITY without SeSecurity: ERROR_PRIVILEGE_NOT_HELD (1314), whatever the DACL says."""
    with pytest.raises(PrivilegeNotHeld) as error:
        access_check(NULL_DACL, token(), ACCESS_SYSTEM_SECURITY, EVENT)
    assert error.value.win32 == 1314
    auditor = token(privileges=(Privilege.SeSecurityPrivilege,))
    assert grants((), ACCESS_SYSTEM_SECURITY, auditor) == ACCESS_SYSTEM_SECURITY
    assert not grants((allow(ALICE, READ),), MAXIMUM_ALLOWED, auditor) & ACCESS_SYSTEM_SECURITY


def test_taking_ownership_needs_no_entry_but_the_label_holds() -> None:
    """SeTakeOwnership gives WRITE_OWNER when it is asked for by name."""
    taker = token(privileges=(Privilege.SeTakeOwnershipPrivilege,))
    assert grants((), WRITE_OWNER, taker) == WRITE_OWNER
    refusal((), MAXIMUM_ALLOWED, taker)
    high = descriptor((), sacl=(mandatory_label(IntegrityLevel.HIGH),))
    with pytest.raises(AccessDenied):
        access_check(high, taker, WRITE_OWNER, EVENT)
    relabeller = token(privileges=(Privilege.SeTakeOwnershipPrivilege, Privilege.SeRelabelPrivilege))
    assert access_check(high, relabeller, WRITE_OWNER, EVENT) == WRITE_OWNER


def test_a_token_to_look_at_opens_nothing() -> None:
    """A server that may only identify its client gets BAD_IMPERSONATION_LEVEL, even where all is allowed."""
    client = token().duplicate(Luid(3), level=ImpersonationLevel.IDENTIFICATION)
    with pytest.raises(AccessDenied) as error:
        access_check(NULL_DACL, client, READ, EVENT)
    assert error.value.status is NtStatus.BAD_IMPERSONATION_LEVEL


def test_a_debugger_opens_any_process() -> None:
    """SeDebug passes DACL and label; without it the DACL decides; the audit list still has its own privilege."""
    closed = descriptor((), sacl=(mandatory_label(IntegrityLevel.SYSTEM, 3),))
    debugger = token(privileges=(Privilege.SeDebugPrivilege,))
    assert process_access_check(closed, debugger, PROCESS_TERMINATE, PROCESS) == PROCESS_TERMINATE
    assert process_access_check(closed, debugger, MAXIMUM_ALLOWED, PROCESS) == PROCESS_ALL_ACCESS
    with pytest.raises(PrivilegeNotHeld):
        process_access_check(closed, debugger, ACCESS_SYSTEM_SECURITY, PROCESS)
    with pytest.raises(AccessDenied):
        process_access_check(closed, token(), PROCESS_TERMINATE, PROCESS)
    with pytest.raises(AccessDenied):
        process_access_check(closed, debugger, 0, PROCESS)
