"""SharedSection survives its text; plans against a session that is filled up, and against every value there is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ntsessions.abi import user_objects
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.heap_plan import BUILT_IN_DESKTOPS, plan_heaps, plan_services
from ntsessions.abi.limits import LARGEST_HEAP_KB
from ntsessions.abi.shared_section import (
    SAFE_INTERACTIVE_KB,
    SAFE_NONINTERACTIVE_KB,
    HeapRules,
    SharedSection,
    dangers,
    is_step,
    parse_shared_section,
    smallest_heap_kb,
)
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.session_space import Area

SECTIONS = st.builds(SharedSection, *(st.integers(1, LARGEST_HEAP_KB) for _ in range(3)))
SMALL_SECTIONS = st.builds(
    SharedSection, st.integers(1, 3000), st.integers(1, 6000), st.integers(1, 2000) | st.sampled_from([128, 512, 768])
)
RULES = st.builds(
    lambda view, is_x86: HeapRules(view, 128, 64, 8 if is_x86 else 16, user_objects.X86),
    st.integers(0, 12_000),
    st.booleans(),
)


@settings(max_examples=200)
@given(SECTIONS)
def test_what_is_written_can_be_read(section: SharedSection) -> None:
    assert parse_shared_section(str(section)) == section
    assert parse_shared_section(f"csrss.exe Windows=On SharedSection={section} ServerDll=basesrv,1") == section
    assert parse_shared_section(",".join(map(hex, section))) == section


@settings(max_examples=300)
@given(
    st.text(max_size=40)
    | st.from_regex(r"([0-9x]{1,6},?){1,4}", fullmatch=True)
    | st.from_regex(r"(csrss )?((SharedSection|ServerDll|Windows)=[0-9a-x:,]{0,8} ?){1,3}", fullmatch=True)
)
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    """What an administrator types never fails in any other way."""
    try:
        section = parse_shared_section(text)
    except InvalidParameter as error:
        refusal = error
    else:
        assert all(1 <= size <= LARGEST_HEAP_KB for size in section)
        return
    assert refusal.status is NtStatus.INVALID_PARAMETER
    assert refusal.detail


def filled(section: SharedSection, rules: HeapRules, wanted: int, safe: int) -> tuple[int, int, int]:
    """Start a session as NT does and make desktops until none fits: Default's size, full ones, small ones."""
    view = Area("view", rules.view_kb)

    def reserve(size: int, smaller: int) -> int:
        for attempt in (size, min(size, smaller)):
            try:
                view.charge(attempt)
            except MemoryError:
                continue
            return attempt
        return 0

    view.limit = rules.view_kb  # in KB here
    pages = (section.shared_kb + 3) // 4 * 4
    if not (reserve(pages, pages) and reserve(rules.winlogon_kb, 512) and reserve(rules.disconnect_kb, 512)):
        return 0, 0, 0

    def desktop(size: int, smaller: int) -> int:
        return reserve(size, smaller) if size >= smallest_heap_kb(rules) else 0

    default = desktop(section.interactive_kb, SAFE_INTERACTIVE_KB)
    full = small = 0
    while default and (size := desktop(wanted, safe)):
        if size == wanted:
            full += 1
        else:
            small += 1
    return default, full, small


@settings(max_examples=200)
@given(SMALL_SECTIONS, RULES)
def test_a_plan_is_what_happens(section: SharedSection, rules: HeapRules) -> None:
    plan = plan_heaps(section, rules)
    interactive = filled(section, rules, section.interactive_kb, SAFE_INTERACTIVE_KB)
    assert (plan.default_kb, plan.interactive_desktops, plan.small_interactive_desktops) == interactive
    other = filled(section, rules, section.noninteractive_kb, SAFE_NONINTERACTIVE_KB)
    assert (plan.default_kb, plan.noninteractive_desktops, plan.small_noninteractive_desktops) == other
    told = dangers(section, rules)
    assert any("no session would start" in text for text in told) == (plan.default_kb == 0)
    assert any("no service would start" in text for text in told) == (plan.default_kb > 0 and not sum(other[1:]))


def fits(services: int, section: SharedSection, rules: HeapRules) -> bool:
    default, full, _ = filled(section, rules, section.noninteractive_kb, SAFE_NONINTERACTIVE_KB)
    return default > 0 and full >= services + BUILT_IN_DESKTOPS


def least_for_services(section: SharedSection, rules: HeapRules) -> int:
    given = section.noninteractive_kb
    return min(given, 128) if given >= smallest_heap_kb(rules) else 128


@settings(max_examples=150)
@given(st.integers(0, 80), SMALL_SECTIONS, RULES)
def test_the_values_for_services_are_the_best_there_are(
    services: int, section: SharedSection, rules: HeapRules
) -> None:
    """Every value that could be written is tried."""
    plan = plan_services(services, section, rules)
    sizes = [size for size in range(12_001) if is_step(size, rules)]
    thirds = [size for size in sizes if fits(services, section._replace(noninteractive_kb=size), rules)]
    assert plan.largest_noninteractive_kb == max(thirds, default=0)
    if fits(services, section, rules):
        assert plan.section == section
    elif thirds:
        assert plan.section == section._replace(noninteractive_kb=max(thirds))
    elif plan.section is not None:
        assert fits(services, plan.section, rules)
        assert plan.section.shared_kb == section.shared_kb
        assert plan.section.interactive_kb < section.interactive_kb
        assert plan.section.noninteractive_kb <= max(section.noninteractive_kb, least_for_services(section, rules))
        between = [
            size for size in sizes if plan.section.interactive_kb < size < section.interactive_kb and size >= 512
        ]
        smallest = least_for_services(section, rules)
        assert not any(
            fits(services, section._replace(interactive_kb=size, noninteractive_kb=smallest), rules) for size in between
        )
    else:
        smallest = least_for_services(section, rules)
        assert not fits(services, section._replace(noninteractive_kb=smallest), rules)
        assert (
            not fits(services, SharedSection(section.shared_kb, 512, smallest), rules) or section.interactive_kb <= 512
        )
    assert plan.reason
    assert plan.most_services == max(0, filled(section, rules, section.noninteractive_kb, 128)[1] - BUILT_IN_DESKTOPS)
