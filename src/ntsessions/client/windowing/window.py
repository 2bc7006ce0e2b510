"""A window, as the blocking client shows it."""

from typing import TYPE_CHECKING, Final, Self

from ntsessions.abi.calls.menu import SetMenu
from ntsessions.abi.calls.message import PostMessage
from ntsessions.abi.calls.window import (
    EnableWindow,
    IsWindow,
    ListWindows,
    QueryWindow,
    SetForegroundWindow,
    SetWindowPos,
    WindowInformation,
)
from ntsessions.client.object_calls import WaitTimeout, ticks
from ntsessions.client.windowing import messages, procedures
from ntsessions.client.windowing.heap_mapping import class_name_of, facts_of, text_of
from ntsessions.client.windowing.heap_reader import WindowRecord
from ntsessions.client.windowing.menu import Menu
from ntsessions.client.windowing.window_messages import HANDLE_MASK, UINT, WM_SETTEXT, encode_text

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing

SHOW, HIDE = 0x47, 0x87
"""SWP_SHOWWINDOW or SWP_HIDEWINDOW, with SWP_NOSIZE, SWP_NOMOVE and SWP_NOZORDER."""
NO_ORDER: Final = 0x4
"""SWP_NOZORDER."""


class Window:
    """A window of the session; it may be another program's.  Two of the same handle are equal.

    What is read is read from the desktop heap, without a round trip where the host lets it be mapped.
    """

    __slots__ = ("_client", "handle")

    def __init__(self, client: "SessionWindowing", handle: int) -> None:
        self._client = client
        self.handle = handle & HANDLE_MASK

    # -- what it is

    @property
    def text(self) -> str:
        """Its text, without asking its procedure.  Setting it sends WM_SETTEXT."""
        thread = self._client.windowing_thread()
        text = thread.state.heap.text(self.handle)
        return thread.run(text_of(thread.state, self.handle)) if text is None else text

    @text.setter
    def text(self, text: str) -> None:
        self.send(WM_SETTEXT, data=encode_text(text))

    @property
    def class_name(self) -> str:
        """The name of its class."""
        thread = self._client.windowing_thread()
        return thread.run(class_name_of(thread.state, self.handle))

    @property
    def facts(self) -> WindowRecord | WindowInformation:
        """Style, place, thread and so on, at one instant."""
        thread = self._client.windowing_thread()
        found = thread.state.heap.record(self.handle)
        return thread.run(facts_of(thread.state, self.handle)) if found is None else found

    @property
    def information(self) -> WindowInformation:
        """All that the host knows of it."""
        return self._client.call(QueryWindow(self.handle))

    @property
    def process_id(self) -> int:
        """Whose it is."""
        return self.facts.process_id

    @property
    def thread_id(self) -> int:
        """Which thread made it, and runs its procedure."""
        return self.facts.thread_id

    @property
    def parent(self) -> "Window | None":
        """The window that it is in.  Setting it moves it there; None: the desktop."""
        return self._other(self.facts.parent)

    @parent.setter
    def parent(self, parent: "Window | None") -> None:
        thread = self._client.windowing_thread()
        thread.run(procedures.set_parent(thread.state, self.handle, 0 if parent is None else parent.handle))

    @property
    def owner(self) -> "Window | None":
        """The window with which it goes."""
        return self._other(self.facts.owner)

    @property
    def children(self) -> "list[Window]":
        """The windows in it, and in these, front to back."""
        return [Window(self._client, handle) for handle in self._client.list_windows(ListWindows(parent=self.handle))]

    @property
    def exists(self) -> bool:
        """Tell whether there is such a window in the session, on whatever desktop."""
        return self._client.call(IsWindow(self.handle))

    @property
    def menu(self) -> Menu | None:
        """Its menu."""
        menu = self.information.menu
        return Menu(self._client, menu) if menu else None

    @menu.setter
    def menu(self, menu: Menu | None) -> None:
        self._client.call(SetMenu(self.handle, 0 if menu is None else menu.handle))

    def _other(self, handle: int) -> "Window | None":
        return Window(self._client, handle) if handle else None

    # -- messages

    def post(self, number: int, wparam: int = 0, lparam: int = 0, *, wait: bool = True) -> None:
        """Put a message into the queue of its thread.

        Without *wait* it is on its way when this returns, and nobody tells if it could not be delivered.
        """
        call = PostMessage(self.handle, number & UINT, wparam, lparam)
        if wait:
            self._client.call(call)
        else:
            self._client.connection.post(call)

    def send(
        self, number: int, wparam: int = 0, lparam: int = 0, *,
        data: bytes | None = None, timeout: float | None = None, flags: int = 0,
    ) -> int:  # fmt: skip
        """Send a message and return its procedure's answer; what is sent to this thread meanwhile is answered.

        Raises WaitTimeout after *timeout* seconds.  *flags* are those of SendMessageTimeout (SMTO_).
        """
        thread = self._client.windowing_thread()
        sending = messages.send(thread.state, self.handle, number & UINT, wparam, lparam, data, ticks(timeout), flags)
        answer = thread.run(sending)
        if answer is None:
            raise WaitTimeout(f"window {self.handle:#x} did not answer message {number:#x} in time")
        return answer.result

    # -- what can be done with it

    def place(self, left: int, top: int, width: int, height: int) -> None:
        """Place it."""
        self._client.call(SetWindowPos(self.handle, 0, left, top, width, height, NO_ORDER))

    def show(self) -> None:
        """Show it."""
        self._client.call(SetWindowPos(self.handle, flags=SHOW))

    def hide(self) -> None:
        """Hide it."""
        self._client.call(SetWindowPos(self.handle, flags=HIDE))

    def enable(self, *, enabled: bool = True) -> None:
        """Let it take input, or not."""
        self._client.call(EnableWindow(self.handle, enabled))

    def to_front(self) -> bool:
        """Bring it and its thread to the front; False when its desktop does not have the input."""
        return self._client.call(SetForegroundWindow(self.handle))

    def destroy(self) -> None:
        """Destroy it, what is in it, and what it owns.  Only the thread that made it may."""
        thread = self._client.windowing_thread()
        thread.run(procedures.destroy(thread.state, self.handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.handle in self._client.windowing_thread().state.windows:  # it may have destroyed itself
            self.destroy()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Window) and other.handle == self.handle

    def __hash__(self) -> int:
        return self.handle

    def __int__(self) -> int:
        return self.handle

    def __repr__(self) -> str:
        return f"<Window {self.handle:#x}>"
