"""ntsessionsd: start the daemon.

The order matters: namespaces and the launcher come first, while this process is small and has one thread; everything
large is imported after the fork.
"""

import argparse
import contextlib
import os
import socket
import sys

from ntsessions import __version__
from ntsessions.client.socket_address import seqpacket, socket_address
from ntsessions.host.isolation import IsolationError, enter_own_namespaces
from ntsessions.host.launcher_fork import start_launcher
from ntsessions.host.store import StateDirInUse, StateStore

CONTROL = "control"


def main() -> int:
    """Run the daemon; returns its exit status."""
    arguments = command_line().parse_args()
    ready = Readiness(arguments.ready_fd)
    try:
        _run(arguments, ready)
    except (IsolationError, StateDirInUse, ValueError, OSError, RuntimeError) as error:
        ready.failed(str(error))
        if arguments.verbose:
            raise
        return 1
    return 0


class Readiness:
    """Tells whoever started us whether we run: one line on a pipe, and people on standard error."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def _tell(self, line: str) -> None:
        if self._descriptor is not None:
            os.write(self._descriptor, f"{line}\n".encode())
            os.close(self._descriptor)
            self._descriptor = None

    def ready(self) -> None:
        """We can be called."""
        self._tell("ready")

    def failed(self, text: str) -> None:
        """We cannot run."""
        sys.stderr.write(f"ntsessionsd: {text}\n")
        self._tell(f"error: {text}")


def command_line() -> argparse.ArgumentParser:
    """Return what can be said on the command line."""
    parser = argparse.ArgumentParser(prog="ntsessionsd", description="The ntsessions daemon; `nts up` starts it.")
    parser.add_argument("--state-dir", required=True, help="directory of this instance's state")
    parser.add_argument("--profile", help="version of Windows to be: xp, server2003, vista, windows11")
    parser.add_argument("--shared-section", help="sizes of desktop heaps in KB: A,B,C")
    parser.add_argument("--groups", default=os.environ.get("NTSESSIONS_GROUPS", ""), help=argparse.SUPPRESS)
    parser.add_argument("--ready-fd", type=int, help="descriptor to write `ready` or `error: ...` to")
    parser.add_argument("--verbose", action="store_true", help="show where an error came from")
    parser.add_argument("--version", action="version", version=f"ntsessionsd {__version__}")
    return parser


def _run(arguments: argparse.Namespace, ready: Readiness) -> None:
    state_dir = os.path.join(os.getcwd(), arguments.state_dir)
    store = StateStore(state_dir)
    store.lock()
    control = _bind_control(state_dir)
    isolation = enter_own_namespaces()
    launcher = start_launcher(state_dir, isolation, arguments.groups)
    try:
        from ntsessions.daemon.serve import Asked, serve  # noqa: PLC0415 - large, and the launcher must not carry it

        asked = Asked(arguments.profile, arguments.shared_section)
        serve(asked, state_dir, store, control, isolation, launcher, ready.ready)
    finally:
        _remove(os.path.join(state_dir, CONTROL))


def _bind_control(state_dir: str) -> socket.socket:
    """Listen for operators; a socket that a killed daemon left is replaced (we hold the lock)."""
    path = os.path.join(state_dir, CONTROL)
    _remove(path)
    control = seqpacket()
    control.setblocking(False)
    with socket_address(path) as address:
        control.bind(address)
    os.chmod(path, 0o600)
    control.listen(128)
    return control


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


if __name__ == "__main__":
    sys.exit(main())
