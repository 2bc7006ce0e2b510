"""`nts winsta`, `nts desktop` and `nts heap`, on a simulated host in the test's own process."""

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from ntsessions.abi.call import Call
from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.heap import DesktopHeapInformation
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.session import Logon, QueryUserToken
from ntsessions.cli.command import Settings
from ntsessions.cli.desktop import desktop
from ntsessions.cli.heap import dheapmon_lines, heap
from ntsessions.cli.outcome import report
from ntsessions.cli.window_station import winsta
from ntsessions.subsystems.service_control import ServiceConfiguration
from tests.sim.sim_host import SimHost

SPOOLER = ServiceConfiguration("Spooler", ("/bin/spoolsv",), start="boot")


class Here(Settings):
    """Settings whose connection is an operator's of a simulated host."""

    def __init__(self, profile: str = "windows11", services: tuple[ServiceConfiguration, ...] = (SPOOLER,)) -> None:
        super().__init__()
        self.host = SimHost(1, profile=profile, services=services, fault_rate=0)
        self.host.run_until(lambda: self.host.system.is_ready)
        self.operator = self.host.operator()
        self.host.run()
        self.call(AddAccount("alice"))
        self.session = self.call(Logon("alice")).session_id

    def begin(self) -> None:
        """Be the next command, in a process of its own."""
        self.host.program_dies(self.operator)
        self.operator = self.host.operator()
        self.host.run()
        self.as_json = False

    @property
    def connection(self) -> Any:
        return self

    def call(self, call: Call[Any]) -> Any:
        return self.host.call(self.operator, call)

    def start(self, *command: str, desktop: str | None = None) -> int:
        token = self.call(QueryUserToken(self.session)).token
        started = self.call(CreateProcess(command, token=token, desktop=desktop))
        self.host.run()
        pid: int = started.process_id
        return pid


@pytest.fixture
def here() -> Here:
    return Here()


def typed(here: Here, noun: click.Command, *words: str) -> Result:
    here.begin()
    # click keeps the help option that a command was first used with, and the help texts are another test's
    result = CliRunner().invoke(noun, list(words), obj=here, help_option_names=["-h", "--help"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        result.exit_code = report(result.exception)  # type: ignore[arg-type]  # as `nts` itself does
    return result


def done(here: Here, noun: click.Command, *words: str) -> str:
    result = typed(here, noun, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def listed(here: Here, noun: click.Command, *words: str) -> Any:
    return json.loads(done(here, noun, *words, "--json"))


# -- what is there


def test_window_stations_are_listed_with_their_desktops(here: Here) -> None:
    assert done(here, winsta, "ls", "--session", "1") == (
        "NAME     INTERACTIVE  LOCKED  USER   INPUT    DESKTOPS\n"
        "WinSta0  yes          no      alice  Default  Winlogon, Disconnect, Default\n"
    )
    (own, service) = listed(here, winsta, "ls", "--session", "0")
    assert set(own) == {"session", "name", "interactive", "locked", "user", "input", "desktops"}
    assert (own["name"], own["interactive"], own["input"], own["session"]) == ("WinSta0", True, "Winlogon", 0)
    assert (service["name"], service["interactive"], service["input"]) == ("Service-0x0-3e7$", False, "")
    assert service["desktops"] == ["Default"]


def test_desktops_are_listed_with_their_heaps(here: Here) -> None:
    pid = here.start("notepad")
    assert done(here, desktop, "ls", "--session", "1") == (
        "WINDOW STATION  NAME        HEAP KB  USED %  WINDOWS  THREADS  PROGRAMS  INPUT\n"
        "WinSta0         Winlogon        192     1.6        0        0         0  no\n"
        "WinSta0         Disconnect       96     3.1        0        0         0  no\n"
        "WinSta0         Default       20480     0.0        0        0         1  yes\n"
    )
    found = {one["name"]: one for one in listed(here, desktop, "ls", "--session", "1")}
    default = found["Default"]
    assert set(default) >= {"name", "window_station", "heap_kb", "used_percent", "used", "input"}
    assert (default["window_station"], default["heap_kb"], default["input"]) == ("WinSta0", 20480, True)
    assert 3000 < default["used"] < 4000
    assert default["processes"] == [pid]
    assert not found["Winlogon"]["input"]


def test_the_tree_names_who_is_where(here: Here) -> None:
    """Which program is on which desktop, and which of them are services.  (M18)"""
    pid = here.start("notepad")
    (service,) = [
        one["pid"] for one in listed(here, desktop, "ls", "--tree")[0]["window_stations"][1]["desktops"][0]["processes"]
    ]
    assert done(here, desktop, "ls", "--tree") == (
        "session 0\n"
        "  WinSta0\n"
        "    Winlogon  192 KB, 1.6 % used  <- input\n"
        "    Disconnect  96 KB, 3.1 % used\n"
        "    Default  20480 KB, 0.0 % used\n"
        "  Service-0x0-3e7$\n"
        "    Default  768 KB, 0.4 % used\n"
        f"      {service}  SYSTEM  program  service Spooler\n"
        "session 1  alice\n"
        "  WinSta0\n"
        "    Winlogon  192 KB, 1.6 % used\n"
        "    Disconnect  96 KB, 3.1 % used\n"
        "    Default  20480 KB, 0.0 % used  <- input\n"
        f"      {pid}  alice  program\n"
    )
    (tree,) = listed(here, desktop, "ls", "--tree", "--session", "1")
    assert (tree["session"], tree["user"]) == (1, "alice")
    assert tree["window_stations"][0]["desktops"][2]["processes"] == [
        {"pid": pid, "user": "alice", "command": "program", "service": None}
    ]


def test_heaps_are_printed_as_dheapmon_does(here: Here) -> None:
    shown = done(here, heap, "--session", "1")
    assert shown == (
        "-------------------------------------------------------------\n"
        "  Session ID:    1  Total Desktop: ( 20768 KB -    3 desktops)\n"
        "\n"
        "  WinStation\\Desktop            Heap Size(KB)    Used Rate(%)\n"
        "-------------------------------------------------------------\n"
        "  WinSta0\\Winlogon                    192              1.6\n"
        "  WinSta0\\Disconnect                   96              3.1\n"
        "  WinSta0\\Default                   20480              0.0\n"
        "-------------------------------------------------------------\n"
    )
    assert done(here, heap).count("Session ID:") == 2
    rows = listed(here, heap)
    assert all(set(row) >= {"session", "desktop", "size_kb", "used_percent"} for row in rows)
    assert [(row["session"], row["desktop"], row["size_kb"]) for row in rows if row["session"] == 0] == [
        (0, r"WinSta0\Winlogon", 192), (0, r"WinSta0\Disconnect", 96), (0, r"WinSta0\Default", 20480),
        (0, r"Service-0x0-3e7$\Default", 768),
    ]  # fmt: skip


def test_heaps_stand_in_the_columns_of_a_published_capture() -> None:
    """Scripts that cut dheapmon's lines into columns cut ours.  (nt-semantics 8.8)"""
    rows = [("WinSta0", "Default", 3072, 5.7), ("WinSta0", "Disconnect", 64, 4.0),
            ("__X78B95_89_IW", "__A8D9S1_42_ID", 512, 0.4)]  # fmt: skip
    found = [
        DesktopHeapInformation(0, station, name, size, used, 0, 0, 0, 0, 0.0) for station, name, size, used in rows
    ]
    assert dheapmon_lines(found)[5:-1] == [
        r"  WinSta0\Default                    3072              5.7",
        r"  WinSta0\Disconnect                   64              4.0",
        r"  __X78B95_89_IW\__A8D9S1_42_ID       512              0.4",
    ]


@pytest.mark.parametrize(
    ("noun", "words"),
    [(winsta, ("ls",)), (desktop, ("ls",)), (desktop, ("ls", "--tree")), (heap, ()), (desktop, ("new", "Work"))],
)
def test_a_session_that_is_not_there_is_told(
    here: Here, noun: click.Command, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(here, noun, *words, "--session", "9").exit_code == 1
    told = capsys.readouterr().err
    assert "9" in told
    assert "hint: `nts " in told


# -- making, switching and closing


def test_a_desktop_is_made_switched_to_and_closed(here: Here) -> None:
    assert done(here, desktop, "new", "--session", "1", "Work", "--heap", "512") == (
        "WinSta0\\Work has a heap of 512 KB\n"
    )  # fmt: skip
    assert done(here, desktop, "switch", "--session", "1", r"winsta0\WORK") == ""
    found = {one["name"]: one for one in listed(here, desktop, "ls", "--session", "1")}
    assert (found["Work"]["input"], found["Work"]["heap_kb"], found["Default"]["input"]) == (True, 512, False)
    assert done(here, desktop, "close", "--session", "1", "Work") == ""
    found = {one["name"]: one for one in listed(here, desktop, "ls", "--session", "1")}
    assert "Work" not in found
    assert found["Default"]["input"]
    assert listed(here, desktop, "new", "--session", "1", "More")["heap_kb"] == 20480


def test_a_desktop_with_programs_goes_when_they_have_ended(here: Here) -> None:
    done(here, desktop, "new", "--session", "1", "Work")
    pid = here.start("notepad", desktop=r"WinSta0\Work")
    assert done(here, desktop, "close", "--session", "1", "Work") == (
        f"WinSta0\\Work goes when the programs on it have ended: {pid}\n"
    )  # fmt: skip
    assert "Work" in done(here, desktop, "ls", "--session", "1")


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (("new", "Default"), r"there is a desktop WinSta0\Default already", "`nts desktop ls --session 1`"),
        (("close", "DEFAULT"), "DEFAULT belongs to the session", "`nts logoff 1`"),
        (("switch", "Nope"), r"no object has this name: WinSta0\Nope", "`nts desktop ls --session 1`"),
        (("close", "Nope"), r"no object has this name: WinSta0\Nope", "`nts desktop ls --session 1`"),
        (("new", r"Nope\Work"), r"WindowStations\Nope", "`nts winsta ls --session 1`"),
        (("new", "--heap", "1", "Work"), "a heap of 1 KB cannot hold a desktop, which takes 4 KB by itself", ""),
    ],
)
def test_what_cannot_be_done_is_told_with_a_way_out(
    here: Here, words: tuple[str, ...], says: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *rest = words
    assert typed(here, desktop, verb, "--session", "1", *rest).exit_code == 1
    told = capsys.readouterr().err
    assert says in told
    assert hint in told


@pytest.mark.parametrize("name", ["", "WinSta0\\", r"\Work"])
def test_a_desktop_without_a_name_is_a_mistake_of_the_line(here: Here, name: str) -> None:
    for verb in ("new", "switch", "close"):
        result = typed(here, desktop, verb, "--session", "1", name)
        assert result.exit_code == 2
        assert r"a desktop is named `Work` or `WinSta0\Work`" in result.output


def test_a_desktop_that_gets_less_than_it_should_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """20 MB for a session: when they are nearly used up a desktop is small, and then there is none.  (M20, M21)"""
    here = Here("server2003", services=())
    session = str(here.session)
    last = ""
    for number in range(40):
        result = typed(here, desktop, "new", "--session", session, f"desk{number}")
        if result.exit_code:
            break
        last = result.output
    else:
        raise AssertionError("the view space never ends")
    assert "has a heap of 512 KB\n" in last
    assert f"note: not 3072 KB, for which the view space of session {session} has no room any more" in last
    assert "NO_MEMORY (0xC0000017)" in capsys.readouterr().err


def test_watching_prints_a_line_of_json_each_time(here: Here) -> None:
    asked = []

    def call(call: Call[Any]) -> Any:
        asked.append(call)
        if len(asked) == 5:  # each time: what there is, and that there is no more
            raise KeyboardInterrupt
        return Here.call(here, call)

    here.call = call  # type: ignore[method-assign]  # the person at the keyboard
    shown = CliRunner().invoke(heap, ["--watch", "0.1", "--json"], obj=here, help_option_names=["-h"]).stdout
    assert [len(json.loads(line)) for line in shown.splitlines()] == [7, 7]
