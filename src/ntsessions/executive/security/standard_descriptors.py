"""The descriptors of the directories that the system itself makes (nt-semantics 1.3).

Each is a function of the settings it depends on; equal settings give equal descriptors, which the pool then shares.
"""

from typing import Final

from ntsessions.abi import sids
from ntsessions.abi.access import (
    DIRECTORY_ALL_ACCESS,
    DIRECTORY_CREATE_OBJECT,
    DIRECTORY_CREATE_SUBDIRECTORY,
    DIRECTORY_QUERY,
    DIRECTORY_TRAVERSE,
    GENERIC_ALL,
    GENERIC_EXECUTE,
    GENERIC_READ,
    READ_CONTROL,
)
from ntsessions.abi.object_types import DIRECTORY
from ntsessions.abi.security import AceFlags, Acl, SecurityDescriptor, allow, descriptor, mandatory_label
from ntsessions.abi.sids import IntegrityLevel, Sid
from ntsessions.executive.security.inheritance import concrete_acl

_LOOK: Final = DIRECTORY_QUERY | DIRECTORY_TRAVERSE
_CREATE: Final = READ_CONTROL | _LOOK | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY
_PROTECTION: Final = 0x3
"""The bits of ProtectionMode that close the older, open defaults."""


def _directory(dacl: Acl, sacl: Acl | None = None) -> SecurityDescriptor:
    concrete = concrete_acl(dacl, DIRECTORY, sids.ADMINISTRATORS, sids.LOCAL_SYSTEM)
    return descriptor(concrete, owner=sids.ADMINISTRATORS, group=sids.LOCAL_SYSTEM, sacl=sacl)


SYSTEM_DIRECTORY: Final = _directory(
    (
        allow(sids.LOCAL_SYSTEM, DIRECTORY_ALL_ACCESS),
        allow(sids.ADMINISTRATORS, DIRECTORY_ALL_ACCESS),
        allow(sids.EVERYONE, READ_CONTROL | _LOOK),
    )
)
r"""The root, `\Sessions`, `\ObjectTypes` and whatever else only the system fills (the table has no row: our choice)."""

WINDOW_STATIONS_DIRECTORY: Final = _directory(
    (allow(sids.LOCAL_SYSTEM, DIRECTORY_ALL_ACCESS), allow(sids.EVERYONE, _LOOK))
)
r"""`\Sessions\N\Windows\WindowStations` and the global one."""


def base_named_objects(
    session_id: int, *, object_security_mode: int = 0, has_labels: bool = True
) -> SecurityDescriptor:
    """Return the descriptor of a session's BaseNamedObjects.

    With `object_security_mode` != 0 only the system creates names in a session other than 0.  `has_labels` (Vista and
    later): the directory of such a session is labelled Low, so that Low programs can create names there.
    """
    closed = session_id and object_security_mode
    dacl = (
        allow(sids.EVERYONE, _LOOK if closed else _CREATE),
        allow(sids.LOCAL_SYSTEM, DIRECTORY_ALL_ACCESS),
        allow(sids.RESTRICTED, DIRECTORY_TRAVERSE),
    )
    return _directory(dacl, (mandatory_label(IntegrityLevel.LOW),) if has_labels and session_id else None)


def restricted_directory(
    session_id: int, *, protection_mode: int = 1, object_security_mode: int = 0
) -> SecurityDescriptor:
    r"""Return the descriptor of `BaseNamedObjects\Restricted`, where restricted programs create their names."""
    closed = session_id and object_security_mode
    open_to_restricted = session_id == 0 or not protection_mode & _PROTECTION
    return _directory(
        (
            allow(sids.EVERYONE, _LOOK if closed else _CREATE),
            allow(sids.LOCAL_SYSTEM, DIRECTORY_ALL_ACCESS),
            allow(sids.RESTRICTED, _CREATE if open_to_restricted else READ_CONTROL | _LOOK),
        )
    )


def dos_devices(user: Sid | None = None) -> SecurityDescriptor:
    """Return the descriptor of a directory of drive letters: who makes a link owns it (ProtectionMode & 3 != 0).

    `user`: whose logon session the directory belongs to, and who therefore defines the letters in it.
    """
    children = AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT
    return _directory(
        (
            *(() if user is None else (allow(user, GENERIC_ALL),)),
            allow(sids.LOCAL_SYSTEM, GENERIC_ALL),
            allow(sids.ADMINISTRATORS, GENERIC_ALL, children),
            allow(sids.CREATOR_OWNER, GENERIC_ALL, children | AceFlags.INHERIT_ONLY),
            allow(sids.EVERYONE, GENERIC_READ | GENERIC_EXECUTE),
        )
    )
