"""Who may do what with window stations and desktops (nt-semantics 6.1, 6.3, 6.5, 6.13); what a job forbids (2.7)."""

import pytest

from ntsessions.abi.access import (
    DESKTOP_CREATEWINDOW,
    DESKTOP_HOOKCONTROL,
    DESKTOP_READOBJECTS,
    DESKTOP_WRITEOBJECTS,
    GENERIC_ALL,
    GENERIC_EXECUTE,
    GENERIC_READ,
    GENERIC_WRITE,
    READ_CONTROL,
    SYNCHRONIZE,
    WINSTA_ALL_ACCESS,
    WINSTA_CREATEDESKTOP,
    WINSTA_ENUMDESKTOPS,
    WRITE_DAC,
    WRITE_OWNER,
)
from ntsessions.abi.calls.desktop import (
    ALLOW_OTHER_ACCOUNT_HOOK,
    CloseDesktop,
    CreateDesktop,
    GetThreadDesktop,
    OpenDesktop,
    OpenInputDesktop,
    QueryDesktops,
    SetThreadDesktop,
    SwitchDesktop,
)
from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.hook import WH_CBT, SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.job import CreateJob, SetJobLimits
from ntsessions.abi.calls.menu import CreateMenu
from ntsessions.abi.calls.message import HOOKED, NONE, GetMessage
from ntsessions.abi.calls.object import (
    DUPLICATE_CLOSE_SOURCE,
    DUPLICATE_SAME_ACCESS,
    Close,
    DuplicateObject,
    QueryObject,
    QuerySecurity,
    SetSecurity,
)
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.session import Logoff
from ntsessions.abi.calls.token import QueryToken
from ntsessions.abi.calls.window import CreateWindow
from ntsessions.abi.calls.window_station import (
    CloseWindowStation,
    CreateWindowStation,
    GetProcessWindowStation,
    OpenWindowStation,
    QueryUserObject,
    QueryWindowStations,
    SetProcessWindowStation,
    SetUserObjectFlags,
)
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import NtStatus as S
from tests.conformance.kinds import CURRENT_PROCESS, FOR_EVERYONE, PROCESS_TOKEN, make, sddl
from tests.conformance.worlds import Program, World

OWNER, DACL = 1, 4
SYSTEM, ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
OBJECTS = DESKTOP_READOBJECTS | DESKTOP_WRITEOBJECTS
UI_LIMIT_DESKTOP = 0x40
NO_PROPAGATE, TO_CHILDREN = 0x4, 0xB


def granted(program: Program, handle: int) -> int:
    return program.call(QueryObject(handle)).granted_access


def entries(program: Program, handle: int) -> list[tuple[str, int, int]]:
    """The access control list of an object: whom, what, and how that is inherited."""
    read = descriptor_from_bytes(program.call(QuerySecurity(handle, DACL)))
    assert read.dacl is not None
    return [(str(ace.sid), ace.mask, ace.flags) for ace in read.dacl]


def logon_sid(program: Program) -> str:
    return program.call(QueryToken(PROCESS_TOKEN)).logon_sid


def work_without(program: Program, right: int) -> None:
    """Give a process its window station once more, with a right less."""
    program.call(GetProcessWindowStation())
    handle = program.call(OpenWindowStation("WinSta0", desired_access=WINSTA_ALL_ACCESS & ~right))
    program.call(SetProcessWindowStation(handle))


# -- what rights mean (6.1)


@pytest.mark.parametrize(
    ("name", "meanings"),
    [
        ("WinSta0", (0x20303, 0x2001C, 0x20060, 0xF037F)),
        ("Service-0x0-3e7$", (0x20103, 0x2000C, 0x20060, 0xF016F)),
    ],
)
def test_generic_rights_without_a_screen_are_less(service: Program, name: str, meanings: tuple[int, ...]) -> None:
    """Nobody is granted the right to read a screen, or to set attributes, where there is no screen.  (6.1)"""
    service.call(GetProcessWindowStation())
    asked = (GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, GENERIC_ALL)
    found = [granted(service, service.call(OpenWindowStation(name, desired_access=right))) for right in asked]
    assert found == list(meanings)


def test_nobody_waits_for_a_window_station_or_a_desktop(alice: Program) -> None:
    """SYNCHRONIZE is no right of theirs.  (6.1)"""
    alice.call(GetThreadDesktop())
    assert alice.win32(OpenWindowStation("WinSta0", desired_access=SYNCHRONIZE)) == (None, 5)
    assert alice.win32(OpenDesktop("Default", desired_access=SYNCHRONIZE)) == (None, 5)


def test_the_security_of_a_desktop_takes_the_rights_to_its_objects_too(world: World, alice: Program) -> None:
    """READ_CONTROL and WRITE_DAC alone do not do.  (6.1)"""
    asked = DESKTOP_CREATEWINDOW | READ_CONTROL | WRITE_DAC | WRITE_OWNER
    for objects in (0, DESKTOP_READOBJECTS, DESKTOP_WRITEOBJECTS):
        handle = alice.call(CreateDesktop(world.name("poor"), desired_access=asked | objects)).handle
        assert alice.win32(QuerySecurity(handle, DACL)) == (None, 5)
        assert alice.win32(SetSecurity(handle, DACL, FOR_EVERYONE)) == (None, 5)
        assert alice.win32(SetSecurity(handle, OWNER, sddl(f"O:{alice.identity.user_sid}"))) == (None, 5)
        alice.call(CloseDesktop(handle))
    handle = alice.call(CreateDesktop(world.name("rich"), desired_access=asked | OBJECTS)).handle
    alice.call(SetSecurity(handle, DACL, FOR_EVERYONE))
    assert entries(alice, handle) == [("S-1-1-0", 0xF01FF, 0)]
    alice.call(CloseDesktop(handle))


# -- who has them from the beginning (6.5)


def test_the_window_station_of_a_user(alice: Program) -> None:
    r"""What the table says of WinSta0, WinSta0\Default and a desktop made there.  (6.5)"""
    logon = logon_sid(alice)
    station = alice.call(OpenWindowStation("WinSta0", desired_access=READ_CONTROL))
    assert entries(alice, station) == [
        (SYSTEM, 0xF037F, NO_PROPAGATE),
        (SYSTEM, GENERIC_ALL, TO_CHILDREN),
        (ADMINISTRATORS, 0x102, NO_PROPAGATE),
        (ADMINISTRATORS, 0xC7, TO_CHILDREN),
        (logon, 0xF037F, NO_PROPAGATE),
        (logon, GENERIC_ALL, TO_CHILDREN),
    ]
    default = alice.call(OpenDesktop("Default", desired_access=READ_CONTROL))
    expected = [(SYSTEM, 0xF01FF, 0), (ADMINISTRATORS, 0xC7, 0), (logon, 0xF01FF, 0)]
    assert entries(alice, default) == expected


def test_a_desktop_takes_after_its_window_station(world: World, alice: Program) -> None:
    """Without security of its own it has what the window station leaves to its desktops.  (6.5)"""
    handle = alice.call(CreateDesktop(world.name("heir"), desired_access=0xF01FF)).handle
    found = [(sid, mask) for sid, mask, _ in entries(alice, handle)]
    assert found == [(SYSTEM, 0xF01FF), (ADMINISTRATORS, 0xC7), (logon_sid(alice), 0xF01FF)]
    alice.call(CloseDesktop(handle))


def test_the_desktop_of_logons_is_the_systems(service: Program) -> None:
    """An administrator sees that Winlogon is there, and no more.  (6.5)"""
    station = service.call(OpenWindowStation("WinSta0"))
    handle = service.call(OpenDesktop("Winlogon", station, desired_access=READ_CONTROL))
    assert entries(service, handle) == [(SYSTEM, 0xF01FF, 0), (ADMINISTRATORS, 0xF0040, 0)]


def test_the_window_station_of_an_account(world: World, service: Program) -> None:
    """(6.5, the service accounts)"""
    bob = world.program(0, "bob")
    name = bob.call(QueryUserObject(bob.call(GetProcessWindowStation()))).name
    station = service.call(OpenWindowStation(name, desired_access=READ_CONTROL | 1))
    account = bob.identity.user_sid
    assert entries(service, station) == [(SYSTEM, 0xF037F, 0), (account, 0xF016F, 0), (ADMINISTRATORS, 0x100, 0)]
    desktop = service.call(OpenDesktop("Default", station, desired_access=READ_CONTROL))
    assert entries(service, desktop) == [(SYSTEM, 0xF01FF, 0), (account, 0xF00CF, 0), (ADMINISTRATORS, 0xC1, 0)]


def test_a_window_station_without_security_has_the_makers(world: World) -> None:
    """The default of the token, where documents of NT's contradict each other; and so has a desktop in it.  (6.5)"""
    admin = world.administrator()
    logon = logon_sid(admin)
    name = world.name("plain")
    station = admin.call(CreateWindowStation(name, desired_access=GENERIC_ALL)).handle
    assert granted(admin, station) == 0xF016F
    assert entries(admin, station) == [(ADMINISTRATORS, 0xF037F, 0), (SYSTEM, 0xF037F, 0), (logon, 0x20363, 0)]
    admin.call(CloseWindowStation(admin.call(OpenWindowStation(name, desired_access=WINSTA_ALL_ACCESS))))
    desktop = admin.call(CreateDesktop("Default", station, desired_access=0xF01FF)).handle
    assert entries(admin, desktop) == [(ADMINISTRATORS, 0xF01FF, 0), (SYSTEM, 0xF01FF, 0), (logon, 0x20141, 0)]


def test_session_0_has_an_interactive_window_station_nobody_sees(service: Program) -> None:
    """It is flagged visible all the same, so that the flag does not tell a service that somebody looks.  (6.6, 6.2)"""
    service.call(GetProcessWindowStation())
    station = service.call(OpenWindowStation("WinSta0"))
    assert service.call(QueryUserObject(station)).flags == 1
    assert set(service.call(QueryDesktops(station))) >= {"Winlogon", "Disconnect", "Default"}


# -- rights that the window station decides (6.3)


def test_desktops_are_made_with_a_right_on_the_window_station(world: World, alice: Program) -> None:
    """WINSTA_CREATEDESKTOP, on the handle that the process works with or on the one that is named.  (6.3)"""
    work_without(alice, WINSTA_CREATEDESKTOP)
    assert alice.win32(CreateDesktop(world.name("none"))) == (None, 5)
    weak = alice.call(OpenWindowStation("WinSta0", desired_access=WINSTA_ENUMDESKTOPS))
    assert alice.win32(CreateDesktop(world.name("none"), weak)) == (None, 5)
    alice.call(Close(alice.call(OpenDesktop("Default"))))


def test_desktops_are_listed_with_a_right_on_the_window_station(alice: Program) -> None:
    """(6.3)"""
    assert alice.win32(QueryDesktops(-1)) == (None, 6)
    work_without(alice, WINSTA_ENUMDESKTOPS)
    assert alice.win32(QueryDesktops()) == (None, 5)


# -- what is opened how (6.3)


def test_an_empty_name_is_the_window_station_of_the_logon_session(world: World) -> None:
    """2 when there is none.  (6.3)"""
    frank = world.program(world.log_on("frank").session_id, "frank")
    assert frank.win32(OpenWindowStation("")) == (None, 2)
    made = frank.call(CreateWindowStation("")).handle
    opened = frank.call(OpenWindowStation("", desired_access=2))
    facts = [frank.call(QueryUserObject(handle)).name for handle in (made, opened)]
    assert facts[0] == facts[1]
    assert facts[0].startswith("Service-0x")
    assert frank.win32(CreateWindowStation(None, desired_access=0)) == (None, 5), "it is there: access 0 opens nothing"
    session = frank.identity.session_id
    frank.exit()
    assert world.operator.begin(Logoff(session)).reply == ()


def test_names_of_windowing_are_no_names_of_objects(alice: Program) -> None:
    """A program may call its event as a window station is called.  (6.3)"""
    for name in ("WinSta0", "Default"):
        assert alice.win32(CreateEvent(name)).last_error in {0, 161}
        handle = make(alice, "Event", name)
        assert alice.call(QueryObject(handle)).name.endswith(rf"BaseNamedObjects\{name}")
        alice.call(Close(handle))


def test_a_window_station_stays_while_desktops_are_in_it(world: World) -> None:
    """Whoever closes it first closes the door for nobody.  (6.9)"""
    admin, name = world.administrator(), world.name("kept")
    station = admin.call(CreateWindowStation(name)).handle
    desktop = admin.call(CreateDesktop("Inside", station)).handle
    admin.call(CloseWindowStation(station))
    admin.call(CloseWindowStation(admin.call(OpenWindowStation(name))))
    admin.call(CloseDesktop(desktop))
    assert admin.win32(OpenWindowStation(name)) == (None, 2)
    assert name not in {one.name for one in admin.call(QueryWindowStations())}


def test_the_input_desktop_is_opened_anew_each_time(alice: Program) -> None:
    """With the rights that are asked for.  (6.3)"""
    handles = [alice.call(OpenInputDesktop(desired_access=DESKTOP_HOOKCONTROL)) for _ in range(2)]
    assert handles[0] != handles[1]
    assert granted(alice, handles[0]) & ~OBJECTS == DESKTOP_HOOKCONTROL
    for handle in handles:
        alice.call(CloseDesktop(handle))


def test_the_desktop_of_another_program_s_thread(world: World, alice: Program, desktop: str, service: Program) -> None:
    """A handle that the caller has of it already, else a new one; in another session there is no such thread.  (6.3)"""
    other = world.program()
    before = other.call(GetThreadDesktop())
    found = other.call(GetThreadDesktop(alice.thread_id))
    assert found != before
    assert other.call(QueryUserObject(found)).name == desktop
    assert other.call(GetThreadDesktop(alice.thread_id)) == found, "asking again leaks no handle"
    service.call(GetThreadDesktop())
    assert service.win32(GetThreadDesktop(alice.thread_id)) == (None, 87)


def test_what_is_in_use_is_not_closed_by_copying_it_away(alice: Program) -> None:
    """DUPLICATE_CLOSE_SOURCE copies the handle and leaves it there.  (6.3, as CloseHandle)"""
    for handle in (alice.call(GetThreadDesktop()), alice.call(GetProcessWindowStation())):
        move = DuplicateObject(
            CURRENT_PROCESS, handle, CURRENT_PROCESS, options=DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS
        )
        alice.call(Close(alice.call(move)))
        assert alice.win32(DuplicateObject(CURRENT_PROCESS, handle, 0, options=DUPLICATE_CLOSE_SOURCE)) == (None, 6)
        alice.call(QueryUserObject(handle))
    thread = alice.thread()
    thread.call(CreateWindow("Static"))
    thread.end_thread()


def test_a_thread_works_by_the_handle_it_was_given_last(world: World, alice: Program, desktop: str) -> None:
    """SetThreadDesktop for the same desktop succeeds although there are windows, and takes the rights of the handle.

    (6.3)
    """
    first = alice.call(GetThreadDesktop())
    weak = alice.call(CreateDesktop(desktop, desired_access=DESKTOP_CREATEWINDOW)).handle
    alice.call(CreateWindow("Static"))
    alice.call(SetThreadDesktop(weak))
    assert alice.call(GetThreadDesktop()) == weak
    assert alice.win32(CreateMenu()) == (None, 5)
    assert alice.win32(CloseDesktop(weak)) == (None, 170)
    alice.call(SetThreadDesktop(first))
    alice.call(CreateMenu())
    alice.call(CloseDesktop(weak))


# -- hooks of other accounts (6.13)


def test_a_program_lets_other_accounts_hook_it_by_its_own_handle(world: World, alice: Program) -> None:
    """DF_ALLOWOTHERACCOUNTHOOK is about the program that opened the desktop with it, not about others.  (6.13)"""
    name = world.name("mixed")
    mine = alice.call(CreateDesktop(name, desired_access=0xF01FF)).handle
    alice.call(SetSecurity(mine, DACL, FOR_EVERYONE))
    alice.call(SetThreadDesktop(mine))
    closed, willing = world.program(), world.program()
    closed.call(SetThreadDesktop(closed.call(OpenDesktop(name))))
    willing.call(SetThreadDesktop(willing.call(OpenDesktop(name, flags=ALLOW_OTHER_ACCOUNT_HOOK))))
    station = alice.call(OpenWindowStation("WinSta0", desired_access=WRITE_DAC | READ_CONTROL))
    before = alice.call(QuerySecurity(station, DACL))
    alice.call(SetSecurity(station, DACL, FOR_EVERYONE))
    bob = world.program(1, "bob")
    theirs = bob.call(OpenDesktop(name, bob.call(OpenWindowStation("WinSta0", desired_access=2))))
    alice.call(SetSecurity(station, DACL, before))
    bob.call(SetUserObjectFlags(theirs, flags=ALLOW_OTHER_ACCOUNT_HOOK))
    bob.call(SetThreadDesktop(theirs))
    for program in (closed, willing):
        program.call(CreateWindow("Static"))
    assert bob.win32(SetWindowsHook(WH_CBT, closed.thread_id)) == (None, 5)
    bob.call(UnhookWindowsHook(bob.call(SetWindowsHook(WH_CBT, willing.thread_id))))
    hook = bob.call(SetWindowsHook(WH_CBT))
    closed.call(CreateWindow("Static"))
    seen = willing.call(CreateWindow("Static"))
    message = bob.call(GetMessage(timeout=0))
    assert (message.kind, message.sent, message.window) == (HOOKED, hook, seen)
    willing.call(SetUserObjectFlags(willing.call(GetThreadDesktop()), flags=0))
    willing.call(CreateWindow("Static"))
    assert bob.call(GetMessage(timeout=0)).kind == NONE
    assert closed.call(QueryUserObject(closed.call(GetThreadDesktop()))).flags == 0
    for program in (bob, closed, willing):
        program.exit()


# -- what a job forbids (2.7)


def test_a_job_can_keep_its_processes_on_their_desktop(world: World, alice: Program) -> None:
    """JOB_OBJECT_UILIMIT_DESKTOP: desktops are neither made nor switched to.  (2.7, 6.3)"""
    name = world.name("made outside")
    made = alice.call(CreateDesktop(name)).handle
    job = alice.call(CreateJob()).handle
    alice.call(SetJobLimits(job, ui_restrictions=UI_LIMIT_DESKTOP))
    program = alice.start(jobs=(job,)).connect()
    assert program.win32(CreateDesktop(world.name("made inside"))) == (None, 5)
    assert program.win32(CreateDesktop(name)) == (None, 5)
    opened = program.call(OpenDesktop(name))
    assert program.win32(SwitchDesktop(opened)) == (None, 5)
    program.call(SetThreadDesktop(opened))
    alice.call(CloseDesktop(made))


def test_a_desktop_handle_goes_to_another_program(world: World, alice: Program) -> None:
    """As any handle of the kernel it can be copied into a process.  (6.1)"""
    other = world.program()
    process = alice.call(OpenProcess(other.pid, 0x40))
    name = world.name("given")
    handle = alice.call(CreateDesktop(name)).handle
    given = alice.call(DuplicateObject(CURRENT_PROCESS, handle, process, options=DUPLICATE_SAME_ACCESS))
    alice.call(CloseDesktop(handle))
    assert other.call(QueryUserObject(given)).name == name
    assert alice.status(OpenDesktop(name)) is S.SUCCESS
