"""How a call is declared: once, in `abi/calls/<noun>.py`.

A call is a frozen record of its arguments; its docstring is its reference page; `@syscall` adds the number, the
statuses it may fail with and how faithful it is to NT.  Codec, dispatch check, typed client, trace line, reference and
fidelity page all derive from `CALLS`.  Numbers are ours and are never used again; fields are only ever appended, with
a default.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, dataclass_transform, get_args

import msgspec

from ntsessions.abi.status import NtStatus

R_co = TypeVar("R_co", covariant=True)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Call(msgspec.Struct, Generic[R_co], frozen=True, array_like=True):
    """A request; `R_co` is the type of its reply, and the type checker carries it to the client."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Reply(msgspec.Struct, frozen=True, array_like=True):
    """A reply of more than one value."""


@dataclass(frozen=True)
class Partial:
    """The call departs from NT; *missing* says in which way."""

    missing: str


@dataclass(frozen=True)
class CallSpec:
    """What is declared about one call."""

    number: int
    call_type: type[Call[Any]]
    reply_type: Any
    fails_with: frozenset[NtStatus]
    fidelity: Partial | None
    """None: does what NT does."""
    takes_descriptors: bool
    """File descriptors follow the call."""
    gives_descriptors: bool
    """File descriptors follow the reply."""
    secrets: frozenset[str]
    """Fields that no log may show."""
    decode_call: Callable[[Any], Call[Any]] = field(repr=False)
    decode_reply: Callable[[Any], Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The call's name, as traces and the reference show it."""
        return self.call_type.__name__

    @property
    def noun(self) -> str:
        """The file that declares it."""
        return self.call_type.__module__.rpartition(".")[2]

    @property
    def documentation(self) -> str:
        """The reference page."""
        return inspect.getdoc(self.call_type) or ""


CALLS: dict[int, CallSpec] = {}
"""Every call of the system by its number; complete once `abi.calls` is imported."""

BY_TYPE: dict[type[Call[Any]], CallSpec] = {}

C = TypeVar("C", bound=type[Call[Any]])

ALWAYS = frozenset({NtStatus.INTERNAL_ERROR, NtStatus.QUOTA_EXCEEDED, NtStatus.CANCELLED})
"""What any call may fail with."""


def syscall(
    number: int,
    *,
    fails_with: Iterable[NtStatus] = (),
    fidelity: Partial | None = None,
    takes_descriptors: bool = False,
    gives_descriptors: bool = False,
    secrets: Iterable[str] = (),
) -> Callable[[C], C]:
    """Declare a call under *number*."""

    def declare(call_type: C) -> C:
        reply_type = get_args(call_type.__orig_bases__[0])[0]  # type: ignore[attr-defined]  # types.get_original_bases is 3.12
        spec = CallSpec(
            number=number,
            call_type=call_type,
            reply_type=reply_type,
            fails_with=frozenset(fails_with) | ALWAYS,
            fidelity=fidelity,
            takes_descriptors=takes_descriptors,
            gives_descriptors=gives_descriptors,
            secrets=frozenset(secrets),
            decode_call=msgspec.msgpack.Decoder(call_type).decode,
            decode_reply=msgspec.msgpack.Decoder(reply_type).decode,
        )
        if number in CALLS:
            message = f"call number {number:#06x} is taken by {CALLS[number].name}"
            raise ValueError(message)
        CALLS[number] = BY_TYPE[call_type] = spec
        return call_type

    return declare
