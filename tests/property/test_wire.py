"""Frames: any bytes are a call or a ProtocolError, every call survives the way there, every reply the way back."""

import struct
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntsessions.abi.call import BY_TYPE, CALLS, Call, CallSpec
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.wire.frame import (
    HEADER,
    ProtocolError,
    decode_reply,
    decode_request,
    encode_failure,
    encode_reply,
    encode_request,
    request_of,
)

SPECS = sorted(CALLS.values(), key=lambda spec: spec.number)
INTEGERS = st.one_of(st.integers(-2, 300), st.integers(-(2**63), 2**64 - 1))


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return values that a field may have, as its declaration says."""
    return _values(msgspec.inspect.type_info(hint))


def _values(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case msgspec.inspect.IntType(ge=ge, le=le, gt=gt, lt=lt):
            low = ge if ge is not None else gt + 1 if gt is not None else -(2**63)
            high = le if le is not None else lt - 1 if lt is not None else 2**64 - 1
            return st.one_of(st.integers(low, min(high, low + 100)), st.integers(low, high))
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.NoneType():
            return st.none()
        case msgspec.inspect.FloatType():
            return st.floats(allow_nan=False)
        case msgspec.inspect.StrType():
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        case msgspec.inspect.BytesType():
            return st.binary(max_size=40)
        case msgspec.inspect.VarTupleType(item_type=item):
            return st.lists(_values(item), max_size=4).map(tuple)
        case msgspec.inspect.TupleType(item_types=items):
            return st.tuples(*map(_values, items))
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_values(key), _values(value), max_size=3)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of(*map(_values, types))
        case msgspec.inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: _values(field.type) for field in fields})
        case msgspec.inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case msgspec.inspect.AnyType():
            return INTEGERS
        case _:
            raise AssertionError(f"no values for {info}")


def calls(spec: CallSpec) -> st.SearchStrategy[Call[Any]]:
    hints = get_type_hints(spec.call_type, include_extras=True)
    return st.builds(spec.call_type, **{name: values(hints[name]) for name in spec.call_type.__struct_fields__})


ANY_CALL = st.sampled_from(SPECS).flatmap(calls)
REQUESTS = st.integers(1, 2**32 - 1)


def is_call_or_protocol_error(frame: bytes) -> None:
    """Decode; any other exception is the test's failure."""
    try:
        spec, request, call, _ = decode_request(memoryview(frame))
    except ProtocolError:
        return
    assert type(call) is spec.call_type
    assert 0 <= request < 2**32


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@given(data=st.data(), request_number=REQUESTS)
@settings(max_examples=8)
def test_every_call_arrives_as_it_was_sent(spec: CallSpec, data: st.DataObject, request_number: int) -> None:
    call = data.draw(calls(spec))
    decoded, number, arrived, announced = decode_request(memoryview(encode_request(call, request_number)))
    assert decoded is spec
    assert number == request_number
    assert arrived == call
    assert not announced


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@given(data=st.data(), request_number=REQUESTS)
@settings(max_examples=8)
def test_every_reply_arrives_as_it_was_sent(spec: CallSpec, data: st.DataObject, request_number: int) -> None:
    reply = data.draw(values(spec.reply_type))
    frame = memoryview(encode_reply(request_number, reply))
    assert request_of(frame) == request_number
    assert decode_reply(frame, spec) == reply


@given(st.binary(max_size=200))
def test_any_bytes_are_a_call_or_a_protocol_error(frame: bytes) -> None:
    is_call_or_protocol_error(frame)


@given(st.sampled_from(SPECS), REQUESTS, st.binary(max_size=200))
def test_any_arguments_of_a_real_call_are_a_call_or_a_protocol_error(spec: CallSpec, request: int, body: bytes) -> None:
    is_call_or_protocol_error(HEADER.pack(spec.number, request) + body)


@given(ANY_CALL, st.data())
@settings(max_examples=150)
def test_a_frame_cut_short_lengthened_or_flipped_is_never_anything_worse(call: Call[Any], data: st.DataObject) -> None:
    frame = encode_request(call, 1)
    is_call_or_protocol_error(frame[: data.draw(st.integers(0, len(frame)))])
    is_call_or_protocol_error(frame + data.draw(st.binary(min_size=1, max_size=9)))
    flipped = bytearray(frame)
    bit = data.draw(st.integers(0, 8 * len(frame) - 1))
    flipped[bit // 8] ^= 1 << bit % 8
    is_call_or_protocol_error(bytes(flipped))


@pytest.mark.parametrize("number", [0x20, 0x21, 0x61, 0x81, 0xF3])
@pytest.mark.parametrize(
    "body",
    [
        b"\x91" * 100_000,  # arrays in arrays
        b"\x81\xa1x" * 40_000,  # maps in maps
        b"\x9f" + b"\x91" * 50_000 + b"\xc0",  # in a field that nobody reads
        b"\xdd\xff\xff\xff\xff",  # an array of four thousand million
        b"\xdf\xff\xff\xff\xff",
        b"\x91\xdb\xff\xff\xff\xff",  # a text of four thousand million bytes
        b"\x91\xc6\x7f\xff\xff\xff" + b"x" * 100,
        b"\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff",  # 2**64 - 1
        b"\x91\xc4\x02\xff\xff",
        b"\x91\xa2\xff\xfe",  # no UTF-8
        b"\x91\xa3\xed\xa0\x80",  # half of a surrogate pair
        b"\x91\xc1",  # a byte that means nothing
        b"\x91\xc7\x0c\x05" + b"x" * 12,  # an extension
        b"\x91\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",  # not a number
    ],
)
def test_absurd_msgpack_is_refused(number: int, body: bytes) -> None:
    is_call_or_protocol_error(struct.pack("<II", number, 1) + body)


def test_a_call_that_is_too_large_is_not_sent() -> None:
    """The caller gets NAME_TOO_LONG, and keeps the connection."""
    call = BY_TYPE_NAMED["CreateEvent"]("n" * FRAME_BYTES)
    with pytest.raises(NtError) as caught:
        encode_request(call, 1)
    assert caught.value.status is NtStatus.NAME_TOO_LONG


BY_TYPE_NAMED: dict[str, Any] = {call_type.__name__: call_type for call_type in BY_TYPE}


def test_an_answer_that_is_too_large_is_an_error_with_advice() -> None:
    frame = memoryview(encode_reply(5, "x" * FRAME_BYTES))
    with pytest.raises(NtError) as caught:
        decode_reply(frame, CALLS[0x20])
    assert caught.value.status is NtStatus.BUFFER_OVERFLOW
    assert request_of(frame) == 5


@given(st.sampled_from(SPECS), st.binary(max_size=200))
def test_any_bytes_from_a_daemon_are_a_reply_or_an_error_that_clients_know(spec: CallSpec, frame: bytes) -> None:
    """A client of a broken daemon ends with an error, not with a surprise."""
    view = memoryview(frame)
    try:
        request_of(view)
        decode_reply(view, spec)
    except (ProtocolError, NtError):
        return


@given(st.sampled_from(SPECS), st.sampled_from([status for status in NtStatus if status]), st.text(max_size=3000))
def test_every_failure_arrives_with_its_status_and_text(spec: CallSpec, status: NtStatus, detail: str) -> None:
    with pytest.raises(NtError) as caught:
        decode_reply(memoryview(encode_failure(9, status, detail)), spec)
    assert caught.value.status is status
    assert caught.value.detail == detail[:2000]
