"""Handlers of the timer calls."""

from ntsessions.abi.access import TIMER_MODIFY_STATE, TIMER_QUERY_STATE
from ntsessions.abi.calls.timer import CancelTimer, CreateTimer, OpenTimer, QueryTimer, SetTimer, TimerInformation
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle, TimerType
from ntsessions.executive.dispatcher.timer import TICKS_PER_MILLISECOND, Timer
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import create_named, open_existing


@handles(CreateTimer)
def create_timer(executive: Executive, caller: Thread, call: CreateTimer) -> OpenedHandle:
    """Create or open a timer."""
    if call.timer_type not in (0, 1):
        raise nt_error(NtStatus.INVALID_PARAMETER_4, f"timer type {call.timer_type}")
    return create_named(executive, caller, call, Timer(TimerType(call.timer_type)))


@handles(OpenTimer)
def open_timer(executive: Executive, caller: Thread, call: OpenTimer) -> int:
    """Open a timer."""
    return open_existing(executive, caller, call, Timer)


@handles(SetTimer)
def set_timer(executive: Executive, caller: Thread, call: SetTimer) -> bool:
    """Arm a timer."""
    if call.period < 0:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"a period of {call.period} ms")
    timer = caller.reference(call.handle, Timer, TIMER_MODIFY_STATE)
    was_set = timer.is_set
    timer.disarm(executive.steady, executive.absolute)
    timer.is_set = False
    timer.expired_at = None
    timer.period = call.period * TICKS_PER_MILLISECOND
    timer.is_absolute = call.due_time > 0
    timer.apc_routine, timer.apc_argument = call.apc_routine, call.apc_argument
    if call.apc_routine:
        timer.setter = caller
        caller.timers[timer] = None
    if timer.is_absolute:
        timer.due = call.due_time
        executive.absolute.set(timer, timer.due)
    else:
        timer.due = executive.now - call.due_time
        executive.steady.set(timer, timer.due)
    executive.advance(executive.now, executive.utc)  # one that is due already is signaled when the call returns
    return was_set


@handles(CancelTimer)
def cancel_timer(executive: Executive, caller: Thread, call: CancelTimer) -> bool:
    """Disarm a timer; its signaled state stays."""
    timer = caller.reference(call.handle, Timer, TIMER_MODIFY_STATE)
    timer.disarm(executive.steady, executive.absolute)
    return timer.is_set


@handles(QueryTimer)
def query_timer(executive: Executive, caller: Thread, call: QueryTimer) -> TimerInformation:
    """Read a timer."""
    timer = caller.reference(call.handle, Timer, TIMER_QUERY_STATE)
    clock = executive.utc if timer.is_absolute else executive.now
    due = timer.due if timer.due is not None else timer.expired_at
    return TimerInformation(0 if due is None else due - clock, timer.is_set)
