"""The table of managed accounts: users that are ours and need no line in /etc/passwd."""

import re

from msgspec import Struct, ValidationError, json

from ntsessions.abi.calls.account import AccountInformation
from ntsessions.abi.calls.system import LogonFacts
from ntsessions.abi.errors import nt_error
from ntsessions.abi.sids import account_sid, parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.executive.reports import HostStarted

FIRST_RID = 1001
"""Where NT begins to number the accounts that people make."""

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,31}")
PASSWORD_BYTES = 1024

FAILURES_ALLOWED = 5
FIRST_LOCK = 10_000_000
"""How long an account is locked after that many wrong passwords: a second, then twice that each time, in 100 ns."""
LONGEST_LOCK = 64 * FIRST_LOCK


class Account(Struct):
    """One managed account."""

    name: str
    rid: int
    uid: int
    is_administrator: bool
    password_hash: str
    """argon2id; empty: the account has no password and only an administrator can log it on."""
    create_time: int
    is_disabled: bool = False


class Stored(Struct):
    """What is kept across restarts."""

    next_rid: int
    accounts: list[Account]


class Attempts:
    """Wrong passwords of one account since the last right one."""

    __slots__ = ("count", "locked_until")

    def __init__(self) -> None:
        self.count = 0
        self.locked_until = 0

    def failed(self, now: int) -> None:
        """Count a wrong password; from the fifth on the account is locked, longer each time."""
        self.count += 1
        if self.count >= FAILURES_ALLOWED:
            self.locked_until = now + min(FIRST_LOCK << (self.count - FAILURES_ALLOWED), LONGEST_LOCK)


class Accounts:
    """The accounts by name."""

    def __init__(self, machine_sid: str, started: HostStarted | None) -> None:
        self.machine_sid = parse_sid(machine_sid)
        self.started = started
        self.next_rid = FIRST_RID
        self.by_name: dict[str, Account] = {}
        self.attempts: dict[str, Attempts] = {}
        if started is not None and started.accounts:
            self._load(started.accounts)

    def _load(self, stored: bytes) -> None:
        try:
            kept = json.decode(stored, type=Stored)
        except ValidationError as error:
            message = f"the stored accounts cannot be read: {error}; restore accounts.json from a copy, or remove it"
            raise nt_error(NtStatus.UNSUCCESSFUL, message) from error
        self.next_rid = kept.next_rid
        self.by_name = {account.name: account for account in kept.accounts}

    def to_bytes(self) -> bytes:
        """Return what is to be stored."""
        return json.encode(Stored(self.next_rid, list(self.by_name.values())))

    def find(self, name: str) -> Account:
        """Return an account, or raise NO_SUCH_USER."""
        account = self.by_name.get(name)
        if account is None:
            raise nt_error(NtStatus.NO_SUCH_USER, f"{name!r}; `nts user add {name}` would make it")
        return account

    def add(self, name: str, password_hash: str, *, is_administrator: bool, now: int) -> Account:
        """Make an account; its uid and RID are never given out again."""
        rid, self.next_rid = self.next_rid, self.next_rid + 1
        account = Account(name, rid, self._host.uid_base + rid, is_administrator, password_hash, now)
        self.by_name[name] = account
        return account

    def sid(self, account: Account) -> str:
        """Return an account's SID."""
        return account_sid(self.machine_sid, account.rid)

    def information(self, account: Account) -> AccountInformation:
        """Return what is told of an account."""
        return AccountInformation(
            name=account.name,
            sid=self.sid(account),
            uid=account.uid,
            is_administrator=account.is_administrator,
            is_disabled=account.is_disabled,
            has_password=bool(account.password_hash),
            is_managed=True,
            create_time=account.create_time,
        )

    @property
    def _host(self) -> HostStarted:
        assert self.started is not None, "nothing can call before the host has started"
        return self.started

    def facts(self, account: Account) -> LogonFacts:
        """Return who the account is for NT and for Linux: in personal mode everybody is the one user there is."""
        host = self._host
        uid, gid = (host.identity.uid, host.identity.gid) if host.is_personal else (account.uid, account.uid)
        return LogonFacts(
            user_name=account.name,
            sid=self.sid(account),
            is_administrator=account.is_administrator,
            uid=uid,
            gid=gid,
            groups=() if host.is_personal else (gid,),
            home=f"{host.home_base}/{account.name}",
            shell=host.shell,
            is_managed=True,
        )


def check_name(name: str) -> None:
    """Refuse a name that Linux programs could not live with (OBJECT_NAME_INVALID)."""
    if not NAME.fullmatch(name):
        raise nt_error(
            NtStatus.OBJECT_NAME_INVALID,
            f"{name[:40]!r}: 1 to 32 of a-z, 0-9, -, _ and . are needed, beginning with a letter",
        )
