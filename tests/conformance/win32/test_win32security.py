"""win32security: tokens, privileges, impersonation and the security of objects."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ntsessions.win32 import pywintypes, win32api, win32event, win32security
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.sid import PySID
from tests.conformance.win32.conftest import RunScript

TOKEN_ALL_ACCESS = win32security.TOKEN_ALL_ACCESS


def code_of(call: Callable[..., Any], *arguments: Any) -> int:
    with pytest.raises(pywintypes.error) as caught:
        call(*arguments)
    return int(caught.value.winerror)


@pytest.fixture
def token() -> PyHANDLE:
    return win32security.OpenProcessToken(win32api.GetCurrentProcess(), TOKEN_ALL_ACCESS)


@pytest.fixture
def reverted() -> Iterator[None]:
    yield
    win32security.RevertToSelf()


def query(token: Any, kind: int) -> Any:
    return win32security.GetTokenInformation(token, kind)


# -- tokens


def test_every_class_of_information_has_pywin32s_shape(token: PyHANDLE) -> None:
    user, attributes = query(token, win32security.TokenUser)
    assert isinstance(user, PySID)
    assert attributes == 0
    groups = query(token, win32security.TokenGroups)
    assert all(isinstance(sid, PySID) and isinstance(flags, int) for sid, flags in groups)
    assert all(luid > 0 for luid, _ in query(token, win32security.TokenPrivileges))
    assert query(token, win32security.TokenType) == win32security.TokenPrimary
    assert isinstance(query(token, win32security.TokenSessionId), int)
    name, source = query(token, win32security.TokenSource)
    assert (type(name), len(name)) == (bytes, 8)
    assert source > 0
    assert query(token, win32security.TokenMandatoryPolicy) == 3
    statistics = query(token, win32security.TokenStatistics)
    assert statistics["GroupCount"] == len(groups)
    label, flags = query(token, win32security.TokenIntegrityLevel)
    assert (str(label).startswith("PySID:S-1-16-"), flags) == (True, 0x60)
    assert isinstance(query(token, win32security.TokenOwner), PySID)
    assert isinstance(query(token, win32security.TokenPrimaryGroup), PySID)
    assert query(token, win32security.TokenDefaultDacl).GetAceCount() > 0
    assert query(token, win32security.TokenElevationType) in {1, 2, 3}


def test_a_primary_token_has_no_impersonation_level(token: PyHANDLE) -> None:
    assert code_of(query, token, win32security.TokenImpersonationLevel) == 87


def test_a_handle_without_the_right_reads_nothing() -> None:
    blind = win32security.OpenProcessToken(-1, win32security.TOKEN_DUPLICATE)
    assert code_of(query, blind, win32security.TokenUser) == 5


def test_a_copy_for_impersonation_has_a_level(token: PyHANDLE) -> None:
    copy = win32security.DuplicateTokenEx(
        ExistingToken=token,
        ImpersonationLevel=win32security.SecurityIdentification,
        DesiredAccess=win32security.TOKEN_QUERY,
        TokenType=win32security.TokenImpersonation,
    )
    assert query(copy, win32security.TokenType) == win32security.TokenImpersonation
    assert query(copy, win32security.TokenImpersonationLevel) == win32security.SecurityIdentification
    other = win32security.DuplicateToken(token, win32security.SecurityImpersonation)
    assert query(other, win32security.TokenImpersonationLevel) == win32security.SecurityImpersonation
    assert code_of(win32security.DuplicateTokenEx, token, 2, 8, 5) == 87


def test_privileges_are_switched_and_what_changed_is_told(token: PyHANDLE) -> None:
    copy = win32security.DuplicateTokenEx(token, 2, TOKEN_ALL_ACCESS, win32security.TokenPrimary)
    luid, before = query(copy, win32security.TokenPrivileges)[0]
    wanted = 0 if before & win32security.SE_PRIVILEGE_ENABLED else win32security.SE_PRIVILEGE_ENABLED
    assert win32security.AdjustTokenPrivileges(copy, False, [(luid, wanted)]) == ((luid, before),)
    assert win32api.GetLastError() == 0
    assert win32security.AdjustTokenPrivileges(copy, 0, [(luid, wanted)]) == ()
    win32security.AdjustTokenPrivileges(copy, 0, [(luid, win32security.SE_PRIVILEGE_REMOVED)])
    win32security.AdjustTokenPrivileges(copy, 0, [(luid, win32security.SE_PRIVILEGE_ENABLED)])
    assert win32api.GetLastError() == 1300


def test_a_restricted_token_has_less(token: PyHANDLE) -> None:
    everyone = win32security.CreateWellKnownSid(win32security.WinWorldSid)
    restricted = win32security.CreateRestrictedToken(
        token, win32security.DISABLE_MAX_PRIVILEGE, [(everyone, 0)], None, [(everyone, 0)]
    )
    assert win32security.IsTokenRestricted(restricted)
    assert not win32security.IsTokenRestricted(token)
    assert [str(sid) for sid, _ in query(restricted, win32security.TokenRestrictedSids)] == ["PySID:S-1-1-0"]
    assert {luid for luid, _ in query(restricted, win32security.TokenPrivileges)} <= {23}


def test_membership_counts_only_what_is_enabled(token: PyHANDLE) -> None:
    everyone = win32security.CreateWellKnownSid(win32security.WinWorldSid)
    nobody = win32security.CreateWellKnownSid(win32security.WinNullSid)
    assert win32security.CheckTokenMembership(None, everyone)
    assert not win32security.CheckTokenMembership(None, nobody)


def test_fields_of_a_token_can_be_set(token: PyHANDLE) -> None:
    copy = win32security.DuplicateTokenEx(token, 2, TOKEN_ALL_ACCESS, win32security.TokenPrimary)
    low = win32security.CreateWellKnownSid(win32security.WinLowLabelSid)
    win32security.SetTokenInformation(copy, win32security.TokenIntegrityLevel, (low, 0x20))
    assert query(copy, win32security.TokenIntegrityLevel)[0] == low
    acl = win32security.ACL()
    acl.AddAccessAllowedAce(win32security.ACL_REVISION, 0x10000000, query(copy, win32security.TokenUser)[0])
    win32security.SetTokenInformation(copy, win32security.TokenDefaultDacl, acl)
    assert query(copy, win32security.TokenDefaultDacl).GetAceCount() == 1
    null = win32security.CreateWellKnownSid(win32security.WinNullSid)
    assert code_of(win32security.SetTokenInformation, copy, win32security.TokenOwner, null) == 1307


# -- impersonation


@pytest.mark.usefixtures("reverted")
def test_a_thread_acts_as_someone_else_until_it_reverts(token: PyHANDLE) -> None:
    thread = win32api.GetCurrentThread()
    assert code_of(win32security.OpenThreadToken, thread, win32security.TOKEN_QUERY, True) == 1008
    win32security.ImpersonateSelf(win32security.SecurityImpersonation)
    own = win32security.OpenThreadToken(thread, win32security.TOKEN_QUERY, True)
    assert query(own, win32security.TokenType) == win32security.TokenImpersonation
    win32security.RevertToSelf()
    win32security.ImpersonateLoggedOnUser(token)
    assert win32security.OpenThreadToken(thread, win32security.TOKEN_QUERY, True)
    win32security.RevertToSelf()
    assert code_of(win32security.OpenThreadToken, thread, win32security.TOKEN_QUERY, True) == 1008


@pytest.mark.usefixtures("reverted")
def test_a_thread_token_is_set_and_taken_away(token: PyHANDLE) -> None:
    copy = win32security.DuplicateToken(token, win32security.SecurityImpersonation)
    win32security.SetThreadToken(None, copy)
    assert win32security.OpenThreadToken(-2, win32security.TOKEN_QUERY, True)
    win32security.SetThreadToken(None, None)
    assert code_of(win32security.OpenThreadToken, -2, win32security.TOKEN_QUERY, True) == 1008


# -- names


def test_accounts_have_names_and_sids() -> None:
    sid, domain, kind = win32security.LookupAccountName(None, "NT AUTHORITY\\SYSTEM")
    assert (str(sid), domain, kind) == ("PySID:S-1-5-18", "NT AUTHORITY", win32security.SidTypeWellKnownGroup)
    assert win32security.LookupAccountSid("", sid)[:2] == ("SYSTEM", "NT AUTHORITY")


def test_names_that_nobody_has_are_not_mapped() -> None:
    assert code_of(win32security.LookupAccountName, None, "nobody-of-that-name") == 1332
    unknown = win32security.ConvertStringSidToSid("S-1-5-21-9-9-9-9")
    assert code_of(win32security.LookupAccountSid, None, unknown) == 1332


def test_a_logon_with_a_wrong_password_fails() -> None:
    with pytest.raises(pywintypes.error) as caught:
        win32security.LogonUser(Username="nobody", Domain=None, Password="x", LogonType=2, LogonProvider=0)
    assert caught.value.args[:2] == (1326, "LogonUser")


def test_logon_sessions_are_told() -> None:
    sessions = win32security.LsaEnumerateLogonSessions()
    assert sessions
    data = win32security.LsaGetLogonSessionData(sessions[0])
    assert (data["LogonId"], len(data)) == (sessions[0], 22)
    assert isinstance(data["Sid"], PySID)
    assert code_of(win32security.LsaGetLogonSessionData, 1 << 40) == 1312


def test_the_user_has_a_name() -> None:
    assert win32api.GetUserName()
    assert win32api.GetUserNameEx(win32api.NameSamCompatible).endswith("\\" + win32api.GetUserName())
    assert code_of(win32api.GetUserNameEx, win32api.NameDisplay) == 1332


# -- security of objects


def test_an_object_has_the_descriptor_it_was_given(name: str) -> None:
    attributes = pywintypes.SECURITY_ATTRIBUTES()
    attributes.SECURITY_DESCRIPTOR = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
        "D:(A;;0x1f0003;;;WD)", 1
    )
    event = win32event.CreateEvent(attributes, 0, 0, name)
    parts = win32security.OWNER_SECURITY_INFORMATION | win32security.DACL_SECURITY_INFORMATION
    for descriptor in (
        win32security.GetKernelObjectSecurity(event, parts),
        win32security.GetSecurityInfo(event, win32security.SE_KERNEL_OBJECT, parts),
        win32security.GetNamedSecurityInfo(name, win32security.SE_KERNEL_OBJECT, parts),
    ):
        dacl = descriptor.GetSecurityDescriptorDacl()
        assert dacl is not None
        assert dacl.GetAce(0)[1] == 0x1F0003
        assert descriptor.GetSecurityDescriptorOwner() is not None
        assert descriptor.GetSecurityDescriptorGroup() is None


def test_an_empty_list_shuts_everyone_out_but_open_handles_stay_good(name: str) -> None:
    event = win32event.CreateEvent(None, 0, 0, name)
    information = win32security.DACL_SECURITY_INFORMATION
    win32security.SetSecurityInfo(
        event, win32security.SE_KERNEL_OBJECT, information, None, None, win32security.ACL(), None
    )
    assert code_of(win32event.OpenEvent, win32event.EVENT_MODIFY_STATE, False, name) == 5
    win32event.SetEvent(event)
    descriptor = win32security.SECURITY_DESCRIPTOR()
    descriptor.SetSecurityDescriptorDacl(1, None, 0)
    win32security.SetKernelObjectSecurity(event, information, descriptor)
    assert win32event.OpenEvent(win32event.EVENT_MODIFY_STATE, False, name)


def test_security_is_changed_by_name_for_every_type(name: str) -> None:
    mutex = win32event.CreateMutex(None, False, name)
    acl = win32security.ACL()
    acl.AddAccessAllowedAce(2, 0x1F0001, win32security.CreateWellKnownSid(win32security.WinWorldSid))
    information = win32security.DACL_SECURITY_INFORMATION
    win32security.SetNamedSecurityInfo(name, win32security.SE_KERNEL_OBJECT, information, None, None, acl, None)
    found = win32security.GetSecurityInfo(mutex, win32security.SE_KERNEL_OBJECT, information)
    dacl = found.GetSecurityDescriptorDacl()
    assert dacl is not None
    assert [dacl.GetAce(index)[1] for index in range(dacl.GetAceCount())] == [0x1F0001]
    assert (
        code_of(win32security.GetNamedSecurityInfo, "no such thing", win32security.SE_KERNEL_OBJECT, information) == 2
    )


def test_security_of_an_object_needs_the_right(name: str) -> None:
    event = win32event.CreateEvent(None, 0, 0, name)
    setter = win32event.OpenEvent(win32event.EVENT_MODIFY_STATE, False, name)
    assert code_of(win32security.GetKernelObjectSecurity, setter, 4) == 5
    assert code_of(win32security.SetKernelObjectSecurity, setter, 4, win32security.SECURITY_DESCRIPTOR()) == 5
    assert event


def test_a_denied_user_is_denied_in_another_process(name: str, run_script: RunScript) -> None:
    attributes = pywintypes.SECURITY_ATTRIBUTES()
    attributes.SetSecurityDescriptorDacl(1, win32security.ACL(), 0)
    event = win32event.CreateEvent(attributes, 0, 0, name)
    done = run_script(
        "import pywintypes, win32event\n"
        f"try:\n    win32event.OpenEvent(2, False, {name!r})\n"
        "except pywintypes.error as error:\n    print(error.winerror)\n"
    )
    assert done.stdout == "5\n"
    assert event
