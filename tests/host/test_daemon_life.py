"""The daemon itself: starting, refusing to start, being killed, and starting again."""

import os
import signal
from pathlib import Path

import pytest

from ntsessions.abi.calls.account import AddAccount, QueryAccounts
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.session import Logon, QuerySessions, QueryUserToken
from ntsessions.host import processes
from tests.host.real_daemon import RealDaemon, daemon_for, wait_for_end


def test_a_second_daemon_in_the_same_directory_says_why_not() -> None:
    with daemon_for("self") as first:
        second = RealDaemon(first.state_dir)
        second.process.wait()
        assert "another daemon runs with state directory" in second.said
        assert first.connect().call(QuerySessions())


def test_nothing_outlives_a_killed_daemon_and_the_next_one_starts() -> None:
    with daemon_for("self") as daemon:
        client = daemon.connect()
        client.call(AddAccount("alice"))
        session = client.call(Logon("alice")).session_id
        target = client.call(QueryUserToken(session))
        started = client.call(CreateProcess(("/bin/sleep", "1000"), token=target.token))
        pidfd = os.pidfd_open(started.process_id)
        daemon.kill()
        assert wait_for_end(pidfd), "a program of the session still runs"
        os.close(pidfd)
        daemon.start()
        assert daemon.said == "ready"
        client = daemon.connect()
        assert [one.session_id for one in client.call(QuerySessions())] == [0]
        assert [one.name for one in client.call(QueryAccounts())] == ["alice"]
        assert client.call(Logon("alice")).session_id == 1


@pytest.mark.parametrize("groups", ["", "none"])
def test_a_daemon_whose_session_0_was_killed_ends_and_says_so(monkeypatch: pytest.MonkeyPatch, groups: str) -> None:
    """What runs it as a service starts it again, and has a whole host; nothing of the old one is left."""
    monkeypatch.setenv("NTSESSIONS_GROUPS", groups)
    with daemon_for("self") as daemon:
        client = daemon.connect()
        client.call(AddAccount("alice"))
        session = client.call(Logon("alice")).session_id
        pids = []
        for number in (0, session):
            target = client.call(QueryUserToken(number))
            pids.append(client.call(CreateProcess(("/bin/sleep", "1000"), token=target.token)).process_id)
        ends = [os.pidfd_open(pid) for pid in pids]
        os.kill(processes.ancestors(pids[0])[0][0], signal.SIGKILL)
        assert daemon.process.wait(15) == 1
        assert "session 0 has ended" in daemon.log
        for end in ends:
            assert wait_for_end(end), "a program still runs"
            os.close(end)
        daemon.start()
        assert daemon.said == "ready"
        assert daemon.connect().call(Logon("alice")).session_id == 1


def test_two_operators_who_end_the_host_at_once_are_both_told() -> None:
    with daemon_for("self") as daemon:
        first, second = daemon.connect(), daemon.connect()
        first.call(AddAccount("alice"))
        first.call(Logon("alice"))
        asked = [(client, client.start(ShutDown())) for client in (first, second)]
        for client, pending in asked:
            client.finish(pending)
        assert daemon.process.wait(15) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profil = 'xp'\n", "profil"),
        ("profile = 'win95'\n", "one of xp, server2003"),
        ("uid_base = 3\n", "uid_base = 3; 10000 to"),
        ("[services.x]\ncommand = []\n", "services.x.command: a program is needed"),
        ("profile = \n", "Invalid value"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_named(tmp_path: Path, text: str, expected: str) -> None:
    """File, key, and what is expected; and no daemon that does something else instead."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "ntsessions.toml").write_text(text)
    daemon = RealDaemon(state)
    assert daemon.process.wait(15) == 1
    assert str(state / "ntsessions.toml") in daemon.said
    assert expected in daemon.said
    assert not (state / "control").exists()
