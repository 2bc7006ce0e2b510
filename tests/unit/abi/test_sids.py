import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.luids import Luid
from ntsessions.abi.sid_names import WELL_KNOWN_NAMES, display_sid, well_known_name, well_known_sid
from ntsessions.abi.sids import IntegrityLevel, parse_sid, sid_from_bytes, sid_of, sid_to_bytes
from ntsessions.abi.status import NtStatus


def test_one_sid_has_one_text() -> None:
    """However a SID is typed, comparing and listing show the same text."""
    assert parse_sid("s-1-0x5-0X20-544") == sids.ADMINISTRATORS
    assert parse_sid("S-1-05-018") == sids.LOCAL_SYSTEM
    assert parse_sid("S-1-5-18") is sids.LOCAL_SYSTEM


def test_a_large_authority_is_written_in_hexadecimal() -> None:
    """[MS-DTYP] 2.4.2.1: authorities of 2**32 and more have twelve hexadecimal digits."""
    assert sid_of(1 << 32, 7) == "S-1-0x000100000000-7"
    assert parse_sid("S-1-0x100000000-7") == sid_of(1 << 32, 7)
    assert parse_sid(f"S-1-{1 << 32}-7") == sid_of(1 << 32, 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S-1",
        "S-1-5",
        "S-2-5-18",
        "S-1-5-",
        "S-1-5--18",
        "S-1-5-18 ",
        "S-1-5-4294967296",
        "S-1-281474976710656-1",
        "S-1-5" + "-1" * 16,
        "S-1-5-" + "9" * 5000,
        "S-1-5-\u0661",
        "Everyone",
        "S-1-5-+1",
        "S-1-5-1_0",
    ],
)
def test_what_is_not_a_sid_is_refused_by_name(text: str) -> None:
    """A typing mistake, or a hostile client, gets INVALID_SID and nothing worse."""
    with pytest.raises(InvalidParameter) as error:
        parse_sid(text)
    assert error.value.status is NtStatus.INVALID_SID


def test_the_binary_form_is_that_of_windows() -> None:
    """S-1-5-32-544 has the bytes that every Windows program expects."""
    data = bytes.fromhex("01020000000000052000000020020000")
    assert sid_to_bytes(sids.ADMINISTRATORS) == data
    assert sid_from_bytes(b"xx" + data + b"yy", 2) == (sids.ADMINISTRATORS, 16)
    assert sid_from_bytes(memoryview(data)) == (sids.ADMINISTRATORS, 16)


@pytest.mark.parametrize(
    "data",
    [b"", b"\1", bytes(12), b"\2\1" + bytes(10), b"\1\0" + bytes(10), b"\1\2" + bytes(10), b"\1\x10" + bytes(80)],
)
def test_bytes_that_are_no_sid_are_refused_by_name(data: bytes) -> None:
    """Wrong revisions, counts and lengths give INVALID_SID."""
    with pytest.raises(InvalidParameter) as error:
        sid_from_bytes(data)
    assert error.value.status is NtStatus.INVALID_SID


@pytest.mark.parametrize("offset", [-1, 5, 1000])
def test_an_offset_outside_the_bytes_is_refused(offset: int) -> None:
    """An offset from a hostile descriptor reads nothing it should not."""
    with pytest.raises(InvalidParameter):
        sid_from_bytes(sid_to_bytes(sids.ADMINISTRATORS), offset)


def test_a_service_sid_is_derived_from_the_name_as_on_windows() -> None:
    """`NT SERVICE\\TrustedInstaller` has its published SID, in whatever case it is written."""
    expected = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    assert sids.service_sid("TrustedInstaller") == sids.service_sid("TRUSTEDINSTALLER") == expected
    assert sids.service_sid("straße") != sids.service_sid("strasse")


def test_derived_sids() -> None:
    """Logons, Unix accounts and machine accounts get the SIDs that listings show."""
    assert sids.logon_sid(Luid(0x1_0000_0002)) == "S-1-5-5-1-2"
    assert sids.unix_user_sid(1000) == "S-1-22-1-1000"
    assert sids.unix_group_sid(4294967295) == "S-1-22-2-4294967295"
    machine = parse_sid("S-1-5-21-1-2-3")
    assert sids.account_sid(machine, 500) == "S-1-5-21-1-2-3-500"
    assert sids.relative_id(sids.ADMINISTRATORS) == 544


def test_integrity_levels_are_sids() -> None:
    """Mandatory labels name their level by a SID; levels between the named ones exist."""
    assert sids.integrity_sid(IntegrityLevel.HIGH) == "S-1-16-12288"
    assert sids.integrity_level(parse_sid("S-1-16-8448")) == IntegrityLevel.MEDIUM_PLUS
    assert sids.integrity_level(parse_sid("S-1-16-17")) == 17
    for other in ("S-1-5-18", "S-1-16-1-2", "S-1-160-1"):
        assert not sids.is_integrity_sid(parse_sid(other))
        with pytest.raises(InvalidParameter):
            sids.integrity_level(parse_sid(other))


def test_well_known_names_lead_to_their_sids_and_back() -> None:
    r"""`BUILTIN\Administrators`, `administrators` and S-1-5-32-544 are one."""
    assert well_known_sid("administrators") == well_known_sid(r"BUILTIN\Administrators") == sids.ADMINISTRATORS
    assert well_known_name(sids.LOCAL_SYSTEM) == ("NT AUTHORITY", "SYSTEM")
    assert display_sid(sids.EVERYONE) == "Everyone"
    assert display_sid(sids.unix_user_sid(3)) == "S-1-22-1-3"
    assert well_known_sid("alice") is None
    for sid, (domain, name) in WELL_KNOWN_NAMES.items():
        assert well_known_sid(f"{domain}\\{name}" if domain else name) == sid
