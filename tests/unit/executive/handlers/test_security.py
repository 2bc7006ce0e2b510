"""The security of objects, and being told who may and who holds what (nt-semantics 1.5, 3.6, 3.7)."""

import pytest

from ntsessions.abi import sids
from ntsessions.abi.calls.event import CreateEvent, OpenEvent, SetEvent
from ntsessions.abi.calls.object import (
    CreateDirectory,
    CreatePrivateNamespace,
    DeletePrivateNamespace,
    DescribeObject,
    ExplainAccess,
    OpenDirectory,
    OpenPrivateNamespace,
    QuerySecurity,
    SetSecurity,
)
from ntsessions.abi.calls.token import AdjustPrivileges, OpenProcessToken, PrivilegeState
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.sddl import format_sddl, parse_sddl
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from tests.harness import Program, World

OWNER, GROUP, DACL, SACL, LABEL = 1, 2, 4, 8, 16
EVERYONE_ALL = descriptor_to_bytes(parse_sddl("D:(A;;GA;;;WD)"))
NOBODY = descriptor_to_bytes(parse_sddl("D:"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program(1, "alice")


def test_another_user_of_the_session_meets_the_name_but_may_not_open_it(world: World, alice: Program) -> None:
    """B42: runas shares the names of the session, and the first one's default security."""
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    bob = world.program(1, "bob")
    assert bob.status(OpenEvent("x", NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED
    alice.call(CreateEvent("y", NAMED_OBJECTS, security=EVERYONE_ALL))
    bob.call(OpenEvent("y", NAMED_OBJECTS))


def test_security_can_be_read_and_replaced_and_open_handles_keep_their_rights(world: World, alice: Program) -> None:
    handle = alice.call(CreateEvent("x", NAMED_OBJECTS)).handle
    before = descriptor_from_bytes(alice.call(QuerySecurity(handle, OWNER | GROUP | DACL | LABEL)))
    assert before.owner == alice.process.token.user
    assert before.dacl is not None
    alice.call(SetSecurity(handle, DACL, NOBODY))
    alice.call(SetEvent(handle))
    assert alice.status(OpenEvent("x", NAMED_OBJECTS, desired_access=2)) is NtStatus.ACCESS_DENIED
    assert descriptor_from_bytes(alice.call(QuerySecurity(handle, DACL))).dacl == ()
    again = alice.call(OpenEvent("x", NAMED_OBJECTS, desired_access=0x60000))  # the owner keeps these two
    alice.call(SetSecurity(again, DACL, EVERYONE_ALL))
    world.program(1, "bob").call(OpenEvent("x", NAMED_OBJECTS))


def test_each_part_has_its_right(alice: Program) -> None:
    handle = alice.call(CreateEvent("x", NAMED_OBJECTS, desired_access=0x20000)).handle
    assert alice.status(SetSecurity(handle, DACL, NOBODY)) is NtStatus.ACCESS_DENIED
    assert alice.status(SetSecurity(handle, OWNER, NOBODY)) is NtStatus.ACCESS_DENIED
    assert alice.status(QuerySecurity(handle, SACL)) is NtStatus.ACCESS_DENIED
    assert alice.status(SetSecurity(handle, DACL, b"junk")) is NtStatus.ACCESS_DENIED
    full = alice.call(CreateEvent()).handle
    assert alice.status(SetSecurity(full, DACL, b"junk")) is NtStatus.INVALID_SECURITY_DESCR
    giving = descriptor_to_bytes(parse_sddl("O:SY"))
    assert alice.status(SetSecurity(full, OWNER, giving)) is NtStatus.INVALID_OWNER


def test_nobody_labels_an_object_above_himself(alice: Program) -> None:
    handle = alice.call(CreateEvent()).handle
    high = descriptor_to_bytes(parse_sddl("S:(ML;;NW;;;HI)"))
    assert alice.status(SetSecurity(handle, LABEL, high)) is NtStatus.PRIVILEGE_NOT_HELD
    low = descriptor_to_bytes(parse_sddl("S:(ML;;NW;;;LW)"))
    alice.call(SetSecurity(handle, LABEL, low))
    assert "LW" in format_sddl(descriptor_from_bytes(alice.call(QuerySecurity(handle, LABEL))))


# -- being told


def test_who_holds_and_who_waits_is_told(world: World, alice: Program) -> None:
    second = world.program(1, "alice")
    handle = alice.call(CreateEvent("x", NAMED_OBJECTS)).handle
    opened = second.call(OpenEvent("x", NAMED_OBJECTS, desired_access=0x100000))
    second.begin(WaitForObject(opened))
    told = alice.call(DescribeObject("x", NAMED_OBJECTS))
    assert [(holder.process_id, holder.handle) for holder in told.holders] == [
        (alice.pid, handle),
        (second.pid, opened),
    ]
    assert told.holders[1].granted_access == 0x100000
    assert told.holders[1].command == f"program {second.pid}"
    assert told.waiters == (f"{second.pid}.{second.thread_object.thread_id}",)
    assert told.state["signaled"] == "no"
    assert told.information.name == r"\Sessions\1\BaseNamedObjects\x"


def test_who_may_not_read_the_security_is_told_nothing(world: World, alice: Program) -> None:
    alice.call(CreateEvent("x", NAMED_OBJECTS))
    bob = world.program(1, "bob")
    assert bob.status(DescribeObject("x", NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED
    assert bob.status(ExplainAccess("x", 1, root=NAMED_OBJECTS)) is NtStatus.ACCESS_DENIED
    assert bob.status(DescribeObject("y", NAMED_OBJECTS)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_command_lines_of_other_sessions_are_not_shown(world: World, alice: Program) -> None:
    service = world.program(0, "SYSTEM")
    service.call(CreateEvent("g", NAMED_OBJECTS, security=EVERYONE_ALL))
    alice.call(OpenEvent(r"Global\g", NAMED_OBJECTS))
    told = alice.call(DescribeObject(r"Global\g", NAMED_OBJECTS))
    assert {holder.session_id: holder.command for holder in told.holders} == {0: "", 1: f"program {alice.pid}"}


def test_a_decision_is_told_rule_by_rule(world: World, alice: Program) -> None:
    service = world.program(0, "SYSTEM")
    service.call(CreateEvent("g", NAMED_OBJECTS))
    refused = service.call(ExplainAccess("g", 0x2, session_id=1, root=NAMED_OBJECTS))
    assert not refused.granted
    assert any("EVENT_MODIFY_STATE" in step.outcome for step in refused.steps)
    assert alice.status(OpenEvent(r"Global\g", NAMED_OBJECTS, desired_access=2)) is NtStatus.ACCESS_DENIED
    own = service.call(ExplainAccess("g", 0x2, root=NAMED_OBJECTS))
    assert (own.granted, own.access) == (True, 2)
    session = world.session(2)
    assert service.status(ExplainAccess("g", 2, session_id=session, root=NAMED_OBJECTS)) is NtStatus.NO_TOKEN


def test_a_decision_with_very_many_entries_is_cut_short(alice: Program) -> None:
    entries = "".join(f"(A;;0x1;;;S-1-5-21-1-1-1-{number})" for number in range(800))
    security = descriptor_to_bytes(parse_sddl(f"D:{entries}(A;;GA;;;WD)"))
    alice.call(CreateEvent("x", NAMED_OBJECTS, security=security))
    told = alice.call(ExplainAccess("x", 0x2, session_id=1, root=NAMED_OBJECTS))
    assert told.granted
    assert len(told.steps) == 201
    assert told.steps[-1].rule == "verdict"


# -- private namespaces


def boundary(alice: Program) -> tuple[str, ...]:
    return (alice.process.token.user,)


def test_a_private_namespace_is_opened_by_an_equal_boundary(world: World, alice: Program) -> None:
    """1.10: it crosses sessions, and who opens it need not be inside."""
    everyone = (sids.EVERYONE,)
    first = alice.call(CreatePrivateNamespace("b", everyone, alias="a", security=EVERYONE_ALL))
    alice.call(CreateEvent("x", first, security=EVERYONE_ALL))
    bob = world.program(2, "bob")
    opened = bob.call(OpenPrivateNamespace("b", everyone, alias="a"))
    bob.call(OpenEvent("x", opened))
    for call in (
        OpenPrivateNamespace("b", everyone, alias="other"),
        OpenPrivateNamespace("c", everyone, alias="a"),
        OpenPrivateNamespace("b", everyone, 0x2000, alias="a"),
    ):
        assert bob.status(call) is NtStatus.OBJECT_NAME_NOT_FOUND
    assert alice.status(CreatePrivateNamespace("b", everyone, alias="a")) is NtStatus.OBJECT_NAME_COLLISION


def test_whoever_makes_a_private_namespace_is_inside_its_boundary(alice: Program) -> None:
    assert alice.status(CreatePrivateNamespace("b", (sids.ADMINISTRATORS,))) is NtStatus.ACCESS_DENIED
    assert alice.status(CreatePrivateNamespace("b", boundary(alice), 0x3000)) is NtStatus.ACCESS_DENIED
    alice.call(CreatePrivateNamespace("b", boundary(alice), 0x2000))
    assert alice.status(CreatePrivateNamespace("b", ())) is NtStatus.INVALID_PARAMETER
    assert alice.status(CreatePrivateNamespace("b", ("nobody",))) is NtStatus.INVALID_SID
    assert alice.status(CreatePrivateNamespace("b" * 40_000, boundary(alice))) is NtStatus.NAME_TOO_LONG


def test_a_closed_namespace_is_refused_to_others_and_ends_with_its_last_handle(world: World, alice: Program) -> None:
    own = boundary(alice)
    alice.call(CreatePrivateNamespace("b", own))
    bob = world.program(2, "bob")
    assert bob.status(OpenPrivateNamespace("b", own)) is NtStatus.ACCESS_DENIED
    alice.exit()
    assert bob.status(OpenPrivateNamespace("b", own)) is NtStatus.OBJECT_NAME_NOT_FOUND


def test_deleting_a_namespace_takes_the_names_and_leaves_the_objects(alice: Program) -> None:
    directory = alice.call(CreatePrivateNamespace("b", boundary(alice)))
    event = alice.call(CreateEvent("x", directory)).handle
    alice.call(DeletePrivateNamespace(directory))
    alice.call(SetEvent(event))
    assert alice.status(OpenEvent("x", directory)) is NtStatus.OBJECT_NAME_NOT_FOUND
    assert alice.status(OpenPrivateNamespace("b", boundary(alice))) is NtStatus.OBJECT_NAME_NOT_FOUND
    assert alice.status(DeletePrivateNamespace(directory)) is NtStatus.INVALID_PARAMETER
    plain = alice.call(CreateDirectory("d", NAMED_OBJECTS)).handle
    assert alice.status(DeletePrivateNamespace(plain)) is NtStatus.INVALID_PARAMETER
    looker = alice.call(OpenDirectory("d", NAMED_OBJECTS))
    assert alice.status(DeletePrivateNamespace(looker)) is NtStatus.ACCESS_DENIED


def test_windows_xp_has_no_private_namespaces() -> None:
    alice = World("xp").program(1, "alice")
    assert alice.status(CreatePrivateNamespace("b", boundary(alice))) is NtStatus.INVALID_PARAMETER


def test_audit_entries_need_the_privilege(world: World) -> None:
    system = world.program(0, "SYSTEM")
    token = system.call(OpenProcessToken(-1, 0x28))
    asks = CreateEvent("x", NAMED_OBJECTS, desired_access=0x11F0003)
    system.call(AdjustPrivileges(token, privileges=(PrivilegeState(8, 0),)))
    assert system.status(asks) is NtStatus.PRIVILEGE_NOT_HELD
    system.call(AdjustPrivileges(token, privileges=(PrivilegeState(8, 2),)))
    handle = system.call(asks).handle
    system.call(QuerySecurity(handle, SACL))
