import pytest

from ntsessions.abi.heap_plan import plan_heaps, plan_services, windows_per_heap
from ntsessions.abi.shared_section import SharedSection, parse_shared_section
from ntsessions.executive.windowing.heap import DesktopHeap
from ntsessions.profiles.table import PROFILES, SERVER2003, WINDOWS11, XP

DEFAULT = SharedSection(1024, 3072, 512)


def test_the_worked_example() -> None:
    """48 MB are 49,152 KB; what every session takes leaves 44,864: 87 desktops of services, and 31 with 20 MB."""
    plan = plan_heaps(DEFAULT, XP.heap_rules)
    assert plan.reserved_kb == 1024 + 3072 + 128 + 64
    assert plan.left_kb == 44864
    assert plan.noninteractive_desktops == 87
    assert plan_heaps(DEFAULT, SERVER2003.heap_rules).noninteractive_desktops == 31


def test_raising_the_third_value_halves_how_many_fit() -> None:
    """And doubles what each holds, but for what every desktop takes."""
    before, after = (plan_heaps(DEFAULT._replace(noninteractive_kb=size), XP.heap_rules) for size in (512, 1024))
    assert (before.noninteractive_desktops, after.noninteractive_desktops) == (87, 43)
    assert after.windows_per_noninteractive == pytest.approx(2 * before.windows_per_noninteractive, rel=0.01)
    assert before.windows_per_noninteractive == pytest.approx(2500, rel=0.01)


def test_what_is_left_holds_some_more_in_the_small_size() -> None:
    plan = plan_heaps(DEFAULT, XP.heap_rules)
    assert plan.small_noninteractive_desktops == (44864 - 87 * 512) // 128 == 2
    assert plan.interactive_desktops == 44864 // 3072 == 14
    assert plan.small_interactive_desktops == (44864 - 14 * 3072) // 512 == 3


def test_since_vista_any_number_fits() -> None:
    plan = plan_heaps(WINDOWS11.shared_section, WINDOWS11.heap_rules)
    assert (plan.left_kb, plan.interactive_desktops, plan.noninteractive_desktops) == (None, None, None)
    services = plan_services(100_000, WINDOWS11.shared_section, WINDOWS11.heap_rules)
    assert services.section == WINDOWS11.shared_section
    assert services.most_services is None


def test_where_no_session_starts_nothing_fits() -> None:
    for values, remedy in (("49000,3072,512", "lower the first value"), ("1024,2,512", "raise the second value")):
        section = parse_shared_section(values)
        plan = plan_heaps(section, XP.heap_rules)
        assert (plan.default_kb, plan.left_kb, plan.noninteractive_desktops) == (0, 0, 0)
        services = plan_services(1, section, XP.heap_rules)
        assert services.section is None
        assert "no session would start" in services.reason
        assert remedy in services.reason


@pytest.mark.parametrize("name", PROFILES)
def test_a_heap_holds_as_many_windows_as_planned(name: str) -> None:
    """The plan agrees with the heap that is used for real."""
    rules = PROFILES[name].heap_rules
    heap = DesktopHeap(512 * 1024, rules.granularity)
    heap.allocate(rules.sizes.desktop_fixed)
    planned = windows_per_heap(512, rules)
    for _ in range(planned):
        heap.allocate(rules.sizes.window)
    with pytest.raises(MemoryError):
        heap.allocate(rules.sizes.window)
    assert windows_per_heap(1, rules) == 0


def test_services_that_fit_need_no_change() -> None:
    """Of 87 desktops three belong to the built-in accounts."""
    plan = plan_services(84, DEFAULT, XP.heap_rules)
    assert plan.section == DEFAULT
    assert plan.most_services == 84
    assert plan.largest_noninteractive_kb == 512
    assert "84 services fit" in plan.reason


def test_heaps_that_cannot_hold_a_desktop_hold_no_services() -> None:
    """Also where view space grows as needed."""
    for rules, needed in ((XP.heap_rules, "1024,3072,512"), (WINDOWS11.heap_rules, "1024,3072,128")):
        section = parse_shared_section("1024,3072,1")
        assert plan_heaps(section, rules).noninteractive_desktops == 0
        services = plan_services(80, section, rules)
        assert (str(services.section), services.most_services) == (needed, 0)


def test_few_services_could_have_more_each() -> None:
    assert plan_services(10, DEFAULT, XP.heap_rules).largest_noninteractive_kb == 3072  # of 44864 / 13 = 3451


def test_more_services_fit_with_less_each() -> None:
    plan = plan_services(85, DEFAULT, XP.heap_rules)
    assert plan.section == SharedSection(1024, 3072, 384)
    assert "84 services fit" in plan.reason
    assert "write 1024,3072,384 for 85" in plan.reason


def test_the_desktops_of_users_are_made_smaller_last() -> None:
    """347 desktops of 128 KB are 44,416 KB; one kilobyte more than is left, and the second value goes down."""
    plan = plan_services(350, DEFAULT, XP.heap_rules)
    assert plan.section == SharedSection(1024, 2560, 128)
    assert plan.largest_noninteractive_kb == 0
    assert plan.windows_per_service == windows_per_heap(128, XP.heap_rules)


def test_too_many_services_are_told_why() -> None:
    plan = plan_services(400, DEFAULT, XP.heap_rules)
    assert plan.section is None
    assert plan.windows_per_service == 0
    assert "no values" in plan.reason
    assert "built-in account" in plan.reason
