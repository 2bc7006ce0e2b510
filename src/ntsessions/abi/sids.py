"""Security identifiers: who, in every token, every access control entry and every owner.

A SID is kept as its canonical text, so that it reads the same in JSON, traces and error details, compares by one string
comparison and costs one shared string however many records name it.  Text and binary form: [MS-DTYP] 2.4.2.

Invariants:
  1. A `Sid` that came from this module is canonical: equal SIDs are equal strings (and the same string object).
  2. Whatever is not a SID is refused with INVALID_SID, also when it comes from a hostile peer.

Differs from NT: a SID without any subauthority is refused (NT accepts it in binary and nothing names anyone by it).
"""

import re
import struct
from enum import IntEnum
from hashlib import sha1
from sys import intern
from typing import NewType

from ntsessions.abi.errors import nt_error
from ntsessions.abi.luids import Luid
from ntsessions.abi.status import NtStatus

Sid = NewType("Sid", str)
"""A security identifier in its canonical text form, `S-1-<authority>-<subauthority>...`."""

MAXIMUM_SUBAUTHORITIES = 15

_HEX_AUTHORITY = 1 << 32
_LONGEST_TEXT = 256  # 15 ten-digit subauthorities and a hexadecimal authority need 184
_NUMBER = "(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})"
_SID_TEXT = re.compile(rf"[sS]-1-({_NUMBER})((?:-{_NUMBER}){{1,{MAXIMUM_SUBAUTHORITIES}}})")


def sid_of(authority: int, *subauthorities: int) -> Sid:
    """Return the SID with these numbers; INVALID_SID when one is out of range or there are too many."""
    if not 0 <= authority < 1 << 48 or not 0 < len(subauthorities) <= MAXIMUM_SUBAUTHORITIES:
        raise nt_error(NtStatus.INVALID_SID, "the authority has 48 bits, and 1 to 15 subauthorities follow it")
    if not all(0 <= part < 1 << 32 for part in subauthorities):
        raise nt_error(NtStatus.INVALID_SID, "a subauthority has 32 bits")
    head = f"0x{authority:012x}" if authority >= _HEX_AUTHORITY else str(authority)
    return Sid(intern("-".join(("S-1", head, *map(str, subauthorities)))))


def parse_sid(text: str) -> Sid:
    """Return the canonical form of *text*, which may come from anyone; INVALID_SID when it is no SID."""
    match = _SID_TEXT.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise nt_error(NtStatus.INVALID_SID, f"{text[:80]!r} is not of the form S-1-5-18")
    return sid_of(_number(match[1]), *map(_number, match[2].split("-")[1:]))


def _number(text: str) -> int:
    return int(text, 16) if text[:2] in {"0x", "0X"} else int(text)


def _numbers(sid: Sid) -> list[int]:
    """Return authority and subauthorities of a canonical SID."""
    return [_number(part) for part in sid.split("-")[2:]]


def sid_to_bytes(sid: Sid) -> bytes:
    """Return the binary form: revision, count, authority (big-endian), subauthorities (little-endian)."""
    authority, *parts = _numbers(sid)
    return struct.pack(f"<BB6s{len(parts)}L", 1, len(parts), authority.to_bytes(6, "big"), *parts)


def sid_from_bytes(view: bytes | memoryview, offset: int = 0) -> tuple[Sid, int]:
    """Return the SID at *offset* of *view* and its size in bytes; INVALID_SID when none is there."""
    if not 0 <= offset <= len(view) - 12 or view[offset] != 1:
        raise nt_error(NtStatus.INVALID_SID, "cut off, or of another revision than 1")
    count = view[offset + 1]
    size = 8 + 4 * count
    if not 0 < count <= MAXIMUM_SUBAUTHORITIES or offset + size > len(view):
        raise nt_error(NtStatus.INVALID_SID, f"{count} subauthorities do not fit")
    authority = int.from_bytes(view[offset + 2 : offset + 8], "big")
    return sid_of(authority, *struct.unpack_from(f"<{count}L", view, offset + 8)), size


# -- well-known SIDs ([MS-DTYP] 2.4.2.4), under NT's names

NULL_SID = sid_of(0, 0)
EVERYONE = sid_of(1, 0)
LOCAL = sid_of(2, 0)
CONSOLE_LOGON = sid_of(2, 1)
CREATOR_OWNER = sid_of(3, 0)
CREATOR_GROUP = sid_of(3, 1)
OWNER_RIGHTS = sid_of(3, 4)
DIALUP = sid_of(5, 1)
NETWORK = sid_of(5, 2)
BATCH = sid_of(5, 3)
INTERACTIVE = sid_of(5, 4)
SERVICE = sid_of(5, 6)
ANONYMOUS_LOGON = sid_of(5, 7)
SELF = sid_of(5, 10)
AUTHENTICATED_USERS = sid_of(5, 11)
RESTRICTED = sid_of(5, 12)
TERMINAL_SERVER_USER = sid_of(5, 13)
REMOTE_INTERACTIVE_LOGON = sid_of(5, 14)
THIS_ORGANIZATION = sid_of(5, 15)
LOCAL_SYSTEM = sid_of(5, 18)
LOCAL_SERVICE = sid_of(5, 19)
NETWORK_SERVICE = sid_of(5, 20)
ADMINISTRATORS = sid_of(5, 32, 544)
USERS = sid_of(5, 32, 545)
GUESTS = sid_of(5, 32, 546)
POWER_USERS = sid_of(5, 32, 547)
BACKUP_OPERATORS = sid_of(5, 32, 551)
REMOTE_DESKTOP_USERS = sid_of(5, 32, 555)
WRITE_RESTRICTED = sid_of(5, 33)
ALL_SERVICES = sid_of(5, 80, 0)
VIRTUAL_MACHINES = sid_of(5, 83, 0)
WINDOW_MANAGER_GROUP = sid_of(5, 90, 0)
LOCAL_ACCOUNT = sid_of(5, 113)
LOCAL_ACCOUNT_ADMINISTRATOR = sid_of(5, 114)
ALL_APPLICATION_PACKAGES = sid_of(15, 2, 1)

ADMINISTRATOR_RID = 500
GUEST_RID = 501
DOMAIN_ADMINS_RID = 512
DOMAIN_USERS_RID = 513


class IntegrityLevel(IntEnum):
    """How far a program is trusted; the last number of S-1-16-n."""

    UNTRUSTED = 0
    LOW = 0x1000
    MEDIUM = 0x2000
    MEDIUM_PLUS = 0x2100
    HIGH = 0x3000
    SYSTEM = 0x4000
    PROTECTED_PROCESS = 0x5000


def integrity_sid(level: int) -> Sid:
    """Return S-1-16-*level*."""
    return sid_of(16, level)


def is_integrity_sid(sid: Sid) -> bool:
    """Tell whether *sid* is an integrity level, that is S-1-16-n."""
    return sid.startswith("S-1-16-") and sid.count("-") == 3  # S, 1, 16 and the level


def integrity_level(sid: Sid) -> int:
    """Return the level of S-1-16-n, which need not be a named one; INVALID_SID for any other SID."""
    if not is_integrity_sid(sid):
        raise nt_error(NtStatus.INVALID_SID, f"{sid} is not an integrity level")
    return _numbers(sid)[1]


def logon_sid(luid: Luid) -> Sid:
    """Return S-1-5-5-X-Y of the LUID *luid*: the group that only one logon has (see 3.1: X is the high half)."""
    return sid_of(5, 5, luid >> 32, luid & 0xFFFFFFFF)


def unix_user_sid(uid: int) -> Sid:
    """Return S-1-22-1-uid, which Samba too uses for Unix users that have no Windows account."""
    return sid_of(22, 1, uid)


def unix_group_sid(gid: int) -> Sid:
    """Return S-1-22-2-gid, the same for Unix groups."""
    return sid_of(22, 2, gid)


def service_sid(name: str) -> Sid:
    """Return the SID of the service *name*: SHA-1 over the upper-cased name in UTF-16LE, as five numbers."""
    # NT's upper-casing maps one unit to one unit, so a character that would grow ("ß") stays as it is.
    upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in name)
    digest = sha1(upper.encode("utf-16-le", "surrogatepass"), usedforsecurity=False).digest()
    return sid_of(5, 80, *struct.unpack("<5L", digest))


def account_sid(machine_sid: Sid, rid: int) -> Sid:
    """Return the SID of the account *rid* of the machine or domain *machine_sid* (S-1-5-21-a-b-c)."""
    return sid_of(*_numbers(machine_sid), rid)


def relative_id(sid: Sid) -> int:
    """Return the last number of *sid*."""
    return int(sid.rpartition("-")[2])
