"""Mapping the heaps of a thread, and reading windows from them or, where that is not to be had, with calls."""

import os
from typing import Final

from ntsessions.abi.calls.atom import USER_TABLE, AtomInformation, QueryAtom
from ntsessions.abi.calls.heap import HeapGrant, MapDesktopHeap
from ntsessions.abi.calls.window import GetWindowText, QueryWindow, WindowInformation
from ntsessions.abi.calls.window_class import SYSTEM_CLASSES
from ntsessions.abi.errors import NtError
from ntsessions.client.windowing.heap_reader import WindowRecord
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import Exchange, Steps

_SYSTEM_NAMES: Final = {atom: name for name, atom in SYSTEM_CLASSES.items()}


def map_heaps(state: ThreadState) -> Steps[None]:
    """Map the heaps if they are not; a host that cannot give them is not asked again."""
    if state.heap.is_attached or state.heap.is_refused:
        return
    opened: list[int] = []
    try:
        table: HeapGrant
        heap: HeapGrant
        table, shared = yield Exchange(MapDesktopHeap(shared=True))
        opened += shared
        heap, own = yield Exchange(MapDesktopHeap())
        opened += own
        state.heap.attach((shared[0], table.size), (own[0], heap.size), heap.number)
    except (NtError, OSError):
        state.heap.is_refused = True
    finally:
        for descriptor in opened:
            os.close(descriptor)


def text_of(state: ThreadState, handle: int) -> Steps[str]:
    """Return a window's text as the desktop heap has it."""
    text = state.heap.text(handle)
    if text is None:
        yield from map_heaps(state)
        text = state.heap.text(handle)
        if text is None:
            text = yield GetWindowText(handle)
    return text


def facts_of(state: ThreadState, handle: int) -> Steps[WindowRecord | WindowInformation]:
    """Return the facts of a window as the desktop heap has them."""
    facts: WindowRecord | WindowInformation | None = state.heap.record(handle)
    if facts is None:
        yield from map_heaps(state)
        facts = state.heap.record(handle)
        if facts is None:
            facts = yield QueryWindow(handle)
    assert facts is not None
    return facts


def class_name_of(state: ThreadState, handle: int) -> Steps[str]:
    """Return the name of a window's class; names that were read once are known."""
    facts = yield from facts_of(state, handle)
    if isinstance(facts, WindowInformation):
        return facts.class_name
    atom = facts.class_atom
    name = _SYSTEM_NAMES.get(atom) or state.class_names.get(atom)
    if name is None:
        found: AtomInformation = yield QueryAtom(atom, USER_TABLE)
        name = state.class_names[atom] = found.name
    return name
