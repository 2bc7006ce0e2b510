"""Window stations, desktops and heaps on a real host, as people meet them at the shell."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.test_cli import Host

WHERE = """
from ntsessions.client.objects import connect
with connect() as session:
    print(session.process_window_station().name, session.thread_desktop().name)
"""
FILL = """
from ntsessions.client.objects import connect
with connect() as session:
    try:
        while True:
            session.windows.create("Static")
    except MemoryError as error:
        print(error.status.name, flush=True)
    for window in session.windows.top_level():  # the last bytes go to texts
        try:
            window.text = "x"
        except MemoryError:
            break
    print("full", flush=True)
    input()
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    found = Host(tmp_path_factory.mktemp("desktops"))
    found.done("up", "--detach")
    found.done("user", "add", "alice")
    found.json("logon", "alice")
    yield found
    found.done("down")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", code)


def desktops(host: Host) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in host.json("desktop", "ls", "--session", "1")}


# -- which desktop


def test_a_program_is_started_on_the_desktop_that_was_named(host: Host) -> None:
    """However it was written, and whichever of the two readers of the line read it."""
    host.done("desktop", "new", "--session", "1", "Work")
    for line in (
        ("run", "--session", "1", "--desktop", "Work", "--"),
        ("run", "--user=alice", r"--desktop=winsta0\WORK"),
        ("--json", "run", "--session", "1", "--desktop", "Work"),  # `--json` is for click
    ):
        assert host.done(*line, *python(WHERE)) == "WinSta0 Work\n"
    assert host.done("run", "--session", "1", *python(WHERE)) == "WinSta0 Default\n"
    host.done("desktop", "close", "--session", "1", "Work")
    assert "Work" not in desktops(host)


@pytest.mark.parametrize(
    ("desktop", "cause"),
    [
        ("Nope", r"no access: there is no desktop WinSta0\Nope"),
        ("Winlogon", r"no access: alice may not open WinSta0\Winlogon"),
        (r"WinSta9\Default", "no access: there is no window station WinSta9"),
    ],
)
def test_a_program_that_may_not_be_on_a_desktop_dies_and_the_cause_is_told(
    host: Host, desktop: str, cause: str
) -> None:
    """0xC0000142 has two causes; people need to know which."""
    for line in (
        ("run", "--session", "1", "--desktop", desktop),
        ("--json", "run", "--user", "alice", "--desktop", desktop),
    ):
        result = host.nts(*line, "--", "echo", "it ran")
        assert (result.returncode, result.stdout) == (66, b"")
        told = result.stderr.decode()
        assert "DLL_INIT_FAILED (0xC0000142)" in told
        assert cause in told
        assert "hint: `nts desktop ls --session" in told


def test_a_full_desktop_stops_its_own_programs_and_no_others(host: Host) -> None:
    """Windows fail there with error 8, new programs die with 0xC0000142 and the other cause; Default goes on.  (M19)"""
    host.done("desktop", "new", "--session", "1", "Tiny", "--heap", "64")
    command = host.command("run", "--session", "1", "--desktop", "Tiny", "--", *python(FILL))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as full:
        assert full.stdout is not None
        assert [full.stdout.readline(), full.stdout.readline()] == [b"NO_MEMORY\n", b"full\n"]
        late = host.nts("run", "--session", "1", "--desktop", "Tiny", "true")
        assert late.returncode == 66
        assert b"no memory is left: The desktop heap of WinSta0\\Tiny" in late.stderr
        assert b"hint: `nts eventlog ls` tells whether one desktop is full" in late.stderr
        assert host.nts("run", "--session", "1", "true").returncode == 0
        rates = {one["desktop"]: one["used_percent"] for one in host.json("heap", "--session", "1")}
        assert rates[r"WinSta0\Tiny"] > 99
        assert rates[r"WinSta0\Default"] < 1
        (event,) = [one for one in host.json("eventlog", "ls", "--session", "1") if one["id"] == 243]
        assert (event["source"], event["level"]) == ("Win32k", "error")
        assert r"WinSta0\Tiny" in event["text"]
        assert host.nts("desktop", "close", "--session", "1", "Tiny").stdout.startswith(b"WinSta0\\Tiny goes when")
    assert "Tiny" not in desktops(host)


def test_a_session_shows_its_own_windowing_and_changes_no_configuration(host: Host) -> None:
    inside = (
        "run",
        "--session",
        "1",
        "--",
        *python("import sys; from ntsessions.cli.root import invoke; sys.exit(invoke(sys.argv[1:]))"),
    )
    assert r"WinSta0\Default" in host.done(*inside, "heap")
    assert "alice" in host.done(*inside, "winsta", "ls")
    assert host.done(*inside, "desktop", "ls", "--tree").startswith("session 1  alice\n")
    other = host.nts(*inside, "heap", "--session", "0")
    assert (other.returncode, b"ACCESS_DENIED" in other.stderr) == (1, True)
    refused = host.nts(*inside, "heap", "set", "1024,20480,768")
    assert (refused.returncode, b"from inside a session" in refused.stderr) == (1, True)


# -- hosts of other sizes


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("60000,3072,512", "no session would start: the shared heap of 60000 KB"),
        ("1024,1,512", "no session would start: a heap of 1 KB cannot hold a desktop"),
        ("1024;3072", "is not of the form A[,B[,C]]"),
        ("", "is not of the form A[,B[,C]]"),
    ],
)
def test_a_host_whose_sessions_could_not_start_says_so_and_does_not_start(
    tmp_path: Path, section: str, reason: str
) -> None:
    result = Host(tmp_path).nts("up", "--detach", "--profile", "xp", "--shared-section", section)
    assert result.returncode == 1
    told = result.stderr.decode()
    assert told.startswith("nts: the host did not start: --shared-section")
    assert reason in told
    assert Host(tmp_path).nts("status").returncode == 3


def test_a_host_like_xp_has_its_user_in_session_0_and_its_heaps(tmp_path: Path) -> None:
    """What is written into the configuration holds from the next start on, and what is dangerous is told.  (M22)"""
    host = Host(tmp_path)
    assert host.nts("up", "--detach", "--profile", "dos").returncode == 1
    host.done("heap", "set", "1024,4096,640", "--profile", "xp", "--force")
    up = host.nts("up", "--detach", "--profile", "xp")
    assert up.returncode == 0
    assert b"note: SharedSection=1024,4096,640: the third value, 640, is not a step of 512 KB" in up.stderr
    try:
        host.done("user", "add", "bob")
        assert host.json("logon", "bob")["session"] == 0
        sizes = {one["desktop"]: one["size_kb"] for one in host.json("heap")}
        assert sizes == {r"WinSta0\Winlogon": 128, r"WinSta0\Disconnect": 64, r"WinSta0\Default": 4096}
        (station,) = host.json("winsta", "ls", "--session", "0")
        assert (station["user"], station["input"]) == ("bob", "Default")
        assert host.json("heap", "plan")["shared_section"] == "1024,4096,640"
        space = {area["name"]: area for area in host.json("session", "show", "0")["space"]}
        assert (space["view space"]["limit_kb"], space["view space"]["used_kb"]) == (49152, 1024 + 128 + 64 + 4096)
    finally:
        host.done("down")
