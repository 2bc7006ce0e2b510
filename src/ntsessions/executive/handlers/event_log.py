"""Handlers of the calls on the event log."""

from ntsessions.abi.calls.event_log import EventRecord, QueryEventLog, WaitEventLog
from ntsessions.executive.event_log import EventLogWait
from ntsessions.executive.executive import PENDING
from ntsessions.executive.handlers.registry import Executive, Pending, Thread, handles


@handles(QueryEventLog)
def query_event_log(executive: Executive, caller: Thread, call: QueryEventLog) -> tuple[EventRecord, ...]:
    """Read the next records."""
    return executive.event_log.page(caller, call.after)


@handles(WaitEventLog)
def wait_event_log(executive: Executive, caller: Thread, call: WaitEventLog) -> tuple[EventRecord, ...] | Pending:
    """Return records, or wait for some."""
    after = executive.event_log.sequence if call.after < 0 else call.after
    page = executive.event_log.page(caller, after)
    if page or call.timeout == 0:
        return page
    wait = EventLogWait(caller, caller.request, ())
    executive.waits.begin(wait, None if call.timeout < 0 else executive.now + call.timeout)
    executive.notification_waits[wait] = after
    return PENDING
