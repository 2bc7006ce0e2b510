"""Locally unique ids: 64-bit numbers that are handed out once per boot, and the names that are made of them.

Tokens and logon sessions are known by LUIDs.  Each place prints them its own way and programs compare the text, so all
the ways are here ([MS-DTYP] 2.3.7; nt-semantics 3.2).
"""

import re
from typing import NewType

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus

Luid = NewType("Luid", int)
"""A locally unique id: 0 to 2**64 - 1, high half and low half of 32 bits each."""

IUSR_LUID = Luid(0x3E3)
NETWORK_SERVICE_LUID = Luid(0x3E4)
LOCAL_SERVICE_LUID = Luid(0x3E5)
ANONYMOUS_LUID = Luid(0x3E6)
SYSTEM_LUID = Luid(0x3E7)
FIRST_LUID = Luid(0x3E9)
"""The first one that is allocated after a boot; each further one is the next number."""

_LUID_TEXT = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,8})-(?:0[xX])?([0-9a-fA-F]{1,8})")


def _halves(luid: Luid) -> tuple[int, int]:
    return luid >> 32, luid & 0xFFFFFFFF


def format_luid(luid: Luid) -> str:
    """Return the usual form, `0x0-0x3e7`."""
    high, low = _halves(luid)
    return f"0x{high:x}-0x{low:x}"


def parse_luid(text: str) -> Luid:
    """Return the LUID that *text* (any of the printed forms, hexadecimal) means; INVALID_PARAMETER when none."""
    match = _LUID_TEXT.fullmatch(text)
    if match is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{text[:80]!r} is not a LUID like 0x0-0x3e7")
    return Luid(int(match[1], 16) << 32 | int(match[2], 16))


def device_map_name(luid: Luid) -> str:
    r"""Return the name of a logon session's directory below `\Sessions\0\DosDevices`: `00000000-000003e7`."""
    high, low = _halves(luid)
    return f"{high:08x}-{low:08x}"


def service_window_station_name(luid: Luid) -> str:
    """Return the name of a logon session's non-interactive window station: `Service-0x0-3e7$`."""
    high, low = _halves(luid)
    return f"Service-0x{high:x}-{low:x}$"
