"""Windows' commands print what Windows prints, column for column: scripts cut it out by position."""

from datetime import datetime
from typing import Any

import pytest

from ntsessions.abi.calls.process import Connected, QuerySessionProcesses, SessionProcess
from ntsessions.abi.calls.session import QuerySessions, SessionInformation
from ntsessions.cli.command import Settings
from ntsessions.cli.windows_names import image_name, qprocess, query, quser, qwinsta, windows_time

# click makes a command's help option once, as the first context wants it.
AS_BELOW_NTS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def session(number: int, name: str, user: str, state: int) -> SessionInformation:
    return SessionInformation(number, name, user, state, (), 0, 0, 0, 0, 0, 0)


class FakeConnection:
    """A host with three sessions."""

    identity = Connected(1, 1, 4, 1, "johndoe", "", 0, "windows11", "0")

    def call(self, call: object) -> Any:
        if isinstance(call, QuerySessions):
            return (session(0, "Services", "", 4), session(1, "Console", "HOST\\johndoe", 0), session(4, "", "bert", 4))
        assert isinstance(call, QuerySessionProcesses)
        command = "/usr/bin/python3 x.py" if call.session_id else ""
        return (SessionProcess(3540 + call.session_id, call.session_id, "johndoe", 0, command, 0, 1, 1, 1, "", 0),)


def settings() -> Settings:
    found = Settings("/nowhere")
    found._connection = FakeConnection()  # type: ignore[assignment]  # has what these commands use
    return found


def shown(capsys: pytest.CaptureFixture[str], command: Any, *words: str) -> list[str]:
    command.main(list(words), obj=settings(), standalone_mode=False, **AS_BELOW_NTS)
    return capsys.readouterr().out.splitlines()


def test_qwinsta_has_the_columns_of_qwinsta(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, qwinsta) == [
        " SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE ",
        " services                                    0  Disc                        ",
        " console           johndoe                   1  Active                      ",
        "                   bert                      4  Disc                        ",
    ]


def test_quser_has_the_columns_of_quser(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, quser) == [
        " USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME",
        " johndoe               console             1  Active      none   ",
        " bert                                      4  Disc        none   ",
    ]


def test_qprocess_has_the_columns_of_qprocess(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, qprocess, "/id:1") == [
        " USERNAME              SESSIONNAME         ID    PID  IMAGE",
        " johndoe               console              1   3541  python3",
    ]
    assert len(shown(capsys, qprocess, "*")) == 4
    assert len(shown(capsys, qprocess, "PYTHON3")) == 3


@pytest.mark.parametrize("who", ["1", "JohnDoe", "CONSOLE"])
def test_a_session_is_found_by_number_user_or_name_in_any_case(capsys: pytest.CaptureFixture[str], who: str) -> None:
    assert len(shown(capsys, qwinsta, who)) == 2
    assert len(shown(capsys, query, "session", who)) == 2


def test_what_is_not_there_is_told_in_windows_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        qwinsta.main(["nobody"], obj=settings(), **AS_BELOW_NTS)
    assert ended.value.code == 1
    assert capsys.readouterr().err == "No session exists for nobody\n"


def test_an_option_that_means_nothing_here_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        qwinsta.main(["/server:other"], obj=settings(), **AS_BELOW_NTS)
    assert ended.value.code == 2


def test_times_are_written_as_an_english_windows_does() -> None:
    assert windows_time(datetime(2024, 1, 2, 9, 0)) == "1/2/2024 9:00 AM"  # noqa: DTZ001 - local time is what is shown
    assert windows_time(datetime(2023, 12, 30, 0, 5)) == "12/30/2023 12:05 AM"  # noqa: DTZ001 - as above


def test_an_image_is_the_program_without_directory_and_arguments() -> None:
    assert [image_name(command) for command in ("/bin/sh -c x", "sleep 1", "")] == ["sh", "sleep", ""]
