"""`nts eventlog`, on an executive in the test's own process."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event_log import EventLevel, WaitEventLog
from ntsessions.cli.command import Settings
from ntsessions.cli.event_log import eventlog
from tests.harness import World


class Here(Settings):
    """Settings whose connection is a caller of a world; a call that would wait is the end of the host."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    @property
    def connection(self) -> Any:
        return self

    def call(self, call: Call[Any]) -> Any:
        pending = self.world.system.begin(call)
        if isinstance(call, WaitEventLog) and not pending.done:
            raise KeyboardInterrupt
        return pending.reply


@pytest.fixture
def world() -> World:
    world = World()
    world.session(2)
    return world


def shown(world: World, *words: str) -> str:
    # click keeps the help option that a command was first used with, and the help texts are another test's
    return CliRunner().invoke(eventlog, ["ls", *words], obj=Here(world), help_option_names=["-h", "--help"]).output


def fill(world: World) -> None:
    log = world.executive.log_event
    log(EventLevel.ERROR, "Win32k", 244, 1, "failed to create a desktop due to desktop heap exhaustion")
    log(EventLevel.WARNING, "Win32k", 243, 2, "a desktop heap allocation failed: \x1b[2J")
    for _ in range(3):
        log(EventLevel.WARNING, "Win32k", 243, 2, "a desktop heap allocation failed")


def test_the_log_is_a_table_and_says_how_much_was_left_out(world: World) -> None:
    fill(world)
    assert shown(world) == (
        "TIME                  LEVEL    SOURCE   ID  SESSION  TEXT\n"
        "2022-06-18T04:26:40Z  error    Win32k  244        1  "
        "failed to create a desktop due to desktop heap exhaustion\n"
        "2022-06-18T04:26:40Z  warning  Win32k  243        2  "
        "a desktop heap allocation failed: \\x1b[2J (and 3 more)\n"
    )


def test_one_session_can_be_chosen(world: World) -> None:
    fill(world)
    rows = json.loads(shown(world, "--session", "2", "--json"))
    assert [(row["session"], row["id"], row["level"], row["repeated"]) for row in rows] == [(2, 243, "warning", 3)]
    assert set(rows[0]) == {"sequence", "time", "level", "source", "id", "session", "text", "repeated"}


def test_an_empty_log_says_so(world: World) -> None:
    assert shown(world) == "The event log is empty.\n"
    assert shown(world, "--session", "2") == "No events of session 2 are recorded.\n"
    assert shown(world, "--json") == "[]\n"


def test_following_tells_what_is_there_and_then_waits(world: World) -> None:
    fill(world)
    lines = shown(world, "--follow").splitlines()
    assert lines[0].split("  ")[0] == "2022-06-18T04:26:40Z"
    assert lines[1].endswith("Win32k  243  session 2  a desktop heap allocation failed: \\x1b[2J (and 3 more)")
    assert len(world.executive.notification_waits) == 1
    records = [json.loads(line) for line in shown(world, "--follow", "--json").splitlines()[:2]]
    assert [record["sequence"] for record in records] == [1, 2]


def test_the_level_column_is_wide_enough_to_follow(world: World) -> None:
    world.executive.log_event(EventLevel.INFORMATION, "Service", 7036, 0, "runs")
    assert "  information  Service  7036  session 0  runs" in shown(world, "--follow")
