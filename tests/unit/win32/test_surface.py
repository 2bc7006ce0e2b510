"""What the modules show, against what pywin32 shows."""

import importlib
from typing import Any

import pytest

from ntsessions.win32 import surface
from ntsessions.win32.errors import NotProvided
from ntsessions.win32.modules import PROVIDED

FUNCTIONS: dict[str, str] = {
    "win32event": "CancelWaitableTimer CreateEvent CreateMutex CreateSemaphore CreateWaitableTimer "
    "CreateWaitableTimerEx MsgWaitForMultipleObjects MsgWaitForMultipleObjectsEx OpenEvent OpenMutex OpenSemaphore "
    "OpenWaitableTimer PulseEvent ReleaseMutex ReleaseSemaphore ResetEvent SetEvent SetWaitableTimer "
    "SignalObjectAndWait WaitForInputIdle WaitForMultipleObjects WaitForMultipleObjectsEx WaitForSingleObject "
    "WaitForSingleObjectEx",
    "win32job": "AssignProcessToJobObject CreateJobObject IsProcessInJob OpenJobObject QueryInformationJobObject "
    "SetInformationJobObject TerminateJobObject",
    "win32clipboard": "ChangeClipboardChain CloseClipboard CountClipboardFormats EmptyClipboard EnumClipboardFormats "
    "GetClipboardData GetClipboardDataHandle GetClipboardFormatName GetClipboardOwner "
    "GetClipboardSequenceNumber GetClipboardViewer GetGlobalMemory GetOpenClipboardWindow "
    "GetPriorityClipboardFormat IsClipboardFormatAvailable OpenClipboard RegisterClipboardFormat "
    "SetClipboardData SetClipboardText SetClipboardViewer",
    "win32gui": "AppendMenu BringWindowToTop CallWindowProc CheckMenuItem CheckMenuRadioItem ClientToScreen "
    "CloseWindow CreateMenu CreatePopupMenu CreateWindow CreateWindowEx DefWindowProc DeleteMenu DestroyMenu "
    "DestroyWindow DispatchMessage EnableMenuItem EnableWindow EnumChildWindows EnumDesktopWindows EnumThreadWindows "
    "EnumWindows FindWindow FindWindowEx GetActiveWindow GetAncestor GetClassLong GetClassName GetClientRect "
    "GetDesktopWindow GetDlgCtrlID GetDlgItem GetDlgItemInt GetDlgItemText GetFocus GetForegroundWindow "
    "GetMenu GetMenuDefaultItem GetMenuItemCount GetMenuItemID GetMenuItemInfo GetMenuState GetMessage "
    "GetModuleHandle GetParent GetSubMenu GetThreadDesktop GetTopWindow GetWindow GetWindowLong "
    "GetWindowPlacement GetWindowRect GetWindowText GetWindowTextLength HIWORD InsertMenu InsertMenuItem "
    "IsChild IsIconic IsWindow IsWindowEnabled IsWindowVisible LOWORD LoadCursor LoadIcon ModifyMenu "
    "MoveWindow PeekMessage PostMessage PostQuitMessage PostThreadMessage PumpMessages PumpWaitingMessages "
    "PyGetArraySignedLong PyGetBufferAddressAndLen PyGetMemory PyGetString PyMakeBuffer PySetMemory "
    "PySetString RealGetWindowClass RegisterClass RegisterWindowMessage RemoveMenu ReplyMessage ScreenToClient "
    "SendMessage SendMessageTimeout SetActiveWindow SetDlgItemInt SetDlgItemText SetFocus SetForegroundWindow "
    "SetMenu SetMenuDefaultItem SetMenuItemInfo SetParent SetWindowLong SetWindowPlacement SetWindowPos "
    "SetWindowText ShowWindow TranslateMessage UnregisterClass UpdateWindow WNDCLASS WaitMessage lpstr "
    "set_logger",
    "win32service": "CloseServiceHandle ControlService CreateDesktop CreateWindowStation EnumServicesStatus "
    "EnumWindowStations GetProcessWindowStation GetThreadDesktop GetUserObjectInformation HDESKType HWINSTAType "
    "OpenDesktop OpenInputDesktop OpenSCManager OpenService OpenWindowStation QueryServiceStatus "
    "SetUserObjectInformation StartService",
    "mmapfile": "mmapfile",
    "timer": "kill_timer set_timer",
}


def module(name: str) -> Any:
    return importlib.import_module(f"ntsessions.win32.{name}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_module_shows_exactly_the_functions_of_pywin32s(name: str) -> None:
    shown = module(name).__all__
    functions = {item for item in shown if callable(getattr(module(name), item)) and item != "error"}
    assert functions == set(FUNCTIONS[name].split())


@pytest.mark.parametrize("name", sorted(PROVIDED - {"pywintypes"}))
def test_every_module_has_pywintypes_error(name: str) -> None:
    assert module(name).error is module("pywintypes").error


@pytest.mark.parametrize("name", sorted(PROVIDED))
def test_star_import_takes_nothing_that_python_scripts_call_by_the_same_name(name: str) -> None:
    assert not {"time", "os", "sys", "Any", "kernel32", "re", "socket", "Path"} & set(module(name).__all__)


@pytest.mark.parametrize("name", sorted(surface.MISSING))
def test_a_name_is_there_or_missing_and_not_both(name: str) -> None:
    assert not surface.MISSING[name] & set(vars(module(name)))


def test_a_missing_name_is_an_attribute_that_is_not_there_and_says_why() -> None:
    win32api = module("win32api")
    assert not hasattr(win32api, "RegOpenKey")
    with pytest.raises(NotImplementedError, match=r"win32api\.RegOpenKey is not provided by ntsessions"):
        win32api.RegOpenKey(1, "x")
    with pytest.raises(ImportError):
        exec("from ntsessions.win32.win32api import RegOpenKey", {})
    assert issubclass(NotProvided, AttributeError)


def test_a_name_that_nobody_has_is_just_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'win32event' has no attribute 'Nonsense'") as caught:
        module("win32event").Nonsense  # noqa: B018 - the point
    assert not isinstance(caught.value, NotImplementedError)


def test_the_numbers_of_services_are_windows() -> None:
    win32service = module("win32service")
    assert (win32service.SC_MANAGER_ALL_ACCESS, win32service.SERVICE_ALL_ACCESS) == (0xF003F, 0xF01FF)
    assert (win32service.SERVICE_RUNNING, win32service.SERVICE_CONTROL_PRESHUTDOWN) == (4, 15)
    assert (win32service.SERVICE_WIN32, win32service.SERVICE_NO_CHANGE) == (0x30, -1)
    assert (win32service.DBT_CUSTOMEVENT, win32service.SERVICE_DISABLED) == (0x8006, 4)


def test_numbers_that_went_through_a_c_long_are_signed() -> None:
    win32event, win32security = module("win32event"), module("win32security")
    assert (win32event.INFINITE, win32event.WAIT_FAILED) == (-1, -1)
    assert win32security.SE_GROUP_LOGON_ID == -0x40000000
    assert win32security.PROTECTED_DACL_SECURITY_INFORMATION == -0x80000000
    assert (win32event.QS_ALLINPUT, win32event.QS_ALLEVENTS) == (0x4FF, 0x4BF)
