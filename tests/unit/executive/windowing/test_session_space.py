"""What a session's windowing may take, and what happens at the limit."""

from dataclasses import replace
from typing import Any

import pytest

from ntsessions.abi.errors import NtError
from ntsessions.abi.shared_section import SharedSection
from ntsessions.abi.status import NtStatus
from ntsessions.executive.snapshot import restore, save
from ntsessions.executive.windowing.session_space import Area, SessionSpace
from ntsessions.profiles.profile import Profile
from ntsessions.profiles.table import PROFILES, SERVER2003, WINDOWS11, XP
from tests.harness import World

KB = 1024
INTERACTIVE, OTHER = 512, 128
"""Sizes that are tried last."""


def test_a_charge_over_the_limit_takes_nothing() -> None:
    area = Area("paged pool", 4)
    area.charge(4000)
    with pytest.raises(NtError) as error:
        area.charge(97)
    assert error.value.status is NtStatus.NO_MEMORY
    assert error.value.win32 == 8
    assert "paged pool" in error.value.detail
    area.charge(96)
    area.refund(4000)
    assert (area.used, area.peak, area.limit) == (96, 4096, 4096)


@pytest.mark.parametrize(
    ("profile", "limits"),
    [(XP, (8, 4, 48, 16)), (SERVER2003, (8, 4, 20, 16)), (WINDOWS11, (None, None, None, None))],
)
def test_the_four_areas_are_as_large_as_the_version_says(profile: Profile, limits: tuple[int | None, ...]) -> None:
    areas = SessionSpace(profile).areas
    assert [area.name for area in areas] == ["image space", "structure space", "view space", "paged pool"]
    assert tuple(area.limit and area.limit >> 20 for area in areas) == limits


@pytest.mark.parametrize("name", PROFILES)
def test_a_new_session_has_its_shared_heap_reserved(name: str) -> None:
    """In whole pages."""
    odd = replace(PROFILES[name], shared_section=SharedSection(1021, 3072, 512))
    assert SessionSpace(PROFILES[name]).view.used == 1024 * KB
    assert SessionSpace(odd).view.used == 1024 * KB


def test_a_heap_is_reserved_as_a_whole_and_comes_back() -> None:
    space = SessionSpace(XP)
    assert space.reserve_heap(3072, INTERACTIVE) == 3072
    assert space.view.used == (1024 + 3072) * KB
    space.release_heap(3072)
    assert space.view.used == 1024 * KB
    assert space.view.peak == (1024 + 3072) * KB


def test_where_the_wanted_size_does_not_fit_a_small_one_is_given_then_none() -> None:
    """87 desktops of services fit, two more in the small size, and the next one is refused."""
    space = SessionSpace(XP)
    for size in (128, 64, 3072):
        assert space.reserve_heap(size, INTERACTIVE) == size
    assert [space.reserve_heap(512, OTHER) for _ in range(89)] == [512] * 87 + [128] * 2
    before = space.view.used
    with pytest.raises(NtError) as error:
        space.reserve_heap(512, OTHER)
    assert error.value.status is NtStatus.NO_MEMORY
    assert "view space" in error.value.detail
    assert space.view.used == before


def test_the_small_size_is_never_larger_than_what_was_wanted() -> None:
    space = SessionSpace(SERVER2003)
    space.view.charge(space.view.limit - space.view.used - 100 * KB)  # type: ignore[operator]  # it has one
    with pytest.raises(NtError):
        space.reserve_heap(101, INTERACTIVE)
    assert space.reserve_heap(100, INTERACTIVE) == 100


def test_since_vista_there_is_always_room() -> None:
    space = SessionSpace(WINDOWS11)
    assert {space.reserve_heap(20480, INTERACTIVE) for _ in range(1000)} == {20480}


def test_a_shared_heap_that_is_larger_than_the_space_leaves_no_session() -> None:
    with pytest.raises(NtError):
        SessionSpace(replace(XP, shared_section=SharedSection(50000, 3072, 512)))


def test_a_restored_space_has_the_same_room() -> None:
    world = World()
    space = SessionSpace(XP)
    space.reserve_heap(3072, INTERACTIVE)
    world.executive.questions[1] = (1, 1, space)
    data = save(world.executive)
    restored: Any = restore(data)
    assert save(restored) == data
    twin = restored.questions[1][2]
    assert [(area.name, area.limit, area.used, area.peak) for area in twin.areas] == [
        (area.name, area.limit, area.used, area.peak) for area in space.areas
    ]
