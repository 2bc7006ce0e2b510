"""What every part of the system has: a thread of the system process, calls made as it, and calls served by it.

A part changes state only by making calls, as any caller does, and asks the world through the executive's effects.  It
reads the executive's state where a call would only say the same.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.object import Close
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import Effect
from ntsessions.executive.executive import Executive, Outcome, Pending
from ntsessions.executive.reports import Report

R = TypeVar("R")


class Part:
    """A subsystem."""

    def __init__(self, executive: Executive, thread_key: int) -> None:
        self.executive = executive
        self.thread_key = thread_key
        self._next_request = 0
        self._questions: dict[int, Callable[[Any], None]] = {}
        self._pending: dict[int, Callable[[NtError | None, Any], None]] = {}

    def call(self, call: Call[R]) -> R:
        """Make a call that ends at once; raises what it fails with."""
        outcome = self.executive.dispatch(self.thread_key, 0, call)
        if isinstance(outcome, Pending):
            raise nt_error(NtStatus.INTERNAL_ERROR, f"{type(call).__name__} did not end at once")
        if outcome.status:
            raise nt_error(NtStatus(outcome.status), outcome.detail)
        return outcome.reply  # type: ignore[return-value]  # the handler of a Call[R] answers R

    def begin(self, call: Call[Any], then: Callable[[NtError | None, Any], None]) -> None:
        """Make a call; *then* is told how it ended, at once or later."""
        self._next_request += 1
        request = self._next_request
        outcome = self.executive.dispatch(self.thread_key, request, call)
        if isinstance(outcome, Pending):
            self._pending[request] = then
        else:
            then(_error(outcome), outcome.reply)

    def ask(self, effect: Callable[[int], Effect], then: Callable[[Any], None]) -> None:
        """Ask the world something; *then* is given the report that carries the same ticket."""
        ticket = self.executive.new_key()
        self._questions[ticket] = then
        self.executive.emit(effect(ticket))

    def take(self, report: Report) -> bool:
        """Take a report that answers a question of this part; False when it does not."""
        then = self._questions.pop(getattr(report, "ticket", 0), None)
        if then is None:
            return False
        then(report)
        return True

    def completed(self, request: int, status: NtStatus, reply: object, detail: str) -> None:
        """A call of this part that was pending has ended."""
        then = self._pending.pop(request, None)
        if then is not None:
            then(_error(Outcome(status, reply, detail)), reply)

    def close(self, *handles: int) -> None:
        """Close handles; 0 is none."""
        for handle in handles:
            if handle:
                self.call(Close(handle))


def _error(outcome: Outcome) -> NtError | None:
    return nt_error(NtStatus(outcome.status), outcome.detail) if outcome.status else None
