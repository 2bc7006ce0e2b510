"""What one format of text becomes as another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntsessions.abi.clipboard_formats import CF_OEMTEXT, CF_TEXT, CF_UNICODETEXT, TEXT_SOURCES, convert_text


@pytest.mark.parametrize(
    ("text", "source", "target", "made"),
    [
        (b"\xe4\x80\0", CF_TEXT, CF_UNICODETEXT, "ä€\0".encode("utf-16-le")),
        (b"\xe4\0", CF_TEXT, CF_OEMTEXT, b"\x84\0"),
        (b"\x84\0", CF_OEMTEXT, CF_UNICODETEXT, "ä\0".encode("utf-16-le")),
        ("ä😀\0".encode("utf-16-le"), CF_UNICODETEXT, CF_TEXT, b"\xe4?\0"),
        (b"a\0rest\0", CF_TEXT, CF_UNICODETEXT, "a\0rest\0".encode("utf-16-le")),
        (b"a\0b", CF_UNICODETEXT, CF_UNICODETEXT, b"a\0b"),
    ],
)
def test_each_format_has_its_code_page(text: bytes, source: int, target: int, made: bytes) -> None:
    assert convert_text(text, source, target) == made


@given(st.binary(), st.sampled_from(sorted(TEXT_SOURCES)), st.sampled_from(sorted(TEXT_SOURCES)))
def test_any_bytes_become_something(text: bytes, source: int, target: int) -> None:
    """What is on a clipboard was put there by anybody."""
    convert_text(text, source, target)


def test_every_format_of_text_can_be_made_of_every_other_one() -> None:
    for target, sources in TEXT_SOURCES.items():
        assert {target, *sources} == set(TEXT_SOURCES)
