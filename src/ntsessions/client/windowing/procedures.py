"""Window procedures: how a window is made and destroyed, and what is done with a message that its procedure leaves.

A procedure runs in the thread that made its window.  What it raises is printed, and answered as 0.
"""

import traceback
from typing import Final

from ntsessions.abi.calls.clipboard import CloseClipboard, OpenClipboard, QueryClipboard
from ntsessions.abi.calls.message import DATA_LIMIT, POSTED, SENT, Message
from ntsessions.abi.calls.window import TEXT_LIMIT, CreateWindow, DestroyWindow, GetWindowText, SetParent, SetWindowText
from ntsessions.abi.errors import NtError
from ntsessions.client.windowing import window_messages as wm
from ntsessions.client.windowing.clipboard_data import put_data
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import CallBack, CallProcedure, Procedure, Step, Steps
from ntsessions.client.windowing.window_messages import NOTHING, Answer, answer_of, decode_text, encode_text, within

_YES: Final = Answer(1)
_DEFAULTS: Final = {wm.WM_NCCREATE: _YES, wm.WM_QUERYENDSESSION: _YES, wm.WM_QUERYOPEN: _YES}
"""What the default procedure answers where it does nothing, and that is not 0."""
REFUSES: Final = -1
"""What a procedure answers to WM_CREATE when there shall be no window."""


class WindowRefused(RuntimeError):
    """The window's own procedure did not want it to be made."""


# -- calling


def answer_with(state: ThreadState, handle: int, message: Message) -> Steps[Answer]:
    """Let a window of the thread have a message: its procedure, else the default one.  Returns the answer."""
    window = state.windows.get(handle)
    if window is not None and window.procedure is not None:
        answer = yield from guarded(CallProcedure(window.procedure, handle, message))
        if answer is not None:
            return answer
    return (yield from default(state, handle, message))


def guarded(step: Step) -> Steps[Answer | None]:
    """Call a function of the program; what it raises is printed, and answered as 0."""
    try:
        return answer_of((yield step))
    except Exception:  # noqa: BLE001 - a procedure may be called by anybody's message; its faults are told and no more
        traceback.print_exc()
        return NOTHING


def default(state: ThreadState, handle: int, message: Message) -> Steps[Answer]:
    """Do what Windows does with a message that a procedure leaves (DefWindowProc)."""
    match message.number:
        case wm.WM_CLOSE:
            yield from destroy(state, handle)
        case wm.WM_SYSCOMMAND if message.wparam & 0xFFF0 == wm.SC_CLOSE:  # the low bits are the mouse's
            return (yield from answer_with(state, handle, Message(POSTED, handle, wm.WM_CLOSE)))
        case wm.WM_SETTEXT:
            yield SetWindowText(handle, within(decode_text(message.data), TEXT_LIMIT))
            return _YES
        case wm.WM_GETTEXT:
            text: str = yield GetWindowText(handle)
            data = encode_text(text)[: min(2 * max(0, message.wparam - 1), DATA_LIMIT)]
            return Answer(len(data) // 2, data)
        case wm.WM_GETTEXTLENGTH:
            text = yield GetWindowText(handle)
            return Answer(wm.text_length(text))
        case wm.WM_RENDERFORMAT:
            yield from _render(state, message.wparam)
        case wm.WM_RENDERALLFORMATS:
            yield from _render_all(state, handle)
        case number:
            return _DEFAULTS.get(number, NOTHING)
    return NOTHING


def _render(state: ThreadState, number: int) -> Steps[None]:
    promise = state.promises.pop(number, None)
    if promise is not None:
        data = yield CallBack(promise)
        yield from put_data(number, data)


def _render_all(state: ThreadState, handle: int) -> Steps[None]:
    yield OpenClipboard(handle)
    try:
        for number in list(state.promises):
            yield from _render(state, number)
    finally:
        yield CloseClipboard()


# -- making


def create(state: ThreadState, request: CreateWindow, procedure: Procedure | None) -> Steps[int]:
    """Make a window; returns its handle.  Raises WindowRefused when its procedure answers that it shall not be."""
    handle: int = yield request
    state.add(handle, procedure, request.style, request.parent)
    if procedure is not None:
        for number, refusal in ((wm.WM_NCCREATE, 0), (wm.WM_CREATE, REFUSES)):
            answer = yield from answer_with(state, handle, Message(SENT, handle, number))
            if handle not in state.windows:
                raise WindowRefused("the window was destroyed by its own procedure while it was made")
            if answer.result == refusal:
                yield from destroy(state, handle)
                raise WindowRefused(f"its procedure answered {refusal} to message {number:#x}")
    return handle


def set_parent(state: ThreadState, child: int, parent: int) -> Steps[int]:
    """Give a window another parent, 0 for the desktop; returns the one before."""
    before: int = yield SetParent(child, parent)
    window = state.windows.get(child)
    if window is not None:
        state.take_out(child, window)
        if parent > 0:
            state.put(child, window, parent)
    return before


# -- destroying


def destroy(state: ThreadState, handle: int) -> Steps[None]:
    """Destroy a window of the thread, and with it what it owns and what is in it.

    In NT's order: the windows it owns go first, as a whole; then WM_DESTROY, from the outside in, while all are still
    there; then WM_NCDESTROY, from the inside out.
    """
    window = state.windows.get(handle)
    if window is None:  # another thread's, which the daemon refuses, or one that was made without this library
        yield DestroyWindow(handle)
        return
    if window.is_dying:
        return
    window.is_dying = True
    tree = [handle]
    try:
        if state.has_promised:
            yield from _before_owner_goes(state, handle)
        for owned in list(window.owned or ()):
            yield from destroy(state, owned)
        for each in state.tree(handle) if window.children else (handle,):
            yield from _tell(state, each, wm.WM_DESTROY)
        tree = state.tree(handle) if window.children else tree  # which the procedures may have changed
        yield DestroyWindow(handle)
    finally:
        window.is_dying = False
    for each in reversed(tree):
        yield from _tell(state, each, wm.WM_NCDESTROY)
        state.forget(each)


def _tell(state: ThreadState, handle: int, number: int) -> Steps[None]:
    window = state.windows.get(handle)
    if window is not None and window.procedure is not None:
        yield from answer_with(state, handle, Message(SENT, handle, number))


def _before_owner_goes(state: ThreadState, handle: int) -> Steps[None]:
    """Let a window that owns the clipboard render what it has promised (nt-semantics 6.11)."""
    clipboard = yield QueryClipboard()
    if clipboard.owner != handle or not clipboard.promised:
        return
    try:
        yield from answer_with(state, handle, Message(SENT, handle, wm.WM_RENDERALLFORMATS))
    except NtError:  # somebody else has it open: what was promised goes with the window
        traceback.print_exc()
    state.has_promised = False
