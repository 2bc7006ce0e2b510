"""Handlers of private namespaces: directories behind a boundary instead of a path (nt-semantics 1.10)."""

from ntsessions.abi import sids
from ntsessions.abi.access import DELETE, DIRECTORY_ALL_ACCESS, DIRECTORY_TRAVERSE, MAXIMUM_ALLOWED
from ntsessions.abi.calls.object import CreatePrivateNamespace, DeletePrivateNamespace, OpenPrivateNamespace
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import MAXIMUM_NAME_BYTES
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.sid_names import display_sid
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.directory import Directory
from ntsessions.executive.objects.naming import check
from ntsessions.executive.objects.object import charge_object, release_object

Boundary = tuple[str, ...]

MAXIMUM_SIDS = 64


def _boundary(executive: Executive, call: CreatePrivateNamespace | OpenPrivateNamespace) -> Boundary:
    """Return the key of a boundary: name, SIDs in their order, level; and the alias, which tells namespaces apart."""
    if not executive.profile.has_private_namespaces:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{executive.profile.name} has no private namespaces")
    if not call.boundary_name or not 1 <= len(call.sids) <= MAXIMUM_SIDS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"a boundary has a name and 1 to {MAXIMUM_SIDS} SIDs")
    if 2 * (len(call.boundary_name) + len(call.alias)) > MAXIMUM_NAME_BYTES:
        raise nt_error(NtStatus.NAME_TOO_LONG, "name and alias of a private namespace")
    level = "" if call.integrity is None else str(call.integrity)
    return (call.boundary_name, call.alias, level, *(sids.parse_sid(text) for text in call.sids))


@handles(CreatePrivateNamespace)
def create_private_namespace(executive: Executive, caller: Thread, call: CreatePrivateNamespace) -> int:
    """Make a namespace; the caller must be inside its boundary."""
    boundary = _boundary(executive, call)
    for sid in boundary[3:]:
        if not caller.token.has_enabled(sids.Sid(sid)):
            raise nt_error(NtStatus.ACCESS_DENIED, f"{caller.token.user_name} is not {display_sid(sids.Sid(sid))}")
    if call.integrity is not None and caller.token.integrity < call.integrity:
        raise nt_error(NtStatus.ACCESS_DENIED, f"the boundary asks for integrity level {call.integrity:#x}")
    if boundary in executive.private_namespaces:
        raise nt_error(NtStatus.OBJECT_NAME_COLLISION, f"{call.boundary_name!r} with the alias {call.alias!r}")
    supplied = None if call.security is None else descriptor_from_bytes(call.security)
    directory = Directory()
    directory.descriptor = executive.descriptors.assign(caller.token, Directory.type, supplied)
    charge_object(directory, caller.process.session.pool, "".join(boundary))
    try:
        handle = caller.process.handles.add(directory, DIRECTORY_ALL_ACCESS)
    except Exception:
        release_object(directory)
        raise
    directory.boundary = boundary
    executive.private_namespaces[boundary] = directory
    return handle


@handles(OpenPrivateNamespace)
def open_private_namespace(executive: Executive, caller: Thread, call: OpenPrivateNamespace) -> int:
    """Open a namespace with as many rights as its security gives; who is inside the boundary does not matter here."""
    directory = executive.private_namespaces.get(_boundary(executive, call))
    if directory is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, f"{call.boundary_name!r} with the alias {call.alias!r}")
    granted = check(caller, directory, MAXIMUM_ALLOWED | DIRECTORY_TRAVERSE)
    return caller.process.handles.add(directory, granted)


@handles(DeletePrivateNamespace)
def delete_private_namespace(executive: Executive, caller: Thread, call: DeletePrivateNamespace) -> None:
    """Take a namespace and the names in it away; objects stay for who holds handles."""
    directory = caller.reference(call.handle, Directory, DELETE)
    if directory.boundary is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, "the directory is no private namespace, or it was deleted")
    del executive.private_namespaces[directory.boundary]
    directory.boundary = None
    for child in list(directory.children.values()):
        directory.unlink(child)
