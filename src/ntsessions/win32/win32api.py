"""win32api: handles, processes and threads, errors, and the small facts that programs with those ask for."""

import datetime as dt
import errno
import mmap
import os
import platform
import re
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ntsessions.abi import types as _system
from ntsessions.abi.calls import object as _object
from ntsessions.abi.calls import process as _process
from ntsessions.abi.calls import wait as _wait
from ntsessions.abi.types import ObjectAttributes
from ntsessions.win32 import (
    command_line,
    console,
    cursors,
    descriptors,
    errors,
    kernel32,
    message_functions,
    messages,
    surface,
    times,
    user32,
    window_place,
    windows,
)
from ntsessions.win32.handles import PyHANDLE, close_handle

error = errors.error
GenerateConsoleCtrlEvent = console.GenerateConsoleCtrlEvent
SetConsoleCtrlHandler = console.SetConsoleCtrlHandler
LoadCursor = cursors.LoadCursor
PostMessage = message_functions.PostMessage
SendMessage = message_functions.SendMessage

STD_INPUT_HANDLE = descriptors.STD_INPUT_HANDLE
STD_OUTPUT_HANDLE = descriptors.STD_OUTPUT_HANDLE
STD_ERROR_HANDLE = descriptors.STD_ERROR_HANDLE

NameUnknown, NameFullyQualifiedDN, NameSamCompatible, NameDisplay = range(4)
NameUniqueId, NameCanonical, NameUserPrincipal, NameCanonicalEx = range(6, 10)
NameServicePrincipal = 10

_HANDLE_FLAG_INHERIT = 1
_HANDLE_FLAG_PROTECT_FROM_CLOSE = 2
_DUPLICATE_CLOSE_SOURCE = 1
_ALLOCATION_GRANULARITY = 0x10000
_ERROR_NONE_MAPPED = 1332
_ERROR_MR_MID_NOT_FOUND = 317
_FORMAT_MESSAGE_FROM_STRING = 0x400
_FORMAT_MESSAGE_FROM_SYSTEM = 0x1000
_FORMAT_MESSAGE_IGNORE_INSERTS = 0x200
_WINDOWS_10 = (10, 0, 19045)
"""What programs are told: the version that NT's behaviour here is measured against."""
_VER_PLATFORM_WIN32_NT = 2

_Handle = PyHANDLE | int | None


# -- handles


def CloseHandle(handle: _Handle, /) -> None:
    """Close a handle; a PyHANDLE is closed as by its own method."""
    if isinstance(handle, PyHANDLE):
        handle.Close()
        return
    number = kernel32.pointer(handle)
    if number:
        close_handle(number)


def DuplicateHandle(
    hSourceProcess: _Handle,
    hSource: _Handle,
    hTargetProcessHandle: _Handle,
    desiredAccess: int,
    bInheritHandle: int,
    options: int,
    /,
) -> PyHANDLE:
    """Copy a handle from one process to another."""
    inherit = kernel32.boolean(bInheritHandle)
    source, flags = kernel32.pointer(hSource), kernel32.dword(options)
    if descriptors.is_descriptor(source):
        copy = descriptors.duplicate(source, inherit=inherit)
        if flags & _DUPLICATE_CLOSE_SOURCE:
            descriptors.close(source)
        return PyHANDLE(copy)
    call = _object.DuplicateObject(
        kernel32.handle(hSourceProcess),
        kernel32.handle(hSource),
        kernel32.handle(hTargetProcessHandle),
        kernel32.dword(desiredAccess),
        int(ObjectAttributes.INHERIT) if inherit else 0,
        flags,
    )
    return PyHANDLE(kernel32.invoke("DuplicateHandle", call))


def GetHandleInformation(Object: _Handle, /) -> int:
    """Return HANDLE_FLAG_INHERIT 1 and HANDLE_FLAG_PROTECT_FROM_CLOSE 2."""
    descriptor = descriptors.descriptor_of(kernel32.pointer(Object))
    if descriptor is not None:
        return _HANDLE_FLAG_INHERIT if os.get_inheritable(descriptor) else 0
    attributes = kernel32.invoke("GetHandleInformation", _object.QueryObject(kernel32.handle(Object))).attributes
    inherit = _HANDLE_FLAG_INHERIT if attributes & ObjectAttributes.INHERIT else 0
    return inherit | (_HANDLE_FLAG_PROTECT_FROM_CLOSE if attributes & ObjectAttributes.PROTECT_CLOSE else 0)


def SetHandleInformation(Object: _Handle, Mask: int, Flags: int, /) -> None:
    """Change those flags of a handle that *Mask* names."""
    mask, flags = kernel32.dword(Mask), kernel32.dword(Flags)
    descriptor = descriptors.descriptor_of(kernel32.pointer(Object))
    if descriptor is not None:
        if mask & _HANDLE_FLAG_INHERIT:
            os.set_inheritable(descriptor, bool(flags & _HANDLE_FLAG_INHERIT))
        return
    handle = kernel32.handle(Object)
    attributes = kernel32.invoke("SetHandleInformation", _object.QueryObject(handle)).attributes
    inherit, protect = bool(attributes & ObjectAttributes.INHERIT), bool(attributes & ObjectAttributes.PROTECT_CLOSE)
    if mask & _HANDLE_FLAG_INHERIT:
        inherit = bool(flags & _HANDLE_FLAG_INHERIT)
    if mask & _HANDLE_FLAG_PROTECT_FROM_CLOSE:
        protect = bool(flags & _HANDLE_FLAG_PROTECT_FROM_CLOSE)
    kernel32.invoke("SetHandleInformation", _object.SetHandleFlags(handle, inherit, protect))


def GetStdHandle(handle: int, /) -> int:
    """Return a standard handle: STD_INPUT_HANDLE -10, STD_OUTPUT_HANDLE -11, STD_ERROR_HANDLE -12."""
    found = descriptors.standard(handle)
    if found is None:
        kernel32.set_last_error(kernel32.ERROR_INVALID_HANDLE)
        return -1
    return found


def SetStdHandle(handle: int, handleToSet: _Handle, /) -> None:
    """Choose a standard handle, for children."""
    if not descriptors.choose_standard(handle, kernel32.pointer(handleToSet)):
        kernel32.fail("SetStdHandle", kernel32.ERROR_INVALID_HANDLE)


# -- processes and threads


def GetCurrentProcess() -> int:
    """Return the pseudo handle of this process, -1."""
    return _system.CURRENT_PROCESS


def GetCurrentProcessId() -> int:
    """Return the id of this process."""
    return os.getpid()


def GetCurrentThread() -> int:
    """Return the pseudo handle of this thread, -2."""
    return _system.CURRENT_THREAD


def GetCurrentThreadId() -> int:
    """Return the id of this thread."""
    return kernel32.connection().identity.thread_id


def OpenProcess(reqdAccess: int, bInherit: int, pid: int, /) -> PyHANDLE:
    """Open a process by its id."""
    call = _process.OpenProcess(kernel32.dword(pid), kernel32.dword(reqdAccess), kernel32.boolean(bInherit))
    return PyHANDLE(kernel32.invoke("OpenProcess", call))


def OpenThread(reqdAccess: int, bInherit: int, tid: int, /) -> PyHANDLE:
    """Open a thread by its id."""
    call = _process.OpenThread(kernel32.dword(tid), kernel32.dword(reqdAccess), kernel32.boolean(bInherit))
    return PyHANDLE(kernel32.invoke("OpenThread", call))


def TerminateProcess(handle: _Handle, exitCode: int, /) -> None:
    """End a process at once."""
    call = _process.TerminateProcess(kernel32.handle(handle), kernel32.dword(exitCode))
    kernel32.invoke("TerminateProcess", call)


def Sleep(time: int, bAlterable: int = 0, /) -> int:
    """Wait; returns 0, or WAIT_IO_COMPLETION when a procedure call ended it."""
    return _sleep(time, alertable=kernel32.boolean(bAlterable))


def SleepEx(time: int, bAlterable: int = 0, /) -> int:
    """Wait, as Sleep."""
    return _sleep(time, alertable=kernel32.boolean(bAlterable))


def _sleep(milliseconds: int, *, alertable: bool) -> int:
    limit = kernel32.timeout(milliseconds)
    if not alertable and limit >= 0:
        time.sleep(limit / 1e7)  # nobody can end it, so the daemon need not know
        return 0
    status = kernel32.invoke("SleepEx", _wait.DelayExecution(limit, alertable)).status
    return status if status == 0xC0 else 0


# -- errors


def GetLastError() -> int:
    """Return the calling thread's last error."""
    return kernel32.signed(kernel32.get_last_error())


def SetLastError(errVal: int, /) -> None:
    """Set the calling thread's last error."""
    kernel32.set_last_error(kernel32.dword(errVal))


def FormatMessage(*args: Any) -> str:
    """FormatMessage(error=0) returns an error's text; FormatMessage(flags, source, id, language, inserts) any other."""
    return _format_message("FormatMessage", args)


def FormatMessageW(*args: Any) -> str:
    """Return a text, as FormatMessage."""
    return _format_message("FormatMessageW", args)


def _format_message(function: str, args: tuple[Any, ...]) -> str:
    if len(args) < 2:
        code = kernel32.dword(args[0]) if args else 0
        return _system_message(function, code or kernel32.get_last_error())
    if len(args) != 5:
        raise TypeError(f"function takes exactly 5 arguments ({len(args)} given)")
    flags, source, message, _, inserts = args
    if flags & _FORMAT_MESSAGE_FROM_STRING:
        template = kernel32.text(source)
    elif flags & _FORMAT_MESSAGE_FROM_SYSTEM:
        template = _system_message(function, kernel32.dword(message))
    else:
        raise NotImplementedError(f"{function} from a module's resources is not provided by ntsessions")
    if flags & _FORMAT_MESSAGE_IGNORE_INSERTS:
        return template
    return _insert(template, tuple(inserts or ()))


def _system_message(function: str, code: int) -> str:
    if code not in messages.MESSAGES:
        kernel32.fail(function, _ERROR_MR_MID_NOT_FOUND)
    return messages.MESSAGES[code] + "\r\n"


def _insert(template: str, inserts: tuple[str, ...]) -> str:
    """Replace %1 to %99 by the inserts, %n by a line's end, and %x by x."""

    def replaced(match: re.Match[str]) -> str:
        what = match[1]
        if what[0].isdigit():
            return inserts[int(what) - 1] if 0 < int(what) <= len(inserts) else match[0]
        return {"n": "\r\n", "t": "\t", "b": " ", "r": "\r"}.get(what, what)

    body, _, _ = template.partition("%0")
    return re.sub(r"%([1-9][0-9]?|.)(?:![^!]*!)?", replaced, body)


# -- who and where


def GetUserName() -> str:
    """Return the name of the user that the calling thread acts as."""
    from ntsessions.win32.token_query import effective_token  # noqa: PLC0415 - needs what needs this module

    return effective_token("GetUserName").user_name.rpartition("\\")[2]


def GetUserNameEx(NameFormat: int, /) -> str:
    r"""Return `machine\user` for NameSamCompatible; other forms are not mapped."""
    if NameFormat != NameSamCompatible:
        kernel32.fail("GetUserNameEx", _ERROR_NONE_MAPPED)
    return f"{GetComputerName()}\\{GetUserName()}"


def GetComputerName() -> str:
    """Return the machine's NetBIOS name."""
    return socket.gethostname().partition(".")[0].upper()[:15]


def GetComputerNameEx(NameType: int, /) -> str:
    """Return the machine's name: NetBIOS 0 or 4, host 1 or 5, domain 2 or 6, fully qualified 3 or 7."""
    if not 0 <= NameType <= 7:
        kernel32.fail("GetComputerNameEx", kernel32.ERROR_INVALID_PARAMETER)
    full = socket.gethostname()
    host, _, domain = full.partition(".")
    return (GetComputerName(), host, domain, full)[NameType % 4]


def GetDomainName() -> str:
    """Return the domain of the machine, which is itself."""
    return GetComputerName()


def GetTickCount() -> int:
    """Return the milliseconds since the machine started."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def GetSystemInfo() -> tuple[Any, ...]:
    """Return SYSTEM_INFO as a tuple; 1 is the page size, 5 the number of processors, 7 the allocation granularity."""
    processors = os.cpu_count() or 1
    architecture, kind = {"x86_64": (9, 8664), "aarch64": (12, 0)}.get(platform.machine(), (0xFFFF, 0))
    mask = (1 << min(processors, 64)) - 1
    return (
        architecture, mmap.PAGESIZE, 0x10000, 0x7FFFFFFEFFFF, mask, processors, kind, _ALLOCATION_GRANULARITY, (6, 0),
    )  # fmt: skip


GetNativeSystemInfo = GetSystemInfo


def GetVersion() -> int:
    """Return the version of Windows, packed."""
    major, minor, build = _WINDOWS_10
    return build << 16 | minor << 8 | major


def GetVersionEx(format: int = 0, /) -> tuple[Any, ...]:
    """Return the version of Windows: OSVERSIONINFO for 0, OSVERSIONINFOEX for 1."""
    if format not in {0, 1}:
        raise ValueError(f"format must be 0 or 1 (got {format})")
    version = (*_WINDOWS_10, _VER_PLATFORM_WIN32_NT, "")
    return (*version, 0, 0, 0x100, 1, 0) if format else version


def GetCommandLine() -> str:
    """Return the command line of this process."""
    words = [sys.executable, *sys.argv]
    return " ".join(f'"{word}"' if " " in word or not word else word for word in words)


def CommandLineToArgv(cmdLine: str, /) -> list[str]:
    """Split a command line as programs of Windows do."""
    return command_line.split(kernel32.text(cmdLine))


def GetModuleHandle(fileName: str | None = None, /) -> int:
    """Return a number for the program itself; nothing else is a module here."""
    if kernel32.text_or_none(fileName) is not None:
        kernel32.fail("GetModuleHandle", 126)
    return user32.PROGRAM


def GetModuleFileName(hModule: _Handle, /) -> str:
    """Return the path of the program."""
    if kernel32.pointer(hModule) not in {0, user32.PROGRAM}:
        kernel32.fail("GetModuleFileName", 126)
    return sys.executable


GetModuleFileNameW = GetModuleFileName


def OutputDebugString(msg: str, /) -> None:
    """Take a message for a debugger, of which there is none."""
    kernel32.text(msg)


# -- environment, files, time


def GetEnvironmentVariable(variable: str, /) -> str | None:
    """Return an environment variable, None when there is none."""
    return os.environ.get(kernel32.text(variable))


def SetEnvironmentVariable(Name: str, Value: str | None, /) -> None:
    """Set an environment variable, or (None) remove it."""
    name, value = kernel32.text(Name), kernel32.text_or_none(Value)
    if value is not None:
        os.environ[name] = value
    elif os.environ.pop(name, None) is None:
        kernel32.fail("SetEnvironmentVariable", 203)


GetEnvironmentVariableW = GetEnvironmentVariable
SetEnvironmentVariableW = SetEnvironmentVariable


def ExpandEnvironmentStrings(string: str, /) -> str:
    """Replace %NAME% by environment variables; unknown ones stay."""
    return re.sub(r"%([^%]+)%", lambda match: os.environ.get(match[1], match[0]), kernel32.text(string))


def GetTempPath() -> str:
    """Return the directory of temporary files, ending in a separator."""
    return tempfile.gettempdir() + os.sep


def GetTempFileName(path: str, prefix: str, nUnique: int = 0, /) -> tuple[str, int]:
    """Return the name of a temporary file and the number in it; for 0 a new one is found and the file made."""
    directory, start = Path(kernel32.text(path)), kernel32.text(prefix)[:3]
    if nUnique:
        return str(directory / f"{start}{nUnique & 0xFFFF:X}.tmp"), nUnique
    unique = int(time.time() * 1000) & 0xFFFF
    for number in ((unique + step) % 0xFFFF + 1 for step in range(0xFFFF)):
        name = directory / f"{start}{number:X}.tmp"
        try:
            name.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as failure:
            kernel32.fail("GetTempFileName", 267 if failure.errno in {errno.ENOENT, errno.ENOTDIR} else 5)
        return str(name), number
    return kernel32.fail("GetTempFileName", 80)


def GetFullPathName(fileName: str, /) -> str:
    """Return an absolute path."""
    return os.path.abspath(kernel32.text(fileName))  # noqa: PTH100 - links are not followed


def DeleteFile(fileName: str, /) -> None:
    """Remove a file."""
    try:
        Path(kernel32.text(fileName)).unlink()
    except OSError as failure:
        kernel32.fail("DeleteFile", 2 if failure.errno == errno.ENOENT else 5)


def GetSystemTime() -> tuple[int, ...]:
    """Return the time in UTC: year, month, day of the week (Sunday 0), day, hour, minute, second, millisecond."""
    return _system_time(dt.datetime.now(dt.UTC))


def GetLocalTime() -> tuple[int, ...]:
    """Return the local time, in the form of GetSystemTime."""
    return _system_time(dt.datetime.now().astimezone())


def GetTimeZoneInformation(bTimesAsTuples: int = 1, /) -> tuple[int, tuple[Any, ...]]:
    """Return which time is in use (1 standard, 2 daylight) and TIME_ZONE_INFORMATION, without the days of change."""
    never: Any = (0,) * 8 if bTimesAsTuples else times.TimeStamp(0)
    bias = time.timezone // 60
    daylight = (time.altzone - time.timezone) // 60 if time.daylight else 0
    standard_name, daylight_name = time.tzname
    in_use = 2 if time.localtime().tm_isdst > 0 else 1
    return in_use, (bias, standard_name, never, 0, daylight_name, never, daylight)


def _system_time(now: dt.datetime) -> tuple[int, ...]:
    weekday = now.isoweekday() % 7
    return (now.year, now.month, weekday, now.day, now.hour, now.minute, now.second, now.microsecond // 1000)


# -- messages and windows


def PostThreadMessage(tid: int, message: int, wparam: Any = None, lparam: Any = None, /) -> None:
    """Put a message into the queue of a thread on the caller's desktop."""
    message_functions.post_thread_message(tid, message, wparam, lparam)


def PostQuitMessage(exitCode: int = 0, /) -> None:
    """End the calling thread's message loop."""
    message_functions.post_quit_message(exitCode)


def RegisterWindowMessage(msgString: str, /) -> int:
    """Return the number of the message that has this name in the whole session."""
    return kernel32.invoke("RegisterWindowMessage", message_functions.register_message(msgString))


def GetFocus() -> int:
    """Return the window of the calling thread that has the focus; none is an `error`."""
    focus = window_place.GetFocus()
    if not focus:
        raise error("No window has the focus")
    return focus


def GetWindowLong(hwnd: _Handle, offset: int, /) -> int:
    """Return a value of a window (GWL_), of 64 bits; 0 when there is none."""
    return windows.window_value(hwnd, offset, is_pointer=True)


def SetWindowLong(hwnd: _Handle, offset: int, val: Any, /) -> int:
    """Set a value of a window of this process; returns the one before.  Procedures are for win32gui to set."""
    return windows.set_window_value(hwnd, offset, val)


# -- macros


def LOWORD(val: int, /) -> int:
    """Return the low 16 bits."""
    return val & 0xFFFF


def HIWORD(val: int, /) -> int:
    """Return the next 16 bits."""
    return val >> 16 & 0xFFFF


def LOBYTE(val: int, /) -> int:
    """Return the low 8 bits."""
    return val & 0xFF


def HIBYTE(val: int, /) -> int:
    """Return the next 8 bits."""
    return val >> 8 & 0xFF


def MAKEWORD(low: int, high: int, /) -> int:
    """Return 16 bits of two bytes."""
    return (low & 0xFF) | (high & 0xFF) << 8


def MAKELONG(low: int, high: int, /) -> int:
    """Return 32 bits, signed, of two words."""
    return kernel32.signed((low & 0xFFFF) | (high & 0xFFFF) << 16)


def MAKELANGID(PrimaryLanguage: int, SubLanguage: int, /) -> int:
    """Return a language identifier."""
    return SubLanguage << 10 | PrimaryLanguage


def RGB(red: int, green: int, blue: int, /) -> int:
    """Return a color."""
    return (red & 0xFF) | (green & 0xFF) << 8 | (blue & 0xFF) << 16


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32api")
