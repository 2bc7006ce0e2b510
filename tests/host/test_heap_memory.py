"""Heaps that clients map: they can only be read, and what they take of the daemon's descriptors is little."""

import os
from collections.abc import Iterator

import pytest

from tests.host.machine import Setup, why_not
from tests.host.real_daemon import RealDaemon, daemon_for
from tests.host.window_clients import said_by


@pytest.fixture(params=["self", "nobody"], scope="module")
def daemon(request: pytest.FixtureRequest) -> Iterator[RealDaemon]:
    reason = why_not(Setup(request.param, "none"))
    if reason:
        pytest.skip(reason)
    with daemon_for(request.param) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture
def poor() -> Iterator[RealDaemon]:
    """A daemon that may have few descriptors, of a user of its own: Linux counts those on their way by user."""
    reason = why_not(Setup("nobody", "none"))
    if reason:
        pytest.skip(reason)
    with daemon_for(70_000 + os.getpid(), descriptors=1500) as running:
        yield running


CROWD = """
import sys
from ntsessions.abi.calls.event import CreateEvent, SetEvent
from ntsessions.abi.calls.heap import MapDesktopHeap
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.process import Connect
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import NtError
from ntsessions.client.connection import Connection
from ntsessions.wire.frame import encode_request
from tests.host.real_daemon import Raw
def greeted():
    raw = Raw(sys.argv[1])
    raw.call(Connect())
    return raw
def outcome(client):
    try:
        client.call(MapDesktopHeap())
    except NtError as error:
        return error.status.name
    return 'mapped'
"""
NEVER_READS = """
raw = greeted()
try:
    for request in range(2, 100_000):
        raw.send(encode_request(MapDesktopHeap(), request))
except (BrokenPipeError, ConnectionResetError):
    raw.close()
    print('left', outcome(Connection(sys.argv[1])))
"""
ON_THEIR_WAY = """
other = Connection(sys.argv[1])
raws = [greeted() for _ in range(4)]
for raw in raws:
    served = other.call(CreateEvent()).handle
    for request in range(2, 500):
        raw.send(encode_request(MapDesktopHeap(), request))
    raw.begin(SetEvent(served), 1000)
    other.call(WaitForObject(served))
print(outcome(other))
for raw in raws:
    raw.close()
other.call(QueryHost())
print(outcome(other))
"""


def test_who_does_not_take_descriptors_does_not_use_them_up(poor: RealDaemon) -> None:
    """A client that asks for its heap again and again and never reads is left."""
    assert said_by(CROWD + NEVER_READS, poor) == "left mapped\n"
    assert "were not read" in poor.log


def test_when_too_many_descriptors_are_on_their_way_others_are_told(poor: RealDaemon) -> None:
    """Who asks for one more waits for an answer, and gets one."""
    assert said_by(CROWD + ON_THEIR_WAY, poor) == "INSUFFICIENT_RESOURCES\nmapped\n"


SPOIL = """
import ctypes, errno, fcntl, mmap, os, sys
from ntsessions.client.connection import Connection
from ntsessions.abi.calls.heap import MapDesktopHeap
from ntsessions.abi.calls.window import CreateWindow
c = Connection(sys.argv[1])
window = c.call(CreateWindow('Static', 'mine'))
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
done = []
def refused(what, *arguments):
    try:
        what(*arguments)
    except OSError:
        return
    done.append((getattr(what, '__name__', what), arguments))
def protect(fd):
    address = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    if libc.mprotect(address, 4096, mmap.PROT_READ | mmap.PROT_WRITE):
        raise OSError(ctypes.get_errno(), 'mprotect')
def punch(fd):
    if libc.fallocate(fd, 3, ctypes.c_long(0), ctypes.c_long(4096)):
        raise OSError(ctypes.get_errno(), 'fallocate')
for shared in (False, True):
    grant, (fd,) = c.call_with_descriptors(MapDesktopHeap(shared))
    before = os.pread(fd, 65536, 0)
    descriptors = [fd]
    for flags in (os.O_RDWR, os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
        try:
            descriptors.append(os.open(f'/proc/self/fd/{fd}', flags))
        except OSError:
            pass
    for one in descriptors:
        refused(os.pwrite, one, b'spoiled', 0)
        refused(os.ftruncate, one, 0)
        refused(os.ftruncate, one, grant.size * 2)
        refused(mmap.mmap, one, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        refused(fcntl.fcntl, one, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
        refused(protect, one)
        refused(punch, one)
    assert os.pread(fd, 65536, 0) == before
    assert os.fstat(fd).st_size == grant.size
print(len(descriptors), done)
"""


def test_what_is_mapped_is_only_read_even_by_programs_of_the_daemons_own_user(daemon: RealDaemon) -> None:
    """In personal mode they may open the memory file again through /proc: it is sealed."""
    assert said_by(SPOIL, daemon) == "3 []\n", "two are for writing"
