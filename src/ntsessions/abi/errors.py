"""The exceptions of this system: one per meaning, each also the nearest Python built-in.

`NtError` carries the status; `error_for(status)` picks the class named in `abi.status.STATUS_TABLE`, so that
`except PermissionError` works for who does not know NT, and `error.status` is there for who does.

    NtError
    |-- AccessDenied(PermissionError)     |-- InvalidHandle(ValueError)     |-- ObjectNotFound(FileNotFoundError)
    |   `-- PrivilegeNotHeld              |-- InvalidParameter(ValueError)  |   `-- SessionNotFound
    |-- NotOwner(PermissionError)         |-- InvalidName(ValueError)       |-- ObjectExists(FileExistsError)
    |-- LogonError(PermissionError)       |-- TypeMismatch(TypeError)       |-- ProcessNotFound(ProcessLookupError)
    |-- QuotaExceeded(MemoryError)        |-- LimitExceeded(OverflowError)  |-- Cancelled, SessionBusy
    |-- NotImplementedHere(NotImplementedError)  |-- InUse(OSError)         |-- ProtocolMismatch(ConnectionError)
    `-- InternalError(RuntimeError)
"""

from ntsessions.abi.status import STATUS_TABLE, NtStatus


class NtError(Exception):
    """A call failed with *status*; *detail* says, for people, what about it and what to do."""

    def __init__(self, status: NtStatus, detail: str = "") -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        if isinstance(self, OSError):  # the built-ins of this family carry an errno and a text of their own
            as_os_error: OSError = self
            as_os_error.errno = STATUS_TABLE[status].errno
            as_os_error.strerror = STATUS_TABLE[status].meaning

    @property
    def win32(self) -> int:
        """The Win32 error that kernel32 reports for this status."""
        return STATUS_TABLE[self.status].win32

    def __str__(self) -> str:
        text = f"{self.status.name} (0x{self.status:08X}): {STATUS_TABLE[self.status].meaning}"
        return f"{text}: {self.detail}" if self.detail else text


class AccessDenied(NtError, PermissionError):
    """The object's security, or the handle's rights, do not allow it."""


class PrivilegeNotHeld(AccessDenied):
    """The token lacks a privilege, or holds it disabled."""


class NotOwner(NtError, PermissionError):
    """A mutex was released by a thread that does not own it."""


class LogonError(NtError, PermissionError):
    """An account could not be authenticated or may not log on."""


class QuotaExceeded(NtError, MemoryError):
    """A limit of the process, the session or the host is reached."""


class InvalidHandle(NtError, ValueError):
    """No such handle in the calling process."""


class InvalidParameter(NtError, ValueError):
    """A parameter is out of range or does not fit the others."""


class InvalidName(NtError, ValueError):
    """A name breaks the rules of names."""


class TypeMismatch(NtError, TypeError):
    """The handle or the name belongs to an object of another type."""


class LimitExceeded(NtError, OverflowError):
    """A counter would pass its maximum."""


class ObjectNotFound(NtError, FileNotFoundError):
    """Nothing has this name, or the caller may not know of it."""


class SessionNotFound(ObjectNotFound):
    """No such session."""


class ObjectExists(NtError, FileExistsError):
    """The name is taken."""


class ProcessNotFound(NtError, ProcessLookupError):
    """No such process, or it has ended."""


class Cancelled(NtError):
    """The call was taken back before it finished."""


class InUse(NtError, OSError):
    """Somebody uses it, so it cannot be closed, changed or taken."""


class SessionBusy(NtError):
    """The session is changing state; try again when it has."""


class NotImplementedHere(NtError, NotImplementedError):
    """NT has it, this system does not (the fidelity page says so)."""


class ProtocolMismatch(NtError, ConnectionError):
    """Client and daemon are of different versions."""


class InternalError(NtError, RuntimeError):
    """A fault of ours."""


_CLASSES: dict[str, type[NtError]] = {
    cls.__name__: cls
    for cls in (
        NtError, AccessDenied, PrivilegeNotHeld, NotOwner, LogonError, QuotaExceeded, InvalidHandle, InvalidParameter,
        InvalidName, TypeMismatch, LimitExceeded, ObjectNotFound, SessionNotFound, ObjectExists, ProcessNotFound,
        Cancelled, InUse, SessionBusy, NotImplementedHere, ProtocolMismatch, InternalError,
    )
}  # fmt: skip


def nt_error(status: NtStatus, detail: str = "") -> NtError:
    """Return the exception that stands for *status*, ready to be raised."""
    return _CLASSES[STATUS_TABLE[status].exception or "NtError"](status, detail)
