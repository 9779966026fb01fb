"""What was measured, beside what it should be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    target: str = ""
    is_held: bool | None = None
    """None when there is no target."""
    note: str = ""


def at_least(target: float) -> Callable[[float], tuple[str, bool]]:
    """The target and whether a value holds it."""
    return lambda value: (f">= {target:g}", value >= target)


def at_most(target: float) -> Callable[[float], tuple[str, bool]]:
    """The target and whether a value holds it."""
    return lambda value: (f"<= {target:g}", value <= target)


def figure(
    name: str, value: float, unit: str, judge: Callable[[float], tuple[str, bool]] | None = None, note: str = ""
) -> Figure:
    """A line of the table, judged when it has a target."""
    target, is_held = judge(value) if judge else ("", None)
    return Figure(name=name, value=value, unit=unit, target=target, is_held=is_held, note=note)


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned text."""
    words = {True: "held", False: "MISSED", None: ""}
    rows = [("", "measured", "target", "", "")]
    rows += [(f.name, f"{f.value:.3g} {f.unit}".strip(), f.target, words[f.is_held], f.note) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join([*map(str.ljust, row[:4], widths), row[4]]).rstrip() for row in rows)


def as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """The figures for scripts."""
    return [asdict(f) for f in figures]


def exponents(sizes: Sequence[int], costs: Sequence[float]) -> list[float]:
    """Between neighbouring sizes the power of the size with which the cost grows: 0 constant, 1 linear."""
    pairs = list(zip(sizes, costs, strict=True))
    return [
        math.log(max(after, 1e-9) / max(before, 1e-9)) / math.log(size / smaller)
        for (smaller, before), (size, after) in itertools.pairwise(pairs)
    ]
