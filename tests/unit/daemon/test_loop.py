"""The loop: who is called back when, and how long it sleeps."""

import os
import socket
from collections.abc import Iterator

import pytest

from ntsessions.daemon.loop import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setblocking(False)
    yield ends
    for end in ends:
        end.close()


def turns(loop: Loop, count: int, sleep: float = 5.0) -> None:
    """Run the loop for some turns."""
    left = count

    def end_of_turn() -> float:
        nonlocal left
        left -= 1
        if left < 0:
            loop.stop()
        return sleep if left >= 0 else 0

    loop.run(end_of_turn)


def test_a_reader_is_called_for_data_and_for_the_end(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    got: list[bytes] = []
    loop.add_reader(ours.fileno(), lambda: got.append(ours.recv(10)))
    theirs.send(b"hello")
    turns(loop, 1)
    theirs.close()
    loop._stopping = False
    turns(loop, 1)
    assert got == [b"hello", b""]


def test_reading_and_writing_are_watched_apart(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    called: list[str] = []
    loop.add_reader(ours.fileno(), lambda: called.append("read"))

    def writable() -> None:
        called.append("write")
        loop.remove_writer(ours.fileno())

    loop.add_writer(ours.fileno(), writable)
    turns(loop, 1)
    assert called == ["write"]
    theirs.send(b"x")
    loop._stopping = False
    turns(loop, 1)
    assert called == ["write", "read"]


def test_who_is_not_watched_can_be_removed(loop: Loop) -> None:
    loop.remove_reader(77)
    loop.remove_writer(77)


def test_a_callback_may_remove_another_of_the_same_turn(loop: Loop) -> None:
    """Two descriptors are ready; the first callback ends the second's connection."""
    first, second = os.pipe(), os.pipe()
    called: list[int] = []

    def ready(one: int, other: int) -> None:
        called.append(one)
        loop.remove_reader(other)

    loop.add_reader(first[0], lambda: ready(first[0], second[0]))
    loop.add_reader(second[0], lambda: ready(second[0], first[0]))
    os.write(first[1], b"x")
    os.write(second[1], b"x")
    turns(loop, 1)
    assert len(called) == 1
    for descriptor in (*first, *second):
        os.close(descriptor)


def test_a_deadline_in_a_hundred_years_is_slept_in_parts(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    """The kernel takes no more than 24 days; a client that waits longer must not end the daemon."""
    loop.add_writer(pair[0].fileno(), lambda: None)  # ready at once
    turns(loop, 1, sleep=3e9)
