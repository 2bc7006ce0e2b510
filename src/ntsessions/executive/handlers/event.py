"""Handlers of the event calls."""

from ntsessions.abi.access import EVENT_MODIFY_STATE, EVENT_QUERY_STATE
from ntsessions.abi.calls.event import (
    CreateEvent,
    EventInformation,
    OpenEvent,
    PulseEvent,
    QueryEvent,
    ResetEvent,
    SetEvent,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import EventType, OpenedHandle
from ntsessions.executive.dispatcher.event import Event
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import create_named, open_existing

SYNCHRONIZATION = int(EventType.SYNCHRONIZATION)


@handles(CreateEvent)
def create_event(executive: Executive, caller: Thread, call: CreateEvent) -> OpenedHandle:
    """Create or open an event."""
    if call.event_type not in (0, 1):
        raise nt_error(NtStatus.INVALID_PARAMETER, f"event type {call.event_type}")
    return create_named(
        executive, caller, call, Event(resets_itself=call.event_type == SYNCHRONIZATION, is_set=call.initial_state)
    )


@handles(OpenEvent)
def open_event(executive: Executive, caller: Thread, call: OpenEvent) -> int:
    """Open an event."""
    return open_existing(executive, caller, call, Event)


@handles(SetEvent)
def set_event(executive: Executive, caller: Thread, call: SetEvent) -> bool:
    """Signal an event."""
    event = caller.reference(call.handle, Event, EVENT_MODIFY_STATE)
    was_set, event.is_set = event.is_set, True
    if event.waiters:
        executive.waits.signaled(event)
    return was_set


@handles(ResetEvent)
def reset_event(executive: Executive, caller: Thread, call: ResetEvent) -> bool:
    """Unsignal an event."""
    event = caller.reference(call.handle, Event, EVENT_MODIFY_STATE)
    was_set, event.is_set = event.is_set, False
    return was_set


@handles(PulseEvent)
def pulse_event(executive: Executive, caller: Thread, call: PulseEvent) -> bool:
    """Signal an event for those who wait now, then unsignal it."""
    event = caller.reference(call.handle, Event, EVENT_MODIFY_STATE)
    was_set, event.is_set = event.is_set, True
    executive.waits.signaled(event)
    event.is_set = False
    return was_set


@handles(QueryEvent)
def query_event(executive: Executive, caller: Thread, call: QueryEvent) -> EventInformation:
    """Read an event."""
    event = caller.reference(call.handle, Event, EVENT_QUERY_STATE)
    kind = EventType.SYNCHRONIZATION if event.resets_itself else EventType.NOTIFICATION
    return EventInformation(int(kind), event.is_set)
