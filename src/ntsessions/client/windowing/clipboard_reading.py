"""Taking data out of the clipboard; its owner may have to render it first, and may be this very thread."""

import os

from ntsessions.abi.calls.clipboard import ClipboardData, GetClipboardData
from ntsessions.abi.calls.message import AwaitSend
from ntsessions.abi.clipboard_formats import TEXT_SOURCES, convert_text
from ntsessions.client.windowing.messages import await_answer
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import Exchange, Steps


def get_data(state: ThreadState, wanted: int) -> Steps[bytes | None]:
    """Return the data of a format, None when there is none; what is sent to the thread meanwhile is answered."""
    while True:
        found: ClipboardData
        found, descriptors = yield Exchange(GetClipboardData(wanted))
        if not found.send:
            return _content(found, descriptors, wanted)
        yield from await_answer(state, AwaitSend(found.send))


def _content(found: ClipboardData, descriptors: list[int], wanted: int) -> bytes | None:
    """Return what was found, as the format that was asked for; the descriptors are closed here."""
    try:
        data = os.pread(descriptors[0], found.size, 0) if descriptors else found.data
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    if not found.is_there or data is None:
        return None
    can_convert = found.format in TEXT_SOURCES and wanted in TEXT_SOURCES
    return convert_text(data, found.format, wanted) if can_convert else data
