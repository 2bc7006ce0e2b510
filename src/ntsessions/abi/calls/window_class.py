"""Window classes: never shared between processes (nt-semantics 7.3)."""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

CS_GLOBALCLASS = 0x4000
ClassName = str | int
"""A name of 1 to 255 characters, or the atom it has in the session's user atom table."""

SYSTEM_CLASSES: dict[str, int] = {
    "#32768": 0x8000, "#32769": 0x8001, "#32770": 0x8002, "#32771": 0x8003, "#32772": 0x8004,
}  # fmt: skip
"""Menu, desktop, dialog, task switch and icon title: classes whose names are integer atoms."""
CONTROL_CLASSES = ("Button", "Edit", "ListBox", "ComboBox", "ScrollBar", "Static", "MDIClient", "Message")
EXTRA_BYTES_LIMIT = 1 << 15


@syscall(0x0140, fails_with={S.INVALID_PARAMETER, S.CLASS_ALREADY_EXISTS, S.NO_MEMORY} | ATTACH_ERRORS)
class RegisterClass(Call[int]):
    """Register a class for the calling process; answers its atom.

    `module` tells local classes of the same name apart (0: the program); CS_GLOBALCLASS 0x4000 in `style` makes it one
    for every module of the process.
    """

    name: ClassName
    style: int = 0
    class_extra: Annotated[int, Meta(ge=0, le=EXTRA_BYTES_LIMIT)] = 0
    window_extra: Annotated[int, Meta(ge=0, le=EXTRA_BYTES_LIMIT)] = 0
    module: int = 0
    menu_name: str = ""


@syscall(0x0141, fails_with={S.CLASS_DOES_NOT_EXIST, S.CLASS_HAS_WINDOWS, S.INVALID_PARAMETER} | ATTACH_ERRORS)
class UnregisterClass(Call[None]):
    """Take a class back; refused while windows of it exist."""

    name: ClassName
    module: int = 0


class ClassInformation(Reply, frozen=True):
    """Facts of a class; sizes in bytes."""

    name: str
    atom: int
    style: int
    class_extra: int
    window_extra: int
    module: int
    menu_name: str
    is_system: bool


@syscall(0x0142, fails_with={S.CLASS_DOES_NOT_EXIST, S.INVALID_PARAMETER} | ATTACH_ERRORS)
class QueryClass(Call[ClassInformation]):
    """Read a class that the calling process could make windows of."""

    name: ClassName
    module: int = 0
