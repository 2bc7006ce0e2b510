"""What a token is made of: the numbers and records that calls and listings show of it.

Values: [MS-DTYP] 2.4.2.4, 2.5.2 and the SDK's winnt.h.  The token itself is `executive.security.token.Token`.
"""

from enum import IntEnum, IntFlag

from msgspec import Struct

from ntsessions.abi.luids import SYSTEM_LUID, Luid
from ntsessions.abi.sids import Sid


class TokenType(IntEnum):
    """What a token can be used for."""

    PRIMARY = 1
    IMPERSONATION = 2


class ImpersonationLevel(IntEnum):
    """How far a server may go in its client's name."""

    ANONYMOUS = 0
    IDENTIFICATION = 1
    """The server may look at the token, but opens nothing with it."""
    IMPERSONATION = 2
    DELEGATION = 3


class ElevationType(IntEnum):
    """Which half of a split logon a token belongs to."""

    DEFAULT = 1
    FULL = 2
    LIMITED = 3


class GroupAttributes(IntFlag):
    """SE_GROUP_ flags of a group in a token."""

    NONE = 0
    MANDATORY = 0x1
    """Cannot be disabled."""
    ENABLED_BY_DEFAULT = 0x2
    ENABLED = 0x4
    OWNER = 0x8
    """May own objects."""
    USE_FOR_DENY_ONLY = 0x10
    INTEGRITY = 0x20
    INTEGRITY_ENABLED = 0x40
    RESOURCE = 0x20000000
    LOGON_ID = 0xC0000000


class MandatoryPolicy(IntFlag):
    """TOKEN_MANDATORY_POLICY_ flags: what of the integrity rules applies to a token."""

    OFF = 0
    NO_WRITE_UP = 0x1
    NEW_PROCESS_MIN = 0x2


class RestrictFlags(IntFlag):
    """Flags of CreateRestrictedToken."""

    NONE = 0
    DISABLE_MAX_PRIVILEGE = 0x1
    SANDBOX_INERT = 0x2
    LUA_TOKEN = 0x4
    WRITE_RESTRICTED = 0x8


class Group(Struct, frozen=True, gc=False):
    """A group of a token; `attributes` are `GroupAttributes` as a plain number."""

    sid: Sid
    attributes: int


class TokenSource(Struct, frozen=True, gc=False):
    """Who made a token: at most eight characters, and an id of the maker."""

    name: str = "*SYSTEM*"
    identifier: Luid = SYSTEM_LUID
