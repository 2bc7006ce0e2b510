"""Passwords on the command line: asked for on the terminal or read from a pipe, never an argument that `ps` shows."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def password_options(when: str) -> Callable[[F], F]:
    """Add `--password-stdin` and `--password`; *when* says what it is needed for."""

    def decorate(function: F) -> F:
        function = click.option(
            "--password", "ask", is_flag=True, help=f"Ask for the password on the terminal.  {when}"
        )(function)
        return click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")(
            function
        )

    return decorate


def read_password(name: str, *, ask: bool, from_stdin: bool, is_new: bool = False) -> str | None:
    """Return the password that the options ask for, None when they ask for none."""
    if ask and from_stdin:
        raise click.UsageError("--password and --password-stdin exclude each other.")
    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise click.UsageError("there was no password on standard input.")
        return line
    if not ask:
        return None
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; use --password-stdin.")
    entered: str = click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=is_new, err=True)
    return entered
