"""win32event against nt-semantics 1.5, 1.6, 2 and the ground that pywin32's own tests cover."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.win32 import messages, pywintypes, timer, win32api, win32event, win32gui
from tests.conformance.win32.conftest import RunScript

WAIT_TIMEOUT, WAIT_OBJECT_0, WAIT_ABANDONED = 258, 0, 128
SYNCHRONIZE = 0x100000


def code_of(call: Callable[..., Any], *arguments: Any) -> int:
    """Return the Win32 error that a call fails with."""
    with pytest.raises(pywintypes.error) as caught:
        call(*arguments)
    assert caught.value.winerror == win32api.GetLastError()
    return int(caught.value.winerror)


def is_signaled(handle: Any) -> bool:
    status = win32event.WaitForSingleObject(handle, 0)
    assert status in {WAIT_OBJECT_0, WAIT_TIMEOUT}
    return status == WAIT_OBJECT_0


# -- making and opening


def test_what_is_made_sets_the_last_error_to_0_and_what_was_there_to_183(name: str) -> None:
    win32api.SetLastError(5)
    first = win32event.CreateEvent(None, 0, 0, name)
    assert win32api.GetLastError() == 0
    second = win32event.CreateEvent(None, 1, 1, name)
    assert win32api.GetLastError() == 183
    assert first != second
    assert not is_signaled(second), "the arguments of the second are ignored"


def test_names_are_case_sensitive(name: str) -> None:
    first = win32event.CreateEvent(None, 0, 0, name.lower())
    second = win32event.CreateEvent(None, 0, 0, name.upper())
    assert (bool(first), bool(second), win32api.GetLastError()) == (True, True, 0)


@pytest.mark.parametrize("make", [win32event.CreateMutex, win32event.CreateWaitableTimer])
def test_a_name_of_another_type_is_an_invalid_handle(name: str, make: Callable[..., Any]) -> None:
    event = win32event.CreateEvent(None, 0, 0, name)
    assert code_of(make, None, 0, name) == 6
    assert code_of(win32event.OpenMutex, SYNCHRONIZE, False, name) == 6
    assert event


@pytest.mark.parametrize(
    "opener", [win32event.OpenEvent, win32event.OpenMutex, win32event.OpenSemaphore, win32event.OpenWaitableTimer]
)
def test_opening_what_is_not_there_fails_and_says_which_function_did(opener: Callable[..., Any]) -> None:
    with pytest.raises(pywintypes.error) as caught:
        opener(SYNCHRONIZE, False, "no such thing")
    assert caught.value.args == (2, opener.__name__, messages.message_for(2))


@pytest.mark.parametrize(("path", "code"), [(r"global\g", 3), (r"a\b", 3), (r"\g", 161)])
def test_prefixes_are_directories_and_case_sensitive(path: str, code: int) -> None:
    assert code_of(win32event.CreateEvent, None, 0, 0, path) == code
    assert code_of(win32event.OpenEvent, SYNCHRONIZE, False, path) == code


def test_local_is_the_sessions_own_space(name: str) -> None:
    event = win32event.CreateEvent(None, 1, 0, name)
    win32event.SetEvent(win32event.OpenEvent(2, False, rf"Local\{name}"))
    assert is_signaled(event)


def test_a_name_goes_with_the_last_handle(name: str) -> None:
    event = win32event.CreateEvent(None, 0, 0, name)
    event.Close()
    assert code_of(win32event.OpenEvent, SYNCHRONIZE, False, name) == 2


def test_a_dropped_handle_is_closed(name: str) -> None:
    event = win32event.CreateEvent(None, 0, 0, name)
    del event
    assert code_of(win32event.OpenEvent, SYNCHRONIZE, False, name) == 2


def test_no_access_is_enough_to_make_and_not_to_open(name: str) -> None:
    made = win32event.CreateWaitableTimerEx(None, name, 0, 0)
    assert code_of(win32event.SetWaitableTimer, made, 0, 0, None, None, False) == 5
    assert code_of(win32event.OpenWaitableTimer, 0, False, name) == 5


def test_a_closed_handle_is_invalid_everywhere() -> None:
    event = win32event.CreateEvent(None, 0, 0, None)
    number = int(event)
    event.close()
    for call in (win32event.SetEvent, win32event.ResetEvent, win32event.PulseEvent, win32event.ReleaseMutex):
        assert code_of(call, event) == code_of(call, number) == code_of(call, None) == 6
    assert code_of(win32event.WaitForSingleObject, number, 0) == 6
    assert code_of(win32api.CloseHandle, number) == 6


def test_an_inheritable_handle_says_so(name: str) -> None:
    attributes = pywintypes.SECURITY_ATTRIBUTES()
    event = win32event.CreateEvent(attributes, 0, 0, name)
    plain = win32event.OpenEvent(SYNCHRONIZE, False, name)
    opened = win32event.OpenEvent(SYNCHRONIZE, True, name)
    flags = [win32api.GetHandleInformation(handle) for handle in (event, plain, opened)]
    assert flags == [1, 0, 1]


# -- events


def test_an_auto_reset_event_is_seen_once_and_a_manual_one_always() -> None:
    auto = win32event.CreateEvent(None, False, True, None)
    assert [is_signaled(auto), is_signaled(auto)] == [True, False]
    manual = win32event.CreateEvent(None, True, True, None)
    assert [is_signaled(manual), is_signaled(manual)] == [True, True]


def test_events_are_set_reset_and_pulsed_without_an_answer() -> None:
    event = win32event.CreateEvent(None, True, False, None)
    assert win32event.SetEvent(event) is None  # type: ignore[func-returns-value]  # the rule
    assert is_signaled(event)
    assert win32event.ResetEvent(event) is None  # type: ignore[func-returns-value]  # the rule
    win32event.PulseEvent(event)
    assert not is_signaled(event)


def test_a_handle_for_waiting_only_does_not_set(name: str) -> None:
    event = win32event.CreateEvent(None, True, False, name)
    waiter = win32event.OpenEvent(SYNCHRONIZE, False, name)
    assert code_of(win32event.SetEvent, waiter) == 5
    setter = win32event.OpenEvent(2, False, name)
    win32event.SetEvent(setter)
    assert code_of(win32event.WaitForSingleObject, setter, 0) == 5
    assert is_signaled(event)


# -- mutexes


def test_a_mutex_is_owned_recursively_and_released_only_by_its_owner() -> None:
    mutex = win32event.CreateMutex(None, True, None)
    assert is_signaled(mutex)
    win32event.ReleaseMutex(mutex)
    win32event.ReleaseMutex(mutex)
    assert code_of(win32event.ReleaseMutex, mutex) == 288


def test_a_mutex_that_existed_is_not_acquired(name: str) -> None:
    first = win32event.CreateMutex(None, True, name)
    win32event.ReleaseMutex(first)
    second = win32event.CreateMutex(None, True, name)
    assert win32api.GetLastError() == 183
    assert code_of(win32event.ReleaseMutex, second) == 288


def test_each_python_thread_is_a_thread_and_its_end_abandons() -> None:
    mutex = win32event.CreateMutex(None, False, None)
    thread = threading.Thread(target=win32event.WaitForSingleObject, args=(mutex, 0))
    thread.start()
    thread.join()
    assert win32event.WaitForSingleObject(mutex, 5000) == WAIT_ABANDONED
    win32event.ReleaseMutex(mutex)
    assert win32event.WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0


# -- semaphores


def test_a_semaphore_counts_and_answers_the_count_before() -> None:
    semaphore = win32event.CreateSemaphore(None, 1, 3, None)
    assert win32event.ReleaseSemaphore(semaphore, 2) == 1
    assert code_of(win32event.ReleaseSemaphore, semaphore, 1) == 298
    assert [is_signaled(semaphore) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(("initial", "maximum"), [(0, 0), (-1, 1), (2, 1), (0, -1)])
def test_counts_that_contradict_each_other_are_refused(initial: int, maximum: int) -> None:
    assert code_of(win32event.CreateSemaphore, None, initial, maximum, None) == 87


@pytest.mark.parametrize("count", [0, -1])
def test_a_release_adds_at_least_one(count: int) -> None:
    assert code_of(win32event.ReleaseSemaphore, win32event.CreateSemaphore(None, 0, 1, None), count) == 87


# -- timers


def test_a_timer_is_signaled_when_its_time_has_come() -> None:
    soon = win32event.CreateWaitableTimer(None, 0, None)
    win32event.SetWaitableTimer(soon, -160, 0, None, None, 0)
    assert win32event.WaitForSingleObject(soon, 1000) == WAIT_OBJECT_0
    assert not is_signaled(soon)
    win32event.SetWaitableTimer(soon, -2_000_000_000, 0, None, None, 0)
    assert win32event.WaitForSingleObject(soon, 10) == WAIT_TIMEOUT
    win32event.CancelWaitableTimer(soon)


def test_an_absolute_time_in_the_past_is_at_once_and_a_manual_timer_stays() -> None:
    manual = win32event.CreateWaitableTimerEx(None, None, 1, win32event.TIMER_ALL_ACCESS)
    win32event.SetWaitableTimer(manual, 1, 0, None, None, 0)
    assert [is_signaled(manual), is_signaled(manual)] == [True, True]


def test_a_period_comes_again_and_a_negative_one_is_refused() -> None:
    periodic = win32event.CreateWaitableTimer(None, 0, None)
    win32event.SetWaitableTimer(periodic, -10_000, 5, None, None, 0)
    assert [win32event.WaitForSingleObject(periodic, 1000) for _ in range(3)] == [0, 0, 0]
    assert code_of(win32event.SetWaitableTimer, periodic, 0, -1, None, None, 0) == 87


def test_waking_the_machine_is_not_supported_and_said_so_quietly() -> None:
    made = win32event.CreateWaitableTimer(None, 0, None)
    win32event.SetWaitableTimer(made, -1_000_000_000, 0, None, None, True)
    assert win32api.GetLastError() == 50


# -- waiting


def test_waiting_for_any_takes_the_lowest_and_only_that() -> None:
    first, second = (win32event.CreateEvent(None, False, True, None) for _ in range(2))
    assert win32event.WaitForMultipleObjects([first, second], False, 0) == 0
    assert win32event.WaitForMultipleObjects((int(first), second), False, 0) == 1


def test_waiting_for_all_takes_nothing_until_all_are_ready() -> None:
    first, second = (win32event.CreateEvent(None, False, state, None) for state in (True, False))
    assert win32event.WaitForMultipleObjects([first, second], True, 0) == WAIT_TIMEOUT
    win32event.SetEvent(second)
    assert win32event.WaitForMultipleObjectsEx([first, second], True, 0, False) == WAIT_OBJECT_0
    assert not is_signaled(first)


def test_bad_lists_are_invalid_parameters() -> None:
    event = win32event.CreateEvent(None, True, True, None)
    for handles, wait_all in (([], 0), ([event] * 65, 0), ([event, event], 1)):
        assert code_of(win32event.WaitForMultipleObjects, handles, wait_all, 0) == 87
    assert code_of(win32event.WaitForMultipleObjects, [-1], 0, 0) == 6
    assert win32event.WaitForSingleObject(win32api.GetCurrentProcess(), 0) == WAIT_TIMEOUT


def test_a_wait_ends_when_another_thread_signals() -> None:
    event = win32event.CreateEvent(None, False, False, None)
    thread = threading.Timer(0.05, win32event.SetEvent, (event,))
    thread.start()
    assert win32event.WaitForSingleObjectEx(event, win32event.INFINITE, True) == WAIT_OBJECT_0
    thread.join()


def test_a_timeout_is_in_milliseconds() -> None:
    began = time.monotonic()
    assert win32event.WaitForSingleObject(win32event.CreateEvent(None, 0, 0, None), 60) == WAIT_TIMEOUT
    assert 0.055 <= time.monotonic() - began < 2


def test_signal_and_wait_is_pywin32s_with_its_odd_answers() -> None:
    signal, wait = (win32event.CreateEvent(None, False, state, None) for state in (False, True))
    win32api.SetLastError(0)
    with pytest.raises(pywintypes.error) as caught:
        win32event.SignalObjectAndWait(signal, wait, 0, False)
    assert caught.value.args == (0, "SignalObjectAndWait", "No error message is available")
    assert is_signaled(signal)
    assert win32event.SignalObjectAndWait(signal, wait, 0, False) is None  # type: ignore[func-returns-value]
    assert win32event.SignalObjectAndWait(None, wait, 0, False) is None  # type: ignore[func-returns-value]
    assert win32api.GetLastError() == 6


def test_a_program_is_idle_once_it_has_looked_for_messages_and_found_none(run_script: RunScript) -> None:
    """One that has nothing to do with windows never is, which is an error of its own."""
    script = """
import win32event, win32gui
for process in (0, -1):
    try:
        win32event.WaitForInputIdle(process, 0)
    except win32event.error as error:
        print(error.winerror)
win32gui.PumpWaitingMessages()
print(win32event.WaitForInputIdle(-1, 0))
"""
    ran = run_script(script)
    assert (ran.stdout.split(), ran.stderr) == (["6", "1471", "0"], "")


# -- messages


def test_waiting_for_messages_needs_no_objects() -> None:
    assert win32event.MsgWaitForMultipleObjects([], 0, 0, 0) == WAIT_TIMEOUT
    assert win32event.MsgWaitForMultipleObjectsEx([], 0, 0, 0) == WAIT_TIMEOUT
    event = win32event.CreateEvent(None, 0, 1, None)
    assert win32event.MsgWaitForMultipleObjects([event], 0, 0, 0) == WAIT_OBJECT_0
    assert win32event.MsgWaitForMultipleObjectsEx([event], 0, 0, 0) == WAIT_TIMEOUT


def test_a_message_from_another_thread_wakes_the_wait_and_is_pumped() -> None:
    event, own = win32event.CreateEvent(None, 0, 0, None), win32api.GetCurrentThreadId()
    thread = threading.Timer(0.05, win32api.PostThreadMessage, (own, 0x400))
    win32gui.PumpWaitingMessages()
    thread.start()
    assert win32event.MsgWaitForMultipleObjects([event], 0, 5000, win32event.QS_ALLINPUT) == 1
    thread.join()
    assert win32event.MsgWaitForMultipleObjects([event], 0, 10, win32event.QS_ALLINPUT) == WAIT_TIMEOUT, "seen already"
    assert win32event.MsgWaitForMultipleObjectsEx([event], 0, win32event.QS_ALLINPUT, 4) == 1
    assert win32gui.PumpWaitingMessages() == 0
    assert win32event.MsgWaitForMultipleObjectsEx([event], 0, win32event.QS_ALLINPUT, 4) == WAIT_TIMEOUT


def test_only_messages_of_the_wanted_kind_wake_the_wait() -> None:
    event = win32event.CreateEvent(None, 0, 0, None)
    win32event.MsgWaitForMultipleObjects([event], 0, 1, 0)
    win32api.PostThreadMessage(win32api.GetCurrentThreadId(), 0x400)
    assert win32event.MsgWaitForMultipleObjects([event], 0, 20, win32event.QS_TIMER) == WAIT_TIMEOUT
    assert win32event.MsgWaitForMultipleObjects([event], 0, 20, win32event.QS_POSTMESSAGE) == 1
    win32gui.PumpWaitingMessages()


def test_all_objects_and_a_message_are_waited_for_together() -> None:
    event = win32event.CreateEvent(None, 0, 1, None)
    assert win32event.MsgWaitForMultipleObjects([event], 1, 20, win32event.QS_ALLINPUT) == WAIT_TIMEOUT
    win32api.PostThreadMessage(win32api.GetCurrentThreadId(), 0x400)
    assert win32event.MsgWaitForMultipleObjects([event], 1, 1000, win32event.QS_ALLINPUT) == WAIT_OBJECT_0
    win32gui.PumpWaitingMessages()


def test_quitting_ends_the_pump() -> None:
    win32api.PostQuitMessage(7)
    assert win32gui.PumpWaitingMessages() == 7
    win32api.PostQuitMessage(0)
    assert win32gui.PumpMessages() == 0


def test_a_thread_that_nobody_knows_gets_no_message() -> None:
    assert code_of(win32api.PostThreadMessage, 0x7FFFFFF0, 1) == 1444


def test_timers_call_back_while_messages_are_pumped() -> None:
    calls: list[int] = []

    def tick(identifier: int, _: int) -> None:
        calls.append(identifier)
        if len(calls) == 3:
            timer.kill_timer(identifier)
            win32gui.PostQuitMessage(5)

    identifier = timer.set_timer(10, tick)
    assert win32gui.PumpMessages() == 5
    assert calls == [identifier] * 3
    with pytest.raises(KeyError):
        timer.kill_timer(identifier)


def test_a_callback_that_raises_is_printed_and_the_pump_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def tick(identifier: int, _: int) -> None:
        timer.kill_timer(identifier)
        win32gui.PostQuitMessage(1)
        raise ZeroDivisionError

    timer.set_timer(1, tick)
    assert win32gui.PumpMessages() == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_signal_handler_may_call_while_its_thread_waits(run_script: RunScript) -> None:
    done = run_script(
        "import os, signal, threading, win32event\n"
        "event = win32event.CreateEvent(None, False, False, None)\n"
        "signal.signal(signal.SIGUSR1, lambda *_: win32event.SetEvent(event))\n"
        "threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()\n"
        "print(win32event.WaitForSingleObject(event, 10_000))\n"
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_ctrl_c_ends_a_wait_and_takes_nothing(run_script: RunScript) -> None:
    done = run_script(
        "import os, signal, threading, win32event\n"
        "event = win32event.CreateEvent(None, False, False, None)\n"
        "threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    win32event.WaitForSingleObject(event, 10_000)\n"
        "except KeyboardInterrupt:\n"
        "    win32event.SetEvent(event)\n"
        "    print(win32event.WaitForSingleObject(event, 0))\n"
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


# -- across processes


def test_two_processes_meet_by_name(name: str, run_script: RunScript) -> None:
    event = win32event.CreateEvent(None, False, False, name)
    done = run_script(f"import win32event\nwin32event.SetEvent(win32event.OpenEvent(2, False, {name!r}))\n")
    assert done.stderr == ""
    assert is_signaled(event)


def test_a_program_can_insist_on_being_the_only_one(name: str, run_script: RunScript) -> None:
    text = (
        "import sys, win32api, win32event, winerror\n"
        f"mutex = win32event.CreateMutex(None, False, {name!r})\n"
        "sys.exit(win32api.GetLastError() == winerror.ERROR_ALREADY_EXISTS)\n"
    )
    assert run_script(text).returncode == 0
    mutex = win32event.CreateMutex(None, False, name)
    assert run_script(text).returncode == 1
    assert mutex


def test_a_killed_owner_abandons_its_mutex(name: str, run_script: RunScript) -> None:
    mutex = win32event.CreateMutex(None, False, name)
    run_script(
        "import os, signal, win32event\n"
        f"mutex = win32event.CreateMutex(None, False, {name!r})\n"
        "win32event.WaitForSingleObject(mutex, 0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert win32event.WaitForSingleObject(mutex, 5000) == WAIT_ABANDONED
    win32event.ReleaseMutex(mutex)
