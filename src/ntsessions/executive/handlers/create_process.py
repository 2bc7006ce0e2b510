"""CreateProcess: a program is started with a token, in that token's session (nt-semantics 3.9)."""

from typing import NamedTuple

from ntsessions.abi import access
from ntsessions.abi.calls.process import CREATE_NEW_CONSOLE, CREATE_SUSPENDED, CreatedProcess, CreateProcess
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import COMMAND_ARGUMENTS, PROCESSES_PER_SESSION
from ntsessions.abi.object_types import PROCESS, THREAD
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import SecurityDescriptor
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.registry import Executive, Thread, handles, takes
from ntsessions.executive.objects.handles import INHERIT
from ntsessions.executive.objects.token_object import TokenObject
from ntsessions.executive.processes.entry import look_again, new_process, place_process
from ntsessions.executive.processes.job import Job
from ntsessions.executive.processes.job_rules import admit_process, jobs_for_new_process
from ntsessions.executive.processes.logon_group import Home, home_of_token
from ntsessions.executive.processes.ports import port_for
from ntsessions.executive.processes.process import Process
from ntsessions.executive.security.impersonation import check_assign_primary, is_own_token
from ntsessions.executive.security.token import Token
from ntsessions.executive.windowing.connection import connect, fail_start

START_ERRORS = {
    2: NtStatus.OBJECT_NAME_NOT_FOUND,  # ENOENT
    8: NtStatus.INVALID_FILE_FOR_SECTION,  # ENOEXEC
    11: NtStatus.QUOTA_EXCEEDED,  # EAGAIN: the process limit
    12: NtStatus.NO_MEMORY,  # ENOMEM
    13: NtStatus.ACCESS_DENIED,  # EACCES
    20: NtStatus.OBJECT_NAME_NOT_FOUND,  # ENOTDIR
}
"""What an errno of Linux's exec is told as."""


class Starting(NamedTuple):
    """What a start under way needs to be answered."""

    process: Process
    thread: Thread
    owner: Process
    """Who holds the two handles."""
    process_handle: int
    thread_handle: int

    def take_back(self, executive: Executive) -> None:
        """Close the handles that nobody was told of."""
        for handle, item in ((self.process_handle, self.process), (self.thread_handle, self.thread)):
            if self.owner.handles.leads_to(handle, item):  # another thread of the owner may have closed it blindly
                self.owner.handles.close_quietly(handle, executive)


@handles(CreateProcess)
def create_process(executive: Executive, caller: Thread, call: CreateProcess) -> Pending:
    """Ask for a program to be started; answers when it has its pid, or why it could not be."""
    _check_arguments(caller, call)
    token = _token_for(caller, call.token)
    home = _home_of(executive, token)
    session = home.session
    if call.inherit_handles and session is not caller.process.session:
        raise nt_error(NtStatus.INVALID_PARAMETER, "handles are inherited within one session only; duplicate them")
    asked = [caller.reference(handle, Job, access.JOB_OBJECT_ASSIGN_PROCESS) for handle in call.jobs]
    jobs = jobs_for_new_process(executive, caller.process, asked, call.flags, home)
    port = port_for(executive, session, token)
    process = new_process(executive, session, port, None)
    try:
        starting = _furnish(executive, caller, call, process, token)
    except NtError:
        executive.discard_process(process)
        raise
    failure = _connect(executive, caller, call, process)
    try:
        for job in jobs:
            admit_process(executive, job, process)
    except NtError:
        starting.take_back(executive)
        executive.discard_process(process)
        raise
    process.ended_because = failure
    executive.questions[process.key] = (caller.key, caller.request, starting)
    port.starting += 1
    executive.emit(
        effects.StartProcess(
            process_key=process.key,
            port_key=port.key,
            job_keys=tuple(job.key for job in jobs),
            arguments=call.arguments,
            environment=call.environment,
            working_directory=call.working_directory,
            descriptors=caller.received[0].key if caller.received else None,
            new_terminal=bool(call.flags & CREATE_NEW_CONSOLE),
            suspended=bool(call.flags & CREATE_SUSPENDED) or bool(failure),
            output_log=call.output_log,
        )
    )
    return PENDING


def _check_arguments(caller: Thread, call: CreateProcess) -> None:
    if not 1 <= len(call.arguments) <= COMMAND_ARGUMENTS or not call.arguments[0]:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"a program and up to {COMMAND_ARGUMENTS} arguments are needed")
    texts = [*call.arguments, call.working_directory, *(text for pair in call.environment for text in pair)]
    if any("\0" in text for text in texts) or any("=" in name or not name for name, _ in call.environment):
        raise nt_error(NtStatus.INVALID_PARAMETER, "arguments hold no NUL, and names of variables no =")
    if call.descriptor_count not in (0, 3) or len(caller.received) != call.descriptor_count:
        raise nt_error(NtStatus.INVALID_PARAMETER, "0 or 3 descriptors go with the call")
    if call.output_log:
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        if "/" in call.output_log or "\0" in call.output_log:
            raise nt_error(NtStatus.INVALID_PARAMETER, "the name of a log is the name of a file")


def _token_for(caller: Thread, handle: int) -> Token:
    own = caller.process.token
    if not handle:
        return own
    rights = access.TOKEN_QUERY | access.TOKEN_DUPLICATE | access.TOKEN_ASSIGN_PRIMARY
    token = caller.reference(handle, TokenObject, rights).token
    check_assign_primary(own, token)
    if not is_own_token(own, token):
        own.require_privilege(Privilege.SeIncreaseQuotaPrivilege)
    return token


def _home_of(executive: Executive, token: Token) -> Home:
    session = executive.sessions.get(token.session_id)
    if session is None or (home := home_of_token(executive, session, token)).is_ending:
        raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"the token's session {token.session_id}")
    if len(session.processes) >= PROCESSES_PER_SESSION:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{PROCESSES_PER_SESSION} processes in session {session.session_id}")
    return home


def _furnish(executive: Executive, caller: Thread, call: CreateProcess, process: Process, token: Token) -> Starting:
    """Give a new process its token, security, inherited handles and first thread, and the caller its handles."""
    process.token = token.copy(executive.new_luid())
    process.parent_id = caller.process.process_id
    process.command = " ".join(call.arguments)[:1024]
    # The label, and what the user's own programs may do with it, come from the new process's token, not the starter's.
    process.descriptor = executive.descriptors.assign(process.token, PROCESS, _supplied(call.process_security))
    thread = executive.new_thread(process)
    thread.descriptor = executive.descriptors.assign(process.token, THREAD, _supplied(call.thread_security))
    if call.inherit_handles:
        _inherit(caller, process, call.handle_list)
    handle = caller.process.handles.add(process, PROCESS.mapping.all, INHERIT if call.inherit_process else 0)
    try:
        thread_handle = caller.process.handles.add(thread, THREAD.mapping.all, INHERIT if call.inherit_thread else 0)
    except NtError:
        caller.process.handles.close(handle, executive)
        raise
    return Starting(process, thread, caller.process, handle, thread_handle)


def _connect(executive: Executive, caller: Thread, call: CreateProcess, process: Process) -> str:
    """Connect a new process to its window station and desktop; returns why that failed, empty when it did not."""
    process.desktop_info = caller.process.desktop_info if call.desktop is None else call.desktop
    try:
        connect(executive, process, inherit_desktop=call.inherit_desktop)
    except NtError as error:
        return str(error)
    return ""


def _supplied(security: bytes | None) -> SecurityDescriptor | None:
    return None if security is None else descriptor_from_bytes(security)


def _inherit(caller: Thread, process: Process, listed: tuple[int, ...] | None) -> None:
    """Copy inheritable handles to the same values (1.13); a list restricts which, and each must be inheritable."""
    source = caller.process.handles
    chosen = None if listed is None else {handle & ~3 for handle in listed}
    if chosen is not None:
        for handle in chosen:
            if not source.entry(handle).flags & INHERIT:
                raise nt_error(NtStatus.INVALID_PARAMETER, f"handle {handle:#x} is not inheritable")
    for handle, entry in source.items():
        if entry.flags & INHERIT and (chosen is None or handle in chosen):
            process.handles.add_at(handle, entry.object, entry.access, entry.flags)
    process.handles.seal_inherited()


@takes(reports.ProcessStarted)
def process_started(executive: Executive, report: reports.ProcessStarted) -> None:
    """The program has its pid."""
    process = executive.processes.get(report.process_key)
    asked = executive.questions.pop(report.process_key, None)
    if process is None or asked is None:
        return  # its session has ended meanwhile, and it with it
    place_process(executive, process, report.pid, report.start_time)
    thread_key, request, starting = asked
    assert isinstance(starting, Starting)
    if thread_key not in executive.threads:
        starting.take_back(executive)
    else:
        executive.answer(
            thread_key,
            request,
            CreatedProcess(starting.process_handle, starting.thread_handle, report.pid, starting.thread.thread_id),
        )
    if process.ended_because:
        fail_start(executive, process, process.ended_because)
    if process.port is not None:
        look_again(executive, process.port)


@takes(reports.ProcessStartFailed)
def process_start_failed(executive: Executive, report: reports.ProcessStartFailed) -> None:
    """The program could not be started: everything is as before the call."""
    status = START_ERRORS.get(report.errno, NtStatus.UNSUCCESSFUL)
    did_not_start(executive, report.process_key, nt_error(status, report.reason))


def did_not_start(executive: Executive, process_key: int, error: NtError) -> None:
    """Undo a start that came to nothing, and tell who asked for it.  Nothing happens when none is under way."""
    asked = executive.questions.pop(process_key, None)
    if asked is None:
        return
    thread_key, request, starting = asked
    assert isinstance(starting, Starting)
    starting.take_back(executive)
    executive.discard_process(starting.process)
    if starting.process.port is not None:
        look_again(executive, starting.process.port)
    executive.fail(thread_key, request, error)
