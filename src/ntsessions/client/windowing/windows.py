"""Windows and messages of the calling thread, on the blocking client."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from ntsessions.abi.calls.atom import USER_TABLE, AddAtom
from ntsessions.abi.calls.hook import SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.menu import CreateMenu
from ntsessions.abi.calls.message import BroadcastSystemMessage, Message, PostQuitMessage, PostThreadMessage
from ntsessions.abi.calls.window import (
    HWND_MESSAGE,
    TEXT_LIMIT,
    CreateWindow,
    FindWindow,
    GetThreadInput,
    ListWindows,
)
from ntsessions.abi.calls.window_class import RegisterClass, UnregisterClass
from ntsessions.client.object_calls import ticks
from ntsessions.client.windowing import messages, procedures
from ntsessions.client.windowing.menu import Menu
from ntsessions.client.windowing.state import OwnClass
from ntsessions.client.windowing.steps import Procedure
from ntsessions.client.windowing.window import Window
from ntsessions.client.windowing.window_messages import UINT, answer_of, within

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing

__all__ = ["HWND_MESSAGE", "Hook", "Windows"]


class Hook:
    """A hook of the calling thread; `with` removes it at its end."""

    __slots__ = ("_client", "handle")

    def __init__(self, client: "SessionWindowing", handle: int) -> None:
        self._client = client
        self.handle = handle

    def remove(self) -> None:
        """Remove it.  Its thread is not told any more."""
        self._client.windowing_thread().state.hooks.pop(self.handle, None)
        self._client.call(UnhookWindowsHook(self.handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class Windows:
    """What `session.windows` is.

    A window procedure is called as `procedure(window, message)` in the thread that made the window, while that thread
    pumps messages or waits for an answer.  It returns a number, text or bytes; None leaves the message to the default
    procedure.  What it raises is printed, and answered as 0.
    """

    __slots__ = ("_client",)

    def __init__(self, client: "SessionWindowing") -> None:
        self._client = client

    # -- classes and windows

    def register_class(self, name: str, procedure: Procedure | None = None, *, style: int = 0) -> int:
        """Register a class for this process; its windows have *procedure*.  Returns its atom."""
        atom = self._client.call(RegisterClass(name, style))
        self._client.classes[name.lower()] = self._client.classes[atom] = OwnClass(atom, procedure)
        return atom

    def unregister_class(self, name: str) -> None:
        """Take a class back, once there are no windows of it."""
        self._client.call(UnregisterClass(name))
        known = self._client.classes.pop(name.lower(), None)
        if known is not None:
            del self._client.classes[known.atom]

    def create(
        self, class_name: str | int, text: str = "", *, style: int = 0, extended_style: int = 0,
        place: tuple[int, int, int, int] = (0, 0, 0, 0), parent: Window | int | None = None,
        menu: Menu | int | None = None, procedure: Procedure | None = None,
    ) -> Window:  # fmt: skip
        """Make a window on the thread's desktop; *place* is left, top, width and height.

        *parent* is that of a child (WS_CHILD), and the owner of any other window; HWND_MESSAGE makes one that is only
        for messages.  *menu* of a child is its id.  *procedure*: instead of that of the class.
        Raises WindowRefused when the procedure answers 0 to WM_NCCREATE or -1 to WM_CREATE.
        """
        client = self._client
        known = client.classes.get(class_name.lower() if isinstance(class_name, str) else class_name)
        if known is not None:
            class_name = known.atom
            procedure = procedure or known.procedure
        left, top, width, height = place
        request = CreateWindow(
            class_name, within(text, TEXT_LIMIT), style, extended_style, left, top, width, height,
            0 if parent is None else _number(parent), 0 if menu is None else _number(menu),
        )  # fmt: skip
        thread = client.windowing_thread()
        if procedure is None:  # nobody to be asked: one call, and this is what programs make most of
            handle = thread.connection.call(request)
            thread.state.add(handle, None, style, request.parent)
        else:
            handle = thread.run(procedures.create(thread.state, request, procedure))
        return Window(client, handle)

    def window(self, handle: int) -> Window:
        """Return the window of a handle, whether or not there is one."""
        return Window(self._client, handle)

    def find(
        self, class_name: str | int | None = None, text: str | None = None, *,
        parent: Window | int | None = None, after: Window | None = None,
    ) -> Window | None:  # fmt: skip
        """Find a window of the thread's desktop by class and text, without regard to case.

        Among the top-level windows, or the children of *parent* (HWND_MESSAGE: those only for messages); the next one
        behind *after*.
        """
        if text is not None:
            within(text, TEXT_LIMIT)
        call = FindWindow(
            0 if parent is None else _number(parent),
            0 if after is None else after.handle,
            class_name,
            text,
        )
        handle = self._client.call(call)
        return Window(self._client, handle) if handle else None

    def top_level(self) -> list[Window]:
        """Return the top-level windows of the thread's desktop, front to back."""
        return [Window(self._client, handle) for handle in self._client.list_windows(ListWindows())]

    @property
    def foreground(self) -> Window | None:
        """The window in front of the desktop, None also while the desktop does not have the input."""
        handle = self._client.call(GetThreadInput()).foreground
        return Window(self._client, handle) if handle else None

    def menu(self, *, popup: bool = False) -> Menu:
        """Make an empty menu."""
        return Menu(self._client, self._client.call(CreateMenu(popup)))

    # -- getting messages

    def pump(self, until: Callable[[], bool] | None = None, *, timeout: float | None = None) -> int | None:
        """Handle messages; returns the exit code of `quit`.

        Or None: when *until*, which is asked after each message, is true, or after *timeout* seconds.
        """
        thread = self._client.windowing_thread()
        return thread.run(messages.pump(thread.state, until, ticks(timeout)))

    def get(self, timeout: float | None = None) -> Message | None:
        """Return the next message that was posted, to be dispatched; None when none came within *timeout* seconds.

        What others send is answered meanwhile.
        """
        thread = self._client.windowing_thread()
        return thread.run(messages.get(thread.state, timeout=ticks(timeout)))

    def dispatch(self, message: Message) -> int:
        """Give a message to the procedure of its window, or to the callback of its timer; returns the answer."""
        thread = self._client.windowing_thread()
        return thread.run(messages.dispatch(thread.state, message))

    def default(self, window: Window, message: Message) -> int:
        """Do with a message what Windows does with those that a procedure leaves; returns the answer."""
        thread = self._client.windowing_thread()
        return thread.run(procedures.default(thread.state, window.handle, message)).result

    def reply(self, answer: int | str | bytes) -> bool:
        """Answer the message that the calling procedure was sent, and go on; False when nobody waits for it."""
        found = answer_of(answer)
        assert found is not None, "None is no answer"
        return self._client.windowing_thread().run(messages.reply(found))

    def quit(self, exit_code: int = 0) -> None:
        """End the thread's `pump` when its messages are used up."""
        self._client.call(PostQuitMessage(exit_code))

    # -- sending messages

    def post_thread(self, thread_id: int, number: int, wparam: int = 0, lparam: int = 0) -> None:
        """Put a message into the queue of a thread."""
        self._client.call(PostThreadMessage(thread_id, number & UINT, wparam, lparam))

    def broadcast(self, number: int, wparam: int = 0, lparam: int = 0, *, all_desktops: bool = False) -> int:
        """Post a message to the top-level windows of the desktop, or the window station; returns to how many."""
        return self._client.call(BroadcastSystemMessage(number & UINT, wparam, lparam, all_desktops))

    def register_message(self, name: str) -> int:
        """Return the message number that this name has in the whole session."""
        return self._client.call(AddAtom(name, USER_TABLE))

    # -- being told

    def set_timer(self, seconds: float, callback: Callable[[Message], Any]) -> int:
        """Call *callback* every so often, while the thread pumps; returns the timer's id."""
        thread = self._client.windowing_thread()
        return thread.run(messages.set_timer(thread.state, 0, 0, round(seconds * 1000), callback))

    def kill_timer(self, timer_id: int) -> bool:
        """Stop a timer; False when there is none of this id."""
        thread = self._client.windowing_thread()
        return thread.run(messages.kill_timer(thread.state, 0, timer_id))

    def hook(self, kind: int, callback: Callable[[Message], Any], *, thread_id: int = 0) -> Hook:
        """Tell *callback* what happens on the desktop (WH_), to one thread or to all, while this thread pumps."""
        handle = self._client.call(SetWindowsHook(kind, thread_id))
        self._client.windowing_thread().state.hooks[handle] = callback
        return Hook(self._client, handle)


def _number(item: Window | Menu | int) -> int:
    return item if isinstance(item, int) else item.handle
