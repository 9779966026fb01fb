"""What a request costs beside a bare handler and nginx: requests per CPU second of the server, as ratios."""

from __future__ import annotations

import base64
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import load
from calendars import calendar
from figures import Figure, at_least, at_most, figure
from processes import Feedserver, Server, bare, nginx, path_of, store

_EVENTS = 1_000
_SHARES = 1_000
_PASSWORD = "correct-horse-7-battery"
_BASIC = "Basic " + base64.b64encode(f"ann:{_PASSWORD}".encode()).decode()


@dataclass(frozen=True)
class _Contestant:
    name: str
    server: Server
    paths: tuple[str, ...]
    headers: dict[str, str]


@dataclass(frozen=True)
class _Links:
    public: str
    secured: str
    many: tuple[str, ...]


def measure(scratch: Path, *, rounds: int, seconds: float) -> Iterator[Figure]:
    """All ratios of one public, one secured and a thousand shares."""
    feedserver = Feedserver(scratch)
    links = _prepare(feedserver, scratch)
    with feedserver.serve() as ours:
        ours.settle()
        _, _, body = ours.get(links.public)
        store(scratch / "files", "feed.ics", body)
        with bare(scratch / "files") as reference, nginx(scratch / "files", scratch) as web_server:
            run = _Run(ours, reference, web_server, rounds, seconds)
            yield from run.compare("304 of a public share", links.public, at_least(0.7))
            yield from run.compare("304 of a secured share", links.secured, at_least(0.6), Authorization=_BASIC)
            yield from run.compare("200 of 1,000 events, identity", links.public, at_least(0.7), is_poll=False)
            yield from run.compare(
                "200 of 1,000 events, gzip", links.public, at_least(0.7), is_poll=False, is_gzip=True
            )
            yield from run.round_robin(links)


def _prepare(feedserver: Feedserver, scratch: Path) -> _Links:
    file = scratch / "bench.ics"
    file.write_bytes(calendar(_EVENTS))
    public = feedserver.cli("publish", str(file), "--name", "Bench")
    account = ["account", "add", "ann", "--email", "ann@example.org", "--role", "guest", "--password-stdin"]
    feedserver.cli(*account, typed=_PASSWORD)
    secured = feedserver.cli("share", "create", "Board", "--calendar", "Bench", "--secured", "--user", "ann")
    small = scratch / "small.ics"
    small.write_bytes(calendar(20))
    feedserver.cli("calendar", "add", "Small")
    feedserver.cli("calendar", "import", "Small", str(small))
    lines = [["share", "create", f"Share {n}", "--calendar", "Small", "--public"] for n in range(_SHARES)]
    many = tuple(path_of(made["feed_url"]) for made in feedserver.cli_batch(lines))
    return _Links(path_of(public["feed_url"]), path_of(secured["feed_url"]), many)


class _Run:
    def __init__(self, ours: Server, reference: Server, nginx: Server | None, rounds: int, seconds: float) -> None:
        self._ours, self._reference, self._nginx = ours, reference, nginx
        self._rounds, self._seconds = rounds, seconds

    def compare(
        self,
        name: str,
        path: str,
        judge: Callable[[float], tuple[str, bool]],
        *,
        is_poll: bool = True,
        is_gzip: bool = False,
        **headers: str,
    ) -> Iterator[Figure]:
        """Ours over the bare handler, and nginx over the bare handler, for one kind of request."""
        headers["Accept-Encoding"] = "gzip" if is_gzip else "identity"
        ours = _Contestant("feedserver", self._ours, (path,), headers)
        file = "/feed.ics.gz" if is_gzip else "/feed.ics"
        contestants = [_Contestant("bare", self._reference, (file,), headers), ours]
        if self._nginx:
            contestants.append(_Contestant("nginx", self._nginx, ("/feed.ics",), headers))
        if is_poll:
            contestants = [_polling(contestant) for contestant in contestants]
        for contestant in contestants:
            _check(contestant, 304 if is_poll else 200, is_gzip=is_gzip)
        costs = self._alternate(contestants)
        yield figure(f"{name}: ours of bare", costs["bare"] / costs["feedserver"], "", judge, _note(costs))

    def round_robin(self, links: _Links) -> Iterator[Figure]:
        """A thousand shares in turn beside one, and the memory they take."""
        for path in links.many:
            self._ours.get(path)  # as each subscriber does first
        headers = {"Accept-Encoding": "identity", "If-None-Match": "*"}
        # As many addresses, all alike: a load that has to choose each time asks more slowly, and that has its cost.
        one = _Contestant("one", self._ours, links.many[:1] * len(links.many), headers)
        many = _Contestant("many", self._ours, links.many, headers)
        for contestant in (one, many):
            _check(contestant, 304, is_gzip=False)
        costs = self._alternate([one, many])
        yield figure("1,000 shares in turn: of one", costs["one"] / costs["many"], "", at_least(0.8), _note(costs))
        for path in links.many:
            self._ours.get(path, Accept_Encoding="gzip")
        yield figure("memory after 1,000 shares in both encodings", self._ours.rss_mib(), "MiB", at_most(250))

    def _alternate(self, contestants: list[_Contestant]) -> dict[str, float]:
        """Median CPU seconds a request of each, measured in turns."""
        seen: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
        for contestant in contestants:
            _cost(contestant, 1)  # warm up
        for _ in range(self._rounds):
            for contestant in contestants:
                seen[contestant.name].append(_cost(contestant, self._seconds))
        return {name: statistics.median(costs) for name, costs in seen.items()}


def _note(costs: dict[str, float]) -> str:
    return "us of CPU a request: " + ", ".join(f"{name} {cost * 1e6:.1f}" for name, cost in costs.items())


def _polling(contestant: _Contestant) -> _Contestant:
    """The same with the ETag of what it answers now."""
    status, headers, _ = contestant.server.get(contestant.paths[0], **contestant.headers)
    assert status == 200, f"{contestant.name} answered {status}"
    asked = contestant.headers | {"If-None-Match": headers["etag"]}
    return _Contestant(contestant.name, contestant.server, contestant.paths, asked)


def _check(contestant: _Contestant, expected: int, *, is_gzip: bool) -> None:
    """A ratio means something only between right answers."""
    status, headers, _ = contestant.server.get(contestant.paths[0], **contestant.headers)
    assert status == expected, f"{contestant.name} answered {status}, not {expected}"
    if expected == 200:
        assert headers.get("content-encoding") == ("gzip" if is_gzip else None), f"{contestant.name}: {headers}"


def _cost(contestant: _Contestant, seconds: float) -> float:
    """CPU seconds a request."""
    server = contestant.server
    job = load.Job(port=server.port, paths=contestant.paths, headers=contestant.headers, seconds=seconds)
    before = server.cpu_s()
    done = load.run(job)
    after = server.cpu_s()
    assert done.failed == 0, f"{contestant.name} failed {done.failed} of {done.requests} requests"
    assert done.requests, f"{contestant.name} answered nothing"
    return (after - before) / done.requests


def poll_cost_s(server: Server, path: str, seconds: float) -> float:
    """CPU seconds of one unchanged poll."""
    return _cost(_polling(_Contestant("feedserver", server, (path,), {"Accept-Encoding": "identity"})), seconds)
