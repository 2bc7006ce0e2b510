"""Every example in the documents runs, every link leads somewhere, and nothing is skipped silently."""

import doctest
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ntsessions
from tests.docs.documents import DOCUMENTS, ROOT, Block, blocks, blocks_in, commands, matches

# What a fenced block may be.  `python` and `console` are run; the others show a file, a picture or what to type
# before there is anything to run.
LANGUAGES = {"python", "console", "text", "toml", "sh"}


def name_of(value: object) -> str:
    """Name a parameter: a document by its path, a module by its name, blocks by how many they are."""
    if isinstance(value, Path):
        return str(value.relative_to(ROOT))
    return f"{len(value)} blocks" if isinstance(value, list) else str(value)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_block_says_what_it_is(document: Path) -> None:
    unknown = [f"{block.place}: {block.language!r}" for block in blocks(document) if block.language not in LANGUAGES]
    assert unknown == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_inside_the_repository_leads_to_a_file(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    inside = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [path for path in inside if path and not (document.parent / path).exists()] == []


@pytest.mark.parametrize(("document", "examples"), blocks_in("python").items(), ids=name_of)
def test_python_examples_run(document: Path, examples: list[Block]) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in examples:  # the blocks of a document share their names, from first to last
        exec(compile("\n" * (block.line - 1) + block.text, document, "exec"), names)  # that is the point


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the users of sessions can enter, as a clone is; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="nts-docs-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("document", "examples"), blocks_in("console").items(), ids=name_of)
def test_console_examples_print_what_the_document_says(document: Path, examples: list[Block], place: Path) -> None:
    expected = [command for block in examples for command in commands(block)]
    shutil.copytree(ROOT / "examples", place / "examples")  # found where a reader in the clone finds them
    # One shell for the whole document, as a reader has; a line with the mark ends the output of each command.
    mark = "--- end of the output of a command ---"
    script = ["trap 'nts down >/dev/null 2>&1' EXIT", *(f"{command.text}\necho; echo '{mark}'" for command in expected)]
    shell = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=place,
        env=os.environ
        | {
            "COLUMNS": "120",
            "HOME": str(place),
            "NTSESSIONS_STATE_DIR": str(place / "state"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    printed = shell.stdout.split(f"{mark}\n")[:-1]
    different = [
        f"{command.place}: $ {command.text}\n{output}"
        for command, output in zip(expected, printed, strict=True)
        if not matches(command.output, output)
    ]
    assert different == [], "\n".join(different)


MODULES = sorted(module.name for module in pkgutil.walk_packages(ntsessions.__path__, "ntsessions."))


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith("__main__")])
def test_examples_in_docstrings_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_readme_names_the_commands_that_continuous_integration_runs() -> None:
    steps = [
        line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("make ")
    ]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert steps
    assert [step for step in steps if step not in readme] == []


def test_decisions_are_numbered_without_gaps_and_have_every_part() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        parts = ["## Context", "## Decision", "## Consequences", "## What would change our mind"]
        assert [part for part in parts if f"\n{part}\n" not in text] == [], path.name


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a   \n\n", True),
        ("a ... d\n", "a b\nc d\n", True),
        ("a\n", "a\nb\n", False),
        ("1.5\n", "1x5\n", False),
        ("", "something\n", False),
    ],
)
def test_output_is_compared_exactly_except_for_dots(*, expected: str, printed: str, same: bool) -> None:
    assert matches(expected, printed) is same
