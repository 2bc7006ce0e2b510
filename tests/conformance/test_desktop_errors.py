"""How calls about window stations, desktops and heaps fail: every refusal that they declare (nt-semantics 6, 8)."""

from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.abi.access import ACCESS_SYSTEM_SECURITY, DESKTOP_CREATEWINDOW
from ntsessions.abi.call import Call
from ntsessions.abi.calls.desktop import (
    CloseDesktop,
    CreateDesktop,
    GetThreadDesktop,
    OpenDesktop,
    OpenInputDesktop,
    QueryDesktops,
    QuerySessionDesktops,
    SetThreadDesktop,
    SwitchDesktop,
)
from ntsessions.abi.calls.heap import QueryDesktopHeaps, QuerySessionSpace
from ntsessions.abi.calls.object import Close, CreateSymbolicLink, SetHandleFlags
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.token import DuplicateToken, OpenProcessToken, SetThreadToken
from ntsessions.abi.calls.window_station import (
    CloseWindowStation,
    CreateWindowStation,
    LockWorkStation,
    OpenWindowStation,
    QueryUserObject,
    QueryWindowStations,
    SetProcessWindowStation,
    SetUserObjectFlags,
    SetWindowStationLock,
    SetWindowStationUser,
)
from ntsessions.abi.status import NtStatus as S
from tests.conformance.in_process import InProcessWorld
from tests.conformance.kinds import CURRENT_PROCESS, make
from tests.conformance.test_errors import DESCRIPTORS
from tests.conformance.worlds import Program, World

NO_HANDLE = 0x7778
PERMANENT, NO_ATTRIBUTE = 0x10, 0x10000
WINSTA0 = r"\Sessions\1\Windows\WindowStations\WinSta0"

Provoke = Callable[[int], Call[Any]]


# -- handles


BY_HANDLE: list[tuple[str, Provoke]] = [
    ("CloseWindowStation", CloseWindowStation),
    ("SetProcessWindowStation", SetProcessWindowStation),
    ("QueryUserObject", QueryUserObject),
    ("SetUserObjectFlags", SetUserObjectFlags),
    ("CloseDesktop", CloseDesktop),
    ("SetThreadDesktop", SetThreadDesktop),
    ("SwitchDesktop", SwitchDesktop),
    ("QueryDesktops", QueryDesktops),
    ("CreateDesktop", lambda root: CreateDesktop("x", root)),
    ("OpenDesktop", lambda root: OpenDesktop("Default", root)),
]


@pytest.mark.parametrize(("label", "call"), BY_HANDLE, ids=[row[0] for row in BY_HANDLE])
def test_a_handle_must_be_one_of_windowing(alice: Program, label: str, call: Provoke) -> None:
    """6 for no handle, and for an event's.  (6.3, 1.13)"""
    alice.call(GetThreadDesktop())
    for handle in (NO_HANDLE, make(alice, "Event", None)):
        assert alice.win32(call(handle)) == (None, 6)
    assert alice.status(call(NO_HANDLE)) is S.INVALID_HANDLE
    assert alice.status(call(make(alice, "Event", None))) is S.OBJECT_TYPE_MISMATCH


def test_a_handle_must_have_the_right(world: World, alice: Program, service: Program) -> None:
    """(6.1, 6.6)"""
    alice.call(GetThreadDesktop())
    weak = alice.call(OpenWindowStation("WinSta0", desired_access=0x100))
    blind = alice.call(CreateDesktop(world.name("blind"), desired_access=DESKTOP_CREATEWINDOW)).handle
    for call in (QueryUserObject(weak), QueryUserObject(blind), SetUserObjectFlags(blind, flags=1), QueryDesktops(weak),
                 SwitchDesktop(blind)):  # fmt: skip
        assert alice.win32(call) == (None, 5)
    alice.call(SetUserObjectFlags(blind, inherit=True))
    alice.call(CloseDesktop(blind))


def test_a_protected_handle_is_not_closed(world: World, alice: Program) -> None:
    """(1.13)"""
    desktop = alice.call(CreateDesktop(world.name("protected"))).handle
    station = alice.call(OpenWindowStation("WinSta0"))
    for handle, call in ((desktop, CloseDesktop(desktop)), (station, CloseWindowStation(station))):
        alice.call(SetHandleFlags(handle, inherit=False, protect=True))
        assert alice.status(call) is S.HANDLE_NOT_CLOSABLE
        alice.call(SetHandleFlags(handle, inherit=False, protect=False))
        alice.call(call)


# -- names


def window_stations(alice: Program, world: World) -> list[tuple[dict[str, Any], S]]:
    """Names that lead nowhere, and what they end with."""
    link = world.name("loop")
    alice.call(CreateSymbolicLink(link, target=rf"\Sessions\1\BaseNamedObjects\{link}", root=-16))
    event = make(alice, "Event", world.name("e"))
    return [
        ({"name": "x", "root": NO_HANDLE}, S.INVALID_HANDLE),
        ({"name": "x", "root": event}, S.OBJECT_TYPE_MISMATCH),
        ({"name": r"x\\y"}, S.OBJECT_PATH_NOT_FOUND),
        ({"name": r"WinSta0\\"}, S.OBJECT_NAME_INVALID),
        ({"name": r"\x"}, S.OBJECT_PATH_SYNTAX_BAD),
        ({"name": "n" * 0x8000}, S.NAME_TOO_LONG),
        ({"name": rf"\Sessions\1\BaseNamedObjects\{link}\x", "root": 0}, S.OBJECT_NAME_NOT_FOUND),
        ({"name": "x", "attributes": NO_ATTRIBUTE}, S.INVALID_PARAMETER),
    ]


@pytest.mark.parametrize("call", [OpenWindowStation, CreateWindowStation])
def test_a_window_station_is_found_as_any_object_is(world: World, alice: Program, call: Any) -> None:
    """(1.4, 6.3)"""
    for fields, status in window_stations(alice, world):
        assert alice.status(call(**fields)) is status, fields


def test_window_stations_are_made_in_their_directory(world: World, service: Program) -> None:
    """That of the caller's own session, whoever asks.  (6.1)"""
    name = world.name("elsewhere")
    world.settle(1)
    assert service.status(CreateWindowStation(rf"\Sessions\1\Windows\WindowStations\{name}", 0)) is S.ACCESS_DENIED
    assert service.status(CreateWindowStation(rf"\BaseNamedObjects\{name}", 0)) is S.ACCESS_DENIED
    assert service.status(OpenWindowStation(rf"{WINSTA0}\Default", 0)) is S.OBJECT_TYPE_MISMATCH


def test_what_is_asked_for_besides_the_name(world: World, alice: Program) -> None:
    """A privilege for what outlives its handles, and for the list of audits.  (1.11, 3.6)"""
    name = world.name("n")
    alice.call(CreateWindowStation(None))
    rows = [
        CreateWindowStation(None, attributes=PERMANENT), CreateDesktop(name, attributes=PERMANENT),
        CreateDesktop(name, desired_access=0x1FF | ACCESS_SYSTEM_SECURITY),
        OpenDesktop("Default", desired_access=ACCESS_SYSTEM_SECURITY),
        OpenInputDesktop(desired_access=ACCESS_SYSTEM_SECURITY),
        OpenWindowStation("WinSta0", desired_access=ACCESS_SYSTEM_SECURITY),
    ]  # fmt: skip
    for call in rows:
        assert alice.status(call) is S.PRIVILEGE_NOT_HELD, call
    for call in (CreateDesktop(name, attributes=NO_ATTRIBUTE), OpenDesktop("Default", attributes=NO_ATTRIBUTE),
                 OpenInputDesktop(attributes=NO_ATTRIBUTE)):  # fmt: skip
        assert alice.win32(call) == (None, 87)
    assert alice.status(CreateDesktop("n" * 0x8000)) is S.NAME_TOO_LONG
    assert alice.status(OpenDesktop("n" * 0x8000)) is S.NAME_TOO_LONG
    assert alice.win32(OpenDesktop(r"a\b")) == (None, 161)
    assert alice.win32(OpenDesktop(name)) == (None, 2), "nothing was made"


@pytest.mark.parametrize(("security", "status"), DESCRIPTORS, ids=[row[1].name for row in DESCRIPTORS])
def test_a_bad_descriptor_makes_no_desktop(world: World, alice: Program, security: bytes, status: S) -> None:
    """(3.6)"""
    name = world.name("d")
    assert alice.status(CreateDesktop(name, security=security)) is status
    assert alice.status(OpenDesktop(name)) is S.OBJECT_NAME_NOT_FOUND
    admin, taken = world.administrator(), [row.name for row in alice.call(QueryWindowStations())]
    assert admin.status(CreateWindowStation(name, security=security)) is status
    assert [row.name for row in alice.call(QueryWindowStations())] == taken
    assert admin.status(OpenWindowStation(name)) is S.OBJECT_NAME_NOT_FOUND


def test_with_an_identification_token_no_desktop_is_opened(world: World, alice: Program, service: Program) -> None:
    """BAD_IMPERSONATION_LEVEL.  (3.4)"""
    service.call(GetThreadDesktop())
    name = world.name("station")
    there = service.call(CreateWindowStation(name)).handle
    input_desktop = service.call(OpenWindowStation("WinSta0"))
    inner = world.service()
    inner.call(SetThreadDesktop(inner.call(CreateDesktop("Default", inner.call(OpenWindowStation(name)))).handle))
    theirs = service.call(OpenProcessToken(service.call(OpenProcess(alice.pid)), 0xE))
    own = service.call(OpenProcessToken(CURRENT_PROCESS, 0xE))
    for token in (theirs, own):
        service.call(SetThreadToken(service.call(DuplicateToken(token, impersonation_level=1))))
        for call in (OpenWindowStation("WinSta0"), OpenDesktop("Default"), CreateDesktop("Default", input_desktop),
                     CreateWindowStation(None), GetThreadDesktop(inner.thread_id)):  # fmt: skip
            assert service.status(call) is S.BAD_IMPERSONATION_LEVEL, call
    new = CreateWindowStation(world.name("new"))
    assert service.status(new) is S.BAD_IMPERSONATION_LEVEL, "an administrator's name is not enough to name one"
    service.call(SetProcessWindowStation(input_desktop))
    assert service.status(OpenInputDesktop()) is S.BAD_IMPERSONATION_LEVEL
    service.call(SetThreadToken(0))
    service.call(Close(there))


@pytest.mark.in_process("a handle table is filled by lowering its limit")
def test_a_full_handle_table_holds_no_further_desktop(world: InProcessWorld, alice: Program) -> None:
    """And nothing is made.  (1.13)"""
    other = world.program()
    other.call(SetThreadDesktop(other.call(CreateDesktop("theirs")).handle))
    alice.call(GetThreadDesktop())
    table = world.host.executive.processes_by_id[alice.pid].handles
    table.limit = len(table)
    calls = [
        CreateDesktop("mine"), OpenDesktop("Default"), OpenInputDesktop(), GetThreadDesktop(other.thread_id),
        OpenWindowStation("WinSta0"), CreateWindowStation(None),
    ]  # fmt: skip
    for call in calls:
        assert alice.status(call) is S.TOO_MANY_OPENED_FILES, call
    assert set(other.call(QueryDesktops())) == {"Default", "theirs"}


# -- the desktops of others


def test_a_desktop_of_another_session_is_nobody_s_here(world: World, alice: Program, service: Program) -> None:
    """(6.3)"""
    alice.call(GetThreadDesktop())
    station = service.call(OpenWindowStation(WINSTA0, 0))
    assert service.win32(SetThreadDesktop(service.call(OpenDesktop("Default", station)))) == (None, 5)


def test_a_desktop_that_grants_nothing_is_not_told(world: World, alice: Program) -> None:
    """The desktop of another user's thread in the session.  (6.3)"""
    bob = world.program(1, "bob")
    bob.call(GetThreadDesktop())
    assert alice.win32(GetThreadDesktop(bob.thread_id)) == (None, 5)


# -- what is the system's


def test_who_may_lock_and_give_away(world: World, alice: Program, service: Program) -> None:
    """(6.5, 6.7)"""
    assert service.win32(LockWorkStation()) == (None, 5), "it is on a window station without a screen"
    assert service.status(SetWindowStationLock(9999, True)) is S.CTX_WINSTATION_NOT_FOUND
    made = world.name("given")
    service.call(CreateWindowStation(made))
    weak = service.call(OpenWindowStation(made, desired_access=2))
    strong = service.call(OpenWindowStation(made))
    user = alice.identity.user_sid
    rows = {NO_HANDLE: S.INVALID_HANDLE, make(service, "Event", None): S.OBJECT_TYPE_MISMATCH,
            weak: S.ACCESS_DENIED}  # fmt: skip
    for handle, status in rows.items():
        assert service.status(SetWindowStationUser(handle, 1, user)) is status
    assert service.status(SetWindowStationUser(strong, 1, "S-x")) is S.INVALID_SID


def test_what_is_told_of_other_sessions(world: World, alice: Program, service: Program) -> None:
    """Nothing to users, and of sessions that are not there nothing to anybody.  (4.6)"""
    world.settle(2)
    for call in (QuerySessionDesktops, QueryDesktopHeaps, QuerySessionSpace):
        assert alice.status(call(2)) is S.ACCESS_DENIED
        assert service.status(call(9999)) is S.CTX_WINSTATION_NOT_FOUND
