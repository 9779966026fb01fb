"""Free/busy: merged busy time without anything else (F73, RFC 5545 section 3.6.4, RFC 5546 section 3.3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from feedserver.ics.feeds.head import PRODID
from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.occurrences import series_of, showings_between
from feedserver.ics.recurring.recurrence import Budget
from feedserver.ics.showing.redact import redact
from feedserver.ics.syntax.lines import fold
from feedserver.ics.syntax.values import format_datetime
from feedserver.model.share import DetailLevel


class BusyPeriod(NamedTuple):
    """Busy time `[start, end)`, aware, UTC, never empty."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeBusy:
    """What a VFREEBUSY says of itself."""

    uid: str
    start: datetime
    end: datetime
    """The window `[start, end)`, aware."""
    stamp_at: datetime
    organizer: str
    """A URI: whom the time belongs to, as far as the reader may know."""


def busy_periods(obj: ParsedObject, start: datetime, end: datetime, *, budget: Budget) -> list[BusyPeriod]:
    """The busy time of an object inside `[start, end)`, cut to it, sorted, not merged.

    Busy is what `redact` shows at the level busy: neither transparent nor cancelled. An all-day event is busy for
    its days in the collection's zone. Raises ObjectRefused, RecurrenceTooCostly.
    """
    if obj.component != "VEVENT":
        return []
    series = series_of(obj)
    master = None if series.master is None else obj.components[series.master.index]
    is_busy = [redact(part, DetailLevel.BUSY, master=master) is not None for part in obj.components]
    return [
        BusyPeriod(max(showing.start.at, start), min(showing.end.at, end))
        for showing in showings_between(series, start, end, budget=budget)
        if is_busy[showing.part.index] and showing.start.at < showing.end.at
    ]


def merged(periods: Iterable[BusyPeriod]) -> list[BusyPeriod]:
    """The same time in the fewest periods: sorted, and neither overlapping nor touching."""
    found: list[BusyPeriod] = []
    for period in sorted(periods):
        if found and period.start <= found[-1].end:
            found[-1] = BusyPeriod(found[-1].start, max(found[-1].end, period.end))
        else:
            found.append(period)
    return found


def vfreebusy(about: FreeBusy, periods: Iterable[BusyPeriod]) -> bytes:
    """A published VFREEBUSY as a whole calendar: one FREEBUSY per period, in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VFREEBUSY",
        f"UID:{about.uid}",
        f"DTSTAMP:{_utc(about.stamp_at)}",
        f"DTSTART:{_utc(about.start)}",
        f"DTEND:{_utc(about.end)}",
        f"ORGANIZER:{about.organizer}",
        *(f"FREEBUSY;FBTYPE=BUSY:{_utc(period.start)}/{_utc(period.end)}" for period in merged(periods)),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    return b"".join(map(fold, lines))


def _utc(at: datetime) -> str:
    return format_datetime(at, is_utc=True)
