"""Names, links, and being told how a name resolves (nt-semantics 1.4, 1.5, 1.6, 1.7, 1.9)."""

import pytest

from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant
from ntsessions.abi.calls.object import (
    Close,
    CreateDirectory,
    CreateSymbolicLink,
    ExplainName,
    OpenDirectory,
    OpenSymbolicLink,
    QueryDirectory,
    QueryObject,
    QuerySymbolicLink,
)
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from tests.harness import Program, World

OPENIF = 0x80


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def test_the_same_name_is_another_object_in_another_session(world: World, alice: Program) -> None:
    """B2, B4: and the system reaches both."""
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    assert alice.call(CreateEvent("x", NAMED_OBJECTS, OPENIF)).existed
    assert not alice.call(CreateEvent("X", NAMED_OBJECTS)).existed
    service = world.program(0, "SYSTEM")
    assert service.status(OpenEvent("x", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND
    service.call(OpenEvent(r"Session\1\x", NAMED_OBJECTS))


def test_global_names_are_session_0s_own(world: World, alice: Program) -> None:
    """B5, B6."""
    alice.call(CreateEvent(r"Global\g", NAMED_OBJECTS))
    service = world.program(0, "SYSTEM")
    for name in ("g", r"Local\g", r"Global\g"):
        service.call(OpenEvent(name, NAMED_OBJECTS))


def test_a_name_taken_by_another_type_is_refused(alice: Program) -> None:
    """B3."""
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    assert alice.status(CreateMutant("x", NAMED_OBJECTS, OPENIF)) is NtStatus.OBJECT_TYPE_MISMATCH
    assert alice.status(CreateMutant("x", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_COLLISION
    assert alice.status(OpenMutant("x", NAMED_OBJECTS)) is NtStatus.OBJECT_TYPE_MISMATCH


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (r"global\g", NtStatus.OBJECT_PATH_NOT_FOUND),
        (r"a\b", NtStatus.OBJECT_PATH_NOT_FOUND),
        (r"\g", NtStatus.OBJECT_PATH_SYNTAX_BAD),
        ("Global\\", NtStatus.OBJECT_NAME_INVALID),
        ("Restricted\\\\x", NtStatus.OBJECT_NAME_INVALID),
    ],
)
def test_bad_paths(alice: Program, name: str, status: NtStatus) -> None:
    """B10: prefixes are directories and links like any others, so their case counts."""
    assert alice.status(CreateEvent(name, NAMED_OBJECTS)) is status


def test_access_0_creates_but_does_not_open(alice: Program) -> None:
    """B12."""
    alice.call(CreateEvent("x", NAMED_OBJECTS, desired_access=0))
    assert alice.status(OpenEvent("x", NAMED_OBJECTS, desired_access=0)) is NtStatus.ACCESS_DENIED


def test_a_directory_lists_its_names(alice: Program) -> None:
    directory = alice.call(CreateDirectory("d", NAMED_OBJECTS)).handle
    for name in ("b", "a"):
        alice.call(CreateEvent(name, directory))
    listing = alice.call(QueryDirectory(directory))
    assert [(entry.name, entry.type) for entry in listing.entries] == [("b", "Event"), ("a", "Event")]
    assert listing.context == 0
    assert alice.call(QueryDirectory(directory, context=7)).entries == ()


def test_a_long_listing_goes_on_with_its_context(alice: Program) -> None:
    directory = alice.call(CreateDirectory("d", NAMED_OBJECTS)).handle
    made = [f"{number:03}-{'n' * 400}" for number in range(300)]
    for name in made:
        alice.call(CreateEvent(name, directory))
    seen: list[str] = []
    context = 0
    while True:
        listing = alice.call(QueryDirectory(directory, context))
        seen += [entry.name for entry in listing.entries]
        context = listing.context
        if not context:
            break
    assert seen == made


def test_listing_needs_the_right_to(alice: Program) -> None:
    handle = alice.call(CreateDirectory("d", NAMED_OBJECTS, desired_access=0x2)).handle
    assert alice.status(QueryDirectory(handle)) is NtStatus.ACCESS_DENIED


def test_a_directory_is_reached_by_name_and_closed_with_its_names_unreachable(alice: Program) -> None:
    handle = alice.call(CreateDirectory("d", NAMED_OBJECTS)).handle
    alice.call(CreateEvent(r"d\x", NAMED_OBJECTS))
    second = alice.call(OpenDirectory("d", NAMED_OBJECTS))
    alice.call(Close(handle))
    alice.call(OpenEvent(r"d\x", NAMED_OBJECTS))
    alice.call(Close(second))
    assert alice.status(OpenEvent(r"d\x", NAMED_OBJECTS)) is NtStatus.OBJECT_PATH_NOT_FOUND


def test_a_link_is_followed_and_can_be_read_itself(world: World, alice: Program) -> None:
    world.advance(5)
    target = r"\Sessions\1\BaseNamedObjects\x"
    handle = alice.call(CreateSymbolicLink("l", target, NAMED_OBJECTS)).handle
    assert alice.status(OpenEvent("l", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    alice.call(OpenEvent("l", NAMED_OBJECTS))
    assert alice.call(QuerySymbolicLink(alice.call(OpenSymbolicLink("l", NAMED_OBJECTS)))) == target
    assert alice.call(QueryObject(handle)).creation_time == world.executive.utc


def test_a_link_needs_a_target_and_a_relative_one_fails_when_followed(alice: Program) -> None:
    assert alice.status(CreateSymbolicLink("l", "", NAMED_OBJECTS)) is NtStatus.INVALID_PARAMETER
    assert alice.status(CreateSymbolicLink("l", "x" * 40_000, NAMED_OBJECTS)) is NtStatus.NAME_TOO_LONG
    alice.call(CreateSymbolicLink("l", "x", NAMED_OBJECTS))
    assert alice.status(OpenEvent("l", NAMED_OBJECTS)) is NtStatus.OBJECT_PATH_SYNTAX_BAD


def test_links_in_a_circle_end(alice: Program) -> None:
    alice.call(CreateSymbolicLink("l", r"\Sessions\1\BaseNamedObjects\l", NAMED_OBJECTS))
    assert alice.status(OpenEvent("l", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_a_user_cannot_plant_a_link_in_the_global_space(world: World, alice: Program) -> None:
    """1.9: whoever could, would lead services astray."""
    assert alice.status(CreateSymbolicLink(r"Global\l", r"\x", NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED
    world.program(0, "SYSTEM").call(CreateSymbolicLink("l", r"\x", NAMED_OBJECTS))


def test_the_memory_of_a_link_is_the_sessions(world: World, alice: Program) -> None:
    before = world.executive.sessions[1].pool.used
    alice.call(CreateSymbolicLink("l", "\\" + "x" * 10_000, NAMED_OBJECTS))
    assert world.executive.sessions[1].pool.used > before + 20_000


def test_names_nested_step_by_step_end_at_the_longest_path(alice: Program) -> None:
    handle = NAMED_OBJECTS
    for _ in range(6):
        status = alice.status(CreateDirectory("d" * 8000, handle))
        if status is NtStatus.NAME_TOO_LONG:
            return
        assert status is NtStatus.SUCCESS
        handle = max(handle, 0) + 4
    pytest.fail("the path grew beyond every limit")


# -- how a name resolves


def test_the_way_of_a_name_is_told_step_by_step(alice: Program) -> None:
    alice.call(CreateEvent(r"Global\g", NAMED_OBJECTS))
    told = alice.call(ExplainName(r"Global\g"))
    assert (told.path, told.type, told.status) == (r"\BaseNamedObjects\g", "Event", NtStatus.SUCCESS)
    assert [step.action for step in told.steps] == ["start", "look up", "follow", "look up", "look up"]


def test_a_name_that_leads_nowhere_tells_where_it_would_be(alice: Program) -> None:
    told = alice.call(ExplainName("x"))
    assert (told.path, told.type) == (r"\Sessions\1\BaseNamedObjects\x", "")
    assert told.status == NtStatus.OBJECT_NAME_NOT_FOUND
    broken = alice.call(ExplainName(r"global\x"))
    assert (broken.path, broken.status) == ("", NtStatus.OBJECT_PATH_NOT_FOUND)
    assert broken.steps[-1].action == "fail"
    assert alice.call(ExplainName("\\")).type == "Directory"
    assert alice.call(ExplainName(r"\missing")).path == r"\missing"


def test_the_way_is_told_as_the_other_sessions_user_would_go_it(world: World, alice: Program) -> None:
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    service = world.program(0, "SYSTEM")
    assert service.call(ExplainName("x", session_id=1)).path == r"\Sessions\1\BaseNamedObjects\x"
    assert service.call(ExplainName("x", session_id=1)).type == "Event"
    assert alice.status(ExplainName("x", session_id=0)) is NtStatus.ACCESS_DENIED
    assert alice.status(ExplainName("x", session_id=9)) is NtStatus.CTX_WINSTATION_NOT_FOUND
    assert alice.call(ExplainName("x", session_id=1)).type == "Event"


def test_drive_letters_are_those_of_the_logon(world: World, alice: Program) -> None:
    r"""1.12: `\??` is the caller's own map, and the global one below it."""
    system = world.system
    system.call(CreateSymbolicLink(r"\GLOBAL??\C:", r"\Device\Disk"))
    assert system.call(ExplainName(r"\??\C:")).path == r"\Device\Disk"
    told = alice.call(ExplainName(r"\??\C:"))
    assert told.status == NtStatus.OBJECT_NAME_NOT_FOUND
    assert [step.path for step in told.steps if step.action == "follow"] == [r"\GLOBAL??\C:"]
    elsewhere = world.session(2)
    assert system.call(ExplainName(r"\??\C:", session_id=elsewhere)).path == r"\Device\Disk"


def test_an_endless_name_is_refused_and_a_winding_one_is_cut_short(alice: Program) -> None:
    assert alice.status(ExplainName("x" * 40_000)) is NtStatus.NAME_TOO_LONG
    handle = NAMED_OBJECTS
    for depth in range(200):
        handle = alice.call(CreateDirectory("d", handle)).handle
        assert handle == 4 * (depth + 1)
    told = alice.call(ExplainName("\\".join("d" * 200)))
    assert told.status == NtStatus.SUCCESS
    assert len(told.steps) < 150
