r"""Names: the path parser, the create and open matrix, prefixes, links, case, the global space (nt-semantics 1.3-1.9).

Native names begin with a backslash or below a directory handle; `create` and `opened` make the calls of kernel32.
"""

from typing import Any, NamedTuple

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, QueryEvent
from ntsessions.abi.calls.mutant import OpenMutant
from ntsessions.abi.calls.object import (
    CreateDirectory,
    CreateSymbolicLink,
    ExplainName,
    OpenDirectory,
    OpenSymbolicLink,
    QueryDirectory,
    QueryObject,
    QuerySymbolicLink,
)
from ntsessions.abi.calls.section import CreateSection, OpenSection
from ntsessions.abi.calls.semaphore import CreateSemaphore
from ntsessions.abi.calls.timer import CreateTimer
from ntsessions.abi.calls.token import AdjustPrivileges, OpenProcessToken, PrivilegeState
from ntsessions.abi.calls.wait import WaitForObject, WaitForObjects
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.executive.reports import MemoryRanShort
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import (
    BY_NAME,
    CURRENT_PROCESS,
    FOR_EVERYONE,
    KINDS,
    SYNCHRONIZE,
    WAIT_TIMEOUT,
    Kind,
    make,
    open_it,
    path_of,
    sddl,
    wait,
)
from tests.conformance.worlds import OPENIF, Program, World, create, opened

OPENLINK, CASE_INSENSITIVE, PERMANENT = 0x100, 0x40, 0x10
GARBAGE = 0x7778


# -- 1.4 the path parser


class Place(NamedTuple):
    """A directory D with an event `there` and a directory `inner` in it, and a link L that leads to D."""

    roots: dict[str, int]
    path: str


@pytest.fixture
def place(world: World, alice: Program) -> Place:
    d = make(alice, "Directory", world.name("D"))
    there = make(alice, "Event", "there", root=d)
    make(alice, "Directory", "inner", root=d)
    path = path_of(alice, d)
    link = make(alice, "SymbolicLink", world.name("L"), target=path)
    return Place({"none": 0, "D": d, "event": there, "link": link, "garbage": GARBAGE}, path)


PATHS = [
    # root, name ({D} stands for the path of D), status of create, status of open
    ("none", "", S.SUCCESS, S.OBJECT_PATH_SYNTAX_BAD),
    ("garbage", "", S.SUCCESS, S.INVALID_HANDLE),
    ("none", "foo", S.OBJECT_PATH_SYNTAX_BAD, S.OBJECT_PATH_SYNTAX_BAD),
    ("D", r"\foo", S.OBJECT_PATH_SYNTAX_BAD, S.OBJECT_PATH_SYNTAX_BAD),
    ("event", "foo", S.OBJECT_TYPE_MISMATCH, S.OBJECT_TYPE_MISMATCH),
    ("link", "foo", S.OBJECT_TYPE_MISMATCH, S.OBJECT_TYPE_MISMATCH),
    ("garbage", "foo", S.INVALID_HANDLE, S.INVALID_HANDLE),
    ("none", r"\\foo", S.OBJECT_NAME_INVALID, S.OBJECT_NAME_INVALID),
    ("none", r"{D}\\there", S.OBJECT_NAME_INVALID, S.OBJECT_NAME_INVALID),
    ("none", r"{D}\inner\\x", S.OBJECT_NAME_INVALID, S.OBJECT_NAME_INVALID),
    ("D", "inner\\", S.OBJECT_NAME_INVALID, S.OBJECT_NAME_INVALID),
    ("none", "{D}\\", S.OBJECT_NAME_INVALID, S.OBJECT_NAME_INVALID),
    ("D", r"missing\x", S.OBJECT_PATH_NOT_FOUND, S.OBJECT_PATH_NOT_FOUND),
    ("D", "missing\\", S.OBJECT_PATH_NOT_FOUND, S.OBJECT_PATH_NOT_FOUND),
    ("none", r"{D}\missing\x", S.OBJECT_PATH_NOT_FOUND, S.OBJECT_PATH_NOT_FOUND),
    ("D", r"there\x", S.OBJECT_TYPE_MISMATCH, S.OBJECT_TYPE_MISMATCH),
    ("none", r"{D}\there\x", S.OBJECT_TYPE_MISMATCH, S.OBJECT_TYPE_MISMATCH),
    ("D", "there", S.OBJECT_NAME_COLLISION, S.SUCCESS),
    ("none", r"{D}\there", S.OBJECT_NAME_COLLISION, S.SUCCESS),
    ("D", "new", S.SUCCESS, S.OBJECT_NAME_NOT_FOUND),
    ("none", r"{D}\inner\new", S.SUCCESS, S.OBJECT_NAME_NOT_FOUND),
]


@pytest.mark.parametrize(("root", "name", "creating", "opening"), PATHS)
def test_what_the_parser_says_of_a_path(
    alice: Program, place: Place, root: str, name: str, creating: S, opening: S
) -> None:
    """Each way to get a path wrong has an error of its own.  (nt-semantics 1.4, the block)"""
    path = name.replace("{D}", place.path)
    assert alice.status(OpenEvent(path, place.roots[root])) == opening
    assert alice.status(CreateEvent(path, place.roots[root])) == creating


def test_an_empty_name_below_a_directory_names_nothing(alice: Program, place: Place) -> None:
    """(1.4: S.Buffer NULL but R given)"""
    assert alice.status(OpenEvent("", place.roots["D"])) == S.OBJECT_NAME_INVALID


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_type_goes_through_the_same_parser(world: World, alice: Program, place: Place, kind: Kind) -> None:
    """(1.4)"""
    for root, name, creating, opening in PATHS:
        if creating in {S.SUCCESS, S.OBJECT_NAME_COLLISION}:
            continue
        path, handle = name.replace("{D}", place.path), place.roots[root]
        assert alice.status(kind.create(name=path, root=handle, **kind.more)) == creating, (root, name)
        if kind.open is not None:
            assert alice.status(kind.open(name=path, root=handle)) == opening, (root, name)


def test_the_root_is_a_directory_that_exists(alice: Program) -> None:
    r"""`\` cannot be created, and can be opened.  (1.4)"""
    assert alice.status(CreateDirectory("\\")) == S.OBJECT_NAME_COLLISION
    assert alice.call(CreateDirectory("\\", attributes=OPENIF, desired_access=3)).existed
    assert alice.call(QueryObject(alice.call(OpenDirectory("\\")))).type == "Directory"


def test_nul_is_a_character_like_any_other(world: World, alice: Program) -> None:
    """(1.4: embedded NUL)"""
    n = world.name("n")
    alice.call(create(CreateEvent, f"{n}\0a"))
    alice.call(create(CreateEvent, f"{n}\0b"))
    assert alice.status(opened(OpenEvent, n)) == S.OBJECT_NAME_NOT_FOUND
    assert alice.call(create(CreateEvent, f"{n}\0a")).existed


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_name_may_not_have_more_than_0xfff0_bytes(alice: Program, kind: Kind) -> None:
    """(1.4: NAME_TOO_LONG)"""
    name = "n" * 0x7FF9
    assert alice.status(kind.create(name=name, root=NAMED_OBJECTS, **kind.more)) == S.NAME_TOO_LONG
    if kind.open is not None:
        assert alice.status(kind.open(name=name, root=NAMED_OBJECTS)) == S.OBJECT_NAME_NOT_FOUND
        assert (
            alice.status(kind.open(name=rf"Local\{name[20:]}", root=NAMED_OBJECTS)) == S.NAME_TOO_LONG
        )  # with the link


@pytest.mark.parametrize(("characters", "status"), [(32766, S.OBJECT_NAME_NOT_FOUND), (32767, S.OBJECT_NAME_INVALID)])
def test_a_counted_string_holds_32766_characters(alice: Program, characters: int, status: S) -> None:
    """65,532 bytes are legal, and 65,534 leave no room for the NUL.  (1.4)"""
    assert alice.status(opened(OpenEvent, "n" * characters)) == status


def test_after_32_links_the_search_ends(world: World, alice: Program) -> None:
    """Links that lead to each other end with not found, not with a daemon that hangs.  (1.4)"""
    one, two = (rf"\BaseNamedObjects\{world.name(stem)}" for stem in ("one", "two"))
    service = world.service()
    service.call(CreateSymbolicLink(one, two, security=FOR_EVERYONE))
    service.call(CreateSymbolicLink(two, one, security=FOR_EVERYONE))
    assert alice.status(OpenEvent(one)) == S.OBJECT_NAME_NOT_FOUND
    assert alice.status(OpenEvent(rf"{two}\x")) == S.OBJECT_NAME_NOT_FOUND


@pytest.mark.parametrize(("links", "status"), [(32, S.SUCCESS), (33, S.OBJECT_NAME_NOT_FOUND)])
def test_a_chain_of_32_links_is_followed(world: World, alice: Program, links: int, status: S) -> None:
    """(1.4: at most 32 restarts)"""
    target = world.name("end")
    make(alice, "Event", target)
    for _ in range(links):
        link = world.name("link")
        make(alice, "SymbolicLink", link, target=rf"\Sessions\1\BaseNamedObjects\{target}")
        target = link
    assert alice.status(opened(OpenEvent, target)) == status


def test_unknown_attributes_are_refused(alice: Program) -> None:
    """(1.13: the OBJ_ attributes there are)"""
    for kind in KINDS:
        fields = {"name": "n", "root": NAMED_OBJECTS, "attributes": 0x10000}
        assert alice.status(kind.create(**fields, **kind.more)) == S.INVALID_PARAMETER
        if kind.open is not None:
            assert alice.status(kind.open(**fields)) == S.INVALID_PARAMETER


@pytest.mark.parametrize(
    ("granted", "objects", "directories"),
    [(0xB, S.ACCESS_DENIED, S.SUCCESS), (0x7, S.SUCCESS, S.ACCESS_DENIED), (0x2, S.ACCESS_DENIED, S.ACCESS_DENIED)],
)
def test_who_adds_to_a_directory_needs_a_right_on_it(
    world: World, alice: Program, granted: int, objects: S, directories: S
) -> None:
    """CREATE_OBJECT for objects, CREATE_SUBDIRECTORY for directories; walking through needs none.  (1.4)"""
    name = rf"Global\{world.name('D')}"
    world.service().call(create(CreateDirectory, name, security=sddl(f"D:(A;;GA;;;SY)(A;;{granted:#x};;;WD)")))
    for kind in KINDS:
        call = kind.create(name=rf"{name}\{world.name('o')}", root=NAMED_OBJECTS, **kind.more)
        assert alice.status(call) == (directories if kind.name == "Directory" else objects), kind.name


def test_traverse_access_is_not_asked_for(world: World, alice: Program, service: Program) -> None:
    """Everybody holds SeChangeNotifyPrivilege, which walks through closed directories.  (1.4)"""
    name = rf"Global\{world.name('D')}"
    service.call(create(CreateDirectory, name, security=sddl("D:(A;;GA;;;SY)")))
    service.call(create(CreateEvent, rf"{name}\inside", security=FOR_EVERYONE))
    assert alice.status(opened(OpenEvent, rf"{name}\inside")) == S.SUCCESS
    assert alice.status(opened(OpenDirectory, name)) == S.ACCESS_DENIED


# -- 1.1, 1.3 what is there


TREE = [
    (r"\BaseNamedObjects\Global", r"\BaseNamedObjects"),
    (r"\BaseNamedObjects\Local", r"\BaseNamedObjects"),
    (r"\BaseNamedObjects\Session", r"\Sessions\BNOLINKS"),
    (r"\Sessions\1\BaseNamedObjects\Global", r"\BaseNamedObjects"),
    (r"\Sessions\1\BaseNamedObjects\Local", r"\Sessions\1\BaseNamedObjects"),
    (r"\Sessions\1\BaseNamedObjects\Session", r"\Sessions\BNOLINKS"),
    (r"\Sessions\BNOLINKS\0", r"\BaseNamedObjects"),
    (r"\Sessions\BNOLINKS\1", r"\Sessions\1\BaseNamedObjects"),
    (r"\DosDevices", r"\??"),
]


@pytest.mark.parametrize(("link", "target"), TREE)
def test_the_links_of_the_tree(alice: Program, link: str, target: str) -> None:
    """(1.1)"""
    assert alice.call(QuerySymbolicLink(alice.call(OpenSymbolicLink(link)))) == target


def test_the_directories_of_the_tree(alice: Program) -> None:
    """(1.1)"""
    for path in ("\\", r"\BaseNamedObjects", r"\BaseNamedObjects\Restricted", r"\Sessions", r"\Sessions\BNOLINKS",
                 r"\Sessions\0\DosDevices", r"\Sessions\1", r"\Sessions\1\BaseNamedObjects\Restricted",
                 r"\Sessions\1\DosDevices", r"\Sessions\1\Windows\WindowStations", r"\Windows\WindowStations",
                 r"\KernelObjects", r"\RPC Control", r"\GLOBAL??", r"\Device"):  # fmt: skip
        assert alice.status(OpenDirectory(path)) == S.SUCCESS, path


def test_session_0_has_no_directory_of_names_below_sessions(alice: Program) -> None:
    """(1.1 notes, D.17)"""
    assert alice.status(OpenDirectory(r"\Sessions\0\BaseNamedObjects")) == S.OBJECT_NAME_NOT_FOUND


CONDITIONS = {
    # name: whether it is signaled; these never change
    "LowPagedPoolCondition": False, "HighPagedPoolCondition": True, "LowNonPagedPoolCondition": False,
    "HighNonPagedPoolCondition": True, "MaximumCommitCondition": False, "MemoryErrors": False,
    "SystemErrorPortReady": False,
}  # fmt: skip


def condition(program: Program, name: str, access: int = SYNCHRONIZE | 1) -> int:
    return program.call(OpenEvent(rf"\KernelObjects\{name}", desired_access=access))


def test_conditions_of_the_kernel_are_events(alice: Program) -> None:
    """Anyone waits for them; only the system signals them.  (1.1)"""
    low, high = "LowMemoryCondition", "HighMemoryCondition"
    for name in (low, high, *CONDITIONS):
        assert alice.call(QueryEvent(condition(alice, name))).event_type == 0
        assert alice.status(OpenEvent(rf"\KernelObjects\{name}", desired_access=2)) == S.ACCESS_DENIED
    told = {name: alice.call(QueryEvent(condition(alice, name))).signaled for name in CONDITIONS}
    assert told == CONDITIONS
    either = WaitForObjects((condition(alice, low), condition(alice, high)), timeout=0)
    assert alice.call(either).status in (0, 1), "a test does not know how busy the machine is"


@pytest.mark.in_process("memory cannot be made short on purpose")
def test_a_program_hears_that_memory_is_short_and_that_it_is_not_any_more(
    world: InProcessWorld, alice: Program
) -> None:
    """A cache gives its memory back while LowMemoryCondition is signaled.  (1.1)"""
    low, high = (condition(alice, f"{one}MemoryCondition") for one in ("Low", "High"))
    waiting = alice.begin(WaitForObject(low))
    assert wait(alice, high) == 0
    world.host.report(MemoryRanShort())
    assert waiting.reply.status == 0
    assert (wait(alice, low), wait(alice, high)) == (0, WAIT_TIMEOUT)
    waiting = alice.begin(WaitForObject(high))
    world.passes(5)
    world.host.report(MemoryRanShort())
    world.passes(5)
    assert not waiting.done
    world.passes(1)
    assert waiting.reply.status == 0
    assert (wait(alice, low), wait(alice, high)) == (WAIT_TIMEOUT, 0)


def test_the_session_objects_are_kernel_objects(alice: Program) -> None:
    r"""`\KernelObjects\Session<N>`.  (1.1, 4.3)"""
    handle = alice.call(OpenDirectory(r"\KernelObjects"))
    names = {entry.name for entry in alice.call(QueryDirectory(handle)).entries}
    assert {"Session0", "Session1"} <= names


@pytest.mark.parametrize(
    ("path", "granted"),
    [
        (r"\BaseNamedObjects", 0x2000F),
        (r"\Sessions\1\BaseNamedObjects", 0x2000F),
        (r"\Sessions\1\BaseNamedObjects\Restricted", 0x2000F),
        (r"\Sessions\1\DosDevices", 0x20003),
    ],
)
def test_what_everyone_may_do_in_the_directories_of_the_system(alice: Program, path: str, granted: int) -> None:
    """(1.3)"""
    assert alice.status(OpenDirectory(path, desired_access=granted)) == S.SUCCESS
    for more in (0x4, 0x8, 0x10000, 0x40000, 0x80000):
        if more & ~granted:
            assert alice.status(OpenDirectory(path, desired_access=more)) == S.ACCESS_DENIED, hex(more)


# -- 1.5 create and open


def other(kind: Kind) -> Kind:
    return BY_NAME["Event"] if kind.name == "Mutant" else BY_NAME["Mutant"]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_outcomes_of_create_and_open(world: World, alice: Program, kind: Kind) -> None:
    """(1.5, the matrix, row by row)"""
    same, foreign = world.name("same"), world.name("foreign")
    fields: dict[str, Any] = {"root": NAMED_OBJECTS, **kind.more}
    assert not alice.call(kind.create(name=same, **fields)).existed
    assert alice.call(kind.create(name=same, attributes=OPENIF, **fields)).existed
    assert alice.status(kind.create(name=same, **fields)) == S.OBJECT_NAME_COLLISION
    make(alice, other(kind), foreign)
    assert alice.status(kind.create(name=foreign, attributes=OPENIF, **fields)) == S.OBJECT_TYPE_MISMATCH
    assert alice.status(kind.create(name=foreign, **fields)) == S.OBJECT_NAME_COLLISION
    assert alice.win32(create(kind.create, foreign, **kind.more)) == (None, 6)
    if kind.open is not None:
        assert alice.status(opened(kind.open, same)) == S.SUCCESS
        assert alice.status(opened(kind.open, foreign)) == S.OBJECT_TYPE_MISMATCH
        assert alice.win32(opened(kind.open, world.name("missing"))) == (None, 2)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_access_0_is_good_for_new_objects_only(world: World, alice: Program, kind: Kind) -> None:
    """(1.5, zero desired access: every type)"""
    name = world.name("zero")
    handle = make(alice, kind, name, desired_access=0)
    assert alice.call(QueryObject(handle)).granted_access == 0
    assert alice.win32(create(kind.create, name, desired_access=0, **kind.more)) == (None, 5)
    if kind.open is not None:
        assert alice.win32(opened(kind.open, name, 0)) == (None, 5)


def test_the_creator_gets_what_it_asks_for_whatever_the_descriptor_says(world: World, alice: Program) -> None:
    """(1.5, first row)"""
    name = world.name("closed")
    handle = make(alice, "Event", name, security=sddl("D:"))
    assert alice.call(QueryObject(handle)).granted_access == 0x1F0003
    assert alice.status(opened(OpenEvent, name)) == S.ACCESS_DENIED
    assert alice.win32(create(CreateEvent, name)) == (None, 5)


def test_what_exists_keeps_its_parameters(world: World, alice: Program) -> None:
    """Who opens by creating gets what is there, not what it asked for.  (1.5; 2.2 existing name)"""
    name = world.name("e")
    make(alice, "Event", name, event_type=0, initial_state=True)
    handle = alice.call(create(CreateEvent, name, event_type=1, initial_state=False)).handle
    told = alice.call(QueryEvent(handle))
    assert (told.event_type, told.signaled) == (0, True)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (create(CreateSemaphore, "n", initial_count=0, maximum_count=0), S.INVALID_PARAMETER),
        (create(CreateSemaphore, "n", initial_count=-1, maximum_count=1), S.INVALID_PARAMETER),
        (create(CreateSemaphore, "n", initial_count=2, maximum_count=1), S.INVALID_PARAMETER),
        (create(CreateEvent, "n", event_type=2), S.INVALID_PARAMETER),
        (create(CreateTimer, "n", timer_type=2), S.INVALID_PARAMETER_4),
    ],
)
def test_parameters_are_checked_before_the_name(world: World, alice: Program, call: Any, status: S) -> None:
    """(1.5, last row): also when the name exists, and as another type."""
    for kind in ("Mutant", "Semaphore"):
        name = world.name("n")
        make(alice, kind, name)
        assert (
            alice.status(type(call)(**{f: getattr(call, f) for f in call.__struct_fields__} | {"name": name})) == status
        )


def test_name_type_and_access_are_checked_in_this_order(world: World, alice: Program, service: Program) -> None:
    """Who has no rights still learns that a name exists: 3, then 2, then 6, then 5.  (2.9)"""
    name = rf"Global\{world.name('secret')}"
    service.call(create(CreateEvent, name))
    assert alice.win32(opened(OpenEvent, rf"{name}\x")).last_error == 6
    assert alice.win32(opened(OpenEvent, rf"{name}x")).last_error == 2
    assert alice.win32(opened(OpenMutant, name)).last_error == 6
    assert alice.win32(opened(OpenEvent, name)).last_error == 5


# -- 1.6 prefixes


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("foo", r"\Sessions\1\BaseNamedObjects\foo"),
        (r"Local\foo", r"\Sessions\1\BaseNamedObjects\foo"),
        (r"Global\foo", r"\BaseNamedObjects\foo"),
        (r"Session\0\foo", r"\BaseNamedObjects\foo"),
        (r"Session\1\foo", r"\Sessions\1\BaseNamedObjects\foo"),
        (r"Session\2\foo", r"\Sessions\2\BaseNamedObjects\foo"),
        (r"Restricted\foo", r"\Sessions\1\BaseNamedObjects\Restricted\foo"),
        (r"Local\Global\foo", r"\BaseNamedObjects\foo"),
        (r"Global\Global\foo", r"\BaseNamedObjects\foo"),
        (r"Local\Local\Session\2\foo", r"\Sessions\2\BaseNamedObjects\foo"),
    ],
)
def test_where_a_name_leads(world: World, alice: Program, given: str, found: str) -> None:
    """(1.6, the table; NtQueryObject tells the resolved path)"""
    world.settle(2)
    foo = world.name("foo")
    handle, error = alice.win32(create(CreateEvent, given.replace("foo", foo)))
    assert error == 0
    assert path_of(alice, handle) == found.replace("foo", foo)
    assert alice.win32(opened(OpenEvent, given.replace("foo", foo))).value
    told = alice.call(ExplainName(given.replace("foo", foo)))
    assert (told.path, told.type, told.status) == (found.replace("foo", foo), "Event", 0)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (r"global\foo", 3),
        (r"LOCAL\foo", 3),
        (r"session\1\foo", 3),
        (r"Session\99\foo", 3),
        (r"a\b", 3),
        (r"Global\a\b", 3),
        (r"\foo", 161),
        (r"Restricted\\b", 123),
        ("Global\\", 123),
        (r"Local\\b", 123),
        ("Local", 6),
        ("Global", 6),
        ("Session", 6),
        ("Restricted", 6),
    ],
)
def test_which_names_are_errors(alice: Program, given: str, error: int) -> None:
    """(1.6, the table)"""
    assert alice.win32(create(CreateEvent, given)) == (None, error)
    assert alice.win32(opened(OpenEvent, given)) == (None, error)


@pytest.mark.parametrize("odd", ["a/b", "C:", "...", "trailing ", "　", "naïve ☃ 𝄞", "x" * 300, "*?<>|"])
def test_everything_but_a_backslash_is_a_legal_character(world: World, alice: Program, odd: str) -> None:
    """(1.6, the documented rule; names longer than MAX_PATH are the native layer's)"""
    name = odd + world.name("o")
    handle = make(alice, "Event", name)
    assert path_of(alice, handle) == rf"\Sessions\1\BaseNamedObjects\{name}"


def test_two_users_of_one_session_share_a_name_and_one_user_in_two_sessions_does_not(world: World) -> None:
    r"""`Local\` is per session, not per user.  (1.6)"""
    one, second, elsewhere = world.program(1, "alice"), world.program(1, "bob"), world.program(2, "alice")
    name = rf"Local\{world.name('x')}"
    one.call(create(CreateEvent, name, security=FOR_EVERYONE))
    assert second.win32(create(CreateEvent, name)).last_error == 183
    assert elsewhere.win32(create(CreateEvent, name)).last_error == 0


# -- 1.7 symbolic links


def test_the_target_of_a_link_is_not_looked_at_before_it_is_followed(world: World, alice: Program) -> None:
    """(1.7)"""
    for target, status in ((r"\no\such", S.OBJECT_PATH_NOT_FOUND), ("relative", S.OBJECT_PATH_SYNTAX_BAD)):
        link = world.name("link")
        handle = make(alice, "SymbolicLink", link, target=target)
        assert alice.call(QuerySymbolicLink(handle)) == target
        assert alice.status(opened(OpenEvent, link)) == status


def test_a_link_needs_a_target(alice: Program) -> None:
    """(1.7)"""
    assert alice.status(CreateSymbolicLink(None, "")) == S.INVALID_PARAMETER


def test_a_link_is_followed_in_the_middle_and_at_the_end(world: World, alice: Program) -> None:
    """(1.7, 1.4): unless the link itself is asked for."""
    d, link = world.name("D"), world.name("L")
    make(alice, "Directory", d)
    make(alice, "Event", rf"{d}\e")
    make(alice, "SymbolicLink", link, target=rf"\Sessions\1\BaseNamedObjects\{d}")
    assert alice.status(opened(OpenEvent, rf"{link}\e")) == S.SUCCESS
    assert path_of(alice, open_it(alice, "Directory", link)).endswith(d)
    assert path_of(alice, open_it(alice, "SymbolicLink", link)).endswith(link)
    assert alice.status(opened(OpenDirectory, link, attributes=OPENLINK)) == S.OBJECT_TYPE_MISMATCH


def test_creating_through_a_link_creates_at_its_end(world: World, alice: Program) -> None:
    """(1.7)"""
    link, target = world.name("L"), world.name("T")
    make(alice, "SymbolicLink", link, target=rf"\Sessions\1\BaseNamedObjects\{target}")
    assert path_of(alice, make(alice, "Event", link)).endswith(target)


def test_globalroot_is_the_root(alice: Program) -> None:
    """(1.7)"""
    assert alice.status(OpenDirectory(r"\??\GLOBALROOT\Sessions")) == S.SUCCESS


def test_a_user_s_drive_letter_is_their_logon_s_alone(world: World, alice: Program) -> None:
    r"""`\??\` is the device map of the logon session, then `\GLOBAL??`.  (1.12)"""
    own, everybodys = (f"{world.name(stem)}:" for stem in ("own", "all"))
    alice.call(CreateSymbolicLink(rf"\??\{own}", r"\Device\Mup"))
    world.service().call(CreateSymbolicLink(rf"\??\{everybodys}", r"\Device\Mup", security=FOR_EVERYONE))
    bob = world.program(2, "bob")
    assert alice.status(OpenSymbolicLink(rf"\DosDevices\{own}")) == S.SUCCESS
    assert bob.status(OpenSymbolicLink(rf"\??\{own}")) == S.OBJECT_NAME_NOT_FOUND
    for program in (alice, bob):
        assert program.status(OpenSymbolicLink(rf"\??\{everybodys}")) == S.SUCCESS
        assert program.status(OpenSymbolicLink(rf"\GLOBAL??\{everybodys}")) == S.SUCCESS


def test_a_user_defines_no_drive_letters_for_all(world: World, alice: Program) -> None:
    """(1.12: only SYSTEM and administrators write there)"""
    assert alice.status(CreateSymbolicLink(rf"\GLOBAL??\{world.name('X')}:", r"\Device")) == S.ACCESS_DENIED


def test_a_device_map_is_called_after_its_logon_session(world: World, alice: Program) -> None:
    """(1.12, 3.2: two hex numbers of eight digits)"""
    alice.call(CreateSymbolicLink(rf"\??\{world.name('X')}:", r"\Device"))
    luid = alice.identity.logon_session
    path = rf"\Sessions\0\DosDevices\{luid >> 32:08x}-{luid & 0xFFFFFFFF:08x}"
    assert alice.status(OpenDirectory(path)) == S.SUCCESS


# -- 1.8 case


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_names_of_objects_tell_case_apart_unless_asked_not_to(world: World, alice: Program, kind: Kind) -> None:
    """(1.8)"""
    name = world.name("Case")
    make(alice, kind, name)
    assert not alice.call(kind.create(name=name.upper(), root=NAMED_OBJECTS, **kind.more)).existed
    other = world.name("Other")
    make(alice, kind, other)
    call = kind.create(name=other.swapcase(), root=NAMED_OBJECTS, attributes=OPENIF | CASE_INSENSITIVE, **kind.more)
    assert alice.call(call).existed
    if kind.open is not None:
        assert alice.status(opened(kind.open, other.swapcase())) == S.OBJECT_NAME_NOT_FOUND
        assert alice.status(opened(kind.open, other.swapcase(), attributes=CASE_INSENSITIVE)) == S.SUCCESS


def test_case_is_that_of_the_simple_table(world: World, alice: Program) -> None:
    """(1.8: upcasing): ä and Ä are one letter, ß has no other case."""
    name = world.name("äöß")
    make(alice, "Event", name)
    assert alice.status(opened(OpenEvent, name.replace("ä", "Ä"), attributes=CASE_INSENSITIVE)) == S.SUCCESS
    missing = opened(OpenEvent, name.replace("ß", "SS"), attributes=CASE_INSENSITIVE)
    assert alice.status(missing) == S.OBJECT_NAME_NOT_FOUND


# -- 1.9 SeCreateGlobalPrivilege


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_which_types_take_a_privilege_in_the_global_space(world: World, alice: Program, kind: Kind) -> None:
    """Sections and symbolic links, at creation, from another session.  (1.9)"""
    guarded = kind.name in {"Section", "SymbolicLink"}
    call = kind.create(name=rf"Global\{world.name('g')}", root=NAMED_OBJECTS, **kind.more)
    assert alice.status(call) == (S.ACCESS_DENIED if guarded else S.SUCCESS)


def test_who_may_make_global_sections(world: World, alice: Program, service: Program) -> None:
    """Not plain users and not filtered administrators; everybody in session 0 and the elevated ones.  (1.9)"""
    who = {
        "user": (alice, 5),
        "filtered administrator": (world.program(3, "carol"), 5),
        "elevated administrator": (world.administrator(), 0),
        "service": (service, 0),
        "user in session 0": (world.program(0, "bob"), 0),
    }
    for label, (program, error) in who.items():
        call = create(CreateSection, rf"Global\{world.name('s')}", maximum_size=4096)
        assert program.win32(call).last_error == error, label


def test_the_privilege_counts_while_it_is_enabled(world: World) -> None:
    """(1.9: an *enabled* SeCreateGlobalPrivilege)"""
    program = world.administrator()
    token = program.call(OpenProcessToken(CURRENT_PROCESS, 0x28))
    for attributes, error in ((0, 5), (2, 0)):
        state = PrivilegeState(int(Privilege.SeCreateGlobalPrivilege), attributes)
        assert program.call(AdjustPrivileges(token, privileges=(state,))).all_assigned
        assert program.win32(create(CreateSection, rf"Global\{world.name('s')}", maximum_size=1)).last_error == error


@pytest.mark.parametrize("prefix", ["netfxcustomperfcounters.1.0", "SharedPerfIPCBlock", "Cor_Private_IPCBlock",
                                    "Cor_Public_IPCBlock_"])  # fmt: skip
def test_the_default_list_of_unsecure_names(world: World, alice: Program, prefix: str) -> None:
    """(1.9: ObUnsecureGlobalNames, a match of the beginning)"""
    allowed = create(CreateSection, rf"Global\{prefix}{world.name('x')}", maximum_size=1)
    refused = create(CreateSection, rf"Global\x{prefix}{world.name('x')}", maximum_size=1)
    assert (alice.win32(allowed).last_error, alice.win32(refused).last_error) == (0, 5)


def test_a_directory_below_the_global_space_is_not_stamped(world: World, alice: Program) -> None:
    """The rule is that of the root directory's stamp, not of the path.  (1.9)"""
    d = rf"Global\{world.name('D')}"
    alice.call(create(CreateDirectory, d))
    assert alice.status(create(CreateSection, rf"{d}\s", maximum_size=1)) == S.SUCCESS


def test_opening_a_global_section_is_its_descriptor_s_affair(world: World, alice: Program, service: Program) -> None:
    """(1.9; 3.7: without a descriptor the error is 5, not 2)"""
    closed, open_ = (rf"Global\{world.name(stem)}" for stem in ("closed", "open"))
    service.call(create(CreateSection, closed, maximum_size=1))
    service.call(create(CreateSection, open_, maximum_size=1, security=FOR_EVERYONE))
    assert alice.win32(opened(OpenSection, closed)) == (None, 5)
    assert alice.win32(opened(OpenSection, open_)).value
    assert alice.win32(create(CreateSection, open_, maximum_size=1)).last_error == 183


def test_another_session_s_names_take_no_privilege(world: World, alice: Program) -> None:
    r"""`Session\2\` has no stamp; its descriptor decides.  (1.9, 1.6)"""
    world.settle(2)
    assert alice.status(create(CreateSection, rf"Session\2\{world.name('s')}", maximum_size=1)) == S.SUCCESS
