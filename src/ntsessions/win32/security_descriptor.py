"""PySECURITY_DESCRIPTOR and PySECURITY_ATTRIBUTES.

A descriptor is always self-relative, as pywin32 keeps it; it is a `bytearray` for the reason that `sid` gives.
"""

from typing import Any

from msgspec.structs import replace

from ntsessions.abi.errors import NtError
from ntsessions.abi.security import Control, SecurityDescriptor
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.win32 import kernel32
from ntsessions.win32.acl import PyACL, acl_object, acl_or_none
from ntsessions.win32.sid import PySID, sid_object_or_none, sid_or_none

_CHANGEABLE = int(
    Control.DACL_AUTO_INHERIT_REQ
    | Control.SACL_AUTO_INHERIT_REQ
    | Control.DACL_AUTO_INHERITED
    | Control.SACL_AUTO_INHERITED
    | Control.DACL_PROTECTED
    | Control.SACL_PROTECTED
)


class PySECURITY_DESCRIPTOR(bytearray):
    """A security descriptor."""

    __module__ = "pywintypes"

    @property
    def record(self) -> SecurityDescriptor:
        """The system's form."""
        return descriptor_from_bytes(bytes(self))

    def _set(self, function: str, **changes: Any) -> None:
        try:
            self[:] = descriptor_to_bytes(replace(self.record, **changes))
        except NtError as failure:
            kernel32.fail(function, failure.win32)

    def _control(self, bits: int, *, clear: int) -> int:
        return (self.record.control & ~clear) | bits

    def Initialize(self) -> None:
        """Say nothing about anything."""
        self[:] = descriptor_to_bytes(SecurityDescriptor())

    def GetSecurityDescriptorOwner(self) -> PySID | None:
        """Return the owner."""
        return sid_object_or_none(self.record.owner)

    def GetSecurityDescriptorGroup(self) -> PySID | None:
        """Return the primary group."""
        return sid_object_or_none(self.record.group)

    def GetSecurityDescriptorDacl(self) -> PyACL | None:
        """Return the list of who may do what; None when there is none, or a NULL one."""
        return acl_object(self.record.dacl)

    def GetSecurityDescriptorSacl(self) -> PyACL | None:
        """Return the list of what is audited, and the integrity label."""
        return acl_object(self.record.sacl)

    def GetSecurityDescriptorControl(self) -> tuple[int, int]:
        """Return SE_ flags and revision."""
        return self.record.control | int(Control.SELF_RELATIVE), 1

    def SetSecurityDescriptorOwner(self, sid: PySID | None, bOwnerDefaulted: int, /) -> None:
        """Set the owner."""
        function, bit = "SetSecurityDescriptorOwner", int(Control.OWNER_DEFAULTED)
        control = self._control(bit if kernel32.boolean(bOwnerDefaulted) else 0, clear=bit)
        self._set(function, owner=sid_or_none(sid, function), control=control)

    def SetSecurityDescriptorGroup(self, sid: PySID | None, bOwnerDefaulted: int, /) -> None:
        """Set the primary group."""
        function, bit = "SetSecurityDescriptorGroup", int(Control.GROUP_DEFAULTED)
        control = self._control(bit if kernel32.boolean(bOwnerDefaulted) else 0, clear=bit)
        self._set(function, group=sid_or_none(sid, function), control=control)

    def SetSecurityDescriptorDacl(self, bDaclPresent: int, DACL: PyACL | None, bDaclDefaulted: int, /) -> None:
        """Set the list of who may do what; None with `bDaclPresent` allows everyone everything."""
        present, defaulted = int(Control.DACL_PRESENT), int(Control.DACL_DEFAULTED)
        acl = acl_or_none(DACL)
        bits = (present | (defaulted if kernel32.boolean(bDaclDefaulted) else 0)) if bDaclPresent else 0
        control = self._control(bits, clear=present | defaulted)
        self._set("SetSecurityDescriptorDacl", dacl=acl if bits else None, control=control)

    SetDacl = SetSecurityDescriptorDacl

    def SetSecurityDescriptorSacl(self, bSaclPresent: int, SACL: PyACL | None, bSaclDefaulted: int, /) -> None:
        """Set the list of what is audited, and the integrity label."""
        present, defaulted = int(Control.SACL_PRESENT), int(Control.SACL_DEFAULTED)
        acl = acl_or_none(SACL)
        bits = (present | (defaulted if kernel32.boolean(bSaclDefaulted) else 0)) if bSaclPresent else 0
        control = self._control(bits, clear=present | defaulted)
        self._set("SetSecurityDescriptorSacl", sacl=acl if bits else None, control=control)

    def SetSecurityDescriptorControl(self, ControlBitsOfInterest: int, ControlBitsToSet: int, /) -> None:
        """Change the flags that concern inheritance."""
        if (ControlBitsOfInterest | ControlBitsToSet) & ~_CHANGEABLE or ControlBitsToSet & ~ControlBitsOfInterest:
            kernel32.fail("SetSecurityDescriptorControl", kernel32.ERROR_INVALID_PARAMETER)
        control = self._control(ControlBitsToSet, clear=ControlBitsOfInterest)
        self._set("SetSecurityDescriptorControl", control=control)

    def IsValid(self) -> int:
        """Return 1."""
        return 1

    def GetLength(self) -> int:
        """Return the size in bytes."""
        return len(self)

    def IsSelfRelative(self) -> int:
        """Return 1."""
        return 1

    def __repr__(self) -> str:
        return f"<PySECURITY_DESCRIPTOR object at 0x{id(self):X}>"

    __str__ = __repr__
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__  # type: ignore[assignment]  # bytearray has none, pywin32's object has


def new_security_descriptor(source: Any = 20, /) -> PySECURITY_DESCRIPTOR:
    """SECURITY_DESCRIPTOR(size=20) or SECURITY_DESCRIPTOR(bytes)."""
    if isinstance(source, int):
        return descriptor_object(SecurityDescriptor())
    try:
        return descriptor_object(descriptor_from_bytes(bytes(source)))
    except NtError:
        raise ValueError("Data is not a valid security descriptor") from None


def descriptor_object(record: SecurityDescriptor) -> PySECURITY_DESCRIPTOR:
    """Return the object for a descriptor of the system."""
    return PySECURITY_DESCRIPTOR(descriptor_to_bytes(record))


def descriptor_bytes(value: Any) -> bytes:
    """Return the bytes of a PySECURITY_DESCRIPTOR; TypeError for anything else."""
    if not isinstance(value, PySECURITY_DESCRIPTOR):
        raise TypeError("The object is not a PySECURITY_DESCRIPTOR object")
    return bytes(value)


class PySECURITY_ATTRIBUTES:
    """What a new object gets: a descriptor (or None), and whether its handle is inherited.

    The descriptor's methods can be called on this object, too.
    """

    __module__ = "pywintypes"
    __slots__ = ("_descriptor", "_inherit")

    def __init__(self) -> None:
        self._descriptor: PySECURITY_DESCRIPTOR | None = new_security_descriptor()
        self._inherit = 1

    @property
    def bInheritHandle(self) -> int:
        """Whether a child process inherits the handle; true at first."""
        return self._inherit

    @bInheritHandle.setter
    def bInheritHandle(self, value: int) -> None:
        self._inherit = kernel32.long(value)

    @property
    def SECURITY_DESCRIPTOR(self) -> PySECURITY_DESCRIPTOR | None:
        """The descriptor; one that says nothing at first."""
        return self._descriptor

    @SECURITY_DESCRIPTOR.setter
    def SECURITY_DESCRIPTOR(self, value: PySECURITY_DESCRIPTOR | None) -> None:
        if value is not None and not isinstance(value, PySECURITY_DESCRIPTOR):
            raise TypeError("The object is not a PySECURITY_DESCRIPTOR object")
        self._descriptor = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or self._descriptor is None or not hasattr(PySECURITY_DESCRIPTOR, name):
            raise AttributeError(f"'PySECURITY_ATTRIBUTES' object has no attribute '{name}'")
        return getattr(self._descriptor, name)


def security_of(attributes: Any) -> tuple[bytes | None, bool]:
    """Return what a create call is given for SECURITY_ATTRIBUTES or None: descriptor, and whether to inherit."""
    if attributes is None:
        return None, False
    if not isinstance(attributes, PySECURITY_ATTRIBUTES):
        raise TypeError("The object is not a PySECURITY_ATTRIBUTES object")
    descriptor = attributes.SECURITY_DESCRIPTOR
    return None if descriptor is None else bytes(descriptor), bool(attributes.bInheritHandle)
