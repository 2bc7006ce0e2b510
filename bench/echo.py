"""The baseline: a bare blocking Python SOCK_SEQPACKET echo of 64 bytes, server side."""

import socket
import sys


def main() -> None:
    """Echo whatever arrives on the inherited descriptor until its other end is gone."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    while data := sock.recv(4096):
        sock.send(data)


if __name__ == "__main__":
    main()
