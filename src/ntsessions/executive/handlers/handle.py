"""Handlers of the calls that apply to handles of every type (nt-semantics 1.13, 1.14)."""

from ntsessions.abi.access import DELETE, MAXIMUM_ALLOWED, PROCESS_DUP_HANDLE
from ntsessions.abi.calls.object import (
    DUPLICATE_CLOSE_SOURCE,
    DUPLICATE_SAME_ACCESS,
    DUPLICATE_SAME_ATTRIBUTES,
    Close,
    CompareObjects,
    DuplicateObject,
    MakePermanent,
    MakeTemporary,
    ObjectInformation,
    QueryObject,
    SetHandleFlags,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.object_types import map_desired
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import CURRENT_PROCESS, CURRENT_PROCESS_TOKEN
from ntsessions.executive.dispatcher.waits import Dispatcher
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.directory import SymbolicLink
from ntsessions.executive.objects.handles import INHERIT, OTHER_ACCOUNT_HOOK, PROTECT_FROM_CLOSE
from ntsessions.executive.objects.naming import HANDLE_INHERIT, HANDLE_PROTECT, PERMANENT, check, handle_flags, require
from ntsessions.executive.objects.object import Object
from ntsessions.executive.objects.token_object import TokenObject, pseudo_token
from ntsessions.executive.processes.process import Process
from ntsessions.executive.processes.session import Session
from ntsessions.executive.windowing.connection import is_in_use

_OPTIONS = DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS | DUPLICATE_SAME_ATTRIBUTES


@handles(Close)
def close(executive: Executive, caller: Thread, call: Close) -> None:
    """Close a handle; closing a pseudo handle does nothing."""
    if call.handle >= 0 or caller.pseudo(call.handle) is None:
        _close(executive, caller.process, call.handle)


def _close(executive: Executive, process: Process, handle: int) -> None:
    if process.gui is not None and is_in_use(process, handle):
        raise nt_error(NtStatus.HANDLE_NOT_CLOSABLE, "the process works on this window station or desktop")
    process.handles.close(handle, executive)


# -- facts


def look_up(caller: Thread, handle: int) -> tuple[Object, int, int]:
    """Return object, access and flags of a handle or pseudo handle."""
    pseudo = caller.pseudo(handle)
    if pseudo is not None:
        return *pseudo, 0
    entry = caller.process.handles.entry(handle)
    return entry.object, entry.access, entry.flags


@handles(QueryObject)
def query_object(executive: Executive, caller: Thread, call: QueryObject) -> ObjectInformation:
    """Tell type, name, counts and access."""
    return information(*look_up(caller, call.handle))


def information(item: Object, granted: int, flags: int) -> ObjectInformation:
    """Return what QueryObject tells of *item*."""
    attributes = (HANDLE_INHERIT if flags & INHERIT else 0) | (HANDLE_PROTECT if flags & PROTECT_FROM_CLOSE else 0)
    waiters = len(item.waiters or ()) if isinstance(item, Dispatcher) else 0
    return ObjectInformation(
        type=item.type.name,
        name=item.path,
        granted_access=granted,
        attributes=attributes | PERMANENT if item.is_permanent else attributes,
        handle_count=item.handle_count,
        pointer_count=item.handle_count + waiters + (item.parent is not None),
        creation_time=_creation_time(item),
    )


def _creation_time(item: Object) -> int:
    """Return when *item* was made, for the types that know it; NT too tells it for few (1.14)."""
    if isinstance(item, SymbolicLink):
        return item.creation_time
    return item.create_time if isinstance(item, Process | Session) else 0


@handles(SetHandleFlags)
def set_handle_flags(executive: Executive, caller: Thread, call: SetHandleFlags) -> None:
    """Change what happens to a handle at inheritance and at closing."""
    entry = caller.process.handles.entry(call.handle)
    kept = entry.flags & OTHER_ACCOUNT_HOOK
    entry.flags = kept | (INHERIT if call.inherit else 0) | (PROTECT_FROM_CLOSE if call.protect else 0)


@handles(CompareObjects)
def compare_objects(executive: Executive, caller: Thread, call: CompareObjects) -> None:
    """Tell whether two handles lead to one object."""
    first, second = (look_up(caller, handle)[0] for handle in (call.first, call.second))
    if isinstance(first, TokenObject) and isinstance(second, TokenObject) and first.token is second.token:
        return  # pseudo handles have no object of their own
    if first is not second:
        raise nt_error(NtStatus.NOT_SAME_OBJECT, f"a {first.type.name} and a {second.type.name}")


# -- copies


@handles(DuplicateObject)
def duplicate_object(executive: Executive, caller: Thread, call: DuplicateObject) -> int:
    """Copy a handle between processes, or close one in another; the source goes whatever becomes of the copy."""
    if call.options & ~_OPTIONS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"options {call.options:#x}")
    source = caller.reference(call.source_process, Process, PROCESS_DUP_HANDLE)
    if source.has_exited:
        raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {source.process_id} has ended")
    closes = bool(call.options & DUPLICATE_CLOSE_SOURCE)
    if closes and not call.target_process:
        _close_source(executive, caller, source, call.source)
        return 0
    try:
        return _copy(executive, caller, call, source)
    finally:
        if closes:
            _close_quietly(executive, caller, source, call.source)


def _close_source(executive: Executive, caller: Thread, source: Process, handle: int) -> None:
    if _pseudo(caller, source, handle) is None:
        _close(executive, source, handle)


def _close_quietly(executive: Executive, caller: Thread, source: Process, handle: int) -> None:
    """Close the source after a copy was tried; a protected or bad one stays as it is and does not fail the call."""
    try:
        _close_source(executive, caller, source, handle)
    except NtError as error:
        if error.status not in (NtStatus.INVALID_HANDLE, NtStatus.HANDLE_NOT_CLOSABLE):
            raise


def _pseudo(caller: Thread, source: Process, handle: int) -> tuple[Object, int] | None:
    """Return what a pseudo handle means in *source*: a process one is that process's, a thread one the caller's."""
    if handle == CURRENT_PROCESS:
        return source, source.type.mapping.all
    return pseudo_token(source.token) if handle == CURRENT_PROCESS_TOKEN else caller.pseudo(handle)


def _copy(executive: Executive, caller: Thread, call: DuplicateObject, source: Process) -> int:
    if not call.target_process:
        raise nt_error(NtStatus.INVALID_PARAMETER, "no target process; legal only to close the source")
    target = caller.reference(call.target_process, Process, PROCESS_DUP_HANDLE)
    if target.has_exited:
        raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {target.process_id} has ended")
    pseudo = _pseudo(caller, source, call.source)
    flags = 0
    if pseudo is not None:
        item, held = pseudo
    else:
        entry = source.handles.entry(call.source)
        item, held, flags = entry.object, entry.access, entry.flags
    granted = held if call.options & DUPLICATE_SAME_ACCESS else _wider(caller, item, held, call.desired_access)
    if not call.options & DUPLICATE_SAME_ATTRIBUTES:
        flags = handle_flags(call.attributes)
    if isinstance(item, TokenObject):
        item = TokenObject.open(executive, item.token, caller)
    return target.handles.add(item, granted, flags)


def _wider(caller: Thread, item: Object, held: int, desired: int) -> int:
    """Return the access of a copy: what the source has is given freely, more than that must pass the object's security.

    Access 0 gives a handle that is good for nothing but copying and closing.
    """
    wanted = map_desired(item.type, desired)
    if not wanted & ~held:
        return wanted
    try:
        return check(caller, item, wanted)
    except NtError as error:
        if wanted & MAXIMUM_ALLOWED and not wanted & ~MAXIMUM_ALLOWED & ~held:
            return held
        raise nt_error(NtStatus.ACCESS_DENIED, error.detail) from error


# -- how long a name lives


@handles(MakePermanent)
def make_permanent(executive: Executive, caller: Thread, call: MakePermanent) -> None:
    """Let a name outlive its handles; an object without a name stays as it is."""
    item = look_up(caller, call.handle)[0]
    require(caller, Privilege.SeCreatePermanentPrivilege)
    if item.parent is not None:
        item.is_permanent = True


@handles(MakeTemporary)
def make_temporary(executive: Executive, caller: Thread, call: MakeTemporary) -> None:
    """Let a name go with its last handle.

    Differs from NT: the directories and links that the system itself made stay, whoever asks.
    """
    item = caller.reference(call.handle, Object, DELETE)
    if item.is_permanent and item.payer is None:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{item.path} was made by the system and stays")
    item.is_permanent = False
