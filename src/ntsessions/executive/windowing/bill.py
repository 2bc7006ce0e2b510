"""Who pays for what windowing keeps outside of the heaps: atoms and what is on a clipboard (nt-semantics 8.5).

It counts twice: as memory of the executive, which is the session's pool, and as NT counts it, in the paged pool of the
session's space.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import NtError

if TYPE_CHECKING:
    from ntsessions.executive.objects.object import Pool
    from ntsessions.executive.windowing.session_space import Area


class Bill:
    """What one thing costs its payers; each of them has paid all of it."""

    __slots__ = ("_payers", "total")

    def __init__(self, *payers: "Pool | Area") -> None:
        self._payers = payers
        self.total = 0

    def charge(self, size: int) -> None:
        """Let each payer pay *size* bytes more.  Raises what the first refuses with, and then nobody has paid."""
        for index, payer in enumerate(self._payers):
            try:
                payer.charge(size)
            except NtError:
                for paid in self._payers[:index]:
                    paid.refund(size)
                raise
        self.total += size

    def refund(self, size: int) -> None:
        """Give back *size* bytes of what was charged."""
        assert size <= self.total
        for payer in self._payers:
            payer.refund(size)
        self.total -= size

    def settle(self) -> None:
        """Give back everything: what was paid for is gone."""
        self.refund(self.total)
