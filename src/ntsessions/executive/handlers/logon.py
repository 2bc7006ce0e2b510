"""CreateLogon: a logon session and its tokens, for an account that the logon subsystem has authenticated (3.5, 5)."""

from ntsessions.abi import sids
from ntsessions.abi.access import GENERIC_EXECUTE, GENERIC_READ
from ntsessions.abi.calls.system import CreateLogon, LogonTokens
from ntsessions.abi.errors import nt_error
from ntsessions.abi.logon import LogonType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sids import parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import require
from ntsessions.executive.objects.token_object import TokenObject
from ntsessions.executive.security.logons import (
    AccountFacts,
    LogonIds,
    LogonSession,
    local_service_token,
    network_service_token,
    system_token,
    user_tokens,
)
from ntsessions.executive.security.token import Token

DOMAIN = "NTSESSIONS"


@handles(CreateLogon)
def create_logon(executive: Executive, caller: Thread, call: CreateLogon) -> LogonTokens:
    """Make a logon session, or the two of a split logon, and open its tokens for the caller."""
    require(caller, Privilege.SeCreateTokenPrivilege)
    if call.session_id not in executive.sessions:
        raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"session {call.session_id}")
    if call.logon_type not in set(LogonType):
        raise nt_error(NtStatus.INVALID_PARAMETER, f"logon type {call.logon_type}")
    sid = parse_sid(call.facts.sid)
    builtin = _builtin_token(executive, sid)
    if builtin is not None:
        fit_to_profile(executive, builtin)
        return LogonTokens(_open(executive, caller, builtin), 0, builtin.authentication_id)
    origin = executive.logon_sessions.get(call.origin)
    if origin is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no logon session {call.origin:#x}")
    facts = call.facts
    executive.identities[sid] = effects.UnixIdentity(
        facts.user_name, facts.uid, facts.gid, facts.groups, facts.home, facts.shell, facts.is_managed
    )
    full, filtered = _user_tokens(executive, call, sid, origin)
    shell = filtered or full
    return LogonTokens(
        _open(executive, caller, shell),
        _open(executive, caller, full) if filtered is not None else 0,
        shell.authentication_id,
    )


def _builtin_token(executive: Executive, sid: sids.Sid) -> Token | None:
    """Return a token of one of the service accounts, whose logon sessions exist from boot on."""
    if sid == sids.LOCAL_SYSTEM:
        return system_token(executive.new_luid(), logon=sids.logon_sid(executive.new_luid()))
    if sid == sids.LOCAL_SERVICE:
        return local_service_token(executive.new_luid(), sids.logon_sid(executive.new_luid()))
    if sid == sids.NETWORK_SERVICE:
        return network_service_token(executive.new_luid(), sids.logon_sid(executive.new_luid()))
    return None


def _user_tokens(
    executive: Executive, call: CreateLogon, sid: sids.Sid, origin: LogonSession
) -> tuple[Token, Token | None]:
    groups = (sids.USERS, sids.ADMINISTRATORS) if call.facts.is_administrator else (sids.USERS,)
    account = AccountFacts(sid, call.facts.user_name, DOMAIN, sids.USERS, groups)
    luid = executive.new_luid
    ids = LogonIds(luid(), luid(), luid(), luid(), sids.logon_sid(luid()))
    tokens = user_tokens(
        account,
        LogonType(call.logon_type),
        call.session_id,
        ids,
        split_tokens=executive.profile.splits_administrator_tokens,
        origin=origin.luid,
    )
    made = [token for token in tokens if token is not None]
    for token in made:
        fit_to_profile(executive, token)
        other = next((half for half in made if half is not token), None)
        logon = executive.logon_sessions[token.authentication_id] = LogonSession(
            token.authentication_id, sid, call.facts.user_name, DOMAIN, LogonType(call.logon_type),
            session_id=call.session_id, logon_time=executive.utc, logon_sid=ids.logon_sid,
            linked_luid=None if other is None else other.authentication_id,
        )  # fmt: skip
        logon.group = origin.group
    return tokens.full, tokens.filtered


def fit_to_profile(executive: Executive, token: Token) -> None:
    """Take away what the profile's Windows does not have yet."""
    profile = executive.profile
    if not profile.has_mandatory_labels:
        token.mandatory_policy = 0
    if not profile.logon_sid_in_default_dacl and token.default_dacl is not None:
        readers = GENERIC_READ | GENERIC_EXECUTE
        token.default_dacl = tuple(
            ace for ace in token.default_dacl if not (ace.sid == token.logon_sid and ace.mask == readers)
        )
    token.refresh()


def _open(executive: Executive, caller: Thread, token: Token) -> int:
    item = TokenObject.open(executive, token, caller)
    return caller.process.handles.add(item, TokenObject.type.mapping.all)
