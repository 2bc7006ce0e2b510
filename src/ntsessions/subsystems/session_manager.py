"""The session manager (NT's smss and lsm): who gets which session, and how a session ends."""

from collections.abc import Callable
from typing import Any

from ntsessions.abi import access
from ntsessions.abi.call import Call
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.session import ConnectState, LoggedOn, Logoff
from ntsessions.abi.calls.session import Logon as LogonCall
from ntsessions.abi.calls.system import CreateLogon, CreateSession, DeleteSession, EndLogon, LogonFacts, SetSession
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.logon import LogonType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects
from ntsessions.executive.executive import PENDING, Executive, Pending
from ntsessions.executive.processes.session import Session
from ntsessions.executive.processes.thread import Thread
from ntsessions.executive.security.access_check import access_check
from ntsessions.subsystems.logon import Logon
from ntsessions.subsystems.part import Part

CODE_LOGON, CODE_LOGOFF = 5, 6


Ended = Callable[[NtError | None, object], None]


class Waiter:
    """A caller who wants to be told of the outcome of a logon."""

    __slots__ = ("caller", "request")

    def __init__(self, caller: Thread, request: int) -> None:
        self.caller = caller
        self.request = request

    @property
    def is_gone(self) -> bool:
        """Tell whether the caller ended meanwhile, so that nobody is left to be told."""
        return self.caller.is_signaled()


class SessionManager(Part):
    """Logs users on into sessions of their own, and off."""

    def __init__(self, executive: Executive, thread_key: int, logon: Logon) -> None:
        super().__init__(executive, thread_key)
        self.logon = logon
        self.is_shutting_down = False
        self.before_shutdown: Callable[[Callable[[], None]], None] = lambda then: then()
        """Ends the services; set by who puts the system together."""
        self._logging_on: dict[str, list[Waiter]] = {}
        """By SID: a second logon of a user who is being logged on gets the same session."""
        self._ends: dict[DeleteSession | EndLogon, list[Ended]] = {}
        """By what is to end: who is to be told when it has."""
        self._at_the_end: list[Callable[[], None]] = []
        """Who is to be told when everything has ended."""
        self.served: dict[type[Call[Any]], Callable[[Thread, int, Any], object]] = {
            LogonCall: self._logon,
            Logoff: self._logoff,
            ShutDown: self._shut_down,
        }

    # -- logon

    def _logon(self, caller: Thread, request: int, call: LogonCall) -> Pending:
        if self.is_shutting_down:
            raise _shutting_down()

        def identified(error: NtError | None, facts: LogonFacts | None) -> None:
            waiter = Waiter(caller, request)
            if error is not None or facts is None:
                self.executive.fail(caller.key, request, error or nt_error(NtStatus.LOGON_FAILURE))
            elif self.is_shutting_down:
                self.executive.fail(caller.key, request, _shutting_down())
            elif not waiter.is_gone:
                self._admit(waiter, call, facts)

        if call.password is None:
            caller.token.require_privilege(Privilege.SeTcbPrivilege)
            self.logon.trust(call.user_name, identified)
        else:
            self.logon.authenticate(call.user_name, int(call.password), identified)
        return PENDING

    def _admit(self, waiter: Waiter, call: LogonCall, facts: LogonFacts) -> None:
        """Lead a user who was authenticated to their session: the one they have, or a new one."""
        leads = not call.new_session and self.executive.profile.single_session_per_user
        if leads:
            for session in self.executive.sessions.values():
                user = session.user_token
                if user is not None and user.user == facts.sid and not session.is_logging_off:
                    self._answer(waiter, session, reconnected=True)
                    return
            waiting = self._logging_on.get(facts.sid)
            if waiting is not None:
                waiting.append(waiter)
                return
            self._logging_on[facts.sid] = []
        first = self.executive.sessions[0]
        if self.executive.profile.console_user_in_session_0 and first.user_token is None:
            self._settle(waiter, leads, facts, None, 0)
            return
        self.begin(
            CreateSession(call.private_tmp),
            lambda error, session_id: self._settle(waiter, leads, facts, error, session_id),
        )

    def _settle(self, waiter: Waiter, leads: bool, facts: LogonFacts, error: NtError | None,
                session_id: int | None) -> None:  # fmt: skip
        """Let the user be the session's; a session that nobody came to is ended again.

        *leads*: others wait for the outcome of this logon.
        """
        waiters = [waiter, *(self._logging_on.pop(facts.sid, []) if leads else [])]
        waiters = [one for one in waiters if not one.is_gone]
        session = None if session_id is None else self.executive.sessions.get(session_id)
        try:
            if error is not None:
                raise error
            if session is None or session.is_ending:
                raise (
                    _shutting_down()
                    if self.is_shutting_down
                    else nt_error(NtStatus.CTX_WINSTATION_BUSY, "the session was ended while it was being made")
                )
            if waiters:
                self._occupy(session, facts)
        except NtError as failure:
            for one in waiters:
                self.executive.fail(one.caller.key, one.request, failure)
            waiters = []
        for one in waiters:
            assert session is not None, "somebody has just been logged on in it"
            self._answer(one, session, reconnected=one is not waiter)
        if not waiters and session is not None and session.session_id != 0 and not session.is_ending:
            self._end(DeleteSession(session.session_id), lambda *_: None)

    def _occupy(self, session: Session, facts: LogonFacts) -> None:
        """Make the tokens, and let the user be the session's."""
        tokens = self.call(CreateLogon(facts, LogonType.INTERACTIVE, session.session_id))
        try:
            self.call(SetSession(session.session_id, ConnectState.DISCONNECTED, tokens.token, CODE_LOGON))
        finally:
            self.close(tokens.token, tokens.full_token)

    def _answer(self, waiter: Waiter, session: Session, *, reconnected: bool) -> None:
        token = session.user_token
        assert token is not None, "the session's user was just found or set"
        reply = LoggedOn(session.session_id, token.authentication_id, token.user_name, reconnected, session.notes)
        self.executive.answer(waiter.caller.key, waiter.request, reply)

    # -- logoff

    def _logoff(self, caller: Thread, request: int, call: Logoff) -> Pending:
        own = caller.process.session
        session = own if call.session_id == -1 else self.executive.sessions.get(call.session_id)
        if session is None:
            raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"session {call.session_id}")
        right = access.WINSTATION_LOGOFF if session is own else access.WINSTATION_RESET | access.WINSTATION_LOGOFF
        assert session.descriptor is not None, "every session has a descriptor"
        access_check(session.descriptor, caller.token, right, Session.type)
        if session.session_id == 0 and session.logon_group is None:
            raise nt_error(
                NtStatus.ACCESS_DENIED, "session 0 belongs to the services and ends with the host: `nts down`"
            )
        if session.is_logging_off:
            raise nt_error(NtStatus.CTX_WINSTATION_BUSY, f"session {session.session_id} is being logged off already")
        end: DeleteSession | EndLogon = EndLogon(0)
        if session.session_id != 0:
            end = DeleteSession(session.session_id)
            self.call(SetSession(session.session_id, ConnectState.RESET, None, CODE_LOGOFF))
        self._end(end, lambda error, left: self._ended(caller, request, error, left))
        return PENDING

    def _end(self, end: DeleteSession | EndLogon, then: Ended) -> None:
        """End a session, or the logon in session 0, once, however many want it."""
        waiting = self._ends.get(end)
        if waiting is not None:
            waiting.append(then)
            return
        self._ends[end] = [then]

        def ended(error: NtError | None, survivors: object) -> None:
            for one in self._ends.pop(end):
                one(error, survivors)

        self.begin(end, ended)

    def _ended(self, caller: Thread, request: int, error: NtError | None, survivors: object) -> None:
        if error is not None:
            self.executive.fail(caller.key, request, error)
        else:
            self.executive.answer(caller.key, request, survivors)

    # -- shutdown

    def _shut_down(self, caller: Thread, request: int, call: ShutDown) -> Pending:
        caller.token.require_privilege(Privilege.SeShutdownPrivilege)
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        self.shut_down(lambda: self.executive.answer(caller.key, request, None))
        return PENDING

    def shut_down(self, then: Callable[[], None]) -> None:
        """End the services and every session, session 0 last; then tell *then* and let the daemon leave."""
        self._at_the_end.append(then)
        if not self.is_shutting_down:
            self.is_shutting_down = True
            self.before_shutdown(self._end_sessions)

    def _end_sessions(self) -> None:
        left: list[DeleteSession | EndLogon] = [DeleteSession(number) for number in self.executive.sessions if number]
        if self.executive.sessions[0].logon_group is not None:
            left.append(EndLogon(0))
        remaining = len(left)

        def one_ended(*_: object) -> None:
            nonlocal remaining
            remaining -= 1
            if remaining <= 0:
                self._end(DeleteSession(0), lambda *_: self._everything_ended())

        if not left:
            one_ended()
        for end in left:
            self._end(end, one_ended)

    def _everything_ended(self) -> None:
        for then in self._at_the_end:
            then()
        self.executive.emit(effects.ShutDown())


def _shutting_down() -> NtError:
    return nt_error(NtStatus.CTX_LOGON_DISABLED, "the host is shutting down")
