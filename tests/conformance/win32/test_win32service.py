"""win32service, as far as it goes: the service control manager's handles, and what the calls of services carry."""

import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ntsessions.win32 import pywintypes, win32api, win32event, win32service

CONFIGURATION = """
[services.board]
command = ["/bin/sleep", "1000"]

[services.broken]
command = ["/nowhere/at-all"]

[services.idle]
command = ["/bin/true"]
"""


def code_of(call: Callable[..., Any], *arguments: Any) -> int:
    """Return the Win32 error that a call fails with."""
    with pytest.raises(pywintypes.error) as caught:
        call(*arguments)
    assert caught.value.winerror == win32api.GetLastError()
    return int(caught.value.winerror)


def manager(access: int = win32service.SC_MANAGER_CONNECT) -> Any:
    return win32service.OpenSCManager(None, None, access)


# -- the manager


def test_access_0_is_enough_and_the_last_error_is_0() -> None:
    """As the documentation of every installer assumes.  (nt-semantics 9.2, B.48)"""
    win32api.SetLastError(5)
    handle = manager(0)
    assert win32api.GetLastError() == 0
    assert int(handle) > 0
    assert "PySC_HANDLE" in repr(handle)
    handle.Close()
    assert int(handle) == 0


@pytest.mark.parametrize("machine", [None, "", socket.gethostname(), "\\\\" + socket.gethostname(), "localhost"])
def test_this_machine_has_several_names(machine: str | None) -> None:
    win32service.OpenSCManager(machine, "ServicesActive", 1).Close()


def test_another_machine_cannot_be_reached() -> None:
    """1722, RPC_S_SERVER_UNAVAILABLE; there is nothing here to reach it with.  (9.2)"""
    for machine in ("\\\\no-such-machine", "no-such-machine", "\\\\"):
        assert code_of(win32service.OpenSCManager, machine, None, 1) == 1722


def test_a_database_has_one_name() -> None:
    assert code_of(win32service.OpenSCManager, None, "ServicesFailed", 1) == 1065
    assert code_of(win32service.OpenSCManager, None, "nonsense", 1) == 123
    assert code_of(win32service.OpenSCManager, None, None, 0x40) == 5


def test_arguments_of_the_wrong_kind_are_type_errors() -> None:
    for arguments in ((1, None, 1), (None, 1, 1), (None, None, None), (None, None)):
        with pytest.raises(TypeError):
            win32service.OpenSCManager(*arguments)
    with pytest.raises(TypeError):
        win32service.OpenService(manager(), None, 1)  # type: ignore[arg-type]  # the point


# -- closing


def test_a_handle_is_closed_once() -> None:
    number = manager().Detach()
    win32service.CloseServiceHandle(number)
    assert code_of(win32service.CloseServiceHandle, number) == 6
    handle = manager()
    win32service.CloseServiceHandle(handle)
    win32service.CloseServiceHandle(handle)


def test_closehandle_knows_no_service_handle_by_its_number() -> None:
    """The object of pywin32 closes itself, by whichever function."""
    handle = manager()
    assert code_of(win32api.CloseHandle, int(handle)) == 6
    assert code_of(win32event.WaitForSingleObject, handle, 0) == 6
    number = int(handle)
    win32api.CloseHandle(handle)
    assert code_of(win32service.CloseServiceHandle, number) == 6


def test_no_other_handle_is_closed_as_one_of_services() -> None:
    event = win32event.CreateEvent(None, 0, 0, None)
    with pytest.raises(TypeError):
        win32service.CloseServiceHandle(event)
    assert code_of(win32service.CloseServiceHandle, int(event)) == 6
    assert code_of(win32service.CloseServiceHandle, 0) == 6
    assert code_of(win32service.OpenService, event, "board", 4) == 6


def test_a_handle_that_is_forgotten_is_closed() -> None:
    handle = manager()
    number = int(handle)
    del handle
    gc.collect()
    assert code_of(win32service.CloseServiceHandle, number) == 6
    handle = manager()
    win32service.CloseServiceHandle(int(handle))
    del handle  # and says nothing of being closed already
    gc.collect()


# -- services


@pytest.fixture(scope="module")
def services_host() -> Iterator[Path]:
    """The state directory of a host that has services."""
    with tempfile.TemporaryDirectory(prefix="ntsessions-services-") as directory:
        state = Path(directory) / "state"
        state.mkdir(mode=0o711)
        (state / "ntsessions.toml").write_text(CONFIGURATION, encoding="utf-8")
        command = [sys.executable, "-m", "ntsessions.cli", "--state-dir", str(state)]
        subprocess.run([*command, "up", "--detach"], check=True, capture_output=True, timeout=30)
        try:
            yield state
        finally:
            subprocess.run([*command, "down"], check=True, capture_output=True, timeout=30)


@pytest.fixture
def tell(services_host: Path, tmp_path: Path) -> Callable[[str], Any]:
    """Run a script on that host that assigns `told`, and return it."""

    def run(text: str) -> Any:
        script = tmp_path / "script.py"
        head = "import json, pywintypes, win32service as s\nm = s.OpenSCManager(None, None, s.SC_MANAGER_ALL_ACCESS)\n"
        script.write_text(f"{head}{text}\nprint(json.dumps(told))\n", encoding="utf-8")
        environment = os.environ | {"NTSESSIONS_STATE_DIR": str(services_host)}
        command = [sys.executable, "-m", "ntsessions.win32.runner", str(script)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
        assert not done.returncode, done.stderr
        return json.loads(done.stdout)

    return run


CODE = """
def code(call, *arguments):
    try:
        call(*arguments)
    except pywintypes.error as error:
        return error.winerror
"""


def test_services_are_listed_with_the_shape_of_pywin32(tell: Callable[[str], Any]) -> None:
    """(name, display name, (type, state, accepted, exit code, its own, check point, wait hint))"""
    idle = ["idle", "idle", [0x10, 1, 0, 1077, 0, 0, 0]]
    told = tell("told = [s.EnumServicesStatus(m), s.EnumServicesStatus(m, s.SERVICE_WIN32, s.SERVICE_INACTIVE),\n"
                "        s.EnumServicesStatus(m, s.SERVICE_WIN32, s.SERVICE_ACTIVE),\n"
                "        s.EnumServicesStatus(m, s.SERVICE_DRIVER)]")  # fmt: skip
    assert [[one for one in listed if one[0] == "idle"] for listed in told] == [[idle], [idle], [], []]
    assert [one[0] for one in told[0]] == ["board", "broken", "idle"]
    assert told[3] == []
    wrong = CODE + (
        "weak = s.OpenSCManager(None, None, s.SC_MANAGER_CONNECT)\n"
        "told = [code(s.EnumServicesStatus, m, 0), code(s.EnumServicesStatus, m, 0x30, 4),\n"
        "        code(s.EnumServicesStatus, weak), code(s.EnumServicesStatus, 4)]"
    )
    assert tell(wrong) == [87, 87, 5, 6]


def test_a_service_is_started_and_stopped(tell: Callable[[str], Any]) -> None:
    """1056 and 1062 for who comes too late; a service that runs can be stopped, and nothing else."""
    told = tell(CODE + "h = s.OpenService(m, 'BOARD', s.SERVICE_ALL_ACCESS)\n"
                "told = [code(s.ControlService, h, s.SERVICE_CONTROL_STOP), s.StartService(h, None),\n"
                "        s.QueryServiceStatus(h), code(s.StartService, h, []), s.EnumServicesStatus(m, 0x30, 1),\n"
                "        s.ControlService(h, s.SERVICE_CONTROL_STOP), s.QueryServiceStatus(h)]")  # fmt: skip
    running, stopped = [0x10, 4, 1, 0, 0, 0, 0], [0x10, 1, 0, 0, 0, 0, 0]
    assert told == [1062, None, running, 1056, [["board", "board", running]], stopped, stopped]


def test_a_service_is_opened_with_rights(tell: Callable[[str], Any]) -> None:
    """1060 for a name that is not there; 5 for what the handle was not opened for; 6 for the wrong kind."""
    told = tell(CODE + "h = s.OpenService(m, 'board', s.SERVICE_INTERROGATE)\n"
                "told = [code(s.OpenService, m, 'nonsense', 4), code(s.QueryServiceStatus, h),\n"
                "        code(s.StartService, h, None), code(s.ControlService, h, 1), code(s.QueryServiceStatus, m),\n"
                "        code(s.OpenService, h, 'board', 4)]")  # fmt: skip
    assert told == [1060, 5, 5, 5, 6, 6]


def test_a_service_that_does_not_start_is_an_error(tell: Callable[[str], Any]) -> None:
    told = tell(CODE + "h = s.OpenService(m, 'broken', s.SERVICE_ALL_ACCESS)\n"
                "told = [code(s.StartService, h, None), s.QueryServiceStatus(h)[1]]")  # fmt: skip
    assert told == [31, 1]


def test_what_is_not_there_says_so(tell: Callable[[str], Any]) -> None:
    """Arguments of a service, and every control but to stop."""
    told = tell("h = s.OpenService(m, 'board', s.SERVICE_ALL_ACCESS)\ntold = []\n"
                "for call in (lambda: s.StartService(h, ['x']), lambda: s.ControlService(h, s.SERVICE_CONTROL_PAUSE),\n"
                "             lambda: s.CreateService(m)):\n"
                "    try:\n        call()\n    except NotImplementedError as error:\n"
                "        told.append(str(error).split()[0])")  # fmt: skip
    assert told == ["win32service.StartService", "win32service.ControlService", "win32service.CreateService"]
