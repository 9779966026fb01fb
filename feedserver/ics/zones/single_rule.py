"""VTIMEZONEs: the single-rule form that Outlook reads right (F59), since when it is right (F60), and the faithful form.

Zones here are IANA names as `iana.canonical` spells them.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from feedserver.ics.zones import iana
from feedserver.ics.zones.iana import Change

_SETTLED_YEARS: Final = range(2101, 2129)
"""After every dated change in the database, and a full cycle of weekdays: here a zone shows the rule it settles at."""
_FIRST_YEAR: Final = 1970
_FAITHFUL_YEARS: Final = range(1900, 2100)
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK: Final = 7
_STEP: Final = timedelta(days=2)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Onset:
    """The clocks change each year on the nth (-1: last) weekday of a month."""

    month: int
    ordinal: int
    weekday: int
    """0 is Monday."""
    time: time
    """Local, as the old offset shows it."""
    offset_from: timedelta
    offset_to: timedelta

    def in_year(self, year: int) -> datetime:
        """Naive local time of the change, as the old offset shows it."""
        first_weekday, length = monthrange(year, self.month)
        day = 1 + (self.weekday - first_weekday) % _WEEK + _WEEK * (self.ordinal - 1)
        if self.ordinal < 0:
            day = length - (first_weekday + length - 1 - self.weekday) % _WEEK
        return datetime.combine(date(year, self.month, day), self.time)

    def change(self, year: int) -> Change:
        """The change itself."""
        at = (self.in_year(year) - self.offset_from).replace(tzinfo=UTC)
        return Change(at, self.offset_from, self.offset_to)

    @property
    def rrule(self) -> str:
        """As an RRULE value."""
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={self.ordinal}{_WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class SingleRule:
    """What F59 allows a zone to be: one offset, or two with a yearly change to and fro."""

    standard_offset: timedelta
    onsets: tuple[Onset, Onset] | None
    """To standard time, to daylight time; None when the clocks never change."""
    is_whole: bool
    """False when the zone's own rule has no such form and `standard_offset` is all that could be said."""

    def changes(self, year: int) -> list[Change]:
        """The changes that the rule makes in a local year, oldest first."""
        return sorted((onset.change(year) for onset in self.onsets or ()), key=lambda change: change.at)


@lru_cache(maxsize=1024)
def settled_rule(name: str) -> SingleRule:
    """The rule a zone settles at: derived from the database alone, so that every node and every year says the same."""
    offset = iana.offset_at(name, datetime(_SETTLED_YEARS.start, 1, 1, tzinfo=UTC))
    seen = [iana.changes(name, year) for year in _SETTLED_YEARS]
    if not any(seen):
        return SingleRule(offset, None, is_whole=True)
    found = [change for of_year in seen for change in of_year]
    backward = _common_onset([change for change in found if change.offset_to < change.offset_from])
    forward = _common_onset([change for change in found if change.offset_to > change.offset_from])
    if backward is None or forward is None:
        return SingleRule(min(change.offset_to for change in found), None, is_whole=False)
    return SingleRule(backward.offset_to, (backward, forward), is_whole=True)


def _common_onset(found: list[Change]) -> Onset | None:
    """The one form that all of a zone's yearly changes in one direction have; None when there is none."""
    days = [change.onset.date() for change in found]
    forms = {(c.onset.month, c.onset.weekday(), c.onset.time(), c.offset_from, c.offset_to) for c in found}
    ordinals = {(day.day - 1) // _WEEK + 1 for day in days}
    if all(day.day + _WEEK > monthrange(day.year, day.month)[1] for day in days):
        ordinals = {-1}
    if len(forms) != 1 or len(ordinals) != 1 or len(found) != len(_SETTLED_YEARS):
        return None
    month, weekday, clock, offset_from, offset_to = forms.pop()
    return Onset(month, ordinals.pop(), weekday, clock, offset_from, offset_to)


def right_from(name: str, horizon: datetime) -> datetime | None:
    """The earliest moment since which `vtimezone(name)` says what the zone does, without a break until `horizon`.

    Judged until the end of the horizon's year. None when it is wrong up to then, as for Asia/Jerusalem. Never
    before the rule's first onset in 1970: what a client does with earlier moments nobody knows. Source: F60.
    """
    return _right_from(name, horizon.astimezone(UTC).year)


@lru_cache(maxsize=4096)
def _right_from(name: str, last_year: int) -> datetime | None:
    rule = settled_rule(name)
    if not rule.is_whole:
        return None
    for start, end, offset in _spans_backwards(rule, last_year):
        wrong_until = _wrong_until(name, start, end, offset)
        if wrong_until is not None:
            return wrong_until if wrong_until.year <= last_year else None
    return _first_onset_at(rule)


def _first_onset_at(rule: SingleRule) -> datetime:
    if rule.onsets is None:
        return datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC) - rule.standard_offset
    return rule.changes(_FIRST_YEAR)[0].at


def _spans_backwards(rule: SingleRule, last_year: int) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Spans of one offset from the end of `last_year` back to the first onset: start, end, offset the rule gives."""
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    for year in range(last_year, _FIRST_YEAR - 1, -1):
        for change in reversed(rule.changes(year)):
            if change.at < end:  # a change late on New Year's Eve lies in the next UTC year
                yield change.at, end, change.offset_to
                end = change.at
    if rule.onsets is None:
        yield _first_onset_at(rule), end, rule.standard_offset


def _wrong_until(name: str, start: datetime, end: datetime, offset: timedelta) -> datetime | None:
    """The end of the last moment in [start, end) at which the zone's offset is another; None when there is none."""
    right = end
    at = end - _SECOND
    while at > start and iana.offset_at(name, at) == offset:
        right, at = at, at - _STEP
    at = max(at, start)
    if iana.offset_at(name, at) == offset:
        return None
    while right - at > _SECOND:
        middle = at + (right - at) // _SECOND // 2 * _SECOND
        at, right = (at, middle) if iana.offset_at(name, middle) == offset else (middle, right)
    return right


@lru_cache(maxsize=1024)
def vtimezone(name: str) -> bytes:
    """The VTIMEZONE of a feed, CRLF: one STANDARD, at most one DAYLIGHT, one yearly RRULE each (F59).

    Use it only for moments that `right_from` covers.
    """
    rule = settled_rule(name)
    if rule.onsets is None:
        epoch = datetime(_FIRST_YEAR, 1, 1)  # noqa: DTZ001 - DTSTART of an observance is local by definition
        offset = rule.standard_offset
        return _component(name, [_observance("STANDARD", epoch, (offset, offset), _settled_abbreviation(name))])
    standard, daylight = rule.onsets
    return _component(name, [_yearly("STANDARD", name, standard), _yearly("DAYLIGHT", name, daylight)])


@lru_cache(maxsize=1024)
def full_vtimezone(name: str, tzid: str | None = None) -> bytes:
    """A VTIMEZONE for stored objects, CRLF, true to the database from 1900 to 2100; `tzid` defaults to the name.

    Dated changes are RDATEs, a rule that holds until 2100 is an RRULE.
    """
    rule = settled_rule(name)
    settled_at = right_from(name, datetime(_FAITHFUL_YEARS.stop - 1, 1, 1, tzinfo=UTC))
    dated = [change for year in _FAITHFUL_YEARS for change in iana.changes(name, year)]
    start = datetime(_FAITHFUL_YEARS.start, 1, 1)  # noqa: DTZ001 - local by definition
    start_at = start.replace(tzinfo=UTC)
    offset = iana.offset_at(name, start_at)
    observances = [_observance("STANDARD", start, (offset, offset), _abbreviation(name, start_at))]
    if settled_at is None or rule.onsets is None:
        return _component(tzid or name, [*observances, *_dated(name, dated)])
    observances += _dated(name, [change for change in dated if change.at <= settled_at])
    for kind, onset in zip(("STANDARD", "DAYLIGHT"), rule.onsets, strict=True):
        year = settled_at.year if onset.change(settled_at.year).at > settled_at else settled_at.year + 1
        observances.append(_yearly(kind, name, onset, year))
    return _component(tzid or name, observances)


def _dated(name: str, dated: Iterable[Change]) -> Iterator[list[str]]:
    """One observance for each pair of offsets, in the order of their first onset."""
    onsets = defaultdict(list)
    for change in dated:
        onsets[(change.offset_from, change.offset_to, _abbreviation(name, change.at))].append(change.onset)
    for (offset_from, offset_to, abbreviation), (first, *others) in onsets.items():
        kind = "DAYLIGHT" if offset_to > offset_from else "STANDARD"
        rdates = [f"RDATE:{_local(onset)}" for onset in others]
        yield _observance(kind, first, (offset_from, offset_to), abbreviation, rdates)


def _yearly(kind: str, name: str, onset: Onset, year: int = _FIRST_YEAR) -> list[str]:
    abbreviation = _abbreviation(name, onset.change(_SETTLED_YEARS.start).at)
    rrule = [f"RRULE:{onset.rrule}"]
    return _observance(kind, onset.in_year(year), (onset.offset_from, onset.offset_to), abbreviation, rrule)


def _observance(
    kind: str,
    onset: datetime,
    offsets: tuple[timedelta, timedelta],
    abbreviation: str,
    recurrence: Iterable[str] = (),
) -> list[str]:
    return [
        f"BEGIN:{kind}",
        f"TZOFFSETFROM:{_offset(offsets[0])}",
        f"TZOFFSETTO:{_offset(offsets[1])}",
        f"TZNAME:{abbreviation}",
        f"DTSTART:{_local(onset)}",
        *recurrence,
        f"END:{kind}",
    ]


def _settled_abbreviation(name: str) -> str:
    return _abbreviation(name, datetime(_SETTLED_YEARS.start, 1, 1, tzinfo=UTC))


def _abbreviation(name: str, at: datetime) -> str:
    return at.astimezone(iana.load(name)).tzname() or name


def _local(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"


def _offset(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(abs(offset) // _SECOND, 60)
    text = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    return f"{text}{seconds:02}" if seconds else text


def _component(tzid: str, observances: Iterable[Iterable[str]]) -> bytes:
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
    for observance in observances:
        lines += observance
    return "".join(f"{line}\r\n" for line in [*lines, "END:VTIMEZONE"]).encode()
