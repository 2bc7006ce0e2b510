"""`nts`: where the program begins.

`nts run` is started often, by scripts, and must add little to what it runs.  When its line is the usual one it is read
here without loading click; every other line, and every line with a mistake, goes to click.  The name under which the
program was called may be one of Windows' own (`qwinsta`, through a symbolic link): it is then the command.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ntsessions.cli.quick import RunOptions, parse_run

COMPLETION_VARIABLE = "_NTS_COMPLETE"
"""Set by the shell's completion script; click answers it."""
WINDOWS_NAMES = frozenset({"logoff", "qprocess", "query", "quser", "qwinsta"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    called = os.path.basename(sys.argv[0])  # noqa: PTH119 - pathlib takes a tenth of the start-up time
    if arguments is None and called in WINDOWS_NAMES:
        words.insert(0, called)
    gc.disable()  # what is being imported is no garbage; looking for some takes 3 ms
    try:
        if "run" in words and COMPLETION_VARIABLE not in os.environ:
            options = parse_run(words)
            if options is not None:
                code = _run_quickly(options)
                if arguments is None:
                    _leave(code)
                return code
        from ntsessions.cli.root import invoke

        gc.enable()
        return invoke(words)
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells do
    except BrokenPipeError:
        # The reader of our output has gone; Python must not stumble over it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # 128 + SIGPIPE


def _leave(code: int) -> NoReturn:
    """End the process at once: taking the interpreter apart would cost as much as starting it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run_quickly(options: RunOptions) -> int:
    from ntsessions.cli.launch import launch
    from ntsessions.cli.outcome import report

    gc.enable()
    try:
        return launch(options)
    except Exception as error:  # noqa: BLE001 - report() raises again what it does not know
        return report(error)


if __name__ == "__main__":
    sys.exit(main())
