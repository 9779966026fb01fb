"""An idle server: how soon it answers, how much memory it holds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, at_most, figure
from writes import Published


def measure(scratch: Path, *, rounds: int) -> Iterator[Figure]:
    """Start to first answer, and resident memory after it, over a calendar of 1,000 events."""
    published = Published(scratch / "start", 1_000)
    seconds, memory = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        with published.feedserver.serve() as server:
            status, _, _ = server.get("/robots.txt")
            seconds.append(time.perf_counter() - begin)
            assert status == 200
            memory.append(server.rss_mib())
    note = f"from {min(seconds):.2f} to {max(seconds):.2f}"
    yield figure("start to first answer", statistics.median(seconds), "s", at_most(1.5), note)
    yield figure("resident memory of an idle server", statistics.median(memory), "MiB", at_most(120))
