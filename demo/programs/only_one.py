"""An ordinary program that insists on being the only instance: it has never heard of ntsessions.

Its rule is a common one: whoever creates the shared memory of this name is the instance, everybody else goes home.
It runs until its standard input ends.
"""

import sys
from multiprocessing.shared_memory import SharedMemory


def main() -> int:
    """Run alone, or not at all."""
    try:
        mine = SharedMemory("the-only-one", create=True, size=1)
    except FileExistsError:
        print("another instance is running already; good-bye")
        return 1
    print("I am the only instance", flush=True)
    sys.stdin.read()
    mine.close()
    mine.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
