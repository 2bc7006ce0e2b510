"""The launcher's loop: descriptors, and the few calls that wait for a time."""

import os

from ntsessions.host.watch_loop import WatchLoop


def test_what_is_to_happen_later_happens_in_the_order_of_its_time() -> None:
    loop, seen = WatchLoop(), []
    loop.after(0.002, loop.stop)
    loop.after(0.001, lambda: seen.append("second"))
    loop.after(0, lambda: seen.append("first"))
    loop.run()
    loop.close()
    assert seen == ["first", "second"]


def test_a_time_does_not_keep_descriptors_waiting() -> None:
    loop = WatchLoop()
    read, write = os.pipe()
    loop.after(1000, lambda: None)
    loop.watch(read, loop.stop)
    os.write(write, b"!")
    loop.run()
    loop.close()
    os.close(read)
    os.close(write)
