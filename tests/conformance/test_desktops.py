r"""Window stations and desktops (nt-semantics 6): the rows of 6.3, and the vectors 21 to 26, 32 to 35 and 40 of B."""

from collections.abc import Callable

import pytest

from ntsessions.abi.access import (
    DESKTOP_CREATEWINDOW,
    DESKTOP_SWITCHDESKTOP,
    PROCESS_QUERY_LIMITED_INFORMATION,
    READ_CONTROL,
    SYNCHRONIZE,
    WRITE_DAC,
)
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
from ntsessions.abi.calls.event_log import QueryEventLog
from ntsessions.abi.calls.heap import MapDesktopHeap, QueryDesktopHeaps, QuerySessionSpace
from ntsessions.abi.calls.object import (
    DUPLICATE_SAME_ACCESS,
    Close,
    DuplicateObject,
    QueryObject,
    QuerySecurity,
    SetSecurity,
)
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess
from ntsessions.abi.calls.session import Logoff, QueryUserToken
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.calls.window import CreateWindow, SetWindowText
from ntsessions.abi.calls.window_station import (
    CREATE_ONLY,
    CloseWindowStation,
    CreateWindowStation,
    GetProcessWindowStation,
    LockWorkStation,
    OpenWindowStation,
    QueryUserObject,
    QueryWindowStations,
    SetProcessWindowStation,
    SetUserObjectFlags,
    SetWindowStationLock,
    SetWindowStationUser,
)
from ntsessions.abi.limits import MAPPED_HEAPS_PER_SESSION
from ntsessions.abi.luids import Luid
from ntsessions.abi.status import NtStatus as S
from tests.conformance.kinds import CURRENT_PROCESS, FOR_EVERYONE
from tests.conformance.worlds import Program, World

DACL = 4
DLL_INIT_FAILED = int(S.DLL_INIT_FAILED)


def station_of(program: Program) -> str:
    """The name of a program's window station."""
    return program.call(QueryUserObject(program.call(GetProcessWindowStation()))).name


def desktop_of(program: Program) -> str:
    return program.call(QueryUserObject(program.call(GetThreadDesktop()))).name


def own_station_name(program: Program) -> str:
    luid = Luid(program.identity.logon_session)
    return f"Service-0x{luid >> 32:x}-{luid & 0xFFFFFFFF:x}$"


def copied(program: Program, handle: int) -> int:
    return program.call(DuplicateObject(CURRENT_PROCESS, handle, CURRENT_PROCESS))


# -- where programs are (6.4)


def test_a_service_of_the_system_is_on_a_window_station_without_a_screen(service: Program) -> None:
    """A service that asks whether it may show windows learns that it may not.  (B.21, B.40)"""
    handle = service.call(GetProcessWindowStation())
    facts = service.call(QueryUserObject(handle))
    assert (facts.name, facts.type, facts.flags) == ("Service-0x0-3e7$", "WindowStation", 0)
    assert desktop_of(service) == "Default"
    assert service.win32(OpenInputDesktop()) == (None, 1)


def test_a_user_s_program_is_on_winsta0(alice: Program) -> None:
    """(B.40)"""
    facts = alice.call(QueryUserObject(alice.call(GetProcessWindowStation())))
    assert (facts.name, facts.flags, facts.user_sid) == ("WinSta0", 1, alice.identity.user_sid)
    desktop = alice.call(QueryUserObject(alice.call(GetThreadDesktop())))
    assert (desktop.name, desktop.type, desktop.is_input) == ("Default", "Desktop", True)


def test_run_as_gets_a_window_station_of_its_own(world: World) -> None:
    """A program of another user in alice's session does not see her windows unless she lets it.  (6.4, step 7)"""
    other = world.program(1, "bob")
    assert station_of(other) == own_station_name(other)
    assert desktop_of(other) == "Default"
    assert other.win32(OpenWindowStation("WinSta0")) == (None, 5)


def test_the_elevated_half_is_where_the_other_half_is(world: World) -> None:
    """An administrator's elevated program shows its windows on the same desktop."""
    assert station_of(world.administrator()) == station_of(world.program(3, "carol")) == "WinSta0"


def test_two_logons_of_one_account_have_window_stations_of_their_own(world: World) -> None:
    """Services under one account cannot get at each other's windows.  (B.22)"""
    first, second = world.program(0, "bob"), world.program(1, "bob")
    names = [station_of(first), station_of(second)]
    assert names == [own_station_name(first), own_station_name(second)]
    assert names[0] != names[1]


# -- programs that are told where to go


def fate(program: Program, desktop: str | None, token: int = 0) -> tuple[int, str]:
    """Start a program that ends by itself; return its exit status if it could not be connected, and why."""
    created = program.call(CreateProcess(("/bin/true",), desktop=desktop, token=token))
    if program.call(QueryProcess(created.process)).ended_because:
        program.call(WaitForObject(created.process, -1))
    facts = program.call(QueryProcess(created.process))
    for handle in (created.process, created.thread):
        program.call(Close(handle))
    return (facts.exit_status, facts.ended_because) if facts.ended_because else (0, "")


def test_a_program_starts_on_the_desktop_it_is_told(alice: Program) -> None:
    """`nts run --desktop` puts a program where it says."""
    handle = alice.call(CreateDesktop("Second")).handle
    one = alice.start(desktop=r"winsta0\second")
    assert alice.call(QueryProcess(one.created.process)).desktop == r"WinSta0\Second"
    two = one.connect()
    assert desktop_of(two) == "Second"
    third = two.start()
    assert two.call(QueryProcess(third.created.process)).desktop == r"WinSta0\Second", "its children follow"
    one.exit(0)
    third.exit(0)
    alice.call(CloseDesktop(handle))


def test_a_forked_child_follows_its_parent(world: World, alice: Program) -> None:
    """A shell and what it starts work on one desktop, also when nobody told us of the start."""
    name = world.name("forked")
    handle = alice.call(CreateDesktop(name)).handle
    parent = alice.start(desktop=rf"WinSta0\{name}").connect()
    assert desktop_of(parent.fork().connect()) == name
    alice.call(CloseDesktop(handle))


def test_a_child_whose_desktop_is_gone_dies_when_it_wants_it(world: World, alice: Program, service: Program) -> None:
    """It runs as long as it has nothing to do with windows.  (6.4)"""
    name = world.name("left")
    handle = alice.call(CreateDesktop(name)).handle
    started = alice.start(desktop=rf"WinSta0\{name}")
    child = started.connect().fork().connect()
    alice.call(CloseDesktop(handle))
    started.exit(0)
    alice.call(WaitForObject(started.created.process, -1))
    assert alice.win32(OpenDesktop(name)) == (None, 2)
    watched = service.call(OpenProcess(child.pid, SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION))
    child.begin(GetThreadDesktop())
    service.call(WaitForObject(watched, -1))
    facts = service.call(QueryProcess(watched))
    assert facts.exit_status == DLL_INIT_FAILED
    assert f"there is no desktop WinSta0\\{name}" in facts.ended_because


@pytest.mark.parametrize("desktop", [r"WinSta0\Nope", r"Nope\Default", "Nope"])
def test_a_program_that_cannot_attach_starts_and_dies(alice: Program, desktop: str) -> None:
    """It has a process id and an exit status, as on Windows; and here people are told the cause.  (B.34)"""
    status, why = fate(alice, desktop)
    assert status == DLL_INIT_FAILED
    assert "no access" in why
    assert "there is no" in why


def test_another_user_s_program_may_not_be_put_on_one_s_desktop(world: World) -> None:
    """The token of LogonUser alone does not open the user's desktop.  (B.35)"""
    world.settle(1)
    token = world.run_as("bob", 1)
    status, why = fate(world.operator, r"winsta0\default", token)
    assert status == DLL_INIT_FAILED
    assert "bob may not open winsta0" in why.lower()


@pytest.mark.parametrize(
    ("desktop", "starts"),
    [("x", True), ("WinSta0\\", True), ("\\Default", True), (r"winsta0\DEFAULT", True), ("Default ", False),
     (r" WinSta0\Default", False)],
)  # fmt: skip
def test_how_the_place_of_a_program_is_written(alice: Program, desktop: str, starts: bool) -> None:
    """One letter is as good as none, a missing half is the usual one, case does not matter, and blanks do.  (6.4)"""
    assert fate(alice, desktop)[0] == (0 if starts else DLL_INIT_FAILED)


def test_names_are_those_of_the_session_the_program_is_for(world: World, alice: Program) -> None:
    """A service that starts a program for a user means the user's desktop.  (3.9, 6.4)"""
    token = world.operator.call(QueryUserToken(1)).token
    started = world.operator.start(desktop=r"winsta0\default", token=token)
    facts = world.operator.call(QueryProcess(started.created.process))
    assert (facts.session_id, facts.desktop) == (alice.identity.session_id, r"WinSta0\Default")
    started.exit(0)
    world.close_observed(token)


@pytest.mark.parametrize(("inherits", "desktop"), [(False, r"Service-0x0-3e7$\Default"), (True, r"WinSta0\Default")])
def test_the_system_may_ask_for_the_interactive_window_station(service: Program, inherits: bool, desktop: str) -> None:
    """STARTF_DESKTOPINHERIT, which only helps LocalSystem.  (6.4, step 4)"""
    started = service.start(desktop="", inherit_desktop=inherits)
    assert service.call(QueryProcess(started.created.process)).desktop == desktop
    started.exit(0)


# -- names, and what is refused


def test_window_stations_are_named_by_administrators_only(world: World, alice: Program) -> None:
    """(B.23)"""
    name = world.name("named")
    assert alice.win32(CreateWindowStation(name)) == (None, 5)
    handle, error = alice.win32(CreateWindowStation(None))
    assert error in {0, 183}, "another program of alice's may have made it"
    assert alice.call(QueryUserObject(handle)).name == own_station_name(alice)
    handle, error = world.administrator().win32(CreateWindowStation(name))
    assert (bool(handle), error) == (True, 0)


def test_an_existing_window_station_is_opened(world: World) -> None:
    """Its name has no case; a second one of the name is not made."""
    admin, name = world.administrator(), world.name("Case")
    admin.call(CreateWindowStation(name))
    assert admin.win32(CreateWindowStation(name.upper())).last_error == 183
    assert admin.win32(CreateWindowStation(name, flags=CREATE_ONLY)) == (None, 183)
    assert admin.win32(OpenWindowStation(name.lower())).value
    assert admin.win32(OpenWindowStation(name, desired_access=0)) == (None, 5)
    assert admin.win32(OpenWindowStation(world.name("missing"))) == (None, 2)
    assert admin.win32(OpenWindowStation(r"a\b")) == (None, 3)


def test_a_name_is_gone_with_the_last_handle_and_a_new_one_is_another(world: World) -> None:
    """(6.3)"""
    admin, name = world.administrator(), world.name("short")
    handle = admin.call(CreateWindowStation(name)).handle
    admin.call(CloseWindowStation(handle))
    assert admin.win32(OpenWindowStation(name)) == (None, 2)
    assert admin.win32(CreateWindowStation(name)).last_error == 0


def test_names_of_desktops(world: World, alice: Program) -> None:
    """(B.26)"""
    assert alice.win32(OpenDesktop("")) == (None, 6)
    assert alice.win32(CreateDesktop("")) == (None, 6)
    assert alice.win32(CreateDesktop(r"a\b")) == (None, 161)
    assert alice.win32(OpenDesktop(world.name("missing"))) == (None, 2)
    name = world.name("Desk")
    first = alice.call(CreateDesktop(name)).handle
    again = alice.call(CreateDesktop(name.upper()))
    assert again.existed
    assert alice.win32(CreateDesktop(world.name("blind"), desired_access=1)) == (None, 5), "CREATEWINDOW is missing"
    opened = alice.call(OpenDesktop(name, desired_access=0))
    assert alice.call(QueryObject(opened)).granted_access == 0x81
    assert alice.call(QueryObject(first)).name == rf"\Sessions\1\Windows\WindowStations\WinSta0\{name}"
    for handle in (first, again.handle, opened):
        alice.call(CloseDesktop(handle))


def test_what_is_in_use_is_not_closed(alice: Program) -> None:
    """(B.24)"""
    desktop, station = alice.call(GetThreadDesktop()), alice.call(GetProcessWindowStation())
    assert alice.win32(CloseDesktop(desktop)) == (None, 170)
    assert alice.win32(Close(desktop)) == (None, 6)
    assert alice.status(CloseWindowStation(station)) is S.BUSY
    assert alice.win32(Close(station)) == (None, 6)
    assert alice.win32(CloseDesktop(copied(alice, desktop))).last_error == 0
    assert alice.win32(CloseWindowStation(copied(alice, station))).last_error == 0
    assert alice.win32(CloseDesktop(station)) == (None, 6)
    assert alice.win32(CloseWindowStation(desktop)) == (None, 6)


def test_a_thread_with_windows_stays_on_its_desktop(world: World, alice: Program) -> None:
    """(B.25)"""
    other = alice.call(CreateDesktop(world.name("other"))).handle
    home = alice.call(GetThreadDesktop())
    assert alice.win32(SetThreadDesktop(other)).last_error == 0
    assert alice.win32(CloseDesktop(other)) == (None, 170)
    assert alice.win32(SetThreadDesktop(home)).last_error == 0
    thread = alice.thread()
    thread.call(CreateWindow("Static", "a window"))
    assert thread.win32(SetThreadDesktop(other)) == (None, 170)
    assert thread.win32(SetThreadDesktop(copied(alice, home))).last_error == 0
    assert thread.win32(SetThreadDesktop(alice.call(GetProcessWindowStation()))) == (None, 6)
    alice.call(CloseDesktop(other))


def test_the_desktop_of_another_thread(alice: Program) -> None:
    """(6.3)"""
    thread = alice.thread()
    handle = alice.call(GetThreadDesktop(thread.thread_id))
    assert alice.call(QueryUserObject(handle)).name == "Default"
    assert alice.win32(GetThreadDesktop(3)) == (None, 87)


def test_changing_the_window_station_does_not_move_the_thread(world: World) -> None:
    """(6.3)"""
    admin = world.administrator()
    before = admin.call(GetThreadDesktop())
    old = admin.call(GetProcessWindowStation())
    name = world.name("elsewhere")
    handle = admin.call(CreateWindowStation(name)).handle
    admin.call(SetProcessWindowStation(handle))
    assert station_of(admin) == name
    assert admin.call(GetThreadDesktop()) == before
    assert admin.win32(CreateDesktop("Inside")).last_error == 0
    assert admin.call(QueryDesktops()) == ("Inside",)
    admin.call(SetProcessWindowStation(old))
    admin.call(CloseWindowStation(handle))


def test_the_first_desktop_a_process_chooses_is_where_it_started(world: World) -> None:
    """A program that says where it belongs before it has to do with windows starts its threads there.  (6.3)"""
    admin, late, name = world.administrator(), world.administrator(), world.name("early")
    station = admin.call(CreateWindowStation(name)).handle
    inside = admin.call(CreateDesktop("Inside", station)).handle
    late.call(SetProcessWindowStation(late.call(OpenWindowStation(name))))
    desktop = late.call(OpenDesktop("Inside", late.call(OpenWindowStation(name))))
    late.call(SetThreadDesktop(desktop))
    assert desktop_of(late.thread()) == "Inside"
    assert late.win32(CloseDesktop(desktop)) == (None, 170)
    assert admin.call(QueryProcess(admin.call(OpenProcess(late.pid)))).desktop == rf"{name}\Inside"
    late.exit()
    admin.call(CloseDesktop(inside))
    admin.call(CloseWindowStation(station))


def test_a_window_station_of_another_session_is_not_taken(world: World, service: Program, alice: Program) -> None:
    """(6.3)"""
    station_of(alice)
    handle = service.call(OpenWindowStation(r"\Sessions\1\Windows\WindowStations\WinSta0", 0))
    assert service.status(SetProcessWindowStation(handle)) is S.ACCESS_DENIED


def test_enumeration_shows_what_grants_it(world: World, alice: Program, service: Program) -> None:
    """A user sees WinSta0 and its desktops, without those that are the system's own business.  (6.5)"""
    world.settle(2)
    station_of(alice)
    seen = {one.name for one in alice.call(QueryWindowStations())}
    assert {"WinSta0"} <= seen <= {"WinSta0", own_station_name(alice)}
    assert not {"Winlogon", "Disconnect"} & set(alice.call(QueryDesktops()))
    assert alice.status(QueryWindowStations(2)) is S.ACCESS_DENIED
    found = service.call(QueryWindowStations(1))
    assert set(found[0].desktops) >= {"Winlogon", "Disconnect", "Default"}
    assert (found[0].name, found[0].user, found[0].input_desktop) == ("WinSta0", "alice", "Default")
    assert service.status(QueryWindowStations(99)) is S.CTX_WINSTATION_NOT_FOUND
    rows = {row.name: row for row in service.call(QuerySessionDesktops(1)) if row.window_station == "WinSta0"}
    assert rows["Default"].is_input
    assert not rows["Winlogon"].is_input
    assert [row.name for row in alice.call(QuerySessionDesktops())][:3] == ["Winlogon", "Disconnect", "Default"]


def test_facts_of_handles(alice: Program) -> None:
    """(6.6)"""
    handle = copied(alice, alice.call(GetThreadDesktop()))
    assert not alice.call(QueryUserObject(handle)).inherit
    alice.call(SetUserObjectFlags(handle, inherit=True, flags=1))
    facts = alice.call(QueryUserObject(handle))
    assert (facts.inherit, facts.flags, facts.heap_kb) == (True, 1, 20480)
    alice.call(SetUserObjectFlags(handle, flags=0))
    assert alice.status(QueryUserObject(0xFFFC)) is S.INVALID_HANDLE


def test_a_handle_of_a_desktop_is_inherited(world: World, alice: Program) -> None:
    """A program that passes its desktop on by inheritance finds its child there.  (6.4, the second rule)"""
    other = alice.call(CreateDesktop(world.name("passed"), attributes=2)).handle
    station = alice.call(GetProcessWindowStation())
    passed = alice.call(DuplicateObject(CURRENT_PROCESS, station, CURRENT_PROCESS, 0, 2, 2))
    child = alice.start(inherit_handles=True, desktop="")
    facts = alice.call(QueryProcess(child.created.process))
    assert facts.desktop == rf"WinSta0\{alice.call(QueryUserObject(other)).name}"
    child.exit(0)
    alice.call(CloseDesktop(other))
    alice.call(Close(passed))


# -- the input (6.7)


def test_the_input_is_switched_and_locked(world: World, alice: Program, service: Program) -> None:
    """A locked session stays locked, whatever its programs do.  (B.27)"""
    other = alice.call(CreateDesktop(world.name("stage"))).handle
    home = alice.call(GetThreadDesktop())
    alice.call(SwitchDesktop(other))
    assert alice.call(QueryUserObject(other)).is_input
    assert alice.call(QueryUserObject(alice.call(OpenInputDesktop()))).name == alice.call(QueryUserObject(other)).name
    alice.call(SwitchDesktop(home))
    alice.call(LockWorkStation())
    assert alice.win32(SwitchDesktop(other)) == (None, 5)
    assert alice.win32(OpenInputDesktop()) == (None, 5), "it is Winlogon, and closed to users"
    assert alice.status(SetWindowStationLock(1, False)) is S.PRIVILEGE_NOT_HELD
    service.call(SetWindowStationLock(1, False))
    assert alice.call(QueryUserObject(home)).is_input
    weak = alice.call(OpenDesktop("Default", desired_access=0))
    assert alice.win32(SwitchDesktop(weak)) == (None, 5)
    assert service.status(SwitchDesktop(service.call(GetThreadDesktop()))) is S.ACCESS_DENIED
    alice.call(CloseDesktop(other))


def test_who_is_on_a_secure_desktop_does_not_leave_it_to_others(world: World, alice: Program, service: Program) -> None:
    """Not even with a handle that somebody gave it; and the system itself switches in spite of the lock.  (6.7)"""
    home = alice.call(GetThreadDesktop())
    station = service.call(OpenWindowStation(r"\Sessions\1\Windows\WindowStations\WinSta0", 0))
    winlogon = service.call(OpenDesktop("Winlogon", station))
    process = service.call(OpenProcess(alice.pid, 0x40))
    given = service.call(DuplicateObject(CURRENT_PROCESS, winlogon, process, options=DUPLICATE_SAME_ACCESS))
    stage = alice.call(CreateDesktop(world.name("stage"))).handle
    alice.call(SetThreadDesktop(given))
    assert alice.win32(SwitchDesktop(stage)) == (None, 5)
    alice.call(SetThreadDesktop(home))
    default = service.call(OpenDesktop("Default", station))
    alice.call(LockWorkStation())
    service.call(SwitchDesktop(default))
    is_input = alice.call(QueryUserObject(home)).is_input
    service.call(SetWindowStationLock(1, False))
    assert is_input
    alice.call(CloseDesktop(stage))


def test_the_secure_desktops_are_closed_to_users(alice: Program) -> None:
    """(6.5)"""
    assert alice.win32(OpenDesktop("Winlogon", desired_access=DESKTOP_CREATEWINDOW)) == (None, 5)
    assert alice.win32(OpenDesktop("Disconnect", desired_access=DESKTOP_SWITCHDESKTOP)) == (None, 5)


def test_the_system_s_screen_saver_is_its_own(alice: Program, service: Program) -> None:
    """Who is logged on may see it and show something on it, and not switch away from it or to it.  (6.5)"""
    station = service.call(OpenWindowStation(r"\Sessions\1\Windows\WindowStations\WinSta0", 0))
    handle = service.call(CreateDesktop("Screen-saver", station)).handle
    assert service.call(QueryUserObject(handle)).heap_kb == 20480
    assert alice.win32(OpenDesktop("screen-SAVER", desired_access=DESKTOP_SWITCHDESKTOP)) == (None, 5)
    assert {row.name for row in alice.call(QuerySessionDesktops())} >= {"Screen-saver"}
    service.call(CloseDesktop(handle))
    own = alice.call(CreateDesktop("Screen-saver")).handle
    alice.call(SwitchDesktop(own))
    alice.call(CloseDesktop(own))


def test_a_desktop_that_had_the_input_and_goes_leaves_it_to_default(world: World, alice: Program) -> None:
    """A program that dies on a desktop of its own does not leave the session without one."""
    other = alice.call(CreateDesktop(world.name("brief"))).handle
    alice.call(SwitchDesktop(other))
    alice.call(CloseDesktop(other))
    assert alice.call(QueryUserObject(alice.call(GetThreadDesktop()))).is_input


def test_who_a_window_station_is_given_to(world: World, service: Program, alice: Program) -> None:
    """(6.5)"""
    handle = service.call(CreateWindowStation(world.name("given"))).handle
    service.call(SetWindowStationUser(handle, alice.identity.logon_session, alice.identity.user_sid))
    assert service.call(QueryUserObject(handle)).user_sid == alice.identity.user_sid
    service.call(SetWindowStationUser(handle, 0, ""))
    assert service.call(QueryUserObject(handle)).user_sid == ""
    own = alice.call(GetProcessWindowStation())
    assert alice.status(SetWindowStationUser(own, 0, "")) is S.PRIVILEGE_NOT_HELD


def test_a_user_opens_the_own_desktop_to_others(world: World, alice: Program) -> None:
    """The documented way to let another user's program in: edit the security of both.  (6.4, remark)"""
    other = world.program(1, "bob")
    everything, name = 0xF01FF, world.name("open")
    desktop = alice.call(CreateDesktop(name, desired_access=everything)).handle
    assert other.win32(OpenWindowStation("WinSta0")) == (None, 5)
    station = alice.call(OpenWindowStation("WinSta0", desired_access=WRITE_DAC | READ_CONTROL))
    before = alice.call(QuerySecurity(station, DACL))
    alice.call(SetSecurity(desktop, DACL, FOR_EVERYONE))
    alice.call(SetSecurity(station, DACL, FOR_EVERYONE))
    theirs = other.call(OpenWindowStation("WinSta0", desired_access=2))
    other.call(SetThreadDesktop(other.call(OpenDesktop(name, theirs))))
    assert desktop_of(other) == name
    alice.call(SetSecurity(station, DACL, before))
    assert other.win32(OpenWindowStation("WinSta0", desired_access=2)) == (None, 5)


# -- heaps


def test_a_small_desktop_fills_up_and_its_neighbours_do_not_notice(world: World, alice: Program) -> None:
    """Windows cannot be made there, programs cannot be started there, all is told, and Default goes on.  (B.32)"""
    name = world.name("tiny")
    tiny = alice.call(CreateDesktop(name, heap_kb=64)).handle
    thread = alice.thread()
    thread.call(SetThreadDesktop(tiny))
    windows: list[int] = []
    while (made := thread.win32(CreateWindow("Static"))).value:
        windows.append(made.value)
    assert made.last_error == 8
    assert 100 < len(windows) < 64 * 1024 // 200
    events = [one for one in alice.call(QueryEventLog()) if one.event_id == 243 and name in one.text]
    assert len(events) == 1
    rows = {row.desktop: row for row in alice.call(QueryDesktopHeaps())}
    assert rows[name].used_percent > 99
    assert rows["Default"].used_percent < 10
    for window in windows:  # the last bytes go to texts
        if thread.status(SetWindowText(window, "x")) is S.NO_MEMORY:
            break
    status, why = fate(alice, rf"WinSta0\{name}")
    assert status == DLL_INIT_FAILED
    assert "no memory" in why
    assert fate(alice, r"WinSta0\Default") == (0, "")
    assert alice.thread().win32(SetThreadDesktop(tiny)) == (None, 8), "its thread information does not fit either"
    thread.end_thread()
    alice.call(CloseDesktop(tiny))
    assert name not in {row.desktop for row in alice.call(QueryDesktopHeaps())}


def test_view_space_limits_how_many_services_there_are(host_of: Callable[[str], World]) -> None:
    """With 20 MB, the next service under an account of its own does not start, and the log says why.  (B.33)"""
    world = host_of("server2003")
    service = world.service()
    taken = {area.name: area for area in service.call(QuerySessionSpace())}["view space"]
    assert taken.limit == 20 << 20
    made = 0
    while service.win32(CreateDesktop(f"desk{made}")).last_error == 0:
        made += 1
        assert made < 100
    assert made >= (taken.limit - taken.used) // (512 * 1024)
    assert service.win32(CreateDesktop("one more")) == (None, 8)
    assert [one for one in service.call(QueryEventLog()) if one.event_id == 244]
    assert service.call(QueryDesktopHeaps(-2))


def test_a_desktop_of_any_size(world: World, alice: Program) -> None:
    """(6.3, CreateDesktopEx)"""
    handle = alice.call(CreateDesktop(world.name("sized"), heap_kb=1000)).handle
    assert alice.call(QueryUserObject(handle)).heap_kb == 1000
    alice.call(CloseDesktop(handle))


def test_a_heap_too_small_for_its_desktop_takes_nothing(alice: Program) -> None:
    """Or a program could use up the view space of its session with desktops that nobody ever sees.  (8.9)"""
    view = [area.used for area in alice.call(QuerySessionSpace())]
    assert alice.win32(CreateDesktop("speck", heap_kb=1)) == (None, 8)
    assert [area.used for area in alice.call(QuerySessionSpace())] == view


def test_a_session_gives_its_desktops_back(world: World) -> None:
    """After logoff nothing of the session's window stations is left."""
    session = world.log_on("erin").session_id
    assert len(world.operator.call(QueryDesktopHeaps(session))) == 3
    assert world.operator.begin(Logoff(session)).reply == ()
    assert world.operator.status(QueryDesktopHeaps(session)) is S.CTX_WINSTATION_NOT_FOUND


@pytest.mark.in_process("what is mapped is looked at with the real client, in tests/host/test_windows.py")
def test_a_heap_is_mapped_for_reading(alice: Program) -> None:
    """A window's text is read without asking.  (8.6)"""
    granted = alice.call(MapDesktopHeap())
    assert granted.size == 20480 * 1024
    assert alice.call(MapDesktopHeap(shared=True)).size == 1024 * 1024
    assert alice.call(MapDesktopHeap()) == granted


@pytest.mark.in_process("the limit is the whole session's, which other tests use")
def test_so_many_heaps_of_a_session_are_mapped(world: World, alice: Program) -> None:
    """Windows are told of by calls as well, so that nobody is worse off.  (8.6; ours)"""
    handles = [alice.call(CreateDesktop(f"desk{number}", heap_kb=64)).handle for number in range(65)]
    statuses = []
    for handle in handles:
        alice.call(SetThreadDesktop(handle))
        statuses.append(alice.status(MapDesktopHeap()))
    assert statuses == [S.SUCCESS] * MAPPED_HEAPS_PER_SESSION + [S.INSUFFICIENT_RESOURCES]
    alice.call(CloseDesktop(handles[0]))
    alice.call(MapDesktopHeap())
