"""The help texts, as people read them.  `python -m tests.unit.cli.test_help` writes the golden file again."""

from pathlib import Path

import click
from click.testing import CliRunner

from ntsessions.cli.root import NOUNS, nts

GOLDEN = Path(__file__).parents[2] / "golden" / "cli" / "help.txt"


def commands(command: click.Command, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [words]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += commands(below, (*words, name))
    return found


def every_help() -> str:
    pages = []
    for words in commands(nts, ()):
        result = CliRunner().invoke(nts, [*words, "--help"], terminal_width=80, prog_name="nts")
        assert result.exit_code == 0, result.output
        pages.append(f"$ nts {' '.join((*words, '--help'))}\n{result.output}")
    return "\n".join(pages)


def test_the_help_texts_are_those_that_were_reviewed() -> None:
    assert every_help() == GOLDEN.read_text(encoding="utf-8")


def test_the_overview_says_of_each_noun_what_the_noun_says_of_itself() -> None:
    """The overview comes from a table, so that it loads no noun; it must not tell something else."""
    context = click.Context(nts)
    for name, noun in NOUNS.items():
        command = nts.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(1000) == noun.help


def test_every_verb_shows_an_example() -> None:
    context = click.Context(nts)
    for words in commands(nts, ()):
        if not words or NOUNS[words[0]].module == "windows_names":
            continue
        command: click.Command = nts
        for word in words:
            assert isinstance(command, click.Group)
            found = command.get_command(context, word)
            assert found is not None
            command = found
        assert "Example" in (command.epilog or ""), words


if __name__ == "__main__":
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(every_help(), encoding="utf-8")
