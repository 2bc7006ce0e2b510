"""Windows and messages of an asyncio client: `windows` with `await`.

For NT the client is one thread, however many tasks use it: its windows are all tasks', and one task at a time gets its
messages.  What is sent to it is answered by that task, or by one that waits for an answer of its own.
"""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from ntsessions.abi.calls.atom import USER_TABLE, AddAtom
from ntsessions.abi.calls.hook import SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.message import BroadcastSystemMessage, Message, PostQuitMessage, PostThreadMessage
from ntsessions.abi.calls.window import TEXT_LIMIT, CreateWindow, FindWindow, ListWindows
from ntsessions.abi.calls.window_class import RegisterClass, UnregisterClass
from ntsessions.client.object_calls import ticks
from ntsessions.client.windowing import messages, procedures
from ntsessions.client.windowing.aio_window import AsyncWindow
from ntsessions.client.windowing.state import OwnClass
from ntsessions.client.windowing.steps import Procedure
from ntsessions.client.windowing.window_messages import UINT, WM_QUIT, answer_of, within

if TYPE_CHECKING:
    from ntsessions.client.windowing.aio_session import AsyncSessionWindowing


class AsyncWindows:
    """What `session.windows` is.

    A window procedure is called as `procedure(window, message)`, and may be a coroutine function; the next message of
    the client waits until it has returned, other tasks do not.  It answers as with the blocking client.
    """

    __slots__ = ("_client",)

    def __init__(self, client: "AsyncSessionWindowing") -> None:
        self._client = client

    # -- classes and windows

    async def register_class(self, name: str, procedure: Procedure | None = None, *, style: int = 0) -> int:
        """Register a class for this process; its windows have *procedure*.  Returns its atom."""
        atom = await self._client.connection.call(RegisterClass(name, style))
        self._client.classes[name.lower()] = self._client.classes[atom] = OwnClass(atom, procedure)
        return atom

    async def unregister_class(self, name: str) -> None:
        """Take a class back, once there are no windows of it."""
        await self._client.connection.call(UnregisterClass(name))
        known = self._client.classes.pop(name.lower(), None)
        if known is not None:
            del self._client.classes[known.atom]

    async def create(
        self, class_name: str | int, text: str = "", *, style: int = 0, extended_style: int = 0,
        place: tuple[int, int, int, int] = (0, 0, 0, 0), parent: AsyncWindow | int | None = None, menu: int = 0,
        procedure: Procedure | None = None,
    ) -> AsyncWindow:  # fmt: skip
        """Make a window, as the blocking client does; `async with` destroys it at its end."""
        client = self._client
        known = client.classes.get(class_name.lower() if isinstance(class_name, str) else class_name)
        if known is not None:
            class_name = known.atom
            procedure = procedure or known.procedure
        request = CreateWindow(
            class_name, within(text, TEXT_LIMIT), style, extended_style, *place, _number(parent), menu
        )
        return AsyncWindow(client, await client.run(procedures.create(client.state, request, procedure)))

    def window(self, handle: int) -> AsyncWindow:
        """Return the window of a handle, whether or not there is one."""
        return AsyncWindow(self._client, handle)

    async def find(
        self, class_name: str | int | None = None, text: str | None = None, *,
        parent: AsyncWindow | int | None = None, after: AsyncWindow | None = None,
    ) -> AsyncWindow | None:  # fmt: skip
        """Find a window of the client's desktop by class and text, as the blocking client does."""
        if text is not None:
            within(text, TEXT_LIMIT)
        call = FindWindow(_number(parent), _number(after), class_name, text)
        handle = await self._client.connection.call(call)
        return AsyncWindow(self._client, handle) if handle else None

    async def top_level(self) -> list[AsyncWindow]:
        """Return the top-level windows of the client's desktop, front to back."""
        return await self._client.list_windows(ListWindows())

    # -- getting messages

    async def pump(self, until: Callable[[], Any] | None = None, *, timeout: float | None = None) -> int | None:  # noqa: ASYNC109 - NT's own timeout
        """Handle messages; returns the exit code of `quit`.

        Or None: when *until*, which is asked after each message, is true, or after *timeout* seconds.
        """
        return await self._client.run(messages.pump(self._client.state, until, ticks(timeout)))

    async def messages(self) -> AsyncIterator[Message]:
        """Yield what is posted, to be dispatched, until `quit`; what others send is answered meanwhile."""
        while (message := await self.get()) is not None and message.number != WM_QUIT:
            yield message

    async def get(self, timeout: float | None = None) -> Message | None:  # noqa: ASYNC109 - NT's own timeout
        """Return the next message that was posted; None when none came within *timeout* seconds."""
        return await self._client.run(messages.get(self._client.state, timeout=ticks(timeout)))

    async def dispatch(self, message: Message) -> int:
        """Give a message to the procedure of its window, or to the callback of its timer; returns the answer."""
        return await self._client.run(messages.dispatch(self._client.state, message))

    async def default(self, window: AsyncWindow, message: Message) -> int:
        """Do with a message what Windows does with those that a procedure leaves; returns the answer."""
        return (await self._client.run(procedures.default(self._client.state, window.handle, message))).result

    async def reply(self, answer: int | str | bytes) -> bool:
        """Answer the message that the calling procedure was sent, and go on; False when nobody waits for it."""
        found = answer_of(answer)
        assert found is not None, "None is no answer"
        return await self._client.run(messages.reply(found))

    async def quit(self, exit_code: int = 0) -> None:
        """End `pump` and `messages` when the messages are used up."""
        await self._client.connection.call(PostQuitMessage(exit_code))

    # -- sending messages

    async def post_thread(self, thread_id: int, number: int, wparam: int = 0, lparam: int = 0) -> None:
        """Put a message into the queue of a thread."""
        await self._client.connection.call(PostThreadMessage(thread_id, number & UINT, wparam, lparam))

    async def broadcast(self, number: int, wparam: int = 0, lparam: int = 0, *, all_desktops: bool = False) -> int:
        """Post a message to the top-level windows of the desktop, or the window station; returns to how many."""
        return await self._client.connection.call(BroadcastSystemMessage(number & UINT, wparam, lparam, all_desktops))

    async def register_message(self, name: str) -> int:
        """Return the message number that this name has in the whole session."""
        return await self._client.connection.call(AddAtom(name, USER_TABLE))

    # -- being told

    async def set_timer(self, seconds: float, callback: Callable[[Message], Any]) -> int:
        """Call *callback* every so often, while a task pumps; returns the timer's id."""
        starting = messages.set_timer(self._client.state, 0, 0, round(seconds * 1000), callback)
        return await self._client.run(starting)

    async def kill_timer(self, timer_id: int) -> bool:
        """Stop a timer; False when there is none of this id."""
        return await self._client.run(messages.kill_timer(self._client.state, 0, timer_id))

    async def hook(self, kind: int, callback: Callable[[Message], Any], *, thread_id: int = 0) -> int:
        """Tell *callback* what happens on the desktop (WH_), while a task pumps; returns the hook's handle."""
        handle = await self._client.connection.call(SetWindowsHook(kind, thread_id))
        self._client.state.hooks[handle] = callback
        return handle

    async def unhook(self, handle: int) -> None:
        """Remove a hook."""
        self._client.state.hooks.pop(handle, None)
        await self._client.connection.call(UnhookWindowsHook(handle))


def _number(item: AsyncWindow | int | None) -> int:
    if item is None:
        return 0
    return item if isinstance(item, int) else item.handle
