"""A job's member forks, and its child connects by itself: the daemon, the kernel and a real fork, on each back end."""

import os
import sys
from pathlib import Path

import pytest

import ntsessions
from ntsessions.abi.calls.job import CreateJob, IsProcessInJob, JobLimits, QueryJob, SetJobLimits
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.names import PORT_PATH
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.client.connection import Connection
from tests.host.machine import Setup, why_not
from tests.host.real_daemon import PATIENCE, RealDaemon, daemon_for

SOURCE = str(Path(ntsessions.__file__).parent.parent)
ERROR_NOT_ENOUGH_QUOTA = 1816
CHILD = f"""
import os, sys
from ntsessions.abi.calls.job import IsProcessInJob
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.client.connection import Connection
def connect():
    client = Connection({PORT_PATH!r})
    started = client.call(CreateProcess(("/bin/true",)))
    print(*(client.call(IsProcessInJob(one)) for one in (-1, started.process)), flush=True)
"""
FORKED = f"{CHILD}\nif os.fork() == 0: connect(); os._exit(0)\nos.wait()"
ORPHANED = (
    f"{CHILD}\nread, write = os.pipe()\n"
    "if os.fork() == 0:\n os.close(write); os.setsid()\n"
    " if os.fork() == 0: os.read(read, 1); connect()\n"
    " os._exit(0)\n"
    "os.wait()"
)
"""It connects once both of its parents have ended: the pipe tells."""
WATCHED = "import os\npid = os.fork()\nif pid: print(pid, flush=True)\nos.read(0, 1)"


@pytest.fixture(params=["v2", "v1", "none"])
def daemon(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    reason = why_not(Setup("self", request.param))
    if reason:
        pytest.skip(reason)
    monkeypatch.setenv("NTSESSIONS_GROUPS", request.param)
    with daemon_for("self") as running:
        yield running


def start(client: Connection, script: str, job: int, given: int | None = None) -> tuple[int, int]:
    """Run a script in a job in session 0; return its process and where it writes."""
    read, write = os.pipe()
    null = os.open("/dev/null", os.O_RDONLY)
    call = CreateProcess(
        (sys.executable, "-c", script), environment=(("PYTHONPATH", SOURCE),), jobs=(job,), descriptor_count=3
    )
    process = client.call(call, (null if given is None else given, write, write)).process
    for one in (null, write):
        os.close(one)
    return process, read


def said(read: int) -> str:
    with open(read, encoding="utf-8") as file:
        return file.read().strip()


def has_ended(client: Connection, process: int) -> bool:
    wait = int(PATIENCE * TICKS_PER_SECOND)
    return client.call(WaitForObject(process, wait)).status == 0


def test_a_forked_child_and_what_it_starts_are_in_the_job(daemon: RealDaemon) -> None:
    client = daemon.connect()
    _, output = start(client, FORKED, client.call(CreateJob()).handle)
    assert said(output) == "True True"


def test_an_orphan_is_in_the_job_where_its_group_tells(daemon: RealDaemon) -> None:
    """IsProcessInJob declares what is lost without groups."""
    client = daemon.connect()
    process, output = start(client, ORPHANED, client.call(CreateJob()).handle)
    assert has_ended(client, process)
    assert said(output) == ("False False" if os.environ["NTSESSIONS_GROUPS"] == "none" else "True True")


def test_a_forked_child_that_is_only_looked_at_is_in_the_job(daemon: RealDaemon) -> None:
    client = daemon.connect()
    read, write = os.pipe()
    job = client.call(CreateJob()).handle
    process, output = start(client, WATCHED, job, read)
    os.close(read)
    forked = client.call(OpenProcess(int(os.read(output, 20))))
    assert client.call(IsProcessInJob(forked, job))
    os.close(write)
    assert has_ended(client, forked)
    assert has_ended(client, process)
    os.close(output)


def test_a_forked_child_beyond_the_limit_is_ended_when_it_connects(daemon: RealDaemon) -> None:
    client = daemon.connect()
    job = client.call(CreateJob()).handle
    client.call(SetJobLimits(job, JobLimits(flags=8, active_process_limit=1)))
    script = f"{CHILD}\nif os.fork() == 0: connect()\nprint('killed by', os.wait()[1], flush=True)"
    process, output = start(client, script, job)
    # The child of a starting program is let in, or not, once the start is told: the limit holds from the first moment.
    assert said(output).endswith("killed by 9")
    assert has_ended(client, process)
    assert client.call(QueryProcess(process)).exit_status == 0
    assert client.call(QueryJob(job)).terminated_processes == 1
