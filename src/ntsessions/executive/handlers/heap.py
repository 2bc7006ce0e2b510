"""Handlers of the calls about desktop heaps and session space (nt-semantics 8)."""

from ntsessions.abi import access
from ntsessions.abi.calls.heap import (
    DesktopHeapInformation,
    HeapGrant,
    MapDesktopHeap,
    QueryDesktopHeaps,
    QuerySessionSpace,
    SpaceArea,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import MAPPED_HEAP_KB_PER_SESSION, MAPPED_HEAPS_PER_SESSION
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import DescriptorGrant
from ntsessions.executive.handlers.page import page
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.processes.session_access import may, session_for
from ntsessions.executive.windowing import heap_view
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.desktop import Desktop

EVERY_SESSION = -2


@handles(MapDesktopHeap)
def map_desktop_heap(executive: Executive, caller: Thread, call: MapDesktopHeap) -> HeapGrant:
    """Let a client map a heap; from the first time on it is kept where clients can see it."""
    desktop = gui_thread(executive, caller).desktop
    if call.shared:
        windowing = caller.process.session.windowing
        size = executive.profile.shared_section.shared_kb * 1024
        if windowing.handles.region is None:
            windowing.handles.attach(_region(executive, windowing.shared_key, size))
        caller.grant = DescriptorGrant(windowing.shared_key, size, writable=False)
        return HeapGrant(size, 0)
    if desktop.heap.region is None:
        _check_room(desktop)
        desktop.heap.attach(_region(executive, desktop.memory_key, desktop.heap.size))
        heap_view.show_all(desktop)
    caller.grant = DescriptorGrant(desktop.memory_key, desktop.heap.size, writable=False)
    return HeapGrant(desktop.heap.size, desktop.number)


def _check_room(desktop: Desktop) -> None:
    """Raise INSUFFICIENT_RESOURCES when the session has enough heaps mapped."""
    mapped = [one.heap_kb for one in desktop.station.session.windowing.desktops.values() if one.heap.region is not None]
    if len(mapped) >= MAPPED_HEAPS_PER_SESSION or sum(mapped) + desktop.heap_kb > MAPPED_HEAP_KB_PER_SESSION:
        raise nt_error(
            NtStatus.INSUFFICIENT_RESOURCES,
            f"{len(mapped)} heaps of {sum(mapped)} KB are mapped in the session; {MAPPED_HEAPS_PER_SESSION} of "
            f"{MAPPED_HEAP_KB_PER_SESSION} KB can be",
        )


def _region(executive: Executive, memory_key: int, size: int) -> memoryview:
    try:
        return executive.make_region(memory_key, size)
    except (OSError, ValueError) as error:
        raise nt_error(NtStatus.INSUFFICIENT_RESOURCES, f"no memory to share: {error}") from error


@handles(QueryDesktopHeaps)
def query_desktop_heaps(executive: Executive, caller: Thread,
                        call: QueryDesktopHeaps) -> tuple[DesktopHeapInformation, ...]:  # fmt: skip
    """List desktop heaps."""
    if call.session_id == EVERY_SESSION:
        sessions = [one for one in executive.sessions.values() if may(caller, one, access.WINSTATION_QUERY)]
    else:
        sessions = [session_for(executive, caller, call.session_id, access.WINSTATION_QUERY)]
    desktops = (desktop for session in sessions for desktop in session.windowing.desktops.values())
    return page(desktops, call.start, _information)


def _information(desktop: Desktop) -> DesktopHeapInformation:
    return DesktopHeapInformation(
        session=desktop.station.session.session_id,
        window_station=desktop.station.name,
        desktop=desktop.name,
        size_kb=desktop.heap_kb,
        used_percent=round(desktop.heap.used_percent, 1),
        used=desktop.heap.used,
        peak=desktop.heap.peak,
        largest_free=desktop.heap.largest_free,
        free_blocks=desktop.heap.free_blocks,
        fragmentation_percent=round(desktop.heap.fragmentation, 1),
    )


@handles(QuerySessionSpace)
def query_session_space(executive: Executive, caller: Thread, call: QuerySessionSpace) -> tuple[SpaceArea, ...]:
    """Read the areas of a session's space."""
    space = session_for(executive, caller, call.session_id, access.WINSTATION_QUERY).windowing.space
    return tuple(
        SpaceArea(area.name, area.limit, area.used, area.peak)
        for area in (space.image, space.structure, space.view, space.paged_pool)
    )
