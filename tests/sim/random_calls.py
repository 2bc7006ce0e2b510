"""Calls that a program might make: every declared one, with arguments that are right, nearly right, or absurd."""

import types
from random import Random
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from ntsessions.abi.call import CALLS, Call
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.process import Connect
from ntsessions.abi.types import NAMED_OBJECTS

NAMES = ["a", "b", r"Global\a", r"Local\b", r"Global\shared", r"Session\1\a", "", "x" * 300, "Local", r"no\such\place"]
USERS = ["alice", "bob", "carol", "nobody-here"]
SMALL = [0, 1, 2, 3, 5, 8]
INTEGERS = [-1, 0, 1, 2, 3, 4, 8, 10, 16, 64, 0x1000, 0x100000, 0x1FFFFF, 2**31, 2**31 - 1, -(2**31), 2**32, 2**62,
            -(2**63), 2**63 - 1, 2**64 - 1]  # fmt: skip
TIMES = [0, 1, 10_000, 1_000_000, 20_000_000, 300_000_000, -1]
RIGHTS = [0, 1, 3, 0x1F0003, 0x1F0001, 0x100000, 0x2000000, 0x80000000, 0x10000000, 0x1FFFFF]

OFTEN = tuple(
    spec
    for spec in CALLS.values()
    if spec.noun in {"event", "mutant", "semaphore", "timer", "wait", "job", "window", "message"}
    or spec.name in {"Close", "DuplicateObject", "CreateProcess", "OpenProcess", "TerminateProcess", "CreateSection"}
)
ALL = tuple(spec for spec in CALLS.values() if spec.call_type not in (ShutDown, Connect) and spec.noun != "system")
"""Those of the system's own parts are left to them: whoever holds every privilege may break every rule."""


class Knowledge:
    """What a program knows: handles it was given, ids it has seen, requests it made."""

    def __init__(self) -> None:
        self.handles: list[int] = []
        self.ids: list[int] = [0, 1, 2]
        self.requests: list[int] = [0]


def random_call(random: Random, known: Knowledge) -> Call[Any]:
    """Return a call."""
    call_type = random.choice(OFTEN if random.random() < 0.75 else ALL).call_type
    return call_type(**values(random, call_type, known))


def values(random: Random, call_type: type[Call[Any]], known: Knowledge) -> dict[str, Any]:
    """Return arguments of a call."""
    hints = get_type_hints(call_type, include_extras=True)
    return {name: _value(random, name, hints[name], known) for name in call_type.__struct_fields__}


def _value(random: Random, name: str, hint: Any, known: Knowledge) -> Any:
    if name in _BY_NAME and (name == "password" or random.random() < 0.95):
        return within(hint, _BY_NAME[name](random, known))
    origin = get_origin(hint)
    if origin is Annotated:
        return _bounded(random, name, hint, known)
    if origin in (Union, types.UnionType):
        choices = [one for one in get_args(hint) if one is not type(None)]
        if len(choices) < len(get_args(hint)) and random.random() < 0.6:
            return None
        return _value(random, name, random.choice(choices), known)
    if origin is tuple:
        inner = get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_value(random, "", inner[0], known) for _ in range(random.choice([0, 1, 1, 2, 3])))
        return tuple(_value(random, "", one, known) for one in inner)
    if hint is bool:
        return random.random() < 0.3
    if hint is int:
        return random.choice(INTEGERS) if random.random() < 0.5 else random.choice(SMALL)
    if hint is str:
        return random.choice(NAMES)
    if hint is bytes:
        return random.randbytes(random.choice([0, 3, 20, 60]))
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = get_type_hints(hint, include_extras=True)
        return hint(**{field: _value(random, field, hints[field], known) for field in hint.__struct_fields__})
    raise AssertionError(f"no values for {hint}")


def _bounded(random: Random, name: str, hint: Any, known: Knowledge) -> Any:
    base = get_args(hint)[0]
    value = _handle(random, known) if base is int and random.random() < 0.2 else _value(random, "", base, known)
    return within(hint, value)


def within(hint: Any, value: Any) -> Any:
    """Return a value that the type lets through."""
    for meta in get_args(hint)[1:] if get_origin(hint) is Annotated and isinstance(value, int) else ():
        if isinstance(meta, Meta):
            value = value if meta.ge is None else max(value, int(meta.ge))
            value = value if meta.le is None else min(value, int(meta.le))
            value = value if meta.lt is None else min(value, int(meta.lt) - 1)
    return value


def _handle(random: Random, known: Knowledge) -> int:
    chance = random.random()
    if known.handles and chance < 0.9:
        return random.choice(known.handles)
    return random.choice([-1, -2, -4, -5, -6, 0, 3, 4, 8, 0xFFFC]) if chance < 0.98 else random.randrange(1 << 20)


def _user_handle(random: Random, known: Knowledge) -> int:
    """Return what may be the handle of a window, a menu or a hook: every session counts them up."""
    if random.random() < 0.8:
        return 0x10001 + random.randrange(8)
    return random.choice([0, 0, 0, -3, 0xFFFF, -1, 2, 0x20001, 2**63 - 1])


def _attributes(random: Random, known: Knowledge) -> int:
    return random.choice([0, 0, 0x80, 0x80, 0x80, 0x82, 0x40, 0x81, 0x10, 0x100, 0x8000_0000])


def _root(random: Random, known: Knowledge) -> int:
    return NAMED_OBJECTS if random.random() < 0.9 else _handle(random, known)


_BY_NAME: dict[str, Any] = {
    **dict.fromkeys(
        (
            "handle",
            "source",
            "first",
            "second",
            "source_process",
            "target_process",
            "process",
            "thread",
            "job",
            "port",
            "signal",
            "wait",
        ),
        _handle,
    ),
    "token": lambda random, known: 0 if random.random() < 0.7 else _handle(random, known),
    "root": _root,
    "attributes": _attributes,
    "desired_access": lambda random, _known: random.choice(RIGHTS) & 0xFFFFFFFF,
    "security": lambda _random, _known: None,
    "process_security": lambda _random, _known: None,
    "thread_security": lambda _random, _known: None,
    "timeout": lambda random, _known: random.choice(TIMES),
    "due_time": lambda random, _known: random.choice(
        [-1, -10_000, -20_000_000, 2**62, -(2**63), 133_000_000_010_000_000]
    ),
    "period": lambda random, _known: random.choice([0, 0, 0, 1500, 2**31, -1]),
    **dict.fromkeys(("window", "child", "parent", "after", "menu", "submenu", "hook", "send", "sent"), _user_handle),
    "style": lambda random, _known: random.choice([0, 0, 0x10000000, 0x40000000, 0x50000000, 0x80000000]),
    "number": lambda random, _known: random.choice([0, 0x12, 0x400, 0x401, 0xC000, 2**32 - 1]),
    "hook_type": lambda random, _known: random.randrange(-1, 16),
    "format": lambda random, _known: random.choice([0, 1, 7, 13, 16, 0x200, 0x201]),
    "class_name": lambda random, _known: random.choice(["Static", "Button", "a", 0xC000]),
    "process_id": lambda random, known: random.choice(known.ids),
    "thread_id": lambda random, known: random.choice(known.ids),
    "session_id": lambda random, _known: random.choice([-1, -1, 0, 1, 2, 3, 9]),
    "request": lambda random, known: random.choice(known.requests),
    "user_name": lambda random, _known: random.choice(USERS),
    "password": lambda random, _known: str(random.choice([1, 1, 2])),
    "arguments": lambda _random, _known: ("program",),
    "environment": lambda _random, _known: (),
    "handle_list": lambda _random, _known: None,
    "descriptor_count": lambda _random, _known: 0,
    "has_file": lambda _random, _known: False,
    "maximum_size": lambda random, _known: random.choice([1, 4096, 1 << 20, 2**62]),
    "protection": lambda random, _known: random.choice([2, 4, 4, 0x40, 77]),
    "allocation": lambda random, _known: random.choice([0, 0, 0x8000000, 0x1000000]),
    "initial_count": lambda random, _known: random.choice([0, 0, 1, 3]),
    "maximum_count": lambda random, _known: random.choice([1, 5, 0x7FFFFFFF]),
    "event_type": lambda random, _known: random.choice([0, 1, 1, 2]),
    "jobs": lambda random, known: (_handle(random, known),) if random.random() < 0.4 else (),
    "handles": lambda random, known: tuple(_handle(random, known) for _ in range(random.choice([1, 2, 3]))),
    "flags": lambda random, _known: random.choice([0, 0, 0, 4, 8, 0x2000, 0x01000000]),
    "sids": lambda _random, _known: ("S-1-1-0",),
    "boundary_name": lambda random, _known: random.choice(["n", "m"]),
}
