import pytest

from ntsessions.abi import access, sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.sddl import format_sddl, parse_sddl
from ntsessions.abi.security import NULL_DACL, AceFlags, Control, allow, deny, descriptor, mandatory_label
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.abi.status import NtStatus

TEXT = "O:BAG:SYD:P(A;OICI;GA;;;SY)(D;;0x3;;;WD)S:(ML;;NW;;;LW)"
RECORD = descriptor(
    (
        allow(sids.LOCAL_SYSTEM, access.GENERIC_ALL, AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT),
        deny(sids.EVERYONE, 3),
    ),
    owner=sids.ADMINISTRATORS,
    group=sids.LOCAL_SYSTEM,
    sacl=(mandatory_label(IntegrityLevel.LOW),),
    control=Control.DACL_PROTECTED,
)


def test_text_and_record_say_the_same() -> None:
    """What `nts object show` prints can be typed back."""
    assert parse_sddl(TEXT) == RECORD
    assert format_sddl(RECORD) == TEXT


def test_null_empty_and_absent_dacl_read_differently() -> None:
    """Nobody mistakes an open object for a closed one in a listing."""
    assert format_sddl(NULL_DACL) == "D:NO_ACCESS_CONTROL"
    assert format_sddl(descriptor(())) == "D:"
    assert format_sddl(descriptor()) == ""
    for record in (NULL_DACL, descriptor(()), descriptor()):
        assert parse_sddl(format_sddl(record)) == record


def test_many_spellings_are_understood() -> None:
    """Hexadecimal and decimal masks, letters in a row, spaces, file and directory letters, full SIDs before a part."""
    acl = parse_sddl("D:(A;;CCDC;;;WD) (A;;3;;;WD) (A;;0X3;;;S-1-1-0)(A;;FA;;;WD)").dacl
    assert acl == (*(allow(sids.EVERYONE, 3),) * 3, allow(sids.EVERYONE, 0x1F01FF))
    assert parse_sddl("O:S-1-5-18D:").owner == sids.LOCAL_SYSTEM
    assert parse_sddl("S:(AU;SAFA;GR;;;WD)").sacl is not None
    assert parse_sddl("D:PARAI").control == 0x4 | 0x1000 | 0x100 | 0x400


def test_a_mask_of_zero_is_written_as_a_number() -> None:
    """An entry for nothing is not an entry with a missing field."""
    assert format_sddl(descriptor((allow(sids.EVERYONE, 0),))) == "D:(A;;0x0;;;WD)"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("X:SY", NtStatus.INVALID_SECURITY_DESCR),
        ("D:(A;;GA;;;SY", NtStatus.INVALID_SECURITY_DESCR),
        ("D:(A;;GA;;;SY)D:", NtStatus.INVALID_SECURITY_DESCR),
        ("D:" + " " * (1 << 20), NtStatus.INVALID_SECURITY_DESCR),
        ("D:(A;;GA;;SY)", NtStatus.INVALID_ACL),
        ("D:(OA;;GA;;;SY)", NtStatus.INVALID_ACL),
        ("D:(A;XX;GA;;;SY)", NtStatus.INVALID_ACL),
        ("D:(A;;ZZ;;;SY)", NtStatus.INVALID_ACL),
        ("D:(A;;4294967296;;;SY)", NtStatus.INVALID_ACL),
        ("S:(ML;;GA;;;LW)", NtStatus.INVALID_ACL),
        ("D:" + "(A;;GA;;;SY)" * 4000, NtStatus.INVALID_ACL),
        ("D:(A;;GA;;;ZZ)", NtStatus.INVALID_SID),
        ("O:LA", NtStatus.INVALID_SID),
        ("S:(ML;;NW;;;SY)", NtStatus.INVALID_SID),
    ],
)
def test_a_mistake_is_told_by_its_part(text: str, status: NtStatus) -> None:
    """The status says whether the parts, an entry or a SID was not understood."""
    with pytest.raises(InvalidParameter) as error:
        parse_sddl(text)
    assert error.value.status is status
