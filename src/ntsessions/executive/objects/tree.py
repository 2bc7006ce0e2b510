r"""The tree of names as a session start makes it (nt-semantics 1.1, 1.2).

Session 0's BaseNamedObjects is `\BaseNamedObjects`, the target of every `Global` link; there is no
`\Sessions\0\BaseNamedObjects`.  The device maps of all logon sessions stand below `\Sessions\0\DosDevices`.
"""

from typing import TypeVar

from ntsessions.abi.luids import Luid, device_map_name
from ntsessions.abi.names import BASE_NAMED_OBJECTS, BNO_LINKS, GLOBAL, LOCAL, RESTRICTED, SESSION, base_named_objects
from ntsessions.abi.security import SecurityDescriptor
from ntsessions.abi.sids import Sid
from ntsessions.executive.objects.directory import Directory, SymbolicLink
from ntsessions.executive.objects.object import Object
from ntsessions.executive.security import standard_descriptors as standard

O = TypeVar("O", bound=Object)  # noqa: E741 - an object of any type

SYSTEM_DIRECTORIES = (
    "ArcName", "Callback", "Device", "Driver", "FileSystem", "GLOBAL??", "KernelObjects", "KnownDlls", "NLS",
    "ObjectTypes", "RPC Control", "Security", "Sessions", "UMDFCommunicationPorts",
)  # fmt: skip


def make_root() -> Directory:
    """Return the root with what the kernel and smss put below it at start."""
    root = Directory()
    root.is_root = True
    root.is_permanent = True
    root.descriptor = standard.SYSTEM_DIRECTORY
    for name in SYSTEM_DIRECTORIES:
        add_directory(root, name)
    sessions = child(root, "Sessions")
    add_directory(sessions, "BNOLINKS")
    add_directory(add_directory(sessions, "0"), "DosDevices", standard.dos_devices())
    add_link(root, "DosDevices", r"\??")
    add_link(child(root, "GLOBAL??"), "GLOBALROOT", "")  # an empty target: the root itself (1.7)
    return root


def add_directory(parent: Directory, name: str, descriptor: SecurityDescriptor | None = None) -> Directory:
    """Add a permanent directory of the system's."""
    return place(parent, name, Directory(), descriptor)


def add_link(parent: Directory, name: str, target: str) -> SymbolicLink:
    """Add a permanent symbolic link of the system's."""
    return place(parent, name, SymbolicLink(target), None)


def place(parent: Directory, name: str, item: O, descriptor: SecurityDescriptor | None) -> O:
    """Give an object of the system's its name, for good."""
    item.descriptor = descriptor or standard.SYSTEM_DIRECTORY
    item.is_permanent = True
    parent.link(name, item)
    return item


def child(parent: Directory, name: str) -> Directory:
    """Return a directory that is known to exist."""
    found = parent.find(name)
    assert isinstance(found, Directory)
    return found


def add_session(root: Directory, session_id: int, *, has_labels: bool) -> tuple[Directory, Directory, Directory]:
    """Make the directories of a session; return its own, its BaseNamedObjects and its Windows directory."""
    sessions = child(root, "Sessions")
    if session_id == 0:
        own, home = child(sessions, "0"), root
    else:
        own = home = add_directory(sessions, str(session_id))
        add_directory(own, "DosDevices", standard.dos_devices())
    add_directory(own, "AppContainerNamedObjects")
    names = add_directory(home, "BaseNamedObjects", standard.base_named_objects(session_id, has_labels=has_labels))
    add_link(names, GLOBAL, BASE_NAMED_OBJECTS)
    add_link(names, LOCAL, base_named_objects(session_id))
    add_link(names, SESSION, BNO_LINKS)
    add_directory(names, RESTRICTED, standard.restricted_directory(session_id))
    if session_id == 0:
        names.session_stamp = 0
    windows = add_directory(home, "Windows")
    add_directory(windows, "WindowStations", standard.WINDOW_STATIONS_DIRECTORY)
    add_link(child(sessions, "BNOLINKS"), str(session_id), base_named_objects(session_id))
    return own, names, windows


def remove_session(root: Directory, session_id: int) -> None:
    """Take the names of a session out of the tree; handles to its objects stay good."""
    sessions = child(root, "Sessions")
    for parent in (sessions, child(sessions, "BNOLINKS")):
        item = parent.find(str(session_id))
        if item is not None:
            parent.unlink(item)


def add_device_map(root: Directory, luid: Luid, user: Sid) -> Directory:
    r"""Make a logon session's device map, `\Sessions\0\DosDevices\<luid>`, falling through to `\GLOBAL??` (1.12).

    The logon session's user defines drive letters in it.
    """
    maps = child(child(child(root, "Sessions"), "0"), "DosDevices")
    found = maps.find(device_map_name(luid))
    if isinstance(found, Directory):
        return found
    own = add_directory(maps, device_map_name(luid), standard.dos_devices(user))
    add_link(own, GLOBAL, r"\GLOBAL??")
    own.shadow = child(root, "GLOBAL??")
    return own


def remove_device_map(root: Directory, luid: Luid) -> None:
    """Forget a logon session's device map."""
    maps = child(child(child(root, "Sessions"), "0"), "DosDevices")
    found = maps.find(device_map_name(luid))
    if found is not None:
        maps.unlink(found)
