"""Handlers of the mutant calls."""

from ntsessions.abi.access import MUTANT_QUERY_STATE
from ntsessions.abi.calls.mutant import CreateMutant, MutantInformation, OpenMutant, QueryMutant, ReleaseMutant
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.dispatcher.mutant import Mutant
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import create_named, open_existing


@handles(CreateMutant)
def create_mutant(executive: Executive, caller: Thread, call: CreateMutant) -> OpenedHandle:
    """Create a mutex, owned by the caller when asked so; or open one, never owned."""
    mutant = Mutant()
    opened = create_named(executive, caller, call, mutant)
    if call.initial_owner and not opened.existed:
        mutant.consume(caller)
    return opened


@handles(OpenMutant)
def open_mutant(executive: Executive, caller: Thread, call: OpenMutant) -> int:
    """Open a mutex."""
    return open_existing(executive, caller, call, Mutant)


@handles(ReleaseMutant)
def release_mutant(executive: Executive, caller: Thread, call: ReleaseMutant) -> int:
    """Give up one level of ownership."""
    return release(executive, caller, caller.reference(call.handle, Mutant, 0))


def release(executive: Executive, caller: Thread, mutant: Mutant) -> int:
    """Release *mutant* once, wake who that satisfies, and return the count before."""
    previous = mutant.release(caller)
    executive.waits.signaled(mutant)
    return previous


@handles(QueryMutant)
def query_mutant(executive: Executive, caller: Thread, call: QueryMutant) -> MutantInformation:
    """Read a mutex."""
    mutant = caller.reference(call.handle, Mutant, MUTANT_QUERY_STATE)
    owner = mutant.owner
    return MutantInformation(
        current_count=mutant.count,
        owned_by_caller=owner is caller,
        abandoned=mutant.is_abandoned,
        owner_process=0 if owner is None else owner.process.process_id,
        owner_thread=0 if owner is None else owner.thread_id,
    )
