"""win32job: jobs, with their limits and accounting as dictionaries."""

from collections.abc import Callable, Mapping
from typing import Any

from ntsessions.abi.calls import job as _job
from ntsessions.win32 import errors, kernel32, surface
from ntsessions.win32.handles import PyHANDLE, create_attributes, created, opened
from ntsessions.win32.security_descriptor import PySECURITY_ATTRIBUTES, security_of

error = errors.error

JOB_OBJECT_ASSIGN_PROCESS = 0x1
JOB_OBJECT_SET_ATTRIBUTES = 0x2
JOB_OBJECT_QUERY = 0x4
JOB_OBJECT_TERMINATE = 0x8
JOB_OBJECT_SET_SECURITY_ATTRIBUTES = 0x10
JOB_OBJECT_ALL_ACCESS = 0x1F003F

JOB_OBJECT_TERMINATE_AT_END_OF_JOB = 0
JOB_OBJECT_POST_AT_END_OF_JOB = 1

JOB_OBJECT_MSG_END_OF_JOB_TIME = 1
JOB_OBJECT_MSG_END_OF_PROCESS_TIME = 2
JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT = 3
JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO = 4
JOB_OBJECT_MSG_NEW_PROCESS = 6
JOB_OBJECT_MSG_EXIT_PROCESS = 7
JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS = 8
JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT = 9
JOB_OBJECT_MSG_JOB_MEMORY_LIMIT = 10

JOB_OBJECT_LIMIT_WORKINGSET = 0x1
JOB_OBJECT_LIMIT_PROCESS_TIME = 0x2
JOB_OBJECT_LIMIT_JOB_TIME = 0x4
JOB_OBJECT_LIMIT_ACTIVE_PROCESS = 0x8
JOB_OBJECT_LIMIT_AFFINITY = 0x10
JOB_OBJECT_LIMIT_PRIORITY_CLASS = 0x20
JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME = 0x40
JOB_OBJECT_LIMIT_SCHEDULING_CLASS = 0x80
JOB_OBJECT_LIMIT_PROCESS_MEMORY = 0x100
JOB_OBJECT_LIMIT_JOB_MEMORY = 0x200
JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION = 0x400
JOB_OBJECT_LIMIT_BREAKAWAY_OK = 0x800
JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK = 0x1000
JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000
JOB_OBJECT_LIMIT_VALID_FLAGS = 0x7FFFF
JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS = 0xFF
JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS = 0x7FFF

JOB_OBJECT_UILIMIT_NONE = 0
JOB_OBJECT_UILIMIT_HANDLES = 0x1
JOB_OBJECT_UILIMIT_READCLIPBOARD = 0x2
JOB_OBJECT_UILIMIT_WRITECLIPBOARD = 0x4
JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS = 0x8
JOB_OBJECT_UILIMIT_DISPLAYSETTINGS = 0x10
JOB_OBJECT_UILIMIT_GLOBALATOMS = 0x20
JOB_OBJECT_UILIMIT_DESKTOP = 0x40
JOB_OBJECT_UILIMIT_EXITWINDOWS = 0x80
JOB_OBJECT_UILIMIT_ALL = 0xFF
JOB_OBJECT_UI_VALID_FLAGS = 0xFF

JOB_OBJECT_SECURITY_NO_ADMIN = 0x1
JOB_OBJECT_SECURITY_RESTRICTED_TOKEN = 0x2
JOB_OBJECT_SECURITY_ONLY_TOKEN = 0x4
JOB_OBJECT_SECURITY_FILTER_TOKENS = 0x8
JOB_OBJECT_SECURITY_VALID_FLAGS = 0xF

JobObjectBasicAccountingInformation = 1
JobObjectBasicLimitInformation = 2
JobObjectBasicProcessIdList = 3
JobObjectBasicUIRestrictions = 4
JobObjectSecurityLimitInformation = 5
JobObjectEndOfJobTimeInformation = 6
JobObjectAssociateCompletionPortInformation = 7
JobObjectBasicAndIoAccountingInformation = 8
JobObjectExtendedLimitInformation = 9
JobObjectJobSetInformation = 10
MaxJobObjectInfoClass = 41

_Handle = PyHANDLE | int | None

_BASIC = {
    "PerProcessUserTimeLimit": "process_user_time_limit",
    "PerJobUserTimeLimit": "job_user_time_limit",
    "LimitFlags": "flags",
    "MinimumWorkingSetSize": "minimum_working_set_size",
    "MaximumWorkingSetSize": "maximum_working_set_size",
    "ActiveProcessLimit": "active_process_limit",
    "Affinity": "affinity",
    "PriorityClass": "priority_class",
    "SchedulingClass": "scheduling_class",
}
"""Fields of JOBOBJECT_BASIC_LIMIT_INFORMATION, and what the system calls them."""

_IO_COUNTERS = (
    "ReadOperationCount", "WriteOperationCount", "OtherOperationCount",
    "ReadTransferCount", "WriteTransferCount", "OtherTransferCount",
)  # fmt: skip
_EXTENDED = (
    "BasicLimitInformation", "IoInfo", "ProcessMemoryLimit", "JobMemoryLimit", "PeakProcessMemoryUsed",
    "PeakJobMemoryUsed",
)  # fmt: skip


def CreateJobObject(jobAttributes: PySECURITY_ATTRIBUTES | None, name: str, /) -> PyHANDLE:
    """Create a job, or open the one of this name; an empty name for none."""
    security, inherit = security_of(jobAttributes)
    call = _job.CreateJob(kernel32.text(name) or None, security=security, **create_attributes(inherit))
    return created("CreateJobObject", call)


def OpenJobObject(desiredAccess: int, inheritHandles: int, name: str, /) -> PyHANDLE:
    """Open a job."""
    return opened("OpenJobObject", _job.OpenJob, desiredAccess, inheritHandles, name)


def AssignProcessToJobObject(hJob: _Handle, hProcess: _Handle, /) -> None:
    """Put a process into a job, for good."""
    call = _job.AssignProcess(kernel32.handle(hJob), kernel32.handle(hProcess))
    kernel32.invoke("AssignProcessToJobObject", call)


def TerminateJobObject(hJob: _Handle, exitCode: int, /) -> None:
    """End every process of a job."""
    call = _job.TerminateJob(kernel32.handle(hJob), kernel32.dword(exitCode))
    kernel32.invoke("TerminateJobObject", call)


def IsProcessInJob(hProcess: _Handle, hJob: _Handle, /) -> bool:
    """Tell whether a process belongs to a job; None for any job."""
    call = _job.IsProcessInJob(kernel32.handle(hProcess), kernel32.handle(hJob))
    return kernel32.invoke("IsProcessInJob", call)


# -- asking


def QueryInformationJobObject(Job: _Handle, JobObjectInfoClass: int, /) -> Any:
    """Read limits, accounting or processes of a job; None for the caller's own."""
    reader = _READERS.get(kernel32.dword(JobObjectInfoClass))
    if reader is None:
        raise NotImplementedError(f"Job information class {JobObjectInfoClass} is not supported yet")
    return reader(kernel32.invoke("QueryInformationJobObject", _job.QueryJob(kernel32.handle(Job))))


def _accounting(information: _job.JobInformation) -> dict[str, int]:
    return {
        "TotalUserTime": information.total_user_time,
        "TotalKernelTime": information.total_kernel_time,
        "ThisPeriodTotalUserTime": information.total_user_time,
        "ThisPeriodTotalKernelTime": information.total_kernel_time,
        "TotalPageFaultCount": 0,
        "TotalProcesses": information.total_processes,
        "ActiveProcesses": information.active_processes,
        "TotalTerminatedProcesses": information.terminated_processes,
    }


def _io_counters() -> dict[str, int]:
    return dict.fromkeys(_IO_COUNTERS, 0)


def _basic_limits(information: _job.JobInformation, flags: int = JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS) -> dict[str, int]:
    limits = {name: getattr(information.limits, field) for name, field in _BASIC.items()}
    limits["LimitFlags"] &= flags
    return limits


def _extended_limits(information: _job.JobInformation) -> dict[str, Any]:
    values = (
        _basic_limits(information, 0xFFFFFFFF),
        _io_counters(),
        information.limits.process_memory_limit,
        information.limits.job_memory_limit,
        0,
        information.peak_job_memory,
    )
    return dict(zip(_EXTENDED, values, strict=True))


_READERS: dict[int, Callable[[_job.JobInformation], Any]] = {
    JobObjectBasicAccountingInformation: _accounting,
    JobObjectBasicLimitInformation: _basic_limits,
    JobObjectBasicProcessIdList: lambda information: information.process_ids,
    JobObjectBasicUIRestrictions: lambda information: {"UIRestrictionsClass": information.limits.ui_restrictions},
    JobObjectEndOfJobTimeInformation: lambda information: {"EndOfJobTimeAction": information.limits.end_of_job_action},
    JobObjectBasicAndIoAccountingInformation: lambda information: {
        "BasicInfo": _accounting(information),
        "IoInfo": _io_counters(),
    },
    JobObjectExtendedLimitInformation: _extended_limits,
}


# -- setting


def SetInformationJobObject(Job: _Handle, JobObjectInfoClass: int, JobObjectInfo: dict[str, Any], /) -> None:
    """Set limits of a job, with a dictionary as QueryInformationJobObject returns it."""
    if not isinstance(JobObjectInfo, dict):
        raise TypeError(f"argument 3 must be dict, not {type(JobObjectInfo).__name__}")
    writer = _WRITERS.get(kernel32.dword(JobObjectInfoClass))
    if writer is None:
        raise NotImplementedError(f"Job information class {JobObjectInfoClass} is not supported yet")
    kernel32.invoke("SetInformationJobObject", writer(kernel32.handle(Job), JobObjectInfo))


def _fields(information: Any, structure: str, names: tuple[str, ...]) -> list[Any]:
    """Return the values of a structure's dictionary, which has all of its names and no other."""
    if not isinstance(information, Mapping):
        raise TypeError(f"{structure} must be a dict")
    for position, name in enumerate(names, 1):
        if name not in information:
            raise TypeError(f"{structure}() missing required argument '{name}' (pos {position})")
    for name in information:
        if name not in names:
            raise TypeError(f"{structure}() got an unexpected keyword argument '{name}'")
    return [information[name] for name in names]


def _job_limits(basic: Any, **extended: int) -> _job.JobLimits:
    values = map(int, _fields(basic, "JOBOBJECT_BASIC_LIMIT_INFORMATION", tuple(_BASIC)))
    return _job.JobLimits(**dict(zip(_BASIC.values(), values, strict=True)), **extended)


def _set_basic(job: int, information: Any) -> _job.SetJobLimits:
    return _job.SetJobLimits(job, _job_limits(information), extended=False)


def _set_extended(job: int, information: Any) -> _job.SetJobLimits:
    basic, io, process_memory, job_memory, _, _ = _fields(
        information, "JOBOBJECT_EXTENDED_LIMIT_INFORMATION", _EXTENDED
    )
    _fields(io, "IO_COUNTERS", _IO_COUNTERS)
    limits = _job_limits(basic, process_memory_limit=int(process_memory), job_memory_limit=int(job_memory))
    return _job.SetJobLimits(job, limits)


def _set_end_of_job(job: int, information: Any) -> _job.SetJobLimits:
    (action,) = _fields(information, "JOBOBJECT_END_OF_JOB_TIME_INFORMATION", ("EndOfJobTimeAction",))
    return _job.SetJobLimits(job, end_of_job_action=kernel32.dword(action))


def _set_ui(job: int, information: Any) -> _job.SetJobLimits:
    (restrictions,) = _fields(information, "JOBOBJECT_BASIC_UI_RESTRICTIONS", ("UIRestrictionsClass",))
    return _job.SetJobLimits(job, ui_restrictions=kernel32.dword(restrictions))


_WRITERS: dict[int, Callable[[int, Any], _job.SetJobLimits]] = {
    JobObjectBasicLimitInformation: _set_basic,
    JobObjectExtendedLimitInformation: _set_extended,
    JobObjectEndOfJobTimeInformation: _set_end_of_job,
    JobObjectBasicUIRestrictions: _set_ui,
}

__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32job")
