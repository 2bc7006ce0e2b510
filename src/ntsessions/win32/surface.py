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
            "EnumDisplayDevices EnumDisplayMonitors EnumDisplaySettings EnumDisplaySettingsEx EnumResourceLanguages "
            "EnumResourceNames EnumResourceTypes ExitWindows ExitWindowsEx FindFiles FindFirstChangeNotification "
            "FindNextChangeNotification FindCloseChangeNotification FindExecutable FreeLibrary GetAsyncKeyState "
            "GetComputerObjectName GetMonitorInfo GetCursorPos GetConsoleTitle GetDateFormat GetDiskFreeSpace "
            "GetDiskFreeSpaceEx GetDllDirectory GetFileAttributes GetFileVersionInfo GetKeyboardLayout "
            "GetKeyboardLayoutList GetKeyboardLayoutName GetKeyboardState GetKeyState GetLastInputInfo "
            "GetLongPathName GetLongPathNameW GetLogicalDrives GetLogicalDriveStrings GetPwrCapabilities "
            "GetProfileSection GetProcAddress GetProfileVal GetShortPathName GetSysColor GetSystemDefaultLangID "
            "GetSystemDefaultLCID GetSystemDirectory GetSystemFileCacheSize SetSystemFileCacheSize GetSystemMetrics "
            "GetSystemCpuSetInformation GetSystemPowerStatus GetThreadLocale GetTimeFormat GetVolumeInformation "
            "GetWindowsDirectory GetUserDefaultLangID GetUserDefaultLCID GlobalMemoryStatus GlobalMemoryStatusEx "
            "keybd_event mouse_event LoadKeyboardLayout LoadLibrary LoadLibraryEx LoadResource LoadString "
            "MapVirtualKey MessageBeep MessageBoxEx MessageBox MonitorFromPoint MonitorFromRect MonitorFromWindow "
            "MoveFile MoveFileEx RegCloseKey RegConnectRegistry RegCopyTree RegCreateKey RegCreateKeyEx RegDeleteKey "
            "RegDeleteKeyEx RegDeleteTree RegDeleteValue RegEnumKey RegEnumKeyEx RegEnumKeyExW RegEnumValue "
            "RegFlushKey RegGetKeySecurity RegLoadKey RegOpenCurrentUser RegOpenKey RegOpenKeyEx RegOpenKeyTransacted "
            "RegOverridePredefKey RegQueryValue RegQueryValueEx RegQueryInfoKey RegQueryInfoKeyW RegRestoreKey "
            "RegSaveKey RegSaveKeyEx RegSetKeySecurity RegSetValue RegSetValueEx RegUnLoadKey RegNotifyChangeKeyValue "
            "SearchPath SetConsoleTitle SetCursorPos SetDllDirectory SetErrorMode SetFileAttributes SetSysColors "
            "SetLocalTime SetSystemTime SetClassLong SetClassWord SetWindowWord SetCursor SetSystemPowerState "
            "SetThreadLocale SetTimeZoneInformation ShellExecute ShowCursor ToAsciiEx ToUnicodeEx UpdateResource "
            "VkKeyScan VkKeyScanEx WinExec WinHelp WriteProfileSection WriteProfileVal"
        )
    ),
    "win32gui": frozenset(
        _words(
            "AbortPath AlphaBlend AngleArc AnimateWindow Arc ArcTo BeginPaint BeginPath BitBlt CascadeWindows "
            "ChildWindowFromPoint ChildWindowFromPointEx Chord CloseFigure CombineRgn CombineTransform "
            "CommDlgExtendedError CopyIcon CreateAcceleratorTable CreateBitmap CreateBrushIndirect CreateCaret "
            "CreateCompatibleBitmap CreateCompatibleDC CreateDC CreateDialogIndirect CreateDialogIndirectParam "
            "CreateEllipticRgnIndirect CreateFontIndirect CreateHatchBrush CreateIconFromResource CreateIconIndirect "
            "CreatePatternBrush CreatePen CreatePolygonRgn CreateRectRgnIndirect CreateRoundRectRgn CreateSolidBrush "
            "DeleteDC DeleteObject DestroyAcceleratorTable DestroyCaret DestroyIcon DialogBox DialogBoxIndirect "
            "DialogBoxIndirectParam DialogBoxParam DragAcceptFiles DragDetect DrawAnimatedRects DrawEdge "
            "DrawFocusRect DrawIcon DrawIconEx DrawMenuBar DrawText DrawTextW Edit_GetLine Ellipse EndDialog EndPaint "
            "EndPath EnumFontFamilies EnumPropsEx EqualRgn ExtCreatePen ExtFloodFill ExtTextOut ExtractIcon "
            "ExtractIconEx FillPath FillRect FillRgn FlashWindow FlashWindowEx FlattenPath FrameRect FrameRgn "
            "GetArcDirection GetBkColor GetBkMode GetCapture GetCaretPos GetCurrentObject GetCurrentPositionEx "
            "GetCursor GetCursorInfo GetCursorPos GetDC GetDoubleClickTime GetGraphicsMode GetIconInfo "
            "GetLayeredWindowAttributes GetLayout GetMapMode GetMenuInfo GetMenuItemRect GetMiterLimit "
            "GetNextDlgGroupItem GetNextDlgTabItem GetObject GetObjectType GetOpenFileName GetOpenFileNameW GetPath "
            "GetPixel GetPolyFillMode GetROP2 GetRgnBox GetSaveFileNameW GetScrollInfo GetStockObject "
            "GetStretchBltMode GetSysColor GetSysColorBrush GetSystemMenu GetTextAlign GetTextCharacterExtra "
            "GetTextColor GetTextExtentPoint32 GetTextFace GetTextMetrics GetUpdateRgn GetViewportExtEx "
            "GetViewportOrgEx GetWindowDC GetWindowExtEx GetWindowOrgEx GetWindowRgn GetWindowRgnBox "
            "GetWorldTransform GradientFill HideCaret ImageList_Add ImageList_Create ImageList_Destroy ImageList_Draw "
            "ImageList_DrawEx ImageList_GetIcon ImageList_GetImageCount ImageList_LoadBitmap ImageList_LoadImage "
            "ImageList_Remove ImageList_Replace ImageList_ReplaceIcon ImageList_SetBkColor ImageList_SetOverlayImage "
            "InitCommonControls InitCommonControlsEx InvalidateRect InvalidateRgn InvertRect InvertRgn LOGFONT LineTo "
            "ListView_SortItems ListView_SortItemsEx LoadImage LoadMenu MaskBlt MessageBeep MessageBox "
            "ModifyWorldTransform MoveToEx OffsetRgn PaintDesktop PaintRgn PatBlt PathToRegion Pie PlgBlt PolyBezier "
            "PolyBezierTo Polygon Polyline PolylineTo PtInRect PtInRegion RectInRegion Rectangle RedrawWindow "
            "RegisterDeviceNotification RegisterHotKey ReleaseCapture ReleaseDC ResetDC RestoreDC RoundRect SaveDC "
            "ScrollWindowEx SelectObject SetArcDirection SetBkColor SetBkMode SetCapture SetCaretPos SetCursor "
            "SetDoubleClickTime SetGraphicsMode SetLayeredWindowAttributes SetLayout SetMapMode SetMenuInfo "
            "SetMenuItemBitmaps SetMiterLimit SetPixel SetPixelV SetPolyFillMode SetROP2 SetRectRgn SetScrollInfo "
            "SetStretchBltMode SetTextAlign SetTextCharacterExtra SetTextColor SetViewportExtEx SetViewportOrgEx "
            "SetWindowExtEx SetWindowOrgEx SetWindowRgn SetWorldTransform Shell_NotifyIcon ShowCaret StretchBlt "
            "StrokeAndFillPath StrokePath SystemParametersInfo TrackPopupMenu TranslateAccelerator TransparentBlt "
            "UnregisterDeviceNotification UnregisterHotKey UpdateLayeredWindow ValidateRect ValidateRgn WidenPath "
            "WindowFromDC WindowFromPoint _TrackMouseEvent"
        )
    ),
    "win32job": frozenset({"UserHandleGrantAccess"}),
    "win32process": frozenset(
        _words(
            "CreateRemoteThread EnumProcessModules EnumProcessModulesEx GetModuleFileNameEx GetProcessIoCounters "
            "GetProcessPriorityBoost GetProcessShutdownParameters GetProcessWorkingSetSize GetThreadIOPendingFlag "
            "GetThreadPriorityBoost GetThreadTimes ReadProcessMemory SetProcessPriorityBoost "
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
    "win32service": frozenset(
        _words(
            "ChangeServiceConfig ChangeServiceConfig2 CreateService DeleteService EnumDependentServices "
            "EnumServicesStatusEx GetServiceDisplayName GetServiceKeyName LockServiceDatabase QueryServiceConfig "
            "QueryServiceConfig2 QueryServiceLockStatus QueryServiceObjectSecurity QueryServiceStatusEx "
            "SC_GROUP_IDENTIFIER SetServiceObjectSecurity SetServiceStatus UnlockServiceDatabase"
        )
    ),
}  # fmt: skip

MODULES = frozenset(
    _words(
        "_win32sysloader _winxptheme dde odbc perfmon pythoncom pywin rasutil regutil "
        "servicemanager sspi win32com win32comext win32console win32cred win32crypt "
        "win32evtlog win32evtlogutil win32file win32help win32inet win32lz win32net win32pdh "
        "win32pdhquery win32pdhutil win32pipe win32print win32profile win32ras win32rcparser "
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
