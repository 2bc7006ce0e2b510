"""The behaviour vectors of nt-semantics appendix B that concern objects, waits, jobs and logons: 1-20, 41-43, 48."""

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, QueryEvent, SetEvent
from ntsessions.abi.calls.object import QueryObject
from tests.conformance.worlds import Program, World, create, opened


def test_a_name_without_prefix_is_made_in_the_session_of_the_program(world: World, alice: Program) -> None:
    """Two users run one program at once: each finds objects of its own.  (nt-semantics B.1)"""
    x = world.name("x")
    handle, error = alice.win32(create(CreateEvent, x))
    assert error == 0
    assert alice.call(QueryObject(handle)).name == rf"\Sessions\1\BaseNamedObjects\{x}"
