"""Threads: each connection to the daemon is one.  What a thread owns or waits for ends with it."""

from collections import deque
from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.object_types import THREAD
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import (
    CURRENT_EFFECTIVE_TOKEN,
    CURRENT_PROCESS,
    CURRENT_PROCESS_TOKEN,
    CURRENT_THREAD,
    CURRENT_THREAD_TOKEN,
)
from ntsessions.executive.dispatcher.waits import Dispatcher
from ntsessions.executive.objects.handles import O, Wanted, denied
from ntsessions.executive.objects.token_object import pseudo_token

if TYPE_CHECKING:
    from ntsessions.executive.dispatcher.mutant import Mutant
    from ntsessions.executive.dispatcher.timer import Timer
    from ntsessions.executive.dispatcher.waits import Apc, Wait
    from ntsessions.executive.effects import DescriptorGrant, ReceivedDescriptor
    from ntsessions.executive.objects.object import Object
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.security.token import Token
    from ntsessions.executive.windowing.gui import GuiThread

STILL_ACTIVE = 259
ANSWERED = -1


class Thread(Dispatcher):
    """A thread of a process: the caller of a call."""

    __slots__ = (
        "apcs",
        "exit_status",
        "grant",
        "gui",
        "impersonation",
        "key",
        "owned",
        "pending",
        "process",
        "received",
        "request",
        "thread_id",
        "timers",
        "waits",
    )

    type = THREAD

    def __init__(self, process: "Process", thread_id: int) -> None:
        super().__init__()
        self.process = process
        self.thread_id = thread_id
        self.key = 0
        """Of its connection; 0 before a program has connected as it."""
        self.request = 0
        """Number of the call that is being served; `ANSWERED` once it has its answer."""
        self.pending: set[int] = set()
        """Numbers of the calls that wait for their answer."""
        self.received: tuple[ReceivedDescriptor, ...] = ()
        """Descriptors that came with the call that is being served."""
        self.grant: DescriptorGrant | None = None
        """The descriptor that is to go with its reply."""
        self.gui: GuiThread | None = None
        """None until it makes its first call of windowing."""
        self.exit_status = STILL_ACTIVE
        self.impersonation: Token | None = None
        self.waits: dict[int, Wait] = {}
        """Pending waits by request number."""
        self.owned: dict[Mutant, None] = {}
        self.timers: dict[Timer, None] = {}
        """Armed timers whose procedure call is for this thread."""
        self.apcs: deque[Apc] = deque()

    @property
    def label(self) -> str:
        """How people are told of it."""
        return f"thread {self.thread_id} of process {self.process.process_id}"

    @property
    def token(self) -> "Token":
        """The effective token: the impersonated one, else the process's (nt-semantics 3.9)."""
        return self.impersonation or self.process.token

    def is_signaled(self) -> bool:
        """Tell whether it has ended."""
        return self.exit_status != STILL_ACTIVE

    def reference(self, handle: int, wanted: Wanted[O], access: int) -> O:
        """Return the object of a handle or pseudo handle of this thread's process."""
        if handle < 0:
            found = self.pseudo(handle)
            if found is not None:
                item, granted = found
                if not isinstance(item, wanted):
                    raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"handle {handle} is a {item.type.name}")
                missing = access & ~granted
                if missing:
                    raise denied(item, handle, missing)
                return item
        return self.process.handles.reference(handle, wanted, access)

    def pseudo(self, handle: int) -> "tuple[Object, int] | None":
        """Return object and access of a pseudo handle (1.13): -1 to -6; None for any other value."""
        if handle >= 0:
            return None
        if handle == CURRENT_PROCESS:
            return self.process, self.process.type.mapping.all
        if handle == CURRENT_THREAD:
            return self, self.type.mapping.all
        if handle == CURRENT_PROCESS_TOKEN:
            return pseudo_token(self.process.token)
        if handle == CURRENT_EFFECTIVE_TOKEN:
            return pseudo_token(self.token)
        if handle == CURRENT_THREAD_TOKEN and self.impersonation is not None:
            return pseudo_token(self.impersonation)
        return None

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"process": str(self.process.process_id), "ended": "yes" if self.is_signaled() else "no"}
