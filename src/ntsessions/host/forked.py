"""What our own processes do after a fork: keep what is theirs, and never run into what the parent was doing."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn


def run_and_leave(body: Callable[[], None]) -> NoReturn:
    """Run the body of a forked process; never return into what the parent was doing."""
    status = 1
    try:
        body()
        status = 0
    except BaseException:  # noqa: BLE001 - the last frame of this process: say what happened and leave
        import traceback  # noqa: PLC0415 - what is not loaded need not be copied by forks

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def keep_only(*descriptors: int) -> None:
    """Close every descriptor but these and the standard three."""
    end = max(int(name) for name in os.listdir("/proc/self/fd")) + 1
    first = 3
    for kept in sorted(descriptors):
        os.closerange(first, kept)
        first = kept + 1
    os.closerange(first, end)
