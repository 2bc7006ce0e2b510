"""Takes a mutex and keeps it, or waits for it: `holder.py hold`, `holder.py wait`."""

import os
import sys

from ntsessions.client.objects import connect


def main() -> None:
    """Hold until killed, or wait and tell what was found."""
    with connect() as session:
        mutex = session.mutex("Ledger")
        if sys.argv[1] == "hold":
            mutex.acquire()
            print(os.getpid(), flush=True)
            session.event().wait()
        print("waiting", flush=True)
        abandoned = mutex.acquire(timeout=30)
        print("abandoned: its owner died holding it" if abandoned else "free")
        mutex.release()


if __name__ == "__main__":
    main()
