"""Arguments that are refused before anything is called."""

import os
from pathlib import Path
from typing import Any

import pytest

from ntsessions.abi.calls.token import GroupState, TokenInformation
from ntsessions.win32 import descriptors, messages, win32api, win32event, win32job, win32process, win32security
from ntsessions.win32.errors import error
from ntsessions.win32.token_query import has_enabled

BASIC = {
    "PerProcessUserTimeLimit": 0, "PerJobUserTimeLimit": 0, "LimitFlags": 8, "MinimumWorkingSetSize": 0,
    "MaximumWorkingSetSize": 0, "ActiveProcessLimit": 3, "Affinity": 0, "PriorityClass": 32, "SchedulingClass": 5,
}  # fmt: skip
IO = dict.fromkeys(win32job._IO_COUNTERS, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: win32event.CreateEvent(5, 0, 0, None),  # type: ignore[arg-type]
        lambda: win32event.CreateEvent(None, None, 0, None),  # type: ignore[arg-type]
        lambda: win32event.CreateMutex(None, 0, b"x"),  # type: ignore[arg-type]
        lambda: win32event.OpenEvent(2, False, None),  # type: ignore[arg-type]
        lambda: win32event.SetEvent("x"),  # type: ignore[arg-type]
        lambda: win32event.WaitForMultipleObjects(5, 0, 0),
        lambda: win32event.SetWaitableTimer(4, 0, 0, print, None, 0),
        lambda: win32job.CreateJobObject(None, None),  # type: ignore[arg-type]
        lambda: win32process.CreateProcess(None, None, None, None, 0, 0, None, None, win32process.STARTUPINFO()),
        lambda: win32process.CreateProcess(None, "x", None, None, 0, 0, None, None, None),  # type: ignore[arg-type]
        lambda: win32process._environment({"A": b"b"}),
        lambda: win32process._environment(5),
        lambda: win32process.beginthreadex(None, 0, 5, (), 0),  # type: ignore[arg-type]
        lambda: win32process.beginthreadex(None, 0, print, [], 0),  # type: ignore[arg-type]
        lambda: win32security.CreateRestrictedToken(4, 0, [5], None, None),  # type: ignore[list-item]
        lambda: win32security.AdjustTokenPrivileges(4, 0, [5]),  # type: ignore[list-item]
        lambda: win32security.SetTokenInformation(4, win32security.TokenSessionId, -1),
    ],
)
def test_what_is_of_the_wrong_type_is_a_type_error(call: Any) -> None:
    with pytest.raises(TypeError):
        call()


def test_keywords_are_taken_where_pywin32_takes_them() -> None:
    with pytest.raises(TypeError):
        win32event.SetEvent(hEvent=4)  # type: ignore[call-arg]  # the point
    with pytest.raises(TypeError, match="LUID_AND_ATTRIBUTES"):
        win32security.AdjustTokenPrivileges(TokenHandle=4, bDisableAllPrivileges=0, NewState=[5])  # type: ignore[list-item]


def test_a_high_resolution_timer_has_no_name_and_no_other_flags_are_known() -> None:
    for name, flags in (("x", 2), (None, 4)):
        with pytest.raises(error) as caught:
            win32event.CreateWaitableTimerEx(None, name, flags, win32event.TIMER_ALL_ACCESS)
        assert caught.value.args[:2] == (87, "CreateWaitableTimerEx")


def test_more_than_63_objects_leave_no_room_for_messages() -> None:
    with pytest.raises(error) as caught:
        win32event.MsgWaitForMultipleObjects([4] * 64, 0, 0, 0)
    assert caught.value.args[:2] == (87, "MsgWaitForMultipleObjects")


def test_a_job_limit_dictionary_must_have_every_name_and_no_other() -> None:
    for limits in ({}, BASIC | {"More": 1}, {name: 0 for name in BASIC if name != "Affinity"}):
        with pytest.raises(TypeError, match="JOBOBJECT_BASIC_LIMIT_INFORMATION"):
            win32job.SetInformationJobObject(4, win32job.JobObjectBasicLimitInformation, limits)
    others: tuple[Any, ...] = ({"BasicLimitInformation": 5}, [("a", 1)])
    for wrong in others:
        with pytest.raises(TypeError):
            win32job.SetInformationJobObject(4, win32job.JobObjectExtendedLimitInformation, wrong)


def test_limits_become_those_of_the_system() -> None:
    basic = win32job._set_basic(4, BASIC)
    assert (basic.extended, basic.limits and basic.limits.active_process_limit) == (False, 3)
    extended = {
        "BasicLimitInformation": BASIC | {"LimitFlags": 0x2000}, "IoInfo": IO, "ProcessMemoryLimit": 1,
        "JobMemoryLimit": 2, "PeakProcessMemoryUsed": 0, "PeakJobMemoryUsed": 0,
    }  # fmt: skip
    call = win32job._set_extended(4, extended)
    assert call.limits is not None
    assert (call.extended, call.limits.flags, call.limits.job_memory_limit) == (True, 0x2000, 2)
    assert win32job._set_end_of_job(4, {"EndOfJobTimeAction": 1}).end_of_job_action == 1
    assert win32job._set_ui(4, {"UIRestrictionsClass": 3}).ui_restrictions == 3


def test_an_information_class_that_pywin32_does_not_know_is_not_implemented() -> None:
    with pytest.raises(NotImplementedError):
        win32job.QueryInformationJobObject(4, win32job.JobObjectSecurityLimitInformation)
    with pytest.raises(NotImplementedError):
        win32job.SetInformationJobObject(4, win32job.JobObjectAssociateCompletionPortInformation, {})
    with pytest.raises(NotImplementedError):
        win32security.GetTokenInformation(4, win32security.TokenGroupsAndPrivileges)


def test_privileges_have_names_and_luids() -> None:
    assert win32security.LookupPrivilegeValue(None, win32security.SE_DEBUG_NAME) == 20
    assert win32security.LookupPrivilegeName("", 20) == win32security.SE_DEBUG_NAME
    assert win32security.LookupPrivilegeDisplayName(None, "sedebugprivilege")
    for call in (
        lambda: win32security.LookupPrivilegeValue(None, "SeNonsense"),
        lambda: win32security.LookupPrivilegeName(None, 1),
    ):
        with pytest.raises(error) as caught:
            call()
        assert caught.value.winerror == 1313


def test_a_program_is_found_by_path_with_or_without_exe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for line in ("tool a", "tool.exe a", f'"{program}" a', f'"{program}.EXE" a'):
        assert win32process._arguments("CreateProcess", None, line, None) == (str(program), "a")
    assert win32process._arguments("CreateProcess", "tool", "shown a", str(tmp_path)) == (str(program), "a")
    with pytest.raises(error) as caught:
        win32process._arguments("CreateProcess", None, "nosuch a", None)
    assert caught.value.args == (2, "CreateProcess", messages.message_for(2))


def test_an_environment_that_no_call_can_carry_loses_only_that_part() -> None:
    assert win32process._environment({"A": "b", "C": "\udc80"}) == {"A": "b"}
    assert win32process._environment({b"A": b"b"}) == {"A": "b"}
    assert win32process._environment(None).keys() <= os.environ.keys()


def test_standard_handles_are_descriptors() -> None:
    output = win32api.GetStdHandle(win32api.STD_OUTPUT_HANDLE)
    assert descriptors.descriptor_of(output) == 1
    copy = win32api.DuplicateHandle(-1, output, -1, 0, 1, 2)
    assert win32api.GetHandleInformation(copy) == 1
    win32api.SetHandleInformation(copy, 1, 0)
    assert win32api.GetHandleInformation(copy) == 0
    startup = win32process.STARTUPINFO()
    startup.dwFlags, startup.hStdOutput = win32process.STARTF_USESTDHANDLES, copy
    assert startup.hStdOutput is copy
    assert win32process._standard_descriptors(startup) == (0, descriptors.descriptor_of(int(copy)), 2)
    win32api.CloseHandle(copy)
    win32api.CloseHandle(output)
    assert win32api.GetStdHandle(-99) == -1


def test_texts_are_formatted_with_inserts() -> None:
    assert win32api.FormatMessage(5) == messages.message_for(5) + "\r\n"
    win32api.SetLastError(6)
    assert win32api.FormatMessageW() == messages.message_for(6) + "\r\n"
    assert win32api.FormatMessage(0x400, "%1 and %2%n%%", 0, 0, ("a", "b")) == "a and b\r\n%"
    assert win32api.FormatMessage(0x1200, None, 193, 0, None) == messages.message_for(193) + "\r\n"
    with pytest.raises(error):
        win32api.FormatMessage(99999)


def test_small_facts_have_the_shapes_of_pywin32() -> None:
    information = win32api.GetSystemInfo()
    assert (len(information), information[1], information[7]) == (9, os.sysconf("SC_PAGESIZE"), 0x10000)
    assert len(win32api.GetVersionEx(1)) == 10
    assert (len(win32api.GetSystemTime()), len(win32api.GetLocalTime())) == (8, 8)
    assert (win32api.HIWORD(0x12345678), win32api.LOBYTE(0x1234), win32api.RGB(1, 2, 3)) == (0x1234, 0x34, 0x30201)
    assert win32api.GetComputerName() == win32api.GetComputerName().upper()
    assert win32api.GetTickCount() > 0


def test_environment_variables_are_expanded_set_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTS_TEST", "x")
    assert win32api.ExpandEnvironmentStrings("%NTS_TEST%-%NO_SUCH%") == "x-%NO_SUCH%"
    win32api.SetEnvironmentVariable("NTS_TEST", None)
    assert win32api.GetEnvironmentVariable("NTS_TEST") is None
    with pytest.raises(error):
        win32api.SetEnvironmentVariable("NTS_TEST", None)


def test_a_temporary_file_is_made_under_a_name_that_was_free(tmp_path: Path) -> None:
    name, number = win32api.GetTempFileName(str(tmp_path), "abcdef")
    assert Path(name).is_file()
    assert Path(name).name == f"abc{number:X}.tmp"
    win32api.DeleteFile(name)
    with pytest.raises(error) as caught:
        win32api.DeleteFile(name)
    assert caught.value.args[:2] == (2, "DeleteFile")
    with pytest.raises(error):
        win32api.GetTempFileName(str(tmp_path / "none"), "abc")


def test_a_sid_for_denial_only_is_no_membership() -> None:
    groups = (GroupState("S-1-1-0", 7), GroupState("S-1-5-32-544", 0x10), GroupState("S-1-5-11", 0))
    token = TokenInformation(
        1,
        2,
        3,
        "S-1-5-18",
        "SYSTEM",
        groups,
        (),
        "S-1-5-18",
        "S-1-5-18",
        b"",
        "",
        True,
        0,
        0,
        (),
        0,
        1,
        False,
        False,
        0,
        "",
    )
    member = [sid for sid in ("S-1-5-18", "S-1-1-0", "S-1-5-32-544", "S-1-5-11", "S-1-2-0") if has_enabled(token, sid)]
    assert member == ["S-1-5-18", "S-1-1-0"]


@pytest.mark.parametrize("call", [win32security.DsBind, win32security.DsGetDcName])
def test_this_machine_belongs_to_no_domain(call: Any) -> None:
    with pytest.raises(error) as caught:
        call()
    assert caught.value.args[:2] == (1355, call.__name__)
