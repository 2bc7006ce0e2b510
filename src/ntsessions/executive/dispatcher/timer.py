"""Waitable timers (nt-semantics 2.5).

Relative timers are due on the host's steady clock, absolute ones on UTC, so that setting the clock moves the absolute
ones only.  Each kind stands in a `Deadlines` of its own.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import TIMER
from ntsessions.abi.types import TimerType
from ntsessions.executive.dispatcher.waits import Apc, Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.dispatcher.waits import Deadlines
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread

TICKS_PER_MILLISECOND = 10_000


class Timer(Dispatcher):
    """Becomes signaled at a time, once or again and again."""

    __slots__ = ("apc_argument", "apc_queued", "apc_routine", "due", "expired_at", "is_absolute", "is_set", "period",
                 "resets_itself", "setter")  # fmt: skip

    type = TIMER

    def __init__(self, timer_type: TimerType) -> None:
        super().__init__()
        self.resets_itself = timer_type is TimerType.SYNCHRONIZATION
        self.is_set = False
        self.due: int | None = None
        """When it will expire, on the clock that `is_absolute` names; None when it is not armed."""
        self.expired_at: int | None = None
        """When it was last due, on the same clock; None since it was armed, or for ever."""
        self.is_absolute = False
        self.period = 0
        """In 100 ns; 0: once."""
        self.setter: Thread | None = None
        self.apc_routine = 0
        self.apc_argument = 0
        self.apc_queued: Apc | None = None

    def is_signaled(self) -> bool:
        """Tell whether it has expired."""
        return self.is_set

    def consume(self, thread: "Thread") -> bool:
        """Reset, if it is a synchronization timer."""
        if self.resets_itself:
            self.is_set = False
        return False

    def disarm(self, steady: "Deadlines", absolute: "Deadlines") -> None:
        """Take back what is pending: the expiry and a procedure call that is queued but not delivered."""
        if self.due is not None:
            (absolute if self.is_absolute else steady).cancel(self)
            self.due = None
        if self.apc_queued is not None and self.setter is not None:
            self.setter.apcs.remove(self.apc_queued)
            self.apc_queued = None
        if self.setter is not None:
            self.setter.timers.pop(self, None)
            self.setter = None

    def expired(self, clock: int, utc: int) -> bool:
        """Tell that its time has come at *clock*.  Returns whether a procedure call was queued to the setter.

        A periodic timer is due again counting from when it was due, not from when that was noticed; periods that
        passed unnoticed are not made up for.
        """
        due = self.due if self.due is not None else clock
        self.is_set = True
        self.expired_at = due
        if self.period:
            missed = max(0, clock - due) // self.period
            self.due = due + (missed + 1) * self.period
        else:
            self.due = None
        if not self.apc_routine or self.setter is None or self.apc_queued is not None:
            return False
        self.apc_queued = Apc(self.apc_routine, self.apc_argument, utc, self)
        self.setter.apcs.append(self.apc_queued)
        return True

    def on_last_handle(self, executive: "Executive") -> None:
        """Stop: nobody can reach it any more, and it must not wake the host for ever."""
        if self.parent is None:
            self.disarm(executive.steady, executive.absolute)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        kind = "synchronization" if self.resets_itself else "notification"
        facts = {"kind": kind, "signaled": "yes" if self.is_set else "no", "armed": "no" if self.due is None else "yes"}
        if self.period:
            facts["period"] = f"{self.period // TICKS_PER_MILLISECOND} ms"
        return facts
