"""Occurrences of an object in a time range: what pages, free/busy, CalDAV expansion and windowed shares all show."""

from __future__ import annotations

from datetime import datetime, timedelta

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.moments import UTC_ZONE, Local, Moment, TimeReader
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.recurring.series import Series, Showing
from feedserver.ics.syntax.values import format_date, format_datetime
from feedserver.ics.zones.timezones import IanaZone
from feedserver.model.errors import ObjectRefused
from feedserver.model.occurrence import Occurrence

_MARGIN = timedelta(days=2)
"""More than two zones' local times can be apart."""


def series_of(obj: ParsedObject) -> Series:
    """The recurrence set of an object. Raises ObjectRefused when a time or rule cannot be read."""
    reader = TimeReader(obj.zones, IanaZone(obj.timezone))
    try:
        return Series(obj.components, reader)
    except ValueError as error:
        raise ObjectRefused("a time or rule cannot be read: {detail}", detail=str(error)) from error


def occurrences(obj: ParsedObject, start: datetime, end: datetime, *, budget: Budget) -> list[Occurrence]:
    """What of the object overlaps `[start, end)` (aware), sorted by start.

    An occurrence without length counts when it lies in the range; an all-day one covers its days in the collection's
    zone. Cancelled and transparent ones are among them. Raises RecurrenceTooCostly, ObjectRefused.
    """
    series = series_of(obj)
    return [
        Occurrence(
            uid=obj.uid,
            start=showing.start.shown,
            end=showing.end.shown,
            recurrence_id=showing.identity.shown if series.is_recurring else None,
            component_index=showing.part.index,
        )
        for showing in showings_between(series, start, end, budget=budget)
    ]


def showings_between(series: Series, start: datetime, end: datetime, *, budget: Budget) -> list[Showing]:
    """What overlaps `[start, end)`, sorted by start."""
    keys = list(series.overrides)
    if series.master is not None:
        since, stop = _key_range(series, start, end)
        keys += (key for key in series.keys(budget, since=since, stop=stop) if key not in series.overrides)
    showings = (series.showing(key) for key in keys)
    found = [showing for showing in showings if overlaps(showing.start, showing.end, start, end)]
    return sorted(found, key=lambda showing: (showing.start.at, showing.part.index))


def _key_range(series: Series, start: datetime, end: datetime) -> tuple[Local, Local]:
    """Keys between which all instances lie that can overlap the range."""
    assert series.master is not None
    reach = series.reach + _MARGIN
    first = start.replace(tzinfo=None) - min(reach, start.replace(tzinfo=None) - datetime.min)  # noqa: DTZ901
    last = end.replace(tzinfo=None) + min(reach, datetime.max - end.replace(tzinfo=None))  # noqa: DTZ901
    if series.master.timing.start.is_date:
        return first.date(), last.date()
    return first.replace(microsecond=0), last.replace(microsecond=0)


def overlaps(start: Moment, end: Moment, range_start: datetime, range_end: datetime) -> bool:
    """Half-open overlap; what has no length overlaps a range that holds its moment."""
    if start.at == end.at:
        return range_start <= start.at < range_end
    return start.at < range_end and end.at > range_start


def instance_of(identity: Moment) -> str:
    """An instance as addresses spell it: `20261124`, `20261124T100000`, or with `Z` for a rule in UTC."""
    if isinstance(identity.local, datetime):
        return format_datetime(identity.local, is_utc=identity.zone is UTC_ZONE)
    return format_date(identity.local)
