"""What is left when one of our own processes is killed: nothing that runs, no group, no mount."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH116, PTH208

import os
import select
import signal
from pathlib import Path

from ntsessions.executive.reports import ProcessExited, SessionEnded
from ntsessions.host import processes
from ntsessions.host.groups.cgroup_mounts import own_places
from tests.host.driven_host import LONGEST_WAIT, DrivenHost
from tests.host.machine import Setup, host_for


def wait_gone(pids: list[int]) -> None:
    """Wait until processes that are not our children have ended."""
    for pid in pids:
        try:
            end = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        assert select.select([end], [], [], LONGEST_WAIT)[0], f"{pid} still lives"
        os.close(end)


def groups_left(host: DrivenHost) -> list[str]:
    place = os.stat(host.state_dir)
    name = f"ntsessions-{place.st_dev:x}-{place.st_ino:x}"
    places = own_places()
    roots = [places.unified, *places.controllers.values()]
    return [found for root in roots if root for found, _, _ in os.walk(root) if found.endswith(name)]


def busy_sessions(host: DrivenHost) -> list[int]:
    pids = []
    for number in range(3):
        _, port = host.session_with_port(number)
        stubborn = "setsid sh -c 'trap \"\" TERM HUP; echo $$; sleep infinity' &"
        _, pid = host.background(port, stubborn, jobs=(number + 1,))
        pids.append(int(pid))
    return pids


def test_daemon_killed_leaves_nothing(own_host: DrivenHost) -> None:
    pids = [*busy_sessions(own_host), *processes.children(own_host.launcher_pid)]
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    own_host.kill()
    wait_gone([*pids, own_host.launcher_pid])
    assert groups_left(own_host) == []
    assert str(own_host.state_dir) not in mounts
    assert os.listdir(own_host.state_dir / "run") == []


def test_daemon_killed_with_news_unread_leaves_nothing(own_host: DrivenHost) -> None:
    """The line then breaks instead of ending, and once that ended the launcher before its sessions."""
    _, port = own_host.session_with_port()
    _, news = own_host.background(port, "echo $$; exec sleep infinity")
    pids = busy_sessions(own_host)
    own_host.process.send_signal(signal.SIGSTOP)
    os.kill(int(news), signal.SIGKILL)
    wait_gone([int(news)])
    own_host.kill()
    wait_gone([*pids, own_host.launcher_pid])
    assert groups_left(own_host) == []


def test_a_second_daemon_starts_right_after_the_first_was_killed(setup: Setup) -> None:
    with host_for(setup) as first:
        pids = busy_sessions(first)
        first.kill()
        with_same = DrivenHost(first.state_dir, setup.groups) if setup.user == "self" else None
        wait_gone(pids)
        if with_same is not None:
            _, port = with_same.session_with_port()
            assert with_same.shell(port, "exit 6").exit_code == 6
            with_same.close()


def test_launcher_killed_is_noticed_and_its_sessions_are_over(own_host: DrivenHost) -> None:
    session, port = own_host.session_with_port()
    key, pid = own_host.background(port, "echo $$; exec sleep infinity")
    launcher = processes.ancestors(int(pid))[0][0]
    children = processes.children(launcher)
    os.kill(launcher, signal.SIGKILL)
    assert own_host.wait(ProcessExited).process_key == key
    assert own_host.wait(SessionEnded).session_key == session
    wait_gone([int(pid), *children])
    again, port = own_host.session_with_port()
    assert own_host.shell(port, "exit 8").exit_code == 8
    assert again != session


def test_a_hundred_sessions_leave_no_descriptor_behind(own_host: DrivenHost) -> None:
    def open_in(pid: int) -> int:
        return len(os.listdir(f"/proc/{pid}/fd"))

    def one_session() -> None:
        session, port = own_host.session_with_port()
        assert own_host.shell(port, "exit 0", jobs=(session,)).exit_code == 0
        own_host.end(session)

    one_session()
    pids = [own_host.process.pid, own_host.launcher_pid]
    before = [open_in(pid) for pid in pids]
    for _ in range(100):
        one_session()
    now = [open_in(pid) for pid in pids]
    assert all(after <= start + 2 for after, start in zip(now, before, strict=True)), (before, now)  # it may be reading
    assert own_host.evaluate(f"os.listdir({str(own_host.state_dir / 'run' / 'Sessions')!r})") == []
