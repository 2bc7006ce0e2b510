"""A real daemon for the tests of `ntsessions.win32`, and this process as a program that calls it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ntsessions.win32 import kernel32

RunScript = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    """The state directory of a host that runs while the tests do."""
    with tempfile.TemporaryDirectory(prefix="ntsessions-win32-") as directory:
        state = Path(directory) / "state"
        command = [sys.executable, "-m", "ntsessions.cli", "--state-dir", str(state)]
        subprocess.run([*command, "up", "--detach"], check=True, capture_output=True, timeout=30)
        try:
            yield state
        finally:
            subprocess.run([*command, "down"], check=True, capture_output=True, timeout=30)


@pytest.fixture(autouse=True, scope="session")
def connected(state_dir: Path) -> Iterator[None]:
    """Let the modules of `ntsessions.win32` find that host."""
    kernel32.connect_to(str(state_dir))
    yield
    kernel32.connection().close()


@pytest.fixture
def run_script(state_dir: Path, tmp_path: Path) -> RunScript:
    """Run a text as a script for pywin32, in a process of its own."""

    def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = tmp_path / "script.py"
        script.write_text(text, encoding="utf-8")
        environment = os.environ | {"NTSESSIONS_STATE_DIR": str(state_dir)}
        command = [sys.executable, "-m", "ntsessions.win32.runner", str(script), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=15)

    return run


@pytest.fixture(scope="session")
def interactive(state_dir: Path) -> int:
    """The id of a session that a user is logged on in, with a desktop that has its input."""
    command = [sys.executable, "-m", "ntsessions.cli", "--state-dir", str(state_dir)]
    subprocess.run([*command, "user", "add", "erin"], check=True, capture_output=True, timeout=30)
    subprocess.run([*command, "logon", "erin"], check=True, capture_output=True, timeout=30)
    listed = subprocess.run([*command, "session", "ls", "--json"], check=True, capture_output=True, timeout=30)
    return max(int(row["id"]) for row in json.loads(listed.stdout))


@pytest.fixture
def run_in_session(state_dir: Path, interactive: int) -> RunScript:
    """Run a text as a script for pywin32 in that session, in a process of its own."""

    def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ntsessions.cli", "--state-dir", str(state_dir)]
        command += ["run", "--session", str(interactive), "--", sys.executable, "-m", "ntsessions.win32.runner", "-c"]
        return subprocess.run([*command, text, *arguments], capture_output=True, text=True, check=False, timeout=15)

    return run


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return f"{request.node.name}-{os.getpid()}"
