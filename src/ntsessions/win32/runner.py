"""`nts python`: run a script that was written for pywin32, as `python SCRIPT ARGS...` would on Windows.

The script is `__main__`, `sys.argv` and `sys.path[0]` are its own, its exit code passes through, and a traceback shows
its frames and not ours.  `-m MODULE` and `-c CODE` in place of a script do what they do for Python.
"""

import importlib.machinery
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

from ntsessions.win32 import kernel32
from ntsessions.win32.modules import install, install_for_children

_OURS = __file__
_OUR_PACKAGE = str(Path(__file__).parents[1])
_INTERRUPTED = 130


def run_script(script: str, arguments: Sequence[str], state_dir: str | None = None) -> int:
    """Run a script (or `-m`, `-c` and what follows) to its end; returns 0, or 1 after a traceback.

    Raises SystemExit as the script does.  *state_dir* chooses the host; else it is found by the place of this process.
    """
    if state_dir is not None:
        kernel32.connect_to(state_dir)
    install()
    install_for_children()
    if script in {"-m", "-c"}:
        if not arguments:
            raise SystemExit(f"Argument expected for the {script} option")
        what, arguments = arguments[0], arguments[1:]
        run = _module(what, arguments) if script == "-m" else _code(what, arguments)
    else:
        run = _script(script, arguments)
    return _run(run)


def _run(run: Callable[[], Any]) -> int:
    try:
        run()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - what nobody caught is shown, as Python does
        error.with_traceback(_without_ours(error.__traceback__))
        sys.excepthook(type(error), error, error.__traceback__)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _without_ours(traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that is the script's: not how it was started, nor our code below its last line.

    pywin32's functions are in C and have no frames.  All of it is returned when none of it is the script's.
    """
    frames = [entry for entry in _entries(traceback) if not entry.tb_frame.f_code.co_filename.startswith("<frozen ")]
    while frames and frames[0].tb_frame.f_code.co_filename == _OURS:
        del frames[0]
    kept = len(frames)
    while kept and frames[kept - 1].tb_frame.f_code.co_filename.startswith(_OUR_PACKAGE):
        kept -= 1
    result = None
    for entry in reversed(frames[:kept]):
        result = TracebackType(result, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return result or traceback


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _new_main(file: str | None) -> dict[str, Any]:
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    if file is not None:
        main.__file__ = file
        main.__loader__ = importlib.machinery.SourceFileLoader("__main__", file)
    sys.modules["__main__"] = main
    return main.__dict__


def _script(script: str, arguments: Sequence[str]) -> Callable[[], Any]:
    sys.argv[:] = [script, *arguments]
    place = Path(script)
    if place.is_dir() or (place.is_file() and place.suffix in {".zip", ".pyz", ".pyc"}):
        _new_main(None)
        return lambda: runpy.run_path(script, run_name="__main__")
    try:
        source = place.read_bytes()
    except OSError as error:
        print(f"nts python: can't open file {str(place.absolute())!r}: {error.strerror}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    sys.path[0:1] = [str(place.absolute().parent)]
    namespace = _new_main(script)
    return lambda: exec(_compiled(source, script), namespace)  # noqa: S102 - it is what we are for


def _code(code: str, arguments: Sequence[str]) -> Callable[[], Any]:
    sys.argv[:] = ["-c", *arguments]
    sys.path[0:1] = [""]
    namespace = _new_main(None)
    return lambda: exec(_compiled(code.encode(), "<string>"), namespace)  # noqa: S102 - as above


def _compiled(source: bytes, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def _module(name: str, arguments: Sequence[str]) -> Callable[[], Any]:
    sys.argv[:] = ["-m", *arguments]
    sys.path[0:1] = [str(Path.cwd())]
    _new_main(None)
    return lambda: runpy._run_module_as_main(name)  # type: ignore[attr-defined]  # noqa: SLF001 - `python -m` calls it


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m ntsessions.win32.runner SCRIPT [ARGS]...")
    sys.exit(run_script(sys.argv[1], sys.argv[2:]))
