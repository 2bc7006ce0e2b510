"""A day at the desktop: programs of one session with windows, on the simulated host, with its faults.

As `test_simulation`, where windows are a small part of what happens; here what happens is mostly about them, and about
windows, menus and messages that are there, so that it gets deep.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.abi.call import Call
from ntsessions.abi.calls.session import Logon
from ntsessions.executive.executive import Outcome
from ntsessions.executive.snapshot import restore, save
from tests.sim import checks
from tests.sim.random_windows import Desk, Desktops, random_window_call
from tests.sim.sim_host import Client, SimHost, replay
from tests.sim.test_simulation import FIRST, SEEDS, Life
from tests.unit.executive.windowing.desk import check_books

STEPS = 4 * int(os.environ.get("NTSESSIONS_SIM_STEPS", "250"))
FEWEST, MOST = 3, 7
"""Programs at the desktop."""


class DeskHost(SimHost):
    """A host whose programs learn from each other."""

    def __init__(self, *arguments: Any) -> None:
        self.desks: dict[int, Desk] = {}
        self.own: dict[int, Desktops] = {}
        super().__init__(*arguments)

    def desk_of(self, client: Client) -> Desk:
        session = self.ports.get(client.port)
        return self.desks.setdefault(0 if session is None else session.key, Desk())

    def own_of(self, client: Client) -> Desktops:
        return self.own.setdefault(client.key, Desktops())

    def _answered(self, client: Client, request: int, outcome: Outcome) -> None:
        call = self.pending.get((client.key, request))
        super()._answered(client, request, outcome)
        if call is not None and not outcome.status:
            self._note(client, call, outcome.reply)

    def _note(self, client: Client, call: Call[Any], reply: Any) -> None:
        self.desk_of(client).learn(call, reply)
        self.own_of(client).learn(call, reply)


class DeskLife(Life):
    """A day at the desktop."""

    host_type = DeskHost
    host: DeskHost

    def __init__(self, seed: int) -> None:
        super().__init__(seed, steps=0)
        for step in range(STEPS):
            self._work()
            if step % 25 == 0:
                checks.check(self.host)
                check_books(self.host.executive)

    def _users(self) -> Iterator[Client]:
        """Yield the programs of users."""
        for client in self.host.clients.values():
            session = self.host.ports.get(client.port)
            if client.is_admitted and session is not None and client not in self.operators:
                yield client

    def _work(self) -> None:
        host, random = self.host, self.random
        programs = list(self._users())
        chance = random.random()
        if len(programs) < FEWEST or (chance < 0.02 and len(programs) < MOST):
            self._invite()
        elif chance < 0.88:
            client = random.choice(programs)
            self._meet(client)
            host.begin(client, random_window_call(random, client.known, host.desk_of(client), host.own_of(client)))
        elif chance < 0.96:
            host.step()
        elif chance < 0.97:
            self._turn()
        elif chance < 0.985:
            client = random.choice(programs)
            host.connect(client.port, client.pid, client.start_time)  # another thread
        else:
            random.choice([host.disconnect, host.program_dies, host.fork])(random.choice(programs))

    def _meet(self, client: Client) -> None:
        """Let a program's thread be known to the others."""
        thread, known = self.host.executive.threads.get(client.key), self.host.desk_of(client).threads
        if thread is not None and thread.thread_id not in known:
            known.append(thread.thread_id)

    def _invite(self) -> None:
        """Let a user log on, or start a program."""
        host, operator = self.host, self.random.choice(self.operators)
        sessions = [one.session_id for one in host.executive.sessions.values() if one.user_token is not None]
        if not sessions:
            host.status(operator, Logon("alice", new_session=True))
        else:
            self._run_in(operator, self.random.choice(sessions))
        for _ in range(10):
            host.step()


@pytest.mark.parametrize("seed", range(FIRST + 2000, FIRST + 2000 + max(4, SEEDS // 3)))
def test_a_day_at_the_desktop(seed: int) -> None:
    """Whoever dies with a window open, everybody is answered, the books stay right, and nothing is left."""
    life = DeskLife(seed)
    state = save(life.host.executive)
    assert save(replay(life.host).executive) == state, "the inputs do not lead to this state again"
    assert save(restore(state)) == state
    life.end()
    life.shut_down()
