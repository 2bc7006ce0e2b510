"""One body, two depths: every test that takes `world` runs in the test's process and on real hosts.

The real ones: as whoever runs the tests, and, when that is root, as nobody in personal mode.  A test that needs hours
of time or a fault of the machine says so with `in_process(reason)`.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.conformance import sockets
from tests.conformance.desks import follow, own_desktop
from tests.conformance.in_process import InProcessWorld
from tests.conformance.worlds import Program, World
from tests.host.machine import NOBODY, Setup, why_not

IN_PROCESS, REAL, NOBODYS = "in-process", "socket", "socket-nobody"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "in_process(reason): cannot be made true on a real host within the tests' time")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("in_process")
        metafunc.parametrize("world", [IN_PROCESS] if alone else [IN_PROCESS, REAL, NOBODYS], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The accounting comes last: it tells of all the others."""
    items.sort(key=lambda item: "test_accounting" in item.nodeid)


@pytest.fixture(scope="session")
def real_host() -> Iterator[sockets.Host]:
    host = sockets.Host()
    host.world.settle(3)
    yield host
    host.close()


@pytest.fixture(scope="session")
def nobodys_host() -> Iterator[sockets.Host]:
    reason = why_not(Setup("nobody", "none"))
    if reason:
        pytest.skip(reason)
    host = sockets.Host(uid=NOBODY)
    host.world.settle(3)
    yield host
    host.close()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == IN_PROCESS:
        yield InProcessWorld()
        return
    host: sockets.Host = request.getfixturevalue("real_host" if request.param == REAL else "nobodys_host")
    real = sockets.SocketWorld(host)
    yield real
    real.close()


@pytest.fixture
def alice(world: World) -> Program:
    """A plain user's program in session 1 (S1 in the document)."""
    return world.program()


@pytest.fixture
def service(world: World) -> Program:
    """A service as SYSTEM in session 0 (S0 in the document)."""
    return world.service()


@pytest.fixture
def desktop(world: World, alice: Program) -> str:
    """The name of a desktop that only alice is on."""
    return own_desktop(world, alice)


@pytest.fixture
def friend(world: World, desktop: str) -> Program:
    """Another program of alice's, on her desktop."""
    return follow(world.program(), desktop)


@pytest.fixture(params=[IN_PROCESS, REAL])
def host_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str], World]]:
    """Make hosts of other profiles."""
    made: list[sockets.Host] = []

    def make(profile: str) -> World:
        if request.param == IN_PROCESS:
            return InProcessWorld(profile)
        made.append(sockets.Host(profile))
        return made[-1].world

    yield make
    for host in made:
        host.close()
