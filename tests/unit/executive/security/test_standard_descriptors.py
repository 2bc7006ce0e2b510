from collections.abc import Callable

import pytest

from ntsessions.abi import sids
from ntsessions.abi.access import DIRECTORY_ALL_ACCESS, DIRECTORY_CREATE_OBJECT, DIRECTORY_TRAVERSE
from ntsessions.abi.errors import AccessDenied
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import DIRECTORY, SYMBOLIC_LINK
from ntsessions.abi.security import allow
from ntsessions.abi.sids import IntegrityLevel
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.security.descriptors import new_descriptor
from ntsessions.executive.security.logons import UserTokens, system_token
from ntsessions.executive.security.standard_descriptors import (
    SYSTEM_DIRECTORY,
    WINDOW_STATIONS_DIRECTORY,
    base_named_objects,
    dos_devices,
    restricted_directory,
)

LogOn = Callable[..., UserTokens]


def test_everyone_creates_names_in_base_named_objects(log_on: LogOn) -> None:
    """Also a Low program, but only in its session's own directory (nt-semantics 1.3)."""
    alice = log_on().full
    for session_id in (0, 1):
        assert access_check(base_named_objects(session_id), alice, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    alice.set_integrity(IntegrityLevel.LOW, Luid(5))
    assert access_check(base_named_objects(1), alice, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    with pytest.raises(AccessDenied):
        access_check(base_named_objects(0), alice, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    assert base_named_objects(1, has_labels=False).sacl is None


def test_a_closed_session_is_for_the_system_alone(log_on: LogOn) -> None:
    """ObjectSecurityMode != 0: programs look, SYSTEM creates; session 0 is not concerned."""
    closed = base_named_objects(1, object_security_mode=1)
    with pytest.raises(AccessDenied):
        access_check(closed, log_on().full, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    assert access_check(closed, system_token(Luid(1)), DIRECTORY_ALL_ACCESS, DIRECTORY)
    assert base_named_objects(0, object_security_mode=1) == base_named_objects(0)


def test_a_sandbox_creates_its_names_in_restricted(log_on: LogOn) -> None:
    """A token restricted to RESTRICTED passes through BaseNamedObjects and creates below it, where that is open."""
    sandbox = log_on().full.restrict(Luid(9), restricting=[sids.RESTRICTED])
    assert access_check(base_named_objects(1), sandbox, DIRECTORY_TRAVERSE, DIRECTORY)
    assert access_check(restricted_directory(0), sandbox, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    assert access_check(restricted_directory(1, protection_mode=0), sandbox, DIRECTORY_CREATE_OBJECT, DIRECTORY)
    for directory in (restricted_directory(1), base_named_objects(1)):
        with pytest.raises(AccessDenied):
            access_check(directory, sandbox, DIRECTORY_CREATE_OBJECT, DIRECTORY)


def test_who_maps_a_drive_owns_the_link(log_on: LogOn) -> None:
    """CREATOR OWNER in the directory of drive letters becomes the user who maps one."""
    alice = log_on().full
    assert new_descriptor(alice, SYMBOLIC_LINK, None, dos_devices()).dacl == (
        allow(sids.ADMINISTRATORS, 0xFFFFF, 0x10),
        allow(alice.user, 0xFFFFF, 0x10),
    )


def test_users_look_into_system_directories_only(log_on: LogOn) -> None:
    """Nobody but the system puts names into the root or among the window stations."""
    for directory in (SYSTEM_DIRECTORY, WINDOW_STATIONS_DIRECTORY):
        assert access_check(directory, log_on().full, DIRECTORY_TRAVERSE, DIRECTORY)
        with pytest.raises(AccessDenied):
            access_check(directory, log_on().full, DIRECTORY_CREATE_OBJECT, DIRECTORY)
