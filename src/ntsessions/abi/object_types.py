"""Object types as the security of objects sees them: which rights exist, what the generic ones stand for.

One row per type; nothing else in the tree repeats a mapping.  The rights' names are those of `access`, found there by
their prefix.  Mappings: nt-semantics 1.15; where that table knows an older and a newer mask the newer is taken.

Invariants: every mapped right is valid for its type; a mapped mask carries no generic bit.
"""

from typing import Final

from msgspec import Struct

from ntsessions.abi import access as rights
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus


class GenericMapping(Struct, frozen=True, gc=False):
    """What the four generic rights mean for one type."""

    read: int
    write: int
    execute: int
    all: int


class ObjectType(Struct, frozen=True, gc=False):
    """One type of object."""

    name: str
    valid_access: int
    """Every right a handle can hold, without ACCESS_SYSTEM_SECURITY."""
    mapping: GenericMapping
    rights_prefix: str
    """What the names of the type's own rights begin with in `access`."""
    is_waitable: bool = False
    is_named: bool = True
    """May have a name in the name space."""
    is_container: bool = False
    """Has children that inherit from its access control list."""


_REQUESTS: Final = rights.GENERIC_RIGHTS | rights.MAXIMUM_ALLOWED | rights.ACCESS_SYSTEM_SECURITY
_GENERIC: Final = rights.GENERIC_RIGHTS


def _mapping(read: int, write: int, execute: int, every: int) -> GenericMapping:
    return GenericMapping(read, write, execute, every)


EVENT = ObjectType("Event", 0x1F0003, _mapping(0x20001, 0x20002, 0x120000, 0x1F0003), "EVENT_", is_waitable=True)
MUTANT = ObjectType("Mutant", 0x1F0001, _mapping(0x20001, 0x20000, 0x120000, 0x1F0001), "MUTANT_", is_waitable=True)
SEMAPHORE = ObjectType(
    "Semaphore", 0x1F0003, _mapping(0x20001, 0x20002, 0x120000, 0x1F0003), "SEMAPHORE_", is_waitable=True
)
TIMER = ObjectType("Timer", 0x1F0003, _mapping(0x20001, 0x20002, 0x120000, 0x1F0003), "TIMER_", is_waitable=True)
SECTION = ObjectType("Section", 0x1F001F, _mapping(0x20005, 0x20002, 0x20008, 0xF001F), "SECTION_")
JOB = ObjectType("Job", 0x1F003F, _mapping(0x20004, 0x2000B, 0x120000, 0x1F003F), "JOB_OBJECT_", is_waitable=True)
DIRECTORY = ObjectType(
    "Directory", 0xF000F, _mapping(0x20003, 0x2000C, 0x20003, 0xF000F), "DIRECTORY_", is_container=True
)
SYMBOLIC_LINK = ObjectType("SymbolicLink", 0xFFFFF, _mapping(0x20001, 0x20000, 0x20001, 0xFFFFF), "SYMBOLIC_LINK_")
KEYED_EVENT = ObjectType("KeyedEvent", 0x1F0003, _mapping(0x20001, 0x20002, 0x20000, 0xF0003), "KEYEDEVENT_")
IO_COMPLETION = ObjectType("IoCompletion", 0x1F0003, _mapping(0x20001, 0x20002, 0x120000, 0x1F0003), "IO_COMPLETION_")
WINDOW_STATION = ObjectType(
    "WindowStation", 0xF037F, _mapping(0x20303, 0x2001C, 0x20060, 0xF037F), "WINSTA_", is_container=True
)
WITHOUT_SCREEN: Final = _mapping(0x20103, 0x2000C, 0x20060, 0xF016F)
"""What generic rights ask for on a window station that is not interactive: nothing about a screen (6.1).  In access
control lists they mean what the type says: who made one may open it again with WINSTA_ALL_ACCESS."""
DESKTOP = ObjectType("Desktop", 0xF01FF, _mapping(0x20041, 0x200BE, 0x20100, 0xF01FF), "DESKTOP_")
PROCESS = ObjectType(
    "Process",
    0x1FFFFF,
    _mapping(0x20410, 0x20BEA, 0x121001, 0x1FFFFF),
    "PROCESS_",
    is_waitable=True,
    is_named=False,
)
THREAD = ObjectType(
    "Thread",
    0x1FFFFF,
    _mapping(0x20048, 0x20437, 0x121800, 0x1FFFFF),
    "THREAD_",
    is_waitable=True,
    is_named=False,
)
TOKEN = ObjectType("Token", 0x1F01FF, _mapping(0x2001A, 0x201E0, 0x20005, 0xF01FF), "TOKEN_", is_named=False)
FILE = ObjectType(
    "File", 0x1F01FF, _mapping(0x120089, 0x120116, 0x1200A0, 0x1F01FF), "FILE_", is_waitable=True, is_named=False
)
DEVICE = ObjectType("Device", 0x1F01FF, _mapping(0x120089, 0x120116, 0x1200A0, 0x1F01FF), "FILE_")
TYPE = ObjectType("Type", 0x1F0001, _mapping(0x20000, 0x20000, 0x20000, 0xF0001), "OBJECT_TYPE_")
# Not an object of NT's kernel but what Terminal Services guards with WINSTATION_ rights.  The mapping is ours: looking
# reads, arriving executes, everything that disturbs the session's user writes.
SESSION = ObjectType("Session", 0xF03FF, _mapping(0x20001, 0x202DE, 0x20120, 0xF03FF), "WINSTATION_", is_named=False)
# Not objects of NT's kernel either: what its service control manager guards, with handles of its own.
SERVICE_DATABASE = ObjectType(
    "ServiceDatabase", 0xF003F, _mapping(0x20014, 0x20022, 0x20009, 0xF003F), "SC_MANAGER_", is_named=False
)
SERVICE = ObjectType("Service", 0xF01FF, _mapping(0x2008D, 0x20002, 0x20170, 0xF01FF), "SERVICE_", is_named=False)

TYPES: dict[str, ObjectType] = {
    row.name: row
    for row in (
        EVENT, MUTANT, SEMAPHORE, TIMER, SECTION, JOB, DIRECTORY, SYMBOLIC_LINK, KEYED_EVENT, IO_COMPLETION,
        WINDOW_STATION, DESKTOP, PROCESS, THREAD, TOKEN, FILE, DEVICE, TYPE, SESSION, SERVICE_DATABASE,
        SERVICE,
    )
}  # fmt: skip


def map_generic(mapping: GenericMapping, access: int) -> int:
    """Return *access* with its generic rights replaced by what they mean; other bits stay."""
    if not access & _GENERIC:
        return access
    mapped = access & ~_GENERIC
    if access & rights.GENERIC_READ:
        mapped |= mapping.read
    if access & rights.GENERIC_WRITE:
        mapped |= mapping.write
    if access & rights.GENERIC_EXECUTE:
        mapped |= mapping.execute
    if access & rights.GENERIC_ALL:
        mapped |= mapping.all
    return mapped


def map_desired(object_type: ObjectType, desired: int) -> int:
    """Return the desired access with generic rights mapped; ACCESS_DENIED when it has bits the type does not know."""
    unknown = desired & ~(object_type.valid_access | _REQUESTS)
    if unknown:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{object_type.name} has no right 0x{unknown:X}")
    return map_generic(object_type.mapping, desired)


_COMMON_NAMES: dict[int, str] = {
    getattr(rights, name): name
    for name in (
        "DELETE", "READ_CONTROL", "WRITE_DAC", "WRITE_OWNER", "SYNCHRONIZE", "ACCESS_SYSTEM_SECURITY",
        "MAXIMUM_ALLOWED", "GENERIC_ALL", "GENERIC_EXECUTE", "GENERIC_WRITE", "GENERIC_READ",
    )
}  # fmt: skip


def _names_of(object_type: ObjectType) -> dict[int, str]:
    """Return every single right of *object_type* with its name, lowest bit first."""
    own = {
        value: name
        for name, value in vars(rights).items()
        if name.startswith(object_type.rights_prefix)
        and not name.endswith("_ACCESS")  # a name for several rights, of which one may be all there are
        and not value & (value - 1)
        and value < 1 << 16
    }
    return dict(sorted(own.items())) | _COMMON_NAMES


RIGHT_NAMES: dict[str, dict[int, str]] = {name: _names_of(row) for name, row in TYPES.items()}
"""Per type name: each single right and what it is called."""


def rights_text(object_type: ObjectType, mask: int) -> str:
    """Return *mask* in words, `EVENT_MODIFY_STATE | SYNCHRONIZE`; bits without a name in hex, 0 for none."""
    words = [name for bit, name in RIGHT_NAMES[object_type.name].items() if mask & bit]
    rest = mask & ~sum(bit for bit in RIGHT_NAMES[object_type.name] if mask & bit)
    if rest or not words:
        words.append(f"0x{rest:X}" if rest else "0")
    return " | ".join(words)
