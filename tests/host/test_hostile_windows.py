"""Clients that forge, flood and fill where windows are: each is answered by name, and everybody else goes on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntsessions.abi.calls.desktop import CreateDesktop, QuerySessionDesktops
from ntsessions.abi.calls.event_log import QueryEventLog
from ntsessions.abi.calls.heap import MapDesktopHeap, QueryDesktopHeaps
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.message import (
    GetMessage,
    PostMessage,
    SendMessage,
)
from ntsessions.abi.calls.wait import DelayExecution
from ntsessions.abi.calls.window import (
    CreateWindow,
    DestroyWindow,
    FindWindow,
    ListWindows,
    QueryWindow,
    SetWindowText,
)
from ntsessions.abi.calls.window_class import RegisterClass
from ntsessions.abi.limits import MESSAGES_PER_QUEUE
from ntsessions.abi.status import NtStatus as S
from ntsessions.client.connection import Connection
from ntsessions.wire.frame import encode_request
from tests.host.machine import Setup, why_not
from tests.host.real_daemon import RealDaemon, Victim, daemon_for
from tests.host.window_clients import BULK, SECOND, SESSION, TESTS, end, kept, status_of

MEBIBYTE = 1 << 20


@pytest.fixture(params=["self", "nobody"], scope="module")
def daemon(request: pytest.FixtureRequest) -> Iterator[RealDaemon]:
    reason = why_not(Setup(request.param, "none"))
    if reason:
        pytest.skip(reason)
    with daemon_for(request.param) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture
def witness(daemon: RealDaemon) -> Iterator[Connection]:
    """Somebody with a window, who notices when others get in the way."""
    connection = daemon.connect()
    window = connection.call(CreateWindow("Static", "witness"))
    yield connection
    connection.call(SetWindowText(window, "still there"))
    assert window in connection.call(ListWindows())
    connection.call(DestroyWindow(window))
    connection.close()
    assert daemon.process.poll() is None


# -- what is forged and absurd

FUZZ = f"""
sys.path.insert(0, {str(TESTS)!r})
from random import Random
from msgspec.structs import replace
from ntsessions.abi.call import CALLS
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from tests.sim.random_calls import Knowledge, values
chance, known = Random(SEED), Knowledge()
nouns = dict.fromkeys(('window', 'window_class', 'menu', 'message', 'hook', 'clipboard', 'atom', 'desktop', 'heap'))
specs = [one for one in CALLS.values() if one.noun in nouns and not one.takes_descriptors]
NAMES = 'window parent child after menu hook next thread_id to_thread_id send sent'.split()
handles = [0, 1, -1, -3, 0xFFFF, 0x10001, 0x1FFFF, 2**31, 2**32 - 1, 2**32 + 0x10001, 2**63, -2**63]
for made in range(2500):
    spec = chance.choice(specs)
    call = spec.call_type(**values(chance, spec.call_type, known))
    fields = {{}}
    for name in NAMES:
        if hasattr(call, name) and chance.random() < 0.5:
            fields[name] = chance.choice(handles + [chance.randrange(1 << 32), chance.randrange(1 << 63)])
    if hasattr(call, 'timeout'):
        fields['timeout'] = 0
    try:
        c.call(replace(call, **fields))
    except NtError as error:
        assert error.status is not NtStatus.INTERNAL_ERROR, (call, error)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_no_handle_that_is_made_up_leads_anywhere(daemon: RealDaemon, witness: Connection, seed: int) -> None:
    """Windows of others too: the process may be asked to do anything, and the daemon answers by name."""
    before = kept(witness)
    victim = Victim(daemon, FUZZ.replace("SEED", str(seed)))
    assert victim.said == "there"
    end(witness, victim)
    after = kept(witness)
    after["space"][-1] = before["space"][-1]  # atoms, as above
    assert after == before


def test_sizes_at_the_limit_and_beyond(daemon: RealDaemon, witness: Connection) -> None:
    """What is within what a call declares gets an answer; what is not ends the connection that sent it."""
    with daemon.raw() as raw:
        wide = raw.call(CreateWindow("Static", "\N{GRINNING FACE}" * (1 << 15)))
        raw.call(DestroyWindow(wide))
        for name in ("c" * 256, "c" * 65536, ""):
            assert status_of(raw, RegisterClass(name)) is S.INVALID_PARAMETER
            assert status_of(raw, FindWindow(class_name=name)) is S.INVALID_PARAMETER
        raw.call(RegisterClass("wide", class_extra=1 << 15, window_extra=1 << 15))
        window = raw.call(CreateWindow("wide"))
        raw.call(PostMessage(window, 0x400, (1 << 64) - 1, -(1 << 63)))
        message = raw.call(GetMessage())
        assert (message.wparam, message.lparam) == ((1 << 64) - 1, -(1 << 63))
        gone = raw.call(CreateWindow("Static"))
        raw.call(DestroyWindow(gone))
        for handle in (gone, gone + (1 << 32), gone & 0xFFFF, gone - (1 << 16), -gone, 1 << 62):
            assert status_of(raw, QueryWindow(handle)) is S.INVALID_WINDOW_HANDLE
        assert raw.call(QueryWindow(window + (7 << 32))).handle == window, "64-bit programs have wide handles"
    for call in (
        CreateWindow("Static", "x" * ((1 << 15) + 1)),
        CreateWindow("Static", width=1 << 32),
        RegisterClass("wide", window_extra=(1 << 15) + 1),
        SendMessage(1, 2, data=bytes((1 << 16) + 1)),
        CreateDesktop("desk", heap_kb=-1),
        CreateDesktop("desk", heap_kb=(1 << 20) + 1),
        QueryDesktopHeaps(0, -1),
    ):
        with daemon.raw() as raw:
            raw.begin(call)
            assert raw.has_ended()


def test_heaps_and_names_of_any_size(daemon: RealDaemon, witness: Connection) -> None:
    """1 KB holds no desktop; 1 GiB costs nothing until it is used; a name of 64 KB does not hide the others."""
    before = daemon.memory()
    assert status_of(witness, CreateDesktop("speck", heap_kb=1)) is S.NO_MEMORY
    assert status_of(witness, CreateDesktop("speck", heap_kb=3)) is S.NO_MEMORY
    script = (
        "import mmap\nat_large(1 << 20)\ngrant, (fd,) = c.call_with_descriptors(MapDesktopHeap())\n"
        "view = mmap.mmap(fd, grant.size, mmap.MAP_SHARED, mmap.PROT_READ)\nassert grant.size == 1 << 30\n"
        "c.call(CreateWindow('Static', 'on it'))\nc.call(CreateDesktop('n' * 32_000))"
    )
    victim = Victim(daemon, BULK + script)
    assert victim.said == "there"
    assert daemon.memory() - before < 16 * MEBIBYTE
    assert {"large", "n" * 32_000} <= {row.name for row in witness.call(QuerySessionDesktops(SESSION))}
    assert status_of(witness, CreateDesktop("n" * 32_768)) is S.NAME_TOO_LONG
    end(witness, victim)


# -- amounts


def test_ten_thousand_desktops(daemon: RealDaemon, witness: Connection) -> None:
    """They are paid for, and listed page by page; all of them go with the program."""
    before, memory = kept(witness), daemon.memory()
    script = "bulk(CreateDesktop(f'desk {n}', heap_kb=64) for n in range(10_000))"
    victim = Victim(daemon, BULK + script)
    assert victim.said == "there"
    assert daemon.memory() - memory < 64 * MEBIBYTE
    assert len(witness.call(QueryDesktopHeaps(-2))) >= 512
    assert witness.call(CreateWindow("Static", "goes on"))
    end(witness, victim)
    witness.call(DestroyWindow(witness.call(FindWindow(text="goes on"))))
    assert kept(witness) == before


def test_ten_thousand_maps_of_a_heap_are_one(daemon: RealDaemon, witness: Connection) -> None:
    witness.call(MapDesktopHeap())
    before, memory = daemon.open_descriptors(), daemon.memory()
    with daemon.raw() as raw:
        for request in range(2, 10_002):
            raw.send(encode_request(MapDesktopHeap(), request))
            raw.socket.recv(1000)  # the descriptor is lost with what does not fit
        witness.call(QueryHost())
        assert daemon.open_descriptors() <= before + 2
    assert daemon.memory() - memory < 8 * MEBIBYTE


def test_a_thread_that_never_reads_keeps_so_many_messages(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(daemon, "c.call(CreateWindow('Static', 'deaf'))")
    window = witness.call(FindWindow(text="deaf"))
    memory = daemon.memory()
    for number in range(2 * MESSAGES_PER_QUEUE):
        witness.post(PostMessage(window, 0x400, number, 1 << 60))
    assert status_of(witness, PostMessage(window, 0x400)) is S.QUOTA_EXCEEDED
    assert daemon.memory() - memory < 16 * MEBIBYTE
    end(witness, victim)


def test_broadcasts_to_thousands_of_windows_hold_nobody_up(daemon: RealDaemon, witness: Connection) -> None:
    """Their windows are on their desktop; the witness is on another one, and is answered in between."""
    script = (
        "at_large()\nbulk(CreateWindow('Static') for n in range(3000))\n"
        "for n in range(100): c.post(PostMessage(0xFFFF, 0x400))\n"
        "for n in range(20): c.start(SendMessage(0xFFFF, 0x400, timeout=0))"
    )
    victim = Victim(daemon, BULK + script)
    for _ in range(20):
        witness.call(QueryHost())
    end(witness, victim)


def test_timers_that_nobody_asks_for_and_windows_cost_no_time(daemon: RealDaemon, witness: Connection) -> None:
    """Thousands with the shortest period expire once; after that the daemon sleeps."""
    victim = Victim(
        daemon, BULK + "bulk(SetTimer(0, 0, 10) for n in range(5000))\nbulk([CreateWindow('Static')] * 500)"
    )
    witness.call(DelayExecution(SECOND // 20))  # by now all have expired

    def used() -> tuple[float, int]:
        ticks = sum(map(int, Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
        switches = next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
        return ticks / os.sysconf("SC_CLK_TCK"), switches

    seconds, wakes = used()
    witness.call(DelayExecution(SECOND // 3))
    seconds_after, wakes_after = used()
    assert seconds_after - seconds < 0.1
    assert wakes_after - wakes <= 5, "the call that waits comes, and its time does"
    end(witness, victim)


def test_failures_do_not_flood_the_event_log(daemon: RealDaemon, witness: Connection) -> None:
    """One event for each desktop and interval; the others are counted in it."""
    script = (
        "def try_all(calls):\n"
        "    pending = [c.start(call) for call in calls]\n"
        "    failed = 0\n"
        "    for one in pending:\n"
        "        try: c.finish(one)\n"
        "        except NtError: failed += 1\n"
        "    return failed\n"
        "at_large(4)\nfailed = sum(try_all([CreateWindow('Static', 'x' * 1000)] * 200) for n in range(20))\n"
        "assert failed == 4000"
    )
    memory = daemon.memory()
    victim = Victim(daemon, BULK + script)
    assert victim.said == "there"
    assert daemon.memory() - memory < 8 * MEBIBYTE
    events = [one for one in witness.call(QueryEventLog()) if one.event_id == 243 and "large" in one.text]
    assert events[-1].repeated >= 3000
    end(witness, victim)
