"""What the windowing machinery asks of whoever drives it.

Each operation is a generator: it yields what it needs next, and is sent the outcome, or thrown what it failed with.  So
it is written once, for programs that wait (`blocking.run`) and for asyncio (`aio_run.run`).
"""

from collections.abc import Callable, Generator
from typing import Any, Final, NamedTuple, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.message import NONE, POSTED, AwaitSend, GetMessage, Message, SendMessage

R = TypeVar("R")

Procedure = Callable[[Any, Message], Any]
"""A window procedure: it is given the window and the message, and answers as `answer_of` says."""


class CallBack(NamedTuple):
    """Call a function of the program; in asyncio it may be a coroutine function.  Answers what it returns."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


class CallProcedure(NamedTuple):
    """Call a window procedure with the window of this handle, as the driver shows windows to its programs."""

    procedure: Procedure
    window: int
    message: Message


class Exchange(NamedTuple):
    """Make a call with descriptors.  Answers the reply and the descriptors that came with it."""

    call: Call[Any]
    descriptors: tuple[int, ...] = ()


class OneWay(NamedTuple):
    """Make a call without waiting for how it ends."""

    call: Call[None]


Step = Call[Any] | CallBack | CallProcedure | Exchange | OneWay
"""A call stands for itself: make it, and answer its reply."""
Steps = Generator[Step, Any, R]

BRINGS_MESSAGES: Final = frozenset({GetMessage, SendMessage, AwaitSend})
"""Calls whose replies may hold a message, which must not be lost when the program is interrupted."""


def message_in(call: Call[Any], reply: Any) -> Message | None:
    """Return the message that a reply took out of the queue, None when it took none."""
    if isinstance(reply, Message):
        was_taken = reply.kind != NONE and (reply.kind != POSTED or not isinstance(call, GetMessage) or call.remove)
        return reply if was_taken else None
    message: Message | None = reply.incoming
    return message
