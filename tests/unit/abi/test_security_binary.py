import struct

import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.security import NULL_DACL, allow, descriptor
from ntsessions.abi.security_binary import acl_from_bytes, acl_to_bytes, descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.status import NtStatus

WORLD = bytes.fromhex("010100000000000100000000")
ACL = bytes.fromhex("02001c0001000000" + "0000140003001f00") + WORLD


def test_a_list_has_the_bytes_of_windows() -> None:
    """What pywin32 scripts pickle or store in files can be read here, and the other way round."""
    acl = (allow(sids.EVERYONE, 0x1F0003),)
    assert acl_to_bytes(acl) == ACL
    assert acl_from_bytes(b"?" + ACL, 1) == acl


def test_null_and_absent_dacl_survive() -> None:
    """A NULL DACL has its present bit and no offset ([MS-DTYP] 2.4.6)."""
    data = descriptor_to_bytes(NULL_DACL)
    assert data == struct.pack("<BBHLLLL", 1, 0, 0x8004, 0, 0, 0, 0)
    assert descriptor_from_bytes(data) == NULL_DACL
    assert descriptor_from_bytes(descriptor_to_bytes(descriptor())) == descriptor()
    assert descriptor_from_bytes(descriptor_to_bytes(descriptor(()))) == descriptor(())


def test_an_offset_without_its_present_bit_is_ignored() -> None:
    """Windows reads no DACL where none is said to be."""
    data = struct.pack("<BBHLLLL", 1, 0, 0x8000, 0, 0, 0, 20) + ACL
    assert descriptor_from_bytes(data) == descriptor()


def test_space_after_the_entries_is_allowed() -> None:
    """Programs allocate a list larger than it is filled."""
    roomy = b"\2\0" + struct.pack("<H", len(ACL) + 8) + ACL[4:] + bytes(8)
    assert acl_from_bytes(roomy) == (allow(sids.EVERYONE, 0x1F0003),)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", NtStatus.INVALID_SECURITY_DESCR),
        (struct.pack("<BBHLLLL", 2, 0, 0x8000, 0, 0, 0, 0), NtStatus.INVALID_SECURITY_DESCR),
        (struct.pack("<BBHLLLL", 1, 0, 0x0000, 0, 0, 0, 0), NtStatus.INVALID_SECURITY_DESCR),
        (struct.pack("<BBHLLLL", 1, 0, 0x8004, 0, 0, 0, 20), NtStatus.INVALID_SECURITY_DESCR),
        (struct.pack("<BBHLLLL", 1, 0, 0x8004, 0, 0, 0, 4), NtStatus.INVALID_SECURITY_DESCR),
        (struct.pack("<BBHLLLL", 1, 0, 0x8004, 0, 0, 0, 20) + b"\2", NtStatus.INVALID_ACL),
        (struct.pack("<BBHLLLL", 1, 0, 0x8000, 20, 0, 0, 0) + b"\2" * 12, NtStatus.INVALID_SID),
    ],
)
def test_bytes_that_are_no_descriptor_are_refused_by_name(data: bytes, status: NtStatus) -> None:
    """The three statuses tell which part was wrong."""
    with pytest.raises(InvalidParameter) as error:
        descriptor_from_bytes(data)
    assert error.value.status is status


@pytest.mark.parametrize(
    "data",
    [
        ACL[:-1],
        b"\7" + ACL[1:],
        ACL[:4] + b"\2" + ACL[5:],  # two entries said, one there
        ACL[:10] + b"\x04" + ACL[11:],  # an entry smaller than its own header
        ACL[:10] + b"\xff" + ACL[11:],  # an entry beyond the list
        ACL[:8] + b"\x09" + ACL[9:],  # a callback entry
        ACL[:8] + b"\x11" + ACL[9:],  # a label that names Everyone
        b"\2\0\4\0\0\0\0\0",
    ],
)
def test_bytes_that_are_no_list_are_refused(data: bytes) -> None:
    """Each wrong length or type is an InvalidParameter, never a crash."""
    with pytest.raises(InvalidParameter):
        acl_from_bytes(data)


def test_a_list_that_does_not_fit_its_size_field_is_refused() -> None:
    """65,535 bytes is NT's limit; one entry more gives INVALID_ACL instead of a cut-off list."""
    entry = allow(sids.EVERYONE, 1)
    acl_to_bytes((entry,) * 3276)
    with pytest.raises(InvalidParameter) as error:
        acl_to_bytes((entry,) * 3277)
    assert error.value.status is NtStatus.INVALID_ACL
