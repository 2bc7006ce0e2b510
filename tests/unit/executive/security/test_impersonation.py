from collections.abc import Callable

import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import NtError, PrivilegeNotHeld
from ntsessions.abi.luids import Luid
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ImpersonationLevel
from ntsessions.executive.security.impersonation import (
    check_assign_primary,
    check_set_session_id,
    effective_token,
    impersonation_token,
    linked_token,
)
from ntsessions.executive.security.logons import UserTokens, anonymous_token, system_token
from ntsessions.executive.security.token import Token

LogOn = Callable[..., UserTokens]
COPY = Luid(99)
SYSTEM = system_token(Luid(1))


def client(token: Token) -> Token:
    return token.duplicate(Luid(50), level=ImpersonationLevel.IMPERSONATION)


def test_the_threads_token_decides_where_there_is_one(log_on: LogOn) -> None:
    """A service that impersonates opens as its client; its other threads do not."""
    alice = log_on().full
    assert effective_token(SYSTEM, alice) is alice
    assert effective_token(SYSTEM, None) is SYSTEM


def test_a_server_with_the_privilege_acts_as_its_client(log_on: LogOn) -> None:
    """Services may; a plain user gets a token of somebody else to look at only, without an error."""
    alice, bob = log_on().full, log_on(1001, "bob").full
    assert impersonation_token(SYSTEM, client(alice), COPY).impersonation_level is ImpersonationLevel.IMPERSONATION
    limited = impersonation_token(bob, client(alice), COPY)
    assert (limited.token_id, limited.impersonation_level) == (COPY, ImpersonationLevel.IDENTIFICATION)


def test_a_user_acts_as_himself_but_not_as_his_better_self(log_on: LogOn) -> None:
    """Same user: allowed, unless the client's token is more trusted or less restricted."""
    alice = log_on().full
    itself = client(alice)
    assert impersonation_token(alice, itself, COPY) is itself
    full, half = log_on(groups=(sids.USERS, sids.ADMINISTRATORS))
    assert half is not None
    assert impersonation_token(half, client(full), COPY).impersonation_level is ImpersonationLevel.IDENTIFICATION
    sandbox = alice.restrict(Luid(7), restricting=[sids.RESTRICTED])
    assert impersonation_token(sandbox, itself, COPY).impersonation_level is ImpersonationLevel.IDENTIFICATION
    assert impersonation_token(alice, client(sandbox), COPY).restricted_sids == (sids.RESTRICTED,)


def test_who_logged_somebody_on_may_act_as_him(log_on: LogOn) -> None:
    """LogonUser by a plain program gives a token that it can use."""
    alice, bob = log_on().full, log_on(1001, "bob").full
    bob.origin = alice.authentication_id
    itself = client(bob)
    assert impersonation_token(alice, itself, COPY) is itself
    itself.set_integrity(IntegrityLevel.HIGH, COPY, may_raise=True)
    assert impersonation_token(alice, itself, COPY) is not itself


def test_anybody_may_be_nobody(log_on: LogOn) -> None:
    """Acting as ANONYMOUS LOGON, or with a token that opens nothing, needs no right."""
    alice, bob = log_on().full, log_on(1001, "bob").full
    nobody = client(anonymous_token(Luid(3)))
    assert impersonation_token(alice, nobody, COPY) is nobody
    look = bob.duplicate(Luid(4), level=ImpersonationLevel.IDENTIFICATION)
    assert impersonation_token(alice, look, COPY) is look


def test_threads_take_impersonation_tokens_and_processes_primary_ones(log_on: LogOn) -> None:
    """The wrong kind is told as BAD_TOKEN_TYPE (1349)."""
    alice = log_on().full
    with pytest.raises(NtError) as error:
        impersonation_token(SYSTEM, alice, COPY)
    assert error.value.status is NtStatus.BAD_TOKEN_TYPE
    with pytest.raises(NtError) as error:
        check_assign_primary(SYSTEM, client(alice))
    assert error.value.win32 == 1349


def test_starting_a_process_as_somebody_else_takes_a_privilege(log_on: LogOn) -> None:
    """One's own token, restricted or copied, needs none (nt-semantics 3.9)."""
    alice, bob = log_on().full, log_on(1001, "bob").full
    check_assign_primary(alice, alice)
    check_assign_primary(alice, alice.restrict(Luid(8), restricting=[sids.RESTRICTED]))
    check_assign_primary(alice, alice.duplicate(Luid(9)))
    with pytest.raises(PrivilegeNotHeld):
        check_assign_primary(alice, bob)
    sandbox = alice.restrict(Luid(8), restricting=[sids.RESTRICTED])
    with pytest.raises(PrivilegeNotHeld):
        check_assign_primary(sandbox, alice)
    full, half = log_on(groups=(sids.USERS, sids.ADMINISTRATORS))
    assert half is not None
    with pytest.raises(PrivilegeNotHeld):
        check_assign_primary(half, full)


def test_the_session_of_a_token_is_changed_by_the_system_only(log_on: LogOn) -> None:
    """SetTokenInformation(TokenSessionId) without SeTcb: 1314 (behaviour vector 41)."""
    check_set_session_id(SYSTEM)
    with pytest.raises(PrivilegeNotHeld):
        check_set_session_id(log_on(groups=(sids.ADMINISTRATORS,)).full)


def test_the_linked_token_is_for_the_system_to_use(log_on: LogOn) -> None:
    """Others may look at it; a logon that was not split has none."""
    full, half = log_on(groups=(sids.USERS, sids.ADMINISTRATORS))
    assert half is not None
    assert linked_token(SYSTEM, half, COPY).is_primary
    assert linked_token(SYSTEM, half, COPY).integrity == full.integrity
    assert linked_token(half, half, COPY).impersonation_level is ImpersonationLevel.IDENTIFICATION
    with pytest.raises(NtError) as error:
        linked_token(SYSTEM, log_on().full, COPY)
    assert error.value.status is NtStatus.NO_SUCH_LOGON_SESSION
