"""A host of an example's own, in a directory of its own.  Whatever happens, it is ended and the directory removed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PYTHON = str(Path(sys.prefix, "bin", "python"))
NTS = str(Path(sys.prefix, "bin", "nts"))


class OwnHost:
    """An instance of ntsessions, driven as people drive it: through `nts`."""

    def __init__(self, profile: str, configuration: str = "") -> None:
        """Make its directory; `with` starts it."""
        self.profile = profile
        self.directory = Path(tempfile.mkdtemp(prefix="nts-example-"))
        self.directory.chmod(0o711)  # the users of its sessions pass through to their homes
        (self.directory / "ntsessions.toml").write_text(configuration)
        self.environment = os.environ | {"NTSESSIONS_STATE_DIR": str(self.directory)}

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `nts` to its end."""
        return subprocess.run([NTS, *words], env=self.environment, capture_output=True, text=True, check=False)

    def nts(self, *words: str) -> str:
        """Run a command that is to succeed; return what it printed."""
        done = self.run(*words)
        if done.returncode:
            raise SystemExit(f"nts {' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def json(self, *words: str) -> Any:
        """Run a command that prints JSON."""
        return json.loads(self.nts(*words, "--json"))

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Run a command beside the example."""
        return subprocess.Popen(
            [NTS, *words], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def log_on(self, user: str) -> str:
        """Make an account and log it on; return its session."""
        self.nts("user", "add", user)
        return str(self.json("logon", user)["session"])

    def __enter__(self) -> Self:
        started = self.run("up", "--detach", "--profile", self.profile)
        if started.returncode:
            shutil.rmtree(self.directory)
            raise SystemExit(started.stderr)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run("down")
        shutil.rmtree(self.directory)


def shown(text: str) -> str:
    """Return lines as the output of a command looks between those of an example."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def check(condition: object, claim: str) -> None:
    """State what was just seen; end the example if it is not so."""
    if not condition:
        raise SystemExit(f"NOT SO: {claim}")
    print(f"ok: {claim}")
