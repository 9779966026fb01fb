"""Dates and times of one component as they are meant: notation, VALUE, TZID, and conformity with DTSTART.

RFC 5545 wants DTEND, EXDATE, RDATE and RECURRENCE-ID to be of DTSTART's type. Where a file says otherwise (trap 7),
this is what we read, everywhere:

- a date where DTSTART has a time: that date at DTSTART's time of day and zone (for an end: at midnight in that zone);
- a time where DTSTART is a date: the date as written (for an end: the day after, unless it is midnight);
- a floating time beside a zoned or UTC DTSTART: DTSTART's zone, or UTC;
- a zoned or UTC time beside a floating DTSTART: its digits, floating.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from feedserver.ics.reading.mend import Draft, Rewritten
from feedserver.ics.syntax.lines import ContentLine, Params
from feedserver.ics.syntax.values import (
    LAST_DATE,
    Period,
    When,
    format_duration,
    format_when,
    parse_period,
    parse_when,
    parse_whens,
    scan_when,
    when_line,
    when_params,
)
from feedserver.model.errors import ObjectRefused

UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
_LOOSE = re.compile(
    r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ]([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:\.[0-9]+)?)?(Z?))?"
)


def read_when(draft: Draft, name: str, default_zone: str | None) -> When | None:
    """The time of the first property of that name, mended in the draft where its notation is off; None when absent.

    Raises ObjectRefused when it cannot be read: an unreadable time is not left out, the component would move.
    """
    line = draft.component.first(name)
    if line is None:
        return None
    when, kind = _read(line, line.value, default_zone)
    if kind:
        kept = tuple(param for param in line.params if param[0] not in ("VALUE", "TZID"))
        new = when_line(name, when)
        draft.replace(line, new.with_params(kept + new.params), kind)
    return when


def _read(line: ContentLine, text: str, default_zone: str | None) -> tuple[When, str]:
    """One value of a property, and the kind of repair it needs; empty when none."""
    tzid = line.param("TZID") or None
    kind = ""
    try:
        when = parse_when(line) if text is line.value else scan_when(text, tzid)
    except ValueError:
        when, kind = _read_loosely(line.name, text, tzid)
    if line.params and when.tzid is None and line.param("TZID") is not None:
        kind = "tzid-dropped"
    if default_zone is not None and when.is_floating:
        return in_zone(when, default_zone), "zone-assumed"
    return when, kind


def _read_loosely(name: str, text: str, tzid: str | None) -> tuple[When, str]:
    with suppress(ValueError):  # what is no value of any type yet may be mended below
        return scan_when(text, tzid), "value-type"
    found = _LOOSE.fullmatch(text.strip().upper())
    if not found:
        raise ObjectRefused("{name} cannot be read as a date or time", name=name)
    year, month, day, hour, minute, second, zulu = (part or "" for part in found.groups())
    clock = f"T{hour}{minute}{second or '00'}{zulu}" if hour else ""
    try:
        return scan_when(year + month + day + clock, tzid), "date-mended"
    except ValueError as error:
        raise ObjectRefused("{name}: {detail}", name=name, detail=str(error)) from error


def in_zone(when: When, tzid: str) -> When:
    """A floating time read in a zone; in UTC it needs no TZID."""
    return When(when.value, is_utc=True) if tzid in UTC_NAMES else When(when.value, tzid=tzid)


def conform(when: When, start: When) -> When:
    """`when` in the type of `start`, and in its zone where it has none of its own."""
    if start.is_date:
        return when if when.is_date else When(when.start.date())
    if when.is_date:
        return When(datetime.combine(when.value, start.start.time()), start.is_utc, start.tzid)
    if when.is_floating:
        return When(when.value, start.is_utc, start.tzid)
    return When(when.value) if start.is_floating else when


def conform_end(end: When, start: When) -> When:
    """An exclusive end in the type of `start`."""
    if start.is_date and not end.is_date:
        return When(_day_after(end.start))
    if end.is_date and not start.is_date:
        return When(datetime.combine(end.value, time.min), start.is_utc, start.tzid)
    return conform(end, start)


def _day_after(at: datetime) -> date:
    if at.time() == time.min or at.date() >= LAST_DATE:
        return at.date()
    return at.date() + timedelta(days=1)


def read_date_list(line: ContentLine, start: When, default_zone: str | None) -> Rewritten | None:
    """The dates of an EXDATE or RDATE made to conform with `start`; a line without any goes."""
    if _is_conform(line, start):
        return None
    parts = [part for part in line.value.split(",") if part.strip()]
    if not parts:
        return (), {"empty-property"}
    read = [_read(line, part, default_zone) for part in parts]
    whens = [conform(when, start) for when, _ in read]
    kinds = {kind for _, kind in read if kind}
    if whens != [when for when, _ in read]:
        kinds.add("date-list-mended")
    elif len(parts) != line.value.count(",") + 1:
        kinds.add("empty-property")
    entries = [(when_params(when), format_when(when)) for when in whens]
    return _list_lines(line.name, entries), kinds or {"value-type"}


def _is_conform(line: ContentLine, start: When) -> bool:
    """True when nothing needs mending: the common case, decided without rewriting."""
    try:
        whens = parse_whens(line)
    except ValueError:
        return False
    has_tzid = bool(line.params) and line.param("TZID") is not None
    if has_tzid and (start.is_floating or any(when.tzid is None for when in whens)):
        return False
    return all(conform(when, start) == when for when in whens)


def read_period_list(line: ContentLine, start: When, default_zone: str | None) -> Rewritten | None:
    """The periods of an RDATE made to conform with `start`; beside a DATE start only their dates count."""
    tzid = line.param("TZID") or None
    try:
        periods = [parse_period(part.strip(), tzid) for part in line.value.split(",") if part.strip()]
    except ValueError as error:
        raise ObjectRefused("{name}: {detail}", name=line.name, detail=str(error)) from error
    if line.name == "EXDATE" or start.is_date:
        entries = [(when_params(when), format_when(when)) for when in (conform(p.start, start) for p in periods)]
        return _list_lines(line.name, entries), {"date-list-mended"}
    meant = [_conform_period(period, start, default_zone) for period in periods]
    is_declared = (line.param("VALUE") or "").upper() == "PERIOD"
    if meant == periods and is_declared and (tzid is None or all(period.start.tzid for period in periods)):
        return None
    entries = [((("VALUE", ("PERIOD",)), *when_params(p.start)), _format_period(p)) for p in meant]
    return _list_lines(line.name, entries), {"date-list-mended" if meant != periods else "value-type"}


def _conform_period(period: Period, start: When, default_zone: str | None) -> Period:
    def meant(when: When) -> When:
        is_bound = default_zone is not None and when.is_floating
        return conform(in_zone(when, default_zone) if is_bound and default_zone else when, start)

    return Period(meant(period.start), None if period.end is None else meant(period.end), period.duration)


def _format_period(period: Period) -> str:
    if period.end is not None:
        return f"{format_when(period.start)}/{format_when(period.end)}"
    assert period.duration is not None
    return f"{format_when(period.start)}/{format_duration(period.duration)}"


def _list_lines(name: str, entries: Iterable[tuple[Params, str]]) -> list[ContentLine]:
    """One line per kind of value: the values of a line share its parameters."""
    grouped: dict[Params, list[str]] = {}
    for params, text in entries:
        grouped.setdefault(params, []).append(text)
    return [ContentLine(name, params, ",".join(texts)) for params, texts in grouped.items()]
