"""Running the windowing machinery against a list of what the daemon answers; the program's own functions are called."""

from typing import Any, TypeVar

from ntsessions.abi.calls.message import POSTED, SENT, Message
from ntsessions.client.windowing.steps import CallBack, CallProcedure, Step, Steps

R = TypeVar("R")

WINDOW, OTHER = 0x10001, 0x10002


class Daemon:
    """What the daemon answers, in order; an exception is raised.  `made` are the steps that asked for it."""

    def __init__(self, *outcomes: Any) -> None:
        self._outcomes = list(outcomes)
        self.made: list[Step] = []

    def run(self, steps: Steps[R]) -> R:
        try:
            step = next(steps)
            while True:
                try:
                    outcome = self._do(step)
                except BaseException as error:  # noqa: BLE001 - as the drivers
                    step = steps.throw(error)
                else:
                    step = steps.send(outcome)
        except StopIteration as end:
            assert not self._outcomes, "not everything was asked for"
            return end.value  # type: ignore[no-any-return]  # as the drivers

    def _do(self, step: Step) -> Any:
        if isinstance(step, CallProcedure):
            return step.procedure(step.window, step.message)
        if isinstance(step, CallBack):
            return step.function(*step.arguments)
        self.made.append(step)
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def posted(number: int, wparam: int = 0, *, window: int = WINDOW) -> Message:
    return Message(POSTED, window, number, wparam)


def sent(number: int, wparam: int = 0, *, key: int = 7, window: int = WINDOW, data: bytes | None = None) -> Message:
    return Message(SENT, window, number, wparam, data=data, sent=key)


class Recorder:
    """A window procedure that answers as it was told (`m400`: to message 0x400), and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {int(number.removeprefix("m"), 16): answer for number, answer in answers.items()}
        self.seen: list[tuple[int, int]] = []

    def __call__(self, window: int, message: Message) -> Any:
        self.seen.append((window, message.number))
        return self.answers.get(message.number)
