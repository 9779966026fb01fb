"""What was counted of a share's fetches, added up as its page shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import TypeVar

from feedserver.model.usage import AppFamily, DayUsage, LastFetch

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigure:
    """One day (UTC)."""

    day: date
    total: int
    """Link previews aside."""
    by_family: Counter[AppFamily]
    height: int
    """Of its bar: 0 to 100, at least 2 for a day with fetches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A share's fetches over some days."""

    total: int
    """Link previews aside."""
    families: tuple[tuple[AppFamily, int, LastFetch], ...]
    """The most frequent first."""
    days: tuple[DayFigure, ...]
    """Every day, the oldest first."""
    readers: dict[str, tuple[int, LastFetch]]
    """By recipient or account; the general link under the empty text. Link previews aside."""


def figures_of(counted: Sequence[DayUsage], *, until: date, days: int) -> Figures:
    """`counted`, from whatever days, over the `days` up to and with `until`."""
    visits = [one for one in counted if one.family is not AppFamily.BOT]
    by_family = _grouped(counted, attrgetter("family"))
    by_reader = _grouped(visits, attrgetter("reader_id"))
    families = [(family, *_sum(some)) for family, some in by_family.items()]
    return Figures(
        total=sum(one.count for one in visits),
        families=tuple(sorted(families, key=lambda each: (-each[1], each[0]))),
        days=_days(counted, until, days),
        readers={reader: _sum(some) for reader, some in by_reader.items()},
    )


def _grouped(counted: Iterable[DayUsage], key: Callable[[DayUsage], _Key]) -> dict[_Key, list[DayUsage]]:
    groups: dict[_Key, list[DayUsage]] = {}
    for one in counted:
        groups.setdefault(key(one), []).append(one)
    return groups


def _sum(counted: Sequence[DayUsage]) -> tuple[int, LastFetch]:
    newest = max(counted, key=lambda one: one.last_at)
    return sum(one.count for one in counted), LastFetch(at=newest.last_at, family=newest.family)


def _days(counted: Iterable[DayUsage], until: date, days: int) -> tuple[DayFigure, ...]:
    by_day: dict[date, Counter[AppFamily]] = {until - timedelta(days=back): Counter() for back in range(days)}
    for one in counted:
        if one.day in by_day:
            by_day[one.day][one.family] += one.count
    totals = {
        day: sum(n for family, n in found.items() if family is not AppFamily.BOT) for day, found in by_day.items()
    }
    most = max(totals.values(), default=0)
    return tuple(
        DayFigure(day=day, total=totals[day], by_family=by_day[day], height=_height(totals[day], most))
        for day in sorted(by_day)
    )


def _height(number: int, most: int) -> int:
    return max(2, round(100 * number / most)) if number else 0
