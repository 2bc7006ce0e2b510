"""The host's start, connections coming and going, and what the host tells of itself."""

from ntsessions.abi import sids
from ntsessions.abi.calls.host import HostInformation, QueryHost
from ntsessions.abi.luids import SYSTEM_LUID
from ntsessions.abi.privileges import PrivilegeAttributes
from ntsessions.executive import effects, reports
from ntsessions.executive.handlers.logon import fit_to_profile
from ntsessions.executive.handlers.registry import Executive, Thread, handles, takes
from ntsessions.executive.processes import entry, sessions
from ntsessions.executive.processes.logon_group import Home
from ntsessions.executive.processes.process import Process
from ntsessions.executive.processes.session import Port, Session
from ntsessions.executive.security.logons import builtin_logon_sessions, system_token
from ntsessions.executive.security.token import Token

CONTROL_PORT = 0
"""The key of the operators' port: the control socket in the state directory."""

SYSTEM_THREADS = {"session_manager": -1, "logon": -2, "service_control": -3}
"""Keys of the threads as which the subsystems call."""

SERVICE_UIDS = {sids.LOCAL_SERVICE: ("local-service", 19), sids.NETWORK_SERVICE: ("network-service", 20)}
"""What the two lesser service accounts run as: uids at a fixed place in the managed range."""


@takes(reports.HostStarted)
def host_started(executive: Executive, report: reports.HostStarted) -> None:
    """Make what NT's kernel and smss make at boot: the system's logon sessions, session 0, and the system process."""
    executive.host = report
    executive.boot_time = executive.utc
    for logon in builtin_logon_sessions("NTSESSIONS"):
        logon.reference()  # they never end
        logon.logon_time = executive.utc
        executive.logon_sessions[logon.luid] = logon
    _add_identities(executive, report)
    key = executive.new_key()
    assert key == sessions.SYSTEM_PROCESS_KEY, "the system process is the first of all"
    session = sessions.make_session(executive)
    token = system_token(executive.new_luid())
    _enable_everything(token)
    fit_to_profile(executive, token)
    port = Port(CONTROL_PORT, Home(session), token, report.identity)
    port.is_open = True
    executive.ports[CONTROL_PORT] = port
    _make_system_process(executive, report, session, port, key)
    executive.emit(effects.PrepareSession(session.key, 0, private_tmp=False, limits=effects.GroupLimits()))


def _enable_everything(token: Token) -> None:
    """The system's own parts and its operators need not switch on each privilege before they use it."""
    token.privileges = dict.fromkeys(
        token.privileges, int(PrivilegeAttributes.ENABLED_BY_DEFAULT | PrivilegeAttributes.ENABLED)
    )


def _add_identities(executive: Executive, report: reports.HostStarted) -> None:
    executive.identities[sids.LOCAL_SYSTEM] = report.identity
    for sid, (name, offset) in SERVICE_UIDS.items():
        if report.is_personal:
            executive.identities[sid] = report.identity
        else:
            uid = report.uid_base + offset
            executive.identities[sid] = effects.UnixIdentity(
                name, uid, uid, (), "/", "/usr/sbin/nologin", is_managed=True
            )


def _make_system_process(executive: Executive, report: reports.HostStarted, session: Session, port: Port,
                         key: int) -> None:  # fmt: skip
    process = Process(key, session, port.token.copy(executive.new_luid()), port)
    process.descriptor = executive.descriptors.assign(process.token, Process.type)
    process.command = "System"
    process.create_time = executive.utc
    executive.processes[key] = process
    session.processes[key] = process
    entry.place_process(executive, process, report.process_id, report.start_time)
    executive.hold_logon(SYSTEM_LUID)
    for thread_key in SYSTEM_THREADS.values():
        thread = executive.new_thread(process)
        thread.key = thread_key
        executive.threads[thread_key] = thread


@takes(reports.MemoryRanShort)
def memory_ran_short(executive: Executive, report: reports.MemoryRanShort) -> None:
    """Tell the programs that can do without some of theirs."""
    executive.memory_conditions.ran_short(executive)


@takes(reports.ThreadConnected)
def thread_connected(executive: Executive, report: reports.ThreadConnected) -> None:
    """A program connected."""
    entry.thread_connected(executive, report)


@takes(reports.ThreadDisconnected)
def thread_disconnected(executive: Executive, report: reports.ThreadDisconnected) -> None:
    """A connection ended: the thread ends, and with it what it owned and waited for."""
    thread = executive.threads.get(report.thread_key)
    if thread is not None:
        executive.end_thread(thread)
        return
    for port in executive.ports.values():
        port.waiting = [waiting for waiting in port.waiting if waiting.thread_key != report.thread_key]


@handles(QueryHost)
def query_host(executive: Executive, caller: Thread, call: QueryHost) -> HostInformation:
    """Tell version, profile and counts."""
    host = executive.host
    assert host is not None, "nothing can call before the host has started"
    return HostInformation(
        version=host.version,
        profile=executive.profile.name,
        mode="personal" if host.is_personal else "root",
        process_groups=host.process_groups,
        process_id=host.process_id,
        boot_time=executive.boot_time,
        session_count=len(executive.sessions),
        process_count=sum(len(session.processes) for session in executive.sessions.values()),
        thread_count=len(executive.threads),
        object_count=executive.counts["objects"],
        handle_count=sum(len(process.handles) for process in executive.processes.values()),
        notes=host.notes,
        shared_section=str(executive.profile.shared_section),
        view_space_kb=executive.profile.view_space_kb,
    )
