"""The functions of win32gui and win32api that send, post, get and dispatch messages."""

from typing import Any, Final

from ntsessions.abi.calls import message as _message
from ntsessions.abi.calls.atom import USER_TABLE, AddAtom
from ntsessions.abi.calls.message import POSTED, WM_QUIT, Message
from ntsessions.abi.errors import NtError
from ntsessions.client.windowing import messages
from ntsessions.client.windowing.window_messages import WM_SETTEXT, Answer
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.message_data import UNSIGNED, WITH_MEMORY, Parameter, check_size, outgoing, signed, simple

__all__ = [
    "DispatchMessage", "GetMessage", "PeekMessage", "PostMessage", "PumpMessages", "PumpWaitingMessages",
    "ReplyMessage", "SendMessage", "SendMessageTimeout", "TranslateMessage", "WaitMessage",
]  # fmt: skip

MSG = tuple[int, int, int, int, int, tuple[int, int]]
"""Window, message, wparam, lparam, time, and where the pointer was."""

_NO_MESSAGE: Final[MSG] = (0, 0, 0, 0, 0, (0, 0))
_NO_WINDOW: Final = 0xFFFFFFFF
_QS_ALLINPUT: Final = 0x4FF
_ERROR_MESSAGE_SYNC_ONLY, _ERROR_TIMEOUT = 1159, 1460
_KEYS: Final = frozenset({0x100, 0x101, 0x104, 0x105})
"""WM_KEYDOWN, WM_KEYUP, WM_SYSKEYDOWN, WM_SYSKEYUP."""


# -- sending


def SendMessage(hwnd: Any, message: int, wparam: Any = None, lparam: Any = None, /) -> int:
    """Send a message and return its answer; what is sent to the thread meanwhile is answered."""
    answer = _send("SendMessage", hwnd, message, wparam, lparam)
    return 0 if answer is None else answer


def SendMessageTimeout(
    hwnd: Any, message: int, wparam: Any, lparam: Any, flags: int, timeout: int, /
) -> tuple[int, int]:  # fmt: skip
    """Send a message and return 1 and its answer; ERROR_TIMEOUT when none came in *timeout* milliseconds (SMTO_)."""
    limit = kernel32.dword(timeout) * kernel32.TICKS_PER_MILLISECOND
    answer = _send("SendMessageTimeout", hwnd, message, wparam, lparam, limit, kernel32.dword(flags), raises=True)
    if answer is None:
        kernel32.fail("SendMessageTimeout", _ERROR_TIMEOUT)
    return 1, answer & UNSIGNED


def _send(
    function: str, hwnd: Any, number: Any, wparam: Any, lparam: Any, limit: int = messages.INFINITE, flags: int = 0,
    *, raises: bool = False,
) -> int | None:  # fmt: skip
    """Send a message; returns None when no answer came in time, and 0 for what fails unless it *raises*."""
    handle, number = user32.hwnd(hwnd), kernel32.dword(number)
    first, second = Parameter(wparam), Parameter(lparam)  # what they lead to lives until the answer
    out = outgoing(number, first.number, second.number)
    windowing = user32.thread()
    if number == WM_SETTEXT or handle not in windowing.state.windows:
        check_size(function, out)
    steps = messages.send(windowing.state, handle, number, out.wparam, out.lparam, out.data, limit, flags)
    try:
        answer = windowing.run(steps)
    except NtError as failure:
        raised = kernel32.failed(function, failure)
        if raises:
            raise raised from None
        answer = Answer(0)
    return None if answer is None else out.receive(answer)


def ReplyMessage(result: int, /) -> None:
    """Answer the message that the calling procedure was sent, and go on."""
    number = kernel32.long(result)
    windowing = user32.thread()
    if not user32.run("ReplyMessage", windowing, messages.reply(Answer(number))):
        kernel32.fail("ReplyMessage")


# -- posting


def PostMessage(hwnd: Any, message: int, wparam: Any = 0, lparam: Any = 0, /) -> None:
    """Put a message into the queue of a window's thread; 0: of the calling thread."""
    number = _posted("PostMessage", message)
    first, second = Parameter(wparam), Parameter(lparam)
    kernel32.invoke("PostMessage", _message.PostMessage(user32.hwnd(hwnd), number, first.number, second.number))


def post_thread_message(thread_id: Any, message: Any, wparam: Any, lparam: Any) -> None:
    """Put a message into a thread's queue."""
    number = _posted("PostThreadMessage", message)
    first, second = Parameter(wparam), Parameter(lparam)
    call = _message.PostThreadMessage(kernel32.dword(thread_id), number, first.number, second.number)
    kernel32.invoke("PostThreadMessage", call)


def _posted(function: str, message: Any) -> int:
    number = kernel32.dword(message)
    if number in WITH_MEMORY:
        kernel32.fail(function, _ERROR_MESSAGE_SYNC_ONLY)
    return number


def post_quit_message(exit_code: Any) -> None:
    """Let the calling thread get WM_QUIT when its posted messages are used up."""
    code = kernel32.long(exit_code)
    if kernel32.is_calling():  # in a signal's handler: the thread waits in a call, and another connection is not it
        thread = kernel32.connection().identity.thread_id
        kernel32.invoke("PostQuitMessage", _message.PostThreadMessage(thread, WM_QUIT, code & UNSIGNED))
    else:
        kernel32.invoke("PostQuitMessage", _message.PostQuitMessage(code))


def register_message(name: Any) -> AddAtom:
    """Return the call that answers the number that a message of this name has in the whole session."""
    return AddAtom(kernel32.text(name), USER_TABLE)


# -- getting


def GetMessage(hwnd: Any, min: int, max: int, /) -> list[Any]:
    """Wait for a message; returns 1 (0 for WM_QUIT, -1 for a failure) and the message."""
    message = _get(hwnd, min, max, messages.INFINITE, remove=True)
    if message is None:
        return [-1, _NO_MESSAGE]
    return [int(message[1] != WM_QUIT), message]


def PeekMessage(hwnd: Any, filterMin: int, filterMax: int, removalOptions: int, /) -> list[Any]:
    """Look for a message; returns 1 and the message, or 0 and an empty one.  PM_REMOVE 1 takes it out."""
    remove = bool(kernel32.dword(removalOptions) & _message.PM_REMOVE)
    message = _get(hwnd, filterMin, filterMax, 0, remove=remove)
    return [0, _NO_MESSAGE] if message is None else [1, message]


def _get(hwnd: Any, first: Any, last: Any, timeout: int, *, remove: bool) -> MSG | None:
    window = user32.hwnd(hwnd)
    windowing = user32.thread()
    steps = messages.get(
        windowing.state, -1 if window == _NO_WINDOW else window, kernel32.dword(first), kernel32.dword(last), timeout,
        remove=remove,
    )  # fmt: skip
    try:
        message = windowing.run(steps)
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
        return None
    return None if message is None else _shown(message)


def _shown(message: Message) -> MSG:
    return (
        message.window, message.number, message.wparam & UNSIGNED, message.lparam & UNSIGNED,
        kernel32.signed(message.time), (0, 0),
    )  # fmt: skip


def _message_of(msg: Any) -> Message:
    if not isinstance(msg, tuple) or len(msg) != 6:
        raise TypeError("MSG param must be a tuple of 6 items")
    window, number, wparam, lparam, time, _ = msg
    return Message(
        POSTED, user32.hwnd(window), kernel32.dword(number), simple(wparam), simple(lparam), kernel32.dword(time)
    )


def TranslateMessage(msg: MSG, /) -> int:
    """Tell whether a message is about a key.  None is made of it: there is no keyboard to say which character it is."""
    return int(_message_of(msg).number in _KEYS)


def DispatchMessage(msg: MSG, /) -> int:
    """Give a message to the procedure of its window, or to the callback of its timer; returns the answer."""
    windowing = user32.thread()
    return signed(user32.run("DispatchMessage", windowing, messages.dispatch(windowing.state, _message_of(msg))))


def PumpMessages() -> int:
    """Get and dispatch messages until WM_QUIT; returns its exit code."""
    windowing = user32.thread()
    return signed(user32.run("GetMessage", windowing, messages.pump(windowing.state)) or 0)


def PumpWaitingMessages(firstMessage: int = 0, lastMessage: int = 0, /) -> int:
    """Dispatch the messages that are there.  Returns 0, or for WM_QUIT its exit code (1 for a code of 0)."""
    first, last = kernel32.dword(firstMessage), kernel32.dword(lastMessage)
    windowing = user32.thread()
    state, run = windowing.state, windowing.run
    try:
        while (message := run(messages.get(state, 0, first, last, 0))) is not None:
            if message.number == WM_QUIT:
                return signed(message.wparam) or 1
            run(messages.dispatch(state, message))
    except NtError as failure:
        kernel32.set_last_error(failure.win32)
    return 0


def WaitMessage() -> None:
    """Wait for a message that was not seen yet."""
    windowing = user32.thread()
    steps = messages.wait(windowing.state, (), messages.INFINITE, _QS_ALLINPUT, 0)
    user32.run("WaitMessage", windowing, steps)
