"""Handlers of the calls on the security of objects, and of the two that explain objects and access to people."""

from ntsessions.abi.access import DESKTOP_READOBJECTS, DESKTOP_WRITEOBJECTS, READ_CONTROL, WINSTATION_QUERY
from ntsessions.abi.calls.object import (
    AccessExplanation,
    AccessStep,
    DescribeObject,
    ExplainAccess,
    ObjectDetails,
    ObjectHolder,
    OpenDirectory,
    QuerySecurity,
    SetSecurity,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.executive.dispatcher.waits import Dispatcher
from ntsessions.executive.handlers.handle import information
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import check, resolve
from ntsessions.executive.objects.object import SECURITY_COST, Object, charge_more
from ntsessions.executive.processes.session_access import may, session_for
from ntsessions.executive.security.descriptors import access_to_query, access_to_set, query_security, set_security
from ntsessions.executive.security.explain import explain_access as explain
from ntsessions.executive.security.token import Token
from ntsessions.executive.windowing.desktop import Desktop

SHOWN_HOLDERS = 128
"""Holders and waiters in one answer; the handle count tells how many there are."""
SHOWN_COMMAND = 80
SHOWN_STEPS = 200
SHOWN_SENTENCE = 500


@handles(QuerySecurity)
def query_security_of(executive: Executive, caller: Thread, call: QuerySecurity) -> bytes:
    """Read parts of a descriptor."""
    item = _reference(caller, call.handle, access_to_query(call.parts))
    assert item.descriptor is not None, "every object has a descriptor"
    return descriptor_to_bytes(query_security(item.descriptor, call.parts))


@handles(SetSecurity)
def set_security_of(executive: Executive, caller: Thread, call: SetSecurity) -> None:
    """Replace parts of a descriptor; handles that are open keep what they were granted."""
    item = _reference(caller, call.handle, access_to_set(call.parts))
    assert item.descriptor is not None, "every object has a descriptor"
    new = descriptor_from_bytes(call.descriptor)
    changed = set_security(item.descriptor, new, call.parts, caller.token, item.type)
    charge_more(item, caller.process.session.pool, SECURITY_COST * len(call.descriptor))
    item.descriptor = executive.descriptors.intern(changed)


def _reference(caller: Thread, handle: int, right: int) -> Object:
    """Return an object whose security is asked for; of a desktop that takes the rights to its objects too (6.1)."""
    item = caller.reference(handle, Object, right)
    if isinstance(item, Desktop):
        caller.reference(handle, Desktop, DESKTOP_READOBJECTS | DESKTOP_WRITEOBJECTS)
    return item


# -- explanations


def _readable(executive: Executive, caller: Thread, name: str, root: int, attributes: int) -> Object:
    """Return the object of this name, if the caller may read its security."""
    found = resolve(executive, caller, OpenDirectory(name, root, attributes, READ_CONTROL))
    if found.existing is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, name)
    check(caller, found.existing, READ_CONTROL)
    return found.existing


@handles(DescribeObject)
def describe_object(executive: Executive, caller: Thread, call: DescribeObject) -> ObjectDetails:
    """Tell who holds an object, who waits for it and in which state it is."""
    item = _readable(executive, caller, call.name, call.root, call.attributes)
    assert item.descriptor is not None, "every object has a descriptor"
    shown = query_security(item.descriptor, 0x17)  # all that READ_CONTROL shows: owner, group, DACL, label
    waiters = list(item.waiters or ()) if isinstance(item, Dispatcher) else []
    return ObjectDetails(
        information=information(item, READ_CONTROL, 0),
        state=item.state(),
        descriptor=descriptor_to_bytes(shown),
        holders=_holders(executive, caller, item),
        waiters=tuple(f"{wait.thread.process.process_id}.{wait.thread.thread_id}" for wait in waiters[:SHOWN_HOLDERS]),
    )


def _holders(executive: Executive, caller: Thread, item: Object) -> tuple[ObjectHolder, ...]:
    """Search every handle table; command lines are shown of sessions that the caller may query."""
    holders: list[ObjectHolder] = []
    for process in executive.processes.values():
        for handle, entry in process.handles.items():
            if entry.object is not item:
                continue
            session = process.session
            command = process.command[:SHOWN_COMMAND] if may(caller, session, WINSTATION_QUERY) else ""
            holders.append(ObjectHolder(process.process_id, session.session_id, handle, entry.access, command))
            if len(holders) >= min(item.handle_count, SHOWN_HOLDERS):
                return tuple(holders)
    return tuple(holders)


@handles(ExplainAccess)
def explain_access(executive: Executive, caller: Thread, call: ExplainAccess) -> AccessExplanation:
    """Tell why a session's user may or may not open an object."""
    item = _readable(executive, caller, call.name, call.root, 0)
    assert item.descriptor is not None, "every object has a descriptor"
    token = _user_of(executive, caller, call.session_id)
    told = explain(item.descriptor, token, call.desired_access, item.type)
    steps = [AccessStep(step.about, step.text[:SHOWN_SENTENCE]) for step in told.steps]
    if len(steps) > SHOWN_STEPS:
        left_out = len(steps) - SHOWN_STEPS
        steps[SHOWN_STEPS - 1 : -1] = [AccessStep("ace", f"{left_out} more steps are not shown")]
    return AccessExplanation(told.status is NtStatus.SUCCESS, told.granted, tuple(steps))


def _user_of(executive: Executive, caller: Thread, session_id: int | None) -> Token:
    """Return the token that acts for a session: the caller's own for None, else that of who is logged on."""
    if session_id is None:
        return caller.token
    session = session_for(executive, caller, session_id, WINSTATION_QUERY)
    if session.user_token is not None:
        return session.user_token
    if session is caller.process.session:
        return caller.token
    raise nt_error(NtStatus.NO_TOKEN, f"nobody is logged on in session {session_id}")
