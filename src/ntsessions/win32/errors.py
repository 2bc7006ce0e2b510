"""The exceptions of pywin32, and the one that is ours."""

from typing import Any


class error(Exception):
    """A function of Windows failed: `(winerror, funcname, strerror)`, also as attributes."""

    __module__ = "pywintypes"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        known = (*args[:3], None, None, None)
        self.winerror: Any = known[0]
        self.funcname: Any = known[1]
        self.strerror: Any = known[2]


class com_error(Exception):
    """What pywin32's COM modules raise; here for `except` clauses only."""

    __module__ = "pywintypes"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        known = (*args[:4], None, None, None, None)
        self.hresult: Any = known[0]
        self.strerror: Any = known[1]
        self.excepinfo: Any = known[2]
        self.argerror: Any = known[3]


class NotProvided(NotImplementedError, AttributeError):
    """pywin32 has this name and ntsessions does not.

    It is both kinds of error, so that `hasattr` and `from win32api import ...` tell the truth, and a plain use says why
    it fails.
    """
