"""Passwords: argon2id, and secrets that are named by number and wiped after one use.

The executive decides who may log on and never sees a password.  An account without a hash is verified against a dummy,
so the time taken does not tell which accounts exist.
"""

import argon2

_ANY_PASSWORD = "no account has this password"  # noqa: S105 - only makes the dummy hash
LONGEST_SECRET = 4096


class Secrets:
    """Texts that clients sent and that may be used once."""

    def __init__(self) -> None:
        self._secrets: dict[int, bytearray] = {}
        self._last_key = 0

    def hold(self, text: bytes | bytearray) -> int:
        """Keep a secret; returns its name."""
        if len(text) > LONGEST_SECRET:
            raise ValueError("the secret is too long")
        self._last_key += 1
        self._secrets[self._last_key] = bytearray(text)
        return self._last_key

    def take(self, key: int) -> bytearray:
        """Hand a secret over for its one use; whoever takes it wipes it.  Unknown ones are empty."""
        return self._secrets.pop(key, bytearray())

    def drop(self, key: int) -> None:
        """Wipe a secret that nobody will use."""
        wipe(self.take(key))


def wipe(secret: bytearray) -> None:
    """Overwrite a secret."""
    secret[:] = bytes(len(secret))


class PasswordHashes:
    """Hashing and checking; slow on purpose, so call it in the worker thread."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()
        self._dummy = ""

    def hash(self, secret: bytearray) -> str:
        """Return the hash to store."""
        try:
            return self._hasher.hash(bytes(secret))
        finally:
            wipe(secret)

    def is_right(self, secret: bytearray, password_hash: str) -> bool:
        """Return whether a secret is the password; an empty or foreign hash takes as long and fails."""
        try:
            if not self._dummy:
                self._dummy = self._hasher.hash(_ANY_PASSWORD)
            try:
                self._hasher.verify(password_hash or self._dummy, bytes(secret))
                return bool(password_hash)
            except argon2.exceptions.InvalidHashError:
                self._verify_dummy(secret)
                return False
            except argon2.exceptions.VerificationError:
                return False
        finally:
            wipe(secret)

    def _verify_dummy(self, secret: bytearray) -> None:
        try:
            self._hasher.verify(self._dummy, bytes(secret))
        except argon2.exceptions.VerificationError:
            return
