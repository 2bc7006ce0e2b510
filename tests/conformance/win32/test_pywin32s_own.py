"""pywin32's own tests and demos, from its wheel, as far as they need nothing that is drawn."""

import pytest

from ntsessions.win32.modules import CONSTANTS
from tests.conformance.win32.conftest import RunScript

WHEEL = CONSTANTS.parent
pytestmark = pytest.mark.skipif(not WHEEL.is_dir(), reason="`make setup` has not fetched pywin32's wheel")

RUN = """
import sys, unittest, win32gui
sys.path.insert(0, sys.argv.pop(1))
win32gui.CreateWindow("Static", "something to list", 0, 0, 0, 0, 0, 0, 0, 0, None)
module = sys.argv.pop(1)
left_out = sys.argv[1:]
suite = unittest.TestSuite(
    test for group in unittest.defaultTestLoader.loadTestsFromName(module) for test in group
    if test.id().rpartition(".")[2] not in left_out
)
result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
sys.exit(not (result.wasSuccessful() and result.testsRun))
"""


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("test_win32clipboard", ()),
        ("test_win32gui", ()),
        ("test_clipboard", ("test_bitmap_roundtrip",)),
        ("test_win32event", ()),
    ],
)  # fmt: skip
def test_pywin32s_tests_pass(run_script: RunScript, module: str, left_out: tuple[str, ...]) -> None:
    ran = run_script(RUN, str(WHEEL / "test"), module, *left_out)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_demo_of_the_clipboard_runs(run_script: RunScript) -> None:
    ran = run_script((WHEEL / "demos" / "win32clipboardDemo.py").read_text(encoding="utf-8"))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Have format CF_OEMTEXT" in ran.stdout


def test_the_demo_of_timers_runs(run_script: RunScript) -> None:
    """In fewer and shorter steps than its own."""
    script = "import sys; sys.path.insert(0, sys.argv[1]); import timer_demo; timer_demo.demo(10, 3)"
    ran = run_script(script, str(WHEEL / "demos"))
    assert (ran.stdout.split(), ran.stderr) == (["x", "=", "0", "x", "=", "1", "x", "=", "2", "x", "=", "3"], "")
