"""Hot keys (nt-semantics 7.6): who has one, and for how long.  No key is ever pressed here."""

import pytest

from ntsessions.abi.calls.desktop import GetThreadDesktop, OpenDesktop, SetThreadDesktop
from ntsessions.abi.calls.hot_key import MOD_ALT, MOD_CONTROL, MOD_NOREPEAT, RegisterHotKey, UnregisterHotKey
from ntsessions.abi.calls.window import DestroyWindow
from ntsessions.abi.status import NtStatus as S
from tests.conformance.desks import follow, own_desktop, window
from tests.conformance.worlds import Program, World

F5 = 0x74
ALREADY_REGISTERED, NOT_REGISTERED, OTHER_THREAD = (None, 1409), (None, 1419), (None, 1408)


def hot_key(handle: int = 0, identifier: int = 1, modifiers: int = MOD_CONTROL, key: int = F5) -> RegisterHotKey:
    return RegisterHotKey(handle, identifier, modifiers, key)


def test_a_hot_key_is_had_once_on_a_desktop(world: World, alice: Program, friend: Program) -> None:
    """A second program that wants it is told, unless it is on another desktop.  (7.6)"""
    alice.call(hot_key())
    assert friend.win32(hot_key()) == ALREADY_REGISTERED
    assert alice.win32(hot_key(identifier=2)) == ALREADY_REGISTERED
    assert friend.win32(hot_key(modifiers=MOD_CONTROL | MOD_NOREPEAT)) == ALREADY_REGISTERED
    friend.call(hot_key(modifiers=MOD_CONTROL | MOD_ALT))
    friend.call(hot_key(modifiers=0))
    stranger = world.program()
    own_desktop(world, stranger)
    stranger.call(hot_key())
    alice.call(UnregisterHotKey(0, 1))
    assert alice.win32(UnregisterHotKey(0, 1)) == NOT_REGISTERED
    friend.call(hot_key())


@pytest.mark.usefixtures("desktop")
def test_a_hot_key_is_the_window_s_own(alice: Program, friend: Program) -> None:
    """1408 for one of another thread, 1400 for none.  (7.6)"""
    mine, theirs = window(alice), window(friend)
    assert alice.win32(hot_key(theirs)) == OTHER_THREAD
    assert alice.win32(UnregisterHotKey(theirs, 1)) == OTHER_THREAD
    assert alice.win32(hot_key(0xFFF0_FFF0)) == (None, 1400)
    assert alice.win32(UnregisterHotKey(0xFFF0_FFF0, 1)) == (None, 1400)
    alice.call(hot_key(mine))
    assert alice.win32(UnregisterHotKey(0, 1)) == NOT_REGISTERED, "that is the thread's, not the window's"
    alice.call(hot_key(mine, key=F5 + 1))
    alice.call(UnregisterHotKey(mine, 1))
    for key in (F5, F5 + 1):
        friend.call(hot_key(theirs, key=key))


@pytest.mark.parametrize("call", [hot_key(modifiers=0x10), hot_key(key=0x100), hot_key(key=-1)])
def test_what_is_no_key_is_refused(alice: Program, call: RegisterHotKey) -> None:
    assert alice.status(call) is S.INVALID_PARAMETER


def test_hot_keys_go_with_who_has_them(world: World, alice: Program, friend: Program, desktop: str) -> None:
    """With the window, with the thread, and when the thread goes to another desktop.  (7.6; the owner's death)"""
    handle = window(alice)
    alice.call(hot_key(handle))
    alice.call(DestroyWindow(handle))
    friend.call(hot_key())
    friend.kill()
    home = alice.call(GetThreadDesktop())
    alice.call(hot_key())
    away = alice.call(OpenDesktop("Default"))
    third = follow(world.program(), desktop)
    assert third.win32(hot_key()) == ALREADY_REGISTERED
    alice.call(SetThreadDesktop(away))
    third.call(hot_key())
    alice.call(SetThreadDesktop(home))
    assert alice.win32(hot_key()) == ALREADY_REGISTERED
