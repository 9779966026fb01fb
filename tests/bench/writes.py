"""What a write costs: an import beside icalendar alone, and the first GET after one event changed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calendars import calendar
from figures import Figure, at_most, figure
from processes import Feedserver, Server, cost_s, path_of

_HERE = Path(__file__).resolve().parent
_EVENTS = 10_000
_PARSE = "import icalendar, pathlib, sys; icalendar.Calendar.from_ical(pathlib.Path(sys.argv[1]).read_bytes())"


class Published:
    """One published calendar of so many events in a data directory of its own."""

    def __init__(self, folder: Path, events: int) -> None:
        folder.mkdir()
        self.feedserver = Feedserver(folder)
        self.events = events
        self.file = folder / "bench.ics"
        self.file.write_bytes(calendar(events))
        self._changed = folder / "changed.ics"
        self._revision = 0
        self.publish_cpu_s = self.feedserver.cli_cost_s("publish", str(self.file), "--name", "Bench")
        self.path = path_of(self.feedserver.cli("share", "show", "Bench")["feed_url"])

    def change_one(self) -> None:
        """Import one event anew, with another text."""
        self._revision += 1
        only = self._revision * 37 % self.events
        self._changed.write_bytes(calendar(self.events, only=only, revision=self._revision))
        report = self.feedserver.cli("calendar", "import", "Bench", str(self._changed))
        assert report["updated"] == 1, report

    def first_get_cpu_s(self, server: Server, coding: str) -> float:
        """CPU seconds of the first GET after one event changed."""
        self.change_one()
        server.settle()
        before = server.cpu_s()
        status, headers, _ = server.get(self.path, Accept_Encoding=coding)
        cost = server.cpu_s() - before
        assert status == 200
        assert headers.get("content-encoding", "identity") == coding, headers
        return cost


def measure_import(scratch: Path, *, rounds: int) -> Iterator[Figure]:
    """CPU of an import over CPU of icalendar's parser, both with their start-up."""
    file = scratch / "import.ics"
    file.write_bytes(calendar(_EVENTS))
    ours, theirs = [], []
    for turn in range(rounds):
        theirs.append(cost_s([sys.executable, "-c", _PARSE, str(file)], scratch, dict(os.environ)))
        folder = scratch / f"import{turn}"
        folder.mkdir()
        feedserver = Feedserver(folder)
        feedserver.cli("calendar", "add", "Bench")
        ours.append(feedserver.cli_cost_s("calendar", "import", "Bench", str(file)))
    mean, reference = statistics.median(ours), statistics.median(theirs)
    note = f"CPU s for {_EVENTS} events: import {mean:.2f}, icalendar {reference:.2f}"
    yield figure("import: of icalendar's CPU", mean / reference, "", at_most(2.0), note)


def measure_change(scratch: Path, *, rounds: int) -> Iterator[Figure]:
    """The first GET after one of 10,000 events changed: CPU, and how long others waited."""
    published = Published(scratch / "change", _EVENTS)
    with published.feedserver.serve() as server:
        server.settle()
        for coding, limit in (("identity", 60), ("gzip", 90)):
            server.get(published.path, Accept_Encoding=coding)
            costs = [published.first_get_cpu_s(server, coding) * 1000 for _ in range(rounds)]
            note = f"from {min(costs):.0f} to {max(costs):.0f}"
            name = f"first GET after 1 of 10,000 events changed, {coding}"
            yield figure(f"{name}: CPU", statistics.median(costs), "ms", at_most(limit), note)
            with _pinger(server) as ask:
                ask()
                time.sleep(1)
                quiet = ask()
                waits = [_wait(published, server, coding, ask) for _ in range(rounds)]
            note = f"median {statistics.median(waits):.1f}; {quiet:.1f} when nothing happens"
            yield figure(f"{name}: longest wait of others", max(waits), "ms", at_most(50), note)


class _Ask:
    """Asks the pinger for the longest wait (ms) since the last time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self) -> float:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


@contextmanager
def _pinger(server: Server) -> Iterator[_Ask]:
    command = [sys.executable, str(_HERE / "pinger.py"), str(server.port), "/robots.txt"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield _Ask(process)
        process.stdin.close()


def _wait(published: Published, server: Server, coding: str, ask: _Ask) -> float:
    published.change_one()
    ask()
    status, _, _ = server.get(published.path, Accept_Encoding=coding)
    assert status == 200
    return ask()
