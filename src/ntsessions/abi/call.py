"""How a call is declared: once, in `abi/calls/<noun>.py`.

A call is a frozen record of its arguments; its docstring is its reference page; `@syscall` adds the number, the
statuses it may fail with and how faithful it is to NT.  Codec, dispatch check, typed client, trace line, reference and
fidelity page all derive from `CALLS`.  Numbers are ours and are never used again; fields are only ever appended, with
a default.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, dataclass_transform, get_args

import msgspec

from ntsessions.abi.status import NtStatus

R_co = TypeVar("R_co", covariant=True)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Call(msgspec.Struct, Generic[R_co], frozen=True, array_like=True):
    """A request; `R_co` is the type of its reply, and the type checker carries it to the client."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Reply(msgspec.Struct, frozen=True, array_like=True):
    """A reply of more than one value."""


class Partial(NamedTuple):
    """The call departs from NT; *missing* says in which way."""

    missing: str


class CallSpec:
    """What is declared about one call."""

    def __init__(
        self,
        number: int,
        call_type: "type[Call[Any]]",
        reply_type: Any,
        fails_with: frozenset[NtStatus],
        *,
        fidelity: Partial | None,
        takes_descriptors: bool,
        gives_descriptors: bool,
        one_way: bool,
        secrets: frozenset[str],
    ) -> None:
        self.number = number
        self.call_type = call_type
        self.reply_type = reply_type
        self.fails_with = fails_with
        self.fidelity = fidelity
        """None: does what NT does."""
        self.takes_descriptors = takes_descriptors
        """File descriptors may follow the call."""
        self.gives_descriptors = gives_descriptors
        """File descriptors go with the reply."""
        self.one_way = one_way
        """It may be made without asking for a reply."""
        self.secrets = secrets
        """Fields that no log may show."""

    # Made when first used: a program uses a few of the hundred calls, and a decoder takes 30 us to make.

    @cached_property
    def decode_call(self) -> Callable[[Any], "Call[Any]"]:
        """Decode the arguments."""
        return msgspec.msgpack.Decoder(self.call_type).decode

    @cached_property
    def decode_reply(self) -> Callable[[Any], Any]:
        """Decode the reply."""
        return msgspec.msgpack.Decoder(self.reply_type).decode

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
        """The reference page, as written."""
        return self.call_type.__doc__ or ""


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
    one_way: bool = False,
    secrets: Iterable[str] = (),
) -> Callable[[C], C]:
    """Declare a call under *number*."""

    def declare(call_type: C) -> C:
        reply_type = get_args(call_type.__orig_bases__[0])[0]  # type: ignore[attr-defined]  # types.get_original_bases is 3.12
        spec = CallSpec(
            number,
            call_type,
            reply_type,
            frozenset(fails_with) | ALWAYS,
            fidelity=fidelity,
            takes_descriptors=takes_descriptors,
            gives_descriptors=gives_descriptors,
            one_way=one_way,
            secrets=frozenset(secrets),
        )
        if number in CALLS:
            message = f"call number {number:#06x} is taken by {CALLS[number].name}"
            raise ValueError(message)
        CALLS[number] = BY_TYPE[call_type] = spec
        return call_type

    return declare
