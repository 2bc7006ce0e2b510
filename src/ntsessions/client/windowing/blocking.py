"""Driving the machinery over a blocking connection: each thing that it asks for is done at once."""

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.message import Message
from ntsessions.client.connection import Connection
from ntsessions.client.windowing.steps import (
    BRINGS_MESSAGES,
    CallBack,
    CallProcedure,
    OneWay,
    Step,
    Steps,
    message_in,
)

R = TypeVar("R")


class Driver:
    """Runs what a thread does over its connection."""

    __slots__ = ("_connection", "_kept", "_window")

    def __init__(self, connection: Connection, kept: deque[Message], window: Callable[[int], Any]) -> None:
        self._connection = connection
        self._kept = kept
        """Where a message goes that came for an interrupted call."""
        self._window = window
        """Makes of a handle what procedures are given."""

    def run(self, steps: Steps[R]) -> R:
        """Run an operation to its end."""
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._do(step)
                except BaseException as error:  # noqa: BLE001 - the operation decides, and raises it on
                    step = steps.throw(error)
                else:
                    step = steps.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what a generator returns is not in the type of the exception

    def _do(self, step: Step) -> Any:
        if type(step) in BRINGS_MESSAGES:
            return self._call(step)  # type: ignore[arg-type]  # it is a call
        if isinstance(step, Call):
            return self._connection.call(step)
        if isinstance(step, CallProcedure):
            return step.procedure(self._window(step.window), step.message)
        if isinstance(step, CallBack):
            return step.function(*step.arguments)
        if isinstance(step, OneWay):
            return self._connection.post(step.call)
        return self._connection.call_with_descriptors(step.call, step.descriptors)

    def _call(self, call: Call[Any]) -> Any:
        """Make a call whose reply may hold a message, which must not be lost when a signal handler raises meanwhile."""

        def keep(reply: Any) -> None:
            message = message_in(call, reply)
            if message is not None:
                self._kept.append(message)

        return self._connection.call_or_keep(call, keep)
