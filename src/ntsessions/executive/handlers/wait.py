"""Handlers of the wait calls (nt-semantics 2.1)."""

from ntsessions.abi.access import EVENT_MODIFY_STATE, SEMAPHORE_MODIFY_STATE, SYNCHRONIZE, THREAD_SET_CONTEXT
from ntsessions.abi.calls.wait import (
    CancelCall,
    DelayExecution,
    QueueApc,
    SignalAndWait,
    WaitForObject,
    WaitForObjects,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import APCS_PER_THREAD, MAXIMUM_WAIT_OBJECTS
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.executive.dispatcher.event import Event
from ntsessions.executive.dispatcher.mutant import Mutant
from ntsessions.executive.dispatcher.semaphore import Semaphore
from ntsessions.executive.dispatcher.waits import Apc, Dispatcher, Wait
from ntsessions.executive.handlers import mutant as mutants
from ntsessions.executive.handlers import semaphore as semaphores
from ntsessions.executive.handlers.registry import Executive, Pending, Thread, handles
from ntsessions.executive.objects.object import Object


@handles(WaitForObject)
def wait_for_object(executive: Executive, caller: Thread, call: WaitForObject) -> WaitResult | Pending:
    """Wait for one object."""
    item = caller.reference(call.handle, Dispatcher, SYNCHRONIZE)
    wait = Wait(caller, caller.request, (item,), alertable=call.alertable)
    return executive.begin_wait(wait, call.timeout)


@handles(WaitForObjects)
def wait_for_objects(executive: Executive, caller: Thread, call: WaitForObjects) -> WaitResult | Pending:
    """Wait for any or all of several objects."""
    if not 1 <= len(call.handles) <= MAXIMUM_WAIT_OBJECTS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{len(call.handles)} objects, 1 to {MAXIMUM_WAIT_OBJECTS} can be")
    reference = caller.process.handles.reference  # pseudo handles are not accepted here
    objects = tuple([reference(handle, Dispatcher, SYNCHRONIZE) for handle in call.handles])
    if call.wait_all and len(set(objects)) < len(objects):
        raise nt_error(NtStatus.INVALID_PARAMETER_MIX, "an object stands twice in a wait for all")
    wait = Wait(caller, caller.request, objects, wait_all=call.wait_all, alertable=call.alertable)
    return executive.begin_wait(wait, call.timeout)


@handles(SignalAndWait)
def signal_and_wait(executive: Executive, caller: Thread, call: SignalAndWait) -> WaitResult | Pending:
    """Signal one object and wait for another."""
    signal = caller.reference(call.signal, Object, 0)
    item = caller.reference(call.wait, Dispatcher, SYNCHRONIZE)
    if isinstance(signal, Event):
        caller.reference(call.signal, Event, EVENT_MODIFY_STATE).is_set = True
        executive.waits.signaled(signal)
    elif isinstance(signal, Semaphore):
        semaphores.release(executive, caller.reference(call.signal, Semaphore, SEMAPHORE_MODIFY_STATE), 1)
    elif isinstance(signal, Mutant):
        mutants.release(executive, caller, signal)
    else:
        raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"a {signal.type.name} cannot be signaled")
    return executive.begin_wait(Wait(caller, caller.request, (item,), alertable=call.alertable), call.timeout)


@handles(DelayExecution)
def delay_execution(executive: Executive, caller: Thread, call: DelayExecution) -> WaitResult | Pending:
    """Sleep."""
    return executive.begin_wait(Wait(caller, caller.request, (), alertable=call.alertable), call.timeout)


@handles(QueueApc)
def queue_apc(executive: Executive, caller: Thread, call: QueueApc) -> None:
    """Queue a procedure call to a thread."""
    thread = caller.reference(call.thread, Thread, THREAD_SET_CONTEXT)
    if thread.is_signaled():
        raise nt_error(NtStatus.UNSUCCESSFUL, f"{thread.label} has ended")
    if len(thread.apcs) >= APCS_PER_THREAD:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{APCS_PER_THREAD} procedure calls are queued to {thread.label}")
    thread.apcs.append(Apc(call.routine, call.argument))
    executive.waits.alert(thread)


@handles(CancelCall)
def cancel_call(executive: Executive, caller: Thread, call: CancelCall) -> bool:
    """Take back a pending wait of this connection."""
    wait = caller.waits.get(call.request)
    if wait is None:
        return False
    executive.notification_waits.pop(wait, None)
    executive.waits.withdraw(wait)
    executive.fail(caller.key, call.request, nt_error(NtStatus.CANCELLED))
    return True
