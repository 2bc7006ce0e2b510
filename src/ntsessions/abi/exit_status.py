"""Exit statuses: how the end of a Linux process reads as NT's 32-bit exit status, and back.

A program that exits keeps its own code.  One that a signal ended gets the exception code that NT has for that fault;
signals without such a code get one of ours, 0xE0000000 + the signal (the customer bit is set, as Microsoft asks of
codes that are not theirs).
"""

SIGINT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV = 2, 4, 5, 7, 8, 11
"""Linux's numbers; the executive may not ask the machine it runs on."""

SIGNAL_EXIT_BASE = 0xE0000000

_BY_SIGNAL: dict[int, int] = {
    SIGSEGV: 0xC0000005,  # ACCESS_VIOLATION
    SIGBUS: 0xC0000006,  # IN_PAGE_ERROR
    SIGILL: 0xC000001D,  # ILLEGAL_INSTRUCTION
    SIGFPE: 0xC0000094,  # INTEGER_DIVIDE_BY_ZERO
    SIGTRAP: 0x80000003,  # BREAKPOINT
    SIGINT: 0xC000013A,  # CONTROL_C_EXIT
}
_BY_STATUS = {status: signal for signal, status in _BY_SIGNAL.items()}


def status_of_signal(signal: int) -> int:
    """Return the exit status of a process that *signal* ended."""
    return _BY_SIGNAL.get(signal, SIGNAL_EXIT_BASE + signal)


def signal_of_status(status: int) -> int | None:
    """Return the signal that an exit status stands for, or None for a code that the program chose."""
    found = _BY_STATUS.get(status)
    if found is None and SIGNAL_EXIT_BASE < status <= SIGNAL_EXIT_BASE + 64:
        found = status - SIGNAL_EXIT_BASE
    return found
