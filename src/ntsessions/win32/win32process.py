"""win32process: starting programs, and looking after them."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from ntsessions.abi import types as _system
from ntsessions.abi.calls import process as _process
from ntsessions.abi.calls import window as _window
from ntsessions.abi.errors import NtError
from ntsessions.win32 import (
    command_line,
    descriptors,
    errors,
    kernel32,
    surface,
    threads,
    times,
    user32,
    win32api,
    window_stations,
)
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.security_descriptor import PySECURITY_ATTRIBUTES, security_of
from ntsessions.win32.window_stations import PyHWINSTA

error = errors.error
GetCurrentProcess = win32api.GetCurrentProcess
GetCurrentProcessId = win32api.GetCurrentProcessId
TerminateProcess = win32api.TerminateProcess

CREATE_SUSPENDED = 0x4
DEBUG_PROCESS = 0x1
DEBUG_ONLY_THIS_PROCESS = 0x2
DETACHED_PROCESS = 0x8
CREATE_NEW_CONSOLE = 0x10
CREATE_NEW_PROCESS_GROUP = 0x200
CREATE_UNICODE_ENVIRONMENT = 0x400
CREATE_SEPARATE_WOW_VDM = 0x800
CREATE_SHARED_WOW_VDM = 0x1000
CREATE_BREAKAWAY_FROM_JOB = 0x1000000
CREATE_PRESERVE_CODE_AUTHZ_LEVEL = 0x2000000
CREATE_DEFAULT_ERROR_MODE = 0x4000000
CREATE_NO_WINDOW = 0x8000000

IDLE_PRIORITY_CLASS = 0x40
BELOW_NORMAL_PRIORITY_CLASS = 0x4000
NORMAL_PRIORITY_CLASS = 0x20
ABOVE_NORMAL_PRIORITY_CLASS = 0x8000
HIGH_PRIORITY_CLASS = 0x80
REALTIME_PRIORITY_CLASS = 0x100

MAXIMUM_PROCESSORS = 64
THREAD_PRIORITY_LOWEST, THREAD_PRIORITY_BELOW_NORMAL, THREAD_PRIORITY_NORMAL = -2, -1, 0
THREAD_PRIORITY_ABOVE_NORMAL, THREAD_PRIORITY_HIGHEST = 1, 2
THREAD_PRIORITY_TIME_CRITICAL, THREAD_PRIORITY_IDLE = 15, -15
THREAD_MODE_BACKGROUND_BEGIN, THREAD_MODE_BACKGROUND_END = 0x10000, 0x20000

LIST_MODULES_DEFAULT, LIST_MODULES_32BIT, LIST_MODULES_64BIT, LIST_MODULES_ALL = range(4)

STARTF_USESHOWWINDOW = 0x1
STARTF_USESIZE = 0x2
STARTF_USEPOSITION = 0x4
STARTF_USECOUNTCHARS = 0x8
STARTF_USEFILLATTRIBUTE = 0x10
STARTF_RUNFULLSCREEN = 0x20
STARTF_FORCEONFEEDBACK = 0x40
STARTF_FORCEOFFFEEDBACK = 0x80
STARTF_USESTDHANDLES = 0x100

_STARTF_DESKTOPINHERIT = 0x40000000
_STILL_ACTIVE = 259
_THREAD_PRIORITY_ERROR = 0x7FFFFFFF
_FLAGS_OF_THE_SYSTEM = CREATE_SUSPENDED | CREATE_BREAKAWAY_FROM_JOB
"""Creation flags that mean something here; the others concern consoles, windows and 16-bit programs."""
_TICKS_PER_CLOCK = 10_000_000 // os.sysconf("SC_CLK_TCK")
_NICE = {
    IDLE_PRIORITY_CLASS: 19,
    BELOW_NORMAL_PRIORITY_CLASS: 10,
    NORMAL_PRIORITY_CLASS: 0,
    ABOVE_NORMAL_PRIORITY_CLASS: -5,
    HIGH_PRIORITY_CLASS: -10,
    REALTIME_PRIORITY_CLASS: -20,
}
_STANDARD = (
    ("hStdInput", descriptors.STD_INPUT_HANDLE),
    ("hStdOutput", descriptors.STD_OUTPUT_HANDLE),
    ("hStdError", descriptors.STD_ERROR_HANDLE),
)

_Handle = PyHANDLE | int | None
_Attributes = PySECURITY_ATTRIBUTES | None
_Created = tuple[PyHANDLE, PyHANDLE, int, int]


class PySTARTUPINFO:
    """How a program is to appear; here only its desktop and its standard handles matter."""

    __slots__ = (
        "_handles", "dwFillAttribute", "dwFlags", "dwX", "dwXCountChars", "dwXSize", "dwY", "dwYCountChars", "dwYSize",
        "lpDesktop", "lpTitle", "wShowWindow",
    )  # fmt: skip

    def __init__(self) -> None:
        self.dwX = self.dwY = self.dwXSize = self.dwYSize = self.dwXCountChars = self.dwYCountChars = 0
        self.dwFillAttribute = self.dwFlags = self.wShowWindow = 0
        self.lpDesktop: str | None = None
        self.lpTitle: str | None = None
        self._handles: dict[str, Any] = {}

    def _get(self, name: str) -> Any:
        return self._handles.get(name, 0)

    def _set(self, name: str, value: Any) -> None:
        number = kernel32.pointer(value)
        self._handles[name] = value if isinstance(value, PyHANDLE) else number

    hStdInput = property(lambda self: self._get("hStdInput"), lambda self, value: self._set("hStdInput", value))
    hStdOutput = property(lambda self: self._get("hStdOutput"), lambda self, value: self._set("hStdOutput", value))
    hStdError = property(lambda self: self._get("hStdError"), lambda self, value: self._set("hStdError", value))


def STARTUPINFO() -> PySTARTUPINFO:
    """Return an empty one."""
    return PySTARTUPINFO()


def GetStartupInfo() -> PySTARTUPINFO:
    """Return how this program was started, of which only the desktop is known."""
    startup = PySTARTUPINFO()
    startup.lpDesktop = _query("GetStartupInfo", _system.CURRENT_PROCESS).desktop
    return startup


# -- starting programs


def CreateProcess(
    appName: str | None,
    commandLine: str | None,
    processAttributes: _Attributes,
    threadAttributes: _Attributes,
    bInheritHandles: int,
    dwCreationFlags: int,
    newEnvironment: Mapping[str, str] | None,
    currentDirectory: str | None,
    startupinfo: PySTARTUPINFO,
    /,
) -> _Created:
    """Start a program; returns handles and ids of its process and of its first thread."""
    return _start(
        "CreateProcess", 0, appName, commandLine, processAttributes, threadAttributes, bInheritHandles,
        dwCreationFlags, newEnvironment, currentDirectory, startupinfo,
    )  # fmt: skip


def CreateProcessAsUser(
    hToken: _Handle,
    appName: str | None,
    commandLine: str | None,
    processAttributes: _Attributes,
    threadAttributes: _Attributes,
    bInheritHandles: int,
    dwCreationFlags: int,
    newEnvironment: Mapping[str, str] | None,
    currentDirectory: str | None,
    startupinfo: PySTARTUPINFO,
    /,
) -> _Created:
    """Start a program under a token, in the token's session."""
    token = kernel32.handle(hToken)
    if not token:
        kernel32.fail("CreateProcessAsUser", kernel32.ERROR_INVALID_HANDLE)
    return _start(
        "CreateProcessAsUser", token, appName, commandLine, processAttributes, threadAttributes, bInheritHandles,
        dwCreationFlags, newEnvironment, currentDirectory, startupinfo,
    )  # fmt: skip


def _start(
    function: str, token: int, application: Any, line: Any, process_attributes: Any, thread_attributes: Any,
    inherit: Any, flags: Any, environment: Any, directory: Any, startup: Any,
) -> _Created:  # fmt: skip
    application, line = kernel32.text_or_none(application), kernel32.text_or_none(line)
    if application is None and line is None:
        raise TypeError("The command line and application parameters can not both be None")
    if not isinstance(startup, PySTARTUPINFO):
        raise TypeError("The object is not a PySTARTUPINFO object")
    process_security, inherit_process = security_of(process_attributes)
    thread_security, inherit_thread = security_of(thread_attributes)
    variables = _environment(environment)
    call = _process.CreateProcess(
        _arguments(function, application, line, kernel32.text_or_none(directory)),
        tuple(variables.items()),
        kernel32.text_or_none(directory) or str(Path.cwd()),
        token,
        kernel32.boolean(inherit),
        flags=kernel32.dword(flags) & _FLAGS_OF_THE_SYSTEM,
        descriptor_count=3,
        process_security=process_security,
        thread_security=thread_security,
        inherit_process=inherit_process,
        inherit_thread=inherit_thread,
        desktop=kernel32.text_or_none(startup.lpDesktop),
        inherit_desktop=bool(startup.dwFlags & _STARTF_DESKTOPINHERIT),
    )
    made = kernel32.invoke(function, call, _standard_descriptors(startup))
    return PyHANDLE(made.process), PyHANDLE(made.thread), made.process_id, made.thread_id


def _environment(environment: Any) -> dict[str, str]:
    if environment is None:
        environment = os.environ
    if not isinstance(environment, Mapping):
        raise TypeError("environment parameter must be a dictionary object of strings or unicode objects.")
    result = {}
    for name, value in environment.items():
        if not isinstance(name, str | bytes) or type(name) is not type(value):
            raise TypeError("All dictionary items must be strings, or all must be unicode")
        pair = os.fsdecode(name), os.fsdecode(value)
        if all(map(_is_text, pair)):
            result[pair[0]] = pair[1]
    return result


def _is_text(value: str) -> bool:
    """Tell whether a call can carry it: not when it stands for bytes that are no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _arguments(function: str, application: str | None, line: str | None, directory: str | None) -> tuple[str, ...]:
    """Return program and arguments; the program is looked for as Windows does, with or without `.exe`."""
    words = command_line.split(line) if line else []
    program = application if application is not None else words[0]
    found = _find(program, os.environ.get("PATH", "") if application is None else "", directory)
    if found is None:
        kernel32.fail(function, kernel32.ERROR_FILE_NOT_FOUND)
    return (found, *words[1:])


def _find(program: str, path: str, directory: str | None) -> str | None:
    """Return the path of a program, None when there is none."""
    names = [program]
    if program.lower().endswith(".exe"):
        names.append(program[:-4])
    for name in names:
        if os.sep in name or not path:
            place = Path(directory or ".", name) if not Path(name).is_absolute() else Path(name)
            if place.is_file() and os.access(place, os.X_OK):
                return str(place.absolute())
        elif found := shutil.which(name, path=path):
            return found
    return None


def _standard_descriptors(startup: PySTARTUPINFO) -> tuple[int, ...]:
    chosen = []
    for position, (name, which) in enumerate(_STANDARD):
        handle = descriptors.standard(which)
        if startup.dwFlags & STARTF_USESTDHANDLES:
            handle = kernel32.pointer(getattr(startup, name))
        descriptor = descriptors.descriptor_of(handle or 0)
        chosen.append(position if descriptor is None else descriptor)
    return tuple(chosen)


# -- looking after processes


def GetProcessId(Process: _Handle, /) -> int:
    """Return the id of a process."""
    return _query("GetProcessId", Process).process_id


def GetExitCodeProcess(handle: _Handle, /) -> int:
    """Return the exit code of a process, 259 while it runs."""
    return kernel32.signed(_query("GetExitCodeProcess", handle).exit_status)


def _query(function: str, handle: _Handle) -> _process.ProcessInformation:
    return kernel32.invoke(function, _process.QueryProcess(kernel32.handle(handle)))


def EnumProcesses() -> tuple[int, ...]:
    """Return the ids of all processes that can be seen."""
    return tuple(int(name) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208 - names are wanted


def ExitProcess(exitCode: int, /) -> NoReturn:
    """End this process at once."""
    code = kernel32.dword(exitCode)
    if code > 0xFF:  # more than Linux carries, but the daemon keeps what it is told
        kernel32.invoke("ExitProcess", _process.TerminateProcess(_system.CURRENT_PROCESS, code))
    os._exit(code & 0xFF)


def IsWow64Process(Process: _Handle = None, /) -> bool:
    """Return False: no program is a 32-bit one of Windows."""
    if Process is not None:
        _query("IsWow64Process", Process)
    return False


def GetProcessVersion(processId: int, /) -> int:
    """Return the version of Windows that a program expects, packed."""
    kernel32.dword(processId)
    return 0x000A0000


def GetProcessTimes(hProcess: _Handle, /) -> dict[str, Any]:
    """Return creation and exit time, and time used in units of 100 ns."""
    information = _query("GetProcessTimes", hProcess)
    user, kernel = _used_time(information.process_id) if information.exit_status == _STILL_ACTIVE else (0, 0)
    return {
        "CreationTime": times.TimeStamp(information.create_time),
        "ExitTime": times.TimeStamp(information.exit_time),
        "KernelTime": kernel,
        "UserTime": user,
    }


def _used_time(process_id: int) -> tuple[int, int]:
    try:
        fields = (
            Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0, 0
    return int(fields[11]) * _TICKS_PER_CLOCK, int(fields[12]) * _TICKS_PER_CLOCK


def GetProcessMemoryInfo(hProcess: _Handle, /) -> dict[str, int]:
    """Return what memory a process uses; what Linux does not count is 0."""
    process_id = _query("GetProcessMemoryInfo", hProcess).process_id
    try:
        lines = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    sizes = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.endswith(" kB")}
    names = {"PeakWorkingSetSize": "VmHWM", "WorkingSetSize": "VmRSS", "PagefileUsage": "VmData"}
    unknown = (
        "PageFaultCount", "PeakWorkingSetSize", "WorkingSetSize", "QuotaPeakPagedPoolUsage", "QuotaPagedPoolUsage",
        "QuotaPeakNonPagedPoolUsage", "QuotaNonPagedPoolUsage", "PagefileUsage", "PeakPagefileUsage",
    )  # fmt: skip
    return dict.fromkeys(unknown, 0) | {name: sizes.get(field, 0) for name, field in names.items()}


def GetGuiResources(Process: _Handle, Flags: int, /) -> int:
    """Count the USER objects of a process (GR_USEROBJECTS 1), or the most it ever had (4); of GDI there are none."""
    call = _window.GetGuiResources(kernel32.handle(Process), kernel32.dword(Flags))
    return kernel32.invoke("GetGuiResources", call)


def GetProcessWindowStation() -> PyHWINSTA:
    """Return the process's window station."""
    return window_stations.GetProcessWindowStation()


def GetPriorityClass(handle: _Handle, /) -> int:
    """Return the priority class of a process, from its nice value."""
    nice = os.getpriority(os.PRIO_PROCESS, _query("GetPriorityClass", handle).process_id)
    return min(_NICE, key=lambda kind: abs(_NICE[kind] - nice))


def SetPriorityClass(handle: _Handle, dwPriorityClass: int, /) -> None:
    """Set the priority class of a process, as its nice value."""
    process_id = _query("SetPriorityClass", handle).process_id
    nice = _NICE.get(dwPriorityClass)
    if nice is None:
        kernel32.fail("SetPriorityClass", kernel32.ERROR_INVALID_PARAMETER)
    try:
        os.setpriority(os.PRIO_PROCESS, process_id, nice)
    except OSError:
        kernel32.fail("SetPriorityClass", kernel32.ERROR_ACCESS_DENIED)


def GetProcessAffinityMask(hProcess: _Handle, /) -> tuple[int, int]:
    """Return the processors that a process may use, and those of the machine, as masks."""
    process_id = _query("GetProcessAffinityMask", hProcess).process_id
    own = sum(1 << processor for processor in os.sched_getaffinity(process_id))
    return own, (1 << (os.cpu_count() or 1)) - 1


def SetProcessAffinityMask(hProcess: _Handle, mask: int, /) -> None:
    """Choose the processors that a process may use."""
    process_id = _query("SetProcessAffinityMask", hProcess).process_id
    try:
        os.sched_setaffinity(process_id, {bit for bit in range(mask.bit_length()) if mask >> bit & 1})
    except PermissionError:
        kernel32.fail("SetProcessAffinityMask", kernel32.ERROR_ACCESS_DENIED)
    except (OSError, ValueError):
        kernel32.fail("SetProcessAffinityMask", kernel32.ERROR_INVALID_PARAMETER)


# -- threads

_priorities: dict[int, int] = {}


def beginthreadex(
    sa: _Attributes, stackSize: int, entryPoint: Callable[..., Any], args: tuple[Any, ...], flags: int, /
) -> tuple[PyHANDLE, int]:
    """Start a thread of this process; returns handle and id."""
    if not callable(entryPoint):
        raise TypeError("function must be callable")
    if not isinstance(args, tuple):
        raise TypeError("args must be a tuple")
    _, inherit = security_of(sa)
    return threads.start(entryPoint, args, kernel32.dword(flags), inherit=inherit)


def ResumeThread(handle: _Handle, /) -> int:
    """Let a thread go that was made suspended; returns how often it was suspended."""
    number = kernel32.handle(handle)
    before = threads.resume(number)
    if before is not None:
        return before
    kernel32.invoke("ResumeThread", _process.ResumeProcess(number))
    return 1


def GetExitCodeThread(handle: _Handle, /) -> int:
    """Return the exit code of a thread, 259 while it runs."""
    information = kernel32.invoke("GetExitCodeThread", _process.QueryThread(kernel32.handle(handle)))
    own = None if information.exit_status == _STILL_ACTIVE else threads.exit_code(information.thread_id)
    return kernel32.signed(information.exit_status if own is None else own)


def GetWindowThreadProcessId(hwnd: _Handle, /) -> tuple[int, int]:
    """Return the thread that made a window, and its process; 0 and 0 for what is no window."""
    facts = kernel32.attempt(_window.QueryWindow(user32.hwnd(hwnd)), None)
    return (0, 0) if facts is None else (facts.thread_id, facts.process_id)


def AttachThreadInput(idAttach: int, idAttachTo: int, Attach: int, /) -> None:
    """Let two threads share active window and focus, or no longer."""
    call = _window.AttachThreadInput(kernel32.dword(idAttach), kernel32.dword(idAttachTo), kernel32.boolean(Attach))
    kernel32.invoke("AttachThreadInput", call)


def SetThreadPriority(handle: _Handle, nPriority: int, /) -> None:
    """Remember a thread's priority; Linux threads of one process are scheduled alike."""
    information = kernel32.invoke("SetThreadPriority", _process.QueryThread(kernel32.handle(handle)))
    _priorities[information.thread_id] = kernel32.long(nPriority)


def GetThreadPriority(handle: _Handle, /) -> int:
    """Return a thread's priority as it was set."""
    try:
        information = kernel32.system(_process.QueryThread(kernel32.handle(handle)))
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
        return _THREAD_PRIORITY_ERROR
    return _priorities.get(information.thread_id, THREAD_PRIORITY_NORMAL)


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32process")
