"""What goes with a thread: windows, hooks, timers, messages; and with a process: menus, classes (nt-semantics 7.1)."""

from typing import TYPE_CHECKING

from ntsessions.executive.windowing import hot_key
from ntsessions.executive.windowing.activation import detach_all
from ntsessions.executive.windowing.answers import end_queue
from ntsessions.executive.windowing.hook import remove_hook
from ntsessions.executive.windowing.menu import destroy_menu
from ntsessions.executive.windowing.window_class import forget_class
from ntsessions.executive.windowing.window_life import destroy_windows

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.thread import Thread


def thread_ended(executive: "Executive", thread: "Thread") -> None:
    """Destroy the windows and hooks of a thread that is attached, and answer who waits for it."""
    gui = thread.gui
    assert gui is not None
    for hook in list(gui.hooks.values()):
        remove_hook(hook)
    if gui.windows:
        destroy_windows(executive, list(gui.windows.values()), thread)
    for hooks in list(gui.desktop.hooks.values()):
        for hook in [hook for hook in hooks if hook.target is thread]:
            remove_hook(hook)
    hot_key.thread_left(gui.desktop, thread)
    detach_all(thread)
    end_queue(executive, gui.queue)


def process_ended(executive: "Executive", process: "Process") -> None:  # noqa: ARG001 - as its sister
    """Destroy the menus and classes of a process that is connected; its threads have ended."""
    gui = process.gui
    assert gui is not None
    for menu in list(gui.menus.values()):
        if menu.handle in gui.menus:  # and was not below one of those before it
            destroy_menu(menu)
    for window_class in gui.classes.values():
        forget_class(window_class)
    gui.classes.clear()
