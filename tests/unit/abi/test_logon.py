from ntsessions.abi import sids
from ntsessions.abi.logon import INTERACTIVE_TYPES, LOGON_GROUPS, LogonType


def test_each_way_to_log_on_leaves_its_group_in_the_token() -> None:
    """Access can be given to `INTERACTIVE`, `BATCH` or `REMOTE INTERACTIVE LOGON` (nt-semantics 5.2)."""
    assert set(LOGON_GROUPS) == set(LogonType)
    assert sids.LOCAL in LOGON_GROUPS[LogonType.INTERACTIVE]
    assert LOGON_GROUPS[LogonType.BATCH] == (sids.BATCH,)
    assert sids.REMOTE_INTERACTIVE_LOGON in LOGON_GROUPS[LogonType.REMOTE_INTERACTIVE]


def test_only_people_log_on_interactively() -> None:
    """Services, batch jobs and network logons are never split."""
    assert LogonType.REMOTE_INTERACTIVE in INTERACTIVE_TYPES
    assert not INTERACTIVE_TYPES & {LogonType.SERVICE, LogonType.BATCH, LogonType.NETWORK, LogonType.SYSTEM}
