"""What `nts` says when it cannot do what was asked, and with which code it ends."""

import pytest

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import STATUS_TABLE, NtStatus
from ntsessions.cli.outcome import HINTS, ExitCode, Refused, printable, report
from ntsessions.client.address import NoDaemon
from ntsessions.wire.frame import ProtocolError


def test_a_refusal_names_the_status_its_meaning_and_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(nt_error(NtStatus.ACCESS_DENIED, "EVENT_MODIFY_STATE for bob")) == ExitCode.REFUSED
    first, second = capsys.readouterr().err.splitlines()
    assert first == "nts: ACCESS_DENIED (0xC0000022): access is denied: EVENT_MODIFY_STATE for bob"
    assert second.startswith("hint: ")


@pytest.mark.parametrize("status", [status for status in STATUS_TABLE if not status.is_answer])
def test_every_error_ends_nts_with_1(status: NtStatus) -> None:
    assert report(nt_error(status)) == ExitCode.REFUSED


def test_the_other_ends_have_their_own_codes() -> None:
    """Scripts tell "not allowed" from "not running"."""
    assert report(NoDaemon("no daemon answers at /x")) == ExitCode.NO_DAEMON
    assert report(Refused("no")) == ExitCode.REFUSED
    assert report(ProtocolError("what is this")) == ExitCode.REFUSED


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        report(ZeroDivisionError())


def test_hints_are_given_for_errors_only() -> None:
    assert all(not status.is_answer for status in HINTS)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"Global\Backup é", r"Global\Backup é"),
        ("\x1b]0;gotcha\x07", r"\x1b]0;gotcha\x07"),
        ("a\nb", r"a\nb"),
        ("\u202ecod.exe", r"\u202ecod.exe"),
        ("\udcff", r"\udcff"),
    ],
)  # fmt: skip
def test_a_name_cannot_steer_the_terminal(name: str, shown: str) -> None:
    """Any program can make an object whose name is an escape sequence, and wait for root to list it."""
    assert printable(name) == shown
