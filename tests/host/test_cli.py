"""`nts` on a real host: what other tools rely on, and what people meet."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NTS = [sys.executable, "-m", "ntsessions.cli"]


class Host:
    """A host of this test's own, used as a person does: by typing."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir

    def command(self, *words: str) -> list[str]:
        return [*NTS, "--state-dir", str(self.state_dir), *words]

    def nts(self, *words: str, given: bytes = b"", **more: Any) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(self.command(*words), input=given, capture_output=True, check=False, **more)

    def done(self, *words: str) -> str:
        result = self.nts(*words)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout.decode()

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    found = Host(tmp_path_factory.mktemp("cli"))
    found.done("up", "--detach")
    found.done("user", "add", "alice")
    found.json("logon", "alice")
    yield found
    found.done("down")


@pytest.fixture(scope="module")
def session(host: Host) -> str:
    return str(host.json("logon", "alice")["session"])


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait for process 1 to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# -- the host


def test_a_host_that_runs_is_not_started_again(host: Host) -> None:
    result = host.nts("up", "--detach")
    assert result.returncode == 1
    assert b"a host runs in" in result.stderr
    assert b"nts down" in result.stderr


def test_a_host_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "ntsessions.toml").write_text("profil = 'xp'\n")
    result = Host(tmp_path).nts("up", "--detach")
    assert result.returncode == 1
    assert b"profil" in result.stderr


def test_without_a_host_every_command_ends_with_3_and_says_how_to_start_one(tmp_path: Path) -> None:
    for words in (["status"], ["session", "ls"], ["run", "true"], ["down"], ["python", "x.py"]):
        result = Host(tmp_path).nts(*words)
        assert result.returncode == 3, words
        assert b"nts up" in result.stderr


def test_down_leaves_no_process(tmp_path: Path) -> None:
    other = Host(tmp_path)
    other.done("up", "--detach")
    pid = other.json("status")["process_id"]
    command = other.command("run", "--session", "0", "--", "sh", "-c", "echo $$; exec sleep 1000")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        inside = int(program.stdout.readline())
        other.done("down")
        assert program.wait() in {128 + signal.SIGKILL, 128 + signal.SIGTERM, 3}
    assert not is_alive(inside)
    assert not is_alive(pid)


# -- users and sessions


def test_a_logon_tells_its_session_and_a_second_one_is_the_same_session(host: Host, session: str) -> None:
    again = host.json("logon", "alice")
    assert str(again["session"]) == session
    assert again["reconnected"] is True
    assert again["user"] == "alice"
    assert again["logon_session"].startswith("0x0-0x")


def test_sessions_are_listed_with_id_name_user_and_state(host: Host, session: str) -> None:
    sessions = {str(one["id"]): one for one in host.json("session", "ls")}
    assert (sessions["0"]["name"], sessions["0"]["user"], sessions["0"]["state"]) == ("Services", "", "Disconnected")
    assert sessions[session]["user"] == "alice"
    assert "alice" in host.done("session", "ls")
    assert host.json("session", "show", session)["user"] == "alice"


def test_a_session_tells_what_memory_its_programs_really_use(host: Host, session: str) -> None:
    """Twenty megabytes that a program writes are twenty more of its session's, and of no other's.  (M25)"""
    before = {one: host.json("session", "show", one)["memory"] for one in ("0", session)}
    code = "import os, signal; kept = bytearray(b'x' * (20 << 20)); os.write(1, b'up\\n'); signal.pause()"
    with subprocess.Popen(host.command("run", "--session", session, "--", sys.executable, "-I", "-c", code),
                          stdout=subprocess.PIPE) as program:  # fmt: skip
        assert program.stdout is not None
        program.stdout.readline()
        found = host.json("session", "show", session)["memory"]
        assert found["private_kb"] - before[session]["private_kb"] > 20 << 10
        assert found["unreadable"] == 0
        other = host.json("session", "show", "0")["memory"]
        assert other["private_kb"] - before["0"]["private_kb"] < 10 << 10
        assert "as Linux counts pages" in host.done("session", "show", session)
        program.terminate()


def test_the_event_log_can_be_read_by_operators_and_inside_a_session(host: Host, session: str) -> None:
    assert all(set(one) >= {"time", "level", "source", "id", "session", "text"} for one in host.json("eventlog", "ls"))
    inside = host.done("run", "--session", session, "--", *NTS, "eventlog", "ls", "--json")
    assert {str(one["session"]) for one in json.loads(inside)} <= {session}


def test_an_account_is_added_with_a_password_from_a_pipe_and_removed(host: Host) -> None:
    assert host.nts("user", "add", "carol", "--password-stdin", given=b"correct horse battery\n").returncode == 0
    assert host.nts("user", "add", "carol").returncode == 1
    assert host.nts("logon", "carol", "--password-stdin", given=b"wrong\n").returncode == 1
    reply = host.nts("logon", "carol", "--password-stdin", "--json", given=b"correct horse battery\n")
    assert reply.returncode == 0, reply.stderr
    assert host.nts("user", "rm", "carol").returncode == 1  # is logged on
    host.done("logoff", str(json.loads(reply.stdout)["session"]))
    host.done("user", "rm", "carol")
    assert "carol" not in host.done("user", "ls")


def test_a_session_that_is_not_there_is_refused_with_a_way_out(host: Host) -> None:
    for words in (["logoff", "77"], ["session", "show", "77"], ["run", "--session", "77", "true"]):
        result = host.nts(*words)
        assert result.returncode == 1
        assert b"CTX_WINSTATION_NOT_FOUND (0xC00A0015)" in result.stderr
        assert b"nts session ls" in result.stderr


def test_a_program_of_a_session_is_listed_and_killed_and_one_of_another_is_not(host: Host, session: str) -> None:
    with subprocess.Popen(host.command("run", "--session", session, "sh", "-c", "echo; exec sleep 1000"),
                          stdout=subprocess.PIPE) as program:  # fmt: skip
        assert program.stdout is not None
        program.stdout.readline()
        (pid,) = [str(one["pid"]) for one in host.json("session", "ps", session) if "sleep" in one["command"]]
        assert host.nts("session", "kill", "0", pid).returncode == 1
        host.done("session", "kill", session, pid, "--signal", "TERM")
        assert program.wait() == 128 + signal.SIGTERM


# -- programs


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "exit 255"], 255),
        (["sh", "-c", "kill -KILL $$"], 137),
        (["sh", "-c", "kill -SEGV $$"], 139),
        (["sh", "-c", "kill -INT $$"], 130),
        (["ntsessions-no-such-program"], 127),
        (["/etc/passwd"], 126),
        (["/etc"], 126),
    ],
)
def test_the_exit_code_is_what_a_shell_would_show(host: Host, session: str, command: list[str], code: int) -> None:
    assert host.nts("run", "--session", session, "--", *command).returncode == code


def test_input_output_and_errors_pass_through(host: Host, session: str) -> None:
    data = os.urandom(1 << 20)
    result = host.nts("run", "--user", "alice", "--", "sh", "-c", "cat; echo oops >&2", given=data)
    assert result.stdout == data
    assert result.stderr == b"oops\n"


def test_the_program_starts_where_the_caller_is_with_what_was_asked_for(host: Host, session: str) -> None:
    words = ("run", "--session", session, "-e", "A=1", "-e", "B", "--", "sh", "-c", 'pwd; echo "$A$B$DISPLAY$USER"')
    result = host.nts(*words, cwd="/usr", env={**os.environ, "B": "2", "DISPLAY": ":0"})
    assert result.stdout.decode().split() == ["/usr", "12alice"]
    assert host.nts("run", "--session", session, "--cwd", "lib", "pwd", cwd="/usr").stdout == b"/usr/lib\n"


def test_a_signal_to_nts_is_one_to_the_program(host: Host, session: str) -> None:
    script = "trap 'echo got it; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    command = host.command("run", "--session", session, "sh", "-c", script)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.terminate()
        assert program.stdout.readline() == b"got it\n"
        assert program.wait() == 5


def test_wrong_usage_ends_with_2(host: Host) -> None:
    for words in (
        ["run"],
        ["run", "--session", "x", "true"],
        ["frob"],
        ["run", "--session", "1", "--user", "a", "true"],
    ):
        assert host.nts(*words).returncode == 2


def test_nts_inside_a_session_speaks_for_that_session(host: Host) -> None:
    """Session 0 is used, because its user can read this checkout wherever it is."""
    inside = ["run", "--session", "0", "--", *NTS]
    assert host.nts(*inside, "qwinsta").stdout.decode().splitlines()[1].startswith(">services")
    assert host.nts(*inside, "run", "--", *NTS, "session", "show", "--json").stdout.startswith(b'{\n  "id": 0')
    assert host.nts("logoff").returncode == 1  # this shell is in none


# -- objects


def test_objects_are_listed_with_name_and_type(host: Host, session: str) -> None:
    names = host.json("object", "ls", rf"\Sessions\{session}\BaseNamedObjects")
    assert {"name": "Global", "type": "SymbolicLink"} in names
    assert "BaseNamedObjects" in host.done("object", "ls")


def test_the_tree_shows_where_links_lead(host: Host, session: str) -> None:
    drawn = host.done("object", "tree", rf"\Sessions\{session}")
    assert r"Global -> \BaseNamedObjects  [SymbolicLink]" in drawn
    top = host.json("object", "tree", rf"\Sessions\{session}", "--depth", "1")
    assert all(not one.get("below") for one in top["below"])


def test_a_name_is_explained_step_by_step(host: Host, session: str) -> None:
    found = host.json("object", "explain", r"Global\Backup", "--session", session)
    assert found["status"] == "OBJECT_NAME_NOT_FOUND"
    assert found["path"] == r"\BaseNamedObjects\Backup"
    assert found["steps"][0]["action"] == "start"
    assert "look up" in host.done("object", "explain", r"Global\Backup", "--session", session)


def test_an_object_is_shown_with_who_holds_it(host: Host) -> None:
    script = (
        "import win32event; held = win32event.CreateMutex(None, True, 'cli-test'); print('ready', flush=True); input()"
    )
    with subprocess.Popen(
        host.command("python", "-c", script), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        shown = host.json("object", "show", "cli-test")
        assert shown["type"] == "Mutant"
        assert [one["pid"] for one in shown["holders"]] == [holder.pid]
        assert "MUTANT_QUERY_STATE" in shown["holders"][0]["rights"]
        assert shown["security"].startswith("O:")
        assert "held by" in host.done("object", "show", "cli-test")
        allowed = host.json("object", "explain", "cli-test", "--access", "SYNCHRONIZE")
        assert allowed["access"]["granted"] is True
        holder.stdin.close()
    result = host.nts("object", "show", "cli-test")
    assert result.returncode == 1
    assert b"OBJECT_NAME_NOT_FOUND" in result.stderr
