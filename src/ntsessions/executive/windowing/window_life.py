"""Making and destroying windows (nt-semantics 7.2, 7.3, 8.6)."""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.hook import WH_CBT, WH_SHELL
from ntsessions.abi.calls.message import HOOKED, WM_DESTROY, WM_NCDESTROY, Message
from ntsessions.abi.calls.window import WS_VISIBLE
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing import clipboard, heap_view, hot_key
from ntsessions.executive.windowing.activation import shown, windows_went
from ntsessions.executive.windowing.answers import forget_windows
from ntsessions.executive.windowing.connection import allocate, exhausted
from ntsessions.executive.windowing.delivery import message_time, tell
from ntsessions.executive.windowing.hook import (
    HCBT_CREATEWND,
    HCBT_DESTROYWND,
    HSHELL_WINDOWCREATED,
    HSHELL_WINDOWDESTROYED,
)
from ntsessions.executive.windowing.menu import Menu, destroy_menu
from ntsessions.executive.windowing.messages import post_to
from ntsessions.executive.windowing.placement import link, set_rectangle, unlink
from ntsessions.executive.windowing.window import Window, family
from ntsessions.executive.windowing.window_class import ClassClone, drop_clone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ntsessions.abi.calls.window import CreateWindow
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.gui import GuiThread
    from ntsessions.executive.windowing.window_class import WindowClass

_32_BITS: Final = 0xFFFFFFFF
_64_BITS: Final = (1 << 64) - 1


def clone_class(executive: "Executive", window_class: "WindowClass", desktop: "Desktop") -> ClassClone:
    """Let a class be on a desktop where it is not yet.  Raises NO_MEMORY."""
    sizes = executive.profile.user_object_sizes
    name = len(heap_view.encode_text(window_class.menu_name)) // 2 * sizes.window_character
    offset = allocate(executive, desktop, sizes.class_ + window_class.class_extra + name)
    clone = desktop.class_clones[window_class.key] = ClassClone(window_class, offset)
    return clone


def create_window(
    executive: "Executive",
    caller: "Thread",
    gui: "GuiThread",
    call: "CreateWindow",
    window_class: "WindowClass",
    *,
    parent: Window | None,
    owner: Window | None,
    is_message_only: bool,
) -> Window:
    """Make a window on the caller's desktop.  Raises NO_MEMORY and NO_MORE_USER_HANDLES, and leaves nothing behind."""
    desktop = gui.desktop
    sizes = executive.profile.user_object_sizes
    window = Window(caller, desktop, window_class, call.style & _32_BITS, call.extended_style & _32_BITS)
    clone = desktop.class_clones.get(window_class.key) or clone_class(executive, window_class, desktop)
    clone.windows += 1
    window_class.windows += 1
    text = call.text
    take = desktop.heap.allocate  # without `allocate` around it, whose frames are felt here
    size = sizes.window + window_class.window_extra
    try:
        window.offset = take(size)
        if text:
            window.text = text
            size = _text_units(text) * sizes.window_character
            window.text_offset = take(size)
        handle = caller.process.session.windowing.handles.add(window)
    except NtError as error:
        if window.text_offset:
            desktop.heap.free(window.text_offset)
        if window.offset:
            desktop.heap.free(window.offset)
        drop_clone(desktop, window_class)
        if error.status is NtStatus.NO_MEMORY:
            raise exhausted(executive, desktop, size, error) from None
        raise
    gui.windows[handle] = window
    desktop.window_count += 1
    window.menu = call.menu
    window.module = call.module & _64_BITS
    window.parent = parent
    if owner is not None:
        window.owner = owner
        if owner.owned is None:
            owner.owned = {}
        owner.owned[window] = None
    link(window, is_message_only=is_message_only)
    if call.left or call.top or call.width or call.height or parent is not None:
        set_rectangle(window, call.left, call.top, call.width, call.height)
    if desktop.heap.region is not None:
        heap_view.show_text(window)
        heap_view.show(window)
    if desktop.hooks:
        _tell(executive, window, HCBT_CREATEWND, HSHELL_WINDOWCREATED)
    if window.style & WS_VISIBLE and parent is None and not is_message_only:
        shown(executive, window)
    return window


def _text_units(text: str) -> int:
    return len(text) if text.isascii() else len(heap_view.encode_text(text)) // 2


def _allocate_text(executive: "Executive", desktop: "Desktop", text: str) -> int:
    return allocate(executive, desktop, _text_units(text) * executive.profile.user_object_sizes.window_character)


def set_text(executive: "Executive", window: Window, text: str) -> None:
    """Give a window another text.  Raises NO_MEMORY, and then it keeps the one it has."""
    desktop = window.desktop
    offset = _allocate_text(executive, desktop, text) if text else 0
    old = window.text_offset
    window.text, window.text_offset = text, offset
    heap_view.show_text(window)
    heap_view.show(window)
    if old:
        desktop.heap.free(old)


def _tell(executive: "Executive", window: Window, cbt: int, shell: int) -> None:
    hooks = window.desktop.hooks
    if WH_CBT in hooks:
        tell(executive, WH_CBT, window.thread, Message(HOOKED, window.handle, cbt, time=message_time(executive)))
    if WH_SHELL in hooks and window.owner is None and window in window.desktop.top_level:
        tell(executive, WH_SHELL, window.thread, Message(HOOKED, window.handle, shell, time=message_time(executive)))


# -- destroying


def destroy_windows(executive: "Executive", windows: list[Window], by: "Thread") -> list[Window]:
    """Destroy windows of a thread, what is in them, and what these own; returns them, in the order of `family`.

    Other threads whose windows go are told with WM_DESTROY and WM_NCDESTROY.
    """
    gone = family(windows)
    desktop = windows[0].desktop
    has_hooks = bool(desktop.hooks)
    for item in reversed(gone):  # what is inside goes first
        if has_hooks:
            _tell(executive, item, HCBT_DESTROYWND, HSHELL_WINDOWDESTROYED)
        clipboard.window_destroyed(executive, item)
        _take_down(item)
    if desktop.hot_keys:
        handles = {item.handle for item in gone}
        hot_key.take_back(desktop, lambda one: one.window in handles)
    windows_went(desktop, gone)
    _forget_messages(executive, gone)
    for item in gone:
        if item.thread is not by:
            post_to(executive, item, WM_DESTROY)
            post_to(executive, item, WM_NCDESTROY)
    return list(gone)


def _take_down(window: Window) -> None:
    """Take one window, which has no children left, out of everything."""
    desktop = window.desktop
    handles = window.process.session.windowing.handles
    owner = window.owner
    if owner is not None and owner.owned is not None:
        del owner.owned[window]
        if not owner.owned:
            owner.owned = None
    unlink(window)
    if window.menu and not window.is_child:
        menu = handles.find(window.menu, Menu)
        if menu is not None and menu.process is window.process and menu.desktop is desktop:
            destroy_menu(menu)
    gui = window.thread.gui
    assert gui is not None, "a thread's windows end before it is detached"
    del gui.windows[window.handle]
    desktop.window_count -= 1
    handles.remove(window)
    if desktop.heap.region is not None:
        heap_view.hide(window)
    if window.text_offset:
        desktop.heap.free(window.text_offset)
    desktop.heap.free(window.offset)
    drop_clone(desktop, window.window_class)


def _forget_messages(executive: "Executive", gone: "Iterable[Window]") -> None:
    by_queue: dict[Thread, set[int]] = {}
    for window in gone:
        by_queue.setdefault(window.thread, set()).add(window.handle)
    for thread, handles in by_queue.items():
        assert thread.gui is not None
        forget_windows(executive, thread.gui.queue, handles)
