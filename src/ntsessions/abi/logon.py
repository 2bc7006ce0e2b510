"""Ways to log on, and what each puts into the token (nt-semantics 5.2; [MS-LSAD], SECURITY_LOGON_TYPE)."""

from enum import IntEnum

from ntsessions.abi import sids
from ntsessions.abi.sids import Sid


class LogonType(IntEnum):
    """How an account was authenticated."""

    SYSTEM = 0
    INTERACTIVE = 2
    NETWORK = 3
    BATCH = 4
    SERVICE = 5
    UNLOCK = 7
    NETWORK_CLEARTEXT = 8
    NEW_CREDENTIALS = 9
    """The caller's own token with other credentials for the network (`runas /netonly`)."""
    REMOTE_INTERACTIVE = 10
    CACHED_INTERACTIVE = 11
    CACHED_REMOTE_INTERACTIVE = 12
    CACHED_UNLOCK = 13


_AT_THE_MACHINE = (sids.INTERACTIVE, sids.LOCAL)
_FROM_AFAR = (sids.INTERACTIVE, sids.REMOTE_INTERACTIVE_LOGON)

LOGON_GROUPS: dict[LogonType, tuple[Sid, ...]] = {
    LogonType.SYSTEM: (),
    LogonType.INTERACTIVE: _AT_THE_MACHINE,
    LogonType.NETWORK: (sids.NETWORK,),
    LogonType.BATCH: (sids.BATCH,),
    LogonType.SERVICE: (sids.SERVICE,),
    LogonType.UNLOCK: _AT_THE_MACHINE,
    LogonType.NETWORK_CLEARTEXT: (sids.NETWORK,),
    LogonType.NEW_CREDENTIALS: (),
    LogonType.REMOTE_INTERACTIVE: _FROM_AFAR,
    LogonType.CACHED_INTERACTIVE: _AT_THE_MACHINE,
    LogonType.CACHED_REMOTE_INTERACTIVE: _FROM_AFAR,
    LogonType.CACHED_UNLOCK: _AT_THE_MACHINE,
}
"""The groups that a token of this logon type has, beside those of the account."""

INTERACTIVE_TYPES = frozenset(kind for kind, groups in LOGON_GROUPS.items() if sids.INTERACTIVE in groups)
"""Logons of a person in front of a screen; of these an administrator's is split."""
