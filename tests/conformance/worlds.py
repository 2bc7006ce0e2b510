"""What a test of conformance sees of a host, whichever depth it runs at.

The body of a test is written once, against `World`, `Program` and `Begun`.  `in_process` implements them with the real
system and a virtual clock; `sockets` with a daemon, real processes in real sessions and their own connections.

Who is where, in both: alice in session 1, bob in session 2, carol, an administrator, in session 3, SYSTEM in session 0.
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.account import AccountInformation, AddAccount, QueryAccounts
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, Connected, CreatedProcess, OpenProcess, OpenThread
from ntsessions.abi.calls.section import MapView, ViewGrant
from ntsessions.abi.calls.session import LoggedOn, Logon, QuerySessions, QueryUserToken
from ntsessions.abi.calls.system import CreateLogon, LogonFacts
from ntsessions.abi.calls.token import QueryLinkedToken
from ntsessions.abi.errors import NtError
from ntsessions.abi.logon import LogonType
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS, TICKS_PER_SECOND, ObjectAttributes, OpenedHandle, WaitResult

R = TypeVar("R")

OPENIF = int(ObjectAttributes.OPENIF)
SYSTEM = "SYSTEM"
RESIDENTS = ("alice", "bob", "carol")
ADMINISTRATORS = {"carol", "dora"}
ERROR_ALREADY_EXISTS = 183


def ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_SECOND)


class View(NamedTuple):
    grant: ViewGrant
    memory: Any
    """Bytes that can be read and, if the grant says so, written by slices; TypeError else."""


class Win32Result(NamedTuple):
    value: Any
    """What the wrapper returns; None for NULL, FALSE and WAIT_FAILED."""
    last_error: int


class Begun(ABC):
    """A call that was made and may be pending."""

    request: int

    @property
    @abstractmethod
    def done(self) -> bool:
        """True when it was answered by what has been done until now."""

    @property
    @abstractmethod
    def reply(self) -> Any:
        """The reply, of a call that is bound to be answered; raises what it failed with."""


class Program(ABC):
    """One thread of a program that runs in a session."""

    world: "World"

    def greet(self) -> "Program":
        self.identity: Connected = self.call(Connect())
        return self

    @property
    def pid(self) -> int:
        return self.identity.process_id

    @property
    def thread_id(self) -> int:
        return self.identity.thread_id

    @abstractmethod
    def begin(self, call: Call[Any], *files: Any) -> Begun:
        """Make a call that may have to wait; *files* are made by `World.file`."""

    def call(self, call: Call[R], *files: Any) -> R:
        """Make a call that is answered at once."""
        reply: R = self.begin(call, *files).reply
        return reply

    def status(self, call: Call[Any], *files: Any) -> NtStatus:
        """Make a call for its status."""
        try:
            self.call(call, *files)
        except NtError as error:
            return error.status
        return NtStatus.SUCCESS

    def win32(self, call: Call[Any]) -> Win32Result:
        """Make a call and tell of it as kernel32 would: what it returns and what GetLastError says."""
        try:
            reply = self.call(call)
        except NtError as error:
            return Win32Result(None, error.win32)
        if isinstance(reply, OpenedHandle):
            return Win32Result(reply.handle, ERROR_ALREADY_EXISTS if reply.existed else 0)
        if isinstance(reply, WaitResult):
            return Win32Result(reply.status, 0)
        return Win32Result(reply, 0)

    @abstractmethod
    def view(self, call: MapView) -> View:
        """Map a view of a section."""

    @abstractmethod
    def thread(self) -> "Program":
        """Begin another thread."""

    @abstractmethod
    def end_thread(self) -> None:
        """Let this thread end and the process go on; returns when that is known."""

    @abstractmethod
    def exit(self) -> None:
        """Let the process end; returns when that is known."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL for the process; returns when that is known."""

    @abstractmethod
    def fork(self) -> "Forked":
        """Let the process fork a child, which may connect by itself."""

    @abstractmethod
    def start(self, **options: Any) -> "Started":
        """Start a program with CreateProcess, whose fields the options are."""


class Forked(ABC):
    """A child that a program has forked."""

    @abstractmethod
    def connect(self) -> Program:
        """Let it connect; raises ConnectionResetError, and waits for its end, when it is not let in."""


class Started(ABC):
    """A program that was started by another."""

    created: CreatedProcess

    @abstractmethod
    def connect(self) -> Program:
        """Let it connect."""

    @abstractmethod
    def exit(self, code: int) -> None:
        """Let it exit with a code."""


class World(ABC):
    """A host as the tests see it."""

    operator: Program
    """Whoever runs the host: SYSTEM in session 0, outside of it."""
    is_real: bool
    profile: str

    # -- what differs

    @abstractmethod
    def name(self, stem: str) -> str:
        """Return a name that no other test uses."""

    @abstractmethod
    def passes(self, seconds: float) -> None:
        """Let a short time pass, on the host's clock."""

    @abstractmethod
    def utc(self) -> int:
        """Return UTC in 100 ns since 1601."""

    @abstractmethod
    def file(self, size: int, *, readable: bool = True, writable: bool = True, regular: bool = True) -> Any:
        """Return an open file, to go with a call."""

    @abstractmethod
    def _facts(self, account: AccountInformation) -> LogonFacts: ...

    @abstractmethod
    def _start_home(self, token: int) -> Any:
        """Start what programs come from that have this token."""

    @abstractmethod
    def _program_of(self, home: Any) -> Program: ...

    @property
    @abstractmethod
    def _homes(self) -> dict[tuple[int, str, bool], Any]: ...

    # -- what does not

    def service(self) -> Program:
        """A service of session 0, as SYSTEM."""
        return self.program(0, SYSTEM)

    def administrator(self) -> Program:
        """The full half of an administrator's logon."""
        return self.program(3, "carol", elevated=True)

    def program(self, session: int = 1, user: str = "alice", *, elevated: bool = False) -> Program:
        """Start a program of a user in a session; who has no session there is logged on into it as `runas` does."""
        key = session, user, elevated
        if key not in self._homes:
            self._homes[key] = self._start_home(self.token(session, user, elevated=elevated))
        return self._program_of(self._homes[key])

    def log_on(self, user: str, **options: Any) -> LoggedOn:
        """Log a user on into a session of their own."""
        self.account(user)
        reply: LoggedOn = self.operator.call(Logon(user, **options))
        return reply

    def account(self, user: str, password: str | None = None) -> AccountInformation:
        """Return an account, making it where needed."""
        for account in self.operator.call(QueryAccounts()):
            if account.name == user:
                return account
        return self.operator.call(AddAccount(user, password, user in ADMINISTRATORS))

    def settle(self, session: int) -> None:
        """Let sessions 1 to 3 be there, as far as *session*."""
        for user in RESIDENTS[:session]:
            if user not in {row.user for row in self.operator.call(QuerySessions())}:
                self.log_on(user)

    def token(self, session: int, user: str, *, elevated: bool) -> int:
        if user == SYSTEM:
            return 0
        self.settle(session)
        owner = next((row.user for row in self.operator.call(QuerySessions()) if row.session_id == session), "")
        is_owner = owner == user
        token = self.operator.call(QueryUserToken(session)).token if is_owner else self.run_as(user, session)
        return self.operator.call(QueryLinkedToken(token)) if elevated else token

    def run_as(self, user: str, session: int, logon_type: LogonType = LogonType.INTERACTIVE) -> int:
        """Make another logon session inside a session, and return its token, a handle of the operator's."""
        return self.operator.call(CreateLogon(self._facts(self.account(user)), logon_type, session)).token

    def observe_process(self, pid: int) -> int:
        return self.operator.call(OpenProcess(pid, 0x100000))

    def observe_thread(self, thread_id: int) -> int:
        return self.operator.call(OpenThread(thread_id, 0x100000))

    def close_observed(self, handle: int) -> None:
        self.operator.call(Close(handle))


def create(kind: type[Call[Any]], name: str | None, /, **fields: Any) -> Call[Any]:
    """Return the call that kernel32's CreateX makes: below BaseNamedObjects, and open if it exists."""
    fields = {"root": NAMED_OBJECTS, "attributes": 0} | fields
    fields["attributes"] |= OPENIF
    return kind(name=name, **fields)


def opened(kind: type[Call[Any]], name: str, /, access: int | None = None, **fields: Any) -> Call[Any]:
    """Return the call that kernel32's OpenX makes."""
    if access is not None:
        fields["desired_access"] = access
    return kind(name=name, **({"root": NAMED_OBJECTS} | fields))
