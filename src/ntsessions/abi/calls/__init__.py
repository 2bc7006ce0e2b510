"""Every call of the system, one file per noun; importing this package fills `abi.call.CALLS`."""

from ntsessions.abi.calls import (
    account,
    event,
    host,
    job,
    mutant,
    object,  # noqa: A004 - NT's noun
    process,
    section,
    semaphore,
    service,
    session,
    system,
    timer,
    token,
    wait,
)

__all__ = [
    "account", "event", "host", "job", "mutant", "object", "process", "section", "semaphore", "service", "session",
    "system", "timer", "token", "wait",
]  # fmt: skip
