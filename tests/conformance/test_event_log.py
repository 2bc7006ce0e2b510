"""The event log as programs meet it; what is written when is told with what it is about (nt-semantics 8.7)."""

from ntsessions.abi.calls.event_log import QueryEventLog, WaitEventLog
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.status import NtStatus as S
from tests.conformance.worlds import Program, World, ticks


def test_a_program_reads_of_its_own_session_only(world: World, alice: Program) -> None:
    """Differs from NT, where everybody who is logged on may read all: texts name what other sessions hold."""
    told = alice.call(QueryEventLog())
    assert {record.session_id for record in told} <= {1}
    assert set(told) <= set(world.operator.call(QueryEventLog()))


def test_pages_end_with_an_empty_one(world: World) -> None:
    after = 0
    while page := world.operator.call(QueryEventLog(after)):
        assert [record.sequence for record in page] == sorted(record.sequence for record in page)
        assert page[0].sequence > after
        after = page[-1].sequence


def test_a_wait_for_records_ends_with_its_time(world: World, alice: Program) -> None:
    quiet = alice.begin(WaitEventLog(timeout=ticks(0.02)))
    world.passes(0.02)
    assert quiet.reply == ()
    assert alice.call(WaitEventLog(timeout=0)) == ()


def test_a_wait_for_records_can_be_taken_back(alice: Program) -> None:
    waiting = alice.begin(WaitEventLog())
    assert alice.call(CancelCall(waiting.request))
    assert alice.status(CancelCall(waiting.request)) == S.SUCCESS  # and answers that there is nothing to take back
