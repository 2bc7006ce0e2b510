"""A host on which nothing goes wrong unless the test says so."""

import pytest

from tests.sim.sim_host import Client, SimHost


@pytest.fixture
def host() -> SimHost:
    made = SimHost(1, fault_rate=0)
    made.run_until(lambda: made.system.is_ready)
    return made


@pytest.fixture
def operator(host: SimHost) -> Client:
    return host.operator()
