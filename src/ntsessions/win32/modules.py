"""Letting `import win32event` find our module: a meta path finder, and the directory of pywin32's own constants.

`install` is called for a script that asked for it (`nts python`), and by `startup/sitecustomize.py` for the Python
programs that such a script starts; nothing else changes what a Python program imports.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from ntsessions.win32.surface import MODULES

PROVIDED = frozenset(
    {
        "mmapfile", "pywintypes", "timer", "win32api", "win32clipboard", "win32event", "win32gui", "win32job",
        "win32process", "win32security", "win32service",
    }
)  # fmt: skip
"""Modules of pywin32 that are ours."""

PACKAGES = frozenset({"win32", "win32.lib"})
"""`from win32 import win32api` and `from win32.lib import win32con` work with pywin32, too."""

CONSTANTS = Path(sys.prefix, "share", "ntsessions", "pywin32", "lib")
"""Where `make setup` puts win32con, winerror and the other modules that only have numbers."""

STARTUP = Path(__file__).with_name("startup")
CHILDREN_VARIABLE = "NTSESSIONS_PYWIN32"
"""Set for the children of a script, so that a Python among them finds the same modules."""


class _Ours(Loader):
    """Gives a module of ours out under pywin32's name."""

    def __init__(self, name: str) -> None:
        self._name = f"ntsessions.win32.{name}"

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # it was executed under its own name, and keeps that


class _Package(Loader):
    """An empty package, for the names inside it."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        return None


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in PACKAGES:
            return ModuleSpec(fullname, _Package(), is_package=True)
        package, _, name = fullname.rpartition(".")
        if package and package not in PACKAGES:
            return None
        if name in PROVIDED:
            return ModuleSpec(fullname, _Ours(name))
        if package:
            return PathFinder.find_spec(name, [str(CONSTANTS)])
        return None


class _Explainer(MetaPathFinder):
    """Comes last: says of pywin32's other modules that it is not a mistake of the script that they are missing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in MODULES:
            raise ModuleNotFoundError(f"pywin32's {fullname} is not provided by ntsessions", name=fullname)
        return None


def install() -> None:
    """Make pywin32's modules importable in this process; harmless when they are already."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _Finder())
    sys.meta_path.append(_Explainer())
    sys.path.append(str(CONSTANTS))


def install_for_children() -> None:
    """Make them importable in the Python programs that this process will start."""
    os.environ[CHILDREN_VARIABLE] = "1"
    path = os.environ.get("PYTHONPATH", "")
    if str(STARTUP) not in path.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(STARTUP), path)))
