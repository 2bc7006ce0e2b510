import pytest

from ntsessions.abi import sids
from ntsessions.win32 import win32security
from ntsessions.win32.errors import error
from ntsessions.win32.sid import PySID, new_sid, sid_object, sid_of
from ntsessions.win32.well_known_sids import TYPES, well_known

NT = (0, 0, 0, 0, 0, 5)


def test_a_sid_is_filled_in_step_by_step() -> None:
    sid = new_sid()
    assert not sid.IsValid()
    sid.Initialize(NT, 2)
    sid.SetSubAuthority(0, 32)
    sid.SetSubAuthority(1, 544)
    assert (str(sid), sid.GetLength(), sid.GetSubAuthorityCount()) == ("PySID:S-1-5-32-544", 16, 2)
    assert (sid.GetSubAuthority(1), sid.GetSidIdentifierAuthority()) == (544, NT)
    assert sid == new_sid(NT, [32, 544]) == sid_object(sids.ADMINISTRATORS)


def test_sids_compare_by_value_and_not_with_other_things() -> None:
    one = sid_object(sids.LOCAL_SYSTEM)
    assert one == sid_object("S-1-5-18")
    assert one != sid_object("S-1-5-19")
    assert one != bytes(one)
    assert one is not None
    with pytest.raises(TypeError):
        hash(one)


def test_a_sid_gives_out_its_bytes() -> None:
    sid = sid_object("S-1-5-18")
    assert bytes(sid) == memoryview(sid).tobytes() == b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0"
    assert new_sid(bytes(sid) + b"behind") == sid


def test_a_large_subauthority_comes_back_signed_as_through_a_c_long() -> None:
    sid = new_sid(NT, [0xFFFFFFFF])
    assert (sid.GetSubAuthority(0), str(sid)) == (-1, "PySID:S-1-5-4294967295")


@pytest.mark.parametrize("index", [-1, 1])
def test_a_subauthority_that_is_not_there_is_refused(index: int) -> None:
    sid = sid_object("S-1-5-18")
    for use in (lambda: sid.GetSubAuthority(index), lambda: sid.SetSubAuthority(index, 1)):
        with pytest.raises(ValueError, match="out of range"):
            use()


@pytest.mark.parametrize("arguments", [(NT, range(9)), (NT, 5), ((1, 2), [1]), (NT, [1], 3)])
def test_what_makes_no_sid_is_a_type_error(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        new_sid(*arguments)


def test_bytes_that_are_cut_off_are_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        new_sid(b"\x01\x05\0\0\0\0\0\x05")


def test_only_a_finished_sid_is_one_for_the_system() -> None:
    assert sid_of(sid_object("S-1-1-0"), "f") == sids.EVERYONE
    with pytest.raises(error) as caught:
        sid_of(new_sid(), "ConvertSidToStringSid")
    assert caught.value.args[:2] == (1337, "ConvertSidToStringSid")
    with pytest.raises(TypeError, match="not a PySID object"):
        sid_of("S-1-1-0", "f")


def test_a_long_authority_is_written_in_hexadecimal() -> None:
    assert str(new_sid((1, 2, 3, 4, 5, 6), [7])) == "PySID:S-1-0x010203040506-7"


def test_text_becomes_a_sid_and_back() -> None:
    sid = win32security.ConvertStringSidToSid("S-1-5-32-545")
    assert isinstance(sid, PySID)
    assert win32security.ConvertSidToStringSid(sid) == "S-1-5-32-545"
    assert win32security.GetBinarySid("S-1-5-32-545") == sid
    with pytest.raises(error) as caught:
        win32security.ConvertStringSidToSid("S-2-5")
    assert caught.value.args[:2] == (1337, "ConvertStringSidToSid")


def test_the_enumeration_has_the_numbers_of_windows() -> None:
    assert (TYPES["WinWorldSid"], TYPES["WinLocalSystemSid"], TYPES["WinBuiltinAdministratorsSid"]) == (1, 22, 26)
    assert (TYPES["WinHighLabelSid"], TYPES["WinBuiltinEventLogReadersGroup"]) == (68, 76)


def test_a_well_known_sid_is_made_by_its_number() -> None:
    assert win32security.CreateWellKnownSid(26) == sid_object(sids.ADMINISTRATORS)
    assert well_known(TYPES["WinHighLabelSid"], None) == "S-1-16-12288"
    domain = sid_object("S-1-5-21-1-2-3")
    assert win32security.CreateWellKnownSid(TYPES["WinAccountAdministratorSid"], domain) == sid_object(
        "S-1-5-21-1-2-3-500"
    )


@pytest.mark.parametrize("kind", [77, 10_000, 38, 7, 21])
def test_a_number_without_a_sid_of_its_own_is_refused(kind: int) -> None:
    with pytest.raises(error) as caught:
        win32security.CreateWellKnownSid(kind)
    assert caught.value.args[:2] == (87, "CreateWellKnownSid")
