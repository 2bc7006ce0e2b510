"""win32event: events, mutexes, semaphores, waitable timers, and waiting."""

from typing import Any

from ntsessions.abi.calls import event as _event
from ntsessions.abi.calls import message as _message
from ntsessions.abi.calls import mutant as _mutant
from ntsessions.abi.calls import semaphore as _semaphore
from ntsessions.abi.calls import timer as _timer
from ntsessions.abi.calls import wait as _wait
from ntsessions.abi.errors import NtError
from ntsessions.abi.types import EventType, TimerType
from ntsessions.client.windowing import messages
from ntsessions.win32 import errors, kernel32, surface, user32
from ntsessions.win32.handles import PyHANDLE, create_attributes, created, opened
from ntsessions.win32.security_descriptor import PySECURITY_ATTRIBUTES, security_of

error = errors.error

WAIT_OBJECT_0 = 0
WAIT_ABANDONED = WAIT_ABANDONED_0 = 0x80
WAIT_IO_COMPLETION = 0xC0
WAIT_TIMEOUT = 0x102
WAIT_FAILED = -1
INFINITE = -1
MAXIMUM_WAIT_OBJECTS = 64

SYNCHRONIZE = 0x100000
EVENT_MODIFY_STATE = 0x2
EVENT_ALL_ACCESS = 0x1F0003
TIMER_QUERY_STATE = 0x1
TIMER_MODIFY_STATE = 0x2
TIMER_ALL_ACCESS = 0x1F0003
CREATE_WAITABLE_TIMER_MANUAL_RESET = 0x1
CREATE_WAITABLE_TIMER_HIGH_RESOLUTION = 0x2

QS_KEY, QS_MOUSEMOVE, QS_MOUSEBUTTON, QS_POSTMESSAGE, QS_TIMER = 0x1, 0x2, 0x4, 0x8, 0x10
QS_PAINT, QS_SENDMESSAGE, QS_HOTKEY = 0x20, 0x40, 0x80
QS_MOUSE = QS_MOUSEMOVE | QS_MOUSEBUTTON
QS_INPUT = QS_MOUSE | QS_KEY | 0x400
QS_ALLEVENTS = QS_INPUT | QS_POSTMESSAGE | QS_TIMER | QS_PAINT | QS_HOTKEY
QS_ALLINPUT = QS_ALLEVENTS | QS_SENDMESSAGE

_TIMER_FLAGS = CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
_MWMO_WAITALL = 0x1
_ERROR_NOT_GUI_PROCESS = 1471

_Attributes = PySECURITY_ATTRIBUTES | None
_Handle = PyHANDLE | int | None


# -- events


def CreateEvent(EventAttributes: _Attributes, bManualReset: int, bInitialState: int, Name: str | None, /) -> PyHANDLE:
    """Create an event, or open the one of this name."""
    security, inherit = security_of(EventAttributes)
    call = _event.CreateEvent(
        kernel32.text_or_none(Name),
        event_type=EventType.NOTIFICATION if kernel32.boolean(bManualReset) else EventType.SYNCHRONIZATION,
        initial_state=kernel32.boolean(bInitialState),
        security=security,
        **create_attributes(inherit),
    )
    return created("CreateEvent", call)


def OpenEvent(desiredAccess: int, bInheritHandle: int, name: str, /) -> PyHANDLE:
    """Open an event."""
    return opened("OpenEvent", _event.OpenEvent, desiredAccess, bInheritHandle, name)


def SetEvent(hEvent: _Handle, /) -> None:
    """Signal an event."""
    kernel32.invoke("SetEvent", _event.SetEvent(kernel32.handle(hEvent)))


def ResetEvent(hEvent: _Handle, /) -> None:
    """Unsignal an event."""
    kernel32.invoke("ResetEvent", _event.ResetEvent(kernel32.handle(hEvent)))


def PulseEvent(hEvent: _Handle, /) -> None:
    """Wake those who wait for an event now, and leave it unsignaled."""
    kernel32.invoke("PulseEvent", _event.PulseEvent(kernel32.handle(hEvent)))


# -- mutexes


def CreateMutex(MutexAttributes: _Attributes, InitialOwner: int, Name: str | None, /) -> PyHANDLE:
    """Create a mutex, or open the one of this name, which is not acquired then."""
    security, inherit = security_of(MutexAttributes)
    call = _mutant.CreateMutant(
        kernel32.text_or_none(Name),
        initial_owner=kernel32.boolean(InitialOwner),
        security=security,
        **create_attributes(inherit),
    )
    return created("CreateMutex", call)


def OpenMutex(desiredAccess: int, bInheritHandle: int, name: str, /) -> PyHANDLE:
    """Open a mutex."""
    return opened("OpenMutex", _mutant.OpenMutant, desiredAccess, bInheritHandle, name)


def ReleaseMutex(hEvent: _Handle, /) -> None:
    """Give up a mutex that the calling thread owns."""
    kernel32.invoke("ReleaseMutex", _mutant.ReleaseMutant(kernel32.handle(hEvent)))


# -- semaphores


def CreateSemaphore(
    SemaphoreAttributes: _Attributes, InitialCount: int, MaximumCount: int, SemaphoreName: str | None, /
) -> PyHANDLE:
    """Create a semaphore, or open the one of this name."""
    security, inherit = security_of(SemaphoreAttributes)
    call = _semaphore.CreateSemaphore(
        kernel32.text_or_none(SemaphoreName),
        initial_count=kernel32.long(InitialCount),
        maximum_count=kernel32.long(MaximumCount),
        security=security,
        **create_attributes(inherit),
    )
    return created("CreateSemaphore", call)


def OpenSemaphore(desiredAccess: int, bInheritHandle: int, name: str, /) -> PyHANDLE:
    """Open a semaphore."""
    return opened("OpenSemaphore", _semaphore.OpenSemaphore, desiredAccess, bInheritHandle, name)


def ReleaseSemaphore(hEvent: _Handle, lReleaseCount: int, /) -> int:
    """Add to a semaphore's count; returns the count before."""
    call = _semaphore.ReleaseSemaphore(kernel32.handle(hEvent), kernel32.long(lReleaseCount))
    return kernel32.invoke("ReleaseSemaphore", call)


# -- waitable timers


def CreateWaitableTimer(TimerAttributes: _Attributes, ManualReset: int, TimerName: str | None, /) -> PyHANDLE:
    """Create a timer, or open the one of this name."""
    manual = kernel32.boolean(ManualReset)
    return _create_timer("CreateWaitableTimer", TimerAttributes, TimerName, TIMER_ALL_ACCESS, manual=manual)


def CreateWaitableTimerEx(
    TimerAttributes: _Attributes, TimerName: str | None, Flags: int, DesiredAccess: int, /
) -> PyHANDLE:
    """Create a timer, or open the one of this name, with no more access than asked for."""
    flags = kernel32.dword(Flags)
    if flags & ~_TIMER_FLAGS or (flags & CREATE_WAITABLE_TIMER_HIGH_RESOLUTION and TimerName is not None):
        kernel32.fail("CreateWaitableTimerEx", kernel32.ERROR_INVALID_PARAMETER)
    manual = bool(flags & CREATE_WAITABLE_TIMER_MANUAL_RESET)
    access = kernel32.dword(DesiredAccess)
    return _create_timer("CreateWaitableTimerEx", TimerAttributes, TimerName, access, manual=manual)


def _create_timer(function: str, attributes: Any, name: Any, access: int, *, manual: bool) -> PyHANDLE:
    security, inherit = security_of(attributes)
    call = _timer.CreateTimer(
        kernel32.text_or_none(name),
        desired_access=access,
        timer_type=TimerType.NOTIFICATION if manual else TimerType.SYNCHRONIZATION,
        security=security,
        **create_attributes(inherit),
    )
    return created(function, call)


def OpenWaitableTimer(desiredAccess: int, bInheritHandle: int, timerName: str, /) -> PyHANDLE:
    """Open a timer."""
    return opened("OpenWaitableTimer", _timer.OpenTimer, desiredAccess, bInheritHandle, timerName)


def SetWaitableTimer(handle: _Handle, dueTime: int, period: int, func: Any, param: Any, resume_state: int, /) -> None:
    """Arm a timer: *dueTime* in 100 ns (negative: from now), *period* in milliseconds; no callback, as in pywin32."""
    if func is not None or param is not None:
        raise TypeError("This param must be None")
    resume = kernel32.boolean(resume_state)
    call = _timer.SetTimer(kernel32.handle(handle), kernel32.large_integer(dueTime), kernel32.long(period))
    kernel32.invoke("SetWaitableTimer", call)
    if resume:
        kernel32.set_last_error(kernel32.ERROR_NOT_SUPPORTED)  # it succeeds, and nothing will wake this machine


def CancelWaitableTimer(handle: _Handle, /) -> None:
    """Disarm a timer; a signaled one stays signaled."""
    kernel32.invoke("CancelWaitableTimer", _timer.CancelTimer(kernel32.handle(handle)))


# -- waiting


def WaitForSingleObject(hHandle: _Handle, milliseconds: int, /) -> int:
    """Wait for an object; returns WAIT_OBJECT_0, WAIT_ABANDONED or WAIT_TIMEOUT."""
    call = _wait.WaitForObject(kernel32.handle(hHandle), kernel32.timeout(milliseconds))
    return kernel32.invoke("WaitForSingleObject", call).status


def WaitForSingleObjectEx(hHandle: _Handle, milliseconds: int, bAlertable: int, /) -> int:
    """Wait for an object or a procedure call."""
    call = _wait.WaitForObject(kernel32.handle(hHandle), kernel32.timeout(milliseconds), kernel32.boolean(bAlertable))
    return kernel32.invoke("WaitForSingleObjectEx", call).status


def WaitForMultipleObjects(handleList: Any, bWaitAll: int, milliseconds: int, /) -> int:
    """Wait for any or all of 1 to 64 objects."""
    return _wait_for_multiple("WaitForMultipleObjects", handleList, bWaitAll, milliseconds)


def WaitForMultipleObjectsEx(handleList: Any, bWaitAll: int, milliseconds: int, bAlertable: int, /) -> int:
    """Wait for any or all of 1 to 64 objects, or for a procedure call."""
    alertable = kernel32.boolean(bAlertable)
    return _wait_for_multiple("WaitForMultipleObjectsEx", handleList, bWaitAll, milliseconds, alertable=alertable)


def _wait_for_multiple(
    function: str, handles: Any, wait_all: Any, milliseconds: Any, *, alertable: bool = False
) -> int:
    numbers = kernel32.handle_list(handles)
    call = _wait.WaitForObjects(numbers, kernel32.boolean(wait_all), kernel32.timeout(milliseconds), alertable)
    return kernel32.invoke(function, call).status


def SignalObjectAndWait(
    hObjectToSignal: _Handle, hObjectToWaitOn: _Handle, dwMilliseconds: int, bAlertable: int, /
) -> None:
    """Signal one object and wait for another in one step.

    pywin32 takes the result for a BOOL: what it returns 0 for (the wait was satisfied) becomes an `error` with the last
    error, whatever that is, and everything else (a timeout, a failure) returns None.  So does this function.
    """
    call = _wait.SignalAndWait(
        kernel32.handle(hObjectToSignal),
        kernel32.handle(hObjectToWaitOn),
        kernel32.timeout(dwMilliseconds),
        kernel32.boolean(bAlertable),
    )
    try:
        status = kernel32.system(call).status
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
        return
    if status == WAIT_OBJECT_0:
        kernel32.fail("SignalObjectAndWait")


def WaitForInputIdle(hProcess: _Handle, milliseconds: int, /) -> int:
    """Wait until a process has begun and asks for messages that are not there: returns 0, or WAIT_TIMEOUT."""
    call = _message.WaitForInputIdle(kernel32.handle(hProcess), kernel32.timeout(milliseconds))
    status = kernel32.invoke("WaitForInputIdle", call).status
    if status not in {WAIT_OBJECT_0, WAIT_TIMEOUT}:  # it has ended instead
        kernel32.fail("WaitForInputIdle", _ERROR_NOT_GUI_PROCESS)
    return status


def MsgWaitForMultipleObjects(handleList: Any, bWaitAll: int, milliseconds: int, wakeMask: int, /) -> int:
    """Wait for objects or for a message of the calling thread, which is WAIT_OBJECT_0 + the number of objects."""
    flags = _MWMO_WAITALL if kernel32.boolean(bWaitAll) else 0
    return _wait_with_messages("MsgWaitForMultipleObjects", handleList, milliseconds, wakeMask, flags)


def MsgWaitForMultipleObjectsEx(handleList: Any, milliseconds: int, wakeMask: int, waitFlags: int, /) -> int:
    """Wait for objects or for a message, with flags: all of them 1, alertable 2, also messages seen before 4."""
    return _wait_with_messages("MsgWaitForMultipleObjectsEx", handleList, milliseconds, wakeMask, waitFlags)


def _wait_with_messages(function: str, handle_list: Any, milliseconds: Any, mask: Any, flags: Any) -> int:
    handles = kernel32.handle_list(handle_list)
    if len(handles) >= MAXIMUM_WAIT_OBJECTS:
        kernel32.fail(function, kernel32.ERROR_INVALID_PARAMETER)
    windowing = user32.thread()
    steps = messages.wait(
        windowing.state, handles, kernel32.timeout(milliseconds), kernel32.dword(mask), kernel32.dword(flags)
    )
    return user32.run(function, windowing, steps).status


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32event")
