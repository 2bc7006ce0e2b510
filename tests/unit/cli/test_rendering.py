"""Lists and facts: columns in a pipe, a table on a terminal, JSON when asked for."""

import json
import os
import pty
import subprocess
import sys

import pytest

from ntsessions.cli.rendering import Column, cell_text, show_facts, show_rows, size_text, time_of

COLUMNS = (Column("ID", "id", is_number=True), Column("NAME", "name"), Column("NOTES", "notes"))
ROWS: list[dict[str, object]] = [
    {"id": 1, "name": "[red]x", "notes": ["a", "b"]},
    {"id": 12, "name": "y", "notes": None},
]


def test_a_pipe_gets_plain_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """`nts session ls | awk` works, with nothing in between that only a person wants."""
    show_rows(ROWS, COLUMNS, as_json=False)
    assert capsys.readouterr().out == "ID  NAME    NOTES\n 1  [red]x  a, b\n12  y\n"


def test_json_is_all_of_the_record_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, COLUMNS[:1], as_json=True)
    assert json.loads(capsys.readouterr().out) == ROWS


def test_nothing_found_is_an_empty_list_in_json_and_titles_in_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], COLUMNS, as_json=True)
    show_rows([], COLUMNS, as_json=False)
    assert capsys.readouterr().out == "[]\nID  NAME  NOTES\n"


def test_a_terminal_gets_a_table_and_brackets_in_names_are_no_markup() -> None:
    master, slave = pty.openpty()
    code = "from tests.unit.cli.test_rendering import *; show_rows(ROWS, COLUMNS, as_json=False)"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=slave, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "[red]x" in shown
    assert "\x1b[1m" in shown


def test_facts_are_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"process_id": 5, "is": True, "name": ""}, as_json=False)
    assert capsys.readouterr().out == "process id  5\nis          yes\nname\n"


def test_times_are_utc_and_zero_is_never() -> None:
    assert time_of(0) is None
    assert time_of(116444736000000000) == "1970-01-01T00:00:00Z"


def test_sizes_are_in_units_of_1024() -> None:
    assert [size_text(size) for size in (0, 1023, 1536, 5 << 20, 3 << 30)] == [
        "0 B",
        "1023 B",
        "1.5 KiB",
        "5.0 MiB",
        "3.0 GiB",
    ]


def test_escapes_do_not_reach_the_terminal() -> None:
    assert cell_text("\x1b[2J") == r"\x1b[2J"
