"""How often a session bus is started that does not stay."""

from ntsessions.host.session_bus import StartLimit


def lives(limit: StartLimit, seconds: float, times: int = 1) -> list[float | None]:
    """Let a bus live so long, so often; return how long each next one is waited for."""
    now, waits = 0.0, []
    for _ in range(times):
        limit.started(now)
        now += seconds
        waits.append(limit.ended(now))
    return waits


def test_a_bus_that_was_killed_is_back_at_once() -> None:
    assert lives(StartLimit(), 3600, 3) == [0, 0, 0]
    assert lives(StartLimit(), 0) == [0]


def test_a_bus_that_never_stays_is_given_up() -> None:
    """Programs that connect again and again must not keep the machine busy, nor wait for ever."""
    assert lives(StartLimit(), 0, 5) == [0, 0.1, 0.4, 1.6, None]


def test_a_bus_that_stayed_is_forgiven() -> None:
    limit = StartLimit()
    lives(limit, 0, 4)
    assert lives(limit, 60) == [0]
    assert lives(limit, 0, 2) == [0, 0.1]
