import pytest

from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.luids import (
    SYSTEM_LUID,
    Luid,
    device_map_name,
    format_luid,
    parse_luid,
    service_window_station_name,
)


def test_each_place_prints_a_luid_its_own_way() -> None:
    """Programs compare these texts, so each has its exact form (behaviour vector 21)."""
    assert format_luid(SYSTEM_LUID) == "0x0-0x3e7"
    assert device_map_name(SYSTEM_LUID) == "00000000-000003e7"
    assert service_window_station_name(SYSTEM_LUID) == "Service-0x0-3e7$"
    assert service_window_station_name(Luid(0xAB_0000_00CD)) == "Service-0xab-cd$"


def test_every_printed_form_can_be_typed() -> None:
    """A LUID copied from a listing or a directory name is understood."""
    for luid in (SYSTEM_LUID, Luid(0), Luid((1 << 64) - 1)):
        assert parse_luid(format_luid(luid)) == parse_luid(device_map_name(luid)) == luid


@pytest.mark.parametrize("text", ["", "3e7", "0x0", "0x0-", "0x0-0x1g", "0x100000000-0", "-1-0", "0x0-0x0-0x0"])
def test_what_is_no_luid_is_refused(text: str) -> None:
    """A typing mistake is told as INVALID_PARAMETER."""
    with pytest.raises(InvalidParameter):
        parse_luid(text)
