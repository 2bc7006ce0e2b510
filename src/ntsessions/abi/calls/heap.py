"""Desktop heaps and session space (nt-semantics 8)."""

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.window_station import ATTACH_ERRORS, Start
from ntsessions.abi.status import NtStatus as S


class HeapGrant(Reply, frozen=True):
    """What a client needs to map a heap; the descriptor that follows allows reading only."""

    size: int
    number: int
    """The desktop's, as the entries of the handle table name it; 0 for the shared heap."""


@syscall(0x0190, gives_descriptors=True, fails_with=ATTACH_ERRORS | {S.INSUFFICIENT_RESOURCES})
class MapDesktopHeap(Call[HeapGrant]):
    """Get a descriptor to map the heap of the calling thread's desktop with, as `abi.user_handles` lays it out.

    `shared`: the session's shared heap instead, which holds the table of USER handles.
    INSUFFICIENT_RESOURCES: the host has no memory or descriptor for it, or the heaps that are mapped in the session are
    64, or together as large as 2 GiB.  The calls about windows answer as well.
    """

    shared: bool = False


class DesktopHeapInformation(Reply, frozen=True):
    """One line of dheapmon, and what it does not show.  Bytes include the allocator's own."""

    session: int
    window_station: str
    desktop: str
    size_kb: int
    used_percent: float
    used: int
    peak: int
    largest_free: int
    free_blocks: int
    fragmentation_percent: float
    """How much of what is free cannot be had in one piece."""


@syscall(
    0x0191,
    fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED},
    fidelity=Partial("ours: NT shows it with dheapmon, and from Vista on only in a debugger"),
)
class QueryDesktopHeaps(Call[tuple[DesktopHeapInformation, ...]]):
    """List the desktop heaps of a session (-1: the caller's own), or of every session that one may query (-2).

    `start`: how many were told already; an answer holds as many as fit, and the last one none.
    """

    session_id: int = -1
    start: Start = 0


class SpaceArea(Reply, frozen=True):
    """One area of session space, in bytes; `limit` None: it grows as needed (Vista and later)."""

    name: str
    limit: int | None
    used: int
    peak: int


@syscall(
    0x0192,
    fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED},
    fidelity=Partial("the areas are a model of NT's: what Linux really uses is told by QuerySessionMemory"),
)
class QuerySessionSpace(Call[tuple[SpaceArea, ...]]):
    """Read the four areas of a session's space: image, structure, view, paged pool.

    Another session than the caller's needs WINSTATION_QUERY on it.
    """

    session_id: int = -1
