"""Times of pywin32: a `datetime` with a method more.  What Windows tells is in UTC, to the millisecond."""

import datetime as dt
import time
from collections.abc import Iterable
from typing import Any

_FILETIME_EPOCH = 116_444_736_000_000_000
_TICKS_PER_MILLISECOND = 10_000


class datetime(dt.datetime):
    """A time; `Format` is `strftime` with a default."""

    __module__ = "pywintypes"

    def Format(self, format: str = "%c", /) -> str:
        """Return the time as text."""
        return self.strftime(format)


def Time(timeRepr: Any, /) -> dt.datetime:
    """Return a time: a datetime is returned as it is, a number is seconds since 1970, a tuple is local time."""
    if isinstance(timeRepr, dt.datetime):
        return timeRepr
    if hasattr(timeRepr, "timetuple"):
        timeRepr = timeRepr.timetuple()
    if hasattr(timeRepr, "__int__") or hasattr(timeRepr, "__index__"):
        try:
            return datetime.fromtimestamp(int(timeRepr))
        except (OSError, OverflowError, ValueError):
            raise ValueError("invalid timestamp") from None
    if isinstance(timeRepr, Iterable):
        fields = tuple(timeRepr)
        if not 9 <= len(fields) <= 10:
            raise TypeError(f"function takes at least 9 arguments ({len(fields)} given)")
        milliseconds = fields[9] if len(fields) == 10 else 0
        seconds = time.mktime(fields[:9]) + milliseconds / 1000
        return datetime.fromtimestamp(seconds)
    raise TypeError(f"Objects of type '{type(timeRepr).__name__}' can not be used as a time object")


def TimeStamp(timestamp: int, /) -> dt.datetime:
    """Return the time of a FILETIME: a count of 100 ns since 1601."""
    milliseconds = (int(timestamp) - _FILETIME_EPOCH) // _TICKS_PER_MILLISECOND
    try:
        whole = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return dt.datetime.max  # noqa: DTZ901 - what pywin32 returns for "never"
    return datetime.combine(whole.date(), whole.time(), dt.UTC)


def DosDateTimeToTime(wFatDate: int, wFatTime: int, /) -> dt.datetime:
    """Return the time of an MS-DOS date and time."""
    day, month, year = wFatDate & 31, wFatDate >> 5 & 15, (wFatDate >> 9 & 127) + 1980
    second, minute, hour = (wFatTime & 31) * 2, wFatTime >> 5 & 63, wFatTime >> 11 & 31
    return datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
