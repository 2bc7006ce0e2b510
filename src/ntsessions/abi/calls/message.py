"""Messages: posted to a queue, or sent and answered (nt-semantics 7.4).

Window procedures run in the program: the daemon keeps the queues.  A thread that asks for a message is given either
one to dispatch (`POSTED`), or one that somebody sent and waits for (`SENT`), which it answers with ReplyMessage.  A
thread that waits for the answer of its own SendMessage is given what others send it meanwhile in the same way.
"""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.window import WindowHandle, Word64
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import Handle, Timeout, WaitResult

MessageNumber = Annotated[int, Meta(ge=0, lt=1 << 32)]
DATA_LIMIT = 1 << 16
"""Bytes that go with a sent message (text, WM_COPYDATA)."""
Data = Annotated[bytes, Meta(max_length=DATA_LIMIT)]

NONE, POSTED, SENT, HOOKED = 0, 1, 2, 3
"""Kinds of `Message`: there is none; one to dispatch; one to answer; what a hook of the thread has seen."""

PM_REMOVE = 1
WM_DESTROY, WM_QUIT, WM_NCDESTROY, WM_TIMER = 0x2, 0x12, 0x82, 0x113
SMTO_BLOCK, SMTO_ABORTIFHUNG, SMTO_NOTIMEOUTIFNOTHUNG, SMTO_ERRORONEXIT = 0x1, 0x2, 0x8, 0x20
QS_KEY, QS_MOUSEMOVE, QS_MOUSEBUTTON, QS_POSTMESSAGE, QS_TIMER = 0x1, 0x2, 0x4, 0x8, 0x10
QS_PAINT, QS_SENDMESSAGE, QS_HOTKEY = 0x20, 0x40, 0x80

HIGHEST_MESSAGE = 0xFFFF
"""Registered messages end here; a larger number is INVALID_PARAMETER."""
_POST = {S.ACCESS_DENIED, S.INVALID_PARAMETER} | ATTACH_ERRORS
_POST_TO_WINDOW = _POST | {S.INVALID_WINDOW_HANDLE}


class Message(Reply, frozen=True):
    """One message.  `time` is milliseconds of the host's steady clock, 32 bits.

    HOOKED tells of a message that a hook has seen (`number`, WH_GETMESSAGE and WH_CALLWNDPROC), or of what was done to
    a window (`number` is the code, HCBT_ or HSHELL_).
    """

    kind: int
    window: int = 0
    number: int = 0
    wparam: int = 0
    lparam: int = 0
    time: int = 0
    data: bytes | None = None
    sent: int = 0
    """Of a SENT message: what ReplyMessage names it by.  Of a HOOKED one: the handle of the hook."""


@syscall(0x0150, fails_with={S.INVALID_WINDOW_HANDLE, S.INVALID_PARAMETER} | ATTACH_ERRORS)
class GetMessage(Call[Message]):
    """Take the next message, waiting for it up to `timeout`; a kind of NONE says that the time ran out.

    `window`: only for it and its children, -1 for messages of no window, 0 for all.  `first` and `last` restrict the
    numbers of posted messages, both 0: all.  WM_QUIT and sent messages come whatever is asked for.
    `remove` False leaves a posted message in the queue.  One such call of a thread can be pending.
    """

    window: WindowHandle = 0
    first: MessageNumber = 0
    last: MessageNumber = 0
    timeout: Timeout = -1
    remove: bool = True


@syscall(0x0151, one_way=True, fails_with=_POST_TO_WINDOW | {S.QUOTA_EXCEEDED})
class PostMessage(Call[None]):
    """Put a message into the queue of a window's thread.

    `window` 0: of the calling thread; HWND_BROADCAST 0xFFFF: of every top-level window of the desktop.  A window on
    another desktop, or of higher integrity, is refused.  QUOTA_EXCEEDED: 10,000 messages wait there.
    """

    window: WindowHandle
    number: MessageNumber
    wparam: Word64 = 0
    lparam: Word64 = 0


@syscall(0x0152, fails_with=_POST | {S.INVALID_THREAD_ID, S.QUOTA_EXCEEDED})
class PostThreadMessage(Call[None]):
    """Put a message into a thread's queue; INVALID_THREAD_ID for one without a queue, or on another desktop.

    With SeTcbPrivilege a thread on another desktop of the session is reached if it is of the caller's logon session.
    """

    thread_id: int
    number: MessageNumber
    wparam: Word64 = 0
    lparam: Word64 = 0


@syscall(0x0153, fails_with=ATTACH_ERRORS)
class PostQuitMessage(Call[None]):
    """Let the calling thread get WM_QUIT when its posted messages are used up."""

    exit_code: int = 0


class SendResult(Reply, frozen=True):
    """How a SendMessage stands."""

    status: int
    """SUCCESS: `result` is the answer; TIMEOUT: none came in time; PENDING: `incoming` is to be answered first, and
    then AwaitSend waits on; INVALID_WINDOW_HANDLE: the receiver has gone (only told with SMTO_ERRORONEXIT)."""
    result: int = 0
    data: bytes | None = None
    incoming: Message | None = None
    send: int = 0
    """What AwaitSend names the message by."""


@syscall(0x0154, fails_with=_POST_TO_WINDOW | {S.QUOTA_EXCEEDED})
class SendMessage(Call[SendResult]):
    """Send a message to a window and wait for its answer; the caller's own windows give it back as `incoming`.

    `data` goes with it, and the answer may bring some.  `flags` (SMTO_): BLOCK 1 gives nothing else to the caller
    meanwhile, ABORTIFHUNG 2 gives up at once on a thread that has not asked for messages for 5 seconds,
    NOTIMEOUTIFNOTHUNG 8 waits on as long as it does ask, ERRORONEXIT 0x20 tells a receiver's end from an answer.  A
    receiver that ends answers 0, and so does one whose window goes before it took the message.  HWND_BROADCAST sends to
    every top-level window of the desktop, one after the other, each with the whole time-out; the result is 1.
    """

    window: WindowHandle
    number: MessageNumber
    wparam: Word64 = 0
    lparam: Word64 = 0
    data: Data | None = None
    timeout: Timeout = -1
    flags: int = 0


@syscall(0x0155, fails_with={S.INVALID_PARAMETER} | ATTACH_ERRORS)
class AwaitSend(Call[SendResult]):
    """Wait on for the answer of a SendMessage that was interrupted by one to answer."""

    send: int


@syscall(0x0156, fails_with=_POST_TO_WINDOW | {S.QUOTA_EXCEEDED})
class SendNotifyMessage(Call[None]):
    """Send a message without waiting for its answer; it comes before everything that is posted."""

    window: WindowHandle
    number: MessageNumber
    wparam: Word64 = 0
    lparam: Word64 = 0


@syscall(0x0157, one_way=True, fails_with={S.INVALID_PARAMETER} | ATTACH_ERRORS)
class ReplyMessage(Call[None]):
    """Answer a message that was sent to the calling thread.  Nothing happens when nobody waits any more."""

    sent: int
    result: Word64 = 0
    data: Data | None = None


@syscall(0x0158, fails_with=ATTACH_ERRORS)
class GetQueueStatus(Call[int]):
    """Return what waits in the queue (QS_, high word) and what came since it was last asked (low word)."""

    mask: int = 0xFF


@syscall(0x0159, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER,
                             S.INVALID_PARAMETER_MIX} | ATTACH_ERRORS)  # fmt: skip
class MsgWaitForObjects(Call[WaitResult]):
    """Wait for objects or for input (`mask`, QS_); input answers with the index after the last object.

    `flags`: MWMO_WAITALL 1, MWMO_ALERTABLE 2, MWMO_INPUTAVAILABLE 4 (also for input that was seen already).
    """

    handles: tuple[Handle, ...]
    timeout: Timeout = -1
    mask: int = 0xFF
    flags: int = 0


@syscall(
    0x015A,
    fails_with={S.INVALID_WINDOW_HANDLE, S.ACCESS_DENIED, S.NO_MORE_USER_HANDLES} | ATTACH_ERRORS,
    fidelity=Partial("timers have no USER handle; they count against the same quota"),
)
class SetTimer(Call[int]):
    """Give WM_TIMER to a window of the calling thread, or to the thread (window 0), every so often; answers its id.

    `period`: milliseconds, at least 10.  An existing id of that window is set anew; without a window any other is
    chosen.  A message comes only when nothing else waits, and there is never more than one of a timer.
    """

    window: WindowHandle = 0
    timer_id: Word64 = 0
    period: Annotated[int, Meta(ge=0, lt=1 << 32)] = 10


@syscall(0x015B, fails_with={S.INVALID_WINDOW_HANDLE, S.ACCESS_DENIED} | ATTACH_ERRORS)
class KillTimer(Call[bool]):
    """Stop a timer of the calling thread; False when there is none of this id."""

    window: WindowHandle
    timer_id: Word64


@syscall(
    0x015C,
    fails_with=_POST | {S.PRIVILEGE_NOT_HELD},
    fidelity=Partial("messages are posted, whatever the flags say, and to windows alone: no drivers listen"),
)
class BroadcastSystemMessage(Call[int]):
    """Post a message to the top-level windows of the desktop; answers to how many.

    `all_desktops` (BSM_ALLDESKTOPS): of every desktop of the window station.  Needs SeTcbPrivilege.
    """

    number: MessageNumber
    wparam: Word64 = 0
    lparam: Word64 = 0
    all_desktops: bool = False


@syscall(
    0x015D,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.NOT_GUI_PROCESS},
    fidelity=Partial("a program is not known to be one of windows before it makes its first call; NT asks its image"),
)
class WaitForInputIdle(Call[WaitResult]):
    """Wait until a process asks for messages and there are none, for the first time; later calls answer at once.

    Needs PROCESS_QUERY_INFORMATION.  WAIT_0: it is idle, or was once; WAIT_0 + 1: it has ended.  NOT_GUI_PROCESS: it is
    connected to no window station.
    """

    process: Handle
    timeout: Timeout = -1
