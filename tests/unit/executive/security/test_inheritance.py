from ntsessions.abi import sids
from ntsessions.abi.access import DIRECTORY_ALL_ACCESS, EVENT_ALL_ACCESS, GENERIC_ALL
from ntsessions.abi.object_types import DIRECTORY, EVENT
from ntsessions.abi.security import AceFlags, allow, mandatory_label
from ntsessions.abi.sids import IntegrityLevel, unix_user_sid
from ntsessions.executive.security.inheritance import concrete_acl, inherited_acl

ALICE, STAFF = unix_user_sid(1000), sids.USERS
OI, CI, NP, IO, ID = (int(flag) for flag in list(AceFlags)[:5])


def test_objects_inherit_object_entries() -> None:
    """What is only for directories, or for nobody, does not reach an event."""
    acl = (allow(STAFF, 1), allow(STAFF, 2, CI), allow(STAFF, 3, OI | CI | IO))
    assert inherited_acl(acl, EVENT, ALICE, STAFF) == (allow(STAFF, 3, ID),)
    assert inherited_acl(None, EVENT, ALICE, STAFF) == ()


def test_directories_hand_on_what_they_inherit() -> None:
    """NO_PROPAGATE stops after one generation; object entries pass through a directory unused."""
    acl = (allow(STAFF, 1, OI | CI), allow(STAFF, 2, CI | NP), allow(STAFF, 3, OI), allow(STAFF, 4, OI | NP))
    child = inherited_acl(acl, DIRECTORY, ALICE, STAFF)
    assert child == (allow(STAFF, 1, OI | CI | ID), allow(STAFF, 2, ID), allow(STAFF, 3, OI | IO | ID))
    assert inherited_acl(child, EVENT, ALICE, STAFF) == (allow(STAFF, 1, ID), allow(STAFF, 3, ID))


def test_creator_owner_becomes_whoever_creates() -> None:
    """On the directory itself the entry counts for its owner, and its children ask again."""
    acl = (allow(sids.CREATOR_OWNER, GENERIC_ALL, OI | CI), allow(sids.CREATOR_GROUP, 1, OI))
    assert inherited_acl(acl, EVENT, ALICE, STAFF) == (allow(ALICE, EVENT_ALL_ACCESS, ID), allow(STAFF, 1, ID))
    child = inherited_acl(acl, DIRECTORY, ALICE, STAFF)
    assert child[:2] == (
        allow(ALICE, DIRECTORY_ALL_ACCESS, ID),
        allow(sids.CREATOR_OWNER, GENERIC_ALL, OI | CI | IO | ID),
    )


def test_generic_rights_keep_their_meaning_for_children() -> None:
    """GENERIC_ALL on a directory is all of a directory there and all of an event on an event below it."""
    acl = concrete_acl((allow(STAFF, GENERIC_ALL, OI),), DIRECTORY)
    assert acl == (allow(STAFF, DIRECTORY_ALL_ACCESS), allow(STAFF, GENERIC_ALL, OI | IO))
    assert inherited_acl(acl, EVENT, ALICE, STAFF) == (allow(STAFF, EVENT_ALL_ACCESS, ID),)


def test_a_label_is_handed_on_unchanged() -> None:
    """Its mask is a policy and not a set of rights."""
    label = mandatory_label(IntegrityLevel.LOW, 1, OI)
    assert inherited_acl((label,), EVENT, ALICE, STAFF) == (mandatory_label(IntegrityLevel.LOW, 1, ID),)
    assert concrete_acl((label,), EVENT) == (label,)


def test_creator_sids_stay_when_nobody_creates() -> None:
    """Replacing the DACL of an object that exists substitutes nothing."""
    acl = (allow(sids.CREATOR_OWNER, 1),)
    assert concrete_acl(acl, EVENT) == acl
