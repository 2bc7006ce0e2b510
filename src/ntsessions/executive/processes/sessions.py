"""How sessions begin and end (nt-semantics 4.2, 4.3, 4.8, 5.5), and the process that is the system itself."""

from typing import TYPE_CHECKING

from ntsessions.abi import sids
from ntsessions.abi.access import GENERIC_ALL, WINSTATION_CURRENT_USER_ACCESS, WINSTATION_USER_ACCESS
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import POOL_PER_SESSION, SESSION_ID_LIMIT
from ntsessions.abi.security import allow, descriptor
from ntsessions.abi.status import NtStatus
from ntsessions.executive.objects.directory import Container
from ntsessions.executive.objects.object import Pool, release_object
from ntsessions.executive.objects.tree import add_session, child, place, remove_session
from ntsessions.executive.processes import logon_group
from ntsessions.executive.processes.logon_group import LogonGroup
from ntsessions.executive.processes.ports import close_port, port_for
from ntsessions.executive.processes.process import Process
from ntsessions.executive.processes.session import Session
from ntsessions.executive.security.inheritance import concrete_acl
from ntsessions.executive.windowing import clipboard
from ntsessions.executive.windowing.session_windowing import SessionWindowing

if TYPE_CHECKING:
    from ntsessions.abi.security import SecurityDescriptor
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.security.token import Token

SYSTEM_PROCESS_KEY = 1


def make_session(executive: "Executive") -> Session:
    """Make the next session: its names, its pool; Linux's side is asked for by the caller."""
    session_id = _free_id(executive)
    session = Session(executive.new_key(), session_id, Pool(POOL_PER_SESSION))
    directories = add_session(executive.root, session_id, has_labels=executive.profile.has_mandatory_labels)
    session.directory, session.named_objects, session.window_directory = directories
    session.create_time = executive.utc
    place(child(executive.root, "KernelObjects"), f"Session{session_id}", session, session_descriptor(None))
    session.windowing = SessionWindowing(executive, session)
    executive.sessions[session_id] = session
    executive.sessions_by_key[session.key] = session
    return session


def _free_id(executive: "Executive") -> int:
    """Return the id after the highest ever given out, or the lowest that is free once those are used up (4.8)."""
    following = executive.next_session_id
    if following < SESSION_ID_LIMIT:
        executive.next_session_id += 1
        return following
    for candidate in range(1, SESSION_ID_LIMIT):
        if candidate not in executive.sessions:
            return candidate
    raise nt_error(NtStatus.TOO_MANY_SESSIONS, f"{SESSION_ID_LIMIT} sessions")


def session_descriptor(user: "Token | None") -> "SecurityDescriptor":
    """Return who may do what to a session: administrators and the system all, its user what 4.6 grants them."""
    entries = [allow(sids.LOCAL_SYSTEM, GENERIC_ALL), allow(sids.ADMINISTRATORS, GENERIC_ALL)]
    if user is not None:
        entries.append(allow(user.user, WINSTATION_USER_ACCESS | WINSTATION_CURRENT_USER_ACCESS))
    dacl = concrete_acl(tuple(entries), Session.type, sids.LOCAL_SYSTEM, sids.LOCAL_SYSTEM)
    return descriptor(dacl, owner=sids.LOCAL_SYSTEM, group=sids.LOCAL_SYSTEM)


def set_user(executive: "Executive", session: Session, token: "Token | None") -> None:
    """Let somebody be logged on in a session, or nobody."""
    if session.user_token is not None:
        executive.drop_logon(session.user_token.authentication_id)
    session.user_token = token
    session.user_name = "" if token is None else token.user_name
    session.logon_time = 0 if token is None else executive.utc
    session.descriptor = session_descriptor(token)
    session.windowing.set_user(token)
    if token is None:
        clipboard.user_left(executive, session.windowing.station.clipboard)
    if token is not None:
        executive.hold_logon(token.authentication_id)
        if session.session_id == 0:
            logon_group.join(executive, session, token)
        session.first_port = port_for(executive, session, token)


def log_off(executive: "Executive", group: LogonGroup) -> None:
    """Nobody is logged on in session 0 any more: the processes of the logon group have ended."""
    session = group.session
    for process in list(session.processes.values()):
        if process.home.group is group:
            executive.end_process(process, int(NtStatus.UNSUCCESSFUL))
    for port in list(session.ports.values()):
        if port.home.group is group:
            close_port(executive, port)
    logon_group.leave(executive, group)
    set_user(executive, session, None)


def remove(executive: "Executive", session: Session) -> None:
    """Take a session out of the executive: its processes have ended."""
    for process in list(session.processes.values()):
        executive.end_process(process, int(NtStatus.UNSUCCESSFUL))
    set_user(executive, session, None)
    session.first_port = None
    for port in list(session.ports.values()):
        close_port(executive, port)
    remove_session(executive.root, session.session_id)
    if session.directory is not None:
        _bury(executive, session.directory)
    session.windowing.ended(executive)
    if session.parent is not None:
        session.parent.unlink(session)
    executive.sessions.pop(session.session_id, None)
    executive.sessions_by_key.pop(session.key, None)


def _bury(executive: "Executive", directory: Container) -> None:
    """Let go of what was permanent in a directory that no path leads to any more, unless there are handles to it."""
    directories: list[Container] = [directory]
    while directories:
        for item in list(directories.pop().children.values()):
            if isinstance(item, Container):
                directories.append(item)
            item.is_permanent = False
            if item.handle_count == 0:
                if item.parent is not None:
                    item.parent.unlink(item)
                release_object(item)
                item.on_last_handle(executive)


def system_process(executive: "Executive") -> Process:
    """Return the process that the system's own parts are threads of."""
    return executive.processes[SYSTEM_PROCESS_KEY]
