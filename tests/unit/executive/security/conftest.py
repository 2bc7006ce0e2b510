"""People for the tests of the security model."""

from collections.abc import Callable

import pytest

from ntsessions.abi import sids
from ntsessions.abi.logon import LogonType
from ntsessions.abi.luids import Luid
from ntsessions.abi.sids import Sid, logon_sid, unix_group_sid, unix_user_sid
from ntsessions.executive.security.logons import AccountFacts, LogonIds, UserTokens, user_tokens

LogOn = Callable[..., UserTokens]


@pytest.fixture
def log_on() -> LogOn:
    """Log somebody on; ids are counted from 1001."""
    count = iter(range(1001, 9999))

    def person(
        uid: int = 1000,
        name: str = "alice",
        groups: tuple[Sid, ...] = (sids.USERS,),
        logon_type: LogonType = LogonType.INTERACTIVE,
        *,
        split_tokens: bool = True,
        session_id: int = 1,
        is_console: bool = False,
    ) -> UserTokens:
        one, two, three, four, five = (Luid(next(count)) for _ in range(5))
        ids = LogonIds(one, two, three, four, logon_sid(five))
        account = AccountFacts(unix_user_sid(uid), name, "HOST", unix_group_sid(uid), groups)
        return user_tokens(account, logon_type, session_id, ids, split_tokens=split_tokens, is_console=is_console)

    return person
