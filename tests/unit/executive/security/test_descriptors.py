from collections.abc import Callable

import pytest

from ntsessions.abi import access, sids
from ntsessions.abi.access import EVENT_ALL_ACCESS, GENERIC_ALL, GENERIC_READ
from ntsessions.abi.errors import InvalidParameter, PrivilegeNotHeld
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import DESKTOP, EVENT, PROCESS
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import (
    NULL_DACL,
    Ace,
    AceFlags,
    Control,
    LabelPolicy,
    SecurityDescriptor,
    allow,
    deny,
    descriptor,
    mandatory_label,
)
from ntsessions.abi.security import SecurityInformation as Part
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.abi.status import NtStatus
from ntsessions.executive.security.descriptors import (
    access_to_query,
    access_to_set,
    new_descriptor,
    query_security,
    set_security,
)
from ntsessions.executive.security.logons import UserTokens
from ntsessions.executive.security.token import Token

HEIRS = AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT
AUDIT = Ace(2, 0x40, 1, sids.EVERYONE)
NEXT = Luid(77)


@pytest.fixture
def alice(log_on: Callable[..., UserTokens]) -> Token:
    return log_on().full


@pytest.fixture
def admin(log_on: Callable[..., UserTokens]) -> Token:
    return log_on(groups=(sids.USERS, sids.ADMINISTRATORS)).full


def test_without_anything_the_tokens_default_counts(alice: Token) -> None:
    """Owner, group and entries are the creator's, and generic rights have become the type's."""
    made = new_descriptor(alice, EVENT)
    assert (made.owner, made.group) == (alice.user, alice.primary_group)
    assert made.dacl is not None
    assert made.dacl[0] == allow(alice.user, EVENT_ALL_ACCESS)
    assert made.sacl is None
    alice.default_dacl = None
    assert not new_descriptor(alice, EVENT).has_dacl


def test_a_supplied_dacl_is_taken_with_its_generic_rights_mapped(alice: Token) -> None:
    """NULL stays NULL, empty stays empty, and CREATOR OWNER becomes the owner."""
    supplied = descriptor((allow(sids.EVERYONE, GENERIC_READ), allow(sids.CREATOR_OWNER, GENERIC_ALL)))
    assert new_descriptor(alice, EVENT, supplied).dacl == (
        allow(sids.EVERYONE, 0x20001),
        allow(alice.user, EVENT_ALL_ACCESS),
    )
    assert new_descriptor(alice, EVENT, NULL_DACL).dacl is None
    assert new_descriptor(alice, EVENT, NULL_DACL).has_dacl
    assert new_descriptor(alice, EVENT, descriptor(())).dacl == ()
    assert new_descriptor(alice, EVENT, descriptor(owner=alice.user)).dacl == new_descriptor(alice, EVENT).dacl


def test_a_desktop_takes_what_its_window_station_leaves_it(alice: Token) -> None:
    """CreateDesktop without a descriptor inherits (6.5); entries for the station itself stay there."""
    station = descriptor(
        (allow(sids.LOCAL_SYSTEM, 0xF037F), allow(alice.user, GENERIC_ALL, HEIRS | AceFlags.INHERIT_ONLY))
    )
    made = new_descriptor(alice, DESKTOP, None, station)
    assert made.dacl == (allow(alice.user, 0xF01FF, AceFlags.INHERITED),)
    assert made.control & Control.DACL_AUTO_INHERITED


def test_a_supplied_dacl_is_not_widened_by_the_container(alice: Token) -> None:
    """Who closes an object finds it closed, unless he asks for the container's entries too."""
    parent = descriptor((allow(sids.EVERYONE, 1, HEIRS),))
    own = (allow(alice.user, 3),)
    inherited = allow(sids.EVERYONE, 1, AceFlags.INHERITED)
    asks, shut = Control.DACL_AUTO_INHERIT_REQ, Control.DACL_PROTECTED
    assert new_descriptor(alice, EVENT, descriptor(own), parent).dacl == own
    assert new_descriptor(alice, EVENT, descriptor(own, control=asks), parent).dacl == (*own, inherited)
    assert new_descriptor(alice, EVENT, descriptor(own, control=asks | shut), parent).dacl == own
    defaulted = descriptor(own, control=Control.DACL_DEFAULTED)
    assert new_descriptor(alice, EVENT, defaulted, parent).dacl == (inherited,)
    assert new_descriptor(alice, EVENT, defaulted).dacl == own


def test_the_owner_must_be_assignable(alice: Token, admin: Token) -> None:
    """A plain user gives nothing away; an administrator may name Administrators, and anyone with SeRestore."""
    with pytest.raises(InvalidParameter) as error:
        new_descriptor(alice, EVENT, descriptor(owner=sids.ADMINISTRATORS))
    assert error.value.status is NtStatus.INVALID_OWNER
    assert new_descriptor(admin, EVENT, descriptor(owner=sids.ADMINISTRATORS)).owner == sids.ADMINISTRATORS
    admin.adjust_privileges({Privilege.SeRestorePrivilege: 2}, NEXT)
    assert new_descriptor(admin, EVENT, descriptor(owner=alice.user, group=sids.USERS)).owner == alice.user


def test_processes_are_always_labelled(alice: Token) -> None:
    """A Low program can neither change nor read a process of its user."""
    assert new_descriptor(alice, PROCESS).label == mandatory_label(
        IntegrityLevel.MEDIUM, LabelPolicy.NO_WRITE_UP | LabelPolicy.NO_READ_UP
    )


def test_what_low_programs_make_is_labelled_low(alice: Token) -> None:
    """Otherwise they could not open it again: an object without a label is Medium."""
    alice.set_integrity(IntegrityLevel.LOW, NEXT)
    assert new_descriptor(alice, EVENT).label == mandatory_label(IntegrityLevel.LOW)
    supplied = descriptor(sacl=(mandatory_label(IntegrityLevel.UNTRUSTED),))
    assert new_descriptor(alice, EVENT, supplied).sacl == supplied.sacl


def test_nobody_labels_above_himself(alice: Token) -> None:
    """A High label by a Medium program takes SeRelabel; audit entries take SeSecurity."""
    for sacl in ((mandatory_label(IntegrityLevel.HIGH),), (AUDIT,)):
        with pytest.raises(PrivilegeNotHeld):
            new_descriptor(alice, EVENT, descriptor(sacl=sacl))
    alice.privileges |= {Privilege.SeRelabelPrivilege: 2, Privilege.SeSecurityPrivilege: 2}
    both = (AUDIT, mandatory_label(IntegrityLevel.HIGH))
    assert new_descriptor(alice, EVENT, descriptor(sacl=both)).sacl == both


def test_a_list_that_has_no_binary_form_is_refused(alice: Token) -> None:
    """Two long lists that are merged must still fit into 65,535 bytes."""
    many = tuple(allow(sids.EVERYONE, n, HEIRS) for n in range(2000))
    with pytest.raises(InvalidParameter) as error:
        new_descriptor(alice, EVENT, descriptor(many, control=Control.DACL_AUTO_INHERIT_REQ), descriptor(many))
    assert error.value.status is NtStatus.INVALID_ACL


def test_each_part_has_its_right() -> None:
    """NtQuerySecurityObject and NtSetSecurityObject, per part."""
    assert access_to_query(Part.OWNER | Part.DACL | Part.LABEL) == access.READ_CONTROL
    assert access_to_query(Part.SACL) == access.ACCESS_SYSTEM_SECURITY
    assert access_to_set(Part.OWNER) == access_to_set(Part.GROUP) == access_to_set(Part.LABEL) == access.WRITE_OWNER
    assert access_to_set(Part.DACL) == access_to_set(Part.PROTECTED_DACL) == access.WRITE_DAC
    assert access_to_set(Part.SACL | Part.DACL) == access.ACCESS_SYSTEM_SECURITY | access.WRITE_DAC


FULL = SecurityDescriptor(
    sids.ADMINISTRATORS, sids.USERS, (allow(sids.EVERYONE, 1),), (AUDIT, mandatory_label(0x2000)), 0x14
)


def test_a_query_tells_what_was_asked_for_and_no_more() -> None:
    """Audit entries need a privilege and the label does not, so neither comes with the other."""
    assert query_security(FULL, Part.OWNER) == descriptor(owner=sids.ADMINISTRATORS)
    assert query_security(FULL, Part.GROUP | Part.DACL) == descriptor(FULL.dacl, group=sids.USERS)
    assert query_security(FULL, Part.LABEL).sacl == (mandatory_label(0x2000),)
    assert query_security(FULL, Part.SACL).sacl == (AUDIT,)
    assert query_security(NULL_DACL, Part.DACL | Part.SACL) == NULL_DACL


def test_setting_a_part_leaves_the_others(admin: Token) -> None:
    """SetKernelObjectSecurity with one bit changes that part alone."""
    new = SecurityDescriptor(sids.ADMINISTRATORS, sids.GUESTS, (deny(sids.GUESTS, GENERIC_ALL),), None, 0x4)
    dacl = set_security(FULL, new, Part.DACL, admin, EVENT)
    assert dacl == SecurityDescriptor(FULL.owner, FULL.group, (deny(sids.GUESTS, EVENT_ALL_ACCESS),), FULL.sacl, 0x14)
    assert set_security(FULL, new, Part.GROUP, admin, EVENT).group == sids.GUESTS
    assert set_security(FULL, new, Part.OWNER, admin, EVENT) == FULL
    assert set_security(FULL, descriptor(), Part.DACL, admin, EVENT).dacl is None
    assert set_security(FULL, descriptor(), Part.DACL, admin, EVENT).has_dacl
    assert set_security(FULL, new, 0, admin, EVENT) == FULL


def test_setting_label_and_audit_entries_are_two_things(admin: Token) -> None:
    """Replacing one keeps the other; taking both away leaves none."""
    low = descriptor(sacl=(mandatory_label(IntegrityLevel.LOW),))
    assert set_security(FULL, low, Part.LABEL, admin, EVENT).sacl == (AUDIT, mandatory_label(IntegrityLevel.LOW))
    assert set_security(FULL, low, Part.SACL, admin, EVENT).sacl == (mandatory_label(0x2000),)
    none = set_security(FULL, descriptor(), Part.SACL | Part.LABEL, admin, EVENT)
    assert (none.sacl, none.control) == (None, 0x4)
    with pytest.raises(PrivilegeNotHeld):
        set_security(FULL, descriptor(sacl=(mandatory_label(IntegrityLevel.SYSTEM),)), Part.LABEL, admin, EVENT)


def test_protection_is_switched_by_its_own_bits(admin: Token) -> None:
    """PROTECTED_DACL_SECURITY_INFORMATION and its three siblings."""
    on = set_security(FULL, descriptor(), Part.PROTECTED_DACL | Part.PROTECTED_SACL, admin, EVENT)
    assert on.control == FULL.control | Control.DACL_PROTECTED | Control.SACL_PROTECTED
    assert set_security(on, descriptor(), Part.UNPROTECTED_DACL | Part.UNPROTECTED_SACL, admin, EVENT) == FULL


def test_setting_an_owner_or_group_needs_one(alice: Token) -> None:
    """An empty part is refused by its own status."""
    for part, status in ((Part.OWNER, NtStatus.INVALID_OWNER), (Part.GROUP, NtStatus.INVALID_PRIMARY_GROUP)):
        with pytest.raises(InvalidParameter) as error:
            set_security(FULL, descriptor(), part, alice, EVENT)
        assert error.value.status is status
    with pytest.raises(InvalidParameter):
        set_security(FULL, descriptor(owner=sids.GUESTS), Part.OWNER, alice, EVENT)
