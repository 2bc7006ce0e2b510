# noqa: INP001 - Python finds it by its directory
"""Run by every Python program that a script of `nts python` starts: pywin32's modules are there, too.

Python imports it because its directory is on PYTHONPATH.  One that is shadowed by it is run first.
"""

import os
import sys


def _start() -> None:
    here = os.path.dirname(__file__)  # noqa: PTH120 - every start of every child pays for an import
    rest = [place for place in sys.path if place != here]
    from importlib import machinery  # noqa: PLC0415 - only here

    shadowed = machinery.PathFinder.find_spec("sitecustomize", rest)
    if shadowed is not None and shadowed.loader is not None:
        from importlib import util  # noqa: PLC0415 - as above

        shadowed.loader.exec_module(util.module_from_spec(shadowed))
    if os.environ.get("NTSESSIONS_PYWIN32") == "1":
        try:
            from ntsessions.win32.modules import install  # noqa: PLC0415 - may not be there: another Python
        except ImportError:
            return
        install()


_start()
