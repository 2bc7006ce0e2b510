"""Shared memory (nt-semantics 2.6)."""

import pytest

from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.section import CreateSection, MapView, OpenSection, QuerySection
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.executive.effects import AdoptMemory, DescriptorGrant, ReceivedDescriptor, ReleaseMemory
from tests.harness import Program, World

COMMIT, RESERVE, NOCACHE, WRITECOMBINE = 0x8000000, 0x4000000, 0x10000000, 0x40000000
IMAGE, FILE, LARGE_PAGES = 0x1000000, 0x800000, 0x80000000
COPY, WRITE, READ, EXECUTE, ALL = 1, 2, 4, 0x20, 0xF001F
READONLY, READWRITE, WRITECOPY, EXECUTE_READ, EXECUTE_READWRITE = 2, 4, 8, 0x20, 0x40
KIB64 = 0x10000


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def memory(
    program: Program,
    size: int = 4096,
    name: str | None = None,
    *,
    protection: int = READWRITE,
    allocation: int = COMMIT,
) -> int:
    call = CreateSection(name, NAMED_OBJECTS, maximum_size=size, protection=protection, allocation=allocation)
    return program.call(call).handle


def file(size: int = 5000, *, regular: bool = True, readable: bool = True, writable: bool = True) -> ReceivedDescriptor:
    return ReceivedDescriptor(77, regular, readable, writable, size)


def of_file(program: Program, received: ReceivedDescriptor, size: int = 0, protection: int = READWRITE) -> NtStatus:
    pending = program.begin(CreateSection(maximum_size=size, protection=protection, has_file=True), (received,))
    assert pending.outcome is not None
    return NtStatus(pending.outcome.status)


@pytest.mark.parametrize("allocation", [COMMIT, RESERVE, COMMIT | NOCACHE, RESERVE | NOCACHE, COMMIT | WRITECOMBINE,
                                        RESERVE | WRITECOMBINE])  # fmt: skip
def test_kinds_of_memory_that_can_be_asked_for(alice: Program, allocation: int) -> None:
    assert alice.call(QuerySection(memory(alice, allocation=allocation))).attributes == allocation


@pytest.mark.parametrize(
    ("allocation", "status"),
    [
        (RESERVE | COMMIT, NtStatus.INVALID_PARAMETER),
        (NOCACHE, NtStatus.INVALID_PARAMETER),
        (WRITECOMBINE, NtStatus.INVALID_PARAMETER),
        (LARGE_PAGES, NtStatus.INVALID_PARAMETER),
        (FILE, NtStatus.INVALID_PARAMETER),
        (IMAGE | COMMIT, NtStatus.INVALID_PARAMETER),
        (IMAGE, NtStatus.INVALID_FILE_FOR_SECTION),
        (IMAGE | NOCACHE, NtStatus.INVALID_FILE_FOR_SECTION),
        (LARGE_PAGES | COMMIT, NtStatus.PRIVILEGE_NOT_HELD),
    ],
)
def test_kinds_of_memory_that_cannot(alice: Program, allocation: int, status: NtStatus) -> None:
    assert alice.status(CreateSection(maximum_size=4096, allocation=allocation)) is status


def test_no_flags_mean_committed_memory_in_whole_pages(alice: Program) -> None:
    told = alice.call(QuerySection(memory(alice, 5000, allocation=0)))
    assert (told.attributes, told.size, told.protection) == (COMMIT, 8192, READWRITE)


@pytest.mark.parametrize("protection", [0, 1, 3, 0x104])
def test_page_protections_that_make_no_section(alice: Program, protection: int) -> None:
    call = CreateSection(maximum_size=4096, protection=protection)
    assert alice.status(call) is NtStatus.INVALID_PAGE_PROTECTION


def test_memory_needs_a_size_within_reason(alice: Program) -> None:
    assert alice.status(CreateSection()) is NtStatus.INVALID_PARAMETER
    assert alice.status(CreateSection(maximum_size=1 << 60)) is NtStatus.SECTION_TOO_BIG


def test_global_memory_takes_a_privilege_to_make_and_none_to_open(world: World, alice: Program) -> None:
    """B7, B8, B9."""
    name = r"Global\m"
    assert alice.status(CreateSection(name, NAMED_OBJECTS, maximum_size=4096)) is NtStatus.ACCESS_DENIED
    alice.call(CreateSection(r"Global\Cor_Private_IPCBlock_77", NAMED_OBJECTS, maximum_size=4096))
    service = world.program(0, "SYSTEM")
    memory(service, name="m")
    assert alice.status(OpenSection(name, NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED  # not for lack of the privilege
    administrator = world.program(2, "root2", admin=True, elevated=True)
    memory(administrator, name=r"Global\n")
    memory(service, name=r"Session\2\own")


def test_an_existing_section_keeps_its_size(alice: Program) -> None:
    memory(alice, 4096, "m")
    again = alice.call(CreateSection("m", NAMED_OBJECTS, 0x80, maximum_size=1 << 20))
    assert again.existed
    assert alice.call(QuerySection(again.handle)).size == 4096


def test_a_section_is_not_waited_for(alice: Program) -> None:
    assert alice.status(WaitForObject(memory(alice))) is NtStatus.OBJECT_TYPE_MISMATCH


# -- files


def test_a_file_gives_its_size_and_is_kept_by_the_host(world: World, alice: Program) -> None:
    handle = alice.call(CreateSection(has_file=True), (file(5000),)).handle
    told = alice.call(QuerySection(handle))
    assert (told.attributes, told.size) == (FILE, 5000)
    (adopted,) = world.take(AdoptMemory)
    assert (adopted.descriptor_key, adopted.size) == (77, 5000)
    alice.call(Close(handle))
    assert world.take(ReleaseMemory) == [ReleaseMemory(adopted.memory_key)]


def test_a_file_behind_a_name_that_exists_is_not_kept(world: World, alice: Program) -> None:
    memory(alice, 4096, "m")
    assert alice.call(CreateSection("m", NAMED_OBJECTS, 0x80, has_file=True), (file(),)).existed
    assert world.take(AdoptMemory) == []


def test_a_file_is_extended_only_for_writing(world: World, alice: Program) -> None:
    assert of_file(alice, file(100), size=200) is NtStatus.SUCCESS
    assert world.take(AdoptMemory)[0].size == 200
    assert of_file(alice, file(100), size=200, protection=READONLY) is NtStatus.SECTION_TOO_BIG
    assert of_file(alice, file(0)) is NtStatus.MAPPED_FILE_SIZE_ZERO
    assert of_file(alice, file(0), size=10) is NtStatus.SUCCESS


def test_a_file_must_be_open_for_what_the_section_allows(alice: Program) -> None:
    assert of_file(alice, file(writable=False)) is NtStatus.ACCESS_DENIED
    assert of_file(alice, file(writable=False), protection=WRITECOPY) is NtStatus.SUCCESS
    assert of_file(alice, file(writable=False), protection=EXECUTE_READWRITE) is NtStatus.ACCESS_DENIED
    assert of_file(alice, file(readable=False), protection=READONLY) is NtStatus.ACCESS_DENIED


def test_what_is_no_regular_file_makes_no_section(alice: Program) -> None:
    assert of_file(alice, file(regular=False)) is NtStatus.INVALID_FILE_FOR_SECTION
    assert alice.status(CreateSection(has_file=True)) is NtStatus.INVALID_PARAMETER


# -- views


def test_a_view_comes_with_a_descriptor_that_allows_no_more(alice: Program) -> None:
    handle = memory(alice, 3 * KIB64)
    view = alice.call(MapView(handle, WRITE, KIB64))
    assert (view.size, view.offset, view.writable, view.copy_on_write) == (2 * KIB64, KIB64, True, False)
    grant = alice.thread_object.grant
    assert isinstance(grant, DescriptorGrant)
    assert (grant.size, grant.writable) == (3 * KIB64, True)
    for access, copies in ((READ, False), (COPY, True), (0, False)):
        view = alice.call(MapView(handle, access, 0, 100))
        assert (view.size, view.writable, view.copy_on_write) == (100, False, copies)
        grant = alice.thread_object.grant
        assert grant is not None
        assert not grant.writable
    assert alice.call(MapView(handle, ALL)).writable


def test_views_begin_at_64_kib_and_end_within_the_section(alice: Program) -> None:
    handle = memory(alice, 2 * KIB64)
    assert alice.status(MapView(handle, READ, 4096)) is NtStatus.MAPPED_ALIGNMENT
    assert alice.status(MapView(handle, READ, KIB64, KIB64 + 1)) is NtStatus.INVALID_VIEW_SIZE
    assert alice.status(MapView(handle, READ, 2 * KIB64)) is NtStatus.INVALID_VIEW_SIZE
    assert alice.status(MapView(handle, READ, 9 * KIB64)) is NtStatus.INVALID_VIEW_SIZE
    assert alice.status(MapView(handle, 0x100)) is NtStatus.INVALID_PARAMETER


def test_the_sections_protection_bounds_its_views(alice: Program) -> None:
    for protection in (READONLY, WRITECOPY, EXECUTE_READ):
        handle = memory(alice, protection=protection)
        assert alice.status(MapView(handle, WRITE)) is NtStatus.SECTION_PROTECTION
        alice.call(MapView(handle, COPY))
    assert alice.status(MapView(memory(alice), READ | EXECUTE)) is NtStatus.SECTION_PROTECTION
    alice.call(MapView(memory(alice, protection=EXECUTE_READ), READ | EXECUTE))
    alice.call(MapView(memory(alice, protection=EXECUTE_READWRITE), WRITE | EXECUTE))


def test_the_handles_access_bounds_its_views(alice: Program) -> None:
    memory(alice, 4096, "m")
    reader = alice.call(OpenSection("m", NAMED_OBJECTS, desired_access=4))
    writer = alice.call(OpenSection("m", NAMED_OBJECTS, desired_access=2))
    assert alice.status(MapView(reader, WRITE)) is NtStatus.ACCESS_DENIED
    assert alice.status(MapView(writer, READ)) is NtStatus.ACCESS_DENIED
    alice.call(MapView(reader, COPY))
    alice.call(MapView(writer, WRITE))
    assert alice.status(MapView(reader, READ | EXECUTE)) is NtStatus.ACCESS_DENIED
    assert alice.status(QuerySection(reader)) is NtStatus.ACCESS_DENIED


def test_the_name_goes_with_the_last_handle_whatever_is_mapped(world: World, alice: Program) -> None:
    """B11: and the next section of this name is a new one."""
    handle = memory(alice, 4096, "m")
    alice.call(MapView(handle, WRITE))
    alice.call(Close(handle))
    assert alice.status(OpenSection("m", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND
    assert not alice.call(CreateSection("m", NAMED_OBJECTS, 0x80, maximum_size=4096)).existed
    assert len(world.take(ReleaseMemory)) == 1
