"""Calls that apply to handles and objects of every type."""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle

DUPLICATE_CLOSE_SOURCE = 1
DUPLICATE_SAME_ACCESS = 2
DUPLICATE_SAME_ATTRIBUTES = 4


@syscall(0x0001, one_way=True, fails_with={S.INVALID_HANDLE, S.HANDLE_NOT_CLOSABLE})
class Close(Call[None]):
    """Close a handle.

    When it was the last handle of a temporary object, the name is gone at once, even if views or waits keep the
    object itself alive.
    """

    handle: Handle


@syscall(
    0x0002,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER,
                S.PROCESS_IS_TERMINATING, S.TOO_MANY_OPENED_FILES, S.HANDLE_NOT_CLOSABLE},
)  # fmt: skip
class DuplicateObject(Call[int]):
    """Copy a handle from one process to another, of any session.  Answers the new handle's value (0: none was made).

    Both process handles need PROCESS_DUP_HANDLE.  `options`: DUPLICATE_CLOSE_SOURCE 1 (closes the source even when
    the call fails), DUPLICATE_SAME_ACCESS 2, DUPLICATE_SAME_ATTRIBUTES 4.  `target_process` 0 is legal with
    DUPLICATE_CLOSE_SOURCE only.  More access than the source has is granted only if the object's security allows it.
    """

    source_process: Handle
    source: Handle
    target_process: Handle
    desired_access: AccessMask = 0
    attributes: int = 0
    options: int = DUPLICATE_SAME_ACCESS


class ObjectInformation(Reply, frozen=True):
    """Facts of an object and of the handle asked with.  `name` is the resolved path, empty when there is none."""

    type: str
    name: str
    granted_access: int
    attributes: int
    """OBJ_ flags of the handle and the object."""
    handle_count: int
    pointer_count: int
    creation_time: int


@syscall(0x0003, fails_with={S.INVALID_HANDLE})
class QueryObject(Call[ObjectInformation]):
    """Tell type, name, counts and granted access.  Needs no particular right."""

    handle: Handle


@syscall(0x0004, fails_with={S.INVALID_HANDLE})
class SetHandleFlags(Call[None]):
    """Change the inherit and protect-from-close flags of a handle."""

    handle: Handle
    inherit: bool
    protect: bool


@syscall(0x0005, fails_with={S.INVALID_HANDLE, S.NOT_SAME_OBJECT})
class CompareObjects(Call[None]):
    """Succeed when both handles refer to one object; NOT_SAME_OBJECT else.  Needs no right."""

    first: Handle
    second: Handle


@syscall(0x0006, fails_with={S.INVALID_HANDLE, S.PRIVILEGE_NOT_HELD})
class MakePermanent(Call[None]):
    """Let the name outlive its last handle.  Needs SeCreatePermanentPrivilege."""

    handle: Handle


@syscall(0x0007, fails_with={S.INVALID_HANDLE, S.ACCESS_DENIED})
class MakeTemporary(Call[None]):
    """Let the name go with the last handle again.  Needs DELETE."""

    handle: Handle


@syscall(0x0008, fails_with={S.INVALID_HANDLE, S.ACCESS_DENIED})
class QuerySecurity(Call[bytes]):
    """Read parts of an object's security descriptor, self-relative ([MS-DTYP] 2.4.6).

    `parts`: OWNER 1, GROUP 2, DACL 4 (READ_CONTROL), SACL 8 (ACCESS_SYSTEM_SECURITY), LABEL 0x10 (READ_CONTROL).
    A desktop's takes DESKTOP_READOBJECTS and DESKTOP_WRITEOBJECTS besides.
    """

    handle: Handle
    parts: Annotated[int, Meta(ge=0)]


@syscall(
    0x0009,
    fails_with={S.INVALID_HANDLE, S.ACCESS_DENIED, S.PRIVILEGE_NOT_HELD, S.INVALID_OWNER, S.INVALID_PRIMARY_GROUP,
                S.INVALID_SECURITY_DESCR, S.INVALID_ACL, S.INVALID_SID},
)  # fmt: skip
class SetSecurity(Call[None]):
    """Replace parts of an object's security descriptor.  Open handles keep what they were granted.

    OWNER, GROUP and LABEL need WRITE_OWNER, DACL needs WRITE_DAC, SACL needs ACCESS_SYSTEM_SECURITY.
    A desktop's takes DESKTOP_READOBJECTS and DESKTOP_WRITEOBJECTS besides.
    """

    handle: Handle
    parts: Annotated[int, Meta(ge=0)]
    descriptor: bytes


class DirectoryEntry(Reply, frozen=True):
    """One name in a directory."""

    name: str
    type: str


class DirectoryListing(Reply, frozen=True):
    """Part of a directory; `context` continues it, 0 means that this was all."""

    entries: tuple[DirectoryEntry, ...]
    context: int


_CREATE = {S.ACCESS_DENIED, S.PRIVILEGE_NOT_HELD, S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.OBJECT_NAME_INVALID,
           S.OBJECT_NAME_COLLISION, S.OBJECT_NAME_NOT_FOUND, S.OBJECT_PATH_NOT_FOUND, S.OBJECT_PATH_SYNTAX_BAD,
           S.NAME_TOO_LONG, S.INVALID_PARAMETER, S.INVALID_SECURITY_DESCR, S.INVALID_ACL, S.INVALID_SID,
           S.INVALID_OWNER, S.TOO_MANY_OPENED_FILES, S.BAD_IMPERSONATION_LEVEL}  # fmt: skip
CREATE_ERRORS = frozenset(_CREATE)
"""What creating a named object of any type may fail with."""

OPEN_ERRORS = CREATE_ERRORS - {S.OBJECT_NAME_COLLISION, S.INVALID_OWNER, S.INVALID_SECURITY_DESCR, S.INVALID_ACL,
                               S.INVALID_SID}  # fmt: skip
"""What opening one may fail with."""


@syscall(0x0010, fails_with=CREATE_ERRORS)
class CreateDirectory(Call[OpenedHandle]):
    """Create an object directory, or open the one of this name (with OPENIF).

    Needs DIRECTORY_CREATE_SUBDIRECTORY on the parent.
    """

    name: str | None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0xF000F
    security: bytes | None = None


@syscall(0x0011, fails_with=OPEN_ERRORS)
class OpenDirectory(Call[int]):
    """Open an object directory."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x3


@syscall(
    0x0012,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED},
    fidelity=Partial("entries come in the order of creation; NT's order is unspecified"),
)
class QueryDirectory(Call[DirectoryListing]):
    """List a directory, `context` 0 first.  Needs DIRECTORY_QUERY."""

    handle: Handle
    context: Annotated[int, Meta(ge=0)] = 0


@syscall(0x0013, fails_with=CREATE_ERRORS)
class CreateSymbolicLink(Call[OpenedHandle]):
    """Create a symbolic link to a path, which need not exist.

    In the global space it needs SeCreateGlobalPrivilege from any session but 0.
    """

    name: str | None
    target: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0xF0001
    security: bytes | None = None


@syscall(0x0014, fails_with=OPEN_ERRORS)
class OpenSymbolicLink(Call[int]):
    """Open a link itself, not what it leads to."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1


@syscall(0x0015, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED})
class QuerySymbolicLink(Call[str]):
    """Read a link's target.  Needs SYMBOLIC_LINK_QUERY."""

    handle: Handle


class ResolutionStep(Reply, frozen=True):
    """One step of following a name: what was looked up, where, and what was found."""

    action: str
    path: str
    outcome: str


class Resolution(Reply, frozen=True):
    """How a name resolves.  `status` is what an open would meet before its access check; `path` where it ends."""

    steps: tuple[ResolutionStep, ...]
    path: str
    type: str
    status: int


@syscall(0x0016, fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED, S.NAME_TOO_LONG})
class ExplainName(Call[Resolution]):
    """Tell step by step what a name resolves to in a session.  NT has no such call.

    A name without a leading backslash is looked up as kernel32 would, from the session's BaseNamedObjects.
    Another session than the caller's needs WINSTATION_QUERY on it.
    """

    name: str
    session_id: int | None = None


class ObjectHolder(Reply, frozen=True):
    """One handle on an object: which process of which session holds it, and what it may do with it."""

    process_id: int
    session_id: int
    handle: int
    granted_access: int
    command: str


class ObjectDetails(Reply, frozen=True):
    """What `nts object show` tells of a named object."""

    information: ObjectInformation
    state: dict[str, str]
    """Facts of the type, ready to print: `signaled`, `owner`, `count` ..."""
    descriptor: bytes
    holders: tuple[ObjectHolder, ...]
    waiters: tuple[str, ...]
    """Threads that wait for it: `pid.thread`."""


_LOOK_UP_ERRORS = OPEN_ERRORS - {S.PRIVILEGE_NOT_HELD, S.TOO_MANY_OPENED_FILES}


@syscall(0x0017, fails_with=_LOOK_UP_ERRORS)
class DescribeObject(Call[ObjectDetails]):
    """Tell who holds a name, who waits for it and in which state it is.  NT has no such call.  Needs READ_CONTROL."""

    name: str
    root: Handle = 0
    attributes: int = 0


class AccessStep(Reply, frozen=True):
    """One step of an access decision."""

    rule: str
    outcome: str


class AccessExplanation(Reply, frozen=True):
    """Why access was granted or denied."""

    granted: bool
    access: int
    steps: tuple[AccessStep, ...]


@syscall(0x0018, fails_with=_LOOK_UP_ERRORS - {S.INVALID_PARAMETER} | {S.CTX_WINSTATION_NOT_FOUND, S.NO_TOKEN})
class ExplainAccess(Call[AccessExplanation]):
    """Tell rule by rule why a session's user may or may not open a named object.  NT has no such call.

    The caller needs READ_CONTROL on the object, so that nobody learns from it what they could not read.
    """

    name: str
    desired_access: AccessMask
    session_id: int | None = None
    root: Handle = 0


_NAMESPACE = {S.ACCESS_DENIED, S.NAME_TOO_LONG, S.INVALID_PARAMETER, S.INVALID_SID, S.TOO_MANY_OPENED_FILES}


@syscall(
    0x0019,
    fails_with=_NAMESPACE | {S.OBJECT_NAME_COLLISION, S.PRIVILEGE_NOT_HELD, S.INVALID_SECURITY_DESCR, S.INVALID_ACL,
                             S.INVALID_OWNER},
    fidelity=Partial("no AppContainer SIDs in boundaries"),
)  # fmt: skip
class CreatePrivateNamespace(Call[int]):
    """Create a private namespace behind a boundary; answers a directory handle for use as a root.

    The caller must be inside the boundary: hold every SID, and be at or above the integrity level.  A boundary without
    a SID is refused.  The same boundary and name: OBJECT_NAME_COLLISION.
    """

    boundary_name: str
    sids: tuple[str, ...]
    integrity: int | None = None
    alias: str = ""
    security: bytes | None = None


@syscall(0x001A, fails_with=_NAMESPACE | {S.OBJECT_NAME_NOT_FOUND, S.BAD_IMPERSONATION_LEVEL})
class OpenPrivateNamespace(Call[int]):
    """Open a private namespace by an equal boundary.  Membership is not checked, the namespace's security is."""

    boundary_name: str
    sids: tuple[str, ...]
    integrity: int | None = None
    alias: str = ""


@syscall(0x001B, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER})
class DeletePrivateNamespace(Call[None]):
    """Unlink a private namespace (PRIVATE_NAMESPACE_FLAG_DESTROY): objects stay for who has handles, names are gone."""

    handle: Handle
