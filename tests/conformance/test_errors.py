"""What each call may fail with, in tables: handles, names, descriptors, impersonation, limits, faults of the machine.

Together with the other tests these provoke every error that the calls declare (`test_accounting`).
"""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from ntsessions.abi.call import Call
from ntsessions.abi.calls.account import AddAccount, SetPassword
from ntsessions.abi.calls.event import OpenEvent, PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.host import QueryHost, ShutDown
from ntsessions.abi.calls.job import (
    AssignProcess,
    AssociateJobPort,
    IsProcessInJob,
    JobLimits,
    QueryJob,
    RemoveIoCompletion,
    SetIoCompletion,
    SetJobLimits,
    TerminateJob,
)
from ntsessions.abi.calls.mutant import QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import (
    Close,
    CreatePrivateNamespace,
    DeletePrivateNamespace,
    DescribeObject,
    DuplicateObject,
    ExplainAccess,
    ExplainName,
    MakePermanent,
    MakeTemporary,
    OpenPrivateNamespace,
    QueryDirectory,
    QuerySecurity,
    QuerySymbolicLink,
    SetHandleFlags,
    SetSecurity,
)
from ntsessions.abi.calls.process import (
    Connect,
    CreateProcess,
    OpenProcess,
    OpenThread,
    QueryProcess,
    QueryThread,
    ResumeProcess,
    SignalProcess,
    TerminateProcess,
)
from ntsessions.abi.calls.section import MapView, QuerySection
from ntsessions.abi.calls.semaphore import QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.service import QueryServices, ServiceState, StartService, StopService
from ntsessions.abi.calls.session import Logoff, Logon, QueryUserToken
from ntsessions.abi.calls.system import CreateLogon, CreateSession, DeleteSession, LogonFacts, SetSession
from ntsessions.abi.calls.timer import CancelTimer, QueryTimer, SetTimer
from ntsessions.abi.calls.token import (
    AccessCheck,
    AdjustPrivileges,
    DuplicateToken,
    FilterToken,
    ImpersonateLoggedOnUser,
    LogonUser,
    OpenProcessToken,
    OpenThreadToken,
    QueryLinkedToken,
    QueryToken,
    SetThreadToken,
    SetTokenInformation,
)
from ntsessions.abi.calls.wait import QueueApc, SignalAndWait, WaitForObject, WaitForObjects
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive import effects, reports
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import CURRENT_PROCESS, CURRENT_THREAD, KINDS, make, sddl, wait
from tests.conformance.worlds import Program, World, create, opened, ticks

GARBAGE = 0x7778
FINE = sddl("O:SYG:SYD:")
FACTS = LogonFacts("zoe", "S-1-5-21-1-2-3-9000", False, 9000, 9000, (), "/", "/bin/sh", True)


# -- handles


def with_access_0(program: Program, kind: str) -> int:
    if kind in {"Process", "Thread"}:
        pseudo = CURRENT_PROCESS if kind == "Process" else CURRENT_THREAD
        return program.call(DuplicateObject(CURRENT_PROCESS, pseudo, CURRENT_PROCESS, 0, 0, 0))
    if kind == "Token":
        token = program.call(OpenProcessToken(CURRENT_PROCESS))
        return program.call(DuplicateObject(CURRENT_PROCESS, token, CURRENT_PROCESS, 0, 0, 0))
    return make(program, kind, None, desired_access=0)


BY_HANDLE: list[tuple[str, str, Callable[[int], Call[Any]]]] = [
    # name of the call, type of the handle, the call; a handle without rights is refused
    ("SetEvent", "Event", SetEvent),
    ("ResetEvent", "Event", ResetEvent),
    ("PulseEvent", "Event", PulseEvent),
    ("QueryEvent", "Event", QueryEvent),
    ("ReleaseSemaphore", "Semaphore", ReleaseSemaphore),
    ("QuerySemaphore", "Semaphore", QuerySemaphore),
    ("QueryMutant", "Mutant", QueryMutant),
    ("SetTimer", "Timer", lambda h: SetTimer(h, 0)),
    ("CancelTimer", "Timer", CancelTimer),
    ("QueryTimer", "Timer", QueryTimer),
    ("MapView", "Section", lambda h: MapView(h, 4)),
    ("QuerySection", "Section", QuerySection),
    ("AssignProcess", "Job", lambda h: AssignProcess(h, CURRENT_PROCESS)),
    ("AssignProcess, process", "Process", lambda h: AssignProcess(0, h)),
    ("TerminateJob", "Job", TerminateJob),
    ("IsProcessInJob, job", "Job", lambda h: IsProcessInJob(CURRENT_PROCESS, h)),
    ("SetJobLimits", "Job", lambda h: SetJobLimits(h, JobLimits())),
    ("QueryJob", "Job", QueryJob),
    ("AssociateJobPort", "Job", lambda h: AssociateJobPort(h, 0)),
    ("SetIoCompletion", "IoCompletion", lambda h: SetIoCompletion(h, 0, 0, 0)),
    ("RemoveIoCompletion", "IoCompletion", lambda h: RemoveIoCompletion(h, 0)),
    ("QueryDirectory", "Directory", QueryDirectory),
    ("DeletePrivateNamespace", "Directory", DeletePrivateNamespace),
    ("QuerySymbolicLink", "SymbolicLink", QuerySymbolicLink),
    ("TerminateProcess", "Process", TerminateProcess),
    ("SignalProcess", "Process", lambda h: SignalProcess(h, 15)),
    ("QueryProcess", "Process", QueryProcess),
    ("QueryThread", "Thread", QueryThread),
    ("ResumeProcess", "Process", ResumeProcess),
    ("ResumeProcess, thread", "Thread", ResumeProcess),
    ("CreateProcess", "Token", lambda h: CreateProcess(("/bin/true",), token=h)),
    ("OpenProcessToken", "Process", OpenProcessToken),
    ("OpenThreadToken", "Thread", OpenThreadToken),
    ("DuplicateToken", "Token", DuplicateToken),
    ("FilterToken", "Token", FilterToken),
    ("AdjustPrivileges", "Token", lambda h: AdjustPrivileges(h, disable_all=True)),
    ("QueryToken", "Token", QueryToken),
    ("QueryLinkedToken", "Token", QueryLinkedToken),
    ("SetTokenInformation", "Token", lambda h: SetTokenInformation(h, integrity=0)),
    ("SetThreadToken", "Token", SetThreadToken),
    ("SetThreadToken, thread", "Thread", lambda h: SetThreadToken(0, h)),
    ("ImpersonateLoggedOnUser", "Token", ImpersonateLoggedOnUser),
    ("AccessCheck", "Token", lambda h: AccessCheck(FINE, h, 1)),
    ("DuplicateObject", "Process", lambda h: DuplicateObject(h, 4, CURRENT_PROCESS)),
    ("DuplicateObject, target", "Process", lambda h: DuplicateObject(CURRENT_PROCESS, CURRENT_PROCESS, h)),
    ("WaitForObject", "Event", lambda h: WaitForObject(h, 0)),
    ("WaitForObjects", "Event", lambda h: WaitForObjects((h,), timeout=0)),
    ("QueueApc", "Thread", lambda h: QueueApc(h, 1)),
]


@pytest.mark.parametrize(("label", "kind", "call"), BY_HANDLE, ids=[row[0] for row in BY_HANDLE])
def test_a_handle_must_be_one_of_the_type_with_the_right(
    alice: Program, label: str, kind: str, call: Callable[[int], Call[Any]]
) -> None:
    """6 for no handle, 6 for another type's, 5 without the right.  (nt-semantics 1.13; Appendix A)"""

    def complete(handle: int) -> Call[Any]:
        made = call(handle)
        if isinstance(made, AssignProcess) and not made.job:
            made = structs.replace(made, job=make(alice, "Job", None))
        return made

    assert alice.status(complete(GARBAGE)) == S.INVALID_HANDLE
    other = make(alice, "Section" if kind != "Section" else "Event", None)
    assert alice.status(complete(other)) == S.OBJECT_TYPE_MISMATCH
    assert alice.status(complete(with_access_0(alice, kind))) == S.ACCESS_DENIED


@pytest.mark.parametrize(
    "call",
    [
        Close, lambda h: SetHandleFlags(h, inherit=True, protect=False), MakePermanent, MakeTemporary, ReleaseMutant,
        lambda h: QuerySecurity(h, 4), lambda h: SetSecurity(h, 4, FINE), lambda h: SignalAndWait(h, h),
        IsProcessInJob, lambda h: DuplicateObject(CURRENT_PROCESS, h, CURRENT_PROCESS),
    ],
)  # fmt: skip
def test_other_calls_that_take_a_handle(alice: Program, call: Callable[[int], Call[Any]]) -> None:
    """(1.13)"""
    assert alice.status(call(GARBAGE)) == S.INVALID_HANDLE


def test_types_that_are_asked_for_without_a_right(world: World, alice: Program) -> None:
    """(Appendix A, 0xC0000024)"""
    event = make(alice, "Event", None)
    rows = [
        ReleaseMutant(event),
        AssociateJobPort(make(alice, "Job", None), event),
        IsProcessInJob(event),
        IsProcessInJob(CURRENT_PROCESS, event),
        CreateProcess(("x",), jobs=(event,)),
        SetEvent(make(alice, "Mutant", None)),
        SignalAndWait(make(alice, "Timer", None), event),
    ]
    for call in rows:
        assert alice.status(call) == S.OBJECT_TYPE_MISMATCH
    assert alice.status(CreateProcess(("x",), jobs=(GARBAGE,))) == S.INVALID_HANDLE
    weak = make(alice, "Job", None, desired_access=4)
    assert alice.status(CreateProcess(("x",), jobs=(weak,))) == S.ACCESS_DENIED
    assert alice.status(MakeTemporary(make(alice, "Event", None, desired_access=1))) == S.ACCESS_DENIED
    assert alice.status(QuerySecurity(make(alice, "Event", None), 8)) == S.ACCESS_DENIED


def test_setting_a_session_s_user_takes_a_token(world: World) -> None:
    """(4.5)"""
    session = world.operator.call(CreateSession())
    rows = {GARBAGE: S.INVALID_HANDLE, make(world.operator, "Event", None): S.OBJECT_TYPE_MISMATCH,
            with_access_0(world.operator, "Token"): S.ACCESS_DENIED}  # fmt: skip
    for handle, status in rows.items():
        assert world.operator.status(SetSession(session, 0, handle)) == status
    assert world.operator.begin(DeleteSession(session)).reply == ()


# -- names


@pytest.mark.parametrize("call", [DescribeObject, lambda name, **more: ExplainAccess(name, 1, **more)],
                         ids=["DescribeObject", "ExplainAccess"])  # fmt: skip
def test_describing_and_explaining_go_through_the_parser(world: World, alice: Program, call: Any) -> None:
    """(1.4): and take READ_CONTROL on what they tell of."""
    event = make(alice, "Event", world.name("e"))
    hidden = rf"Global\{world.name('h')}"
    make(world.service(), "Event", hidden)
    rows: list[tuple[dict[str, Any], S]] = [
        ({"name": "x", "root": GARBAGE}, S.INVALID_HANDLE),
        ({"name": "x", "root": event}, S.OBJECT_TYPE_MISMATCH),
        ({"name": "x"}, S.OBJECT_PATH_SYNTAX_BAD),
        ({"name": r"\\x"}, S.OBJECT_NAME_INVALID),
        ({"name": r"\missing"}, S.OBJECT_NAME_NOT_FOUND),
        ({"name": r"\missing\x"}, S.OBJECT_PATH_NOT_FOUND),
        ({"name": "\\" + "n" * 0x8000}, S.NAME_TOO_LONG),
        ({"name": hidden, "root": -16}, S.ACCESS_DENIED),
    ]
    for fields, status in rows:
        assert alice.status(call(**fields)) == status, fields


def test_the_names_of_a_boundary_have_a_length(world: World, alice: Program) -> None:
    """(1.10)"""
    for call in (CreatePrivateNamespace, OpenPrivateNamespace):
        assert alice.status(call("n" * 0x8000, ("S-1-1-0",))) == S.NAME_TOO_LONG
        assert alice.status(call(world.name("b"), ())) == S.INVALID_PARAMETER
        assert alice.status(call(world.name("b"), ("x",))) == S.INVALID_SID


def test_what_describing_and_explaining_may_also_fail_with(world: World, alice: Program) -> None:
    """(ours)"""
    world.settle(2)
    assert alice.status(DescribeObject("x", attributes=0x10000)) == S.INVALID_PARAMETER
    path = r"\BaseNamedObjects"
    assert alice.status(ExplainAccess(path, 1, session_id=2)) == S.ACCESS_DENIED
    assert alice.status(ExplainAccess(path, 1, session_id=9999)) == S.CTX_WINSTATION_NOT_FOUND
    assert alice.status(ExplainName("x", 2)) == S.ACCESS_DENIED
    assert alice.status(ExplainName("x", 9999)) == S.CTX_WINSTATION_NOT_FOUND
    assert alice.status(ExplainName("n" * 0x8000)) == S.NAME_TOO_LONG
    session = world.operator.call(CreateSession())
    assert world.operator.status(ExplainAccess(path, 1, session_id=session)) == S.NO_TOKEN
    assert world.operator.begin(DeleteSession(session)).reply == ()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_creating_at_the_end_of_links_that_never_end(world: World, alice: Program, kind: Any) -> None:
    """(1.4: at most 32 restarts)"""
    link = world.name("loop")
    make(alice, "SymbolicLink", link, target=rf"\Sessions\1\BaseNamedObjects\{link}")
    assert alice.status(kind.create(name=rf"{link}\x", root=-16, **kind.more)) == S.OBJECT_NAME_NOT_FOUND


# -- descriptors


def corrupted(field: int, at: int = 0) -> bytes:
    """Return a descriptor with a broken part: 4 the owner's SID, 16 the list."""
    data = bytearray(sddl("O:S-1-1-0G:S-1-1-0D:(A;;0x1;;;WD)"))
    data[int.from_bytes(data[field : field + 4], "little") + at] = 9
    return bytes(data)


DESCRIPTORS = [
    (b"junk", S.INVALID_SECURITY_DESCR),
    (corrupted(4), S.INVALID_SID),
    (corrupted(16), S.INVALID_ACL),
    (sddl("O:SY"), S.INVALID_OWNER),
    (sddl("S:(ML;;NW;;;SI)"), S.PRIVILEGE_NOT_HELD),
]


@pytest.mark.parametrize(("security", "status"), DESCRIPTORS, ids=[row[1].name for row in DESCRIPTORS])
def test_a_bad_descriptor_makes_nothing(world: World, alice: Program, security: bytes, status: S) -> None:
    """(3.6): of any type, and in private namespaces and processes."""
    for kind in KINDS:
        name = world.name("d")
        assert alice.status(create(kind.create, name, security=security, **kind.more)) == status, kind.name
        if kind.open is not None:
            assert alice.status(opened(kind.open, name)) == S.OBJECT_NAME_NOT_FOUND
    call = CreatePrivateNamespace(world.name("b"), ("S-1-1-0",), security=security)
    assert alice.status(call) == status


@pytest.mark.parametrize(("security", "status"), DESCRIPTORS[:3], ids=[row[1].name for row in DESCRIPTORS[:3]])
def test_a_bad_descriptor_is_refused_by_other_calls(alice: Program, security: bytes, status: S) -> None:
    """(3.6)"""
    token = alice.call(OpenProcessToken(CURRENT_PROCESS, 0xF01FF))
    client = alice.call(DuplicateToken(token))
    assert alice.status(SetSecurity(make(alice, "Event", None), 4, security)) == status
    assert alice.status(AccessCheck(security, client, 1)) == status
    assert alice.status(SetTokenInformation(token, default_dacl=security)) == status


@pytest.mark.parametrize(("security", "status"), DESCRIPTORS, ids=[row[1].name for row in DESCRIPTORS])
@pytest.mark.parametrize("whose", ["process_security", "thread_security"])
def test_a_bad_descriptor_starts_no_process(alice: Program, security: bytes, status: S, whose: str) -> None:
    """(3.9)"""
    assert alice.status(CreateProcess(("/bin/true",), **{whose: security})) == status  # type: ignore[arg-type]


# -- impersonation


def test_with_an_identification_token_nothing_is_opened_or_made(world: World, alice: Program, service: Program) -> None:
    """BAD_IMPERSONATION_LEVEL, whatever the call.  (3.4)"""
    names = {}
    for kind in KINDS:
        names[kind.name] = rf"Session\1\{world.name('x')}"
        make(alice, kind, names[kind.name])
    b = world.name("b")
    alice.call(CreatePrivateNamespace(b, ("S-1-1-0",)))
    theirs = service.call(OpenProcessToken(service.call(OpenProcess(alice.pid)), 0xE))
    service.call(SetThreadToken(service.call(DuplicateToken(theirs, impersonation_level=1))))
    calls: list[Call[Any]] = []
    for kind in KINDS:
        calls.append(create(kind.create, world.name("new"), **kind.more))
        if kind.open is not None:
            calls.append(opened(kind.open, names[kind.name]))
    calls += [DescribeObject(names["Event"], -16), ExplainAccess(names["Event"], 1, root=-16),
              OpenPrivateNamespace(b, ("S-1-1-0",)), OpenProcess(alice.pid), OpenThread(alice.thread_id),
              Logoff(1)]  # fmt: skip
    for call in calls:
        assert service.status(call) == S.BAD_IMPERSONATION_LEVEL, call
    service.call(SetThreadToken(0))


# -- processes and the rest


def test_opening_processes_and_threads(world: World, alice: Program) -> None:
    """(4.9: 87; 1.15: 1314)"""
    bob = world.program(2, "bob")
    assert alice.status(OpenThread(0x7FFFFFC)) == S.INVALID_CID
    assert alice.status(OpenThread(bob.thread_id)) == S.ACCESS_DENIED
    for call in (OpenThread(alice.thread_id, 0x01000000), OpenProcess(alice.pid, 0x01000000)):
        assert alice.status(call) == S.PRIVILEGE_NOT_HELD


@pytest.mark.parametrize(
    "call",
    [
        CreateProcess(()),
        CreateProcess(("",)),
        CreateProcess(("a\0b",)),
        CreateProcess(("a",), environment=(("A=B", "C"),)),
        CreateProcess(("a",), descriptor_count=2),
    ],
)
def test_what_a_process_is_not_created_from(alice: Program, call: CreateProcess) -> None:
    """(3.9)"""
    assert alice.status(call) == S.INVALID_PARAMETER


def test_a_handle_on_the_list_must_be_inheritable(alice: Program) -> None:
    """(1.13, PROC_THREAD_ATTRIBUTE_HANDLE_LIST)"""
    event = make(alice, "Event", None)
    for handles, status in (((event,), S.INVALID_PARAMETER), ((GARBAGE,), S.INVALID_HANDLE)):
        call = CreateProcess(("/bin/true",), inherit_handles=True, handle_list=handles)
        assert alice.status(call) == status


def test_another_protocol_is_refused(alice: Program) -> None:
    """(ours)"""
    assert alice.status(Connect(99)) == S.REVISION_MISMATCH


def test_making_logons_is_the_system_s(world: World, alice: Program) -> None:
    """(5.1; SeCreateToken)"""
    assert alice.status(CreateLogon(FACTS, 2, 1)) == S.PRIVILEGE_NOT_HELD
    rows = [(CreateLogon(FACTS, 99, 0), S.INVALID_PARAMETER), (CreateLogon(FACTS, 2, 9999), S.CTX_WINSTATION_NOT_FOUND),
            (CreateLogon(structs.replace(FACTS, sid="x"), 2, 0), S.INVALID_SID)]  # fmt: skip
    for call, status in rows:
        assert world.operator.status(call) == status
    assert world.operator.status(DeleteSession(9999)) == S.CTX_WINSTATION_NOT_FOUND


def test_a_token_of_a_session_that_is_gone_starts_nothing(world: World) -> None:
    """(3.9)"""
    world.settle(3)
    session = world.operator.call(CreateSession())
    token = world.run_as("bob", session)
    assert world.operator.begin(DeleteSession(session)).reply == ()
    assert world.operator.status(CreateProcess(("/bin/true",), token=token)) == S.CTX_WINSTATION_NOT_FOUND
    world.close_observed(token)


def test_an_ended_process_has_no_token_to_open(world: World, alice: Program) -> None:
    """(1.13: process exiting)"""
    second = world.program()
    process = alice.call(OpenProcess(second.pid))
    second.exit()
    assert alice.status(OpenProcessToken(process)) == S.PROCESS_IS_TERMINATING
    assert alice.status(TerminateProcess(process)) == S.PROCESS_IS_TERMINATING


@pytest.mark.parametrize(
    ("program", "status"), [("/no/such/program", S.OBJECT_NAME_NOT_FOUND), ("/etc/passwd", S.ACCESS_DENIED)]
)
def test_a_program_that_cannot_be_started(world: World, program: str, status: S) -> None:
    """The call fails, and no process and no handle is left.  (3.9)"""
    alice = world.program()
    if isinstance(world, InProcessWorld):
        number = {S.OBJECT_NAME_NOT_FOUND: 2, S.ACCESS_DENIED: 13}[status]
        world.host.refusals[effects.StartProcess] = lambda e: reports.ProcessStartFailed(e.process_key, number, "")
    assert alice.status(CreateProcess((program,))) == status
    assert make(alice, "Event", None) in {4, 8}


# -- limits and faults, which a real machine does not show on demand


@pytest.mark.in_process("a handle table is filled by lowering its limit")
def test_a_full_handle_table(world: InProcessWorld, alice: Program) -> None:
    """(1.13, limit): every call that makes a handle says so and makes nothing."""
    executive = world.host.executive
    name = world.name("x")
    token = alice.call(OpenProcessToken(CURRENT_PROCESS, 0xF01FF))
    alice.call(SetThreadToken(alice.call(DuplicateToken(token))))
    b = world.name("b")
    alice.call(CreatePrivateNamespace(b, ("S-1-1-0",)))
    world.account("paula", "secret word")
    handles = {}
    for kind in KINDS:
        handles[kind.name] = make(alice, kind, f"{name}{kind.name}")
    carol = world.program(3, "carol")
    carols = carol.call(OpenProcessToken(CURRENT_PROCESS, 0xF01FF))
    for program in (alice, carol):
        table = executive.processes_by_id[program.pid].handles
        table.limit = len(table)
    calls: list[Call[Any]] = [
        DuplicateObject(CURRENT_PROCESS, token, CURRENT_PROCESS),
        DuplicateToken(token),
        FilterToken(token),
        OpenProcess(alice.pid),
        OpenThread(alice.thread_id),
        OpenProcessToken(CURRENT_PROCESS),
        OpenThreadToken(CURRENT_THREAD),
        QueryUserToken(-1),
        CreatePrivateNamespace(world.name("b"), ("S-1-1-0",)),
        OpenPrivateNamespace(b, ("S-1-1-0",)),
        CreateProcess(("x",)),
        LogonUser("paula", "secret word"),
    ]
    for kind in KINDS:
        calls.append(kind.create(name=None, **kind.more))
        if kind.open is not None:
            calls.append(opened(kind.open, f"{name}{kind.name}"))
    for call in calls:
        assert alice.status(call) == S.TOO_MANY_OPENED_FILES, call
    assert carol.status(QueryLinkedToken(carols)) == S.TOO_MANY_OPENED_FILES
    table = executive.processes_by_id[world.operator.pid].handles
    table.limit = len(table)
    assert world.operator.status(CreateLogon(FACTS, 2, 0)) == S.TOO_MANY_OPENED_FILES


@pytest.mark.in_process("errors of exec that no file here gives")
@pytest.mark.parametrize(
    ("number", "status"), [(8, S.INVALID_FILE_FOR_SECTION), (12, S.NO_MEMORY), (5, S.UNSUCCESSFUL)]
)
def test_linux_refuses_to_start_a_program(world: InProcessWorld, alice: Program, number: int, status: S) -> None:
    """(3.9)"""
    world.host.refusals[effects.StartProcess] = lambda e: reports.ProcessStartFailed(e.process_key, number, "refused")
    assert alice.status(CreateProcess(("x",))) == status


@pytest.mark.in_process("between the order to end and the end of a process nothing comes here")
def test_a_process_that_is_being_ended_joins_no_job(world: InProcessWorld, alice: Program) -> None:
    """(2.7: process in a terminating job chain fails)"""
    started = alice.start()
    world.host.refusals[effects.SignalProcess] = lambda _: None
    alice.call(TerminateProcess(started.created.process))
    assert alice.status(AssignProcess(make(alice, "Job", None), started.created.process)) == S.PROCESS_IS_TERMINATING


@pytest.mark.in_process("a session's end takes no time that a call could come in")
def test_a_session_that_is_ending_is_busy(world: InProcessWorld, alice: Program) -> None:
    """7024.  (Appendix A)"""
    world.settle(2)
    world.host.refusals[effects.EndSession] = lambda _: None
    ending = world.operator.begin(Logoff(2))
    assert not ending.done
    assert world.operator.status(Logoff(2)) == S.CTX_WINSTATION_BUSY
    assert world.operator.status(DeleteSession(2)) == S.CTX_WINSTATION_BUSY


@pytest.mark.in_process("a session is made too fast for a call to come in between")
def test_a_session_that_is_ended_while_it_is_made_takes_nobody(world: InProcessWorld) -> None:
    """7024.  (4.5, Init)"""
    world.account("bob")
    held: list[effects.PrepareSession] = []
    world.host.refusals[effects.PrepareSession] = held.append
    world.host.refusals[effects.EndSession] = lambda _: None
    coming = world.operator.begin(Logon("bob"))
    world.operator.begin(DeleteSession(held[0].session_id))
    world.host.report(reports.SessionPrepared(held[0].session_key))
    with pytest.raises(Exception, match="CTX_WINSTATION_BUSY"):
        _ = coming.reply


@pytest.mark.in_process("the host would be gone for the other tests")
def test_while_the_host_ends_nobody_logs_on(world: InProcessWorld, alice: Program) -> None:
    """7037; and `nts down` is answered when nothing is left.  (Appendix A)"""
    held: list[effects.EndSession] = []
    world.host.refusals[effects.EndSession] = held.append
    down = world.operator.begin(ShutDown())
    assert not down.done
    assert world.operator.status(Logon("bob")) == S.CTX_LOGON_DISABLED
    while held:
        world.host.report(reports.SessionEnded(held.pop().session_key))
    assert down.reply is None
    assert world.host.take(effects.ShutDown)


@pytest.mark.in_process("a machine without namespaces")
def test_a_session_that_cannot_be_prepared(world: InProcessWorld) -> None:
    """1450.  (4.3, failure)"""
    world.settle(1)
    world.host.refusals[effects.PrepareSession] = lambda e: reports.SessionFailed(e.session_key, "no namespaces")
    assert world.operator.status(CreateSession()) == S.INSUFFICIENT_RESOURCES
    world.account("bob")
    assert world.operator.status(Logon("bob")) == S.INSUFFICIENT_RESOURCES


@pytest.mark.in_process("65,535 sessions are counted, not made")
def test_there_are_65536_sessions_at_most(world: InProcessWorld) -> None:
    """(4.8)"""
    executive = world.host.executive
    world.account("bob")
    known = dict(executive.sessions)
    executive.sessions.update({number: known[0] for number in range(65536) if number not in known})
    executive.next_session_id = 65536
    assert world.operator.status(CreateSession()) == S.TOO_MANY_SESSIONS
    assert world.operator.status(Logon("bob")) == S.TOO_MANY_SESSIONS
    executive.sessions.clear()
    executive.sessions.update(known)


@pytest.mark.in_process("nothing disables accounts yet; stored ones may be")
def test_a_disabled_account_does_not_log_on(world: InProcessWorld, alice: Program) -> None:
    """1331.  (3.3)"""
    world.account("paula", "secret word")
    world.host.whole.logon.accounts.by_name["paula"].is_disabled = True
    assert world.operator.win32(Logon("paula")) == (None, 1331)
    assert alice.win32(LogonUser("paula", "secret word")) == (None, 1331)


@pytest.mark.in_process("a minute of virtual time")
def test_wrong_passwords_lock_an_account_for_a_while(world: InProcessWorld, alice: Program) -> None:
    """1909.  (5.2)"""
    world.account("paula", "secret word")
    for _ in range(5):
        assert alice.win32(LogonUser("paula", "wrong")) == (None, 1326)
    assert alice.win32(LogonUser("paula", "secret word")) == (None, 1909)
    assert alice.win32(Logon("paula", "secret word")) == (None, 1909)
    world.passes(64)
    assert alice.status(LogonUser("paula", "secret word")) == S.SUCCESS


@pytest.mark.in_process("the disk is full")
def test_an_account_that_cannot_be_stored_is_not_there(world: InProcessWorld) -> None:
    """(ours)"""
    world.host.refusals[effects.StoreAccounts] = lambda e: reports.AccountsStored(e.ticket, "the disk is full")
    assert world.operator.status(AddAccount("bob")) == S.INTERNAL_ERROR
    assert world.operator.status(Logon("bob")) == S.NO_SUCH_USER


def test_a_password_that_is_too_long_is_refused(world: World, alice: Program) -> None:
    """The daemon does that itself, before the system sees the call; in the process there is no daemon.  (ours)"""
    if world.is_real:
        user = world.account("paula", "correct horse").name
        for call in (AddAccount("quentin", "x" * 5000), SetPassword(user, "x" * 5000)):
            assert world.operator.status(call) == S.PASSWORD_RESTRICTION
        assert alice.status(LogonUser(user, "x" * 5000)) == S.LOGON_FAILURE


# -- services


@pytest.mark.in_process("the hosts of these tests have no services; tests/host/test_cli.py starts real ones")
def test_services_start_and_stop_for_administrators(world: InProcessWorld, alice: Program) -> None:
    """1060, 1056, 1062; 1077 before the first start.  (B.44)"""
    operator = world.operator
    told = {one.name: one for one in alice.call(QueryServices())}
    assert (told["board"].state, told["board"].exit_code) == (ServiceState.STOPPED, 1077)
    for call in (StartService, StopService):
        assert alice.win32(call("board")) == (None, 5)
        assert operator.win32(call("nonsense")) == (None, 1060)
    assert operator.win32(StopService("board")) == (None, 1062)
    assert operator.call(StartService("BOARD")).state == ServiceState.RUNNING
    assert operator.win32(StartService("board")) == (None, 1056)
    assert operator.call(StopService("board")).state == ServiceState.STOPPED


@pytest.mark.in_process("the hosts of these tests have no services")
def test_a_service_whose_program_does_not_start(world: InProcessWorld) -> None:
    """(9; the reason is told)"""
    world.host.refusals[effects.StartProcess] = lambda e: reports.ProcessStartFailed(
        e.process_key, 2, "no such program"
    )
    assert world.operator.status(StartService("broken")) == S.UNSUCCESSFUL
    (told,) = (one for one in world.operator.call(QueryServices()) if one.name == "broken")
    assert (told.state, told.exit_code) == (ServiceState.STOPPED, 2)


@pytest.mark.in_process("the start must fail while it is under way")
def test_stopping_what_then_does_not_start(world: InProcessWorld) -> None:
    """(9)"""
    held: list[effects.StartProcess] = []
    world.host.refusals[effects.StartProcess] = held.append
    begun = [world.operator.begin(StartService("broken")), world.operator.begin(StopService("broken"))]
    assert [one.done for one in begun] == [False, False]
    world.host.report(reports.ProcessStartFailed(held[0].process_key, 2, "no such program"))
    for one in begun:
        with pytest.raises(Exception, match="UNSUCCESSFUL"):
            _ = one.reply


def test_the_host_tells_of_itself(world: World, alice: Program) -> None:
    """(ours)"""
    told = alice.call(QueryHost())
    assert told.profile == "windows11"
    assert told.session_count >= 2
    assert wait(alice, make(alice, "Event", None, initial_state=True)) == 0
    assert ticks(1) == 10_000_000
    assert alice.status(opened(OpenEvent, world.name("none"))) == S.OBJECT_NAME_NOT_FOUND
