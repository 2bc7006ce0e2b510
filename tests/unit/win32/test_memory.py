"""Memory by address: what the functions of win32gui see of it, and that a wrong address hurts nobody."""

import array
import ctypes
import mmap

import pytest

from ntsessions.abi.calls.message import SENT, Message
from ntsessions.client.windowing.window_messages import WM_COPYDATA, WM_GETTEXT, WM_SETTEXT, Answer
from ntsessions.win32 import memory, message_data, win32gui

PAGE = 4096


@pytest.mark.parametrize("address", [0, 1, -1, 1 << 62])
def test_an_address_that_leads_nowhere_is_a_value_error(address: int) -> None:
    calls = (
        lambda: win32gui.PyGetString(address), lambda: win32gui.PyGetString(address, 1),
        lambda: win32gui.PyGetMemory(address, 1), lambda: win32gui.PySetMemory(address, b"x"),
        lambda: win32gui.PySetString(address, "x"), lambda: win32gui.lpstr(address),
    )  # fmt: skip
    for call in calls:
        with pytest.raises((ValueError, TypeError)):
            call()


def test_memory_is_shown_as_it_is_and_not_written_through() -> None:
    data = array.array("b", b"\0\1\2\3")
    address, count = data.buffer_info()
    view = win32gui.PyGetMemory(address, count)
    assert (bytes(view), view[0], list(view[1:3])) == (b"\0\1\2\3", 0, [1, 2])
    data[0] = 9
    assert view[0] == 9
    with pytest.raises(TypeError):
        view[0] = 1
    with pytest.warns(DeprecationWarning, match="PyGetMemory"):
        assert bytes(win32gui.PyMakeBuffer(count, address)) == b"\t\1\2\3"
    with pytest.warns(DeprecationWarning, match="PyGetMemory"):
        assert win32gui.PyMakeBuffer(5) == bytearray(5)


def test_texts_are_utf_16_with_a_nul() -> None:
    buffer = bytearray(b"\xff" * 20)
    address, size = win32gui.PyGetBufferAddressAndLen(buffer)
    assert size == 20
    win32gui.PySetString(address, "schön")
    assert (win32gui.PyGetString(address), win32gui.PyGetString(address, 3)) == ("schön", "sch")
    win32gui.PySetString(address, "abcdef", 2)
    assert win32gui.PyGetString(address) == "abhön"
    win32gui.PySetMemory(address, b"bytes\0")
    assert win32gui.lpstr(address) == b"bytes"
    assert win32gui.PyGetArraySignedLong(array.array("i", [1, -2]), 1) == -2
    for index in (2, -1):
        with pytest.raises(ValueError, match="out of bounds"):
            win32gui.PyGetArraySignedLong(array.array("i", [1, -2]), index)


@pytest.mark.parametrize("length", [0, 1, PAGE // 2 - 1, PAGE // 2, PAGE + 3])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_text_ends_at_its_nul_wherever_it_begins(length: int, shift: int) -> None:
    """Also one that crosses pages, or begins at an odd address."""
    text = "\u0100" * length  # whose bytes are 0 and 1, so that two of them make a NUL in the wrong place
    buffer = bytearray(bytes(shift) + f"{text}\0".encode("utf-16-le") + b"\xff" * 8)
    address, _ = win32gui.PyGetBufferAddressAndLen(buffer)
    assert memory.read_text(address + shift) == text


def test_a_text_without_an_end_is_a_value_error() -> None:
    """It would run into memory that is not there."""
    pages = mmap.mmap(-1, 2 * PAGE)
    pages.write(b"\xff" * 2 * PAGE)
    address, _ = win32gui.PyGetBufferAddressAndLen(pages)
    libc = ctypes.CDLL(None)
    assert libc.mprotect(ctypes.c_void_p(address + PAGE), PAGE, 0) == 0
    with pytest.raises(ValueError, match="not a valid null-terminated string"):
        win32gui.PyGetString(address)
    with pytest.raises(ValueError, match="not a valid address for writing"):
        win32gui.PySetMemory(address + PAGE - 1, b"xx")
    libc.mprotect(ctypes.c_void_p(address + PAGE), PAGE, mmap.PROT_READ | mmap.PROT_WRITE)


# -- messages


def test_a_message_with_memory_behind_it_takes_that_along() -> None:
    text = message_data.Parameter("text")
    out = message_data.outgoing(WM_SETTEXT, 0, text.number)
    assert (out.lparam, out.data) == (0, "text".encode("utf-16-le"))
    came = message_data.Incoming(Message(SENT, 1, WM_SETTEXT, 0, 0, 0, out.data))
    assert win32gui.PyGetString(came.lparam) == "text"
    assert came.answer(Message(SENT, 1, WM_SETTEXT), 1) == Answer(1)


def test_a_program_is_not_given_more_room_for_a_text_than_there_is() -> None:
    """Whoever asks for a text says how much of it; the number is not to be believed."""
    message = Message(SENT, 1, WM_GETTEXT, 1 << 40)
    came = message_data.Incoming(message)
    assert came.wparam == 1 << 15
    win32gui.PySetString(came.lparam, "abc")
    assert came.answer(message, 1 << 40).result == 1 << 15
    assert came.answer(message, -1) == Answer(0, b"")
    assert came.answer(message, 3) == Answer(3, "abc".encode("utf-16-le"))


def test_what_comes_with_another_programs_message_may_be_missing() -> None:
    came = message_data.Incoming(Message(SENT, 1, WM_COPYDATA, 0, 5))
    assert came.lparam == 5
    assert win32gui.PyGetString(message_data.Incoming(Message(SENT, 1, WM_SETTEXT)).lparam) == ""


@pytest.mark.parametrize("value", ["5", b"5", None, object(), 1 << 64, -(1 << 63) - 1])
def test_an_answer_is_a_number_of_64_bits(value: object) -> None:
    with pytest.raises(TypeError):
        message_data.simple(value)


def test_a_parameter_is_a_number_or_leads_to_memory() -> None:
    assert [message_data.Parameter(value).number for value in (None, True, -1, 1 << 63)] == [0, 1, -1, 1 << 63]
    parameter = message_data.Parameter(b"bytes")
    assert memory.read(parameter.number, 5) == b"bytes"
    assert message_data.Parameter(2.5).number == 2
    for wrong in (object(), 1 << 64):
        with pytest.raises(TypeError):
            message_data.Parameter(wrong)
