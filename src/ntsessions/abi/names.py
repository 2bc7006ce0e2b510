"""Names that programs, clients and the daemon agree on: NT's own, in NT's spelling, and the few that are ours."""

PORT_PATH = "/dev/shm/.ntsessions/ApiPort"  # noqa: S108 - a mount point of ours, not a temporary file
"""Where every process of a session finds the socket of its port.  The mount behind it differs by token, so the path
says nothing and proves nothing: the socket that answers does."""

STATE_DIR_VARIABLE = "NTSESSIONS_STATE_DIR"
CONTROL_SOCKET = "control"
"""Name of the operator's socket inside the state directory."""
CONFIGURATION = "ntsessions.toml"
"""Name of the configuration, in the state directory or the machine's own place."""
SERVICE_LOGS = "service-logs"
"""Directory inside the state directory: what each service wrote, in NAME.log, and before that in NAME.log.1."""

BASE_NAMED_OBJECTS = r"\BaseNamedObjects"
SESSIONS = r"\Sessions"
BNO_LINKS = r"\Sessions\BNOLINKS"
GLOBAL = "Global"
LOCAL = "Local"
SESSION = "Session"
RESTRICTED = "Restricted"

UNSECURE_GLOBAL_NAMES = (
    "netfxcustomperfcounters.1.0",
    "SharedPerfIPCBlock",
    "Cor_Private_IPCBlock",
    "Cor_Public_IPCBlock_",
)
"""Sections whose name begins so may be made in the global space without SeCreateGlobalPrivilege.

NT keeps the list in `ObUnsecureGlobalNames`; these are its defaults.
"""


def upcase(name: str) -> str:
    """Return *name* in upper case as NT compares names: letter by letter, so that none becomes two (1.8)."""
    upper = name.upper()
    if len(upper) == len(name):  # letters only ever become more
        return upper
    return "".join(large if len(large := letter.upper()) == 1 else letter for letter in name)


def base_named_objects(session_id: int) -> str:
    r"""Return the path of a session's own names: `\BaseNamedObjects` for 0, `\Sessions\N\BaseNamedObjects` else."""
    return BASE_NAMED_OBJECTS if session_id == 0 else rf"{SESSIONS}\{session_id}{BASE_NAMED_OBJECTS}"
