"""The behaviour vectors of nt-semantics appendix B that concern objects, waits, jobs and logons: 1-20, 41-43, 48.

As in the document S1 is a plain user's program in session 1 (`alice`) and S0 a service as SYSTEM (`service`).
"""

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, QueryEvent, SetEvent
from ntsessions.abi.calls.job import AssignProcess, CreateJob, IsProcessInJob, JobLimits, OpenJob, SetJobLimits
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant, QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import Close, CreateSymbolicLink, OpenSymbolicLink, QueryObject
from ntsessions.abi.calls.section import CreateSection, MapView, OpenSection
from ntsessions.abi.calls.semaphore import CreateSemaphore, QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.service import CloseServiceHandle, OpenServiceDatabase
from ntsessions.abi.calls.timer import CreateTimer, SetTimer
from ntsessions.abi.calls.token import LogonUser, QueryToken, SetTokenInformation
from ntsessions.abi.calls.wait import WaitForObject, WaitForObjects
from tests.conformance.kinds import (
    CURRENT_PROCESS,
    FOR_EVERYONE,
    PROCESS_TOKEN,
    READ_CONTROL,
    SYNCHRONIZE,
    WAIT_ABANDONED,
    WAIT_TIMEOUT,
    wait,
)
from tests.conformance.worlds import Program, World, create, opened, ticks

FILE_MAP_READ = 4


def test_a_name_without_prefix_is_made_in_the_session_of_the_program(world: World, alice: Program) -> None:
    """Two users run one program at once: each finds objects of its own.  (nt-semantics B.1)"""
    x = world.name("x")
    handle, error = alice.win32(create(CreateEvent, x))
    assert error == 0
    assert alice.call(QueryObject(handle)).name == rf"\Sessions\1\BaseNamedObjects\{x}"


def test_an_existing_name_is_opened_with_183_and_case_tells_names_apart(world: World, alice: Program) -> None:
    """A program that must run once sees 183 and leaves; one that spells the name otherwise does not.  (B.2)"""
    x = world.name("x")
    alice.win32(create(CreateEvent, x))
    handle, error = alice.win32(create(CreateEvent, x))
    assert (bool(handle), error) == (True, 183)
    assert alice.win32(create(CreateEvent, x.upper())).last_error == 0


def test_a_name_of_another_type_gives_an_invalid_handle(world: World, alice: Program) -> None:
    """Two programs that use one name for different things get error 6, not 183.  (B.3)"""
    x = world.name("x")
    alice.win32(create(CreateEvent, x))
    assert alice.win32(create(CreateMutant, x)) == (None, 6)
    assert alice.win32(opened(OpenMutant, x)) == (None, 6)


def test_a_service_reaches_a_session_s_names_by_its_number_only(world: World, alice: Program, service: Program) -> None:
    r"""A service that looks for a user's event finds nothing, unless it says `Session\1\`.  (B.4)"""
    x = world.name("x")
    alice.win32(create(CreateEvent, x))
    assert service.win32(opened(OpenEvent, x)) == (None, 2)
    assert service.win32(opened(OpenEvent, rf"Session\1\{x}")).value


def test_global_names_are_those_of_session_0(world: World, alice: Program, service: Program) -> None:
    r"""What a user makes in `Global\` a service finds without any prefix.  (B.5)"""
    g = world.name("g")
    assert alice.win32(create(CreateEvent, rf"Global\{g}")).last_error == 0
    assert service.win32(opened(OpenEvent, g)).value


def test_in_session_0_local_is_global(world: World, alice: Program, service: Program) -> None:
    r"""A service may say `Local\` and means the global names.  (B.6)"""
    g = world.name("g")
    alice.win32(create(CreateEvent, rf"Global\{g}"))
    assert service.win32(opened(OpenEvent, rf"Local\{g}")).value


def test_a_global_section_takes_a_privilege_to_make(world: World, alice: Program) -> None:
    r"""A plain user's program cannot plant shared memory under `Global\`; an administrator's can.  (B.7)"""
    call = create(CreateSection, rf"Global\{world.name('m')}", maximum_size=4096)
    assert alice.win32(call) == (None, 5)
    assert world.administrator().win32(call).last_error == 0


def test_a_global_section_takes_no_privilege_to_open(world: World, alice: Program, service: Program) -> None:
    """Programs of all sessions read what a service shares.  (B.8)"""
    m = rf"Global\{world.name('m')}"
    service.call(create(CreateSection, m, maximum_size=4096, security=FOR_EVERYONE))
    assert alice.win32(opened(OpenSection, m)).value


def test_names_of_the_unsecure_list_take_no_privilege(world: World, alice: Program) -> None:
    """Programs on .NET 1 and performance counters work for plain users.  (B.9)"""
    name = rf"Global\Cor_Private_IPCBlock_{world.name('77')}"
    assert alice.win32(create(CreateSection, name, maximum_size=4096)).last_error == 0


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (opened(OpenEvent, r"global\g"), 3),
        (create(CreateEvent, r"a\b"), 3),
        (create(CreateEvent, r"\g"), 161),
    ],
    ids=["wrong case", "no such directory", "leading backslash"],
)
def test_what_is_no_prefix_is_no_path(alice: Program, call: CreateEvent, error: int) -> None:
    """A misspelt prefix is an error, not another name.  (B.10)"""
    assert alice.win32(call) == (None, error)


def test_a_mapped_view_does_not_keep_the_name(world: World, alice: Program) -> None:
    """A program that closed its handles and works on in memory is no longer found by name.  (B.11)"""
    m = world.name("m")
    handle = alice.call(create(CreateSection, m, maximum_size=4096)).handle
    old = alice.view(MapView(handle, 2)).memory
    alice.call(Close(handle))
    assert alice.win32(opened(OpenSection, m)) == (None, 2)
    handle, error = alice.win32(create(CreateSection, m, maximum_size=4096))
    assert error == 0
    old[:3] = b"old"
    assert bytes(alice.view(MapView(handle, FILE_MAP_READ)).memory[:3]) == bytes(3)


def test_access_0_makes_but_does_not_open(world: World, alice: Program) -> None:
    """Asking for no right on what exists is refused; what is made so can only be closed or passed on.  (B.12)"""
    x, y = world.name("x"), world.name("y")
    alice.call(create(CreateEvent, x))
    assert alice.win32(opened(OpenEvent, x, 0)) == (None, 5)
    handle = alice.call(create(CreateEvent, y, desired_access=0)).handle
    assert alice.win32(SetEvent(handle)) == (None, 5)


def test_a_mutex_whose_owner_ended_is_got_as_abandoned_once(world: World, alice: Program) -> None:
    """A lock is not lost with the thread that held it, and the next owner knows that its data may be torn.  (B.13)"""
    handle = alice.call(CreateMutant()).handle
    owner = alice.thread()
    assert wait(owner, handle) == 0
    owner.end_thread()
    assert wait(alice, handle, -1) == WAIT_ABANDONED
    assert not alice.call(QueryMutant(handle)).abandoned
    assert alice.call(ReleaseMutant(handle)) == 0
    assert wait(alice, handle) == 0


def test_a_mutex_is_released_by_its_owner_with_any_handle(world: World, alice: Program) -> None:
    """Nobody else can unlock; the owner needs no right to.  (B.14)"""
    m = world.name("m")
    handle = alice.call(create(CreateMutant, m, initial_owner=True)).handle
    assert alice.thread().win32(ReleaseMutant(handle)) == (None, 288)
    weak = alice.call(opened(OpenMutant, m, READ_CONTROL))
    assert alice.call(ReleaseMutant(weak)) == 0


def test_a_semaphore_is_not_released_past_its_maximum(alice: Program) -> None:
    """A release too many changes nothing and is told.  (B.15)"""
    handle = alice.call(CreateSemaphore(initial_count=1, maximum_count=1)).handle
    assert alice.win32(ReleaseSemaphore(handle, 1)) == (None, 298)
    assert alice.call(QuerySemaphore(handle)).current_count == 1


def test_a_wait_for_any_takes_the_first_and_leaves_the_rest(alice: Program) -> None:
    """Of two events that are set one wait consumes the first only.  (B.16)"""
    events = tuple(alice.call(CreateEvent(event_type=1, initial_state=True)).handle for _ in range(2))
    assert alice.win32(WaitForObjects(events, timeout=0)) == (0, 0)
    assert [alice.call(QueryEvent(handle)).signaled for handle in events] == [False, True]


def test_a_wait_for_all_names_nothing_twice(alice: Program) -> None:
    """The same handle twice is refused at once, instead of a wait that never ends.  (B.17)"""
    handle = alice.call(CreateEvent(initial_state=True)).handle
    assert alice.win32(WaitForObjects((handle, handle), wait_all=True, timeout=0)) == (None, 87)


def test_a_manual_timer_stays_signaled_and_a_synchronization_timer_does_not(alice: Program) -> None:
    """One tick wakes everybody, or one.  (B.18)"""
    manual, synchronization = (alice.call(CreateTimer(timer_type=kind)).handle for kind in (0, 1))
    assert alice.win32(SetTimer(manual, -1, period=-1)) == (None, 87)
    for handle in (manual, synchronization):
        alice.call(SetTimer(handle, 0))
    assert [wait(alice, manual), wait(alice, manual)] == [0, 0]
    assert [wait(alice, synchronization), wait(alice, synchronization)] == [0, WAIT_TIMEOUT]


def test_a_process_that_has_ended_joins_no_job(alice: Program) -> None:
    """(B.19)"""
    ended = alice.start()
    ended.connect()
    ended.exit(0)
    assert alice.win32(AssignProcess(alice.call(CreateJob()).handle, ended.created.process)) == (None, 5)


def test_the_last_handle_of_a_job_takes_its_processes_along(alice: Program) -> None:
    """A build tool that dies leaves nothing running; its children still count as the job's.  (B.19)"""
    job = alice.call(CreateJob()).handle
    alice.call(SetJobLimits(job, JobLimits(flags=0x2000)))
    child = alice.start()
    child.connect()
    alice.call(AssignProcess(job, child.created.process))
    alice.call(Close(job))
    assert wait(alice, child.created.process, -1) == 0
    assert alice.call(IsProcessInJob(child.created.process))


def test_a_job_takes_no_process_of_another_session(world: World, alice: Program, service: Program) -> None:
    """(B.20)"""
    j = world.name("j")
    alice.call(create(CreateJob, j))
    job = service.call(opened(OpenJob, rf"Session\1\{j}"))
    assert service.win32(AssignProcess(job, CURRENT_PROCESS)) == (None, 5)


def test_logon_user_gives_the_caller_s_session(world: World, alice: Program) -> None:
    """`runas` stays on the screen where it was typed, and only the system moves tokens between sessions.  (B.41)"""
    world.account("paula", "correct horse")
    token = alice.call(LogonUser("paula", "correct horse")).token
    assert alice.call(QueryToken(token)).session_id == 1
    assert alice.win32(SetTokenInformation(token, session_id=0)) == (None, 1314)


def test_a_second_logon_in_a_session_shares_its_names_but_not_its_rights(world: World, alice: Program) -> None:
    r"""After `runas` both users' programs meet under `Local\`; what the first made without a descriptor is closed
    to the second.  (B.42)"""
    shared, own = world.name("shared"), world.name("own")
    alice.call(create(CreateMutant, rf"Local\{shared}", security=FOR_EVERYONE))
    alice.call(create(CreateMutant, rf"Local\{own}"))
    second = world.program(1, "bob")
    assert second.identity.session_id == 1
    assert second.win32(opened(OpenMutant, rf"Local\{shared}", SYNCHRONIZE)).value
    assert second.win32(opened(OpenMutant, rf"Local\{own}", SYNCHRONIZE)) == (None, 5)


def test_the_elevated_half_has_the_session_but_not_the_drives(world: World) -> None:
    """An administrator's elevated program does not see the network drives mapped before.  (B.43)"""
    plain, elevated = world.program(3, "carol"), world.administrator()
    tokens = [program.call(QueryToken(PROCESS_TOKEN)) for program in (plain, elevated)]
    assert [token.session_id for token in tokens] == [3, 3]
    assert tokens[0].authentication_id != tokens[1].authentication_id
    drive = rf"\??\{world.name('Q')}:"
    plain.call(CreateSymbolicLink(drive, r"\Device\Mup\server\share"))
    assert plain.win32(OpenSymbolicLink(drive)).value
    assert elevated.win32(OpenSymbolicLink(drive)) == (None, 2)


def test_the_service_manager_opens_with_access_0(alice: Program) -> None:
    """Unlike an event, which answers 5: who may connect at all gets a handle.  (B.48)"""
    handle, error = alice.win32(OpenServiceDatabase(desired_access=0))
    assert (bool(handle), error) == (True, 0)
    assert alice.win32(CloseServiceHandle(handle)) == (None, 0)


def test_a_wait_that_times_out_is_an_answer(alice: Program) -> None:
    """The wrapper returns 258, and GetLastError stays as it was.  (B.18, 2.1)"""
    assert alice.win32(WaitForObject(alice.call(CreateEvent()).handle, ticks(0))) == (WAIT_TIMEOUT, 0)
