"""Accounts, passwords and what is kept on disk."""

import os
import pwd
from pathlib import Path

import pytest

from ntsessions.executive.effects import HashPassword, LookUpAccount, StoreAccounts, UnixIdentity, VerifyPassword
from ntsessions.executive.reports import AccountLookedUp, PasswordHashed, PasswordVerified
from ntsessions.host.account_files import AccountFiles, UnusableName, check_name
from ntsessions.host.passwords import LONGEST_SECRET, PasswordHashes, Secrets
from ntsessions.host.store import StateDirInUse, StateStore
from tests.host.driven_host import DrivenHost


def hold(host: DrivenHost, text: bytes) -> int:
    key: int = host.evaluate(f"host.secrets.hold({text!r})")
    return key


def test_two_launchers_add_to_the_files_of_one_session(tmp_path: Path) -> None:
    """Without cgroups the user of session 0 has another than the services; neither knows what the other has added."""
    first, second = AccountFiles(str(tmp_path)), AccountFiles(str(tmp_path))
    names = ("alice", "bob", "carol")
    alice, bob, carol = (
        UnixIdentity(name, uid, uid, (), "/", "/bin/sh", is_managed=True) for uid, name in enumerate(names, 200_001)
    )
    for files, identity in ((first, alice), (second, bob), (first, carol), (second, alice)):
        files.add(identity)
    for path in (first.passwd, first.group):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        assert [line.partition(":")[0] for line in lines[-3:]] == list(names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["group", "passwd"]


def test_password_is_right_only_if_it_is(host: DrivenHost) -> None:
    host.perform(HashPassword(1, hold(host, b"correct horse")))
    stored = host.wait(PasswordHashed).password_hash
    assert stored.startswith("$argon2id$")
    for ticket, (text, password_hash, is_right) in enumerate(
        [(b"correct horse", stored, True), (b"wrong", stored, False), (b"correct horse", "", False), (b"x", "!", False)]
    ):
        host.perform(VerifyPassword(ticket, hold(host, text), password_hash))
        assert host.wait(PasswordVerified) == PasswordVerified(ticket, is_right)


def test_secret_is_used_once(host: DrivenHost) -> None:
    key = hold(host, b"once")
    host.perform(HashPassword(1, key))
    stored = host.wait(PasswordHashed).password_hash
    host.perform(VerifyPassword(2, key, stored))
    assert not host.wait(PasswordVerified).is_right


def test_the_dummys_own_password_opens_nothing() -> None:
    hashes = PasswordHashes()
    assert not hashes.is_right(bytearray(b"no account has this password"), "")


def test_secrets_are_wiped_after_use() -> None:
    secrets, hashes = Secrets(), PasswordHashes()
    taken = secrets.take(secrets.hold(b"secret"))
    hashes.hash(taken)
    assert taken == bytes(6)
    assert secrets.take(99) == b""
    with pytest.raises(ValueError, match="long"):
        secrets.hold(bytes(LONGEST_SECRET + 1))


def test_system_account_is_found_by_name(host: DrivenHost) -> None:
    host.perform(LookUpAccount(1, "nobody"))
    identity = host.wait(AccountLookedUp).identity
    assert identity is not None
    assert identity.user_name == "nobody"
    assert not identity.is_managed
    if host.isolation.mode == "root":
        entry = pwd.getpwnam("nobody")
        assert (identity.uid, identity.gid, identity.home) == (entry.pw_uid, entry.pw_gid, entry.pw_dir)
        assert entry.pw_gid in identity.groups
    else:
        assert identity.uid == host.isolation.uid


@pytest.mark.parametrize("name", ["no-such-user", "", "a\0b", "../x"])
def test_unknown_account_is_nobody(host: DrivenHost, name: str) -> None:
    host.perform(LookUpAccount(2, name))
    assert host.wait(AccountLookedUp).identity is None


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a/b", "a:b", "a\nb", "a\0b"])
def test_names_with_a_second_meaning_are_refused(name: str) -> None:
    with pytest.raises(UnusableName):
        check_name(name)


def test_accounts_are_stored_whole_and_private(own_host: DrivenHost) -> None:
    own_host.perform(StoreAccounts(b"first, and long"))
    own_host.perform(StoreAccounts(b"second"))
    own_host.close()  # finishes what is queued
    path = own_host.state_dir / "accounts"
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (own_host.state_dir / "accounts.new").exists()


def test_a_state_directory_serves_one_daemon(tmp_path: Path) -> None:
    one, other = StateStore(str(tmp_path)), StateStore(str(tmp_path))
    one.lock()
    with pytest.raises(StateDirInUse):
        other.lock()
    one.unlock()
    other.lock()
    other.unlock()


def test_lock_of_a_killed_daemon_is_free(tmp_path: Path) -> None:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        StateStore(str(tmp_path)).lock()
        os.write(write, b"!")
        os.read(read, 0)
        os.kill(os.getpid(), 9)
    os.read(read, 1)
    os.waitpid(pid, 0)
    store = StateStore(str(tmp_path))
    store.lock()
    store.unlock()
    os.close(read)
    os.close(write)


def test_file_that_was_never_written_is_none(tmp_path: Path) -> None:
    assert StateStore(str(tmp_path)).read("accounts") is None
