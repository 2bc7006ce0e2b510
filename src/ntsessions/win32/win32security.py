"""win32security: SIDs and descriptors, tokens and privileges, logging on, the security of objects."""

from collections.abc import Iterable
from typing import Any, NoReturn

from ntsessions.abi import types as _system
from ntsessions.abi.calls import object as _object
from ntsessions.abi.calls import token as _token
from ntsessions.abi.errors import NtError
from ntsessions.abi.logon import LogonType
from ntsessions.abi.object_types import GenericMapping, map_generic
from ntsessions.abi.privileges import Privilege, privilege_named
from ntsessions.abi.sddl import format_sddl, parse_sddl
from ntsessions.abi.security import Control, SecurityDescriptor, SecurityInformation
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.sids import integrity_level
from ntsessions.win32 import errors, kernel32, named_security, pywintypes, surface, times, token_query, well_known_sids
from ntsessions.win32.acl import PyACL, acl_or_none
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.security_constants import *  # noqa: F403 - two hundred numbers
from ntsessions.win32.security_constants import (
    DACL_SECURITY_INFORMATION,
    GROUP_SECURITY_INFORMATION,
    OWNER_SECURITY_INFORMATION,
    SACL_SECURITY_INFORMATION,
    SDDL_REVISION_1,
    SE_FILE_OBJECT,
    SE_KERNEL_OBJECT,
    SE_WINDOW_OBJECT,
    TOKEN_DUPLICATE,
    TOKEN_IMPERSONATE,
    SecurityImpersonation,
    TokenImpersonation,
    TokenPrimary,
)
from ntsessions.win32.security_descriptor import (
    PySECURITY_ATTRIBUTES,
    PySECURITY_DESCRIPTOR,
    descriptor_bytes,
    descriptor_object,
    security_of,
)
from ntsessions.win32.sid import PySID, parse, sid_object, sid_of, sid_or_none
from ntsessions.win32.token_query import *  # noqa: F403 - the information classes

error = errors.error
ACL = pywintypes.ACL
SECURITY_ATTRIBUTES = pywintypes.SECURITY_ATTRIBUTES
SECURITY_DESCRIPTOR = pywintypes.SECURITY_DESCRIPTOR
SID = pywintypes.SID

_ERROR_NONE_MAPPED = 1332
_ERROR_NO_SUCH_USER = 1317
_ERROR_NOT_ALL_ASSIGNED = 1300
_ERROR_NO_SUCH_PRIVILEGE = 1313
_ERROR_UNKNOWN_REVISION = 1305
_ERROR_NO_SUCH_LOGON_SESSION = 1312
_ERROR_NO_SUCH_DOMAIN = 1355
_ALL_PARTS = (
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION
)
_READ_CONTROL, _WRITE_DAC, _WRITE_OWNER, _ACCESS_SYSTEM_SECURITY = 0x20000, 0x40000, 0x80000, 0x1000000
_NOT_MAPPED = {_ERROR_NO_SUCH_USER: _ERROR_NONE_MAPPED}

_Handle = PyHANDLE | int | None
_SidAndAttributes = tuple[PySID, int]
_LuidAndAttributes = tuple[int, int]

globals().update(well_known_sids.TYPES)


# -- SIDs and names


def ConvertSidToStringSid(Sid: PySID, /) -> str:
    """Return a SID's text."""
    return sid_of(Sid, "ConvertSidToStringSid")


def ConvertStringSidToSid(StringSid: str, /) -> PySID:
    """Return the SID of a text."""
    return parse(kernel32.text(StringSid), "ConvertStringSidToSid")


def GetBinarySid(SID: str, /) -> PySID:
    """Return the SID of a text."""
    return parse(kernel32.text(SID), "GetBinarySid")


def CreateWellKnownSid(WellKnownSidType: int, DomainSid: PySID | None = None, /) -> PySID:
    """Return one of the SIDs that every system has; those of a domain need its SID."""
    found = well_known_sids.well_known(kernel32.dword(WellKnownSidType), sid_or_none(DomainSid, "CreateWellKnownSid"))
    if found is None:
        kernel32.fail("CreateWellKnownSid", kernel32.ERROR_INVALID_PARAMETER)
    return sid_object(found)


def LookupAccountName(systemName: str | None, accountName: str, /) -> tuple[PySID, str, int]:
    """Return SID, domain and kind of an account."""
    kernel32.text_or_none(systemName)
    call = _token.LookupAccount(kernel32.text(accountName))
    found = kernel32.invoke("LookupAccountName", call, errors=_NOT_MAPPED)
    return sid_object(found.sid), found.domain, found.use


def LookupAccountSid(systemName: str | None, sid: PySID, /) -> tuple[str, str, int]:
    """Return name, domain and kind of the account behind a SID."""
    kernel32.text_or_none(systemName)
    call = _token.LookupAccount(sid_of(sid, "LookupAccountSid"))
    found = kernel32.invoke("LookupAccountSid", call, errors=_NOT_MAPPED)
    return found.name, found.domain, found.use


# -- descriptors as text


def ConvertSecurityDescriptorToStringSecurityDescriptor(
    SecurityDescriptor: PySECURITY_DESCRIPTOR, RequestedStringSDRevision: int, SecurityInformation: int, /
) -> str:
    """Return parts of a descriptor as SDDL."""
    function = "ConvertSecurityDescriptorToStringSecurityDescriptor"
    if RequestedStringSDRevision != SDDL_REVISION_1:
        kernel32.fail(function, _ERROR_UNKNOWN_REVISION)
    record = descriptor_from_bytes(descriptor_bytes(SecurityDescriptor))
    return format_sddl(_only(record, kernel32.dword(SecurityInformation)))


def ConvertStringSecurityDescriptorToSecurityDescriptor(
    StringSecurityDescriptor: str, StringSDRevision: int, /
) -> PySECURITY_DESCRIPTOR:
    """Return the descriptor that SDDL describes."""
    function = "ConvertStringSecurityDescriptorToSecurityDescriptor"
    if StringSDRevision != SDDL_REVISION_1:
        kernel32.fail(function, _ERROR_UNKNOWN_REVISION)
    try:
        return descriptor_object(parse_sddl(kernel32.text(StringSecurityDescriptor)))
    except NtError as failure:
        kernel32.fail(function, failure.win32)


def _only(record: SecurityDescriptor, parts: int) -> SecurityDescriptor:
    """Return the parts of a descriptor that SECURITY_INFORMATION names."""
    dacl, sacl = (
        bool(parts & SecurityInformation.DACL),
        bool(parts & (SecurityInformation.SACL | SecurityInformation.LABEL)),
    )
    of_dacl = (
        Control.DACL_PRESENT | Control.DACL_AUTO_INHERITED | Control.DACL_PROTECTED | Control.DACL_AUTO_INHERIT_REQ
    )
    of_sacl = (
        Control.SACL_PRESENT | Control.SACL_AUTO_INHERITED | Control.SACL_PROTECTED | Control.SACL_AUTO_INHERIT_REQ
    )
    control = record.control & int((of_dacl if dacl else 0) | (of_sacl if sacl else 0))
    return SecurityDescriptor(
        record.owner if parts & SecurityInformation.OWNER else None,
        record.group if parts & SecurityInformation.GROUP else None,
        record.dacl if dacl else None,
        record.sacl if sacl else None,
        control,
    )


def MapGenericMask(AccessMask: int, GenericMapping: tuple[int, int, int, int], /) -> int:
    """Replace generic rights by those that a mapping (read, write, execute, all) has for them."""
    return kernel32.signed(map_generic(_Mapping(*map(kernel32.dword, GenericMapping)), kernel32.dword(AccessMask)))


_Mapping = GenericMapping


# -- security of objects


def GetKernelObjectSecurity(handle: _Handle, info: int = _ALL_PARTS, /) -> PySECURITY_DESCRIPTOR:
    """Return parts of an object's descriptor."""
    return _get_security("GetKernelObjectSecurity", handle, info)


def SetKernelObjectSecurity(handle: _Handle, info: int, security: PySECURITY_DESCRIPTOR, /) -> None:
    """Replace parts of an object's descriptor."""
    _set_security("SetKernelObjectSecurity", handle, info, descriptor_bytes(security))


def GetUserObjectSecurity(handle: _Handle, info: int = _ALL_PARTS, /) -> PySECURITY_DESCRIPTOR:
    """Return parts of a window station's or desktop's descriptor."""
    return _get_security("GetUserObjectSecurity", handle, info)


def SetUserObjectSecurity(handle: _Handle, info: int, security: PySECURITY_DESCRIPTOR, /) -> None:
    """Replace parts of a window station's or desktop's descriptor."""
    _set_security("SetUserObjectSecurity", handle, info, descriptor_bytes(security))


def GetSecurityInfo(handle: _Handle, ObjectType: int, SecurityInfo: int, /) -> PySECURITY_DESCRIPTOR:
    """Return parts of an object's descriptor; kernel and window objects only."""
    _require_object("GetSecurityInfo", ObjectType)
    return _get_security("GetSecurityInfo", handle, SecurityInfo)


def SetSecurityInfo(
    handle: _Handle,
    ObjectType: int,
    SecurityInfo: int,
    Owner: PySID | None = None,
    Group: PySID | None = None,
    Dacl: PyACL | None = None,
    Sacl: PyACL | None = None,
    /,
) -> None:
    """Replace parts of an object's descriptor; kernel and window objects only."""
    _require_object("SetSecurityInfo", ObjectType)
    descriptor = _descriptor("SetSecurityInfo", SecurityInfo, Owner, Group, Dacl, Sacl)
    _set_security("SetSecurityInfo", handle, SecurityInfo, descriptor)


def GetNamedSecurityInfo(ObjectName: str, ObjectType: int, SecurityInfo: int, /) -> PySECURITY_DESCRIPTOR:
    """Return parts of a named kernel object's descriptor."""
    _require_object("GetNamedSecurityInfo", ObjectType)
    access = _READ_CONTROL | (_ACCESS_SYSTEM_SECURITY if SecurityInfo & SACL_SECURITY_INFORMATION else 0)
    handle = named_security.open_named("GetNamedSecurityInfo", kernel32.text(ObjectName), access)
    return _get_security("GetNamedSecurityInfo", handle, SecurityInfo)


def SetNamedSecurityInfo(
    ObjectName: str,
    ObjectType: int,
    SecurityInfo: int,
    Owner: PySID | None = None,
    Group: PySID | None = None,
    Dacl: PyACL | None = None,
    Sacl: PyACL | None = None,
    /,
) -> None:
    """Replace parts of a named kernel object's descriptor."""
    function = "SetNamedSecurityInfo"
    _require_object(function, ObjectType)
    owners = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | int(SecurityInformation.LABEL)
    access = _WRITE_OWNER if SecurityInfo & owners else 0
    access |= _WRITE_DAC if SecurityInfo & DACL_SECURITY_INFORMATION else 0
    access |= _ACCESS_SYSTEM_SECURITY if SecurityInfo & SACL_SECURITY_INFORMATION else 0
    handle = named_security.open_named(function, kernel32.text(ObjectName), access)
    _set_security(function, handle, SecurityInfo, _descriptor(function, SecurityInfo, Owner, Group, Dacl, Sacl))


def _require_object(function: str, object_type: int) -> None:
    if object_type == SE_FILE_OBJECT:
        raise NotImplementedError(f"{function} of files is not provided by ntsessions")
    if object_type not in {SE_KERNEL_OBJECT, SE_WINDOW_OBJECT}:
        kernel32.fail(function, kernel32.ERROR_INVALID_PARAMETER)


def _get_security(function: str, handle: _Handle, parts: int) -> PySECURITY_DESCRIPTOR:
    raw = kernel32.invoke(function, _object.QuerySecurity(kernel32.handle(handle), kernel32.dword(parts)))
    return descriptor_object(descriptor_from_bytes(raw))


def _set_security(function: str, handle: _Handle, parts: int, descriptor: bytes) -> None:
    kernel32.invoke(function, _object.SetSecurity(kernel32.handle(handle), kernel32.dword(parts), descriptor))


def _descriptor(function: str, parts: int, owner: Any, group: Any, dacl: Any, sacl: Any) -> bytes:
    """Return a descriptor with the parts that are to be set."""
    control = Control.DACL_PRESENT if parts & SecurityInformation.DACL else Control.NONE
    if parts & (SecurityInformation.SACL | SecurityInformation.LABEL):
        control |= Control.SACL_PRESENT
    record = SecurityDescriptor(
        sid_or_none(owner, function),
        sid_or_none(group, function),
        acl_or_none(dacl) if control & Control.DACL_PRESENT else None,
        acl_or_none(sacl) if control & Control.SACL_PRESENT else None,
        int(control),
    )
    return descriptor_to_bytes(record)


# -- tokens


def OpenProcessToken(processHandle: _Handle, desiredAccess: int, /) -> PyHANDLE:
    """Open the token of a process."""
    call = _token.OpenProcessToken(kernel32.handle(processHandle), kernel32.dword(desiredAccess))
    return PyHANDLE(kernel32.invoke("OpenProcessToken", call))


def OpenThreadToken(handle: _Handle, desiredAccess: int, openAsSelf: int, /) -> PyHANDLE:
    """Open the token that a thread impersonates."""
    as_self = kernel32.boolean(openAsSelf)
    call = _token.OpenThreadToken(kernel32.handle(handle), kernel32.dword(desiredAccess), as_self)
    return PyHANDLE(kernel32.invoke("OpenThreadToken", call))


def GetTokenInformation(TokenHandle: _Handle, TokenInformationClass: int, /) -> Any:
    """Read one class of information of a token."""
    return token_query.read(kernel32.handle(TokenHandle), kernel32.long(TokenInformationClass))


def SetTokenInformation(TokenHandle: _Handle, TokenInformationClass: int, TokenInformation: Any, /) -> None:
    """Change a field of a token: owner, primary group, default DACL, session id, integrity level."""
    function, token = "SetTokenInformation", kernel32.handle(TokenHandle)
    match TokenInformationClass:
        case token_query.TokenOwner:
            call = _token.SetTokenInformation(token, owner=sid_of(TokenInformation, function))
        case token_query.TokenPrimaryGroup:
            call = _token.SetTokenInformation(token, primary_group=sid_of(TokenInformation, function))
        case token_query.TokenDefaultDacl:
            parts = int(SecurityInformation.DACL)
            call = _token.SetTokenInformation(
                token, default_dacl=_descriptor(function, parts, None, None, TokenInformation, None)
            )
        case token_query.TokenSessionId:
            if not isinstance(TokenInformation, int) or TokenInformation < 0:
                raise TypeError("Information must be an int >= 0")
            call = _token.SetTokenInformation(token, session_id=TokenInformation)
        case token_query.TokenIntegrityLevel:
            ((sid, _),) = _sids_and_attributes((TokenInformation,), function)
            try:
                call = _token.SetTokenInformation(token, integrity=integrity_level(sid))
            except NtError as failure:
                kernel32.fail(function, failure.win32)
        case _:
            raise NotImplementedError(f"TokenInformationClass {TokenInformationClass} is not yet supported")
    kernel32.invoke(function, call)


def DuplicateToken(ExistingTokenHandle: _Handle, ImpersonationLevel: int, /) -> PyHANDLE:
    """Copy a token, for impersonation."""
    token, level = kernel32.handle(ExistingTokenHandle), kernel32.long(ImpersonationLevel)
    call = _token.DuplicateToken(token, 0xC, impersonation_level=level)  # TOKEN_QUERY | TOKEN_IMPERSONATE
    return PyHANDLE(kernel32.invoke("DuplicateToken", call))


def DuplicateTokenEx(
    ExistingToken: _Handle,
    ImpersonationLevel: int,
    DesiredAccess: int,
    TokenType: int,
    TokenAttributes: PySECURITY_ATTRIBUTES | None = None,
) -> PyHANDLE:
    """Copy a token, as a primary one or for impersonation."""
    if TokenType not in {TokenPrimary, TokenImpersonation}:
        kernel32.fail("DuplicateTokenEx", kernel32.ERROR_INVALID_PARAMETER)
    _, inherit = security_of(TokenAttributes)
    call = _token.DuplicateToken(
        kernel32.handle(ExistingToken),
        kernel32.dword(DesiredAccess),
        TokenType == TokenPrimary,
        kernel32.dword(ImpersonationLevel),
        inherit,
    )
    return PyHANDLE(kernel32.invoke("DuplicateTokenEx", call))


def CreateRestrictedToken(
    ExistingTokenHandle: _Handle,
    Flags: int,
    SidsToDisable: Iterable[_SidAndAttributes] | None,
    PrivilegesToDelete: Iterable[_LuidAndAttributes] | None,
    SidsToRestrict: Iterable[_SidAndAttributes] | None,
) -> PyHANDLE:
    """Copy a token with less in it."""
    function = "CreateRestrictedToken"
    call = _token.FilterToken(
        kernel32.handle(ExistingTokenHandle),
        kernel32.dword(Flags),
        tuple(sid for sid, _ in _sids_and_attributes(SidsToDisable, function)),
        tuple(luid for luid, _ in _luids_and_attributes(PrivilegesToDelete)),
        tuple(sid for sid, _ in _sids_and_attributes(SidsToRestrict, function)),
    )
    return PyHANDLE(kernel32.invoke(function, call))


def IsTokenRestricted(TokenHandle: _Handle, /) -> bool:
    """Tell whether a token has restricting SIDs."""
    call = _token.QueryToken(kernel32.handle(TokenHandle))
    return bool(kernel32.invoke("IsTokenRestricted", call).restricted_sids)


def CheckTokenMembership(TokenHandle: _Handle, SidToCheck: PySID, /) -> bool:
    """Tell whether a SID is enabled in a token (None: the one that the thread acts with)."""
    sid = sid_of(SidToCheck, "CheckTokenMembership")
    token = kernel32.handle(TokenHandle) or _system.CURRENT_EFFECTIVE_TOKEN
    return token_query.has_enabled(kernel32.invoke("CheckTokenMembership", _token.QueryToken(token)), sid)


def _sids_and_attributes(values: Any, function: str) -> list[tuple[Any, int]]:
    result = []
    for value in values or ():
        try:
            sid, attributes = value
            result.append((sid, kernel32.dword(attributes)))
        except (TypeError, ValueError):
            raise TypeError("SID_AND_ATTRIBUTES must be a tuple of (PySID,int)") from None
    return [(sid_of(sid, function), attributes) for sid, attributes in result]


def _luids_and_attributes(values: Any) -> list[_LuidAndAttributes]:
    result = []
    for value in values or ():
        try:
            luid, attributes = value
            result.append((kernel32.large_integer(luid), kernel32.dword(attributes)))
        except (TypeError, ValueError):
            raise TypeError("LUID_AND_ATTRIBUTES must be a sequence of (LARGE_INTEGER,int)") from None
    return result


# -- privileges


def LookupPrivilegeValue(systemName: str | None, privilegeName: str, /) -> int:
    """Return the LUID of a privilege."""
    kernel32.text_or_none(systemName)
    return int(_privilege("LookupPrivilegeValue", kernel32.text(privilegeName)))


def LookupPrivilegeName(SystemName: str | None, luid: int, /) -> str:
    """Return the name of a privilege."""
    kernel32.text_or_none(SystemName)
    try:
        return Privilege(kernel32.large_integer(luid)).name
    except ValueError:
        kernel32.fail("LookupPrivilegeName", _ERROR_NO_SUCH_PRIVILEGE)


def LookupPrivilegeDisplayName(SystemName: str | None, Name: str, /) -> str:
    """Return what a privilege allows, in words; ours, not those of Windows."""
    kernel32.text_or_none(SystemName)
    return _privilege("LookupPrivilegeDisplayName", kernel32.text(Name)).display_text.capitalize()


def _privilege(function: str, name: str) -> Privilege:
    try:
        return privilege_named(name)
    except NtError as failure:
        kernel32.fail(function, failure.win32)


def AdjustTokenPrivileges(
    TokenHandle: _Handle, bDisableAllPrivileges: int, NewState: Iterable[_LuidAndAttributes] | None
) -> tuple[_LuidAndAttributes, ...]:
    """Enable (2), disable (0) or remove (4) privileges; returns those that changed, as they were.

    It succeeds also when the token does not hold all of them; the last error is ERROR_NOT_ALL_ASSIGNED then.
    """
    states = [
        _token.PrivilegeState(luid, attributes)
        for luid, attributes in _luids_and_attributes(NewState)
    ]  # fmt: skip
    disable_all = kernel32.boolean(bDisableAllPrivileges)
    call = _token.AdjustPrivileges(kernel32.handle(TokenHandle), disable_all, tuple(states))
    adjusted = kernel32.invoke("AdjustTokenPrivileges", call)
    kernel32.set_last_error(0 if adjusted.all_assigned else _ERROR_NOT_ALL_ASSIGNED)
    return tuple((state.privilege, kernel32.signed(state.attributes)) for state in adjusted.previous)


# -- logging on, impersonating


def LogonUser(Username: str, Domain: str | None, Password: str, LogonType: int, LogonProvider: int) -> PyHANDLE:
    """Authenticate an account; returns a token."""
    return PyHANDLE(_log_on("LogonUser", Username, Domain, Password, LogonType, LogonProvider))


def LogonUserEx(
    Username: str, Domain: str | None, Password: str, LogonType: int, LogonProvider: int
) -> tuple[PyHANDLE, PySID, None, dict[str, int]]:
    """Authenticate an account; returns token, logon SID, profile (none) and quotas (none)."""
    token = PyHANDLE(_log_on("LogonUserEx", Username, Domain, Password, LogonType, LogonProvider))
    logon_sid = kernel32.invoke("LogonUserEx", _token.QueryToken(int(token))).logon_sid
    quotas = (
        "PagedPoolLimit", "NonPagedPoolLimit", "MinimumWorkingSetSize", "MaximumWorkingSetSize", "PagefileLimit",
        "TimeLimit",
    )  # fmt: skip
    return token, sid_object(logon_sid), None, dict.fromkeys(quotas, 0)


def _log_on(function: str, user: Any, domain: Any, password: Any, kind: Any, provider: Any) -> int:
    kernel32.text_or_none(domain)
    kernel32.dword(provider)
    call = _token.LogonUser(kernel32.text(user), kernel32.text(password), kernel32.dword(kind))
    return kernel32.invoke(function, call).token


def ImpersonateLoggedOnUser(handle: _Handle, /) -> None:
    """Let the calling thread act as the user of a token."""
    kernel32.invoke("ImpersonateLoggedOnUser", _token.ImpersonateLoggedOnUser(kernel32.handle(handle)))


def ImpersonateSelf(ImpersonationLevel: int = SecurityImpersonation, /) -> None:
    """Let the calling thread act with a copy of the process's token."""
    level = kernel32.long(ImpersonationLevel)
    own = OpenProcessToken(_system.CURRENT_PROCESS, TOKEN_DUPLICATE)
    call = _token.DuplicateToken(int(own), TOKEN_IMPERSONATE, impersonation_level=level)
    token = PyHANDLE(kernel32.invoke("ImpersonateSelf", call))
    kernel32.invoke("ImpersonateSelf", _token.SetThreadToken(int(token), _system.CURRENT_THREAD))


def RevertToSelf() -> None:
    """Let the calling thread act as its process again."""
    kernel32.invoke("RevertToSelf", _token.SetThreadToken(0, _system.CURRENT_THREAD))


def SetThreadToken(Thread: _Handle, Token: _Handle, /) -> None:
    """Let a thread (None: the calling one) act with an impersonation token (None: its process's)."""
    thread = kernel32.handle(Thread) or _system.CURRENT_THREAD
    kernel32.invoke("SetThreadToken", _token.SetThreadToken(kernel32.handle(Token), thread))


def LsaEnumerateLogonSessions() -> tuple[int, ...]:
    """Return the LUIDs of the logon sessions that the caller may see."""
    return tuple(row.logon_session for row in kernel32.invoke("LsaEnumerateLogonSessions", _token.QueryLogonSessions()))


def LsaGetLogonSessionData(LogonId: int, /) -> dict[str, Any]:
    """Return what is known of a logon session."""
    function, luid = "LsaGetLogonSessionData", kernel32.large_integer(LogonId)
    rows = kernel32.invoke(function, _token.QueryLogonSessions())
    row = next((row for row in rows if row.logon_session == luid), None)
    if row is None:
        kernel32.fail(function, _ERROR_NO_SUCH_LOGON_SESSION)
    known: dict[str, Any] = {
        "LogonId": luid,
        "UserName": row.user_name.rpartition("\\")[2],
        "LogonDomain": row.domain,
        "AuthenticationPackage": "NTLM" if row.logon_type != _SYSTEM else "Negotiate",
        "LogonType": row.logon_type,
        "Session": row.session_id,
        "Sid": sid_object(row.sid),
        "LogonTime": times.TimeStamp(row.logon_time),
    }
    texts = ("LogonServer", "DnsDomainName", "Upn", "LogonScript", "ProfilePath", "HomeDirectory", "HomeDirectoryDrive")
    never = ("LogoffTime", "KickOffTime", "PasswordLastSet", "PasswordCanChange", "PasswordMustChange")
    last = {
        "LastSuccessfulLogon": times.TimeStamp(row.logon_time),
        "LastFailedLogon": times.TimeStamp(0),
        "FailedAttemptCountSinceLastSuccessfulLogon": 0,
    }
    unknown = dict.fromkeys(texts, "") | dict.fromkeys(never, times.TimeStamp(0x7FFFFFFFFFFFFFFF))
    return known | unknown | {"UserFlags": 0, "LastLogonInfo": last}


# -- domains, of which there are none


def DsGetDcName(
    computerName: str | None = None,
    domainName: str | None = None,
    domainGUID: Any = None,
    siteName: str | None = None,
    flags: int = 0,
) -> NoReturn:
    """Fail: this machine belongs to no domain."""
    kernel32.fail("DsGetDcName", _ERROR_NO_SUCH_DOMAIN)


def DsBind(DomainController: str | None = None, DnsDomainName: str | None = None, /) -> NoReturn:
    """Fail: this machine belongs to no domain."""
    kernel32.fail("DsBind", _ERROR_NO_SUCH_DOMAIN)


_SYSTEM = LogonType.SYSTEM

__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32security")
