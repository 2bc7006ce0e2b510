"""The conformance tests' world on a real host: a daemon, real sessions, and programs inside them.

A program in a session is a relay: frames that the test writes go through it to the port of its session and back, each
connection being one of its threads.  One relay per user is started with CreateProcess; the others are forked from it,
which takes no time.  `C`, from the test, with a descriptor: connect a thread.  `P`, with a descriptor: fork a program.
`X` and a byte: exit with that code.  Time is real; nothing sleeps, the tests wait for replies.
"""

import array
import itertools
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls.account import AccountInformation
from ntsessions.abi.calls.host import QueryHost, ShutDown
from ntsessions.abi.calls.process import CreatedProcess, CreateProcess
from ntsessions.abi.calls.section import MapView
from ntsessions.abi.calls.system import LogonFacts
from ntsessions.abi.calls.wait import CancelCall, DelayExecution, WaitForObject
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import FRAME_BYTES
from ntsessions.abi.names import PORT_PATH
from ntsessions.client.connection import open_socket
from ntsessions.wire.frame import DESCRIPTORS_FOLLOW, DESCRIPTORS_MESSAGE, decode_reply, encode_request, request_of
from tests.conformance import worlds
from tests.conformance.worlds import ticks

LONGEST_WAIT = 15
EPOCH_DIFFERENCE = 116_444_736_000_000_000
ANCILLARY = 256

RELAY = """
import array, os, select, signal, socket, sys
PORT, SIZE = sys.argv[1], int(sys.argv[2])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)

def take(source):
    data, control, _, _ = source.recvmsg(SIZE, 256, socket.MSG_CMSG_CLOEXEC)
    fds = array.array("i")
    for _, _, content in control:
        fds.frombytes(content)
    return data, fds

def adopt(fd):
    return socket.socket(fileno=fd)

def serve(control):
    pairs = {}
    watched = select.poll()
    watched.register(control, select.POLLIN)
    while True:
        for fd, _ in watched.poll():
            if fd == control.fileno():
                data, fds = take(control)
                if data[:1] == b"C":
                    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * SIZE)
                    line.connect(PORT)
                    test = adopt(fds[0])
                    for one, other in ((line, test), (test, line)):
                        pairs[one.fileno()] = (one, other)
                        watched.register(one, select.POLLIN)
                elif data[:1] == b"P":
                    if os.fork() == 0:
                        control.close()
                        return adopt(fds[0])
                    os.close(fds[0])
                else:
                    os._exit(data[1] if data else 0)
            elif fd in pairs:
                one, other = pairs[fd]
                try:
                    data, fds = take(one)
                except OSError:
                    data, fds = b"", ()
                try:
                    if data:
                        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)] if fds else []
                        other.sendmsg([data], rights)
                except OSError:
                    data = b""
                for received in fds:
                    os.close(received)
                if not data:
                    for end in (one, other):
                        watched.unregister(end)
                        del pairs[end.fileno()]
                        end.close()

control = adopt(0)
while True:
    control = serve(control)
"""

COMMAND = (sys.executable, "-I", "-S", "-c", RELAY, PORT_PATH, str(FRAME_BYTES))


def channel() -> tuple[socket.socket, socket.socket]:
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * FRAME_BYTES)
        end.settimeout(LONGEST_WAIT)
    return pair


class SocketBegun(worlds.Begun):
    def __init__(self, program: "SocketProgram", request: int) -> None:
        self._program = program
        self.request = request

    @property
    def done(self) -> bool:
        if self.request not in self._program.arrived:
            self._program.call(CancelCall(0))  # answered after everything that was answered before
        return self.request in self._program.arrived

    @property
    def reply(self) -> Any:
        return self._program.reply_to(self.request)


class Control:
    """The line to a relay, which stands for a process."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line

    def send(self, order: bytes, end: socket.socket | None = None) -> None:
        try:
            socket.send_fds(self.line, [order], [] if end is None else [end.fileno()])
        finally:
            if end is not None:
                end.close()


class SocketProgram(worlds.Program):
    def __init__(self, world: "SocketWorld", line: socket.socket, control: Control | None) -> None:
        self.world = world
        self._line = line
        self._control = control
        self._requests = 0
        self._specs: dict[int, Any] = {}
        self.arrived: dict[int, tuple[bytes, list[int]]] = {}
        world.lines.append(line)

    def begin(self, call: Call[Any], *files: Any) -> SocketBegun:
        self._requests += 1
        self._specs[self._requests] = BY_TYPE[type(call)]
        self._line.send(encode_request(call, self._requests, DESCRIPTORS_FOLLOW if files else 0))
        if files:
            socket.send_fds(self._line, [DESCRIPTORS_MESSAGE], list(files))
        return SocketBegun(self, self._requests)

    def reply_to(self, request: int) -> Any:
        frame, fds = self._await(request)
        for fd in fds:
            os.close(fd)
        return decode_reply(memoryview(frame), self._specs[request])

    def _await(self, request: int) -> tuple[bytes, list[int]]:
        while request not in self.arrived:
            frame, control, _, _ = self._line.recvmsg(FRAME_BYTES, ANCILLARY, socket.MSG_CMSG_CLOEXEC)
            if not frame:
                raise ConnectionResetError(f"the connection of {self} ended")
            fds = array.array("i")
            for _, _, content in control:
                fds.frombytes(content)
            self.arrived[request_of(memoryview(frame))] = (frame, list(fds))
        frame, fds_ = self.arrived[request]
        self.arrived[request] = (frame, [])
        return frame, fds_

    def view(self, call: MapView) -> worlds.View:
        begun = self.begin(call)
        frame, fds = self._await(begun.request)
        grant = decode_reply(memoryview(frame), self._specs[begun.request])
        kind = mmap.ACCESS_COPY if grant.copy_on_write else mmap.ACCESS_WRITE if grant.writable else mmap.ACCESS_READ
        (fd,) = fds
        memory = mmap.mmap(fd, grant.size, access=kind, offset=grant.offset)
        os.close(fd)
        return worlds.View(grant, memory)

    def thread(self) -> worlds.Program:
        assert self._control is not None, "the operator has one thread"
        assert isinstance(self.world, SocketWorld)
        return self.world.connect(self._control)

    def end_thread(self) -> None:
        with _Ending(self.world, self.world.observe_thread(self.thread_id)):
            self._line.close()

    def exit(self) -> None:
        assert self._control is not None
        with _Ending(self.world, self.world.observe_process(self.pid)):
            self._control.send(b"X\0")

    def kill(self) -> None:
        with _Ending(self.world, self.world.observe_process(self.pid)):
            os.kill(self.pid, signal.SIGKILL)

    def fork(self) -> "SocketForked":
        assert self._control is not None, "the operator does not fork"
        assert isinstance(self.world, SocketWorld)
        ours, theirs = channel()
        self._control.send(b"P", theirs)
        self.world.lines.append(ours)
        return SocketForked(self.world, Control(ours))

    def start(self, **options: Any) -> "SocketStarted":
        ours, theirs = channel()
        with Path("/dev/null").open("wb") as null:
            call = CreateProcess(COMMAND, descriptor_count=3, **options)
            try:
                created = self.call(call, theirs.fileno(), null.fileno(), null.fileno())
            except NtError:
                ours.close()
                raise
            finally:
                theirs.close()
        assert isinstance(self.world, SocketWorld)
        self.world.lines.append(ours)
        return SocketStarted(self.world, created, Control(ours))


class _Ending:
    """Waits, as the operator, until what is ended in the block has ended for the daemon."""

    def __init__(self, world: worlds.World, handle: int) -> None:
        self._world = world
        self._handle = handle

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._world.operator.call(WaitForObject(self._handle, ticks(LONGEST_WAIT)))
        self._world.close_observed(self._handle)


class SocketForked(worlds.Forked):
    def __init__(self, world: "SocketWorld", control: Control) -> None:
        self._world = world
        self._control = control

    def connect(self) -> worlds.Program:
        try:
            return self._world.connect(self._control)
        except (BrokenPipeError, ConnectionResetError) as error:
            assert self._control.line.recv(1) == b"", "it lives, though it was not let in"
            raise ConnectionResetError from error


class SocketStarted(worlds.Started):
    def __init__(self, world: "SocketWorld", created: CreatedProcess, control: Control) -> None:
        self._world = world
        self.created = created
        self._control = control

    def connect(self) -> worlds.Program:
        return self._world.connect(self._control)

    def exit(self, code: int) -> None:
        with _Ending(self._world, self._world.observe_process(self.created.process_id)):
            self._control.send(bytes([ord("X"), code]))


class Host:
    """A daemon that the tests of a run share."""

    def __init__(self, profile: str = "windows11", uid: int | None = None) -> None:
        self.profile = profile
        self.directory = Path(tempfile.mkdtemp(prefix="nts-conformance-", dir="/tmp"))
        self.directory.chmod(0o711)
        self.state_dir = self.directory / "state"
        self.state_dir.mkdir(mode=0o711)
        self.homes: dict[tuple[int, str, bool], Any] = {}
        self.numbers: Iterator[int] = itertools.count(1)
        self._log = (self.directory / "log").open("wb")
        self._daemon = self._start(uid)
        self.operator_line = open_socket(str(self.state_dir / "control"))
        self.operator_line.settimeout(LONGEST_WAIT)
        self.world = SocketWorld(self)
        self.operator = SocketProgram(self.world, self.operator_line, None)
        self.world.operator = self.operator
        self.operator.greet()
        self.is_personal = self.operator.call(QueryHost()).mode == "personal"
        self.uid = os.geteuid() if uid is None else uid

    def _start(self, uid: int | None) -> "subprocess.Popen[bytes]":
        read, write = os.pipe()
        other: dict[str, Any] = {}
        if uid is not None:
            for path in (self.directory, self.state_dir):
                os.chown(path, uid, uid)
            other = {"user": uid, "group": uid, "extra_groups": []}
        daemon = subprocess.Popen(
            [sys.executable, "-m", "ntsessions.daemon", "--state-dir", str(self.state_dir), "--profile", self.profile,
             "--ready-fd", str(write)],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, pass_fds=(write,), cwd="/", **other,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            line = told.readline().strip()
        assert line == "ready", f"{line}\n{self.log()}"
        return daemon

    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def close(self) -> None:
        try:
            self.operator.call(ShutDown())
            self._daemon.wait(LONGEST_WAIT)
            assert self._daemon.returncode == 0, self.log()
        finally:
            self._daemon.kill()
            self._daemon.wait()
            self.world.close()
            for control in self.homes.values():
                control.line.close()
            self._log.close()
            shutil.rmtree(self.directory, ignore_errors=True)


class SocketWorld(worlds.World):
    is_real = True

    def __init__(self, host: Host) -> None:
        self.host = host
        self.profile = host.profile
        self.lines: list[socket.socket] = []
        self._files: list[Any] = []
        if hasattr(host, "operator"):
            self.operator = host.operator

    def close(self) -> None:
        """End the programs that a test started."""
        for line in self.lines:
            line.close()
        for file in self._files:
            with suppress(OSError):
                os.close(file)

    def name(self, stem: str) -> str:
        return f"{stem}-{next(self.host.numbers)}"

    def passes(self, seconds: float) -> None:
        self.operator.call(DelayExecution(ticks(seconds)))

    def utc(self) -> int:
        return time.time_ns() // 100 + EPOCH_DIFFERENCE

    def file(self, size: int, *, readable: bool = True, writable: bool = True, regular: bool = True) -> int:
        if regular:
            made, path = tempfile.mkstemp(dir=self.host.directory)
            os.truncate(made, size)
            os.close(made)
        else:
            path = "/dev/null"
        mode = os.O_RDWR if readable and writable else os.O_RDONLY if readable else os.O_WRONLY
        self._files.append(os.open(path, mode | os.O_CLOEXEC))
        return int(self._files[-1])

    def connect(self, control: Control) -> worlds.Program:
        """Let a relay connect once more."""
        ours, theirs = channel()
        self.lines.append(ours)
        control.send(b"C", theirs)
        return SocketProgram(self, ours, control).greet()

    def _facts(self, account: AccountInformation) -> LogonFacts:
        uid = self.host.uid if self.host.is_personal else account.uid
        return LogonFacts(
            account.name, account.sid, account.is_administrator, uid, uid, () if self.host.is_personal else (uid,),
            f"{self.host.state_dir}/home/{account.name}", "/bin/sh", is_managed=True,
        )  # fmt: skip

    @property
    def _homes(self) -> dict[tuple[int, str, bool], Any]:
        return self.host.homes

    def _start_home(self, token: int) -> Control:
        started = self.operator.start(token=token)
        assert isinstance(started, SocketStarted)
        return started._control

    def _program_of(self, home: Control) -> worlds.Program:
        ours, theirs = channel()
        home.send(b"P", theirs)
        self.lines.append(ours)
        return self.connect(Control(ours))
