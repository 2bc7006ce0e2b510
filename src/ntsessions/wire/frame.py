"""Frames: one message of a SOCK_SEQPACKET socket, the kernel keeping their bounds.

    request   call number (u32), request number (u32), arguments as a msgpack array
    reply     status      (u32), request number (u32), the reply, or for errors a text for people

Little-endian.  A request number of 0 asks for no reply, which some calls may.  Descriptors go with the reply they
belong to; those of a request follow it in a message of their own, one byte long, because receiving them costs and few
calls have any: the top bit of the call number announces them.
"""

from struct import Struct
from typing import Any

from msgspec import DecodeError, ValidationError
from msgspec.msgpack import Decoder, Encoder

from ntsessions.abi.call import BY_TYPE, CALLS, Call, CallSpec
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import FRAME_BYTES
from ntsessions.abi.status import NtStatus

HEADER = Struct("<II")
NO_REPLY = 0
DESCRIPTORS_FOLLOW = 0x80000000
DESCRIPTORS_MESSAGE = b"D"

_encode = Encoder().encode
_HEADER_BYTES = HEADER.size
_pack = HEADER.pack
_unpack = HEADER.unpack_from
_decode_detail = Decoder(str).decode


class ProtocolError(Exception):
    """The peer sent what no well-behaved one sends; the connection ends."""


def encode_request(call: Call[Any], request: int, announced: int = 0) -> bytes:
    """Return the frame of a request; *announced* is DESCRIPTORS_FOLLOW if they do.

    A frame that is too large fails here, before it is sent.
    """
    frame = _pack(BY_TYPE[type(call)].number | announced, request) + _encode(call)
    if len(frame) > FRAME_BYTES:
        raise nt_error(NtStatus.NAME_TOO_LONG, f"the call takes {len(frame)} bytes, more than {FRAME_BYTES}")
    return frame


def decode_request(frame: memoryview) -> tuple[CallSpec, int, Call[Any], int]:
    """Return what was declared of the call, the request number, the call, and non-zero if descriptors follow.

    It raises ProtocolError and nothing else, whatever the bytes.
    """
    if not _HEADER_BYTES <= len(frame) <= FRAME_BYTES:
        message = f"a frame of {len(frame)} bytes"
        raise ProtocolError(message)
    number, request = _unpack(frame)
    announced = number & DESCRIPTORS_FOLLOW
    number ^= announced
    spec = CALLS.get(number)
    if spec is None:
        message = f"no call has the number {number:#06x}"
        raise ProtocolError(message)
    if announced and not spec.takes_descriptors:
        message = f"{spec.name} takes no descriptors"
        raise ProtocolError(message)
    if not request and not spec.one_way:
        message = f"{spec.name} asks for no reply, which it may not"
        raise ProtocolError(message)
    try:
        return spec, request, spec.decode_call(frame[_HEADER_BYTES:]), announced
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{spec.name}: {error}"
        raise ProtocolError(message) from None


def encode_reply(request: int, reply: object) -> bytes:
    """Return the frame of an answer."""
    frame = _pack(0, request) + _encode(reply)
    if len(frame) > FRAME_BYTES:
        return encode_failure(request, NtStatus.BUFFER_OVERFLOW, "the answer is too large; ask for less of it")
    return frame


def encode_failure(request: int, status: NtStatus, detail: str) -> bytes:
    """Return the frame of an error."""
    return _pack(status, request) + _encode(detail[:2000])


def decode_reply(frame: memoryview, spec: CallSpec) -> Any:
    """Return the reply of a call, or raise the error that it failed with."""
    status, _ = _unpack(frame)
    body = frame[_HEADER_BYTES:]
    try:
        if status:
            raise nt_error(NtStatus(status), _decode_detail(body))
        return spec.decode_reply(body)
    except NtError:
        raise
    except (ValidationError, DecodeError, ValueError) as error:
        message = f"the reply to {spec.name} cannot be read: {error}"
        raise ProtocolError(message) from None


def request_of(frame: memoryview) -> int:
    """Return the request number that a reply answers."""
    if len(frame) < _HEADER_BYTES:
        message = "a reply shorter than its header"
        raise ProtocolError(message)
    number: int = _unpack(frame)[1]
    return number
