"""Service control (NT's services.exe), as far as session 0 needs it from the start.

Services are declared in the configuration.  Each runs in session 0 in a job of its own, so that stopping one ends all
its processes.  Controls, dependencies, delayed start and recovery come with the service control manager's own issue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ntsessions.abi.call import Call
from ntsessions.abi.calls.job import CreateJob, TerminateJob
from ntsessions.abi.calls.process import CreatedProcess, CreateProcess, QueryProcess, SignalProcess
from ntsessions.abi.calls.service import QueryServices, ServiceInformation, ServiceState, StartService, StopService
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

NEVER_STARTED = 1077
SIGTERM = 15
BOOT = "boot"


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


class ServiceControl(Part):
    """Starts and stops the services."""

    def __init__(self, executive: Executive, thread_key: int, logon: Logon,
                 services: tuple[ServiceConfiguration, ...]) -> None:  # fmt: skip
        super().__init__(executive, thread_key)
        self.logon = logon
        self.services = {one.name.lower(): Service(one) for one in services}
        self.is_stopping = False
        """The host is shutting down: nothing is started any more."""
        self.served: dict[type[Call[Any]], Callable[[Thread, int, Any], object]] = {
            QueryServices: self._query,
            StartService: self._start_call,
            StopService: self._stop_call,
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

    def _query(self, caller: Thread, request: int, call: QueryServices) -> tuple[ServiceInformation, ...]:
        return tuple(information(service) for service in self.services.values())

    def _find(self, caller: Thread, name: str) -> Service:
        if ADMINISTRATORS not in caller.token.enabled_sids:
            raise nt_error(NtStatus.ACCESS_DENIED, "starting and stopping services is for administrators")
        service = self.services.get(name.lower())
        if service is None:
            raise nt_error(NtStatus.SERVICE_DOES_NOT_EXIST, f"{name!r}; services are declared in the configuration")
        return service

    def _start_call(self, caller: Thread, request: int, call: StartService) -> Pending:
        service = self._find(caller, call.name)
        if service.state is not ServiceState.STOPPED:
            raise nt_error(NtStatus.SERVICE_ALREADY_RUNNING, f"{call.name} is {service.state.name.lower()}")
        if self.is_stopping:
            raise nt_error(NtStatus.UNSUCCESSFUL, "the host is shutting down")
        service.waiting.append((caller, request))
        self._start(service)
        return PENDING

    def _stop_call(self, caller: Thread, request: int, call: StopService) -> Pending:
        service = self._find(caller, call.name)
        if service.state is ServiceState.STOPPED:
            raise nt_error(NtStatus.SERVICE_NOT_ACTIVE, call.name)
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
        )
        self.begin(call, lambda error, created: self._launched(service, tokens.token, error, created))

    def _launched(self, service: Service, token: int, error: NtError | None, created: CreatedProcess) -> None:
        self.close(token)
        if error is not None:
            self._failed(service, error)
            return
        self.close(created.thread)
        service.process, service.process_id = created.process, created.process_id
        if service.state is ServiceState.START_PENDING:
            service.state = ServiceState.RUNNING
            self._answer(service)
        self.begin(WaitForObject(service.process), lambda *_: self._exited(service))
        if service.state is ServiceState.STOP_PENDING:
            self._ask_to_end(service)

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
        status = self.call(QueryProcess(service.process)).exit_status
        asked = service.state is ServiceState.STOP_PENDING
        self.call(TerminateJob(service.job, 1))
        self.close(service.process, service.job)
        service.process = service.job = service.process_id = 0
        service.state = ServiceState.STOPPED
        service.exit_code = 0 if asked else status
        service.reason = "it was stopped" if asked else f"its program ended with exit status {status:#x}"
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
    )
