import msgspec
import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.security import NULL_DACL, Ace, SecurityDescriptor, allow, deny, descriptor, mandatory_label
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.abi.status import NtStatus


def test_absent_null_and_empty_dacl_are_three_things() -> None:
    """Confusing them opens an object to everyone or closes it to all."""
    assert (descriptor().has_dacl, descriptor().dacl) == (False, None)
    assert (NULL_DACL.has_dacl, NULL_DACL.dacl) == (True, None)
    assert (descriptor(()).has_dacl, descriptor(()).dacl) == (True, ())
    assert len({descriptor(), NULL_DACL, descriptor(())}) == 3


def test_equal_descriptors_are_interchangeable() -> None:
    """Objects share descriptors, so equality and hash go by content."""
    one, two = (descriptor((allow(sids.EVERYONE, 1), deny(sids.GUESTS, 2))) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize("numbers", [(5, 0, 1), (0, 256, 1), (0, -1, 1), (0, 0, 1 << 32), (0, 0, -1)])
def test_an_entry_out_of_range_is_refused(numbers: tuple[int, int, int]) -> None:
    """Object entries (type 5) are not supported and say so with INVALID_ACL."""
    with pytest.raises(InvalidParameter) as error:
        Ace(*numbers, sids.EVERYONE)
    assert error.value.status is NtStatus.INVALID_ACL


def test_a_list_that_is_not_present_is_refused() -> None:
    """A descriptor cannot say that it has no DACL and carry one."""
    for bad in ({"dacl": ()}, {"sacl": ()}, {"control": 0x8000}, {"control": -1}):
        with pytest.raises(InvalidParameter) as error:
            SecurityDescriptor(**bad)
        assert error.value.status is NtStatus.INVALID_SECURITY_DESCR


def test_decoding_checks_too() -> None:
    """A peer that sends a contradictory record gets a decoding error like for any other wrong field."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"dacl": []}', type=SecurityDescriptor)


def test_the_label_is_found_among_the_audit_entries() -> None:
    """Only a label that is not for inheriting counts for the object itself."""
    label = mandatory_label(IntegrityLevel.LOW)
    audit = Ace(2, 0x40, 1, sids.EVERYONE)
    assert descriptor(sacl=(audit, label)).label == label
    assert descriptor(sacl=(audit, mandatory_label(IntegrityLevel.LOW, flags=0x9))).label is None
    assert descriptor().label is None
