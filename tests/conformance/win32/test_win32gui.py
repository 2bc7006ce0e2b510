"""win32gui: classes, windows and their procedures, against nt-semantics 7.1 to 7.3 and what pywin32 does with them."""

import functools
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ntsessions.win32 import pywintypes, win32api, win32event, win32gui, win32process

WM_CREATE, WM_DESTROY, WM_SETTEXT, WM_GETTEXT, WM_CLOSE = 0x1, 0x2, 0xC, 0xD, 0x10
WM_COPYDATA, WM_NCCREATE, WM_NCDESTROY, WM_USER = 0x4A, 0x81, 0x82, 0x400
WS_CHILD, WS_POPUP, WS_VISIBLE, WS_MINIMIZE = 0x40000000, -0x80000000, 0x10000000, 0x20000000
GWL_WNDPROC, GWL_HINSTANCE, GWL_ID, GWL_STYLE, GWL_USERDATA = -4, -6, -12, -16, -21
HWND_MESSAGE, HWND_TOP, HWND_BOTTOM = -3, 0, 1
GW_HWNDNEXT, GW_OWNER, GW_CHILD = 2, 4, 5
GA_PARENT, GA_ROOT, GA_ROOTOWNER = 1, 2, 3
SYNCHRONIZE = 0x100000


def code_of(call: Callable[..., Any], *arguments: Any) -> int:
    """Return the Win32 error that a call fails with."""
    with pytest.raises(pywintypes.error) as caught:
        call(*arguments)
    assert caught.value.winerror == win32api.GetLastError()
    return int(caught.value.winerror)


class Recorder:
    """A window procedure that remembers what it was given, and answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int, int]] = []
        self.answers: dict[int, Any] = {}

    def __call__(self, hwnd: int, message: int, wparam: int, lparam: int) -> Any:
        self.seen.append((message, wparam, lparam))
        if message in self.answers:
            return self.answers[message]
        return win32gui.DefWindowProc(hwnd, message, wparam, lparam)

    @property
    def numbers(self) -> list[int]:
        return [message for message, _, _ in self.seen]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def make(name: str, recorder: Recorder) -> Iterator[Callable[..., int]]:
    """Make windows of a class of the test's own, which go with the test."""
    description = win32gui.WNDCLASS()
    description.lpszClassName = name
    description.lpfnWndProc = recorder
    description.hInstance = win32api.GetModuleHandle(None)
    description.cbWndExtra = 16
    atom = win32gui.RegisterClass(description)
    made: list[int] = []

    def create(text: str | None = None, style: int = 0, parent: int = 0, menu: int = 0) -> int:
        made.append(win32gui.CreateWindow(atom, text, style, 0, 0, 100, 50, parent, menu, 0, None))
        return made[-1]

    create("the first of the class, which pywin32 does not give its messages")
    win32gui.DestroyWindow(made.pop())
    recorder.seen.clear()
    yield create
    for handle in made:
        if win32gui.IsWindow(handle):
            win32gui.DestroyWindow(handle)
    win32gui.UnregisterClass(name, None)


# -- classes


def test_a_class_is_registered_once_and_goes_when_its_windows_have_gone(name: str) -> None:
    description = win32gui.WNDCLASS()
    assert code_of(win32gui.RegisterClass, description) == 87
    description.lpszClassName = name
    atom = win32gui.RegisterClass(description)
    assert 0xC000 <= atom <= 0xFFFF
    assert code_of(win32gui.RegisterClass, description) == 1410
    window = win32gui.CreateWindow(name.upper(), None, 0, 0, 0, 0, 0, None, None, None, None)
    assert (win32gui.GetClassName(window), win32gui.GetClassLong(window, -32)) == (name, atom)
    assert code_of(win32gui.UnregisterClass, atom, None) == 1412
    win32gui.DestroyWindow(window)
    win32gui.UnregisterClass(atom, None)
    assert code_of(win32gui.UnregisterClass, atom, None) == 1411
    assert code_of(win32gui.CreateWindow, name, None, 0, 0, 0, 0, 0, 0, 0, 0, None) == 1407


def test_a_description_of_a_class_takes_what_pywin32s_takes() -> None:
    description = win32gui.WNDCLASS()
    assert (description.style, description.hIcon, description.lpszMenuName, description.lpfnWndProc) == (
        0,
        0,
        None,
        None,
    )
    description.hIcon = win32gui.LoadIcon(0, 32512)
    description.hCursor = win32gui.LoadCursor(None, 32512)
    description.SetDialogProc()
    for attribute, value in (("lpszClassName", 5), ("lpfnWndProc", "x"), ("style", "x"), ("hIcon", "x")):
        with pytest.raises(TypeError):
            setattr(description, attribute, value)
    with pytest.raises(AttributeError):
        description.nonsense = 1  # type: ignore[attr-defined]  # the rule
    with pytest.raises(AttributeError):
        del description.style
    with pytest.raises(TypeError):
        win32gui.RegisterClass("x")  # type: ignore[arg-type]  # the rule
    assert code_of(win32gui.LoadIcon, win32api.GetModuleHandle(None), 1) == 1812


def test_the_first_window_of_a_class_does_not_see_that_it_is_made(name: str, recorder: Recorder) -> None:
    """pywin32's class has its procedure only from then on."""
    description = win32gui.WNDCLASS()
    description.lpszClassName, description.lpfnWndProc = name, recorder
    win32gui.RegisterClass(description)
    windows = [win32gui.CreateWindow(name, "", 0, 0, 0, 0, 0, 0, 0, 0, None) for _ in range(2)]
    assert recorder.numbers == [WM_NCCREATE, WM_CREATE]
    for window in windows:
        win32gui.DestroyWindow(window)
    assert recorder.numbers[2:] == [WM_DESTROY, WM_NCDESTROY] * 2
    win32gui.UnregisterClass(name, 0)


def test_a_procedure_can_refuse_its_window(make: Callable[..., int], recorder: Recorder) -> None:
    recorder.answers[WM_CREATE] = -1
    assert make() == 0


# -- procedures


def test_a_map_handles_what_it_names_and_windows_does_the_rest(name: str) -> None:
    description = win32gui.WNDCLASS()
    description.lpszClassName = name
    description.lpfnWndProc = {WM_USER: lambda _hwnd, _message, wparam, lparam: wparam * 10 + lparam}
    win32gui.RegisterClass(description)
    window = win32gui.CreateWindow(name, "text", 0, 0, 0, 0, 0, 0, 0, 0, None)
    assert win32gui.SendMessage(window, WM_USER, 4, 2) == 42
    assert win32gui.SendMessage(window, WM_USER + 1, 4, 2) == 0
    assert win32gui.GetWindowText(window) == "text"
    win32gui.SendMessage(window, WM_CLOSE, 0, 0)
    assert not win32gui.IsWindow(window)
    win32gui.UnregisterClass(name, 0)


def test_a_procedure_is_given_unsigned_numbers_and_answers_signed_ones(
    make: Callable[..., int], recorder: Recorder
) -> None:
    window = make()
    recorder.answers[WM_USER] = -7
    assert win32gui.SendMessage(window, WM_USER, -1, -2) == -7
    assert recorder.seen[-1] == (WM_USER, 2**64 - 1, 2**64 - 2)
    assert win32gui.SendMessageTimeout(window, WM_USER, 0, 0, 0, 1000) == (1, 2**64 - 7)


@pytest.mark.parametrize(
    ("answer", "told"),
    [(None, "WNDPROC return value cannot be converted"), ("x", "WNDPROC return value cannot be converted")],
)
def test_an_answer_that_is_no_number_is_told_and_is_0(
    make: Callable[..., int], recorder: Recorder, capfd: pytest.CaptureFixture[str], answer: Any, told: str
) -> None:
    recorder.answers[WM_USER] = answer
    assert win32gui.SendMessage(make(), WM_USER) == 0
    assert told in capfd.readouterr().err


def test_what_a_procedure_raises_is_printed_or_logged_and_is_0(
    make: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    """A fault in one message does not end the program."""

    class Logger:
        def error(self, text: str, exc_info: Any) -> None:
            logged.append((text, exc_info[0]))

    logged: list[Any] = []
    window = make()
    win32gui.SetWindowLong(window, GWL_WNDPROC, {WM_USER: lambda *_: 1 // 0})
    assert win32gui.SendMessage(window, WM_USER) == 0
    printed = capfd.readouterr().err
    assert printed.startswith("Python WNDPROC handler failed\nTraceback")
    assert "ZeroDivisionError" in printed
    win32gui.set_logger(Logger())
    try:
        win32gui.SendMessage(window, WM_USER)
    finally:
        win32gui.set_logger(None)
    assert logged == [("Python WNDPROC handler failed", ZeroDivisionError)]
    assert not capfd.readouterr().err


def test_a_window_is_subclassed_and_the_procedure_before_is_called_by_its_number(
    make: Callable[..., int], recorder: Recorder
) -> None:
    window = make()
    recorder.answers[WM_USER] = 1
    own = win32gui.GetWindowLong(window, GWL_WNDPROC)
    first = win32gui.SetWindowLong(window, GWL_WNDPROC, {WM_USER + 1: lambda *_: 2})
    assert first == own
    assert [win32gui.SendMessage(window, WM_USER + number) for number in range(2)] == [1, 2]

    def second(hwnd: int, message: int, wparam: int, lparam: int) -> int:
        return win32gui.CallWindowProc(before, hwnd, message, wparam, lparam) * 10

    before = win32gui.SetWindowLong(window, GWL_WNDPROC, second)
    assert [win32gui.SendMessage(window, WM_USER + number) for number in range(2)] == [10, 20]
    assert code_of(win32gui.CallWindowProc, 12345, window, WM_USER, 0, 0) == 87
    with pytest.raises(TypeError):
        win32gui.SetWindowLong(window, GWL_WNDPROC, 5)


def test_a_control_is_subclassed_too(recorder: Recorder) -> None:
    edit = win32gui.CreateWindow("Edit", "old", 0, 0, 0, 0, 0, 0, 0, 0, None)
    before = win32gui.SetWindowLong(edit, GWL_WNDPROC, recorder)
    win32gui.SetWindowText(edit, "new")
    assert (recorder.numbers, win32gui.GetWindowText(edit)) == ([WM_SETTEXT], "new")
    assert win32gui.CallWindowProc(before, edit, WM_GETTEXT, 0, 0) == 0
    win32gui.DestroyWindow(edit)


def test_only_the_thread_of_a_window_subclasses_it(make: Callable[..., int]) -> None:
    window, codes = make(), []

    def elsewhere() -> None:
        codes.append((win32gui.SetWindowLong(window, GWL_WNDPROC, {}), win32api.GetLastError()))
        codes.append((win32gui.SetWindowLong(0, GWL_WNDPROC, {}), win32api.GetLastError()))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert codes == [(0, 5), (0, 1400)]


def test_windows_and_their_procedures_go_with_their_thread(make: Callable[..., int], recorder: Recorder) -> None:
    made: list[tuple[int, int, int]] = []

    def elsewhere() -> None:
        window = make()
        win32gui.SetWindowLong(window, GWL_WNDPROC, recorder)
        thread_id = win32api.GetCurrentThreadId()
        handle = win32api.OpenThread(SYNCHRONIZE, False, thread_id)
        made.append((window, win32gui.GetWindowLong(window, GWL_WNDPROC), handle.Detach()))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    ((window, number, handle),) = made
    assert win32event.WaitForSingleObject(handle, 10_000) == 0
    assert win32gui.IsWindow(window) == 0
    assert code_of(win32gui.CallWindowProc, number, window, WM_USER, 0, 0) == 87
    win32api.CloseHandle(handle)


# -- messages that lead to memory


def test_text_is_at_the_address_that_a_procedure_is_given(make: Callable[..., int], recorder: Recorder) -> None:
    window, texts = make("before"), []

    def set_text(hwnd: int, message: int, wparam: int, lparam: int) -> int:
        texts.append(win32gui.PyGetString(lparam))
        return win32gui.DefWindowProc(hwnd, message, wparam, lparam)

    win32gui.SetWindowLong(window, GWL_WNDPROC, {WM_SETTEXT: set_text})
    win32gui.SetWindowText(window, "schön \U0001f600")
    assert (texts, win32gui.GetWindowText(window)) == (["schön \U0001f600"], "schön \U0001f600")
    assert win32gui.GetWindowTextLength(window) == 8
    assert win32gui.SendMessage(window, WM_SETTEXT, 0, "again") == 1
    assert texts[-1] == win32gui.GetWindowText(window) == "again"
    assert win32gui.SendMessage(window, WM_SETTEXT, None, None) == 1
    assert win32gui.GetWindowText(window) == ""


def test_a_text_is_put_into_the_buffer_of_who_asks(make: Callable[..., int]) -> None:
    window, buffer = make("hello"), bytearray(20)
    assert win32gui.SendMessage(window, WM_GETTEXT, 4, buffer) == 3
    assert bytes(buffer[:10]) == "hel\0\0".encode("utf-16-le")
    address, size = win32gui.PyGetBufferAddressAndLen(buffer)
    assert win32gui.SendMessage(window, WM_GETTEXT, size // 2, address) == 5
    assert win32gui.PyGetString(address) == "hello"

    def answer(_hwnd: int, _message: int, wparam: int, lparam: int) -> int:
        win32gui.PySetString(lparam, "own", wparam)
        return 3

    win32gui.SetWindowLong(window, GWL_WNDPROC, {WM_GETTEXT: answer})
    assert win32gui.GetWindowText(window) == "own"


def test_bytes_are_copied_with_wm_copydata(make: Callable[..., int]) -> None:
    window, got = make(), []

    def copied(_hwnd: int, _message: int, wparam: int, lparam: int) -> int:
        kind, size, address = struct.unpack("PiP", win32gui.PyGetMemory(lparam, struct.calcsize("PiP")))
        got.append((wparam, kind, bytes(win32gui.PyGetMemory(address, size)) if size else b""))
        return 5

    win32gui.SetWindowLong(window, GWL_WNDPROC, {WM_COPYDATA: copied})
    payload = bytearray(b"\0bytes\xff")
    address, size = win32gui.PyGetBufferAddressAndLen(payload)
    assert win32gui.SendMessage(window, WM_COPYDATA, 99, struct.pack("PiP", 7, size, address)) == 5
    assert win32gui.SendMessage(window, WM_COPYDATA, 0, struct.pack("PiP", 8, 0, 0)) == 5
    assert got == [(99, 7, bytes(payload)), (0, 8, b"")]


def test_what_is_no_number_text_or_buffer_is_no_parameter(make: Callable[..., int]) -> None:
    with pytest.raises(TypeError, match="WPARAM must be"):
        win32gui.SendMessage(make(), WM_USER, object())


# -- finding and listing


def test_a_window_is_found_by_class_and_text_without_regard_to_case(make: Callable[..., int], name: str) -> None:
    back, front = make(f"back {name}"), make(f"front {name}")
    assert win32gui.FindWindow(name, None) == front
    assert win32gui.FindWindow(None, f"BACK {name}") == back
    assert win32gui.FindWindowEx(0, front, name, None) == back
    assert win32gui.FindWindow(name, "nothing") == 0
    assert code_of(win32gui.FindWindow, "no such class", None) == 1407
    only_for_messages = make(f"hidden {name}", 0, HWND_MESSAGE)
    assert win32gui.FindWindow(None, f"hidden {name}") == 0
    assert win32gui.FindWindowEx(HWND_MESSAGE, 0, name, None) == only_for_messages


def test_lists_are_walked_until_the_callback_says_no(make: Callable[..., int]) -> None:
    outer = make()
    inner = [make("", WS_CHILD, outer, 1), make("", WS_CHILD, outer, 2)]
    innermost = make("", WS_CHILD, inner[0], 3)
    top: list[int] = []
    win32gui.EnumWindows(lambda hwnd, extra: extra.append(hwnd), top)
    assert outer in top
    assert not {*inner, innermost} & set(top)
    for enumeration, first in (
        (win32gui.EnumThreadWindows, win32api.GetCurrentThreadId()),
        (win32gui.EnumDesktopWindows, None),
    ):
        found: list[int] = []
        enumeration(first, lambda hwnd, extra: extra.append(hwnd), found)  # type: ignore[arg-type]  # each its own
        assert outer in found
    children: list[int] = []
    win32gui.EnumChildWindows(outer, lambda hwnd, extra: extra.append(hwnd), children)
    assert set(children) == {*inner, innermost}
    children.clear()
    win32gui.EnumChildWindows(outer, lambda hwnd, extra: extra.append(hwnd) or False, children)
    assert len(children) == 1


@pytest.mark.parametrize("answer", [None, -1, 0, 1, True, False])
def test_ending_a_walk_is_an_error_only_if_the_callback_has_left_one(make: Callable[..., int], answer: Any) -> None:
    """pywin32 cannot tell a callback that is done from a function that failed."""

    def failing(_hwnd: int, _extra: Any) -> Any:
        win32api.SetLastError(1)
        return answer

    make()
    win32api.SetLastError(0)
    assert win32gui.EnumWindows(lambda _hwnd, _extra: answer, None) is None  # type: ignore[func-returns-value]
    if answer in (0, False) and answer is not None:
        assert code_of(win32gui.EnumWindows, failing, None) == 1
        assert code_of(win32gui.EnumDesktopWindows, 0, failing, None) == 1
    else:
        win32gui.EnumWindows(failing, None)
    win32gui.EnumChildWindows(None, failing, None)


@pytest.mark.parametrize("answer", ["", (), {}, 2.5])
def test_a_callback_answers_with_a_number_or_nothing(make: Callable[..., int], answer: Any) -> None:
    make()
    enumerations: tuple[Callable[..., Any], ...] = (
        win32gui.EnumWindows,
        functools.partial(win32gui.EnumChildWindows, None),
        functools.partial(win32gui.EnumDesktopWindows, None),
    )
    for enumeration in enumerations:
        with pytest.raises(TypeError):
            enumeration(lambda _hwnd, _extra: answer, None)
        with pytest.raises(ZeroDivisionError):
            enumeration(lambda _hwnd, _extra: 1 // 0, None)
        with pytest.raises(TypeError):
            enumeration("no function", None)


def test_windows_are_related(make: Callable[..., int]) -> None:
    outer, other, desktop = make(), make(), win32gui.GetDesktopWindow()
    child, sibling = make("", WS_CHILD, outer, 1), make("", WS_CHILD, outer, 2)
    popup, owned = make("", WS_POPUP, outer), make("", 0, outer)
    assert [win32gui.GetParent(one) for one in (outer, child, popup, owned, desktop)] == [0, outer, outer, 0, 0]
    assert [win32gui.GetAncestor(child, flag) for flag in (GA_PARENT, GA_ROOT, GA_ROOTOWNER)] == [outer] * 3
    assert [win32gui.GetAncestor(owned, flag) for flag in (GA_PARENT, GA_ROOT, GA_ROOTOWNER)] == [desktop, owned, outer]
    assert [win32gui.GetWindow(owned, GW_OWNER), win32gui.GetWindow(outer, GW_CHILD)] == [outer, child]
    assert [win32gui.GetWindow(child, GW_HWNDNEXT), win32gui.GetWindow(sibling, GW_HWNDNEXT)] == [sibling, 0]
    assert win32gui.GetTopWindow(outer) == child
    assert win32gui.GetTopWindow(0) == win32gui.GetWindow(desktop, GW_CHILD) == owned
    assert [win32gui.IsChild(outer, child), win32gui.IsChild(other, child), win32gui.IsChild(child, outer)] == [1, 0, 0]
    assert win32gui.SetParent(child, other) == outer
    assert (win32gui.GetParent(child), win32gui.IsChild(outer, child)) == (other, 0)
    assert code_of(win32gui.GetWindow, 0, GW_OWNER) == 1400


def test_the_window_of_the_desktop_has_a_class_and_nothing_to_measure() -> None:
    desktop = win32gui.GetDesktopWindow()
    assert win32gui.GetClassName(desktop) == win32gui.RealGetWindowClass(desktop) == "#32769"
    assert win32gui.IsWindow(desktop)
    assert win32gui.IsWindowVisible(desktop)
    with pytest.raises(NotImplementedError, match="GetWindowRect"):
        win32gui.GetWindowRect(desktop)
    assert code_of(win32gui.GetClassName, 0) == 1400


# -- what a window is


def test_values_of_a_window_are_read_and_set(make: Callable[..., int]) -> None:
    window = make()
    child = make("", WS_CHILD, window, 17)
    assert win32gui.GetWindowLong(window, GWL_HINSTANCE) == win32api.GetModuleHandle(None)
    assert [win32gui.GetWindowLong(child, GWL_ID), win32gui.GetDlgCtrlID(child)] == [17, 17]
    assert win32gui.GetWindowLong(make("", WS_POPUP), GWL_STYLE) == WS_POPUP
    assert win32gui.SetWindowLong(window, GWL_USERDATA, 2**40 + 1) == 0
    assert [win32gui.GetWindowLong(window, GWL_USERDATA), win32api.GetWindowLong(window, GWL_USERDATA)] == [
        1,
        2**40 + 1,
    ]
    assert win32api.SetWindowLong(window, 8, -1) == 0
    assert win32gui.SetWindowLong(window, 8, 5) == -1
    assert (win32gui.GetWindowLong(window, 100), win32api.GetLastError()) == (0, 1413)
    assert (win32gui.GetWindowLong(0, GWL_STYLE), win32api.GetLastError()) == (0, 1400)


def test_a_window_is_placed_shown_and_enabled(make: Callable[..., int]) -> None:
    window = make()
    win32gui.MoveWindow(window, 10, 20, 30, 40, True)
    child = make("", WS_CHILD | WS_VISIBLE, window, 1)
    assert (win32gui.GetWindowRect(window), win32gui.GetClientRect(window)) == ((10, 20, 40, 60), (0, 0, 30, 40))
    assert win32gui.GetWindowRect(child) == (10, 20, 110, 70)
    assert (win32gui.ClientToScreen(window, (1, 2)), win32gui.ScreenToClient(window, (11, 22))) == ((11, 22), (1, 2))
    assert [win32gui.IsWindowVisible(one) for one in (window, child)] == [0, 0]
    assert [win32gui.ShowWindow(window, 5), win32gui.ShowWindow(window, 5)] == [0, 1]
    assert [win32gui.IsWindowVisible(one) for one in (window, child)] == [1, 1]
    win32gui.UpdateWindow(window)
    assert [win32gui.EnableWindow(window, False), win32gui.IsWindowEnabled(window)] == [0, 0]
    assert [win32gui.EnableWindow(window, True), win32gui.IsWindowEnabled(window)] == [1, 1]
    win32gui.CloseWindow(window)
    assert win32gui.IsIconic(window)
    placement = win32gui.GetWindowPlacement(window)
    assert placement == (0, 2, (-1, -1), (-1, -1), (10, 20, 40, 60))
    win32gui.SetWindowPlacement(window, (0, 1, (-1, -1), (-1, -1), (0, 0, 5, 6)))
    assert (win32gui.GetWindowPlacement(window)[1], win32gui.GetWindowRect(window)) == (1, (0, 0, 5, 6))
    win32gui.SetWindowPos(window, HWND_BOTTOM, 1, 1, 0, 0, 0x1 | 0x80)
    assert (win32gui.GetWindowRect(window), win32gui.IsWindowVisible(window)) == ((1, 1, 6, 7), 0)
    for function, arguments in ((win32gui.MoveWindow, (0, 0, 0, 0, 0)), (win32gui.GetWindowRect, ())):
        assert code_of(function, 0x77, *arguments) == 1400


def test_who_is_in_front_is_put_there(make: Callable[..., int]) -> None:
    below, above = make(), make()
    assert win32gui.GetWindow(above, GW_HWNDNEXT) == below
    win32gui.BringWindowToTop(below)
    assert win32gui.GetWindow(below, GW_HWNDNEXT) == above
    win32gui.SetActiveWindow(below)
    assert (win32gui.GetActiveWindow(), win32gui.SetActiveWindow(above)) == (below, below)
    win32gui.SetFocus(above)
    assert win32gui.GetFocus() == win32api.GetFocus() == above
    win32gui.SetFocus(0)
    with pytest.raises(pywintypes.error, match="No window has the focus"):
        win32api.GetFocus()


def test_children_are_found_by_id_and_hold_text_and_numbers(make: Callable[..., int]) -> None:
    dialog = make()
    field = make("12 apples", WS_CHILD, dialog, 5)
    assert win32gui.GetDlgItem(dialog, 5) == field
    assert code_of(win32gui.GetDlgItem, dialog, 6) == 1421
    assert (win32gui.GetDlgItemText(dialog, 5), win32gui.GetDlgItemInt(dialog, 5, True)) == ("12 apples", 12)
    win32gui.SetDlgItemInt(dialog, 5, -3, True)
    assert (win32gui.GetDlgItemInt(dialog, 5, True), win32gui.GetWindowText(field)) == (-3, "-3")
    with pytest.raises(pywintypes.error):
        win32gui.GetDlgItemInt(dialog, 5, False)
    win32gui.SetDlgItemText(dialog, 5, "none")
    assert win32gui.GetDlgItemText(dialog, 5) == "none"


def test_a_text_that_is_too_long_is_refused_and_one_that_is_long_is_shown_in_part(make: Callable[..., int]) -> None:
    window = make("x" * 600)
    assert (len(win32gui.GetWindowText(window)), win32gui.GetWindowTextLength(window)) == (511, 600)
    for call in (win32gui.SetWindowText, lambda hwnd, text: win32gui.SendMessage(hwnd, WM_SETTEXT, 0, text)):
        assert code_of(call, window, "x" * 40_000) == 8
    assert code_of(win32gui.CreateWindow, "Static", "x" * 40_000, 0, 0, 0, 0, 0, 0, 0, 0, None) == 8
    assert win32gui.GetWindowTextLength(window) == 600


def test_a_window_says_whose_it_is(make: Callable[..., int]) -> None:
    window = make()
    own = win32api.GetCurrentThreadId(), win32api.GetCurrentProcessId()
    assert win32process.GetWindowThreadProcessId(window) == own
    assert win32process.GetWindowThreadProcessId(0) == (0, 0)
    counted = win32process.GetGuiResources(win32api.GetCurrentProcess(), 1)
    make()
    assert win32process.GetGuiResources(win32api.GetCurrentProcess(), 1) == counted + 1


# -- what is not there


@pytest.mark.parametrize(
    "function", ["GetDC", "InvalidateRect", "DialogBox", "GetCursorPos", "TrackPopupMenu", "LOGFONT"]
)
def test_what_draws_says_that_it_is_not_there(function: str) -> None:
    with pytest.raises(NotImplementedError, match=rf"win32gui\.{function} is not provided"):
        getattr(win32gui, function)
