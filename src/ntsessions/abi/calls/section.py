"""Sections: memory that processes share by name or by handle."""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle


@syscall(
    0x0070,
    takes_descriptors=True,
    fails_with=CREATE_ERRORS | {S.INVALID_PAGE_PROTECTION, S.MAPPED_FILE_SIZE_ZERO, S.SECTION_TOO_BIG,
                                S.INVALID_FILE_FOR_SECTION},
    fidelity=Partial("SEC_IMAGE, SEC_LARGE_PAGES and SEC_RESERVE semantics are not there: images are refused, reserved "
                     "pages are committed on touch; execute protection is Linux's"),
)  # fmt: skip
class CreateSection(Call[OpenedHandle]):
    """Create a section, or open the one of this name (with OPENIF).

    `has_file`: one descriptor of a regular file follows; otherwise the section is memory and `maximum_size` (bytes)
    must not be 0.  In the global space it needs SeCreateGlobalPrivilege from any session but 0; opening does not.
    """

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0xF001F
    maximum_size: Annotated[int, Meta(ge=0)] = 0
    protection: int = 4
    allocation: int = 0x8000000
    has_file: bool = False
    security: bytes | None = None


@syscall(0x0071, fails_with=OPEN_ERRORS)
class OpenSection(Call[int]):
    """Open a section by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0xF001F


class ViewGrant(Reply, frozen=True):
    """What a client needs to map a view; the descriptor that follows allows no more than this."""

    size: int
    """Bytes to map from `offset`."""
    offset: int
    writable: bool
    copy_on_write: bool


@syscall(
    0x0072,
    gives_descriptors=True,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER, S.MAPPED_ALIGNMENT,
                S.INVALID_VIEW_SIZE, S.SECTION_PROTECTION, S.INSUFFICIENT_RESOURCES},
)  # fmt: skip
class MapView(Call[ViewGrant]):
    """Get a descriptor to map part of a section with.  The client maps it; the kernel enforces it.

    `access`: FILE_MAP_COPY 1, WRITE 2, READ 4, EXECUTE 0x20.  Needs SECTION_MAP_READ (copy, read) or SECTION_MAP_WRITE.
    `offset` is a multiple of 64 KiB; `size` 0 means to the end.  Views outlive the handle, and do not keep the name.
    """

    handle: Handle
    access: int
    offset: Annotated[int, Meta(ge=0)] = 0
    size: Annotated[int, Meta(ge=0)] = 0


class SectionInformation(Reply, frozen=True):
    """SECTION_BASIC_INFORMATION; `attributes` are SEC_ flags, `size` is in bytes."""

    attributes: int
    size: int
    protection: int


@syscall(0x0073, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED})
class QuerySection(Call[SectionInformation]):
    """Read a section's size and kind.  Needs SECTION_QUERY."""

    handle: Handle
