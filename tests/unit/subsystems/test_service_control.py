"""Services: started, stopped with patience, crashed, and never left half way."""

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.event_log import EventLevel, QueryEventLog
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.service import QueryServices, ServiceInformation, ServiceState, StartService, StopService
from ntsessions.abi.calls.session import Logon, QueryUserToken
from ntsessions.abi.calls.wait import DelayExecution
from ntsessions.abi.limits import CALLS_PER_THREAD
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive import effects, reports
from ntsessions.subsystems.service_control import NEVER_STARTED, ServiceConfiguration
from tests.sim.sim_host import Client, SimHost, SimProcess


def host_with(*services: ServiceConfiguration) -> tuple[SimHost, Client]:
    host = SimHost(1, services=services, fault_rate=0)
    host.run_until(lambda: host.system.is_ready)
    operator = host.operator()
    host.run()
    return host, operator


def state(host: SimHost, operator: Client, name: str) -> ServiceInformation:
    found: ServiceInformation = next(one for one in host.call(operator, QueryServices()) if one.name == name)
    return found


def program(host: SimHost, operator: Client, name: str) -> SimProcess:
    pid = state(host, operator, name).process_id
    return next(process for process in host.processes.values() if process.pid == pid)


ON_DEMAND = ServiceConfiguration("mail", ("/bin/mail",), stop_seconds=5)
AT_BOOT = ServiceConfiguration("counter", ("/bin/counter",), start="boot")


def test_what_a_service_writes_goes_to_the_log_of_its_name() -> None:
    started: list[effects.StartProcess] = []
    host = SimHost(1, services=(AT_BOOT,), fault_rate=0)

    def perform(effect: effects.StartProcess) -> None:
        started.append(effect)

    host.perform_start_process = perform  # type: ignore[method-assign]  # only looked at
    host.run_until(lambda: bool(started))
    assert started[0].output_log == "counter"


def test_only_the_system_starts_programs_that_write_to_the_log_of_a_service() -> None:
    host, operator = host_with(AT_BOOT)
    assert host.status(operator, CreateProcess(("/bin/x",), output_log="counter")) == 0
    assert host.status(operator, CreateProcess(("/bin/x",), output_log="../x")) == NtStatus.INVALID_PARAMETER
    host.call(operator, AddAccount("alice"))
    host.call(operator, Logon("alice"))
    started = host.call(operator, CreateProcess(("/bin/y",), token=host.call(operator, QueryUserToken(1)).token))
    process = host.executive.processes_by_id[started.process_id]
    assert process.port is not None
    alice = host.connect(process.port.key, started.process_id, process.start_time)
    host.run_until(lambda: alice.is_admitted)
    assert host.status(alice, CreateProcess(("/bin/x",), output_log="counter")) == NtStatus.PRIVILEGE_NOT_HELD


def test_what_starts_at_boot_runs_and_what_starts_on_demand_does_not() -> None:
    host, operator = host_with(AT_BOOT, ON_DEMAND)
    assert state(host, operator, "counter").state == ServiceState.RUNNING
    assert state(host, operator, "mail").state == ServiceState.STOPPED
    assert state(host, operator, "mail").exit_code == NEVER_STARTED


def test_a_service_is_started_and_stopped_by_a_name_of_any_case() -> None:
    host, operator = host_with(ON_DEMAND)
    assert host.call(operator, StartService("MAIL")).state == ServiceState.RUNNING
    program(host, operator, "mail").ignores_sigterm = False
    stopped = host.call(operator, StopService("Mail"))
    assert (stopped.state, stopped.exit_code, stopped.reason) == (ServiceState.STOPPED, 0, "it was stopped")
    assert len(host.executive.processes[1].handles) == 0


def test_a_service_that_does_not_listen_is_ended_when_its_time_is_over() -> None:
    host, operator = host_with(ON_DEMAND)
    host.call(operator, StartService("mail"))
    program(host, operator, "mail").ignores_sigterm = True
    begin = host.now
    host.call(operator, StopService("mail"))
    assert 5 * TICKS_PER_SECOND <= host.now - begin < 6 * TICKS_PER_SECOND


def test_a_service_that_crashes_says_how_and_can_be_started_again() -> None:
    host, operator = host_with(AT_BOOT)
    host._die(program(host, operator, "counter"), code=3)
    host.run()
    crashed = state(host, operator, "counter")
    assert (crashed.state, crashed.exit_code) == (ServiceState.STOPPED, 3)
    assert "0x3" in crashed.reason
    assert host.call(operator, StartService("counter")).state == ServiceState.RUNNING


@pytest.mark.parametrize(
    ("profile", "interactive", "told"), [("windows11", True, 1), ("windows11", False, 0), ("vista", True, 0)]
)
def test_an_interactive_service_that_nobody_can_see_is_told_with_the_remedy(
    profile: str, interactive: bool, told: int
) -> None:
    """A service that waits for an answer to its dialog looks as if it hung; the event log says why.  (M5)"""
    service = ServiceConfiguration("alerts", ("/bin/alerts",), start="boot", interactive=interactive)
    host = SimHost(1, profile=profile, services=(service,), fault_rate=0)
    host.run_until(lambda: host.system.is_ready)
    host.run()
    events = host.call(host.operator(), QueryEventLog())
    assert [(one.source, one.event_id, one.level, one.session_id) for one in events] == [
        ("Service Control Manager", 7030, EventLevel.ERROR, 0)
    ] * told
    assert all("alerts" in one.text and "program in the user's session" in one.text for one in events)


def test_a_service_for_whose_desktop_there_is_no_room_says_so() -> None:
    """0xC0000142 alone would not tell an administrator that the session is full of desktops.  (M20)"""
    service = ServiceConfiguration("sql", ("/bin/sql",), account="LocalService")
    host = SimHost(1, profile="xp", services=(service,), fault_rate=0)
    host.run_until(lambda: host.system.is_ready)
    operator = host.operator()
    view = host.executive.sessions[0].windowing.space.view
    assert view.limit is not None
    view.charge(view.limit - view.used)
    host.call(operator, StartService("sql"))
    host.run()
    failed = state(host, operator, "sql")
    assert (failed.state, failed.exit_code) == (ServiceState.STOPPED, NtStatus.DLL_INIT_FAILED)
    assert "no memory is left" in failed.reason
    assert "view space" in failed.reason


def test_a_service_whose_launcher_died_is_stopped_and_says_so() -> None:
    host, operator = host_with(AT_BOOT)
    host.launcher_dies(host.sessions[host.executive.sessions[0].key])
    found = state(host, operator, "counter")
    assert (found.state, found.process_id) == (ServiceState.STOPPED, 0)
    assert "launcher" in found.reason


def test_a_service_in_the_wrong_state_is_a_named_error() -> None:
    host, operator = host_with(ON_DEMAND)
    assert host.status(operator, StopService("mail")) == NtStatus.SERVICE_NOT_ACTIVE
    assert host.status(operator, StartService("news")) == NtStatus.SERVICE_DOES_NOT_EXIST
    host.call(operator, StartService("mail"))
    assert host.status(operator, StartService("mail")) == NtStatus.SERVICE_ALREADY_RUNNING


@pytest.mark.parametrize("errno", [2, 8, 13, 99])
def test_a_program_that_does_not_start_is_told_to_who_asked(errno: int) -> None:
    host, operator = host_with(ON_DEMAND)

    def perform(effect: effects.StartProcess) -> None:
        host.report_later(reports.ProcessStartFailed(effect.process_key, errno, "it would not start"))

    host.perform_start_process = perform  # type: ignore[method-assign]  # the fault
    assert host.status(operator, StartService("mail")) == NtStatus.UNSUCCESSFUL
    assert state(host, operator, "mail").state == ServiceState.STOPPED
    assert "it would not start" in state(host, operator, "mail").reason
    assert len(host.executive.processes[1].handles) == 0


def test_a_service_of_nobody_does_not_start() -> None:
    host, operator = host_with(ServiceConfiguration("ghost", ("/bin/ghost",), account="nobody-here", start="boot"))
    assert state(host, operator, "ghost").state == ServiceState.STOPPED
    assert "nobody-here" in state(host, operator, "ghost").reason


def test_a_stop_while_it_starts_answers_both() -> None:
    host, operator = host_with(ON_DEMAND)
    start, stop = host.begin(operator, StartService("mail")), host.begin(operator, StopService("mail"))
    host.run()
    assert operator.outcomes[start].status == operator.outcomes[stop].status == 0
    assert state(host, operator, "mail").state == ServiceState.STOPPED


def test_two_who_stop_at_once_are_both_told() -> None:
    host, operator = host_with(AT_BOOT)
    asked = [host.begin(operator, StopService("counter")) for _ in range(2)]
    host.run()
    assert [operator.outcomes[request].status for request in asked] == [0, 0]


def test_the_limit_of_pending_calls_is_for_clients_only() -> None:
    """A host with many services waits for each of them; none is taken for ended because there is one too many."""
    host, _ = host_with()
    ended: list[object] = []
    for _ in range(2 * CALLS_PER_THREAD):
        host.system.service_control.begin(DelayExecution(-1), lambda *outcome: ended.append(outcome))
    host.run()
    assert not ended


def test_dozens_of_services_run_side_by_side() -> None:
    host, operator = host_with(*(ServiceConfiguration(f"s{number}", ("/bin/s",), start="boot") for number in range(60)))
    running = [one for one in host.call(operator, QueryServices()) if one.state == ServiceState.RUNNING]
    assert len(running) == 60
    assert sum(process.is_alive for process in host.processes.values()) == 60


def test_services_end_before_the_host_and_none_is_started_meanwhile() -> None:
    host, operator = host_with(AT_BOOT, ON_DEMAND)
    program(host, operator, "counter").ignores_sigterm = True
    end = host.begin(operator, ShutDown())
    assert host.status(operator, StartService("mail")) == NtStatus.UNSUCCESSFUL
    host.run_until(lambda: host.is_down)
    assert operator.outcomes[end].status == 0
    assert not any(process.is_alive for process in host.processes.values())


def test_a_host_that_is_ended_before_it_is_ready_starts_no_service() -> None:
    host = SimHost(1, services=(AT_BOOT,), fault_rate=0)
    host.system.session_manager.shut_down(lambda: None)
    host._settle()
    host.run_until(lambda: host.is_down)
    assert not host.processes
