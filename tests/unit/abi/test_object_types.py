import pytest

from ntsessions.abi import access
from ntsessions.abi import object_types as types
from ntsessions.abi.errors import AccessDenied
from ntsessions.abi.object_types import RIGHT_NAMES, TYPES, ObjectType, map_desired, map_generic, rights_text

ALL = sorted(TYPES.values(), key=lambda row: row.name)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_generic_rights_mean_rights_that_the_type_has(row: ObjectType) -> None:
    """A generic open never yields a right that the type does not know, nor a generic one."""
    mapping = row.mapping
    for mask in (mapping.read, mapping.write, mapping.execute, mapping.all):
        assert not mask & ~row.valid_access
    assert not (mapping.read | mapping.write | mapping.execute) & ~mapping.all


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_every_right_has_a_name(row: ObjectType) -> None:
    """Error details speak in names; only SymbolicLink, Process and Thread have bits that the SDK does not name."""
    nameless = row.valid_access & ~sum(RIGHT_NAMES[row.name])
    assert not nameless or row.name in {"SymbolicLink", "Process", "Thread"}


def test_generic_rights_are_mapped_and_others_stay() -> None:
    """GENERIC_READ on an event is EVENT_QUERY_STATE | READ_CONTROL (nt-semantics 1.15)."""
    mapping = types.EVENT.mapping
    assert map_generic(mapping, access.GENERIC_READ | access.DELETE) == 0x30001
    assert map_generic(mapping, access.GENERIC_WRITE) == 0x20002
    assert map_generic(mapping, access.GENERIC_EXECUTE) == 0x120000
    assert map_generic(mapping, access.GENERIC_ALL) == access.EVENT_ALL_ACCESS
    assert map_generic(mapping, access.MAXIMUM_ALLOWED) == access.MAXIMUM_ALLOWED


def test_single_bit_opens_of_a_mutex() -> None:
    """Only 0x1, the standard rights, the requests and the generic rights are not refused outright ([T] in 1.15)."""
    allowed = set()
    for bit in range(32):
        try:
            map_desired(types.MUTANT, 1 << bit)
        except AccessDenied:
            continue
        allowed.add(bit)
    assert allowed == {0, 16, 17, 18, 19, 20, 24, 25, 28, 29, 30, 31}


def test_newer_masks_are_accepted() -> None:
    """Jobs and links know the rights of newer Windows as well as the older full masks."""
    for row, masks in ((types.JOB, (0x1F001F, 0x1F003F)), (types.SYMBOLIC_LINK, (0xF0001, 0xFFFFF))):
        for mask in masks:
            assert map_desired(row, mask) == mask


def test_rights_in_words() -> None:
    """Error details and tables name rights; what has no name is shown in hexadecimal."""
    assert rights_text(types.EVENT, 0x100002) == "EVENT_MODIFY_STATE | SYNCHRONIZE"
    assert rights_text(types.SESSION, 0x20) == "WINSTATION_LOGON"
    assert rights_text(types.SECTION, 0x40 | 0x1) == "SECTION_QUERY | 0x40"
    assert rights_text(types.EVENT, 0) == "0"


def test_session_rights_are_those_of_terminal_services() -> None:
    """User access is LOGON, QUERY and CONNECT: 0x121 (nt-semantics 4.6)."""
    assert access.WINSTATION_USER_ACCESS == 0x121
    assert types.SESSION.valid_access == access.WINSTATION_ALL_ACCESS == 0xF03FF
