"""The two clocks in NT's unit, 100 ns.

UTC is the steady clock plus an offset; the kernel tells when somebody sets the clock, so nothing asks for UTC again
and again, and an absolute timer moves with the clock even while nothing else happens.
"""

import ctypes
import os
import struct
import time

TICKS_1601_TO_1970 = 116_444_736_000_000_000

_CLOCK_REALTIME = 0
_TFD_CLOEXEC, _TFD_NONBLOCK = os.O_CLOEXEC, os.O_NONBLOCK
_TFD_TIMER_ABSTIME, _TFD_TIMER_CANCEL_ON_SET = 1, 2
_FAR_FUTURE = struct.pack("4q", 0, 0, 1 << 40, 0)

_libc = ctypes.CDLL(None, use_errno=True)


def steady() -> int:
    """Return the steady clock."""
    return time.monotonic_ns() // 100


def utc_offset() -> int:
    """Return what makes UTC (since 1601) of the steady clock, as of now."""
    return time.time_ns() // 100 + TICKS_1601_TO_1970 - steady()


class ClockWatch:
    """A descriptor that becomes readable when the machine's clock is set."""

    def __init__(self) -> None:
        self.descriptor: int = _libc.timerfd_create(_CLOCK_REALTIME, _TFD_CLOEXEC | _TFD_NONBLOCK)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self.arm()

    def arm(self) -> None:
        """Wait for the next change (a timer far in the future, cancelled by it)."""
        flags = _TFD_TIMER_ABSTIME | _TFD_TIMER_CANCEL_ON_SET
        if _libc.timerfd_settime(self.descriptor, flags, _FAR_FUTURE, None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)
