import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter, NtError, PrivilegeNotHeld
from ntsessions.abi.luids import Luid
from ntsessions.abi.privileges import Privilege, PrivilegeAttributes
from ntsessions.abi.sids import IntegrityLevel, unix_user_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ElevationType, Group, ImpersonationLevel, RestrictFlags
from ntsessions.executive.security.token import Token

ALICE = unix_user_sid(1000)
ON, DEFAULT_ON = int(PrivilegeAttributes.ENABLED), 3
NEXT = Luid(77)
SHUTDOWN, NOTIFY, DEBUG = Privilege.SeShutdownPrivilege, Privilege.SeChangeNotifyPrivilege, Privilege.SeDebugPrivilege


def token() -> Token:
    return Token(
        token_id=Luid(1),
        authentication_id=Luid(2),
        user=ALICE,
        user_name="alice",
        groups=[Group(sids.ADMINISTRATORS, 0xF), Group(sids.USERS, 7), Group(sids.BATCH, 6), Group(sids.GUESTS, 0)],
        privileges={SHUTDOWN: 0, NOTIFY: DEFAULT_ON, DEBUG: ON},
        owner=sids.ADMINISTRATORS,
        integrity=IntegrityLevel.HIGH,
    )


def test_only_enabled_groups_and_the_user_count() -> None:
    """CheckTokenMembership is true for the user and the enabled groups."""
    who = token()
    assert who.has_enabled(ALICE)
    assert who.has_enabled(sids.USERS)
    assert not who.has_enabled(sids.GUESTS)
    assert who.is_elevated


def test_a_privilege_counts_when_it_is_enabled() -> None:
    """The message tells a privilege that is off from one that is not there."""
    who = token()
    assert who.has_privilege(DEBUG)
    assert not who.has_privilege(SHUTDOWN)
    who.require_privilege(DEBUG)
    with pytest.raises(PrivilegeNotHeld, match="SeShutdownPrivilege is disabled in the token of alice"):
        who.require_privilege(SHUTDOWN)
    with pytest.raises(PrivilegeNotHeld, match="SeTcbPrivilege is not held by alice"):
        who.require_privilege(Privilege.SeTcbPrivilege)


def test_privileges_are_switched_and_the_state_before_is_told() -> None:
    """AdjustTokenPrivileges returns what must be passed to put everything back."""
    who = token()
    done = who.adjust_privileges({SHUTDOWN: ON, NOTIFY: ON}, NEXT)
    assert done == (NtStatus.SUCCESS, {SHUTDOWN: 0})
    assert who.has_privilege(SHUTDOWN)
    assert who.modified_id == NEXT
    assert who.adjust_privileges(done.previous, NEXT).previous == {SHUTDOWN: ON}
    assert not who.has_privilege(SHUTDOWN)


def test_a_privilege_that_is_not_held_is_told_and_the_others_are_switched() -> None:
    """LastError 1300, and still the call has worked for the rest."""
    who = token()
    done = who.adjust_privileges({Privilege.SeTcbPrivilege: ON, SHUTDOWN: ON}, NEXT)
    assert done.status is NtStatus.NOT_ALL_ASSIGNED
    assert who.has_privilege(SHUTDOWN)
    assert not who.has_privilege(Privilege.SeTcbPrivilege)


def test_a_removed_privilege_never_comes_back() -> None:
    """SE_PRIVILEGE_REMOVED is how a service gives up power for good."""
    who = token()
    who.adjust_privileges({DEBUG: int(PrivilegeAttributes.REMOVED)}, NEXT)
    assert who.adjust_privileges({DEBUG: ON}, NEXT).status is NtStatus.NOT_ALL_ASSIGNED


def test_disabling_everything_keeps_the_defaults_in_mind() -> None:
    """DisableAllPrivileges turns off what is on, and only that is reported; nothing to do changes no id."""
    who = token()
    assert who.disable_all_privileges(NEXT).previous == {NOTIFY: DEFAULT_ON, DEBUG: ON}
    assert not any(who.has_privilege(p) for p in Privilege)
    assert who.privileges[NOTIFY] == 1
    assert who.disable_all_privileges(Luid(78)).previous == {}
    assert who.modified_id == NEXT


def test_groups_are_switched_unless_they_are_mandatory() -> None:
    """A mandatory group stays on, a deny-only one stays off; nothing changes when one of them is asked for."""
    who = token()
    assert who.adjust_groups({sids.BATCH: False, sids.GUESTS: True}, NEXT).previous == {sids.BATCH: 6, sids.GUESTS: 0}
    assert who.has_enabled(sids.GUESTS)
    assert not who.has_enabled(sids.BATCH)
    assert who.adjust_groups({sids.NETWORK: True}, NEXT).status is NtStatus.NOT_ALL_ASSIGNED
    with pytest.raises(InvalidParameter):
        who.adjust_groups({sids.BATCH: True, sids.USERS: False}, NEXT)
    assert not who.has_enabled(sids.BATCH)
    with pytest.raises(InvalidParameter):
        token().restrict(Luid(3), disable=[sids.BATCH]).adjust_groups({sids.BATCH: True}, NEXT)


def test_a_restricted_copy_may_less() -> None:
    """CreateRestrictedToken: disabled SIDs only deny, privileges are gone, the source is as before."""
    who = token()
    less = who.restrict(Luid(3), disable=[sids.ADMINISTRATORS, ALICE], delete=[DEBUG])
    assert less.deny_only_sids == {sids.ADMINISTRATORS, ALICE}
    assert less.enabled_sids == {sids.USERS, sids.BATCH}
    assert not less.may_own(ALICE)
    assert (less.parent_id, less.token_id) == (who.token_id, 3)
    assert DEBUG not in less.privileges
    assert who.has_privilege(DEBUG)
    assert who.has_enabled(sids.ADMINISTRATORS)
    assert less.owner == ALICE


def test_the_flags_of_create_restricted_token() -> None:
    """DISABLE_MAX_PRIVILEGE keeps SeChangeNotify; LUA_TOKEN makes an ordinary user; unknown flags are refused."""
    most = token().restrict(Luid(3), flags=RestrictFlags.DISABLE_MAX_PRIVILEGE)
    assert set(most.privileges) == {NOTIFY}
    lua = token().restrict(Luid(3), flags=RestrictFlags.LUA_TOKEN | RestrictFlags.SANDBOX_INERT)
    assert (lua.integrity, lua.owner) == (IntegrityLevel.MEDIUM, ALICE)
    assert set(lua.privileges) == {SHUTDOWN, NOTIFY}
    assert sids.ADMINISTRATORS in lua.deny_only_sids
    assert not lua.is_elevated
    with pytest.raises(InvalidParameter):
        token().restrict(Luid(3), flags=0x10)


def test_a_second_restriction_never_widens_the_first() -> None:
    """Only SIDs that are in both lists stay; a full restriction does not become a write restriction."""
    first = token().restrict(Luid(3), restricting=[sids.USERS, sids.RESTRICTED, sids.USERS])
    assert first.restricted_sids == (sids.USERS, sids.RESTRICTED)
    second = first.restrict(Luid(4), restricting=[sids.RESTRICTED, sids.EVERYONE], flags=8)
    assert second.restricted_sids == (sids.RESTRICTED,)
    assert not second.is_write_restricted
    assert second.restrict(Luid(5), restricting=[sids.EVERYONE]).restricted_sids == ()
    assert second.restrict(Luid(6)).restricted_sids == (sids.RESTRICTED,)
    assert second.is_restricted
    assert not token().is_restricted


def test_a_copy_gives_no_more_than_its_source() -> None:
    """An identification token becomes neither an impersonating nor a primary one."""
    look = token().duplicate(Luid(3), level=ImpersonationLevel.IDENTIFICATION)
    assert not look.is_primary
    for level in (ImpersonationLevel.IMPERSONATION, None):
        with pytest.raises(NtError) as error:
            look.duplicate(Luid(4), level=level)
        assert error.value.status is NtStatus.BAD_IMPERSONATION_LEVEL
    act = token().duplicate(Luid(3), level=ImpersonationLevel.IMPERSONATION)
    assert act.duplicate(Luid(4)).is_primary
    assert act.duplicate(Luid(4), level=ImpersonationLevel.ANONYMOUS).impersonation_level == 0


def test_an_effective_copy_leaves_out_what_is_off() -> None:
    """What was disabled at the time of the copy cannot be enabled in it."""
    copy = token().duplicate(Luid(3), effective_only=True)
    assert set(copy.privileges) == {NOTIFY, DEBUG}
    assert sids.GUESTS not in {group.sid for group in copy.groups}


def test_copies_do_not_share_their_switches() -> None:
    """Enabling a privilege in one token does not enable it in another."""
    one = token()
    two = one.duplicate(Luid(3))
    two.adjust_privileges({SHUTDOWN: ON}, NEXT)
    assert not one.has_privilege(SHUTDOWN)


def test_owner_primary_group_and_integrity_follow_the_token() -> None:
    """Each refusal has its own status; raising the level takes SeTcb."""
    who = token()
    who.set_owner(ALICE, NEXT)
    who.set_primary_group(sids.GUESTS, NEXT)
    assert (who.owner, who.primary_group) == (ALICE, sids.GUESTS)
    with pytest.raises(InvalidParameter) as error:
        who.set_owner(sids.USERS, NEXT)
    assert error.value.status is NtStatus.INVALID_OWNER
    with pytest.raises(InvalidParameter) as error:
        who.set_primary_group(sids.NETWORK, NEXT)
    assert error.value.status is NtStatus.INVALID_PRIMARY_GROUP
    who.set_integrity(IntegrityLevel.LOW, NEXT)
    assert not who.is_plain
    with pytest.raises(PrivilegeNotHeld):
        who.set_integrity(IntegrityLevel.MEDIUM, NEXT)
    who.set_integrity(IntegrityLevel.MEDIUM, NEXT, may_raise=True)
    assert who.is_plain


def test_a_token_lists_its_level_as_a_group() -> None:
    """`whoami /groups` ends with the mandatory label."""
    assert token().integrity_group == Group(sids.integrity_sid(0x3000), 0x60)
    assert token().elevation_type is ElevationType.DEFAULT
    assert "alice" in repr(token())
