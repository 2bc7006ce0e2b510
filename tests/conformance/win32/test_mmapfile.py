"""mmapfile: views of memory and of files, by pywin32's interface."""

from pathlib import Path

import pytest

from ntsessions.win32 import pywintypes
from ntsessions.win32.mmapfile import mmapfile
from tests.conformance.win32.conftest import RunScript

SIZE = 8192


def test_memory_is_shared_by_name_and_keeps_its_size(name: str) -> None:
    first = mmapfile(None, name, SIZE)
    second = mmapfile(File="", Name=name, MaximumSize=2 * SIZE)
    assert (first.size(), second.size()) == (SIZE, SIZE)
    first.write(b"shared")
    assert second.read(6) == b"shared"
    second.close()
    first.close()
    third = mmapfile(None, name, SIZE)
    assert third.read(6) == bytes(6), "a name without a handle is free, and new memory is empty"
    third.close()


def test_another_process_sees_the_same_memory(name: str, run_script: RunScript) -> None:
    mapped = mmapfile(None, name, SIZE)
    done = run_script(f"import mmapfile\nm = mmapfile.mmapfile(None, {name!r}, 1)\nm.seek(100)\nm.write(b'hello')\n")
    assert done.stderr == ""
    mapped.seek(100)
    assert mapped.read(5) == b"hello"
    mapped.close()


def test_a_position_moves_as_in_a_file() -> None:
    mapped = mmapfile(None, None, SIZE)
    mapped.write(b"one\ntwo\n")
    assert mapped.tell() == 8
    mapped.seek(0)
    assert [mapped.readline(), mapped.readline()] == [b"one\n", b"two\n"]
    mapped.seek(-8, 1)
    assert mapped.read_byte() == b"o"
    mapped.seek(1, 2)
    assert mapped.tell() == SIZE - 1
    assert mapped.read(100) == b"\0"
    for where, how in ((SIZE, 0), (-1, 0), (0, 2)):
        with pytest.raises(ValueError, match="seek out of range"):
            mapped.seek(where, how)
    with pytest.raises(ValueError, match="unknown seek type"):
        mapped.seek(0, 3)
    mapped.close()


def test_bytes_are_found_moved_and_bounded() -> None:
    mapped = mmapfile(None, None, SIZE)
    mapped.write(b"--needle--")
    mapped.seek(1)
    assert mapped.find(b"needle") == 1, "counted from the position"
    assert mapped.find(b"needle", 0) == 2
    assert mapped.find(b"nothing") == -1
    mapped.move(100, 2, 6)
    mapped.seek(100)
    assert mapped.read(6) == b"needle"
    mapped.seek(SIZE - 1)
    mapped.write_byte(b"x")
    with pytest.raises(ValueError, match="past end"):
        mapped.write_byte(b"x")
    with pytest.raises(ValueError, match="read byte out of range"):
        mapped.read_byte()
    with pytest.raises(ValueError, match="out of range"):
        mapped.move(SIZE - 1, 0, 2)
    with pytest.raises(ValueError, match="data out of range"):
        mapped.write(b"x")
    for wrong in ("text", 5, b"xy"):
        with pytest.raises(TypeError):
            mapped.write_byte(wrong)
    with pytest.raises(TypeError):
        mapped.write("text")  # type: ignore[arg-type]  # the point
    mapped.close()


def test_a_closed_one_is_of_no_use() -> None:
    mapped = mmapfile(None, None, SIZE)
    mapped.close()
    mapped.close()
    with pytest.raises(ValueError, match="mmapfile closed or invalid"):
        mapped.read(1)


def test_memory_without_a_size_is_an_invalid_parameter() -> None:
    with pytest.raises(pywintypes.error) as caught:
        mmapfile(None, None)
    assert caught.value.args[:2] == (87, "CreateFileMapping")


def test_an_offset_is_a_multiple_of_64_kilobytes(name: str) -> None:
    whole = mmapfile(None, name, 0x20000)
    whole.seek(0x10000)
    whole.write(b"second half")
    part = mmapfile(None, name, 1, 0x10000, 4096)
    assert (part.size(), part.read(11)) == (4096, b"second half")
    with pytest.raises(pywintypes.error) as caught:
        mmapfile(None, name, 1, 4096)
    assert caught.value.args[:2] == (1132, "MapViewOfFile")
    with pytest.raises(pywintypes.error) as caught:
        mmapfile(None, name, 1, 0x10000, 0x20000)
    assert caught.value.winerror == 5
    part.close()
    whole.close()


def test_a_file_is_mapped_and_grows_to_whole_pages(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"contents")
    mapped = mmapfile(str(path), None)
    assert (mapped.size(), mapped.read(8)) == (4096, b"contents")
    mapped.seek(0)
    mapped.write(b"CONTENTS")
    assert mapped.flush() == 1
    mapped.close()
    assert path.read_bytes() == b"CONTENTS" + bytes(4088)


def test_a_file_that_is_not_there_is_made(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new"
    mapped = mmapfile(File=str(path), Name=name, MaximumSize=SIZE)
    mapped.resize(2 * SIZE)
    assert (mapped.size(), path.stat().st_size) == (2 * SIZE, 2 * SIZE)
    mapped.resize(0, 0, 4096)
    assert mapped.size() == 4096
    with pytest.raises(ValueError, match="flush values out of range"):
        mapped.flush(0, 5000)
    mapped.close()


def test_an_empty_file_needs_a_size_and_a_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Specified file is empty"):
        mmapfile(str(tmp_path / "empty"), None)
    with pytest.raises(pywintypes.error) as caught:
        mmapfile(str(tmp_path / "no" / "place"), None, SIZE)
    assert caught.value.args[:2] == (3, "CreateFile")
