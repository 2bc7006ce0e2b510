"""Each profile is complete, and each of its fields makes a difference that a user can see."""

from dataclasses import fields

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.object import CreatePrivateNamespace
from ntsessions.abi.calls.session import Logon, QuerySessions
from ntsessions.profiles.profile import Profile
from ntsessions.profiles.table import DEFAULT_PROFILE, PROFILES
from tests.harness import World
from tests.sim.sim_host import Client, SimHost

ALL = tuple(PROFILES.values())
UNLIMITED = {"view_space_kb", "image_space_kb", "structure_space_kb", "paged_pool_kb"}
"""Fields in which None says that there is no limit."""


def booted(profile: Profile) -> tuple[SimHost, Client]:
    host = SimHost(1, profile.name, fault_rate=0)
    host.run_until(lambda: host.system.is_ready)
    operator = host.operator()
    for name in ("alice", "bob"):
        host.call(operator, AddAccount(name))
    return host, operator


def test_every_profile_is_complete_and_stands_under_its_name() -> None:
    assert list(PROFILES) == ["xp", "server2003", "vista", "windows11"]
    assert DEFAULT_PROFILE in PROFILES
    for name, profile in PROFILES.items():
        assert profile.name == name
        for field in fields(Profile):
            value = getattr(profile, field.name)
            assert value not in (None, "") or field.name in UNLIMITED, f"{name}.{field.name}"


def test_no_two_profiles_are_the_same() -> None:
    facts = [
        tuple(getattr(one, field.name) for field in fields(Profile) if field.name not in ("name", "description"))
        for one in ALL
    ]
    assert len(set(facts)) == len(ALL)


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_a_host_says_which_windows_it_is(profile: Profile) -> None:
    host, operator = booted(profile)
    assert host.call(operator, QueryHost()).profile == profile.name


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_console_user_in_session_0(profile: Profile) -> None:
    """XP's first user works beside the services; since Vista session 0 is for services alone."""
    host, operator = booted(profile)
    assert host.call(operator, Logon("alice")).session_id == (0 if profile.console_user_in_session_0 else 1)
    assert host.call(operator, Logon("bob")).session_id == (1 if profile.console_user_in_session_0 else 2)


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_single_session_per_user(profile: Profile) -> None:
    host, operator = booted(profile)
    first, second = host.call(operator, Logon("alice")), host.call(operator, Logon("alice"))
    assert (first.session_id == second.session_id) == profile.single_session_per_user
    assert second.reconnected == profile.single_session_per_user


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_services_session_name(profile: Profile) -> None:
    host, operator = booted(profile)
    assert host.call(operator, QuerySessions())[0].name == profile.services_session_name


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_splits_administrator_tokens(profile: Profile) -> None:
    tokens = World(profile.name).log_on(0, "alice", admin=True)
    assert bool(tokens.full_token) == profile.splits_administrator_tokens


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_has_private_namespaces(profile: Profile) -> None:
    alice = World(profile.name).program(1, "alice")
    status = alice.status(CreatePrivateNamespace("n", ("S-1-1-0",)))
    assert (status == 0) == profile.has_private_namespaces


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_has_mandatory_labels(profile: Profile) -> None:
    alice = World(profile.name).program(1, "alice")
    assert bool(alice.process.token.mandatory_policy) == profile.has_mandatory_labels


@pytest.mark.parametrize("profile", ALL, ids=lambda one: one.name)
def test_logon_sid_in_default_dacl(profile: Profile) -> None:
    token = World(profile.name).program(1, "alice").process.token
    assert token.default_dacl is not None
    named = any(ace.sid == token.logon_sid for ace in token.default_dacl)
    assert named == profile.logon_sid_in_default_dacl
