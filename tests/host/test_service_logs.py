"""What services write can be read, and does not fill the disk."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntsessions.host import linux
from ntsessions.host.service_logs import LARGEST
from tests.host.driven_host import DrivenHost
from tests.host.test_cli import Host
from tests.host.test_cli_terminal import Terminal

CONFIGURATION = f"""
[services.Talker]
command = ["/bin/sh", "-c", "echo it begins; echo it fails >&2; printf '\\\\033[31mred\\\\n'"]

[services.clock]
command = [{sys.executable!r}, "-c", "print('first', flush=True); import signal; signal.pause()"]
start = "boot"
"""


# -- the files


def test_output_and_errors_of_a_service_are_kept_in_its_order(host: DrivenHost) -> None:
    _, port = host.session_with_port(0)
    for number in (1, 2):
        key = host.start(port, "/bin/sh", "-c", f"echo out {number}; echo err {number} >&2; cat", output_log="mail")
        host.started(key)
        assert host.exited(key).exit_code == 0
    log = host.state_dir / "service-logs" / "mail.log"
    assert log.read_text() == "out 1\nerr 1\nout 2\nerr 2\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def directory_of_logs(host: DrivenHost) -> Path:
    directory = host.state_dir / "service-logs"
    directory.mkdir(mode=0o700, exist_ok=True)
    os.chown(directory, host.isolation.uid, -1)
    return directory


def test_a_service_that_writes_without_end_does_not_fill_the_disk(own_host: DrivenHost) -> None:
    """It is noticed while the service runs, by the kernel's word; the newest lines before that are kept."""
    host = own_host
    _, port = host.session_with_port(0)
    directory = directory_of_logs(host)
    (directory / "trap.log").mkdir()  # one that cannot be put aside must not keep the others from it, or end anything
    changes = linux.inotify()
    linux.inotify_watch(changes, str(directory), linux.IN_MODIFY)
    lines = LARGEST // 8 * 2
    key = host.start(port, "/bin/sh", "-c", f"seq 1000000 {1000000 + lines}; read forever", output_log="chatty")
    host.started(key)
    log, older = directory / "chatty.log", directory / "chatty.log.1"
    while not (older.exists() and older.stat().st_size and log.stat().st_size < LARGEST):
        assert select.select([changes], [], [], 15)[0], "it was never put aside"
        os.read(changes, 1 << 16)
    os.close(changes)
    assert older.stat().st_size <= LARGEST
    assert older.read_bytes().endswith(b"\n")
    assert host.shell(port, "exit 7").exit_code == 7


def test_a_large_log_is_put_aside_when_its_service_starts(host: DrivenHost) -> None:
    _, port = host.session_with_port(0)
    log = directory_of_logs(host) / "old.log"
    log.touch()
    os.chown(log, host.isolation.uid, -1)
    log.write_bytes(b"x" * LARGEST + b"end\n")
    key = host.start(port, "/bin/echo", "new", output_log="old")
    host.started(key)
    host.exited(key)
    assert log.read_text() == "new\n"
    assert Path(f"{log}.1").read_bytes().endswith(b"xend\n")


def test_a_service_whose_log_cannot_be_made_runs_without(host: DrivenHost) -> None:
    _, port = host.session_with_port(0)
    key = host.start(port, "/bin/echo", "lost", output_log="n" * 300)
    host.started(key)
    assert host.exited(key).exit_code == 0


# -- nts


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    found = Host(tmp_path_factory.mktemp("logs"))
    (found.state_dir / "ntsessions.toml").write_text(CONFIGURATION)
    found.done("up", "--detach")
    yield found
    found.done("down")


def test_what_a_service_wrote_is_read_by_its_name_in_any_case(operator: Host) -> None:
    operator.nts("service", "start", "talker")
    operator.nts("service", "stop", "talker")
    assert operator.done("service", "log", "TALKER").startswith("it begins\nit fails\n\x1b[31mred\n")
    assert operator.json("service", "log", "talker")["lines"][:2] == ["it begins", "it fails"]


def test_a_service_without_a_log_is_refused_with_a_hint(operator: Host) -> None:
    result = operator.nts("service", "log", "nobody")
    assert result.returncode == 1
    assert b"nts service ls" in result.stderr
    assert operator.nts("service", "log", "../daemon").returncode == 1


def test_what_a_service_writes_is_followed(operator: Host) -> None:
    command = operator.command("service", "log", "clock", "--follow")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == b"first\n"
        operator.done("service", "stop", "clock")
        operator.done("service", "start", "clock")
        assert following.stdout.readline() == b"first\n"
        following.send_signal(signal.SIGINT)
    assert following.returncode == 130


def test_a_service_cannot_steer_the_terminal_of_who_reads_its_log(tmp_path: Path) -> None:
    log = tmp_path / "service-logs" / "mail.log"
    log.parent.mkdir()
    log.write_text("\x1b[31mred\n")
    terminal = Terminal(str(tmp_path), "service", "log", "mail")
    try:
        assert b"\\x1b[31mred" in terminal.until(b"red")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.seen
    finally:
        terminal.close()


def test_a_log_is_read_while_no_host_runs(tmp_path: Path) -> None:
    """When a service brought the host down, its last words matter most."""
    log = tmp_path / "service-logs" / "mail.log"
    log.parent.mkdir()
    log.write_text("two\n")
    log.with_name("mail.log.1").write_text("one\n")
    assert json.loads(Host(tmp_path).done("service", "log", "mail", "--json"))["lines"] == ["one", "two"]
