"""Handlers of the session calls: what a session is, who is in it, what happens to it."""

from ntsessions.abi import access
from ntsessions.abi.calls.session import (
    ConnectState,
    QuerySession,
    QuerySessions,
    QueryUserToken,
    RunTarget,
    SessionInformation,
    SessionNotification,
    WaitSessionNotification,
)
from ntsessions.abi.calls.system import CreateSession, DeleteSession, EndLogon, SetSession
from ntsessions.abi.errors import nt_error
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects, reports
from ntsessions.executive.dispatcher.waits import Wait
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.create_process import Starting, did_not_start
from ntsessions.executive.handlers.registry import Executive, Thread, handles, takes
from ntsessions.executive.handlers.session_memory import Measuring
from ntsessions.executive.objects.naming import require
from ntsessions.executive.objects.token_object import TokenObject
from ntsessions.executive.processes import sessions
from ntsessions.executive.processes.job import Job
from ntsessions.executive.processes.logon_group import Home, LogonGroup, find_home
from ntsessions.executive.processes.ports import close_port
from ntsessions.executive.processes.session import Session
from ntsessions.executive.processes.session_access import existing_session, may, session_for

NOTIFICATIONS_KEPT = 1024
CODE_LOGOFF, CODE_CREATE, CODE_TERMINATE = 0x6, 0xA, 0xB


@handles(QuerySessions)
def query_sessions(executive: Executive, caller: Thread, call: QuerySessions) -> tuple[SessionInformation, ...]:
    """List the sessions; of those the caller may not query, the bare facts."""
    return tuple(
        describe(executive, session, in_full=may(caller, session, access.WINSTATION_QUERY))
        for session in executive.sessions.values()
    )


@handles(QuerySession)
def query_session(executive: Executive, caller: Thread, call: QuerySession) -> SessionInformation:
    """Read one session."""
    session = session_for(executive, caller, call.session_id, access.WINSTATION_QUERY)
    return describe(executive, session, in_full=True)


def describe(executive: Executive, session: Session, *, in_full: bool) -> SessionInformation:
    """Return what is told of a session."""
    logons = tuple(luid for luid, logon in executive.logon_sessions.items() if logon.session_id == session.session_id)
    name = executive.profile.services_session_name if session.session_id == 0 else ""
    return SessionInformation(
        session_id=session.session_id,
        name=name,
        user=session.user_name if in_full else "",
        state=int(session.state_code),
        logon_sessions=logons if in_full else (),
        process_count=len(session.processes) if in_full else 0,
        object_count=len(session.bno.children) if in_full else 0,
        pool_used=session.pool.used if in_full else 0,
        pool_limit=session.pool.limit,
        create_time=session.create_time,
        logon_time=session.logon_time if in_full else 0,
        notes=session.notes if in_full else (),
    )


@handles(QueryUserToken)
def query_user_token(executive: Executive, caller: Thread, call: QueryUserToken) -> RunTarget:
    """Open a copy of the token of a session's user, or of the system for session 0."""
    own = call.session_id in (-1, caller.process.session.session_id)
    if not own:
        require(caller, Privilege.SeTcbPrivilege)
    session = existing_session(executive, caller, call.session_id)
    if session.is_logging_off:
        raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"session {session.session_id} is being logged off")
    source = session.user_token
    is_system = caller.token.has_privilege(Privilege.SeTcbPrivilege)
    if own and (session.session_id != 0 or source is None or not is_system):
        source = caller.process.token
    elif source is None and session.session_id == 0:
        source = sessions.system_process(executive).token
    if source is None:
        raise nt_error(NtStatus.NO_TOKEN, f"nobody is logged on in session {session.session_id}")
    item = TokenObject.open(executive, source.copy(executive.new_luid()), caller)
    handle = caller.process.handles.add(item, TokenObject.type.mapping.all)
    return RunTarget(handle, session.session_id, source.user_name)


class NotificationWait(Wait):
    """A call that waits for news of sessions."""

    __slots__ = ()

    def reply(self, result: object) -> object:
        """Return no news."""
        return ()


@handles(WaitSessionNotification)
def wait_session_notification(executive: Executive, caller: Thread, call: WaitSessionNotification) -> object:
    """Return news after `since`, or wait for some."""
    since = executive.notification_sequence if call.since < 0 else call.since
    news = news_for(executive, caller, since)
    if news or call.timeout == 0:
        return news
    wait = NotificationWait(caller, caller.request, ())
    executive.waits.begin(wait, None if call.timeout < 0 else executive.now + call.timeout)
    executive.notification_waits[wait] = since
    return PENDING


def news_for(executive: Executive, caller: Thread, since: int) -> tuple[SessionNotification, ...]:
    """Return the notifications after *since* that the caller may hear of."""
    news = []
    for notification in executive.notifications:
        if notification.sequence <= since:
            continue
        session = executive.sessions.get(notification.session_id)
        if session is None or may(caller, session, access.WINSTATION_QUERY):
            news.append(notification)
    return tuple(news)


def notify(executive: Executive, session_id: int, code: int) -> None:
    """Tell everybody who waits for it that something happened to a session."""
    executive.notification_sequence += 1
    executive.notifications.append(
        SessionNotification(code, session_id, executive.utc, executive.notification_sequence)
    )
    del executive.notifications[:-NOTIFICATIONS_KEPT]
    for wait, since in list(executive.notification_waits.items()):
        if not isinstance(wait, NotificationWait):
            continue  # for the event log
        news = news_for(executive, wait.thread, since)
        if news:
            del executive.notification_waits[wait]
            executive.waits.withdraw(wait)
            executive.answer(wait.thread.key, wait.request, news)


# -- making and ending


@handles(CreateSession)
def create_session(executive: Executive, caller: Thread, call: CreateSession) -> Pending:
    """Make a session; answers when it is prepared."""
    require(caller, Privilege.SeTcbPrivilege)
    session = sessions.make_session(executive)
    executive.questions[session.key] = (caller.key, caller.request, None)
    executive.emit(effects.PrepareSession(session.key, session.session_id, call.private_tmp, effects.GroupLimits()))
    return PENDING


@takes(reports.SessionPrepared)
def session_prepared(executive: Executive, report: reports.SessionPrepared) -> None:
    """Programs can be started in the session."""
    session = executive.sessions_by_key.get(report.session_key)
    asked = executive.questions.pop(report.session_key, None)
    if session is None:
        return
    session.is_prepared = True
    session.notes = report.notes
    if not session.is_ending:
        session.state_code = ConnectState.DISCONNECTED if session.session_id == 0 else ConnectState.CONNECTED
    notify(executive, session.session_id, CODE_CREATE)
    if asked is not None:
        executive.answer(asked[0], asked[1], session.session_id)


@takes(reports.SessionFailed)
def session_failed(executive: Executive, report: reports.SessionFailed) -> None:
    """The session could not be prepared: it is gone."""
    session = executive.sessions_by_key.get(report.session_key)
    asked = executive.questions.pop(report.session_key, None)
    if session is not None and session.session_id != 0:  # without session 0 the host leaves
        sessions.remove(executive, session)
        if session.ending is not None:
            executive.answer(*session.ending, ())
    if asked is not None:
        executive.fail(asked[0], asked[1], nt_error(NtStatus.INSUFFICIENT_RESOURCES, report.reason))


@handles(DeleteSession)
def delete_session(executive: Executive, caller: Thread, call: DeleteSession) -> Pending:
    """End a session; answers when nothing of it is left."""
    require(caller, Privilege.SeTcbPrivilege)
    session = existing_session(executive, caller, call.session_id)
    if session.is_ending:
        raise nt_error(NtStatus.CTX_WINSTATION_BUSY, f"session {session.session_id} is being logged off already")
    session.is_ending = True
    session.state_code = ConnectState.RESET
    session.ending = (caller.key, caller.request)
    executive.emit(effects.EndSession(session.key))
    return PENDING


@takes(reports.SessionEnded)
def session_ended(executive: Executive, report: reports.SessionEnded) -> None:
    """Nothing of the session is left on Linux; now its names and its id go."""
    home = find_home(executive, report.session_key)
    if home is None:
        return
    session = home.session
    if home.group is not None:
        _logged_off(executive, home.group, report.survivors)
        return
    asked = executive.questions.pop(report.session_key, None)
    if asked is not None:  # it was ended before it was ready
        executive.fail(asked[0], asked[1], nt_error(NtStatus.INSUFFICIENT_RESOURCES, "the session was ended"))
    _answer_questions(executive, Home(session))
    if session.session_id != 0:  # session 0 goes with the host, which still has somebody to answer
        sessions.remove(executive, session)
    notify(executive, session.session_id, CODE_TERMINATE)
    if session.ending is not None:
        executive.answer(*session.ending, report.survivors)


@handles(EndLogon)
def end_logon(executive: Executive, caller: Thread, call: EndLogon) -> Pending:
    """Log off the user of session 0; answers when nothing of their logon is left."""
    require(caller, Privilege.SeTcbPrivilege)
    session = existing_session(executive, caller, call.session_id)
    group = session.logon_group
    if group is None:
        raise nt_error(NtStatus.NO_TOKEN, f"nobody is logged on in session {session.session_id} who could leave it")
    if session.is_logging_off:
        raise nt_error(NtStatus.CTX_WINSTATION_BUSY, f"session {session.session_id} is being logged off already")
    group.is_ending = True
    group.ending = (caller.key, caller.request)
    executive.emit(effects.EndSession(group.key))
    return PENDING


def _logged_off(executive: Executive, group: LogonGroup, survivors: tuple[int, ...]) -> None:
    """Nothing of the user of session 0 is left on Linux; now their names go, and the next one may come (5.5)."""
    _answer_questions(executive, Home(group.session, group))
    sessions.log_off(executive, group)
    notify(executive, group.session.session_id, CODE_LOGOFF)
    if group.ending is not None:
        executive.answer(*group.ending, survivors)


def _answer_questions(executive: Executive, home: Home) -> None:
    """Answer what was asked of the launcher of a home: it tells nothing any more."""
    for key, (_, _, subject) in list(executive.questions.items()):
        if isinstance(subject, Starting) and subject.process.home == home:
            did_not_start(executive, key, nt_error(NtStatus.UNSUCCESSFUL, "the session has ended"))
        elif subject is home.session and home.group is None:
            executive.report(reports.ProcessesListed(key, ()))
        elif isinstance(subject, Measuring) and Home(subject.session) == home:
            executive.report(reports.SessionMeasured(key))
        elif isinstance(subject, Job) and subject.home_key == home.key:
            executive.report(reports.JobMeasured(key, 0, 0, 0, ()))


@handles(SetSession)
def set_session(executive: Executive, caller: Thread, call: SetSession) -> None:
    """Change a session's state and user."""
    require(caller, Privilege.SeTcbPrivilege)
    session = existing_session(executive, caller, call.session_id)
    if call.state not in set(ConnectState):
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no session state {call.state}")
    token = caller.reference(call.token, TokenObject, access.TOKEN_QUERY).token if call.token else None
    session.state_code = ConnectState(call.state)
    if call.token is not None:
        sessions.set_user(executive, session, token)
    if call.notification:
        notify(executive, session.session_id, call.notification)


@takes(reports.PortOpened)
def port_opened(executive: Executive, report: reports.PortOpened) -> None:
    """The port listens."""
    port = executive.ports.get(report.port_key)
    if port is not None:
        port.is_open = True


@takes(reports.PortFailed)
def port_failed(executive: Executive, report: reports.PortFailed) -> None:
    """The port could not be made: nothing can be started through it."""
    port = executive.ports.get(report.port_key)
    if port is not None:
        port.session.notes += (report.reason,)
        close_port(executive, port)
