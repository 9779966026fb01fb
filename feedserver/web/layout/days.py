"""Occurrences by the days they are on, as the clocks of a zone show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from feedserver.model.agenda import ShownOccurrence

ONE_DAY = timedelta(days=1)


def days_of(one: ShownOccurrence, zone: tzinfo) -> tuple[date, date]:
    """First and last day (inclusive). What ends at midnight is not on the day after; all-day ones never move."""
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        return one.start, max(one.start, one.end - ONE_DAY)
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    last = end.date() - ONE_DAY if end.time() == time() and end > start else end.date()
    return start.date(), max(start.date(), last)


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day of the agenda view; days without occurrences are left out."""

    on: date
    is_today: bool
    occurrences: tuple[ShownOccurrence, ...]


def agenda_of(
    occurrences: Iterable[ShownOccurrence], start_on: date, end_on: date, *, zone: tzinfo, today: date
) -> tuple[AgendaDay, ...]:
    """The days `[start_on, end_on)` on which something is on; what lasts several days is named on the first of them."""
    by_day: dict[date, list[ShownOccurrence]] = {}
    for one in occurrences:
        first, last = days_of(one, zone)
        if first < end_on and last >= start_on:
            by_day.setdefault(max(first, start_on), []).append(one)
    return tuple(AgendaDay(on, on == today, tuple(by_day[on])) for on in sorted(by_day))
