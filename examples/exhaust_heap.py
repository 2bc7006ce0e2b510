r"""Two ways to run out of memory for windows, and how to tell them apart.

Each desktop has a heap of a fixed size for its windows, menus and hooks.  When one is full, programs fail on that
desktop and nowhere else.  All heaps of a session come from its view space.  When that is used up, no desktop can be
made in the session any more, while every program on those that are there goes on.
"""

import sys

from own_host import PYTHON, OwnHost, check, shown

from ntsessions.abi.errors import NtError
from ntsessions.client.objects import connect

PROGRAM_FAILED = 66
"""What a shell shows of 0xC0000142 (STATUS_DLL_INIT_FAILED)."""
HEAP_IS_FULL, NO_DESKTOP = 243, 244


def fill() -> None:
    """Make windows until there is no room for another, then stay until told to end."""
    with connect() as session:
        made = 0
        try:
            while True:
                session.windows.create("Static")
                made += 1
        except NtError as error:
            print(f"{made} windows are made, the next fails with error {error.win32}")
        for window in session.windows.top_level():  # what is too small for a window is used up by texts
            try:
                window.text = "x"
            except MemoryError:
                break
        print("full", flush=True)
        sys.stdin.readline()


def make_window() -> None:
    """Make one window."""
    with connect() as session, session.windows.create("Static") as window:
        print(f"a window is made on {session.thread_desktop().name}: {window.handle:#x}")


def start(host: OwnHost, session: str, desktop: str, role: str) -> tuple[int, str]:
    """Run this file in a role, on a desktop; return its exit code and what it said."""
    done = host.run("run", "--session", session, "--desktop", desktop, "--", PYTHON, __file__, role)
    return done.returncode, done.stdout + done.stderr


def events(host: OwnHost) -> list[dict[str, object]]:
    """Return what Win32k wrote into the event log."""
    return [event for event in host.json("eventlog", "ls") if event["source"] == "Win32k"]


def full_heap() -> None:
    """Fill the heap of a desktop."""
    print("A heap is full: alice has a desktop of 256 KB, and a program on it that cannot get enough.")
    with OwnHost("windows11") as host:
        session = host.log_on("alice")
        host.nts("desktop", "new", "--session", session, "Small", "--heap", "256")
        with host.start("run", "--session", session, "--desktop", "Small", "--", PYTHON, __file__, "fill") as filler:
            assert filler.stdout is not None
            told = filler.stdout.readline()
            filler.stdout.readline()
            code, late = start(host, session, "Small", "window")
            on_default = start(host, session, "Default", "window")
            heaps = {one["desktop"]: one["used_percent"] for one in host.json("heap", "--session", session)}
            print(shown(told + late + on_default[1] + host.nts("heap", "--session", session)), end="")
            filler.communicate("enough\n")
        (event,) = events(host)
        print(shown(f"event {event['id']}: {event['text']}"), end="")
        check(told.endswith("error 8\n"), "windows fail there with error 8, ERROR_NOT_ENOUGH_MEMORY")
        check(
            code == PROGRAM_FAILED and "no memory is left" in late,
            "a new program dies there, of 0xC0000142, and the cause is told",
        )
        check(on_default[0] == 0, "on Default programs start, and make windows")
        check(heaps[r"WinSta0\Small"] > 99 and heaps[r"WinSta0\Default"] < 1, "`nts heap` shows which one is full")
        check(event["id"] == HEAP_IS_FULL and r"WinSta0\Small" in str(event["text"]), "event 243 names it")


def full_view() -> None:
    """Make desktops until the view space is used up."""
    print("The view space is used up: under server2003 the desktops of a session have 20 MB in all.")
    with OwnHost("server2003") as host:
        session = host.log_on("alice")
        last = ""
        made = 0
        while (done := host.run("desktop", "new", "--session", session, f"Desk{made + 1}")).returncode == 0:
            last = done.stdout + done.stderr
            made += 1
        told = f"{made} desktops are made; of the last one and the next is told:\n{last}{done.stderr}"
        on_last = start(host, session, f"Desk{made}", "window")
        heaps = {one["desktop"]: one["used_percent"] for one in host.json("heap", "--session", session)}
        print(shown(told + on_last[1] + host.nts("heap", "--session", session)), end="")
        (event,) = events(host)
        print(shown(f"event {event['id']}: {event['text']}"), end="")
        check(
            "NO_MEMORY" in done.stderr and "view space" in done.stderr,
            "there is no room for another desktop: error 8, too",
        )
        check(on_last[0] == 0, "on those that are there programs start, and make windows")
        check(max(heaps.values()) < 50, "no heap is anywhere near full")
        check(event["id"] == NO_DESKTOP, "the event is another one, 244")


def main() -> None:
    """Show both."""
    full_heap()
    print()
    full_view()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill"]:
            fill()
        case ["window"]:
            make_window()
        case _:
            main()
