"""Ports: which session and token a caller has is decided by the socket it can reach, and by nothing else."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH120, PTH123

import os
from pathlib import Path

from ntsessions.abi.names import PORT_PATH
from ntsessions.executive.effects import ClosePort, IdentifyProcess, OpenPort
from ntsessions.executive.reports import PortFailed, ProcessIdentified
from tests.host.driven_host import DrivenHost

CONNECT = f"""
import os, socket
def connect():
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect({PORT_PATH!r})
    os.write(1, line.recv(100) + b' ' + str(os.getpid()).encode())
"""
AFTER = {
    "exec": "connect()",
    "fork": "os.fork() or connect()",
    "double fork": "os.fork() or (os.setsid(), os.fork() or connect())",
}


def test_a_caller_is_known_by_its_port_however_it_came_about(host: DrivenHost) -> None:
    _, one = host.session_with_port(1)
    _, two = host.session_with_port(1)
    for port in (one, two):
        for how, code in AFTER.items():
            read, write = os.pipe()
            host.start(port, "python3", "-I", "-S", "-c", CONNECT + code, descriptors=(write, write, write))
            os.close(write)
            pid, uid, _ = host.accept(port)
            with open(read, encoding="ascii") as output:
                assert output.read() == f"{port} {pid}", how
            assert uid == host.isolation.uid


def test_each_port_of_a_session_is_another_socket_in_the_same_session(host: DrivenHost) -> None:
    session, first = host.session_with_port()
    second = host.port(session)
    inode = f"stat -c %i {PORT_PATH}; echo > /dev/shm/same; ls /tmp/.X11-unix"
    one, two = host.shell(first, inode), host.shell(second, inode)
    assert one.output != two.output
    assert host.shell(second, "rm /dev/shm/same").exit_code == 0
    assert host.shell(first, "test -e /dev/shm/same").exit_code == 1
    namespaces = {host.shell(port, "readlink /proc/self/ns/ipc").output for port in (first, second)}
    assert len(namespaces) == 1


def test_the_socket_cannot_be_replaced_from_inside(host: DrivenHost) -> None:
    _, port = host.session_with_port()
    for attempt in ("rm -f {0}", "mv {0} {0}.old", "touch {1}/x", "chmod 777 {0}"):
        script = attempt.format(PORT_PATH, os.path.dirname(PORT_PATH))
        assert host.shell(port, script).exit_code != 0, script


def test_closed_port_starts_nothing_and_leaves_the_session_alone(host: DrivenHost) -> None:
    session, first = host.session_with_port()
    second = host.port(session)
    host.perform(ClosePort(first))
    assert host.shell(second, "exit 3").exit_code == 3
    third = host.port(session)
    assert host.shell(third, "exit 4").exit_code == 4


def test_port_of_a_session_that_is_gone_fails(host: DrivenHost) -> None:
    session, _ = host.session_with_port()
    host.end(session)
    host.perform(OpenPort(9001, session, host.identity()))
    assert host.wait(PortFailed).port_key == 9001


def test_a_process_is_identified_by_the_session_it_lives_in(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    _, pid = host.background(port, "setsid sh -c 'echo $$; exec sleep infinity' &")
    host.perform(IdentifyProcess(1, int(pid)))
    found = host.wait(ProcessIdentified)
    assert found.session_key == session
    assert found.facts is not None
    assert found.facts.pid == int(pid)
    host.perform(IdentifyProcess(2, os.getpid()))
    assert host.wait(ProcessIdentified).session_key is None


def test_managed_account_has_a_name_and_a_home(host: DrivenHost) -> None:
    session, _ = host.session_with_port()
    identity = host.evaluate("host.accounts.managed('robot', 200001)")
    port = host.port(session, identity)
    assert host.shell(port, "echo $HOME; touch $HOME/mine; stat -c '%a %u' $HOME").output.splitlines() == [
        str(host.state_dir / "home" / "robot"),
        f"700 {identity.uid}",
    ]
    if host.isolation.mode == "root":
        assert host.shell(port, "whoami; id -gn; id -u").output == "robot\nrobot\n200001\n"
        assert host.shell(port, "id -G").output == "200001\n"
        assert host.shell(port, "echo x >> /etc/passwd").exit_code != 0
        assert "robot" not in Path("/etc/passwd").read_text(encoding="utf-8")


def test_account_names_that_would_be_read_otherwise_are_refused(host: DrivenHost) -> None:
    session, _ = host.session_with_port()
    for name in ("", "..", "a/b", "a:b", "a\nroot::0:0::/:/bin/sh"):
        home = f"{host.state_dir}/home/{name}"
        host.perform(OpenPort(9002, session, host.identity(user_name=name, uid=200002, home=home, is_managed=True)))
        assert host.wait(PortFailed).port_key == 9002
