"""Memory of sections: what a grant allows, and what no holder can do to another."""

# These tests are about descriptors and the kernel's own paths.
# ruff: noqa: PTH123

import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.host.memory import SectionMemory
from tests.host.driven_host import DrivenHost

REOPEN = "import os, sys; os.close(os.open(f'/proc/self/fd/{sys.argv[1]}', os.O_RDWR))"


@pytest.fixture
def memory() -> SectionMemory:
    return SectionMemory()


def test_what_one_writes_the_other_reads(memory: SectionMemory) -> None:
    memory.create(1, 8192)
    writer, reader = memory.descriptor(1, writable=True), memory.descriptor(1, writable=False)
    with mmap.mmap(writer, 8192) as one, mmap.mmap(reader, 8192, prot=mmap.PROT_READ) as other:
        one[:5] = b"hello"
        assert other[:5] == b"hello"
    os.close(writer)
    os.close(reader)
    memory.close()


def test_read_only_grant_cannot_be_mapped_for_writing(memory: SectionMemory) -> None:
    memory.create(1, 4096)
    reader = memory.descriptor(1, writable=False)
    with pytest.raises(PermissionError):
        mmap.mmap(reader, 4096)
    os.close(reader)
    memory.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="one user cannot be kept from its own memory")
def test_read_only_grant_cannot_be_opened_again_by_another_user(memory: SectionMemory) -> None:
    memory.create(1, 4096)
    reader = memory.descriptor(1, writable=False)
    ran = subprocess.run(
        ["/usr/bin/python3", "-I", "-S", "-c", REOPEN, str(reader)], user=65534, pass_fds=[reader], capture_output=True,
        text=True, check=False, cwd="/",
    )  # fmt: skip
    assert "PermissionError" in ran.stderr
    os.close(reader)
    memory.close()


def test_nobody_can_change_the_size_under_a_view(memory: SectionMemory) -> None:
    memory.create(1, 4096)
    writer = memory.descriptor(1, writable=True)
    for size in (0, 8192):
        with pytest.raises(PermissionError):
            os.ftruncate(writer, size)
    os.close(writer)
    memory.close()


def test_views_survive_the_release(memory: SectionMemory) -> None:
    memory.create(1, 4096)
    writer = memory.descriptor(1, writable=True)
    memory.release(1)
    memory.release(1)
    with mmap.mmap(writer, 4096) as view:
        view[0] = 1
    os.close(writer)
    with pytest.raises(KeyError):
        memory.descriptor(1, writable=True)


def test_file_behind_a_section_grants_what_it_was_opened_for(memory: SectionMemory, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5000)
    assert memory.adopt(1, os.open(path, os.O_RDONLY)) == 5000
    assert memory.adopt(2, os.open(path, os.O_RDWR)) == 5000
    with pytest.raises(PermissionError):
        memory.descriptor(1, writable=True)
    for key, writable in ((1, False), (2, False), (2, True)):
        os.close(memory.descriptor(key, writable=writable))
    memory.close()


def test_only_readable_regular_files_become_sections(memory: SectionMemory, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for wrong, error in (
        (os.open("/dev/null", os.O_RDWR), ValueError),
        (os.open(tmp_path, os.O_RDONLY), ValueError),
        (os.open(tmp_path / "file", os.O_WRONLY), PermissionError),
    ):
        with pytest.raises(error):
            memory.adopt(1, wrong)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(wrong)  # a refused descriptor is not kept open


@pytest.mark.parametrize("size", [0, -1, 1 << 60])
def test_sizes_that_make_no_sense_are_refused(memory: SectionMemory, size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        memory.create(1, size)


def test_granted_memory_works_inside_a_session(host: DrivenHost) -> None:
    host.evaluate("host.memory.create(1, 4096)")
    writer = host.memory_descriptor(1, writable=True)
    reader = host.memory_descriptor(1, writable=False)
    _, port = host.session_with_port()
    read, write = os.pipe()
    code = "import mmap, os; os.write(1, mmap.mmap(0, 4096, prot=mmap.PROT_READ)[:4])"
    with mmap.mmap(writer, 4096) as view:
        view[:4] = b"seen"
        key = host.start(port, sys.executable, "-I", "-S", "-c", code, descriptors=(reader, write, write))
        os.close(write)
        assert host.exited(key).exit_code == 0
    with open(read, "rb") as output:
        assert output.read() == b"seen"
    os.close(writer)
    os.close(reader)
    host.evaluate("host.memory.release(1)")
