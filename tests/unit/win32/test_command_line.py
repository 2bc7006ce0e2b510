import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntsessions.win32.command_line import split


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("program", ["program"]),
        ("", [""]),
        (r'"C:\Program Files\x.exe" a', [r"C:\Program Files\x.exe", "a"]),
        (r"p a\b c\\d", ["p", r"a\b", r"c\\d"]),
        (r'p "a b" c', ["p", "a b", "c"]),
        (r'p a"b c"d', ["p", "ab cd"]),
        (r'p "a\"b" c', ["p", 'a"b', "c"]),
        (r"p a\\\"b", ["p", r"a\"b"]),
        (r'p a\\"b c"', ["p", r"a\b c"]),
        (r'p "a""b" c', ["p", 'a"b', "c"]),
        ('p ""', ["p", ""]),
        ("p \t a ", ["p", "a"]),
        (r'p "unfinished  x', ["p", "unfinished  x"]),
        (r'"p"a b', ["p", "a", "b"]),
        (r"p\"x y", ['p\\"x', "y"]),
    ],
)
def test_a_line_is_split_as_microsofts_runtime_does(line: str, words: list[str]) -> None:
    assert split(line) == words


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_what_python_joins_for_windows_is_split_back(words: list[str]) -> None:
    assert split("program " + subprocess.list2cmdline(words)) == ["program", *words]
