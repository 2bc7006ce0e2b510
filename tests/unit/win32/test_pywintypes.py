import datetime as dt
import os
import time

import pytest

from ntsessions.win32 import kernel32, pywintypes
from ntsessions.win32.handles import PyHANDLE


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would be closed without anyone's asking."""
    closed: list[int] = []
    monkeypatch.setattr(kernel32, "drop", closed.append)
    return closed


def test_a_handle_object_is_its_number_where_a_number_is_asked_for(dropped: list[int]) -> None:
    handle = pywintypes.HANDLE(44)
    assert (int(handle), handle.handle, bool(handle), repr(handle)) == (44, 44, True, "<PyHANDLE:44>")
    assert str(handle) == repr(handle)
    assert isinstance(handle, pywintypes.HANDLEType)


def test_a_handle_object_equals_its_number_and_hashes_as_itself(dropped: list[int]) -> None:
    one, other = PyHANDLE(44), PyHANDLE(44)
    assert one == other
    assert one == 44
    assert one != 48
    assert one != "44"
    assert len({one, other}) == 2


def test_a_detached_handle_is_given_up_and_not_closed(dropped: list[int]) -> None:
    handle = PyHANDLE(44)
    assert (handle.Detach(), handle.Detach(), bool(handle)) == (44, 0, False)
    handle.Close()
    del handle
    assert dropped == []


def test_a_dropped_handle_is_closed(dropped: list[int]) -> None:
    handle = PyHANDLE(44)
    del handle
    assert dropped == [44]


def test_the_handle_of_a_forked_parent_is_left_alone(dropped: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    handle = PyHANDLE(44)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    del handle
    assert dropped == []


def test_a_handle_object_does_no_arithmetic_and_takes_no_attributes(dropped: list[int]) -> None:
    handle = PyHANDLE(44)
    with pytest.raises(TypeError):
        handle + 1  # type: ignore[operator]  # the point
    with pytest.raises(AttributeError):
        handle.handle = 1  # type: ignore[misc]  # the point
    with pytest.raises(AttributeError):
        handle.other = 1  # type: ignore[attr-defined]  # the point


def test_security_attributes_lend_the_methods_of_their_descriptor() -> None:
    attributes = pywintypes.SECURITY_ATTRIBUTES()
    assert attributes.bInheritHandle == 1
    attributes.SetSecurityDescriptorDacl(1, None, 0)
    descriptor = attributes.SECURITY_DESCRIPTOR
    assert descriptor is not None
    assert descriptor.GetSecurityDescriptorControl() == (0x8004, 1)
    attributes.SECURITY_DESCRIPTOR = None
    with pytest.raises(AttributeError):
        attributes.SetSecurityDescriptorDacl(1, None, 0)
    with pytest.raises(TypeError):
        attributes.SECURITY_DESCRIPTOR = 5  # type: ignore[assignment]  # the point
    with pytest.raises(AttributeError):
        attributes.other = 1  # type: ignore[attr-defined]  # the point


def test_a_time_of_a_number_is_local_and_one_of_windows_is_utc() -> None:
    assert pywintypes.Time(86400 * 365) == dt.datetime.fromtimestamp(86400 * 365)  # noqa: DTZ006 - the rule
    stamp = pywintypes.TimeStamp(132_223_104_000_000_000 + 15_000)
    assert (stamp.year, stamp.tzinfo, stamp.microsecond) == (2020, dt.UTC, 1000)
    assert isinstance(stamp, pywintypes.TimeType)


def test_a_time_of_a_tuple_has_milliseconds_as_its_tenth_field() -> None:
    fields = (2020, 5, 17, 12, 30, 15, 6, 138, -1)
    assert pywintypes.Time((*fields, 250)) - pywintypes.Time(fields) == dt.timedelta(milliseconds=250)
    assert pywintypes.Time(time.localtime(0)) == pywintypes.Time(0)


def test_a_time_stays_the_time_it_is() -> None:
    now = dt.datetime.now(dt.UTC)
    assert pywintypes.Time(now) is now
    for wrong in ("2020", None, (1, 2)):
        with pytest.raises((TypeError, ValueError)):
            pywintypes.Time(wrong)


def test_a_time_that_never_comes_is_the_greatest_one() -> None:
    assert pywintypes.TimeStamp(0x7FFFFFFFFFFFFFFF) == dt.datetime.max  # noqa: DTZ901 - as pywin32


def test_an_ms_dos_time_counts_seconds_in_twos() -> None:
    moment = pywintypes.DosDateTimeToTime(40 << 9 | 5 << 5 | 17, 12 << 11 | 30 << 5 | 7)
    assert moment == dt.datetime(2020, 5, 17, 12, 30, 14, tzinfo=dt.UTC)


def test_format_has_a_default() -> None:
    moment = pywintypes.Time(0)
    assert isinstance(moment, pywintypes.TimeType)
    assert moment.Format() == moment.strftime("%c")
    assert moment.Format("%Y") == str(moment.year)


def test_raw_utf_16_becomes_text() -> None:
    assert pywintypes.UnicodeFromRaw("Grüße".encode("utf-16-le") + b"x") == "Grüße"


def test_an_overlapped_holds_what_is_put_in() -> None:
    overlapped = pywintypes.OVERLAPPED()
    overlapped.object = "anything"
    assert (overlapped.object, overlapped.Offset, overlapped.hEvent) == ("anything", 0, 0)


def test_a_guid_is_text_in_braces_and_16_bytes() -> None:
    text = "{00020400-0000-0000-C000-000000000046}"
    guid = pywintypes.IID(text.lower())
    assert (str(guid), repr(guid), bytes(guid)[:4]) == (text, f"IID('{text}')", b"\x00\x04\x02\x00")
    assert pywintypes.IID(memoryview(guid), True) == guid == pywintypes.IID(guid)
    assert guid != text
    assert len({guid, pywintypes.IID(text), pywintypes.CreateGuid()}) == 2


def test_what_is_no_guid_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        pywintypes.IID(b"00", True)
    for wrong, is_bytes in ((0, True), (0, False)):
        with pytest.raises(TypeError):
            pywintypes.IID(wrong, is_bytes)
    with pytest.raises(pywintypes.com_error):
        pywintypes.IID("Word.Application")
