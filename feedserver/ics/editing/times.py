"""When an event takes place: as a form shows it, and as its lines say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.reading.times import UTC_NAMES
from feedserver.ics.recurring.moments import Local, Moment, TimeReader, naive, timing_of
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine
from feedserver.ics.syntax.values import When, parse_when, when_line
from feedserver.ics.zones.timezones import IanaZone, Zone, publish_name

UTC_NAME = "UTC"


@dataclass(frozen=True, slots=True)
class Times:
    """What a form shows: dates, or local times in `timezone`."""

    start: Local
    end: Local
    """Exclusive."""
    timezone: str | None
    """IANA name; None for dates and floating times."""

    @property
    def is_all_day(self) -> bool:
        """True for whole days."""
        return not isinstance(self.start, datetime)


class Clockwork:
    """Reads and writes the times of one object's components."""

    def __init__(self, obj: ParsedObject) -> None:
        self._zones = obj.zones
        self._home = IanaZone(obj.timezone)
        self.reader = TimeReader(obj.zones, self._home)

    def shown(self, component: Component, start: Moment, end: Moment, *, until: datetime | None) -> Times:
        """How a form shows what begins and ends there, in the zone in which `component` writes its DTSTART.

        `until`: the last moment at which the zone has to be right, None when there is none. A zone that only its file
        defines is shown under the IANA name that says the same; where there is none, in the calendar's own.
        """
        if not isinstance(start.local, datetime) or not isinstance(end.local, datetime):
            return Times(start.local, end.local, None)
        when = start_of(component)
        zone = self.zone_of(when)
        if zone is None:
            return Times(start.local, start.zone.local(end.at), UTC_NAME if when.is_utc else None)
        name = zone.iana or publish_name(zone, start.at, until)
        if name is None:
            return Times(self._home.local(start.at), self._home.local(end.at), self._home.iana)
        return Times(start.local, start.zone.local(end.at), name)

    def zone_of(self, when: When) -> Zone | None:
        """The zone a TZID means; None for dates, UTC, floating times, and what nothing defines."""
        return self._zones.resolve(when.tzid) if when.tzid else None

    def put(self, text: ComponentText, times: Times, shown: Times) -> None:
        """Write other times into a component that `shown` was read from.

        A line that says already what it should stays as it is, a DURATION too. DTSTART keeps its TZID as long as the
        zone is the same, and DTEND a zone of its own.
        """
        old = start_of(text.component())
        keeps_zone = times.timezone == shown.timezone and shown.start == old.value  # else its times are converted
        start = start_when(times.start, times.timezone, old.tzid if keeps_zone else None)
        if start != old:
            text.put(time_line("DTSTART", start, text))
        end = self.reader.read(When(times.end, start.is_utc, start.tzid), self.reader.read(start))
        if (old.is_date, old.is_floating) != (start.is_date, start.is_floating):
            text.remove("DTEND", "DURATION")
        self._put_end(text, end, start, keeps_zone=keeps_zone)
        if times.is_all_day is not shown.is_all_day:
            text.remove("X-MICROSOFT-CDO-ALLDAYEVENT", "X-FUNAMBOL-ALLDAY")

    def place(self, text: ComponentText, start: Moment, end: Moment) -> None:
        """Move a component to another time of the zone it is written in, each line in the form it has."""
        old = start_of(text.component())
        new = When(start.local, old.is_utc, old.tzid)
        if new != old:
            text.put(time_line("DTSTART", new, text))
        self._put_end(text, end, new, keeps_zone=True)

    def _put_end(self, text: ComponentText, end: Moment, start: When, *, keeps_zone: bool) -> None:
        timing = timing_of(text.component(), self.reader)
        assert timing is not None
        line = text.first("DTEND")
        said = timing.end if line is None else self.reader.read(parse_when(line), timing.start)
        if said.at == end.at and said.is_date is end.is_date:
            return
        if timing.start.at == end.at:
            text.remove("DTEND", "DURATION")
            return
        own = parse_when(line) if line is not None and keeps_zone else start
        own_zone = self.zone_of(own) if own.tzid != start.tzid else None
        if end.is_date:
            new = When(end.local)
        elif own_zone is not None:
            new = When(own_zone.local(end.at), tzid=own.tzid)
        else:
            new = When(timing.start.zone.local(end.at), start.is_utc, start.tzid)
        text.put(time_line("DTEND", new, text), instead_of="DURATION", after="DTSTART")


def in_frame(key: Local, start: When) -> When:
    """A key of a series that begins at `start`, as EXDATE and RECURRENCE-ID write it."""
    return When(key, start.is_utc, start.tzid)


def start_of(component: Component) -> When:
    """DTSTART; what is stored has a good one."""
    line = component.first("DTSTART")
    assert line is not None
    return parse_when(line)


def start_when(local: Local, timezone: str | None, tzid: str | None = None) -> When:
    """The value that says a time of the form; `tzid` is what the zone is called in the object, if not by its name."""
    if not isinstance(local, datetime):
        return When(local)
    if timezone in UTC_NAMES and tzid is None:
        return When(local, is_utc=True)
    return When(local, tzid=tzid or timezone)


def time_line(name: str, when: When, text: ComponentText) -> ContentLine:
    """The property with the parameters that it has beside VALUE and TZID."""
    old = text.first(name)
    kept = tuple(param for param in old.params if param[0] not in ("VALUE", "TZID")) if old else ()
    new = when_line(name, when)
    return new.with_params(kept + new.params)


def gap(earlier: Local, later: Local) -> timedelta:
    """How far apart two local times are on the clock."""
    return naive(later) - naive(earlier)


def day_of(local: Local) -> date:
    """The day it lies on."""
    return local.date() if isinstance(local, datetime) else local
