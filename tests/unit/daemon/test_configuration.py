"""The configuration: what is right is taken, what is not is named."""

from pathlib import Path

import pytest

from ntsessions.abi.names import CONFIGURATION
from ntsessions.abi.shared_section import SharedSection
from ntsessions.daemon.configuration import ConfigurationError, load, parse, profile_for

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
    (tmp_path / CONFIGURATION).write_text("")
    assert load(tmp_path).path == str(tmp_path / CONFIGURATION)


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
        ("[services.'a/b']\ncommand = ['x']", "1 to 200 bytes and no / or \\"),
        ("[services.'']\ncommand = ['x']", "1 to 200 bytes"),
        (f"[services.{'a' * 201}]\ncommand = ['x']", "1 to 200 bytes"),
        ("shared_section = '1024;3072'", "shared_section: '1024;3072' is not of the form A[,B[,C]]"),
        ("shared_section = '1024,1,512'", "shared_section 1024,1,512: no session would start: a heap of 1 KB"),
        ("profile = 'xp'\nsession_view_size = 1", "no session would start: the shared heap of 1024 KB"),
        ("session_view_size = 0", "session_view_size = 0; 1 to 1048576 (MB) is needed"),
        ("[services.a]\ncommand = ['x']\ninteractive = true\naccount = 'bob'", "only services of LocalSystem can be"),
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
    (tmp_path / CONFIGURATION).write_bytes(b"profile = '\xff'")
    with pytest.raises(ConfigurationError, match=CONFIGURATION):
        load(tmp_path)


def test_heaps_are_as_configured_and_the_command_line_goes_before_the_file() -> None:
    """An administrator tries other values with `nts up --shared-section`, and the file stays as it is.  (M22)"""
    found = parse("profile = 'xp'\nshared_section = '1024,4096,1024'\nsession_view_size = 20\n", "x.toml")
    assert profile_for(found).shared_section == SharedSection(1024, 4096, 1024)
    assert profile_for(found).view_space_kb == 20480
    assert profile_for(found, None, "1024,3072,512").shared_section == SharedSection(1024, 3072, 512)
    assert profile_for(found, "server2003").name == "server2003"


@pytest.mark.parametrize(
    ("profile", "section", "says"),
    [
        ("dos", None, "there is no profile 'dos'; one of xp, server2003, vista, windows11 is needed"),
        ("", None, "there is no profile ''"),
        ("xp", "60000,3072,512", "--shared-section 60000,3072,512: no session would start: the shared heap"),
        ("xp", "1024,3072,", "--shared-section: '1024,3072,' is not of the form"),
        ("xp", "", "--shared-section: '' is not of the form"),
    ],
)
def test_what_the_command_line_asks_for_is_refused_where_no_session_could_start(
    profile: str | None, section: str | None, says: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        profile_for(parse("", "x.toml"), profile, section)
    assert says in str(refused.value)


def test_an_interactive_service_is_one_of_localsystem() -> None:
    (service,) = parse("[services.a]\ncommand = ['x']\ninteractive = true\n", "x.toml").services
    assert service.interactive
