"""Names that programs believe to be global: every session has its own, and `Global` is the same for all."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH110

import os

from ntsessions.executive.effects import GroupLimits
from tests.host.driven_host import DrivenHost

SEMAPHORE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.sem_open.restype = ctypes.c_void_p
flags = os.O_CREAT | os.O_EXCL if sys.argv[1] == "make" else 0
print("ok" if libc.sem_open(b"/nts-test", flags, 0o600, 1) else os.strerror(ctypes.get_errno()))
"""
SYSV = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
print("ok" if libc.shmget(0x5E55, 4096, 0o1600 if sys.argv[1] == "make" else 0) >= 0 else "missing")
"""
QUEUE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
print("ok" if libc.mq_open(b"/nts-test", os.O_RDWR | (os.O_CREAT if sys.argv[1] == "make" else 0), 0o600, None) >= 0
      else "missing")
"""


def probe(host: DrivenHost, port: int, code: str, argument: str) -> str:
    return host.python(port, f"import sys; sys.argv[1:] = [{argument!r}]\n{code}").output.strip()


def test_posix_semaphore_of_one_session_is_unknown_in_another(host: DrivenHost) -> None:
    (_, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    assert probe(host, one, SEMAPHORE, "make") == "ok"
    assert probe(host, one, SEMAPHORE, "open") == "ok"
    assert probe(host, two, SEMAPHORE, "open") == "No such file or directory"
    assert probe(host, two, SEMAPHORE, "make") == "ok"
    assert not os.path.exists("/dev/shm/sem.nts-test")


def test_shared_memory_in_global_is_the_same_everywhere(host: DrivenHost) -> None:
    (_, zero), (_, one), (_, two) = (host.session_with_port(number) for number in (0, 1, 2))
    assert host.shell(one, "echo shared > /dev/shm/Global/all").exit_code == 0
    assert host.shell(two, "cat /dev/shm/Global/all").output == "shared\n"
    assert host.shell(zero, "cat /dev/shm/all /dev/shm/Global/all").output == "shared\nshared\n"
    assert host.shell(zero, "rm /dev/shm/all").exit_code == 0
    assert host.shell(one, "cat /dev/shm/Global/all").exit_code != 0
    assert not os.path.exists("/dev/shm/all")


def test_sysv_objects_are_the_sessions_own(host: DrivenHost) -> None:
    (_, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    assert probe(host, one, SYSV, "make") == "ok"
    assert probe(host, one, SYSV, "open") == "ok"
    assert probe(host, two, SYSV, "open") == "missing"


def test_posix_queues_are_the_sessions_own(host: DrivenHost) -> None:
    (_, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    assert probe(host, one, QUEUE, "make") == "ok"
    assert probe(host, one, QUEUE, "open") == "ok"
    assert probe(host, two, QUEUE, "open") == "missing"


def test_display_sockets_are_the_sessions_own(host: DrivenHost) -> None:
    (_, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    for directory in ("/tmp/.X11-unix", "/tmp/.ICE-unix"):
        assert host.shell(one, f"echo > {directory}/X0; stat -c %a {directory}").output == "1777\n"
        assert host.shell(two, f"ls {directory}").output == ""
        assert not os.path.exists(f"{directory}/X0")


def test_runtime_directory_is_private_to_session_and_user(host: DrivenHost) -> None:
    (_, one), (_, two) = host.session_with_port(1), host.session_with_port(2)
    uid = host.isolation.uid
    script = "echo > $XDG_RUNTIME_DIR/own; stat -c '%a %u' $XDG_RUNTIME_DIR; echo $DBUS_SESSION_BUS_ADDRESS"
    ran = host.shell(one, script)
    mode, address = ran.output.splitlines()
    assert mode == f"700 {uid}"
    assert address.startswith("unix:path=")
    assert "own" not in host.shell(two, "ls -A $XDG_RUNTIME_DIR").output


def test_tmp_is_shared_unless_asked_otherwise(host: DrivenHost) -> None:
    (_, shared), (_, private) = host.session_with_port(1), host.session_with_port(2, private_tmp=True)
    name = host.state_dir.parent / f"shared-{private}"
    assert host.shell(shared, f"echo > {name}; ls {name}").exit_code == 0
    assert name.exists()
    assert host.shell(private, f"ls {name}").exit_code != 0
    assert host.shell(private, "echo > /tmp/own && echo > /var/tmp/own && ls -A /tmp /var/tmp").exit_code == 0
    assert not os.path.exists("/tmp/own")


def test_state_directory_is_hidden_inside_sessions(host: DrivenHost) -> None:
    (host.state_dir / "accounts").touch()
    for private_tmp in (False, True):
        _, port = host.session_with_port(1, private_tmp=private_tmp)
        assert host.shell(port, f"ls -A {host.state_dir}").output in {"home\n", ""}
        assert host.shell(port, f"echo > {host.state_dir}/x").exit_code != 0


def test_session_cannot_undo_its_own_mounts(host: DrivenHost) -> None:
    """Whoever could unmount /dev/shm would see the machine's names, or stand before another port."""
    session, port = host.session_with_port()
    if host.isolation.mode == "root":
        port = host.port(session, host.identity(uid=65534, gid=65534))
    for escape in ("umount {}", "unshare --user --map-root-user --mount umount {}", "rmdir {}", "mv {} /dev/shm/moved"):
        for path in ("/dev/shm/.ntsessions", "/dev/shm/Global", "/dev/shm/Global/.ntsessions", "/dev/shm"):
            assert host.shell(port, escape.format(path)).exit_code != 0, (escape, path)
    assert host.shell(port, "test -S /dev/shm/.ntsessions/ApiPort").exit_code == 0


def test_shared_memory_of_a_session_has_a_limit(host: DrivenHost) -> None:
    session, notes = host.session(1, limits=GroupLimits(memory=32 << 20))
    port = host.port(session)
    assert host.shell(port, "df -k --output=size /dev/shm | tail -1").output.strip() == str(32 << 10)
    assert notes or host.groups != "none"
