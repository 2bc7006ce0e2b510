"""The profiles there are."""

from ntsessions.profiles.profile import Profile

XP = Profile(
    name="xp",
    description="Windows XP: the first user shares session 0 with the services; fast user switching makes the others",
    console_user_in_session_0=True,
    splits_administrator_tokens=False,
    jobs_nest=False,
    has_mandatory_labels=False,
    has_private_namespaces=False,
    logon_sid_in_default_dacl=False,
    single_session_per_user=True,
    services_session_name="Console",
)
SERVER2003 = Profile(
    name="server2003",
    description="Windows Server 2003: as XP, with Terminal Services for many users",
    console_user_in_session_0=True,
    splits_administrator_tokens=False,
    jobs_nest=False,
    has_mandatory_labels=False,
    has_private_namespaces=False,
    logon_sid_in_default_dacl=False,
    single_session_per_user=False,
    services_session_name="Console",
)
VISTA = Profile(
    name="vista",
    description="Windows Vista and Server 2008: session 0 holds services alone; split tokens",
    console_user_in_session_0=False,
    splits_administrator_tokens=True,
    jobs_nest=False,
    has_mandatory_labels=True,
    has_private_namespaces=True,
    logon_sid_in_default_dacl=True,
    single_session_per_user=True,
    services_session_name="Services",
)
WINDOWS11 = Profile(
    name="windows11",
    description="Windows 11: as Vista, and jobs nest",
    console_user_in_session_0=False,
    splits_administrator_tokens=True,
    jobs_nest=True,
    has_mandatory_labels=True,
    has_private_namespaces=True,
    logon_sid_in_default_dacl=True,
    single_session_per_user=True,
    services_session_name="Services",
)

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (XP, SERVER2003, VISTA, WINDOWS11)}
DEFAULT_PROFILE = WINDOWS11.name
