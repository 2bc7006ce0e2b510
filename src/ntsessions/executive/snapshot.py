"""Saving the whole state of a host as bytes, and restoring it.

The state is a graph of records.  It is written by an explicit walk, never by pickle: only classes that this module
finds among ours are written or made, their fields are plain, and what is read may come from anyone.

Form: `[FORMAT, classes, constants, nodes, root]` in msgpack.  A value is a number, text, bytes, bool or None; `[n]` is
node n, `[~n]` is constant n, `[]` is a field that was never set.  Nodes are what can change and has an identity; they
are numbered in the order in which the walk meets them, which is how cycles work.  Constants are compared by content,
so that it does not matter which of two equal records an object happens to share.

Invariants:
  1. Equal states give equal bytes: nothing depends on addresses, on hash order, or on what was looked up and cached.
  2. `save(restore(data)) == data` for every `data` that `save` returned.
  3. Any bytes give an executive or ValueError.
  4. The walk does not recurse into nodes, so that no chain of objects is too deep for it.

Not saved: callables and the table of handlers.  `restore` puts back the hook that tells of waits that ended, and the
executive's own handlers; the parts of the system that serve calls themselves attach themselves anew.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from ntsessions.executive.dispatcher.waits import Apc, Deadlines, Wait, Waits
from ntsessions.executive.event_log import EventLog, LoggedEvent
from ntsessions.executive.executive import HANDLERS, Executive, private_region
from ntsessions.executive.memory.conditions import MemoryConditions
from ntsessions.executive.objects.handles import HandleEntry, HandleTable
from ntsessions.executive.objects.object import Object, Pool
from ntsessions.executive.processes.logon_group import LogonGroup
from ntsessions.executive.processes.session import Port
from ntsessions.executive.security.descriptor_pool import DescriptorPool
from ntsessions.executive.security.logons import LogonSession
from ntsessions.executive.security.token import Token
from ntsessions.executive.windowing.atoms import Atom, AtomTable
from ntsessions.executive.windowing.bill import Bill
from ntsessions.executive.windowing.clipboard import Clipboard
from ntsessions.executive.windowing.gui import GuiProcess, GuiThread
from ntsessions.executive.windowing.heap import DesktopHeap
from ntsessions.executive.windowing.hot_key import HotKey
from ntsessions.executive.windowing.message_queue import MessageQueue
from ntsessions.executive.windowing.sent_message import SentMessage
from ntsessions.executive.windowing.session_space import Area, SessionSpace
from ntsessions.executive.windowing.session_windowing import SessionWindowing
from ntsessions.executive.windowing.timers import UserTimer
from ntsessions.executive.windowing.user_handles import UserHandles, UserObject
from ntsessions.executive.windowing.window_class import ClassClone, WindowClass
from ntsessions.profiles.profile import Profile

FORMAT: Final = "ntsessions-state-1"

Plain: TypeAlias = bool | int | float | str | bytes | None
Encoded: TypeAlias = "Plain | list[int]"
Row: TypeAlias = "list[Any]"

_PLAIN_TYPES: Final = frozenset({type(None), bool, int, float, str, bytes})
_BIGGEST: Final = 1 << 63

LIST, DICT, ORDERED_DICT, DEQUE, SET, TUPLE, FROZENSET, BIG_INT, FIRST_CLASS = range(9)
"""What the first number of a row says; from FIRST_CLASS on it is a class of the table."""

_CONTAINERS: Final[dict[type, int]] = {
    list: LIST, dict: DICT, OrderedDict: ORDERED_DICT, deque: DEQUE, set: SET, tuple: TUPLE, frozenset: FROZENSET,
}  # fmt: skip

_RECORDS: list[type] = [
    Executive, Profile, HandleTable, HandleEntry, Pool, Port, LogonGroup, Deadlines, Waits, Apc, Token, LogonSession,
    DescriptorPool, MemoryConditions, EventLog, LoggedEvent, DesktopHeap, Area, SessionSpace,
    Atom, AtomTable, Bill, Clipboard, SessionWindowing, UserHandles, GuiProcess, GuiThread, MessageQueue, UserTimer,
    WindowClass, ClassClone, SentMessage, HotKey,
]  # fmt: skip
"""Classes that are saved field by field, besides those found by what they inherit from."""

_FAMILIES: Final = (Object, UserObject, Wait, Struct, Enum, tuple)
_HOME: Final = ("ntsessions.abi.", "ntsessions.executive.", "ntsessions.profiles.", "ntsessions.subsystems.")


def register(record: type) -> type:
    """Let objects of a further class be saved and restored; also as a decorator."""
    _RECORDS.append(record)
    return record


def save(executive: Executive) -> bytes:
    """Return the state as bytes."""
    return _Writer().write(executive)


def restore(data: bytes) -> Executive:
    """Return the executive that was saved.  Raises ValueError for anything that `save` did not make."""
    try:
        executive = _Reader(msgspec.msgpack.decode(data)).read()
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"not a saved state: {error!r}") from error
    if not isinstance(executive, Executive) or not isinstance(executive.__dict__.get("waits"), Waits):
        raise ValueError("not a saved state: its root is no executive")  # noqa: TRY004 - the bytes are at fault
    executive.waits.on_end = executive.wait_ended
    executive.handlers = HANDLERS
    executive.make_region = private_region
    return executive


# -- classes


def _name(cls: type) -> str:
    return f"{cls.__module__.removeprefix('ntsessions.')}.{cls.__qualname__}"


def _below(cls: type) -> Iterator[type]:
    children: list[type] = type.__subclasses__(cls)
    for child in children:
        if child.__module__.startswith(_HOME):
            yield child
        yield from _below(child)


def _known_classes() -> dict[str, type]:
    """Return every class that may be saved, by name."""
    found = {_name(cls): cls for cls in _RECORDS}
    for family in _FAMILIES:
        found.update((_name(cls), cls) for cls in _below(family))
    found.update((_name(cls), cls) for cls in (Object, Wait))
    return found


def _is_constant_class(cls: type) -> bool:
    """Tell whether records of *cls* are compared by content: enumerations, tuples with names, frozen structs."""
    if issubclass(cls, Struct):
        return cls.__struct_config__.frozen
    return issubclass(cls, Enum | tuple)


def _fields(cls: type, item: object) -> tuple[str, ...]:
    """Return the fields of a record in a fixed order."""
    if issubclass(cls, Struct):
        return cls.__struct_fields__
    slots = [slot for base in cls.__mro__ for slot in _slots(base)]
    return tuple(sorted({*slots, *getattr(item, "__dict__", ())}))


def _slots(base: type) -> tuple[str, ...]:
    slots = base.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


# -- writing


class _Writer:
    """One walk over a state."""

    def __init__(self) -> None:
        self._known = _known_classes()
        self._classes: list[Row] = []
        self._class_numbers: dict[type, int] = {}
        self._field_names: dict[type, tuple[str, ...]] = {}
        self._constants: list[Row] = []
        self._constant_numbers: dict[bytes, int] = {}
        self._by_identity: dict[int, list[int]] = {}
        """References by address; everything that is referred to outlives the walk."""
        self._met: list[object] = []
        self._key_of = msgspec.msgpack.Encoder().encode

    def write(self, root: Executive) -> bytes:
        """Return the bytes."""
        reference = self._value(root)
        nodes = [self._node(item) for item in self._met]  # which grows while it is walked
        return msgspec.msgpack.encode([FORMAT, self._classes, self._constants, nodes, reference])

    def _value(self, item: Any) -> Encoded:
        kind = type(item)
        if kind in _PLAIN_TYPES and (kind is not int or -_BIGGEST <= item < _BIGGEST):
            return item  # type: ignore[no-any-return]  # one of the plain types
        known = self._by_identity.get(id(item))
        if known is not None:
            return known
        if kind is int or kind is tuple or kind is frozenset or (kind not in _CONTAINERS and _is_constant_class(kind)):
            reference = [~self._constant(item, kind)]
            if kind is not int:
                self._by_identity[id(item)] = reference
            return reference
        reference = self._by_identity[id(item)] = [len(self._met)]
        self._met.append(item)
        return reference

    def _constant(self, item: Any, kind: type) -> int:
        if kind is int:
            row: Row = [BIG_INT, str(item)]
        elif kind is tuple:
            row = [TUPLE, *map(self._value, item)]
        elif kind is frozenset:
            row = [FROZENSET, *map(self._value, _in_order(item))]
        elif issubclass(kind, Enum):
            row = [self._class(kind, item), self._value(item.value)]
        elif issubclass(kind, tuple):
            row = [self._class(kind, item), *map(self._value, item)]
        else:
            number_of_class = self._class(kind, item)
            row = [number_of_class, *(self._value(getattr(item, name)) for name in self._field_names[kind])]
        key = self._key_of(row)
        number = self._constant_numbers.get(key)
        if number is None:
            number = self._constant_numbers[key] = len(self._constants)
            self._constants.append(row)
        return number

    def _node(self, item: Any) -> Row:
        kind = type(item)
        if kind in (list, deque):
            return [_CONTAINERS[kind], *map(self._value, item)]
        if kind is set:
            return [SET, *map(self._value, _in_order(item))]
        if kind in (dict, OrderedDict):
            return [_CONTAINERS[kind], *(self._value(part) for pair in item.items() for part in pair)]
        number = self._class(kind, item)
        row: Row = [number]
        for name in self._field_names[kind]:
            value = _canonical(item, name)
            row.append([] if value is _ABSENT else self._value(value))
        return row

    def _class(self, kind: type, item: object) -> int:
        number = self._class_numbers.get(kind)
        if number is None:
            if self._known.get(_name(kind)) is not kind:
                raise TypeError(f"{_name(kind)} is not registered to be saved")
            names = () if issubclass(kind, Enum | tuple) else _fields(kind, item)
            number = self._class_numbers[kind] = FIRST_CLASS + len(self._classes)
            self._field_names[kind] = names
            self._classes.append([_name(kind), *names])
        return number


_ABSENT: Final = object()


def _canonical(item: object, name: str) -> Any:
    """Return the value of a field as it is saved: without callables and without what looking things up left behind."""
    if isinstance(item, Deadlines) and name == "_heap":
        return item.entries()
    if isinstance(item, Executive) and name == "handlers":
        return _ABSENT
    if isinstance(item, DesktopHeap | UserHandles) and name == "region":
        return None  # it shows the state; who maps the heap next attaches another
    value = getattr(item, name, _ABSENT)
    return _ABSENT if isinstance(value, Callable) else value  # type: ignore[arg-type]  # an ABC will do


def _in_order(items: Any) -> list[Any]:
    """Return the members of a set in an order of their own; only plain values and enumerations have one."""
    for item in items:
        if type(item) not in _PLAIN_TYPES and not isinstance(item, Enum):
            raise TypeError(f"a set of {type(item).__name__} has no order")
    return sorted(items, key=_order_of)


def _order_of(item: Any) -> tuple[str, Any]:
    return type(item).__name__, item.value if isinstance(item, Enum) else item


# -- reading


class _Reader:
    """One saved state, and what is made of it."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, list) or len(data) != 5 or data[0] != FORMAT:
            raise ValueError(f"not a saved state of the form {FORMAT}")
        known = _known_classes()
        self._classes: list[tuple[type, list[str]]] = []
        for name, *fields in data[1]:
            if name not in known or not all(isinstance(field, str) for field in fields):
                raise ValueError(f"{name!r} is no class that can be restored")
            self._classes.append((known[name], fields))
        self._constant_rows: list[Row] = data[2]
        self._node_rows: list[Row] = data[3]
        self._root: Any = data[4]
        self._constants: list[Any] = []
        self._nodes: list[Any] = []

    def read(self) -> object:
        """Return the root: first every node empty, then the constants, which may refer to nodes, then the contents."""
        self._nodes = [self._shell(row[0]) for row in self._node_rows]
        for row in self._constant_rows:
            self._constants.append(self._constant(row))
        for item, row in zip(self._nodes, self._node_rows, strict=True):
            self._fill(item, row)
        return self._value(self._root)

    def _value(self, encoded: Any) -> Any:
        if type(encoded) is not list:
            if type(encoded) not in _PLAIN_TYPES:
                raise ValueError("a value is neither plain nor a reference")
            return encoded
        (number,) = encoded
        if number >= 0:
            return self._nodes[number]
        return self._constants[~number]  # refers backward only: later ones are not there yet

    def _shell(self, kind: int) -> Any:
        for container, number in _CONTAINERS.items():
            if number == kind and kind not in (TUPLE, FROZENSET):
                return container()
        cls, _ = self._class_of(kind)
        if _is_constant_class(cls):
            raise ValueError(f"{cls.__name__} is no node")
        return object.__new__(cls)

    def _class_of(self, kind: int) -> tuple[type, list[str]]:
        if kind < FIRST_CLASS:
            raise ValueError(f"a row of kind {kind}")
        return self._classes[kind - FIRST_CLASS]

    def _constant(self, row: Row) -> Any:
        kind = row[0]
        values = [self._value(part) for part in row[1:]]
        if kind == TUPLE:
            return tuple(values)
        if kind == FROZENSET:
            return frozenset(values)
        if kind == BIG_INT:
            return int(str(values[0])[:64])
        cls, fields = self._class_of(kind)
        if not _is_constant_class(cls):
            raise ValueError(f"{cls.__name__} is no constant")
        if issubclass(cls, Struct):
            return cls(**dict(zip(fields, values, strict=True)))
        return cls(*values)

    def _fill(self, item: Any, row: Row) -> None:
        kind, *parts = row
        if kind in (LIST, DEQUE):
            item.extend(map(self._value, parts))
        elif kind == SET:
            item.update(map(self._value, parts))
        elif kind in (DICT, ORDERED_DICT):
            for key, value in zip(parts[::2], parts[1::2], strict=True):
                item[self._value(key)] = self._value(value)
        else:
            cls, fields = self._class_of(kind)
            allowed = {slot for base in cls.__mro__ for slot in _slots(base)}
            for name, encoded in zip(fields, parts, strict=True):
                if name not in allowed and not hasattr(item, "__dict__"):
                    raise ValueError(f"{cls.__name__} has no field {name!r}")
                if name.startswith("__"):
                    raise ValueError(f"{name!r} is no field")
                if encoded != []:
                    object.__setattr__(item, name, self._value(encoded))
