"""The frame's own rules: header, numbers, announcements; what calls carry is in tests/property/test_wire.py."""

import pytest

from ntsessions.abi.call import BY_TYPE, CALLS
from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.message import PostMessage, ReplyMessage
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, CreateProcess
from ntsessions.abi.errors import AccessDenied
from ntsessions.abi.limits import FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.wire.frame import (
    DESCRIPTORS_FOLLOW,
    HEADER,
    NO_REPLY,
    ProtocolError,
    decode_reply,
    decode_request,
    encode_failure,
    encode_reply,
    encode_request,
    request_of,
)


def refusal(frame: bytes) -> str:
    with pytest.raises(ProtocolError) as caught:
        decode_request(memoryview(frame))
    return str(caught.value)


def test_a_frame_is_as_its_documentation_draws_it() -> None:
    assert encode_request(Connect(), 7) == b"\x80\x00\x00\x00\x07\x00\x00\x00\x91\x01"
    assert encode_reply(7, True) == b"\x00\x00\x00\x00\x07\x00\x00\x00\xc3"
    assert encode_failure(7, NtStatus.ACCESS_DENIED, "no") == b"\x22\x00\x00\xc0\x07\x00\x00\x00\xa2no"


@pytest.mark.parametrize("size", [0, 1, 7, FRAME_BYTES + 1])
def test_a_frame_has_a_smallest_and_a_largest_size(size: int) -> None:
    assert refusal(bytes(size)) == f"a frame of {size} bytes"


def test_a_number_without_a_call_is_refused() -> None:
    assert "no call has the number 0x7fff" in refusal(HEADER.pack(0x7FFF, 1))


def test_only_calls_that_are_declared_so_ask_for_no_reply() -> None:
    for one_way in (Close(4), PostMessage(4, 0x400), ReplyMessage(1)):
        spec, request, call, _ = decode_request(memoryview(encode_request(one_way, NO_REPLY)))
        assert (spec.one_way, request, call) == (True, 0, one_way)
    assert "which it may not" in refusal(HEADER.pack(BY_TYPE[CreateEvent].number, NO_REPLY) + b"\x90")


def test_descriptors_are_announced_for_calls_that_take_them_only() -> None:
    frame = encode_request(CreateProcess(("x",)), 1, DESCRIPTORS_FOLLOW)
    assert decode_request(memoryview(frame))[3]
    for spec in CALLS.values():
        if not spec.takes_descriptors:
            assert "takes no descriptors" in refusal(HEADER.pack(spec.number | DESCRIPTORS_FOLLOW, 1) + b"\x90")


def test_a_mistake_names_the_call_and_the_field() -> None:
    text = refusal(HEADER.pack(BY_TYPE[CreateEvent].number, 1) + b"\x91\x07")
    assert text.startswith("CreateEvent: ")
    assert "$[0]" in text


def test_an_error_comes_back_as_the_exception_of_its_status() -> None:
    frame = memoryview(encode_failure(3, NtStatus.ACCESS_DENIED, "not yours"))
    with pytest.raises(AccessDenied, match="not yours") as caught:
        decode_reply(frame, CALLS[0x20])
    assert isinstance(caught.value, PermissionError)


def test_a_reply_that_is_none_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError, match="CreateEvent"):
        decode_reply(memoryview(HEADER.pack(0, 1) + b"\xc1"), BY_TYPE[CreateEvent])
    with pytest.raises(ProtocolError):
        decode_reply(memoryview(HEADER.pack(0x12345678, 1) + b"\xa0"), BY_TYPE[CreateEvent])
    with pytest.raises(ProtocolError, match="shorter than its header"):
        request_of(memoryview(b"abc"))
