"""How processes and threads enter the executive: by connecting, or by being found."""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import PROCESSES_PER_SESSION
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import AdmitThread, Disconnect, WatchProcess
from ntsessions.executive.processes import job_rules
from ntsessions.executive.processes.process import Process

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.job import Job
    from ntsessions.executive.processes.logon_group import Home
    from ntsessions.executive.processes.session import Port, Session
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.reports import ProcessFacts, ProcessIdentified, ThreadConnected


def new_process(executive: "Executive", session: "Session", port: "Port", source: "Process | None") -> Process:
    """Make a process without a pid, with a token of its own: a copy of *source*'s if it shares the port."""
    pattern = source.token if source is not None and source.port is port else port.token
    token = pattern.copy(executive.new_luid())
    process = Process(executive.new_key(), session, token, port)
    process.descriptor = executive.descriptors.assign(token, Process.type)
    process.desktop_info = None if source is None else source.desktop_info
    process.create_time = executive.utc
    executive.hold_logon(token.authentication_id)
    executive.processes[process.key] = process
    session.processes[process.key] = process
    return process


def enter_opened(executive: "Executive", home: "Home", report: "ProcessIdentified", facts: "ProcessFacts") -> Process:
    """Enter a process that somebody opens by its id; to look at it does not end it, however full its jobs are.

    It has the token of its nearest known ancestor, or else of the user.  INVALID_CID when there is neither.
    """
    source = _nearest_known(executive, report.ancestors)
    ports = [None if source is None else source.port, home.session.first_port, *home.session.ports.values()]
    port = next((one for one in ports if one is not None and one.home == home), None)
    if port is None:
        raise nt_error(NtStatus.INVALID_CID, "the process belongs to no token that is known")
    process, jobs = _enter(executive, port, facts, report)
    for job in jobs:
        job_rules.enter(executive, job, process)
    return process


def _enter(executive: "Executive", port: "Port", facts: "ThreadConnected | ProcessFacts",
           origin: "ThreadConnected | ProcessIdentified") -> "tuple[Process, list[Job]]":  # fmt: skip
    """Enter a process that lives already and was not started by us, and have its end told.

    Answers with the jobs that it lives in; it is not counted into them yet.
    """
    source = _nearest_known(executive, origin.ancestors)
    process = new_process(executive, port.session, port, source)
    process.parent_id = origin.ancestors[0][0] if origin.ancestors else 0
    process.command = facts.command
    place_process(executive, process, facts.pid, facts.start_time)
    executive.emit(WatchProcess(process.key, facts.pid))
    return process, job_rules.jobs_lived_in(executive, process, source, origin.job_keys)


def _nearest_known(executive: "Executive", ancestors: tuple[tuple[int, int], ...]) -> Process | None:
    for pid, start_time in ancestors:
        known = executive.processes_by_id.get(pid)
        if known is not None and known.start_time == start_time:
            return known
    return None


def place_process(executive: "Executive", process: Process, pid: int, start_time: int) -> None:
    """Give a process its pid; an older holder of that pid must have ended, even if its end was not told yet."""
    older = executive.processes_by_id.get(pid)
    if older is not None and older is not process:
        executive.end_process(older, 0)
    process.process_id = pid
    process.start_time = start_time
    executive.processes_by_id[pid] = process
    job_rules.announce(executive, process)


def thread_connected(executive: "Executive", report: "ThreadConnected") -> None:
    """Let a connection in: as a thread of a process that is known, or of one that is entered now."""
    port = executive.ports.get(report.port_key)
    if port is None or port.home.is_ending:
        executive.emit(Disconnect(report.thread_key))
        return
    process = executive.processes_by_id.get(report.pid)
    if process is not None and process.start_time != report.start_time:
        executive.end_process(process, 0)
        process = None
    if process is None and port.starting:
        port.waiting.append(report)  # it may be the program that is being started: wait for its pid
        return
    if process is not None and process.port is not port:
        executive.emit(Disconnect(report.thread_key))  # a process has one token; it cannot come through two doors
        return
    try:
        if process is None:
            process = _enter_connected(executive, port, report)
        if process.exit_code_asked is not None:
            raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {process.process_id} is being terminated")
        thread = stand_in(process) or executive.new_thread(process)
    except NtError:
        executive.emit(Disconnect(report.thread_key))
        return
    thread.key = report.thread_key
    executive.threads[thread.key] = thread
    executive.emit(AdmitThread(thread.key))


def _enter_connected(executive: "Executive", port: "Port", report: "ThreadConnected") -> Process:
    session = port.session
    if len(session.processes) >= PROCESSES_PER_SESSION:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{PROCESSES_PER_SESSION} processes")
    process, jobs = _enter(executive, port, report, report)
    job_rules.count_in(executive, jobs, process)
    return process


def stand_in(process: Process) -> "Thread | None":
    """Return the first thread of a started program while nothing has connected as it."""
    for thread in process.threads.values():
        if not thread.key:
            return thread
    return None


def look_again(executive: "Executive", port: "Port") -> None:
    """One start less is under way: connections that waited for it may be let in."""
    port.starting -= 1
    waiting, port.waiting = port.waiting, []
    for report in waiting:
        thread_connected(executive, report)
