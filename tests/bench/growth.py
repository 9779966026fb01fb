"""How costs grow with the number of events."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polls
from figures import Figure, exponents, figure
from writes import Published

_REPEATS = 5


@dataclass(frozen=True)
class _Costs:
    """Milliseconds of CPU."""

    publish: float
    first_get: float
    get_after_change: float
    full_get: float
    unchanged_poll: float


_NAMES = {
    "publish": "publish",
    "first_get": "first GET after start",
    "get_after_change": "first GET after one event changed",
    "full_get": "full GET again",
    "unchanged_poll": "unchanged poll (304)",
}


def measure(scratch: Path, sizes: Sequence[int]) -> Iterator[Figure]:
    """One line for each cost: the exponent between the two largest sizes, and all values."""
    costs = [_costs(scratch / f"growth{size}", size) for size in sizes]
    for field, name in _NAMES.items():
        values = [getattr(cost, field) for cost in costs]
        steps = exponents(sizes, values)
        seen = ", ".join(f"{size:,}: {value:.3g}" for size, value in zip(sizes, values, strict=True))
        powers = ", ".join(f"{step:.2f}" for step in steps)
        yield figure(f"{name}: grows with the power", steps[-1], "", note=f"CPU ms for {seen} events; powers {powers}")


def _costs(folder: Path, size: int) -> _Costs:
    published = Published(folder, size)
    with published.feedserver.serve() as server:
        server.settle()
        before = server.cpu_s()
        server.get(published.path)
        first = server.cpu_s() - before
        changed = statistics.median(published.first_get_cpu_s(server, "identity") for _ in range(3))
        before = server.cpu_s()
        for _ in range(_REPEATS):
            server.get(published.path)
        full = (server.cpu_s() - before) / _REPEATS
        poll = polls.poll_cost_s(server, published.path, 2)
    return _Costs(*(1000 * cost for cost in (published.publish_cpu_s, first, changed, full, poll)))
