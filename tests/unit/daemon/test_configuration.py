"""The configuration: what is right is taken, what is not is named."""

from pathlib import Path

import pytest

from ntsessions.daemon.configuration import FILE_NAME, ConfigurationError, load, parse

FULL = """
profile = "xp"
uid_base = 300000

[services.counter]
command = ["/usr/bin/python3", "/opt/counter.py"]
account = "LocalService"
start = "boot"
environment = { A = "b" }
working_directory = "/opt"
stop_seconds = 5
"""


def test_everything_that_can_be_said_is_taken() -> None:
    found = parse(FULL, "x.toml")
    assert (found.profile, found.uid_base, found.path) == ("xp", 300000, "x.toml")
    (service,) = found.services
    assert service.name == "counter"
    assert service.command == ("/usr/bin/python3", "/opt/counter.py")
    assert service.environment == (("A", "b"),)
    assert (service.account, service.start, service.working_directory, service.stop_seconds) == (
        "LocalService", "boot", "/opt", 5,
    )  # fmt: skip


def test_nothing_needs_to_be_said(tmp_path: Path) -> None:
    assert load(tmp_path).profile == "windows11"
    assert load(tmp_path).path == ""
    (tmp_path / FILE_NAME).write_text("")
    assert load(tmp_path).path == str(tmp_path / FILE_NAME)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profil = 'xp'", "profil"),
        ("profile = 'nt4'", "profile = 'nt4'; one of xp, server2003, vista, windows11 is needed"),
        ("profile = 7", "str"),
        ("uid_base = 9999", "uid_base = 9999; 10000 to 4000000000 is needed"),
        ("uid_base = 4000000001", "10000 to 4000000000"),
        ("[services.a]", "command"),
        ("[services.a]\ncommand = []", "services.a.command: a program is needed"),
        ("[services.a]\ncommand = ['']", "services.a.command: a program is needed"),
        ("[services.a]\ncommand = ['x']\nstart = 'late'", "services.a.start = 'late'; one of boot, demand is needed"),
        ("[services.a]\ncommand = ['x']\nstop_seconds = 4000", "services.a.stop_seconds = 4000; 0 to 3600 is needed"),
        ("[services.a]\ncommand = ['x']\nstopseconds = 4", "stopseconds"),
        ("[services.a]\ncommand = 'x'", "array"),
        ("profile = ", "Invalid value"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(text: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, "/etc/x.toml")
    assert str(caught.value).startswith("/etc/x.toml: ")
    assert expected in str(caught.value)


def test_two_services_whose_names_differ_by_case_are_a_mistake() -> None:
    """Names of services are compared without case; one of the two would silently be lost."""
    text = "[services.mail]\ncommand = ['x']\n[services.Mail]\ncommand = ['y']\n"
    with pytest.raises(ConfigurationError, match=r"services\.Mail"):
        parse(text, "x.toml")


def test_a_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"profile = '\xff'")
    with pytest.raises(ConfigurationError, match=FILE_NAME):
        load(tmp_path)
