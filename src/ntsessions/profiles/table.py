"""The profiles there are.

The first two are of x86, the other two of x64.
"""

from ntsessions.abi import user_objects
from ntsessions.abi.shared_section import SharedSection
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
    allows_interactive_services=True,
    shared_section=SharedSection(1024, 3072, 512),
    view_space_kb=48 * 1024,
    winlogon_heap_kb=128,
    disconnect_heap_kb=64,
    heap_granularity=8,
    user_object_sizes=user_objects.X86,
    image_space_kb=8 * 1024,
    structure_space_kb=4 * 1024,
    paged_pool_kb=16 * 1024,  # XP itself may take the pool of the whole system instead
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
    allows_interactive_services=True,
    shared_section=SharedSection(1024, 3072, 512),
    view_space_kb=20 * 1024,  # Terminal Services share out what is there
    winlogon_heap_kb=128,
    disconnect_heap_kb=64,
    heap_granularity=8,
    user_object_sizes=user_objects.X86,
    image_space_kb=8 * 1024,
    structure_space_kb=4 * 1024,
    paged_pool_kb=16 * 1024,
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
    allows_interactive_services=True,
    shared_section=SharedSection(1024, 20480, 768),
    view_space_kb=None,
    winlogon_heap_kb=192,  # this and the next: seen in dumps, nowhere documented
    disconnect_heap_kb=96,
    heap_granularity=16,
    user_object_sizes=user_objects.X64,
    image_space_kb=None,
    structure_space_kb=None,
    paged_pool_kb=None,
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
    allows_interactive_services=False,
    shared_section=SharedSection(1024, 20480, 768),
    view_space_kb=None,
    winlogon_heap_kb=192,  # this and the next: seen in dumps, nowhere documented
    disconnect_heap_kb=96,
    heap_granularity=16,
    user_object_sizes=user_objects.X64,
    image_space_kb=None,
    structure_space_kb=None,
    paged_pool_kb=None,
)

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (XP, SERVER2003, VISTA, WINDOWS11)}
DEFAULT_PROFILE = WINDOWS11.name
