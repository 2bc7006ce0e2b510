"""Handlers of the calls on directories and symbolic links, and of the one that tells how a name resolves."""

from ntsessions.abi.access import DIRECTORY_QUERY, SYMBOLIC_LINK_QUERY, WINSTATION_QUERY
from ntsessions.abi.calls.object import (
    CreateDirectory,
    CreateSymbolicLink,
    DirectoryEntry,
    DirectoryListing,
    ExplainName,
    OpenDirectory,
    OpenSymbolicLink,
    QueryDirectory,
    QuerySymbolicLink,
    Resolution,
    ResolutionStep,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import ENTRIES_PER_QUERY, MAXIMUM_NAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.directory import Directory, SymbolicLink
from ntsessions.executive.objects.naming import create_named, open_existing
from ntsessions.executive.objects.parser import Found, Walk, status_of
from ntsessions.executive.processes.session_access import session_for

LISTING_BYTES = 96 * 1024
"""Names in one answer, in characters; well below a frame."""
SHOWN_PATH = 400
"""How much of a path one step of an explanation shows."""


@handles(CreateDirectory)
def create_directory(executive: Executive, caller: Thread, call: CreateDirectory) -> OpenedHandle:
    """Create or open a directory."""
    return create_named(executive, caller, call, Directory())


@handles(OpenDirectory)
def open_directory(executive: Executive, caller: Thread, call: OpenDirectory) -> int:
    """Open a directory."""
    return open_existing(executive, caller, call, Directory)


@handles(QueryDirectory)
def query_directory(executive: Executive, caller: Thread, call: QueryDirectory) -> DirectoryListing:
    """List the next part of a directory."""
    directory = caller.reference(call.handle, Directory, DIRECTORY_QUERY)
    entries: list[DirectoryEntry] = []
    size = 0
    for child in directory.listing(call.context, ENTRIES_PER_QUERY):
        size += len(child.name.encode("utf-8", "surrogatepass"))
        if entries and size > LISTING_BYTES:
            break
        entries.append(DirectoryEntry(child.name, child.type.name))
    following = call.context + len(entries)
    return DirectoryListing(tuple(entries), following if following < len(directory.children) else 0)


@handles(CreateSymbolicLink)
def create_symbolic_link(executive: Executive, caller: Thread, call: CreateSymbolicLink) -> OpenedHandle:
    """Create or open a link; where it leads need not exist, and a relative target fails only when it is followed."""
    if not call.target:
        raise nt_error(NtStatus.INVALID_PARAMETER, "a link needs a target")
    if 2 * len(call.target) > MAXIMUM_NAME_BYTES:
        raise nt_error(NtStatus.NAME_TOO_LONG, f"the target has {len(call.target)} characters")
    return create_named(executive, caller, call, SymbolicLink(call.target, executive.utc))


@handles(OpenSymbolicLink)
def open_symbolic_link(executive: Executive, caller: Thread, call: OpenSymbolicLink) -> int:
    """Open a link itself."""
    return open_existing(executive, caller, call, SymbolicLink)


@handles(QuerySymbolicLink)
def query_symbolic_link(executive: Executive, caller: Thread, call: QuerySymbolicLink) -> str:
    """Read a link's target."""
    return caller.reference(call.handle, SymbolicLink, SYMBOLIC_LINK_QUERY).target


@handles(ExplainName)
def explain_name(executive: Executive, caller: Thread, call: ExplainName) -> Resolution:
    """Follow a name as the programs of a session would, and tell each step."""
    session = session_for(executive, caller, call.session_id, WINSTATION_QUERY)
    token = caller.token if session is caller.process.session else session.user_token
    is_path = call.name.startswith("\\")
    start = executive.root if is_path else session.bno
    whose = "the root of all names" if is_path else f"the names of session {session.session_id}"
    steps = [ResolutionStep("start", start.path, whose)]
    walk = Walk(
        executive.root,
        lambda: executive.global_device_map() if token is None else executive.device_map(token),
        steps=steps,
    )
    found: Found | None = None
    error: NtError | None = None
    try:
        found = walk.resolve(call.name, None if is_path else start)
    except NtError as failed:
        if failed.status is NtStatus.NAME_TOO_LONG and len(steps) == 1:
            raise
        error = failed
        steps.append(ResolutionStep("fail", call.name, f"{failed.status.name}: {failed.detail}"))
    return Resolution(
        steps=tuple(ResolutionStep(step.action, _shown(step.path), _shown(step.outcome)) for step in steps),
        path=_end(found),
        type=found.existing.type.name if found is not None and found.existing is not None else "",
        status=int(status_of(error, found)),
    )


def _end(found: Found | None) -> str:
    """Return the path that a name leads to, be there something or not; empty when the walk failed."""
    if found is None:
        return ""
    if found.existing is not None or found.parent is None:
        return "" if found.existing is None else found.existing.path
    above = found.parent.path
    return f"{above}{found.leaf}" if found.parent.is_root else f"{above}\\{found.leaf}"


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_PATH else f"{text[:SHOWN_PATH]}..."
