"""Calls about windows that programs of one session might make: of windows that are there, mostly.

USER handles mean the same in every process of a session, so what one program is told is known to all of them here.
"""

from collections.abc import Callable
from random import Random
from typing import Any, get_type_hints

from ntsessions.abi.call import CALLS, Call
from ntsessions.abi.calls.clipboard import (
    CloseClipboard,
    EmptyClipboard,
    GetClipboardData,
    OpenClipboard,
    QueryClipboard,
    SetClipboardData,
)
from ntsessions.abi.calls.desktop import CreateDesktop, SetThreadDesktop, SwitchDesktop
from ntsessions.abi.calls.menu import CreateMenu, MenuItem
from ntsessions.abi.calls.message import SENT, AwaitSend, Message, SendResult
from ntsessions.abi.calls.window import CreateWindow
from ntsessions.abi.types import WINDOW_STATIONS
from tests.sim.random_calls import Knowledge, values, within

NOUNS = frozenset({
    "window", "window_class", "menu", "message", "hook", "hot_key", "clipboard", "atom", "heap", "desktop",
    "window_station",
})  # fmt: skip
MORE = {"CreateWindow": 14, "GetMessage": 22, "SendMessage": 6, "PostMessage": 5, "ReplyMessage": 10, "AwaitSend": 4,
        "SetWindowsHook": 3, "CreateMenu": 3, "InsertMenuItem": 4, "SetClipboardData": 4, "OpenClipboard": 3,
        "CloseClipboard": 2, "GetClipboardData": 3, "SetTimer": 3, "SetWindowPos": 3, "MapDesktopHeap": 2,
        "SetParent": 2, "SetActiveWindow": 2, "SetThreadDesktop": 2, "SwitchDesktop": 2, "LockWorkStation": 2,
        "SetMenuItem": 2, "RemoveMenuItem": 2, "RegisterClass": 2, "Close": 2, "DuplicateObject": 2}  # fmt: skip
"""How often a call is made, where that is not once."""
SPECS = [spec for spec in CALLS.values() if spec.noun in NOUNS or spec.name in MORE]
WEIGHTS = [MORE.get(spec.name, 1) for spec in SPECS]
MANY = 40
"""Handles that are remembered."""


class Desk:
    """What the programs of a session know of each other."""

    def __init__(self) -> None:
        self.windows: list[int] = []
        self.menus: list[int] = []
        self.hooks: list[int] = []
        self.threads: list[int] = []

    def learn(self, call: Call[Any], reply: Any) -> None:
        """Remember what a call has made."""
        kept = {"CreateWindow": self.windows, "CreateMenu": self.menus, "SetWindowsHook": self.hooks}.get(
            type(call).__name__
        )
        if kept is not None:
            kept.append(reply)
            del kept[:-MANY]


class Desktops:
    """What a program alone knows: messages to answer, answers to wait for, handles of desktops."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.sends: list[int] = []
        self.handles: list[int] = []
        self.plan: list[Callable[[], Call[Any]]] = []
        """What it is about to do."""

    def learn(self, call: Call[Any], reply: Any) -> None:
        """Remember what a call has told."""
        if isinstance(reply, SendResult) and reply.send:
            self.sends.append(reply.send)
            reply = reply.incoming
        if isinstance(reply, Message) and reply.kind == SENT:
            self.sent.append(reply.sent)
        if type(call).__name__ in ("CreateDesktop", "CreateWindowStation"):
            self.handles.append(reply.handle)
        elif type(call).__name__ in ("OpenDesktop", "GetThreadDesktop", "GetProcessWindowStation", "OpenInputDesktop"):
            self.handles.append(reply)
        del self.handles[:-MANY]


def random_window_call(random: Random, known: Knowledge, desk: Desk, own: Desktops) -> Call[Any]:
    """Return a call."""
    if not own.plan and random.random() < 0.03:
        own.plan = random.choice(PLANS)(random, desk, own)
    if own.plan:
        return own.plan.pop(0)()
    spec = random.choices(SPECS, WEIGHTS)[0]
    arguments = values(random, spec.call_type, known)
    hints = get_type_hints(spec.call_type, include_extras=True)
    for name in arguments:
        choose = _OF_CALL.get((spec.name, name)) or _OF_ANY.get(name)
        if choose is not None and random.random() < 0.96:
            arguments[name] = within(hints[name], choose(random, desk, own))
    return spec.call_type(**arguments)


Choose = Callable[[Random, Desk, Desktops], Any]


def _one(*choices: Any) -> Choose:
    return lambda random, _desk, _own: random.choice(choices)


def _any_of(field: str, *others: int, often: float = 0.8) -> Choose:
    """Return what picks a handle that the session knows, or else one of the others."""

    def choose(random: Random, desk: Desk, own: Desktops) -> int:
        found = getattr(desk, field, None) or getattr(own, field, None)
        return random.choice(found) if found and random.random() < often else random.choice(others or (0,))

    return choose


def _taken_from(field: str) -> Choose:
    """Return what picks what is to be used once."""

    def choose(random: Random, _desk: Desk, own: Desktops) -> int:
        found: list[int] = getattr(own, field)
        return found.pop(random.randrange(len(found))) if found else 7

    return choose


def _item(random: Random, desk: Desk, own: Desktops) -> MenuItem:
    submenu = _any_of("menus", often=0.3)(random, desk, own)
    return MenuItem(random.randrange(6), random.choice(["", "item", "\N{GRINNING FACE}"]), submenu=submenu)


def _copy(random: Random, desk: Desk, _own: Desktops) -> list[Callable[[], Call[Any]]]:
    window = random.choice(desk.windows or [0])
    data = random.choice([None, None, b"text"])
    number = random.choice([1, 13])
    return [lambda: OpenClipboard(window), EmptyClipboard, lambda: SetClipboardData(number, data), CloseClipboard]


def _paste(random: Random, _desk: Desk, own: Desktops) -> list[Callable[[], Call[Any]]]:
    number = random.choice([1, 7, 13])
    return [
        OpenClipboard,
        lambda: GetClipboardData(number),
        lambda: AwaitSend(own.sends.pop() if own.sends else 7),
        lambda: GetClipboardData(number),
        random.choice([CloseClipboard, QueryClipboard]),
    ]


def _move(random: Random, _desk: Desk, own: Desktops) -> list[Callable[[], Call[Any]]]:
    name, size = random.choice(["one", "two"]), random.choice([0, 8, 8])
    return [
        lambda: CreateDesktop(name, heap_kb=size),
        lambda: SetThreadDesktop(own.handles[-1] if own.handles else 0),
        lambda: CreateWindow("Static", "x" * 500),
        *[lambda: CreateMenu(popup=True)] * random.choice([0, 0, 60]),
        lambda: SwitchDesktop(own.handles[-1] if own.handles else 0),
    ]


PLANS = (_copy, _paste, _move)
_WINDOW, _THREAD, _HANDLE = (
    _any_of("windows", 0, 0x10001),
    _any_of("threads", 0, 1),
    _any_of("handles", 0, 4, often=0.9),
)
_OF_ANY: dict[str, Choose] = {
    **dict.fromkeys(("window", "child", "after", "next"), _WINDOW),
    "menu": _any_of("menus"),
    "hook": _any_of("hooks"),
    "thread_id": _THREAD,
    "to_thread_id": _THREAD,
    "timeout": _one(0, 0, 0, 0, 10_000, 1_000_000, -1),
    "class_name": _one("Static", "Static", "Button", "own", "#32770"),
    "text": _one("", "text", "a longer text", "\N{GRINNING FACE}" * 30),
    "flags": _one(0, 0, 1, 2, 3, 8, 0x20, 0x40, 0x47, 0x80, 0x87),
    "style": _one(0, 0x10000000, 0x10000000, 0x40000000, 0x50000000, 0x80000000),
    "extended_style": _one(0, 0, 0, 8),
    **dict.fromkeys(("left", "top", "width", "height"), _one(0, 10, 100, -0x80000000, 0x7FFFFFFF)),
    "number": _one(0, 0x12, 0x400, 0x401, 0xD, 0xC001, 0x10000),
    "period": _one(0, 10, 50, 2**31),
    "position": _one(-1, 0, 1, 2, 5),
    "by_position": _one(True, True, False),
    "item": _item,
    "start": _one(0, 0, 1),
    "index": _one(-6, -8, -12, -16, -20, -21, 0, 4, 8, 32, -1),
    "relation": _one(0, 1, 2, 3, 4, 5, 6),
    "hook_type": _one(3, 4, 5, 5, 10, 10, 14, -1),
    "table": _one(0, 1),
    "atom": _one(0, 12, 0xC000, 0xC00A, 0xC010),
    "process": _one(-1, -1, -2),
    "kind": _one(1, 4, 0, 7),
    "format": _one(1, 7, 13, 13, 16, 0xC002),
    "data": _one(None, None, b"", b"text\0"),
    "size": _one(0),
    "session_id": _one(-1),
    "desired_access": _one(0x1FF, 0x1FF, 0x37F, 0x2000000, 3),
    "attributes": _one(0, 0, 2),
    "heap_kb": _one(0, 64, 64, 8),
    "security": _one(None),
}
_OF_CALL: dict[tuple[str, str], Choose] = {
    ("CreateWindow", "menu"): _any_of("menus", often=0.2),
    ("CreateWindow", "parent"): _any_of("windows", 0, 0, -3, often=0.5),
    ("SetParent", "parent"): _any_of("windows", 0, -3, often=0.7),
    ("ListWindows", "parent"): _any_of("windows", -3, 0, often=0.3),
    ("ListWindows", "desktop"): _any_of("handles", 0, often=0.3),
    ("ListWindows", "thread_id"): _any_of("threads", 0, often=0.2),
    ("ListWindows", "after"): _any_of("windows", 0, often=0.2),
    ("FindWindow", "after"): _any_of("windows", 0, often=0.2),
    ("FindWindow", "parent"): _any_of("windows", -3, 0, 0, often=0.2),
    ("FindWindow", "text"): _one(None, "TEXT", "a longer text"),
    ("FindWindow", "class_name"): _one(None, None, "Static", "nothing"),
    ("SetWindowPos", "after"): _any_of("windows", 0, 1, -1, -2, often=0.4),
    ("RegisterClass", "name"): _one("own", "own", "other"),
    ("RegisterClass", "window_extra"): _one(0, 8, 40),
    ("RegisterClass", "class_extra"): _one(0, 8),
    ("RegisterClass", "menu_name"): _one("", "menu"),
    ("RegisterClass", "style"): _one(0, 0x4000),
    ("UnregisterClass", "name"): _one("own", "other", "Static"),
    ("QueryClass", "name"): _one("own", "Static", 0xC002),
    ("SetWindowsHook", "has_module"): _one(True, True, True, False),
    ("SetWindowsHook", "thread_id"): _any_of("threads", 0, often=0.3),
    ("GetMessage", "window"): _any_of("windows", 0, 0, 0, 0, -1, often=0.2),
    ("GetMessage", "first"): _one(0, 0, 0, 0x401),
    ("GetMessage", "last"): _one(0, 0, 0, 0x500),
    ("GetMessage", "remove"): _one(True, True, True, False),
    ("PostMessage", "window"): _any_of("windows", 0xFFFF, 0, often=0.85),
    ("SendMessage", "window"): _any_of("windows", 0xFFFF, often=0.85),
    ("SendNotifyMessage", "window"): _any_of("windows", 0xFFFF, often=0.8),
    ("SendMessage", "timeout"): _one(-1, -1, 0, 10_000, 20_000_000, 100_000_000),
    ("ReplyMessage", "sent"): _taken_from("sent"),
    ("AwaitSend", "send"): _taken_from("sends"),
    ("MsgWaitForObjects", "handles"): _one((), ()),
    ("MsgWaitForObjects", "flags"): _one(0, 0, 4, 1, 2),
    ("MsgWaitForObjects", "mask"): _one(0xFF, 0x8, 0x40, 0x10),
    ("BroadcastSystemMessage", "all_desktops"): _one(False),
    ("SetTimer", "window"): _any_of("windows", 0, often=0.5),
    ("SetTimer", "timer_id"): _one(0, 1, 2),
    ("KillTimer", "timer_id"): _one(0, 1, 2),
    ("RegisterHotKey", "key"): _one(65, 66, 255, 256),
    ("RegisterHotKey", "modifiers"): _one(0, 1, 2),
    ("RegisterHotKey", "identifier"): _one(1, 2),
    ("UnregisterHotKey", "identifier"): _one(1, 2),
    ("OpenClipboard", "window"): _any_of("windows", 0, often=0.8),
    ("AddAtom", "name"): _one("atom", "Atom", "#12", "#0", "another"),
    ("FindAtom", "name"): _one("atom", "another", "none"),
    **{
        (call, "handle"): _HANDLE
        for call in (
            "SetThreadDesktop",
            "SwitchDesktop",
            "CloseDesktop",
            "CloseWindowStation",
            "SetProcessWindowStation",
            "QueryUserObject",
            "SetUserObjectFlags",
            "Close",
        )
    },
    ("DuplicateObject", "source"): _HANDLE,
    ("DuplicateObject", "source_process"): _one(-1),
    ("DuplicateObject", "target_process"): _one(-1, -1, 0),
    ("DuplicateObject", "options"): _one(2, 2, 1, 3),
    ("QueryDesktops", "handle"): _one(0),
    **{(call, "root"): _one(0) for call in ("CreateDesktop", "OpenDesktop")},
    **{(call, "root"): _one(WINDOW_STATIONS) for call in ("CreateWindowStation", "OpenWindowStation")},
    ("CreateDesktop", "name"): _one("one", "two", "Default"),
    ("OpenDesktop", "name"): _one("one", "two", "Default", "Winlogon"),
    ("CreateWindowStation", "name"): _one(None, None, "named"),
    ("OpenWindowStation", "name"): _one("", "WinSta0", "named"),
    ("CreateMenu", "popup"): _one(True, False),
}
