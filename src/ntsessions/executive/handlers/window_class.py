"""Handlers of the window class calls (nt-semantics 7.3)."""

from ntsessions.abi.calls.window_class import (
    CS_GLOBALCLASS,
    ClassInformation,
    QueryClass,
    RegisterClass,
    UnregisterClass,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.gui import GuiProcess
from ntsessions.executive.windowing.session_windowing import SessionWindowing
from ntsessions.executive.windowing.window_class import (
    EVERY_MODULE,
    WindowClass,
    atom_of,
    find_class,
    forget_class,
    module_key,
)
from ntsessions.executive.windowing.window_life import clone_class


@handles(RegisterClass)
def register_class(executive: Executive, caller: Thread, call: RegisterClass) -> int:
    """Register a class for the calling process."""
    gui = gui_thread(executive, caller)
    windowing, process = _of(caller)
    atom = atom_of(windowing, call.name)
    module = EVERY_MODULE if call.style & CS_GLOBALCLASS else module_key(call.module)
    if atom is not None and (atom, module) in process.classes:
        raise nt_error(NtStatus.CLASS_ALREADY_EXISTS, f"{call.name!r}")
    if atom is None:
        atom = windowing.user_atoms.add(call.name)
    try:
        name = windowing.user_atoms.name_of(atom)
    except NtError as error:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{call.name} is no atom of the session") from error
    made = WindowClass(executive.new_key(), name, atom, call.style, call.class_extra, call.window_extra)
    made.module = module_key(call.module)
    made.menu_name = call.menu_name
    clone_class(executive, made, gui.desktop)
    made.home = gui.desktop
    process.classes[atom, module] = made
    return atom


@handles(UnregisterClass)
def unregister_class(executive: Executive, caller: Thread, call: UnregisterClass) -> None:
    """Take a class back."""
    gui_thread(executive, caller)
    windowing, process = _of(caller)
    atom = atom_of(windowing, call.name)
    keys = () if atom is None else ((atom, module_key(call.module)), (atom, EVERY_MODULE))
    for key in keys:
        found = process.classes.get(key)
        if found is None:
            continue
        if found.windows:
            raise nt_error(NtStatus.CLASS_HAS_WINDOWS, f"{found.name}: {found.windows}")
        del process.classes[key]
        forget_class(found)
        return
    raise nt_error(NtStatus.CLASS_DOES_NOT_EXIST, f"{call.name!r}")


@handles(QueryClass)
def query_class(executive: Executive, caller: Thread, call: QueryClass) -> ClassInformation:
    """Read a class."""
    gui_thread(executive, caller)
    windowing, process = _of(caller)
    found = find_class(windowing, process, atom_of(windowing, call.name), call.module)
    if found is None:
        raise nt_error(NtStatus.CLASS_DOES_NOT_EXIST, f"{call.name!r}")
    return ClassInformation(
        name=found.name,
        atom=found.atom,
        style=found.style,
        class_extra=found.class_extra,
        window_extra=found.window_extra,
        module=found.module,
        menu_name=found.menu_name,
        is_system=found.is_system,
    )


def _of(caller: Thread) -> tuple[SessionWindowing, GuiProcess]:
    process = caller.process
    assert process.gui is not None, "it was connected by now"
    return process.session.windowing, process.gui
