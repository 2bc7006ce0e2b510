"""Service control (NT's services.exe), as far as session 0 needs it from the start.

Services are declared in the configuration.  Each runs in session 0 in a job of its own, so that stopping one ends all
its processes.  Controls, dependencies, delayed start and recovery come with the service control manager's own issue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ntsessions.abi.access import (
    SC_MANAGER_CONNECT,
    SC_MANAGER_ENUMERATE_SERVICE,
    SERVICE_QUERY_STATUS,
    SERVICE_START,
    SERVICE_STOP,
)
from ntsessions.abi.call import Call
from ntsessions.abi.calls.event_log import EventLevel
from ntsessions.abi.calls.job import CreateJob, TerminateJob
from ntsessions.abi.calls.process import CreatedProcess, CreateProcess, QueryProcess, SignalProcess
from ntsessions.abi.calls.service import (
    CloseServiceHandle,
    OpenService,
    OpenServiceDatabase,
    QueryService,
    QueryServices,
    ServiceInformation,
    ServiceState,
    StartService,
    StopService,
)
from ntsessions.abi.calls.system import CreateLogon, LogonFacts
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.logon import LogonType
from ntsessions.abi.sids import ADMINISTRATORS
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive.executive import PENDING, Executive, Pending
from ntsessions.executive.processes.thread import Thread
from ntsessions.subsystems.logon import Logon
from ntsessions.subsystems.part import Part
from ntsessions.subsystems.service_handles import ServiceDatabase, ServiceObject, handles_of, open_handle, referenced

NEVER_STARTED = 1077
SIGTERM = 15
BOOT = "boot"
OWN_PROCESS, INTERACTIVE_PROCESS = 0x10, 0x100
ACTIVE_DATABASE, FAILED_DATABASE = "servicesactive", "servicesfailed"


@dataclass(frozen=True)
class ServiceConfiguration:
    """What the configuration says of a service."""

    name: str
    command: tuple[str, ...]
    account: str = "LocalSystem"
    start: str = "demand"
    environment: tuple[tuple[str, str], ...] = ()
    working_directory: str = "/"
    stop_seconds: int = 20
    """How long it may take to end after SIGTERM."""
    interactive: bool = False
    """SERVICE_INTERACTIVE_PROCESS: on WinSta0 of session 0, where the profile allows it; else where its account is."""


@dataclass
class Service:
    """A service and how it is doing."""

    configuration: ServiceConfiguration
    state: ServiceState = ServiceState.STOPPED
    process: int = 0
    job: int = 0
    process_id: int = 0
    exit_code: int = NEVER_STARTED
    reason: str = "it was never started"
    waiting: list[tuple[Thread, int]] = field(default_factory=list)
    """Who asked for the state change that is under way."""
    then: Callable[[], None] | None = None


INTERACTIVE_DESKTOP = r"WinSta0\Default"
SOURCE = "Service Control Manager"
NOT_INTERACTIVE = 7030
"""Event: a service that is marked as interactive was started where services may not be (nt-semantics 9.9)."""


class ServiceControl(Part):
    """Starts and stops the services."""

    def __init__(self, executive: Executive, thread_key: int, logon: Logon,
                 services: tuple[ServiceConfiguration, ...]) -> None:  # fmt: skip
        super().__init__(executive, thread_key)
        self.logon = logon
        self.services = {one.name.lower(): Service(one) for one in services}
        self.database = ServiceDatabase()
        self.objects = {name: ServiceObject(name) for name in self.services}
        self.is_stopping = False
        """The host is shutting down: nothing is started any more."""
        self.served: dict[type[Call[Any]], Callable[[Thread, int, Any], object]] = {
            QueryServices: self._query,
            StartService: self._start_call,
            StopService: self._stop_call,
            OpenServiceDatabase: self._open_database,
            OpenService: self._open_service,
            CloseServiceHandle: self._close_handle,
            QueryService: self._query_service,
        }

    def start_at_boot(self) -> None:
        """Session 0 is prepared: start what is to run from boot on."""
        for service in self.services.values():
            if service.configuration.start == BOOT and not self.is_stopping:
                self._start(service)

    def stop_all(self, then: Callable[[], None]) -> None:
        """Stop every service that runs, all at once; *then* is told when none does any more."""
        self.is_stopping = True
        running = [one for one in self.services.values() if one.state is not ServiceState.STOPPED]
        left = len(running)
        if not left:
            then()
            return

        def stopped() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                then()

        for service in running:
            service.then = stopped
            self._stop(service)

    # -- calls

    def _open_database(self, caller: Thread, request: int, call: OpenServiceDatabase) -> int:
        name = ACTIVE_DATABASE if call.database is None else call.database.lower()
        if name == FAILED_DATABASE:
            raise nt_error(NtStatus.DATABASE_DOES_NOT_EXIST, "nothing is kept of services that failed to start")
        if name != ACTIVE_DATABASE:
            raise nt_error(NtStatus.OBJECT_NAME_INVALID, f"{name[:80]!r} is no database of services")
        return open_handle(caller, self.database, call.desired_access | SC_MANAGER_CONNECT)

    def _open_service(self, caller: Thread, request: int, call: OpenService) -> int:
        referenced(caller, call.database, ServiceDatabase, 0)
        item = self.objects.get(call.name.lower())
        if item is None:
            raise nt_error(NtStatus.SERVICE_DOES_NOT_EXIST, repr(call.name[:80]))
        return open_handle(caller, item, call.desired_access)

    def _close_handle(self, caller: Thread, request: int, call: CloseServiceHandle) -> None:
        handles_of(caller, call.handle).close(call.handle, self.executive)

    def _query_service(self, caller: Thread, request: int, call: QueryService) -> ServiceInformation:
        return information(self._of_handle(caller, call.service, SERVICE_QUERY_STATUS))

    def _of_handle(self, caller: Thread, handle: int, right: int) -> Service:
        return self.services[referenced(caller, handle, ServiceObject, right).service_name]

    def _query(self, caller: Thread, request: int, call: QueryServices) -> tuple[ServiceInformation, ...]:
        if call.database:
            referenced(caller, call.database, ServiceDatabase, SC_MANAGER_ENUMERATE_SERVICE)
        return tuple(information(service) for service in self.services.values())

    def _to_control(self, caller: Thread, call: StartService | StopService, right: int) -> Service:
        return self._of_handle(caller, call.service, right) if call.service else self._find(caller, call.name)

    def _find(self, caller: Thread, name: str) -> Service:
        if ADMINISTRATORS not in caller.token.enabled_sids:
            raise nt_error(NtStatus.ACCESS_DENIED, "starting and stopping services is for administrators")
        service = self.services.get(name.lower())
        if service is None:
            raise nt_error(NtStatus.SERVICE_DOES_NOT_EXIST, f"{name!r}; services are declared in the configuration")
        return service

    def _start_call(self, caller: Thread, request: int, call: StartService) -> Pending:
        service = self._to_control(caller, call, SERVICE_START)
        if service.state is not ServiceState.STOPPED:
            name = service.configuration.name
            raise nt_error(NtStatus.SERVICE_ALREADY_RUNNING, f"{name} is {service.state.name.lower()}")
        if self.is_stopping:
            raise nt_error(NtStatus.UNSUCCESSFUL, "the host is shutting down")
        service.waiting.append((caller, request))
        self._start(service)
        return PENDING

    def _stop_call(self, caller: Thread, request: int, call: StopService) -> Pending:
        service = self._to_control(caller, call, SERVICE_STOP)
        if service.state is ServiceState.STOPPED:
            raise nt_error(NtStatus.SERVICE_NOT_ACTIVE, service.configuration.name)
        service.waiting.append((caller, request))
        self._stop(service)
        return PENDING

    def _answer(self, service: Service, error: NtError | None = None) -> None:
        waiting, service.waiting = service.waiting, []
        for caller, request in waiting:
            if error is not None:
                self.executive.fail(caller.key, request, error)
            else:
                self.executive.answer(caller.key, request, information(service))

    # -- starting

    def _start(self, service: Service) -> None:
        service.state = ServiceState.START_PENDING
        service.reason = ""

        def identified(error: NtError | None, facts: LogonFacts | None) -> None:
            if error is not None or facts is None:
                self._failed(service, error or nt_error(NtStatus.LOGON_FAILURE))
            else:
                self._launch(service, facts)

        self.logon.trust(service.configuration.account, identified)

    def _launch(self, service: Service, facts: LogonFacts) -> None:
        configuration = service.configuration
        token = 0
        try:
            tokens = self.call(CreateLogon(facts, LogonType.SERVICE, 0))
            token = tokens.token
            self.close(tokens.full_token)
            service.job = self.call(CreateJob()).handle
        except NtError as error:
            self.close(token)
            self._failed(service, error)
            return
        call = CreateProcess(
            configuration.command,
            configuration.environment,
            configuration.working_directory,
            tokens.token,
            jobs=(service.job,),
            desktop=INTERACTIVE_DESKTOP if self._is_interactive(configuration) else "",
            output_log=configuration.name,
        )
        self.begin(call, lambda error, created: self._launched(service, tokens.token, error, created))

    def _is_interactive(self, configuration: ServiceConfiguration) -> bool:
        return configuration.interactive and self.executive.profile.allows_interactive_services

    def _launched(self, service: Service, token: int, error: NtError | None, created: CreatedProcess) -> None:
        self.close(token)
        if error is not None:
            self._failed(service, error)
            return
        if service.configuration.interactive and not self._is_interactive(service.configuration):
            self._tell_of_unseen_windows(service.configuration.name)
        self.close(created.thread)
        service.process, service.process_id = created.process, created.process_id
        if service.state is ServiceState.START_PENDING:
            service.state = ServiceState.RUNNING
            self._answer(service)
        self.begin(WaitForObject(service.process), lambda *_: self._exited(service))
        if service.state is ServiceState.STOP_PENDING:
            self._ask_to_end(service)

    def _tell_of_unseen_windows(self, name: str) -> None:
        text = (
            f"The service {name} is marked as interactive, and {self.executive.profile.name} lets no service onto "
            f"WinSta0: what it shows, nobody sees, and nobody can answer. Let a program in the user's session show it "
            f"and talk to the service, and take `interactive` out of the configuration."
        )
        self.executive.log_event(EventLevel.ERROR, SOURCE, NOT_INTERACTIVE, 0, text, subject=name)

    def _failed(self, service: Service, error: NtError) -> None:
        service.state = ServiceState.STOPPED
        service.exit_code = error.win32
        service.reason = str(error)
        self.close(service.job)
        service.job = 0
        self._answer(service, nt_error(NtStatus.UNSUCCESSFUL, f"{service.configuration.name}: {error}"))
        self._tell(service)

    # -- stopping

    def _stop(self, service: Service) -> None:
        if service.state is ServiceState.STOP_PENDING:
            return
        was_running = service.state is ServiceState.RUNNING
        service.state = ServiceState.STOP_PENDING
        if was_running:
            self._ask_to_end(service)

    def _ask_to_end(self, service: Service) -> None:
        """SIGTERM first; when its time is over, or its first process has ended, the rest of its job is killed."""
        self.call(SignalProcess(service.process, SIGTERM))
        patience = service.configuration.stop_seconds * TICKS_PER_SECOND
        process = service.process

        def waited(error: NtError | None, result: object) -> None:  # noqa: ARG001 - ended or timed out, the job ends
            if service.process == process:
                self.call(TerminateJob(service.job, 1))

        self.begin(WaitForObject(process, patience), waited)

    def _exited(self, service: Service) -> None:
        process = self.call(QueryProcess(service.process))
        status = process.exit_status
        asked = service.state is ServiceState.STOP_PENDING
        self.call(TerminateJob(service.job, 1))
        self.close(service.process, service.job)
        service.process = service.job = service.process_id = 0
        service.state = ServiceState.STOPPED
        service.exit_code = 0 if asked else status
        if asked:
            service.reason = "it was stopped"
        elif process.ended_because:
            service.reason = process.ended_because
        elif status == NtStatus.UNSUCCESSFUL:  # what is told of a process whose end nobody saw
            service.reason = "its program was killed with the launcher of session 0"
        else:
            service.reason = f"its program ended with exit status {status:#x}"
        self._answer(service)
        self._tell(service)

    @staticmethod
    def _tell(service: Service) -> None:
        then, service.then = service.then, None
        if then is not None:
            then()


def information(service: Service) -> ServiceInformation:
    """Return what is told of a service."""
    return ServiceInformation(
        name=service.configuration.name,
        state=int(service.state),
        process_id=service.process_id,
        account=service.configuration.account,
        start=service.configuration.start,
        command=service.configuration.command,
        exit_code=0 if service.state is ServiceState.RUNNING else service.exit_code,
        reason=service.reason if service.state is ServiceState.STOPPED else "",
        service_type=OWN_PROCESS | (INTERACTIVE_PROCESS if service.configuration.interactive else 0),
    )
