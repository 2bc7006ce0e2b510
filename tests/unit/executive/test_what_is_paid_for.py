"""Everything that a program can make the executive keep is paid for from its session's pool."""

import pytest

from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.object import Close, SetSecurity
from ntsessions.abi.errors import QuotaExceeded
from ntsessions.abi.security import allow, descriptor
from ntsessions.abi.security_binary import descriptor_to_bytes
from ntsessions.abi.sids import sid_of
from tests.harness import World

LARGE = descriptor_to_bytes(descriptor(tuple(allow(sid_of(5, 21, 1, 2, 3, rid), 1) for rid in range(1000))))


def test_a_large_security_descriptor_is_not_free() -> None:
    """A program cannot fill the daemon's memory with descriptors of 64 KB at the price of an empty event each."""
    world = World()
    program = world.program(session=1, user="alice")
    pool = program.process.session.pool
    before = pool.used
    handle = program.call(CreateEvent(security=LARGE)).handle
    assert pool.used - before > len(LARGE)
    program.call(Close(handle))
    assert pool.used == before


def test_replacing_security_again_and_again_ends_at_the_limit() -> None:
    """Neither can it by replacing the descriptor of an object that it holds."""
    world = World()
    program = world.program(session=1, user="alice")
    handle = program.call(CreateEvent()).handle
    program.process.session.pool.limit = program.process.session.pool.used + 8 * len(LARGE)
    program.call(SetSecurity(handle, 4, LARGE))
    with pytest.raises(QuotaExceeded):
        program.call(SetSecurity(handle, 4, LARGE))
