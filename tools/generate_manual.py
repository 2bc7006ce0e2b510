"""Write the manual pages that follow from the command line and the configuration, or check that they are up to date.

    packaging/man/nts.1               from the help of `nts` and all that is below it
    packaging/man/ntsessionsd.8       from the daemon's command line
    packaging/man/ntsessions.toml.5   from the records that the configuration is read into

With `--check` nothing is written, and the exit status says whether something would be.
"""

import argparse
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click
import msgspec
from generate_reference import ROOT, fields_of, publish

from ntsessions import __version__
from ntsessions.cli.root import nts
from ntsessions.daemon.__main__ import command_line
from ntsessions.daemon.configuration import ConfigurationFile, ServiceTable

TOML_TYPES = {
    "str": "string",
    "bool": "boolean",
    "int": "integer",
    "int | None": "integer",
    "list[str]": "array of strings",
    "dict[str, str]": "table of strings",
    "dict[str, ServiceTable]": "table of tables",
}
_AS_IT_IS = "\b"
"""What click marks a paragraph with that is not to be filled."""
_ESCAPES = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", '"': r"\(dq"})
SEE_ALSO = (("nts", 1), ("ntsessions.toml", 5), ("ntsessionsd", 8))
STATE_DIR_FILES = (
    ("/var/lib/ntsessions, ~/.local/state/ntsessions", "The default state directories, of root and of everybody else."),
    ("STATE_DIR/ntsessions.toml", "The configuration."),
    ("STATE_DIR/daemon.log", "What the daemon says after `nts up --detach`."),
    ("STATE_DIR/service-logs", "What services write."),
)


def main() -> int:
    """Write or check; return the exit status."""
    return publish(
        {
            ROOT / "packaging/man/nts.1": nts_page(),
            ROOT / "packaging/man/ntsessionsd.8": daemon_page(),
            ROOT / "packaging/man/ntsessions.toml.5": configuration_page(),
        }
    )


# -- pages


class Command(NamedTuple):
    """A command of `nts` and the words that lead to it."""

    words: tuple[str, ...]
    command: click.Command
    context: click.Context


def nts_page() -> str:
    """Return nts(1)."""
    overview, *others = every_command(nts, click.Context(nts, info_name="nts"), ("nts",))
    page = header("nts", 1, overview.command.help or "")
    page += ".SH SYNOPSIS\n.B nts\n[OPTIONS] NOUN [VERB] [ARGS]...\n"
    page += f".SH OPTIONS\n{options(overview)}{help_text(overview.command.epilog)}"
    page += ".SH COMMANDS\n"
    for one in others:
        usage = " ".join(one.command.collect_usage_pieces(one.context))
        page += f".SS {plain(' '.join((*one.words, usage)))}\n{help_text(one.command.help)}{options(one)}"
        page += help_text(one.command.epilog)
    return page + files(STATE_DIR_FILES) + see_also("nts")


def daemon_page() -> str:
    """Return ntsessionsd(8)."""
    parser = command_line()
    page = header("ntsessionsd", 8, parser.description or "")
    page += f".SH SYNOPSIS\n{plain(' '.join(parser.format_usage().removeprefix('usage: ').split()))}\n.SH OPTIONS\n"
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        if action.help != argparse.SUPPRESS:
            value = "" if action.nargs == 0 else f" {action.dest.upper()}"
            page += entry(", ".join(action.option_strings) + value, action.help or "")
    page += ".SH SIGNALS\n" + entry("SIGTERM, SIGINT", "End the services and every session, and then the daemon.")
    page += entry("SIGHUP", "Nothing.")
    page += ".SH EXIT STATUS\n" + entry("0", "It was told to end.")
    page += entry("1", "It could not start, or lost session 0; standard error says why.")
    return page + files(STATE_DIR_FILES) + see_also("ntsessionsd")


def configuration_page() -> str:
    """Return ntsessions.toml(5)."""
    purpose = "the configuration of an ntsessions host"
    page = header("ntsessions.toml", 5, purpose)
    page += ".SH DESCRIPTION\nTOML.  A key that is not known is an error.\n"
    page += "It is read when the host starts, from the state directory; where there is none, for root's default state "
    page += "directory, from /etc/ntsessions.\n"
    page += f".SH KEYS\n{keys(ConfigurationFile)}.SH KEYS OF [services.NAME]\n{keys(ServiceTable)}"
    lines = (inspect.getdoc(sys.modules[ConfigurationFile.__module__]) or "").splitlines()
    example = "\n".join(line for line in lines if not line or line.startswith("    "))
    page += f".SH EXAMPLE\n{literal(textwrap.dedent(example).strip().splitlines())}"
    return page + see_also("ntsessions.toml")


def every_command(command: click.Command, context: click.Context, words: tuple[str, ...]) -> Iterator[Command]:
    """Yield a command and all that are below it, in the order of the help."""
    yield Command(words, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            yield from every_command(below, click.Context(below, info_name=name, parent=context), (*words, name))


def options(one: Command) -> str:
    """Return the options of a command, without --help, which all have."""
    text = ""
    for parameter in one.command.get_params(one.context):
        record = parameter.get_help_record(one.context)
        if record is not None and isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            text += entry(*record)
    return text


def keys(record: type[msgspec.Struct]) -> str:
    """Return the keys of a table of the configuration."""
    text = ""
    defaults = {field.name: field.default for field in msgspec.structs.fields(record)}
    for field in fields_of(record):
        default = defaults[field.name]
        shown = ", needed" if not field.default else ""
        if isinstance(default, str | int) and default != "":
            shown = f", default {json.dumps(default)}"  # as in TOML
        text += entry(f"{field.name} ({TOML_TYPES[field.type_name]}{shown})", " ".join(field.note.split()))
    return text


# -- troff


def header(name: str, section: int, purpose: str) -> str:
    """Return the beginning of a page."""
    purpose = purpose.strip().splitlines()[0].rstrip(".")
    notice = '.\\" Generated by `make docs`; do not edit.\n'
    title = f'.TH {plain(name.upper())} {section} "" "ntsessions {__version__}" "ntsessions"\n'
    return f"{notice}{title}.SH NAME\n{plain(name)} \\- {plain(purpose)}\n"


def entry(term: str, text: str) -> str:
    """Return one row of a list."""
    return f".TP\n.B {plain(term)}\n{plain(text)}\n"


def files(named: Iterable[tuple[str, str]]) -> str:
    """Return the section that names files."""
    return ".SH FILES\n" + "".join(entry(*one) for one in named)


def see_also(own: str) -> str:
    """Return the names of the other pages."""
    return ".SH SEE ALSO\n" + ",\n".join(f"{plain(name)}({number})" for name, number in SEE_ALSO if name != own) + "\n"


def help_text(text: str | None) -> str:
    """Return one of click's help texts; a paragraph that begins with a backspace is shown as it is."""
    page = ""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text or "")):
        if paragraph.startswith(_AS_IT_IS):
            page += ".PP\n" + literal(paragraph.removeprefix(_AS_IT_IS).strip("\n").splitlines())
        elif paragraph.strip():
            page += f".PP\n{plain(' '.join(paragraph.split()))}\n"
    return page


def literal(lines: Iterable[str]) -> str:
    """Return lines as they are."""
    return ".nf\n" + "".join(f"{plain(line)}\n" for line in lines) + ".fi\n"


def plain(text: str) -> str:
    """Return *text* so that troff prints it and does nothing else."""
    escaped = text.translate(_ESCAPES)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    sys.exit(main())
