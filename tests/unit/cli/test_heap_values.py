"""`nts heap plan` and `nts heap set`, where no host runs."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ntsessions.cli.command import Settings
from ntsessions.cli.heap import heap
from ntsessions.cli.outcome import report

WRITTEN = """\
# the machine of the accountants

profile = 'xp'          # as it has always been
uid_base=300_000

# what they print with
[services.Spooler]
command = [
    "/usr/sbin/spoolsv",  # do not move
]
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def typed(place: Path, *words: str) -> Result:
    # click keeps the help option that a command was first used with, and the help texts are another test's
    result = CliRunner().invoke(heap, list(words), obj=Settings(str(place)), help_option_names=["-h", "--help"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        result.exit_code = report(result.exception)  # type: ignore[arg-type]  # as `nts` itself does
    return result


def planned(place: Path, *words: str) -> dict[str, object]:
    result = typed(place, "plan", *words, "--json")
    assert result.exit_code == 0, result.output
    facts: dict[str, object] = json.loads(result.stdout)
    return facts


# -- plan


def test_a_plan_says_how_many_desktops_fit_and_what_each_holds(place: Path) -> None:
    """The worked example: 87 desktops of services in 48 MB.  (M23, nt-semantics 8.4)"""
    assert typed(place, "plan", "--profile", "xp").output == (
        "profile                             xp\n"
        "shared section                      1024,3072,512\n"
        "view space kb                       49152\n"
        "reserved kb                         4288\n"
        "interactive desktops                14\n"
        "noninteractive desktops             87\n"
        "windows per interactive desktop     15113\n"
        "windows per noninteractive desktop  2510\n"
    )
    assert planned(place, "1024,3072,1024", "--profile", "xp")["noninteractive_desktops"] == 43
    assert planned(place, "--profile", "xp", "--view-size", "20")["noninteractive_desktops"] == 31
    assert planned(place)["noninteractive_desktops"] == "as many as you like"


def test_a_plan_answers_whether_so_many_services_fit(place: Path) -> None:
    fits = planned(place, "--profile", "xp", "--services", "60")
    assert (fits["services"], fits["services_fit"], fits["values_needed"]) == (60, True, "1024,3072,512")
    lowered = planned(place, "--profile", "xp", "--services", "200")
    assert (lowered["services_fit"], lowered["values_needed"]) == (False, "1024,3072,128")
    never = planned(place, "--profile", "xp", "--services", "2000")
    assert (never["services_fit"], never["values_needed"]) == (False, "")
    assert "fit with no values" in str(never["why"])


def test_a_plan_is_for_what_is_configured_when_no_host_runs(place: Path) -> None:
    (place / "ntsessions.toml").write_text(
        "profile = 'xp'\nshared_section = '1024,3072,1024'\nsession_view_size = 20\n"
    )
    plan = planned(place)
    assert (plan["profile"], plan["shared_section"], plan["view_space_kb"]) == ("xp", "1024,3072,1024", 20480)


def test_a_plan_warns_and_a_mistake_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = typed(place, "plan", "1024,3072", "--profile", "xp")
    assert "warning: a desktop of services costs as much as one of users" in shown.output
    assert planned(place, "1024,3072", "--profile", "xp")["warnings"] != []
    assert typed(place, "plan", "--profile", "dos").exit_code == 2
    assert typed(place, "plan", "3 MB").exit_code == 1
    assert "write for example 1024,3072,512" in capsys.readouterr().err


# -- set


def test_a_value_is_written_and_the_rest_stays_as_it_was(place: Path) -> None:
    """People write comments into configurations, and like to find them again.  (M22)"""
    file = place / "ntsessions.toml"
    file.write_text(WRITTEN)
    file.chmod(0o640)
    first = typed(place, "set", "1024,4096,512")
    assert first.output == f'{file}: shared_section = "1024,4096,512"; it holds from the next `nts up` on\n'
    assert file.read_text() == 'shared_section = "1024,4096,512"\n' + WRITTEN
    file.write_text(WRITTEN.replace("uid_base", "shared_section = '1024,3072,512'  # Tuesday\nuid_base"))
    assert typed(place, "set", "0x400,3584").exit_code == 1  # no third value
    assert typed(place, "set", "0x400,3584,512").exit_code == 0
    assert file.read_text() == WRITTEN.replace(
        "uid_base", 'shared_section = "1024,3584,512"  # Tuesday\nuid_base'
    )  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in place.iterdir()] == ["ntsessions.toml"]


def test_the_first_value_makes_the_file(place: Path) -> None:
    assert typed(place / "new", "set", "1024,20480,1280").exit_code == 0
    assert tomllib.loads((place / "new" / "ntsessions.toml").read_text()) == {"shared_section": "1024,20480,1280"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("1024,3072,700", "the third value, 700, is not a step of 512 KB; write 1024"),
        ("60000,3072,512", "no session would start"),
        ("1024,1,512", "no session would start: a heap of 1 KB"),
        ("1024,12288,512", "above about 8192 KB"),
    ],
)
def test_dangerous_values_are_refused_unless_forced(
    place: Path, values: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are judged for the Windows that the configuration names."""
    file = place / "ntsessions.toml"
    file.write_text(WRITTEN)
    assert typed(place, "set", values).exit_code == 1
    told = capsys.readouterr().err
    assert f"nts: {values} is dangerous: " in told
    assert says in told
    assert "hint: --force writes it all the same" in told
    assert file.read_text() == WRITTEN
    assert typed(place, "set", values, "--force").exit_code == 0
    assert tomllib.loads(file.read_text())["shared_section"] == values


def test_a_file_that_is_broken_is_left_alone(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = place / "ntsessions.toml"
    file.write_text("profile = ")
    assert typed(place, "set", "1024,20480,768").exit_code == 1
    assert "mend the file first" in capsys.readouterr().err
    assert file.read_text() == "profile = "


def test_wrong_values_in_the_file_do_not_keep_right_ones_out(place: Path) -> None:
    file = place / "ntsessions.toml"
    file.write_text("shared_section = 'large'\n")
    assert typed(place, "set", "1024,20480,768").exit_code == 0
    assert file.read_text() == 'shared_section = "1024,20480,768"\n'
