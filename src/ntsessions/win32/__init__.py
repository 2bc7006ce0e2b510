"""pywin32's modules on Linux, under `ntsessions.win32`; `runner` runs a script that imports them by pywin32's names.

One file per module of pywin32, with its names, its arguments and their order, its results and its errors; the other
files are what several of them need.  All behaviour of NT is in the daemon; here is what kernel32 and advapi32 add to it
(the thread's last error, names below the session's own directory, milliseconds) and what pywin32 adds to those.

What pywin32 has and this package does not raises `NotProvided` (`missing`).
"""
