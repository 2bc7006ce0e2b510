"""The D-Bus session bus: each session has its own, and it costs nothing until a program connects."""

import shlex
import shutil
import sys

import pytest

from ntsessions.executive.effects import ClosePort, ListProcesses
from ntsessions.executive.reports import ProcessesListed
from tests.host.driven_host import DrivenHost
from tests.host.test_deaths import wait_gone

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="dbus is not installed")

CLIENT = r"""
import os, signal, socket, struct, sys

def padded(data, to):
    return data + bytes(-len(data) % to)

def text(value):
    return struct.pack("<I", len(value)) + value.encode() + b"\0"

def call(serial, member, signature="", body=b""):
    fields = b""
    named = {1: ("o", "/org/freedesktop/DBus"), 2: ("s", "org.freedesktop.DBus"), 3: ("s", member),
             6: ("s", "org.freedesktop.DBus")}
    for code, (kind, value) in named.items():
        fields = padded(fields, 8) + bytes((code, 1)) + kind.encode() + b"\0" + text(value)
    if signature:
        fields = padded(fields, 8) + bytes((8, 1)) + b"g\0" + bytes((len(signature),)) + signature.encode() + b"\0"
    bus.sendall(padded(b"l\1\0\1" + struct.pack("<III", len(body), serial, len(fields)) + fields, 8) + body)
    while True:
        head = stream.read(16)
        _, kind, _, _, length, _, rest = struct.unpack("<BBBBIII", head)
        stream.read(rest + -rest % 8)
        body = stream.read(length)
        if kind in (2, 3):
            return kind, body

bus = socket.socket(socket.AF_UNIX)
bus.connect(os.environ["DBUS_SESSION_BUS_ADDRESS"].removeprefix("unix:path="))
stream = bus.makefile("rb")
bus.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
assert stream.readline().startswith(b"OK "), "not let in"
bus.sendall(b"BEGIN\r\n")
assert call(1, "Hello")[0] == 2

def named(member, name, flags):
    return call(2, member, "su", padded(text(name), 4) + struct.pack("<I", flags))
"""
OWN_NAME = r"""
kind, body = named("RequestName", "org.example.TheOnlyOne", 4)  # 4: do not queue
print({1: "owner", 3: "taken"}[struct.unpack("<I", body)[0]], flush=True)
signal.pause()
"""
START_BY_NAME = r"""
directory = os.environ["XDG_RUNTIME_DIR"]
os.makedirs(f"{directory}/dbus-1/services", exist_ok=True)
with open(f"{directory}/dbus-1/services/org.example.Started.service", "w") as file:
    program = f"/bin/sh -c 'echo $DBUS_STARTER_ADDRESS > {directory}/told; exit 1'"
    file.write(f"[D-BUS Service]\nName=org.example.Started\nExec={program}\n")
named("StartServiceByName", "org.example.Started", 0)  # fails, as the program does
with open(f"{directory}/told") as file:
    print(file.read().partition(",guid=")[0] == os.environ["DBUS_SESSION_BUS_ADDRESS"])
"""


def owner(host: DrivenHost, port_key: int) -> str:
    """Start a program that wants a name for itself, and stays; return what became of that."""
    return host.background(port_key, f"exec {sys.executable} -I -S -c {shlex.quote(CLIENT + OWN_NAME)}")[1]


def buses(host: DrivenHost, session_key: int) -> list[int]:
    """Return the processes of the session's buses."""
    host.perform(ListProcesses(1, session_key))
    found = host.wait(ProcessesListed).processes
    return [one.pid for one in found if one.command == "dbus-daemon"]


def test_the_same_name_on_the_session_bus_of_two_sessions(host: DrivenHost) -> None:
    """A single-instance program that uses D-Bus runs once in each session, and knows nothing of the other."""
    (one_key, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    assert owner(host, one) == "owner"
    assert owner(host, two) == "owner"
    assert owner(host, one) == "taken"
    assert len(buses(host, one_key)) == 1


def test_programs_of_two_tokens_of_one_account_meet_on_one_bus(host: DrivenHost) -> None:
    """As elevated programs and others do: the bus belongs to session and account, as the runtime directory does."""
    key, one = host.session_with_port()
    two = host.port(key)
    assert owner(host, two) == "owner"
    assert owner(host, one) == "taken"
    host.perform(ClosePort(two))
    assert len(buses(host, key)) == 1


def test_accounts_of_one_session_have_buses_of_their_own(host: DrivenHost) -> None:
    if host.isolation.mode != "root":
        pytest.skip("personal mode has one account")
    key, one = host.session_with_port()
    two = host.port(key, host.identity(user_name="carol", uid=65533, gid=65533, is_managed=True))
    assert owner(host, one) == "owner"
    assert owner(host, two) == "owner"
    first = (("DBUS_SESSION_BUS_ADDRESS", f"unix:path=/run/user/{host.isolation.uid}/bus"),)
    assert "PermissionError" in host.python(two, CLIENT, environment=first).output


def test_an_idle_session_has_a_socket_and_no_bus(host: DrivenHost) -> None:
    """Five hundred sessions must not cost five hundred processes."""
    key, port = host.session_with_port()
    uid = host.isolation.uid
    assert host.shell(port, "stat -c '%F %a %u' $XDG_RUNTIME_DIR/bus").output == f"socket 600 {uid}\n"
    assert buses(host, key) == []


def test_logoff_ends_the_bus(host: DrivenHost) -> None:
    key, port = host.session_with_port()
    owner(host, port)
    (bus,) = buses(host, key)
    host.end(key)
    wait_gone([bus])


def test_a_bus_that_was_killed_is_there_again_for_the_next_program(host: DrivenHost) -> None:
    key, port = host.session_with_port()
    for _ in range(2):
        assert owner(host, port) == "owner"
        (bus,) = buses(host, key)
        assert host.shell(port, f"kill -9 {bus}").exit_code == 0
        wait_gone([bus])
    assert owner(host, port) == "owner"


def test_a_bus_that_cannot_run_is_given_up_and_its_clients_are_refused(host: DrivenHost) -> None:
    """A program must not wait for ever for a bus, nor the machine be kept busy with starting one."""
    if host.isolation.mode != "root":
        pytest.skip("D-Bus runs for every account that has a name, and in personal mode all have")
    key, port = host.session_with_port()
    nameless = host.port(key, host.identity(uid=65533, gid=65533))
    assert "ConnectionResetError" in host.python(nameless, CLIENT).output
    assert "ConnectionRefusedError" in host.python(nameless, CLIENT).output
    assert buses(host, key) == []
    assert owner(host, port) == "owner"


def test_the_bus_tells_programs_that_it_starts_an_address_of_the_session(host: DrivenHost) -> None:
    """Programs that D-Bus starts by name run in the session, and find the bus there."""
    _, port = host.session_with_port()
    assert host.python(port, CLIENT + START_BY_NAME).output == "True\n"
