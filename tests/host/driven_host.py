"""A host in a process of its own, seen from a test: effects in, reports out, and programs run in its sessions."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH123

import array
import itertools
import os
import pickle
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import ntsessions
from ntsessions.executive.effects import (
    EndSession,
    GroupLimits,
    OpenPort,
    PrepareLogonGroup,
    PrepareSession,
    StartProcess,
    UnixIdentity,
)
from ntsessions.executive.reports import (
    PortFailed,
    PortOpened,
    ProcessExited,
    ProcessStarted,
    ProcessStartFailed,
    Report,
    SessionEnded,
    SessionFailed,
    SessionPrepared,
)

DRIVER = Path(__file__).with_name("driver.py")
R = TypeVar("R", bound=Report)
LONGEST_WAIT = 15
NO_LIMITS = GroupLimits()


class Finished(NamedTuple):
    exit_code: int | None
    signal: int | None
    output: str


class DrivenHost:
    def __init__(self, state_dir: Path, groups: str, uid: int | None = None, cgroups: tuple[str, ...] = ()) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        as_user = [] if uid is None else [str(uid), *cgroups]
        command = [sys.executable, str(DRIVER), str(theirs.fileno()), str(state_dir), groups, *as_user]
        source = str(Path(ntsessions.__file__).parent.parent)
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env={"PYTHONPATH": source, "DAEMON_SECRET": "1", "PATH": os.environ["PATH"]},
        )
        theirs.close()
        self.state_dir = state_dir
        self._line = ours
        self._line.settimeout(LONGEST_WAIT)
        self._reports: list[Report] = []
        self._keys = itertools.count(1)
        self.isolation, self.groups, self.notes, self.launcher_pid = self._until("ready")
        self._launcher = os.pidfd_open(self.launcher_pid)

    # -- the line

    def perform(self, effect: object, descriptors: tuple[int, ...] = ()) -> None:
        self._send(("perform", effect), descriptors)

    def evaluate(self, code: str) -> Any:
        self._send(("evaluate", code))
        return self._until("answer")

    def memory_descriptor(self, key: int, *, writable: bool) -> int:
        self._send(("memory", key, writable))
        self._until("answer")
        return self._arrived.pop()

    def accept(self, port_key: int) -> tuple[int, int, int]:
        """Accept one connection on a port, answer it with the port's key, and return the caller's pid, uid, gid."""
        self._send(("accept", port_key))
        who: tuple[int, int, int] = self._until("answer")
        return who

    def wait(self, kind: type[R] | tuple[type[R], ...], which: Callable[[R], bool] = lambda _: True) -> R:
        for report in self._reports:
            if isinstance(report, kind) and which(report):
                self._reports.remove(report)
                return report
        while True:
            report = self._until("report")
            if isinstance(report, kind) and which(report):
                return report
            self._reports.append(report)

    def has_report(self, kind: type[Report]) -> bool:
        return any(isinstance(report, kind) for report in self._reports)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self._line.fileno() < 0:
            return
        self._line.close()
        try:
            assert self.process.wait(LONGEST_WAIT) in {0, -9}
        finally:
            self.process.kill()
            assert select.select([self._launcher], [], [], LONGEST_WAIT)[0], "the launcher stayed"
            os.close(self._launcher)

    # -- what most tests need

    def identity(self, **other: Any) -> UnixIdentity:
        _, uid, gid = self.isolation
        wanted: dict[str, Any] = {
            "user_name": "tester", "uid": uid, "gid": gid, "groups": (), "home": "/tmp", "shell": "/bin/sh",
            "is_managed": False,
        }  # fmt: skip
        return UnixIdentity(**(wanted | other))

    def session(
        self, session_id: int = 1, *, private_tmp: bool = False, limits: GroupLimits = NO_LIMITS
    ) -> tuple[int, tuple[str, ...]]:
        key = next(self._keys)
        self.perform(PrepareSession(key, session_id, private_tmp, limits))
        answer = self.wait(Report, lambda one: isinstance(one, SessionPrepared | SessionFailed))
        assert isinstance(answer, SessionPrepared), answer
        return key, answer.notes

    def port(self, session_key: int, identity: UnixIdentity | None = None) -> int:
        key = next(self._keys)
        self.perform(OpenPort(key, session_key, identity or self.identity()))
        answer = self.wait(Report, lambda one: isinstance(one, PortOpened | PortFailed))
        assert isinstance(answer, PortOpened), answer
        return key

    def logon_group(self, session_key: int) -> tuple[int, int]:
        """Make a logon group in a session; returns its key, and that of a port of it."""
        key = next(self._keys)
        self.perform(PrepareLogonGroup(key, session_key))
        return key, self.port(key)

    def session_with_port(self, session_id: int = 1, **other: Any) -> tuple[int, int]:
        key, _ = self.session(session_id, **other)
        return key, self.port(key)

    def start(
        self,
        port_key: int,
        *arguments: str,
        descriptors: tuple[int, ...] = (),
        jobs: tuple[int, ...] = (),
        environment: tuple[tuple[str, str], ...] = (),
        directory: str = "/",
        new_terminal: bool = False,
        suspended: bool = False,
        output_log: str = "",
    ) -> int:
        """Ask for a program; returns its process key."""
        key = next(self._keys)
        effect = StartProcess(
            key, port_key, jobs, arguments, environment, directory, None, new_terminal, suspended, output_log
        )
        self.perform(effect, descriptors)
        return key

    def started(self, process_key: int) -> ProcessStarted:
        answer = self.wait(
            Report,
            lambda one: isinstance(one, ProcessStarted | ProcessStartFailed) and one.process_key == process_key,
        )
        assert isinstance(answer, ProcessStarted), answer
        return answer

    def exited(self, process_key: int) -> ProcessExited:
        return self.wait(ProcessExited, lambda one: one.process_key == process_key)

    def run(self, port_key: int, *arguments: str, **other: Any) -> Finished:
        """Run a program to its end and return what it wrote."""
        with open("/dev/null", "rb") as null:
            read, write = os.pipe()
            key = self.start(port_key, *arguments, descriptors=(null.fileno(), write, write), **other)
        os.close(write)
        self.started(key)
        with open(read, encoding="utf-8", errors="replace") as output:
            text = output.read()
        end = self.exited(key)
        return Finished(end.exit_code, end.signal, text)

    def shell(self, port_key: int, script: str, **other: Any) -> Finished:
        return self.run(port_key, "/bin/sh", "-c", script, **other)

    def python(self, port_key: int, code: str, **other: Any) -> Finished:
        return self.run(port_key, sys.executable, "-I", "-S", "-c", code, **other)

    def background(self, port_key: int, script: str, **other: Any) -> tuple[int, str]:
        """Start a shell script; returns its process key and the first line it wrote, so it is known to run."""
        with open("/dev/null", "rb") as null:
            read, write = os.pipe()
            key = self.start(port_key, "/bin/sh", "-c", script, descriptors=(null.fileno(), write, write), **other)
        os.close(write)
        self.started(key)
        with open(read, encoding="utf-8") as output:
            return key, output.readline().strip()

    def end(self, session_key: int) -> SessionEnded:
        self.perform(EndSession(session_key))
        return self.wait(SessionEnded, lambda one: one.session_key == session_key)

    def _send(self, message: object, descriptors: tuple[int, ...] = ()) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self._line.sendmsg([pickle.dumps(message)], rights)

    def _until(self, kind: str) -> Any:
        while True:
            body, control, _, _ = self._line.recvmsg(1 << 20, socket.CMSG_SPACE(64), socket.MSG_CMSG_CLOEXEC)
            assert body, "the driver has ended"
            self._arrived = array.array("i")
            for _, _, content in control:
                self._arrived.frombytes(content)
            said, value = pickle.loads(body)
            if said == kind:
                return value
            self._reports.append(value)
