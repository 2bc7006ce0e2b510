"""Real Linux: every test runs as the user of the tests and as nobody, over every mechanism of process groups."""

from collections.abc import Iterator

import pytest

from tests.host.driven_host import DrivenHost
from tests.host.machine import SETUPS, Setup, host_for, why_not


@pytest.fixture(params=SETUPS, ids=str, scope="module")
def setup(request: pytest.FixtureRequest) -> Setup:
    found: Setup = request.param
    reason = why_not(found)
    if reason:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def host(setup: Setup) -> Iterator[DrivenHost]:
    """A host that the tests of a module share; each makes sessions of its own."""
    with host_for(setup) as driven:
        yield driven


@pytest.fixture
def own_host(setup: Setup) -> Iterator[DrivenHost]:
    """A host for one test alone."""
    with host_for(setup) as driven:
        yield driven
