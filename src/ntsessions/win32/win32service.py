"""win32service: services, window stations and desktops."""

from ntsessions.win32 import errors, surface
from ntsessions.win32.service_constants import *  # noqa: F403 - a hundred numbers
from ntsessions.win32.service_functions import *  # noqa: F403 - all that it lists
from ntsessions.win32.window_stations import *  # noqa: F403 - as above

error = errors.error

__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32service")
