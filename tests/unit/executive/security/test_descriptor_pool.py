from collections.abc import Callable

import pytest

from ntsessions.abi import sids
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.object_types import EVENT, MUTANT
from ntsessions.abi.security import allow, descriptor
from ntsessions.executive.security.descriptor_pool import LARGEST, DescriptorPool
from ntsessions.executive.security.descriptors import new_descriptor
from ntsessions.executive.security.logons import UserTokens

LogOn = Callable[..., UserTokens]


def test_equal_objects_share_one_descriptor(log_on: LogOn) -> None:
    """100,000 events of one user cost one descriptor."""
    pool, alice = DescriptorPool(), log_on().full
    one = pool.assign(alice, EVENT)
    assert pool.assign(alice, EVENT) is one
    assert pool.assign(alice, EVENT, descriptor(one.dacl)) is one
    assert one == new_descriptor(alice, EVENT)
    assert len(pool) == 1


def test_what_differs_is_kept_apart(log_on: LogOn) -> None:
    """Another type, another user, another container or another default DACL gives another descriptor."""
    pool, alice, bob = DescriptorPool(), log_on().full, log_on(1001, "bob").full
    parent = descriptor((allow(sids.EVERYONE, 1, 1),))
    made = [pool.assign(alice, EVENT), pool.assign(alice, MUTANT), pool.assign(bob, EVENT)]
    made.append(pool.assign(alice, EVENT, None, parent))
    alice.default_dacl = ()
    made.append(pool.assign(alice, EVENT))
    assert len(set(made)) == len(pool) == 5


def test_the_pool_has_a_limit(log_on: LogOn) -> None:
    """A program that makes ever new descriptors takes no more memory than its objects do."""
    pool = DescriptorPool(limit=10)
    kept = [pool.intern(descriptor((allow(sids.EVERYONE, n),))) for n in range(100)]
    assert len(pool) == 10
    assert pool.intern(descriptor((allow(sids.EVERYONE, 99),))) is kept[-1]
    for uid in range(20):
        pool.assign(log_on(uid).full, EVENT)
    assert len(pool._made) == 10


def test_long_lists_are_not_kept(log_on: LogOn) -> None:
    """A program that makes and closes events with lists of 64 KB does not leave some GB of them with the daemon."""
    pool, alice = DescriptorPool(), log_on().full
    long = descriptor(tuple(allow(sids.EVERYONE, n, 1) for n in range(LARGEST + 1)))
    assert pool.assign(alice, EVENT, long).dacl == long.dacl
    assert pool.intern(long) is long
    assert pool.assign(alice, EVENT, None, long) == new_descriptor(alice, EVENT, None, long)
    alice.default_dacl = long.dacl
    assert pool.assign(alice, EVENT) == new_descriptor(alice, EVENT)
    assert not len(pool)
    assert not pool._made


def test_a_refusal_is_not_remembered(log_on: LogOn) -> None:
    """Checks of supplied parts are made every time."""
    pool, alice = DescriptorPool(), log_on().full
    for _ in range(2):
        with pytest.raises(InvalidParameter):
            pool.assign(alice, EVENT, descriptor(owner=sids.LOCAL_SYSTEM))
