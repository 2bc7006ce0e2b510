"""The executive: all state, no hands.

Its whole surface is `dispatch` (a caller makes a call), `report` (the world did something), `advance` (time passed) and
`take_effects` (what the world is to do).  The same inputs give the same outputs and the same state: nothing in here
reads a clock, rolls dice or waits.  Keys and LUIDs are counted up.

`dispatch` is the only place where an exception becomes a status.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import CALLS_PER_THREAD, THREADS_PER_PROCESS
from ntsessions.abi.luids import FIRST_LUID, SYSTEM_LUID, Luid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.executive.dispatcher.timer import Timer
from ntsessions.executive.dispatcher.waits import Deadlines, Wait, Waits
from ntsessions.executive.effects import CompleteCall, Disconnect, Effect
from ntsessions.executive.event_log import EventLog, Topic, log_event
from ntsessions.executive.memory.conditions import MemoryConditions
from ntsessions.executive.objects.directory import Directory
from ntsessions.executive.objects.token_object import impersonate
from ntsessions.executive.objects.tree import add_device_map, child, make_root, remove_device_map
from ntsessions.executive.processes.thread import ANSWERED, Thread
from ntsessions.executive.security.descriptor_pool import DescriptorPool
from ntsessions.executive.windowing import lifetime
from ntsessions.executive.windowing.timers import UserTimer

if TYPE_CHECKING:
    from ntsessions.abi.calls.event_log import EventLevel
    from ntsessions.abi.calls.session import SessionNotification
    from ntsessions.abi.sids import Sid
    from ntsessions.executive.effects import UnixIdentity
    from ntsessions.executive.objects.token_object import TokenObject
    from ntsessions.executive.processes.job import Job
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.session import Port, Session
    from ntsessions.executive.reports import HostStarted, Report
    from ntsessions.executive.security.logons import LogonSession
    from ntsessions.executive.security.token import Token
    from ntsessions.profiles.profile import Profile


class Pending:
    """What a handler answers when the call has not ended."""


PENDING = Pending()

ERROR_SEVERITY = 0xC0000000
"""Statuses from here on are errors."""

ENDS_WHAT_PENDS = (CancelCall, Close)
"""Calls that are served whatever waits: they give back what others took."""

Handler = Callable[["Executive", Thread, Any], object]
HANDLERS: dict[type[Call[Any]], Handler] = {}
REPORT_HANDLERS: dict[type["Report"], Callable[["Executive", Any], None]] = {}


class Outcome:
    """How a call ended: a reply, or a status with a detail for people."""

    __slots__ = ("detail", "reply", "status")

    def __init__(self, status: int, reply: object, detail: str = "") -> None:
        self.status = status
        self.reply = reply
        self.detail = detail


def private_region(memory_key: int, size: int) -> memoryview:  # noqa: ARG001 - nobody else will look for it
    """Return memory that nobody can map: for an executive without a world."""
    return memoryview(bytearray(size))


class Executive:
    """The state of a host."""

    def __init__(self, profile: "Profile", machine_sid: str) -> None:
        self.profile = profile
        self.machine_sid = machine_sid
        self.now = 0
        """The steady clock, 100 ns."""
        self.utc = 0
        """UTC, 100 ns since 1601."""
        self.boot_time = 0
        self.effects: list[Effect] = []
        """What `take_effects` will return."""
        self._next_key = 0
        self._next_luid = int(FIRST_LUID)
        self._next_thread_id = 0
        self.root: Directory = make_root()
        self.memory_conditions = MemoryConditions(child(self.root, "KernelObjects"))
        self.sessions: dict[int, Session] = {}
        """Sessions that exist, by id."""
        self.sessions_by_key: dict[int, Session] = {}
        self.ports: dict[int, Port] = {}
        self.threads: dict[int, Thread] = {}
        """Connected threads by the key of their connection."""
        self.threads_by_id: dict[int, Thread] = {}
        self.processes: dict[int, Process] = {}
        """Processes by key, those that ended but have handles included."""
        self.processes_by_id: dict[int, Process] = {}
        """Live processes by pid."""
        self.jobs: dict[int, Job] = {}
        self.logon_sessions: dict[int, LogonSession] = {}
        self.identities: dict[Sid, UnixIdentity] = {}
        """Whom each account's programs run as on Linux."""
        self.descriptors = DescriptorPool()
        self.host: HostStarted | None = None
        self.token_objects: dict[int, TokenObject] = {}
        """Tokens that handles lead to, by token id."""
        self.private_namespaces: dict[tuple[str, ...], Directory] = {}
        self.questions: dict[int, tuple[int, int, object]] = {}
        """Calls that wait for a report: ticket -> (thread key, request, what the handler needs to answer)."""
        self.next_session_id = 0
        self.notifications: list[SessionNotification] = []
        self.event_log = EventLog()
        self.notification_waits: dict[Wait, int] = {}
        """Calls that wait for news, of sessions or in the event log, each with the number after which they are new."""
        self.notification_sequence = 0
        self.counts = {"objects": 0, "calls": 0}
        self.steady = Deadlines()
        self.absolute = Deadlines()
        self.waits = Waits(self.steady, self.wait_ended)
        self.handlers: dict[type[Call[Any]], Handler] = HANDLERS
        """Who serves a call.  The parts of the system put theirs in beside the executive's own."""
        self.make_region: Callable[[int, int], memoryview] = private_region
        """Makes memory of a key and a size that programs may map: the executive writes to it and never reads it."""

    # -- the surface

    def dispatch(self, thread_key: int, request: int, call: Call[Any]) -> "Outcome | Pending":
        """Serve *call*; PENDING means that a `CompleteCall` with this request number will come."""
        caller = self.threads.get(thread_key)
        if caller is None:
            return Outcome(NtStatus.PROCESS_IS_TERMINATING, None)
        if caller.pending and (refused := self._refusal(caller, request, call)) is not None:
            return refused
        caller.request = request
        caller.grant = None
        try:
            reply = self.handlers[type(call)](self, caller, call)
        except NtError as error:
            if error.status not in BY_TYPE[type(call)].fails_with:
                return Outcome(NtStatus.INTERNAL_ERROR, None, f"undeclared: {error}")
            return Outcome(error.status, None, error.detail)
        finally:
            caller.received = ()
        if reply is PENDING:
            if caller.request != ANSWERED:
                caller.pending.add(request)
            return PENDING
        return Outcome(0, reply)

    def _refusal(self, caller: Thread, request: int, call: Call[Any]) -> Outcome | None:
        """Return why a thread that has calls pending may not make this one, or None.

        The system's own threads have no limit: what they do is bounded by what others may ask of them.
        """
        if request in caller.pending:
            detail = f"request {request} is pending already"
            self.emit(Disconnect(caller.key, detail))
            return Outcome(NtStatus.INTERNAL_ERROR, None, detail)
        if len(caller.pending) >= CALLS_PER_THREAD and caller.key > 0 and type(call) not in ENDS_WHAT_PENDS:
            detail = f"{CALLS_PER_THREAD} calls of this connection are pending"
            return Outcome(NtStatus.QUOTA_EXCEEDED, None, detail)
        return None

    def report(self, report: "Report") -> None:
        """Take in what the world did."""
        REPORT_HANDLERS[type(report)](self, report)

    def advance(self, now: int, utc: int) -> None:
        """Tell the time, on both clocks in units of 100 ns; what is due happens, in the order in which it was due."""
        if now > self.now:  # noqa: PLR1730 - every call comes through here, and max() takes three times as long
            self.now = now
        self.utc = utc
        if not (self.steady.live or self.absolute.live):
            return
        for clock, deadlines in ((self.now, self.steady), (utc, self.absolute)):
            while (item := deadlines.pop_due(clock)) is not None:
                if isinstance(item, Wait):
                    self._wait_timed_out(item)
                elif isinstance(item, Timer):
                    self._timer_expired(item, clock, deadlines)
                elif isinstance(item, MemoryConditions | UserTimer):
                    item.expired(self)

    def next_deadline(self) -> tuple[int | None, int | None]:
        """Return when the next thing is due: on the steady clock, and in UTC; None for nothing."""
        return self.steady.next_due(), self.absolute.next_due()

    def take_effects(self) -> list[Effect]:
        """Return, once and in order, what the world is to do."""
        effects, self.effects = self.effects, []
        return effects

    # -- for the handlers

    def emit(self, effect: Effect) -> None:
        """Ask the world to do something."""
        self.effects.append(effect)

    def new_key(self) -> int:
        """Return a key that was never used."""
        self._next_key += 1
        return self._next_key

    def new_luid(self) -> Luid:
        """Return a LUID that was never used since boot."""
        luid, self._next_luid = self._next_luid, self._next_luid + 1
        return Luid(luid)

    def device_map(self, token: "Token") -> Directory:
        r"""Return what `\??` is for a token: its logon session's device map, or GLOBAL?? for the system."""
        if token.authentication_id == SYSTEM_LUID:
            return self.global_device_map()
        return add_device_map(self.root, token.authentication_id, token.user)

    def global_device_map(self) -> Directory:
        r"""Return `\GLOBAL??`, where the system's own drive letters and devices are."""
        return child(self.root, "GLOBAL??")

    def new_thread(self, process: "Process") -> Thread:
        """Begin a thread of *process*."""
        if len(process.threads) >= THREADS_PER_PROCESS:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{THREADS_PER_PROCESS} threads of one process are connected")
        self._next_thread_id += 4
        thread = Thread(process, self._next_thread_id)
        thread.descriptor = process.descriptor
        process.threads[thread.thread_id] = thread
        self.threads_by_id[thread.thread_id] = thread
        return thread

    def begin_wait(self, wait: Wait, timeout: int) -> "WaitResult | Pending":
        """Satisfy *wait* now, or let it wait up to *timeout* (100 ns; negative: for as long as it takes)."""
        result = self.waits.try_now(wait)
        if result is not None:
            return result
        if timeout == 0:
            return WaitResult(int(NtStatus.TIMEOUT))
        self.waits.begin(wait, None if timeout < 0 else self.now + timeout)
        return PENDING

    def ask(self, caller: Thread, subject: object = None) -> int:
        """Let the call that is being served wait for a report; returns the ticket to put into the effect."""
        ticket = self.new_key()
        self.questions[ticket] = (caller.key, caller.request, subject)
        return ticket

    def answer(self, thread_key: int, request: int, reply: object) -> None:
        """End a pending call with a reply."""
        if self._was_waiting(thread_key, request):
            self.emit(CompleteCall(thread_key, request, NtStatus.SUCCESS, reply))

    def fail(self, thread_key: int, request: int, error: NtError) -> None:
        """End a pending call with an error."""
        if self._was_waiting(thread_key, request):
            self.emit(CompleteCall(thread_key, request, error.status, None, error.detail))

    def _was_waiting(self, thread_key: int, request: int) -> bool:
        """Note that a call has its answer.  False when nobody waits for it: its thread has ended."""
        thread = self.threads.get(thread_key)
        if thread is None:
            return False
        if request in thread.pending:
            thread.pending.remove(request)
        else:
            assert thread.request == request, "a call is answered once"
            thread.request = ANSWERED  # while it is being served
        return True

    def log_event(
        self, level: "EventLevel", source: str, event_id: int, session_id: int, text: str, *, subject: str = ""
    ) -> None:
        """Write to the event log.  For a while, more of the same about one *subject* are only counted."""
        log_event(self, Topic(source, event_id, session_id, subject), level, text)

    def hold_logon(self, luid: int) -> None:
        """Count one more process, token handle or session that keeps a logon session alive."""
        logon = self.logon_sessions.get(luid)
        if logon is not None:
            logon.reference()

    def drop_logon(self, luid: int) -> None:
        """Count one less; with the last the logon session is over, and its device map goes (5.1)."""
        logon = self.logon_sessions.get(luid)
        if logon is not None and logon.dereference():
            del self.logon_sessions[luid]
            remove_device_map(self.root, Luid(luid))

    # -- endings

    def end_thread(self, thread: Thread, exit_status: int = 0) -> None:
        """A thread has ended: what it owned is abandoned, its waits are forgotten, who waits for it is woken."""
        if thread.is_signaled():
            return
        thread.exit_status = exit_status
        lifetime.thread_ended(self, thread)
        for wait in list(thread.waits.values()):
            self.notification_waits.pop(wait, None)
            self.waits.withdraw(wait)
        for timer in list(thread.timers):
            timer.disarm(self.steady, self.absolute)
        thread.apcs.clear()
        thread.pending.clear()
        impersonate(self, thread, None)
        thread.process.threads.pop(thread.thread_id, None)
        self.threads_by_id.pop(thread.thread_id, None)
        if thread.key:
            self.threads.pop(thread.key, None)
        for mutant in list(thread.owned):
            mutant.abandon()
            self.waits.signaled(mutant)
        thread.owned.clear()
        self.waits.signaled(thread)

    def end_process(self, process: "Process", exit_status: int) -> None:
        """A process has ended: its threads end, its handles close, its jobs are told, who waits for it is woken."""
        if process.has_exited:
            return
        process.exit_status = process.exit_code_asked if process.exit_code_asked is not None else exit_status
        process.exit_time = max(self.utc, 1)
        for thread in list(process.threads.values()):
            if thread.key:
                self.emit(Disconnect(thread.key))
            self.end_thread(thread, process.exit_status)
        lifetime.process_ended(self, process)
        process.handles.close_all(self)
        if process.context_handles is not None:
            process.context_handles.close_all(self)
        self.drop_logon(process.token.authentication_id)
        process.session.processes.pop(process.key, None)
        if self.processes_by_id.get(process.process_id) is process:
            del self.processes_by_id[process.process_id]
        for job in reversed(process.jobs):
            job.member_exited(process, self)
        self.waits.signaled(process)
        if process.handle_count == 0:
            self.forget_process(process)

    def discard_process(self, process: "Process") -> None:
        """A process that never ran is taken back."""
        process.exit_code_asked = int(NtStatus.UNSUCCESSFUL)
        self.end_process(process, int(NtStatus.UNSUCCESSFUL))

    def forget_process(self, process: "Process") -> None:
        """Nobody can ask about *process* any more."""
        self.processes.pop(process.key, None)
        for job in process.jobs:
            job.assigned.discard(process.key)

    # -- time

    def wait_ended(self, wait: Wait, result: WaitResult) -> None:
        """Answer the call whose wait has ended, or fail it: a mutant cannot be owned once more (2.4)."""
        if result.status >= ERROR_SEVERITY:
            self.fail(wait.thread.key, wait.request, nt_error(NtStatus(result.status)))
        else:
            self.answer(wait.thread.key, wait.request, wait.reply(result))

    def _wait_timed_out(self, wait: Wait) -> None:
        if wait.goes_on(self):
            return
        self.notification_waits.pop(wait, None)
        self.waits.time_out(wait)

    def _timer_expired(self, timer: Timer, clock: int, deadlines: Deadlines) -> None:
        has_apc = timer.expired(clock, self.utc)
        if timer.due is not None:
            deadlines.set(timer, timer.due)
        self.waits.signaled(timer)
        if has_apc and timer.setter is not None:
            self.waits.alert(timer.setter)
