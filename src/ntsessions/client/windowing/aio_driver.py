"""Driving the machinery over an asyncio connection: other tasks go on while it waits."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.message import POSTED
from ntsessions.client.aio_connection import AsyncConnection
from ntsessions.client.windowing.messages import handle
from ntsessions.client.windowing.state import ThreadState
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


class AsyncDriver:
    """Runs what the tasks of a client do over its connection."""

    __slots__ = ("_connection", "_state", "_window")

    def __init__(self, connection: AsyncConnection, state: ThreadState, window: Callable[[int], Any]) -> None:
        self._connection = connection
        self._state = state
        self._window = window
        """Makes of a handle what procedures are given."""

    async def run(self, steps: Steps[R]) -> R:
        """Run an operation to its end."""
        try:
            step = next(steps)
            while True:
                try:
                    outcome = await self._do(step)
                except BaseException as error:  # noqa: BLE001 - the operation decides, and raises it on
                    step = steps.throw(error)
                else:
                    step = steps.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what a generator returns is not in the type of the exception

    async def _do(self, step: Step) -> Any:
        if type(step) in BRINGS_MESSAGES:
            return await self._call(step)  # type: ignore[arg-type]  # it is a call
        if isinstance(step, Call):
            return await self._connection.call(step)
        if isinstance(step, CallProcedure):
            return await _settle(step.procedure(self._window(step.window), step.message))
        if isinstance(step, CallBack):
            return await _settle(step.function(*step.arguments))
        if isinstance(step, OneWay):
            return self._connection.post(step.call)
        return await self._connection.call_with_descriptors(step.call, step.descriptors)

    async def _call(self, call: Call[Any]) -> Any:
        """Make a call whose reply may hold a message, which must not be lost when the task is cancelled."""

        async def give_back(reply: Any) -> None:
            message = message_in(call, reply)
            if message is None:
                return
            if message.kind == POSTED:
                self._state.kept.append(message)
            else:  # who sent it waits, and perhaps no task of ours asks for messages again
                await self.run(handle(self._state, message))

        return await self._connection.wait(call, give_back)


async def _settle(outcome: Any) -> Any:
    """Return what a function of the program returns, awaiting it if it is a coroutine."""
    return await outcome if inspect.isawaitable(outcome) else outcome
