"""Reading the Markdown documents of the repository: their examples and their links."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block of a document."""

    document: Path
    line: int
    """Of its first line of text, counted from 1."""
    language: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """Return the fenced blocks of *document*, in order."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(document, text.count("\n", 0, match.start("text")) + 1, match["language"].strip(), match["text"])
        for match in _FENCE.finditer(text)
    ]


def blocks_in(language: str) -> dict[Path, list[Block]]:
    """Return the blocks in *language* of every document that has any."""
    found = {document: [block for block in blocks(document) if block.language == language] for document in DOCUMENTS}
    return {document: some for document, some in found.items() if some}


class Command(NamedTuple):
    """One command of a console block, and what the document says it prints."""

    place: str
    text: str
    output: str


def commands(block: Block) -> list[Command]:
    """Split a console block: `$ ` starts a command, `> ` continues it, anything else is output."""
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if line.startswith("$ "):
            found.append(Command(f"{block.document.relative_to(ROOT)}:{number}", line[2:], ""))
            continue
        assert found, f"{block.place}: output before the first command"
        last = found[-1]
        if line.startswith("> ") and not last.output:
            found[-1] = last._replace(text=f"{last.text}\n{line[2:]}")
        else:
            found[-1] = last._replace(output=f"{last.output}{line}\n")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether *printed* is what the document says; `...` there stands for any text, over lines too."""
    pieces = [re.escape(piece) for piece in _settle(expected).split("...")]
    return re.fullmatch(".*?".join(pieces), _settle(printed), re.DOTALL) is not None


def _settle(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))
