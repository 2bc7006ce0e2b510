"""Jobs: one conformance suite over every mechanism of process groups."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH123

import os
import signal
import sys

import pytest

from ntsessions.executive.effects import (
    GroupLimits,
    KillJob,
    LimitJob,
    ListProcesses,
    MeasureJob,
    MoveProcess,
    ReleaseJob,
    SignalProcess,
    WatchProcess,
)
from ntsessions.executive.reports import JobEmptied, JobMeasured, ProcessesListed
from tests.host.driven_host import DrivenHost

UP = "echo up; exec sleep infinity"
OUTER, INNER, OTHER = 71, 72, 73


@pytest.fixture(autouse=True)
def _fresh_keys(host: DrivenHost) -> None:
    """Job keys are used once, as the executive does."""
    global OUTER, INNER, OTHER
    OUTER, INNER, OTHER = OUTER + 10, INNER + 10, OTHER + 10


def measure(host: DrivenHost, job: int) -> JobMeasured:
    host.perform(MeasureJob(job, job))
    return host.wait(JobMeasured, lambda one: one.ticket == job)


def test_killing_a_job_kills_it_and_those_inside_and_nothing_else(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    free, _ = host.background(port, UP)
    outer, _ = host.background(port, UP, jobs=(OUTER,))
    inner, _ = host.background(port, f"setsid sh -c '{UP}' & wait", jobs=(OUTER, INNER))
    other, _ = host.background(port, UP, jobs=(OTHER,))
    host.perform(KillJob(INNER))
    assert host.exited(inner).signal == signal.SIGKILL
    host.perform(KillJob(OUTER))
    assert host.exited(outer).signal == signal.SIGKILL
    for key in (free, other):
        host.perform(SignalProcess(key, signal.SIGTERM))
        assert host.exited(key).signal == signal.SIGTERM


def test_emptied_job_is_told(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key, _ = host.background(port, f"sh -c '{UP}' & wait", jobs=(OUTER, INNER))
    host.perform(KillJob(OUTER))
    host.exited(key)
    ours = {OUTER, INNER}
    assert {host.wait(JobEmptied, lambda one: one.job_key in ours).job_key for _ in range(2)} == ours


def test_job_counts_processes_and_time(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    busy = "import os, signal\nwhile os.times().user < 0.1: pass\nos.write(1, b'up\\n')\nsignal.pause()"
    key, _ = host.background(port, f'exec {sys.executable} -I -S -c "{busy}"', jobs=(OUTER,))
    measured = measure(host, OUTER)
    assert len(measured.active_pids) == 1
    assert measured.user_time + measured.kernel_time >= 500_000
    host.perform(SignalProcess(key, signal.SIGKILL))
    host.exited(key)


def test_killing_a_job_ends_programs_that_are_only_starting(host: DrivenHost) -> None:
    """They may not have entered the job's group yet."""
    _, port = host.session_with_port()
    for job in range(10_000 * OUTER, 10_000 * OUTER + 20):
        keys = [host.start(port, "/bin/sleep", "infinity", jobs=(job,)) for _ in range(3)]
        host.perform(KillJob(job))
        for key in keys:
            host.exited(key)


def test_a_job_that_was_killed_can_be_entered_again(host: DrivenHost) -> None:
    """NT's stays usable after TerminateJobObject; inner jobs were killed with it."""
    _, port = host.session_with_port()
    key, _ = host.background(port, UP, jobs=(OUTER, INNER))
    host.perform(KillJob(OUTER))
    host.exited(key)
    for jobs in ((OUTER,), (OUTER, INNER)):
        assert host.shell(port, "exit 4", jobs=jobs).exit_code == 4


def test_a_job_that_was_used_alone_can_be_nested_once_it_is_empty(host: DrivenHost) -> None:
    """A build tool that reuses its job inside the job of what started it."""
    _, port = host.session_with_port()
    assert host.shell(port, "exit 3", jobs=(INNER,)).exit_code == 3
    host.wait(JobEmptied, lambda one: one.job_key == INNER)
    key, _ = host.background(port, UP, jobs=(OUTER, INNER))
    assert len(measure(host, INNER).active_pids) == 1
    host.perform(KillJob(OUTER))
    assert host.exited(key).signal == signal.SIGKILL


def test_unknown_job_measures_as_nothing(host: DrivenHost) -> None:
    assert measure(host, 999_999) == JobMeasured(999_999, 0, 0, 0, ())


def test_running_process_can_be_moved_into_a_job(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    ours, _ = host.background(port, UP)
    host.perform(MoveProcess(ours, session, (OUTER,)))
    assert len(measure(host, OUTER).active_pids) == 1
    _, pid = host.background(port, "sh -c 'echo $$; exec sleep infinity' & wait")
    found = 700_000 + OUTER
    host.perform(WatchProcess(found, int(pid)))
    host.perform(MoveProcess(found, session, (OUTER,)))
    assert set(measure(host, OUTER).active_pids) >= {int(pid)}
    host.perform(KillJob(OUTER))
    assert host.exited(ours).signal == signal.SIGKILL
    host.exited(found)


def test_released_job_goes_when_it_is_empty(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key, _ = host.background(port, UP, jobs=(OUTER,))
    host.perform(ReleaseJob(OUTER))
    host.perform(SignalProcess(key, signal.SIGKILL))
    host.wait(JobEmptied, lambda one: one.job_key == OUTER)
    assert host.shell(port, "true").exit_code == 0


def test_everything_of_a_session_is_listed(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    _, pid = host.background(port, "exec setsid sh -c 'echo $$; read wait < /dev/zero'", jobs=(OUTER,))
    left, orphan = host.background(port, "(setsid sh -c 'echo $$; read wait < /dev/zero' &)")
    host.exited(left)
    host.perform(ListProcesses(5, session))
    listed = host.wait(ProcessesListed).processes
    assert {one.pid for one in listed} == {int(pid), int(orphan)}
    facts = next(one for one in listed if one.pid == int(pid))
    assert (facts.uid, facts.unix_session, facts.terminal) == (host.isolation.uid, int(pid), "")
    assert facts.memory > 0


def test_the_jobs_of_what_a_program_forks_are_told(host: DrivenHost) -> None:
    """Whatever it does to leave; without groups nothing tells, and nothing is told."""
    _, port = host.session_with_port()
    _, forked = host.background(port, "sh -c 'echo $$; exec sleep infinity' & wait", jobs=(OUTER, INNER))
    left, orphan = host.background(port, "(setsid sh -c 'echo $$; exec sleep infinity' &)", jobs=(OUTER,))
    host.exited(left)
    _, free = host.background(port, "echo $$; exec sleep infinity")
    told = [host.evaluate(f"host.jobs_of({pid})") for pid in (forked, orphan, free, os.getpid())]
    assert told == ([(OUTER, INNER), (OUTER,), (), None] if host.groups != "none" else [None] * 4)


def enforces(host: DrivenHost, what: str) -> bool:
    return not any(what in note or "limits are not enforced" in note for note in host.notes) and host.groups != "none"


def test_limit_of_processes_bites(host: DrivenHost) -> None:
    if not enforces(host, "pids"):
        pytest.skip("no mechanism here limits the number of processes")
    _, port = host.session_with_port()
    host.perform(LimitJob(OUTER, GroupLimits(processes=3)))
    code = (
        "import os, signal\n"
        "try:\n  for _ in range(9): os.fork() or signal.pause()\n"
        "except OSError as error: print(error.strerror, flush=True)"
    )
    key = host.background(port, f'exec {sys.executable} -I -S -c "{code}"', jobs=(OUTER,))
    assert key[1] == os.strerror(11)
    host.perform(KillJob(OUTER))


def test_limit_of_memory_bites(host: DrivenHost) -> None:
    if not enforces(host, "memory"):
        pytest.skip("no mechanism here limits memory")
    session, _ = host.session(1, limits=GroupLimits(memory=48 << 20))
    ran = host.python(host.port(session), "print('up', flush=True); x = bytearray(96 << 20); print('never')")
    assert ran.signal == signal.SIGKILL
    assert "never" not in ran.output


def test_limit_set_on_a_running_job_holds_for_what_is_in_it(host: DrivenHost) -> None:
    if not enforces(host, "pids"):
        pytest.skip("no mechanism here limits the number of processes")
    _, port = host.session_with_port()
    (read, feed), (result, write) = os.pipe(), os.pipe()
    script = "read go; (/bin/true) && echo forked"
    key = host.start(port, "sh", "-c", script, descriptors=(read, write, write), jobs=(OUTER,))
    os.close(read)
    os.close(write)
    host.started(key)
    host.perform(LimitJob(OUTER, GroupLimits(processes=1)))
    measure(host, OUTER)  # answered in order, so the limit is set
    os.write(feed, b"go\n")
    os.close(feed)
    with open(result, encoding="utf-8") as output:
        assert "forked" not in output.read()
    assert host.exited(key).exit_code != 0
