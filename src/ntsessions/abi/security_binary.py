"""Security descriptors as the bytes that programs and the wire know: the self-relative form ([MS-DTYP] 2.4.4 - 2.4.6).

Invariants:
  1. `from_bytes(to_bytes(x)) == x` for every record.
  2. Any bytes give a record or one of INVALID_SECURITY_DESCR, INVALID_ACL, INVALID_SID; never another exception, and
     never work beyond their own length.
  3. A list is at most 65,535 bytes long, because NT's own size field ends there.

Alignment and the order of the parts are not checked on the way in; NT writes them in several orders.
"""

import struct
from typing import Final

from ntsessions.abi.errors import nt_error
from ntsessions.abi.security import Ace, Acl, Control, SecurityDescriptor
from ntsessions.abi.sids import Sid, integrity_level, sid_from_bytes, sid_to_bytes
from ntsessions.abi.status import NtStatus

MAXIMUM_ACL_BYTES: Final = 0xFFFF

_HEADER = struct.Struct("<BBHLLLL")  # revision, sbz1, control, offsets of owner, group, SACL, DACL
_ACL = struct.Struct("<BBHHH")  # revision, sbz1, size, count, sbz2
_ACE = struct.Struct("<BBHL")  # type, flags, size, mask; then the SID
_ACL_REVISIONS: Final = (2, 3, 4)
_LABEL: Final = 0x11


def acl_to_bytes(acl: Acl) -> bytes:
    """Return the binary form of a list; INVALID_ACL when it would be longer than 65,535 bytes."""
    parts = []
    for ace in acl:
        sid = sid_to_bytes(ace.sid)
        parts.append(_ACE.pack(ace.type, ace.flags, _ACE.size + len(sid), ace.mask) + sid)
    body = b"".join(parts)
    size = _ACL.size + len(body)
    if size > MAXIMUM_ACL_BYTES:
        raise nt_error(NtStatus.INVALID_ACL, f"{size} bytes; a list has at most {MAXIMUM_ACL_BYTES}")
    return _ACL.pack(2, 0, size, len(acl), 0) + body


def acl_from_bytes(data: bytes | memoryview, offset: int = 0) -> Acl:
    """Return the list at *offset* of *data*; INVALID_ACL or INVALID_SID when none is there."""
    if not 0 <= offset <= len(data) - _ACL.size:
        raise nt_error(NtStatus.INVALID_ACL, "cut off")
    revision, _, size, count, _ = _ACL.unpack_from(data, offset)
    end = offset + size
    if revision not in _ACL_REVISIONS or size < _ACL.size or end > len(data):
        raise nt_error(NtStatus.INVALID_ACL, f"revision {revision}, {size} bytes")
    aces = []
    position = offset + _ACL.size
    for _ in range(count):
        ace, position = _ace_from_bytes(data, position, end)
        aces.append(ace)
    return tuple(aces)


def _ace_from_bytes(data: bytes | memoryview, position: int, end: int) -> tuple[Ace, int]:
    """Return the entry at *position* and where the next one begins; no byte at or after *end* belongs to it."""
    if position > end - _ACE.size:
        raise nt_error(NtStatus.INVALID_ACL, "the list has fewer entries than it says")
    kind, flags, size, mask = _ACE.unpack_from(data, position)
    if size < _ACE.size or position + size > end:
        raise nt_error(NtStatus.INVALID_ACL, f"an entry of {size} bytes does not fit its list")
    sid, _ = sid_from_bytes(memoryview(data)[position + _ACE.size : position + size])
    if kind == _LABEL:
        integrity_level(sid)  # refuses a label that is none
    return Ace(kind, flags, mask, sid), position + size


def descriptor_to_bytes(descriptor: SecurityDescriptor) -> bytes:
    """Return the self-relative form; INVALID_ACL when a list is too long for it."""
    position = _HEADER.size
    parts: list[bytes] = []

    def placed(part: bytes | None) -> int:
        nonlocal position
        if part is None:
            return 0
        padded = part + bytes(-len(part) % 4)
        parts.append(padded)
        position += len(padded)
        return position - len(padded)

    sacl = placed(None if descriptor.sacl is None else acl_to_bytes(descriptor.sacl))
    dacl = placed(None if descriptor.dacl is None else acl_to_bytes(descriptor.dacl))
    owner = placed(None if descriptor.owner is None else sid_to_bytes(descriptor.owner))
    group = placed(None if descriptor.group is None else sid_to_bytes(descriptor.group))
    control = descriptor.control | Control.SELF_RELATIVE
    return _HEADER.pack(1, 0, control, owner, group, sacl, dacl) + b"".join(parts)


def descriptor_from_bytes(data: bytes | memoryview) -> SecurityDescriptor:
    """Return the descriptor in *data*, which may come from anyone.

    Raises InvalidParameter with INVALID_SECURITY_DESCR, INVALID_ACL or INVALID_SID.  An offset whose present bit is
    clear is ignored, as NT does.
    """
    if len(data) < _HEADER.size:
        raise nt_error(NtStatus.INVALID_SECURITY_DESCR, f"{len(data)} bytes")
    revision, _, control, owner, group, sacl, dacl = _HEADER.unpack_from(data)
    if revision != 1 or not control & Control.SELF_RELATIVE:
        raise nt_error(NtStatus.INVALID_SECURITY_DESCR, "not a self-relative descriptor of revision 1")
    for offset in (owner, group, sacl, dacl):
        if offset and not _HEADER.size <= offset < len(data):
            raise nt_error(NtStatus.INVALID_SECURITY_DESCR, f"offset {offset} lies outside")
    return SecurityDescriptor(
        _sid_at(data, owner),
        _sid_at(data, group),
        acl_from_bytes(data, dacl) if dacl and control & Control.DACL_PRESENT else None,
        acl_from_bytes(data, sacl) if sacl and control & Control.SACL_PRESENT else None,
        control & ~int(Control.SELF_RELATIVE),
    )


def _sid_at(data: bytes | memoryview, offset: int) -> Sid | None:
    return sid_from_bytes(data, offset)[0] if offset else None
