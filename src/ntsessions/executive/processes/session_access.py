"""Whose session may be looked at: one's own always, another one with the right that its security grants (4.6)."""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.processes.session import Session
from ntsessions.executive.security.access_check import access_check

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread


def session_for(executive: "Executive", caller: "Thread", session_id: int | None, right: int) -> Session:
    """Return the session with this id (None, -1: the caller's) if the caller may do *right* with it.

    Raises CTX_WINSTATION_NOT_FOUND or ACCESS_DENIED.
    """
    session = existing_session(executive, caller, session_id)
    if not may(caller, session, right):
        raise nt_error(NtStatus.ACCESS_DENIED, f"session {session_id} is not yours")
    return session


def existing_session(executive: "Executive", caller: "Thread", session_id: int | None) -> Session:
    """Return the session with this id (None, -1: the caller's), or raise CTX_WINSTATION_NOT_FOUND."""
    own = caller.process.session
    session = own if session_id is None or session_id == -1 else executive.sessions.get(session_id)
    if session is None:
        raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"there is no session {session_id}")
    return session


def may(caller: "Thread", session: Session, right: int) -> bool:
    """Tell whether the caller has *right* on a session; on one's own everything that is asked through here."""
    if session is caller.process.session:
        return True
    assert session.descriptor is not None, "every session has one"
    try:
        return bool(access_check(session.descriptor, caller.token, right, Session.type))
    except NtError:
        return False
