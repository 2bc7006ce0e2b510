"""Reading the line of `nts run` without click.

Only what is certain is read here: an unknown option, a missing value, a number that is none, or `--help` give None, and
click reads the line again and says what is wrong.  A test holds the two to the same answer for every line that is read
here, so the options stand in `ntsessions.cli.run` with their help and here by name only.
"""

from collections.abc import Sequence
from typing import NamedTuple


class RunOptions(NamedTuple):
    """What `nts run` was asked to do."""

    command: tuple[str, ...]
    session: int | None = None
    user: str | None = None
    cwd: str | None = None
    env: tuple[str, ...] = ()
    """`NAME=VALUE`, or `NAME` for the caller's own value."""
    no_tty: bool = False
    desktop: str | None = None
    state_dir: str | None = None


_GLOBAL = {"--state-dir": "state_dir"}
_WITH_VALUE = {
    "--session": "session", "--user": "user", "--cwd": "cwd", "--desktop": "desktop", "-e": "env", "--env": "env",
}  # fmt: skip


def parse_run(words: Sequence[str]) -> RunOptions | None:
    """Return what a line `[--state-dir D] run [options] [--] CMD...` asks for; None: click must read it."""
    found: dict[str, str] = {}
    env: list[str] = []
    no_tty = False
    known = _GLOBAL
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        name, equals, value = word.partition("=")
        if known is _GLOBAL and word == "run":
            known = _WITH_VALUE
        elif name in known:
            if not equals:
                if index == len(words):
                    return None
                value = words[index]
                index += 1
            elif not name.startswith("--"):
                return None  # `-e=X`: click takes the sign into the value
            if known[name] == "env":
                env.append(value)
            else:
                found[known[name]] = value
        elif known is _GLOBAL:
            return None
        elif word == "--no-tty":
            no_tty = True
        elif word == "--" or not word.startswith("-"):
            command = tuple(words[index - (word != "--") :])
            return _checked(command, found, tuple(env), no_tty=no_tty)
        else:
            return None
    return None


def _checked(
    command: tuple[str, ...], found: dict[str, str], env: tuple[str, ...], *, no_tty: bool
) -> RunOptions | None:
    session = found.get("session")
    if not command or (session is not None and (not (session.isascii() and session.isdigit()) or "user" in found)):
        return None
    if found.get("desktop") == "":
        return None
    number = None if session is None else int(session)
    return RunOptions(
        command, number, found.get("user"), found.get("cwd"), env, no_tty, found.get("desktop"), found.get("state_dir")
    )
