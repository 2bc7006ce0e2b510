"""Which of the caller's variables a program in a session gets.

The session's own variables (HOME, USER, XDG_RUNTIME_DIR ...) are set by its logon.  What names the caller's own
display, buses, runtime directory, account or host must not come along: it would lead the program out of its session.

    in one's own session          everything: the program is one's own
    personal mode                 everything but what belongs to the caller's session and account
    root mode                     language, time zone and kind of terminal; another user's variables are not theirs
    in all of them                `-e NAME=VALUE`, and `-e NAME` for the caller's value; later wins
"""

from collections.abc import Iterable, Mapping

SESSION_BOUND = frozenset({
    "DBUS_SESSION_BUS_ADDRESS", "DBUS_SESSION_BUS_PID", "DISPLAY", "ICEAUTHORITY", "NTSESSIONS_STATE_DIR",
    "SESSION_MANAGER", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "WINDOWID", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_SEAT",
    "XDG_VTNR",
})  # fmt: skip
SESSION_BOUND_PREFIX = "XDG_SESSION_"
ACCOUNT_BOUND = frozenset({"HOME", "LOGNAME", "MAIL", "SHELL", "USER", "USERNAME"})
PASSED_TO_OTHERS = frozenset({"COLORTERM", "LANG", "LANGUAGE", "TERM", "TZ"})
PASSED_PREFIX = "LC_"


def passed_environment(
    own: Mapping[str, str], wanted: Iterable[str], *, mode: str, is_own_session: bool
) -> tuple[tuple[str, str], ...]:
    """Return the variables to start a program with, added to those of the logon.

    *wanted* are the `-e` options; *mode* is `QueryHost.mode`.
    """
    if is_own_session:
        passed = dict(own)
    elif mode == "personal":
        passed = {name: value for name, value in own.items() if not _is_bound(name)}
    else:
        passed = {
            name: value for name, value in own.items() if name in PASSED_TO_OTHERS or name.startswith(PASSED_PREFIX)
        }
    for option in wanted:
        name, equals, value = option.partition("=")
        if equals:
            passed[name] = value
        elif name in own:
            passed[name] = own[name]
    return tuple(passed.items())


def _is_bound(name: str) -> bool:
    return name in SESSION_BOUND or name in ACCOUNT_BOUND or name.startswith(SESSION_BOUND_PREFIX)
