"""Sections and jobs (nt-semantics 2.6, 2.7)."""

from typing import Any

import pytest

from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.job import (
    AssignProcess,
    AssociateJobPort,
    CreateIoCompletion,
    CreateJob,
    IsProcessInJob,
    JobLimits,
    OpenJob,
    QueryJob,
    RemoveIoCompletion,
    SetJobLimits,
    TerminateJob,
)
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess, TerminateProcess
from ntsessions.abi.calls.section import CreateSection, MapView, QuerySection
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus as S
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import CURRENT_PROCESS, FOR_EVERYONE, WAIT_TIMEOUT, make, open_it, wait
from tests.conformance.worlds import Program, Started, World, create, opened, ticks

READONLY, READWRITE, WRITECOPY, EXECUTE_READ, EXECUTE_READWRITE = 2, 4, 8, 0x20, 0x40
COPY, WRITE, READ, EXECUTE = 1, 2, 4, 0x20
MAP_WRITE, MAP_READ = 2, 4
RESERVE, COMMIT, NOCACHE, WRITECOMBINE = 0x4000000, 0x8000000, 0x10000000, 0x40000000
IMAGE, FILE, LARGE_PAGES = 0x1000000, 0x800000, 0x80000000
KIB64 = 0x10000
ENDLESS = -1


def memory(program: Program, size: int = 4096, protection: int = READWRITE, allocation: int = COMMIT) -> int:
    return program.call(CreateSection(maximum_size=size, protection=protection, allocation=allocation)).handle


# -- 2.6 sections: creation


def test_memory_has_a_size_and_is_zero(alice: Program) -> None:
    """(2.6, creation rules)"""
    assert alice.win32(CreateSection()) == (None, 87)
    handle = memory(alice, 5000)
    told = alice.call(QuerySection(handle))
    assert (told.size, told.attributes) == (8192, COMMIT)
    assert bytes(alice.view(MapView(handle, READ)).memory[:8192]) == bytes(8192)


ALLOCATIONS = [
    (RESERVE, 0), (RESERVE | NOCACHE, 0), (RESERVE | WRITECOMBINE, 0), (COMMIT, 0), (COMMIT | NOCACHE, 0),
    (COMMIT | WRITECOMBINE, 0), (0, 0), (RESERVE | COMMIT, 87), (NOCACHE, 87), (LARGE_PAGES, 87), (WRITECOMBINE, 87),
    (FILE, 87), (FILE | COMMIT, 87), (IMAGE | RESERVE, 87), (IMAGE | COMMIT, 87), (IMAGE | LARGE_PAGES, 87),
    (IMAGE | WRITECOMBINE, 87), (IMAGE, 193), (IMAGE | NOCACHE, 193), (LARGE_PAGES | COMMIT, 1314),
]  # fmt: skip


@pytest.mark.parametrize(("allocation", "error"), ALLOCATIONS)
def test_which_allocation_flags_are_legal(alice: Program, allocation: int, error: int) -> None:
    """(2.6, flag legality)"""
    call = CreateSection(maximum_size=4096, allocation=allocation)
    assert alice.win32(call).last_error == error
    if not error:
        assert alice.call(QuerySection(alice.call(call).handle)).attributes == (allocation or COMMIT)


@pytest.mark.parametrize("protection", [0, 1, 3, 0x100, READWRITE | 0x100])
def test_which_protections_there_are_not(alice: Program, protection: int) -> None:
    """(2.6: PAGE_NOACCESS)"""
    assert alice.win32(CreateSection(maximum_size=1, protection=protection)) == (None, 87)


def test_a_section_is_not_larger_than_everything(alice: Program) -> None:
    """(2.6)"""
    assert alice.win32(CreateSection(maximum_size=1 << 60)) == (None, 8)


FILES = [
    # size of the file, size asked for, protection, readable, writable, error
    (5000, 0, READWRITE, True, True, 0),
    (0, 0, READWRITE, True, True, 1006),
    (5000, 9000, READWRITE, True, True, 0),
    (5000, 9000, READONLY, True, True, 8),
    (5000, 0, READWRITE, True, False, 5),
    (5000, 0, READONLY, True, False, 0),
    (5000, 0, WRITECOPY, True, False, 0),
    (5000, 0, READONLY, False, True, 5),
    (5000, 0, READWRITE, False, True, 5),
    (5000, 0, WRITECOPY, False, True, 5),
]


@pytest.mark.parametrize(("size", "asked", "protection", "readable", "writable", "error"), FILES)
def test_a_section_of_a_file(
    world: World, alice: Program, size: int, asked: int, protection: int, *, readable: bool, writable: bool, error: int
) -> None:
    """(2.6, creation rules for hFile)"""
    call = CreateSection(maximum_size=asked, protection=protection, has_file=True)
    file = world.file(size, readable=readable, writable=writable)
    if error:
        with pytest.raises(NtError) as failed:
            alice.call(call, file)
        assert failed.value.win32 == error
    else:
        told = alice.call(QuerySection(alice.call(call, file).handle))
        assert (told.size, told.attributes) == (asked or size, FILE)


def test_what_is_no_file_makes_no_section(world: World, alice: Program) -> None:
    """(2.6)"""
    assert alice.status(CreateSection(has_file=True), world.file(0, regular=False)) == S.INVALID_FILE_FOR_SECTION
    assert alice.status(CreateSection(has_file=True)) == S.INVALID_PARAMETER


def test_an_existing_section_is_opened_as_it_is(world: World, alice: Program) -> None:
    """183; size and protection are ignored.  (2.6, existing name)"""
    name = world.name("s")
    make(alice, "Section", name, maximum_size=4096)
    handle, error = alice.win32(create(CreateSection, name, maximum_size=1 << 20, protection=READONLY))
    assert error == 183
    told = alice.call(QuerySection(handle))
    assert (told.size, told.protection) == (4096, READWRITE)


# -- 2.6 sections: views


@pytest.mark.parametrize(
    ("offset", "size", "error"),
    [
        (0, 0, 0),
        (KIB64, 0, 0),
        (KIB64, KIB64, 0),
        (0, 2 * KIB64, 0),
        (1, 0, 1132),
        (4096, 0, 1132),
        (0, 2 * KIB64 + 1, 5),
        (KIB64, KIB64 + 1, 5),
        (2 * KIB64, 0, 5),
    ],
)
def test_where_a_view_may_begin_and_end(alice: Program, offset: int, size: int, error: int) -> None:
    """(2.6, views)"""
    handle = memory(alice, 2 * KIB64)
    call = MapView(handle, READ, offset, size)
    if error:
        assert alice.win32(call) == (None, error)
    else:
        grant = alice.view(call).grant
        assert (grant.offset, grant.size) == (offset, size or 2 * KIB64 - offset)


VIEWS = [
    # protection of the section, access of the view, legal
    (READWRITE, READ, True), (READWRITE, WRITE, True), (READWRITE, COPY, True), (READWRITE, 0, True),
    (READONLY, READ, True), (READONLY, COPY, True), (READONLY, 0, True), (READONLY, WRITE, False),
    (WRITECOPY, READ, True), (WRITECOPY, COPY, True), (WRITECOPY, WRITE, False),
    (READWRITE, READ | EXECUTE, False), (EXECUTE_READ, READ | EXECUTE, True),
    (EXECUTE_READWRITE, WRITE | EXECUTE, True), (EXECUTE_READ, WRITE, False),
]  # fmt: skip


@pytest.mark.parametrize(("protection", "access", "legal"), VIEWS)
def test_which_views_a_protection_allows(alice: Program, protection: int, access: int, *, legal: bool) -> None:
    """(2.6, views: FILE_MAP_WRITE on READONLY or WRITECOPY)"""
    handle = alice.call(CreateSection(maximum_size=4096, protection=protection, desired_access=0xF001F)).handle
    if legal:
        alice.view(MapView(handle, access))
    else:
        assert alice.status(MapView(handle, access)) == S.SECTION_PROTECTION


@pytest.mark.parametrize(
    ("held", "access", "error"),
    [
        (MAP_READ, READ, 0),
        (MAP_READ, COPY, 0),
        (MAP_READ, WRITE, 5),
        (MAP_WRITE, READ, 5),
        (MAP_WRITE, WRITE, 0),
        (1, READ, 5),
    ],
)
def test_which_views_a_handle_allows(world: World, alice: Program, held: int, access: int, error: int) -> None:
    """(2.6, views: handle opened FILE_MAP_READ or FILE_MAP_WRITE)"""
    name = world.name("s")
    make(alice, "Section", name)
    handle = open_it(alice, "Section", name, desired_access=held)
    if error:
        assert alice.win32(MapView(handle, access)) == (None, error)
    else:
        alice.view(MapView(handle, access))


def test_unknown_bits_of_a_view_are_refused(alice: Program) -> None:
    """(2.6, FILE_MAP_)"""
    assert alice.win32(MapView(memory(alice), 0x100)) == (None, 87)


def test_asking_a_section_takes_query(world: World, alice: Program) -> None:
    """(2.6, SECTION_BASIC_INFORMATION)"""
    handle = make(alice, "Section", None, desired_access=MAP_READ)
    assert alice.win32(QuerySection(handle)) == (None, 5)


def test_views_are_coherent_across_processes_and_sessions(world: World, alice: Program, service: Program) -> None:
    """(2.6, views)"""
    name = rf"Global\{world.name('s')}"
    handle = service.call(create(CreateSection, name, maximum_size=4096, security=FOR_EVERYONE)).handle
    written = service.view(MapView(handle, WRITE)).memory
    bob = world.program(2, "bob")
    views = [program.view(MapView(open_it(program, "Section", name), READ)).memory for program in (alice, bob)]
    written[10:15] = b"lunch"
    assert [bytes(view[10:15]) for view in views] == [b"lunch", b"lunch"]


def test_a_view_for_reading_cannot_be_written_and_a_copy_is_private(alice: Program) -> None:
    """The kernel enforces it, not the client.  (2.6, views)"""
    handle = memory(alice)
    shared = alice.view(MapView(handle, WRITE)).memory
    shared[:4] = b"true"
    with pytest.raises(TypeError):
        alice.view(MapView(handle, READ)).memory[:4] = b"torn"
    private = alice.view(MapView(handle, COPY)).memory
    private[:4] = b"mine"
    assert bytes(shared[:4]) == b"true"


# -- 2.7 jobs


def job(program: Program, **limits: int) -> int:
    handle = program.call(CreateJob()).handle
    if limits:
        program.call(SetJobLimits(handle, JobLimits(**limits)))
    return handle


def member(program: Program, *jobs: int) -> Started:
    started = program.start(jobs=jobs)
    started.connect()
    return started


def test_assigning_takes_rights_on_job_and_process(world: World, alice: Program) -> None:
    """ASSIGN_PROCESS; PROCESS_SET_QUOTA and PROCESS_TERMINATE.  (2.7, membership)"""
    second = world.program()
    weak_job = make(alice, "Job", None, desired_access=0x1E)
    weak_process = alice.call(OpenProcess(second.pid, 0x1 | 0x1000))
    process = alice.call(OpenProcess(second.pid, 0x101))
    assert alice.win32(AssignProcess(weak_job, process)) == (None, 5)
    assert alice.win32(AssignProcess(job(alice), weak_process)) == (None, 5)
    assert alice.win32(AssignProcess(job(alice), process)) == (None, 0)


def test_the_same_job_twice_is_no_error(world: World, alice: Program) -> None:
    """(2.7)"""
    process = alice.call(OpenProcess(world.program().pid))
    handle = job(alice)
    assert [alice.status(AssignProcess(handle, process)) for _ in range(2)] == [S.SUCCESS] * 2
    assert alice.call(QueryJob(handle)).total_processes == 1


def test_children_are_in_the_job_of_their_parent(alice: Program) -> None:
    """(2.7, children inherit)"""
    outer = job(alice)
    parent = alice.start(jobs=(outer,)).connect()
    child = parent.start().connect()
    assert parent.call(IsProcessInJob(CURRENT_PROCESS))
    assert child.call(IsProcessInJob(CURRENT_PROCESS))
    assert set(alice.call(QueryJob(outer)).process_ids) == {parent.pid, child.pid}


def test_what_a_member_forks_is_in_its_jobs(alice: Program) -> None:
    """Linux's way to make a child counts as NT's does.  (2.7, children inherit)"""
    outer, inner = job(alice), job(alice)
    parent = alice.start(jobs=(outer, inner)).connect()
    forked = parent.fork().connect()
    child = forked.start().connect()
    for one in (forked, child):
        assert one.call(IsProcessInJob(CURRENT_PROCESS))
        process = alice.call(OpenProcess(one.pid))
        assert [alice.call(IsProcessInJob(process, handle)) for handle in (outer, inner)] == [True, True]
    assert set(alice.call(QueryJob(outer)).process_ids) == {parent.pid, forked.pid, child.pid}


def test_an_orphan_is_in_the_job_that_it_was_born_in(world: World, alice: Program) -> None:
    """Its group tells.  Where this machine has none nothing does, as IsProcessInJob declares.  (2.7; ours)"""
    handle = job(alice)
    parent = alice.start(jobs=(handle,)).connect()
    orphan = parent.fork()
    parent.exit()
    has_groups = world.operator.call(QueryHost()).process_groups.startswith("v")
    assert orphan.connect().call(IsProcessInJob(CURRENT_PROCESS)) == has_groups


def test_a_fork_beyond_the_limit_of_active_processes_is_ended(alice: Program) -> None:
    """NT would not have made it; Linux has, and so it ends as one that is assigned.  (2.7, ACTIVE_PROCESS; ours)"""
    handle, port = job(alice, flags=0x8, active_process_limit=1), alice.call(CreateIoCompletion()).handle
    parent = alice.start(jobs=(handle,)).connect()
    alice.call(AssociateJobPort(handle, port))
    messages(alice, port, 1)
    with pytest.raises(ConnectionResetError):
        parent.fork().connect()
    assert messages(alice, port, 1) == [(0, MESSAGES["limit"], 0)]
    assert alice.call(QueryJob(handle)).terminated_processes == 1
    assert parent.call(IsProcessInJob(CURRENT_PROCESS))


def test_a_fork_does_not_break_away(alice: Program) -> None:
    """The kernel keeps it in the job's group, whatever the limits say: SetJobLimits declares it.  (2.7; ours)"""
    parent = alice.start(jobs=(job(alice, flags=0x1000),)).connect()
    forked = parent.fork().connect()
    assert forked.call(IsProcessInJob(CURRENT_PROCESS))
    assert not forked.start().connect().call(IsProcessInJob(CURRENT_PROCESS))


BREAKAWAYS = [
    # limit flags of the job, asked to break away, status, child is in the job
    (0, False, S.SUCCESS, True),
    (0, True, S.ACCESS_DENIED, None),
    (0x800, False, S.SUCCESS, True),
    (0x800, True, S.SUCCESS, False),
    (0x1000, False, S.SUCCESS, False),
    (0x1000, True, S.SUCCESS, False),
]


@pytest.mark.parametrize(("flags", "asked", "status", "inside"), BREAKAWAYS)
def test_breaking_away(alice: Program, flags: int, status: S, *, asked: bool, inside: bool | None) -> None:
    """(2.7, breakaway)"""
    parent = alice.start(jobs=(job(alice, flags=flags),)).connect()
    creation = 0x01000000 if asked else 0
    if status:
        assert parent.status(CreateProcess(("/bin/true",), flags=creation)) == status
    else:
        child = parent.start(flags=creation).connect()
        assert child.call(IsProcessInJob(CURRENT_PROCESS)) == inside


def test_jobs_nest(world: World, alice: Program) -> None:
    """A job that is empty goes below those the process is in; the outer one has all.  (2.7, Win8+)"""
    outer, inner = job(alice), job(alice)
    child = member(alice, outer)
    alice.call(AssignProcess(inner, child.created.process))
    for handle in (outer, inner):
        assert alice.call(IsProcessInJob(child.created.process, handle))
    busy = job(alice)
    member(alice, busy)
    assert alice.win32(AssignProcess(busy, child.created.process)) == (None, 5)


def test_jobs_with_restrictions_of_the_desktop_do_not_nest(alice: Program) -> None:
    """(2.7: neither has UI limits)"""
    outer, inner = job(alice), job(alice)
    alice.call(SetJobLimits(inner, ui_restrictions=1))
    child = member(alice, outer)
    assert alice.win32(AssignProcess(inner, child.created.process)) == (None, 5)


@pytest.mark.parametrize("profile", ["xp", "server2003", "vista"])
@pytest.mark.in_process("four daemons are tested in test_sessions; this rule is the same code")
def test_before_windows_8_a_process_has_one_job(world: World, profile: str) -> None:
    """(2.7)"""
    alice = InProcessWorld(profile).program(0 if profile != "vista" else 1)
    child = member(alice, job(alice))
    assert alice.win32(AssignProcess(job(alice), child.created.process)) == (None, 5)


def test_membership_outlives_the_process(alice: Program) -> None:
    """(2.7, IsProcessInJob)"""
    handle = job(alice)
    child = member(alice, handle)
    child.exit(3)
    assert alice.call(IsProcessInJob(child.created.process, handle))
    assert alice.call(IsProcessInJob(child.created.process))
    assert alice.call(QueryProcess(child.created.process)).exit_status == 3


LIMITS: list[tuple[dict[str, int], bool, int]] = [
    ({"flags": 0x8, "active_process_limit": 3}, False, 0),
    ({"flags": 0x8}, False, 87),
    ({"flags": 0x1, "minimum_working_set_size": 4096, "maximum_working_set_size": 8192}, False, 0),
    ({"flags": 0x1, "minimum_working_set_size": 4096}, False, 87),
    ({"flags": 0x2, "process_user_time_limit": 1}, False, 0),
    ({"flags": 0x4, "job_user_time_limit": 1}, False, 0),
    ({"flags": 0x10, "affinity": 1}, False, 0),
    ({"flags": 0x20, "priority_class": 0x20}, False, 0),
    ({"flags": 0x20, "priority_class": 3}, False, 87),
    ({"flags": 0x40}, False, 0),
    ({"flags": 0x44}, False, 87),
    ({"flags": 0x80, "scheduling_class": 9}, False, 0),
    ({"flags": 0x80, "scheduling_class": 10}, False, 87),
    ({"flags": 0x100, "process_memory_limit": 1 << 30}, False, 87),
    ({"flags": 0x100, "process_memory_limit": 1 << 30}, True, 0),
    ({"flags": 0x200, "job_memory_limit": 1 << 30}, True, 0),
    ({"flags": 0x200}, True, 87),
    ({"flags": 0x400}, True, 0),
    ({"flags": 0x800}, False, 87),
    ({"flags": 0x800}, True, 0),
    ({"flags": 0x1000}, True, 0),
    ({"flags": 0x2000}, False, 87),
    ({"flags": 0x2000}, True, 0),
    ({"flags": 0x4000}, True, 0),
    ({"flags": 0x8000}, True, 0),
    ({"flags": 0x10000}, True, 87),
]


@pytest.mark.parametrize(("limits", "extended", "error"), LIMITS)
def test_which_limits_can_be_set(alice: Program, limits: dict[str, int], error: int, *, extended: bool) -> None:
    """(2.7, limits): flags above 0xFF take the extended structure."""
    handle = job(alice)
    assert alice.win32(SetJobLimits(handle, JobLimits(**limits), extended)).last_error == error
    told = alice.call(QueryJob(handle)).limits
    assert told.flags == (0 if error else limits["flags"])


def test_the_limit_of_active_processes(alice: Program) -> None:
    """A start beyond it fails with 1816; a process that is assigned beyond it is ended.  (2.7, ACTIVE_PROCESS)"""
    handle = job(alice, flags=0x8, active_process_limit=1)
    member(alice, handle)
    assert alice.win32(CreateProcess(("/bin/true",), jobs=(handle,))) == (None, 1816)
    other = alice.start()
    other.connect()
    assert alice.win32(AssignProcess(handle, other.created.process)) == (None, 1816)
    assert wait(alice, other.created.process, ENDLESS) == 0
    told = alice.call(QueryJob(handle))
    assert (told.active_processes, told.terminated_processes) == (1, 1)


def test_what_a_job_tells_of_its_processes(alice: Program) -> None:
    """Ever assigned, active, ended by a limit (0 after TerminateJobObject).  (2.7, query)"""
    handle = job(alice)
    one, two = member(alice, handle), member(alice, handle)
    one.exit(0)
    told = alice.call(QueryJob(handle))
    assert (told.total_processes, told.process_ids) == (2, (two.created.process_id,))
    alice.call(TerminateJob(handle, 9))
    assert wait(alice, two.created.process, ENDLESS) == 0
    told = alice.call(QueryJob(handle))
    assert (told.total_processes, told.active_processes, told.terminated_processes) == (2, 0, 0)


def test_without_a_handle_the_caller_s_own_job_is_asked(alice: Program) -> None:
    """(2.7: hJob NULL)"""
    outer = job(alice, flags=0x800)
    child = alice.start(jobs=(outer,)).connect()
    assert child.call(QueryJob()).limits.flags == 0x800
    assert alice.status(QueryJob()) == S.ACCESS_DENIED


MESSAGES = {"limit": 3, "zero": 4, "new": 6, "exit": 7, "abnormal": 8}


def messages(program: Program, port: int, count: int) -> list[tuple[int, int, int]]:
    packets = [program.begin(RemoveIoCompletion(port, ticks(10))).reply for _ in range(count)]
    return [(packet.key, packet.value, packet.information) for packet in packets]


def test_a_job_tells_its_port_what_happens(alice: Program) -> None:
    """Members that are there, new ones, exits, and that none is left.  (2.7, completion port messages)"""
    handle, port = job(alice), alice.call(CreateIoCompletion()).handle
    first = member(alice, handle)
    alice.call(AssociateJobPort(handle, port, 77))
    second = member(alice, handle)
    one, two = first.created.process_id, second.created.process_id
    assert messages(alice, port, 2) == [(77, MESSAGES["new"], one), (77, MESSAGES["new"], two)]
    first.exit(0)
    assert messages(alice, port, 1) == [(77, MESSAGES["exit"], one)]
    alice.call(TerminateProcess(second.created.process, 0xC0000005))
    assert messages(alice, port, 2) == [(77, MESSAGES["abnormal"], two), (77, MESSAGES["zero"], 0)]


def test_a_job_tells_of_a_start_beyond_its_limit(alice: Program) -> None:
    """(2.7, ACTIVE_PROCESS_LIMIT)"""
    handle, port = job(alice, flags=0x8, active_process_limit=1), alice.call(CreateIoCompletion()).handle
    member(alice, handle)
    alice.call(AssociateJobPort(handle, port))
    messages(alice, port, 1)
    assert alice.status(CreateProcess(("/bin/true",), jobs=(handle,))) == S.QUOTA_EXCEEDED
    assert messages(alice, port, 1) == [(0, MESSAGES["limit"], 0)]


def test_the_ports_of_outer_jobs_hear_of_inner_members(alice: Program) -> None:
    """(2.7, nested)"""
    outer, inner = job(alice), job(alice)
    ports = [alice.call(CreateIoCompletion()).handle for _ in range(2)]
    for handle, port in zip((outer, inner), ports, strict=True):
        alice.call(AssociateJobPort(handle, port))
    child = member(alice, outer, inner)
    for port in ports:
        assert messages(alice, port, 1) == [(0, MESSAGES["new"], child.created.process_id)]


def test_a_job_has_one_port(alice: Program) -> None:
    """(2.7: a second association; NULL removes)"""
    handle, port = job(alice), alice.call(CreateIoCompletion()).handle
    alice.call(AssociateJobPort(handle, port))
    assert alice.win32(AssociateJobPort(handle, port)) == (None, 87)
    alice.call(AssociateJobPort(handle, 0))
    assert alice.win32(AssociateJobPort(handle, port)) == (None, 0)


def test_a_job_is_signaled_by_its_termination_only(alice: Program) -> None:
    """Not by the exit of its last process.  (2.7, signalled state; D.10)"""
    left, ended = job(alice), job(alice)
    child = member(alice, left)
    child.exit(0)
    assert wait(alice, left) == WAIT_TIMEOUT
    member(alice, ended)
    alice.call(TerminateJob(ended, 5))
    assert wait(alice, ended, ENDLESS) == 0
    assert wait(alice, ended) == 0


def test_terminating_a_job_ends_its_children_s_members_too_with_the_code(alice: Program) -> None:
    """(2.7, TerminateJobObject)"""
    outer, inner = job(alice), job(alice)
    one, two = member(alice, outer), member(alice, outer, inner)
    alice.call(TerminateJob(outer, 1234))
    for child in (one, two):
        assert wait(alice, child.created.process, ENDLESS) == 0
        assert alice.call(QueryProcess(child.created.process)).exit_status == 1234


def test_the_last_handle_of_an_outer_job_ends_inner_members(alice: Program) -> None:
    """KILL_ON_JOB_CLOSE includes child jobs.  (2.7)"""
    outer, inner = job(alice, flags=0x2000), job(alice)
    child = member(alice, outer, inner)
    alice.call(Close(outer))
    assert wait(alice, child.created.process, ENDLESS) == 0


def test_a_job_that_is_not_to_kill_lets_its_members_run_on(alice: Program) -> None:
    """(2.7, lifetime)"""
    handle = job(alice)
    child = member(alice, handle)
    alice.call(Close(handle))
    assert wait(alice, child.created.process) == WAIT_TIMEOUT
    assert alice.call(IsProcessInJob(child.created.process))


def test_a_job_with_members_cannot_be_opened_again_after_its_last_handle(world: World, alice: Program) -> None:
    """(2.7, lifetime)"""
    name = world.name("j")
    handle = alice.call(create(CreateJob, name)).handle
    member(alice, handle)
    alice.call(Close(handle))
    assert alice.win32(opened(OpenJob, name)) == (None, 2)
    assert alice.win32(create(CreateJob, name)).last_error == 0


def test_a_process_of_a_terminated_job_s_chain_is_not_assigned(alice: Program) -> None:
    """(2.7: process in a terminating job chain)"""
    child = alice.start(flags=0x4)
    alice.call(TerminateProcess(child.created.process, 1))
    assert wait(alice, child.created.process, ENDLESS) == 0
    assert alice.win32(AssignProcess(job(alice), child.created.process)) == (None, 5)


RIGHTS: list[tuple[int, Any]] = [
    (0x1, lambda h: AssignProcess(h, CURRENT_PROCESS)),
    (0x2, lambda h: SetJobLimits(h, JobLimits())),
    (0x2, lambda h: AssociateJobPort(h, 0)),
    (0x4, QueryJob),
    (0x4, lambda h: IsProcessInJob(CURRENT_PROCESS, h)),
    (0x8, TerminateJob),
]


@pytest.mark.parametrize(("right", "call"), RIGHTS)
def test_each_call_on_a_job_takes_its_right(world: World, right: int, call: Any) -> None:
    """(2.7, rights)"""
    alice = world.program()
    assert alice.win32(call(make(alice, "Job", None, desired_access=0x1F001F & ~right))) == (None, 5)
    assert alice.win32(call(make(alice, "Job", None, desired_access=right))).last_error == 0
