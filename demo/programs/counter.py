"""An ordinary program: it has never heard of ntsessions.

It keeps a number in shared memory of a fixed name, guarded by a POSIX semaphore of a fixed name, and believes that both
are its own.  Usage: counter.py WHO COUNT
"""

import sys
from _multiprocessing import SemLock  # type: ignore[import-not-found]  # Python's own binding of sem_open has no stubs
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

SEMAPHORE_KIND = 1


def main() -> None:
    """Count up to COUNT, and tell whose memory it was."""
    who, count = sys.argv[1], int(sys.argv[2])
    memory = SharedMemory("counter", create=True, size=64)
    cells = memory.buf
    assert cells is not None, "it was just mapped"
    resource_tracker.unregister(memory._name, "shared_memory")  # type: ignore[attr-defined]  # noqa: SLF001 - or Python would remove it at exit
    lock = SemLock(SEMAPHORE_KIND, 1, 1, "/counter-lock", False)
    for _ in range(count):
        with lock:
            cells[0] += 1
    cells[1 : 1 + len(who)] = who.encode()
    owner = bytes(cells[1:33]).rstrip(b"\0").decode()
    print(f"{who}: my counter is {cells[0]}, written by {owner}")
    del cells
    memory.close()


if __name__ == "__main__":
    main()
