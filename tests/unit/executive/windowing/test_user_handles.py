"""The table of USER handles is as large as the shared heap has room for (nt-semantics 7.1, 8.6, 8.7)."""

import pytest

from ntsessions.abi.calls.menu import CreateMenu, DestroyMenu
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.user_handles import ENTRY, INDEX_LIMIT
from ntsessions.executive.windowing.user_handles import UserHandles
from tests.harness import World


@pytest.mark.parametrize(("kilobytes", "limit"), [(4, 4096 // ENTRY.size), (1024, INDEX_LIMIT), (20480, INDEX_LIMIT)])
def test_a_small_shared_heap_has_room_for_fewer(kilobytes: int, limit: int) -> None:
    assert UserHandles(kilobytes * 1024).limit == limit


def test_no_object_is_made_that_has_no_room_in_the_shared_heap() -> None:
    """Nothing is left of it; and what goes makes room."""
    world = World()
    alice = world.program()
    menu = alice.call(CreateMenu())
    handles = world.executive.sessions[1].windowing.handles
    handles.limit = len(handles._entries)
    used = [desktop.heap.used for desktop in world.executive.sessions[1].windowing.desktops.values()]
    assert alice.status(CreateMenu()) is S.NO_MORE_USER_HANDLES
    assert [desktop.heap.used for desktop in world.executive.sessions[1].windowing.desktops.values()] == used
    alice.call(DestroyMenu(menu))
    assert alice.call(CreateMenu()) != menu, "the place is the same, the handle is not"
