"""The composition root: the pure system, the host and the connections, around one loop.

What happens in one turn: a frame is read and decoded; the time is told; the system serves the call; its effects are
performed, which may bring reports, which may bring effects; the reply is sent.  Nothing waits and nothing polls.
"""

import errno
import gc
import logging
import os
import resource
import signal
import socket
from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from msgspec import structs

from ntsessions.abi.call import Call, CallSpec
from ntsessions.abi.limits import FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.daemon import clocks, peer
from ntsessions.daemon.descriptors import Received
from ntsessions.daemon.loop import Loop
from ntsessions.daemon.server import ClientConnection
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import Outcome, Pending
from ntsessions.executive.handlers.host import CONTROL_PORT
from ntsessions.host.host import Host, HostFailed
from ntsessions.subsystems.system import System

_log = logging.getLogger("ntsessionsd")
_EMPTY_FRAME = FRAME_BYTES + 1
RESERVED_DESCRIPTORS = 64
"""However many connect from sessions, operators still can, and a session can still be ended."""


class Daemon:
    """A running host."""

    def __init__(self, system: System, loop: Loop, control: socket.socket, on_ready: Callable[[], None]) -> None:
        self.system = system
        self.executive = system.executive
        self.loop = loop
        self.host: Host
        self._control = control
        self._on_ready = on_ready
        self._buffer = bytearray(_EMPTY_FRAME)
        self._connections: dict[int, ClientConnection] = {}
        self._next_key = 0
        self._utc_offset = clocks.utc_offset()
        self._clock_watch = clocks.ClockWatch()
        loop.add_reader(self._clock_watch.descriptor, self._clock_was_set)
        self._reports: deque[reports.Report] = deque()
        self._is_ready = False
        self._paused: list[tuple[socket.socket, int]] = []
        self._held: dict[tuple[int, int], tuple[int, ...]] = {}
        """What the host keeps secret for calls that have not ended: by connection and request."""
        self._limit = 0
        """Descriptors from this number on are the operators'."""

    def take_report(self, report: reports.Report) -> None:
        """The host has something to tell; it is told at the end of this turn."""
        self._reports.append(report)

    def run(self, host: Host, started: reports.HostStarted) -> None:
        """Serve until told to shut down."""
        self.host = host
        self.executive.make_region = host.memory.region
        self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - RESERVED_DESCRIPTORS
        self._listen(self._control, CONTROL_PORT)
        self._watch_signals()
        self._tell_time()
        self.system.report(started)
        self.settle()
        _spare_the_collector()
        self.loop.run(self._end_of_turn)
        if self.system.failure:
            raise HostFailed(self.system.failure)
        for connection in list(self._connections.values()):
            connection.close()

    # -- time

    def _tell_time(self) -> None:
        now = clocks.steady()
        self.executive.advance(now, now + self._utc_offset)

    def _clock_was_set(self) -> None:
        self._utc_offset = clocks.utc_offset()
        self._clock_watch.arm()

    def _end_of_turn(self) -> float:
        """Finish what a turn left to do; return how many seconds the loop may sleep, -1 for as long as it likes."""
        executive = self.executive
        if self._reports or executive.effects:
            self.settle()
        if not (executive.steady.live or executive.absolute.live):
            return -1
        self._tell_time()
        self.settle()
        steady, absolute = executive.next_deadline()
        now = clocks.steady()
        due = [] if steady is None else [steady - now]
        if absolute is not None:
            due.append(absolute - now - self._utc_offset)
        return max(0, min(due)) / 1e7 if due else -1

    # -- calls

    def serve(self, connection: ClientConnection, spec: CallSpec, request: int, call: Call[Any],
              descriptors: list[int]) -> int:  # fmt: skip
        """Serve one call of a client; returns when it began."""
        executive = self.executive
        now = monotonic_ns() // 100
        executive.advance(now, now + self._utc_offset)
        thread = executive.threads.get(connection.key)
        if thread is None:
            for descriptor in descriptors:
                os.close(descriptor)
            return now
        if spec.secrets:
            try:
                call = self._hide_secrets(connection.key, request, call, spec.secrets)
            except ValueError as error:
                refused = NtStatus.PASSWORD_RESTRICTION
                connection.send_failure(
                    request, refused if refused in spec.fails_with else NtStatus.LOGON_FAILURE, str(error)
                )
                return now
        received = None
        if descriptors:
            received = Received(self.host, descriptors)
            thread.received = received.facts
        try:
            outcome: Outcome | Pending = executive.dispatch(connection.key, request, call)
        except Exception:  # noqa: BLE001 - a fault of ours must cost one call, not the host
            _log.exception("%s failed", spec.name)
            outcome = Outcome(NtStatus.INTERNAL_ERROR, None, "the daemon's log has the details; please report it")
        grant = thread.grant
        if executive.effects or self._reports:
            self.settle()
        if received is not None:
            received.close()
        if spec.secrets and not isinstance(outcome, Pending):
            self._drop_secrets(connection.key, request)
        if isinstance(outcome, Pending) or not request or not connection.is_open:
            return now
        if outcome.status:
            connection.send_failure(request, outcome.status, outcome.detail)
        elif grant is None:
            connection.send_reply(request, outcome.reply, [])
        else:
            self._send_with_memory(connection, request, outcome.reply, grant)
        return now

    def _hide_secrets(self, thread_key: int, request: int, call: Call[Any], secrets: frozenset[str]) -> Call[Any]:
        """Leave passwords with the host and pass on the numbers it keeps them under: no log of inputs has them.

        The host keeps them until they are used, or until the call has ended.  Raises ValueError for one too long.
        """
        held = {
            name: self.host.secrets.hold(getattr(call, name).encode())
            for name in secrets
            if getattr(call, name) is not None
        }
        if held and (thread_key, request) not in self._held:  # one that is pending already ends the connection
            self._held[thread_key, request] = tuple(held.values())
        return structs.replace(call, **{name: str(key) for name, key in held.items()})

    def _drop_secrets(self, thread_key: int, request: int) -> None:
        for key in self._held.pop((thread_key, request), ()):
            self.host.secrets.drop(key)

    def _send_with_memory(self, connection: ClientConnection, request: int, reply: object,
                          grant: effects.DescriptorGrant) -> None:  # fmt: skip
        try:
            if not grant.is_file:
                self.host.memory.create(grant.memory_key, grant.size)
            descriptor = self.host.memory.descriptor(grant.memory_key, writable=grant.writable)
        except KeyError:
            why = "the section's file could not be kept; the daemon's log has the reason"
            connection.send_failure(request, NtStatus.INSUFFICIENT_RESOURCES, why)
            return
        except (OSError, ValueError) as error:
            connection.send_failure(request, NtStatus.INSUFFICIENT_RESOURCES, str(error))
            return
        connection.send_reply(request, reply, [descriptor])

    # -- effects and reports

    def settle(self) -> None:
        """Perform what the system asks and tell it what came of it, until nothing is left."""
        while True:
            for effect in self.system.take_effects():
                try:
                    self._perform(effect)
                except Exception:  # noqa: BLE001 - as above
                    _log.exception("%s could not be performed", type(effect).__name__)
            if not self._reports:
                if self.executive.effects:
                    continue
                break
            report = self._reports.popleft()
            if isinstance(report, reports.PortOpened):
                self._listen_on_port(report.port_key)
            try:
                self.system.report(report)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("%s could not be taken in", type(report).__name__)
            if self._held and isinstance(report, reports.ThreadDisconnected):
                for thread_key, request in [held for held in self._held if held[0] == report.thread_key]:
                    self._drop_secrets(thread_key, request)
        if self.system.is_ready and not self._is_ready:
            self._is_ready = True
            self._on_ready()

    def _perform(self, effect: effects.Effect) -> None:
        match effect:
            case effects.CompleteCall():
                self._complete(effect)
            case effects.AdmitThread(thread_key):
                if (connection := self._connections.get(thread_key)) is not None:
                    connection.start_reading()
            case effects.Disconnect(thread_key, reason):
                if (connection := self._connections.get(thread_key)) is not None:
                    self._ended(connection, reason)
            case effects.ShutDown():
                self.loop.stop()
            case _:
                self.host.perform(effect)

    def _complete(self, effect: effects.CompleteCall) -> None:
        if self._held:
            self._drop_secrets(effect.thread_key, effect.request)
        connection = self._connections.get(effect.thread_key)
        if connection is None:
            return
        if effect.status:
            connection.send_failure(effect.request, effect.status, effect.detail)
        else:
            connection.send_reply(effect.request, effect.reply, [])

    # -- connections

    def _listen_on_port(self, port_key: int) -> None:
        """Accept the programs of a port that was opened."""
        port = self.host.ports.get(port_key)
        if port is not None:
            port.listener.setblocking(False)
            self._listen(port.listener, port_key)

    def _listen(self, listener: socket.socket, port_key: int) -> None:
        self.loop.add_reader(listener.fileno(), lambda: self._accept(listener, port_key))

    def _accept(self, listener: socket.socket, port_key: int) -> None:
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                self._pause(listener, port_key)
            return
        if port_key == CONTROL_PORT:
            if not peer.is_operator(sock):
                sock.close()
                return
        elif sock.fileno() >= self._limit:
            _log.error("too many connections; the descriptors that are left are for operators")
            sock.close()
            return
        self._next_key += 1
        report = peer.identify(sock, self._next_key, port_key, self.host.jobs_of)
        if report is None:
            sock.close()
            return
        connection = ClientConnection(sock, self._next_key, self.loop, self._buffer, self.serve, self._ended)
        self._connections[connection.key] = connection
        self._tell_time()
        self.system.report(report)
        self.settle()

    def _pause(self, listener: socket.socket, port_key: int) -> None:
        """Out of descriptors: stop accepting here until a connection ends, instead of spinning."""
        _log.error("no descriptor is left for a new connection; accepting goes on when one ends")
        self.loop.remove_reader(listener.fileno())
        self._paused.append((listener, port_key))

    def _ended(self, connection: ClientConnection, reason: str) -> None:
        """A connection ended: by its client, by us, or because of what it sent."""
        if self._connections.pop(connection.key, None) is None:
            return
        if reason:
            _log.warning("connection %d ended: %s", connection.key, reason)
        connection.close()
        self._reports.append(reports.ThreadDisconnected(connection.key))
        paused, self._paused = self._paused, []
        for listener, port_key in paused:
            if listener.fileno() >= 0:
                self._listen(listener, port_key)

    # -- the end

    def _watch_signals(self) -> None:
        """SIGTERM and SIGINT end the host as `nts down` does."""
        read_end, write_end = socket.socketpair()
        for end in (read_end, write_end):
            end.setblocking(False)
        self._signal_ends = (read_end, write_end)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(write_end.fileno(), warn_on_full_buffer=False)
        self.loop.add_reader(read_end.fileno(), self._signaled)

    def _signaled(self) -> None:
        numbers = self._signal_ends[0].recv(64)
        if bytes(numbers).strip(bytes([signal.SIGHUP])):
            self._tell_time()
            self.system.session_manager.shut_down(lambda: None)
            self.settle()


def _spare_the_collector() -> None:
    """Let the cycle collector run seldom.

    Objects here are freed by their count, and a full pass over 100,000 of them stalls every client for tens of
    milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
