"""The D-Bus session bus: one for each account in each session, begun by the first program that connects to it.

Until then there is a listening socket, `$XDG_RUNTIME_DIR/bus`, and nothing that runs.  When somebody connects, the bus
is started with that socket, as the account, like any program of the session: logoff ends it.  While it runs the
launcher does not look at the socket; when it has ended, the next connection starts another one.

The bus, and so its user, shares the socket with us: it could be made blocking, or be shut down.  Hence the launcher
never accepts on it, and how often a bus is started is bounded (`StartLimit`), whatever made it end.  One that will
not stay is given up: its socket is closed, and programs are refused instead of waiting for ever.
"""

import itertools
import os
import socket
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from ntsessions.executive.effects import StartProcess
from ntsessions.executive.reports import ProcessExited, ProcessStarted, ProcessStartFailed
from ntsessions.host.launched_processes import LaunchedProcesses
from ntsessions.host.launched_sessions import LaunchedSessions
from ntsessions.host.launcher_records import Answer, Noted
from ntsessions.host.port_space import PortSpace, environment_of
from ntsessions.host.session_space import Namespaces
from ntsessions.host.watch_loop import WatchLoop

_SOCKET = "bus"
_BACKLOG = 128
_DAEMON = "dbus-daemon"
_SERVE = (
    'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" --session --nofork --nopidfile --address=systemd: 3<&0 </dev/null'
)
"""What takes over the socket, which arrives as standard input (sd_listen_fds(3))."""
_LONG_LIFE = 10.0
_WAITS = (0.0, 0.1, 0.4, 1.6)


class StartLimit:
    """When a bus that has ended is started again: at once, unless it keeps ending early; then later, then never."""

    def __init__(self) -> None:
        self._began = 0.0
        self._short_lives = 0

    def started(self, now: float) -> None:
        """A bus begins."""
        self._began = now

    def ended(self, now: float) -> float | None:
        """It has ended, or never ran; return after how many seconds the next one may begin, None for no more."""
        if now - self._began >= _LONG_LIFE:
            self._short_lives = 0
            return 0.0
        self._short_lives += 1
        return _WAITS[self._short_lives - 1] if self._short_lives <= len(_WAITS) else None


class _Whose(NamedTuple):
    session_key: int
    uid: int


class _Bus:
    def __init__(self, whose: _Whose, listener: socket.socket, program: str) -> None:
        self.whose = whose
        self.listener = listener
        self.program = program
        self.limit = StartLimit()
        self.is_watched = False
        self.is_held_back = False
        self.process_key = 0
        """0: it does not run."""


class SessionBuses:
    """The buses of one launcher's sessions."""

    def __init__(self, loop: WatchLoop, sessions: LaunchedSessions, processes: LaunchedProcesses) -> None:
        self._loop = loop
        self._sessions = sessions
        self._ports: Mapping[int, PortSpace] = sessions.ports
        self._processes = processes
        self._home = Namespaces()
        self._buses: dict[_Whose, _Bus] = {}
        self._process_keys = itertools.count(-1, -1)
        """Below 0, where the executive has none."""

    def port_opened(self, port_key: int) -> Noted | None:
        """Make the socket of the port's account, if this is its first port; returns what the log should say."""
        port = self._ports.get(port_key)
        if port is None:
            return None
        whose = _Whose(port.session_key, port.identity.uid)
        bus = self._buses.get(whose)
        if bus is not None:
            self._watch(bus)
            return None
        program = _installed(environment_of(port.identity, port.runtime_dir)["PATH"])
        if program is None:
            return None
        try:
            listener = self._listen(port)
        except OSError as error:
            return Noted(f"no D-Bus session bus for {port.identity.user_name}: {error.strerror}")
        bus = self._buses[whose] = _Bus(whose, listener, program)
        self._watch(bus)
        return None

    def close(self) -> None:
        """Start no bus any more."""
        for session_key in {whose.session_key for whose in self._buses}:
            self.session_ends(session_key)

    def session_ends(self, session_key: int) -> None:
        """Start no bus in this session any more."""
        for whose, bus in tuple(self._buses.items()):
            if whose.session_key == session_key:
                self._forget(bus)
                bus.listener.close()
                del self._buses[whose]

    def take(self, answer: Answer) -> tuple[Answer, ...]:
        """Return what the daemon is to be told: all but the news of our own processes."""
        if not isinstance(answer, ProcessStarted | ProcessStartFailed | ProcessExited) or answer.process_key >= 0:
            return (answer,)
        bus = next((one for one in self._buses.values() if one.process_key == answer.process_key), None)
        if bus is None or isinstance(answer, ProcessStarted):
            return ()
        bus.process_key = 0
        wait = bus.limit.ended(monotonic())
        if wait is None:  # who waits to be let in, and who comes later, is refused, and does without
            bus.listener.close()
            return (Noted(f"no D-Bus session bus for uid {bus.whose.uid} any more: {_how_it_ended(answer)}"),)
        bus.is_held_back = True
        self._loop.after(wait, lambda: self._try_again(bus))
        return ()

    def _listen(self, port: PortSpace) -> socket.socket:
        """Bind where programs will connect: the bus tells that name to the programs that it starts.

        No program of this account has run in the session yet, so nobody stands in the way in its directory.
        """
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        path = os.path.join(port.runtime_dir, _SOCKET)
        try:
            port.enter()
            try:
                listener.bind(path)
                os.chmod(path, 0o600)
                os.chown(path, port.identity.uid, -1)
            finally:
                self._home.enter()
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener

    def _watch(self, bus: _Bus) -> None:
        is_given_up = bus.listener.fileno() < 0
        if not (bus.is_watched or bus.is_held_back or bus.process_key or is_given_up):
            bus.is_watched = True
            self._loop.watch(bus.listener.fileno(), lambda: self._connected(bus))

    def _forget(self, bus: _Bus) -> None:
        if bus.is_watched:
            bus.is_watched = False
            self._loop.forget(bus.listener.fileno())

    def _try_again(self, bus: _Bus) -> None:
        bus.is_held_back = False
        if self._buses.get(bus.whose) is bus:
            self._watch(bus)

    def _connected(self, bus: _Bus) -> None:
        """Start the bus through the oldest port of its account; when all are closed, the next one is waited for."""
        self._forget(bus)
        port = next((one for one in self._ports.values() if _owner_of(one) == bus.whose), None)
        group = self._sessions.group_of(bus.whose.session_key)
        if port is None or group is None:
            return
        bus.process_key = next(self._process_keys)
        bus.limit.started(monotonic())
        request = StartProcess(
            process_key=bus.process_key, port_key=0, job_keys=(), arguments=("/bin/sh", "-c", _SERVE, bus.program),
            environment=(), working_directory="", descriptors=None, new_terminal=False,
        )  # fmt: skip
        self._processes.start(request, port, group, (bus.listener.fileno(),))


def _owner_of(port: PortSpace) -> _Whose:
    return _Whose(port.session_key, port.identity.uid)


def _installed(search: str) -> str | None:
    paths = (os.path.join(directory, _DAEMON) for directory in search.split(":"))
    return next((path for path in paths if os.access(path, os.X_OK)), None)


def _how_it_ended(answer: ProcessStartFailed | ProcessExited) -> str:
    if isinstance(answer, ProcessStartFailed):
        return answer.reason
    return f"signal {answer.signal}" if answer.exit_code is None else f"exit status {answer.exit_code}"
