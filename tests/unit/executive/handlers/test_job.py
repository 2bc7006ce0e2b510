"""Jobs: processes held together (nt-semantics 2.7)."""

import pytest

from ntsessions.abi.calls.job import (
    AssignProcess,
    AssociateJobPort,
    CompletionPacket,
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
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import QuotaExceeded
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import CURRENT_PROCESS, NAMED_OBJECTS
from ntsessions.executive.effects import (
    IdentifyProcess,
    KillJob,
    LimitJob,
    ReleaseJob,
    SignalProcess,
    StartProcess,
)
from ntsessions.executive.reports import ProcessFacts, ProcessIdentified
from tests.harness import Program, World

ACTIVE, BREAKAWAY, SILENT_BREAKAWAY, KILL_ON_CLOSE, JOB_MEMORY = 0x8, 0x800, 0x1000, 0x2000, 0x200
NEW, EXIT, ABNORMAL, ZERO, LIMIT = 6, 7, 8, 4, 3
BREAK_AWAY = 0x01000000
FOREVER = -1


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def job(program: Program, flags: int = 0, active: int = 0, name: str | None = None) -> int:
    handle = program.call(CreateJob(name, NAMED_OBJECTS)).handle
    if flags:
        program.call(SetJobLimits(handle, JobLimits(flags, active_process_limit=active)))
    return handle


def child(program: Program, flags: int = 0, jobs: tuple[int, ...] = ()) -> int:
    """Start a program; return the handle of its process."""
    return program.call(CreateProcess(("child",), flags=flags, jobs=jobs)).process


def with_port(program: Program, handle: int, key: int = 9) -> int:
    port = program.call(CreateIoCompletion()).handle
    program.call(AssociateJobPort(handle, port, key))
    return port


def messages(program: Program, port: int) -> list[tuple[int, int]]:
    """Take all packets; return message ids with process ids."""
    taken = []
    while (packet := program.call(RemoveIoCompletion(port, 0))) is not None:
        taken.append((packet.value, packet.information))
    return taken


# -- membership


def test_a_process_belongs_to_a_job_for_good(world: World, alice: Program) -> None:
    """B19: also after its end."""
    handle, process = job(alice), child(alice)
    assert not alice.call(IsProcessInJob(process))
    alice.call(AssignProcess(handle, process))
    alice.call(AssignProcess(handle, process))  # twice is once
    assert alice.call(IsProcessInJob(process))
    assert alice.call(IsProcessInJob(process, handle))
    assert not alice.call(IsProcessInJob(process, job(alice)))
    alice.call(TerminateJob(handle))
    assert alice.call(IsProcessInJob(process, handle))
    assert alice.status(AssignProcess(job(alice), process)) is NtStatus.ACCESS_DENIED  # it has ended


def test_assigning_needs_rights_on_both(world: World, alice: Program) -> None:
    handle = job(alice, name="j")
    weak = alice.call(OpenJob("j", NAMED_OBJECTS, desired_access=4))
    second = world.program(1, "alice")
    process = alice.call(OpenProcess(second.pid, 0x101))
    assert alice.status(AssignProcess(weak, process)) is NtStatus.ACCESS_DENIED
    looker = alice.call(OpenProcess(second.pid, 0x1000))
    assert alice.status(AssignProcess(handle, looker)) is NtStatus.ACCESS_DENIED
    alice.call(AssignProcess(handle, process))


def test_a_job_holds_processes_of_its_own_session_only(world: World, alice: Program) -> None:
    """B20."""
    system = world.program(0, "SYSTEM")
    handle = job(system)
    process = system.call(OpenProcess(alice.pid))
    assert system.status(AssignProcess(handle, process)) is NtStatus.ACCESS_DENIED


def test_children_inherit_the_jobs_of_their_parent(world: World, alice: Program) -> None:
    handle = job(alice)
    alice.call(AssignProcess(handle, CURRENT_PROCESS))
    process = child(alice)
    assert alice.call(IsProcessInJob(process, handle))
    assert world.take(StartProcess)[-1].job_keys == (alice.process.jobs[0].key,)


def test_a_forked_child_is_in_the_jobs_of_its_parent(alice: Program) -> None:
    """It connects by itself, and nobody started it: where no group tells, its nearest ancestor does."""
    outer, inner = job(alice), job(alice)
    alice.call(AssignProcess(outer, CURRENT_PROCESS))
    port = with_port(alice, outer)
    alice.call(AssignProcess(inner, CURRENT_PROCESS))
    messages(alice, port)
    forked = alice.fork()
    assert forked.process.jobs == alice.process.jobs
    assert messages(alice, port) == [(NEW, forked.pid)]
    process = child(forked)
    assert forked.call(IsProcessInJob(process))
    assert alice.call(QueryJob(inner)).active_processes == 3


def test_the_group_that_a_process_lives_in_tells_more_than_its_ancestors(alice: Program) -> None:
    """An orphan is in the job it was born in; what was born before its parent entered one is in none."""
    handle = job(alice)
    alice.call(AssignProcess(handle, CURRENT_PROCESS))
    mine = alice.process.jobs
    orphan = alice.world.connect(alice.process.port.key, job_keys=(mine[0].key,))  # type: ignore[union-attr]  # it has one
    assert orphan.process.jobs == mine
    assert alice.fork(job_keys=()).process.jobs == []


def test_groups_of_jobs_that_are_gone_or_of_another_session_tell_nothing(world: World, alice: Program) -> None:
    system = world.program(0, "SYSTEM")
    system.call(AssignProcess(job(system), CURRENT_PROCESS))
    theirs = system.process.jobs[0].key
    assert alice.fork(job_keys=(theirs,)).process.jobs == []
    alice.call(AssignProcess(job(alice), CURRENT_PROCESS))
    assert alice.fork(job_keys=(alice.process.jobs[0].key, 999_999)).process.jobs == alice.process.jobs


def test_a_forked_child_that_is_opened_before_it_connects_is_in_its_jobs(world: World, alice: Program) -> None:
    """A task manager that looks at it first does not take it out; nor does looking end what is beyond a limit."""
    handle = job(alice, ACTIVE, 1)
    alice.call(AssignProcess(handle, CURRENT_PROCESS))
    opened = alice.begin(OpenProcess(5000))
    asked = world.take(IdentifyProcess)[0]
    facts = ProcessFacts(5000, 7, alice.pid, 1000, 0, 0, "", "forked", 4096)
    ancestors = ((alice.pid, alice.process.start_time),)
    world.report(ProcessIdentified(asked.ticket, alice.process.session.key, facts, ancestors))
    assert alice.call(IsProcessInJob(opened.reply, handle))
    assert world.take(SignalProcess) == []


def test_a_fork_beyond_the_limit_of_active_processes_is_ended(world: World, alice: Program) -> None:
    """As a process that is assigned to a full job is: NT would not have made it."""
    handle = job(alice, ACTIVE, 1)
    process = alice.call(CreateProcess(("parent",), jobs=(handle,)))
    port = with_port(alice, handle)
    messages(alice, port)
    parent = world.connect(alice.process.port.key, process.process_id)  # type: ignore[union-attr]  # it has one
    with pytest.raises(ConnectionResetError):
        parent.fork()
    assert messages(alice, port) == [(LIMIT, 0)]
    told = alice.call(QueryJob(handle))
    assert (told.active_processes, told.terminated_processes) == (1, 1)
    assert len(alice.process.session.processes) == 3  # the shell, alice's program and the parent


def test_a_child_breaks_away_only_where_the_job_lets_it(world: World, alice: Program) -> None:
    handle = job(alice)
    alice.call(AssignProcess(handle, CURRENT_PROCESS))
    assert alice.status(CreateProcess(("x",), flags=BREAK_AWAY)) is NtStatus.ACCESS_DENIED
    alice.call(SetJobLimits(handle, JobLimits(BREAKAWAY)))
    assert not alice.call(IsProcessInJob(child(alice, BREAK_AWAY)))
    assert alice.call(IsProcessInJob(child(alice)))
    alice.call(SetJobLimits(handle, JobLimits(SILENT_BREAKAWAY)))
    assert not alice.call(IsProcessInJob(child(alice)))


def test_a_child_leaves_nested_jobs_upward_until_one_holds_it(alice: Program) -> None:
    outer, inner = job(alice), job(alice, BREAKAWAY)
    alice.call(AssignProcess(outer, CURRENT_PROCESS))
    alice.call(AssignProcess(inner, CURRENT_PROCESS))
    process = child(alice, BREAK_AWAY)
    assert alice.call(IsProcessInJob(process, outer))
    assert not alice.call(IsProcessInJob(process, inner))


def test_jobs_nest_when_the_new_one_is_empty(world: World, alice: Program) -> None:
    outer, inner, other = job(alice), job(alice), job(alice)
    process = child(alice, jobs=(outer,))
    alice.call(AssignProcess(inner, process))
    alice.call(AssignProcess(other, child(alice)))
    assert alice.status(AssignProcess(other, process)) is NtStatus.ACCESS_DENIED
    second = child(alice)
    alice.call(AssignProcess(inner, second))  # whoever enters the child job enters its parent
    assert alice.call(IsProcessInJob(second, outer))
    assert alice.call(QueryJob(inner)).active_processes == 2


def test_jobs_that_restrict_the_user_interface_do_not_nest(alice: Program) -> None:
    outer, inner = job(alice), job(alice)
    alice.call(SetJobLimits(inner, ui_restrictions=0x40))
    process = child(alice, jobs=(outer,))
    assert alice.status(AssignProcess(inner, process)) is NtStatus.ACCESS_DENIED
    plain = job(alice)
    alice.call(AssignProcess(plain, process))
    assert alice.status(SetJobLimits(plain, ui_restrictions=1)) is NtStatus.ACCESS_DENIED


def test_before_windows_8_a_process_is_in_one_job() -> None:
    alice = World("vista").program(1, "alice")
    process = child(alice, jobs=(job(alice),))
    assert alice.status(AssignProcess(job(alice), process)) is NtStatus.ACCESS_DENIED


# -- limits


def test_the_limit_of_active_processes_holds_at_creation_and_at_assignment(world: World, alice: Program) -> None:
    handle = job(alice, ACTIVE, active=1)
    port = with_port(alice, handle)
    first = child(alice, jobs=(handle,))
    with pytest.raises(QuotaExceeded):
        child(alice, jobs=(handle,))
    victim = child(alice)
    assert alice.status(AssignProcess(handle, victim)) is NtStatus.QUOTA_EXCEEDED
    assert alice.call(QueryProcess(victim)).exit_status == 1816  # ERROR_NOT_ENOUGH_QUOTA
    told = alice.call(QueryJob(handle))
    assert (told.active_processes, told.total_processes, told.terminated_processes) == (1, 1, 1)
    pid = alice.call(QueryProcess(first)).process_id
    assert messages(alice, port) == [(NEW, pid), (LIMIT, 0), (LIMIT, 0)]


@pytest.mark.parametrize(
    "limits",
    [
        JobLimits(0x10000),
        JobLimits(ACTIVE),
        JobLimits(0x1, minimum_working_set_size=2, maximum_working_set_size=1),
        JobLimits(0x20, priority_class=3),
        JobLimits(0x80, scheduling_class=10),
        JobLimits(0x10),
        JobLimits(0x100),
        JobLimits(JOB_MEMORY),
        JobLimits(0x44),
    ],
)
def test_limits_out_of_range_are_refused(alice: Program, limits: JobLimits) -> None:
    assert alice.status(SetJobLimits(job(alice), limits)) is NtStatus.INVALID_PARAMETER


def test_the_newer_limits_need_the_extended_form(alice: Program) -> None:
    handle = job(alice)
    assert alice.status(SetJobLimits(handle, JobLimits(KILL_ON_CLOSE), extended=False)) is NtStatus.INVALID_PARAMETER
    alice.call(SetJobLimits(handle, JobLimits(ACTIVE, active_process_limit=3), extended=False))
    assert alice.status(SetJobLimits(handle, ui_restrictions=0x200)) is NtStatus.INVALID_PARAMETER
    assert alice.status(SetJobLimits(handle, end_of_job_action=2)) is NtStatus.INVALID_PARAMETER
    alice.call(SetJobLimits(handle, ui_restrictions=0x1FF, end_of_job_action=1))
    told = alice.call(QueryJob(handle)).limits
    assert (told.active_process_limit, told.ui_restrictions, told.end_of_job_action) == (3, 0x1FF, 1)


def test_a_job_time_limit_can_be_kept_while_others_change(alice: Program) -> None:
    handle = job(alice)
    alice.call(SetJobLimits(handle, JobLimits(0x4, job_user_time_limit=50)))
    alice.call(SetJobLimits(handle, JobLimits(0x40 | ACTIVE, active_process_limit=2)))
    told = alice.call(QueryJob(handle)).limits
    assert (told.job_user_time_limit, told.flags & 0x4) == (50, 0x4)


def test_linux_enforces_the_memory_limit(world: World, alice: Program) -> None:
    handle = job(alice)
    alice.call(SetJobLimits(handle, JobLimits(JOB_MEMORY, job_memory_limit=1 << 20)))
    alice.call(SetJobLimits(handle, JobLimits(JOB_MEMORY, job_memory_limit=1 << 20)))
    alice.call(SetJobLimits(handle, JobLimits()))
    assert [effect.limits.memory for effect in world.take(LimitJob)] == [1 << 20, None]


# -- ends


def test_terminating_a_job_ends_its_processes_with_the_code_asked_for(world: World, alice: Program) -> None:
    outer, inner = job(alice), job(alice)
    first = child(alice, jobs=(outer,))
    second = child(alice, jobs=(outer, inner))
    waiting = alice.begin(WaitForObject(outer, FOREVER))
    keys = [executive_job.key for executive_job in world.executive.jobs.values()]
    alice.call(TerminateJob(outer, 77))
    assert [alice.call(QueryProcess(process)).exit_status for process in (first, second)] == [77, 77]
    assert [effect.job_key for effect in world.take(KillJob)] == keys[::-1]  # the leaf first
    assert waiting.reply.status == 0
    told = alice.call(QueryJob(outer))
    assert (told.active_processes, told.total_processes, told.terminated_processes) == (0, 2, 0)


def test_a_terminated_job_stays_signaled_and_others_never_are(alice: Program) -> None:
    ended, terminated = job(alice), job(alice)
    process = alice.call(CreateProcess(("child",), jobs=(ended,)))
    alice.world.executive.end_process(alice.world.executive.processes_by_id[process.process_id], 0)
    assert alice.call(WaitForObject(ended, 0)).status == NtStatus.TIMEOUT
    alice.call(TerminateJob(terminated))
    assert alice.call(WaitForObject(terminated, 0)).status == 0
    child(alice, jobs=(terminated,))
    assert alice.call(WaitForObject(terminated, 0)).status == 0


def test_closing_the_last_handle_kills_where_the_limits_say_so(world: World, alice: Program) -> None:
    """B19."""
    handle = job(alice, KILL_ON_CLOSE, name="j")
    process = child(alice, jobs=(handle,))
    second = alice.call(OpenJob("j", NAMED_OBJECTS))
    alice.call(Close(handle))
    assert alice.call(QueryProcess(process)).exit_status == 259
    alice.call(Close(second))
    assert alice.call(QueryProcess(process)).exit_status == 0
    assert not world.executive.jobs
    assert len(world.take(ReleaseJob)) == 1


def test_a_process_that_dies_takes_its_kill_on_close_job_along(world: World, alice: Program) -> None:
    watcher = world.program(1, "alice")
    process = alice.call(CreateProcess(("child",), jobs=(job(alice, KILL_ON_CLOSE),)))
    watched = watcher.call(OpenProcess(process.process_id))
    waiting = watcher.begin(WaitForObject(watched))
    alice.exit()
    assert waiting.reply.status == 0


def test_a_job_without_handles_lives_as_long_as_its_processes(world: World, alice: Program) -> None:
    handle = job(alice, name="j")
    process = alice.call(CreateProcess(("child",), jobs=(handle,)))
    alice.call(Close(handle))
    assert alice.status(OpenJob("j", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND
    assert alice.call(IsProcessInJob(process.process))
    assert len(world.executive.jobs) == 1
    world.executive.end_process(world.executive.processes_by_id[process.process_id], 0)
    assert not world.executive.jobs


def test_a_parent_job_is_kept_for_the_jobs_below_it(world: World, alice: Program) -> None:
    outer, inner = job(alice), job(alice)
    process = alice.call(CreateProcess(("child",), jobs=(outer, inner)))
    alice.call(Close(outer))
    world.executive.end_process(world.executive.processes_by_id[process.process_id], 0)
    assert len(world.executive.jobs) == 2
    child(alice, jobs=(inner,))
    alice.call(TerminateJob(inner))
    alice.call(Close(inner))
    assert not world.executive.jobs


# -- accounting and messages


def test_what_a_job_used_is_told(world: World, alice: Program) -> None:
    handle = job(alice)
    assert alice.call(QueryJob(handle)).process_ids == ()
    process = alice.call(CreateProcess(("child",), jobs=(handle,)))
    told = alice.call(QueryJob(handle))
    assert told.process_ids == (process.process_id,)
    assert (told.total_user_time, told.total_kernel_time, told.peak_job_memory) == (7, 5, 4096)


def test_no_handle_means_the_innermost_job_of_the_caller(alice: Program) -> None:
    assert alice.status(QueryJob()) is NtStatus.ACCESS_DENIED
    outer, inner = job(alice), job(alice, ACTIVE, active=5)
    alice.call(AssignProcess(outer, CURRENT_PROCESS))
    alice.call(AssignProcess(inner, CURRENT_PROCESS))
    assert alice.call(QueryJob()).limits.active_process_limit == 5


def test_a_port_hears_who_comes_and_goes(world: World, alice: Program) -> None:
    handle = job(alice)
    early = alice.call(CreateProcess(("early",), jobs=(handle,))).process_id
    port = with_port(alice, handle)
    late = alice.call(CreateProcess(("late",), jobs=(handle,))).process_id
    for pid, status in ((late, 0xC0000005), (early, 0)):
        world.executive.end_process(world.executive.processes_by_id[pid], status)
    assert messages(alice, port) == [(NEW, early), (NEW, late), (ABNORMAL, late), (EXIT, early), (ZERO, 0)]


def test_the_ports_of_all_jobs_around_a_process_hear_of_it(alice: Program) -> None:
    outer, inner = job(alice), job(alice)
    ports = [with_port(alice, handle) for handle in (outer, inner)]
    pid = alice.call(CreateProcess(("child",), jobs=(outer, inner))).process_id
    assert [messages(alice, port) for port in ports] == [[(NEW, pid)], [(NEW, pid)]]


def test_a_job_has_one_port_and_lets_go_of_it(alice: Program) -> None:
    handle = job(alice)
    port = with_port(alice, handle, key=5)
    assert alice.status(AssociateJobPort(handle, port)) is NtStatus.INVALID_PARAMETER
    child(alice, jobs=(handle,))
    packet = alice.call(RemoveIoCompletion(port, 0))
    assert packet == CompletionPacket(5, packet.information if packet else 0, NEW)
    alice.call(AssociateJobPort(handle, 0))
    child(alice, jobs=(handle,))
    assert messages(alice, port) == []


def test_a_start_that_failed_was_never_in_the_job(world: World, alice: Program) -> None:
    handle = job(alice)
    port = with_port(alice, handle)
    executive_job = next(iter(world.executive.jobs.values()))
    process = alice.call(CreateProcess(("child",), jobs=(handle,))).process_id
    lost = world.executive.processes_by_id[process]
    lost.process_id = 0  # as before the report of its start
    del world.executive.processes_by_id[process]
    messages(alice, port)
    world.executive.discard_process(lost)
    assert (executive_job.total_processes, len(executive_job.processes)) == (0, 0)
    assert messages(alice, port) == []
