"""Two programs of one session find each other by their windows, and talk with WM_COPYDATA.

Started without a name it is ann, and starts bob.  Who waits for an answer can be talked to: bob hears ann while his own
message is being answered.
"""

import subprocess
import sys

from ntsessions.abi.calls.message import Message
from ntsessions.client.objects import connect
from ntsessions.client.windowing.window import Window
from ntsessions.client.windowing.window_messages import WM_COPYDATA

name = sys.argv[1] if len(sys.argv) > 1 else "ann"

with connect() as session:
    heard: list[str] = []

    def listen(window: Window, message: Message) -> int | None:
        """Print what the other one says, and answer it once."""
        if message.number != WM_COPYDATA or message.data is None:
            return None
        heard.append(message.data.decode())
        print(f"{name} hears: {heard[-1]}", flush=True)
        if name == "ann":
            other = session.windows.window(message.wparam)
            other.send(WM_COPYDATA, window.handle, data=f"hello {other.text}".encode(), timeout=10)
        return 1

    session.windows.register_class("Chat", listen)
    me = session.windows.create("Chat", name)
    ann = session.windows.find("Chat", "ann")
    if name == "ann":
        bob = subprocess.Popen([sys.executable, __file__, "bob"])
        session.windows.pump(lambda: bool(heard), timeout=10)
        bob.wait()
    elif ann is not None:
        ann.send(WM_COPYDATA, me.handle, data=b"hello ann", timeout=10)
