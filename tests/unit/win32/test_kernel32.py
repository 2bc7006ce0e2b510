import threading

import pytest

from ntsessions.abi.limits import INFINITE
from ntsessions.win32 import kernel32
from ntsessions.win32.errors import error
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.messages import MESSAGES, message_for


def test_the_last_error_is_each_threads_own() -> None:
    seen: list[int] = []
    kernel32.set_last_error(5)
    thread = threading.Thread(target=lambda: seen.append(kernel32.get_last_error()))
    thread.start()
    thread.join()
    assert (seen, kernel32.get_last_error()) == ([0], 5)


def test_a_failure_carries_code_function_and_windows_text_and_sets_the_last_error() -> None:
    with pytest.raises(error) as caught:
        kernel32.fail("SetEvent", 6)
    assert caught.value.args == (6, "SetEvent", message_for(6))
    assert (caught.value.winerror, caught.value.funcname, caught.value.strerror) == caught.value.args
    assert kernel32.get_last_error() == 6


def test_a_failure_without_a_code_takes_the_last_error_even_when_that_is_none() -> None:
    kernel32.set_last_error(0)
    with pytest.raises(error) as caught:
        kernel32.fail("SignalObjectAndWait")
    assert caught.value.args == (0, "SignalObjectAndWait", "No error message is available")


def test_an_error_can_be_made_of_anything() -> None:
    assert (error().winerror, error(5).funcname, error(5, "f").strerror) == (None, None, None)
    assert error(1, 2, 3, 4).args == (1, 2, 3, 4)


def test_every_message_is_a_sentence_of_one_paragraph() -> None:
    assert all(text.rstrip().endswith((".", "!")) for text in MESSAGES.values())
    assert message_for(123456) == message_for(0) == "No error message is available"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (-1, 0xFFFFFFFF), (True, 1), (1 << 32, 0), (0xFFFFFFFF, 0xFFFFFFFF), (1 << 40 | 7, 7)],
)
def test_a_dword_is_the_low_32_bits(value: int, expected: int) -> None:
    assert kernel32.dword(value) == expected


@pytest.mark.parametrize("value", [None, "1", 1.0])
def test_a_number_must_be_one(value: object) -> None:
    for convert in (kernel32.dword, kernel32.boolean, kernel32.long, kernel32.large_integer):
        with pytest.raises(TypeError):
            convert(value)


def test_a_long_has_32_bits_and_a_large_integer_64() -> None:
    assert (kernel32.long(-(1 << 31)), kernel32.signed(0xC0000142)) == (-(1 << 31), -1073741502)
    for value in (1 << 31, -(1 << 31) - 1):
        with pytest.raises(OverflowError):
            kernel32.long(value)
    assert kernel32.large_integer((1 << 64) - 1) == -1
    with pytest.raises(OverflowError):
        kernel32.large_integer(1 << 64)


def test_a_handle_may_be_an_object_a_number_or_none() -> None:
    held = PyHANDLE(44)
    assert [kernel32.handle(value) for value in (None, 8, "12", held, -1, 0xFFFFFFFFFFFFFFFF)] == [0, 8, 12, 44, -1, -1]
    held.Detach()


@pytest.mark.parametrize("value", ["x", object(), [], 1 << 64])
def test_what_is_no_handle_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="not a PyHANDLE object"):
        kernel32.handle(value)


@pytest.mark.parametrize("value", [1 << 32, 1 << 62, -65, -(1 << 40)])
def test_a_number_that_no_table_holds_becomes_one_that_fails_by_name(value: int) -> None:
    assert kernel32.handle(value) == kernel32.NO_SUCH_HANDLE


def test_a_list_of_handles_may_be_any_sequence_and_nothing_else() -> None:
    assert kernel32.handle_list([4, 8]) == kernel32.handle_list((4, 8)) == (4, 8)
    for value in ({4}, None, 5, ["x"]):
        with pytest.raises(TypeError, match="Handles must be a list of integers"):
            kernel32.handle_list(value)


def test_a_timeout_is_in_milliseconds_and_minus_one_is_for_ever() -> None:
    assert kernel32.timeout(-1) == kernel32.timeout(0xFFFFFFFF) == INFINITE
    assert kernel32.timeout(25) == 250_000


def test_a_text_is_a_string() -> None:
    assert (kernel32.text(""), kernel32.text_or_none(None)) == ("", None)
    with pytest.raises(TypeError, match="None is not a valid string"):
        kernel32.text(None)
    with pytest.raises(TypeError, match="Objects of type 'bytes' can not be converted to Unicode"):
        kernel32.text_or_none(b"x")
