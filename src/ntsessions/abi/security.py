"""Security descriptors as records: who owns an object, who may do what with it, what is audited, how it is labelled.

Records are frozen and hashable, so that 100,000 objects with equal security share one descriptor.

Three DACLs differ and must never be mixed up ([MS-DTYP] 2.4.6, 2.5.3.2):
  absent (`DACL_PRESENT` clear): nothing was said; a new object inherits or takes the token's default;
  NULL (`DACL_PRESENT` set, `dacl` None): everyone may do everything;
  empty (`dacl` is ()): nobody may do anything, save what the owner and privileges may.

Differs from NT: entries of other types than the four of `AceType` (object, callback and alarm entries) are refused with
INVALID_ACL instead of being carried along; an entry that nobody evaluates would only seem to protect something.
"""

from enum import IntEnum, IntFlag
from typing import Final

from msgspec import Struct

from ntsessions.abi.errors import nt_error
from ntsessions.abi.sids import Sid, integrity_sid
from ntsessions.abi.status import NtStatus


class AceType(IntEnum):
    """What an access control entry does."""

    ALLOWED = 0
    DENIED = 1
    AUDIT = 2
    MANDATORY_LABEL = 0x11


class AceFlags(IntFlag):
    """Who inherits an entry, and what an audit entry reports."""

    NONE = 0
    OBJECT_INHERIT = 0x1
    CONTAINER_INHERIT = 0x2
    NO_PROPAGATE_INHERIT = 0x4
    INHERIT_ONLY = 0x8
    INHERITED = 0x10
    SUCCESSFUL_ACCESS = 0x40
    FAILED_ACCESS = 0x80


class LabelPolicy(IntFlag):
    """The mask of a mandatory label: what a less trusted token may not do."""

    NONE = 0
    NO_WRITE_UP = 0x1
    NO_READ_UP = 0x2
    NO_EXECUTE_UP = 0x4


class Control(IntFlag):
    """SE_ flags of a descriptor."""

    NONE = 0
    OWNER_DEFAULTED = 0x0001
    GROUP_DEFAULTED = 0x0002
    DACL_PRESENT = 0x0004
    DACL_DEFAULTED = 0x0008
    SACL_PRESENT = 0x0010
    SACL_DEFAULTED = 0x0020
    DACL_AUTO_INHERIT_REQ = 0x0100
    SACL_AUTO_INHERIT_REQ = 0x0200
    DACL_AUTO_INHERITED = 0x0400
    SACL_AUTO_INHERITED = 0x0800
    DACL_PROTECTED = 0x1000
    SACL_PROTECTED = 0x2000
    RM_CONTROL_VALID = 0x4000
    SELF_RELATIVE = 0x8000
    """Only in the binary form; a record never has it."""


class SecurityInformation(IntFlag):
    """The parts of a descriptor that a call reads or replaces."""

    NONE = 0
    OWNER = 0x1
    GROUP = 0x2
    DACL = 0x4
    SACL = 0x8
    LABEL = 0x10
    UNPROTECTED_SACL = 0x10000000
    UNPROTECTED_DACL = 0x20000000
    PROTECTED_SACL = 0x40000000
    PROTECTED_DACL = 0x80000000


INHERITABLE: Final = int(AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT)
_ACE_TYPES: Final = frozenset(int(kind) for kind in AceType)
# Plain numbers, because arithmetic with flags of an enumeration costs more than a whole access check.
_LABEL: Final = int(AceType.MANDATORY_LABEL)
_INHERIT_ONLY: Final = int(AceFlags.INHERIT_ONLY)
_DACL_PRESENT: Final = int(Control.DACL_PRESENT)
_SACL_PRESENT: Final = int(Control.SACL_PRESENT)
_SELF_RELATIVE: Final = int(Control.SELF_RELATIVE)


class Ace(Struct, frozen=True, gc=False, cache_hash=True):
    """One entry of an access control list; INVALID_ACL when a number is out of range."""

    type: int
    """An `AceType`, as a plain number because every open reads it."""
    flags: int
    """`AceFlags`."""
    mask: int
    """Rights; for a mandatory label its `LabelPolicy`."""
    sid: Sid

    def __post_init__(self) -> None:
        """Refuse what no list may hold."""
        if self.type not in _ACE_TYPES:
            raise nt_error(NtStatus.INVALID_ACL, f"entries of type 0x{self.type:X} are not supported")
        if not 0 <= self.flags <= 0xFF or not 0 <= self.mask < 1 << 32:
            raise nt_error(NtStatus.INVALID_ACL, "the flags have 8 bits and the mask has 32")


Acl = tuple[Ace, ...]


class SecurityDescriptor(Struct, frozen=True, gc=False, cache_hash=True):
    """The security of one object, or what a caller asks it to be; INVALID_SECURITY_DESCR when it contradicts itself."""

    owner: Sid | None = None
    group: Sid | None = None
    dacl: Acl | None = None
    sacl: Acl | None = None
    """Audit entries and the mandatory label."""
    control: int = 0
    """`Control`, without SELF_RELATIVE."""

    def __post_init__(self) -> None:
        """Refuse a list that is there and yet not present."""
        unsaid = (self.dacl is not None and not self.control & _DACL_PRESENT) or (
            self.sacl is not None and not self.control & _SACL_PRESENT
        )
        if unsaid or not 0 <= self.control < _SELF_RELATIVE:
            raise nt_error(NtStatus.INVALID_SECURITY_DESCR, f"the control bits 0x{self.control:X} do not fit the lists")

    @property
    def has_dacl(self) -> bool:
        """True when a DACL was given, be it NULL."""
        return bool(self.control & _DACL_PRESENT)

    @property
    def label(self) -> Ace | None:
        """The mandatory label that applies to the object itself, None when it has none."""
        for ace in self.sacl or ():
            if ace.type == _LABEL and not ace.flags & _INHERIT_ONLY:
                return ace
        return None


def descriptor(
    dacl: Acl | None = None,
    *,
    owner: Sid | None = None,
    group: Sid | None = None,
    sacl: Acl | None = None,
    control: int = 0,
) -> SecurityDescriptor:
    """Return a descriptor whose present bits fit the lists that are given.

    `descriptor()` says nothing about access, `descriptor(())` denies everyone; `NULL_DACL` allows everyone.
    """
    if dacl is not None:
        control |= _DACL_PRESENT
    if sacl is not None:
        control |= _SACL_PRESENT
    return SecurityDescriptor(owner, group, dacl, sacl, int(control))


NULL_DACL = descriptor(control=Control.DACL_PRESENT)
"""Allows everything to everyone, as `SetSecurityDescriptorDacl(sd, TRUE, NULL, FALSE)` says it."""


def allow(sid: Sid, mask: int, flags: int = 0) -> Ace:
    """Return an entry that allows the rights *mask* to *sid*."""
    return Ace(0, int(flags), mask, sid)


def deny(sid: Sid, mask: int, flags: int = 0) -> Ace:
    """Return an entry that denies the rights *mask* to *sid*."""
    return Ace(1, int(flags), mask, sid)


def mandatory_label(level: int, policy: int = LabelPolicy.NO_WRITE_UP, flags: int = 0) -> Ace:
    """Return the entry that labels an object with the integrity *level*."""
    return Ace(int(AceType.MANDATORY_LABEL), int(flags), int(policy), integrity_sid(level))
