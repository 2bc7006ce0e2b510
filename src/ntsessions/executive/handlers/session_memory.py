"""Handler of the call that measures what the processes of a session use."""

from typing import NamedTuple

from ntsessions.abi.access import WINSTATION_QUERY
from ntsessions.abi.calls.session import QuerySessionMemory, SessionMemory
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import PENDING
from ntsessions.executive.handlers.registry import Executive, Pending, Thread, handles, takes
from ntsessions.executive.processes.session import Session
from ntsessions.executive.processes.session_access import session_for


class Measuring(NamedTuple):
    """What a measurement under way is of."""

    session: Session


@handles(QuerySessionMemory)
def query_session_memory(executive: Executive, caller: Thread, call: QuerySessionMemory) -> Pending:
    """Ask Linux."""
    session = session_for(executive, caller, call.session_id, WINSTATION_QUERY)
    executive.emit(effects.MeasureSession(executive.ask(caller, Measuring(session)), session.key))
    return PENDING


@takes(reports.SessionMeasured)
def session_measured(executive: Executive, report: reports.SessionMeasured) -> None:
    """Answer with what Linux says."""
    asked = executive.questions.pop(report.ticket, None)
    if asked is None:
        return  # the session has ended meanwhile, and who asked was told
    thread_key, request, _ = asked
    memory = SessionMemory(report.processes, report.shared, report.private, report.proportional, report.unreadable)
    executive.answer(thread_key, request, memory)
