"""The configuration: TOML, every key known, nothing guessed.

    profile = "windows11"

    [services.counter]
    command = ["/usr/bin/python3", "/opt/counter.py"]
    account = "LocalSystem"
    start = "boot"

Read from `ntsessions.toml` in the state directory; for root's default state directory also from /etc/ntsessions.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, ValidationError, convert

from ntsessions.profiles.table import DEFAULT_PROFILE, PROFILES
from ntsessions.subsystems.service_control import BOOT, ServiceConfiguration

FILE_NAME = "ntsessions.toml"
SYSTEM_FILE = Path("/etc/ntsessions/ntsessions.toml")
SYSTEM_STATE_DIR = Path("/var/lib/ntsessions")
UID_BASE = 200_000
STARTS = (BOOT, "demand")


class ConfigurationError(ValueError):
    """The configuration cannot be used; the text names file, key and what is expected."""


class ServiceTable(Struct, forbid_unknown_fields=True):
    """`[services.NAME]`."""

    command: list[str]
    account: str = "LocalSystem"
    start: str = "demand"
    environment: dict[str, str] = {}
    working_directory: str = "/"
    stop_seconds: int = 20


class ConfigurationFile(Struct, forbid_unknown_fields=True):
    """The whole file."""

    profile: str = DEFAULT_PROFILE
    uid_base: int = UID_BASE
    services: dict[str, ServiceTable] = {}


@dataclass(frozen=True)
class Configuration:
    """What the daemon is to do."""

    profile: str
    uid_base: int
    services: tuple[ServiceConfiguration, ...]
    path: str
    """The file it came from; empty when there is none."""


def load(state_dir: Path) -> Configuration:
    """Read the configuration of a state directory.  Raises ConfigurationError."""
    candidates = [state_dir / FILE_NAME]
    if state_dir == SYSTEM_STATE_DIR:
        candidates.append(SYSTEM_FILE)
    for path in candidates:
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
    return Configuration(
        file.profile, file.uid_base, tuple(_service(path, name, table) for name, table in file.services.items()), path
    )


def _service(path: str, name: str, table: ServiceTable) -> ServiceConfiguration:
    where = f"{path}: services.{name}"
    if not table.command or not table.command[0]:
        raise ConfigurationError(f"{where}.command: a program is needed")
    if table.start not in STARTS:
        raise ConfigurationError(f"{where}.start = {table.start!r}; one of {', '.join(STARTS)} is needed")
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
    )
