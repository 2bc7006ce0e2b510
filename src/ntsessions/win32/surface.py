"""Which names our modules show: what `import *` takes, and what of pywin32 is not there.

`getter` makes a module's `__getattr__`.  A name of this table raises `NotProvided`, which is an AttributeError and a
NotImplementedError: `hasattr` answers False, `from ... import` fails as for a name that is not there, and a plain use
says what is missing.  A name that is in neither raises a plain AttributeError.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Never

from ntsessions.win32.errors import NotProvided

_words = str.split

MISSING: dict[str, frozenset[str]] = {
    "pywintypes": frozenset(
        _words(
            "DEVMODEType DEVMODEWType HKEY IsTextUnicode WAVEFORMATEX WAVEFORMATEXType "
            "WAVE_FORMAT_PCM"
        )
    ),
    "win32api": frozenset(
        _words(
            "AbortSystemShutdown InitiateSystemShutdown Apply Beep BeginUpdateResource ChangeDisplaySettings "
            "ChangeDisplaySettingsEx ClipCursor CopyFile DebugBreak DragQueryFile DragFinish EndUpdateResource "
            "EnumDisplayDevices EnumDisplayMonitors EnumDisplaySettings EnumDisplaySettingsEx "
            "EnumResourceLanguages EnumResourceNames EnumResourceTypes ExitWindows ExitWindowsEx FindFiles "
            "FindFirstChangeNotification FindNextChangeNotification FindCloseChangeNotification FindExecutable "
            "FreeLibrary GetAsyncKeyState GetComputerObjectName GetMonitorInfo GetCursorPos GetConsoleTitle "
            "GetDateFormat GetDiskFreeSpace GetDiskFreeSpaceEx GetDllDirectory GetFileAttributes "
            "GetFileVersionInfo GetFocus GetKeyboardLayout GetKeyboardLayoutList GetKeyboardLayoutName "
            "GetKeyboardState GetKeyState GetLastInputInfo GetLongPathName GetLongPathNameW GetLogicalDrives "
            "GetLogicalDriveStrings GetPwrCapabilities GetProfileSection GetProcAddress GetProfileVal "
            "GetShortPathName GetSysColor GetSystemDefaultLangID GetSystemDefaultLCID GetSystemDirectory "
            "GetSystemFileCacheSize SetSystemFileCacheSize GetSystemMetrics GetSystemCpuSetInformation "
            "GetSystemPowerStatus GetThreadLocale GetTimeFormat GetVolumeInformation "
            "GetWindowsDirectory GetWindowLong GetUserDefaultLangID GetUserDefaultLCID GlobalMemoryStatus "
            "GlobalMemoryStatusEx keybd_event mouse_event LoadCursor LoadKeyboardLayout LoadLibrary LoadLibraryEx "
            "LoadResource LoadString MapVirtualKey MessageBeep MessageBoxEx MessageBox MonitorFromPoint "
            "MonitorFromRect MonitorFromWindow MoveFile MoveFileEx PostMessage RegCloseKey RegConnectRegistry "
            "RegCopyTree RegCreateKey RegCreateKeyEx RegDeleteKey RegDeleteKeyEx RegDeleteTree RegDeleteValue "
            "RegEnumKey RegEnumKeyEx RegEnumKeyExW RegEnumValue RegFlushKey RegGetKeySecurity RegLoadKey "
            "RegOpenCurrentUser RegOpenKey RegOpenKeyEx RegOpenKeyTransacted RegOverridePredefKey RegQueryValue "
            "RegQueryValueEx RegQueryInfoKey RegQueryInfoKeyW RegRestoreKey RegSaveKey RegSaveKeyEx "
            "RegSetKeySecurity RegSetValue RegSetValueEx RegUnLoadKey RegisterWindowMessage "
            "RegNotifyChangeKeyValue SearchPath SendMessage SetConsoleTitle SetCursorPos SetDllDirectory "
            "SetErrorMode SetFileAttributes SetSysColors SetLocalTime SetSystemTime SetClassLong SetClassWord "
            "SetWindowWord SetCursor SetSystemPowerState SetThreadLocale SetTimeZoneInformation SetWindowLong "
            "ShellExecute ShowCursor ToAsciiEx ToUnicodeEx UpdateResource VkKeyScan VkKeyScanEx WinExec WinHelp "
            "WriteProfileSection WriteProfileVal"
        )
    ),
    "win32job": frozenset({"UserHandleGrantAccess"}),
    "win32process": frozenset(
        _words(
            "AttachThreadInput CreateRemoteThread EnumProcessModules EnumProcessModulesEx GetGuiResources "
            "GetModuleFileNameEx GetProcessIoCounters GetProcessPriorityBoost GetProcessShutdownParameters "
            "GetProcessWindowStation GetProcessWorkingSetSize GetThreadIOPendingFlag GetThreadPriorityBoost "
            "GetThreadTimes GetWindowThreadProcessId ReadProcessMemory SetProcessPriorityBoost "
            "SetProcessShutdownParameters SetProcessWorkingSetSize SetThreadAffinityMask SetThreadIdealProcessor "
            "SetThreadPriorityBoost SuspendThread VirtualAllocEx VirtualFreeEx WriteProcessMemory"
        )
    ),
    "win32security": frozenset(
        _words(
            "AcceptSecurityContext AcquireCredentialsHandle AdjustTokenGroups AllocateLocallyUniqueId "
            "CredHandleType CryptEnumProviders CtxtHandleType DsCrackNames DsGetSpn "
            "DsListDomainsInSite DsListInfoForServer DsListRoles DsListServersForDomainInSite DsListServersInSite "
            "DsListSites DsUnBind DsWriteAccountSpn EnumerateSecurityPackages GetFileSecurity GetPolicyHandle "
            "ImpersonateAnonymousToken ImpersonateNamedPipeClient InitializeSecurityContext LsaAddAccountRights "
            "LsaCallAuthenticationPackage LsaClose LsaConnectUntrusted LsaDeregisterLogonProcess "
            "LsaEnumerateAccountRights LsaEnumerateAccountsWithUserRight LsaLookupAuthenticationPackage "
            "LsaOpenPolicy LsaQueryInformationPolicy LsaRegisterLogonProcess LsaRegisterPolicyChangeNotification "
            "LsaRemoveAccountRights LsaRetrievePrivateData LsaSetInformationPolicy LsaStorePrivateData "
            "LsaUnregisterPolicyChangeNotification PyCredHandleType PyCtxtHandleType PySecBufferDescType "
            "PySecBufferType QuerySecurityPackageInfo SecBufferDescType SecBufferType SetFileSecurity "
            "TranslateName"
        )
    ),
}  # fmt: skip

MODULES = frozenset(
    _words(
        "_win32sysloader _winxptheme dde odbc perfmon pythoncom pywin rasutil regutil "
        "servicemanager sspi win32clipboard win32com win32comext win32console win32cred win32crypt "
        "win32evtlog win32evtlogutil win32file win32gui_struct win32help win32inet win32lz win32net win32pdh "
        "win32pdhquery win32pdhutil win32pipe win32print win32profile win32ras win32rcparser win32service "
        "win32serviceutil win32timezone win32trace win32traceutil win32transaction win32ts win32ui win32uiole "
        "win32verstamp win32wnet winxptheme"
    )
)
"""Modules of pywin32 that are not there at all."""


def shows(namespace: dict[str, Any], name: str) -> bool:
    """Tell whether a name of a module is pywin32's, and not one that the module imports for its own use."""
    value = namespace[name]
    if name[0] == "_" or isinstance(value, ModuleType):
        return False
    if name == "error":
        return True
    module = namespace["__name__"]
    origin = str(getattr(value, "__module__", module))
    if isinstance(value, type):
        return name.endswith("Type") and origin.startswith(("pywintypes", "ntsessions.win32"))
    return origin == module or (name[0].isupper() and origin.startswith("ntsessions.win32"))


def getter(module: str) -> Callable[[str], Never]:
    """Return the `__getattr__` of one of our modules."""

    def __getattr__(name: str) -> Never:
        if name in MISSING.get(module, ()):
            raise NotProvided(f"{module}.{name} is not provided by ntsessions")
        raise AttributeError(f"module '{module}' has no attribute '{name}'")

    return __getattr__
