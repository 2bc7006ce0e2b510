"""Handles, lifetime, private namespaces and what can be asked of objects (nt-semantics 1.10, 1.11, 1.13-1.15)."""

import pytest

from ntsessions.abi.calls.desktop import GetThreadDesktop
from ntsessions.abi.calls.event import CreateEvent, OpenEvent, SetEvent
from ntsessions.abi.calls.job import CreateJob, IsProcessInJob
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant
from ntsessions.abi.calls.object import (
    Close,
    CompareObjects,
    CreatePrivateNamespace,
    DeletePrivateNamespace,
    DescribeObject,
    DuplicateObject,
    MakePermanent,
    MakeTemporary,
    OpenPrivateNamespace,
    QueryDirectory,
    QueryObject,
    SetHandleFlags,
    SetSecurity,
)
from ntsessions.abi.calls.process import OpenProcess, OpenThread, QueryProcess, QueryThread
from ntsessions.abi.calls.section import CreateSection, MapView, OpenSection
from ntsessions.abi.calls.token import OpenProcessToken, QueryToken
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.calls.window_station import GetProcessWindowStation
from ntsessions.abi.status import NtStatus as S
from tests.conformance.kinds import (
    CURRENT_PROCESS,
    CURRENT_THREAD,
    DELETE,
    FOR_EVERYONE,
    KINDS,
    PROCESS_TOKEN,
    SYNCHRONIZE,
    WAIT_ABANDONED,
    Kind,
    make,
    open_it,
    sddl,
    wait,
)
from tests.conformance.worlds import Program, World, create, opened

INHERIT, PROTECT_CLOSE, PERMANENT = 0x2, 0x1, 0x10
CLOSE_SOURCE, SAME_ACCESS, SAME_ATTRIBUTES = 1, 2, 4
PROCESS_DUP_HANDLE = 0x40
EVERYONE, USERS, ADMINISTRATORS = "S-1-1-0", "S-1-5-32-545", "S-1-5-32-544"


# -- 1.13 handles


def test_handles_are_multiples_of_4_from_4_on(world: World, alice: Program) -> None:
    """(1.13, value)"""
    assert [make(alice, "Event") for _ in range(3)] == [4, 8, 12]


@pytest.mark.parametrize("tag", [1, 2, 3])
def test_the_low_two_bits_of_a_handle_are_ignored(alice: Program, tag: int) -> None:
    """(1.13, value; 2.1, bad handle)"""
    handle = make(alice, "Event", None)
    assert alice.status(SetEvent(handle | tag)) == S.SUCCESS
    assert wait(alice, handle | tag) == 0
    assert alice.status(Close(handle | tag)) == S.SUCCESS


def test_the_pseudo_handles(alice: Program) -> None:
    """(1.13, pseudo)"""
    types = {-1: "Process", -2: "Thread", -4: "Token", -6: "Token"}
    for handle, type_name in types.items():
        assert alice.call(QueryObject(handle)).type == type_name
    assert alice.call(QueryProcess(CURRENT_PROCESS)).process_id == alice.pid
    assert alice.status(QueryObject(-5)) == S.INVALID_HANDLE  # the thread impersonates nobody
    assert alice.status(Close(-1)) == S.SUCCESS
    assert alice.status(QueryObject(-1)) == S.SUCCESS


@pytest.mark.parametrize("handle", [0, 0x7778, -3, -64])
def test_a_handle_that_is_none_is_error_6(alice: Program, handle: int) -> None:
    """(1.13, closed or bad handle)"""
    for call in (SetEvent(handle), Close(handle), WaitForObject(handle), QueryObject(handle)):
        assert alice.win32(call) == (None, 6)


def test_a_closed_handle_is_one_no_more_and_another_process_has_its_own(world: World, alice: Program) -> None:
    """(1.13; 0.4, rule 6: kernel handles are per process)"""
    handle = make(alice, "Event")
    assert world.program().win32(SetEvent(handle)) == (None, 6)
    alice.call(Close(handle))
    assert alice.win32(SetEvent(handle)) == (None, 6)


def test_a_protected_handle_is_closed_by_the_end_of_its_process_only(world: World, alice: Program) -> None:
    """(1.13, protect flag; protected handle at process exit)"""
    name = world.name("p")
    handle = make(alice, "Event", name, attributes=PROTECT_CLOSE)
    assert alice.win32(Close(handle)) == (None, 6)
    assert alice.status(Close(handle)) == S.HANDLE_NOT_CLOSABLE
    alice.call(SetHandleFlags(handle, inherit=False, protect=False))
    alice.call(SetHandleFlags(handle, inherit=False, protect=True))
    alice.exit()
    assert world.program().win32(opened(OpenEvent, name)) == (None, 2)


def test_the_flags_of_a_handle_are_told(alice: Program) -> None:
    """(1.13, inherit flag; 1.14, HandleFlag information)"""
    handle = make(alice, "Event", None, attributes=INHERIT)
    assert alice.call(QueryObject(handle)).attributes == INHERIT
    alice.call(SetHandleFlags(handle, inherit=False, protect=True))
    assert alice.call(QueryObject(handle)).attributes == PROTECT_CLOSE


def test_granted_access_is_frozen(world: World, alice: Program) -> None:
    """Closing an object down does not touch who has it open.  (1.13, granted access)"""
    name = world.name("e")
    handle = make(alice, "Event", name)
    alice.call(SetSecurity(handle, 4, sddl("D:")))
    assert alice.status(SetEvent(handle)) == S.SUCCESS
    assert alice.status(opened(OpenEvent, name)) == S.ACCESS_DENIED


def test_the_inherit_flag_is_set_although_the_object_existed(world: World, alice: Program) -> None:
    """(1.13 inheritance; 2.10, last row): the descriptor is ignored, the flag is not, and the error is 183."""
    name = world.name("e")
    make(alice, "Event", name)
    handle, error = alice.win32(create(CreateEvent, name, attributes=INHERIT, security=sddl("D:")))
    assert error == 183
    assert alice.call(QueryObject(handle)).attributes & INHERIT
    assert alice.status(opened(OpenEvent, name)) == S.SUCCESS


def test_a_child_inherits_handles_at_the_same_values(alice: Program) -> None:
    """Same value, same access, inheritable again; the others it does not have.  (1.13, inheritance)"""
    private = make(alice, "Event")
    shared = make(alice, "Event", None, attributes=INHERIT, desired_access=SYNCHRONIZE | 2)
    child = alice.start(inherit_handles=True).connect()
    told = child.call(QueryObject(shared))
    assert (told.granted_access, told.attributes & INHERIT) == (SYNCHRONIZE | 2, INHERIT)
    assert child.status(QueryObject(private)) == S.INVALID_HANDLE
    child.call(SetEvent(shared))
    assert wait(alice, shared) == 0
    assert make(child, "Event") > shared


def test_a_child_inherits_nothing_unless_asked(alice: Program) -> None:
    """(1.13, inheritance)"""
    handles = [make(alice, "Event", None, attributes=INHERIT) for _ in range(4)]
    child = alice.start().connect()
    own = [child.call(GetProcessWindowStation()), child.call(GetThreadDesktop())]  # what it is given at birth
    assert {child.status(QueryObject(handle)) for handle in handles if handle not in own} == {S.INVALID_HANDLE}


def test_a_list_restricts_what_is_inherited(alice: Program) -> None:
    """(1.13, PROC_THREAD_ATTRIBUTE_HANDLE_LIST)"""
    one, two = (make(alice, "Event", None, attributes=INHERIT) for _ in range(2))
    child = alice.start(inherit_handles=True, handle_list=(two,)).connect()
    assert child.status(QueryObject(one)) == S.INVALID_HANDLE
    assert child.status(QueryObject(two)) == S.SUCCESS


def test_handles_are_not_inherited_across_sessions(world: World, alice: Program) -> None:
    """(1.13; D.28: inheritance cannot cross sessions, duplication can)"""
    token = world.token(1, "alice", elevated=False)
    with pytest.raises(ValueError, match="INVALID_PARAMETER"):
        world.operator.start(token=token, inherit_handles=True)
    world.operator.call(Close(token))


def other_process(alice: Program, world: World) -> tuple[Program, int]:
    """Return another program of the same user, and a handle of alice's to its process."""
    second = world.program()
    return second, alice.call(OpenProcess(second.pid, PROCESS_DUP_HANDLE))


def test_a_handle_is_copied_into_another_process(world: World, alice: Program) -> None:
    """(1.13, DuplicateHandle)"""
    second, process = other_process(alice, world)
    handle = make(alice, "Event")
    copy = alice.call(DuplicateObject(CURRENT_PROCESS, handle, process))
    assert second.status(SetEvent(copy)) == S.SUCCESS
    back = alice.call(DuplicateObject(process, copy, CURRENT_PROCESS))
    assert alice.status(CompareObjects(handle, back)) == S.SUCCESS


def test_a_handle_is_copied_across_sessions(world: World, alice: Program, service: Program) -> None:
    """(1.13: works across sessions)"""
    process = service.call(OpenProcess(alice.pid, PROCESS_DUP_HANDLE))
    handle = make(service, "Event")
    assert alice.status(SetEvent(service.call(DuplicateObject(CURRENT_PROCESS, handle, process)))) == S.SUCCESS
    assert wait(service, handle) == 0


def test_copying_takes_the_right_on_both_processes(world: World, alice: Program) -> None:
    """PROCESS_DUP_HANDLE, implicit for -1.  (1.13)"""
    weak = alice.call(OpenProcess(alice.pid, 0x1000))
    handle = make(alice, "Event")
    for source, target in ((weak, CURRENT_PROCESS), (CURRENT_PROCESS, weak)):
        assert alice.status(DuplicateObject(source, handle, target)) == S.ACCESS_DENIED


DUPLICATES = [
    # desired access, options, status, access of the copy
    (0, SAME_ACCESS, S.SUCCESS, SYNCHRONIZE | 2),
    (2, 0, S.SUCCESS, 2),
    (0, 0, S.SUCCESS, 0),
    (0xFFFFFFFF, 0, S.ACCESS_DENIED, None),
    (0x8000, 0, S.ACCESS_DENIED, None),
    (1, 0, S.SUCCESS, 1),  # more than the source has, and the descriptor grants it
]


@pytest.mark.parametrize(("access", "options", "status", "granted"), DUPLICATES)
def test_the_access_of_a_copy(alice: Program, access: int, options: int, status: S, granted: int | None) -> None:
    """(1.13, DuplicateHandle)"""
    handle = make(alice, "Event", None, desired_access=SYNCHRONIZE | 2)
    call = DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS, access, 0, options)
    assert alice.status(call) == status
    if granted is not None:
        assert alice.call(QueryObject(alice.call(call))).granted_access == granted


def test_a_copy_gets_more_only_if_the_descriptor_grants_it(alice: Program) -> None:
    """(1.13: more access than the source)"""
    handle = make(alice, "Event", None, desired_access=SYNCHRONIZE, security=sddl("D:"))
    assert alice.status(DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS, 2, 0, 0)) == S.ACCESS_DENIED


def test_close_source_closes_it_even_when_the_copy_fails(world: World, alice: Program) -> None:
    """(1.13, DUPLICATE_CLOSE_SOURCE)"""
    handle = make(alice, "Event")
    call = DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS, 0xFFFFFFFF, 0, CLOSE_SOURCE)
    assert alice.status(call) == S.ACCESS_DENIED
    assert alice.status(QueryObject(handle)) == S.INVALID_HANDLE


def test_no_target_closes_the_source_only(world: World, alice: Program) -> None:
    """A handle in another process can be closed from afar.  (1.13: target process NULL)"""
    second, process = other_process(alice, world)
    handle = make(second, "Event")
    assert alice.status(DuplicateObject(process, handle, 0)) == S.INVALID_PARAMETER
    assert alice.call(DuplicateObject(process, handle, 0, options=CLOSE_SOURCE)) == 0
    assert second.status(QueryObject(handle)) == S.INVALID_HANDLE
    protected = make(second, "Event", None, attributes=PROTECT_CLOSE)
    assert alice.status(DuplicateObject(process, protected, 0, options=CLOSE_SOURCE)) == S.HANDLE_NOT_CLOSABLE


def test_a_copy_has_flags_of_its_own_unless_asked_for_the_same(alice: Program) -> None:
    """(1.13, options)"""
    handle = make(alice, "Event", None, attributes=INHERIT)
    for attributes, options, expected in ((0, 0, 0), (INHERIT, 0, INHERIT), (0, SAME_ATTRIBUTES, INHERIT)):
        call = DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS, 0, attributes, options | SAME_ACCESS)
        assert alice.call(QueryObject(alice.call(call))).attributes == expected
    assert alice.status(DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS, options=8)) == S.INVALID_PARAMETER


def test_pseudo_handles_become_real_ones_by_copying(alice: Program) -> None:
    """(1.13, pseudo)"""
    for pseudo in (CURRENT_PROCESS, CURRENT_THREAD):
        real = alice.call(DuplicateObject(CURRENT_PROCESS, pseudo, CURRENT_PROCESS))
        assert real > 0
        assert alice.status(CompareObjects(real, pseudo)) == S.SUCCESS


def test_a_process_that_has_ended_gives_and_takes_no_handles(world: World, alice: Program) -> None:
    """(1.13: source process exiting)"""
    second, process = other_process(alice, world)
    handle = make(alice, "Event")
    second.exit()
    for source, target in ((process, CURRENT_PROCESS), (CURRENT_PROCESS, process)):
        assert alice.win32(DuplicateObject(source, handle, target)) == (None, 5)
        assert alice.status(DuplicateObject(source, handle, target)) == S.PROCESS_IS_TERMINATING


# -- 1.11 lifetime


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.open is not None], ids=str)
def test_the_name_goes_with_the_last_handle(world: World, alice: Program, kind: Kind) -> None:
    """(1.11)"""
    name = world.name("n")
    first, second = make(alice, kind, name), open_it(alice, kind, name)
    assert kind.open is not None
    alice.call(Close(first))
    assert alice.status(opened(kind.open, name)) == S.SUCCESS
    third = open_it(alice, kind, name)
    for handle in range(4, third + 4, 4):
        alice.status(Close(handle))
    assert second
    assert alice.win32(opened(kind.open, name)) == (None, 2)
    assert alice.win32(create(kind.create, name, **kind.more)).last_error == 0


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_the_end_of_the_last_user_frees_the_name(world: World, alice: Program, how: str) -> None:
    """A crashed program does not keep its successor from starting.  (1.11, process exit)"""
    name = world.name("n")
    make(alice, "Mutant", name)
    getattr(alice, how)()
    assert world.program().win32(create(CreateMutant, name)).last_error == 0


def test_a_view_outlives_name_and_handle(world: World, alice: Program) -> None:
    """(1.11, the section example)"""
    name = world.name("s")
    handle = make(alice, "Section", name)
    view = alice.view(MapView(handle, 2)).memory
    view[:5] = b"alive"
    alice.call(Close(handle))
    assert alice.status(opened(OpenSection, name)) == S.OBJECT_NAME_NOT_FOUND
    fresh = alice.call(create(CreateSection, name, maximum_size=4096)).handle
    assert bytes(view[:5]) == b"alive"
    assert bytes(alice.view(MapView(fresh, 4)).memory[:5]) == bytes(5)


def test_an_object_that_is_waited_for_lives_on_without_its_name(world: World, alice: Program) -> None:
    """(1.11, last rule; 2.1, handle closed during wait)"""
    name = world.name("e")
    handle = make(alice, "Event", name)
    waiting = alice.thread().begin(WaitForObject(handle))
    assert not waiting.done
    alice.call(Close(handle))
    assert alice.win32(opened(OpenEvent, name)) == (None, 2)
    assert not waiting.done


def test_a_permanent_name_takes_a_privilege_and_stays(world: World, alice: Program, service: Program) -> None:
    """(1.11, permanent)"""
    name = world.name("p")
    assert alice.win32(create(CreateEvent, name, attributes=PERMANENT)) == (None, 1314)
    assert alice.win32(MakePermanent(make(alice, "Event", name))) == (None, 1314)
    handle = make(service, "Event", name, attributes=PERMANENT)
    assert service.call(QueryObject(handle)).attributes & PERMANENT
    service.call(Close(handle))
    handle = open_it(service, "Event", name)
    for _ in range(2):  # it is idempotent
        assert service.status(MakeTemporary(handle)) == S.SUCCESS
    service.call(Close(handle))
    assert service.win32(opened(OpenEvent, name)) == (None, 2)


def test_make_permanent_keeps_a_name_that_was_temporary(world: World, service: Program) -> None:
    """(1.11)"""
    name = world.name("p")
    handle = make(service, "Event", name)
    service.call(MakePermanent(handle))
    service.call(Close(handle))
    weak = open_it(service, "Event", name, desired_access=SYNCHRONIZE)
    assert service.status(MakeTemporary(weak)) == S.ACCESS_DENIED
    assert service.status(MakeTemporary(open_it(service, "Event", name, desired_access=DELETE))) == S.SUCCESS


def test_the_mutex_of_a_dead_owner_stays_while_others_have_it(world: World, alice: Program) -> None:
    """(1.11; 2.4, process kill)"""
    name = world.name("m")
    handle = make(alice, "Mutant", name)
    owner = world.program()
    assert owner.call(create(CreateMutant, name)).existed
    assert wait(owner, open_it(owner, "Mutant", name)) == 0
    owner.kill()
    assert wait(alice, handle, -1) == WAIT_ABANDONED


# -- 1.10 private namespaces


def test_a_private_namespace_is_found_by_an_equal_boundary(world: World, alice: Program) -> None:
    """(1.10)"""
    b = world.name("b")
    root = alice.call(CreatePrivateNamespace(b, (EVERYONE, USERS), alias="a"))
    make(alice, "Mutant", "m", root=root)
    again = alice.call(OpenPrivateNamespace(b, (EVERYONE, USERS), alias="a"))
    assert alice.status(OpenMutant("m", again)) == S.SUCCESS


@pytest.mark.parametrize(
    "change", [{"boundary_name": "other"}, {"sids": (EVERYONE,)}, {"alias": "b"}, {"integrity": 0x1000}]
)
def test_another_boundary_or_alias_is_another_namespace(world: World, alice: Program, change: dict[str, str]) -> None:
    """Defence against name squatting.  (1.10)"""
    fields = {"boundary_name": world.name("b"), "sids": (EVERYONE, USERS), "alias": "a"}
    alice.call(CreatePrivateNamespace(**fields))  # type: ignore[arg-type]
    assert alice.status(OpenPrivateNamespace(**fields | change)) == S.OBJECT_NAME_NOT_FOUND  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sids", "integrity", "error"),
    [
        ((), None, 87),
        ((ADMINISTRATORS,), None, 5),
        ((EVERYONE, "S-1-5-18"), None, 5),
        ((EVERYONE,), 0x3000, 5),
        ((EVERYONE,), 0x2000, 0),
        (("no SID",), None, 1337),
    ],
)
def test_the_creator_stands_inside_the_boundary(
    world: World, alice: Program, sids: tuple[str, ...], integrity: int | None, error: int
) -> None:
    """(1.10)"""
    assert alice.win32(CreatePrivateNamespace(world.name("b"), sids, integrity)).last_error == error


def test_a_namespace_that_exists_is_not_created(world: World, alice: Program) -> None:
    """(1.10: 183, unlike other creates)"""
    b = world.name("b")
    alice.call(CreatePrivateNamespace(b, (EVERYONE,)))
    assert alice.win32(CreatePrivateNamespace(b, (EVERYONE,))) == (None, 183)
    assert alice.win32(OpenPrivateNamespace(world.name("b"), (EVERYONE,))) == (None, 2)


def test_membership_is_not_asked_for_when_opening_but_security_is(world: World, alice: Program) -> None:
    """(1.10)"""
    administrator = world.administrator()
    open_, closed = world.name("open"), world.name("closed")
    administrator.call(CreatePrivateNamespace(open_, (ADMINISTRATORS,), security=FOR_EVERYONE))
    administrator.call(CreatePrivateNamespace(closed, (ADMINISTRATORS,)))
    assert alice.status(OpenPrivateNamespace(open_, (ADMINISTRATORS,))) == S.SUCCESS
    assert alice.win32(OpenPrivateNamespace(closed, (ADMINISTRATORS,))) == (None, 5)


def test_a_namespace_needs_no_privilege_even_for_sections_and_spans_sessions(world: World, alice: Program) -> None:
    """(1.10, last rules)"""
    b = world.name("b")
    root = alice.call(CreatePrivateNamespace(b, (EVERYONE,), security=FOR_EVERYONE))
    make(alice, "Section", "s", root=root, security=FOR_EVERYONE)
    bob = world.program(2, "bob")
    assert bob.status(OpenSection("s", bob.call(OpenPrivateNamespace(b, (EVERYONE,))))) == S.SUCCESS


def test_a_destroyed_namespace_leaves_its_objects_to_who_has_them(world: World, alice: Program) -> None:
    """(1.10, PRIVATE_NAMESPACE_FLAG_DESTROY)"""
    b = world.name("b")
    root = alice.call(CreatePrivateNamespace(b, (EVERYONE,)))
    event = make(alice, "Event", "e", root=root)
    alice.call(DeletePrivateNamespace(root))
    assert alice.status(SetEvent(event)) == S.SUCCESS
    assert alice.win32(OpenEvent("e", root)) == (None, 2)
    assert alice.win32(OpenPrivateNamespace(b, (EVERYONE,))) == (None, 2)
    assert alice.status(DeletePrivateNamespace(root)) == S.INVALID_PARAMETER


# -- 1.14 queries


def test_a_fresh_event_has_one_handle_and_no_name(alice: Program) -> None:
    """(1.14)"""
    handle = make(alice, "Event", None)
    told = alice.call(QueryObject(handle))
    assert (told.type, told.name, told.handle_count, told.pointer_count) == ("Event", "", 1, 1)
    alice.call(DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS))
    assert alice.call(QueryObject(handle)).handle_count == 2


def test_processes_threads_and_tokens_have_no_name(alice: Program) -> None:
    """(1.14, name forms)"""
    assert [alice.call(QueryObject(handle)).name for handle in (-1, -2, -4)] == ["", "", ""]


def test_a_link_tells_when_it_was_made_and_an_event_does_not(world: World, alice: Program) -> None:
    """(1.14: CreationTime only for symlinks)"""
    link, event = make(alice, "SymbolicLink", world.name("l")), make(alice, "Event", world.name("e"))
    assert alice.call(QueryObject(link)).creation_time > 0
    assert alice.call(QueryObject(event)).creation_time == 0


def test_comparing_needs_no_access(world: World, alice: Program) -> None:
    """(1.14, NtCompareObjects)"""
    name = world.name("e")
    one = make(alice, "Event", name)
    same = open_it(alice, "Event", name, desired_access=SYNCHRONIZE)
    weak = make(alice, "Event", None, desired_access=0)
    assert alice.win32(CompareObjects(one, same)) == (None, 0)
    assert alice.win32(CompareObjects(one, weak)) == (None, 1656)
    assert alice.win32(CompareObjects(one, 0x7778)) == (None, 6)


def test_a_directory_is_listed_in_parts_and_needs_the_right(world: World, alice: Program) -> None:
    """(1.14, NtQueryDirectoryObject): the context counts entries; past the end there is nothing."""
    d = world.name("D")
    handle = make(alice, "Directory", d)
    assert alice.call(QueryDirectory(handle)).entries == ()
    for name in ("a", "b"):
        make(alice, "Event", name, root=handle)
    listing = alice.call(QueryDirectory(handle))
    assert [(entry.name, entry.type) for entry in listing.entries] == [("a", "Event"), ("b", "Event")]
    assert listing.context == 0
    assert [entry.name for entry in alice.call(QueryDirectory(handle, 1)).entries] == ["b"]
    assert alice.call(QueryDirectory(handle, 99)).entries == ()
    weak = open_it(alice, "Directory", d, desired_access=0x2)
    assert alice.status(QueryDirectory(weak)) == S.ACCESS_DENIED


def test_a_long_directory_comes_in_several_answers(world: World, alice: Program) -> None:
    """(1.14, MORE_ENTRIES)"""
    handle = make(alice, "Directory", world.name("D"))
    names = [f"e{number}" for number in range(600)]
    for name in names:
        make(alice, "Event", name, root=handle)
    found, context = [], 0
    while True:
        listing = alice.call(QueryDirectory(handle, context))
        found += [entry.name for entry in listing.entries]
        context = listing.context
        if not context:
            break
    assert found == names


def test_an_object_tells_who_holds_and_awaits_it(world: World, alice: Program) -> None:
    """(ours: `nts object show`)"""
    name = world.name("m")
    handle = make(alice, "Mutant", name, initial_owner=True)
    second = world.program()
    theirs = open_it(second, "Mutant", name)
    waiting = second.begin(WaitForObject(theirs))
    assert not waiting.done
    told = alice.call(DescribeObject(name, -16))
    assert {(one.process_id, one.handle) for one in told.holders} == {(alice.pid, handle), (second.pid, theirs)}
    assert told.waiters == (f"{second.pid}.{second.thread_id}",)


# -- 1.15 generic mappings

MAPPINGS = {
    # type: READ, WRITE, EXECUTE, ALL
    "Event": (0x20001, 0x20002, 0x120000, 0x1F0003),
    "Mutant": (0x20001, 0x20000, 0x120000, 0x1F0001),
    "Semaphore": (0x20001, 0x20002, 0x120000, 0x1F0003),
    "Timer": (0x20001, 0x20002, 0x120000, 0x1F0003),
    "Section": (0x20005, 0x20002, 0x20008, 0xF001F),
    "Job": (0x20004, 0x2000B, 0x120000, 0x1F003F),
    "Directory": (0x20003, 0x2000C, 0x20003, 0xF000F),
    "SymbolicLink": (0x20001, 0x20000, 0x20001, 0xFFFFF),
    "IoCompletion": (0x20001, 0x20002, 0x120000, 0x1F0003),
}
GENERICS = (0x80000000, 0x40000000, 0x20000000, 0x10000000)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_the_generic_rights_mean(world: World, alice: Program, kind: Kind) -> None:
    """(1.15, a row per type)"""
    name = world.name("g")
    make(alice, kind, name)
    for generic, meant in zip(GENERICS, MAPPINGS[kind.name], strict=True):
        call = create(kind.create, name, desired_access=generic, **kind.more)
        assert alice.call(QueryObject(alice.call(call).handle)).granted_access == meant, hex(generic)
        fresh = make(alice, kind, None, desired_access=generic)
        assert alice.call(QueryObject(fresh)).granted_access == meant, hex(generic)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("Process", (0x20410, 0x20BEA, 0x121001, 0x1FFFFF)),
        ("Thread", (0x20048, 0x20437, 0x121800, 0x1FFFFF)),
        ("Token", (0x2001A, 0x201E0, 0x20005, 0xF01FF)),
    ],
)
def test_what_the_generic_rights_mean_for_processes_threads_and_tokens(
    alice: Program, kind: str, row: tuple[int, ...]
) -> None:
    """(1.15; the right to query everything brings the lesser one along)"""
    brings = {"Process": (0x400, 0x1000), "Thread": (0x40, 0x800), "Token": (0, 0)}[kind]
    for generic, mapped in zip(GENERICS, row, strict=True):
        meant = mapped | brings[1] if mapped & brings[0] else mapped
        call = {
            "Process": OpenProcess(alice.pid, generic),
            "Thread": OpenThread(alice.thread_id, generic),
            "Token": OpenProcessToken(CURRENT_PROCESS, generic),
        }[kind]
        assert alice.call(QueryObject(alice.call(call))).granted_access == meant, hex(generic)


@pytest.mark.parametrize("kind", ["Process", "Thread"])
def test_who_may_query_everything_may_query_the_limited_part(alice: Program, kind: str) -> None:
    """Scripts open with PROCESS_QUERY_INFORMATION and ask for the exit code.  (Microsoft, process security and access
    rights: the right is granted automatically; nt-semantics does not say it)"""
    if kind == "Process":
        assert alice.status(QueryProcess(alice.call(OpenProcess(alice.pid, 0x400)))) == S.SUCCESS
    else:
        assert alice.status(QueryThread(alice.call(OpenThread(alice.thread_id, 0x40)))) == S.SUCCESS


def test_the_single_bits_of_a_mutex(world: World, alice: Program) -> None:
    """(1.15, mutex probe): only its own bit, the standard rights, MAXIMUM_ALLOWED and the generic ones."""
    name = world.name("m")
    make(alice, "Mutant", name)
    legal = {0x1, *(1 << bit for bit in range(16, 21)), 1 << 25, *(1 << bit for bit in range(28, 32))}
    for bit in range(32):
        expected = S.SUCCESS if 1 << bit in legal else S.ACCESS_DENIED
        if bit == 24:
            expected = S.PRIVILEGE_NOT_HELD
        assert alice.status(opened(OpenMutant, name, 1 << bit)) == expected, hex(1 << bit)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_access_system_security_takes_a_privilege(world: World, alice: Program, kind: Kind) -> None:
    """(1.15)"""
    name = world.name("s")
    assert alice.win32(create(kind.create, name, desired_access=0x01000000, **kind.more)) == (None, 1314)
    make(alice, kind, name)
    if kind.open is not None:
        assert alice.win32(opened(kind.open, name, 0x01000000)) == (None, 1314)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_maximum_allowed_is_what_the_list_allows(world: World, alice: Program, kind: Kind) -> None:
    """(1.15)"""
    if kind.open is None:
        return
    name = rf"Global\{world.name('x')}"
    service = world.service()
    service.call(create(kind.create, name, security=sddl("D:(A;;0x20001;;;WD)(A;;GA;;;SY)"), **kind.more))
    handle = alice.call(opened(kind.open, name, 0x02000000))
    assert alice.call(QueryObject(handle)).granted_access == 0x20001
    assert alice.status(opened(kind.open, name, 0x02000000 | 0x40000)) == S.ACCESS_DENIED


def test_the_token_pseudo_handle_is_for_looking(alice: Program) -> None:
    """(1.13, pseudo)"""
    assert alice.call(QueryToken(PROCESS_TOKEN)).user == alice.identity.user_sid
    assert alice.call(QueryObject(PROCESS_TOKEN)).granted_access == 0x18


def test_a_job_handle_tells_who_is_in_it(alice: Program) -> None:
    """(2.7)"""
    job = alice.call(CreateJob()).handle
    assert not alice.call(IsProcessInJob(CURRENT_PROCESS, job))
