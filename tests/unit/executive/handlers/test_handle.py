"""Handles: what can be done with any object, and how handles travel between processes (nt-semantics 1.13, 1.14)."""

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, QueryEvent, SetEvent
from ntsessions.abi.calls.mutant import CreateMutant
from ntsessions.abi.calls.object import (
    Close,
    CompareObjects,
    CreateDirectory,
    DuplicateObject,
    MakePermanent,
    MakeTemporary,
    OpenDirectory,
    QueryObject,
    SetHandleFlags,
)
from ntsessions.abi.calls.process import OpenProcess, QueryProcess
from ntsessions.abi.calls.token import OpenProcessToken, QueryToken
from ntsessions.abi.errors import AccessDenied, InvalidHandle
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import CURRENT_PROCESS, NAMED_OBJECTS
from tests.harness import Program, World

PERMANENT = 0x10
CLOSE_SOURCE, SAME_ACCESS, SAME_ATTRIBUTES = 1, 2, 4


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def event(program: Program, name: str | None = None, access: int = 0x1F0003) -> int:
    return program.call(CreateEvent(name, NAMED_OBJECTS, desired_access=access)).handle


def other_process(program: Program, other: Program) -> int:
    return program.call(OpenProcess(other.pid, 0x40))


def test_a_closed_handle_is_gone_and_its_value_may_come_back(alice: Program) -> None:
    handle = event(alice)
    alice.call(Close(handle))
    assert alice.status(SetEvent(handle)) is NtStatus.INVALID_HANDLE
    assert alice.status(Close(handle)) is NtStatus.INVALID_HANDLE
    assert event(alice) == handle


def test_the_low_two_bits_of_a_handle_are_the_programs_own(alice: Program) -> None:
    handle = event(alice)
    assert handle % 4 == 0
    alice.call(SetEvent(handle | 3))


def test_closing_a_pseudo_handle_does_nothing(alice: Program) -> None:
    for handle in (-1, -2, -4, -6):
        alice.call(Close(handle))
    assert alice.status(Close(NAMED_OBJECTS)) is NtStatus.INVALID_HANDLE
    assert alice.status(Close(-5)) is NtStatus.INVALID_HANDLE  # the thread impersonates nobody


def test_a_protected_handle_cannot_be_closed_until_it_is_unprotected(alice: Program) -> None:
    handle = event(alice)
    alice.call(SetHandleFlags(handle, inherit=True, protect=True))
    assert alice.call(QueryObject(handle)).attributes == 3
    assert alice.status(Close(handle)) is NtStatus.HANDLE_NOT_CLOSABLE
    alice.call(SetHandleFlags(handle, inherit=False, protect=False))
    alice.call(Close(handle))


def test_a_protected_handle_closes_with_its_process(world: World, alice: Program) -> None:
    event(alice, "mine")
    alice.call(SetHandleFlags(4, inherit=False, protect=True))
    alice.exit()
    assert world.program(1, "alice").status(OpenEvent("mine", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_an_object_tells_its_resolved_name_and_its_counts(alice: Program) -> None:
    """B1: the name of an event says in which session it is."""
    handle = event(alice, "x", access=0x2)
    alice.call(OpenEvent(r"Local\x", NAMED_OBJECTS))
    told = alice.call(QueryObject(handle))
    assert (told.name, told.type) == (r"\Sessions\1\BaseNamedObjects\x", "Event")
    assert (told.granted_access, told.handle_count, told.pointer_count) == (0x2, 2, 3)
    assert alice.call(QueryObject(event(alice))).name == ""
    assert alice.call(QueryObject(CURRENT_PROCESS)).type == "Process"


def test_two_handles_can_be_compared_without_any_right(alice: Program) -> None:
    first, other = event(alice, "x", access=0), event(alice)
    alice.call(CompareObjects(first, alice.call(OpenEvent("x", NAMED_OBJECTS))))
    assert alice.status(CompareObjects(first, other)) is NtStatus.NOT_SAME_OBJECT
    assert alice.status(CompareObjects(first, 400)) is NtStatus.INVALID_HANDLE
    alice.call(CompareObjects(-4, alice.call(OpenProcessToken(-1))))


# -- duplicates


def test_a_handle_travels_to_a_process_of_another_session(world: World, alice: Program) -> None:
    """Duplication crosses sessions; names do not."""
    system = world.program(0, "SYSTEM")
    source, target = other_process(system, alice), CURRENT_PROCESS
    copy = system.call(DuplicateObject(source, event(alice), target))
    system.call(SetEvent(copy))
    assert alice.call(QueryEvent(4)).signaled


def test_a_copy_has_no_more_access_than_the_source_unless_the_object_allows_it(world: World, alice: Program) -> None:
    looker = event(alice, access=0x1)
    copy = alice.call(DuplicateObject(-1, looker, -1))
    assert alice.status(SetEvent(copy)) is NtStatus.ACCESS_DENIED
    wider = alice.call(DuplicateObject(-1, looker, -1, desired_access=0x2, options=0))  # it is alice's own event
    alice.call(SetEvent(wider))

    system = world.program(0, "SYSTEM")
    handle = system.call(CreateEvent(None, desired_access=0x1F0003)).handle
    given = system.call(DuplicateObject(-1, handle, system.call(OpenProcess(alice.pid, 0x40)), 0x1, options=0))
    assert alice.status(DuplicateObject(-1, given, -1, 0x2, options=0)) is NtStatus.ACCESS_DENIED


def test_access_that_the_type_does_not_know_is_refused_and_access_0_gives_a_useless_handle(alice: Program) -> None:
    handle = event(alice)
    assert alice.status(DuplicateObject(-1, handle, -1, 0xFFFFFFFF, options=0)) is NtStatus.ACCESS_DENIED
    useless = alice.call(DuplicateObject(-1, handle, -1, 0, options=0))
    assert alice.call(QueryObject(useless)).granted_access == 0
    assert alice.status(SetEvent(useless)) is NtStatus.ACCESS_DENIED


def test_the_source_is_closed_even_when_the_copy_fails(world: World, alice: Program) -> None:
    handle = event(alice)
    call = DuplicateObject(-1, handle, -1, 0xFFFFFFFF, options=CLOSE_SOURCE)
    assert alice.status(call) is NtStatus.ACCESS_DENIED
    assert alice.status(QueryObject(handle)) is NtStatus.INVALID_HANDLE
    bad_target = DuplicateObject(-1, event(alice), 0x9000, options=CLOSE_SOURCE)
    assert alice.status(bad_target) is NtStatus.INVALID_HANDLE
    assert len(alice.process.handles) == 0


def test_a_handle_is_closed_in_another_process_by_naming_no_target(world: World, alice: Program) -> None:
    handle = event(alice)
    system = world.program(0, "SYSTEM")
    victim = other_process(system, alice)
    assert system.status(DuplicateObject(victim, handle, 0)) is NtStatus.INVALID_PARAMETER
    assert system.call(DuplicateObject(victim, handle, 0, options=CLOSE_SOURCE)) == 0
    assert alice.status(QueryObject(handle)) is NtStatus.INVALID_HANDLE
    protected = event(alice)
    alice.call(SetHandleFlags(protected, inherit=False, protect=True))
    assert system.status(DuplicateObject(victim, protected, 0, options=CLOSE_SOURCE)) is NtStatus.HANDLE_NOT_CLOSABLE


def test_attributes_are_given_or_copied(alice: Program) -> None:
    handle = event(alice)
    alice.call(SetHandleFlags(handle, inherit=True, protect=False))
    plain = alice.call(DuplicateObject(-1, handle, -1))
    same = alice.call(DuplicateObject(-1, handle, -1, options=SAME_ACCESS | SAME_ATTRIBUTES))
    assert [alice.call(QueryObject(each)).attributes for each in (plain, same)] == [0, 2]


def test_pseudo_handles_become_real_ones(world: World, alice: Program) -> None:
    process = alice.call(DuplicateObject(-1, -1, -1))
    assert alice.call(QueryProcess(process)).process_id == alice.pid
    assert alice.call(QueryObject(alice.call(DuplicateObject(-1, -2, -1)))).type == "Thread"
    token = alice.call(DuplicateObject(-1, -4, -1))
    assert alice.call(QueryToken(token)).user_name == "alice"

    system = world.program(0, "SYSTEM")
    theirs = system.call(DuplicateObject(other_process(system, alice), -1, -1))
    assert system.call(QueryProcess(theirs)).process_id == alice.pid


def test_copying_needs_the_right_on_both_processes(world: World, alice: Program) -> None:
    stranger = world.program(2, "bob")
    assert stranger.status(OpenProcess(alice.pid, 0x40)) is NtStatus.ACCESS_DENIED
    system = world.program(0, "SYSTEM")
    looker = system.call(OpenProcess(alice.pid, 0x1000))
    assert system.status(DuplicateObject(looker, 4, -1)) is NtStatus.ACCESS_DENIED
    handle = system.call(CreateEvent()).handle
    assert system.status(DuplicateObject(-1, handle, looker)) is NtStatus.ACCESS_DENIED


def test_nothing_is_copied_out_of_or_into_a_process_that_has_ended(world: World, alice: Program) -> None:
    system = world.program(0, "SYSTEM")
    process = other_process(system, alice)
    alice.exit()
    assert system.status(DuplicateObject(process, 4, -1)) is NtStatus.PROCESS_IS_TERMINATING
    handle = system.call(CreateEvent()).handle
    assert system.status(DuplicateObject(-1, handle, process)) is NtStatus.PROCESS_IS_TERMINATING


def test_unknown_options_are_refused(alice: Program) -> None:
    assert alice.status(DuplicateObject(-1, event(alice), -1, options=8)) is NtStatus.INVALID_PARAMETER


# -- how long a name lives


def test_a_name_goes_with_its_last_handle(world: World, alice: Program) -> None:
    second = world.program(1, "alice")
    handle = event(alice, "x")
    opened = second.call(OpenEvent("x", NAMED_OBJECTS))
    alice.call(Close(handle))
    second.call(Close(second.call(OpenEvent("x", NAMED_OBJECTS))))
    second.call(Close(opened))
    with pytest.raises(FileNotFoundError):
        second.call(OpenEvent("x", NAMED_OBJECTS))


def test_a_permanent_name_outlives_its_handles_until_it_is_made_temporary(world: World, alice: Program) -> None:
    assert alice.status(MakePermanent(event(alice, "mine"))) is NtStatus.PRIVILEGE_NOT_HELD
    system = world.system
    handle = event(system, "kept")
    system.call(MakePermanent(handle))
    assert system.call(QueryObject(handle)).attributes & PERMANENT
    system.call(Close(handle))
    handle = system.call(OpenEvent("kept", NAMED_OBJECTS))
    system.call(MakeTemporary(handle))
    system.call(Close(handle))
    assert system.status(OpenEvent("kept", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_making_temporary_needs_delete_and_what_the_system_made_stays(world: World) -> None:
    system = world.system
    looker = event(system, "x", access=0x1)
    assert system.status(MakeTemporary(looker)) is NtStatus.ACCESS_DENIED
    sessions = system.call(OpenDirectory(r"\Sessions", desired_access=0xF000F))
    with pytest.raises(AccessDenied):
        system.call(MakeTemporary(sessions))


def test_an_unnamed_object_does_not_become_permanent(world: World) -> None:
    handle = event(world.system)
    world.system.call(MakePermanent(handle))
    assert not world.system.call(QueryObject(handle)).attributes & PERMANENT


def test_what_a_session_holds_is_paid_back_when_its_programs_end(world: World, alice: Program) -> None:
    pool = world.executive.sessions[1].pool
    before = pool.used
    event(alice, "x")
    alice.call(CreateMutant("y", NAMED_OBJECTS))
    alice.call(CreateDirectory("d", NAMED_OBJECTS))
    alice.call(OpenProcessToken(-1))
    assert pool.used > before
    alice.exit()
    assert pool.used == before


def test_a_handle_of_another_process_means_nothing_here(world: World, alice: Program) -> None:
    event(alice)
    with pytest.raises(InvalidHandle):
        world.program(1, "alice").call(SetEvent(4))
