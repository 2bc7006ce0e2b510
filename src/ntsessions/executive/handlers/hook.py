"""Handlers of the hook calls (nt-semantics 7.5)."""

from ntsessions.abi.access import DESKTOP_HOOKCONTROL, DESKTOP_JOURNALPLAYBACK, DESKTOP_JOURNALRECORD
from ntsessions.abi.calls.hook import WH_JOURNALPLAYBACK, WH_JOURNALRECORD, SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import HOOKS_PER_TYPE
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.windowing.connection import allocate, gui_thread
from ntsessions.executive.windowing.hook import GLOBAL_ONLY, HOOK_TYPES, Hook, add_hook, may_hook, remove_hook
from ntsessions.executive.windowing.scope import require_right

RIGHTS = {WH_JOURNALRECORD: DESKTOP_JOURNALRECORD, WH_JOURNALPLAYBACK: DESKTOP_JOURNALPLAYBACK}
"""What a hook needs on the desktop; every other one DESKTOP_HOOKCONTROL."""


@handles(SetWindowsHook)
def set_windows_hook(executive: Executive, caller: Thread, call: SetWindowsHook) -> int:
    """Set a hook."""
    gui = gui_thread(executive, caller)
    desktop = gui.desktop
    if call.hook_type not in HOOK_TYPES:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"hook type {call.hook_type}")
    target = _target(executive, caller, call)
    require_right(caller, gui, RIGHTS.get(call.hook_type, DESKTOP_HOOKCONTROL))
    if target is not None:
        assert target.gui is not None
        if target.gui.desktop is not desktop:
            raise nt_error(NtStatus.ACCESS_DENIED, f"{target.label} is on another desktop")
        if not may_hook(executive, caller, target):
            raise nt_error(NtStatus.ACCESS_DENIED, f"{target.label} is of another account or job, or above the caller")
    if len(desktop.hooks.get(call.hook_type, ())) >= HOOKS_PER_TYPE:
        raise nt_error(NtStatus.NO_MORE_USER_HANDLES, f"{HOOKS_PER_TYPE} hooks of this type on {desktop.full_name}")
    hook = Hook(caller, desktop, call.hook_type, target)
    hook.offset = allocate(executive, desktop, executive.profile.user_object_sizes.hook)
    try:
        caller.process.session.windowing.handles.add(hook)
    except NtError:
        desktop.heap.free(hook.offset)
        raise
    add_hook(hook)
    return hook.handle


def _target(executive: Executive, caller: Thread, call: SetWindowsHook) -> Thread | None:
    """Return the thread to hook, None for all of them."""
    if not call.thread_id:
        if not call.has_module:
            raise nt_error(NtStatus.HOOK_NEEDS_HMOD, "a hook on all threads")
        return None
    if call.hook_type in GLOBAL_ONLY:
        raise nt_error(NtStatus.GLOBAL_ONLY_HOOK, f"hook type {call.hook_type}")
    thread = executive.threads_by_id.get(call.thread_id)
    if thread is None or thread.gui is None or thread.process.session is not caller.process.session:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"thread {call.thread_id} is not attached to a desktop")
    if thread.process is not caller.process and not call.has_module:
        raise nt_error(NtStatus.HOOK_NEEDS_HMOD, "a hook on a thread of another process")
    return thread


@handles(UnhookWindowsHook)
def unhook_windows_hook(executive: Executive, caller: Thread, call: UnhookWindowsHook) -> None:
    """Remove a hook of the calling process."""
    gui_thread(executive, caller)
    hook = caller.process.session.windowing.handles.find(call.hook, Hook)
    if hook is None:
        raise nt_error(NtStatus.INVALID_HOOK_HANDLE, f"{call.hook & 0xFFFFFFFF:#x}")
    if hook.process is not caller.process:
        raise nt_error(NtStatus.ACCESS_DENIED, f"hook {hook.handle:#x} is of process {hook.process.process_id}")
    remove_hook(hook)
