"""Handlers of the section calls (nt-semantics 2.6).

What may be asked for is in the tables; the bytes are the host's.  A file comes as a descriptor with the call, a view
leaves as one with the reply, opened for no more than the view allows, so that the kernel enforces it.
"""

from ntsessions.abi.access import (
    SECTION_ALL_ACCESS,
    SECTION_MAP_EXECUTE,
    SECTION_MAP_READ,
    SECTION_MAP_WRITE,
    SECTION_QUERY,
)
from ntsessions.abi.calls.section import (
    CreateSection,
    MapView,
    OpenSection,
    QuerySection,
    SectionInformation,
    ViewGrant,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import ALLOCATION_GRANULARITY
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.effects import AdoptMemory, DescriptorGrant, ReceivedDescriptor
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.memory.section import Section
from ntsessions.executive.objects.naming import create_named, open_existing, require

PAGE = 4096
MAXIMUM_SIZE = 1 << 46
"""64 TiB; NT's limit is the commit charge, which here is the kernel's affair."""

PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY = 0x2, 0x4, 0x8
PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY = 0x10, 0x20, 0x40, 0x80
WRITABLE = frozenset({PAGE_READWRITE, PAGE_EXECUTE_READWRITE})
EXECUTABLE = frozenset({PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY})
PROTECTIONS = WRITABLE | EXECUTABLE | {PAGE_READONLY, PAGE_WRITECOPY}

SEC_FILE, SEC_IMAGE, SEC_RESERVE, SEC_COMMIT = 0x800000, 0x1000000, 0x4000000, 0x8000000
SEC_NOCACHE, SEC_WRITECOMBINE, SEC_LARGE_PAGES = 0x10000000, 0x40000000, 0x80000000

LEGAL_ALLOCATIONS: dict[int, int] = {
    0: SEC_COMMIT,
    SEC_COMMIT: SEC_COMMIT,
    SEC_COMMIT | SEC_NOCACHE: SEC_COMMIT | SEC_NOCACHE,
    SEC_COMMIT | SEC_WRITECOMBINE: SEC_COMMIT | SEC_WRITECOMBINE,
    SEC_RESERVE: SEC_RESERVE,
    SEC_RESERVE | SEC_NOCACHE: SEC_RESERVE | SEC_NOCACHE,
    SEC_RESERVE | SEC_WRITECOMBINE: SEC_RESERVE | SEC_WRITECOMBINE,
}
"""Allocation flags that may be asked for, and what QuerySection tells of a section of memory made so."""
IMAGES = frozenset({SEC_IMAGE, SEC_IMAGE | SEC_NOCACHE})

FILE_MAP_COPY, FILE_MAP_WRITE, FILE_MAP_READ, FILE_MAP_EXECUTE = 0x1, 0x2, 0x4, 0x20
_FILE_MAP_HINTS = 0x60000000
"""FILE_MAP_LARGE_PAGES and FILE_MAP_TARGETS_INVALID: accepted, without effect."""
_LEGAL_VIEW = SECTION_ALL_ACCESS | FILE_MAP_EXECUTE | _FILE_MAP_HINTS


@handles(CreateSection)
def create_section(executive: Executive, caller: Thread, call: CreateSection) -> OpenedHandle:
    """Create or open a section; the parameters are checked first, whether or not the name exists."""
    attributes = _attributes(caller, call)
    if call.has_file:
        received = _received_file(caller, call)
        size = call.maximum_size or received.size
    else:
        received = None
        size = -(-call.maximum_size // PAGE) * PAGE
        if size == 0:
            raise nt_error(NtStatus.INVALID_PARAMETER, "a section of memory needs a size")
    if size > MAXIMUM_SIZE:
        raise nt_error(NtStatus.SECTION_TOO_BIG, f"{size} bytes, at most {MAXIMUM_SIZE}")
    section = Section(executive.new_key(), size, call.protection, attributes, file=call.has_file)
    opened = create_named(executive, caller, call, section)
    if received is not None and not opened.existed:
        executive.emit(AdoptMemory(section.memory_key, received.key, size))
    return opened


def _attributes(caller: Thread, call: CreateSection) -> int:
    """Return the flags that the section will have, or refuse what was asked for."""
    if call.protection not in PROTECTIONS:
        raise nt_error(NtStatus.INVALID_PAGE_PROTECTION, f"page protection {call.protection:#x}")
    if call.allocation in IMAGES:
        raise nt_error(NtStatus.INVALID_FILE_FOR_SECTION, "executable images cannot be mapped as such here")
    if call.allocation == SEC_LARGE_PAGES | SEC_COMMIT:
        require(caller, Privilege.SeLockMemoryPrivilege)
    if call.allocation not in LEGAL_ALLOCATIONS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"allocation flags {call.allocation:#x}")
    kind = LEGAL_ALLOCATIONS[call.allocation]
    return SEC_FILE | kind & SEC_NOCACHE if call.has_file else kind


def _received_file(caller: Thread, call: CreateSection) -> ReceivedDescriptor:
    """Return the file that came with the call, if the section may be made of it."""
    if len(caller.received) != 1:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{len(caller.received)} descriptors came with the call, not one")
    (file,) = caller.received
    if not file.is_regular_file:
        raise nt_error(NtStatus.INVALID_FILE_FOR_SECTION, "the descriptor is not one of a regular file")
    writes = call.protection in WRITABLE
    if not file.readable or (writes and not file.writable):
        raise nt_error(
            NtStatus.ACCESS_DENIED, f"the file is not open for {'reading and writing' if writes else 'reading'}"
        )
    if not file.size and not call.maximum_size:
        raise nt_error(NtStatus.MAPPED_FILE_SIZE_ZERO, "the file is empty and no size was given")
    if call.maximum_size > file.size and not writes:
        raise nt_error(NtStatus.SECTION_TOO_BIG, f"the file has {file.size} bytes and cannot be extended for reading")
    return file


@handles(OpenSection)
def open_section(executive: Executive, caller: Thread, call: OpenSection) -> int:
    """Open a section."""
    return open_existing(executive, caller, call, Section)


@handles(MapView)
def map_view(executive: Executive, caller: Thread, call: MapView) -> ViewGrant:
    """Grant a view: what to map, and the descriptor to map it with."""
    if call.access & ~_LEGAL_VIEW:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"access {call.access:#x} of a view")
    writes = bool(call.access & FILE_MAP_WRITE)
    executes = bool(call.access & FILE_MAP_EXECUTE)
    needed = SECTION_MAP_WRITE if writes else SECTION_MAP_READ
    section = caller.reference(call.handle, Section, needed | SECTION_MAP_EXECUTE if executes else needed)
    if (writes and section.protection not in WRITABLE) or (executes and section.protection not in EXECUTABLE):
        raise nt_error(NtStatus.SECTION_PROTECTION, f"the section's protection is {section.protection:#x}")
    if call.offset % ALLOCATION_GRANULARITY:
        raise nt_error(NtStatus.MAPPED_ALIGNMENT, f"offset {call.offset:#x} is no multiple of 64 KiB")
    size = call.size or section.size - call.offset
    if size <= 0 or call.offset + size > section.size:
        raise nt_error(NtStatus.INVALID_VIEW_SIZE, f"{call.offset} + {call.size} bytes of {section.size}")
    caller.grant = DescriptorGrant(section.memory_key, section.size, writes, section.file)
    return ViewGrant(size, call.offset, writes, copy_on_write=bool(call.access & FILE_MAP_COPY) and not writes)


@handles(QuerySection)
def query_section(executive: Executive, caller: Thread, call: QuerySection) -> SectionInformation:
    """Read a section's size and kind."""
    section = caller.reference(call.handle, Section, SECTION_QUERY)
    return SectionInformation(section.attributes, section.size, section.protection)
