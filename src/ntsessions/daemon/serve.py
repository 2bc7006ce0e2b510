"""What the daemon does once the launcher is forked: put the parts together and serve."""

import logging
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from ntsessions.daemon import configuration
from ntsessions.daemon.daemon import Daemon
from ntsessions.daemon.loop import Loop
from ntsessions.daemon.start import host_started
from ntsessions.host.host import ACCOUNTS_FILE, Host
from ntsessions.host.isolation import Isolation
from ntsessions.host.launcher import StartedLauncher
from ntsessions.host.store import StateStore
from ntsessions.profiles.table import PROFILES
from ntsessions.subsystems.system import System

MACHINE_SID = "machine_sid"


def serve(
    profile: str | None,
    state_dir: Path,
    store: StateStore,
    control: socket.socket,
    isolation: Isolation,
    launcher: StartedLauncher,
    on_ready: Callable[[], None],
) -> None:
    """Serve until told to shut down.  Raises ConfigurationError, HostFailed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = configuration.load(state_dir)
    name = profile or settings.profile
    if name not in PROFILES:
        message = f"there is no profile {name!r}; one of {', '.join(PROFILES)} is needed"
        raise configuration.ConfigurationError(message)
    system = System(PROFILES[name], _machine_sid(store), settings.services)
    daemon = Daemon(system, Loop(), control, on_ready)
    host = Host(daemon.loop, launcher, isolation, str(state_dir), daemon.take_report)
    try:
        daemon.run(host, host_started(host, isolation, settings.uid_base, store.read(ACCOUNTS_FILE) or b""))
    finally:
        host.close()


def _machine_sid(store: StateStore) -> str:
    """Return this instance's SID, made at its first start."""
    stored = store.read(MACHINE_SID)
    if stored is None:
        stored = f"S-1-5-21-{secrets.randbits(32)}-{secrets.randbits(32)}-{secrets.randbits(32)}".encode()
        store.write(MACHINE_SID, stored)
    return stored.decode()
