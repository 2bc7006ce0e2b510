"""What differs between versions of Windows, as data (nt-semantics 4.1, 1.9, 2.7, 3.5, 8).

Nothing outside this package asks which version is meant; it asks the question that a field answers.
"""

from dataclasses import dataclass

from ntsessions.abi.shared_section import HeapRules, SharedSection
from ntsessions.abi.user_objects import UserObjectSizes


@dataclass(frozen=True)
class Profile:
    """One version of Windows."""

    name: str
    description: str
    console_user_in_session_0: bool
    """The first user works in session 0, beside the services; else session 0 is for services alone (M2, M3)."""
    splits_administrator_tokens: bool
    """Administrators get a filtered and a full token (UAC)."""
    jobs_nest: bool
    """A process may be in several jobs, each inside the next (Windows 8)."""
    has_mandatory_labels: bool
    """Integrity levels restrict access."""
    has_private_namespaces: bool
    logon_sid_in_default_dacl: bool
    """Objects of an interactive user are readable for their own logon session (3.7)."""
    single_session_per_user: bool
    """A second logon of a user leads to the session they have (fSingleSessionPerUser)."""
    services_session_name: str
    """What Terminal Services calls session 0 when no user works there."""
    allows_interactive_services: bool
    """A service of LocalSystem may be connected to WinSta0 of session 0 (NoInteractiveServices is 0; 9, appendix D)."""
    shared_section: SharedSection
    """How large the heaps of windowing are, where the configuration says nothing (8.3)."""
    view_space_kb: int | None
    """Where all heaps of a session come from (8.4); None: it grows as needed."""
    winlogon_heap_kb: int
    disconnect_heap_kb: int
    """These two desktops have heaps of a size of their own, whatever `shared_section` says (8.2)."""
    heap_granularity: int
    """Bytes of a block header, and what blocks are multiples of: 8 on x86, 16 on x64 (8.9)."""
    user_object_sizes: UserObjectSizes
    """What windows, menus and hooks take on a desktop heap (8.6)."""
    image_space_kb: int | None
    structure_space_kb: int | None
    paged_pool_kb: int | None
    """Limits of the other areas of session space (8.5); None: they grow as needed."""

    @property
    def heap_rules(self) -> HeapRules:
        """What a plan of heaps needs to know."""
        return HeapRules(
            self.view_space_kb,
            self.winlogon_heap_kb,
            self.disconnect_heap_kb,
            self.heap_granularity,
            self.user_object_sizes,
        )
