"""Window classes (nt-semantics 7.3): the system's, which every process has, and those a process registers for itself.

A class is a record of its process; what it takes is charged to the heap of each desktop that has windows of it, as a
*clone*.  A registered class has one on the desktop that it was registered on even without windows.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.window_class import CONTROL_CLASSES, CS_GLOBALCLASS, SYSTEM_CLASSES
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus

if TYPE_CHECKING:
    from ntsessions.abi.calls.window_class import ClassName
    from ntsessions.executive.windowing.atoms import AtomTable
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.gui import GuiProcess
    from ntsessions.executive.windowing.session_windowing import SessionWindowing

EVERY_MODULE: Final = -1
"""Stands for the module in the key of a class that every module of the process may use."""
LONGEST_NAME: Final = 255
LARGEST_ATOM: Final = 0xFFFF
_DIALOG: Final = "#32770"
_DIALOG_EXTRA: Final = 48
"""DLGWINDOWEXTRA of 64-bit programs: result, procedure, user data."""
_ADDRESS: Final = (1 << 64) - 1


class WindowClass:
    """A class."""

    __slots__ = ("atom", "class_extra", "home", "is_system", "key", "menu_name", "module", "name", "style",
                 "window_extra", "windows")  # fmt: skip

    def __init__(
        self, key: int, name: str, atom: int, style: int = 0, class_extra: int = 0, window_extra: int = 0
    ) -> None:
        self.key = key
        """Names one class of the session; clones are found by it."""
        self.name = name
        self.atom = atom
        self.style = style
        self.class_extra = class_extra
        self.window_extra = window_extra
        self.module = 0
        self.menu_name = ""
        self.is_system = False
        self.windows = 0
        """How many there are, on all desktops."""
        self.home: Desktop | None = None
        """Where it was registered, and has a clone for as long as it is; None for a system class, and when that
        desktop is gone."""


class ClassClone:
    """What a class takes on one desktop."""

    __slots__ = ("offset", "window_class", "windows")

    def __init__(self, window_class: WindowClass, offset: int) -> None:
        self.window_class = window_class
        self.offset = offset
        self.windows = 0
        """Windows of the class on this desktop."""


def make_system_classes(atoms: "AtomTable") -> dict[int, WindowClass]:
    """Return the classes of a session that every process has, by atom; their keys are negative."""
    named = {**SYSTEM_CLASSES, **{name: atoms.add(name) for name in CONTROL_CLASSES}}
    classes: dict[int, WindowClass] = {}
    for number, (name, atom) in enumerate(named.items(), 1):
        made = classes[atom] = WindowClass(-number, name, atom, CS_GLOBALCLASS)
        made.is_system = True
        if name == _DIALOG:
            made.window_extra = _DIALOG_EXTRA
    return classes


def atom_of(windowing: "SessionWindowing", name: "ClassName") -> int | None:
    """Return the atom of a class name, None when the session knows none.  Raises INVALID_PARAMETER."""
    if isinstance(name, int):
        if 0 < name <= LARGEST_ATOM:
            return name
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{name} is no atom")
    if 0 < len(name) <= LONGEST_NAME:
        return windowing.user_atoms.find(name)
    raise nt_error(NtStatus.INVALID_PARAMETER, f"a class name of {len(name)} characters, 1 to {LONGEST_NAME} can be")


def module_key(module: int) -> int:
    """Return a module's address as keys have it, whatever sign it came with."""
    return module & _ADDRESS


def find_class(
    windowing: "SessionWindowing", process: "GuiProcess", atom: int | None, module: int
) -> WindowClass | None:
    """Return the class that a module would get: its own, else one of every module, else the system's."""
    if atom is None:
        return None
    registered = process.classes
    if registered:
        found = registered.get((atom, module & _ADDRESS)) or registered.get((atom, EVERY_MODULE))
        if found is not None:
            return found
    return windowing.system_classes.get(atom)


def drop_clone(desktop: "Desktop", window_class: WindowClass) -> None:
    """A window less: its class leaves a desktop with the last one, unless it was registered there."""
    window_class.windows -= 1
    clone = desktop.class_clones[window_class.key]
    clone.windows -= 1
    if not clone.windows and window_class.home is not desktop:
        del desktop.class_clones[window_class.key]
        desktop.heap.free(clone.offset)


def forget_class(window_class: WindowClass) -> None:
    """Take back what an unregistered class has on the desktop it was registered on; it has no windows any more."""
    assert not window_class.is_system, "those stay"
    home = window_class.home
    if home is None:
        return
    window_class.home = None
    clone = home.class_clones.pop(window_class.key)
    home.heap.free(clone.offset)
