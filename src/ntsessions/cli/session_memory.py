"""What Linux uses for a session, as `nts session show` tells it."""

from typing import TypedDict

import click

from ntsessions.abi.calls.session import SessionMemory
from ntsessions.cli.rendering import size_text

_KIB = 1024


class MemoryRecord(TypedDict):
    """The memory of a session's processes; a kB is 1024 bytes, as in /proc."""

    processes: int
    shared_kb: int
    private_kb: int
    proportional_kb: int
    unreadable: int


def memory_record(memory: SessionMemory) -> MemoryRecord:
    """Return what JSON tells of it."""
    return {
        "processes": memory.processes,
        "shared_kb": memory.shared // _KIB,
        "private_kb": memory.private // _KIB,
        "proportional_kb": memory.proportional // _KIB,
        "unreadable": memory.unreadable,
    }


def show_memory(memory: SessionMemory) -> None:
    """Print what the processes of a session use."""
    lines = [
        ("private", size_text(memory.private), "written or copied on write, mapped by one process alone"),
        ("shared", size_text(memory.shared), "counted in each process that maps it"),
        ("proportional", size_text(memory.proportional), "shared pages divided among all who map them"),
    ]
    plural = "" if memory.processes == 1 else "es"
    unread = f", without {memory.unreadable} that Linux does not let this host look into" if memory.unreadable else ""
    click.echo(f"\nmemory of {memory.processes} process{plural}, as Linux counts pages{unread}")
    width = max(len(size) for _, size, _ in lines)
    for name, size, meaning in lines:
        click.echo(f"  {name:<12}  {size:>{width}}  {meaning}")
