"""mmapfile: a view of a file or of the page file, read and written like a file."""

import errno
import mmap
import os
from typing import Any

from ntsessions.abi.calls import section as _section
from ntsessions.abi.errors import NtError
from ntsessions.win32 import errors, kernel32, surface
from ntsessions.win32.handles import PyHANDLE, create_attributes, created

error = errors.error

_PAGE = mmap.PAGESIZE
_FILE_MAP_WRITE = 2
_ERROR_DISK_FULL = 112
_FILE_ERRORS = {
    errno.ENOENT: 3,  # the file itself is made when it is not there: a directory is missing
    errno.ENOTDIR: 3,
    errno.EACCES: 5,
    errno.EPERM: 5,
    errno.EROFS: 19,
    errno.EISDIR: 5,
    errno.ENAMETOOLONG: 206,
    errno.EMFILE: 4,
    errno.ENOSPC: _ERROR_DISK_FULL,
    errno.EFBIG: _ERROR_DISK_FULL,
    errno.EDQUOT: _ERROR_DISK_FULL,
}


def _round_up(size: int) -> int:
    return -(-size // _PAGE) * _PAGE


class _MappedFile:
    """A mapping, the view of it, and a position in the view."""

    def __init__(self, file: str | None, name: str | None, maximum_size: int, offset: int, view_size: int) -> None:
        self._name = name
        self._file = -1
        self._mapping: PyHANDLE | None = None
        self._view: mmap.mmap | None = None
        self._position = 0
        self._size = 0
        if file:
            self._file = _open(file)
        if not maximum_size and self._file >= 0:
            maximum_size = _round_up(os.fstat(self._file).st_size)
            if not maximum_size:
                raise ValueError("Specified file is empty, and no mapping size given")
        self._create(maximum_size)
        if kernel32.get_last_error() == kernel32.ERROR_ALREADY_EXISTS:
            self._close_file()
        self._map(offset, view_size)

    def _create(self, size: int) -> None:
        """Make the mapping, or open the one of this name; a file grows to its size."""
        call = _section.CreateSection(
            self._name, maximum_size=size, has_file=self._file >= 0, **create_attributes(inherit=False)
        )
        self._mapping = created("CreateFileMapping", call, () if self._file < 0 else (self._file,))

    def _map(self, offset: int, size: int) -> None:
        assert self._mapping is not None
        call = _section.MapView(int(self._mapping), _FILE_MAP_WRITE, offset, size)
        try:
            grant, descriptors = kernel32.system_with_descriptors(call)
        except NtError as failure:
            kernel32.fail("MapViewOfFile", failure.win32)
        try:
            self._view = mmap.mmap(descriptors[0], grant.size, mmap.MAP_SHARED, offset=grant.offset)
        except (OSError, ValueError):
            kernel32.fail("MapViewOfFile", 8)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self._size = len(self._view)

    def _close_file(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _valid(self) -> mmap.mmap:
        if self._view is None:
            raise ValueError("mmapfile closed or invalid")
        return self._view

    # -- what programs call

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._close_file()  # view and mapping have a finalizer of their own

    def close(self) -> None:
        """Unmap the view and close the mapping and the file."""
        if self._view is not None:
            self._view.close()
        if self._mapping is not None:
            self._mapping.Close()
        self._view = self._mapping = None
        self._close_file()

    def find(self, needle: bytes, start: int | None = None, /) -> int:
        """Search from the current position; returns the place counted from *start* (the position), or -1."""
        view = self._valid()
        if not isinstance(needle, bytes):
            raise TypeError(f"expected bytes, {type(needle).__name__} found")
        origin = self._position if start is None else start
        place = view.find(needle.partition(b"\0")[0], self._position, self._size)
        return -1 if place < 0 else place - origin

    def flush(self, offset: int | None = None, size: int | None = None, /) -> int:
        """Write changes to the file; returns 1."""
        view = self._valid()
        first, count = offset or 0, size or 0
        if first < 0 or count < 0 or first + count > self._size:
            raise ValueError("flush values out of range")
        begin = first - first % _PAGE
        view.flush(begin, (first + count if count else self._size) - begin)
        return 1

    def move(self, dest: int, src: int, count: int, /) -> None:
        """Copy inside the view."""
        view = self._valid()
        if min(dest, src, count) < 0 or src + count > self._size or dest + count > self._size:
            raise ValueError("source or destination out of range")
        view.move(dest, src, count)

    def read(self, num_bytes: int, /) -> bytes:
        """Read from the current position, at most to the end."""
        view = self._valid()
        if num_bytes < 0:
            raise SystemError("Negative size passed to PyBytes_FromStringAndSize")
        data = view[self._position : min(self._position + num_bytes, self._size)]
        self._position += len(data)
        return data

    def read_byte(self) -> bytes:
        """Read one byte."""
        view = self._valid()
        if self._position >= self._size:
            raise ValueError("read byte out of range")
        self._position += 1
        return view[self._position - 1 : self._position]

    def readline(self) -> bytes:
        """Read up to and with the next line feed."""
        view = self._valid()
        end = view.find(b"\n", self._position, self._size) + 1
        return self.read((end if end > 0 else self._size) - self._position)

    def resize(self, MaximumSize: int, FileOffset: int = 0, NumberOfBytesToMap: int = 0) -> None:
        """Map again: with another size of the mapping (0: the same), from another place, another part of it."""
        self._valid().close()
        self._view = None
        if MaximumSize:
            assert self._mapping is not None
            self._mapping.Close()
            self._create(MaximumSize)
        self._map(FileOffset, NumberOfBytesToMap)
        self._position = min(self._position, self._size - 1)

    def seek(self, dist: int, how: int = 0, /) -> None:
        """Change the position: from the start 0, from here 1, backwards from the end 2."""
        self._valid()
        if how not in {0, 1, 2}:
            raise ValueError("unknown seek type")
        where = (dist, self._position + dist, self._size - dist)[how]
        if not 0 <= where < self._size:
            raise ValueError("seek out of range")
        self._position = where

    def size(self) -> int:
        """Return the size of the view."""
        self._valid()
        return self._size

    def tell(self) -> int:
        """Return the position."""
        self._valid()
        return self._position

    def write(self, data: bytes, /) -> None:
        """Write at the position."""
        view = self._valid()
        if not isinstance(data, bytes):
            raise TypeError(f"expected bytes, {type(data).__name__} found")
        end = self._position + len(data)
        if end > self._size:
            raise ValueError("data out of range")
        view[self._position : end] = data
        self._position = end

    def write_byte(self, char: Any, /) -> None:
        """Write one byte."""
        view = self._valid()
        if not isinstance(char, bytes | bytearray) or len(char) != 1:
            raise TypeError(f"write_byte() argument 1 must be a byte string of length 1, not {type(char).__name__}")
        if self._position >= self._size:
            raise ValueError("write_byte past end of buffer")
        view[self._position : self._position + 1] = bytes(char)
        self._position += 1


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as failure:
        kernel32.fail("CreateFile", _FILE_ERRORS.get(failure.errno or 0, 5))


def mmapfile(
    File: str | None, Name: str | None, MaximumSize: int = 0, FileOffset: int = 0, NumberOfBytesToMap: Any = 0
) -> _MappedFile:
    """Map a file (None or empty: memory), under a name that others can map it by (None: nobody can)."""
    name, file = kernel32.text_or_none(Name), kernel32.text_or_none(File)
    return _MappedFile(file, name, MaximumSize, FileOffset, NumberOfBytesToMap or 0)


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("mmapfile")
