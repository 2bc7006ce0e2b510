"""PyACL: an access control list that is built entry by entry.

pywin32 sorts allowing and denying entries as it adds them (denied, allowed, inherited), so that a program need not know
the order that Windows wants; so does this one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ntsessions.abi.errors import NtError
from ntsessions.abi.security import Ace, AceFlags, AceType, Acl
from ntsessions.abi.security_binary import acl_to_bytes
from ntsessions.win32 import kernel32
from ntsessions.win32.sid import PySID, sid_object, sid_of

ACL_REVISION = 2
_SMALLEST = 8
_ACE_AND_SID = 12
_LARGEST = 0xFFFF
_NO_SUCH_TYPE = "entries for directory service objects are not supported by ntsessions"

NOT_USED_ACCESS, GRANT_ACCESS, SET_ACCESS, DENY_ACCESS, REVOKE_ACCESS = range(5)
TRUSTEE_IS_SID, TRUSTEE_IS_NAME = range(2)
_TRUSTEE = (
    "Trustee must be a dictionary containing "
    "{MultipleTrustee,MultipleTrusteeOperation,TrusteeForm,TrusteeType,Identifier}"
)
_EXPLICIT_ACCESS = (
    "EXPLICIT_ACCESS must be a dictionary containing "
    "{AccessPermissions:int,AccessMode:int,Inheritance:int,Trustee:<o PyTRUSTEE>}"
)


class PyACL:
    """An access control list."""

    __module__ = "pywintypes"
    __slots__ = ("_revision", "_size", "aces")

    def __init__(self, size: int = 64, revision: int = ACL_REVISION) -> None:
        self._size = max(size, _SMALLEST)
        self._revision = revision
        self.aces: list[Ace] = []

    def Initialize(self) -> None:
        """Take every entry out."""
        self.aces.clear()

    def IsValid(self) -> int:
        """Return 1."""
        return 1

    # -- adding entries

    def AddAccessAllowedAce(self, *args: Any) -> None:
        """(revision, access, sid), or (access, sid)."""
        access, sid = _without_revision(args, "AddAccessAllowedAce")
        self._add(AceType.ALLOWED, 0, access, sid, "AddAccessAllowedAce")

    def AddAccessAllowedAceEx(self, revision: int, aceflags: int, access: int, sid: PySID, /) -> None:
        """Allow rights, with flags of inheritance."""
        self._add(AceType.ALLOWED, aceflags, access, sid, "AddAccessAllowedAceEx")

    def AddAccessDeniedAce(self, *args: Any) -> None:
        """(revision, access, sid), or (access, sid)."""
        access, sid = _without_revision(args, "AddAccessDeniedAce")
        self._add(AceType.DENIED, 0, access, sid, "AddAccessDeniedAce")

    def AddAccessDeniedAceEx(self, revision: int, aceflags: int, access: int, sid: PySID, /) -> None:
        """Deny rights, with flags of inheritance."""
        self._add(AceType.DENIED, aceflags, access, sid, "AddAccessDeniedAceEx")

    def AddMandatoryAce(self, AceRevision: int, AceFlags: int, MandatoryPolicy: int, LabelSid: PySID, /) -> None:
        """Label with an integrity level."""
        self._append(AceType.MANDATORY_LABEL, AceFlags, MandatoryPolicy, LabelSid, "AddMandatoryAce")

    def AddAuditAccessAce(
        self, dwAceRevision: int, dwAccessMask: int, sid: PySID, bAuditSuccess: int, bAuditFailure: int, /
    ) -> None:
        """Audit successful or failed access."""
        self.AddAuditAccessAceEx(dwAceRevision, 0, dwAccessMask, sid, bAuditSuccess, bAuditFailure)

    def AddAuditAccessAceEx(
        self,
        dwAceRevision: int,
        aceFlags: int,
        dwAccessMask: int,
        sid: PySID,
        bAuditSuccess: int,
        bAuditFailure: int,
        /,
    ) -> None:
        """Audit successful or failed access, with flags of inheritance."""
        flags = aceFlags
        flags |= int(AceFlags.SUCCESSFUL_ACCESS) if bAuditSuccess else 0
        flags |= int(AceFlags.FAILED_ACCESS) if bAuditFailure else 0
        self._append(AceType.AUDIT, flags, dwAccessMask, sid, "AddAuditAccessAceEx")

    def AddAccessAllowedObjectAce(self, *args: Any) -> None:
        """Refused: see `_NO_SUCH_TYPE`."""
        raise NotImplementedError(_NO_SUCH_TYPE)

    AddAccessDeniedObjectAce = AddAuditAccessObjectAce = AddAccessAllowedObjectAce

    def _add(self, kind: AceType, flags: int, access: int, sid: Any, function: str) -> None:
        self._append(kind, flags, access, sid, function)
        self.aces.sort(key=_place)

    def _append(self, kind: AceType, flags: int, access: int, sid: Any, function: str) -> None:
        if not isinstance(sid, PySID):
            raise TypeError("The object is not a PySID object")
        if self.GetAclBytesInUse() + 8 + len(sid) > _LARGEST:
            raise OverflowError(f"{function}: adding ACE would put ACL over size limit")
        try:
            self.aces.append(Ace(int(kind), flags, kernel32.dword(access), sid_of(sid, function)))
        except NtError as failure:
            kernel32.fail(function, failure.win32)
        if self.GetAclBytesInUse() > self._size:
            self._size += _ACE_AND_SID + len(sid)

    # -- reading

    def GetAclBytesInUse(self) -> int:
        """Return the size of the entries and the header; ours."""
        return len(acl_to_bytes(tuple(self.aces)))

    def GetAclSize(self) -> int:
        """Return the size of the memory that the list has."""
        return self._size

    def GetAclRevision(self) -> int:
        """Return the revision."""
        return self._revision

    def GetAceCount(self) -> int:
        """Return the number of entries."""
        return len(self.aces)

    def GetAce(self, index: int, /) -> tuple[tuple[int, int], int, PySID]:
        """Return `((type, flags), mask, sid)`."""
        if not 0 <= index < len(self.aces):
            kernel32.fail("GetAce", kernel32.ERROR_INVALID_PARAMETER)
        ace = self.aces[index]
        return (ace.type, ace.flags), kernel32.signed(ace.mask), sid_object(ace.sid)

    def DeleteAce(self, index: int, /) -> None:
        """Take an entry out."""
        if not 0 <= index < len(self.aces):
            kernel32.fail("DeleteAce", kernel32.ERROR_INVALID_PARAMETER)
        del self.aces[index]

    # -- entries as dictionaries (EXPLICIT_ACCESS)

    def GetExplicitEntriesFromAcl(self) -> tuple[dict[str, Any], ...]:
        """Return the entries that were not inherited."""
        return tuple(_explicit(ace) for ace in self.aces if not ace.flags & AceFlags.INHERITED)

    def SetEntriesInAcl(self, obexpl_list: Sequence[Mapping[str, Any]], /) -> None:
        """Grant, set, deny or revoke access of trustees."""
        if not isinstance(obexpl_list, Sequence):
            raise TypeError("Parm must be a list of EXPLICIT_ACCESS dictionaries")
        for entry in obexpl_list:
            self._set_entry(entry)

    def _set_entry(self, entry: Mapping[str, Any]) -> None:
        try:
            mask, mode = kernel32.dword(entry["AccessPermissions"]), entry["AccessMode"]
            flags, trustee = entry["Inheritance"], entry["Trustee"]
        except (KeyError, TypeError):
            raise TypeError(_EXPLICIT_ACCESS) from None
        sid = _trustee_sid(trustee)
        if mode in {SET_ACCESS, REVOKE_ACCESS}:
            self.aces = [ace for ace in self.aces if sid_object(ace.sid) != sid or ace.flags & AceFlags.INHERITED]
        if mode in {GRANT_ACCESS, SET_ACCESS}:
            self._add(AceType.ALLOWED, flags, mask, sid, "SetEntriesInAcl")
        elif mode == DENY_ACCESS:
            self._add(AceType.DENIED, flags, mask, sid, "SetEntriesInAcl")
        elif mode != REVOKE_ACCESS:
            kernel32.fail("SetEntriesInAcl", kernel32.ERROR_INVALID_PARAMETER)

    def GetEffectiveRightsFromAcl(self, trustee: Mapping[str, Any], /) -> int:
        """Refused: who the trustee's groups are only a token knows."""
        raise NotImplementedError("GetEffectiveRightsFromAcl is not provided by ntsessions")

    def GetAuditedPermissionsFromAcl(self, trustee: Mapping[str, Any], /) -> tuple[int, int]:
        """Refused, as `GetEffectiveRightsFromAcl`."""
        raise NotImplementedError("GetAuditedPermissionsFromAcl is not provided by ntsessions")


def _without_revision(args: tuple[Any, ...], function: str) -> tuple[int, Any]:
    if len(args) not in {2, 3}:
        raise TypeError(f"{function}() takes exactly 3 arguments ({len(args)} given)")
    return args[-2], args[-1]


def _place(ace: Ace) -> int:
    """Where an entry belongs: explicit denials, then explicit permissions, then what was inherited."""
    if ace.flags & AceFlags.INHERITED:
        return 2
    return 0 if ace.type == AceType.DENIED else 1


def _explicit(ace: Ace) -> dict[str, Any]:
    return {
        "AccessPermissions": kernel32.signed(ace.mask),
        "AccessMode": DENY_ACCESS if ace.type == AceType.DENIED else GRANT_ACCESS,
        "Inheritance": ace.flags,
        "Trustee": {
            "MultipleTrustee": None,
            "MultipleTrusteeOperation": 0,
            "TrusteeForm": TRUSTEE_IS_SID,
            "TrusteeType": 0,
            "Identifier": sid_object(ace.sid),
        },
    }


def _trustee_sid(trustee: Any) -> PySID:
    try:
        form, identifier = trustee["TrusteeForm"], trustee["Identifier"]
    except (KeyError, TypeError):
        raise TypeError(_TRUSTEE) from None
    if form != TRUSTEE_IS_SID:
        raise NotImplementedError("TrusteeForm not yet supported")
    if not isinstance(identifier, PySID):
        raise TypeError("Identifier must be PySID object when TrusteeForm = TRUSTEE_IS_SID")
    return identifier


def new_acl(bufSize: int = 64, aclrev: int = ACL_REVISION, /) -> PyACL:
    """ACL(size=64, revision=2)."""
    return PyACL(bufSize, aclrev)


def acl_object(acl: Acl | None) -> PyACL | None:
    """Return the object for a list of the system, None for none."""
    if acl is None:
        return None
    result = PyACL(len(acl_to_bytes(acl)))
    result.aces.extend(acl)
    return result


def acl_or_none(value: Any) -> Acl | None:
    """Return the system's form of a PyACL or None; TypeError for anything else."""
    if value is None:
        return None
    if not isinstance(value, PyACL):
        raise TypeError("The object is not a PyACL object")
    return tuple(value.aces)
