"""The state of a host as bytes: what survives, and what bytes from elsewhere can do."""

from collections import OrderedDict
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, SetEvent
from ntsessions.abi.calls.job import CreateIoCompletion, CreateJob, RemoveIoCompletion
from ntsessions.abi.calls.mutant import CreateMutant
from ntsessions.abi.calls.object import CreateDirectory, CreatePrivateNamespace
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.section import CreateSection
from ntsessions.abi.calls.session import WaitSessionNotification
from ntsessions.abi.calls.timer import CreateTimer, SetTimer
from ntsessions.abi.calls.token import DuplicateToken, ImpersonateLoggedOnUser, OpenProcessToken
from ntsessions.abi.calls.wait import DelayExecution, WaitForObject, WaitForObjects
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.executive import snapshot
from ntsessions.executive.effects import CompleteCall
from ntsessions.executive.executive import Executive
from ntsessions.executive.objects.directory import Directory
from ntsessions.executive.snapshot import restore, save
from tests.harness import World, enter, replay

FOREVER = -1


def busy_world() -> World:
    """Return a host with at least one of everything that calls can make."""
    world = World()
    alice = world.program(1, "alice")
    second = alice.thread()
    for call in (
        CreateEvent("x", NAMED_OBJECTS, event_type=1),
        CreateMutant("m", NAMED_OBJECTS, initial_owner=True),
        CreateDirectory("d", NAMED_OBJECTS),
        CreateSection("s", NAMED_OBJECTS, maximum_size=4096),
        CreateTimer("t", NAMED_OBJECTS),
        CreateIoCompletion("p", NAMED_OBJECTS),
        CreatePrivateNamespace("b", (alice.process.token.user,)),
    ):
        alice.call(call)
    job = alice.call(CreateJob("j", NAMED_OBJECTS)).handle
    alice.call(CreateProcess(("child",), jobs=(job,)))
    alice.call(SetTimer(20, -30_000_000, period=500, apc_routine=1))
    alice.call(ImpersonateLoggedOnUser(alice.call(DuplicateToken(alice.call(OpenProcessToken(-1, 0xF01FF))))))
    second.begin(WaitForObjects((4, 8), wait_all=True))
    second.begin(RemoveIoCompletion(24, 50_000_000))
    second.begin(DelayExecution(10_000_000, alertable=True))
    second.begin(WaitSessionNotification(timeout=FOREVER))
    world.program(2, "bob", admin=True, elevated=True).begin(WaitSessionNotification())
    world.advance(0.25)
    return world


def test_a_restored_host_is_the_same_host() -> None:
    world = busy_world()
    data = save(world.executive)
    assert save(world.executive) == data
    assert save(restore(data)) == data


def test_the_inputs_of_a_host_lead_to_its_state_again() -> None:
    world = busy_world()
    assert save(replay(world)) == save(world.executive)


def test_a_restored_host_goes_on_as_the_old_one_would_have() -> None:
    """Waits end, timers expire, names are found: nobody notices that the daemon was another one for a moment."""
    world = busy_world()
    twin = restore(save(world.executive))
    before = len(world.inputs)
    alice = world.program(1, "alice")
    alice.call(SetEvent(alice.call(OpenEvent("x", NAMED_OBJECTS))))
    world.advance(0.5)
    world.program(3, "carol")
    world.advance(9)
    for given_input in world.inputs[before:]:
        enter(twin, given_input)
        twin.take_effects()
    assert save(twin) == save(world.executive)


def test_a_restored_wait_answers_its_caller() -> None:
    world = World()
    alice = world.program(1, "alice")
    alice.begin(WaitForObject(alice.call(CreateEvent()).handle, 10_000_000))
    twin = restore(save(world.executive))
    twin.advance(twin.now + 20_000_000, twin.utc)
    (effect,) = twin.take_effects()
    assert isinstance(effect, CompleteCall)
    assert effect.thread_key == alice.thread_key


def test_looking_at_deadlines_changes_nothing() -> None:
    """The daemon asks for the next deadline whenever it likes; that is no input."""
    world = busy_world()
    alice = world.program(1, "alice")
    event = alice.call(CreateEvent()).handle
    waiting = alice.begin(WaitForObject(event, 1))
    alice.thread().call(SetEvent(event))
    assert waiting.done
    data = save(world.executive)
    world.executive.next_deadline()
    assert save(world.executive) == data


def test_a_long_chain_of_objects_does_not_end_in_a_deep_stack() -> None:
    world = World()
    above = world.executive.sessions[0].bno
    for _ in range(20_000):
        below = Directory()
        above.link("d", below)
        above = below
    data = save(world.executive)
    assert save(restore(data)) == data


def test_numbers_beyond_64_bits_and_every_container_survive() -> None:
    world = World()
    odd: Any = {"big": 1 << 70, "set": {3, 1, 2}, "ordered": OrderedDict(a=1), "nested": [(1, ("x", None), b"")],
                "names": frozenset({"b", "a"})}  # fmt: skip
    world.executive.questions[1] = (1, 1, odd)
    subject: Any = restore(save(world.executive)).questions[1][2]
    assert subject == odd
    assert type(subject["ordered"]) is OrderedDict


def test_what_is_not_registered_is_not_saved() -> None:
    class Stranger:
        pass

    world = World()
    world.executive.questions[1] = (1, 1, Stranger())
    with pytest.raises(TypeError, match="Stranger"):
        save(world.executive)
    world.executive.questions[1] = (1, 1, {Directory()})
    with pytest.raises(TypeError, match="order"):
        save(world.executive)


def test_a_class_can_be_registered() -> None:
    class Extra:
        __slots__ = ("fact",)
        fact: int

    snapshot.register(Extra)
    world = World()
    extra = Extra()
    extra.fact = 5
    world.executive.questions[1] = (1, 1, extra)
    restored: Any = restore(save(world.executive)).questions[1][2]
    assert type(restored) is Extra
    assert restored.fact == 5


# -- bytes from elsewhere


def parts(executive: Executive) -> list[Any]:
    decoded: list[Any] = msgspec.msgpack.decode(save(executive))
    return decoded


@pytest.mark.parametrize("name", ["subprocess.Popen", "builtins.eval", "executive.executive.Nothing", "ntsessions.os"])
def test_a_class_of_somebody_else_is_never_made(name: str) -> None:
    state = parts(World().executive)
    state[1][0][0] = name
    with pytest.raises(ValueError, match="no class"):
        restore(msgspec.msgpack.encode(state))


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode([]),
        msgspec.msgpack.encode(["ntsessions-state-0", [], [], [], []]),
        msgspec.msgpack.encode([snapshot.FORMAT, [], [], [[0]], [0]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [], [], [], [3]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [], [[5, [-1]]], [], [-1]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [["executive.executive.Executive", "waits"]], [], [[8, 1]], [0]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [["executive.executive.Executive", "__class__"]], [], [[8, 1]], [0]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [["executive.objects.object.Pool", "x"]], [], [[8, 1]], [0]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [["abi.security.Ace"]], [], [[8]], [0]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [["executive.objects.object.Pool"]], [[8]], [], [-1]]),
        msgspec.msgpack.encode([snapshot.FORMAT, [], [], [[5]], [0]]),
    ],
)
def test_what_is_no_state_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of several sentences
        restore(state)


@given(st.data())
def test_a_damaged_state_is_restored_or_refused(data: st.DataObject) -> None:
    state = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 3))):
        state[data.draw(st.integers(0, len(state) - 1))] = data.draw(st.integers(0, 255))
    try:
        restore(bytes(state))
    except ValueError:
        return


SMALL = save(World().executive)
