"""The host as a whole."""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.status import NtStatus as S


class HostInformation(Reply, frozen=True):
    """The state of the host."""

    version: str
    profile: str
    mode: str
    """`root` (users have uids of their own) or `personal` (everything runs with the uid of whoever started it)."""
    process_groups: str
    """How sessions are held together on this machine: cgroup-v2, cgroup-v1, hybrid or process-tree."""
    process_id: int
    boot_time: int
    session_count: int
    process_count: int
    thread_count: int
    object_count: int
    handle_count: int
    notes: tuple[str, ...] = ()
    shared_section: str = ""
    """Sizes of the heaps of windowing, as SharedSection has them."""
    view_space_kb: int | None = None
    """What a session has for its heaps; None: as needed."""


@syscall(0x00E0)
class QueryHost(Call[HostInformation]):
    """Tell the host's version, profile and counts."""


@syscall(0x00E1, fails_with={S.PRIVILEGE_NOT_HELD})
class ShutDown(Call[None]):
    """Log everybody off, stop the services and end the daemon.  Needs SeShutdownPrivilege and SeTcbPrivilege.

    Answers when nothing is left running.
    """
