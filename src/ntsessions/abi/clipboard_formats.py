"""Clipboard formats, and what is made of text when another of its formats is asked for (nt-semantics 6.11).

Numbers below 0x200 are Windows's, 0x200 to 0x2FF private ones, 0x300 to 0x3FF for GDI objects, and from 0xC000 on
registered: atoms of the user table.
"""

from typing import Final

CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT, CF_LOCALE = 1, 7, 13, 16

TEXT_SOURCES: Final = {
    CF_TEXT: (CF_UNICODETEXT, CF_OEMTEXT),
    CF_OEMTEXT: (CF_UNICODETEXT, CF_TEXT),
    CF_UNICODETEXT: (CF_TEXT, CF_OEMTEXT),
}
"""What each format of text is made of when nobody put it in: the first that is there."""

_ENCODINGS: Final = {CF_TEXT: "cp1252", CF_OEMTEXT: "cp437", CF_UNICODETEXT: "utf-16-le"}
US_ENGLISH: Final = (0x0409).to_bytes(4, "little")
"""CF_LOCALE where nobody said another: the language whose code pages those are."""


def convert_text(text: bytes, source: int, target: int) -> bytes:
    """Return what was put in as the format *source* as *target* instead, with its NUL and what follows that.

    What a code page has no character for becomes `?`.
    """
    if source == target:
        return text
    return text.decode(_ENCODINGS[source], "replace").encode(_ENCODINGS[target], "replace")
