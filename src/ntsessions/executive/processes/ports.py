"""Which port a token's programs are started through (docs/decisions/0004).

Tokens that may do the same share a port; a restricted or elevated one has its own, because whoever connects through a
port is given that port's token.  A session has a bounded number of ports: beyond it, ports through which nothing that
we know of runs are closed, oldest first.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import ClosePort, Disconnect, OpenPort
from ntsessions.executive.processes.logon_group import home_of_token
from ntsessions.executive.processes.session import Port, Session

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.security.token import Token

PORTS_PER_SESSION = 256

Powers = tuple[object, ...]


def powers(token: "Token") -> Powers:
    """Return what makes two tokens worth the same: equal powers, equal port."""
    return (
        token.authentication_id,
        token.user,
        token.user_deny_only,
        token.groups,
        token.restricted_sids,
        token.is_write_restricted,
        token.integrity,
        frozenset(token.privileges),
    )


def port_for(executive: "Executive", session: Session, token: "Token") -> Port:
    """Return the session's port for programs with *token*, opening one if there is none."""
    wanted = powers(token)
    for port in session.ports.values():
        if powers(port.token) == wanted:
            return port
    identity = executive.identities.get(token.user)
    if identity is None:
        raise nt_error(NtStatus.ACCESS_DENIED, f"programs cannot run as {token.user_name}: it has no Linux account")
    if len(session.ports) >= PORTS_PER_SESSION:
        _close_unused(executive, session)
    home = home_of_token(executive, session, token)
    port = Port(executive.new_key(), home, token.copy(executive.new_luid()), identity)
    executive.hold_logon(token.authentication_id)
    session.ports[port.key] = port
    executive.ports[port.key] = port
    executive.emit(OpenPort(port.key, home.key, identity))
    return port


def _close_unused(executive: "Executive", session: Session) -> None:
    in_use = {process.port.key for process in session.processes.values() if process.port is not None}
    for port in list(session.ports.values()):
        if port.key not in in_use and port is not session.first_port:
            close_port(executive, port)
            return
    raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{PORTS_PER_SESSION} different tokens run programs in this session")


def close_port(executive: "Executive", port: Port) -> None:
    """Forget a port; who waits to be let in through it is turned away."""
    if executive.ports.pop(port.key, None) is None:
        return
    port.session.ports.pop(port.key, None)
    if port.session.first_port is port:
        port.session.first_port = None
    waiting, port.waiting = port.waiting, []
    for report in waiting:
        executive.emit(Disconnect(report.thread_key))
    executive.drop_logon(port.token.authentication_id)
    executive.emit(ClosePort(port.key))
