"""The accounting: every call was made, and every error that a call declares was provoked, by the tests before this one.

It counts what the in-process worlds of this run served (`tests.harness.EXERCISED`), and so means something only when
the whole directory runs; otherwise it is skipped.  What stays unprovoked is in `NEVER`, each with its reason, and one
that is provoked after all fails the test until it is taken out.
"""

from pathlib import Path

import pytest

from ntsessions.abi.call import ALWAYS, BY_TYPE, CallSpec
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S
from tests.harness import EXERCISED

HERE = Path(__file__).parent

_DAEMON = "the daemon's own answer, which the pure system never gives: "
NEVER: dict[tuple[str, S], str] = {
    ("AddAccount", S.PASSWORD_RESTRICTION): _DAEMON + "test_a_password_that_is_too_long_is_refused, over the socket",
    ("SetPassword", S.PASSWORD_RESTRICTION): _DAEMON + "test_a_password_that_is_too_long_is_refused, over the socket",
    ("GetClipboardData", S.INSUFFICIENT_RESOURCES): _DAEMON + "the file that was put in could not be kept",
    ("MapView", S.INSUFFICIENT_RESOURCES): _DAEMON + "Linux refuses the memory when the first view is asked for",
}
"""Call and status -> why no test can provoke it, though the call may end so."""


def _attaching(spec: CallSpec) -> set[tuple[str, S]]:
    """Return what a call declares only because it may be the caller's first of windowing.

    One function connects the process and attaches the thread for all of them; test_desktops.py provokes both errors,
    by SetThreadDesktop on a full heap and by a program whose desktop is gone, which is dead before it is answered.
    """
    return {(spec.name, status) for status in ATTACH_ERRORS} if spec.fails_with >= ATTACH_ERRORS else set()


@pytest.fixture
def _whole_run(request: pytest.FixtureRequest) -> None:
    files = {item.path for item in request.session.items if item.path.parent == HERE}
    missing = set(HERE.glob("test_*.py")) - files
    if missing:
        pytest.skip(f"not all tests run: {', '.join(sorted(path.name for path in missing))} are left out")
    if request.session.testsfailed:
        pytest.skip("tests failed, and what they would have done is not counted")


@pytest.mark.usefixtures("_whole_run")
def test_every_call_was_made() -> None:
    assert sorted(spec.name for kind, spec in BY_TYPE.items() if S.SUCCESS not in EXERCISED[kind]) == []


@pytest.mark.usefixtures("_whole_run")
def test_every_declared_error_was_provoked() -> None:
    declared = {(spec.name, status) for spec in BY_TYPE.values() for status in spec.fails_with - ALWAYS}
    provoked = {(BY_TYPE[kind].name, status) for kind, statuses in EXERCISED.items() for status in statuses}
    attaching = set().union(*map(_attaching, BY_TYPE.values()))
    left = declared - provoked - attaching - set(NEVER)
    assert [f"{name}: {status.name}" for name, status in sorted(left)] == []
    assert [f"{name}: {status.name}" for name, status in sorted(set(NEVER) & provoked)] == [], "provoked after all"
    assert [f"{name}: {status.name}" for name, status in sorted(set(NEVER) - declared)] == [], "declared no more"
