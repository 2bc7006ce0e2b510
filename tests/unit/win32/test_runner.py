"""Scripts that need no daemon, run as `nts python` runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.win32.modules import CONSTANTS

needs_constants = pytest.mark.skipif(not CONSTANTS.is_dir(), reason="`make setup` has not fetched pywin32's constants")


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "ntsessions.win32.runner", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def test_a_script_is_main_with_its_own_arguments_and_place(script: Path) -> None:
    script.write_text("import sys; print(__name__, __file__, sys.argv, sys.path[0])")
    done = run(str(script), "-x", "--y")
    assert done.stdout == f"__main__ {script} {[str(script), '-x', '--y']} {script.parent}\n"


@pytest.mark.parametrize(
    ("text", "code"), [("", 0), ("raise SystemExit(7)", 7), ("import sys; sys.exit()", 0), ("1/0", 1), ("f(", 1)]
)
def test_the_exit_code_passes_through(script: Path, text: str, code: int) -> None:
    script.write_text(text)
    assert run(str(script)).returncode == code


def test_a_traceback_shows_the_script_and_nothing_of_ours(script: Path) -> None:
    script.write_text("import win32event\ndef f():\n    win32event.OpenEvent(1, 0, None)\nf()\n")
    done = run(str(script))
    assert done.stderr.splitlines()[0] == "Traceback (most recent call last):"
    assert done.stderr.splitlines()[-1] == "TypeError: None is not a valid string in this context"
    assert done.stderr.count("File ") == 2
    assert "ntsessions" not in done.stderr


def test_a_script_that_is_not_there_is_told_as_python_does(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none.py"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't open file" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_modules_are_there_under_pywin32s_names_once(script: Path) -> None:
    script.write_text(
        "import pywintypes, win32api, win32event, win32job, win32process, win32security, win32gui, timer, mmapfile\n"
        "from win32 import win32event as again\n"
        "import sys, ntsessions.win32.win32event as ours\n"
        "print(again is win32event is ours, ours.__spec__.name, win32api.error is pywintypes.error)\n"
    )
    assert run(str(script)).stdout == "True ntsessions.win32.win32event True\n"


@needs_constants
def test_the_constants_are_pywin32s_own(script: Path) -> None:
    script.write_text(
        "import win32con, winerror, ntsecuritycon\nfrom win32.lib import win32con as again\n"
        "print(win32con.GENERIC_READ, winerror.ERROR_ACCESS_DENIED, ntsecuritycon.FILE_ALL_ACCESS, again.SYNCHRONIZE)\n"
    )
    assert run(str(script)).stdout == "-2147483648 5 2032127 1048576\n"


def test_a_module_of_pywin32_that_is_missing_is_told_by_name(script: Path) -> None:
    script.write_text(
        "try:\n    import win32file\nexcept ImportError as error:\n    print(type(error).__name__, error)\n"
    )
    assert run(str(script)).stdout == "ModuleNotFoundError pywin32's win32file is not provided by ntsessions\n"


def test_a_module_and_code_run_as_python_runs_them(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import sys, win32event; print(__name__, sys.argv[1:], win32event.INFINITE)")
    assert run("-m", "tool", "a", cwd=tmp_path).stdout == "__main__ ['a'] -1\n"
    assert run("-c", "import sys; print(sys.argv)", "a").stdout == "['-c', 'a']\n"
    assert run("-c").returncode == 1


def test_a_python_that_the_script_starts_has_the_modules_too(script: Path) -> None:
    script.write_text(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import win32event; print(win32event.WAIT_TIMEOUT)'], check=True)\n"
    )
    assert run(str(script)).stdout == "258\n"


def test_a_python_that_nobody_asked_for_has_them_not() -> None:
    done = subprocess.run([sys.executable, "-c", "import win32event"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No module named 'win32event'" in done.stderr


def test_a_sitecustomize_of_someone_else_still_runs(tmp_path: Path, script: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')")
    script.write_text(
        "import os, subprocess, sys\n"
        f"os.environ['PYTHONPATH'] += os.pathsep + {str(tmp_path)!r}\n"
        "subprocess.run([sys.executable, '-c', 'import win32event; print(win32event.error.__name__)'], check=True)\n"
    )
    assert run(str(script)).stdout == "mine\nerror\n"


def test_multiprocessing_finds_the_script_again(script: Path) -> None:
    script.write_text(
        "import multiprocessing, win32event\n"
        "def double(x):\n    return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(double, [21]))\n"
    )
    assert run(str(script)).stdout == "[42]\n"


def test_console_handlers_are_called_for_signals(script: Path) -> None:
    script.write_text(
        "import os, signal, threading, time, win32api\n"
        "done = threading.Event()\n"
        "def outer(event):\n    print('outer', event, flush=True)\n    done.set()\n    return True\n"
        "def inner(event):\n    print('inner', event, flush=True)\n"
        "def send(number):\n    done.clear()\n    os.kill(os.getpid(), number)\n    done.wait()\n"
        "win32api.SetConsoleCtrlHandler(outer, True)\n"
        "win32api.SetConsoleCtrlHandler(inner, True)\n"
        "send(signal.SIGINT)\n"
        "win32api.SetConsoleCtrlHandler(inner, False)\n"
        "send(signal.SIGTERM)\n"
    )
    assert run(str(script)).stdout == "inner 0\nouter 0\nouter 2\n"


def test_a_signal_that_no_handler_takes_is_pythons(script: Path) -> None:
    script.write_text(
        "import os, signal, time, win32api\n"
        "win32api.SetConsoleCtrlHandler(lambda event: False, True)\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(10)\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    assert run(str(script)).stdout == "interrupted\n"
