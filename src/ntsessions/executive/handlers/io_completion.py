"""Handlers of the completion port calls (nt-semantics 2.8)."""

from ntsessions.abi.access import IO_COMPLETION_MODIFY_STATE
from ntsessions.abi.calls.job import CompletionPacket, CreateIoCompletion, RemoveIoCompletion, SetIoCompletion
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import MESSAGES_PER_PORT
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle, WaitResult
from ntsessions.executive.dispatcher.waits import WAIT_0, Wait
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import create_named
from ntsessions.executive.processes.job import IoCompletion


class PacketWait(Wait):
    """A thread that waits for a packet: it is answered with one, or with None when the time ran out."""

    __slots__ = ()

    def reply(self, result: WaitResult) -> CompletionPacket | None:
        """Take the packet that ended the wait."""
        if result.status != WAIT_0:
            return None
        (port,) = self.objects
        assert isinstance(port, IoCompletion), "nothing else is waited for so"
        return port.take()


@handles(CreateIoCompletion)
def create_io_completion(executive: Executive, caller: Thread, call: CreateIoCompletion) -> OpenedHandle:
    """Create or open a completion port."""
    return create_named(executive, caller, call, IoCompletion())


@handles(SetIoCompletion)
def set_io_completion(executive: Executive, caller: Thread, call: SetIoCompletion) -> None:
    """Post a packet; whoever waits longest gets it."""
    port = caller.reference(call.handle, IoCompletion, IO_COMPLETION_MODIFY_STATE)
    if not port.post(CompletionPacket(call.key, call.information, call.value)):
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{len(port.packets)} of {MESSAGES_PER_PORT} packets wait")
    executive.waits.signaled(port)


@handles(RemoveIoCompletion)
def remove_io_completion(
    executive: Executive, caller: Thread, call: RemoveIoCompletion
) -> CompletionPacket | Pending | None:
    """Take the oldest packet, or wait for one."""
    port = caller.reference(call.handle, IoCompletion, IO_COMPLETION_MODIFY_STATE)
    if port.packets:
        return port.take()
    if call.timeout == 0:
        return None
    wait = PacketWait(caller, caller.request, (port,))
    executive.waits.begin(wait, None if call.timeout < 0 else executive.now + call.timeout)
    return PENDING
