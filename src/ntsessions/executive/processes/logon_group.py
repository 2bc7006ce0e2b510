"""The logon group: what ends with the user of session 0, while the services beside it go on (nt-semantics 4.2, 5.5).

Up to Windows 2003 the first user works in session 0.  Other sessions end with their user; this one does not.  So that
the user's programs can be told from the services' whatever they do, they live in a process group of their own on Linux,
inside the session's: those with a token of the user's logon session, or of a logon session that was made from it there.

Invariants:
  1. Only session 0 has a logon group, and only while somebody is logged on in it.
  2. Which home a process has is decided by its port, and so by its token; it never changes.
  3. All processes of a job have one home: on Linux a job is a group inside of it.
"""

from typing import TYPE_CHECKING, NamedTuple

from ntsessions.executive.effects import PrepareLogonGroup

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.session import Session
    from ntsessions.executive.security.token import Token


class LogonGroup:
    """The programs of the user of session 0."""

    __slots__ = ("ending", "is_ending", "key", "session")

    def __init__(self, key: int, session: "Session") -> None:
        self.key = key
        self.session = session
        self.is_ending = False
        self.ending: tuple[int, int] | None = None
        """Who waits for the end: thread key and request of the EndLogon."""


class Home(NamedTuple):
    """Where processes live: in a session, or in the logon group inside it."""

    session: "Session"
    group: LogonGroup | None = None

    @property
    def key(self) -> int:
        """What the host calls it."""
        return self.session.key if self.group is None else self.group.key

    @property
    def is_ending(self) -> bool:
        """Tell whether nothing may be started there any more."""
        return self.session.is_ending or (self.group is not None and self.group.is_ending)


def home_of_token(executive: "Executive", session: "Session", token: "Token") -> Home:
    """Return where programs with *token* live in *session*."""
    logon = executive.logon_sessions.get(token.authentication_id)
    group = None if logon is None else logon.group
    return Home(session, group if group is not None and group.session is session else None)


def find_home(executive: "Executive", key: int | None) -> Home | None:
    """Return the home that the host calls *key*."""
    session = executive.sessions_by_key.get(key or 0)
    if session is not None:
        return Home(session)
    groups = (one.logon_group for one in executive.sessions.values())
    return next((Home(group.session, group) for group in groups if group is not None and group.key == key), None)


def join(executive: "Executive", session: "Session", token: "Token") -> None:
    """Let the logon session of *token* be that of the session's logon group; a group is made where there is none."""
    if session.logon_group is None:
        group = session.logon_group = LogonGroup(executive.new_key(), session)
        executive.emit(PrepareLogonGroup(group.key, session.key))
    logon = executive.logon_sessions.get(token.authentication_id)
    if logon is not None:
        logon.group = session.logon_group


def leave(executive: "Executive", group: LogonGroup) -> None:
    """Forget a group: nothing lives in it any more.

    A token of its logons that a service kept starts programs beside the services from now on (5.6).
    """
    for logon in executive.logon_sessions.values():
        if logon.group is group:
            logon.group = None
    group.session.logon_group = None
