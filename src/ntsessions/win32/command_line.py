"""Windows command lines: one string that the program itself splits, by the rules of Microsoft's C runtime.

Backslashes are ordinary unless a quote follows: 2n backslashes and a quote are n backslashes and the quote's meaning,
2n+1 are n and a literal quote.  Inside quotes, two quotes are one.  In the first word backslashes are always ordinary.
"""

import re

_BLANK = " \t"


def split(line: str) -> list[str]:
    """Return the words of a command line; the first one is the program."""
    first, position = _program(line)
    words = [first]
    while position < len(line):
        if line[position] in _BLANK:
            position += 1
        else:
            word, position = _argument(line, position)
            words.append(word)
    return words


def _program(line: str) -> tuple[str, int]:
    if line.startswith('"'):
        end = line.find('"', 1)
        return (line[1:], len(line)) if end < 0 else (line[1:end], end + 1)
    match = re.match(r"[^ \t]*", line)
    assert match is not None
    return match[0], match.end()


def _argument(line: str, position: int) -> tuple[str, int]:
    """Return the word at *position* and where it ends."""
    word: list[str] = []
    quoted = False
    while position < len(line) and (quoted or line[position] not in _BLANK):
        match = re.compile(r"(\\*)(\"?)").match(line, position)
        assert match is not None
        slashes, quote = match.groups()
        position = match.end()
        if not quote:
            word.append(slashes or line[position])
            position += not slashes
            continue
        word.append("\\" * (len(slashes) // 2))
        if len(slashes) % 2:
            word.append('"')
        elif quoted and line[position : position + 1] == '"':
            word.append('"')
            position += 1
        else:
            quoted = not quoted
    return "".join(word), position
