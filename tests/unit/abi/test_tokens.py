"""The numbers that a token is made of: those of the SDK (nt-semantics 3.2-3.4)."""

from enum import Enum

import pytest

from ntsessions.abi import access, luids
from ntsessions.abi.privileges import PrivilegeAttributes
from ntsessions.abi.tokens import ElevationType, GroupAttributes, ImpersonationLevel, TokenType
from ntsessions.executive.executive import Executive
from ntsessions.profiles.table import DEFAULT_PROFILE, PROFILES
from ntsessions.win32 import token_query

NUMBERS: list[tuple[type[Enum], dict[str, int]]] = [
    (TokenType, {"PRIMARY": 1, "IMPERSONATION": 2}),
    (ImpersonationLevel, {"ANONYMOUS": 0, "IDENTIFICATION": 1, "IMPERSONATION": 2, "DELEGATION": 3}),
    (ElevationType, {"DEFAULT": 1, "FULL": 2, "LIMITED": 3}),
    (
        GroupAttributes,
        {
            "NONE": 0, "MANDATORY": 1, "ENABLED_BY_DEFAULT": 2, "ENABLED": 4, "OWNER": 8, "USE_FOR_DENY_ONLY": 0x10,
            "INTEGRITY": 0x20, "INTEGRITY_ENABLED": 0x40, "RESOURCE": 0x20000000, "LOGON_ID": 0xC0000000,
        },
    ),
    (
        PrivilegeAttributes,
        {"NONE": 0, "ENABLED_BY_DEFAULT": 1, "ENABLED": 2, "REMOVED": 4, "USED_FOR_ACCESS": 0x80000000},
    ),
]  # fmt: skip

RIGHTS = {
    "ASSIGN_PRIMARY": 1, "DUPLICATE": 2, "IMPERSONATE": 4, "QUERY": 8, "QUERY_SOURCE": 0x10, "ADJUST_PRIVILEGES": 0x20,
    "ADJUST_GROUPS": 0x40, "ADJUST_DEFAULT": 0x80, "ADJUST_SESSIONID": 0x100, "ALL_ACCESS": 0xF01FF,
}  # fmt: skip

INFORMATION_CLASSES = {
    "User": 1, "Groups": 2, "Privileges": 3, "Owner": 4, "PrimaryGroup": 5, "DefaultDacl": 6, "Source": 7, "Type": 8,
    "ImpersonationLevel": 9, "Statistics": 10, "RestrictedSids": 11, "SessionId": 12, "GroupsAndPrivileges": 13,
    "SessionReference": 14, "SandBoxInert": 15, "AuditPolicy": 16, "Origin": 17, "ElevationType": 18,
    "LinkedToken": 19, "Elevation": 20, "HasRestrictions": 21, "AccessInformation": 22, "VirtualizationAllowed": 23,
    "VirtualizationEnabled": 24, "IntegrityLevel": 25, "UIAccess": 26, "MandatoryPolicy": 27, "LogonSid": 28,
}  # fmt: skip

LOGONS = {"SYSTEM": 999, "ANONYMOUS": 998, "LOCAL_SERVICE": 997, "NETWORK_SERVICE": 996, "IUSR": 995}


@pytest.mark.parametrize(("kind", "rows"), NUMBERS, ids=[kind.__name__ for kind, _ in NUMBERS])
def test_flags_and_kinds_have_the_sdks_numbers(kind: type[Enum], rows: dict[str, int]) -> None:
    """What GetTokenInformation returns is compared with constants by every script."""
    assert {name: int(value.value) for name, value in kind.__members__.items()} == rows


def test_rights_on_tokens_have_the_sdks_numbers() -> None:
    """OpenProcessToken is called with numbers."""
    assert {name: getattr(access, f"TOKEN_{name}") for name in RIGHTS} == RIGHTS


def test_classes_of_information_have_the_sdks_numbers() -> None:
    """GetTokenInformation is called with numbers."""
    assert {name: getattr(token_query, f"Token{name}") for name in INFORMATION_CLASSES} == INFORMATION_CLASSES


def test_the_built_in_logons_have_fixed_luids() -> None:
    """Programs know the system by 0x3e7."""
    assert {name: getattr(luids, f"{name}_LUID") for name in LOGONS} == LOGONS


def test_other_luids_are_counted_from_1001_on() -> None:
    """The first that is handed out after a boot is 0x3e9, and the next follow one by one."""
    executive = Executive(PROFILES[DEFAULT_PROFILE], "S-1-5-21-1-2-3")
    assert [executive.new_luid() for _ in range(3)] == [0x3E9, 0x3EA, 0x3EB]
