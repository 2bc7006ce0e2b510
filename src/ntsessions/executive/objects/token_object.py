"""Tokens that handles lead to.

A token itself (`token.Token`) is a record; here it gets what every object has: a descriptor, a count of handles and
somebody who pays.  One token has at most one object, which exists while there are handles to it and keeps the token's
logon session alive.

Differs from NT: a token's descriptor is made from the token itself, whoever makes the token.  Its user and the system
may do everything with it, administrators may look, and nobody who is less trusted than it is may do anything.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi import sids
from ntsessions.abi.access import READ_CONTROL, TOKEN_ALL_ACCESS, TOKEN_QUERY, TOKEN_QUERY_SOURCE
from ntsessions.abi.object_types import TOKEN
from ntsessions.abi.security import LabelPolicy, SecurityDescriptor, allow, descriptor, mandatory_label
from ntsessions.executive.objects.object import HANDLE_COST, Object, charge_object, release_object
from ntsessions.executive.security.token import Token

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread

PSEUDO_ACCESS: Final = TOKEN_QUERY | TOKEN_QUERY_SOURCE
"""What the pseudo handles -4, -5 and -6 give."""

_NOTHING_UP: Final = LabelPolicy.NO_WRITE_UP | LabelPolicy.NO_READ_UP | LabelPolicy.NO_EXECUTE_UP


class TokenObject(Object):
    """A token in a handle table."""

    __slots__ = ("token",)

    type = TOKEN

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token
        self.descriptor = token_descriptor(token)

    def own_cost(self) -> int:
        """Bytes that the token takes, most of all its groups."""
        return 1024 + 128 * (len(self.token.groups) + len(self.token.privileges))

    @classmethod
    def open(cls, executive: "Executive", token: Token, caller: "Thread") -> "TokenObject":
        """Return the object of *token*, ready for a handle of the caller, who pays for it if it is new.

        Raises TOO_MANY_OPENED_FILES or QUOTA_EXCEEDED when the caller could not hold that handle.
        """
        caller.process.handles.check_room()
        pool = caller.process.session.pool
        pool.charge(HANDLE_COST)  # the handle that follows will not fail
        pool.refund(HANDLE_COST)
        known = executive.token_objects.get(token.token_id)
        if known is not None and known.token is token:
            return known
        item = cls(token)
        charge_object(item, pool, "")
        executive.token_objects[token.token_id] = item
        executive.hold_logon(token.authentication_id)
        return item

    def dispose(self, executive: "Executive") -> None:
        """Give everything back of an object that got no handle after all."""
        release_object(self)
        self.on_last_handle(executive)

    def on_last_handle(self, executive: "Executive") -> None:
        """Let go of the logon session."""
        if executive.token_objects.get(self.token.token_id) is self:
            del executive.token_objects[self.token.token_id]
            executive.drop_logon(self.token.authentication_id)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        token = self.token
        kind = "primary" if token.is_primary else f"impersonation, level {token.impersonation_level.name.title()}"
        return {"user": token.user_name, "kind": kind, "session": str(token.session_id)}


def token_descriptor(token: Token) -> SecurityDescriptor:
    """Return who may do what with *token*."""
    dacl = (
        allow(token.user, TOKEN_ALL_ACCESS),
        allow(sids.LOCAL_SYSTEM, TOKEN_ALL_ACCESS),
        allow(sids.ADMINISTRATORS, TOKEN_QUERY | TOKEN_QUERY_SOURCE | READ_CONTROL),
    )
    sacl = (mandatory_label(token.integrity, _NOTHING_UP),)
    return descriptor(dacl, owner=token.user, group=token.primary_group, sacl=sacl)


def pseudo_token(token: Token) -> tuple[Object, int]:
    """Return what a pseudo handle of a token leads to, and with which access."""
    return TokenObject(token), PSEUDO_ACCESS


def impersonate(executive: "Executive", thread: "Thread", token: Token | None) -> None:
    """Let *thread* act with *token*, or (None) as its process again; the token keeps its logon session alive."""
    if token is not None:
        executive.hold_logon(token.authentication_id)
    before, thread.impersonation = thread.impersonation, token
    if before is not None:
        executive.drop_logon(before.authentication_id)
