"""Accounts and passwords: who may come in, and what a failure leaves behind."""

from collections.abc import Callable

import msgspec
import pytest

from ntsessions.abi.calls.account import AddAccount, QueryAccounts, RemoveAccount, SetPassword
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.session import Logoff, Logon
from ntsessions.abi.calls.token import LogonUser
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.executive import effects, reports
from ntsessions.subsystems.accounts import FAILURES_ALLOWED, FIRST_LOCK, LONGEST_LOCK, Attempts
from tests.sim.sim_host import Client, SimHost


def accounts(host: SimHost, operator: Client) -> list[str]:
    return [one.name for one in host.call(operator, QueryAccounts())]


def fail_to_store(host: SimHost, times: int = 1) -> None:
    """Let the disk be full for the next changes."""
    store = host.perform_store_accounts
    left = [times]

    def perform(effect: effects.StoreAccounts) -> None:
        if left[0]:
            left[0] -= 1
            host.report_later(reports.AccountsStored(effect.ticket, "the disk is full"))
        else:
            store(effect)

    host.perform_store_accounts = perform  # type: ignore[method-assign]  # the fault


@pytest.mark.parametrize("name", ["a", "a" * 32, "r2-d2", "a.b_c", "z9"])
def test_a_name_that_linux_programs_can_live_with_is_taken(host: SimHost, operator: Client, name: str) -> None:
    assert host.call(operator, AddAccount(name)).name == name


@pytest.mark.parametrize("name", ["", "A", "9a", "-a", ".a", "a" * 33, "a b", "a/b", "a:b", "a\n", "é", "root\0"])
def test_any_other_name_is_refused(host: SimHost, operator: Client, name: str) -> None:
    assert host.status(operator, AddAccount(name)) == NtStatus.OBJECT_NAME_INVALID


def test_a_name_of_the_machine_or_of_another_account_is_refused(host: SimHost, operator: Client) -> None:
    assert host.status(operator, AddAccount("carol")) == NtStatus.USER_EXISTS
    host.call(operator, AddAccount("alice"))
    assert host.status(operator, AddAccount("alice")) == NtStatus.USER_EXISTS


def test_two_operators_who_add_the_same_name_make_one_account(host: SimHost, operator: Client) -> None:
    """The slower one is told so, and the account is the faster one's."""
    other = host.operator()
    first, second = host.begin(operator, AddAccount("alice", "1")), host.begin(other, AddAccount("alice", "2"))
    host.run()
    statuses = {operator.outcomes[first].status, other.outcomes[second].status}
    assert statuses == {NtStatus.SUCCESS, NtStatus.USER_EXISTS}
    assert accounts(host, operator) == ["alice"]


def test_what_could_not_be_stored_did_not_happen(host: SimHost, operator: Client) -> None:
    fail_to_store(host, 1)
    assert host.status(operator, AddAccount("alice", "1")) == NtStatus.INTERNAL_ERROR
    assert not accounts(host, operator)
    host.call(operator, AddAccount("alice", "1"))
    fail_to_store(host, 2)
    assert host.status(operator, SetPassword("alice", "2")) == NtStatus.INTERNAL_ERROR
    assert host.status(operator, RemoveAccount("alice")) == NtStatus.INTERNAL_ERROR
    assert accounts(host, operator) == ["alice"]
    assert host.call(operator, Logon("alice", "1")).user == "alice"


def test_an_account_that_was_taken_back_is_not_on_disk_through_a_later_change(host: SimHost, operator: Client) -> None:
    """The second change was stored with the first one in it; after a restart the first must not come back."""
    fail_to_store(host, 1)
    other = host.operator()
    first, second = host.begin(operator, AddAccount("alice")), host.begin(other, AddAccount("bob"))
    host.run()
    lost = {
        name
        for name, status in (("alice", operator.outcomes[first].status), ("bob", other.outcomes[second].status))
        if status
    }
    assert len(lost) == 1
    stored = {one["name"] for one in msgspec.json.decode(host.stored)["accounts"]}
    assert stored == {"alice", "bob"} - lost


def test_numbers_of_removed_accounts_are_not_given_out_again(host: SimHost, operator: Client) -> None:
    first = host.call(operator, AddAccount("alice"))
    host.call(operator, RemoveAccount("alice"))
    second = host.call(operator, AddAccount("alice"))
    assert first.sid != second.sid
    assert first.uid != second.uid


def test_accounts_survive_a_restart(host: SimHost, operator: Client) -> None:
    before = host.call(operator, AddAccount("alice", "1"))
    again = SimHost(2, fault_rate=0, accounts=host.stored)
    again.run_until(lambda: again.system.is_ready)
    someone = again.operator()
    (after,) = again.call(someone, QueryAccounts())
    assert after == before
    assert again.call(someone, Logon("alice", "1")).session_id == 1
    assert again.call(someone, AddAccount("bob")).uid == before.uid + 1


def test_a_user_who_is_logged_on_is_not_removed(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice"))
    host.call(operator, Logon("alice"))
    assert host.status(operator, RemoveAccount("alice")) == NtStatus.CANNOT_DELETE
    host.call(operator, Logoff(1))
    host.call(operator, RemoveAccount("alice"))


# -- passwords


@pytest.mark.parametrize("name", ["alice", "nobody-here", "carol", "robot"])
def test_a_failure_does_not_tell_which_accounts_exist(host: SimHost, operator: Client, name: str) -> None:
    host.call(operator, AddAccount("alice", "1"))
    host.call(operator, AddAccount("robot"))
    with pytest.raises(NtError) as caught:
        host.call(operator, Logon(name, "2"))
    assert caught.value.status is NtStatus.LOGON_FAILURE
    assert caught.value.detail == ""


def test_a_lock_grows_with_every_wrong_password_and_has_an_end() -> None:
    attempts = Attempts()
    locks = []
    for _ in range(FAILURES_ALLOWED + 10):
        attempts.failed(0)
        locks.append(attempts.locked_until)
    assert locks[: FAILURES_ALLOWED - 1] == [0] * (FAILURES_ALLOWED - 1)
    assert locks[FAILURES_ALLOWED - 1 : FAILURES_ALLOWED + 2] == [FIRST_LOCK, 2 * FIRST_LOCK, 4 * FIRST_LOCK]
    assert locks[-1] == LONGEST_LOCK


def test_after_five_wrong_passwords_the_right_one_is_refused_for_a_while(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    for _ in range(FAILURES_ALLOWED):
        assert host.status(operator, Logon("alice", "2")) == NtStatus.LOGON_FAILURE
    assert host.status(operator, Logon("alice", "1")) == NtStatus.ACCOUNT_LOCKED_OUT
    host.advance_to(host.now + FIRST_LOCK + 1)
    assert host.status(operator, Logon("alice", "1")) == NtStatus.SUCCESS


def test_guessing_many_at_once_tells_no_more_than_guessing_in_turn(host: SimHost, operator: Client) -> None:
    """A hundred guesses are under way before the first is found wrong; the hundredth, right, is not told so."""
    host.call(operator, AddAccount("alice", "1"))
    asked = [host.begin(operator, Logon("alice", "2")) for _ in range(100)]
    asked.append(host.begin(operator, Logon("alice", "1")))
    host.run()
    told = [operator.outcomes[request].status for request in asked]
    assert told.count(NtStatus.LOGON_FAILURE) <= FAILURES_ALLOWED + 1
    assert set(told[:-1]) <= {NtStatus.LOGON_FAILURE, NtStatus.ACCOUNT_LOCKED_OUT}


def test_a_new_password_opens_a_locked_account(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    for _ in range(FAILURES_ALLOWED):
        host.status(operator, Logon("alice", "2"))
    host.call(operator, SetPassword("alice", "3"))
    assert host.status(operator, Logon("alice", "3")) == NtStatus.SUCCESS


def while_it_is_checked(host: SimHost, operator: Client, happens: Callable[[], None]) -> int:
    """Log alice on with the right password; *happens* before the answer of the check is there."""
    checked = host.perform_verify_password
    held: list[effects.VerifyPassword] = []
    host.perform_verify_password = held.append  # type: ignore[assignment,method-assign]  # held back
    request = host.begin(operator, Logon("alice", "1"))
    happens()
    host.perform_verify_password = checked  # type: ignore[method-assign]  # and let go
    for effect in held:
        checked(effect)
    host.run()
    return operator.outcomes[request].status if request in operator.outcomes else -1


def test_a_password_that_is_changed_while_it_is_checked_is_wrong(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    other = host.operator()
    assert (
        while_it_is_checked(host, operator, lambda: host.call(other, SetPassword("alice", "2")))
        == NtStatus.LOGON_FAILURE
    )


def test_an_account_that_is_removed_while_its_password_is_checked_does_not_come_in(
    host: SimHost, operator: Client
) -> None:
    host.call(operator, AddAccount("alice", "1"))
    other = host.operator()
    assert (
        while_it_is_checked(host, operator, lambda: host.call(other, RemoveAccount("alice"))) == NtStatus.LOGON_FAILURE
    )
    assert set(host.executive.sessions) == {0}


def test_a_caller_who_leaves_while_the_password_is_checked_leaves_no_session(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    assert while_it_is_checked(host, operator, lambda: host.program_dies(operator)) == -1
    assert set(host.executive.sessions) == {0}


# -- LogonUser


def test_logon_user_gives_one_handle_and_keeps_nothing_itself(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    own = host.executive.processes[1].handles
    before, logons = len(own), set(host.executive.logon_sessions)
    for logon_type in (2, 3, 4, 5, 8):
        result = host.call(operator, LogonUser("alice", "1", logon_type))
        assert len(own) == before
        host.call(operator, Close(result.token))
    assert set(host.executive.logon_sessions) == logons


@pytest.mark.parametrize("logon_type", [0, 1, 6, 7, 9, -1])
def test_logon_types_that_nobody_logs_on_with_are_refused(host: SimHost, operator: Client, logon_type: int) -> None:
    assert host.status(operator, LogonUser("alice", "1", logon_type)) == NtStatus.INVALID_PARAMETER


def test_a_caller_of_logon_user_who_leaves_gets_no_token(host: SimHost, operator: Client) -> None:
    host.call(operator, AddAccount("alice", "1"))
    logons = set(host.executive.logon_sessions)
    own = len(host.executive.processes[1].handles)
    host.begin(operator, LogonUser("alice", "1", 2))
    host.program_dies(operator)
    host.run()
    assert len(host.executive.processes[1].handles) == own
    assert set(host.executive.logon_sessions) == logons
    assert not host.executive.questions
