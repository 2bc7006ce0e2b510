r"""A service of session 0: it keeps a notice board in shared memory that every session may read.

The security descriptors say so: without them, what a service makes is closed to ordinary users.
"""

from ntsessions.client.objects import connect

NOTICE = b"lunch is at noon"
EVERYONE_MAY_READ = "D:(A;;GA;;;SY)(A;;GR;;;WD)"
EVERYONE_MAY_WAIT = "D:(A;;GA;;;SY)(A;;GX;;;WD)"


def main() -> None:
    """Put the notice up, say so, and stay until the service is stopped."""
    with connect() as session:
        board = session.section(r"Global\NoticeBoard", 4096, security=EVERYONE_MAY_READ)
        view = board.map()
        view[: len(NOTICE)] = NOTICE
        is_up = session.event(r"Global\NoticeBoardIsUp", manual_reset=True, security=EVERYONE_MAY_WAIT)
        is_up.set()
        session.event().wait()


if __name__ == "__main__":
    main()
