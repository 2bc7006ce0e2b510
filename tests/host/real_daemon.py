"""A daemon of a test's own, started as any user, and raw connections to it: bytes in, bytes out."""

import array
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls.process import Connect
from ntsessions.client.connection import Connection
from ntsessions.client.socket_address import seqpacket
from ntsessions.wire.frame import decode_reply, encode_request, request_of
from tests.host.machine import NOBODY

PATIENCE = 15.0
DAEMON = (sys.executable, "-m", "ntsessions.daemon")


class RealDaemon:
    """A process of `ntsessionsd`."""

    def __init__(self, state_dir: Path, uid: int | None = None, descriptors: int = 0) -> None:
        self.state_dir = state_dir
        self.uid = uid
        self.descriptors = descriptors
        self.said = ""
        self.process: subprocess.Popen[bytes]
        self.start()

    @property
    def path(self) -> str:
        return str(self.state_dir / "control")

    @property
    def log(self) -> str:
        return (self.state_dir.parent / "log").read_text()

    def start(self) -> None:
        reader, writer = os.pipe()

        def prepare() -> None:
            if self.descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))

        identity: dict[str, Any] = {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": ()}
        with (self.state_dir.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*DAEMON, "--state-dir", str(self.state_dir), "--ready-fd", str(writer)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(writer,), cwd="/", preexec_fn=prepare,  # noqa: PLW1509 - this process has one thread
                **identity,
            )  # fmt: skip
        os.close(writer)
        with open(reader, encoding="utf-8") as told:  # noqa: PTH123 - a pipe
            self.said = told.readline().strip()

    def connect(self) -> Connection:
        """Return a well-behaved client."""
        return Connection(self.path)

    def raw(self, *, greeted: bool = True) -> "Raw":
        """Return a connection for bytes; after the greeting, unless it is the greeting that matters."""
        raw = Raw(self.path)
        if greeted:
            raw.call(Connect())
        return raw

    def memory(self) -> int:
        """Return the daemon's resident bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def open_descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Raw:
    """A client's socket without a client."""

    def __init__(self, path: str) -> None:
        self.socket = seqpacket()
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.socket.connect(path)
        self.request = 0

    def send(self, data: bytes) -> None:
        self.socket.send(data)

    def begin(self, call: Call[Any], request: int = 0) -> int:
        self.request = request or self.request + 1
        self.send(encode_request(call, self.request))
        return self.request

    def receive(self, request: int, call_type: type[Call[Any]]) -> Any:
        frame = memoryview(self.socket.recv(1 << 20))
        assert frame, "the daemon ended the connection"
        assert request_of(frame) == request
        return decode_reply(frame, BY_TYPE[call_type])

    def call(self, call: Call[Any]) -> Any:
        return self.receive(self.begin(call), type(call))

    def has_ended(self) -> bool:
        """Wait for the daemon to end this connection; what it still says is read."""
        try:
            while self.socket.recv(1 << 20):
                pass
        except (ConnectionResetError, BrokenPipeError):
            return True
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def daemon_for(user: str | int, descriptors: int = 0, configuration: str = "") -> Iterator[RealDaemon]:
    """Run a daemon as `self`, as `nobody`, or as a uid."""
    directory = Path(tempfile.mkdtemp(prefix="nts-", dir="/tmp"))
    uid = user if isinstance(user, int) else NOBODY if user == "nobody" else None
    try:
        if uid is not None:
            os.chown(directory, uid, uid)
        directory.chmod(0o755)
        state_dir = directory / "state"
        if configuration:
            state_dir.mkdir(mode=0o711)
            (state_dir / "ntsessions.toml").write_text(configuration)
            os.chown(state_dir, -1 if uid is None else uid, -1)
        daemon = RealDaemon(state_dir, uid, descriptors)
        assert daemon.said == "ready", daemon.said
        try:
            yield daemon
        finally:
            daemon.close()
    finally:
        shutil.rmtree(directory)


class Victim:
    """A client in a process of its own, which has reached the state that its script describes."""

    def __init__(self, daemon: RealDaemon, script: str) -> None:
        lines = (
            "import os, socket, sys",
            "from ntsessions.client.connection import Connection",
            "import importlib, pkgutil, ntsessions.abi.calls as calls",
            "for one in pkgutil.iter_modules(calls.__path__):",
            "    globals().update(vars(importlib.import_module(f'ntsessions.abi.calls.{one.name}')))",
            f"c = Connection({daemon.path!r})",
            script,
            "print('there', flush=True)",
            "sys.stdin.readline()",
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", "\n".join(lines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().decode().strip()

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def wait_for_end(pidfd: int) -> bool:
    """Return whether a process ends."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(PATIENCE * 1000))


def send_with(sock: socket.socket, data: bytes, descriptors: list[int]) -> None:
    sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))])
