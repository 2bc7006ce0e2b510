r"""SharedSection: how large the heaps of windowing are, as the registry says it (nt-semantics 8.1 to 8.3).

`A[,B[,C]]` in KB: the shared heap of each session, the heap of each desktop on the interactive window station, that of
each desktop on any other.  It stands in the value `Windows` of `Session Manager\SubSystems`, which is the command line
of csrss; both forms are understood.

Invariants: `parse_shared_section(str(x)) == x`; any text gives a record or INVALID_PARAMETER.
"""

import re
from itertools import count
from typing import Final, NamedTuple

from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import LARGEST_HEAP_KB
from ntsessions.abi.status import NtStatus
from ntsessions.abi.user_objects import UserObjectSizes, block_bytes

DEFAULT_SHARED_KB: Final = 1024
DEFAULT_INTERACTIVE_KB: Final = 3072
SAFE_INTERACTIVE_KB: Final = 512
SAFE_NONINTERACTIVE_KB: Final = 128
"""What a desktop gets when the size that it should have does not fit into the view space any more (8.7)."""
STEP_KB: Final = 512
"""Sizes are to be raised by this much at a time (8.3)."""

LARGEST_INTERACTIVE_X86_KB: Final = 8 * 1024
LARGEST_RECOMMENDED_KB: Final = 20480
"""The most that Microsoft recommends, the first one for x86 (8.3)."""

_NUMBER: Final = "(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})"
_LIST: Final = re.compile(f"{_NUMBER}(?:,{_NUMBER})?(?:,{_NUMBER})?")
_SERVER: Final = re.compile(f"[^:,]+(?::[^:,]+)?,{_NUMBER}")
_LARGEST_SERVER_INDEX: Final = 6
_LONGEST_TEXT: Final = 4096
_EXAMPLE: Final = "write for example 1024,3072,512"

_OTHER_NAMES: Final = frozenset({
    "objectdirectory", "windows", "subsystemtype", "profilecontrol", "maxrequestthreads",
    "requestthreads",  # of the first versions; still taken
})  # fmt: skip


class SharedSection(NamedTuple):
    """The three sizes, in KB."""

    shared_kb: int
    """Of the heap that a session's desktops share: the table of USER handles, system settings."""
    interactive_kb: int
    """Of the heap of each desktop on WinSta0, but for Winlogon and Disconnect."""
    noninteractive_kb: int
    """Of the heap of each desktop on any other window station."""

    def __str__(self) -> str:
        return f"{self.shared_kb},{self.interactive_kb},{self.noninteractive_kb}"


class HeapRules(NamedTuple):
    """What a version of Windows decides besides: every number that a plan needs (profiles)."""

    view_kb: int | None
    """The view space of a session, where all heaps come from; None: it grows as needed (8.4)."""
    winlogon_kb: int
    disconnect_kb: int
    """The heaps of these two desktops, whatever SharedSection says (8.2)."""
    granularity: int
    """Of blocks on a heap: 8 on x86, 16 on x64 (8.9)."""
    sizes: UserObjectSizes

    @property
    def is_x86(self) -> bool:
        """Tell whether addresses have 32 bits."""
        return self.granularity == 8


def parse_shared_section(text: str) -> SharedSection:
    r"""Return the sizes that *text* gives: `1024,3072,512`, or the whole value `Windows` of the registry.

    Decimal, or hexadecimal after 0x.  A missing third number is the second, not NT's default for services; a missing
    second one is 3072.  That one number alone will do is a choice: NT 3.x documents it, one implementation refuses it.

    Raises InvalidParameter, with what is wrong and what to write.
    """
    if len(text) > _LONGEST_TEXT:
        raise _refusal(f"the text is longer than {_LONGEST_TEXT} characters; {_EXAMPLE}")
    if "=" not in text:
        return _parse_list(text.strip())
    section: SharedSection | None = None
    for position, token in enumerate(text.split()):
        name, equals, value = token.partition("=")
        if not equals:
            if position:
                raise _refusal(f"{token[:80]!r} is not of the form name=value; separate names and values by = alone")
            continue  # the program's path comes first
        if name.lower() == "sharedsection":
            if section is not None:
                raise _refusal("SharedSection stands there twice; leave one of them")
            section = _parse_list(value)
        elif name.lower() == "serverdll":
            _check_server(value)
        elif name.lower() not in _OTHER_NAMES:
            raise _refusal(f"csrss knows no {name[:80]!r} and would not start; write SharedSection=1024,3072,512")
    return section or SharedSection(DEFAULT_SHARED_KB, DEFAULT_INTERACTIVE_KB, DEFAULT_INTERACTIVE_KB)


def _parse_list(text: str) -> SharedSection:
    match = _LIST.fullmatch(text)
    if match is None:
        raise _refusal(f"{text[:80]!r} is not of the form A[,B[,C]], KB, decimal or 0x and without blanks; {_EXAMPLE}")
    shared, interactive, noninteractive = match.groups()
    second = DEFAULT_INTERACTIVE_KB if interactive is None else _size(interactive)
    return SharedSection(_size(shared), second, second if noninteractive is None else _size(noninteractive))


def _size(text: str) -> int:
    size = _number(text)
    if not 1 <= size <= LARGEST_HEAP_KB:
        raise _refusal(f"a heap of {text} KB cannot be made; write a number of KB from 1 to {LARGEST_HEAP_KB}")
    return size


def _number(text: str) -> int:
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)


def _check_server(value: str) -> None:
    match = _SERVER.fullmatch(value)
    if match is None:
        raise _refusal(f"ServerDll={value[:80]} is not of the form dll[:entry],index; write for example basesrv,1")
    if _number(match[1]) > _LARGEST_SERVER_INDEX:
        raise _refusal(f"ServerDll={value[:80]}: csrss has no slot {match[1]}; write 0 to {_LARGEST_SERVER_INDEX}")


def _refusal(text: str) -> NtError:
    return nt_error(NtStatus.INVALID_PARAMETER, text)


def shared_heap_kb(section: SharedSection) -> int:
    """Return what the shared heap takes: whole pages (8.1)."""
    return -(-section.shared_kb // 4) * 4


def always_reserved_kb(section: SharedSection, rules: HeapRules) -> int:
    r"""Return what every session takes of its view space before `WinSta0\Default` is made (8.9)."""
    return shared_heap_kb(section) + rules.winlogon_kb + rules.disconnect_kb


def smallest_heap_kb(rules: HeapRules) -> int:
    """Return the size below which a heap cannot even hold its desktop."""
    return -(-block_bytes(rules.sizes.desktop_fixed, rules.granularity) // 1024)


def default_heap_kb(section: SharedSection, rules: HeapRules) -> int:
    r"""Return what `WinSta0\Default` gets: the size it should have, the safe size, or 0 when no session can start."""
    if section.interactive_kb < smallest_heap_kb(rules):
        return 0
    if rules.view_kb is None:
        return section.interactive_kb
    left = rules.view_kb - always_reserved_kb(section, rules)
    for size in (section.interactive_kb, min(section.interactive_kb, SAFE_INTERACTIVE_KB)):
        if size <= left:
            return size
    return 0


def obstacle(section: SharedSection, rules: HeapRules) -> str:
    """Return why no session could be started with these values; empty when one can."""
    if default_heap_kb(section, rules):
        return ""
    if section.interactive_kb < smallest_heap_kb(rules):
        return (
            f"no session would start: a heap of {section.interactive_kb} KB cannot hold a desktop, which takes "
            f"{smallest_heap_kb(rules)} KB without any window; raise the second value"
        )
    return (
        f"no session would start: the shared heap of {shared_heap_kb(section)} KB and the desktops of WinSta0 do not "
        f"fit into a view space of {rules.view_kb} KB; lower the first value"
    )


def is_step(size_kb: int, rules: HeapRules) -> bool:
    """Tell whether steps of 512 KB lead to a size: from 0 or, on x64, also from the 768 that it begins with (8.3).

    Sizes below 512 KB have no such rule; a multiple of the smallest that NT itself makes will do.
    """
    if size_kb < STEP_KB:
        return size_kb > 0 and size_kb % SAFE_NONINTERACTIVE_KB == 0
    return size_kb % STEP_KB in ((0,) if rules.is_x86 else (0, STEP_KB // 2))


def step_down(size_kb: int, rules: HeapRules) -> int:
    """Return the largest step that is not above a size; 0 when there is none."""
    return next((size for size in range(size_kb, 0, -1) if is_step(size, rules)), 0)


def dangers(section: SharedSection, rules: HeapRules) -> tuple[str, ...]:
    """Return what is to be feared from these values, most serious first; nothing for every version's own defaults."""
    found: list[str] = []
    default = default_heap_kb(section, rules)
    if not default:
        found.append(obstacle(section, rules))
    elif default < section.interactive_kb:
        found.append(
            rf"WinSta0\Default would get {default} KB: {section.interactive_kb} KB do not fit into a view space of "
            f"{rules.view_kb} KB; lower the first two values"
        )
    if default and section.noninteractive_kb < smallest_heap_kb(rules):
        found.append(
            f"no service would start: a heap of {section.noninteractive_kb} KB cannot hold a desktop, which takes "
            f"{smallest_heap_kb(rules)} KB without any window; raise the third value"
        )
    elif default and rules.view_kb is not None:
        left = rules.view_kb - always_reserved_kb(section, rules) - default
        if left < min(section.noninteractive_kb, SAFE_NONINTERACTIVE_KB):
            found.append(
                f"no service would start: {left} KB of a view space of {rules.view_kb} KB are left for their desktops; "
                f"lower the first two values"
            )
    named = {"second": section.interactive_kb, "third": section.noninteractive_kb}
    for which, size in named.items():
        if size > LARGEST_RECOMMENDED_KB:
            found.append(f"the {which} value, {size}, is above {LARGEST_RECOMMENDED_KB} KB, the most for any desktop")
    if rules.is_x86 and LARGEST_INTERACTIVE_X86_KB < section.interactive_kb <= LARGEST_RECOMMENDED_KB:
        found.append(
            f"the second value, {section.interactive_kb}, is above about {LARGEST_INTERACTIVE_X86_KB} KB, the most for "
            f"a desktop of WinSta0 on x86"
        )
    if section.noninteractive_kb >= section.interactive_kb:
        found.append(
            "a desktop of services costs as much as one of users; a missing third value is the second, so write it"
        )
    for which, size in named.items():
        if not is_step(size, rules):
            found.append(f"the {which} value, {size}, is not a step of {STEP_KB} KB; write {_next_step(size, rules)}")
    return tuple(found)


def _next_step(size_kb: int, rules: HeapRules) -> int:
    return next(size for size in count(size_kb) if is_step(size, rules))
