"""Threads that a program starts through win32process: their exit codes, and being held until they are resumed.

The daemon knows a thread from its first call to the end of its connection; what it returned only this process knows.
"""

import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from ntsessions.abi.calls.process import OpenThread, QueryThread
from ntsessions.win32 import kernel32
from ntsessions.win32.handles import PyHANDLE

CREATE_SUSPENDED = 0x4
_THREAD_ALL_ACCESS = 0x1FFFFF

_held: dict[int, threading.Event] = {}
_exit_codes: dict[int, int] = {}


def start(
    function: Callable[..., Any], arguments: tuple[Any, ...], flags: int, *, inherit: bool
) -> tuple[PyHANDLE, int]:
    """Start a thread; returns handle and id."""
    thread_id = 0
    known, opened, resumed = threading.Event(), threading.Event(), threading.Event()
    failure: list[BaseException] = []

    def run() -> None:
        nonlocal thread_id
        try:
            thread_id = kernel32.connection().identity.thread_id
        except OSError as error:
            failure.append(error)
            return
        finally:
            known.set()
        opened.wait()
        resumed.wait()
        _exit_codes[thread_id] = _call(function, arguments)

    threading.Thread(target=run, name=f"beginthreadex-{function!r}").start()
    known.wait()
    if failure:
        raise failure[0]
    try:
        handle = PyHANDLE(kernel32.invoke("beginthreadex", OpenThread(thread_id, _THREAD_ALL_ACCESS, inherit)))
    finally:
        if flags & CREATE_SUSPENDED:
            _held[thread_id] = resumed
        else:
            resumed.set()
        opened.set()
    return handle, thread_id


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> int:
    try:
        result = function(*arguments)
    except Exception:  # noqa: BLE001 - pywin32 prints what a thread raises
        print("Unhandled exception in beginthreadex created thread:", file=sys.stderr)  # noqa: T201 - as pywin32
        traceback.print_exc()
        return 0xFFFFFFFF
    return result & 0xFFFFFFFF if isinstance(result, int) else 0


def resume(handle: int) -> int | None:
    """Let a thread of ours go; returns how often it was suspended, None when the handle is not such a thread's."""
    thread_id = kernel32.invoke("ResumeThread", QueryThread(handle)).thread_id
    held = _held.pop(thread_id, None)
    if held is None:
        return 0 if thread_id in _exit_codes else None
    held.set()
    return 1


def exit_code(thread_id: int) -> int | None:
    """Return what a thread of ours returned, None while it runs or for another's."""
    return _exit_codes.get(thread_id)
