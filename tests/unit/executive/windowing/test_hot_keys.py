"""Hot keys: what they cost, and that they survive (nt-semantics 7.6); who has them is told in tests/conformance."""

import pytest

from ntsessions.abi.calls.hot_key import RegisterHotKey, UnregisterHotKey
from ntsessions.abi.calls.window import DestroyWindow
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import check_survival, desktop_of, on_new_desktop, window


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


def register(program: Program, count: int, handle: int = 0, identifier: int = 1) -> None:
    for key in range(count):
        program.call(RegisterHotKey(handle, identifier, 0, key))


def test_the_session_pays_for_hot_keys_and_is_paid_back(world: World, alice: Program) -> None:
    """However they go."""
    on_new_desktop(alice)
    pool = world.executive.sessions[1].pool
    handle = window(alice)
    before = pool.used
    register(alice, 10, handle)
    assert pool.used > before
    alice.call(UnregisterHotKey(handle, 1))
    assert pool.used == before
    register(alice, 10, handle)
    pool.limit = pool.used
    assert alice.status(RegisterHotKey(0, 1, 1, 1)) is S.QUOTA_EXCEEDED
    assert len(desktop_of(alice).hot_keys) == 10
    alice.call(DestroyWindow(handle))
    assert not desktop_of(alice).hot_keys
    assert pool.used <= before


def test_identifiers_are_32_bits(alice: Program) -> None:
    alice.call(RegisterHotKey(0, -1, 0, 1))
    alice.call(UnregisterHotKey(0, 0xFFFFFFFF))


def test_hot_keys_survive_saving_and_replay(world: World, alice: Program) -> None:
    register(alice, 3, window(alice))
    register(alice.thread(), 0)
    check_survival(world)
    alice.call(UnregisterHotKey(next(iter(desktop_of(alice).hot_keys.values())).window, 1))
    check_survival(world)
