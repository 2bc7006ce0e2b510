"""Clients that are killed where windows are: what they had is free, and who waited for them is answered."""

from collections.abc import Iterator

import pytest

from ntsessions.abi.calls import clipboard as clip
from ntsessions.abi.calls.message import (
    NONE,
    SENT,
    SMTO_BLOCK,
    SMTO_ERRORONEXIT,
    AwaitSend,
    GetMessage,
    ReplyMessage,
    SendMessage,
)
from ntsessions.abi.calls.window import (
    CreateWindow,
    DestroyWindow,
    FindWindow,
    GetThreadInput,
    ListWindows,
    SetWindowText,
)
from ntsessions.abi.status import NtStatus as S
from ntsessions.client.connection import Connection
from tests.host.machine import Setup, why_not
from tests.host.real_daemon import RealDaemon, Victim, daemon_for
from tests.host.window_clients import BULK, SECOND, end, kept


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


STATES = {
    "with 9,990 windows": "at_large()\nbulk(CreateWindow('Static', f'window {n}') for n in range(9990))",
    "with menus of 10,000 items": "at_large()\nmenu = c.call(CreateMenu())\n"
    "bulk(InsertMenuItem(menu, -1, True, MenuItem(n, f'item {n}')) for n in range(10_000))",
    "holding hooks": "for kind in range(-1, 15): c.call(SetWindowsHook(kind))",
    "holding a hook that nobody asks": "c.call(SetWindowsHook(WH_CBT))\nbulk([CreateWindow('Static')] * 500)",
    "with the clipboard open": "w = c.call(CreateWindow('Static'))\nc.call(OpenClipboard(w))\n"
    "c.call(EmptyClipboard())\nc.call(SetClipboardData(13, None))",
    "in the middle of switching": r"winsta = c.call(OpenWindowStation(r'\Windows\WindowStations\WinSta0', 0))"
    "\n"
    "stage = c.call(CreateDesktop('stage', root=winsta)).handle\nc.call(SwitchDesktop(stage))\n"
    "assert c.call(QueryUserObject(stage)).is_input\n"
    "for n in range(50): c.start(SwitchDesktop(stage))",
    "attached to another thread": "w = c.call(FindWindow(text='witness'))\n"
    "own = c.call(CreateWindow('Static', style=0x10000000))\n"
    "threads = [c.call(QueryWindow(one)).thread_id for one in (own, w)]\n"
    "c.call(AttachThreadInput(*threads, True))\nc.call(SetActiveWindow(own))",
    "on a window station of its own": "station = c.call(CreateWindowStation('doomed')).handle\n"
    "c.call(SetProcessWindowStation(station))\nc.call(CreateDesktop('one'))\n"
    "c.call(SetThreadDesktop(c.call(CreateDesktop('two')).handle))\nc.call(CreateWindow('Static'))",
    "with its heap mapped": "import mmap\nat_large()\n"
    "for shared in (False, True):\n"
    "    grant, (fd,) = c.call_with_descriptors(MapDesktopHeap(shared))\n"
    "    view = mmap.mmap(fd, grant.size, mmap.MAP_SHARED, mmap.PROT_READ)\n"
    "bulk(CreateWindow('Static', 'x' * 100) for n in range(100))",
    "with classes and timers": "bulk(RegisterClass(f'class {n}', window_extra=32768) for n in range(10))\n"
    "w = c.call(CreateWindow('class 3'))\nc.call(SetWindowLong(w, 32760, -1))\n"
    "bulk(SetTimer(w, n, 10) for n in range(1000))",
    "waiting for a message": "c.call(CreateWindow('Static'))\nc.start(GetMessage())",
    "waiting for input": "c.start(MsgWaitForObjects((c.call(CreateEvent()).handle,)))",
    "with a thousand messages": "w = c.call(CreateWindow('Static'))\n"
    "for n in range(1000): c.post(PostMessage(w, 0x400, n))\nc.call(IsWindow(w))",
}


@pytest.mark.parametrize("state", STATES)
def test_whatever_a_client_had_of_windows_is_free_when_it_is_killed(
    daemon: RealDaemon, witness: Connection, state: str
) -> None:
    before, connections = kept(witness), daemon.open_descriptors()
    victim = Victim(daemon, BULK + STATES[state])
    assert victim.said == "there"
    end(witness, victim)
    after = kept(witness)
    after["space"][-1] = before["space"][-1]  # names of classes stay: they are atoms of the session
    assert after == before
    assert witness.call(GetThreadInput()).active == 0
    witness.call(clip.OpenClipboard())
    witness.call(clip.CloseClipboard())
    shared_heap = 2  # descriptors of the session's, from when it is mapped first
    assert daemon.open_descriptors() <= connections + shared_heap


def test_a_sender_that_is_killed_is_answered_in_vain(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(
        daemon, "w = c.call(FindWindow(text='witness'))\nc.start(SendMessage(w, 0x400, 7))\nc.call(QueryHost())"
    )
    message = witness.call(GetMessage(timeout=10 * SECOND))
    assert (message.kind, message.wparam) == (SENT, 7)
    end(witness, victim)
    witness.call(ReplyMessage(message.sent, 1))
    assert witness.call(GetMessage(timeout=0)).kind == NONE


@pytest.mark.parametrize("flags", [0, SMTO_BLOCK, SMTO_ERRORONEXIT])
@pytest.mark.parametrize("has_taken_it", [False, True])
def test_a_receiver_that_is_killed_has_answered(
    daemon: RealDaemon, witness: Connection, flags: int, has_taken_it: bool
) -> None:
    wait = "c.start(GetMessage())" if has_taken_it else ""
    victim = Victim(daemon, f"c.call(CreateWindow('Static', 'victim'))\n{wait}")
    window = witness.call(FindWindow(text="victim"))
    sends = [witness.start(SendMessage(window, 0x400, flags=flags)) for _ in range(3)]
    end(witness, victim)
    for send in sends:
        expected = S.INVALID_WINDOW_HANDLE if flags & SMTO_ERRORONEXIT else S.SUCCESS
        answer = witness.finish(send)
        assert (answer.status, answer.result) == (expected, 0)


def test_who_pastes_is_told_when_the_owner_dies_that_promised(daemon: RealDaemon, witness: Connection) -> None:
    victim = Victim(
        daemon,
        "w = c.call(CreateWindow('Static'))\nc.call(OpenClipboard(w))\nc.call(EmptyClipboard())\n"
        "c.call(SetClipboardData(13, None))\nc.call(CloseClipboard())\nc.start(GetMessage())",
    )
    witness.call(clip.OpenClipboard())
    asked = witness.call(clip.GetClipboardData(13))
    assert asked.send
    waiting = witness.start(AwaitSend(asked.send))
    end(witness, victim)
    assert witness.finish(waiting).status == S.SUCCESS
    assert not witness.call(clip.GetClipboardData(13)).is_there
    assert witness.call(clip.QueryClipboard()).owner == 0
    witness.call(clip.CloseClipboard())
