"""What `nts run` decides before it starts anything."""

import pytest

from ntsessions.abi.calls.session import RunTarget
from ntsessions.cli.launch import _token_of
from ntsessions.cli.outcome import Refused


def test_a_program_never_runs_as_somebody_else_than_was_asked_for() -> None:
    """Session 0 has no user any more when alice has logged off, and gives the system's token."""
    assert _token_of(RunTarget(4, 0, "alice"), "Alice") == 4
    assert _token_of(RunTarget(4, 0, r"HOST\alice"), "alice") == 4
    assert _token_of(RunTarget(4, 0, "SYSTEM"), None) == 4
    with pytest.raises(Refused, match="alice has just logged off"):
        _token_of(RunTarget(4, 0, "SYSTEM"), "alice")
