"""SIDs and descriptors in their three forms: round trips, and any input gives a record or one of three statuses."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.sddl import format_sddl, parse_sddl
from ntsessions.abi.security import Ace, SecurityDescriptor, descriptor, mandatory_label
from ntsessions.abi.security_binary import acl_from_bytes, descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.sids import Sid, parse_sid, sid_from_bytes, sid_of, sid_to_bytes
from ntsessions.abi.status import NtStatus

NUMBERS = st.integers(0, (1 << 32) - 1)
SIDS = st.builds(
    lambda authority, parts: sid_of(authority, *parts),
    st.integers(0, 16) | st.integers(0, (1 << 48) - 1),
    st.lists(NUMBERS, min_size=1, max_size=15),
) | st.sampled_from([sids.EVERYONE, sids.LOCAL_SYSTEM, sids.ADMINISTRATORS, sids.CREATOR_OWNER])
FLAGS = st.integers(0, 255).map(lambda flags: flags & 0xDF)  # 0x20 has no name in SDDL
ACES = st.builds(Ace, st.sampled_from([0, 1, 2]), FLAGS, NUMBERS, SIDS)
LABELS = st.builds(mandatory_label, NUMBERS, st.integers(0, 7), FLAGS)
CONTROLS = st.lists(st.sampled_from([0x4, 0x10, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000])).map(
    lambda bits: sum(set(bits))
)


def lists(aces: st.SearchStrategy[Ace]) -> st.SearchStrategy[tuple[Ace, ...] | None]:
    return st.none() | st.lists(aces, max_size=4).map(tuple)


DESCRIPTORS = st.builds(
    descriptor,
    lists(ACES),
    owner=st.none() | SIDS,
    group=st.none() | SIDS,
    sacl=lists(ACES | LABELS),
    control=CONTROLS,
)
REFUSALS = {NtStatus.INVALID_SECURITY_DESCR, NtStatus.INVALID_ACL, NtStatus.INVALID_SID}


def refused_by_name(read: Callable[[], object]) -> None:
    try:
        read()
    except InvalidParameter as error:
        status = error.status
    else:
        return
    assert status in REFUSALS


@settings(max_examples=200)
@given(SIDS)
def test_a_sid_survives_both_forms(sid: Sid) -> None:
    """What is stored or sent comes back as it was."""
    data = sid_to_bytes(sid)
    assert sid_from_bytes(data) == (sid, len(data))
    assert parse_sid(sid) == parse_sid(sid.lower()) == sid


@settings(max_examples=200)
@given(DESCRIPTORS)
def test_a_descriptor_survives_its_binary_form(sd: SecurityDescriptor) -> None:
    """Also the difference between a NULL, an empty and an absent list."""
    assert descriptor_from_bytes(descriptor_to_bytes(sd)) == sd


def sayable(sd: SecurityDescriptor) -> SecurityDescriptor:
    """Without the flags of lists that are not there: SDDL has no place for them."""
    control = sd.control
    if not control & 0x4:
        control &= ~0x1500
    if not control & 0x10:
        control &= ~0x2A00
    return SecurityDescriptor(sd.owner, sd.group, sd.dacl, sd.sacl, control)


@settings(max_examples=200)
@given(DESCRIPTORS)
def test_a_descriptor_survives_its_text(sd: SecurityDescriptor) -> None:
    """A line that was printed can be typed back."""
    assert parse_sddl(format_sddl(sd)) == sayable(sd)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    """A hostile client cannot make the parser fail in any other way."""
    refused_by_name(lambda: descriptor_from_bytes(data))
    refused_by_name(lambda: acl_from_bytes(data))
    refused_by_name(lambda: sid_from_bytes(data))


@settings(max_examples=200)
@given(DESCRIPTORS, st.data())
def test_damaged_bytes_are_read_or_refused_by_name(sd: SecurityDescriptor, data: st.DataObject) -> None:
    """One wrong byte, or a cut, in an otherwise good descriptor reaches the inner checks."""
    blob = bytearray(descriptor_to_bytes(sd))
    blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(blob[: data.draw(st.integers(0, len(blob)))])
    refused_by_name(lambda: descriptor_from_bytes(bytes(blob)))
    refused_by_name(lambda: descriptor_from_bytes(cut))


@settings(max_examples=200)
@given(st.text(max_size=60) | st.from_regex(r"[OGDS]:[A-Z()S;0-9x-]{0,40}", fullmatch=True))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    """What people type is answered with one of three statuses."""
    refused_by_name(lambda: parse_sddl(text))
    refused_by_name(lambda: parse_sid(text))
