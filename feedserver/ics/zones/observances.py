"""A file's own VTIMEZONE: its offsets, evaluated only as far as somebody asks (RFC 5545 section 3.6.5).

A zone belongs to the object it came with and is never found by its name elsewhere (corpus trap 2). Whatever the file
says, the work is bounded: at most MAX_OBSERVANCES with at most MAX_ONSETS_A_YEAR each, judged year by year. A VTIMEZONE
beyond that, or with rules no clock follows (FREQ=SECONDLY), counts as not defined.
"""

# ruff: noqa: DTZ001, DTZ901 - onsets are local, and naive by definition

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise
from typing import Final

from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.values import Frequency, RRule, WeekdayNum, When, parse_rrule, parse_whens, scan_when

MAX_OBSERVANCES: Final = 500
"""Zones written out change by change from 1900 on need some 250."""
MAX_ONSETS_A_YEAR: Final = 12
_MAX_YEARS_BACK: Final = 40
"""A yearly rule that gave no date for that long never does: 29 February on a Sunday comes every 28, or 40, years."""
_MAX_COUNT: Final = 500
_FIRST_YEAR: Final = 1600
_FIRST_TABLE: Final = 3
_LAST_TABLE: Final = 9997
_WEEK: Final = 7
_OFFSET: Final = re.compile(r"([+-]?)(\d\d):?(\d\d):?(\d\d)?")


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT component: the offset that holds from each of its onsets on."""

    start: datetime
    """Naive, as `offset_from` shows it, and so are all onsets."""
    offset_from: timedelta
    offset_to: timedelta
    rule: RRule | None
    dates: tuple[datetime, ...]
    """DTSTART and RDATEs, sorted."""
    last_onset: datetime | None
    """Of the rule, inclusive; None when it has no end."""

    def onsets_in(self, year: int) -> set[datetime]:
        """The onsets within a local year."""
        low = bisect_left(self.dates, datetime(year, 1, 1))
        high = bisect_right(self.dates, datetime(year, 12, 31, 23, 59, 59))
        return {*self.dates[low:high], *self._of_rule(year)}

    def last_before(self, year: int) -> datetime | None:
        """The latest onset before a local year begins."""
        position = bisect_left(self.dates, datetime(year, 1, 1))
        dated = self.dates[position - 1] if position else None
        ruled = self._last_of_rule_before(year)
        return max((onset for onset in (dated, ruled) if onset), default=None)

    def _last_of_rule_before(self, year: int) -> datetime | None:
        if self.rule is None:
            return None
        last = min(year - 1, self.last_onset.year if self.last_onset else year)
        last -= (last - self.start.year) % self.rule.interval
        first = max(self.start.year, last - _MAX_YEARS_BACK * self.rule.interval)
        years = range(last, first - 1, -self.rule.interval)
        return next((max(onsets) for onsets in map(self._of_rule, years) if onsets), None)

    def _of_rule(self, year: int) -> list[datetime]:
        rule = self.rule
        if rule is None or year < self.start.year or (year - self.start.year) % rule.interval:
            return []
        onsets = [datetime.combine(day, self.start.time()) for day in _days(rule, self.start, year)]
        return [o for o in onsets if o >= self.start and (self.last_onset is None or o <= self.last_onset)]


def _days(rule: RRule, start: datetime, year: int) -> list[date]:
    """The days a yearly rule gives; without BYMONTH they lie in DTSTART's month, as such files mean it."""
    days = sorted(
        {day for month in rule.by_month or (start.month,) for day in _days_in_month(rule, start, year, month)}
    )
    if not rule.by_setpos:
        return days
    picked = {position - 1 if position > 0 else len(days) + position for position in rule.by_setpos}
    return [day for index, day in enumerate(days) if index in picked]


def _days_in_month(rule: RRule, start: datetime, year: int, month: int) -> Iterator[date]:
    first_weekday, length = monthrange(year, month)
    by_monthday = {number if number > 0 else length + 1 + number for number in rule.by_monthday}
    by_day = {number for by in rule.by_day for number in _numbers_of(by, first_weekday, length)}
    numbers = by_monthday & by_day if by_monthday and rule.by_day else by_monthday or by_day
    if not rule.by_monthday and not rule.by_day:
        numbers = {start.day}
    return (date(year, month, number) for number in numbers if 1 <= number <= length)


def _numbers_of(by: WeekdayNum, first_weekday: int, length: int) -> Sequence[int]:
    """Days of a month that a BYDAY entry names."""
    all_of_them = range(1 + (by.weekday - first_weekday) % _WEEK, length + 1, _WEEK)
    if by.ordinal == 0:
        return all_of_them
    index = by.ordinal - 1 if by.ordinal > 0 else len(all_of_them) + by.ordinal
    return all_of_them[index : index + 1] if index >= 0 else ()


def read_observances(vtimezone: Component) -> list[Observance]:
    """What a VTIMEZONE says. Raises ValueError when it has no observance, or one that cannot be used."""
    children = [child for child in vtimezone.children if child.name in ("STANDARD", "DAYLIGHT")]
    if not 1 <= len(children) <= MAX_OBSERVANCES:
        raise ValueError(f"a time zone needs 1 to {MAX_OBSERVANCES} observances")
    return [_observance(child) for child in children]


def _observance(component: Component) -> Observance:
    offset_to = _offset(component, "TZOFFSETTO")
    offset_from = _offset(component, "TZOFFSETFROM") if component.first("TZOFFSETFROM") else offset_to
    start = _start(component)
    rrule = component.first("RRULE")
    rule = parse_rrule(rrule.value) if rrule else None
    rdates = chain.from_iterable(map(parse_whens, component.all("RDATE")))
    dates = tuple(sorted({start, *(when.start for when in rdates)}))
    observance = Observance(start, offset_from, offset_to, rule, dates, None)
    if rule is None:
        return observance
    _check(rule, start)
    return Observance(start, offset_from, offset_to, rule, dates, _last_onset(rule, observance))


def _offset(component: Component, name: str) -> timedelta:
    line = component.first(name)
    match = _OFFSET.fullmatch(line.value.strip()) if line else None
    if match is None:
        raise ValueError(f"{name} is missing or cannot be read")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if offset >= timedelta(days=1):
        raise ValueError(f"{name} is a day or more")
    return -offset if match[1] == "-" else offset


def _start(component: Component) -> datetime:
    """DTSTART; .NET programs write the year 1, which leaves no room for offsets, and Outlook 1601."""
    line = component.first("DTSTART")
    if line is None:
        raise ValueError("an observance has no DTSTART")
    if line.value.startswith("0001"):
        return scan_when(f"{_FIRST_YEAR}{line.value[4:]}").start
    start = scan_when(line.value).start
    return start if start.year >= _FIRST_YEAR else start.replace(year=_FIRST_YEAR)


def _check(rule: RRule, start: datetime) -> None:
    unusual = (rule.by_weekno, rule.by_yearday, rule.by_hour, rule.by_minute, rule.by_second)
    if rule.freq is not Frequency.YEARLY or any(unusual):
        raise ValueError("the rule of an observance is not a plain yearly one")
    if max(len(_days(rule, start, year)) for year in (2000, 2001)) > MAX_ONSETS_A_YEAR:
        raise ValueError(f"an observance begins more than {MAX_ONSETS_A_YEAR} times a year")


def _last_onset(rule: RRule, observance: Observance) -> datetime | None:
    if rule.until is not None:
        return _until(rule.until, observance.offset_from)
    if rule.count is None or rule.count > _MAX_COUNT:
        return None
    first = observance.start.year
    years = range(first, min(first + _MAX_COUNT * rule.interval, _LAST_TABLE), rule.interval)
    onsets: list[datetime] = []
    for year in years:
        onsets += sorted(observance.onsets_in(year))
        if len(onsets) >= rule.count:
            break
    return onsets[: rule.count][-1]


def _until(until: When, offset_from: timedelta) -> datetime:
    """As local time of the old offset: an observance's UNTIL is in UTC (RFC 5545 3.3.10), whatever some files do."""
    if until.is_date:
        return until.start + timedelta(days=1) - timedelta.resolution
    return until.start + offset_from if until.is_utc else until.start


@dataclass(frozen=True, slots=True)
class _Table:
    """What holds around one year, oldest first: `offsets[i]` after `instants[i - 1]`."""

    instants: list[datetime]
    """Naive UTC."""
    thresholds: list[datetime]
    """Naive local times from which on the offset after the change is the one to use."""
    offsets: list[timedelta]


class FileZone:
    """A zone as its VTIMEZONE defines it."""

    __slots__ = ("_observances", "_tables", "location", "tzid")

    iana: None = None

    def __init__(self, tzid: str, vtimezone: Component) -> None:
        """Raises ValueError when the VTIMEZONE cannot be used."""
        self.tzid = tzid
        self.location = vtimezone.text("X-LIC-LOCATION")
        """What libical's programs say the zone really is; a hint for a name, no more."""
        self._observances = read_observances(vtimezone)
        self._tables: dict[int, _Table] = {}

    def utc(self, naive: datetime) -> datetime:
        """As `Zone.utc`."""
        table = self._table(naive.year)
        offset = table.offsets[bisect_right(table.thresholds, naive)]
        try:
            return (naive - offset).replace(tzinfo=UTC)
        except OverflowError:
            return (datetime.min if naive.year == 1 else datetime.max).replace(tzinfo=UTC)

    def local(self, at: datetime) -> datetime:
        """As `Zone.local`."""
        naive = at.astimezone(UTC).replace(tzinfo=None)
        table = self._table(naive.year)
        try:
            return naive + table.offsets[bisect_right(table.instants, naive)]
        except OverflowError:
            return datetime.min if naive.year == 1 else datetime.max

    def changes(self, year: int) -> list[tuple[datetime, timedelta]]:
        """When (UTC) and to what its offset changes within a UTC year, oldest first."""
        table = self._table(year)
        steps = zip(table.instants, table.offsets, table.offsets[1:], strict=False)
        return [(at.replace(tzinfo=UTC), new) for at, old, new in steps if old != new and at.year == year]

    def _table(self, year: int) -> _Table:
        table = self._tables.get(year)
        if table is None:
            table = self._tables[year] = self._build(min(max(year, _FIRST_TABLE), _LAST_TABLE))
        return table

    def _build(self, year: int) -> _Table:
        """From the year before to the year after, so that no offset leads out of it."""
        around = (year - 1, year, year + 1)
        found = [(o, onset) for o in self._observances for near in around for onset in o.onsets_in(near)]
        changes = sorted((onset - o.offset_from, o.offset_to) for o, onset in found)
        offsets = [self._offset_before(year - 1), *(offset for _, offset in changes)]
        instants = [at for at, _ in changes]
        # RFC 5545 3.3.5: in a gap the offset before it, of two equal times the first: both last until the larger offset
        # of the two has passed the change.
        thresholds = [at + max(pair) for at, pair in zip(instants, pairwise(offsets), strict=True)]
        return _Table(instants, thresholds, offsets)

    def _offset_before(self, year: int) -> timedelta:
        """What holds when a year begins; before its first onset the zone keeps that one's TZOFFSETFROM."""
        last = [(onset - o.offset_from, o.offset_to) for o in self._observances if (onset := o.last_before(year))]
        if last:
            return max(last)[1]
        return min((o.dates[0] - o.offset_from, o.offset_from) for o in self._observances)[1]
