"""Calls that only the system's own parts make: the session manager, logon and service control.

They are ordinary calls with ordinary checks, so whoever holds the privileges may make them; nobody but the system does.
"""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.luids import SYSTEM_LUID
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import Handle


@syscall(0x00F0, fails_with={S.PRIVILEGE_NOT_HELD, S.TOO_MANY_SESSIONS, S.INSUFFICIENT_RESOURCES})
class CreateSession(Call[int]):
    """Make a session and answer its id when programs can be started in it.  Needs SeTcbPrivilege.

    Ids count up from 0; one is used again only after everything of the old session is gone.
    """

    private_tmp: bool = False


@syscall(0x00F1, fails_with={S.PRIVILEGE_NOT_HELD, S.CTX_WINSTATION_NOT_FOUND, S.CTX_WINSTATION_BUSY})
class DeleteSession(Call[tuple[int, ...]]):
    """End a session: every process of it is killed, its names go, its id is retired.  Needs SeTcbPrivilege.

    Answers, when that is done, the ids of processes that Linux would not let die.
    """

    session_id: int


@syscall(0x00F2, fails_with={S.PRIVILEGE_NOT_HELD, S.CTX_WINSTATION_NOT_FOUND, S.INVALID_PARAMETER,
                             S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED})  # fmt: skip
class SetSession(Call[None]):
    """Change a session's state and user, and tell who waits for such news.  Needs SeTcbPrivilege.

    `state`: a `ConnectState`.  `token`: of who is logged on now; 0 nobody; None unchanged.  `notification`: the WTS
    code to send, 0 for none.
    """

    session_id: int
    state: int
    token: Handle | None = None
    notification: int = 0


class LogonFacts(Reply, frozen=True):
    """Who is logged on, for NT and for Linux."""

    user_name: str
    sid: str
    is_administrator: bool
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str
    is_managed: bool


class LogonTokens(Reply, frozen=True):
    """Primary tokens of a new logon session: the one to work with, and the full half of a split one (0: none)."""

    token: int
    full_token: int
    logon_session: int


@syscall(0x00F4, fails_with={S.PRIVILEGE_NOT_HELD, S.CTX_WINSTATION_NOT_FOUND, S.NO_TOKEN, S.CTX_WINSTATION_BUSY})
class EndLogon(Call[tuple[int, ...]]):
    """Log off the user of session 0, which stays.  Needs SeTcbPrivilege.

    Every process of the user's logon session, and of the logon sessions that were made from it there, is killed.
    Answers, when that is done, the ids of processes that Linux would not let die.  Nobody logged on there: NO_TOKEN.
    """

    session_id: int


@syscall(0x00F3, fails_with={S.PRIVILEGE_NOT_HELD, S.INVALID_PARAMETER, S.CTX_WINSTATION_NOT_FOUND, S.INVALID_SID,
                             S.TOO_MANY_OPENED_FILES})  # fmt: skip
class CreateLogon(Call[LogonTokens]):
    """Make a logon session and its tokens for an account that was authenticated.  Needs SeCreateTokenPrivilege.

    `origin`: the logon session that asked for it; there must be one.
    """

    facts: LogonFacts
    logon_type: int
    session_id: int
    origin: int = SYSTEM_LUID
