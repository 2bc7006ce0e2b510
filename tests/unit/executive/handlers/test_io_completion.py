"""Completion ports: queues that threads wait at (nt-semantics 2.8)."""

import pytest

from ntsessions.abi.calls.job import CompletionPacket, CreateIoCompletion, RemoveIoCompletion, SetIoCompletion
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.wait import CancelCall, WaitForObject
from ntsessions.abi.limits import MESSAGES_PER_PORT
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from tests.harness import Program, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def port(program: Program, access: int = 0x1F0003) -> int:
    return program.call(CreateIoCompletion("p", NAMED_OBJECTS, 0x80, access)).handle


def test_packets_come_out_in_the_order_they_went_in(alice: Program) -> None:
    handle = port(alice)
    for value in (1, 2):
        alice.call(SetIoCompletion(handle, 7, value * 10, value))
    taken = [alice.call(RemoveIoCompletion(handle, 0)) for _ in range(3)]
    assert taken == [CompletionPacket(7, 10, 1), CompletionPacket(7, 20, 2), None]


def test_each_packet_wakes_one_thread_the_longest_waiting_first(world: World, alice: Program) -> None:
    handle = port(alice)
    second = alice.thread()
    waiting = [alice.begin(RemoveIoCompletion(handle)), second.begin(RemoveIoCompletion(handle))]
    third = alice.thread()
    third.call(SetIoCompletion(handle, 0, 0, 1))
    assert [call.done for call in waiting] == [True, False]
    third.call(SetIoCompletion(handle, 0, 0, 2))
    assert [call.reply.value for call in waiting] == [1, 2]
    assert third.call(RemoveIoCompletion(handle, 0)) is None


def test_waiting_for_a_packet_ends_with_the_time_or_when_it_is_taken_back(world: World, alice: Program) -> None:
    handle = port(alice)
    waiting = alice.begin(RemoveIoCompletion(handle, 10_000_000))
    world.advance(0.5)
    assert not waiting.done
    world.advance(0.5)
    assert waiting.reply is None
    pending = alice.begin(RemoveIoCompletion(handle))
    (request,) = alice.thread_object.waits
    assert alice.call(CancelCall(request))
    assert pending.outcome is not None
    assert pending.outcome.status == NtStatus.CANCELLED


def test_a_port_can_be_waited_for_without_taking_from_it(alice: Program) -> None:
    handle = port(alice)
    second = alice.thread()
    looking, taking = alice.begin(WaitForObject(handle)), second.begin(RemoveIoCompletion(handle))
    alice.thread().call(SetIoCompletion(handle, 0, 0, 1))
    assert (looking.reply.status, taking.reply.value) == (0, 1)


def test_posting_and_taking_need_the_right_to_modify(alice: Program) -> None:
    handle = port(alice, access=0x100001)
    assert alice.status(SetIoCompletion(handle, 0, 0, 0)) is NtStatus.ACCESS_DENIED
    assert alice.status(RemoveIoCompletion(handle, 0)) is NtStatus.ACCESS_DENIED


def test_a_full_port_refuses_and_what_waits_in_it_is_paid_for(world: World, alice: Program) -> None:
    pool = world.executive.sessions[1].pool
    before = pool.used
    handle = port(alice)
    for value in range(MESSAGES_PER_PORT):
        alice.call(SetIoCompletion(handle, 0, 0, value))
    assert alice.status(SetIoCompletion(handle, 0, 0, 0)) is NtStatus.QUOTA_EXCEEDED
    assert pool.used - before > 64 * MESSAGES_PER_PORT
    alice.call(RemoveIoCompletion(handle, 0))
    alice.call(SetIoCompletion(handle, 0, 0, 0))
    alice.call(Close(handle))
    assert pool.used == before
