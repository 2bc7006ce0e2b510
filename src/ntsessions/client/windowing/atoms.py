"""Global atoms, as the blocking client shows them (nt-semantics 6.12)."""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.atom import AddAtom, DeleteAtom, FindAtom, QueryAtom
from ntsessions.abi.errors import ObjectNotFound

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing


class Atoms:
    """Numbers for strings, which every program of the session can look up; they outlive who added them."""

    __slots__ = ("_client",)

    def __init__(self, client: "SessionWindowing") -> None:
        self._client = client

    def add(self, name: str) -> int:
        """Add a string, or count one more use of it; returns its atom."""
        return self._client.call(AddAtom(name))

    def find(self, name: str) -> int | None:
        """Return the atom of a string, None when there is none."""
        try:
            return self._client.call(FindAtom(name))
        except ObjectNotFound:
            return None

    def name(self, atom: int) -> str:
        """Return the string of an atom."""
        return self._client.call(QueryAtom(atom)).name

    def delete(self, atom: int) -> None:
        """Count one use less; at 0 it goes."""
        self._client.call(DeleteAtom(atom))
