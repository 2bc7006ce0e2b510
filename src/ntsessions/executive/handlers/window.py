"""Handlers of the window calls (nt-semantics 7.1, 7.2); those about input are in `window_input`."""

from ntsessions.abi.access import DESKTOP_CREATEWINDOW, DESKTOP_READOBJECTS, PROCESS_QUERY_INFORMATION
from ntsessions.abi.calls import window as abi
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.processes.process import Process
from ntsessions.executive.windowing import activation, heap_view, listing, placement, scope, window_values
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.gui import GuiThread
from ntsessions.executive.windowing.menu import Menu
from ntsessions.executive.windowing.window import Window, front_to_back
from ntsessions.executive.windowing.window_class import atom_of, find_class
from ntsessions.executive.windowing.window_life import create_window, destroy_windows, set_text

_32_BITS = 0xFFFFFFFF
MESSAGE_PARENT = abi.HWND_MESSAGE & _32_BITS
KIND = abi.WS_CHILD | abi.WS_POPUP
SWP_NOSIZE, SWP_NOMOVE, SWP_NOZORDER, SWP_SHOWWINDOW, SWP_HIDEWINDOW = 0x1, 0x2, 0x4, 0x40, 0x80
GR_USEROBJECTS, GR_USEROBJECTS_PEAK = 1, 4
GR_KINDS = (0, GR_USEROBJECTS, 2, GR_USEROBJECTS_PEAK)


@handles(abi.CreateWindow)
def create(executive: Executive, caller: Thread, call: abi.CreateWindow) -> int:
    """Create a window."""
    gui = caller.gui or gui_thread(executive, caller)
    scope.require_right(caller, gui, DESKTOP_CREATEWINDOW)
    process = caller.process
    windowing = process.session.windowing
    assert process.gui is not None
    found = find_class(windowing, process.gui, atom_of(windowing, call.class_name), call.module)
    if found is None:
        raise nt_error(NtStatus.CANNOT_FIND_WND_CLASS, f"{call.class_name!r}")
    is_child = call.style & KIND == abi.WS_CHILD
    above: Window | None = None
    is_message_only = False
    if call.parent:
        is_message_only = call.parent & _32_BITS == MESSAGE_PARENT
        if not is_message_only:
            above = scope.changeable(executive, caller, gui, call.parent)
    elif is_child:
        raise nt_error(NtStatus.TLW_WITH_WSCHILD, "WS_CHILD without a parent")
    if call.menu and not is_child:
        _menu_of(caller, gui, call.menu)
    return create_window(
        executive, caller, gui, call, found,
        parent=above if is_child else None,
        owner=None if is_child or above is None else above.root,
        is_message_only=is_message_only,
    ).handle  # fmt: skip


def _menu_of(caller: Thread, gui: GuiThread, handle: int) -> Menu:
    """Return a menu of the calling process that a window of it can have."""
    menu = caller.process.session.windowing.handles.find(handle, Menu)
    if menu is None or menu.process is not caller.process or menu.desktop is not gui.desktop:
        raise nt_error(NtStatus.INVALID_MENU_HANDLE, f"{handle & _32_BITS:#x}")
    return menu


@handles(abi.DestroyWindow)
def destroy(executive: Executive, caller: Thread, call: abi.DestroyWindow) -> tuple[int, ...]:
    """Destroy a window of the calling thread."""
    gui = caller.gui or gui_thread(executive, caller)
    window = scope.threads_own(caller, gui, call.window)
    return tuple([gone.handle for gone in destroy_windows(executive, [window], caller)])


@handles(abi.QueryWindow)
def query(executive: Executive, caller: Thread, call: abi.QueryWindow) -> abi.WindowInformation:
    """Read the facts of a window."""
    window = scope.readable(caller, gui_thread(executive, caller), call.window)
    parent, owner, window_class = window.parent, window.owner, window.window_class
    return abi.WindowInformation(
        handle=window.handle,
        class_name=window_class.name,
        class_atom=window_class.atom,
        style=window.style,
        extended_style=window.extended_style,
        left=window.left,
        top=window.top,
        right=window.left + window.width,
        bottom=window.top + window.height,
        parent=0 if parent is None else parent.handle,
        owner=0 if owner is None else owner.handle,
        menu=window.menu,
        process_id=window.process.process_id,
        thread_id=window.thread.thread_id,
        user_data=window.user_data,
        desktop=window.desktop.full_name,
        is_message_only=window.is_message_only,
    )


@handles(abi.IsWindow)
def is_window(executive: Executive, caller: Thread, call: abi.IsWindow) -> bool:
    """Tell whether a handle names a window."""
    gui_thread(executive, caller)
    return scope.find_window(caller, call.window) is not None


# -- text and values


@handles(abi.SetWindowText)
def set_window_text(executive: Executive, caller: Thread, call: abi.SetWindowText) -> None:
    """Set the text of a window of the calling process."""
    window = scope.own(caller, gui_thread(executive, caller), call.window)
    set_text(executive, window, call.text)


@handles(abi.GetWindowText)
def get_window_text(executive: Executive, caller: Thread, call: abi.GetWindowText) -> str:
    """Read a window's text."""
    return scope.readable(caller, gui_thread(executive, caller), call.window).text


@handles(abi.SetWindowLong)
def set_window_long(executive: Executive, caller: Thread, call: abi.SetWindowLong) -> int:
    """Set a value of a window."""
    window = scope.own(caller, gui_thread(executive, caller), call.window)
    before = window_values.set_value(window, call.index, call.value, is_pointer=call.is_pointer)
    heap_view.show(window)
    return before


@handles(abi.GetWindowLong)
def get_window_long(executive: Executive, caller: Thread, call: abi.GetWindowLong) -> int:
    """Read a value of a window."""
    window = scope.readable(caller, gui_thread(executive, caller), call.window)
    return window_values.get_value(window, call.index, is_pointer=call.is_pointer)


# -- place


@handles(abi.SetWindowPos)
def set_window_pos(executive: Executive, caller: Thread, call: abi.SetWindowPos) -> None:
    """Move, size, show or hide a window, or change what it stands behind."""
    gui = gui_thread(executive, caller)
    window = scope.changeable(executive, caller, gui, call.window)
    flags = call.flags
    after: int | Window = call.after & _32_BITS
    if not flags & SWP_NOZORDER:
        if after not in (placement.HWND_TOP, placement.HWND_BOTTOM, placement.HWND_TOPMOST, placement.HWND_NOTOPMOST):
            after = _sibling(caller, gui, window, call.after)
        if after is not window:
            placement.place(window, after)
    left, top, width, height = window.left, window.top, window.width, window.height
    if not flags & SWP_NOMOVE:
        left, top = placement.signed(call.left), placement.signed(call.top)
        if window.parent is not None:
            left, top = left + window.parent.left, top + window.parent.top
    if not flags & SWP_NOSIZE:
        width, height = placement.signed(call.width), placement.signed(call.height)
    placement.move(window, left, top, width, height)
    if flags & SWP_HIDEWINDOW:
        window.style &= ~abi.WS_VISIBLE
        activation.windows_went(gui.desktop, (window,))
    elif flags & SWP_SHOWWINDOW and not window.style & abi.WS_VISIBLE:
        window.style |= abi.WS_VISIBLE
        if window in gui.desktop.top_level:
            activation.shown(executive, window)
    heap_view.show(window)


def _sibling(caller: Thread, gui: GuiThread, window: Window, handle: int) -> Window:
    other = scope.on_desktop(caller, gui, handle)
    if other.parent is not window.parent or other.is_message_only is not window.is_message_only:
        raise nt_error(NtStatus.INVALID_WINDOW_HANDLE, f"{other.handle:#x} is not beside {window.handle:#x}")
    return other


@handles(abi.EnableWindow)
def enable(executive: Executive, caller: Thread, call: abi.EnableWindow) -> bool:
    """Let a window take input or not."""
    window = scope.changeable(executive, caller, gui_thread(executive, caller), call.window)
    was_disabled = bool(window.style & abi.WS_DISABLED)
    window.style = window.style & ~abi.WS_DISABLED if call.enable else window.style | abi.WS_DISABLED
    heap_view.show(window)
    return was_disabled


@handles(abi.SetParent)
def set_parent(executive: Executive, caller: Thread, call: abi.SetParent) -> int:
    """Put a window into another one, at the same place of it."""
    gui = gui_thread(executive, caller)
    window = scope.own(caller, gui, call.child)
    is_message_only = call.parent & _32_BITS == MESSAGE_PARENT
    parent = None
    if call.parent and not is_message_only:
        parent = scope.changeable(executive, caller, gui, call.parent)
        if parent.is_in(window):
            raise nt_error(NtStatus.INVALID_PARAMETER, f"{parent.handle:#x} is in {window.handle:#x}")
    before = window.parent
    left, top = window.left, window.top
    if before is not None:
        left, top = left - before.left, top - before.top
    if parent is not None:
        left, top = left + parent.left, top + parent.top
    placement.unlink(window)
    window.parent = parent
    placement.link(window, is_message_only=is_message_only)
    if window not in gui.desktop.top_level:
        activation.windows_went(gui.desktop, (window,))
    placement.move(window, left, top, window.width, window.height)
    heap_view.show(window)
    return 0 if before is None else before.handle


# -- lists


@handles(abi.ListWindows)
def list_windows(executive: Executive, caller: Thread, call: abi.ListWindows) -> tuple[int, ...]:
    """List windows."""
    gui = caller.gui or gui_thread(executive, caller)
    if bool(call.desktop) + bool(call.parent) + bool(call.thread_id) > 1:
        raise nt_error(NtStatus.INVALID_PARAMETER, "a desktop, a parent or a thread")
    if call.desktop:
        found = listing.of_desktop(caller.reference(call.desktop, Desktop, DESKTOP_READOBJECTS))
        return listing.page(_nameable(caller, found), call.after)
    scope.require_right(caller, gui, DESKTOP_READOBJECTS)
    if call.thread_id:
        found = _windows_of_thread(executive, caller, gui, call.thread_id)
    elif call.parent:
        found = listing.inside(_children(caller, gui, call.parent))
    else:
        found = listing.of_desktop(gui.desktop)
    return listing.page(_nameable(caller, found), call.after)


def _nameable(caller: Thread, found: list[int]) -> list[int]:
    """Return those handles that the caller can use: a job may leave it with its own (2.7)."""
    if not caller.process.jobs:
        return found
    return [handle for handle in found if scope.find_window(caller, handle) is not None]


def _windows_of_thread(executive: Executive, caller: Thread, gui: GuiThread, thread_id: int) -> list[int]:
    """Return the top-level windows of a thread; none when it is on another desktop."""
    thread = executive.threads_by_id.get(thread_id)
    if thread is None or thread.process.session is not caller.process.session:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"thread {thread_id}")
    return [] if thread.gui is None or thread.gui.desktop is not gui.desktop else listing.of_thread(thread.gui)


def _children(caller: Thread, gui: GuiThread, parent: int) -> list[Window]:
    """Return what is in a window, on the desktop, or only for messages; front to back."""
    if parent & _32_BITS == MESSAGE_PARENT:
        return list(reversed(gui.desktop.message_only))
    return list(front_to_back(gui.desktop, scope.on_desktop(caller, gui, parent) if parent else None))


@handles(abi.FindWindow)
def find(executive: Executive, caller: Thread, call: abi.FindWindow) -> int:
    """Find a window by class and text."""
    gui = gui_thread(executive, caller)
    scope.require_right(caller, gui, DESKTOP_READOBJECTS)
    atom = None
    if call.class_name is not None:
        atom = atom_of(caller.process.session.windowing, call.class_name)
        if atom is None:
            raise nt_error(NtStatus.CANNOT_FIND_WND_CLASS, f"{call.class_name!r}")
    after = scope.on_desktop(caller, gui, call.after) if call.after else None
    windows = scope.nameable(caller, _children(caller, gui, call.parent))
    return listing.search(windows, after, atom, call.text)


@handles(abi.GetRelatedWindow)
def get_related(executive: Executive, caller: Thread, call: abi.GetRelatedWindow) -> int:
    """Return a window by its relation to another."""
    window = scope.readable(caller, gui_thread(executive, caller), call.window)
    other = listing.related(window, call.relation)
    return 0 if other is None else other.handle


# -- quota


@handles(abi.GetGuiResources)
def get_gui_resources(executive: Executive, caller: Thread, call: abi.GetGuiResources) -> int:
    """Count USER objects."""
    if call.kind not in GR_KINDS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"kind {call.kind}")
    if call.process == abi.GR_GLOBAL:
        counted = caller.process.session.windowing.handles
        count, peak = counted.count, counted.peak
    else:
        gui = caller.reference(call.process, Process, PROCESS_QUERY_INFORMATION).gui
        count, peak = (0, 0) if gui is None else (gui.user_objects, gui.user_objects_peak)
    return {GR_USEROBJECTS: count, GR_USEROBJECTS_PEAK: peak}.get(call.kind, 0)
