"""How much of everything there may be.  Every table, queue and name of the system has its limit here.

NT's own limits keep NT's numbers; where ours is lower the comment says why.
"""

MAXIMUM_WAIT_OBJECTS = 64
MAXIMUM_NAME_BYTES = 0xFFF0
"""Longest full path after links were followed, in bytes of UTF-16."""
MAXIMUM_REPARSES = 32
MUTANT_RECURSION = 0x80000000
SEMAPHORE_MAXIMUM = 0x7FFFFFFF
ALLOCATION_GRANULARITY = 0x10000
"""Views begin at multiples of 64 KiB."""
SESSION_ID_LIMIT = 65536
"""Ids from here on are NT's listeners."""

HANDLES_PER_PROCESS = 1 << 20
"""NT: 2**24.  Lower, because one process must not take the daemon's memory."""
SERVICE_HANDLES_PER_PROCESS = 4096
"""Handles of the service control manager.  NT: as many as its memory holds."""
POOL_PER_SESSION = 256 << 20
"""Bytes of names, objects and handles that the programs of one session may hold in the executive."""
LARGEST_HEAP_KB = 1 << 20
"""Of a desktop, and of what a session's desktops share."""
MAPPED_HEAPS_PER_SESSION = 64
"""Desktop heaps that clients have mapped: each takes two descriptors and a mapping of the daemon."""
MAPPED_HEAP_KB_PER_SESSION = 1 << 21
"""Of all of them: a client that only reads a page makes Linux provide it."""
PROCESSES_PER_SESSION = 16384
THREADS_PER_PROCESS = 4096
CALLS_PER_THREAD = 256
"""Calls of one connection that may be pending at once."""
APCS_PER_THREAD = 4096
MESSAGES_PER_PORT = 16384
"""Packets that wait in one IoCompletion object."""
BYTES_PER_CONNECTION = 4 << 20
"""Replies that may wait for a client which does not read; past that it is disconnected."""

FRAME_BYTES = 160 * 1024
"""Largest message on the wire, both ways."""
DESCRIPTORS_PER_FRAME = 8
ENTRIES_PER_QUERY = 512
"""Most entries in one answer of a listing; the caller asks on with the context it got."""
COMMAND_ARGUMENTS = 4096
EVENTS_KEPT = 4096
"""Records of the event log."""
EVENT_TEXT_LENGTH = 400
"""Characters of one record's text; longer ones are cut."""
INFINITE = -1
"""A time that never comes; other times on the wire are counts of 100 ns."""
USER_HANDLES_PER_PROCESS = 10_000
"""USERProcessHandleQuota (nt-semantics 7.1)."""
MESSAGES_PER_QUEUE = 10_000
"""USERPostMessageLimit (7.4); as many sent ones that nobody has answered."""
SENDS_PER_THREAD = 256
"""Messages that a thread has sent and whose answers it still wants."""
ATTACHED_PER_THREAD = 64
"""Threads that one shares its input with directly."""
HOOKS_PER_TYPE = 256
"""Hooks of one type on one desktop: each may have to be told of every event."""
HOOK_NEWS_PER_QUEUE = 1024
"""What hooks have seen and their thread has not asked for; more is not told."""
