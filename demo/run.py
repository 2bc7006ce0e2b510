"""The demo: two users on one machine, each in a session of their own, and what goes on upon their desktops.

Every step checks what it shows; the first that is not as said ends the demo with exit status 1.  It uses a state
directory of its own, and looks around the machine before and after for anything left behind.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
EXAMPLES = HERE.parent / "examples"
PYTHON = str(Path(sys.prefix, "bin", "python"))
NTS = str(Path(sys.prefix, "bin", "nts"))

BOLD, DIM, GREEN, RED, PLAIN = (
    ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m") if sys.stdout.isatty() else ("",) * 5
)


class NotAsSaid(Exception):
    """A step did not show what it should."""


def title(text: str) -> None:
    """Begin a step."""
    print(f"\n{BOLD}{text}{PLAIN}", flush=True)


def expect(condition: object, claim: str) -> None:
    """State a claim that was just checked."""
    print(f"  {GREEN}ok{PLAIN} {claim}" if condition else f"  {RED}NOT SO{PLAIN} {claim}", flush=True)
    if not condition:
        raise NotAsSaid(claim)


class Host:
    """An instance of ntsessions, driven as people drive it: through `nts`."""

    def __init__(self, state_dir: Path) -> None:
        self.environment = os.environ | {"NTSESSIONS_STATE_DIR": str(state_dir)}

    def nts(self, *arguments: str, shown: bool = True, expected: int | None = 0) -> str:
        """Run a command, show it with its output, and return the output."""
        done = subprocess.run([NTS, *arguments], env=self.environment, capture_output=True, text=True, check=False)
        output = (done.stdout + done.stderr).rstrip()
        if shown:
            print(f"  {DIM}$ nts {' '.join(arguments)}{PLAIN}")
            for line in output.splitlines():
                print(f"    {line}")
        if expected is not None and done.returncode != expected:
            raise NotAsSaid(f"nts {' '.join(arguments)} ended with {done.returncode}: {output}")
        return output

    def json(self, *arguments: str) -> list[dict[str, object]]:
        """Run a command with --json, quietly."""
        rows: list[dict[str, object]] = json.loads(self.nts(*arguments, "--json", shown=False))
        return rows

    def program(self, session: int, name: str, *arguments: str, expected: int | None = 0) -> str:
        """Run a program of the demo in a session to its end."""
        return self.nts(
            "run", "--session", str(session), "--", PYTHON, str(PROGRAMS / name), *arguments, expected=expected
        )

    @contextmanager
    def running(self, session: int, name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a program in a session beside the demo."""
        command = [NTS, "run", "--session", str(session), "--", PYTHON, str(PROGRAMS / name), *arguments]
        print(f"  {DIM}$ nts run --session {session} -- {name} {' '.join(arguments)} &{PLAIN}")
        with subprocess.Popen(command, env=self.environment, text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:  # fmt: skip
            yield process


def surroundings(base: Path, state_dir: Path) -> dict[str, set[str]]:
    """Return what of ours could be left on the machine: processes, mounts, cgroups, directories and files."""
    processes = set()
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = found.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if any(str(place) in command for place in (base, PROGRAMS, EXAMPLES)):
            processes.add(f"{found.parent.name} {command}")
    mounts = {line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(base) in line}
    identity = state_dir.stat()
    cgroups = Path("/sys/fs/cgroup").glob(f"**/ntsessions-{identity.st_dev:x}-{identity.st_ino:x}")
    shared = Path("/dev/shm").iterdir()  # noqa: S108 - looked at, not written to
    return {
        "processes": processes,
        "mounts": mounts,
        "cgroups": {str(path) for path in cgroups},
        "directories": {str(path) for path in base.iterdir()},
        "files in /dev/shm": {str(path) for path in shared},
    }


def users_of(host: Host) -> dict[int, str]:
    """Return who is in which session."""
    return {int(str(row["id"])): str(row["user"]) for row in host.json("session", "ls")}


def step_1(host: Host) -> None:
    """The host up, two users logged on."""
    title("1. The host is up; alice and bob are logged on, each in a session of their own")
    host.nts("up", "--detach")
    for user in ("alice", "bob"):
        host.nts("user", "add", user)
        host.nts("logon", user)
    host.nts("session", "ls")
    expect(users_of(host) == {0: "", 1: "alice", 2: "bob"}, "session 0 is the services', 1 is alice's, 2 is bob's")


def step_2(host: Host) -> None:
    """Unmodified programs with fixed names, in both sessions at once."""
    title("2. Unmodified programs that believe they are alone")
    first = host.program(1, "counter.py", "alice", "7")
    second = host.program(2, "counter.py", "bob", "5")
    expect("counter is 7, written by alice" in first and "counter is 5, written by bob" in second,
           "one name, two memories: each program found its own")  # fmt: skip
    with host.running(1, "only_one.py") as alices, host.running(2, "only_one.py") as bobs:
        lines = [process.stdout.readline().strip() for process in (alices, bobs) if process.stdout]
        expect(lines == ["I am the only instance"] * 2, "the single-instance program runs in both sessions at once")
        again = host.program(1, "only_one.py", expected=1)
        expect(
            "another instance is running already" in again, "a second one in alice's session refuses, by its own rule"
        )
        for process in (alices, bobs):
            process.communicate(timeout=30)


def step_3(host: Host) -> None:
    """Sharing on purpose."""
    title(r"3. What is to be shared goes through Global\, and only a service may put memory there")
    host.nts("service", "start", "board")
    host.program(0, "board_reader.py", "await")
    for session, user in ((1, "alice"), (2, "bob")):
        read = host.program(session, "board_reader.py")
        expect(f"{user} in session {session} reads: lunch is at noon" in read, f"{user} reads what the service shares")
    refused = host.program(1, "board_reader.py", "make", expected=5)
    expect("ACCESS_DENIED" in refused and "SeCreateGlobalPrivilege" in refused,
           "alice may not make a section there, and is told which privilege is missing")  # fmt: skip


def step_4(host: Host) -> None:
    """A lock whose owner dies."""
    title("4. A mutex whose owner is killed is not lost, and whoever gets it next is told")
    with host.running(1, "holder.py", "hold") as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        with host.running(1, "holder.py", "wait") as waiter:
            assert waiter.stdout is not None
            waiter.stdout.readline()
            print(f"  {DIM}$ kill -9 {pid}   # the owner{PLAIN}")
            os.kill(pid, 9)
            found = waiter.stdout.read().strip()
        print(f"    {found}")
        expect(found.startswith("abandoned"), "the waiter got the mutex, and knows that its last owner died")


def step_5(host: Host) -> str:
    """Logoff ends everything.  Returns the object tree as it was before."""
    title("5. Logoff: nothing is left running")
    host.nts(
        "run",
        "--session",
        "1",
        "--",
        "sh",
        "-c",
        "exec >/dev/null 2>&1; (setsid sleep 3600 &); (trap '' TERM HUP; sleep 3601) &",
    )
    rows = host.json("session", "ps", "1")
    host.nts("session", "ps", "1")
    pids = [int(str(row["pid"])) for row in rows]
    expect(len(pids) >= 2, "programs that left their parent and ignore signals run in alice's session")
    trees = [host.nts("object", "tree", place, shown=False) for place in (r"\Sessions", r"\BaseNamedObjects")]
    host.nts("logoff", "1")
    left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    expect(not left, f"none of the processes {', '.join(map(str, pids))} is in /proc any more")
    expect(users_of(host) == {0: "", 2: "bob"}, "session 1 is gone, bob's goes on")
    return "\n".join(trees)


def example(base: Path, name: str) -> None:
    """Run an example, which starts hosts of its own below *base* and checks what it shows."""
    print(f"  {DIM}$ python examples/{name}{PLAIN}", flush=True)
    done = subprocess.run(
        [PYTHON, str(EXAMPLES / name)], env=os.environ | {"TMPDIR": str(base)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    for line in done.stdout.rstrip().splitlines():
        claim = line.removeprefix("ok: ")
        print(f"    {line}".rstrip() if claim == line else f"  {GREEN}ok{PLAIN} {claim}")
    if done.returncode:
        raise NotAsSaid(f"examples/{name} ended with {done.returncode}")


def step_6(base: Path) -> None:
    """A service's window, attacked by a user's program."""
    title("6. Why services live alone: one attack on a service's window, under Windows XP and under Windows Vista")
    example(base, "shatter.py")


def step_7(base: Path) -> None:
    """A desktop heap, and then a session's view space, used up."""
    title("7. Two ways to run out of memory for windows")
    example(base, "exhaust_heap.py")


def step_8(base: Path) -> None:
    """Users and services on their window stations."""
    title("8. Who is where: bob, services of the system, and one with an account of its own")
    example(base, "who_is_where.py")


def end(host: Host, before: dict[str, set[str]], base: Path, state_dir: Path, tree: str) -> None:
    """The end."""
    title("The names of both sessions, as they were before the logoff")
    for line in tree.splitlines():
        print(f"    {line}")
    title("And down")
    host.nts("down")
    for kind, found in surroundings(base, state_dir).items():
        left = found - before[kind]
        expect(not left, f"no {kind} left behind" + (f": {sorted(left)}" if left else ""))


def main() -> int:
    """Run the demo; returns 0 when every step was as said."""
    base = Path(tempfile.mkdtemp(prefix="nts-demo-"))
    state_dir = base / "state"
    state_dir.mkdir()
    for directory in (base, state_dir):
        directory.chmod(0o711)  # the users of the sessions pass through to their homes
    program = PROGRAMS / "board_service.py"
    service = f'[services.board]\ncommand = ["{PYTHON}", "{program}"]\naccount = "LocalSystem"\n'
    (state_dir / "ntsessions.toml").write_text(service)
    before = surroundings(base, state_dir)
    host = Host(state_dir)
    try:
        step_1(host)
        step_2(host)
        step_3(host)
        step_4(host)
        tree = step_5(host)
        for step in (step_6, step_7, step_8):
            step(base)
        end(host, before, base, state_dir, tree)
    except NotAsSaid as error:
        print(f"\n{RED}The demo stopped: {error}{PLAIN}", file=sys.stderr)
        return 1
    finally:
        host.nts("down", shown=False, expected=None)
        shutil.rmtree(base, ignore_errors=True)
    print(f"\n{GREEN}Everything was as said.{PLAIN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
