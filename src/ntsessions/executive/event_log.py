"""The event log: NT's System log, in memory.

What fails while nobody waits for an answer, or fails for a reason that the answer cannot hold, is written here for
whoever looks later.  Texts name what programs made, so a reader sees the records of the own session only, or is an
administrator: names must not leak from one session to another (Differs from NT: see `QueryEventLog`).

Invariants:
  1. At most EVENTS_KEPT records are kept.  What goes is the oldest record of the session that has most: no session can
     push out what is told of another.
  2. Of the same source, event, session and subject one record is written per INTERVAL; the others are counted in it
     (nt-semantics 8.7: one per interval, whose length is unverified).
  3. Sequence numbers grow and are never used again.
"""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ntsessions.abi.calls.event_log import EventLevel, EventRecord
from ntsessions.abi.limits import ENTRIES_PER_QUERY, EVENT_TEXT_LENGTH, EVENTS_KEPT
from ntsessions.abi.sids import ADMINISTRATORS
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive.dispatcher.waits import Wait

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread

INTERVAL = 10 * TICKS_PER_SECOND
PAGE_BYTES = 96 * 1024
"""Texts in one answer; with the numbers beside them well below a frame."""


class Topic(NamedTuple):
    """What makes two events the same to who reads them."""

    source: str
    event_id: int
    session_id: int
    subject: str


class LoggedEvent:
    """One record, which counts its like for a while."""

    __slots__ = ("level", "repeated", "sequence", "session_key", "text", "time", "topic", "until")

    def __init__(self, topic: Topic, level: EventLevel, text: str, session_key: int) -> None:
        self.topic = topic
        self.level = level
        self.text = text
        self.session_key = session_key
        """Whose programs may read it: the id may become another session's, the key does not."""
        self.sequence = 0
        self.time = 0
        self.until = 0
        """Until then, on the steady clock, its like are counted here."""
        self.repeated = 0

    def record(self) -> EventRecord:
        """Return what is told of it."""
        source, event_id, session_id, _ = self.topic
        return EventRecord(
            self.sequence, self.time, int(self.level), source, event_id, session_id, self.text, self.repeated
        )


class EventLog:
    """The records that are kept."""

    __slots__ = ("_count", "_kept", "_latest", "sequence")

    def __init__(self) -> None:
        self.sequence = 0
        """Of the newest record."""
        self._kept: dict[int, deque[LoggedEvent]] = {}
        """By the key of the session, oldest first."""
        self._latest: dict[Topic, LoggedEvent] = {}
        """Of those that are kept, the newest of each topic."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def write(self, event: LoggedEvent, now: int, utc: int) -> bool:
        """Keep a record, or count it in the one that says the same already; tells which."""
        same = self._latest.get(event.topic)
        if same is not None and now < same.until:
            same.repeated += 1
            return False
        self.sequence += 1
        event.sequence, event.time, event.until = self.sequence, utc, now + INTERVAL
        self._latest[event.topic] = event
        self._kept.setdefault(event.session_key, deque()).append(event)
        self._count += 1
        if self._count > EVENTS_KEPT:
            self._forget_one()
        return True

    def _forget_one(self) -> None:
        fullest = max(self._kept, key=lambda session_key: len(self._kept[session_key]))
        oldest = self._kept[fullest].popleft()
        if not self._kept[fullest]:
            del self._kept[fullest]
        if self._latest.get(oldest.topic) is oldest:
            del self._latest[oldest.topic]
        self._count -= 1

    def page(self, reader: "Thread", after: int) -> tuple[EventRecord, ...]:
        """Return the next records after a sequence number that a thread may read, oldest first; empty: no more."""
        sessions = self._kept if _may_read_all(reader) else (reader.process.session.key,)
        later = [event for key in sessions for event in self._kept.get(key, ()) if event.sequence > after]
        later.sort(key=lambda event: event.sequence)
        page: list[EventRecord] = []
        size = 0
        for event in later[:ENTRIES_PER_QUERY]:
            size += len(event.text.encode())
            if size > PAGE_BYTES:
                break
            page.append(event.record())
        return tuple(page)


def _may_read_all(reader: "Thread") -> bool:
    """Tell whether a thread speaks for an administrator or the system."""
    return ADMINISTRATORS in reader.token.enabled_sids


class EventLogWait(Wait):
    """A call that waits for records."""

    __slots__ = ()

    def reply(self, result: object) -> object:
        """Return no records."""
        return ()


def log_event(executive: "Executive", topic: Topic, level: EventLevel, text: str) -> None:
    """Write to the log, and end the waits of those who may read it."""
    session = executive.sessions.get(topic.session_id)
    topic = topic._replace(subject=_cut(topic.subject))
    event = LoggedEvent(topic, level, _cut(text), 0 if session is None else session.key)
    if not executive.event_log.write(event, executive.now, executive.utc):
        return
    for wait, after in list(executive.notification_waits.items()):
        if not isinstance(wait, EventLogWait):
            continue
        if wait.thread.process.session is session or _may_read_all(wait.thread):
            del executive.notification_waits[wait]
            executive.waits.withdraw(wait)
            executive.answer(wait.thread.key, wait.request, executive.event_log.page(wait.thread, after))


def _cut(text: str) -> str:
    return text if len(text) <= EVENT_TEXT_LENGTH else f"{text[: EVENT_TEXT_LENGTH - 3]}..."
