"""Putting data into the clipboard: little of it goes in the call, much of it in a memory file (nt-semantics 6.11)."""

import os
from collections.abc import Callable
from typing import Any

from ntsessions.abi.calls.clipboard import CLIPBOARD_LIMIT, INLINE_LIMIT, SetClipboardData
from ntsessions.abi.clipboard_formats import CF_UNICODETEXT, TEXT_SOURCES, convert_text
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import Exchange, Steps
from ntsessions.client.windowing.window_messages import within


def encode(number: int, data: Any) -> bytes:
    """Return the bytes of what a program puts in: text is UTF-16 with a NUL."""
    if isinstance(data, str):
        text = f"{data}\0".encode("utf-16-le", "replace")
        data = convert_text(text, CF_UNICODETEXT, number) if number in TEXT_SOURCES else text
    return within(bytes(memoryview(data)), CLIPBOARD_LIMIT)


def put_data(number: int, data: Any) -> Steps[None]:
    """Put data into the clipboard, which is open."""
    content = encode(number, data)
    if len(content) <= INLINE_LIMIT:
        yield SetClipboardData(number, content)
        return
    descriptor = os.memfd_create("clipboard", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield Exchange(SetClipboardData(number, None, len(content)), (descriptor,))
    finally:
        os.close(descriptor)


def promise(state: ThreadState, number: int, render: Callable[[], Any]) -> Steps[None]:
    """Promise a format, which *render* makes when it is asked for."""
    yield SetClipboardData(number)
    state.promises[number] = render
    state.has_promised = True
