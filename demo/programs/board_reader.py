r"""A user's program that uses what a service shares; `make` tries to share something itself.

`await`, run by an operator in session 0, waits until the service has put its notice up.
"""

import sys

from ntsessions.client.objects import connect


def main() -> int:
    """Read the board, wait for it, or try to make one."""
    with connect() as session:
        if sys.argv[1:] == ["await"]:
            return 0 if session.event("NoticeBoardIsUp", manual_reset=True).wait(timeout=30) else 1
        if sys.argv[1:] == ["make"]:
            try:
                session.section(r"Global\MyBoard", 4096)
            except PermissionError as error:
                print(error)
                return 5
            return 0
        view = session.open_section(r"Global\NoticeBoard").map(writable=False)
        notice = bytes(view[:64]).rstrip(b"\0").decode()
        print(f"{session.identity.user} in session {session.identity.session_id} reads: {notice}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
