"""What a page of the Share screen costs among ten thousand shares."""

from __future__ import annotations

import http.client
import statistics
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from figures import Figure, at_most, figure
from processes import Feedserver, Server

_SHARES = 10_000
_MS = 100
"""The target of issue 3, in milliseconds of CPU."""
_PASSWORD = "correct-horse-7-battery"
_PAGES = {
    "as it opens": {},
    "page 100": {"page": "100"},
    "a search that finds some": {"q": "customer 77"},
    "a search for a person": {"q": "person4242"},
    "paused, fetched last": {"state": "paused", "sort": "-fetched"},
    "expired, ends next": {"state": "expired", "sort": "expires"},
}


def measure(scratch: Path, *, rounds: int) -> Iterator[Figure]:
    """One line for each way to look at the list."""
    feedserver = Feedserver(scratch)
    account = ["account", "add", "ann", "--email", "ann@example.org", "--role", "admin", "--password-stdin"]
    feedserver.cli(*account, typed=_PASSWORD)
    feedserver.script("many_shares.py", str(_SHARES))
    with feedserver.serve() as server:
        server.settle()
        cookie = _log_in(server)
        for name, query in _PAGES.items():
            path = f"/admin/shares/?{urlencode(query)}"
            cost_ms = 1000 * statistics.median(_cost_s(server, path, cookie) for _ in range(rounds + 1))
            yield figure(f"{_SHARES:,} shares, {name}", cost_ms, "ms", at_most(_MS), "CPU of the server for one page")


def _log_in(server: Server) -> str:
    """The session's cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    form = urlencode({"login": "ann", "password": _PASSWORD})
    origin = f"http://127.0.0.1:{server.port}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/admin/login", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303, f"the login answered {answer.status}"
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]


def _cost_s(server: Server, path: str, cookie: str) -> float:
    """CPU seconds of one page; a page without rows would be no measure."""
    before = server.cpu_s()
    status, _, body = server.get(path, Cookie=cookie)
    after = server.cpu_s()
    assert status == 200, f"{path} answered {status}"
    assert b"Share of team" in body, f"{path} shows no share"
    return after - before
