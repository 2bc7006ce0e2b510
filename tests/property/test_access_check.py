"""The access check against an oracle that thinks differently: one right, one question, no masks.

The oracle takes one right at a time and asks in turn: does a privilege give it, does the label forbid it, does
ownership give it, which entry speaks of it first.  Explanation and check are held together here too.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from ntsessions.abi import sids
from ntsessions.abi.access import ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, READ_CONTROL, WRITE_DAC, WRITE_OWNER
from ntsessions.abi.errors import AccessDenied
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import DESKTOP, EVENT, PROCESS, SECTION, ObjectType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import Ace, SecurityDescriptor, descriptor, mandatory_label
from ntsessions.abi.sids import Sid, unix_user_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import Group, GroupAttributes, ImpersonationLevel, RestrictFlags
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.security.explain import explain_access
from ntsessions.executive.security.token import Token

ALICE = unix_user_sid(1000)
WHO = st.sampled_from([ALICE, sids.USERS, sids.EVERYONE, sids.ADMINISTRATORS, sids.RESTRICTED, sids.OWNER_RIGHTS])
TYPES = st.sampled_from([EVENT, SECTION, PROCESS, DESKTOP])
BITS = [0, 1, 2, 3, 16, 17, 18, 19, 20]
MASKS = st.integers(0, (1 << len(BITS)) - 1).map(lambda n: sum(1 << bit for i, bit in enumerate(BITS) if n >> i & 1))
ACES = st.builds(Ace, st.sampled_from([0, 0, 0, 1, 1, 2]), st.sampled_from([0, 0, 0x9, 0x10]), MASKS, WHO)
LEVELS = st.sampled_from([0, 0x1000, 0x2000, 0x2000, 0x2000, 0x2100, 0x3000])
LABELS = st.builds(mandatory_label, LEVELS, st.integers(0, 7))
DESCRIPTORS = st.builds(
    descriptor,
    st.sampled_from([None, (), *[...] * 6]).flatmap(
        lambda dacl: st.lists(ACES, min_size=1, max_size=6).map(tuple) if dacl is ... else st.just(dacl)
    ),
    owner=st.sampled_from([ALICE, sids.ADMINISTRATORS, sids.LOCAL_SYSTEM, None]),
    sacl=st.none() | LABELS.map(lambda label: (label,)),
)
PRIVILEGES = [Privilege.SeSecurityPrivilege, Privilege.SeTakeOwnershipPrivilege, Privilege.SeRelabelPrivilege]
DESIRED = st.builds(
    lambda mask, extra: mask | extra,
    MASKS,
    st.sampled_from([0, 0, 0, MAXIMUM_ALLOWED, ACCESS_SYSTEM_SECURITY, 0x10000000, 0x80000000, 0x40000000]),
)


@st.composite
def tokens(draw: st.DrawFn) -> Token:
    attributes = st.sampled_from([0, 4, 4, int(GroupAttributes.USE_FOR_DENY_ONLY)])
    token = Token(
        token_id=Luid(1),
        authentication_id=Luid(2),
        user=ALICE,
        user_name="alice",
        groups=[Group(sid, draw(attributes)) for sid in (sids.USERS, sids.EVERYONE, sids.ADMINISTRATORS)],
        privileges={privilege: draw(st.sampled_from([0, 2])) for privilege in PRIVILEGES},
        integrity=draw(LEVELS),
    )
    if draw(st.integers(0, 2)) == 0:
        restricting = draw(st.lists(WHO, min_size=1, max_size=3))
        flags = draw(st.sampled_from([0, int(RestrictFlags.WRITE_RESTRICTED)]))
        token = token.restrict(Luid(3), restricting=restricting, flags=flags)
    if draw(st.integers(0, 7)) == 0:
        token = token.duplicate(Luid(4), level=draw(st.sampled_from(ImpersonationLevel)))
    return token


def check(sd: SecurityDescriptor, token: Token, desired: int, row: ObjectType) -> tuple[NtStatus, int]:
    try:
        return NtStatus.SUCCESS, access_check(sd, token, desired, row)
    except AccessDenied as error:
        return error.status, 0


def list_gives(sd: SecurityDescriptor, right: int, have: set[Sid], denials: set[Sid]) -> bool:
    """Does DACL or ownership give this one right to whoever has these SIDs?"""
    if sd.dacl is None:
        return True
    owner = sd.owner in have
    entries = [ace for ace in sd.dacl if not ace.flags & 8]
    if owner and right in {READ_CONTROL, WRITE_DAC} and sids.OWNER_RIGHTS not in {ace.sid for ace in entries}:
        return True
    me = have | ({sids.OWNER_RIGHTS} if owner else set())
    about_me = [
        ace.type == 0
        for ace in entries
        if ace.mask & right and ((ace.type == 0 and ace.sid in me) or (ace.type == 1 and ace.sid in me | denials))
    ]
    return about_me[:1] == [True]


def label_forbids(sd: SecurityDescriptor, token: Token, right: int, row: ObjectType) -> bool:
    label = sd.sacl[0] if sd.sacl else mandatory_label(0x2000)
    if token.integrity >= int(label.sid.split("-")[3]):
        return False
    if right == WRITE_OWNER and token.privileges.get(Privilege.SeRelabelPrivilege):
        return False
    reads, executes = bool(row.mapping.read & right), bool(row.mapping.execute & right)
    writes = bool(row.mapping.write & right) or not (reads or executes)
    allowed = (reads and not label.mask & 2) or (executes and not label.mask & 4) or (writes and not label.mask & 1)
    return not allowed


def oracle(sd: SecurityDescriptor, token: Token, right: int, row: ObjectType) -> bool:
    """May *token* have this one right?"""
    if right == ACCESS_SYSTEM_SECURITY:
        return bool(token.privileges.get(Privilege.SeSecurityPrivilege))
    if label_forbids(sd, token, right, row):
        return False
    if right == WRITE_OWNER and token.privileges.get(Privilege.SeTakeOwnershipPrivilege):
        return True
    have = {group.sid for group in token.groups if group.attributes & 4} | {token.user}
    denials = {group.sid for group in token.groups if group.attributes & 0x10}
    if not list_gives(sd, right, have, denials):
        return False
    changes = not right & (row.mapping.read | row.mapping.execute)
    if token.restricted_sids is None or (token.is_write_restricted and not changes):
        return True
    return list_gives(sd, right, set(token.restricted_sids), set())


@settings(max_examples=200)
@given(DESCRIPTORS, tokens(), TYPES)
def test_each_right_is_granted_when_the_oracle_says_so(sd: SecurityDescriptor, token: Token, row: ObjectType) -> None:
    """No right is granted or refused by accident of another."""
    can_open = token.is_primary or token.impersonation_level >= 2
    for bit in (*BITS, 24):
        if row.valid_access & 1 << bit or bit == 24:
            expected = can_open and oracle(sd, token, 1 << bit, row)
            assert (check(sd, token, 1 << bit, row) == (NtStatus.SUCCESS, 1 << bit)) == expected


@settings(max_examples=200)
@given(DESCRIPTORS, tokens(), TYPES, MASKS)
def test_several_rights_are_granted_when_each_of_them_is(
    sd: SecurityDescriptor, token: Token, row: ObjectType, mask: int
) -> None:
    """Asking for more never gives what asking one by one would not."""
    mask &= row.valid_access
    each = [check(sd, token, 1 << bit, row)[0] is NtStatus.SUCCESS for bit in BITS if mask >> bit & 1]
    assert (check(sd, token, mask, row) == (NtStatus.SUCCESS, mask)) == (bool(each) and all(each))


@settings(max_examples=200)
@given(DESCRIPTORS, tokens(), TYPES)
def test_maximum_allowed_is_the_union_of_what_can_be_asked_for(
    sd: SecurityDescriptor, token: Token, row: ObjectType
) -> None:
    """Except for the right that a privilege gives, which must be asked for by name."""
    taker = token.privileges.get(Privilege.SeTakeOwnershipPrivilege)
    single = [1 << bit for bit in range(21) if row.valid_access >> bit & 1]
    union = sum(right for right in single if check(sd, token, right, row)[1])
    granted = check(sd, token, MAXIMUM_ALLOWED, row)[1]
    assert granted & ~WRITE_OWNER == union & ~WRITE_OWNER
    assert taker or granted == union


@settings(max_examples=200)
@given(DESCRIPTORS, tokens(), TYPES, DESIRED)
def test_the_explanation_agrees_with_the_check(
    sd: SecurityDescriptor, token: Token, row: ObjectType, desired: int
) -> None:
    """Nobody is told that he may and then refused, or the other way round."""
    told = explain_access(sd, token, desired, row)
    assert (told.status, told.granted) == check(sd, token, desired, row)
    assert told.steps[-1].about == "verdict"


@settings(max_examples=200)
@given(DESCRIPTORS, tokens(), TYPES, st.lists(WHO, min_size=1, max_size=2))
def test_a_restricted_copy_is_never_granted_more(
    sd: SecurityDescriptor, token: Token, row: ObjectType, restricting: list[Sid]
) -> None:
    """A sandbox cannot be a way up."""
    less = token.restrict(Luid(9), restricting=restricting, flags=RestrictFlags.DISABLE_MAX_PRIVILEGE)
    assert not check(sd, less, MAXIMUM_ALLOWED, row)[1] & ~check(sd, token, MAXIMUM_ALLOWED, row)[1]
