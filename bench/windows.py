"""What windows cost: making them, reading them, posting to them, listing them; and how many a desktop heap carries."""

from collections.abc import Callable, Iterator
from functools import partial

from calls import echo
from host import RunningHost, running_host
from measure import Placement, Ratio, compare, of_pairs, per_call, pin, pinned, placements
from report import Measured

from ntsessions.abi.calls.desktop import CreateDesktop, SetThreadDesktop
from ntsessions.abi.calls.message import NONE, GetMessage
from ntsessions.abi.calls.window import CreateWindow, GetWindowText, ListWindows
from ntsessions.abi.errors import QuotaExceeded
from ntsessions.client.objects import Client, connect
from ntsessions.client.windowing.window import Window

_ROUNDS = 200
_CALLS = 20
_LISTED = 1_000
_HEAP_KB = 512
_RULE_OF_THUMB = 2_500
"""Windows on 512 KB (nt-semantics 7.2), which is about 32-bit Windows."""
_X86 = "xp"
_ANY_MESSAGE = 0x400


def measure() -> Iterator[Measured]:
    """Measure each at one placement; those that wait for nothing gain nothing from another processor."""
    placement = placements()[0]
    with running_host() as host, connect(host.state_dir) as session, echo() as (process, once):
        pin(host.daemon, placement.other)
        pin(process, placement.other)
        with pinned(placement.ours):
            yield from _creating(session, once, placement)
            window = session.windows.create("Static", "the text of a window")
            yield _row(
                "reading a window's text from the heap / asking for it", _reading(session, window), 0.05, placement
            )
            yield _row("posting without waiting / echo", _posting(session, window, once), 0.8, placement)
            yield _row(f"listing {_LISTED:,} windows / echo", _listing(session, once), 10, placement)
    yield _carried()


def _row(what: str, found: Ratio, target: float | None, placement: Placement) -> Measured:
    return Measured(what, placement.name, found.ratio, target, found.ours, found.baseline)


def _creating(session: Client, once: Callable[[], object], placement: Placement) -> Iterator[Measured]:
    """Compare making windows with echoes: the call, and with what the library keeps of a window."""
    windows, connection = session.windows, session.connection
    call = CreateWindow(windows.register_class("Bench"), "a window")
    found = _made_and_destroyed(session, lambda: connection.call(call), once)
    yield _row("CreateWindow / echo", found, 1.7, placement)
    found = _made_and_destroyed(session, lambda: windows.create("Bench", "a window").handle, once)
    yield _row("session.windows.create / echo", found, None, placement)


def _made_and_destroyed(session: Client, make: Callable[[], int], once: Callable[[], object]) -> Ratio:
    """Compare making windows with echoes; that they are destroyed again is not counted."""
    pairs = []
    for _ in range(_ROUNDS):
        made: list[int] = []
        ours = per_call(partial(_append_made, made, make), _CALLS)
        pairs.append((ours, per_call(once, _CALLS)))
        for handle in made:
            session.windows.window(handle).destroy()
    return of_pairs(pairs)


def _append_made(made: list[int], make: Callable[[], int]) -> None:
    made.append(make())


def _reading(session: Client, window: Window) -> Ratio:
    connection, ask = session.connection, GetWindowText(window.handle)
    return compare(lambda: window.text, lambda: connection.call(ask), rounds=_ROUNDS, calls=_CALLS)


def _posting(session: Client, window: Window, once: Callable[[], object]) -> Ratio:
    """Compare posting with echoes: what the daemon does with the messages is counted, taking them out is not."""
    pairs = []
    number, ask = _ANY_MESSAGE, GetWindowText(window.handle)

    def post_some() -> None:
        for _ in range(_CALLS):
            window.post(number, wait=False)
        session.call(ask)  # is answered when all of them are there

    for _ in range(_ROUNDS):
        asking = per_call(lambda: session.call(ask), 1)
        ours = (per_call(post_some, 1) - asking) / _CALLS
        pairs.append((ours, per_call(once, _CALLS)))
        while session.call(GetMessage(timeout=0)).kind != NONE:
            pass
    return of_pairs(pairs)


def _listing(session: Client, once: Callable[[], object]) -> Ratio:
    call = ListWindows()
    made = [session.windows.create("Static") for _ in range(_LISTED - len(session.call(call)))]
    found = compare(lambda: session.call(call), once, rounds=_ROUNDS, calls=_CALLS)
    for window in made:
        window.destroy()
    return found


def _carried() -> Measured:
    with running_host(_X86) as host:
        carried = _fill(host)
    return Measured(
        f"windows on a desktop heap of {_HEAP_KB} KB ({_X86})", "", carried, _RULE_OF_THUMB, unit="", at_least=True
    )


def _fill(host: RunningHost) -> int:
    connection = host.connection
    connection.call(SetThreadDesktop(connection.call(CreateDesktop("Bench", heap_kb=_HEAP_KB)).handle))
    count = 0
    try:
        while True:
            connection.call(CreateWindow("Static"))
            count += 1
    except QuotaExceeded:
        return count
