"""The whole system, still pure: the executive and the parts that serve calls beside it.

It has the executive's surface (`dispatch`, `report`, `advance`, `take_effects`), so that a log of its inputs replays to
the same state.  Which part serves a call is a table.
"""

from collections.abc import Callable
from typing import Any

import ntsessions.executive.handlers  # noqa: F401 - fills the executive's table of handlers
from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.executive.effects import CompleteCall, Effect, ShutDown
from ntsessions.executive.executive import HANDLERS, Executive, Handler, Outcome, Pending
from ntsessions.executive.handlers.host import SYSTEM_THREADS
from ntsessions.executive.processes.thread import Thread
from ntsessions.executive.reports import HostStarted, Report, SessionEnded, SessionFailed, SessionPrepared
from ntsessions.profiles.profile import Profile
from ntsessions.subsystems.logon import Logon
from ntsessions.subsystems.part import Part
from ntsessions.subsystems.service_control import ServiceConfiguration, ServiceControl
from ntsessions.subsystems.session_manager import SessionManager


class System:
    """Executive, logon, session manager and service control."""

    def __init__(self, profile: Profile, machine_sid: str, services: tuple[ServiceConfiguration, ...] = ()) -> None:
        self.executive = Executive(profile, machine_sid)
        self.logon = Logon(self.executive, SYSTEM_THREADS["logon"])
        self.session_manager = SessionManager(self.executive, SYSTEM_THREADS["session_manager"], self.logon)
        self.service_control = ServiceControl(self.executive, SYSTEM_THREADS["service_control"], self.logon, services)
        self.session_manager.before_shutdown = self.service_control.stop_all
        self._parts: dict[int, Part] = {
            part.thread_key: part for part in (self.logon, self.session_manager, self.service_control)
        }
        served = self.logon.served | self.session_manager.served | self.service_control.served
        self.executive.handlers = HANDLERS | {call_type: _as_handler(serve) for call_type, serve in served.items()}
        self.is_ready = False
        """Session 0 is prepared and the boot services were asked for."""
        self.failure = ""
        """Why the host cannot go on: session 0 could not be prepared, or was lost."""

    def dispatch(self, thread_key: int, request: int, call: Call[Any]) -> Outcome | Pending:
        """Serve a call."""
        return self.executive.dispatch(thread_key, request, call)

    def report(self, report: Report) -> None:
        """Take in what the world did."""
        for part in self._parts.values():
            if part.take(report):
                return
        self.executive.report(report)
        if isinstance(report, HostStarted):
            self.logon.start(report)
        elif isinstance(report, SessionPrepared) and not self.is_ready:
            self.is_ready = True  # the first session to be prepared is session 0
            self.service_control.start_at_boot()
        elif isinstance(report, SessionFailed) and not self.is_ready:
            self._fail(f"session 0 could not be prepared: {report.reason}")
        elif (
            isinstance(report, SessionEnded)
            and report.session_key == self.executive.sessions[0].key
            and not self.session_manager.is_shutting_down
        ):  # NT stops when a process ends that it cannot be without, and csrss is one (nt-semantics 4.3)
            self._fail("session 0 has ended, because its launcher died; start the host again")

    def _fail(self, reason: str) -> None:
        self.failure = reason
        self.executive.emit(ShutDown())

    def advance(self, now: int, utc: int) -> None:
        """Tell the time, in units of 100 ns."""
        self.executive.advance(now, utc)

    def take_effects(self) -> list[Effect]:
        """Return what the world is to do; answers to the system's own parts are delivered here."""
        effects: list[Effect] = []
        while self.executive.effects:
            for effect in self.executive.take_effects():
                part = self._parts.get(effect.thread_key) if isinstance(effect, CompleteCall) else None
                if part is not None and isinstance(effect, CompleteCall):
                    part.completed(effect.request, effect.status, effect.reply, effect.detail)
                else:
                    effects.append(effect)
        return effects

    def unserved(self) -> set[str]:
        """Return the names of declared calls that nothing serves: none, a test says."""
        return {spec.name for spec in BY_TYPE.values() if spec.call_type not in self.executive.handlers}


def _as_handler(serve: Callable[[Thread, int, Any], object]) -> Handler:
    return lambda _, caller, call: serve(caller, caller.request, call)
