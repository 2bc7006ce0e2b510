"""What holds for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

# A test says itself which host it talks to; the one of whoever runs the tests must not be met by accident.
os.environ.pop("NTSESSIONS_STATE_DIR", None)

# No database: two runs at once must not meet in a file.  A failure prints the line that reproduces it.
# No deadline: how long an example takes is the machine's affair; the timeout of the test still holds.
# The same examples in every run, so that a change is what made a test fail; NTSESSIONS_EXPLORE=1 looks for new ones.
settings.register_profile(
    "ntsessions",
    database=None,
    deadline=None,
    derandomize=not os.environ.get("NTSESSIONS_EXPLORE"),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ntsessions")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make `todo_nt(reason)` an expected failure that fails the run when it passes."""
    for item in items:
        todo = item.get_closest_marker("todo_nt")
        if todo is not None:
            (reason,) = todo.args
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
