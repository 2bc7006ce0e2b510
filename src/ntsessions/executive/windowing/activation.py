"""Who is in front: a desktop's foreground window, and the active window and focus of threads (nt-semantics 6.7).

Threads that are attached to each other (AttachThreadInput) have the same active window and focus: a change of one is a
change of all.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.hook import WH_CBT, WH_SHELL
from ntsessions.abi.calls.message import HOOKED, Message
from ntsessions.abi.calls.window import WS_VISIBLE
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import ATTACHED_PER_THREAD
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.delivery import message_time, tell
from ntsessions.executive.windowing.hook import HCBT_ACTIVATE, HSHELL_WINDOWACTIVATED
from ntsessions.executive.windowing.placement import HWND_TOP, place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.gui import GuiThread
    from ntsessions.executive.windowing.window import Window


def sharing(thread: "Thread") -> "list[GuiThread]":
    """Return what windowing keeps of a thread and of those that it shares its input with."""
    gui = thread.gui
    assert gui is not None
    if not gui.attached:
        return [gui]
    found = {thread: None}
    for one in (order := [thread]):  # which grows while it is walked
        assert one.gui is not None, "who ends is attached to nobody any more"
        for other in one.gui.attached:
            if other not in found and other.gui is not None and other.gui.desktop is gui.desktop:
                found[other] = None
                order.append(other)
    return [one.gui for one in found if one.gui is not None]


def attach(thread: "Thread", to: "Thread") -> None:
    """Let two threads share their input from now on: *thread* takes what the other has.  Raises QUOTA_EXCEEDED."""
    assert thread.gui is not None
    assert to.gui is not None
    if max(len(thread.gui.attached), len(to.gui.attached)) >= ATTACHED_PER_THREAD:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"a thread shares its input with {ATTACHED_PER_THREAD} others directly")
    active, focus = to.gui.active, to.gui.focus
    thread.gui.attached[to] = thread.gui.attached.get(to, 0) + 1
    to.gui.attached[thread] = to.gui.attached.get(thread, 0) + 1
    for gui in sharing(thread):
        gui.active, gui.focus = active, focus


def detach(thread: "Thread", to: "Thread") -> bool:
    """Undo one `attach`, whichever way round; each keeps what is its own.  False: there was none."""
    for one, other in ((thread, to), (to, thread)):
        assert one.gui is not None
        count = one.gui.attached.get(other, 0)
        if not count:
            return False
        if count > 1:
            one.gui.attached[other] = count - 1
        else:
            del one.gui.attached[other]
    _part((thread, to))
    return True


def detach_all(thread: "Thread") -> None:
    """A thread has ended, or left its desktop."""
    gui = thread.gui
    assert gui is not None
    if not gui.attached:
        return
    others = list(gui.attached)
    for other in others:
        assert other.gui is not None
        del other.gui.attached[thread]
    gui.attached.clear()
    _part((thread, *others))


def _part(threads: "Iterable[Thread]") -> None:
    """Threads share their input no more, at least not directly: let each keep what it shares with others still."""
    seen: set[GuiThread] = set()
    for thread in threads:
        if thread.gui in seen:
            continue
        members = sharing(thread)
        seen.update(members)
        kept = set(members)
        for gui in members:
            if gui.active is not None and gui.active.thread.gui not in kept:
                gui.active = None
            if gui.focus is not None and gui.focus.thread.gui not in kept:
                gui.focus = None


def set_active(executive: "Executive", thread: "Thread", window: "Window | None") -> None:
    """Make a window the active one of a thread and those it shares input with; hooks are told."""
    assert thread.gui is not None
    if thread.gui.active is window:
        return
    for gui in sharing(thread):
        gui.active = window
        if gui.focus is not None and (window is None or not gui.focus.is_in(window)):
            gui.focus = None
    hooks = thread.gui.desktop.hooks
    if window is not None and hooks:
        if WH_CBT in hooks:
            tell(executive, WH_CBT, thread, Message(HOOKED, window.handle, HCBT_ACTIVATE, time=message_time(executive)))
        if WH_SHELL in hooks:
            seen = Message(HOOKED, window.handle, HSHELL_WINDOWACTIVATED, time=message_time(executive))
            tell(executive, WH_SHELL, thread, seen)


def set_focus(executive: "Executive", thread: "Thread", window: "Window | None") -> None:
    """Give a window the focus; the top-level window that it is in becomes active."""
    if window is not None:
        set_active(executive, thread, window.root)
    for gui in sharing(thread):
        gui.focus = window


def bring_to_front(executive: "Executive", window: "Window") -> None:
    """Let a top-level window be in front of its desktop, and its thread be the one that gets input there."""
    place(window, HWND_TOP)
    window.desktop.foreground = window
    set_active(executive, window.thread, window)


def shown(executive: "Executive", window: "Window") -> None:
    """A top-level window has become visible: it is active, and in front if nothing of another process is."""
    desktop = window.desktop
    set_active(executive, window.thread, window)
    if desktop.foreground is None or desktop.foreground.process is window.process:
        desktop.foreground = window


def windows_went(desktop: "Desktop", gone: "Collection[Window]") -> None:
    """Windows were destroyed, hidden, or put into others: nobody's input goes to them, and the next one is in front."""
    seen: set[GuiThread | None] = set()
    for thread in {window.thread: None for window in gone}:
        if thread.gui in seen:
            continue
        members = sharing(thread)
        seen.update(members)
        for gui in members:
            if gui.active in gone:
                gui.active = None
            if gui.focus in gone:
                gui.focus = None
    if desktop.foreground in gone:
        visible = (window for window in reversed(desktop.top_level) if window.style & WS_VISIBLE)
        desktop.foreground = next(visible, None)
