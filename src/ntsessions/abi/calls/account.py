"""Managed accounts: users that are ours and need no line in /etc/passwd."""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.status import NtStatus as S


class AccountInformation(Reply, frozen=True):
    """One account.  `has_password` False: only an administrator can log it on."""

    name: str
    sid: str
    uid: int
    is_administrator: bool
    is_disabled: bool
    has_password: bool
    is_managed: bool
    create_time: int


@syscall(0x00C0, secrets={"password"}, fails_with={S.PRIVILEGE_NOT_HELD, S.USER_EXISTS, S.OBJECT_NAME_INVALID,
                                                   S.PASSWORD_RESTRICTION})  # fmt: skip
class AddAccount(Call[AccountInformation]):
    """Make a managed account.  Needs SeTcbPrivilege.

    The name: 1 to 32 of a-z, 0-9, `-`, `_`, `.`, beginning with a letter, and no system account's.
    """

    name: str
    password: str | None = None
    is_administrator: bool = False


@syscall(0x00C1, fails_with={S.PRIVILEGE_NOT_HELD, S.NO_SUCH_USER, S.CANNOT_DELETE})
class RemoveAccount(Call[None]):
    """Remove a managed account; refused while it is logged on.  Its uid is not given out again."""

    name: str


@syscall(0x00C2, secrets={"password"}, fails_with={S.PRIVILEGE_NOT_HELD, S.NO_SUCH_USER, S.PASSWORD_RESTRICTION})
class SetPassword(Call[None]):
    """Set or (None) remove a managed account's password.  Needs SeTcbPrivilege."""

    name: str
    password: str | None


@syscall(0x00C3, fails_with={S.PRIVILEGE_NOT_HELD})
class QueryAccounts(Call[tuple[AccountInformation, ...]]):
    """List the managed accounts.  Needs SeTcbPrivilege."""
