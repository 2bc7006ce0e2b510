"""Directories and symbolic links: the tree of names.

Lookups are exact; case-insensitive ones (window stations, devices, OBJ_CASE_INSENSITIVE) use an index of upper-case
names that a directory builds the first time it is asked so.  Listing costs the entries listed, not the directory.
"""

from itertools import islice
from typing import TYPE_CHECKING

from ntsessions.abi.names import upcase
from ntsessions.abi.object_types import DIRECTORY, SYMBOLIC_LINK
from ntsessions.executive.objects.object import Object

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive


class Container(Object):
    """What names stand in: a directory, or a window station, which holds nothing but desktops."""

    __slots__ = ("_upper", "children")

    is_root = False
    ignores_case = False
    """Names in it are compared without regard to case, whatever is asked for."""
    shadow: "Directory | None" = None
    """Where a name is looked up that is not here."""

    def __init__(self) -> None:
        super().__init__()
        self.children: dict[str, Object] = {}
        self._upper: dict[str, Object] | None = None

    def find(self, name: str, *, ignore_case: bool = False) -> Object | None:
        """Return the child of this name, or None."""
        found = self.children.get(name)
        if found is None and (ignore_case or self.ignores_case):
            found = self._upper_index().get(upcase(name))
        if found is None and self.shadow is not None:
            found = self.shadow.find(name, ignore_case=ignore_case)
        return found

    def _upper_index(self) -> dict[str, Object]:
        if self._upper is None:
            self._upper = {}
            for name, child in self.children.items():
                self._upper.setdefault(upcase(name), child)
        return self._upper

    def link(self, name: str, child: Object) -> None:
        """Give *child* its name here.  The name must be free."""
        self.children[name] = child
        child.name, child.parent = name, self
        if self._upper is not None:
            self._upper.setdefault(upcase(name), child)

    def unlink(self, child: Object) -> None:
        """Take the name from *child*."""
        del self.children[child.name]
        if self._upper is not None and self._upper.get(upcase(child.name)) is child:
            if self.ignores_case:
                del self._upper[upcase(child.name)]
            else:
                self._upper = None  # another spelling may be next; found again when asked
        child.parent = None

    def listing(self, start: int, count: int) -> list[Object]:
        """Return up to *count* children from the *start*-th on, in the order of creation."""
        start = min(start, len(self.children))
        return list(islice(self.children.values(), start, start + count))

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"names": str(len(self.children))}


class Directory(Container):
    """A directory of named objects."""

    __slots__ = ("boundary", "is_root", "session_stamp", "shadow")

    type = DIRECTORY

    def __init__(self) -> None:
        super().__init__()
        self.is_root = False
        self.session_stamp: int | None = None
        """Set on the global space: the session that may make sections here without a privilege (1.9)."""
        self.shadow: Directory | None = None
        """The device map of a logon session falls through to GLOBAL??."""
        self.boundary: tuple[str, ...] | None = None
        """Key in the table of private namespaces while it is linked there."""

    @property
    def path(self) -> str:
        r"""The full name; `\` for the root."""
        return "\\" if self.is_root else super().path

    def on_last_handle(self, executive: "Executive") -> None:
        """A private namespace ends with its last handle."""
        if self.boundary is not None:
            executive.private_namespaces.pop(self.boundary, None)
            self.boundary = None


class SymbolicLink(Object):
    """A link to a path; the parser follows it."""

    __slots__ = ("creation_time", "target")

    type = SYMBOLIC_LINK

    def __init__(self, target: str, creation_time: int = 0) -> None:
        super().__init__()
        self.target = target
        self.creation_time = creation_time
        """UTC; links are the one type that NT tells it for."""

    def own_cost(self) -> int:
        """Bytes that the target takes."""
        return 2 * len(self.target)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"target": self.target}
