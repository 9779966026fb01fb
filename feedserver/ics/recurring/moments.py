"""What the times of a component mean: moments with their zones, and lengths (RFC 5545 sections 3.6.1, 3.8.2).

Decisions where files contradict themselves (trap 7), the same everywhere:

- A floating time is in its collection's zone; so is one whose TZID nothing defines.
- A floating DTEND, EXDATE, RDATE, RECURRENCE-ID or UNTIL beside a zoned DTSTART is in DTSTART's zone.
- A date where a time is due is midnight in DTSTART's zone; a time where a date is due is its date, and as an end
  it covers the day it reaches into.
- An end before its start counts as no length; an all-day event lasts at least one day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.values import When, parse_duration, parse_when
from feedserver.ics.zones.timezones import IanaZone, Zone, ZoneBook

Local = date | datetime
"""A date, or a naive local datetime."""

UTC_ZONE = IanaZone("UTC")
NOTHING = timedelta(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a local time, with the zone it is read in and the instant that it means."""

    local: Local
    zone: Zone
    """For a date the collection's zone, where its midnight is."""
    at: datetime
    """Aware, UTC."""

    @property
    def is_date(self) -> bool:
        """True for an all-day start or end."""
        return not isinstance(self.local, datetime)

    @property
    def shown(self) -> date | datetime:
        """As an Occurrence has it: the date, or the instant."""
        return self.at if isinstance(self.local, datetime) else self.local


def midnight(day: date) -> datetime:
    """The naive start of a day."""
    return datetime.combine(day, time())


def naive(local: Local) -> datetime:
    """A local time, or the midnight that begins a date."""
    return local if isinstance(local, datetime) else midnight(local)


def moment_of(local: Local, zone: Zone) -> Moment:
    """The moment of a local time, or of the midnight that begins a date."""
    return Moment(local, zone, zone.utc(naive(local)))


@dataclass(frozen=True, slots=True)
class Length:
    """How long each instance lasts (RFC 5545 section 3.8.5.3): days on the calendar first, then exact time.

    A DTEND gives exact time, a DURATION of days gives calendar days, all-day events last calendar days.
    """

    days: int = 0
    exact: timedelta = NOTHING

    @property
    def at_most(self) -> timedelta:
        """More than any instance lasts, whatever the clocks do."""
        return timedelta(days=self.days) + self.exact + ONE_DAY

    def end_of(self, start: Moment) -> Moment:
        """The exclusive end of what begins at `start`."""
        if not self.days:
            at = start.at + self.exact
            return Moment(start.zone.local(at), start.zone, at) if self.exact else start
        end = moment_of(start.local + timedelta(days=self.days), start.zone)
        return Length(exact=self.exact).end_of(end)


class TimeReader:
    """Reads the times of one calendar object."""

    __slots__ = ("_home", "_zones")

    def __init__(self, zones: ZoneBook, home: Zone) -> None:
        """`home`: the collection's zone, for floating times and for the midnights of dates."""
        self._zones = zones
        self._home = home

    def read(self, when: When, beside: Moment | None = None) -> Moment:
        """The moment a value means; `beside` is the DTSTART whose zone a floating value shares."""
        if when.is_utc:
            return moment_of(when.value, UTC_ZONE)
        zone = self._zones.resolve(when.tzid) if when.tzid else None
        if zone is None:
            zone = beside.zone if beside and not beside.is_date else self._home
        return moment_of(when.value, zone)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a component takes place, the recurrence aside."""

    start: Moment
    length: Length
    end: Moment
    """Exclusive; keeps the zone DTEND was written in."""


def timing_of(component: Component, reader: TimeReader) -> Timing | None:
    """Start, length and end of a VEVENT, VTODO or VJOURNAL; None when it has no start (and no DUE).

    Raises ValueError when a time cannot be read.
    """
    end_line = component.first("DUE" if component.name == "VTODO" else "DTEND")
    start_line = component.first("DTSTART") or (end_line if component.name == "VTODO" else None)
    if start_line is None:
        return None
    start = reader.read(parse_when(start_line))
    if end_line is not None and end_line is not start_line:
        return _until_end(start, reader.read(parse_when(end_line), beside=start))
    duration_line = component.first("DURATION")
    duration = parse_duration(duration_line.value) if duration_line else NOTHING
    length = _length(start, max(duration, NOTHING))
    return Timing(start, length, length.end_of(start))


def _length(start: Moment, duration: timedelta) -> Length:
    if start.is_date:
        return Length(days=max(1, -(-duration // ONE_DAY)))
    return Length(duration.days, timedelta(seconds=duration.seconds))


def _until_end(start: Moment, end: Moment) -> Timing:
    if isinstance(start.local, datetime):
        if not isinstance(end.local, datetime):
            end = moment_of(midnight(end.local), start.zone)
        if end.at <= start.at:
            return Timing(start, Length(), start)
        return Timing(start, Length(exact=end.at - start.at), end)
    last = end.local
    if isinstance(last, datetime):
        last = last.date() + (ONE_DAY if last.time() != time() else NOTHING)
    length = Length(days=max(1, (last - start.local).days))
    return Timing(start, length, length.end_of(start))
