"""LoadCursor and LoadIcon: the cursors and icons that Windows has of its own, as numbers for a window class.

Nothing shows them before desktops have displays; a program of Python has no others of its own.
"""

from typing import Any, Final

from ntsessions.win32 import kernel32, user32

__all__ = ["LoadCursor", "LoadIcon"]

_CURSORS: Final = frozenset({*range(32512, 32517), *range(32640, 32647), *range(32648, 32652), 32671, 32672})
"""IDC_: arrow, text, wait, cross and so on."""
_ICONS: Final = frozenset(range(32512, 32519))
"""IDI_: application, hand, question, exclamation, asterisk, Windows, shield."""
_FIRST_CURSOR, _FIRST_ICON = 0x10000, 0x20000
_ERROR_RESOURCE_DATA_NOT_FOUND, _ERROR_RESOURCE_NAME_NOT_FOUND = 1812, 1814


def LoadCursor(hinstance: Any, resid: str | int, /) -> int:
    """Return one of Windows' own cursors (IDC_), with *hinstance* 0."""
    return _load("LoadCursor", hinstance, resid, _CURSORS, _FIRST_CURSOR)


def LoadIcon(hinstance: Any, resource_id: str | int, /) -> int:
    """Return one of Windows' own icons (IDI_), with *hinstance* 0."""
    return _load("LoadIcon", hinstance, resource_id, _ICONS, _FIRST_ICON)


def _load(function: str, instance: Any, resource: Any, known: frozenset[int], first: int) -> int:
    module, name = kernel32.pointer(instance), user32.resource_or_name(resource)
    if module:
        kernel32.fail(function, _ERROR_RESOURCE_DATA_NOT_FOUND)
    if name not in known:
        kernel32.fail(function, _ERROR_RESOURCE_NAME_NOT_FOUND)
    return first | int(name)
