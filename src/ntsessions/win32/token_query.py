"""Reading tokens: the table behind GetTokenInformation, and the token that a thread acts with."""

from collections.abc import Callable
from typing import Any

from ntsessions.abi.calls import token as _token
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.sids import integrity_sid
from ntsessions.abi.tokens import ElevationType, GroupAttributes
from ntsessions.abi.tokens import TokenType as _Kind
from ntsessions.abi.types import CURRENT_EFFECTIVE_TOKEN
from ntsessions.win32 import kernel32
from ntsessions.win32.acl import acl_object
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.sid import sid_object
from ntsessions.win32.times import TimeStamp

_NEVER = 0x7FFFFFFFFFFFFFFF
_INTEGRITY = int(GroupAttributes.INTEGRITY | GroupAttributes.INTEGRITY_ENABLED)
_ERROR_INVALID_PARAMETER = kernel32.ERROR_INVALID_PARAMETER

TokenUser = 1
TokenGroups = 2
TokenPrivileges = 3
TokenOwner = 4
TokenPrimaryGroup = 5
TokenDefaultDacl = 6
TokenSource = 7
TokenType = 8
TokenImpersonationLevel = 9
TokenStatistics = 10
TokenRestrictedSids = 11
TokenSessionId = 12
TokenGroupsAndPrivileges = 13
TokenSessionReference = 14
TokenSandBoxInert = 15
TokenAuditPolicy = 16
TokenOrigin = 17
TokenElevationType = 18
TokenLinkedToken = 19
TokenElevation = 20
TokenHasRestrictions = 21
TokenAccessInformation = 22
TokenVirtualizationAllowed = 23
TokenVirtualizationEnabled = 24
TokenIntegrityLevel = 25
TokenUIAccess = 26
TokenMandatoryPolicy = 27
TokenLogonSid = 28

_Information = _token.TokenInformation


def effective_token(function: str) -> _Information:
    """Read the token that the calling thread acts with."""
    return kernel32.invoke(function, _token.QueryToken(CURRENT_EFFECTIVE_TOKEN))


def _sids(groups: tuple[_token.GroupState, ...]) -> tuple[tuple[Any, int], ...]:
    return tuple((sid_object(group.sid), kernel32.signed(group.attributes)) for group in groups)


def _privileges(information: _Information) -> tuple[tuple[int, int], ...]:
    return tuple((state.privilege, kernel32.signed(state.attributes)) for state in information.privileges)


def _impersonation_level(information: _Information) -> int:
    if information.is_primary:  # a primary token has none
        kernel32.fail("GetTokenInformation", _ERROR_INVALID_PARAMETER)
    return information.impersonation_level


def _source(information: _Information) -> tuple[bytes, int]:
    return information.source.encode("latin-1", "replace")[:8].ljust(8, b"\0"), information.source_id


def _statistics(information: _Information) -> dict[str, Any]:
    return {
        "TokenId": information.token_id,
        "AuthenticationId": information.authentication_id,
        "ExpirationTime": TimeStamp(_NEVER),
        "TokenType": _kind(information),
        "ImpersonationLevel": 0 if information.is_primary else information.impersonation_level,
        "DynamicCharged": 0,
        "DynamicAvailable": 0,
        "GroupCount": len(information.groups),
        "PrivilegeCount": len(information.privileges),
        "ModifiedId": information.modified_id,
    }


def _kind(information: _Information) -> int:
    return int(_Kind.PRIMARY if information.is_primary else _Kind.IMPERSONATION)


def _default_dacl(information: _Information) -> Any:
    return acl_object(descriptor_from_bytes(information.default_dacl).dacl)


_READERS: dict[int, Callable[[_Information], Any]] = {
    TokenUser: lambda token: (sid_object(token.user), 0),
    TokenGroups: lambda token: _sids(token.groups),
    TokenPrivileges: _privileges,
    TokenOwner: lambda token: sid_object(token.owner),
    TokenPrimaryGroup: lambda token: sid_object(token.primary_group),
    TokenDefaultDacl: _default_dacl,
    TokenSource: _source,
    TokenType: _kind,
    TokenImpersonationLevel: _impersonation_level,
    TokenStatistics: _statistics,
    TokenRestrictedSids: lambda token: _sids(token.restricted_sids),
    TokenSessionId: lambda token: token.session_id,
    TokenSandBoxInert: lambda _: 0,
    TokenOrigin: lambda token: token.origin,
    TokenElevationType: lambda token: token.elevation_type,
    TokenElevation: lambda token: int(token.is_elevated),
    TokenHasRestrictions: lambda token: int(
        bool(token.restricted_sids) or token.elevation_type == ElevationType.LIMITED
    ),
    TokenVirtualizationAllowed: lambda _: 0,
    TokenVirtualizationEnabled: lambda _: 0,
    TokenIntegrityLevel: lambda token: (sid_object(integrity_sid(token.integrity)), _INTEGRITY),
    TokenUIAccess: lambda _: 0,
    TokenMandatoryPolicy: lambda token: token.mandatory_policy,
    TokenLogonSid: lambda token: sid_object(token.logon_sid),
}


def read(token: int, kind: int) -> Any:
    """Return what GetTokenInformation does for a class."""
    if kind == TokenLinkedToken:
        return PyHANDLE(kernel32.invoke("GetTokenInformation", _token.QueryLinkedToken(token)))
    reader = _READERS.get(kind)
    if reader is None:
        raise NotImplementedError(f"TokenInformationClass {kind} is not supported yet")
    return reader(kernel32.invoke("GetTokenInformation", _token.QueryToken(token)))


def has_enabled(information: _Information, sid: str) -> bool:
    """Tell whether a token holds a SID that is enabled, and not for denial only."""
    if information.user == sid:
        return True
    on, deny = int(GroupAttributes.ENABLED), int(GroupAttributes.USE_FOR_DENY_ONLY)
    return any(
        group.sid == sid and group.attributes & on and not group.attributes & deny for group in information.groups
    )


__all__: list[str] = []
__all__ += [name for name in globals() if name.startswith("Token")]
