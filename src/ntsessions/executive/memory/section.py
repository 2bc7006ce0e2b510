"""Sections (nt-semantics 2.6).

The executive knows a section's size, protection and name; the bytes are the host's, reached by `memory_key`.  They are
made when a view is first mapped, and live as long as anyone has them mapped, whatever becomes of the section.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import SECTION as SECTION_TYPE
from ntsessions.executive.effects import ReleaseMemory
from ntsessions.executive.objects.object import Object

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive


class Section(Object):
    """A section object."""

    __slots__ = ("attributes", "file", "memory_key", "protection", "size")

    type = SECTION_TYPE

    def __init__(self, memory_key: int, size: int, protection: int, attributes: int, *, file: bool) -> None:
        super().__init__()
        self.memory_key = memory_key
        self.size = size
        self.protection = protection
        self.attributes = attributes
        self.file = file

    def on_last_handle(self, executive: "Executive") -> None:
        """Let the host drop its descriptor; views that are mapped stay."""
        if not self.is_permanent or self.parent is None:
            executive.emit(ReleaseMemory(self.memory_key))

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"size": str(self.size), "backed by": "a file" if self.file else "memory"}
