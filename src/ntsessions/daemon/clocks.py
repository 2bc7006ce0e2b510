"""The two clocks in NT's unit, 100 ns."""

import time

TICKS_1601_TO_1970 = 116_444_736_000_000_000


def steady() -> int:
    """Return the steady clock."""
    return time.monotonic_ns() // 100


def utc() -> int:
    """Return the time since 1601 (UTC)."""
    return time.time_ns() // 100 + TICKS_1601_TO_1970
