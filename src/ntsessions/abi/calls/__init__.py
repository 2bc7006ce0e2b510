"""Every call of the system, one file per noun; importing this package fills `abi.call.CALLS`."""

from ntsessions.abi.calls import (
    account,
    atom,
    clipboard,
    desktop,
    event,
    event_log,
    heap,
    hook,
    host,
    hot_key,
    job,
    menu,
    message,
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
    window,
    window_class,
    window_station,
)

__all__ = [
    "account", "atom", "clipboard", "desktop", "event", "event_log", "heap", "hook", "host", "hot_key", "job", "menu",
    "message", "mutant", "object", "process", "section", "semaphore", "service", "session", "system", "timer", "token",
    "wait", "window", "window_class", "window_station",
]  # fmt: skip
