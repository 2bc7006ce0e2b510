r"""How many desktops fit, how much each holds, and what to write into SharedSection for it (M23, nt-semantics 8.4).

All of one session, as each has a view space of its own: where many services run under accounts of users, session 0.
Sizes are in KB.  None stands for "as many as one likes": since Vista view space grows as needed.
"""

from typing import Final, NamedTuple

from ntsessions.abi.shared_section import (
    SAFE_INTERACTIVE_KB,
    SAFE_NONINTERACTIVE_KB,
    STEP_KB,
    HeapRules,
    SharedSection,
    always_reserved_kb,
    default_heap_kb,
    obstacle,
    smallest_heap_kb,
    step_down,
)
from ntsessions.abi.user_objects import block_bytes

BUILT_IN_DESKTOPS: Final = 3
"""LocalSystem, LocalService and NetworkService have a window station each, with one desktop (6.2)."""


class HeapPlan(NamedTuple):
    """What follows from values of SharedSection."""

    default_kb: int
    r"""What `WinSta0\Default` gets; 0: it does not fit in any size, and no session can be started."""
    reserved_kb: int
    """Taken in every session: the shared heap and the three desktops of WinSta0."""
    left_kb: int | None
    """For all other desktops."""
    interactive_desktops: int | None
    """Further desktops that fit on WinSta0, if all that is left is used for them."""
    noninteractive_desktops: int | None
    """Desktops that fit on other window stations, if all that is left is used for them.

    Each service under a user's account takes one, and the three built-in accounts take one each.
    """
    small_interactive_desktops: int | None
    """How many more fit after those, in the size that is tried last."""
    small_noninteractive_desktops: int | None
    windows_per_interactive: int
    """Windows without text that one heap holds, about."""
    windows_per_noninteractive: int


class ServicePlan(NamedTuple):
    """Whether services under accounts of users fit, and what to do for it."""

    section: SharedSection | None
    """Values with which they fit: those given, if they will do; None: there are none."""
    most_services: int | None
    """How many fit with the values given."""
    largest_noninteractive_kb: int | None
    """The largest third value with which they fit, the other two as they are, in steps of 512 KB (128 KB below that).

    0: there is none.  None: any will do.
    """
    windows_per_service: int
    """Windows without text that the desktop of each holds, about, with `section`; 0 without one."""
    reason: str
    """For people."""


def windows_per_heap(heap_kb: int, rules: HeapRules) -> int:
    """Return how many windows without text fit onto a desktop, about: classes, threads and texts take some of it."""
    fixed = block_bytes(rules.sizes.desktop_fixed, rules.granularity)
    return max(0, (heap_kb * 1024 - fixed) // block_bytes(rules.sizes.window, rules.granularity))


def plan_heaps(section: SharedSection, rules: HeapRules) -> HeapPlan:
    """Say what fits with these values."""
    default = default_heap_kb(section, rules)
    reserved = always_reserved_kb(section, rules) + default
    left = None if rules.view_kb is None else rules.view_kb - reserved if default else 0
    interactive, small_interactive = _fit(left, section.interactive_kb, SAFE_INTERACTIVE_KB, rules)
    other, small_other = _fit(left, section.noninteractive_kb, SAFE_NONINTERACTIVE_KB, rules)
    return HeapPlan(
        default, reserved, left, interactive, other, small_interactive, small_other,
        windows_per_heap(section.interactive_kb, rules), windows_per_heap(section.noninteractive_kb, rules),
    )  # fmt: skip


def _fit(left: int | None, size: int, safe: int, rules: HeapRules) -> tuple[int | None, int | None]:
    """Return how many desktops fit at full size, and how many more at the safe size."""
    if size < smallest_heap_kb(rules):
        return 0, 0
    if left is None:
        return None, None
    count, rest = divmod(left, size)
    return count, rest // min(size, safe)


def plan_services(services: int, section: SharedSection, rules: HeapRules) -> ServicePlan:
    """Say whether *services* under accounts of users fit beside the built-in ones, and how.

    What is changed is as little as will do: nothing; else the third value is lowered, to 128 KB at most; else the
    second one as well, to 512 KB at most.
    """
    assert services >= 0
    plan = plan_heaps(section, rules)
    left = plan.left_kb
    if left is None or rules.view_kb is None:
        return _plan_unlimited(section, rules)
    count = services + BUILT_IN_DESKTOPS
    fitting = plan.noninteractive_desktops or 0
    most = max(0, fitting - BUILT_IN_DESKTOPS)
    largest = step_down(left // count, rules)
    lowered = _lower_both(count, section, rules)
    instead = f"{most} services fit with SharedSection={section}; write"
    chosen: SharedSection | None = section
    if not default_heap_kb(section, rules):
        chosen = None
        reason = f"SharedSection={section}: {obstacle(section, rules)}"
    elif fitting >= count:
        reason = f"{services} services fit with SharedSection={section}; {most} would"
    elif largest:
        chosen = section._replace(noninteractive_kb=largest)
        reason = f"{instead} {chosen} for {services}"
    elif lowered is not None:
        chosen = lowered
        reason = f"{instead} {chosen} for {services}, which makes the desktops of users smaller, too"
    else:
        chosen = None
        reason = (
            f"{services} services fit with no values: with the {BUILT_IN_DESKTOPS} built-in desktops they take "
            f"{count * SAFE_NONINTERACTIVE_KB} KB at {SAFE_NONINTERACTIVE_KB} KB each, more than a view space of "
            f"{rules.view_kb} KB can give; let services share a built-in account"
        )
    windows = 0 if chosen is None else windows_per_heap(chosen.noninteractive_kb, rules)
    return ServicePlan(chosen, most, largest, windows, reason)


def _plan_unlimited(section: SharedSection, rules: HeapRules) -> ServicePlan:
    """Say it where view space grows as needed."""
    if not default_heap_kb(section, rules):
        return ServicePlan(None, 0, 0, 0, f"SharedSection={section}: {obstacle(section, rules)}")
    reason = "view space grows as needed: any number of services fits"
    chosen = section
    if section.noninteractive_kb < smallest_heap_kb(rules):
        chosen = section._replace(noninteractive_kb=SAFE_NONINTERACTIVE_KB)
        reason = f"no services fit with SharedSection={section}, whose heaps cannot hold a desktop; write {chosen}"
    most = 0 if chosen is not section else None
    return ServicePlan(chosen, most, None, windows_per_heap(chosen.noninteractive_kb, rules), reason)


def _smallest_noninteractive(section: SharedSection, rules: HeapRules) -> int:
    """Return the least that desktops of services get, if they are to work."""
    given = section.noninteractive_kb
    return SAFE_NONINTERACTIVE_KB if given < smallest_heap_kb(rules) else min(given, SAFE_NONINTERACTIVE_KB)


def _lower_both(count: int, section: SharedSection, rules: HeapRules) -> SharedSection | None:
    """Return values with the largest second one, below the given one, that leaves *count* desktops 128 KB each."""
    assert rules.view_kb is not None
    room = rules.view_kb - always_reserved_kb(section, rules)
    smallest = _smallest_noninteractive(section, rules)
    interactive = step_down(room - count * smallest, rules)
    if not STEP_KB <= interactive < section.interactive_kb:
        return None
    largest = step_down((room - interactive) // count, rules)
    return section._replace(
        interactive_kb=interactive, noninteractive_kb=max(smallest, min(largest, section.noninteractive_kb))
    )
