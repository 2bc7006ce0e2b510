"""Window stations and desktops, as the blocking client shows them (nt-semantics 6)."""

import os
from typing import TYPE_CHECKING

from ntsessions.abi.calls.desktop import CloseDesktop, GetThreadDesktop, QueryDesktops, SetThreadDesktop, SwitchDesktop
from ntsessions.abi.calls.window import ListWindows
from ntsessions.abi.calls.window_station import (
    CloseWindowStation,
    QueryUserObject,
    SetProcessWindowStation,
    UserObjectInformation,
)
from ntsessions.client.named_objects import NamedObject
from ntsessions.client.pages import whole
from ntsessions.client.windowing.window import Window

if TYPE_CHECKING:
    from ntsessions.client.windowing.session import SessionWindowing


class _UserContainer(NamedObject):
    """What window stations and desktops have in common."""

    _client: "SessionWindowing"

    def __init__(self, client: "SessionWindowing", handle: int, *, existed: bool = True, is_lent: bool = False) -> None:
        super().__init__(client, handle, existed=existed)
        self._is_lent = is_lent
        """The handle is the system's, and stays when this object goes."""

    @property
    def facts(self) -> UserObjectInformation:
        """Name, type, flags, whom it was given to."""
        return self._client.call(QueryUserObject(self.handle))

    @property
    def name(self) -> str:
        """Its name."""
        return self.facts.name

    @property
    def _is_ours(self) -> bool:
        return bool(self._handle) and not self._is_lent and self._owner == os.getpid()

    def __del__(self) -> None:
        if not self._is_lent:
            super().__del__()


class WindowStation(_UserContainer):
    """A window station."""

    def use(self) -> None:
        """Make it the process's.  The threads stay on their desktops."""
        self._client.call(SetProcessWindowStation(self.handle))

    @property
    def desktops(self) -> list[str]:
        """The names of its desktops."""
        return whole(self._client.call, lambda start: QueryDesktops(self.handle, start))

    def close(self) -> None:
        """Close the handle; closing twice is harmless.  Raises InUse while it is the process's window station."""
        if self._is_ours:
            self._client.call(CloseWindowStation(self._handle))
        self._handle = 0


class Desktop(_UserContainer):
    """A desktop; `with` takes the calling thread back from it, and closes it."""

    _before = 0
    """Handle of the desktop that `use` found the thread on."""

    def use(self) -> None:
        """Put the calling thread on it.  Raises InUse while the thread has windows or hooks where it is."""
        before = self._client.call(GetThreadDesktop())
        self._put(self.handle)
        self._before = self._before or before

    def _put(self, handle: int) -> None:
        self._client.call(SetThreadDesktop(handle))
        self._client.windowing_thread().state.heap.forget()

    def switch(self) -> None:
        """Give it the input of the session, and let terminals show it."""
        self._client.call(SwitchDesktop(self.handle))

    @property
    def is_input(self) -> bool:
        """Tell whether it has the session's input."""
        return self.facts.is_input

    @property
    def windows(self) -> list[Window]:
        """Its top-level windows, front to back."""
        return [Window(self._client, handle) for handle in self._client.list_windows(ListWindows(desktop=self.handle))]

    def close(self) -> None:
        """Close the handle, once the calling thread is back where `use` found it; closing twice is harmless.

        Raises InUse when the thread has windows on it, or another one of the process is on it.
        """
        if self._is_ours:
            if self._before and self._client.call(GetThreadDesktop()) == self._handle:
                self._put(self._before)
            self._client.call(CloseDesktop(self._handle))
        self._handle = 0
