"""Logon: who may come in (NT's LSA and SAM).

Nobody learns from a failure whether the account exists: an unknown name takes as long as a wrong password, and both
are LOGON_FAILURE to anyone who may not make accounts.  Passwords are never here: a call carries the number under which
the host keeps one, and the host hashes and compares.
"""

from collections.abc import Callable
from typing import Any

from ntsessions.abi import sids
from ntsessions.abi.access import PROCESS_DUP_HANDLE
from ntsessions.abi.call import Call
from ntsessions.abi.calls.account import AccountInformation, AddAccount, QueryAccounts, RemoveAccount, SetPassword
from ntsessions.abi.calls.object import DUPLICATE_SAME_ACCESS, DuplicateObject
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.system import CreateLogon, LogonFacts
from ntsessions.abi.calls.token import DuplicateToken, LogonResult, LogonUser
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.logon import LogonType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sids import unix_user_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import CURRENT_PROCESS
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import PENDING, Executive, Pending
from ntsessions.executive.processes.thread import Thread
from ntsessions.subsystems.accounts import Account, Accounts, Attempts, check_name
from ntsessions.subsystems.part import Part

Then = Callable[[NtError | None, LogonFacts | None], None]

LOGON_TYPES = {
    LogonType.INTERACTIVE,
    LogonType.NETWORK,
    LogonType.BATCH,
    LogonType.SERVICE,
    LogonType.NETWORK_CLEARTEXT,
}
SERVICE_ACCOUNTS = {
    "localsystem": sids.LOCAL_SYSTEM,
    "localservice": sids.LOCAL_SERVICE,
    "networkservice": sids.NETWORK_SERVICE,
}
_REFUSED = nt_error(NtStatus.LOGON_FAILURE)


def _locked_out() -> NtError:
    return nt_error(NtStatus.ACCOUNT_LOCKED_OUT, "too many wrong passwords; wait a minute")


class Logon(Part):
    """Accounts, and authenticating them."""

    def __init__(self, executive: Executive, thread_key: int) -> None:
        super().__init__(executive, thread_key)
        self.accounts = Accounts(executive.machine_sid, None)
        self._storing = 0
        """How many changes are on their way to the disk."""
        self.served: dict[type[Call[Any]], Callable[[Thread, int, Any], object]] = {
            AddAccount: self._add,
            RemoveAccount: self._remove,
            SetPassword: self._set_password,
            QueryAccounts: self._query,
            LogonUser: self._logon_user,
        }

    def start(self, report: reports.HostStarted) -> None:
        """Take in the stored accounts."""
        self.accounts = Accounts(self.executive.machine_sid, report)

    # -- authentication

    def authenticate(self, name: str, secret: int, then: Then) -> None:
        """Check a password; *then* gets who it is, or LOGON_FAILURE, ACCOUNT_LOCKED_OUT or ACCOUNT_DISABLED."""
        account = self.accounts.by_name.get(name)
        attempts = self.accounts.attempts.get(name)
        if attempts is not None and attempts.locked_until > self.executive.utc:
            then(_locked_out(), None)
            return
        password_hash = "" if account is None else account.password_hash

        def verified(report: reports.PasswordVerified) -> None:
            is_as_it_was = account is None or account.password_hash == password_hash
            self._verified(name, account, then, is_right=report.is_right and is_as_it_was)

        self.ask(lambda ticket: effects.VerifyPassword(ticket, secret, password_hash), verified)

    def _verified(self, name: str, account: Account | None, then: Then, *, is_right: bool) -> None:
        attempts = self.accounts.attempts.get(name)
        if attempts is not None and attempts.locked_until > self.executive.utc:
            then(_locked_out(), None)  # whoever guesses many at once learns no more than who guesses in turn
            return
        if account is None or not is_right or self.accounts.by_name.get(name) is not account:
            if self.accounts.by_name.get(name) is account is not None:
                self.accounts.attempts.setdefault(name, Attempts()).failed(self.executive.utc)
            then(_REFUSED, None)
            return
        self.accounts.attempts.pop(name, None)
        if account.is_disabled:
            then(nt_error(NtStatus.ACCOUNT_DISABLED, name), None)
        else:
            then(None, self.accounts.facts(account))

    def trust(self, name: str, then: Then) -> None:
        """Find an account without a password: the caller was found to be a part of the system."""
        if name.lower() in SERVICE_ACCOUNTS:
            sid = SERVICE_ACCOUNTS[name.lower()]
            then(None, LogonFacts(name, sid, sid == sids.LOCAL_SYSTEM, 0, 0, (), "", "", is_managed=True))
            return
        account = self.accounts.by_name.get(name)
        if account is not None:
            error = nt_error(NtStatus.ACCOUNT_DISABLED, name) if account.is_disabled else None
            then(error, None if error else self.accounts.facts(account))
            return
        self.ask(lambda ticket: effects.LookUpAccount(ticket, name), lambda report: self._looked_up(name, report, then))

    @staticmethod
    def _looked_up(name: str, report: reports.AccountLookedUp, then: Then) -> None:
        identity = report.identity
        if identity is None:
            detail = f"{name!r} is neither a managed account nor one of this machine; `nts user add {name}` makes one"
            then(nt_error(NtStatus.NO_SUCH_USER, detail), None)
            return
        facts = LogonFacts(
            identity.user_name, unix_user_sid(identity.uid), identity.uid == 0, identity.uid, identity.gid,
            identity.groups, identity.home, identity.shell, is_managed=False,
        )  # fmt: skip
        then(None, facts)

    # -- calls

    def _logon_user(self, caller: Thread, request: int, call: LogonUser) -> Pending:
        if call.logon_type not in LOGON_TYPES:
            raise nt_error(NtStatus.INVALID_PARAMETER, f"logon type {call.logon_type}")
        self.authenticate(
            call.user_name,
            int(call.password),
            lambda error, facts: self._logged_on(caller, request, call, error, facts),
        )
        return PENDING

    def _logged_on(self, caller: Thread, request: int, call: LogonUser, error: NtError | None,
                   facts: LogonFacts | None) -> None:  # fmt: skip
        try:
            if error is not None or facts is None:
                raise error or _REFUSED
            reply = self._token_for(caller, call, facts)
        except NtError as failure:
            self.executive.fail(caller.key, request, failure)
        else:
            self.executive.answer(caller.key, request, reply)

    def _token_for(self, caller: Thread, call: LogonUser, facts: LogonFacts) -> LogonResult:
        """Make the logon session, and put its token into the caller's handle table (5.2)."""
        if caller.is_signaled():
            raise _REFUSED  # nobody is left to be told, or to own the handle
        session_id = caller.process.session.session_id
        origin = caller.token.authentication_id
        tokens = self.call(CreateLogon(facts, call.logon_type, session_id, origin))
        handle = tokens.token
        process = 0
        try:
            if call.logon_type == LogonType.NETWORK:
                handle = self.call(DuplicateToken(tokens.token, is_primary=False, impersonation_level=2))
            process = self.call(OpenProcess(caller.process.process_id, PROCESS_DUP_HANDLE))
            theirs = self.call(DuplicateObject(CURRENT_PROCESS, handle, process, 0, 0, DUPLICATE_SAME_ACCESS))
        finally:
            self.close(process, tokens.full_token, tokens.token, handle if handle != tokens.token else 0)
        return LogonResult(theirs, tokens.logon_session)

    def _add(self, caller: Thread, request: int, call: AddAccount) -> Pending:
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        check_name(call.name)
        if call.name in self.accounts.by_name:
            raise nt_error(NtStatus.USER_EXISTS, call.name)

        def looked_up(report: reports.AccountLookedUp) -> None:
            if caller.is_signaled():
                return  # its password is gone with it
            if report.identity is not None:
                detail = f"{call.name}: this machine has an account of that name; log it on without adding it"
                self.executive.fail(caller.key, request, nt_error(NtStatus.USER_EXISTS, detail))
                return
            self._hash(caller, request, call.password, hashed)

        def hashed(password_hash: str) -> None:
            if call.name in self.accounts.by_name:  # somebody else was faster
                self.executive.fail(caller.key, request, nt_error(NtStatus.USER_EXISTS, call.name))
                return
            account = self.accounts.add(
                call.name, password_hash, is_administrator=call.is_administrator, now=self.executive.utc
            )
            self._store(caller, request, self.accounts.information(account), lambda: self._forget(account))

        self.ask(lambda ticket: effects.LookUpAccount(ticket, call.name), looked_up)
        return PENDING

    def _forget(self, account: Account) -> None:
        if self.accounts.by_name.get(account.name) is account:
            del self.accounts.by_name[account.name]

    def _remove(self, caller: Thread, request: int, call: RemoveAccount) -> Pending:
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        account = self.accounts.find(call.name)
        sid = self.accounts.sid(account)
        for session in self.executive.sessions.values():
            if session.user_token is not None and session.user_token.user == sid:
                detail = f"{call.name} is logged on in session {session.session_id}; `nts logoff {session.session_id}`"
                raise nt_error(NtStatus.CANNOT_DELETE, detail)
        del self.accounts.by_name[call.name]
        self.accounts.attempts.pop(call.name, None)
        self._store(caller, request, None, lambda: self.accounts.by_name.setdefault(account.name, account))
        return PENDING

    def _set_password(self, caller: Thread, request: int, call: SetPassword) -> Pending:
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        account = self.accounts.find(call.name)

        def hashed(password_hash: str) -> None:
            if self.accounts.by_name.get(account.name) is not account:
                self.executive.fail(caller.key, request, nt_error(NtStatus.NO_SUCH_USER, f"{call.name} was removed"))
                return
            previous = account.password_hash
            account.password_hash = password_hash
            self.accounts.attempts.pop(account.name, None)
            self._store(caller, request, None, lambda: setattr(account, "password_hash", previous))

        self._hash(caller, request, call.password, hashed)
        return PENDING

    def _hash(self, caller: Thread, request: int, secret: str | None, then: Callable[[str], None]) -> None:
        """Hash a new password (None: no password) and go on; a hash that could not be made fails the call."""
        if secret is None:
            then("")
            return

        def hashed(report: reports.PasswordHashed) -> None:
            if report.password_hash:
                then(report.password_hash)
            else:
                error = nt_error(NtStatus.QUOTA_EXCEEDED, "the host is hashing too many passwords; try again")
                self.executive.fail(caller.key, request, error)

        self.ask(lambda ticket: effects.HashPassword(ticket, int(secret)), hashed)

    def _store(self, caller: Thread, request: int, reply: AccountInformation | None, undo: Callable[[], Any]) -> None:
        """Keep the accounts on disk, and answer when they are there; undo the change when they cannot be.

        A later change that is being stored holds this one too: after an undo what is right now is stored once more.
        """
        self._storing += 1

        def stored(report: reports.AccountsStored) -> None:
            self._storing -= 1
            if report.error:
                undo()
                if self._storing:
                    self.ask(lambda ticket: effects.StoreAccounts(self.accounts.to_bytes(), ticket), lambda _: None)
                detail = f"the accounts could not be stored: {report.error}"
                self.executive.fail(caller.key, request, nt_error(NtStatus.INTERNAL_ERROR, detail))
            else:
                self.executive.answer(caller.key, request, reply)

        self.ask(lambda ticket: effects.StoreAccounts(self.accounts.to_bytes(), ticket), stored)

    def _query(self, caller: Thread, request: int, call: QueryAccounts) -> tuple[AccountInformation, ...]:
        caller.token.require_privilege(Privilege.SeTcbPrivilege)
        return tuple(self.accounts.information(account) for account in self.accounts.by_name.values())
