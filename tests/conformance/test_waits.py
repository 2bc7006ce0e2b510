"""Waiting, events, semaphores, mutants, timers (nt-semantics 2.1-2.5) and the bad cases of 2.10."""

from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.job import CreateIoCompletion, RemoveIoCompletion, SetIoCompletion
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant, QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import Close, DuplicateObject
from ntsessions.abi.calls.process import OpenProcess, OpenThread, QueryThread
from ntsessions.abi.calls.section import CreateSection
from ntsessions.abi.calls.semaphore import CreateSemaphore, QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.timer import CancelTimer, CreateTimer, QueryTimer, SetTimer
from ntsessions.abi.calls.wait import (
    CancelCall,
    DelayExecution,
    QueueApc,
    SignalAndWait,
    WaitForObject,
    WaitForObjects,
)
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus as S
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import (
    CURRENT_PROCESS,
    CURRENT_THREAD,
    FOR_EVERYONE,
    PROCESS_TOKEN,
    READ_CONTROL,
    SYNCHRONIZE,
    USER_APC,
    WAIT_ABANDONED,
    WAIT_TIMEOUT,
    make,
    open_it,
    sddl,
    wait,
)
from tests.conformance.worlds import Program, World, create, opened, ticks

SHORT = 0.02
MANUAL, AUTO = 0, 1


def event(program: Program, kind: int = AUTO, *, is_set: bool = False) -> int:
    return program.call(CreateEvent(event_type=kind, initial_state=is_set)).handle


def signaled(program: Program, *handles: int) -> list[bool]:
    return [program.call(QueryEvent(handle)).signaled for handle in handles]


# -- 2.1 the rules of waiting


@pytest.mark.parametrize("kind", ["Event", "Mutant", "Semaphore", "Timer", "Job"])
def test_waiting_takes_synchronize(alice: Program, kind: str) -> None:
    """(2.1, access)"""
    handle = make(alice, kind, None, desired_access=READ_CONTROL)
    assert alice.win32(WaitForObject(handle, 0)) == (None, 5)
    assert alice.win32(WaitForObjects((handle,), timeout=0)) == (None, 5)


@pytest.mark.parametrize("kind", ["Directory", "Section", "SymbolicLink"])
def test_what_cannot_be_waited_for(alice: Program, kind: str) -> None:
    """(2.1, waitable types; 2.10: a file mapping)"""
    handle = make(alice, kind, None)
    assert alice.status(WaitForObject(handle, 0)) == S.OBJECT_TYPE_MISMATCH
    assert alice.win32(WaitForObjects((handle,), timeout=0)) == (None, 6)
    assert alice.win32(WaitForObject(PROCESS_TOKEN, 0)) == (None, 6)


@pytest.mark.parametrize("kind", ["Event", "Mutant", "Semaphore", "Timer", "Job"])
def test_what_can_be_waited_for(alice: Program, kind: str) -> None:
    """(2.1, waitable types)"""
    more = {"initial_state": True} if kind == "Event" else {"initial_count": 1} if kind == "Semaphore" else {}
    expected = 0 if kind in {"Event", "Mutant", "Semaphore"} else WAIT_TIMEOUT
    assert wait(alice, make(alice, kind, None, **more)) == expected


def test_processes_and_threads_are_signaled_by_their_end(world: World, alice: Program) -> None:
    """(2.1, waitable types)"""
    second = world.program()
    thread = second.thread()
    process = alice.call(OpenProcess(second.pid, SYNCHRONIZE))
    handle = alice.call(OpenThread(thread.thread_id, SYNCHRONIZE | 0x800))
    waiting = alice.begin(WaitForObjects((process, handle), wait_all=True))
    assert wait(alice.thread(), handle) == WAIT_TIMEOUT
    thread.end_thread()
    assert not waiting.done
    assert wait(alice.thread(), handle) == 0
    second.exit()
    assert waiting.reply.status == 0
    assert alice.call(QueryThread(handle)).exit_status != 259


@pytest.mark.parametrize(("count", "error"), [(0, 87), (1, 0), (64, 0), (65, 87)])
def test_a_wait_is_for_1_to_64_objects(alice: Program, count: int, error: int) -> None:
    """(2.1, n objects; 2.10)"""
    handles = tuple(event(alice, is_set=True) for _ in range(count))
    for wait_all in (False, True):
        assert alice.win32(WaitForObjects(handles, wait_all, 0)).last_error == error


def test_any_takes_the_lowest_index_and_no_other(alice: Program) -> None:
    """(2.1, wait-any)"""
    e = [event(alice, is_set=state) for state in (False, True, True)]
    assert alice.call(WaitForObjects(tuple(e), timeout=0)).status == 1
    assert signaled(alice, *e) == [False, False, True]


def test_any_may_name_one_object_twice(alice: Program) -> None:
    """(2.1, duplicates: only a wait for all refuses them)"""
    e = event(alice, is_set=True)
    assert alice.call(WaitForObjects((e, e), timeout=0)).status == 0


def test_duplicates_are_found_behind_different_handles(alice: Program) -> None:
    """(2.1, duplicates)"""
    e = event(alice)
    copy = alice.call(DuplicateObject(CURRENT_PROCESS, e, CURRENT_PROCESS))
    assert alice.status(WaitForObjects((e, copy), wait_all=True)) == S.INVALID_PARAMETER_MIX


def test_all_takes_nothing_until_everything_is_there(alice: Program) -> None:
    """Two programs that need the same two locks do not block each other half-way.  (2.1, wait-all)"""
    other = alice.thread()
    e = [event(alice), event(alice)]
    waiting = alice.begin(WaitForObjects(tuple(e), wait_all=True))
    other.call(SetEvent(e[0]))
    assert not waiting.done
    assert signaled(other, e[0]) == [True]
    assert wait(other, e[0]) == 0
    other.call(SetEvent(e[1]))
    assert not waiting.done
    other.call(SetEvent(e[0]))
    assert waiting.reply.status == 0
    assert signaled(other, *e) == [False, False]


def test_an_abandoned_mutex_shows_in_any_and_in_all(alice: Program) -> None:
    """0x80 + index in a wait for any, 0x80 in a wait for all.  (2.1, abandoned)"""
    for wait_all in (False, True):
        mutant = alice.call(CreateMutant()).handle
        owner = alice.thread()
        assert wait(owner, mutant) == 0
        e = event(alice, is_set=wait_all)
        owner.end_thread()
        result = alice.call(WaitForObjects((e, mutant), wait_all, ticks(SHORT))).status
        assert result in ({WAIT_ABANDONED, WAIT_ABANDONED + 1} if wait_all else {WAIT_ABANDONED + 1})


def test_timeout_0_tests_and_returns(alice: Program) -> None:
    """(2.1, timeout 0)"""
    e = event(alice, is_set=True)
    assert [wait(alice, e), wait(alice, e)] == [0, WAIT_TIMEOUT]
    assert alice.call(WaitForObjects((e, event(alice)), wait_all=True, timeout=0)).status == WAIT_TIMEOUT


def test_a_wait_ends_when_its_time_is_over(world: World, alice: Program) -> None:
    """(2.1, relative timeout)"""
    e = event(alice)
    calls: list[Any] = [WaitForObject(e, ticks(SHORT)), WaitForObjects((e,), wait_all=True, timeout=ticks(SHORT)),
                        DelayExecution(ticks(SHORT))]  # fmt: skip
    waiting = [alice.begin(call) for call in calls]
    world.passes(SHORT)
    assert [one.reply.status for one in waiting] == [WAIT_TIMEOUT, WAIT_TIMEOUT, WAIT_TIMEOUT]
    alice.call(SetEvent(e))
    assert signaled(alice, e) == [True]


@pytest.mark.in_process("hours of virtual time")
def test_a_wait_lasts_to_the_tick(world: InProcessWorld, alice: Program) -> None:
    """(2.1, relative timeout)"""
    waiting = alice.begin(WaitForObject(event(alice), ticks(7200)))
    world.passes(7199.9999999)
    assert not waiting.done
    world.passes(0.0000001)
    assert waiting.reply.status == WAIT_TIMEOUT


def test_waiters_are_served_in_turn(world: World, alice: Program) -> None:
    """(2.1, fairness; strictly in order here)"""
    semaphore = alice.call(CreateSemaphore(initial_count=0, maximum_count=9)).handle
    waiting = []
    for _ in range(3):
        waiting.append(alice.thread().begin(WaitForObject(semaphore)))
        assert not waiting[-1].done
    for turn in range(3):
        alice.call(ReleaseSemaphore(semaphore))
        assert waiting[turn].reply.status == 0
        assert [one.done for one in waiting[turn + 1 :]] == [False] * (2 - turn)


def test_a_bad_handle_fails_the_wait(alice: Program) -> None:
    """(2.1, bad handle)"""
    e = event(alice, is_set=True)
    assert alice.win32(WaitForObject(0x7778)) == (None, 6)
    assert alice.win32(WaitForObjects((e, 0x7778))) == (None, 6)
    assert signaled(alice, e) == [True]


def test_pseudo_handles_are_for_single_waits(alice: Program) -> None:
    """(2.1, pseudo handles)"""
    for handle in (CURRENT_PROCESS, CURRENT_THREAD):
        assert wait(alice, handle) == WAIT_TIMEOUT
        assert alice.win32(WaitForObjects((handle,), timeout=0)) == (None, 6)


def test_a_handle_closed_meanwhile_does_not_end_the_wait(world: World, alice: Program) -> None:
    """(2.1, handle closed during wait)"""
    name = world.name("e")
    handle = make(alice, "Event", name)
    keeper = world.program()
    theirs = open_it(keeper, "Event", name)
    waiting = alice.begin(WaitForObject(handle))
    assert not waiting.done
    alice.call(Close(handle))
    keeper.call(SetEvent(theirs))
    assert waiting.reply.status == 0


def test_a_wait_for_all_acquires_a_mutex_again(alice: Program) -> None:
    """(2.1, mutex in wait-all)"""
    mutant = alice.call(CreateMutant(initial_owner=True)).handle
    assert alice.call(WaitForObjects((mutant, event(alice, is_set=True)), wait_all=True, timeout=0)).status == 0
    assert alice.call(QueryMutant(mutant)).current_count == -1


@pytest.mark.parametrize(
    ("make_it", "again"),
    [
        (lambda p: event(p, AUTO, is_set=True), WAIT_TIMEOUT),
        (lambda p: event(p, MANUAL, is_set=True), 0),
        (lambda p: p.call(CreateSemaphore(initial_count=1, maximum_count=1)).handle, WAIT_TIMEOUT),
        (lambda p: p.call(CreateMutant()).handle, WAIT_TIMEOUT),
        (lambda p: _due(p, AUTO), WAIT_TIMEOUT),
        (lambda p: _due(p, MANUAL), 0),
    ],
    ids=["auto event", "manual event", "semaphore", "mutant", "synchronization timer", "notification timer"],
)
def test_what_a_satisfied_wait_does_to_the_object(alice: Program, make_it: Any, again: int) -> None:
    """(2.1, state consumption table): the second wait is another thread's."""
    handle = make_it(alice)
    assert wait(alice, handle) == 0
    assert wait(alice.thread(), handle) == again


def _due(program: Program, kind: int) -> int:
    handle = program.call(CreateTimer(timer_type=kind)).handle
    program.call(SetTimer(handle, 0))
    return handle


def test_a_pending_call_can_be_taken_back(alice: Program) -> None:
    """(ours: NT alerts the thread)"""
    waiting = alice.begin(WaitForObject(event(alice)))
    assert not waiting.done
    assert alice.call(CancelCall(waiting.request))
    with pytest.raises(Exception, match="CANCELLED"):
        _ = waiting.reply
    assert not alice.call(CancelCall(waiting.request))


# -- alertable waits


def test_an_alertable_wait_ends_for_procedure_calls_in_order(alice: Program) -> None:
    """All that are queued are delivered, first come first.  (2.1, alertable waits)"""
    me = alice.call(OpenThread(alice.thread_id, 0x10))
    for number in (1, 2):
        alice.call(QueueApc(me, number, number * 10))
    result = alice.call(DelayExecution(-1, alertable=True))
    assert result.status == USER_APC
    assert [(apc.routine, apc.argument) for apc in result.apcs] == [(1, 10), (2, 20)]
    assert alice.call(DelayExecution(0, alertable=True)).status != USER_APC


def test_a_wait_that_is_not_alertable_leaves_them(alice: Program) -> None:
    """(2.1, alertable waits)"""
    me = alice.call(OpenThread(alice.thread_id, 0x10))
    alice.call(QueueApc(me, 1))
    assert wait(alice, event(alice)) == WAIT_TIMEOUT
    assert alice.call(WaitForObject(event(alice), 0, alertable=True)).status == USER_APC


def test_a_procedure_call_wakes_who_waits_alertably(world: World, alice: Program) -> None:
    """(2.1)"""
    thread = alice.thread()
    handle = alice.call(OpenThread(thread.thread_id, 0x10))
    for call in (WaitForObject(event(alice), alertable=True), WaitForObjects((event(alice),), alertable=True),
                 DelayExecution(-1, alertable=True),
                 SignalAndWait(event(alice), event(alice), alertable=True)):  # fmt: skip
        waiting = thread.begin(call)
        assert not waiting.done
        alice.call(QueueApc(handle, 7))
        assert waiting.reply.status == USER_APC


def test_a_signaled_object_that_is_found_first_wins(alice: Program) -> None:
    """(2.1)"""
    me = alice.call(OpenThread(alice.thread_id, 0x10))
    alice.call(QueueApc(me, 1))
    assert alice.call(WaitForObject(event(alice, is_set=True), alertable=True)).status == 0
    assert alice.call(DelayExecution(0, alertable=True)).status == USER_APC


def test_an_ended_thread_takes_no_calls(alice: Program) -> None:
    """(QueueUserAPC on a thread that has ended)"""
    thread = alice.thread()
    handle = alice.call(OpenThread(thread.thread_id, 0x10))
    thread.end_thread()
    assert alice.status(QueueApc(handle, 1)) == S.UNSUCCESSFUL


# -- SignalObjectAndWait


def test_signal_and_wait_signals_events_mutexes_and_semaphores(alice: Program) -> None:
    """(2.1, SignalObjectAndWait)"""
    e, target = event(alice), event(alice, MANUAL, is_set=True)
    mutant = alice.call(CreateMutant(initial_owner=True)).handle
    semaphore = alice.call(CreateSemaphore(initial_count=0, maximum_count=1)).handle
    for signal in (e, mutant, semaphore):
        assert alice.win32(SignalAndWait(signal, target)) == (0, 0)
    assert signaled(alice, e) == [True]
    assert alice.call(QueryMutant(mutant)).current_count == 1
    assert alice.call(QuerySemaphore(semaphore)).current_count == 1


def test_signal_and_wait_fails_as_the_single_calls_do(alice: Program) -> None:
    """288, 298, 6 for other types, 5 without the right.  (2.1, SignalObjectAndWait)"""
    target = event(alice, MANUAL, is_set=True)
    full = alice.call(CreateSemaphore(initial_count=1, maximum_count=1)).handle
    weak = make(alice, "Event", None, desired_access=SYNCHRONIZE)
    rows = {alice.call(CreateMutant()).handle: 288, full: 298, alice.call(CreateTimer()).handle: 6,
            make(alice, "Section", None): 6, weak: 5, 0x7778: 6}  # fmt: skip
    for signal, error in rows.items():
        assert alice.win32(SignalAndWait(signal, target)) == (None, error)
    assert alice.win32(SignalAndWait(target, make(alice, "Section", None))) == (None, 6)
    assert alice.win32(SignalAndWait(target, make(alice, "Event", None, desired_access=2))) == (None, 5)


def test_signal_and_wait_takes_one_event_for_both(alice: Program) -> None:
    """(2.1)"""
    e = event(alice)
    assert alice.win32(SignalAndWait(e, e)) == (0, 0)
    assert signaled(alice, e) == [False]


# -- 2.2 events


def test_set_reset_and_pulse_tell_the_state_before(alice: Program) -> None:
    """(2.2)"""
    e = event(alice, MANUAL)
    steps = [
        (SetEvent, False),
        (SetEvent, True),
        (ResetEvent, True),
        (ResetEvent, False),
        (SetEvent, False),
        (PulseEvent, True),
        (PulseEvent, False),
    ]
    assert [alice.call(step(e)) for step, _ in steps] == [before for _, before in steps]
    assert signaled(alice, e) == [False]


def test_an_auto_event_releases_one_and_coalesces(alice: Program) -> None:
    """(2.2, SetEvent on auto)"""
    e = event(alice)
    waiting = [alice.thread().begin(WaitForObject(e)) for _ in range(2)]
    assert [one.done for one in waiting] == [False, False]
    alice.call(SetEvent(e))
    assert [one.done for one in waiting].count(True) == 1
    assert signaled(alice, e) == [False]
    alice.call(SetEvent(e))
    alice.call(SetEvent(e))
    alice.call(SetEvent(e))
    assert [wait(alice, e), wait(alice, e)] == [0, WAIT_TIMEOUT]


def test_a_manual_event_releases_all_and_stays(alice: Program) -> None:
    """(2.2, SetEvent on manual)"""
    e = event(alice, MANUAL)
    waiting = [alice.thread().begin(WaitForObject(e)) for _ in range(3)]
    assert [one.done for one in waiting] == [False] * 3
    alice.call(SetEvent(e))
    assert [one.reply.status for one in waiting] == [0] * 3
    assert signaled(alice, e) == [True]


@pytest.mark.parametrize(("kind", "released"), [(AUTO, 1), (MANUAL, 3)])
def test_a_pulse_wakes_who_waits_now(alice: Program, kind: int, released: int) -> None:
    """(2.2, PulseEvent): the state after it is not signaled, whoever came."""
    e = event(alice, kind)
    waiting = [alice.thread().begin(WaitForObject(e)) for _ in range(3)]
    assert [one.done for one in waiting] == [False] * 3
    alice.call(PulseEvent(e))
    assert [one.done for one in waiting].count(True) == released
    assert signaled(alice, e) == [False]
    assert wait(alice, e) == WAIT_TIMEOUT


@pytest.mark.parametrize("kind", [AUTO, MANUAL])
def test_an_event_tells_its_type_and_state(alice: Program, kind: int) -> None:
    """(2.2, EVENT_BASIC_INFORMATION)"""
    told = alice.call(QueryEvent(event(alice, kind, is_set=True)))
    assert (told.event_type, told.signaled) == (kind, True)


# -- 2.3 semaphores


@pytest.mark.parametrize(
    ("initial", "maximum", "error"),
    [
        (0, 1, 0),
        (1, 1, 0),
        (0x7FFFFFFF, 0x7FFFFFFF, 0),
        (0, 0, 87),
        (-1, 1, 87),
        (2, 1, 87),
        (0, -1, 87),
        (0, 0x80000000, 87),
    ],
)
def test_the_counts_of_a_semaphore(alice: Program, initial: int, maximum: int, error: int) -> None:
    """(2.3; 2.10)"""
    assert alice.win32(CreateSemaphore(initial_count=initial, maximum_count=maximum)).last_error == error


def test_releasing_a_semaphore(alice: Program) -> None:
    """(2.3, ReleaseSemaphore)"""
    handle = alice.call(CreateSemaphore(initial_count=0, maximum_count=3)).handle
    assert [alice.win32(ReleaseSemaphore(handle, n)) for n in (0, -1)] == [(None, 87), (None, 87)]
    assert alice.call(ReleaseSemaphore(handle, 2)) == 0
    assert alice.win32(ReleaseSemaphore(handle, 2)) == (None, 298)
    assert alice.win32(ReleaseSemaphore(handle, 0x7FFFFFFF)) == (None, 298)
    told = alice.call(QuerySemaphore(handle))
    assert (told.current_count, told.maximum_count) == (2, 3)
    assert alice.call(ReleaseSemaphore(handle, 1)) == 2


def test_a_semaphore_is_never_abandoned(world: World, alice: Program) -> None:
    """(2.3)"""
    name = world.name("s")
    handle = alice.call(create(CreateSemaphore, name, initial_count=1, maximum_count=1)).handle
    taker = world.program()
    assert wait(taker, open_it(taker, "Semaphore", name)) == 0
    taker.kill()
    assert wait(alice, handle) == WAIT_TIMEOUT


# -- 2.4 mutants


def test_a_mutex_counts_how_often_it_is_owned(alice: Program) -> None:
    """1 free, 0 owned once, -1 twice; release tells the count before.  (2.4)"""
    m = alice.call(CreateMutant()).handle
    counts = [alice.call(QueryMutant(m)).current_count]
    for _ in range(3):
        assert wait(alice, m) == 0
        counts.append(alice.call(QueryMutant(m)).current_count)
    assert counts == [1, 0, -1, -2]
    assert [alice.call(ReleaseMutant(m)) for _ in range(3)] == [-2, -1, 0]
    assert alice.win32(ReleaseMutant(m)) == (None, 288)


def test_the_owner_is_a_thread(alice: Program) -> None:
    """(2.4)"""
    other = alice.thread()
    m = alice.call(CreateMutant(initial_owner=True)).handle
    assert wait(other, m) == WAIT_TIMEOUT
    assert other.win32(ReleaseMutant(m)) == (None, 288)
    told = other.call(QueryMutant(m))
    assert (told.owned_by_caller, told.owner_process, told.owner_thread) == (False, alice.pid, alice.thread_id)
    assert alice.call(QueryMutant(m)).owned_by_caller
    waiting = other.begin(WaitForObject(m))
    assert not waiting.done
    alice.call(ReleaseMutant(m))
    assert waiting.reply.status == 0


def test_an_initial_owner_of_what_existed_owns_nothing(world: World, alice: Program) -> None:
    """(2.4)"""
    name = world.name("m")
    handle, error = alice.win32(create(CreateMutant, name, initial_owner=True))
    assert error == 0
    assert alice.thread().win32(create(CreateMutant, name, initial_owner=True)).last_error == 183
    told = alice.call(QueryMutant(handle))
    assert (told.current_count, told.owner_thread) == (0, alice.thread_id)


def test_abandonment_is_told_once_and_cleared_by_the_wait(alice: Program) -> None:
    """Not at the release.  (2.4; D.9)"""
    m = alice.call(CreateMutant()).handle
    owner = alice.thread()
    assert [wait(owner, m), wait(owner, m)] == [0, 0]
    owner.end_thread()
    told = alice.call(QueryMutant(m))
    assert (told.current_count, told.abandoned, told.owner_thread) == (1, True, 0)
    assert wait(alice, m) == WAIT_ABANDONED
    assert not alice.call(QueryMutant(m)).abandoned
    alice.call(ReleaseMutant(m))
    assert wait(alice, m) == 0


def test_a_killed_process_abandons_everything_it_owned(world: World, alice: Program) -> None:
    """The next program is not locked out, and knows.  (2.4, process kill)"""
    names = [world.name("m") for _ in range(3)]
    handles = [make(alice, "Mutant", name) for name in names]
    owner = world.program()
    for name in names:
        assert wait(owner, open_it(owner, "Mutant", name)) == 0
    waiting = alice.thread().begin(WaitForObject(handles[0]))
    assert not waiting.done
    owner.kill()
    assert waiting.reply.status == WAIT_ABANDONED
    assert [wait(alice, handle) for handle in handles[1:]] == [WAIT_ABANDONED] * 2


def test_closing_the_last_handle_of_an_owned_mutex_makes_it_vanish(world: World, alice: Program) -> None:
    """(2.4)"""
    name = world.name("m")
    handle = alice.call(create(CreateMutant, name, initial_owner=True)).handle
    alice.call(Close(handle))
    assert alice.win32(opened(OpenMutant, name)) == (None, 2)
    assert alice.win32(create(CreateMutant, name)).last_error == 0


def test_synchronize_is_enough_to_lock_and_unlock(world: World, alice: Program) -> None:
    """(2.4, rights)"""
    name = world.name("m")
    make(alice, "Mutant", name, security=FOR_EVERYONE)
    handle = open_it(alice, "Mutant", name, desired_access=SYNCHRONIZE)
    assert wait(alice, handle) == 0
    assert alice.call(ReleaseMutant(handle)) == 0


@pytest.mark.in_process("2**31 acquisitions are counted, not made")
def test_a_mutex_is_owned_2_31_times_at_most(world: InProcessWorld, alice: Program) -> None:
    """(2.4, limit)"""
    m = alice.call(CreateMutant(initial_owner=True)).handle
    (mutant,) = world.host.executive.threads_by_id[alice.thread_id].owned
    mutant.count = 1 - 0x80000000
    for call in (WaitForObject(m), WaitForObjects((m,)), SignalAndWait(event(alice), m)):
        assert alice.status(call) == S.MUTANT_LIMIT_EXCEEDED


@pytest.mark.in_process("2**31 acquisitions are counted, not made")
def test_the_limit_of_a_mutex_is_its_owner_s_trouble(world: InProcessWorld, alice: Program) -> None:
    """Whoever signals what another one still waits for is not failed, and loses no signal.  (2.4; 2.1, wait-all)"""
    m, e = alice.call(CreateMutant(initial_owner=True)).handle, event(alice)
    (mutant,) = world.host.executive.threads_by_id[alice.thread_id].owned
    waiting = alice.begin(WaitForObjects((e, m), wait_all=True))
    mutant.count = 1 - 0x80000000
    assert alice.thread().status(SetEvent(e)) == S.SUCCESS
    assert waiting.done
    with pytest.raises(NtError, match="MUTANT_LIMIT_EXCEEDED"):
        _ = waiting.reply
    assert wait(alice, e) == 0, "the failed wait took nothing"
    assert alice.call(ReleaseMutant(m)) == 1 - 0x80000000


@pytest.mark.in_process("2**31 acquisitions are counted, not made")
def test_a_full_mutex_does_not_stop_the_clock(world: InProcessWorld, alice: Program) -> None:
    """The timer that would satisfy the wait goes off for everybody else.  (2.4, limit; 2.5)"""
    m, t = alice.call(CreateMutant(initial_owner=True)).handle, timer(alice, AUTO)
    (mutant,) = world.host.executive.threads_by_id[alice.thread_id].owned
    full = alice.begin(WaitForObjects((t, m), wait_all=True))
    other = alice.thread().begin(WaitForObject(t))
    alice.call(SetTimer(t, -ticks(SHORT)))
    mutant.count = 1 - 0x80000000
    world.passes(SHORT)
    with pytest.raises(NtError, match="MUTANT_LIMIT_EXCEEDED"):
        _ = full.reply
    assert other.reply.status == 0


@pytest.mark.in_process("2**31 acquisitions are counted, not made")
def test_one_level_below_the_limit_a_mutex_is_still_had(world: InProcessWorld, alice: Program) -> None:
    """(2.4, limit)"""
    m, e = alice.call(CreateMutant(initial_owner=True)).handle, event(alice)
    (mutant,) = world.host.executive.threads_by_id[alice.thread_id].owned
    waiting = alice.begin(WaitForObjects((e, m), wait_all=True))
    mutant.count = 2 - 0x80000000
    alice.call(SetEvent(e))
    assert waiting.reply.status == 0
    assert mutant.count == 1 - 0x80000000


# -- 2.5 timers


def timer(program: Program, kind: int = MANUAL) -> int:
    return program.call(CreateTimer(timer_type=kind)).handle


def test_a_timer_expires_after_its_time(world: World, alice: Program) -> None:
    """(2.5, due < 0)"""
    t = timer(alice)
    alice.call(SetTimer(t, -ticks(SHORT)))
    waiting = alice.begin(WaitForObject(t))
    world.passes(SHORT)
    assert waiting.reply.status == 0
    assert alice.call(QueryTimer(t)).signaled


def test_a_timer_expires_at_a_time_of_the_day(world: World, alice: Program) -> None:
    """(2.5, due > 0: UTC)"""
    t = timer(alice)
    alice.call(SetTimer(t, world.utc() + ticks(SHORT)))
    waiting = alice.begin(WaitForObject(t))
    world.passes(SHORT)
    assert waiting.reply.status == 0


@pytest.mark.parametrize("due", [0, 1, 116_444_736_000_000_000])
def test_a_time_that_has_come_signals_at_once(alice: Program, due: int) -> None:
    """Due 0, and absolute times in the past.  (2.5)"""
    t = timer(alice)
    assert not alice.call(SetTimer(t, due))
    assert wait(alice, t) == 0


def test_setting_rearms_and_unsignals(alice: Program) -> None:
    """(2.5, setting)"""
    t = timer(alice)
    alice.call(SetTimer(t, 0))
    assert alice.call(SetTimer(t, -ticks(3600)))
    told = alice.call(QueryTimer(t))
    assert not told.signaled
    assert 0 < told.remaining_time <= ticks(3600)
    assert wait(alice, t) == WAIT_TIMEOUT


def test_cancelling_keeps_the_state(world: World, alice: Program) -> None:
    """(2.5, cancel)"""
    armed, expired = timer(alice), timer(alice)
    alice.call(SetTimer(armed, -ticks(SHORT)))
    alice.call(SetTimer(expired, 0))
    assert not alice.call(CancelTimer(armed))
    assert alice.call(CancelTimer(expired))
    world.passes(2 * SHORT)
    assert wait(alice, armed) == WAIT_TIMEOUT
    assert wait(alice, expired) == 0


@pytest.mark.parametrize(("kind", "again"), [(MANUAL, 0), (AUTO, WAIT_TIMEOUT)])
def test_a_periodic_timer_ticks_on(world: World, alice: Program, kind: int, again: int) -> None:
    """A manual one stays signaled; a synchronization timer is reset by each wait.  (2.5, expiry)"""
    t = timer(alice, kind)
    alice.call(SetTimer(t, -ticks(SHORT), period=20))
    for _ in range(2):
        waiting = alice.begin(WaitForObject(t))
        if not waiting.done:
            world.passes(SHORT)
        assert waiting.reply.status == 0
    alice.call(CancelTimer(t))
    if not world.is_real:  # there, another tick may come between
        assert wait(alice, t) == again


@pytest.mark.in_process("to the tick")
def test_a_period_counts_from_the_due_time(world: InProcessWorld, alice: Program) -> None:
    """(2.5, expiry: periodic re-arms from the due time)"""
    t = timer(alice, AUTO)
    alice.call(SetTimer(t, -ticks(1), period=1000))
    world.passes(1.4)
    assert wait(alice, t) == 0
    assert alice.call(QueryTimer(t)).remaining_time == ticks(0.6)


def test_expiry_queues_a_call_to_the_thread_that_set_it(world: World, alice: Program) -> None:
    """(2.5, expiry)"""
    other = alice.thread()
    t = timer(alice)
    alice.call(SetTimer(t, -ticks(SHORT), apc_routine=5, apc_argument=6))
    waiting = alice.begin(DelayExecution(-1, alertable=True))
    world.passes(SHORT)
    result = waiting.reply
    assert result.status == USER_APC
    assert [(apc.routine, apc.argument, apc.timer_time > 0) for apc in result.apcs] == [(5, 6, True)]
    assert other.call(DelayExecution(0, alertable=True)).status != USER_APC


@pytest.mark.parametrize("how", [CancelTimer, lambda t: SetTimer(t, -ticks(3600))], ids=["cancel", "set"])
def test_cancelling_or_setting_takes_back_a_queued_call(alice: Program, how: Any) -> None:
    """(2.5)"""
    t = timer(alice)
    alice.call(SetTimer(t, 0, apc_routine=5))
    alice.call(how(t))
    assert alice.call(DelayExecution(0, alertable=True)).status != USER_APC


def test_a_timer_with_a_call_ends_with_its_thread_and_another_does_not(world: World, alice: Program) -> None:
    """(2.5, setting thread exits)"""
    setter = alice.thread()
    with_call, plain = timer(alice), timer(alice)
    setter.call(SetTimer(with_call, -ticks(SHORT), apc_routine=5))
    setter.call(SetTimer(plain, -ticks(SHORT)))
    setter.end_thread()
    waiting = alice.begin(WaitForObject(plain))
    world.passes(SHORT)
    assert waiting.reply.status == 0
    assert wait(alice, with_call) == WAIT_TIMEOUT


@pytest.mark.in_process("the clock of the machine is not ours to set")
def test_setting_the_clock_moves_absolute_timers_only(world: InProcessWorld, alice: Program) -> None:
    """(2.5, system clock change)"""
    absolute, relative = timer(alice), timer(alice)
    alice.call(SetTimer(absolute, world.utc() + ticks(3600)))
    alice.call(SetTimer(relative, -ticks(3600)))
    executive = world.host.executive
    world.host._input("advance", executive.now, executive.utc + ticks(3600))
    assert [wait(alice, absolute), wait(alice, relative)] == [0, WAIT_TIMEOUT]


def test_an_expired_timer_tells_a_time_that_is_not_ahead(alice: Program) -> None:
    """(2.5, TIMER_BASIC_INFORMATION: negative when expired)"""
    t = timer(alice)
    alice.call(SetTimer(t, 0))
    assert alice.call(QueryTimer(t)).remaining_time <= 0


@pytest.mark.in_process("to the tick")
def test_an_expired_timer_tells_how_long_ago(world: InProcessWorld, alice: Program) -> None:
    """(2.5, TIMER_BASIC_INFORMATION)"""
    t = timer(alice)
    alice.call(SetTimer(t, -ticks(1)))
    world.passes(3)
    assert alice.call(QueryTimer(t)).remaining_time == -ticks(2)


# -- 2.8 completion ports


def test_packets_come_out_in_order_and_wake_who_waits(world: World, alice: Program) -> None:
    """(2.8)"""
    port = alice.call(CreateIoCompletion()).handle
    for number in (1, 2):
        alice.call(SetIoCompletion(port, number, 0, 0))
    assert [alice.call(RemoveIoCompletion(port, 0)).key for _ in range(2)] == [1, 2]  # type: ignore[union-attr]
    assert alice.call(RemoveIoCompletion(port, 0)) is None
    other = alice.thread()
    waiting = other.begin(RemoveIoCompletion(port))
    assert not waiting.done
    alice.call(SetIoCompletion(port, 3, 4, 5))
    assert (waiting.reply.key, waiting.reply.information, waiting.reply.value) == (3, 4, 5)
    timed = other.begin(RemoveIoCompletion(port, ticks(SHORT)))
    world.passes(SHORT)
    assert timed.reply is None


# -- 2.10 bad cases


BAD_CASES: dict[str, tuple[Callable[[Program, dict[str, str]], Any], int]] = {
    "OpenEvent on a mutex name": (lambda _p, n: opened(OpenEvent, n["mutex"]), 6),
    "CreateEvent on a mutex name": (lambda _p, n: create(CreateEvent, n["mutex"]), 6),
    "CreateEvent without all access": (lambda _p, n: create(CreateEvent, n["guarded"]), 5),
    "CreateEventEx with less": (lambda _p, n: create(CreateEvent, n["guarded"], desired_access=SYNCHRONIZE), 183),
    "ReleaseMutex not owner": (lambda p, _n: ReleaseMutant(p.call(CreateMutant()).handle), 288),
    "ReleaseSemaphore overflow": (lambda p, _n: ReleaseSemaphore(p.call(CreateSemaphore(initial_count=1)).handle), 298),
    "ReleaseSemaphore(0)": (lambda p, _n: ReleaseSemaphore(p.call(CreateSemaphore()).handle, 0), 87),
    "CreateSemaphore(max < initial)": (lambda _p, _n: CreateSemaphore(initial_count=2), 87),
    "WaitForMultipleObjects(65)": (lambda p, _n: WaitForObjects((event(p),) * 65), 87),
    "wait-all duplicates": (lambda p, _n: WaitForObjects((event(p),) * 2, wait_all=True), 87),
    "wait on a file mapping": (lambda p, _n: WaitForObject(make(p, "Section", None)), 6),
    "SetEvent, SYNCHRONIZE only": (lambda p, _n: SetEvent(make(p, "Event", None, desired_access=SYNCHRONIZE)), 5),
    "SetWaitableTimer(period < 0)": (lambda p, _n: SetTimer(timer(p), 0, -1), 87),
    "CreateFileMapping(anonymous, size 0)": (lambda _p, _n: CreateSection(), 87),
    "section in Global": (lambda _p, n: create(CreateSection, rf"Global\{n['new']}", maximum_size=1), 5),
}
"""The last two rows of the table are `test_vectors` (a job and another session) and `test_handles` (inherit flag)."""


@pytest.mark.parametrize("case", BAD_CASES)
def test_the_bad_cases(world: World, alice: Program, case: str) -> None:
    """(2.10, row by row)"""
    names = {stem: world.name(stem) for stem in ("mutex", "guarded", "new")}
    make(alice, "Mutant", names["mutex"])
    make(alice, "Event", names["guarded"], security=sddl("D:(A;;0x100000;;;WD)"))
    call, error = BAD_CASES[case]
    assert alice.win32(call(alice, names)).last_error == error
