"""Handlers of the atom calls (nt-semantics 6.12)."""

from ntsessions.abi.access import WINSTA_ACCESSGLOBALATOMS
from ntsessions.abi.calls.atom import (
    GLOBAL_TABLE,
    USER_TABLE,
    AddAtom,
    AtomInformation,
    DeleteAtom,
    FindAtom,
    QueryAtom,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.processes.job_rules import UI_LIMIT_GLOBAL_ATOMS, restricting
from ntsessions.executive.windowing.atoms import AtomTable
from ntsessions.executive.windowing.bill import Bill
from ntsessions.executive.windowing.connection import gui_process


@handles(AddAtom)
def add_atom(executive: Executive, caller: Thread, call: AddAtom) -> int:
    """Add a string."""
    return _table(executive, caller, call.table).add(call.name)


@handles(FindAtom)
def find_atom(executive: Executive, caller: Thread, call: FindAtom) -> int:
    """Find a string."""
    atom = _table(executive, caller, call.table).find(call.name)
    if atom is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, f"there is no atom {call.name}")
    return atom


@handles(DeleteAtom)
def delete_atom(executive: Executive, caller: Thread, call: DeleteAtom) -> None:
    """Count one use less."""
    _table(executive, caller, GLOBAL_TABLE).delete(call.atom)


@handles(QueryAtom)
def query_atom(executive: Executive, caller: Thread, call: QueryAtom) -> AtomInformation:
    """Read an atom."""
    return _table(executive, caller, call.table).information(call.atom)


def _table(executive: Executive, caller: Thread, table: int) -> AtomTable:
    """Return the table that a call is about."""
    gui = gui_process(executive, caller)
    windowing = caller.process.session.windowing
    if table == USER_TABLE:
        return windowing.user_atoms
    if table != GLOBAL_TABLE:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no table {table}")
    if not gui.station_rights & WINSTA_ACCESSGLOBALATOMS:
        raise nt_error(
            NtStatus.ACCESS_DENIED,
            f"the process may not use global atoms (WINSTA_ACCESSGLOBALATOMS) on {gui.station.name}",
        )
    job = restricting(caller.process, UI_LIMIT_GLOBAL_ATOMS)
    if job is None:
        return windowing.global_atoms
    if job.atoms is None:
        job.atoms = AtomTable(Bill(job.session.pool, job.session.windowing.space.paged_pool))
    return job.atoms
