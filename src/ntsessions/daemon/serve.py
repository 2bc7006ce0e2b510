"""What the daemon does once the launcher is forked: put the parts together and serve."""

import logging
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ntsessions.abi.shared_section import dangers
from ntsessions.daemon import configuration
from ntsessions.daemon.daemon import Daemon
from ntsessions.daemon.loop import Loop
from ntsessions.daemon.start import host_started
from ntsessions.host.host import ACCOUNTS_FILE, Host
from ntsessions.host.isolation import Isolation
from ntsessions.host.launcher_fork import StartedLauncher
from ntsessions.host.store import StateStore
from ntsessions.profiles.profile import Profile
from ntsessions.subsystems.system import System

MACHINE_SID = "machine_sid"


class Asked(NamedTuple):
    """What the command line says, which goes before the configuration; None: nothing."""

    profile: str | None
    shared_section: str | None


def serve(
    asked: Asked,
    state_dir: str,
    store: StateStore,
    control: socket.socket,
    isolation: Isolation,
    launcher: StartedLauncher,
    on_ready: Callable[[], None],
) -> None:
    """Serve until told to shut down.  Raises ConfigurationError, HostFailed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = configuration.load(Path(state_dir))
    profile = configuration.profile_for(settings, asked.profile, asked.shared_section)
    system = System(profile, _machine_sid(store), settings.services)
    daemon = Daemon(system, Loop(), control, on_ready)
    host = Host(daemon.loop, launcher, isolation, state_dir, daemon.take_report)
    try:
        accounts = store.read(ACCOUNTS_FILE) or b""
        daemon.run(host, host_started(host, isolation, settings.uid_base, accounts, _warnings(profile)))
    finally:
        host.close()


def _warnings(profile: Profile) -> tuple[str, ...]:
    """Return what is to be feared from the sizes of desktop heaps."""
    section = profile.shared_section
    return tuple(f"SharedSection={section}: {danger}" for danger in dangers(section, profile.heap_rules))


def _machine_sid(store: StateStore) -> str:
    """Return this instance's SID, made at its first start."""
    stored = store.read(MACHINE_SID)
    if stored is None:
        stored = f"S-1-5-21-{secrets.randbits(32)}-{secrets.randbits(32)}-{secrets.randbits(32)}".encode()
        store.write(MACHINE_SID, stored)
    return stored.decode()
