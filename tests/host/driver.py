"""A daemon without an executive: performs the effects that a test sends and sends back what is reported.

Runs as a process of its own because a host changes its process for good (namespaces, launcher), and as another user
if asked: `driver.py SOCKET STATE_DIR GROUPS [UID CGROUP...]`.
"""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PLC0415, PTH123

import array
import os
import pickle
import select
import socket
import sys
from collections.abc import Callable

UID_ARGUMENT = 4


class EpollLoop:
    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        self.is_over = False

    def add_reader(self, descriptor: int, callback: Callable[[], None]) -> None:
        self._calls[descriptor] = callback
        self._epoll.register(descriptor, select.EPOLLIN)

    def remove_reader(self, descriptor: int) -> None:
        if self._calls.pop(descriptor, None) is not None:  # unknown ones are none of our business, as in asyncio
            self._epoll.unregister(descriptor)

    def run(self) -> None:
        while not self.is_over:
            for descriptor, _ in self._epoll.poll():
                if descriptor in self._calls:
                    self._calls[descriptor]()


def become(uid: int, cgroups: list[str]) -> None:
    """Join the cgroups, take the identity and start again, so that nothing of root remains (dumpability above all)."""
    for cgroup in cgroups:
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write("0")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(sys.executable, [sys.executable, __file__, *sys.argv[1:UID_ARGUMENT]])


def serve(  # noqa: PLR0915 - one verb after the other
    test: socket.socket, state_dir: str, groups: str
) -> None:
    from ntsessions.host.isolation import enter_own_namespaces
    from ntsessions.host.launcher_fork import start_launcher

    isolation = enter_own_namespaces()
    launcher = start_launcher(state_dir, isolation, groups)

    import msgspec

    from ntsessions.executive.effects import Effect, StartProcess
    from ntsessions.host.host import Host

    loop = EpollLoop()
    host = Host(loop, launcher, isolation, state_dir, lambda report: say("report", report))

    def say(kind: str, value: object, descriptors: tuple[int, ...] = ()) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            test.sendmsg([pickle.dumps((kind, value))], rights)
        except (BrokenPipeError, ConnectionResetError):
            return  # the test has left; what is reported while closing interests nobody

    def perform(effect: Effect, descriptors: tuple[int, ...]) -> None:
        if isinstance(effect, StartProcess) and descriptors:
            effect = msgspec.structs.replace(effect, descriptors=host.hold_descriptors(descriptors))
        host.perform(effect)

    def evaluate(code: str) -> None:
        say("answer", eval(code, {"host": host, "os": os}))

    def send_memory(key: int, writable: bool) -> None:
        descriptor = host.memory.descriptor(key, writable=writable)
        say("answer", None, (descriptor,))
        os.close(descriptor)

    def accept(port_key: int) -> None:
        listener = host.ports[port_key].listener
        select.select([listener], [], [])
        connection, _ = listener.accept()
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        connection.send(str(port_key).encode())
        connection.close()
        say("answer", tuple(array.array("i", credentials)))

    def request() -> None:
        try:
            body, control, _, _ = test.recvmsg(1 << 20, socket.CMSG_SPACE(64), socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:  # the test left without reading every report
            body, control = b"", []
        if not body:
            host.close()
            loop.is_over = True
            return
        descriptors = array.array("i")
        for _, _, content in control:
            descriptors.frombytes(content)
        kind, *arguments = pickle.loads(body)
        match kind:
            case "perform":
                perform(arguments[0], tuple(descriptors))
            case "evaluate":
                evaluate(arguments[0])
            case "memory":
                send_memory(*arguments)
            case "accept":
                accept(*arguments)

    loop.add_reader(test.fileno(), request)
    say("ready", (isolation, host.groups, host.notes, launcher.pid))
    loop.run()


if __name__ == "__main__":
    if len(sys.argv) > UID_ARGUMENT:
        become(int(sys.argv[UID_ARGUMENT]), sys.argv[UID_ARGUMENT + 1 :])
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3])
