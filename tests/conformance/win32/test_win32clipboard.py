"""win32clipboard (nt-semantics 6.11), with pywin32's rules of text and bytes, and the ground of pywin32's own tests."""

import array
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.win32 import win32api, win32clipboard, win32gui
from ntsessions.win32.win32clipboard import (
    CF_BITMAP,
    CF_DIB,
    CF_HDROP,
    CF_LOCALE,
    CF_OEMTEXT,
    CF_TEXT,
    CF_UNICODETEXT,
    CloseClipboard,
    EmptyClipboard,
    GetClipboardData,
    OpenClipboard,
    SetClipboardData,
    SetClipboardText,
)
from tests.conformance.win32.conftest import RunScript
from tests.conformance.win32.test_win32gui import HWND_MESSAGE, Recorder, code_of

WM_RENDERFORMAT, WM_RENDERALLFORMATS, WM_DRAWCLIPBOARD = 0x305, 0x306, 0x308


@pytest.fixture
def window() -> Iterator[int]:
    handle = win32gui.CreateWindow("Static", "", 0, 0, 0, 0, 0, HWND_MESSAGE, 0, 0, None)
    yield handle
    if win32gui.IsWindow(handle):
        win32gui.DestroyWindow(handle)


@pytest.fixture
def clipboard() -> Iterator[None]:
    """Have the clipboard open and empty."""
    OpenClipboard()
    EmptyClipboard()
    yield
    CloseClipboard()


def again() -> None:
    """Close and open it, which makes the other formats of the text."""
    CloseClipboard()
    OpenClipboard()


# -- open and closed


def test_it_is_opened_before_it_is_used_and_by_one_at_a_time() -> None:
    for call, arguments in (
        (EmptyClipboard, ()), (CloseClipboard, ()), (SetClipboardText, ("x",)),
        (win32clipboard.EnumClipboardFormats, ()),
    ):  # fmt: skip
        assert code_of(call, *arguments) == 1418
    OpenClipboard()
    OpenClipboard(None)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(code_of(OpenClipboard)))
    thread.start()
    thread.join()
    CloseClipboard()
    assert codes == [5]
    assert code_of(OpenClipboard, 0x77) == 1400


# -- text and bytes


@pytest.mark.usefixtures("clipboard")
def test_text_comes_back_as_it_went_in() -> None:
    SetClipboardData(CF_UNICODETEXT, "test-\xa9har \U0001f600")
    assert GetClipboardData() == "test-\xa9har \U0001f600"
    SetClipboardText("test-val")
    assert GetClipboardData(CF_TEXT) == b"test-val"
    SetClipboardText("test-val 2", CF_UNICODETEXT)
    assert GetClipboardData(CF_UNICODETEXT) == "test-val 2"
    SetClipboardData(CF_TEXT, b"test")
    assert GetClipboardData(CF_TEXT) == b"test"
    SetClipboardText(b"bytes", CF_TEXT)
    assert GetClipboardData(CF_TEXT) == b"bytes"


@pytest.mark.usefixtures("clipboard")
def test_bytes_of_other_formats_are_not_touched() -> None:
    for data in (b"Dummy\x00\xff bytes", array.array("b", b"hello\0\x7f"), memoryview(b"view")):
        SetClipboardData(CF_DIB, data)
        assert GetClipboardData(CF_DIB) == bytes(data)
    SetClipboardData(CF_DIB, "str")
    assert GetClipboardData(CF_DIB) == "str".encode("utf-16-le")
    SetClipboardData(CF_TEXT, "str")
    assert GetClipboardData(CF_TEXT) == b"s"
    large = bytes(range(256)) * 1000
    SetClipboardData(CF_DIB, large)
    assert GetClipboardData(CF_DIB) == large


@pytest.mark.usefixtures("clipboard")
def test_one_text_is_there_in_all_its_formats_once_it_was_closed() -> None:
    SetClipboardText("café")
    again()
    assert GetClipboardData(CF_UNICODETEXT) == "café"
    assert GetClipboardData(CF_OEMTEXT) == "café".encode("cp437")
    formats, number = [], 0
    while number := win32clipboard.EnumClipboardFormats(number):
        formats.append(number)
    assert formats == [CF_TEXT, CF_LOCALE, CF_OEMTEXT, CF_UNICODETEXT]
    assert win32clipboard.CountClipboardFormats() == 4
    EmptyClipboard()
    SetClipboardData(CF_UNICODETEXT, "as text")
    again()
    assert GetClipboardData(CF_TEXT) == b"as text"


@pytest.mark.usefixtures("clipboard")
def test_what_cannot_be_put_in_is_refused() -> None:
    for wrong in (object(), [1]):
        with pytest.raises(TypeError):
            SetClipboardData(CF_TEXT, wrong)
    with pytest.raises(ValueError, match="Format arg must be one of"):
        SetClipboardText("x", CF_DIB)
    for wrong, number in ((b"x", CF_UNICODETEXT), (5, CF_TEXT)):
        with pytest.raises(TypeError):
            SetClipboardText(wrong, number)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match="something drawn"):
        SetClipboardData(CF_BITMAP, 5)
    assert code_of(SetClipboardData, CF_TEXT, 12345) == 6


@pytest.mark.usefixtures("clipboard")
def test_what_is_not_there_is_a_type_error() -> None:
    for function in (GetClipboardData, win32clipboard.GetClipboardDataHandle):
        with pytest.raises(TypeError, match="not available"):
            function(CF_TEXT)
    assert win32clipboard.EnumClipboardFormats() == 0
    with pytest.raises(win32clipboard.error):
        win32clipboard.CountClipboardFormats()


@pytest.mark.usefixtures("clipboard")
def test_names_of_files_come_as_a_tuple() -> None:
    names = "a.txt\0b\xe4r.txt\0\0"
    SetClipboardData(CF_HDROP, struct.pack("IiiII", 20, 0, 0, 0, 1) + names.encode("utf-16-le"))
    assert GetClipboardData(CF_HDROP) == ("a.txt", "b\xe4r.txt")
    SetClipboardData(CF_HDROP, struct.pack("IiiII", 20, 0, 0, 0, 0) + names.encode("cp1252"))
    assert GetClipboardData(CF_HDROP) == ("a.txt", "b\xe4r.txt")
    SetClipboardData(CF_HDROP, b"short")
    assert GetClipboardData(CF_HDROP) == ()


# -- handles


@pytest.mark.usefixtures("clipboard")
def test_a_handle_leads_to_the_data_with_their_nul() -> None:
    handle = SetClipboardData(CF_TEXT, b"test")
    assert win32clipboard.GetClipboardDataHandle(CF_TEXT) == handle
    assert win32clipboard.GetGlobalMemory(handle) == b"test\0"
    SetClipboardData(CF_OEMTEXT, handle)
    assert GetClipboardData(CF_OEMTEXT) == b"test"
    for wrong in (0, -1, handle + 1):
        assert code_of(win32clipboard.GetGlobalMemory, wrong) == 6
    EmptyClipboard()
    assert code_of(win32clipboard.GetGlobalMemory, handle) == 6


@pytest.mark.usefixtures("clipboard")
def test_formats_have_names_that_all_programs_share(name: str, run_script: RunScript) -> None:
    number = win32clipboard.RegisterClipboardFormat(name)
    assert number == win32clipboard.RegisterClipboardFormat(name.upper()) >= 0xC000
    assert win32clipboard.GetClipboardFormatName(number) == name
    SetClipboardData(number, b"hello\0\xff")
    assert GetClipboardData(number) == b"hello\0\xff"
    for predefined in (CF_TEXT, 0, 0x10000):
        assert code_of(win32clipboard.GetClipboardFormatName, predefined) == 87
    ran = run_script("import sys, win32clipboard as c; print(c.RegisterClipboardFormat(sys.argv[1]))", name)
    assert (ran.stdout, ran.stderr) == (f"{number}\n", "")


def test_a_program_may_ask_what_is_there_without_opening_it() -> None:
    OpenClipboard()
    EmptyClipboard()
    before = win32clipboard.GetClipboardSequenceNumber()
    assert win32clipboard.GetPriorityClipboardFormat([CF_TEXT]) == 0
    SetClipboardText("x")
    CloseClipboard()
    assert win32clipboard.GetClipboardSequenceNumber() > before
    assert [win32clipboard.IsClipboardFormatAvailable(number) for number in (CF_OEMTEXT, CF_DIB)] == [1, 0]
    assert win32clipboard.GetPriorityClipboardFormat((CF_DIB, CF_OEMTEXT, CF_TEXT)) == CF_OEMTEXT
    assert win32clipboard.GetPriorityClipboardFormat([CF_DIB]) == -1
    assert code_of(GetClipboardData) == 1418


def test_another_program_reads_what_was_put_in(run_script: RunScript) -> None:
    OpenClipboard()
    EmptyClipboard()
    SetClipboardText("for all", CF_UNICODETEXT)
    SetClipboardData(CF_DIB, b"\0" * 200_000)
    CloseClipboard()
    script = """
import win32clipboard
win32clipboard.OpenClipboard()
print(win32clipboard.GetClipboardData(), len(win32clipboard.GetClipboardData(win32clipboard.CF_DIB)))
"""
    ran = run_script(script)
    assert (ran.stdout, ran.stderr) == ("for all 200000\n", "")


# -- windows


def test_the_owner_renders_what_it_has_promised(window: int) -> None:
    """As with pywin32, promising ends in an error that is none."""
    asked: list[int] = []

    def render(_hwnd: int, _message: int, wparam: int, _lparam: int) -> int:
        asked.append(wparam)
        SetClipboardData(wparam, "rendered")
        return 0

    win32gui.SetWindowLong(window, -4, {WM_RENDERFORMAT: render})
    OpenClipboard(window)
    EmptyClipboard()
    win32api.SetLastError(0)
    with pytest.raises(win32clipboard.error) as caught:
        SetClipboardData(CF_UNICODETEXT, None)
    assert caught.value.winerror == 0
    assert win32clipboard.GetOpenClipboardWindow() == window
    CloseClipboard()
    assert win32clipboard.GetClipboardOwner() == window
    OpenClipboard()
    assert [GetClipboardData(), GetClipboardData()] == ["rendered"] * 2
    CloseClipboard()
    assert asked == [CF_UNICODETEXT]


def test_an_owner_that_goes_renders_all_before(window: int) -> None:
    def render_all(hwnd: int, *_: Any) -> int:
        OpenClipboard(hwnd)
        SetClipboardData(CF_UNICODETEXT, "last")
        CloseClipboard()
        return 0

    win32gui.SetWindowLong(window, -4, {WM_RENDERALLFORMATS: render_all})
    OpenClipboard(window)
    EmptyClipboard()
    with pytest.raises(win32clipboard.error):
        SetClipboardData(CF_UNICODETEXT, 0)
    CloseClipboard()
    win32gui.DestroyWindow(window)
    OpenClipboard()
    assert GetClipboardData() == "last"
    CloseClipboard()
    with pytest.raises(win32clipboard.error):
        win32clipboard.GetClipboardOwner()


def test_viewers_are_told_of_changes(window: int) -> None:
    recorder = Recorder()
    win32gui.SetWindowLong(window, -4, recorder)
    with pytest.raises(win32clipboard.error):
        win32clipboard.GetClipboardViewer()
    assert win32clipboard.SetClipboardViewer(window) is None
    assert win32clipboard.GetClipboardViewer() == window
    win32gui.PumpWaitingMessages()
    recorder.seen.clear()
    OpenClipboard()
    EmptyClipboard()
    CloseClipboard()
    win32gui.PumpWaitingMessages()
    assert WM_DRAWCLIPBOARD in recorder.numbers
    assert win32clipboard.ChangeClipboardChain(window, 0) == 1
    assert code_of(win32clipboard.SetClipboardViewer, 0x77) == 1400
