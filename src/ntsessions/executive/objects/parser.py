r"""The path parser: from a name to the directory and the object it leads to (nt-semantics 1.4).

`Global`, `Local` and `Session` are ordinary symbolic links; nothing here knows them.  Two names are virtual: `\??` is
the device map of the caller's logon session (1.12), and a root of NAMED_OBJECTS is the caller's BaseNamedObjects.

The walk records its steps when asked to, which is how `ExplainName` answers; there is no second parser.
"""

from collections.abc import Callable
from typing import NamedTuple

from ntsessions.abi.calls.object import ResolutionStep
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import MAXIMUM_NAME_BYTES, MAXIMUM_REPARSES
from ntsessions.abi.status import NtStatus
from ntsessions.executive.objects.directory import Container, Directory, SymbolicLink
from ntsessions.executive.objects.object import Object

DEVICE_MAP = "??"
LONGEST_COUNTED_STRING = 65534
"""Bytes that the 16-bit length of a UNICODE_STRING can count."""
_SURELY_SHORT = MAXIMUM_NAME_BYTES // 4
"""So many characters fit whatever they are."""
RECORDED_STEPS = 128
"""How much of a walk is told; a path may have 16,000 components."""


class Found(NamedTuple):
    """Where a name leads: the directory that holds or would hold it, its last component, and what is there."""

    parent: Container | None
    leaf: str
    existing: Object | None


class Walk:
    """One lookup: where it starts and how it compares."""

    __slots__ = ("device_map", "ignore_case", "open_link", "reparses", "root", "steps")

    def __init__(
        self,
        root: Directory,
        device_map: Callable[[], Directory],
        *,
        ignore_case: bool = False,
        open_link: bool = False,
        steps: list[ResolutionStep] | None = None,
    ) -> None:
        self.root = root
        self.device_map = device_map
        self.ignore_case = ignore_case
        self.open_link = open_link
        self.steps = steps
        self.reparses = 0

    def resolve(self, path: str, start: Directory | None) -> Found:
        r"""Follow *path* from *start*, or from the root when that is None.

        Raises OBJECT_PATH_SYNTAX_BAD, OBJECT_NAME_INVALID, OBJECT_PATH_NOT_FOUND, OBJECT_TYPE_MISMATCH,
        NAME_TOO_LONG, or OBJECT_NAME_NOT_FOUND after 32 links.
        """
        while True:
            if len(path) > _SURELY_SHORT:
                _check_length(path, followed_links=self.reparses > 0)
            if start is None:
                start, path = self._from_root(path)
            elif path[:1] == "\\":
                raise nt_error(NtStatus.OBJECT_PATH_SYNTAX_BAD, f"{path!r} begins with a backslash below a directory")
            outcome = self._descend(start, path)
            if type(outcome) is Found:
                return outcome
            assert isinstance(outcome, str)
            path, start = outcome, None
            self.reparses += 1
            if self.reparses > MAXIMUM_REPARSES:
                raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, f"more than {MAXIMUM_REPARSES} symbolic links were met")

    def _from_root(self, path: str) -> tuple[Directory, str]:
        if path[:1] != "\\":
            raise nt_error(NtStatus.OBJECT_PATH_SYNTAX_BAD, f"{path!r} does not begin with a backslash")
        return self.root, path[1:]

    def _descend(self, here: Container, rest: str) -> Found | str:
        """Walk down; return what was found, or the path to start over with when a link was met."""
        if not rest and here.is_root:
            return Found(None, "", here)
        while True:
            component, separator, remainder = rest.partition("\\")
            if not component:
                raise nt_error(NtStatus.OBJECT_NAME_INVALID, "a component of the name is empty")
            child = here.children.get(component)
            if child is None and (self.ignore_case or here.is_root or here.shadow is not None or here.ignores_case):
                child = self._find(here, component)
            if self.steps is not None:
                self._record("look up", component, here, child)
            if isinstance(child, SymbolicLink) and (separator or not self.open_link):
                target = f"{child.target}\\{remainder}" if separator else child.target or "\\"
                self._record_link(child, target)
                if not target.startswith("\\"):
                    raise nt_error(NtStatus.OBJECT_PATH_SYNTAX_BAD, f"the link {child.path} leads to {child.target!r}")
                return target
            if not separator:
                return Found(here, component, child)
            if child is None:
                raise nt_error(NtStatus.OBJECT_PATH_NOT_FOUND, f"{component!r} is not in {here.path}")
            if not isinstance(child, Container):
                raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"{child.path} is a {child.type.name}, not a directory")
            here, rest = child, remainder

    def _find(self, here: Container, component: str) -> Object | None:
        if here.is_root and component == DEVICE_MAP:
            return self.device_map()
        return here.find(component, ignore_case=self.ignore_case)

    def _record(self, action: str, component: str, here: Container, child: Object | None) -> None:
        if self.steps is not None and len(self.steps) < RECORDED_STEPS:
            outcome = "nothing of this name" if child is None else child.type.name
            self.steps.append(ResolutionStep(action, f"{component} in {here.path}", outcome))

    def _record_link(self, link: SymbolicLink, target: str) -> None:
        if self.steps is not None and len(self.steps) < RECORDED_STEPS:
            self.steps.append(ResolutionStep("follow", link.path, target))


def _check_length(path: str, *, followed_links: bool) -> None:
    """Refuse what a counted string cannot hold, and after links what leaves no room for more (1.4)."""
    size = 2 * len(path) if path.isascii() else len(path.encode("utf-16-le", "surrogatepass"))
    if size == LONGEST_COUNTED_STRING:
        raise nt_error(NtStatus.OBJECT_NAME_INVALID, f"{size} bytes leave no room for the NUL")
    if size > (MAXIMUM_NAME_BYTES if followed_links else LONGEST_COUNTED_STRING):
        raise nt_error(NtStatus.NAME_TOO_LONG, f"{size} bytes, at most {MAXIMUM_NAME_BYTES}")


def status_of(error: NtError | None, found: Found | None) -> NtStatus:
    """Return what an open would meet: the parser's error, NOT_FOUND, or SUCCESS."""
    if error is not None:
        return error.status
    return NtStatus.SUCCESS if found is not None and found.existing is not None else NtStatus.OBJECT_NAME_NOT_FOUND
