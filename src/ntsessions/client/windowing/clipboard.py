"""The clipboard, as the blocking client shows it (nt-semantics 6.11).

    with session.clipboard() as clipboard:
        clipboard.text = "hello"

One clipboard per window station, shared by its desktops.  It is open for one window or thread at a time.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from ntsessions.abi.calls.atom import USER_TABLE, AddAtom
from ntsessions.abi.calls.clipboard import (
    ClipboardInformation,
    CloseClipboard,
    EmptyClipboard,
    OpenClipboard,
    QueryClipboard,
    SetClipboardListener,
)
from ntsessions.abi.clipboard_formats import CF_UNICODETEXT
from ntsessions.client.windowing import clipboard_data
from ntsessions.client.windowing.clipboard_reading import get_data
from ntsessions.client.windowing.window_messages import decode_text

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing

Format = int | str
"""A number (CF_), or the name of a registered format."""


class Clipboard:
    """The clipboard of the process's window station; what reads or writes its data needs it open, with `with`."""

    __slots__ = ("_client", "_window")

    def __init__(self, client: "SessionWindowing", window: int) -> None:
        self._client = client
        self._window = window

    def __enter__(self) -> Self:
        """Open it.  Raises AccessDenied while somebody else has it open."""
        self._client.call(OpenClipboard(self._window))
        return self

    def __exit__(self, *_: object) -> None:
        self._client.call(CloseClipboard())

    @property
    def information(self) -> ClipboardInformation:
        """Owner, formats, count of changes; it need not be open."""
        return self._client.call(QueryClipboard())

    @property
    def text(self) -> str | None:
        """The text in it, None when there is none.  Setting it throws all else away."""
        data = self.get(CF_UNICODETEXT)
        return None if data is None else decode_text(data).partition("\0")[0]

    @text.setter
    def text(self, text: str) -> None:
        self.empty()
        self.set(CF_UNICODETEXT, text)

    def get(self, wanted: Format) -> bytes | None:
        """Return the data of a format, None when there is none; its owner may have to render it first."""
        thread = self._client.windowing_thread()
        return thread.run(get_data(thread.state, self._number(wanted)))

    def set(self, number: Format, data: bytes | str) -> None:
        """Put data in, beside the other formats that are there; text is UTF-16 with a NUL, or what CF_TEXT wants."""
        self._client.windowing_thread().run(clipboard_data.put_data(self._number(number), data))

    def promise(self, number: Format, render: Callable[[], bytes | str]) -> None:
        """Put a format in whose data is made when somebody asks for it, by the thread of the owning window.

        The clipboard must have been opened for a window and emptied by it.
        """
        thread = self._client.windowing_thread()
        thread.run(clipboard_data.promise(thread.state, self._number(number), render))

    def empty(self) -> None:
        """Throw everything away; the window that it was opened for becomes the owner."""
        self._client.windowing_thread().state.promises.clear()
        self._client.call(EmptyClipboard())

    def listen(self, *, on: bool = True) -> None:
        """Let the window be posted WM_CLIPBOARDUPDATE when the contents change, or no longer."""
        self._client.call(SetClipboardListener(self._window, on))

    def _number(self, wanted: Format) -> int:
        return self._client.call(AddAtom(wanted, USER_TABLE)) if isinstance(wanted, str) else wanted
