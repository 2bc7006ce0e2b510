r"""win32service's window stations and desktops, and starting programs on them (nt-semantics 6.3, 6.4, 6.6)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ntsessions.win32 import pywintypes, win32api, win32gui, win32process, win32security, win32service
from tests.conformance.win32.conftest import RunScript
from tests.conformance.win32.test_win32gui import code_of

MAXIMUM_ALLOWED = 0x02000000
DESKTOP_READOBJECTS, DESKTOP_SWITCHDESKTOP = 0x1, 0x100


def name_of(handle: Any) -> str:
    found = win32service.GetUserObjectInformation(handle, win32service.UOI_NAME)
    assert isinstance(found, str)
    return found


def on_a_thread(action: Callable[[], None]) -> None:
    """Run something on a thread of its own, which has no windows yet."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is looked for
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def test_a_service_is_on_a_window_station_without_a_screen() -> None:
    station = win32service.GetProcessWindowStation()
    assert isinstance(station, win32service.HWINSTAType)
    assert name_of(station) == "Service-0x0-3e7$"
    assert "Default" in station.EnumDesktops()
    information = win32service.GetUserObjectInformation
    assert information(station, win32service.UOI_TYPE) == "WindowStation"
    assert information(station, win32service.UOI_FLAGS) == {"Inherit": False, "Reserved": False, "Flags": 0}
    assert "Service-0x0-3e7$" in win32service.EnumWindowStations()
    assert code_of(win32service.OpenInputDesktop, 0, False, MAXIMUM_ALLOWED) == 1
    assert int(win32process.GetProcessWindowStation()) == int(station)
    assert code_of(station.CloseWindowStation) == 170


def test_facts_that_pywin32_does_not_show_are_not_shown() -> None:
    station = win32service.GetProcessWindowStation()
    for kind in (5, 6):
        with pytest.raises(NotImplementedError):
            win32service.GetUserObjectInformation(station, kind)
    assert code_of(win32service.GetUserObjectInformation, station, 9) == 87
    assert code_of(win32service.GetUserObjectInformation, 0, win32service.UOI_NAME) == 6


def test_a_window_station_is_made_opened_and_gone_with_its_handles(name: str) -> None:
    made = win32service.CreateWindowStation(name, 0, MAXIMUM_ALLOWED, None)
    opened = win32service.OpenWindowStation(name.upper(), False, MAXIMUM_ALLOWED)
    assert (name_of(opened), made.EnumDesktops()) == (name, [])
    assert code_of(win32service.CreateWindowStation, name, 1, MAXIMUM_ALLOWED, None) == 183
    made.CloseWindowStation()
    assert code_of(made.CloseWindowStation) == code_of(made.EnumDesktops) == 6
    del opened
    assert code_of(win32service.OpenWindowStation, name, False, MAXIMUM_ALLOWED) == 2
    assert code_of(win32service.OpenWindowStation, r"a\b", False, MAXIMUM_ALLOWED) == 3
    with pytest.raises(TypeError):
        win32service.OpenWindowStation(None, False, MAXIMUM_ALLOWED)  # type: ignore[arg-type]


def test_a_desktop_is_made_and_a_thread_goes_there(name: str) -> None:
    desktop = win32service.CreateDesktop(name, 0, MAXIMUM_ALLOWED, None)
    assert isinstance(desktop, win32service.HDESKType)
    assert desktop.EnumDesktopWindows() == []
    seen: list[Any] = []

    def there() -> None:
        desktop.SetThreadDesktop()
        window = win32gui.CreateWindow("Static", "there", 0, 0, 0, 0, 0, 0, 0, 0, None)
        win32gui.EnumWindows(lambda hwnd, extra: extra.append(hwnd), seen)
        assert seen == [int(one) for one in desktop.EnumDesktopWindows()] == [window]
        here = win32service.OpenDesktop("Default", 0, False, MAXIMUM_ALLOWED)
        assert code_of(here.SetThreadDesktop) == code_of(desktop.CloseDesktop) == 170
        win32gui.DestroyWindow(window)
        here.SetThreadDesktop()

    on_a_thread(there)
    found: list[int] = []
    win32gui.EnumDesktopWindows(desktop, lambda hwnd, extra: extra.append(hwnd), found)
    assert found == []
    desktop.CloseDesktop()
    assert code_of(win32service.OpenDesktop, name, 0, False, MAXIMUM_ALLOWED) == 2


def test_a_thread_knows_its_desktop() -> None:
    desktop = win32service.GetThreadDesktop(win32api.GetCurrentThreadId())
    assert name_of(desktop) == "Default"
    assert int(desktop) == win32gui.GetThreadDesktop(win32api.GetCurrentThreadId())
    assert code_of(win32service.GetThreadDesktop, 0) == code_of(win32service.GetThreadDesktop, 0x7FFFFFFF) == 87


def test_handles_are_of_the_kind_they_say(name: str) -> None:
    desktop = win32service.CreateDesktop(name, 0, MAXIMUM_ALLOWED, None)
    station = win32service.GetProcessWindowStation()
    no_station, no_desktop = win32service.HWINSTAType(desktop), win32service.HDESKType(handle=int(station))
    assert code_of(no_station.EnumDesktops) == 6
    assert code_of(no_desktop.SetThreadDesktop) == code_of(no_desktop.CloseDesktop) == 6
    for wrong in (no_station, no_desktop):
        wrong.Detach()
    win32service.HWINSTAType(desktop)
    assert name_of(desktop) == name, "what is no window station is not closed as one"
    limited = win32service.OpenDesktop(name, 0, False, DESKTOP_READOBJECTS)
    assert code_of(limited.SwitchDesktop) == 5
    limited.CloseDesktop()
    number = desktop.Detach()
    assert (int(desktop), name_of(number)) == (0, name)
    win32service.HDESKType(number).Close()
    assert code_of(win32service.OpenDesktop, name, 0, False, MAXIMUM_ALLOWED) == 2


def test_flags_and_inheritance_are_set(name: str) -> None:
    attributes = pywintypes.SECURITY_ATTRIBUTES()
    attributes.bInheritHandle = True
    desktop = win32service.CreateDesktop(name, 0, MAXIMUM_ALLOWED, attributes)
    flags = win32service.GetUserObjectInformation(desktop, win32service.UOI_FLAGS)
    assert flags == {"Inherit": True, "Reserved": False, "Flags": 0}
    changed = {"Inherit": False, "Reserved": False, "Flags": win32service.DF_ALLOWOTHERACCOUNTHOOK}
    win32service.SetUserObjectInformation(desktop, changed)
    assert win32service.GetUserObjectInformation(desktop, win32service.UOI_FLAGS) == changed
    for arguments in (({"Inherit": True},), (5,), (changed, 2)):
        with pytest.raises(TypeError):
            win32service.SetUserObjectInformation(desktop, *arguments)
    desktop.CloseDesktop()


def test_a_desktops_security_is_read_and_replaced(name: str) -> None:
    desktop = win32service.CreateDesktop(name, 0, MAXIMUM_ALLOWED, None)
    dacl = win32security.DACL_SECURITY_INFORMATION
    security = win32security.GetUserObjectSecurity(desktop, dacl)
    before = security.GetSecurityDescriptorDacl()
    entries = win32security.ACL()
    everyone = win32security.ConvertStringSidToSid("S-1-1-0")
    entries.AddAccessAllowedAce(win32security.ACL_REVISION, 0xF01FF, everyone)
    security.SetSecurityDescriptorDacl(True, entries, False)
    win32security.SetUserObjectSecurity(desktop, dacl, security)
    after = win32security.GetUserObjectSecurity(desktop, dacl).GetSecurityDescriptorDacl()
    assert before is not None
    assert after is not None
    assert (before.GetAceCount() != 0, after.GetAceCount()) == (True, 1)


# -- in a session that somebody is logged on in


def test_a_user_is_on_winsta0_and_switches_between_desktops(run_in_session: RunScript) -> None:
    script = """
import win32con, win32gui, win32service
information = win32service.GetUserObjectInformation
station = win32service.GetProcessWindowStation()
print(information(station, win32service.UOI_NAME), information(station, win32service.UOI_FLAGS)["Flags"])
print(information(station, win32service.UOI_USER_SID) is not None)
before = win32service.OpenInputDesktop(0, False, win32con.MAXIMUM_ALLOWED)
second = win32service.CreateDesktop("Second", 0, win32con.MAXIMUM_ALLOWED, None)
print(sorted(station.EnumDesktops()))
window = win32gui.CreateWindow("Static", "", win32con.WS_VISIBLE, 0, 0, 0, 0, 0, 0, 0, None)
print(win32gui.GetForegroundWindow() == window)
second.SwitchDesktop()
print(information(win32service.OpenInputDesktop(0, False, win32con.MAXIMUM_ALLOWED), win32service.UOI_NAME))
print(win32gui.GetForegroundWindow())
try:
    win32gui.SetForegroundWindow(window)
except win32gui.error as error:
    print(error.funcname)
before.SwitchDesktop()
win32gui.SetForegroundWindow(window)
print(win32gui.GetForegroundWindow() == window)
"""
    ran = run_in_session(script)
    expected = ["WinSta0 1", "True", "['Default', 'Second']", "True", "Second", "0", "SetForegroundWindow", "True"]
    assert (ran.stdout.splitlines(), ran.stderr) == (expected, "")


def test_a_program_is_started_on_the_desktop_that_it_is_told(run_in_session: RunScript) -> None:
    """STARTUPINFO.lpDesktop decides; a program that cannot be there does not run."""
    script = r"""
import sys, subprocess, win32con, win32event, win32gui, win32process, win32service
desktop = win32service.CreateDesktop("Told", 0, win32con.MAXIMUM_ALLOWED, None)
code = "import win32gui as g; g.CreateWindow('Static', 'there', 0, 0, 0, 0, 0, 0, 0, 0, None); g.PumpMessages()"
line = subprocess.list2cmdline([sys.executable, "-m", "ntsessions.win32.runner", "-c", code])
def start(name):
    startup = win32process.STARTUPINFO()
    startup.lpDesktop = name
    return win32process.CreateProcess(None, line, None, None, False, 0, None, None, startup)
for name in ("Told", r"WinSta0\Told"):
    process = start(name)[0]
    print(win32event.WaitForInputIdle(process, 10000))
    (window,) = desktop.EnumDesktopWindows()
    print(win32gui.IsWindow(window), win32gui.FindWindow(None, "there"))
    win32process.TerminateProcess(process, 3)
    win32event.WaitForSingleObject(process, 10000)
process = start(r"WinSta0\Nowhere")[0]
win32event.WaitForSingleObject(process, 10000)
print(hex(win32process.GetExitCodeProcess(process) & 0xffffffff), win32process.GetStartupInfo().lpDesktop)
"""
    ran = run_in_session(script)
    assert (ran.stdout.splitlines(), ran.stderr) == (["0", "1 0"] * 2 + [r"0xc0000142 WinSta0\Default"], "")
