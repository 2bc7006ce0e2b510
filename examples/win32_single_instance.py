"""A script as it was written for Windows and pywin32; `nts python` runs it as it is."""

import sys

import win32api
import win32event
import winerror

mutex = win32event.CreateMutex(None, False, "TheOnlyOne")
if win32api.GetLastError() == winerror.ERROR_ALREADY_EXISTS:
    print("it runs already")
    sys.exit(1)
print("the only instance in this session")
