"""Which variables reach a program in a session."""

from ntsessions.cli.environment import passed_environment

OWN = {
    "PATH": "/opt/bin", "DISPLAY": ":0", "XDG_SESSION_ID": "3", "XDG_RUNTIME_DIR": "/run/user/0", "HOME": "/root",
    "USER": "root", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "TERM": "xterm", "SECRET": "x", "NTSESSIONS_STATE_DIR": "/d",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/0/bus",
}  # fmt: skip


def test_another_users_program_gets_language_and_terminal_and_no_secret() -> None:
    passed = dict(passed_environment(OWN, (), mode="root", is_own_session=False))
    assert passed == {"LANG": "de_DE.UTF-8", "LC_ALL": "C", "TERM": "xterm"}


def test_in_personal_mode_all_comes_along_but_what_leads_out_of_the_session() -> None:
    passed = dict(passed_environment(OWN, (), mode="personal", is_own_session=False))
    assert passed == {"PATH": "/opt/bin", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "TERM": "xterm", "SECRET": "x"}


def test_in_ones_own_session_nothing_changes() -> None:
    assert dict(passed_environment(OWN, (), mode="", is_own_session=True)) == OWN


def test_what_is_asked_for_is_passed_and_later_wins() -> None:
    wanted = ("A=1", "A=2=3", "SECRET", "MISSING", "EMPTY=", "LANG=C")
    passed = dict(passed_environment(OWN, wanted, mode="root", is_own_session=False))
    assert passed == {"LANG": "C", "LC_ALL": "C", "TERM": "xterm", "A": "2=3", "SECRET": "x", "EMPTY": ""}
