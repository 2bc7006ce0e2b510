"""The daemon's first act: a mount namespace of its own, so that whatever is mounted here never reaches the machine.

Root keeps its user namespace.  An ordinary user ("personal mode") enters a user namespace in which it is still itself
but may mount; from there on one code path serves both.  Mounts of the machine keep arriving (propagation is one-way),
ours never leave, and the kernel removes all of them when the last of our processes is gone, however it went.

Must be called once, before any thread is started: the kernel refuses otherwise.
"""

import os
from enum import StrEnum
from typing import NamedTuple

from ntsessions.host import linux


class Mode(StrEnum):
    """Whose sessions this host can run."""

    ROOT = "root"
    """Processes get the Unix identity of their account."""
    PERSONAL = "personal"
    """Every process runs as the one user who started the daemon, without any capability."""


class Isolation(NamedTuple):
    """What `enter_own_namespaces` achieved."""

    mode: Mode
    uid: int
    gid: int


class IsolationError(OSError):
    """Namespaces of our own cannot be had; the text says which setting forbids it."""


# What distributions forbid user namespaces with: (file, value that forbids, what to say).
_SWITCHES = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0; set it to 1"),
    ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0; raise it"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "kernel.apparmor_restrict_unprivileged_userns is 1; set it to 0 or install an AppArmor profile for ntsessions",
    ),
)


def enter_own_namespaces() -> Isolation:
    """Enter a mount namespace of our own, with a user namespace around it where that is needed."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0 and linux.has_capability(linux.CAP_SYS_ADMIN):
        linux.unshare(linux.CLONE_NEWNS)
        linux.mount("none", "/", flags=linux.MS_SLAVE | linux.MS_REC)
        return Isolation(Mode.ROOT, uid, gid)
    try:
        # The IPC namespace because only one of our own can be returned to after making a session's.
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
        linux.mount("none", "/", flags=linux.MS_SLAVE | linux.MS_REC)
    except OSError as error:
        raise IsolationError(error.errno, _explain(error)) from error
    return Isolation(Mode.PERSONAL, uid, gid)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _explain(error: OSError) -> str:
    reasons = [advice for path, forbidding, advice in _SWITCHES if _setting(path) == forbidding]
    if not reasons:
        reasons = [
            (
                "check kernel.unprivileged_userns_clone, user.max_user_namespaces and "
                "kernel.apparmor_restrict_unprivileged_userns, or whether a container's seccomp filter forbids it"
            )
        ]
    return f"cannot make a user namespace ({error.strerror}): {'; '.join(reasons)}; or run the daemon as root"


def _setting(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""  # this kernel does not have the switch
