"""What differs between versions of Windows, as data (nt-semantics 4.1, 1.9, 2.7, 3.5).

Nothing outside this package asks which version is meant; it asks the question that a field answers.
"""

from dataclasses import dataclass


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
