"""Session space: the memory of windowing that each session has for itself, in four areas (nt-semantics 8.5, 8.9).

It is bookkeeping, not memory: NT limits these areas because addresses are scarce there, and programs meet the limits as
refusals.  What a session takes of Linux, shared and private, is another question, and Linux is asked for it.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.shared_section import shared_heap_kb
from ntsessions.abi.status import NtStatus

if TYPE_CHECKING:
    from ntsessions.profiles.profile import Profile


class Area:
    """One area; bytes.  `limit` None: it grows as needed."""

    __slots__ = ("limit", "name", "peak", "used")

    def __init__(self, name: str, limit_kb: int | None) -> None:
        self.name = name
        self.limit = None if limit_kb is None else limit_kb * 1024
        self.used = 0
        self.peak = 0

    def charge(self, size: int) -> None:
        """Take *size* bytes, or raise NO_MEMORY and take nothing."""
        used = self.used + size
        if self.limit is not None and used > self.limit:
            raise nt_error(
                NtStatus.NO_MEMORY,
                f"{size >> 10} KB do not fit into the {self.name} of the session: {self.used >> 10} of "
                f"{self.limit >> 10} KB are taken",
            )
        self.used = used
        self.peak = max(self.peak, used)

    def refund(self, size: int) -> None:
        """Give back what was charged."""
        assert size <= self.used
        self.used -= size


class SessionSpace:
    r"""The space of one session.

    - `image`: on NT the code of win32k and the display drivers, one copy for all sessions, and each session's own
      copies of the pages that it wrote to.  Nothing here is loaded into an address range of the session, so the limit
      is NT's and nothing is ever charged: 0 used is no measurement.  What programs share and what they have copied
      is measured by the host, as shared and private pages of the session's processes.
    - `structure`: on NT the page tables, the list of processes and the working set.  Linux keeps them; as with `image`
      the limit is NT's and nothing is charged.
    - `view`: the shared heap and every desktop heap, each reserved as a whole.  These numbers decide.
    - `paged_pool`: what windowing keeps outside of heaps: atoms, clipboard data.  Who keeps such a thing charges it.
    """

    __slots__ = ("image", "paged_pool", "structure", "view")

    def __init__(self, profile: "Profile") -> None:
        """Make the space of a new session, its shared heap reserved.  Raises NO_MEMORY when that alone is too much."""
        self.image = Area("image space", profile.image_space_kb)
        self.structure = Area("structure space", profile.structure_space_kb)
        self.view = Area("view space", profile.view_space_kb)
        self.paged_pool = Area("paged pool", profile.paged_pool_kb)
        self.view.charge(shared_heap_kb(profile.shared_section) * 1024)

    @property
    def areas(self) -> tuple[Area, Area, Area, Area]:
        """All four, in NT's order."""
        return self.image, self.structure, self.view, self.paged_pool

    def reserve_heap(self, wanted_kb: int, safe_kb: int) -> int:
        """Reserve a desktop heap; return the KB that it gets: what is wanted, else *safe_kb* if that is less (8.7).

        Raises NO_MEMORY when neither fits: then no desktop can be made in this session, while those there are go on.
        """
        view = self.view
        size = wanted_kb
        if view.limit is not None and view.used + wanted_kb * 1024 > view.limit:
            size = min(wanted_kb, safe_kb)
        view.charge(size * 1024)
        return size

    def release_heap(self, kb: int) -> None:
        """Give back what `reserve_heap` returned."""
        self.view.refund(kb * 1024)
