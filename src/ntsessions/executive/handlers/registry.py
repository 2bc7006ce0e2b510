"""How a handler says which call it serves."""

from collections.abc import Callable
from typing import Any, TypeVar

from ntsessions.abi.call import Call
from ntsessions.executive.executive import HANDLERS, REPORT_HANDLERS, Executive, Pending
from ntsessions.executive.processes.thread import Thread
from ntsessions.executive.reports import Report

R = TypeVar("R")
C = TypeVar("C", bound=Call[Any])
T = TypeVar("T", bound=Report)


def handles(
    call_type: type[C],
) -> Callable[[Callable[[Executive, Thread, C], object]], Callable[[Executive, Thread, C], object]]:
    """Serve *call_type* with the decorated function: it returns the reply or PENDING, or raises NtError."""

    def register(handler: Callable[[Executive, Thread, C], object]) -> Callable[[Executive, Thread, C], object]:
        HANDLERS[call_type] = handler
        return handler

    return register


def takes(report_type: type[T]) -> Callable[[Callable[[Executive, T], None]], Callable[[Executive, T], None]]:
    """Take in *report_type* with the decorated function."""

    def register(handler: Callable[[Executive, T], None]) -> Callable[[Executive, T], None]:
        REPORT_HANDLERS[report_type] = handler
        return handler

    return register


__all__ = ["Executive", "Pending", "Thread", "handles", "takes"]
