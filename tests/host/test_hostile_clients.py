"""Clients that send what they like, die when they like and take what they can: everybody else goes on."""

import os
import random
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, SetEvent
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.mutant import CreateMutant
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, CreateProcess, OpenProcess
from ntsessions.abi.calls.section import CreateSection
from ntsessions.abi.calls.session import Logoff, Logon, QuerySessions
from ntsessions.abi.calls.timer import CreateTimer, SetTimer
from ntsessions.abi.calls.wait import CancelCall, DelayExecution, WaitForObject
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import CALLS_PER_THREAD, FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.client.connection import Connection
from ntsessions.wire.frame import DESCRIPTORS_FOLLOW, DESCRIPTORS_MESSAGE, encode_request
from tests.host.machine import Setup, why_not
from tests.host.real_daemon import Raw, RealDaemon, Victim, daemon_for, send_with

SECOND = 10_000_000
MEBIBYTE = 1 << 20
FOREVER = -1


@pytest.fixture(params=["self", "nobody"], scope="module")
def daemon(request: pytest.FixtureRequest) -> Iterator[RealDaemon]:
    reason = why_not(Setup(request.param, "none"))
    if reason:
        pytest.skip(reason)
    with daemon_for(request.param) as running:
        yield running


@pytest.fixture
def witness(daemon: RealDaemon) -> Iterator[Connection]:
    """Somebody who minds their own business, and notices when they no longer can."""
    connection = daemon.connect()
    event = connection.call(CreateEvent()).handle
    yield connection
    assert not connection.call(SetEvent(event)), "the witness lost what it had"
    connection.close()
    assert daemon.process.poll() is None


def status_of(connection: "Raw | Connection", call: object) -> NtStatus:
    try:
        connection.call(call)  # type: ignore[arg-type]  # any call
    except NtError as error:
        return error.status
    return NtStatus.SUCCESS


# -- bytes


def test_random_bytes_end_their_own_connection(daemon: RealDaemon, witness: Connection) -> None:
    chance = random.Random(7)
    for size in [0, 1, 7, 8, 9, 100, 5000] * 8:
        with daemon.raw(greeted=chance.random() < 0.5) as raw:
            raw.send(chance.randbytes(size))
            assert raw.has_ended()


def test_flipped_bits_of_a_real_call_harm_nobody(daemon: RealDaemon, witness: Connection) -> None:
    """Either the frame is still a call, and gets an answer, or the connection ends."""
    frame = encode_request(CreateEvent("flipped", NAMED_OBJECTS, 0x80), 1)
    for bit in range(0, 8 * len(frame), 3):
        changed = bytearray(frame)
        changed[bit // 8] ^= 1 << bit % 8
        with daemon.raw() as raw:
            raw.send(bytes(changed))
            with suppress(BrokenPipeError):  # it has ended already
                raw.send(b"")  # ends it
            assert raw.has_ended()


def test_the_first_call_must_be_connect(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw(greeted=False) as raw:
        raw.begin(QueryHost())
        assert raw.has_ended()
    assert "the first call must be Connect" in daemon.log


def test_a_client_of_another_version_is_told_so(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw(greeted=False) as raw:
        assert status_of(raw, Connect(protocol=99)) is NtStatus.REVISION_MISMATCH


@pytest.mark.parametrize("size", [FRAME_BYTES + 1, FRAME_BYTES + 2, 4 * FRAME_BYTES])
def test_a_message_that_is_too_large_ends_the_connection(daemon: RealDaemon, witness: Connection, size: int) -> None:
    with daemon.raw() as raw:
        raw.send(encode_request(QueryHost(), 1) + bytes(size))
        assert raw.has_ended()


def test_two_calls_under_one_number_end_the_connection(daemon: RealDaemon, witness: Connection) -> None:
    """The answers could not be told apart."""
    with daemon.raw() as raw:
        raw.begin(DelayExecution(100 * SECOND), request=77)
        raw.begin(QueryHost(), request=77)
        assert raw.has_ended()
    assert "request 77 is pending already" in daemon.log


# -- descriptors


def test_descriptors_that_were_announced_and_do_not_come_end_the_connection(
    daemon: RealDaemon, witness: Connection
) -> None:
    with daemon.raw() as raw:
        raw.send(encode_request(CreateProcess(("true",), descriptor_count=3), 1, DESCRIPTORS_FOLLOW))
        raw.begin(QueryHost(), request=2)
        assert raw.has_ended()


def test_an_empty_message_of_descriptors_is_a_call_without_them(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw() as raw:
        raw.send(encode_request(CreateProcess(("true",), descriptor_count=3), 2, DESCRIPTORS_FOLLOW))
        raw.send(DESCRIPTORS_MESSAGE)
        with pytest.raises(NtError) as caught:
            raw.receive(2, CreateProcess)
        assert caught.value.status is NtStatus.INVALID_PARAMETER


def test_descriptors_for_a_call_that_takes_none_end_the_connection(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw() as raw:
        raw.send(encode_request(QueryHost(), 1, DESCRIPTORS_FOLLOW))
        assert raw.has_ended()


def test_descriptors_that_nobody_asked_for_are_not_kept(daemon: RealDaemon, witness: Connection) -> None:
    """Sent with a call, sent where they do not belong, sent by the dozen: the daemon's table does not grow."""
    before = daemon.open_descriptors()
    null = os.open("/dev/null", os.O_RDWR)
    try:
        with daemon.raw() as raw:
            for request in range(1, 50):
                send_with(raw.socket, encode_request(QueryHost(), request), [null] * 5)
                raw.receive(request, QueryHost)
            section = CreateSection(has_file=True, maximum_size=1)
            for request in range(50, 100):  # /dev/null is no file: the call fails
                raw.send(encode_request(section, request, DESCRIPTORS_FOLLOW))
                send_with(raw.socket, DESCRIPTORS_MESSAGE, [null])
                with pytest.raises(NtError):
                    raw.receive(request, CreateSection)
            raw.send(encode_request(section, 100, DESCRIPTORS_FOLLOW))
            send_with(raw.socket, DESCRIPTORS_MESSAGE, [null] * 200)
            assert raw.has_ended()
    finally:
        os.close(null)
    witness.call(QueryHost())
    assert daemon.open_descriptors() <= before


# -- amounts


def test_who_never_reads_is_left_and_takes_little_memory(daemon: RealDaemon, witness: Connection) -> None:
    before = daemon.memory()
    raw = daemon.raw()
    ended = False
    with raw, suppress(BrokenPipeError, ConnectionResetError):
        for request in range(2, 2_000_000):
            ended = request == 1_999_999
            raw.send(encode_request(QuerySessions(), request))
    assert not ended, "the daemon never minded"
    assert daemon.memory() - before < 64 * MEBIBYTE
    assert "were not read" in daemon.log


def test_a_client_has_a_limit_of_pending_calls_and_can_take_them_back(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw() as raw:
        for request in range(1, CALLS_PER_THREAD + 1):
            raw.begin(DelayExecution(FOREVER), request=request)
        with pytest.raises(NtError) as caught:
            raw.receive(raw.begin(DelayExecution(FOREVER), request=1000), DelayExecution)
        assert caught.value.status is NtStatus.QUOTA_EXCEEDED
        raw.begin(CancelCall(1), request=1001)
        with pytest.raises(NtError) as caught:
            raw.receive(1, DelayExecution)
        assert caught.value.status is NtStatus.CANCELLED
        assert raw.receive(1001, CancelCall)


def test_thousands_of_handles_come_back(daemon: RealDaemon, witness: Connection) -> None:
    with daemon.raw() as raw:
        before = witness.call(QueryHost()).handle_count
        handles = [raw.call(CreateEvent()).handle for _ in range(3000)]
        assert witness.call(QueryHost()).handle_count == before + 3000
        for handle in handles:
            raw.send(encode_request(Close(handle), 0))
        assert raw.call(QueryHost()).handle_count == before


@pytest.mark.parametrize("length", [0x8000, 0xFFFF])
def test_names_of_64_kilobytes_are_refused_by_name(daemon: RealDaemon, witness: Connection, length: int) -> None:
    for call in (CreateEvent("n" * length, NAMED_OBJECTS), OpenEvent("\\" + "n\\" * (length // 2), 0)):
        assert status_of(witness, call) in {
            NtStatus.NAME_TOO_LONG, NtStatus.OBJECT_NAME_INVALID, NtStatus.OBJECT_PATH_NOT_FOUND,
            NtStatus.OBJECT_PATH_SYNTAX_BAD,
        }  # fmt: skip


def test_handles_of_others_and_made_up_ones_lead_nowhere(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(daemon, "print([c.call(CreateEvent()).handle for _ in range(5000)][-1])")
    theirs = int(victim.said)
    chance = random.Random(3)
    for handle in (theirs, theirs + 4, *(chance.randrange(1 << 20, 1 << 32) for _ in range(200))):
        assert status_of(witness, SetEvent(handle)) is NtStatus.INVALID_HANDLE
    victim.kill()


def test_a_password_of_any_length_is_answered(daemon: RealDaemon, witness: Connection) -> None:
    """Longer than the host keeps one: the daemon lives, and says no."""
    assert status_of(witness, Logon("nobody-here", "p" * 100_000)) is NtStatus.LOGON_FAILURE


def test_a_wait_for_a_hundred_years_does_not_stop_the_clock(daemon: RealDaemon, witness: Connection) -> None:
    """The kernel sleeps 24 days at most."""
    with daemon.raw() as raw:
        raw.begin(DelayExecution(3_155_760_000 * SECOND))
        timer = witness.call(CreateTimer()).handle
        witness.call(SetTimer(timer, -(2**62)))
        assert witness.call(DelayExecution(1)).status == NtStatus.TIMEOUT
        witness.call(QueryHost())


# -- deaths

STATES = {
    "inside a wait": "c.start(WaitForObject(c.call(CreateEvent()).handle))",
    "waiting for any of many": "c.start(WaitForObjects(tuple(c.call(CreateEvent()).handle for _ in range(60))))",
    "with names": "[c.call(CreateEvent(f'doomed{n}', -16)) for n in range(20)]",
    "with a section mapped": "import mmap\n"
    "h = c.call(CreateSection('doomed', -16, maximum_size=4096)).handle\n"
    "_, fds = c.call_with_descriptors(MapView(h, 2))\n"
    "view = mmap.mmap(fds[0], 4096)\n"
    "view[0] = 1",
    "starting a program": "c.start(CreateProcess(('/bin/true',)))",
    "logging on": "c.start(Logon('nobody-here', 'x'))",
    "making a session": "c.start(CreateSession())",
    "between announcement and descriptors": "from ntsessions.wire.frame import encode_request\n"
    "c._socket.send(encode_request(CreateProcess(('/bin/true',), descriptor_count=3), 9, 0x80000000))",
    "with a timer": "t = c.call(CreateTimer()).handle\nc.call(SetTimer(t, -1, 1, 5))\nc.start(DelayExecution(-1))",
    "with a job": "h = c.call(CreateJob()).handle\nc.call(CreateProcess(('/bin/sleep', '100'), jobs=(h,)))\n"
    "c.call(TerminateJob(h, 1))",
}


@pytest.mark.parametrize("state", STATES)
def test_whatever_a_client_held_is_free_when_it_is_killed(daemon: RealDaemon, witness: Connection, state: str) -> None:
    before = witness.call(QueryHost())
    victim = Victim(daemon, STATES[state])
    assert victim.said == "there"
    process = witness.call(OpenProcess(victim.pid))
    victim.kill()
    assert witness.call(WaitForObject(process, 10 * SECOND)).status == 0
    witness.call(Close(process))
    for session in witness.call(QuerySessions()):
        if session.session_id:
            witness.call(Logoff(session.session_id))
    after = witness.call(QueryHost())
    running = max(0, after.process_count - before.process_count)  # what it started holds its window station and desktop
    assert after.handle_count <= before.handle_count + 2 * running
    assert after.thread_count <= before.thread_count
    for name in ("doomed", "doomed0", "doomed19"):
        assert status_of(witness, OpenEvent(name, NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_a_mutex_of_a_killed_owner_is_seen_abandoned(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(daemon, "c.call(CreateMutant('lock', -16, initial_owner=True))")
    mutex = witness.call(CreateMutant("lock", NAMED_OBJECTS, 0x80)).handle
    waiting = witness.start(WaitForObject(mutex, 10 * SECOND))
    victim.kill()
    assert witness.finish(waiting).status == NtStatus.ABANDONED_WAIT_0
    witness.call(Close(mutex))


def test_a_stopped_client_stops_nobody_else(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(daemon, "e = c.call(CreateEvent('bell', -16)).handle\nc.start(WaitForObject(e))")
    os.kill(victim.pid, signal.SIGSTOP)
    bell = witness.call(OpenEvent("bell", NAMED_OBJECTS))
    for _ in range(200):
        witness.call(SetEvent(bell))
    os.kill(victim.pid, signal.SIGCONT)
    victim.kill()
    witness.call(Close(bell))


def test_a_connection_ends_with_the_process_that_made_it(daemon: RealDaemon, witness: Connection) -> None:
    """A forked child that goes on with its parent's socket does not inherit who the parent was."""
    script = (
        "if os.fork() == 0:\n"
        "    sys.stdout.flush(); c._socket.settimeout(10)\n"
        "    print('child', flush=True)\n"
        "    data = c._socket.recv(100)\n"
        "    os.write(1, b'end\\n' if not data else b'still here\\n')\n"
        "    os._exit(0)\n"
        "os.wait3(os.WNOHANG); os.kill(os.getpid(), 9)"
    )
    victim = Victim(daemon, script)
    assert victim.said == "child"
    assert victim.process.stdout is not None
    assert victim.process.stdout.readline() == b"end\n"
    victim.close()


# -- crowds and strangers


def test_a_flood_of_connections_ends_and_is_forgotten() -> None:
    """Whoever is connected goes on; when the crowd has left, newcomers are let in again."""
    with daemon_for("self", descriptors=160) as crowded:
        witness = crowded.connect()
        crowd = []
        for _ in range(300):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
            crowd.append(sock)
            try:
                sock.connect(crowded.path)
            except BlockingIOError:
                break  # not even the queue has room
        assert witness.call(QueryHost()).process_count
        for sock in crowd:
            sock.close()
        late = crowded.connect()
        assert late.call(QueryHost()).process_count
        late.close()
        witness.close()


def test_other_users_are_turned_away_at_the_control_socket(daemon: RealDaemon) -> None:
    """Even when somebody opened the directory and the socket to all."""
    if os.geteuid() != 0 or daemon.uid is not None:
        pytest.skip("only root can become somebody else")
    daemon.state_dir.chmod(0o755)
    os.chmod(daemon.path, 0o666)  # noqa: PTH101 - a socket
    script = (
        "import socket\n"
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "s.settimeout(10)\n"
        f"s.connect({daemon.path!r})\n"
        "try: print('answer' if s.recv(10) else 'refused')\n"
        "except ConnectionResetError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        user=1234,
        group=1234,
        extra_groups=(),
        capture_output=True,
        text=True,
        check=True,
    )
    daemon.state_dir.chmod(0o700)
    os.chmod(daemon.path, 0o600)  # noqa: PTH101 - as above
    assert done.stdout == "refused\n"


def test_many_small_frames_that_make_no_sense_together(daemon: RealDaemon, witness: Connection) -> None:
    """A call number with no call, a request number of nought, arguments of another call."""
    for number, request, arguments in (
        (0xFFFF, 1, b"\x90"),
        (0x20, 0, b"\x90"),
        (0x20, 1, b"\xc0"),
        (0x80, 1, b"\x91\xa1x"),
    ):
        with daemon.raw() as raw:
            raw.send(struct.pack("<II", number, request) + arguments)
            assert raw.has_ended()
