"""Creating and opening objects by name: the matrix of nt-semantics 1.5, for every type alike.

Order of the checks: the type's own parameters (by the handler, before it comes here), the path, the name, the type,
the access.  Whoever may traverse a directory learns that a name exists; NT does the same (2.9).
"""

from typing import TYPE_CHECKING, Protocol, TypeVar

from ntsessions.abi.access import ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import MAXIMUM_NAME_BYTES
from ntsessions.abi.names import UNSECURE_GLOBAL_NAMES
from ntsessions.abi.object_types import SECTION, SYMBOLIC_LINK, ObjectType, map_generic
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS, WINDOW_STATIONS, ObjectAttributes, OpenedHandle
from ntsessions.executive.objects.directory import Container, Directory, SymbolicLink
from ntsessions.executive.objects.handles import INHERIT, PROTECT_FROM_CLOSE
from ntsessions.executive.objects.object import Object, charge_object, release_object
from ntsessions.executive.objects.parser import Found, Walk
from ntsessions.executive.security.access_check import access_check

if TYPE_CHECKING:
    from ntsessions.abi.calls.object import ResolutionStep
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread

OPENIF = int(ObjectAttributes.OPENIF)
PERMANENT = int(ObjectAttributes.PERMANENT)
CASE_INSENSITIVE = int(ObjectAttributes.CASE_INSENSITIVE)
OPENLINK = int(ObjectAttributes.OPENLINK)
HANDLE_INHERIT = int(ObjectAttributes.INHERIT)
HANDLE_PROTECT = int(ObjectAttributes.PROTECT_CLOSE)
INVALID_ATTRIBUTES = ~0x1FF7

DIRECTORY_QUERY, DIRECTORY_TRAVERSE, DIRECTORY_CREATE_OBJECT, DIRECTORY_CREATE_SUBDIRECTORY = 1, 2, 4, 8


class NamedCall(Protocol):
    """What every call that names an object carries."""

    @property
    def name(self) -> str | None: ...
    @property
    def root(self) -> int: ...
    @property
    def attributes(self) -> int: ...
    @property
    def desired_access(self) -> int: ...


class CreateCall(NamedCall, Protocol):
    """A call that may create the object it names."""

    @property
    def security(self) -> bytes | None: ...


N = TypeVar("N", bound=Object)


def resolve(executive: "Executive", caller: "Thread", call: NamedCall, *, open_link: bool = False,
            ignore_case: bool = False, steps: "list[ResolutionStep] | None" = None) -> Found:  # fmt: skip
    """Follow the name of *call*."""
    attributes = call.attributes
    check_attributes(attributes)
    walk = Walk(
        executive.root,
        lambda: executive.device_map(caller.token),
        ignore_case=ignore_case or attributes & CASE_INSENSITIVE != 0,
        open_link=open_link or attributes & OPENLINK != 0,
        steps=steps,
    )
    start: Directory | None = None
    root = call.root
    if root == NAMED_OBJECTS:
        start = caller.process.session.bno
    elif root == WINDOW_STATIONS:
        start = caller.process.session.window_stations
    elif root:
        start = caller.reference(root, Directory, 0)
    return walk.resolve(call.name or "", start)


def check_attributes(attributes: int) -> None:
    """Raise INVALID_PARAMETER for what is no OBJ_ attribute."""
    if attributes & INVALID_ATTRIBUTES:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"attributes {attributes:#x}")


def handle_flags(attributes: int) -> int:
    """Translate OBJ_INHERIT and OBJ_PROTECT_CLOSE to flags of a handle."""
    flags = INHERIT if attributes & HANDLE_INHERIT else 0
    return flags | PROTECT_FROM_CLOSE if attributes & HANDLE_PROTECT else flags


def open_existing(executive: "Executive", caller: "Thread", call: NamedCall, wanted: type[N]) -> int:
    """Open the object of this name; returns the handle."""
    if not call.name and not call.root:
        raise nt_error(NtStatus.OBJECT_PATH_SYNTAX_BAD, "an empty name")
    found = resolve(executive, caller, call, open_link=wanted is SymbolicLink)
    if found.existing is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, call.name or "")
    return open_object(caller, found.existing, wanted, call.desired_access, call.attributes)


def open_object(caller: "Thread", item: Object, wanted: type[Object], desired: int, attributes: int) -> int:
    """Check type and access, and make a handle."""
    if not isinstance(item, wanted):
        raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"{item.path} is a {item.type.name}")
    granted = check(caller, item, desired)
    return caller.process.handles.add(item, granted, handle_flags(attributes))


def check(caller: "Thread", item: Object, desired: int) -> int:
    """Return what the caller is granted on *item*, or raise ACCESS_DENIED or PRIVILEGE_NOT_HELD."""
    assert item.descriptor is not None, "every object has a descriptor"
    return access_check(item.descriptor, caller.token, desired, item.type)


def create_named(executive: "Executive", caller: "Thread", call: CreateCall, item: N) -> OpenedHandle:
    """Insert *item*, fresh and without a name, under the name of *call*; or open what has that name (OPENIF)."""
    check_permanent(caller, call.attributes)
    if not call.name:
        return insert(executive, caller, call, item, None, "")
    found = resolve(executive, caller, call, open_link=isinstance(item, SymbolicLink))
    if found.existing is not None:
        if not call.attributes & OPENIF:
            raise nt_error(NtStatus.OBJECT_NAME_COLLISION, found.existing.path)
        handle = open_object(caller, found.existing, type(item), call.desired_access, call.attributes)
        return OpenedHandle(handle, existed=True)
    assert found.parent is not None, "only the root has no parent, and it exists"
    _check_insert(caller, found.parent, found.leaf, item, call.name)
    return insert(executive, caller, call, item, found.parent, found.leaf)


def check_permanent(caller: "Thread", attributes: int) -> None:
    """Raise PRIVILEGE_NOT_HELD when an object is to outlive its handles and the caller may not ask for that."""
    if attributes & PERMANENT:
        require(caller, Privilege.SeCreatePermanentPrivilege)


def insert(executive: "Executive", caller: "Thread", call: CreateCall, item: N, parent: Container | None,
           leaf: str) -> OpenedHandle:  # fmt: skip
    """Make *item* exist below *parent*, which the caller may do, and return its first handle."""
    granted = creator_access(caller, item.type, call.desired_access)
    supplied = None if call.security is None else descriptor_from_bytes(call.security)
    above = None if parent is None else parent.descriptor
    item.descriptor = executive.descriptors.assign(caller.token, item.type, supplied, above)
    charge_object(item, caller.process.session.pool, leaf, call.security)
    try:
        handle = caller.process.handles.add(item, granted, handle_flags(call.attributes))
    except Exception:
        release_object(item)
        raise
    item.is_permanent = call.attributes & PERMANENT != 0
    if parent is not None:
        parent.link(leaf, item)
    executive.counts["objects"] += 1
    return OpenedHandle(handle)


def creator_access(caller: "Thread", object_type: ObjectType, desired: int) -> int:
    """Return the access of a new object's first handle: what was asked for, the descriptor is not consulted (1.5)."""
    if not desired & ~object_type.valid_access:
        return desired
    granted = map_generic(object_type.mapping, desired)
    if granted & ACCESS_SYSTEM_SECURITY:
        require(caller, Privilege.SeSecurityPrivilege)
    if granted & MAXIMUM_ALLOWED:
        granted = granted & ~MAXIMUM_ALLOWED | object_type.mapping.all
    unknown = granted & ~(object_type.valid_access | ACCESS_SYSTEM_SECURITY)
    if unknown:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{unknown:#x} is no right of a {object_type.name}")
    return granted


def _check_insert(caller: "Thread", parent: Container, leaf: str, item: Object, asked: str) -> None:
    """May the caller add *item* to *parent*?  The directory's security first, then the global space's own rule."""
    if not isinstance(parent, Directory):
        raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"{parent.path} is a {parent.type.name}, not a directory")
    needed = DIRECTORY_CREATE_SUBDIRECTORY if isinstance(item, Directory) else DIRECTORY_CREATE_OBJECT
    check(caller, parent, needed)
    check_length(parent, leaf)
    stamp = parent.session_stamp
    if stamp is None or stamp == caller.process.session.session_id or item.type.name not in _GUARDED_TYPES:
        return
    if caller.token.has_privilege(Privilege.SeCreateGlobalPrivilege) or leaf.startswith(UNSECURE_GLOBAL_NAMES):
        return
    raise nt_error(
        NtStatus.ACCESS_DENIED,
        f"making the {item.type.name.lower()} {asked!r} in the global space from session "
        f"{caller.process.session.session_id} needs SeCreateGlobalPrivilege, which {caller.token.user_name} does not "
        "hold; let a service make it, and open it here",
    )


def check_length(parent: Container, leaf: str) -> None:
    """Raise NAME_TOO_LONG when a name is too long for where it would stand."""
    if 2 * (parent.path_length + 1 + len(leaf)) > MAXIMUM_NAME_BYTES:  # below a handle a path can grow step by step
        raise nt_error(NtStatus.NAME_TOO_LONG, f"the full path would have more than {MAXIMUM_NAME_BYTES} bytes")


_GUARDED_TYPES = frozenset({SECTION.name, SYMBOLIC_LINK.name})
"""Only these two need SeCreateGlobalPrivilege (1.9); events, mutexes, semaphores, timers and jobs do not."""


def require(caller: "Thread", privilege: Privilege) -> None:
    """Raise PRIVILEGE_NOT_HELD unless the caller's effective token holds *privilege* enabled."""
    if not caller.token.has_privilege(privilege):
        raise nt_error(
            NtStatus.PRIVILEGE_NOT_HELD, f"{privilege.name} is not held, or not enabled, by {caller.token.user_name}"
        )
