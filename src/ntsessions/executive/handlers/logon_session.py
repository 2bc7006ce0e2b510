"""Handlers of the calls that tell who is logged on and what SIDs are called (nt-semantics 3.1, 5.3)."""

from collections.abc import Iterator

from ntsessions.abi import sids
from ntsessions.abi.calls.token import AccountName, LogonSessionInformation, LookupAccount, QueryLogonSessions
from ntsessions.abi.errors import nt_error
from ntsessions.abi.sid_names import well_known_name, well_known_sid
from ntsessions.abi.sids import Sid, parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.logon import DOMAIN
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.security.token import Token

SHOWN_LOGONS = 1024
"""In one answer: the newest; a frame holds no more."""

USER, ALIAS, WELL_KNOWN_GROUP, LABEL = 1, 4, 5, 10
_SERVICE_ACCOUNTS = {sids.LOCAL_SYSTEM, sids.LOCAL_SERVICE, sids.NETWORK_SERVICE}


@handles(QueryLogonSessions)
def query_logon_sessions(
    executive: Executive, caller: Thread, call: QueryLogonSessions
) -> tuple[LogonSessionInformation, ...]:
    """List logon sessions: all for administrators and the system, the caller's own for others."""
    sees_all = caller.token.has_enabled(sids.ADMINISTRATORS) or caller.token.has_enabled(sids.LOCAL_SYSTEM)
    tokens: dict[int, dict[int, Token]] = {}
    for token in _tokens(executive):
        tokens.setdefault(token.authentication_id, {})[token.token_id] = token
    shown = [
        LogonSessionInformation(
            logon_session=logon.luid,
            user_name=logon.user_name,
            domain=logon.domain,
            sid=logon.sid,
            logon_type=int(logon.logon_type),
            session_id=logon.session_id,
            logon_time=logon.logon_time,
            is_elevated=any(token.is_elevated for token in tokens.get(logon.luid, {}).values()),
            token_count=len(tokens.get(logon.luid, ())),
        )
        for logon in executive.logon_sessions.values()
        if sees_all or logon.sid == caller.token.user
    ]
    return tuple(shown[-SHOWN_LOGONS:])


def _tokens(executive: Executive) -> Iterator[Token]:
    """Yield every token that somebody acts with or has a handle to; some more than once."""
    for process in executive.processes.values():
        if not process.has_exited:
            yield process.token
        for thread in process.threads.values():
            if thread.impersonation is not None:
                yield thread.impersonation
    for item in executive.token_objects.values():
        yield item.token
    for port in executive.ports.values():
        yield port.token


@handles(LookupAccount)
def lookup_account(executive: Executive, caller: Thread, call: LookupAccount) -> AccountName:
    """Translate a SID to a name or a name to a SID."""
    if call.name_or_sid[:4].upper() == "S-1-":
        return _name_of(executive, parse_sid(call.name_or_sid))
    sid = well_known_sid(call.name_or_sid)
    if sid is not None:
        return _name_of(executive, sid)
    domain, _, name = call.name_or_sid.rpartition("\\")
    for known_sid, known_domain, known_name in _accounts(executive):
        if known_name.casefold() == name.casefold() and (not domain or known_domain.casefold() == domain.casefold()):
            return AccountName(known_sid, known_domain, known_name, USER)
    raise nt_error(NtStatus.NO_SUCH_USER, call.name_or_sid[:80])


def _name_of(executive: Executive, sid: Sid) -> AccountName:
    known = well_known_name(sid)
    if known is not None:
        return AccountName(sid, *known, _use_of(sid))
    for known_sid, domain, name in _accounts(executive):
        if known_sid == sid:
            return AccountName(sid, domain, name, USER)
    if sid.startswith("S-1-5-5-"):
        high, low = sid.split("-")[-2:]
        return AccountName(sid, "NT AUTHORITY", f"LogonSessionId_{high}_{low}", WELL_KNOWN_GROUP)
    raise nt_error(NtStatus.NO_SUCH_USER, f"nobody here is called {sid}")


def _use_of(sid: Sid) -> int:
    if sids.is_integrity_sid(sid):
        return LABEL
    return ALIAS if sid.startswith("S-1-5-32-") else WELL_KNOWN_GROUP


def _accounts(executive: Executive) -> Iterator[tuple[Sid, str, str]]:
    """Yield SID, domain and name of everybody who logged on, and of accounts that programs ran as."""
    for logon in executive.logon_sessions.values():
        if logon.sid not in _SERVICE_ACCOUNTS:
            yield logon.sid, logon.domain, logon.user_name
    for sid, identity in executive.identities.items():
        if sid not in _SERVICE_ACCOUNTS:
            yield sid, DOMAIN, identity.user_name
