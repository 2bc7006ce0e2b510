"""What this machine can run the host's tests with: users and mechanisms of process groups."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH102, PTH106, PTH110

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ntsessions.host.groups.cgroup_mounts import own_places
from tests.host.driven_host import DrivenHost

NOBODY = 65534


class Setup(NamedTuple):
    user: str
    """`self` or `nobody`."""
    groups: str

    def __str__(self) -> str:
        return f"{self.user}-{self.groups}"


SETUPS = tuple(Setup(user, groups) for user in ("self", "nobody") for groups in ("v2", "v1", "none"))


def why_not(setup: Setup) -> str:
    """Return why a setup cannot be tested here, or nothing."""
    if setup.user == "nobody":
        if os.geteuid() != 0:
            return "only root can become nobody"
        if not _everyone_may_run(sys.executable):
            return f"nobody may not run {sys.executable}"
    places = own_places()
    if setup.groups == "v2" and (places.unified is None or not os.access(places.unified, os.W_OK)):
        return "no writable cgroup v2"
    if setup.groups == "v1" and not os.access(places.controllers.get("freezer", "/nonexistent"), os.W_OK):
        return "no writable cgroup v1 freezer"
    return ""


@contextmanager
def host_for(setup: Setup) -> Iterator[DrivenHost]:
    """Run a host of the setup; nothing of it may be left afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="nts-", dir="/tmp"))
    uid = None if setup.user == "self" else NOBODY
    cgroups = _delegate(setup, directory.name) if uid is not None and setup.groups != "none" else ()
    try:
        if uid is not None:
            os.chown(directory, uid, uid)
        directory.chmod(0o755)
        host = DrivenHost(directory / "state", setup.groups, uid, cgroups)
        try:
            yield host
        finally:
            host.close()
    finally:
        shutil.rmtree(directory)
        for cgroup in cgroups:
            with suppress(FileNotFoundError):
                for inner, _, _ in os.walk(cgroup, topdown=False):
                    os.rmdir(inner)


def _delegate(setup: Setup, name: str) -> tuple[str, ...]:
    """Give nobody cgroups of its own, as systemd gives a user service."""
    places = own_places()
    parents = [places.unified] if setup.groups == "v2" else list(dict.fromkeys(places.controllers.values()))
    made = []
    for parent in parents:
        assert parent is not None
        cgroup = f"{parent}/{name}"
        os.mkdir(cgroup)
        os.chown(cgroup, NOBODY, NOBODY)
        for file in ("cgroup.procs", "cgroup.subtree_control", "tasks"):
            if os.path.exists(f"{cgroup}/{file}"):
                os.chown(f"{cgroup}/{file}", NOBODY, NOBODY)
        if os.path.exists(f"{cgroup}/cpuset.cpus"):
            for file in ("cpuset.cpus", "cpuset.mems"):
                Path(f"{cgroup}/{file}").write_text(Path(f"{parent}/{file}").read_text())
        made.append(cgroup)
    return tuple(made)


def _everyone_may_run(program: str) -> bool:
    resolved = Path(program).resolve()
    return all(part.stat().st_mode & 0o001 for part in (resolved, *resolved.parents, *Path(program).parents))
