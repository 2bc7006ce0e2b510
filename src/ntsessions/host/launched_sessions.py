"""The sessions and ports that one launcher serves, from the first mount to the last process."""

from collections.abc import Callable

from ntsessions.executive.effects import GroupLimits, OpenPort, PrepareLogonGroup, PrepareSession
from ntsessions.executive.reports import PortFailed, PortOpened, SessionEnded, SessionFailed
from ntsessions.host.emptiness import EmptinessWatch
from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.instance_place import InstancePlace
from ntsessions.host.isolation import Mode
from ntsessions.host.launched_processes import LaunchedProcesses
from ntsessions.host.launcher_records import Noted, SessionReady
from ntsessions.host.port_space import PortSpace
from ntsessions.host.session_space import Namespaces, SessionSpace
from ntsessions.host.watch_loop import WatchLoop


class _Session:
    """A session, or a logon group in the space of one."""

    def __init__(self, group: GroupPath, space: SessionSpace, *, is_inner: bool = False) -> None:
        self.group = group
        self.space = space
        self.is_inner = is_inner
        self.had_port = False
        self.ending: EmptinessWatch | None = None
        self.survivors: frozenset[int] = frozenset()


class LaunchedSessions:
    """Live sessions and logon groups, and their ports, by key."""

    def __init__(
        self,
        place: InstancePlace,
        mode: Mode,
        loop: WatchLoop,
        groups: ProcessGroups,
        tell: Callable[..., None],
        processes: LaunchedProcesses,
        on_end: Callable[[GroupPath], None],
    ) -> None:
        self._place = place
        self._mode = mode
        self._loop = loop
        self._groups = groups
        self._tell = tell
        self._processes = processes
        self._on_end = on_end
        self._home = Namespaces()
        self._sessions: dict[int, _Session] = {}
        self.ports: dict[int, PortSpace] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def group_of(self, session_key: int) -> GroupPath | None:
        """Return the process group of a session."""
        session = self._sessions.get(session_key)
        return None if session is None else session.group

    def is_ending(self, session_key: int) -> bool:
        """Return whether nothing may be started in the session any more."""
        session = self._sessions.get(session_key)
        return session is None or session.ending is not None

    @property
    def are_ending(self) -> bool:
        """Return whether nothing may be started in any session any more."""
        return all(session.ending is not None for session in self._sessions.values())

    def space_of(self, session_key: int) -> SessionSpace | None:
        """Return the space of a session that is not ending."""
        return None if self.is_ending(session_key) else self._sessions[session_key].space

    def prepare(self, request: PrepareSession) -> None:
        """Make a session's group, namespaces and directories."""
        group = (f"session-{request.session_key}",)
        try:
            self._groups.create(group)
            notes = list(self._groups.notes)
            if request.limits != GroupLimits():
                notes += [note for note in self._groups.limit(group, request.limits) if note not in notes]
            space = SessionSpace(self._place, self._home, request)
        except OSError as error:
            self._groups.remove(group)
            self._tell(SessionFailed(request.session_key, f"{error.filename or 'session'}: {error.strerror}"))
            return
        self._sessions[request.session_key] = _Session(group, space)
        self._tell(SessionReady(request.session_key, (*notes, *space.notes), space.ipc_inode))

    def prepare_group(self, request: PrepareLogonGroup) -> None:
        """Make the process group of a logon group inside a session's."""
        space = self.space_of(request.session_key)
        if space is None:
            self._tell(SessionEnded(request.group_key))
            return
        group = (*self._sessions[request.session_key].group, f"logon-{request.group_key}")
        try:
            self._groups.create(group)
        except OSError as error:
            self._tell(Noted(f"no process group for a logon: {error.strerror}"))
            self._tell(SessionEnded(request.group_key))
        else:
            self.adopt(request.group_key, group, space)

    def adopt(self, group_key: int, group: GroupPath, space: SessionSpace) -> None:
        """Serve a logon group whose process group is there."""
        self._sessions[group_key] = _Session(group, space, is_inner=True)

    def open_port(self, request: OpenPort) -> None:
        """Make a port; its listening socket travels with the answer."""
        session = self._sessions.get(request.session_key)
        if session is None or session.ending is not None:
            self._tell(PortFailed(request.port_key, "the session has ended"))
            return
        try:
            is_first = not session.is_inner and not session.had_port
            port = PortSpace(self._place, self._home, self._mode, session.space, request, is_first=is_first)
        except OSError as error:
            self._tell(PortFailed(request.port_key, f"{error.filename or 'port'}: {error.strerror}"))
            return
        except ValueError as error:
            self._tell(PortFailed(request.port_key, str(error)))
            return
        session.had_port = True
        self.ports[request.port_key] = port
        self._tell(PortOpened(request.port_key), (port.listener.fileno(),))
        port.listener.close()

    def close_port(self, port_key: int) -> None:
        """Forget a port."""
        port = self.ports.pop(port_key, None)
        if port is not None:
            port.close()

    def end(self, session_key: int) -> None:
        """Kill everything in a session; `SessionEnded` follows when nothing is left."""
        session = self._sessions.get(session_key)
        if session is None:
            self._tell(SessionEnded(session_key))
        elif session.ending is None:
            for inner in self._inside(session):
                self.end(inner)
            session.ending = EmptinessWatch(
                self._loop, self._groups, session.group, lambda: self._kill_again(session_key)
            )
            self._kill_again(session_key)

    def end_all(self) -> None:
        """End every session: the daemon has gone."""
        for session_key in tuple(self._sessions):
            self.end(session_key)

    def children_ended(self) -> None:
        """Look again at sessions that are ending, after children were reaped."""
        for session_key, session in tuple(self._sessions.items()):
            if session.ending is not None:
                self._kill_again(session_key)

    def _remove_group(self, group: GroupPath) -> None:
        try:
            self._groups.remove(group)
        except OSError as error:  # an empty group that stays harms nobody; it goes with the instance
            self._tell(Noted(f"group {group[0]} could not be removed: {error.strerror}"))

    def _kill_again(self, session_key: int) -> None:
        """Kill what is there; whoever was born meanwhile is killed when the watch calls again."""
        session = self._sessions.get(session_key)
        if session is None or session.ending is None or self._finish_if_empty(session_key, session):
            return
        self._processes.kill_starting(session.group)
        session.survivors = frozenset(self._groups.kill(session.group))
        if not self._finish_if_empty(session_key, session):
            session.ending.look_again()

    def _finish_if_empty(self, session_key: int, session: _Session) -> bool:
        if self._inside(session):
            return False  # they end first, and then this is looked at again
        is_done = self._groups.is_empty(session.group) and not self._processes.live_in(session.group)
        left = frozenset() if is_done else frozenset(self._groups.pids(session.group)) & session.survivors
        if not is_done and (not left or left < frozenset(self._groups.pids(session.group))):
            return False
        if session.ending is not None:
            session.ending.close()
        del self._sessions[session_key]
        for port_key, port in tuple(self.ports.items()):
            if port.session_key == session_key:
                self.close_port(port_key)
        self._on_end(session.group)
        if not left:
            self._remove_group(session.group)
        if session.is_inner:
            session.space.remove_runtime_directories(session_key)
        else:
            session.space.close()
        self._tell(SessionEnded(session_key, tuple(sorted(left))))
        if session.is_inner:
            for outer_key, outer in tuple(self._sessions.items()):
                if outer.group == session.group[:-1]:
                    self._kill_again(outer_key)
        return True

    def _inside(self, session: _Session) -> list[int]:
        """Return the logon groups in a session."""
        return [key for key, one in self._sessions.items() if one.is_inner and one.group[:-1] == session.group]
