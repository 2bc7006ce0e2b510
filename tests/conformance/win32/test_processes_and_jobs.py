"""win32process, win32job and the handle functions of win32api, with real processes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ntsessions.win32 import descriptors, pywintypes, win32api, win32event, win32job, win32process
from ntsessions.win32.handles import PyHANDLE
from tests.conformance.win32.conftest import RunScript

STILL_ACTIVE = 259
SLEEP = "sleep 600"


def code_of(call: Callable[..., Any], *arguments: Any) -> int:
    with pytest.raises(pywintypes.error) as caught:
        call(*arguments)
    return int(caught.value.winerror)


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[PyHANDLE, PyHANDLE, int, int]]]:
    """Start programs that do not outlive the test."""
    started: list[PyHANDLE] = []

    def run(line: str, flags: int = 0, inherit: int = 0, **startup: Any) -> tuple[PyHANDLE, PyHANDLE, int, int]:
        information = win32process.STARTUPINFO()
        for field, value in startup.items():
            setattr(information, field, value)
        made = win32process.CreateProcess(None, line, None, None, inherit, flags, None, None, information)
        started.append(made[0])
        return made

    yield run
    for process in started:
        with suppress(pywintypes.error):
            win32process.TerminateProcess(process, 1)


def wait(handle: Any) -> None:
    assert win32event.WaitForSingleObject(handle, 10_000) == win32event.WAIT_OBJECT_0


# -- processes


def test_a_program_is_started_and_its_exit_code_read(start: Any) -> None:
    process, thread, process_id, thread_id = start('sh -c "exit 3"')
    assert isinstance(process, PyHANDLE)
    assert isinstance(thread, PyHANDLE)
    assert thread_id > 0
    wait(process)
    wait(thread)
    assert win32process.GetExitCodeProcess(process) == 3
    assert win32process.GetProcessId(process) == process_id


def test_a_program_that_is_not_there_is_not_found() -> None:
    information = win32process.STARTUPINFO()
    assert code_of(win32process.CreateProcess, None, "no-such-program", None, None, 0, 0, None, None, information) == 2


def test_a_program_gets_arguments_environment_and_directory(tmp_path: Path) -> None:
    code = "import os,sys; open('out','w').write(repr((sys.argv[1:], os.environ['MINE'])))"
    line = f'"{sys.executable}" -c "{code}" "a b" c'
    environment = {"MINE": "value", "PATH": "/usr/bin:/bin"}
    information = win32process.STARTUPINFO()
    process, *_ = win32process.CreateProcess(None, line, None, None, 0, 0, environment, str(tmp_path), information)
    wait(process)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "(['a b', 'c'], 'value')"


def test_a_terminated_process_has_the_exit_code_it_was_given(start: Any) -> None:
    process, _, process_id, _ = start(SLEEP)
    assert win32process.GetExitCodeProcess(process) == STILL_ACTIVE
    assert win32event.WaitForSingleObject(process, 0) == win32event.WAIT_TIMEOUT
    again = win32api.OpenProcess(0x1001, False, process_id)
    win32api.TerminateProcess(again, 0xC0000142)
    wait(process)
    assert win32process.GetExitCodeProcess(process) == 0xC0000142 - (1 << 32)
    assert code_of(win32process.TerminateProcess, process, 1) == 5


def test_a_process_id_that_nobody_has_is_an_invalid_parameter() -> None:
    assert code_of(win32api.OpenProcess, 0x1000, False, 0x3FFFFFF0) == 87


def test_a_handle_without_the_right_does_not_terminate(start: Any) -> None:
    _, _, process_id, _ = start(SLEEP)
    looker = win32api.OpenProcess(0x1000, False, process_id)
    assert code_of(win32api.TerminateProcess, looker, 1) == 5


def test_a_suspended_program_waits_until_it_is_resumed(start: Any, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    process, thread, *_ = start(f'touch "{mark}"', win32process.CREATE_SUSPENDED)
    assert win32event.WaitForSingleObject(process, 50) == win32event.WAIT_TIMEOUT
    assert not mark.exists()
    assert win32process.ResumeThread(thread) == 1
    wait(process)
    assert mark.exists()


def test_an_inherited_handle_has_the_same_number_in_the_child(run_script: RunScript, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import sys, win32event\nwin32event.SetEvent(int(sys.argv[1]))\n")
    done = run_script(
        "import sys, pywintypes, win32event, win32process\n"
        "event = win32event.CreateEvent(pywintypes.SECURITY_ATTRIBUTES(), True, False, None)\n"
        "private = win32event.CreateEvent(None, True, False, None)\n"
        "def run(handle, inherit):\n"
        f"    line = f'\"{{sys.executable}}\" {child} {{int(handle)}}'\n"
        "    startup = win32process.STARTUPINFO()\n"
        "    made = win32process.CreateProcess(None, line, None, None, inherit, 0, None, None, startup)\n"
        "    win32event.WaitForSingleObject(made[0], win32event.INFINITE)\n"
        "    return win32event.WaitForSingleObject(handle, 0) == 0\n"
        "print(run(private, True), run(event, False), run(event, True))\n"
    )
    assert done.stdout == "False False True\n"


def test_standard_output_goes_where_startupinfo_says(start: Any, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+", encoding="utf-8") as file:
        output = descriptors.handle_of(file.fileno())
        process, *_ = start("echo hello", dwFlags=win32process.STARTF_USESTDHANDLES, hStdOutput=output)
        wait(process)
        file.seek(0)
        assert file.read() == "hello\n"


def test_what_a_process_uses_is_told() -> None:
    own = win32api.GetCurrentProcess()
    assert win32process.GetProcessMemoryInfo(own)["WorkingSetSize"] > 0
    times = win32process.GetProcessTimes(own)
    assert times["UserTime"] + times["KernelTime"] > 0
    assert times["CreationTime"].year > 2000
    assert win32process.GetPriorityClass(own) == win32process.NORMAL_PRIORITY_CLASS
    mask, machine = win32process.GetProcessAffinityMask(own)
    assert mask & machine == mask
    assert not win32process.IsWow64Process(own)


# -- threads


def test_a_thread_is_started_waited_for_and_answers() -> None:
    ran: list[int] = []

    def entry(value: int) -> int:
        ran.append(value)
        return 42

    handle, thread_id = win32process.beginthreadex(None, 0, entry, (5,), 0)
    wait(handle)
    assert (ran, win32process.GetExitCodeThread(handle)) == ([5], 42)
    assert thread_id != win32api.GetCurrentThreadId()


def test_a_suspended_thread_waits_until_it_is_resumed() -> None:
    ran: list[int] = []
    handle, _ = win32process.beginthreadex(None, 0, ran.append, (1,), win32process.CREATE_SUSPENDED)
    assert win32event.WaitForSingleObject(handle, 20) == win32event.WAIT_TIMEOUT
    assert (ran, win32process.GetExitCodeThread(handle)) == ([], STILL_ACTIVE)
    assert win32process.ResumeThread(handle) == 1
    wait(handle)
    assert ran == [1]


def test_a_thread_that_raises_ends_with_minus_one(capsys: pytest.CaptureFixture[str]) -> None:
    handle, _ = win32process.beginthreadex(None, 0, lambda: 1 / 0, (), 0)
    wait(handle)
    assert win32process.GetExitCodeThread(handle) == -1
    assert "ZeroDivisionError" in capsys.readouterr().err


# -- handles


def test_a_handle_is_duplicated_with_less_access() -> None:
    event = win32event.CreateEvent(None, True, False, None)
    own = win32api.GetCurrentProcess()
    same = win32api.DuplicateHandle(own, event, own, 0, 1, 2)
    waiter = win32api.DuplicateHandle(own, event, own, win32event.SYNCHRONIZE, 0, 0)
    win32event.SetEvent(same)
    assert win32event.WaitForSingleObject(waiter, 0) == win32event.WAIT_OBJECT_0
    assert code_of(win32event.ResetEvent, waiter) == 5
    assert [win32api.GetHandleInformation(handle) for handle in (same, waiter)] == [1, 0]


def test_duplicating_can_close_the_source() -> None:
    event = win32event.CreateEvent(None, True, False, None)
    number, own = event.Detach(), win32api.GetCurrentProcess()
    copy = win32api.DuplicateHandle(own, number, own, 0, 0, 3)
    if int(copy) != number:
        assert code_of(win32event.SetEvent, number) == 6
    win32event.SetEvent(copy)


def test_a_protected_handle_cannot_be_closed() -> None:
    event = win32event.CreateEvent(None, True, False, None)
    number = int(event)
    win32api.SetHandleInformation(event, 2, 2)
    assert win32api.GetHandleInformation(event) == 2
    assert code_of(win32api.CloseHandle, number) == 6
    win32api.SetHandleInformation(event, 3, 1)
    assert win32api.GetHandleInformation(event) == 1
    win32api.CloseHandle(event)
    assert not event
    win32api.CloseHandle(event)


def test_sleeping_takes_its_time() -> None:
    before = win32api.GetTickCount()
    assert win32api.Sleep(20) == 0
    assert win32api.SleepEx(1, True) == 0
    assert win32api.GetTickCount() - before >= 20


# -- jobs


def test_a_job_holds_its_processes_and_ends_them(start: Any) -> None:
    job = win32job.CreateJobObject(None, "")
    process, _, process_id, _ = start(SLEEP)
    assert not win32job.IsProcessInJob(process, job)
    win32job.AssignProcessToJobObject(job, process)
    assert win32job.IsProcessInJob(process, job)
    assert win32job.QueryInformationJobObject(job, win32job.JobObjectBasicProcessIdList) == (process_id,)
    win32job.TerminateJobObject(job, 9)
    wait(process)
    wait(job)
    assert win32process.GetExitCodeProcess(process) == 9
    accounting = win32job.QueryInformationJobObject(job, win32job.JobObjectBasicAccountingInformation)
    assert (accounting["TotalProcesses"], accounting["ActiveProcesses"]) == (1, 0)
    assert win32job.IsProcessInJob(process, job)


def test_a_process_that_has_ended_joins_no_job(start: Any) -> None:
    process, *_ = start("true")
    wait(process)
    assert code_of(win32job.AssignProcessToJobObject, win32job.CreateJobObject(None, ""), process) == 5


def test_the_last_handle_of_a_job_ends_its_processes_when_it_is_told_to(start: Any, name: str) -> None:
    job = win32job.CreateJobObject(None, name)
    assert win32api.GetLastError() == 0
    limits = win32job.QueryInformationJobObject(job, win32job.JobObjectExtendedLimitInformation)
    limits["BasicLimitInformation"]["LimitFlags"] |= win32job.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    win32job.SetInformationJobObject(job, win32job.JobObjectExtendedLimitInformation, limits)
    process, *_ = start(SLEEP)
    win32job.AssignProcessToJobObject(job, process)
    second = win32job.OpenJobObject(win32job.JOB_OBJECT_QUERY, False, name)
    job.Close()
    assert win32event.WaitForSingleObject(process, 50) == win32event.WAIT_TIMEOUT
    second.Close()
    wait(process)


def test_limits_are_kept_and_basic_ones_do_not_take_extended_flags() -> None:
    job = win32job.CreateJobObject(None, "")
    basic = win32job.QueryInformationJobObject(job, win32job.JobObjectBasicLimitInformation)
    basic |= {"LimitFlags": win32job.JOB_OBJECT_LIMIT_ACTIVE_PROCESS, "ActiveProcessLimit": 3}
    win32job.SetInformationJobObject(job, win32job.JobObjectBasicLimitInformation, basic)
    assert win32job.QueryInformationJobObject(job, win32job.JobObjectBasicLimitInformation) == basic
    extended_only = basic | {"LimitFlags": win32job.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}
    setter, kind = win32job.SetInformationJobObject, win32job.JobObjectBasicLimitInformation
    assert code_of(setter, job, kind, extended_only) == 87
    win32job.SetInformationJobObject(job, win32job.JobObjectBasicUIRestrictions, {"UIRestrictionsClass": 2})
    assert win32job.QueryInformationJobObject(job, win32job.JobObjectBasicUIRestrictions) == {"UIRestrictionsClass": 2}
    win32job.SetInformationJobObject(job, win32job.JobObjectEndOfJobTimeInformation, {"EndOfJobTimeAction": 1})
    assert win32job.QueryInformationJobObject(job, win32job.JobObjectEndOfJobTimeInformation) == {
        "EndOfJobTimeAction": 1
    }


def test_a_job_is_opened_by_name_with_the_rights_asked_for(name: str) -> None:
    job = win32job.CreateJobObject(None, name)
    again = win32job.CreateJobObject(None, name)
    assert win32api.GetLastError() == 183
    looker = win32job.OpenJobObject(win32job.JOB_OBJECT_QUERY, False, name)
    assert code_of(win32job.TerminateJobObject, looker, 1) == 5
    assert code_of(win32job.OpenJobObject, win32job.JOB_OBJECT_QUERY, False, "no such job") == 2
    assert job
    assert again
