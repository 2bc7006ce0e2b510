"""Memory of sections: one memfd or one client's file per memory key, given out by descriptor.

A memfd is sealed against changing its size, so nobody can make another's view fault, and against further seals.  A
read-only grant is a descriptor opened for reading only; the file's mode keeps other users from opening it again for
writing through /proc (in personal mode all are one user, and the grant is only as good as that user's own programs).
"""

import fcntl
import mmap
import os
import resource
import stat
from typing import NamedTuple

_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_F_SEAL_FUTURE_WRITE = 0x10  # Linux 5.1; Python names it from 3.13 on
_LARGEST = 1 << 46


class _Section(NamedTuple):
    descriptor: int
    size: int
    can_write: bool
    is_ours: bool = False
    """Mapped here for writing: others get it for reading."""


class SectionMemory:
    """Memory by key.  Owns its descriptors."""

    def __init__(self) -> None:
        self._sections: dict[int, _Section] = {}
        raise_descriptor_limit()

    def create(self, memory_key: int, size: int) -> None:
        """Make memory of a size, zeroed; pages cost nothing until touched.  Does nothing if it is there."""
        if memory_key in self._sections:
            return
        if not 0 < size <= _LARGEST:
            raise ValueError(f"not a size that a section can have: {size}")
        descriptor = os.memfd_create(f"section-{memory_key}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, size)
            os.fchmod(descriptor, 0o600)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        except OSError:
            os.close(descriptor)
            raise
        self._sections[memory_key] = _Section(descriptor, size, can_write=True)

    def region(self, memory_key: int, size: int) -> memoryview:
        """Make memory that only this process writes, and return it mapped; what is given out allows reading only.

        The seal against future writing also holds for who is the same user and could open the file again.
        """
        descriptor = os.memfd_create(f"heap-{memory_key}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, size)
            os.fchmod(descriptor, 0o600)
            mapped = mmap.mmap(descriptor, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS | _F_SEAL_FUTURE_WRITE)
        except (OSError, ValueError):
            os.close(descriptor)
            raise
        self._sections[memory_key] = _Section(descriptor, size, can_write=False, is_ours=True)
        return memoryview(mapped)

    def adopt(self, memory_key: int, descriptor: int, size: int = 0) -> int:
        """Take a client's open file as the memory; returns its size.  Owns *descriptor* from here, also on failure.

        A file shorter than *size* is made that long, which only one that may be written allows.
        """
        try:
            section = _of_file(descriptor)
            if memory_key in self._sections:
                raise ValueError(f"memory {memory_key} is there already")  # noqa: TRY301 - one place closes
            if section.size < size:
                os.ftruncate(descriptor, size)
                section = section._replace(size=size)
        except (OSError, ValueError):
            os.close(descriptor)
            raise
        self._sections[memory_key] = section
        return section.size

    def size(self, memory_key: int) -> int:
        """Return the size that the memory had when it was made."""
        return self._sections[memory_key].size

    def descriptor(self, memory_key: int, *, writable: bool) -> int:
        """Return a new descriptor to send away; the caller closes it."""
        section = self._sections[memory_key]
        if writable and not section.can_write:
            raise PermissionError("the file was opened for reading only")
        if writable or (not section.can_write and not section.is_ours):
            return os.dup(section.descriptor)
        return os.open(f"/proc/self/fd/{section.descriptor}", os.O_RDONLY | os.O_CLOEXEC)

    def release(self, memory_key: int) -> None:
        """Forget memory; views and descriptors that others hold stay."""
        section = self._sections.pop(memory_key, None)
        if section is not None:
            os.close(section.descriptor)

    def close(self) -> None:
        """Forget all."""
        for memory_key in tuple(self._sections):
            self.release(memory_key)


def _of_file(descriptor: int) -> _Section:
    """Check that a client's file can be a section, and what for."""
    status = os.fstat(descriptor)
    access = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("a section can be made of regular files only")
    if access == os.O_WRONLY:
        raise PermissionError("the file was not opened for reading")
    return _Section(descriptor, status.st_size, can_write=access == os.O_RDWR)


def raise_descriptor_limit() -> None:
    """Allow this process as many descriptors as it may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
