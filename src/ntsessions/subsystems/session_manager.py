"""The session manager (NT's smss and lsm): who gets which session, and how a session ends."""

from collections.abc import Callable
from typing import Any

from ntsessions.abi import access
from ntsessions.abi.call import Call
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.session import ConnectState, LoggedOn, Logoff
from ntsessions.abi.calls.session import Logon as LogonCall
from ntsessions.abi.calls.system import CreateLogon, CreateSession, DeleteSession, LogonFacts, SetSession
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


class Waiter:
    """A caller who wants to be told of the outcome of a logon."""

    __slots__ = ("caller", "request")

    def __init__(self, caller: Thread, request: int) -> None:
        self.caller = caller
        self.request = request


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
        self.served: dict[type[Call[Any]], Callable[[Thread, int, Any], object]] = {
            LogonCall: self._logon,
            Logoff: self._logoff,
            ShutDown: self._shut_down,
        }

    # -- logon

    def _logon(self, caller: Thread, request: int, call: LogonCall) -> Pending:
        if self.is_shutting_down:
            raise nt_error(NtStatus.CTX_LOGON_DISABLED, "the host is shutting down")

        def identified(error: NtError | None, facts: LogonFacts | None) -> None:
            if error is not None or facts is None:
                self.executive.fail(caller.key, request, error or nt_error(NtStatus.LOGON_FAILURE))
            else:
                self._admit(Waiter(caller, request), call, facts)

        if call.password is None:
            caller.token.require_privilege(Privilege.SeTcbPrivilege)
            self.logon.trust(call.user_name, identified)
        else:
            self.logon.authenticate(call.user_name, int(call.password), identified)
        return PENDING

    def _admit(self, waiter: Waiter, call: LogonCall, facts: LogonFacts) -> None:
        """Lead a user who was authenticated to their session: the one they have, or a new one."""
        if not call.new_session and self.executive.profile.single_session_per_user:
            for session in self.executive.sessions.values():
                if session.user_token is not None and session.user_token.user == facts.sid and not session.is_ending:
                    self._answer(waiter, session, reconnected=True)
                    return
            waiting = self._logging_on.get(facts.sid)
            if waiting is not None:
                waiting.append(waiter)
                return
            self._logging_on[facts.sid] = []
        first = self.executive.sessions[0]
        if self.executive.profile.console_user_in_session_0 and first.user_token is None:
            self._settle(waiter, facts, None, 0)
            return
        self.begin(
            CreateSession(call.private_tmp),
            lambda error, session_id: self._settle(waiter, facts, error, session_id),
        )

    def _settle(self, waiter: Waiter, facts: LogonFacts, error: NtError | None, session_id: int | None) -> None:
        """Make the tokens, and let the user be the session's."""
        waiters = [waiter, *self._logging_on.pop(facts.sid, [])]
        try:
            if error is not None or session_id is None:
                raise error or nt_error(NtStatus.INTERNAL_ERROR)
            tokens = self.call(CreateLogon(facts, LogonType.INTERACTIVE, session_id))
            self.call(SetSession(session_id, ConnectState.DISCONNECTED, tokens.token, CODE_LOGON))
            self.close(tokens.token, tokens.full_token)
        except NtError as failure:
            for one in waiters:
                self.executive.fail(one.caller.key, one.request, failure)
            return
        session = self.executive.sessions[session_id]
        for one in waiters:
            self._answer(one, session, reconnected=one is not waiter)

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
        if session.session_id == 0:
            raise nt_error(
                NtStatus.ACCESS_DENIED, "session 0 belongs to the services and ends with the host: `nts down`"
            )
        if session.is_ending:
            raise nt_error(NtStatus.CTX_WINSTATION_BUSY, f"session {session.session_id} is being logged off already")
        self.call(SetSession(session.session_id, ConnectState.RESET, None, CODE_LOGOFF))
        self.begin(DeleteSession(session.session_id), lambda error, left: self._ended(caller, request, error, left))
        return PENDING

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
        if self.is_shutting_down:
            return
        self.is_shutting_down = True

        def everything_ended() -> None:
            then()
            self.executive.emit(effects.ShutDown())

        def services_ended() -> None:
            left = [session.session_id for session in self.executive.sessions.values() if session.session_id != 0]
            remaining = len(left)

            def one_ended(error: NtError | None, survivors: object) -> None:  # noqa: ARG001 - it is gone either way
                nonlocal remaining
                remaining -= 1
                if remaining == 0:
                    self.begin(DeleteSession(0), lambda *_: everything_ended())

            if not left:
                self.begin(DeleteSession(0), lambda *_: everything_ended())
            for session_id in left:
                self.begin(DeleteSession(session_id), one_ended)

        self.before_shutdown(services_ended)
