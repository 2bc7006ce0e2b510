"""Write the documents that follow from the declarations of the calls, or check that they are up to date.

    docs/reference/calls.md      every call: what it does, arguments, answer, errors
    docs/reference/statuses.md   every status: Win32 error, errno, Python exception, HTTP
    docs/fidelity.md             every call that departs from NT, and in what

With `--check` nothing is written, and the exit status says whether something would be.
"""

import ast
import errno
import inspect
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

import ntsessions.abi.calls  # noqa: F401  # fills CALLS
from ntsessions.abi.call import ALWAYS, CALLS, CallSpec, Reply
from ntsessions.abi.status import STATUS_TABLE

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "<!-- Generated from the declarations by `make docs`; do not edit. -->\n\n"


def main() -> int:
    """Write or check; return the exit status."""
    return publish(
        {
            ROOT / "docs/reference/calls.md": calls_page(),
            ROOT / "docs/reference/statuses.md": statuses_page(),
            ROOT / "docs/fidelity.md": fidelity_page(),
        }
    )


def publish(documents: dict[Path, str]) -> int:
    """Write what has changed, or with `--check` only tell of it; return the exit status."""
    stale = [path for path, text in documents.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if sys.argv[1:] == ["--check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(documents[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def by_noun() -> Iterator[tuple[str, list[CallSpec]]]:
    """Yield the nouns, in the order of their names, and the calls of each, in the order of their numbers."""
    ordered = sorted(CALLS.values(), key=lambda spec: (spec.noun, spec.number))
    for noun, specs in groupby(ordered, key=lambda spec: spec.noun):
        yield noun, list(specs)


# -- calls


def calls_page() -> str:
    """Return the reference of all calls."""
    always = ", ".join(f"`{status.name}`" for status in sorted(ALWAYS))
    text = (
        f"# Calls\n\n{NOTICE}{len(CALLS)} calls. Besides the errors that it names, any call may fail with {always}.\n"
    )
    shown: set[type] = set()
    for noun, specs in by_noun():
        text += f"\n## {noun}\n\n{module_text(specs[0])}\n"
        for spec in specs:
            text += "\n" + call_entry(spec)
            for record in records_in(spec.reply_type):
                if record not in shown:
                    shown.add(record)
                    text += f"\n**{record.__name__}**: {prose(record)}\n\n{field_table(record)}"
    return text


def module_text(spec: CallSpec) -> str:
    """Return what the file of a call says about its noun."""
    return inspect.getdoc(sys.modules[spec.call_type.__module__]) or ""


def call_entry(spec: CallSpec) -> str:
    """Return the reference of one call."""
    text = f"### {spec.name}\n\n`{spec.number:#06x}`. {inspect.cleandoc(spec.documentation)}\n\n"
    if spec.call_type.__struct_fields__:
        text += f"{field_table(spec.call_type)}\n"
    text += f"- Answer: {code(reply_name(spec))}\n"
    errors = sorted(spec.fails_with - ALWAYS, key=lambda status: status.name)
    if errors:
        text += f"- Errors: {', '.join(code(status.name) for status in errors)}\n"
    if spec.one_way:
        text += "- May be made without asking for an answer.\n"
    if spec.takes_descriptors:
        text += "- File descriptors follow the call.\n"
    if spec.gives_descriptors:
        text += "- File descriptors follow the answer.\n"
    if spec.fidelity is not None:
        text += f"- Differs from NT: {spec.fidelity.missing}\n"
    return text


class Field(NamedTuple):
    """A field as its source declares it."""

    name: str
    type_name: str
    default: str
    note: str
    """The string below it."""


def fields_of(record: type[msgspec.Struct]) -> list[Field]:
    """Return the fields of a call or a reply, read from the source: there types and numbers have their names."""
    found: dict[str, Field] = {}
    for owner in reversed(record.__mro__):
        if not issubclass(owner, msgspec.Struct) or not owner.__module__.startswith("ntsessions."):
            continue
        source = textwrap.dedent(inspect.getsource(owner))
        (definition,) = ast.parse(source).body
        assert isinstance(definition, ast.ClassDef)
        for statement, below in pairwise([*definition.body, ast.Pass()]):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                default = ast.get_source_segment(source, statement.value) if statement.value else None
                note = ""
                if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                    note = str(below.value.value)
                name = statement.target.id
                found[name] = Field(name, ast.unparse(statement.annotation), default or "", note)
    assert list(found) == list(record.__struct_fields__), record
    return list(found.values())


def field_table(record: type[msgspec.Struct]) -> str:
    """Return the fields of a call or a reply as a table."""
    text = "| field | type | default | |\n|---|---|---|---|\n"
    for field in fields_of(record):
        default = code(field.default) if field.default else ""
        text += f"| `{field.name}` | {code(field.type_name)} | {default} | {cell(field.note)} |\n"
    return text


def reply_name(spec: CallSpec) -> str:
    """Return the type of a call's answer as the source writes it."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(spec.call_type))).body
    assert isinstance(definition, ast.ClassDef)
    base = definition.bases[0]
    assert isinstance(base, ast.Subscript)
    return ast.unparse(base.slice)


def records_in(reply_type: Any) -> Iterator[type[Reply]]:
    """Yield the records that an answer is made of, outermost first."""
    if isinstance(reply_type, type) and issubclass(reply_type, Reply):
        yield reply_type
        for field in msgspec.structs.fields(reply_type):
            yield from records_in(field.type)
    for argument in get_args(reply_type):
        yield from records_in(argument)


# -- statuses


def statuses_page() -> str:
    """Return the table of all statuses."""
    text = f"# Statuses\n\n{NOTICE}| status | value | Win32 | errno | Python | HTTP | meaning |\n"
    text += "|---|---|---|---|---|---|---|\n"
    for status, row in sorted(STATUS_TABLE.items()):
        name = errno.errorcode.get(row.errno, "") if row.errno else ""
        exception = code(row.exception) if row.exception else "*(answer)*"
        text += f"| `{status.name}` | `0x{status:08X}` | {row.win32} | {name} | {exception} | {int(row.http)} "
        text += f"| {cell(row.meaning)} |\n"
    return text


# -- fidelity


def fidelity_page() -> str:
    """Return what departs from NT."""
    partial = [(noun, spec) for noun, specs in by_noun() for spec in specs if spec.fidelity is not None]
    text = f"# Fidelity\n\n{NOTICE}"
    faithful = len(CALLS) - len(partial)
    text += f"{faithful} of {len(CALLS)} calls do what NT does, as far as a program can see. The others:\n\n"
    text += "| call | differs from NT |\n|---|---|\n"
    for noun, spec in partial:
        assert spec.fidelity is not None
        text += f"| [{spec.name}](reference/calls.md#{spec.name.lower()}) ({noun}) | {cell(spec.fidelity.missing)} |\n"
    return text


# -- Markdown


def prose(record: type) -> str:
    """Return the docstring of a record as one paragraph."""
    return " ".join((inspect.getdoc(record) or "").split())


def code(text: str) -> str:
    """Return *text* as code, safe in a table."""
    return "`" + text.replace("|", "\\|") + "`"


def cell(text: str) -> str:
    """Return *text* safe in a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
