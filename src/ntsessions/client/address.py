"""Where the daemon is: a program of a session meets it at the session's port, an operator at the control socket."""

import os
from pathlib import Path

from ntsessions.abi.names import CONFIGURATION, CONTROL_SOCKET, PORT_PATH, STATE_DIR_VARIABLE

SYSTEM_STATE_DIR = Path("/var/lib/ntsessions")
SYSTEM_CONFIGURATION = Path("/etc/ntsessions") / CONFIGURATION


class NoDaemon(ConnectionError):
    """No daemon answers at the address; the text says what to do."""


def default_state_dir() -> Path:
    """Return the state directory that is used when none is named."""
    named = os.environ.get(STATE_DIR_VARIABLE)
    if named:
        return Path(named)
    if os.geteuid() == 0:
        return SYSTEM_STATE_DIR
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "ntsessions"


def configuration_file(state_dir: Path) -> Path:
    """Return the configuration that counts for a state directory, whether or not it is there yet.

    The one in the directory; for root's default directory, when it has none, the machine's.
    """
    own = state_dir / CONFIGURATION
    if state_dir == SYSTEM_STATE_DIR and not own.exists() and SYSTEM_CONFIGURATION.exists():
        return SYSTEM_CONFIGURATION
    return own


def is_in_session() -> bool:
    """Tell whether this process runs inside a session of a host."""
    return os.path.exists(PORT_PATH)  # noqa: PTH110 - pathlib costs a millisecond of start-up, and this is asked first


def find_socket(state_dir: str | Path | None = None) -> str:
    """Return the path of the socket to connect to.

    A state directory that is named wins; then the port of the session this process is in; then the default one.
    """
    if state_dir is None and is_in_session():
        return PORT_PATH
    return str(Path(state_dir) if state_dir is not None else default_state_dir()) + "/" + CONTROL_SOCKET
