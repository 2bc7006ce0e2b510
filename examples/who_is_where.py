r"""Who is where: bob, services of the system, and a service under an account of its own, as two Windows place them.

Services of LocalSystem share one window station and its one desktop; LocalService has another; SQL runs under an
account of its own, so it has a window station to itself, and the heap that belongs to it.  Alerts is of LocalSystem and
marked as interactive: Windows XP puts it onto bob's desktop, Windows 11 does not, and says so in the event log.
"""

from own_host import OwnHost, check, shown

SERVICES = {
    "Eventlog": 'account = "LocalSystem"',
    "Spooler": 'account = "LocalSystem"',
    "Alerts": 'account = "LocalSystem"\ninteractive = true',
    "Dhcp": 'account = "LocalService"',
    "SQL": 'account = "sql"',
}
CONFIGURATION = "\n".join(
    f'[services.{name}]\ncommand = ["sleep", "1000000"]\n{rest}\n' for name, rest in SERVICES.items()
)
NOT_INTERACTIVE = 7030


def places(host: OwnHost) -> dict[str, tuple[int, str]]:
    """Return session and window station of every service, and of bob."""
    return {
        process["service"] or process["user"]: (session["session"], station["name"])
        for session in host.json("desktop", "ls", "--tree")
        for station in session["window_stations"]
        for desktop in station["desktops"]
        for process in desktop["processes"]
    }


def under(profile: str) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """Show who is where; return it, and what the service control manager wrote into the event log."""
    with OwnHost(profile, CONFIGURATION) as host:
        host.nts("user", "add", "sql")
        for name in SERVICES:
            host.nts("service", "start", name)
        host.log_on("bob")
        with host.start("run", "--user", "bob", "--", "sh", "-c", "echo; exec cat") as program:
            assert program.stdout is not None
            program.stdout.readline()  # it runs
            found = places(host)
            print(f"{profile}:\n{shown(host.nts('desktop', 'ls', '--tree'))}")
            program.communicate()
        told = [one["text"] for one in host.json("eventlog", "ls") if one["id"] == NOT_INTERACTIVE]
        return found, told


def main() -> None:
    """Look under both, and compare."""
    xp, told_by_xp = under("xp")
    new, told = under("windows11")
    system, local, own = (0, "Service-0x0-3e7$"), (0, "Service-0x0-3e5$"), xp["SQL"]
    print(shown(f"event {NOT_INTERACTIVE}: {''.join(told)}"))
    both = (xp, new)
    check(all(one["Eventlog"] == one["Spooler"] == system for one in both), "services of LocalSystem share one place")
    check(all(one["Dhcp"] == local for one in both), "LocalService has another")
    check(own not in (system, local, (0, "WinSta0")) and new["SQL"][0] == 0, "SQL has one to itself")
    check(xp["bob"] == xp["Alerts"] == (0, "WinSta0"), "under xp an interactive service is on bob's own desktop")
    check((new["bob"], new["Alerts"]) == ((1, "WinSta0"), system), "under windows11 it is not, and bob is elsewhere")
    check(not told_by_xp and len(told) == 1 and "Alerts" in told[0], "and that nobody sees its windows is told")


if __name__ == "__main__":
    main()
