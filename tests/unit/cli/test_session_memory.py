"""What `nts session show` tells of memory."""

import pytest

from ntsessions.abi.calls.session import SessionMemory
from ntsessions.cli.session_memory import memory_record, show_memory

MIB = 1 << 20


def test_the_section_tells_private_from_shared_pages(capsys: pytest.CaptureFixture[str]) -> None:
    show_memory(SessionMemory(3, shared=31 * MIB, private=1000 * MIB, proportional=1006 * MIB))
    assert capsys.readouterr().out == (
        "\nmemory of 3 processes, as Linux counts pages\n"
        "  private       1000.0 MiB  written or copied on write, mapped by one process alone\n"
        "  shared          31.0 MiB  counted in each process that maps it\n"
        "  proportional  1006.0 MiB  shared pages divided among all who map them\n"
    )


def test_what_could_not_be_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_memory(SessionMemory(1, 0, 0, 0, unreadable=2))
    first = capsys.readouterr().out.splitlines()[1]
    assert first == "memory of 1 process, as Linux counts pages, without 2 that Linux does not let this host look into"


def test_json_counts_in_the_kilobytes_of_proc() -> None:
    assert memory_record(SessionMemory(3, 31 * MIB, 12 * MIB, 20 * MIB)) == {
        "processes": 3, "shared_kb": 31 * 1024, "private_kb": 12 * 1024, "proportional_kb": 20 * 1024, "unreadable": 0,
    }  # fmt: skip
