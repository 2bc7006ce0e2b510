"""Sessions and ports.

A session is a partial copy of the name space with a number: not a login, not a user, not a process tree.  Its key is
never used again; its id may be, but not before everything of the old one is gone (nt-semantics 4.8).

A port is where processes with one primary token reach us.  It belongs to a session for life; which port a program
connected through is what tells its session and its logon session.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.session import ConnectState
from ntsessions.abi.object_types import SESSION
from ntsessions.executive.objects.object import Object, Pool
from ntsessions.executive.objects.tree import child
from ntsessions.executive.processes.logon_group import Home

if TYPE_CHECKING:
    from ntsessions.executive.effects import UnixIdentity
    from ntsessions.executive.objects.directory import Directory
    from ntsessions.executive.processes.logon_group import LogonGroup
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.reports import ThreadConnected
    from ntsessions.executive.security.token import Token
    from ntsessions.executive.windowing.session_windowing import SessionWindowing


class Session(Object):
    r"""One session; it stands in the tree as `\KernelObjects\Session<N>`."""

    __slots__ = ("create_time", "directory", "ending", "first_port", "is_ending", "is_prepared", "key", "logon_group",
                 "logon_time", "named_objects", "notes", "pool", "ports", "processes", "session_id", "state_code",
                 "user_name", "user_token", "window_directory", "windowing")  # fmt: skip

    type = SESSION

    def __init__(self, key: int, session_id: int, pool: Pool) -> None:
        super().__init__()
        self.key = key
        self.session_id = session_id
        self.pool = pool
        self.directory: Directory | None = None
        """`\\Sessions\\N`; the session's names below it."""
        self.named_objects: Directory | None = None
        self.window_directory: Directory | None = None
        self.processes: dict[int, Process] = {}
        """Live processes by key."""
        self.ports: dict[int, Port] = {}
        self.first_port: Port | None = None
        """That of the logged-on user; it stays as long as they do."""
        self.ending: tuple[int, int] | None = None
        """Who waits for the end: thread key and request of the DeleteSession."""
        self.state_code = ConnectState.INIT
        self.user_name = ""
        self.user_token: Token | None = None
        """The primary token of who is logged on: the filtered half of a split one."""
        self.create_time = 0
        self.logon_time = 0
        self.logon_group: LogonGroup | None = None
        """Of session 0, while somebody is logged on in it."""
        self.is_prepared = False
        self.is_ending = False
        self.notes: tuple[str, ...] = ()

        self.windowing: SessionWindowing

    @property
    def window_stations(self) -> "Directory":
        """The directory of the session's window stations."""
        assert self.window_directory is not None
        return child(self.window_directory, "WindowStations")

    @property
    def bno(self) -> "Directory":
        """The session's BaseNamedObjects."""
        assert self.named_objects is not None
        return self.named_objects

    @property
    def is_logging_off(self) -> bool:
        """Tell whether its user is on the way out, with the session or, in session 0, without it."""
        return self.is_ending or (self.logon_group is not None and self.logon_group.is_ending)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"session": str(self.session_id), "user": self.user_name, "state": self.state_code.name.title()}


class Port:
    """A door into the executive for the processes of one primary token."""

    __slots__ = ("home", "identity", "is_open", "key", "starting", "token", "waiting")

    def __init__(self, key: int, home: Home, token: "Token", identity: "UnixIdentity") -> None:
        self.key = key
        self.home = home
        self.token = token
        self.identity = identity
        self.is_open = False
        self.starting = 0
        """Programs that were asked for and have no pid yet."""
        self.waiting: list[ThreadConnected] = []
        """Connections of processes that may be one of those; looked at again when one has its pid."""

    @property
    def session(self) -> Session:
        """The session that its programs are in."""
        return self.home.session
