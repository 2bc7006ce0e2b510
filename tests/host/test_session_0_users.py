"""The user of session 0 under XP, with everything real: the daemon, a service, `nts`, programs that want to stay."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH123

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.service import QueryServices, ServiceState, StartService
from ntsessions.abi.calls.session import Logoff, Logon, QuerySession, QueryUserToken
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.client.connection import Connection
from tests.host.machine import Setup, why_not
from tests.host.real_daemon import RealDaemon, daemon_for
from tests.host.test_deaths import wait_gone
from tests.host.test_logoff import STUBBORN, is_alive

SERVICE = """
profile = "xp"
[services.board]
command = ["/bin/sh", "-c", "(setsid sleep infinity &) ; exec sleep infinity"]
"""
DETACHED = "(setsid sh -c 'setsid sh -c \"echo \\$\\$; exec sleep infinity > /dev/null 2>&1\" &' &)"
"""It lets go of its output, for which `nts run` waits."""
RUN = (sys.executable, "-m", "ntsessions.cli")


@pytest.fixture(params=["self-v2", "self-v1", "self-none", "nobody-none"])
def daemon(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealDaemon]:
    setup = Setup(*request.param.split("-"))
    reason = why_not(setup)
    if reason:
        pytest.skip(reason)
    monkeypatch.setenv("NTSESSIONS_GROUPS", setup.groups)
    with daemon_for(setup.user, configuration=SERVICE) as running:
        yield running


def pid_of(client: Connection, script: str) -> int:
    """Start a shell script as whoever is logged on in session 0; return the process id that it writes first."""
    token = client.call(QueryUserToken(0)).token
    read, write = os.pipe()
    with open("/dev/null", "rb") as null:
        call = CreateProcess(("/bin/sh", "-c", script), token=token, descriptor_count=3)
        client.call(call, (null.fileno(), write, write))
    os.close(write)
    with open(read, encoding="ascii") as output:
        return int(output.readline())


def nts(daemon: RealDaemon, *words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*RUN, "--state-dir", str(daemon.state_dir), *words], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


def test_logoff_ends_everything_of_the_user_and_the_next_one_comes(daemon: RealDaemon) -> None:
    client = daemon.connect()
    for name in ("alice", "bob"):
        client.call(AddAccount(name))
    service = client.call(StartService("board"))
    for name in ("alice", "bob", "alice"):
        assert client.call(Logon(name)).session_id == 0
        pids = [pid_of(client, script) for script in STUBBORN.values()]
        assert all(map(is_alive, pids))
        assert client.call(Logoff(0)) == ()
        wait_gone(pids)
        assert client.call(QuerySession(0)).user == ""
    (now,) = client.call(QueryServices())
    assert (now.state, now.process_id) == (ServiceState.RUNNING, service.process_id)
    with pytest.raises(NtError) as refused:
        client.call(Logoff(0))
    assert refused.value.status == NtStatus.ACCESS_DENIED


def test_nts_logoff_ends_the_user_of_session_0(daemon: RealDaemon) -> None:
    """And says that there is nobody to log off when there is nobody; the next user works there."""
    nts(daemon, "user", "add", "alice")
    nts(daemon, "user", "add", "bob")
    assert json.loads(nts(daemon, "logon", "alice", "--json").stdout)["session"] == 0
    said = nts(daemon, "run", "--user", "alice", "--", "sh", "-c", DETACHED)
    (pid,) = map(int, said.stdout.split())
    assert is_alive(pid)
    assert nts(daemon, "logoff", "0").returncode == 0
    wait_gone([pid])
    again = nts(daemon, "logoff", "Console")
    assert again.returncode == 1
    assert b"session 0 belongs to the services" in again.stderr
    gone = nts(daemon, "run", "--user", "alice", "--", "true")
    assert gone.returncode == 1
    assert b"alice has no session" in gone.stderr
    assert json.loads(nts(daemon, "logon", "bob", "--json").stdout)["session"] == 0
    assert nts(daemon, "run", "--user", "bob", "--", "sh", "-c", "exit 7").returncode == 7


def test_the_end_of_the_host_ends_the_user_of_session_0_too(daemon: RealDaemon) -> None:
    client = daemon.connect()
    client.call(AddAccount("alice"))
    client.call(Logon("alice"))
    pids = [pid_of(client, script) for script in STUBBORN.values()]
    assert nts(daemon, "down").returncode == 0
    wait_gone(pids)
    assert daemon.process.wait(15) == 0
    assert "Traceback" not in daemon.log
    assert "died" not in daemon.log
