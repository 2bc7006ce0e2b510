"""Handlers of the process and thread calls."""

from ntsessions.abi import access
from ntsessions.abi.calls.process import (
    PROTOCOL,
    Connect,
    Connected,
    OpenProcess,
    OpenThread,
    ProcessIdToSessionId,
    ProcessInformation,
    QueryProcess,
    QuerySessionProcesses,
    QueryThread,
    ResumeProcess,
    SessionProcess,
    SignalProcess,
    TerminateProcess,
    ThreadInformation,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.exit_status import status_of_signal
from ntsessions.abi.object_types import PROCESS, THREAD
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.create_process import did_not_start
from ntsessions.executive.handlers.registry import Executive, Thread, handles, takes
from ntsessions.executive.objects.handles import INHERIT
from ntsessions.executive.processes.entry import enter_opened
from ntsessions.executive.processes.logon_group import find_home
from ntsessions.executive.processes.process import Process
from ntsessions.executive.processes.session_access import session_for
from ntsessions.executive.security.access_check import process_access_check

SIGKILL = 9


IMPLIED_RIGHTS = {
    "Process": {access.PROCESS_QUERY_INFORMATION: access.PROCESS_QUERY_LIMITED_INFORMATION},
    "Thread": {access.THREAD_QUERY_INFORMATION: access.THREAD_QUERY_LIMITED_INFORMATION},
}
"""A handle with the older right brings the lesser one that Vista split from it."""


@handles(Connect)
def connect(executive: Executive, caller: Thread, call: Connect) -> Connected:
    """Greet a caller."""
    if call.protocol != PROTOCOL:
        raise nt_error(NtStatus.REVISION_MISMATCH, f"the client speaks protocol {call.protocol}, the daemon {PROTOCOL}")
    process, token = caller.process, caller.process.token
    return Connected(
        protocol=PROTOCOL,
        process_id=process.process_id,
        thread_id=caller.thread_id,
        session_id=process.session.session_id,
        user=token.user_name,
        user_sid=token.user,
        logon_session=token.authentication_id,
        profile=executive.profile.name,
        version=executive.host.version if executive.host else "",
    )


@handles(OpenProcess)
def open_process(executive: Executive, caller: Thread, call: OpenProcess) -> int | Pending:
    """Open a process by its id, looking at Linux for one that never called us."""
    process = executive.processes_by_id.get(call.process_id)
    if process is not None:
        return _open(caller, process, call)
    ticket = executive.ask(caller, call)
    executive.emit(effects.IdentifyProcess(ticket, call.process_id))
    return PENDING


def _open(caller: Thread, item: Process | Thread, call: OpenProcess | OpenThread) -> int:
    assert item.descriptor is not None
    kind = PROCESS if isinstance(item, Process) else THREAD
    granted = process_access_check(item.descriptor, caller.token, call.desired_access, kind)
    for right, implied in IMPLIED_RIGHTS[kind.name].items():
        if granted & right:
            granted |= implied
    return caller.process.handles.add(item, granted, INHERIT if call.inherit else 0)


@handles(ProcessIdToSessionId)
def process_id_to_session_id(executive: Executive, caller: Thread, call: ProcessIdToSessionId) -> int | Pending:
    """Tell a process's session, asking Linux for one that never called us."""
    process = executive.processes_by_id.get(call.process_id)
    if process is not None:
        return process.session.session_id
    executive.emit(effects.IdentifyProcess(executive.ask(caller, call), call.process_id))
    return PENDING


@takes(reports.ProcessIdentified)
def process_identified(executive: Executive, report: reports.ProcessIdentified) -> None:
    """Finish a call that named a process which had not called us."""
    thread_key, request, call = executive.questions.pop(report.ticket)
    caller = executive.threads.get(thread_key)
    if caller is None:
        return  # it has ended, and a handle would be nobody's
    home = find_home(executive, report.session_key)
    facts = report.facts
    try:
        if home is None or facts is None:
            raise nt_error(NtStatus.INVALID_CID, "no process of this host has that id")
        if isinstance(call, ProcessIdToSessionId):
            executive.answer(thread_key, request, home.session.session_id)
            return
        assert isinstance(call, OpenProcess)
        process = executive.processes_by_id.get(facts.pid)
        if process is None:
            process = enter_opened(executive, home, report, facts)
        executive.answer(thread_key, request, _open(caller, process, call))
    except NtError as error:
        executive.fail(thread_key, request, error)


@handles(TerminateProcess)
def terminate_process(executive: Executive, caller: Thread, call: TerminateProcess) -> None:
    """Kill a process; its exit code is the caller's choice."""
    process = caller.reference(call.handle, Process, access.PROCESS_TERMINATE)
    if process.has_exited:
        raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {process.process_id} has ended")
    process.exit_code_asked = call.exit_code & 0xFFFFFFFF
    executive.emit(effects.SignalProcess(process.key, SIGKILL))


@handles(SignalProcess)
def signal_process(executive: Executive, caller: Thread, call: SignalProcess) -> None:
    """Send a Unix signal."""
    process = caller.reference(call.handle, Process, access.PROCESS_TERMINATE)
    if not process.has_exited:
        executive.emit(effects.SignalProcess(process.key, call.signal))


@handles(ResumeProcess)
def resume_process(executive: Executive, caller: Thread, call: ResumeProcess) -> None:
    """Let a suspended process go."""
    item = caller.process.handles.entry(call.handle).object
    if isinstance(item, Thread):
        process = caller.reference(call.handle, Thread, access.THREAD_SUSPEND_RESUME).process
    else:
        process = caller.reference(call.handle, Process, access.PROCESS_SUSPEND_RESUME)
    executive.emit(effects.ResumeProcess(process.key))


@handles(QueryProcess)
def query_process(executive: Executive, caller: Thread, call: QueryProcess) -> ProcessInformation:
    """Read a process."""
    process = caller.reference(call.handle, Process, access.PROCESS_QUERY_LIMITED_INFORMATION)
    return ProcessInformation(
        process_id=process.process_id,
        parent_id=process.parent_id,
        session_id=process.session.session_id,
        exit_status=process.exit_status,
        command=process.command,
        user=process.token.user_name,
        handle_count=len(process.handles),
        thread_count=len(process.threads),
        create_time=process.create_time,
        exit_time=process.exit_time,
        desktop=_desktop_name(process),
        ended_because=process.ended_because,
    )


def _desktop_name(process: Process) -> str:
    gui = process.gui
    return "" if gui is None or gui.startup_desktop is None else gui.startup_desktop.full_name


@handles(OpenThread)
def open_thread(executive: Executive, caller: Thread, call: OpenThread) -> int:
    """Open a thread by its id."""
    thread = executive.threads_by_id.get(call.thread_id)
    if thread is None:
        raise nt_error(NtStatus.INVALID_CID, f"no thread has the id {call.thread_id}")
    return _open(caller, thread, call)


@handles(QueryThread)
def query_thread(executive: Executive, caller: Thread, call: QueryThread) -> ThreadInformation:
    """Read a thread."""
    thread = caller.reference(call.handle, Thread, access.THREAD_QUERY_LIMITED_INFORMATION)
    return ThreadInformation(
        thread.thread_id, thread.process.process_id, thread.exit_status, thread.impersonation is not None
    )


@handles(QuerySessionProcesses)
def query_session_processes(executive: Executive, caller: Thread, call: QuerySessionProcesses) -> Pending:
    """List the live processes of a session."""
    session = session_for(executive, caller, call.session_id, access.WINSTATION_QUERY)
    executive.emit(effects.ListProcesses(executive.ask(caller, session), session.key))
    return PENDING


@takes(reports.ProcessesListed)
def processes_listed(executive: Executive, report: reports.ProcessesListed) -> None:
    """Answer with what Linux knows and what we know, process by process."""
    asked = executive.questions.pop(report.ticket, None)
    if asked is None:
        return  # the session has ended meanwhile, and who asked was told
    thread_key, request, session = asked
    rows = []
    for facts in report.processes:
        known = executive.processes_by_id.get(facts.pid)
        rows.append(
            SessionProcess(
                process_id=facts.pid,
                session_id=session.session_id,  # type: ignore[attr-defined]  # the subject of this question is a session
                user=known.token.user_name if known else session.user_name or "SYSTEM",  # type: ignore[attr-defined]  # as above
                logon_session=known.token.authentication_id if known else 0,
                command=facts.command,
                memory=facts.memory,
                parent_id=facts.parent_pid,
                unix_session=facts.unix_session,
                process_group=facts.process_group,
                terminal=facts.terminal,
                handle_count=len(known.handles) if known else -1,
            )
        )
    executive.answer(thread_key, request, tuple(rows))


@takes(reports.ProcessExited)
def process_exited(executive: Executive, report: reports.ProcessExited) -> None:
    """A process has ended."""
    process = executive.processes.get(report.process_key)
    if process is None:
        return
    if not process.process_id:  # its launcher died before it could tell whether it runs
        did_not_start(executive, report.process_key, nt_error(NtStatus.UNSUCCESSFUL, "the session's launcher has died"))
    executive.end_process(process, exit_status_of(report.exit_code, report.signal))


def exit_status_of(exit_code: int | None, signal: int | None) -> int:
    """Translate how Linux ended a process to an exit status."""
    if signal is not None:
        return status_of_signal(signal)
    return int(NtStatus.UNSUCCESSFUL) if exit_code is None else exit_code
