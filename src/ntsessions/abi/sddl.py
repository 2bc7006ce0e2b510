"""Security descriptors as one line of text: SDDL ([MS-DTYP] 2.5.1), both ways.

`O:BAG:SYD:P(A;OICI;GA;;;SY)(D;;0x3;;;WD)S:(ML;;NW;;;LW)`.  People type it and tests read it, so the error says where.

Invariants: `parse_sddl(format_sddl(x)) == x` for every descriptor whose flags all have a name in SDDL; any text gives
a record or INVALID_SECURITY_DESCR, INVALID_ACL, INVALID_SID.

Not understood: object and conditional entries, resource attributes, and the aliases that stand for accounts of a domain
(LA, LG, DA, DU, ...), whose SID depends on the machine.
"""

import re
from typing import Final

from ntsessions.abi import access, sids
from ntsessions.abi.errors import nt_error
from ntsessions.abi.security import Ace, AceFlags, AceType, Acl, Control, LabelPolicy, SecurityDescriptor
from ntsessions.abi.security_binary import acl_to_bytes
from ntsessions.abi.sids import IntegrityLevel, Sid, integrity_level, integrity_sid, parse_sid
from ntsessions.abi.status import NtStatus

SID_ALIASES: dict[str, Sid] = {
    "AC": sids.ALL_APPLICATION_PACKAGES, "AN": sids.ANONYMOUS_LOGON, "AU": sids.AUTHENTICATED_USERS,
    "BA": sids.ADMINISTRATORS, "BG": sids.GUESTS, "BO": sids.BACKUP_OPERATORS, "BU": sids.USERS,
    "CG": sids.CREATOR_GROUP, "CO": sids.CREATOR_OWNER, "IU": sids.INTERACTIVE, "LS": sids.LOCAL_SERVICE,
    "NS": sids.NETWORK_SERVICE, "NU": sids.NETWORK, "OW": sids.OWNER_RIGHTS, "PS": sids.SELF, "PU": sids.POWER_USERS,
    "RC": sids.RESTRICTED, "RD": sids.REMOTE_DESKTOP_USERS, "SU": sids.SERVICE, "SY": sids.LOCAL_SYSTEM,
    "WD": sids.EVERYONE, "WR": sids.WRITE_RESTRICTED,
    "LW": integrity_sid(IntegrityLevel.LOW), "ME": integrity_sid(IntegrityLevel.MEDIUM),
    "MP": integrity_sid(IntegrityLevel.MEDIUM_PLUS), "HI": integrity_sid(IntegrityLevel.HIGH),
    "SI": integrity_sid(IntegrityLevel.SYSTEM),
}  # fmt: skip
_ALIAS_OF: Final = {sid: alias for alias, sid in SID_ALIASES.items()}

_ACE_TYPES: Final = {
    "A": AceType.ALLOWED, "D": AceType.DENIED, "AU": AceType.AUDIT, "ML": AceType.MANDATORY_LABEL,
}  # fmt: skip
_ACE_FLAGS: Final[dict[str, int]] = {
    "OI": AceFlags.OBJECT_INHERIT, "CI": AceFlags.CONTAINER_INHERIT, "NP": AceFlags.NO_PROPAGATE_INHERIT,
    "IO": AceFlags.INHERIT_ONLY, "ID": AceFlags.INHERITED, "SA": AceFlags.SUCCESSFUL_ACCESS,
    "FA": AceFlags.FAILED_ACCESS,
}  # fmt: skip
_WRITTEN_RIGHTS: Final = {
    "GA": access.GENERIC_ALL, "GR": access.GENERIC_READ, "GW": access.GENERIC_WRITE, "GX": access.GENERIC_EXECUTE,
    "RC": access.READ_CONTROL, "SD": access.DELETE, "WD": access.WRITE_DAC, "WO": access.WRITE_OWNER,
}  # fmt: skip
# Understood on the way in, never written: the names say what bits mean for files, keys and directory entries.
_READ_RIGHTS: Final = _WRITTEN_RIGHTS | {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0,
    "KA": 0xF003F, "KR": 0x20019, "KW": 0x20006, "KX": 0x20019,
}  # fmt: skip
_LABEL_POLICIES: Final[dict[str, int]] = {
    "NW": LabelPolicy.NO_WRITE_UP, "NR": LabelPolicy.NO_READ_UP, "NX": LabelPolicy.NO_EXECUTE_UP,
}  # fmt: skip
_DACL_FLAGS: Final[dict[str, int]] = {
    "P": Control.DACL_PROTECTED, "AR": Control.DACL_AUTO_INHERIT_REQ, "AI": Control.DACL_AUTO_INHERITED,
}  # fmt: skip
_SACL_FLAGS: Final[dict[str, int]] = {
    "P": Control.SACL_PROTECTED, "AR": Control.SACL_AUTO_INHERIT_REQ, "AI": Control.SACL_AUTO_INHERITED,
}  # fmt: skip
_NULL: Final = "NO_ACCESS_CONTROL"

_LONGEST_TEXT: Final = 1 << 20
_SID: Final = "(?:[sS]-1-[0-9xXa-fA-F-]{1,250}?|[A-Z]{2})"
_LIST: Final = rf"(?:P|AR|AI){{0,3}}(?:{_NULL}|(?:\([^()]{{0,400}}\)){{0,8192}})"
_TEXT: Final = re.compile(rf"(?:O:({_SID}))?(?:G:({_SID}))?(?:D:({_LIST}))?(?:S:({_LIST}))?")
_ACE_TEXT: Final = re.compile(r"\(([^()]*)\)")


def parse_sddl(text: str) -> SecurityDescriptor:
    """Return the descriptor that *text* describes.

    Raises InvalidParameter with INVALID_SECURITY_DESCR (the parts), INVALID_ACL (an entry) or INVALID_SID.
    """
    match = _TEXT.fullmatch("".join(text.split())) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise nt_error(NtStatus.INVALID_SECURITY_DESCR, f"{text[:80]!r} is not of the form O:..G:..D:(..)S:(..)")
    owner, group, dacl_text, sacl_text = match.groups()
    dacl, control = _parse_list(dacl_text, Control.DACL_PRESENT, _DACL_FLAGS)
    sacl, more = _parse_list(sacl_text, Control.SACL_PRESENT, _SACL_FLAGS)
    return SecurityDescriptor(
        None if owner is None else _parse_sid(owner),
        None if group is None else _parse_sid(group),
        dacl,
        sacl,
        control | more,
    )


def _parse_list(text: str | None, present: int, flags: dict[str, int]) -> tuple[Acl | None, int]:
    """Return a list and the control bits that come with it."""
    if text is None:
        return None, 0
    head, bracket, rest = text.removesuffix(_NULL).partition("(")
    control = int(present) | _parse_flags(head, flags)
    if text.endswith(_NULL):
        return None, control
    acl = tuple(_parse_ace(entry) for entry in _ACE_TEXT.findall(bracket + rest))
    acl_to_bytes(acl)  # refuses a list that is too long
    return acl, control


def _parse_flags(text: str, names: dict[str, int]) -> int:
    """Return the union of the flags, which are written one after the other; INVALID_ACL for an unknown one."""
    value = position = 0
    while position < len(text):
        size = 1 if text[position : position + 1] in names else 2
        flag = names.get(text[position : position + size])
        if flag is None:
            raise nt_error(NtStatus.INVALID_ACL, f"{text[position:][:20]!r} in {text[:40]!r} is not understood")
        value |= int(flag)
        position += size
    return value


def _parse_ace(text: str) -> Ace:
    """Return the entry `type;flags;rights;object;inherited object;SID`."""
    fields = text.split(";")
    if len(fields) != 6 or fields[0] not in _ACE_TYPES or fields[3] or fields[4]:
        raise nt_error(NtStatus.INVALID_ACL, f"({text[:80]}) is not of the form (A;flags;rights;;;SID)")
    kind = _ACE_TYPES[fields[0]]
    sid = _parse_sid(fields[5])
    if kind is AceType.MANDATORY_LABEL:
        integrity_level(sid)  # refuses a label that is none
    names = _LABEL_POLICIES if kind is AceType.MANDATORY_LABEL else _READ_RIGHTS
    return Ace(int(kind), _parse_flags(fields[1], _ACE_FLAGS), _parse_mask(fields[2], names), sid)


def _parse_mask(text: str, names: dict[str, int]) -> int:
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}", text):
        return int(text, 16)
    if re.fullmatch(r"[0-9]{1,10}", text):
        return int(text)
    return _parse_flags(text, names)


def _parse_sid(text: str) -> Sid:
    if text in SID_ALIASES:
        return SID_ALIASES[text]
    return parse_sid(text)


def format_sddl(descriptor: SecurityDescriptor) -> str:
    """Return *descriptor* as SDDL; bits of the control word that SDDL cannot say are left out."""
    parts = []
    if descriptor.owner is not None:
        parts.append("O:" + format_sid(descriptor.owner))
    if descriptor.group is not None:
        parts.append("G:" + format_sid(descriptor.group))
    if descriptor.control & Control.DACL_PRESENT:
        parts.append("D:" + _format_list(descriptor.dacl, descriptor.control, _DACL_FLAGS))
    if descriptor.control & Control.SACL_PRESENT:
        parts.append("S:" + _format_list(descriptor.sacl, descriptor.control, _SACL_FLAGS))
    return "".join(parts)


def format_sid(sid: Sid) -> str:
    """Return the two-letter alias of *sid*, or its text when it has none."""
    return _ALIAS_OF.get(sid, sid)


def _format_list(acl: Acl | None, control: int, flags: dict[str, int]) -> str:
    entries = _NULL if acl is None else "".join(map(format_ace, acl))
    return _format_flags(control, flags) + entries


def _format_flags(value: int, names: dict[str, int]) -> str:
    return "".join(name for name, flag in names.items() if value & flag)


def format_ace(ace: Ace) -> str:
    """Return one entry, `(A;OICI;GA;;;SY)`."""
    label = ace.type == AceType.MANDATORY_LABEL
    names = _LABEL_POLICIES if label else _WRITTEN_RIGHTS
    speakable = ace.mask and not ace.mask & ~sum(names.values())
    rights = _format_flags(ace.mask, names) if speakable else f"0x{ace.mask:x}"
    kind = next(name for name, value in _ACE_TYPES.items() if value == ace.type)
    return f"({kind};{_format_flags(ace.flags, _ACE_FLAGS)};{rights};;;{format_sid(ace.sid)})"
