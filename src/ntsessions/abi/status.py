"""Every status the system can answer, and what each one is called elsewhere.

One row per NTSTATUS: its value, the Win32 error that kernel32 reports for it, the errno, the Python exception that
the client raises and the HTTP status of the console.  Every other mapping in the tree is a column of this table.

Severity decides what a status is (`NT_SUCCESS`): the top bits 00 and 01 are answers, 10 and 11 are raised.
Values and Win32 pairs: `[MS-ERREF]` 2.3 and the public SDK headers.
"""

import errno
from enum import IntEnum
from http import HTTPStatus
from typing import NamedTuple


class NtStatus(IntEnum):
    """NTSTATUS without the `STATUS_` prefix."""

    SUCCESS = 0x00000000
    WAIT_63 = 0x0000003F
    ABANDONED_WAIT_0 = 0x00000080
    USER_APC = 0x000000C0
    TIMEOUT = 0x00000102
    PENDING = 0x00000103
    MORE_ENTRIES = 0x00000105
    NOT_ALL_ASSIGNED = 0x00000106
    OBJECT_NAME_EXISTS = 0x40000000
    BUFFER_OVERFLOW = 0x80000005
    NO_MORE_ENTRIES = 0x8000001A
    UNSUCCESSFUL = 0xC0000001
    NOT_IMPLEMENTED = 0xC0000002
    INVALID_INFO_CLASS = 0xC0000003
    INFO_LENGTH_MISMATCH = 0xC0000004
    INVALID_HANDLE = 0xC0000008
    INVALID_CID = 0xC000000B
    INVALID_PARAMETER = 0xC000000D
    NO_MEMORY = 0xC0000017
    CONFLICTING_ADDRESSES = 0xC0000018
    NOT_MAPPED_VIEW = 0xC0000019
    INVALID_VIEW_SIZE = 0xC000001F
    INVALID_FILE_FOR_SECTION = 0xC0000020
    ACCESS_DENIED = 0xC0000022
    BUFFER_TOO_SMALL = 0xC0000023
    OBJECT_TYPE_MISMATCH = 0xC0000024
    INVALID_PARAMETER_MIX = 0xC0000030
    OBJECT_NAME_INVALID = 0xC0000033
    OBJECT_NAME_NOT_FOUND = 0xC0000034
    OBJECT_NAME_COLLISION = 0xC0000035
    OBJECT_PATH_INVALID = 0xC0000039
    OBJECT_PATH_NOT_FOUND = 0xC000003A
    OBJECT_PATH_SYNTAX_BAD = 0xC000003B
    SECTION_TOO_BIG = 0xC0000040
    QUOTA_EXCEEDED = 0xC0000044
    INVALID_PAGE_PROTECTION = 0xC0000045
    MUTANT_NOT_OWNED = 0xC0000046
    SEMAPHORE_LIMIT_EXCEEDED = 0xC0000047
    SECTION_PROTECTION = 0xC000004E
    BAD_INHERITANCE_ACL = 0xC000007D
    INVALID_ACL = 0xC0000077
    INVALID_SID = 0xC0000078
    INVALID_SECURITY_DESCR = 0xC0000079
    REVISION_MISMATCH = 0xC0000059
    INVALID_OWNER = 0xC000005A
    INVALID_PRIMARY_GROUP = 0xC000005B
    NO_IMPERSONATION_TOKEN = 0xC000005C
    NO_SUCH_LOGON_SESSION = 0xC000005F
    NO_SUCH_PRIVILEGE = 0xC0000060
    PRIVILEGE_NOT_HELD = 0xC0000061
    USER_EXISTS = 0xC0000063
    NO_SUCH_USER = 0xC0000064
    LOGON_FAILURE = 0xC000006D
    PASSWORD_RESTRICTION = 0xC000006C
    ACCOUNT_RESTRICTION = 0xC000006E
    PASSWORD_EXPIRED = 0xC0000071
    ACCOUNT_DISABLED = 0xC0000072
    NO_TOKEN = 0xC000007C
    INSUFFICIENT_RESOURCES = 0xC000009A
    BAD_IMPERSONATION_LEVEL = 0xC00000A5
    BAD_TOKEN_TYPE = 0xC00000A8
    NOT_SUPPORTED = 0xC00000BB
    TOO_MANY_SESSIONS = 0xC00000CE
    INTERNAL_ERROR = 0xC00000E5
    INVALID_PARAMETER_1 = 0xC00000EF
    INVALID_PARAMETER_4 = 0xC00000F2
    NAME_TOO_LONG = 0xC0000106
    PROCESS_IS_TERMINATING = 0xC000010A
    MAPPED_FILE_SIZE_ZERO = 0xC000011E
    TOO_MANY_OPENED_FILES = 0xC000011F
    CANCELLED = 0xC0000120
    CANNOT_DELETE = 0xC0000121
    TOKEN_ALREADY_IN_USE = 0xC000012B
    COMMITMENT_LIMIT = 0xC000012D
    CONTROL_C_EXIT = 0xC000013A
    DLL_INIT_FAILED = 0xC0000142
    LOGON_TYPE_NOT_GRANTED = 0xC000015B
    MUTANT_LIMIT_EXCEEDED = 0xC0000191
    NOT_SAME_OBJECT = 0xC00001AC
    MAPPED_ALIGNMENT = 0xC0000220
    ACCOUNT_LOCKED_OUT = 0xC0000234
    HANDLE_NOT_CLOSABLE = 0xC0000235
    INVALID_FUNCTION = 0xC0070001
    """FACILITY_NTWIN32 (0xC0070000): a Win32 error that has no NTSTATUS of its own."""
    BUSY = 0xC00700AA
    SERVICE_ALREADY_RUNNING = 0xC0070420
    SERVICE_DOES_NOT_EXIST = 0xC0070424
    SERVICE_NOT_ACTIVE = 0xC0070426
    DATABASE_DOES_NOT_EXIST = 0xC0070429
    NO_MORE_USER_HANDLES = 0xC0070486
    INVALID_WINDOW_HANDLE = 0xC0070578
    INVALID_MENU_HANDLE = 0xC0070579
    INVALID_HOOK_HANDLE = 0xC007057C
    TLW_WITH_WSCHILD = 0xC007057E
    CANNOT_FIND_WND_CLASS = 0xC007057F
    WINDOW_OF_OTHER_THREAD = 0xC0070580
    HOTKEY_ALREADY_REGISTERED = 0xC0070581
    CLASS_ALREADY_EXISTS = 0xC0070582
    CLASS_DOES_NOT_EXIST = 0xC0070583
    CLASS_HAS_WINDOWS = 0xC0070584
    INVALID_INDEX = 0xC0070585
    CLIPBOARD_NOT_OPEN = 0xC007058A
    HOTKEY_NOT_REGISTERED = 0xC007058B
    HOOK_NEEDS_HMOD = 0xC0070594
    GLOBAL_ONLY_HOOK = 0xC0070595
    HOOK_NOT_INSTALLED = 0xC0070597
    INVALID_THREAD_ID = 0xC00705A4
    MENU_ITEM_NOT_FOUND = 0xC00705B0
    REQUIRES_INTERACTIVE_WINDOWSTATION = 0xC00705B3
    NOT_GUI_PROCESS = 0xC00705BF
    CTX_WINSTATION_NAME_INVALID = 0xC00A0001
    CTX_WINSTATION_NOT_FOUND = 0xC00A0015
    CTX_WINSTATION_BUSY = 0xC00A0017
    CTX_WINSTATION_ACCESS_DENIED = 0xC00A002B
    CTX_LOGON_DISABLED = 0xC00A0037

    @property
    def is_answer(self) -> bool:
        """True when the status is returned rather than raised (`NT_SUCCESS`)."""
        return self < 0x80000000


class StatusRow(NamedTuple):
    """What one status is called outside NT."""

    win32: int
    """GetLastError() after the kernel32 wrapper."""
    errno: int
    exception: str
    """Name of the class in `abi.errors` that the client raises; empty for answers."""
    http: HTTPStatus
    meaning: str
    """One sentence for people: what went wrong."""


_S, _H = NtStatus, HTTPStatus

# fmt: off
STATUS_TABLE: dict[NtStatus, StatusRow] = {
    # answers
    _S.SUCCESS: StatusRow(0, 0, "", _H.OK, "done"),
    _S.WAIT_63: StatusRow(0, 0, "", _H.OK, "the last object of the wait was signaled"),
    _S.ABANDONED_WAIT_0: StatusRow(735, 0, "", _H.OK, "the mutex was acquired; its last owner died holding it"),
    _S.USER_APC: StatusRow(737, 0, "", _H.OK, "the wait ended to run a procedure call"),
    _S.TIMEOUT: StatusRow(1460, errno.ETIMEDOUT, "", _H.OK, "the time ran out first"),
    _S.PENDING: StatusRow(997, errno.EINPROGRESS, "", _H.ACCEPTED, "not finished yet"),
    _S.MORE_ENTRIES: StatusRow(234, 0, "", _H.OK, "there are more entries"),
    _S.NOT_ALL_ASSIGNED: StatusRow(1300, 0, "", _H.OK, "the token does not hold all of these privileges"),
    _S.OBJECT_NAME_EXISTS: StatusRow(183, 0, "", _H.OK, "an object of this name existed and was opened"),
    # warnings and errors
    _S.BUFFER_OVERFLOW: StatusRow(234, errno.ENOBUFS, "NtError", _H.UNPROCESSABLE_ENTITY, "only part of it fits"),
    _S.NO_MORE_ENTRIES: StatusRow(259, 0, "NtError", _H.OK, "there are no more entries"),
    _S.UNSUCCESSFUL: StatusRow(31, errno.EIO, "NtError", _H.INTERNAL_SERVER_ERROR, "the operation failed"),
    _S.NOT_IMPLEMENTED: StatusRow(1, errno.ENOSYS, "NotImplementedHere", _H.NOT_IMPLEMENTED, "not implemented"),
    _S.INVALID_INFO_CLASS: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "no such information class"),
    _S.INFO_LENGTH_MISMATCH: StatusRow(24, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "wrong structure size"),
    _S.INVALID_HANDLE: StatusRow(6, errno.EBADF, "InvalidHandle", _H.BAD_REQUEST, "no such handle in this process"),
    _S.INVALID_CID: StatusRow(87, errno.ESRCH, "ProcessNotFound", _H.NOT_FOUND, "no such process or thread"),
    _S.INVALID_PARAMETER: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "a parameter is not valid"),
    _S.NO_MEMORY: StatusRow(8, errno.ENOMEM, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "not enough memory"),
    _S.CONFLICTING_ADDRESSES: StatusRow(487, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the address is taken"),
    _S.NOT_MAPPED_VIEW: StatusRow(487, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "no view is mapped there"),
    _S.INVALID_VIEW_SIZE: StatusRow(5, errno.EACCES, "AccessDenied", _H.FORBIDDEN, "the view ends beyond the section"),
    _S.INVALID_FILE_FOR_SECTION: StatusRow(193, errno.ENOEXEC, "InvalidParameter", _H.BAD_REQUEST, "not an image file"),
    _S.ACCESS_DENIED: StatusRow(5, errno.EACCES, "AccessDenied", _H.FORBIDDEN, "access is denied"),
    _S.BUFFER_TOO_SMALL: StatusRow(122, errno.ENOBUFS, "NtError", _H.UNPROCESSABLE_ENTITY, "the buffer is too small"),
    _S.OBJECT_TYPE_MISMATCH: StatusRow(6, errno.EINVAL, "TypeMismatch", _H.CONFLICT, "the object is of another type"),
    _S.INVALID_PARAMETER_MIX: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "parameters that exclude each other"),
    _S.OBJECT_NAME_INVALID: StatusRow(123, errno.EINVAL, "InvalidName", _H.BAD_REQUEST, "the name is not valid"),
    _S.OBJECT_NAME_NOT_FOUND: StatusRow(2, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no object has this name"),
    _S.OBJECT_NAME_COLLISION: StatusRow(183, errno.EEXIST, "ObjectExists", _H.CONFLICT, "the name is taken"),
    _S.OBJECT_PATH_INVALID: StatusRow(161, errno.EINVAL, "InvalidName", _H.BAD_REQUEST, "the path is not valid"),
    _S.OBJECT_PATH_NOT_FOUND: StatusRow(3, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "a directory of the path does not exist"),
    _S.OBJECT_PATH_SYNTAX_BAD: StatusRow(161, errno.EINVAL, "InvalidName", _H.BAD_REQUEST, "the path must begin at the root or at a directory handle, not both"),
    _S.SECTION_TOO_BIG: StatusRow(8, errno.EFBIG, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "the section is larger than its file or the limit"),
    _S.QUOTA_EXCEEDED: StatusRow(1816, errno.EDQUOT, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "a quota is used up"),
    _S.INVALID_PAGE_PROTECTION: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "no such page protection"),
    _S.MUTANT_NOT_OWNED: StatusRow(288, errno.EPERM, "NotOwner", _H.CONFLICT, "the calling thread does not own the mutex"),
    _S.SEMAPHORE_LIMIT_EXCEEDED: StatusRow(298, errno.EOVERFLOW, "LimitExceeded", _H.CONFLICT, "the semaphore would exceed its maximum"),
    _S.SECTION_PROTECTION: StatusRow(87, errno.EACCES, "AccessDenied", _H.FORBIDDEN, "the section's protection does not allow this view"),
    _S.REVISION_MISMATCH: StatusRow(1306, errno.EPROTO, "ProtocolMismatch", _H.UPGRADE_REQUIRED, "client and daemon speak different protocol versions"),
    _S.INVALID_OWNER: StatusRow(1307, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the token may not assign this owner"),
    _S.INVALID_PRIMARY_GROUP: StatusRow(1308, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the token does not hold this group"),
    _S.NO_IMPERSONATION_TOKEN: StatusRow(1309, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "an impersonation token is needed"),
    _S.NO_SUCH_LOGON_SESSION: StatusRow(1312, errno.ESRCH, "LogonError", _H.NOT_FOUND, "no such logon session"),
    _S.NO_SUCH_PRIVILEGE: StatusRow(1313, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "no such privilege"),
    _S.PRIVILEGE_NOT_HELD: StatusRow(1314, errno.EPERM, "PrivilegeNotHeld", _H.FORBIDDEN, "a required privilege is not held"),
    _S.USER_EXISTS: StatusRow(1316, errno.EEXIST, "ObjectExists", _H.CONFLICT, "the account exists already"),
    _S.NO_SUCH_USER: StatusRow(1317, errno.ENOENT, "LogonError", _H.NOT_FOUND, "no such account"),
    _S.PASSWORD_RESTRICTION: StatusRow(1325, errno.EINVAL, "LogonError", _H.BAD_REQUEST, "the password does not meet the rules"),
    _S.LOGON_FAILURE: StatusRow(1326, errno.EACCES, "LogonError", _H.UNAUTHORIZED, "unknown account or wrong password"),
    _S.ACCOUNT_RESTRICTION: StatusRow(1327, errno.EACCES, "LogonError", _H.FORBIDDEN, "the account may not log on this way"),
    _S.PASSWORD_EXPIRED: StatusRow(1330, errno.EKEYEXPIRED, "LogonError", _H.UNAUTHORIZED, "the password has expired"),
    _S.ACCOUNT_DISABLED: StatusRow(1331, errno.EACCES, "LogonError", _H.FORBIDDEN, "the account is disabled"),
    _S.INVALID_ACL: StatusRow(1336, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "not a valid access control list"),
    _S.INVALID_SID: StatusRow(1337, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "not a valid security identifier"),
    _S.INVALID_SECURITY_DESCR: StatusRow(1338, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "not a valid security descriptor"),
    _S.NO_TOKEN: StatusRow(1008, errno.ESRCH, "LogonError", _H.NOT_FOUND, "there is no token"),
    _S.BAD_INHERITANCE_ACL: StatusRow(1340, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the inherited list could not be built"),
    _S.INSUFFICIENT_RESOURCES: StatusRow(1450, errno.ENOMEM, "QuotaExceeded", _H.SERVICE_UNAVAILABLE, "the host is out of a resource"),
    _S.BAD_IMPERSONATION_LEVEL: StatusRow(1346, errno.EACCES, "AccessDenied", _H.FORBIDDEN, "the impersonation level is too low"),
    _S.BAD_TOKEN_TYPE: StatusRow(1349, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the token is of the wrong type"),
    _S.NOT_SUPPORTED: StatusRow(50, errno.EOPNOTSUPP, "NotImplementedHere", _H.NOT_IMPLEMENTED, "not supported"),
    _S.TOO_MANY_SESSIONS: StatusRow(69, errno.EUSERS, "QuotaExceeded", _H.SERVICE_UNAVAILABLE, "no further session can be made"),
    _S.INTERNAL_ERROR: StatusRow(1359, errno.EIO, "InternalError", _H.INTERNAL_SERVER_ERROR, "a fault in ntsessions itself; please report it"),
    _S.INVALID_PARAMETER_1: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the first parameter is not valid"),
    _S.INVALID_PARAMETER_4: StatusRow(87, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the fourth parameter is not valid"),
    _S.NAME_TOO_LONG: StatusRow(206, errno.ENAMETOOLONG, "InvalidName", _H.BAD_REQUEST, "the name is too long"),
    _S.PROCESS_IS_TERMINATING: StatusRow(5, errno.ESRCH, "ProcessNotFound", _H.GONE, "the process has ended"),
    _S.MAPPED_FILE_SIZE_ZERO: StatusRow(1006, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "an empty file cannot be mapped"),
    _S.TOO_MANY_OPENED_FILES: StatusRow(4, errno.EMFILE, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "the process has too many handles"),
    _S.CANCELLED: StatusRow(995, errno.ECANCELED, "Cancelled", _H.CONFLICT, "the call was cancelled"),
    _S.CANNOT_DELETE: StatusRow(5, errno.EBUSY, "AccessDenied", _H.CONFLICT, "it is in use and cannot be removed"),
    _S.TOKEN_ALREADY_IN_USE: StatusRow(1375, errno.EBUSY, "InvalidParameter", _H.CONFLICT, "the token is in use as a primary token"),
    _S.COMMITMENT_LIMIT: StatusRow(1455, errno.ENOMEM, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "the memory limit is reached"),
    _S.CONTROL_C_EXIT: StatusRow(572, errno.EINTR, "NtError", _H.INTERNAL_SERVER_ERROR, "ended by Ctrl+C"),
    _S.DLL_INIT_FAILED: StatusRow(1114, errno.ENOEXEC, "NtError", _H.INTERNAL_SERVER_ERROR, "the program could not be started there"),
    _S.LOGON_TYPE_NOT_GRANTED: StatusRow(1385, errno.EPERM, "LogonError", _H.FORBIDDEN, "the account may not log on in this way"),
    _S.MUTANT_LIMIT_EXCEEDED: StatusRow(587, errno.EOVERFLOW, "LimitExceeded", _H.CONFLICT, "the mutex was acquired too many times"),
    _S.NOT_SAME_OBJECT: StatusRow(1656, errno.EINVAL, "NtError", _H.CONFLICT, "the handles refer to different objects"),
    _S.MAPPED_ALIGNMENT: StatusRow(1132, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "the offset must be a multiple of 65536"),
    _S.ACCOUNT_LOCKED_OUT: StatusRow(1909, errno.EACCES, "LogonError", _H.FORBIDDEN, "the account is locked out"),
    _S.HANDLE_NOT_CLOSABLE: StatusRow(6, errno.EPERM, "NtError", _H.CONFLICT, "the handle is protected from closing"),
    _S.INVALID_FUNCTION: StatusRow(1, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "not possible there"),
    _S.BUSY: StatusRow(170, errno.EBUSY, "InUse", _H.CONFLICT, "it is in use"),
    _S.SERVICE_ALREADY_RUNNING: StatusRow(1056, errno.EALREADY, "SessionBusy", _H.CONFLICT, "the service runs already"),
    _S.SERVICE_DOES_NOT_EXIST: StatusRow(1060, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no such service"),
    _S.SERVICE_NOT_ACTIVE: StatusRow(1062, errno.ESRCH, "SessionBusy", _H.CONFLICT, "the service is not running"),
    _S.DATABASE_DOES_NOT_EXIST: StatusRow(1065, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no such database of services"),
    _S.NO_MORE_USER_HANDLES: StatusRow(1158, errno.EMFILE, "QuotaExceeded", _H.INSUFFICIENT_STORAGE, "no further USER handle can be made"),
    _S.INVALID_WINDOW_HANDLE: StatusRow(1400, errno.EBADF, "InvalidHandle", _H.NOT_FOUND, "no such window"),
    _S.INVALID_MENU_HANDLE: StatusRow(1401, errno.EBADF, "InvalidHandle", _H.NOT_FOUND, "no such menu"),
    _S.INVALID_HOOK_HANDLE: StatusRow(1404, errno.EBADF, "InvalidHandle", _H.NOT_FOUND, "no such hook"),
    _S.TLW_WITH_WSCHILD: StatusRow(1406, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "a child window needs a parent"),
    _S.CANNOT_FIND_WND_CLASS: StatusRow(1407, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no such window class"),
    _S.WINDOW_OF_OTHER_THREAD: StatusRow(1408, errno.EPERM, "NotOwner", _H.CONFLICT, "the window belongs to another thread"),
    _S.HOTKEY_ALREADY_REGISTERED: StatusRow(1409, errno.EEXIST, "ObjectExists", _H.CONFLICT, "somebody has this hot key already"),
    _S.CLASS_ALREADY_EXISTS: StatusRow(1410, errno.EEXIST, "ObjectExists", _H.CONFLICT, "the class exists already"),
    _S.CLASS_DOES_NOT_EXIST: StatusRow(1411, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no such window class"),
    _S.CLASS_HAS_WINDOWS: StatusRow(1412, errno.EBUSY, "InUse", _H.CONFLICT, "the class still has windows"),
    _S.INVALID_INDEX: StatusRow(1413, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "no such index"),
    _S.CLIPBOARD_NOT_OPEN: StatusRow(1418, errno.EBADF, "InvalidHandle", _H.CONFLICT, "the thread does not have the clipboard open"),
    _S.HOTKEY_NOT_REGISTERED: StatusRow(1419, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "there is no such hot key"),
    _S.HOOK_NEEDS_HMOD: StatusRow(1428, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "a hook on other threads needs a module"),
    _S.GLOBAL_ONLY_HOOK: StatusRow(1429, errno.EINVAL, "InvalidParameter", _H.BAD_REQUEST, "this hook is for all threads or none"),
    _S.HOOK_NOT_INSTALLED: StatusRow(1431, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "the hook is not installed"),
    _S.INVALID_THREAD_ID: StatusRow(1444, errno.ESRCH, "ProcessNotFound", _H.NOT_FOUND, "no such thread, or it has no message queue"),
    _S.MENU_ITEM_NOT_FOUND: StatusRow(1456, errno.ENOENT, "ObjectNotFound", _H.NOT_FOUND, "no such menu item"),
    _S.REQUIRES_INTERACTIVE_WINDOWSTATION: StatusRow(1459, errno.EPERM, "AccessDenied", _H.FORBIDDEN, "only an interactive window station can do this"),
    _S.NOT_GUI_PROCESS: StatusRow(1471, errno.EINVAL, "InvalidParameter", _H.CONFLICT, "the process has no input to be idle for"),
    _S.CTX_WINSTATION_NAME_INVALID: StatusRow(7001, errno.EINVAL, "InvalidName", _H.BAD_REQUEST, "the session name is not valid"),
    _S.CTX_WINSTATION_NOT_FOUND: StatusRow(7022, errno.ENOENT, "SessionNotFound", _H.NOT_FOUND, "no such session"),
    _S.CTX_WINSTATION_BUSY: StatusRow(7024, errno.EBUSY, "SessionBusy", _H.CONFLICT, "the session is busy"),
    _S.CTX_WINSTATION_ACCESS_DENIED: StatusRow(7045, errno.EACCES, "AccessDenied", _H.FORBIDDEN, "access to the session is denied"),
    _S.CTX_LOGON_DISABLED: StatusRow(7037, errno.EBUSY, "LogonError", _H.SERVICE_UNAVAILABLE, "logons are disabled on this host"),
}
# fmt: on
