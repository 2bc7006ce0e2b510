"""What several commands need of sessions: finding one by number or name, its state in words, its record."""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.session import ConnectState, QuerySessions, SessionInformation
from ntsessions.abi.errors import nt_error
from ntsessions.abi.luids import Luid, format_luid
from ntsessions.abi.status import NtStatus
from ntsessions.cli.outcome import Refused
from ntsessions.cli.rendering import time_of
from ntsessions.client.address import is_in_session

if TYPE_CHECKING:
    from ntsessions.cli.command import Settings

SHORT_STATES = {
    ConnectState.ACTIVE: "Active", ConnectState.CONNECTED: "Conn", ConnectState.CONNECT_QUERY: "ConnQ",
    ConnectState.SHADOW: "Shadow", ConnectState.DISCONNECTED: "Disc", ConnectState.IDLE: "Idle",
    ConnectState.LISTEN: "Listen", ConnectState.RESET: "Reset", ConnectState.DOWN: "Down", ConnectState.INIT: "Init",
}  # fmt: skip
"""As qwinsta writes them."""


def state_name(state: int) -> str:
    """Return a session's state under WTS's name: Active, ConnectQuery, Disconnected ..."""
    try:
        return ConnectState(state).name.title().replace("_", "")
    except ValueError:
        return str(state)


def session_record(session: SessionInformation) -> dict[str, object]:
    """Return what JSON tells of a session."""
    return {
        "id": session.session_id,
        "name": session.name,
        "user": session.user,
        "state": state_name(session.state),
        "logon_sessions": [format_luid(Luid(luid)) for luid in session.logon_sessions],
        "processes": session.process_count,
        "objects": session.object_count,
        "pool_used": session.pool_used,
        "pool_limit": session.pool_limit,
        "created": time_of(session.create_time),
        "logged_on": time_of(session.logon_time),
        "notes": list(session.notes),
    }


def is_inside(settings: "Settings") -> bool:
    """Tell whether this process speaks for a session: it runs in one, and no other host was named."""
    return settings.state_dir is None and is_in_session()


def own_session(settings: "Settings") -> int:
    """Return the session that this process runs in.  Raises Refused outside of all."""
    if not is_inside(settings):
        raise Refused("this shell is in no session", "name one: `nts session ls` lists them")
    return settings.connection.identity.session_id


def find_session(settings: "Settings", text: str) -> int:
    """Return the session of this number, or of this name in any case ('console').  Raises SessionNotFound."""
    if text.isascii() and text.isdigit():
        return int(text)
    for session in settings.connection.call(QuerySessions()):
        if session.name and session.name.casefold() == text.casefold():
            return session.session_id
    raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, text)


def chosen_session(settings: "Settings", text: str | None) -> int:
    """Return the session that was named by number or name, else the one that this process runs in."""
    return own_session(settings) if text is None else find_session(settings, text)
