from collections.abc import Callable

from ntsessions.abi import access, sids
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import EVENT
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import NULL_DACL, Ace, SecurityDescriptor, allow, deny, descriptor
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ImpersonationLevel, RestrictFlags
from ntsessions.executive.security.explain import explain_access
from ntsessions.executive.security.logons import UserTokens
from ntsessions.executive.security.token import Token

LogOn = Callable[..., UserTokens]


def story(descriptor: SecurityDescriptor, token: Token, desired: int) -> str:
    return "\n".join(step.text for step in explain_access(descriptor, token, desired, EVENT).steps)


def test_each_entry_says_whether_it_counted(log_on: LogOn) -> None:
    """`nts object explain` tells which entry decided, and why the others did not."""
    alice = log_on().full
    acl = (
        deny(sids.GUESTS, 3),
        Ace(2, 0, 3, sids.EVERYONE),
        allow(alice.user, 3, 0x9),
        allow(sids.OWNER_RIGHTS, 3),
        allow(sids.USERS, 1),
        deny(sids.EVERYONE, 3),
        allow(alice.user, 3),
    )
    told = explain_access(descriptor(acl, owner=sids.LOCAL_SYSTEM), alice, 3, EVENT)
    texts = [step.text for step in told.steps if step.about == "ace"]
    assert [text.partition(": ")[2] for text in texts] == [
        "skipped, the token does not have this SID",
        "skipped, it neither allows nor denies",
        "skipped, it is for inheriting only",
        "skipped, the token does not own the object",
        "grants EVENT_QUERY_STATE",
        "denies EVENT_MODIFY_STATE",
        "skipped, all of it is decided already",
    ]
    assert told.status is NtStatus.ACCESS_DENIED
    assert told.steps[-1].text == "EVENT_MODIFY_STATE not granted to alice (S-1-22-1-1000)"


def test_the_filtered_administrator_learns_why(log_on: LogOn) -> None:
    """The usual question after Vista: I am an administrator, so why not?"""
    half = log_on(groups=(sids.USERS, sids.ADMINISTRATORS)).shell
    assert "for denials only" in story(descriptor((allow(sids.ADMINISTRATORS, 3),)), half, 1)
    assert "denies EVENT_QUERY_STATE" in story(descriptor((deny(sids.ADMINISTRATORS, 1),)), half, 1)


def test_labels_restrictions_and_ownership_are_told(log_on: LogOn) -> None:
    """Whatever can stand between a user and an object has its own step."""
    alice = log_on().full
    assert "no DACL: everything is allowed" in story(NULL_DACL, alice, 1)
    assert "the DACL is empty" in story(descriptor(()), alice, 1)
    assert "owns the object: READ_CONTROL" in story(descriptor((), owner=alice.user), alice, access.WRITE_DAC)
    capped = descriptor((allow(sids.OWNER_RIGHTS, 1),), owner=alice.user)
    assert "an OWNER RIGHTS entry says" in story(capped, alice, access.WRITE_DAC)
    sandbox = alice.restrict(Luid(7), restricting=[sids.RESTRICTED])
    assert "everything must be granted to NT AUTHORITY\\RESTRICTED too" in story(NULL_DACL, sandbox, 1)
    service = alice.restrict(Luid(7), restricting=[sids.WRITE_RESTRICTED], flags=RestrictFlags.WRITE_RESTRICTED)
    assert "what changes the object must be granted" in story(NULL_DACL, service, 1)
    alice.set_integrity(IntegrityLevel.LOW, Luid(8))
    assert "takes away EVENT_MODIFY_STATE" in story(NULL_DACL, alice, 2)


def test_privileges_and_levels_are_told(log_on: LogOn) -> None:
    """A privilege that is held but off is the easiest thing to repair, so it is said."""
    admin = log_on(groups=(sids.ADMINISTRATORS,), split_tokens=False).full
    assert "SeTakeOwnershipPrivilege is held but disabled" in story(descriptor(()), admin, access.WRITE_OWNER)
    admin.adjust_privileges({Privilege.SeTakeOwnershipPrivilege: 2}, Luid(5))
    told = explain_access(descriptor(()), admin, access.WRITE_OWNER, EVENT)
    assert told.granted == access.WRITE_OWNER
    alice = log_on().full
    told = explain_access(NULL_DACL, alice, access.ACCESS_SYSTEM_SECURITY, EVENT)
    assert told.status is NtStatus.PRIVILEGE_NOT_HELD
    look = alice.duplicate(Luid(6), level=ImpersonationLevel.ANONYMOUS)
    assert explain_access(NULL_DACL, look, 1, EVENT).status is NtStatus.BAD_IMPERSONATION_LEVEL
    assert explain_access(NULL_DACL, alice, 4, EVENT).status is NtStatus.ACCESS_DENIED
