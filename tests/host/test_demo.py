"""The demo is as said, for whoever runs it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


def run(user: int) -> subprocess.CompletedProcess[str]:
    """Run the demo as a user, away from the repository."""
    with tempfile.TemporaryDirectory(prefix="nts-test-") as place:
        os.chown(place, user, user)
        return subprocess.run(
            [sys.executable, str(ROOT / "demo" / "run.py")],
            cwd=place,
            env=os.environ | {"HOME": place, "TMPDIR": "/tmp"},
            user=user if user != os.getuid() else None,
            group=user if user != os.getuid() else None,
            extra_groups=[] if user != os.getuid() else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.mark.timeout(150)
def test_every_step_of_the_demo_is_as_said() -> None:
    """Whoever follows the README's first command sees it end well."""
    done = run(os.getuid())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything was as said." in done.stdout


@pytest.mark.timeout(150)
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_it_is_so_for_an_ordinary_user_too() -> None:
    """Without root, everything runs as the one user who started it."""
    done = run(NOBODY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything was as said." in done.stdout
