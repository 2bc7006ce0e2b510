r"""What the isolation of session 0 is for: one attack on a service's window, before it and after.

The service is of LocalSystem and shows a window, which its configuration allows (`interactive = true`).  The attack is
bob's: he works at the console and is no administrator.  Under Windows XP that is session 0, and the service's window
stands on his own desktop: he can find it, send to it and listen to it, and it does what it is told, as LocalSystem.
From Vista on he is in a session of his own, and there is nothing to be found, whatever he knows of it.
"""

import json
import sys
from collections.abc import Callable

from own_host import PYTHON, OwnHost, check

from ntsessions.abi.calls.desktop import ALLOW_OTHER_ACCOUNT_HOOK
from ntsessions.abi.calls.hook import WH_GETMESSAGE
from ntsessions.abi.calls.message import Message
from ntsessions.abi.calls.window_station import SetUserObjectFlags
from ntsessions.abi.errors import NtError
from ntsessions.client.objects import Client, connect
from ntsessions.client.windowing.window import Window

WM_APP = 0x8000
DO, ASK, DONE = WM_APP, WM_APP + 1, WM_APP + 2
SECRET = 42
PATIENCE = 10


# -- the service


def serve() -> None:
    """Show a window that does what it is told.

    It also lets programs of other accounts hook it, as services did that wanted to work with the user's keyboard tools.
    """
    with connect() as session:
        session.call(SetUserObjectFlags(session.thread_desktop().handle, flags=ALLOW_OTHER_ACCOUNT_HOOK))

        def obey(_: Window, message: Message) -> int | None:
            if message.number == DO:
                session.windows.post_thread(message.wparam, DONE)
                return 0
            return SECRET if message.number == ASK else None

        session.windows.register_class("Alerts", obey)
        with session.windows.create("Alerts", "The alerts service"):
            session.event("AlertsAreShown", manual_reset=True).set()
            session.windows.pump()


# -- the attack


class Attack:
    """Each step returns what came of it."""

    def __init__(self, session: Client, window: int, thread: int) -> None:
        self.windows = session.windows
        self.session = session
        self.window = session.windows.window(window)
        self.thread = thread

    def find(self) -> str:
        """Find it by its class."""
        return "it is there" if self.windows.find("Alerts") == self.window else "not there"

    def post(self) -> str:
        """Let it do something."""
        self.window.post(DO, self.session.identity.thread_id)
        answer = self.windows.get(PATIENCE)
        return "it obeyed" if answer is not None and answer.number == DONE else "nothing came"

    def send(self) -> str:
        """Ask it something."""
        return f"it answered {self.window.send(ASK, timeout=PATIENCE)}"

    def hook(self) -> str:
        """Listen to what it is told."""
        heard: list[int] = []
        with self.windows.hook(WH_GETMESSAGE, lambda message: heard.append(message.number), thread_id=self.thread):
            self.post()
        return "every message is heard" if DO in heard else "nothing is heard"


def attack(window: int, thread: int) -> None:
    """Try everything, with the numbers of window and thread known, and print what came of it."""
    with connect() as session:
        attempt = Attack(session, window, thread)
        found = {"session": str(session.identity.session_id)}
        for step in (attempt.find, attempt.post, attempt.send, attempt.hook):
            found[step.__name__] = _outcome(step)
    print(json.dumps(found))


def _outcome(step: Callable[[], str]) -> str:
    try:
        return step()
    except NtError as error:
        return error.status.name


# -- the two hosts


def under(profile: str) -> dict[str, str]:
    """Return what the attack comes to under a version of Windows."""
    service = f'[services.Alerts]\ncommand = ["{PYTHON}", "{__file__}", "serve"]\ninteractive = true\n'
    with OwnHost(profile, service) as host:
        host.log_on("bob")
        host.nts("service", "start", "Alerts")
        with connect(str(host.directory)) as operator:
            operator.event("AlertsAreShown", manual_reset=True).wait(PATIENCE)
            operator.open_window_station("WinSta0").use()
            operator.open_desktop("Default").use()
            window = operator.windows.find("Alerts")
            assert window is not None
            target = (str(window.handle), str(window.thread_id))
        found: dict[str, str] = json.loads(host.nts("run", "--user", "bob", "--", PYTHON, __file__, "attack", *target))
        return found


def main() -> None:
    """Attack both, and compare."""
    old, new = under("xp"), under("vista")
    rows = {"session": "bob's session", "find": "find the window", "post": "post to it", "send": "send to it",
            "hook": "hook it"}  # fmt: skip
    print(f"{'':<17}{'xp':<24}vista")
    for step, text in rows.items():
        print(f"{text:<17}{old[step]:<24}{new[step]}")
    check(
        list(old.values()) == ["0", "it is there", "it obeyed", f"it answered {SECRET}", "every message is heard"],
        "under xp the attack has its way",
    )
    check(
        new == {"session": "1", "find": "CANNOT_FIND_WND_CLASS", "post": "INVALID_WINDOW_HANDLE",
                "send": "INVALID_WINDOW_HANDLE", "hook": "INVALID_PARAMETER"},
        "under vista there is nothing to attack, not even for who knows its number",
    )  # fmt: skip


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["attack", window, thread]:
            attack(int(window), int(thread))
        case _:
            main()
