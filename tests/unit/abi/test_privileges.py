import pytest

from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.privileges import Privilege, privilege_named
from ntsessions.abi.status import NtStatus


def test_privileges_have_the_sdks_names_and_numbers() -> None:
    """Names that scripts pass and numbers that they get are those of Windows."""
    assert Privilege(30).name == "SeCreateGlobalPrivilege"
    assert [int(p) for p in Privilege] == list(range(2, 37))


def test_every_privilege_can_be_named_and_explained() -> None:
    """`whoami /priv` has a line with a text for each."""
    for privilege in Privilege:
        assert privilege_named(privilege.name.lower()) is privilege
        assert privilege.display_text


def test_an_unknown_privilege_is_told_by_name() -> None:
    """LookupPrivilegeValue fails with ERROR_NO_SUCH_PRIVILEGE (1313)."""
    with pytest.raises(InvalidParameter) as error:
        privilege_named("SeFlyPrivilege")
    assert error.value.status is NtStatus.NO_SUCH_PRIVILEGE
    assert error.value.win32 == 1313
