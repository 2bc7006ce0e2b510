"""Processes: real ones, each with a token, a handle table and a session.

A process enters the executive when it is started by a call, when it first connects, or when somebody opens it by its
id.  It leaves when it has ended and nobody holds a handle to it.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import PROCESS
from ntsessions.executive.dispatcher.waits import Dispatcher
from ntsessions.executive.objects.handles import HandleTable
from ntsessions.executive.processes.logon_group import Home
from ntsessions.executive.processes.thread import STILL_ACTIVE

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.job import Job
    from ntsessions.executive.processes.session import Port, Session
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.security.token import Token
    from ntsessions.executive.windowing.gui import GuiProcess


class Process(Dispatcher):
    """One process."""

    __slots__ = ("command", "context_handles", "create_time", "desktop_info", "ended_because", "exit_code_asked",
                 "exit_status", "exit_time", "gui", "handles", "jobs", "key", "parent_id", "port", "process_id",
                 "session", "start_time", "threads", "token")  # fmt: skip

    type = PROCESS

    def __init__(self, key: int, session: "Session", token: "Token", port: "Port | None") -> None:
        super().__init__()
        self.key = key
        self.session = session
        self.token = token
        self.port = port
        self.handles = HandleTable(session.pool)
        self.context_handles: HandleTable | None = None
        """What the service control manager keeps for it; None until it opens something there."""
        self.process_id = 0
        """The Linux pid; 0 until the program runs."""
        self.start_time = 0
        """As Linux counts it; with the pid it names one process for ever."""
        self.parent_id = 0
        self.command = ""
        self.threads: dict[int, Thread] = {}
        """Live threads by thread id."""
        self.jobs: list[Job] = []
        """The jobs it is in, outermost first."""
        self.exit_status = STILL_ACTIVE
        self.exit_code_asked: int | None = None
        """The code that TerminateProcess asked for, until the process is seen to end."""
        self.ended_because = ""
        """Why the system ended it, for people; empty when it was not the system."""
        self.desktop_info: str | None = None
        """Where it was told to connect (STARTUPINFO.lpDesktop); what it starts is told the same."""
        self.gui: GuiProcess | None = None
        """None until it is connected to a window station."""
        self.create_time = 0
        self.exit_time = 0

    @property
    def home(self) -> Home:
        """Where it lives on Linux."""
        return Home(self.session) if self.port is None else self.port.home

    @property
    def has_exited(self) -> bool:
        """Tell whether it has ended."""
        return self.exit_time != 0

    def is_signaled(self) -> bool:
        """Tell whether it has ended."""
        return self.exit_time != 0

    def on_last_handle(self, executive: "Executive") -> None:
        """Forget a process that has ended."""
        if self.has_exited:
            executive.forget_process(self)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        status = f"ended with {self.exit_status:#x}" if self.has_exited else "running"
        return {"process id": str(self.process_id), "command": self.command, "status": status}
