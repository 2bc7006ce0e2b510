"""The texts that `FormatMessage` has for Win32 errors: ours, from the one table of statuses.

The numbers are Windows'; its sentences are Microsoft's and are not repeated here.  Programs that compare texts instead
of numbers will notice.
"""

from ntsessions.abi.status import STATUS_TABLE, NtStatus

_NAMED_BY = {
    2: NtStatus.OBJECT_NAME_NOT_FOUND,
    5: NtStatus.ACCESS_DENIED,
    6: NtStatus.INVALID_HANDLE,
    8: NtStatus.NO_MEMORY,
    87: NtStatus.INVALID_PARAMETER,
    161: NtStatus.OBJECT_PATH_INVALID,
    183: NtStatus.OBJECT_NAME_COLLISION,
    234: NtStatus.MORE_ENTRIES,
    487: NtStatus.NOT_MAPPED_VIEW,
}
"""Which status speaks for an error that several stand for."""

_WITHOUT_A_STATUS = {
    0: "it was done",
    4: "the file cannot be opened",
    13: "the value is not valid",
    14: "not enough memory to finish this",
    17: "files move within one file system only",
    19: "the file system is read-only",
    29: "the device takes no data",
    32: "the file is in use by another process",
    80: "the file exists already",
    109: "the other end of the pipe was closed",
    112: "the disk is full",
    120: "this function is not there",
    145: "the directory is not empty",
    170: "it is in use",
    203: "there is no environment variable of this name",
    258: "the time ran out before the object was signaled",
    267: "it is not a directory",
    1159: "this message can only be sent",
    1332: "no account has this name or SID",
    1344: "not enough memory for the security information",
    1355: "there is no such domain",
    1421: "no control has this id",
    1444: "there is no such thread",
    1812: "the program has no resources",
    1814: "there is no resource of this name",
    1722: "the other machine cannot be reached",
}

MESSAGES: dict[int, str] = {
    row.win32: f"{row.meaning[0].upper()}{row.meaning[1:]}."
    for status, row in STATUS_TABLE.items()
    if _NAMED_BY.get(row.win32, status) is status
} | {code: f"{text[0].upper()}{text[1:]}." for code, text in _WITHOUT_A_STATUS.items()}

NO_MESSAGE = "No error message is available"
"""What pywin32 says where there is no text."""


def message_for(code: int) -> str:
    """Return the text of an error as pywin32 puts it into an exception."""
    return MESSAGES.get(code, NO_MESSAGE) if code else NO_MESSAGE
