"""The configuration: TOML, every key known, nothing guessed.

    profile = "windows11"
    shared_section = "1024,20480,768"

    [services.counter]
    command = ["/usr/bin/python3", "/opt/counter.py"]
    account = "LocalSystem"
    start = "boot"

Read from `ntsessions.toml` in the state directory; for root's default state directory also from /etc/ntsessions.
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import Struct, ValidationError, convert

from ntsessions.abi.errors import NtError
from ntsessions.abi.shared_section import obstacle, parse_shared_section
from ntsessions.client.address import configuration_file
from ntsessions.profiles.profile import Profile
from ntsessions.profiles.table import DEFAULT_PROFILE, PROFILES
from ntsessions.subsystems.service_control import BOOT, ServiceConfiguration

UID_BASE = 200_000
STARTS = (BOOT, "demand")
LONGEST_SERVICE_NAME = 200
"""NT allows 256 characters, and neither slash; a file's name has at most 255 bytes."""


class ConfigurationError(ValueError):
    """The configuration cannot be used; the text names file, key and what is expected."""


class ServiceTable(Struct, forbid_unknown_fields=True):
    """`[services.NAME]`."""

    command: list[str]
    """The program and its arguments.  A program without a slash is looked for on the session's PATH."""
    account: str = "LocalSystem"
    """Whom it runs as: LocalSystem, LocalService, NetworkService, an account of `nts user add`, or one of the machine.
    In personal mode all of them are the user who started the host."""
    interactive: bool = False
    """It may show windows to a user who works in session 0; for LocalSystem only.  Where the profile does not allow it
    (windows11), the service runs without, and event 7030 of `nts eventlog ls` says so."""
    start: str = "demand"
    """`boot`: when the host starts.  `demand`: when `nts service start` asks for it."""
    environment: dict[str, str] = {}
    """Variables added to those of its logon."""
    working_directory: str = "/"
    """Where it starts; its account's home when it may not go there."""
    stop_seconds: int = 20
    """How long it may take to end after SIGTERM, 0 to 3600; then all its processes are killed."""


class ConfigurationFile(Struct, forbid_unknown_fields=True):
    """The whole file."""

    profile: str = DEFAULT_PROFILE
    """The Windows to be like: xp, server2003, vista or windows11.  `nts up --profile` goes before it."""
    uid_base: int = UID_BASE
    """Where the uids of accounts of `nts user add` begin, 10000 to 4000000000 (root mode)."""
    shared_section: str = ""
    """Sizes of desktop heaps in KB (`nts heap plan`); empty: the profile's own."""
    session_view_size: int | None = None
    """MB that the heaps of one session share; without it the profile's own."""
    services: dict[str, ServiceTable] = {}
    """The programs of session 0, a table for each."""


@dataclass(frozen=True)
class Configuration:
    """What the daemon is to do."""

    profile: str
    uid_base: int
    services: tuple[ServiceConfiguration, ...]
    path: str
    """The file it came from; empty when there is none."""
    shared_section: str = ""
    view_space_kb: int | None = None


def load(state_dir: Path) -> Configuration:
    """Read the configuration of a state directory.  Raises ConfigurationError."""
    path = configuration_file(state_dir)
    if path.exists():
        return parse(_text(path), str(path))
    return Configuration(DEFAULT_PROFILE, UID_BASE, (), "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8 text: {error}") from error


def parse(text: str, path: str) -> Configuration:
    """Check a configuration's text."""
    try:
        file = convert(tomllib.loads(text), ConfigurationFile)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{path}: {error}"
        raise ConfigurationError(message) from error
    if file.profile not in PROFILES:
        message = f"{path}: profile = {file.profile!r}; one of {', '.join(PROFILES)} is needed"
        raise ConfigurationError(message)
    if not 10_000 <= file.uid_base <= 4_000_000_000:
        message = f"{path}: uid_base = {file.uid_base}; 10000 to 4000000000 is needed"
        raise ConfigurationError(message)
    known: dict[str, str] = {}
    for name in file.services:
        first = known.setdefault(name.lower(), name)
        if first != name:
            raise ConfigurationError(
                f"{path}: services.{name}: the same name as services.{first}, case does not matter"
            )
    if file.session_view_size is not None and not 1 <= file.session_view_size <= 1 << 20:
        raise ConfigurationError(f"{path}: session_view_size = {file.session_view_size}; 1 to 1048576 (MB) is needed")
    configuration = Configuration(
        file.profile,
        file.uid_base,
        tuple(_service(path, name, table) for name, table in file.services.items()),
        path,
        file.shared_section,
        None if file.session_view_size is None else file.session_view_size * 1024,
    )
    profile_for(configuration)
    return configuration


def profile_for(configuration: Configuration, profile: str | None = None, shared_section: str | None = None) -> Profile:
    """Return the Windows to be, with what is configured changed in it; what is given goes before the configuration.

    Raises ConfigurationError for what no session could be started with.
    """
    name = configuration.profile if profile is None else profile
    if name not in PROFILES:
        raise ConfigurationError(f"there is no profile {name!r}; one of {', '.join(PROFILES)} is needed")
    chosen = PROFILES[name]
    if configuration.view_space_kb is not None:
        chosen = replace(chosen, view_space_kb=configuration.view_space_kb)
    where = f"{configuration.path}: shared_section" if shared_section is None else "--shared-section"
    text = configuration.shared_section if shared_section is None else shared_section
    if text or shared_section is not None:
        try:
            chosen = replace(chosen, shared_section=parse_shared_section(text))
        except NtError as error:
            raise ConfigurationError(f"{where}: {error.detail}") from error
    hindrance = obstacle(chosen.shared_section, chosen.heap_rules)
    if hindrance:
        raise ConfigurationError(f"{where} {chosen.shared_section}: {hindrance}")
    return chosen


def _service(path: str, name: str, table: ServiceTable) -> ServiceConfiguration:
    where = f"{path}: services.{name}"
    if not 1 <= len(name.encode()) <= LONGEST_SERVICE_NAME or not name.isprintable() or set(name) & set("/\\"):
        raise ConfigurationError(
            f"{where}: the name of a service has 1 to {LONGEST_SERVICE_NAME} bytes and no / or \\; its log is named so"
        )
    if not table.command or not table.command[0]:
        raise ConfigurationError(f"{where}.command: a program is needed")
    if table.start not in STARTS:
        raise ConfigurationError(f"{where}.start = {table.start!r}; one of {', '.join(STARTS)} is needed")
    if table.interactive and table.account.lower() != "localsystem":
        raise ConfigurationError(f"{where}.interactive: only services of LocalSystem can be interactive")
    if not 0 <= table.stop_seconds <= 3600:
        raise ConfigurationError(f"{where}.stop_seconds = {table.stop_seconds}; 0 to 3600 is needed")
    return ServiceConfiguration(
        name=name,
        command=tuple(table.command),
        account=table.account,
        start=table.start,
        environment=tuple(table.environment.items()),
        working_directory=table.working_directory,
        stop_seconds=table.stop_seconds,
        interactive=table.interactive,
    )
