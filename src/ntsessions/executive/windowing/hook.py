"""Hooks (nt-semantics 7.5): who is told what happens on a desktop.

A hook stands in `hooks` of its desktop and of the thread that set it.  Nothing is loaded into other programs, so a hook
sees and cannot change: its thread is given a message of the kind HOOKED.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls import hook as abi
from ntsessions.abi.user_handles import UserObjectType
from ntsessions.executive.objects.handles import OTHER_ACCOUNT_HOOK
from ntsessions.executive.windowing.scope import is_hidden
from ntsessions.executive.windowing.user_handles import UserObject

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop

HOOK_TYPES: Final = range(abi.WH_MSGFILTER, abi.WH_MOUSE_LL + 1)
GLOBAL_ONLY: Final = frozenset({
    abi.WH_JOURNALRECORD, abi.WH_JOURNALPLAYBACK, abi.WH_SYSMSGFILTER, abi.WH_KEYBOARD_LL, abi.WH_MOUSE_LL,
})  # fmt: skip
HCBT_CREATEWND, HCBT_DESTROYWND, HCBT_ACTIVATE = 3, 4, 5
HSHELL_WINDOWCREATED, HSHELL_WINDOWDESTROYED, HSHELL_WINDOWACTIVATED = 1, 2, 4


class Hook(UserObject):
    """A hook."""

    __slots__ = ("hook_type", "target", "thread")

    user_type = UserObjectType.HOOK

    def __init__(self, thread: "Thread", desktop: "Desktop", hook_type: int, target: "Thread | None") -> None:
        super().__init__(thread.process, desktop)
        self.thread = thread
        self.hook_type = hook_type
        self.target = target
        """Whose doings it sees; None: those of all threads of the desktop."""

    def sees(self, executive: "Executive", thread: "Thread") -> bool:
        """Tell whether it is told of what *thread* does."""
        if self.target is not None and self.target is not thread:
            return False
        return may_hook(executive, self.thread, thread)


def may_hook(executive: "Executive", setter: "Thread", thread: "Thread") -> bool:
    """Tell whether integrity, job and account let one thread hook another one of its desktop."""
    own, other = setter.process, thread.process
    if own is other:
        return True
    if executive.profile.has_mandatory_labels and own.token.integrity < other.token.integrity:
        return False
    if own.jobs and is_hidden(own, other):
        return False
    if own.token.user == other.token.user:
        return True
    assert thread.gui is not None, "it is on a desktop"
    return bool(other.handles.entry(thread.gui.desktop_handle).flags & OTHER_ACCOUNT_HOOK)


def add_hook(hook: Hook) -> None:
    """Let a hook that has its handle be told."""
    hook.desktop.hooks.setdefault(hook.hook_type, []).append(hook)
    assert hook.thread.gui is not None
    hook.thread.gui.hooks[hook.handle] = hook


def remove_hook(hook: Hook) -> None:
    """Take a hook away, with its handle and its block."""
    desktop = hook.desktop
    hooks = desktop.hooks[hook.hook_type]
    hooks.remove(hook)
    if not hooks:
        del desktop.hooks[hook.hook_type]
    assert hook.thread.gui is not None
    del hook.thread.gui.hooks[hook.handle]
    hook.process.session.windowing.handles.remove(hook)
    desktop.heap.free(hook.offset)
