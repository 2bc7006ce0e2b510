"""Mutants (nt-semantics 2.4).

`count` is NT's CurrentCount: 1 free, 0 owned once, -1 owned twice.  Its owner is a thread; when that ends, the mutant
becomes free and abandoned, and the next wait that acquires it is told so, once.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import MUTANT_RECURSION
from ntsessions.abi.object_types import MUTANT
from ntsessions.abi.status import NtStatus
from ntsessions.executive.dispatcher.waits import Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread


class Mutant(Dispatcher):
    """A mutex."""

    __slots__ = ("count", "is_abandoned", "owner")

    type = MUTANT

    def __init__(self) -> None:
        super().__init__()
        self.count = 1
        self.owner: Thread | None = None
        self.is_abandoned = False

    def is_signaled(self) -> bool:
        """Tell whether it is free."""
        return self.owner is None

    def is_signaled_for(self, thread: "Thread") -> bool:
        """Tell whether *thread* could have it: it is free, or owned by this very thread.

        Raises MUTANT_LIMIT_EXCEEDED here, before a wait for all has taken anything from another object.
        """
        if self.owner is None:
            return True
        if self.owner is not thread:
            return False
        if self.count <= 1 - MUTANT_RECURSION:
            raise nt_error(NtStatus.MUTANT_LIMIT_EXCEEDED, f"{MUTANT_RECURSION} levels")
        return True

    def may_end_a_wait(self) -> bool:
        """Tell whether it is free, or its owner has calls pending that could have it once more."""
        return self.owner is None or bool(self.owner.waits)

    def consume(self, thread: "Thread") -> bool:
        """Acquire it.  Answers whether its last owner died holding it."""
        assert self.count > 1 - MUTANT_RECURSION, "whoever consumes has asked"
        self.count -= 1
        if self.owner is None:
            self.owner = thread
            thread.owned[self] = None
        was_abandoned, self.is_abandoned = self.is_abandoned, False
        return was_abandoned

    def release(self, thread: "Thread") -> int:
        """Give up one level.  Returns the count before; raises MUTANT_NOT_OWNED unless *thread* owns it."""
        if self.owner is not thread:
            owner = "nobody" if self.owner is None else self.owner.label
            raise nt_error(NtStatus.MUTANT_NOT_OWNED, f"its owner is {owner}")
        previous = self.count
        self.count += 1
        if self.count == 1:
            self.owner = None
            del thread.owned[self]
        return previous

    def abandon(self) -> None:
        """Its owner has ended."""
        self.count = 1
        self.owner = None
        self.is_abandoned = True

    def state(self) -> dict[str, str]:
        """Facts for people."""
        facts = {"owner": "nobody" if self.owner is None else self.owner.label}
        if self.count < 0:
            facts["levels"] = str(1 - self.count)
        if self.is_abandoned:
            facts["abandoned"] = "yes: its last owner ended without releasing it"
        return facts
