"""The system calls that Python 3.11 lacks, typed: one libc handle; every failure is an OSError that names its object.

Nothing here decides anything.  Constants carry the kernel's names and values, so that the manual pages apply.
"""

import ctypes
import os
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_SLAVE = 0x80000
MNT_DETACH = 0x2

PR_SET_NAME = 15
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2

CAP_SETPCAP = 8
CAP_SYS_CHROOT = 18
CAP_SYS_ADMIN = 21

AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 0x1
OPEN_TREE_CLOEXEC = os.O_CLOEXEC
MOVE_MOUNT_F_EMPTY_PATH = 0x4

TIOCSCTTY = 0x540E

IN_MODIFY = 0x2
IN_NONBLOCK, IN_CLOEXEC = os.O_NONBLOCK, os.O_CLOEXEC

CLONE_PARENT = 0x00008000
CLONE_INTO_CGROUP = 0x200000000

_CAPABILITY_VERSION_3 = 0x20080522

# Numbers of calls newer than the unified table, the same on every architecture that CPython 3.11 is built for.
_NR_OPEN_TREE = 428
_NR_MOVE_MOUNT = 429
_NR_CLONE3 = 435

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
_libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)
_libc.setns.argtypes = (ctypes.c_int, ctypes.c_int)
_libc.unshare.argtypes = (ctypes.c_int,)
_libc.syscall.restype = ctypes.c_long

# As os.fork does it: the interpreter keeps its lock across the call.
_python = ctypes.PyDLL(None, use_errno=True)
_python.syscall.restype = ctypes.c_long


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _check(_libc.unshare(flags), "unshare")


def setns(namespace: int, kind: int) -> None:
    """Enter the namespace behind a descriptor."""
    _check(_libc.setns(namespace, kind), "setns")


def mount(source: str, target: str, filesystem: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2); an empty *filesystem* or *options* is a null pointer."""
    result = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        filesystem.encode() or None,
        flags,
        options.encode() or None,
    )
    _check(result, target)


def bind(source: str, target: str, *, recursive: bool = False, read_only: bool = False) -> None:
    """Make *source* appear at *target*; read-only needs a second step because a bind ignores all other flags."""
    mount(source, target, flags=MS_BIND | (MS_REC if recursive else 0))
    if read_only:
        mount("none", target, flags=MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)


def unmount(target: str) -> None:
    """Detach a mount at once; it goes when its last user does."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), target)


def open_tree(path: str, *, recursive: bool = False) -> int:
    """Return a descriptor of a detached copy of the mount at *path*: it can be attached in another namespace."""
    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (AT_RECURSIVE if recursive else 0)
    result = _libc.syscall(
        ctypes.c_long(_NR_OPEN_TREE), ctypes.c_int(AT_FDCWD), ctypes.c_char_p(os.fsencode(path)), ctypes.c_uint(flags)
    )
    return _check(result, path)


def attach_tree(tree: int, target: str) -> None:
    """Mount what `open_tree` returned."""
    result = _libc.syscall(
        ctypes.c_long(_NR_MOVE_MOUNT),
        ctypes.c_int(tree),
        ctypes.c_char_p(b""),
        ctypes.c_int(AT_FDCWD),
        ctypes.c_char_p(os.fsencode(target)),
        ctypes.c_uint(MOVE_MOUNT_F_EMPTY_PATH),
    )
    _check(result, target)


class _CloneArguments(ctypes.Structure):
    """struct clone_args."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls", "set_tid",
            "set_tid_size", "cgroup",
        )
    )  # fmt: skip


def clone(flags: int = 0, group: int = 0) -> int:
    """Fork; the child may only execute a program, or exit.  For a process with one thread.

    With CLONE_INTO_CGROUP the child is born in the v2 cgroup behind the descriptor *group*: entering one after birth
    waits for every processor to have been idle or switched tasks (up to 10 ms).  With CLONE_PARENT it is a child of
    the caller's parent.

    What the interpreter and the C library do round a fork is left out: it is for programs with several threads.
    """
    exit_signal = 0 if flags & CLONE_PARENT else signal.SIGCHLD  # a sibling has the caller's own
    arguments = _CloneArguments(flags=flags, exit_signal=exit_signal, cgroup=group)
    pid: int = _python.syscall(
        ctypes.c_long(_NR_CLONE3), ctypes.byref(arguments), ctypes.c_size_t(ctypes.sizeof(arguments))
    )
    return _check(pid, "clone3")


def inotify() -> int:
    """Return a descriptor that tells of changes to files; it does not block."""
    return _check(_libc.inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify_init1")


def inotify_watch(descriptor: int, path: str, events: int) -> None:
    """Let an inotify descriptor tell of *events* at *path*; twice is the same as once."""
    _check(_libc.inotify_add_watch(descriptor, os.fsencode(path), events), path)


def prctl(option: int, argument: int = 0) -> None:
    """prctl(2) with one number."""
    _check(_libc.prctl(option, argument, 0, 0, 0), f"prctl {option}")


def set_process_name(name: str) -> None:
    """Name the calling process for `ps` (15 bytes)."""
    text = ctypes.create_string_buffer(name.encode())
    _check(_libc.prctl(PR_SET_NAME, ctypes.addressof(text), 0, 0, 0), "PR_SET_NAME")


def drop_capability_bounds() -> None:
    """Make sure that no program, whatever its uid, ever holds a capability in the caller's user namespace."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # EINVAL: one past the last that this kernel knows


def keep_through_exec(*capabilities: int) -> None:
    """Let programs that the caller executes have these of its capabilities, and no others but what their files give."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; and again for numbers above 31
    _check(_libc.capget(header, sets), "capget")
    sets[2], sets[5] = sum(1 << one for one in capabilities), 0
    _check(_libc.capset(header, sets), "capset")  # what is not inheritable is not ambient any more
    for one in capabilities:
        _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, one, 0, 0), "PR_CAP_AMBIENT_RAISE")


def has_capability(capability: int) -> bool:
    """Return whether the calling process may use a capability now."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> capability & 1)
    return False
