import pytest

from ntsessions.abi.security import Control
from ntsessions.win32 import win32security
from ntsessions.win32.acl import PyACL, new_acl
from ntsessions.win32.errors import error
from ntsessions.win32.security_descriptor import new_security_descriptor, security_of
from ntsessions.win32.sid import PySID, sid_object

SYSTEM, EVERYONE, USERS = sid_object("S-1-5-18"), sid_object("S-1-1-0"), sid_object("S-1-5-32-545")
ALLOWED, DENIED, AUDIT, LABEL = 0, 1, 2, 0x11
GENERIC_READ = -(1 << 31)


def entries(acl: PyACL | None) -> list[tuple[tuple[int, int], int, str]]:
    assert acl is not None
    found = [acl.GetAce(index) for index in range(acl.GetAceCount())]
    return [(head, mask, str(sid).removeprefix("PySID:")) for head, mask, sid in found]


def test_denials_come_before_permissions_and_what_is_inherited_comes_last() -> None:
    acl = new_acl()
    acl.AddAccessAllowedAceEx(2, 0x10, 1, SYSTEM)
    acl.AddAccessAllowedAce(2, 2, USERS)
    acl.AddAccessDeniedAce(2, 4, EVERYONE)
    acl.AddAccessDeniedAceEx(2, 0x3, 8, USERS)
    assert [(head, mask) for head, mask, _ in entries(acl)] == [
        ((DENIED, 0), 4), ((DENIED, 3), 8), ((ALLOWED, 0), 2), ((ALLOWED, 0x10), 1),
    ]  # fmt: skip


def test_an_entry_may_be_added_without_a_revision() -> None:
    acl = new_acl()
    acl.AddAccessAllowedAce(GENERIC_READ, USERS)
    acl.AddAccessDeniedAce(1, USERS)
    assert entries(acl) == [((DENIED, 0), 1, "S-1-5-32-545"), ((ALLOWED, 0), GENERIC_READ, "S-1-5-32-545")]
    with pytest.raises(TypeError):
        acl.AddAccessAllowedAce(USERS)
    with pytest.raises(TypeError, match="not a PySID object"):
        acl.AddAccessAllowedAce(2, 1, "S-1-1-0")


def test_audits_and_labels_keep_their_order() -> None:
    acl = new_acl()
    acl.AddAuditAccessAce(2, 1, USERS, 1, 0)
    acl.AddAuditAccessAceEx(4, 0x2, 1, USERS, 0, 1)
    acl.AddMandatoryAce(2, 0, 1, sid_object("S-1-16-4096"))
    assert [head for head, _, _ in entries(acl)] == [(AUDIT, 0x40), (AUDIT, 0x82), (LABEL, 0)]


def test_a_list_grows_past_the_size_it_was_made_with() -> None:
    acl = new_acl(8)
    assert (acl.GetAclSize(), acl.GetAclRevision(), acl.IsValid()) == (8, 2, 1)
    acl.AddAccessAllowedAce(2, 1, SYSTEM)
    assert acl.GetAclSize() >= acl.GetAclBytesInUse() == 28


def test_a_list_has_at_most_64_kilobytes() -> None:
    acl = new_acl()
    acl.AddAccessAllowedAce(2, 1, SYSTEM)
    acl.aces *= (0xFFFF - 8) // 20
    with pytest.raises(OverflowError):
        acl.AddAccessAllowedAce(2, 1, SYSTEM)


@pytest.mark.parametrize("index", [-1, 1])
def test_an_entry_that_is_not_there_is_an_invalid_parameter(index: int) -> None:
    acl = new_acl()
    acl.AddAccessAllowedAce(2, 1, SYSTEM)
    for function, use in (("GetAce", acl.GetAce), ("DeleteAce", acl.DeleteAce)):
        with pytest.raises(error) as caught:
            use(index)
        assert caught.value.args[:2] == (87, function)


def test_entries_can_be_taken_out() -> None:
    acl = new_acl()
    acl.AddAccessAllowedAce(2, 1, SYSTEM)
    acl.AddAccessAllowedAce(2, 2, USERS)
    acl.DeleteAce(0)
    assert [mask for _, mask, _ in entries(acl)] == [2]
    acl.Initialize()
    assert acl.GetAceCount() == 0


def explicit(sid: PySID, mode: int, mask: int) -> dict[str, object]:
    trustee = {"TrusteeForm": win32security.TRUSTEE_IS_SID, "TrusteeType": 0, "Identifier": sid}
    return {"AccessPermissions": mask, "AccessMode": mode, "Inheritance": 0, "Trustee": trustee}


def test_explicit_entries_grant_set_deny_and_revoke() -> None:
    acl = new_acl()
    acl.SetEntriesInAcl(
        [explicit(USERS, win32security.GRANT_ACCESS, 1), explicit(SYSTEM, win32security.GRANT_ACCESS, 1)]
    )
    acl.SetEntriesInAcl(
        [explicit(USERS, win32security.SET_ACCESS, 4), explicit(EVERYONE, win32security.DENY_ACCESS, 8)]
    )
    acl.SetEntriesInAcl([explicit(SYSTEM, win32security.REVOKE_ACCESS, 0)])
    assert entries(acl) == [((DENIED, 0), 8, "S-1-1-0"), ((ALLOWED, 0), 4, "S-1-5-32-545")]
    assert [entry["AccessMode"] for entry in acl.GetExplicitEntriesFromAcl()] == [3, 1]


@pytest.mark.parametrize("wrong", [{}, {"AccessPermissions": 1}, explicit(USERS, 1, 1) | {"Trustee": {}}])
def test_an_incomplete_explicit_entry_is_a_type_error(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        new_acl().SetEntriesInAcl([wrong])


def test_a_new_descriptor_says_nothing() -> None:
    descriptor = new_security_descriptor()
    assert (len(descriptor), descriptor.GetLength(), descriptor.IsValid(), descriptor.IsSelfRelative()) == (
        20,
        20,
        1,
        1,
    )
    assert descriptor.GetSecurityDescriptorControl() == (0x8000, 1)
    assert descriptor.GetSecurityDescriptorOwner() is None
    assert descriptor.GetSecurityDescriptorDacl() is None


def test_a_descriptor_keeps_what_it_is_given() -> None:
    descriptor, acl = new_security_descriptor(), new_acl()
    acl.AddAccessAllowedAce(2, 1, USERS)
    descriptor.SetSecurityDescriptorOwner(SYSTEM, False)
    descriptor.SetSecurityDescriptorGroup(USERS, True)
    descriptor.SetDacl(1, acl, 0)
    descriptor.SetSecurityDescriptorSacl(1, new_acl(), 1)
    again = new_security_descriptor(bytes(descriptor))
    assert again.GetSecurityDescriptorOwner() == SYSTEM
    assert again.GetSecurityDescriptorGroup() == USERS
    assert entries(again.GetSecurityDescriptorDacl()) == [((ALLOWED, 0), 1, "S-1-5-32-545")]
    assert entries(again.GetSecurityDescriptorSacl()) == []
    expected = Control.GROUP_DEFAULTED | Control.DACL_PRESENT | Control.SACL_PRESENT | Control.SACL_DEFAULTED
    assert again.GetSecurityDescriptorControl() == (expected | Control.SELF_RELATIVE, 1)


def test_a_list_in_a_descriptor_is_a_copy() -> None:
    descriptor, acl = new_security_descriptor(), new_acl()
    descriptor.SetSecurityDescriptorDacl(1, acl, 0)
    acl.AddAccessAllowedAce(2, 1, USERS)
    assert entries(descriptor.GetSecurityDescriptorDacl()) == []


def test_no_list_a_null_list_and_an_empty_list_differ() -> None:
    descriptor = new_security_descriptor()
    descriptor.SetSecurityDescriptorDacl(1, None, 0)
    assert (descriptor.GetSecurityDescriptorDacl(), descriptor.GetSecurityDescriptorControl()[0]) == (None, 0x8004)
    descriptor.SetSecurityDescriptorDacl(1, new_acl(), 0)
    assert descriptor.GetSecurityDescriptorDacl() is not None
    descriptor.SetSecurityDescriptorDacl(0, new_acl(), 1)
    assert (descriptor.GetSecurityDescriptorDacl(), descriptor.GetSecurityDescriptorControl()[0]) == (None, 0x8000)


def test_only_the_flags_of_inheritance_can_be_changed() -> None:
    descriptor = new_security_descriptor()
    descriptor.SetSecurityDescriptorControl(0x1000, 0x1000)
    assert descriptor.GetSecurityDescriptorControl()[0] == 0x9000
    descriptor.SetSecurityDescriptorControl(0x1000, 0)
    for interest, bits in ((0x4, 0x4), (0x1000, 0x2000)):
        with pytest.raises(error) as caught:
            descriptor.SetSecurityDescriptorControl(interest, bits)
        assert caught.value.winerror == 87
    descriptor.Initialize()
    assert descriptor.GetSecurityDescriptorControl()[0] == 0x8000


def test_bytes_that_are_no_descriptor_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a valid security descriptor"):
        new_security_descriptor(b"x" * 20)


def test_the_text_of_a_descriptor_holds_the_parts_that_are_asked_for() -> None:
    text = "O:SYG:BAD:P(A;;GA;;;SY)(D;;0x1;;;WD)S:(ML;;NW;;;LW)"
    descriptor = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(text, 1)
    back = win32security.ConvertSecurityDescriptorToStringSecurityDescriptor
    assert back(descriptor, 1, 0x1F) == text
    assert back(descriptor, 1, 1) == "O:SY"
    assert back(descriptor, 1, 4) == "D:P(A;;GA;;;SY)(D;;0x1;;;WD)"
    assert back(descriptor, 1, 0) == ""


def test_text_that_describes_nothing_fails_as_on_windows() -> None:
    for arguments, code in ((("D:(nonsense)", 1), 1336), (("nonsense", 1), 1338), (("D:", 2), 1305)):
        with pytest.raises(error) as caught:
            win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(*arguments)
        assert caught.value.winerror == code


def test_generic_rights_are_replaced_by_a_mapping() -> None:
    mapping = (0x20001, 0x20002, 0x20004, 0xF0007)
    assert win32security.MapGenericMask(GENERIC_READ, mapping) == 0x20001
    assert win32security.MapGenericMask(0x10000000 | 0x8, mapping) == 0xF000F


def test_attributes_are_descriptor_and_inheritance() -> None:
    attributes = win32security.SECURITY_ATTRIBUTES()
    assert security_of(None) == (None, False)
    assert security_of(attributes) == (bytes(new_security_descriptor()), True)
    attributes.SECURITY_DESCRIPTOR, attributes.bInheritHandle = None, 0
    assert security_of(attributes) == (None, False)
    with pytest.raises(TypeError, match="PySECURITY_ATTRIBUTES"):
        security_of(new_security_descriptor())
