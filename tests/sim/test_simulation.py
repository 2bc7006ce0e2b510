"""The whole system on a host without Linux, with users, services and faults that a seed decides.

`NTSESSIONS_SIM_SEEDS=1000` runs more seeds than the normal run, `NTSESSIONS_SIM_FIRST=77` begins elsewhere,
`NTSESSIONS_SIM_STEPS=500` makes the days longer.  A seed that fails is in the name of the test that fails: run that
test alone to see it again.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.host import ShutDown
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.service import QueryServices, ServiceState, StartService, StopService
from ntsessions.abi.calls.session import Logoff, Logon, QuerySessions, QueryUserToken
from ntsessions.abi.errors import NtError
from ntsessions.executive.snapshot import restore, save
from ntsessions.subsystems.service_control import ServiceConfiguration
from tests.sim import checks
from tests.sim.random_calls import random_call
from tests.sim.sim_host import Client, SimHost, replay

SEEDS = int(os.environ.get("NTSESSIONS_SIM_SEEDS", "24"))
FIRST = int(os.environ.get("NTSESSIONS_SIM_FIRST", "0"))
STEPS = int(os.environ.get("NTSESSIONS_SIM_STEPS", "250"))
SERVICES = (
    ServiceConfiguration("counter", ("/bin/counter",), start="boot", stop_seconds=2),
    ServiceConfiguration("spooler", ("/bin/spooler",), account="LocalService", stop_seconds=1),
    ServiceConfiguration("ghost", ("/bin/ghost",), account="nobody-here", start="boot"),
    ServiceConfiguration("mail", ("/bin/mail",), account="carol", start="boot"),
)
PROFILES = ("windows11", "vista", "xp", "server2003")


class Life:
    """A day on a host."""

    host_type: type[SimHost] = SimHost

    def __init__(self, seed: int, steps: int = STEPS) -> None:
        self.host = self.host_type(seed, PROFILES[seed % len(PROFILES)] if seed % 5 == 0 else "windows11", SERVICES)
        self.random = self.host.random
        self.host.run_until(lambda: self.host.system.is_ready)
        self.host.run(200)
        self.boot_names = checks.names(self.host.executive, of_programs=False)
        """Without the window stations of the services, which go when they are stopped."""
        self.operators = [self.host.operator() for _ in range(2)]
        self._accounts()
        for step in range(steps):
            self._turn()
            if step % 10 == 0:
                checks.check(self.host)

    def _accounts(self) -> None:
        for name, password, is_administrator in (("alice", "1", False), ("bob", "2", True)):
            for _ in range(20):
                if self.host.status(self.operators[0], AddAccount(name, password, is_administrator)) == 0:
                    break

    def _turn(self) -> None:
        """Somebody does something, or the world goes on."""
        host, random = self.host, self.random
        programs = [client for client in host.clients.values() if client.is_admitted and client not in self.operators]
        chance = random.random()
        if chance < 0.35 or (chance < 0.9 and not programs):
            if not host.step() or random.random() < 0.3:
                self._operate()
        elif chance < 0.4:
            self._operate()
        elif chance < 0.9:
            client = random.choice(programs)
            host.begin(client, random_call(random, client.known))
        else:
            self._misfortune(programs)

    def _operate(self) -> None:
        """An operator asks for something, and does not wait for the answer."""
        host, random = self.host, self.random
        operator = random.choice(self.operators)
        if not operator.is_admitted:
            return
        some_session = random.choice([*host.executive.sessions, 7])
        calls = (
            lambda: Logon("alice"), lambda: Logon("alice", new_session=True), lambda: Logon("bob", "2"),
            lambda: Logon("bob", "1"), lambda: Logon("carol"), lambda: Logon("LocalService"), QuerySessions,
            lambda: Logoff(some_session), lambda: StartService(random.choice(SERVICES).name),
            lambda: StopService(random.choice(SERVICES).name),
        )  # fmt: skip
        if random.random() < 0.4 and some_session in host.executive.sessions:
            self._run_in(operator, some_session)
        else:
            host.begin(operator, random.choice(calls)())

    def _run_in(self, operator: Client, session_id: int) -> None:
        """Start a program in a session, as `nts run` does."""
        try:
            target = self.host.call(operator, QueryUserToken(session_id))
        except NtError:
            return
        self.host.begin(operator, CreateProcess(("program",), token=target.token))

    def _misfortune(self, programs: list[Client]) -> None:
        host, random = self.host, self.random
        client = random.choice(programs) if programs else None
        kind = random.randrange(8)
        if kind == 0 and (
            sessions := [one for one in host.sessions.values() if one.is_prepared and not one.is_gone][1:]
        ):
            if random.random() < 0.3:
                host.launcher_dies(random.choice(sessions))
        elif client is None:
            return
        elif kind in (1, 2):
            host.disconnect(client)
        elif kind == 3:
            host.program_dies(client)
        elif kind == 4:
            host.fork(client, same_pid=True)
        elif kind in (5, 6):
            host.fork(client)
        else:
            host.connect(client.port, client.pid, client.start_time)

    # -- the evening

    def end(self) -> None:
        """Everybody goes home: sessions are logged off, services stopped, and then the host."""
        host = self.host
        first, second = self.operators
        host.run()
        checks.check(host)
        for _ in range(50):
            sessions = [one for one in host.executive.sessions.values() if one.session_id and not one.is_ending]
            if not sessions:
                break
            host.status(first, Logoff(sessions[0].session_id))
        if host.executive.sessions[0].user_token is not None:
            host.status(first, Logoff(0))
        for service in host.call(first, QueryServices()):
            if service.state != ServiceState.STOPPED:
                host.status(first, StopService(service.name))
        for client in list(host.clients.values()):
            if client not in self.operators:
                host.program_dies(client)
        for key, pid in list(host.watched.items()):
            if key in host.watched and pid not in (first.pid, second.pid):
                host._foreign_dies(pid)
        for process in list(host.processes.values()):
            host._die(process, code=0)
        for operator in self.operators:
            own = host.executive.threads[operator.key].process
            for handle, _ in list(own.handles.items()):
                own.handles.close_quietly(handle, host.executive)
        host.run()
        checks.check(host)
        unanswered = {key: call for key, call in host.pending.items() if key[0] in (first.key, second.key)}
        assert not unanswered
        checks.check_rest(host.system)
        assert checks.names(host.executive) == self.boot_names

    def shut_down(self) -> None:
        """Two operators end the host at once, and each is told that it has ended."""
        host = self.host
        asked = [(operator, host.begin(operator, ShutDown())) for operator in self.operators]
        host.run_until(lambda: host.is_down)
        for operator, request in asked:
            assert operator.outcomes[request].status == 0


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_a_day_on_a_host(seed: int) -> None:
    """Whatever fails and whoever dies, everybody is answered, the books stay right, and nothing is left."""
    life = Life(seed)
    state = save(life.host.executive)
    assert save(replay(life.host).executive) == state, "the inputs do not lead to this state again"
    assert save(restore(state)) == state
    life.end()
    life.shut_down()


@pytest.mark.parametrize("seed", range(FIRST + 1000, FIRST + 1000 + max(3, SEEDS // 4)))
def test_a_host_that_is_shut_down_in_the_middle_of_things(seed: int) -> None:
    """`nts down` ends, and everybody who asked for it is told so, whatever is under way."""
    life = Life(seed, steps=120)
    for operator in life.operators:
        life.host.begin(operator, Logon("alice", new_session=True))
        life.host.begin(operator, Logon("bob", "2"))
    life.shut_down()


def test_the_same_seed_gives_the_same_day(tmp_path: Path) -> None:
    """A failure can be looked at again: nothing depends on the order of sets, on addresses, or on the clock."""
    script = tmp_path / "life.py"
    script.write_text(
        "from tests.sim.test_simulation import Life\n"
        "for seed in (3, 5):\n"
        "    life = Life(seed, steps=150)\n"
        "    life.end()\n"
        "    print(life.host.digest.hexdigest())\n"
    )
    traces = set()
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, str(script)], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        traces.add(done.stdout)
    assert len(traces) == 1
