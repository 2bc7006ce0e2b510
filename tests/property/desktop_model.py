"""The model of `test_desktop_machine`: window stations, desktops and who holds them; and what life there is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.harness import Program

CLOSINGS = ["Close", "CloseDesktop", "CloseWindowStation", "close source"]
STEPS = (
    "create_desktop", "create_desktop", "open_desktop", "open_input_desktop", "take_station", "close", "close", "tidy",
    "duplicate", "move_in", "set_thread_desktop", "set_process_window_station", "window", "switch", "switch",
    "lock", "unlock", "unlock", "start", "start", "begin_thread", "end_thread", "end_process",
)  # fmt: skip
ARGUMENTS: dict[str, Callable[[Random], object]] = {
    **dict.fromkeys(("who", "pick", "other"), lambda chance: chance.randrange(1 << 16)),
    **dict.fromkeys(("may_create", "makes", "is_named", "inherits"), lambda chance: chance.random() < 0.6),
    "name": lambda chance: chance.choice(["one", "ONE", "Two", "default"]),
    "station": lambda chance: chance.choice(["Alpha", "alpha", "winsta0"]),
    "size": lambda chance: chance.choice([0, 64, 1000, 1]),
    "inherited": lambda chance: chance.choice([0, 2]),
    "root": lambda chance: chance.choice([None, chance.randrange(1 << 16)]),
    "how": lambda chance: chance.choice(CLOSINGS),
}


@dataclass(eq=False)
class Station:
    name: str
    is_interactive: bool = False
    desks: "dict[str, Desk]" = field(default_factory=dict)
    """By name in lower case, in the order in which they were made."""


@dataclass(eq=False)
class Desk:
    name: str
    station: Station
    size: int
    is_permanent: bool = False


@dataclass(eq=False)
class Handle:
    leads_to: Station | Desk
    is_inherited: bool = False


@dataclass(eq=False)
class Worker:
    """A thread."""

    program: Program
    desk: Desk
    handle: int
    windows: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Firm:
    """A process."""

    program: Program
    station: Station
    station_handle: int
    desk_handle: int
    handles: dict[int, Handle]
    workers: list[Worker] = field(default_factory=list)

    def uses(self, handle: int) -> bool:
        return handle in (self.station_handle, self.desk_handle, *(one.handle for one in self.workers))
