r"""Walking the name space over a connection: listing directories, drawing trees, describing objects."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ntsessions.abi.calls.object import (
    DescribeObject,
    DirectoryEntry,
    ObjectDetails,
    OpenDirectory,
    OpenSymbolicLink,
    QueryDirectory,
    QuerySymbolicLink,
)
from ntsessions.abi.errors import NtError
from ntsessions.abi.names import base_named_objects
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.client.connection import Connection

SEPARATOR = "\\"


@dataclass
class Node:
    """A name of a tree."""

    name: str
    type: str
    target: str = ""
    """Where a symbolic link leads."""
    refusal: str = ""
    """Why what is below or behind it could not be read."""
    below: "list[Node]" = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Draw this name and what is below it."""
        yield self._text()
        yield from self._below("")

    def _below(self, indent: str) -> Iterator[str]:
        for node in self.below:
            is_last = node is self.below[-1]
            yield f"{indent}{'└── ' if is_last else '├── '}{node._text()}"  # noqa: SLF001 - one of the same
            yield from node._below(indent + ("    " if is_last else "│   "))  # noqa: SLF001 - as above

    def _text(self) -> str:
        arrow = f" -> {self.target}" if self.target else ""
        refusal = f" ({self.refusal})" if self.refusal else ""
        return f"{self.name}{arrow}  [{self.type}]{refusal}"

    def record(self) -> dict[str, object]:
        """Return what JSON tells of it."""
        found: dict[str, object] = {"name": self.name, "type": self.type}
        if self.target:
            found["target"] = self.target
        if self.refusal:
            found["refusal"] = self.refusal
        if self.type == "Directory":
            found["below"] = [node.record() for node in self.below]
        return found


class Namespace:
    """The tree of names, seen from a session (None: the caller's own)."""

    def __init__(self, connection: Connection, session: int | None) -> None:
        self._connection = connection
        self._session = session

    def place(self, name: str) -> tuple[str, int]:
        """Return name and root directory for the calls that open what a person calls *name*."""
        if name.startswith(SEPARATOR):
            return name, 0
        if self._session is None:
            return name, NAMED_OBJECTS
        return f"{base_named_objects(self._session)}{SEPARATOR}{name}", 0

    def entries(self, path: str, root: int = 0) -> list[DirectoryEntry]:
        """Return what is in a directory."""
        handle = self._connection.call(OpenDirectory(path, root))
        try:
            found: list[DirectoryEntry] = []
            context = 0
            while True:
                part = self._connection.call(QueryDirectory(handle, context))
                found += part.entries
                context = part.context
                if not context:
                    return found
        finally:
            self._connection.post_close(handle)

    def describe(self, name: str) -> ObjectDetails:
        """Return everything that is told of an object."""
        path, root = self.place(name)
        return self._connection.call(DescribeObject(path, root))

    def tree(self, name: str, depth: int) -> Node:
        """Return a directory with what is below it; what may not be read says so in its place."""
        path, root = self.place(name)
        top = Node(name, "Directory")
        self._fill(top, path, root, depth)
        return top

    def _fill(self, node: Node, path: str, root: int, depth: int) -> None:
        for entry in sorted(self.entries(path, root), key=lambda one: one.name.casefold()):
            below = Node(entry.name, entry.type)
            node.below.append(below)
            inner = path.rstrip(SEPARATOR) + SEPARATOR + entry.name
            try:
                if entry.type == "SymbolicLink":
                    below.target = self._target(inner, root)
                elif entry.type == "Directory" and depth > 1:
                    self._fill(below, inner, root, depth - 1)
            except NtError as error:
                below.refusal = error.status.name  # it went meanwhile, or is not for the caller to read

    def _target(self, path: str, root: int) -> str:
        handle = self._connection.call(OpenSymbolicLink(path, root))
        try:
            return self._connection.call(QuerySymbolicLink(handle))
        finally:
            self._connection.post_close(handle)
