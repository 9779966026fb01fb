"""Watches an event loop from outside: asks for a small answer about every millisecond and keeps the longest wait.

As a script: `pinger.py PORT PATH`; each line on standard input is answered with the longest wait (ms) since the last.
The wait holds the event loop's blocked time, one small request, and whatever the machine did meanwhile.
"""

from __future__ import annotations

import select
import socket
import sys
import time


def main(port: int, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    longest = 0.0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while True:
            begin = time.perf_counter()
            connection.sendall(request)
            if not connection.recv(65536):
                sys.exit("the server closed the connection")
            longest = max(longest, time.perf_counter() - begin)
            if select.select([sys.stdin], [], [], 0.001)[0]:
                if not sys.stdin.readline():
                    return
                print(round(longest * 1000, 3), flush=True)
                longest = 0.0


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
