"""What holds at any moment, whatever happened, and what is left when everything has ended."""

from collections import Counter
from collections.abc import Iterator

from ntsessions.executive.executive import Executive
from ntsessions.executive.objects.directory import Container
from ntsessions.executive.objects.handles import HandleEntry
from ntsessions.executive.objects.object import HANDLE_COST, Object
from ntsessions.executive.processes.process import Process
from ntsessions.executive.windowing.hot_key import HOT_KEY_COST
from ntsessions.executive.windowing.window_station import WindowStation
from ntsessions.subsystems.system import System
from tests.sim.sim_host import CONTROL_PORT, SimHost


def names(executive: Executive, *, of_programs: bool = True) -> list[str]:
    """Return the whole tree, as paths; without what a program of the system's made to stay.

    `of_programs`: also what is there because programs run, as the window stations of services are.
    """
    found = (item for item in _tree(executive.root) if not _is_kept(item))
    return sorted(f"{item.path} {item.type.name}" for item in found if of_programs or item.payer is None)


def _is_kept(item: Object) -> bool:
    """Tell whether a program made it to stay, or a desktop that keeps its window station."""
    if isinstance(item, WindowStation) and any(map(_is_kept, item.children.values())):
        return True
    return item.is_permanent and item.payer is not None


def _tree(directory: Container) -> Iterator[Object]:
    for child in directory.children.values():
        yield child
        if isinstance(child, Container):
            yield from _tree(child)


def _entries(process: Process) -> list[HandleEntry]:
    return [entry for table in (process.handles, process.context_handles) if table for _, entry in table.items()]


def objects(executive: Executive) -> dict[int, Object]:
    """Return every object that a handle or a name leads to, by address."""
    found: dict[int, Object] = {id(item): item for item in _tree(executive.root)}
    for process in executive.processes.values():
        for entry in _entries(process):
            below = [entry.object, *(_tree(entry.object) if isinstance(entry.object, Container) else ())]
            found.update((id(item), item) for item in below)
    return found


def check(host: SimHost) -> None:
    """Raise AssertionError where the books are wrong."""
    check_executive(host.executive)
    _check_calls(host)


def check_executive(executive: Executive) -> None:
    """Raise AssertionError where what is counted is not what is there."""
    handles: Counter[int] = Counter()
    pools: Counter[int] = Counter()
    for process in executive.processes.values():
        for entry in _entries(process):
            handles[id(entry.object)] += 1
            pools[id(process.handles.pool)] += HANDLE_COST
    for key, item in objects(executive).items():
        assert item.handle_count == handles[key], f"{item.type.name} {item.path}: {item.handle_count} handles counted"
        if item.payer is not None:
            pools[id(item.payer)] += item.charge
        if item.parent is not None:
            assert item.parent.children.get(item.name) is item
    _check_windowing(executive, pools)
    for session in executive.sessions.values():
        assert session.pool.used == pools[id(session.pool)], f"session {session.session_id} pays for what is not there"
    _check_homes(executive)
    _check_logons(executive)
    for pid, process in executive.processes_by_id.items():
        assert process.process_id == pid
        assert not process.has_exited


def _check_windowing(executive: Executive, pools: Counter[int]) -> None:
    """Add to *pools* what windowing keeps; the paged pool of each session has paid for its part of that."""
    bills: Counter[int] = Counter()
    for item in objects(executive).values():
        if isinstance(item, WindowStation):
            clipboard = item.clipboard
            cost = sum(content.cost for content in clipboard.contents.values())
            assert clipboard._bill.total == cost, f"the clipboard of {item.name} pays for what is not there"
            assert clipboard.opener is None or not clipboard.opener.is_signaled(), (
                f"{item.name}: a dead thread has it open"
            )
            bills[id(item.session)] += cost
    for job in executive.jobs.values():
        if job.atoms is not None:
            bills[id(job.session)] += job.atoms.bill.total
    for session in executive.sessions.values():
        windowing = session.windowing
        for desktop in windowing.desktops.values():
            pools[id(session.pool)] += desktop.heap.charge + HOT_KEY_COST * len(desktop.hot_keys)
        total = bills[id(session)] + windowing.global_atoms.bill.total + windowing.user_atoms.bill.total
        assert windowing.space.paged_pool.used == total, f"the paged pool of session {session.session_id} is wrong"
        pools[id(session.pool)] += total
    for thread in executive.threads_by_id.values():
        if thread.gui is not None:
            pools[id(thread.process.session.pool)] += thread.gui.queue.charge


def _check_calls(host: SimHost) -> None:
    """Every call that has no answer is one that somebody will answer."""
    executive = host.executive
    asked = {(thread, request) for thread, request, _ in executive.questions.values()}
    for client in host.clients.values():
        thread = executive.threads.get(client.key)
        waiting = {request for key, request in host.pending if key == client.key}
        if thread is None:
            continue  # it is being disconnected
        assert thread.pending == waiting, f"client {client.key} waits for {waiting}, the system for {thread.pending}"
        assert set(thread.waits) <= thread.pending
    for thread_key, request in asked:
        owner = executive.threads.get(thread_key)
        assert owner is None or not request or request in owner.pending, (
            "a question is kept for a call that was answered"
        )


def _check_homes(executive: Executive) -> None:
    """Session 0 has a logon group while it has a user; no job has processes on both sides."""
    for session in executive.sessions.values():
        has_group = session.session_id == 0 and session.user_token is not None
        assert (session.logon_group is not None) == has_group
    for job in executive.jobs.values():
        assert {process.home.key for process in job.processes.values()} <= {job.home_key}


def _check_logons(executive: Executive) -> None:
    """A logon session lives as long as something acts with it."""
    held: Counter[int] = Counter()
    for process in executive.processes.values():
        if not process.has_exited:
            held[process.token.authentication_id] += 1
    for thread in executive.threads_by_id.values():
        if thread.impersonation is not None:
            held[thread.impersonation.authentication_id] += 1
    for item in executive.token_objects.values():
        held[item.token.authentication_id] += 1
    for key, port in executive.ports.items():
        if key != CONTROL_PORT:
            held[port.token.authentication_id] += 1
    for session in executive.sessions.values():
        if session.user_token is not None:
            held[session.user_token.authentication_id] += 1
    for luid, logon in executive.logon_sessions.items():
        builtin = logon.logon_type == 0 or luid in (0x3E4, 0x3E5, 0x3E6, 0x3E7)
        assert logon.references == held[luid] + builtin, (
            f"logon {luid:#x}: {logon.references} of {held[luid]} references"
        )
        if not builtin:
            assert held[luid], f"logon {luid:#x} of {logon.user_name} is kept for nobody"


def check_rest(system: System) -> None:
    """Nothing is left of what users and services did."""
    executive = system.executive
    assert set(executive.sessions) == {0}
    assert not executive.questions
    assert not executive.notification_waits
    assert not executive.steady.live
    assert not executive.absolute.live
    assert not executive.private_namespaces
    assert executive.sessions[0].logon_group is None
    assert all(_is_kept(job) for job in executive.jobs.values())
    assert not executive.token_objects
    for part in (system.logon, system.session_manager, system.service_control):
        assert not part._questions, type(part).__name__
        assert not part._pending, type(part).__name__
    assert not system.session_manager._logging_on
    assert not system.session_manager._ends
    assert {process.command for process in executive.processes.values()} <= {"System", "operator"}
    for process in executive.processes.values():
        assert not len(process.handles), process.command
