import pytest

from ntsessions.abi import user_objects
from ntsessions.abi.user_handles import WINDOW_RECORD
from ntsessions.abi.user_objects import UserObjectSizes, block_bytes
from ntsessions.executive.windowing.heap import DesktopHeap


@pytest.mark.parametrize(
    ("sizes", "granularity", "heap_kb"), [(user_objects.X86, 8, 512), (user_objects.X64, 16, 768)], ids=["x86", "x64"]
)
def test_the_rule_of_thumb_comes_out(sizes: UserObjectSizes, granularity: int, heap_kb: int) -> None:
    """About 2,500 plain windows fit on the desktop of a service, with their class and a thread."""
    heap = DesktopHeap(heap_kb * 1024, granularity)
    for size in (sizes.desktop_fixed, sizes.class_, sizes.thread_info):
        heap.allocate(size)
    for _ in range(2500):
        heap.allocate(sizes.window)
    assert heap.used_percent > 95


@pytest.mark.parametrize("sizes", [user_objects.X86, user_objects.X64])
def test_a_window_has_room_for_what_programs_read(sizes: UserObjectSizes) -> None:
    assert sizes.window >= WINDOW_RECORD.size


def test_an_idle_desktop_shows_what_it_shows_on_nt() -> None:
    """0.4 % of 512 KB, as in the published output of dheapmon."""
    taken = block_bytes(user_objects.X86.desktop_fixed, 8)
    assert f"{100 * taken / (512 * 1024):.1f}" == "0.4"
