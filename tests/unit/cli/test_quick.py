"""`nts run` is read in two ways, with click and without; nobody may notice which."""

import subprocess
import sys

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntsessions.cli.quick import RunOptions, parse_run
from ntsessions.cli.root import nts
from ntsessions.cli.run import run


def read_by_click(words: list[str]) -> RunOptions | None:
    """Return what click reads, None for a mistake or a request for help."""
    try:
        with nts.make_context("nts", list(words), resilient_parsing=False) as outer:
            name, *rest = outer._protected_args + outer.args
            if name != "run":
                return None
            with run.make_context("run", rest, parent=outer) as inner:
                found = inner.params
    except (click.ClickException, click.exceptions.Exit, ValueError):
        return None
    if (found["session"] is not None and found["user"] is not None) or found["desktop"] == "":
        return None
    return RunOptions(
        found["command"], found["session"], found["user"], found["cwd"], found["env"], found["no_tty"],
        found["desktop"], outer.params["state_dir"],
    )  # fmt: skip


WORDS = st.sampled_from(
    ["run", "--", "--session", "--session=1", "1", "-1", "x", "--user", "--user=alice", "alice", "--cwd", "/tmp", "-e",
     "--env=A=1", "A=1", "-eA=1", "-e=A", "--no-tty", "--no-tty=1", "--state-dir", "/tmp/no-such", "--state-dir=/a",
     "--desktop", r"--desktop=WinSta0\Work", "--desktop=", "Work", "--json", "--help", "-h", "-x", "", "=", "true"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=6))
def test_what_is_read_without_click_is_what_click_reads(before: list[str], after: list[str]) -> None:
    words = [*before, "run", *after]
    quick = parse_run(words)
    if quick is not None:
        assert quick == read_by_click(words)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("run true", RunOptions(("true",))),
        ("run -- true -x", RunOptions(("true", "-x"))),
        ("run --session 1 -- sh -c --", RunOptions(("sh", "-c", "--"), session=1)),
        ("--state-dir /d run --user=bob cmd --cwd 3", RunOptions(("cmd", "--cwd", "3"), user="bob", state_dir="/d")),
        ("run --desktop Work true", RunOptions(("true",), desktop="Work")),
        (r"run --session 1 --desktop=WinSta0\Work -- a", RunOptions(("a",), session=1, desktop=r"WinSta0\Work")),
        ("run -e A=1 --env B --cwd / --no-tty cat", RunOptions(("cat",), cwd="/", env=("A=1", "B"), no_tty=True)),
    ],
)  # fmt: skip
def test_the_usual_lines_need_no_click(line: str, expected: RunOptions) -> None:
    """These are the lines that scripts use thousands of times."""
    assert parse_run(line.split()) == expected


@pytest.mark.parametrize(
    "line",
    [
        "run",
        "run --help",
        "run --session x true",
        "run --session 1 --user a b",
        "run --frob true",
        "run --session",
        "run --desktop= true",
        "run --desktop",
    ],
)
def test_a_line_with_a_mistake_goes_to_click_which_explains_it(line: str) -> None:
    assert parse_run(line.split()) is None


def test_starting_a_program_loads_neither_click_nor_rich_nor_asyncio() -> None:
    """`nts run` is in the inner loop of scripts: what it imports, they wait for."""
    code = "import ntsessions.cli.__main__, ntsessions.cli.launch, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"asyncio", "click", "json", "rich", "subprocess"} & set(loaded)
