"""Programs in sessions: what they get, what they are told, and what is reported of them."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH110, PTH123

import contextlib
import errno
import os
import pty
import signal

from ntsessions.executive.effects import ResumeProcess, SignalProcess
from ntsessions.executive.reports import ProcessStartFailed
from tests.host.driven_host import DrivenHost


def test_output_and_exit_code_pass_through(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    ran = host.shell(port, "echo out; echo err >&2; exit 7")
    assert (ran.exit_code, ran.signal, ran.output) == (7, None, "out\nerr\n")


def test_standard_input_passes_through(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    (read, feed), (result, write) = os.pipe(), os.pipe()
    key = host.start(port, "cat", descriptors=(read, write, write))
    os.close(read)
    os.close(write)
    os.write(feed, b"through")
    os.close(feed)
    with open(result, "rb") as output:
        assert output.read() == b"through"
    assert host.exited(key).exit_code == 0


def test_death_by_signal_is_reported_as_such(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key, _ = host.background(port, "echo up; exec sleep infinity")
    host.perform(SignalProcess(key, signal.SIGTERM))
    end = host.exited(key)
    assert (end.exit_code, end.signal) == (None, signal.SIGTERM)


def test_program_that_does_not_exist_is_refused_by_name(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key = host.start(port, "no-such-program")
    failed = host.wait(ProcessStartFailed, lambda one: one.process_key == key)
    assert failed.errno == errno.ENOENT
    assert "no-such-program" in failed.reason


def test_file_that_is_no_program_is_refused(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key = host.start(port, "/etc/passwd")
    failed = host.wait(ProcessStartFailed, lambda one: one.process_key == key)
    assert failed.errno == errno.EACCES


def test_suspended_program_runs_only_when_resumed(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    read, write = os.pipe()
    key = host.start(port, "echo", "ran", descriptors=(write, write, write), suspended=True)
    os.close(write)
    pid = host.started(key).pid
    os.set_blocking(read, False)
    assert os.path.exists(f"/proc/{pid}")
    try:
        written = os.read(read, 10)
    except BlockingIOError:
        written = None
    assert written is None
    os.set_blocking(read, True)
    host.perform(ResumeProcess(key))
    with open(read, "rb") as output:
        assert output.read() == b"ran\n"
    assert host.exited(key).exit_code == 0


def test_suspended_program_can_be_terminated(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key = host.start(port, "true", suspended=True)
    host.started(key)
    host.perform(SignalProcess(key, signal.SIGKILL))
    assert host.exited(key).signal == signal.SIGKILL


def test_environment_is_the_logons_and_nothing_of_the_daemon(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    ran = host.run(port, "env", environment=(("EXTRA", "1"), ("LANG", "xx"), ("LANG", "C")))
    found = dict(line.split("=", 1) for line in ran.output.splitlines())
    assert set(found) == {
        "HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "EXTRA",
    }  # fmt: skip
    assert (found["USER"], found["HOME"], found["LANG"], found["EXTRA"]) == ("tester", "/tmp", "C", "1")


def test_no_descriptor_but_standard_ones_is_inherited(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    ran = host.python(port, "import os; print(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])")
    assert ran.output == "[0, 1, 2]\n"


def test_signals_and_umask_and_limits_are_the_defaults(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    ran = host.shell(port, "umask; grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ulimit -n")
    umask, blocked, ignored, _, limit = ran.output.splitlines()
    assert umask.lstrip("0") == "22"
    assert int(blocked.split()[1], 16) == 0
    internal = 0b11 << 31  # signals 32 and 33 are the C library's own; make leaves them ignored, and nobody can tell
    assert int(ignored.split()[1], 16) & ~internal == 0
    assert limit == host.shell(port, "ulimit -S -n").output.strip()


def test_every_program_leads_a_unix_session(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    key, _ = host.background(port, "echo up; exec sleep infinity")
    ran = host.python(port, "import os; print(os.getsid(0) == os.getpid() == os.getpgrp())")
    assert ran.output == "True\n"
    host.perform(SignalProcess(key, signal.SIGKILL))


def test_new_terminal_is_the_controlling_one(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    leader, follower = pty.openpty()
    key = host.start(
        port, "/bin/sh", "-c", "tty >&2; echo from-tty >/dev/tty", descriptors=(follower,) * 3, new_terminal=True
    )
    os.close(follower)
    assert host.exited(key).exit_code == 0
    text = b""
    with contextlib.suppress(OSError):  # EIO: nobody has the other side any more, and all is read
        while True:
            text += os.read(leader, 4096)
    os.close(leader)
    assert b"/dev/pts/" in text
    assert b"from-tty" in text


def test_directory_that_is_gone_falls_back_to_home_then_root(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    assert host.run(port, "pwd", directory="/usr").output == "/usr\n"
    assert host.run(port, "pwd", directory="/no/such").output == "/tmp\n"
    homeless = host.port(session, host.identity(home="/none/either"))
    assert host.run(homeless, "pwd", directory="/no/such").output == "/\n"


def test_program_of_a_personal_host_has_no_capability(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    if host.isolation.mode != "personal":
        return
    lines = host.run(port, "grep", "Cap", "/proc/self/status").output.splitlines()
    assert {int(line.split()[1], 16) for line in lines} == {0}


def test_missing_standard_descriptors_are_null(host: DrivenHost) -> None:
    """Otherwise a program would write into the daemon's own output."""
    _, port = host.session_with_port()
    read, write = os.pipe()
    key = host.start(port, "sh", "-c", "readlink /proc/self/fd/2 >&0", descriptors=(write,))
    os.close(write)
    with open(read, encoding="ascii") as output:
        assert output.read() == "/dev/null\n"
    assert host.exited(key).exit_code == 0
