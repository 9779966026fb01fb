"""Renditions: what a feed shows of an object at each level of detail, made when the object is written (F47-F82).

A rendition depends on the object, its collection's zone, the rules of the time zones and, for what has to be written
out as single events, on a horizon at least 24 months ahead; on nothing else. UID, stamps and localised words are
slots (`feedserver.ics.showing.slots`), filled when a share is read.

Rules stay rules at the level `busy` too (F72 allows it): small, and right for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.recurring.moments import TimeReader, timing_of
from feedserver.ics.recurring.occurrences import series_of, showings_between
from feedserver.ics.recurring.recurrence import SUB_DAILY, Budget
from feedserver.ics.recurring.series import Series, Showing
from feedserver.ics.showing import slots
from feedserver.ics.showing.pieces import fill_plan
from feedserver.ics.showing.plan import MAX_SINGLES, Piece, Plan, suffix_of, times_of
from feedserver.ics.showing.published import horizon_of, month_of
from feedserver.ics.showing.redact import BUSY_LINES, redact_all
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine, format_line
from feedserver.ics.syntax.values import RRule
from feedserver.ics.zones.iana import tzdata_version
from feedserver.ics.zones.timezones import IanaZone
from feedserver.model.calendar_object import Rendition
from feedserver.model.errors import ObjectRefused
from feedserver.model.share import DetailLevel

RENDERER_VERSION = 1
"""Raised when the same object would be rendered differently: then every rendition is made anew."""
MAX_RENDER_STEPS = 60_000
"""Periods and instances that one rendering may look at."""

_BEGIN = b"BEGIN:VEVENT\r\nUID:" + slots.UID
_END = b"END:VEVENT\r\n"
_BUSY_TEXT = b"".join(format_line(*line) for line in BUSY_LINES)
_RECURRENCE = frozenset({"RRULE", "RDATE", "RECURRENCE-ID", "EXDATE", "EXRULE"})

Described = Mapping[DetailLevel, "bytes | None"]
"""Per level the descriptive lines of one component, None where it does not show."""


class Rendered(NamedTuple):
    """What `render` makes of an object."""

    renditions: dict[DetailLevel, Rendition]
    """All four levels for a VEVENT, none for the others."""
    horizon_at: datetime | None
    """Up to when a rule was written out as single events; None when none was, or when it ends before."""
    is_crowded: bool = False
    """F68: its rule may put two instances on one day. It stays a rule all the same, worth no more than a warning:
    Outlook alone cannot hold it, and single events would cost all the others the series."""


def fingerprint() -> str:
    """What renditions depend on besides their objects; when it changes they are made anew."""
    return f"{RENDERER_VERSION}+{tzdata_version()}"


def render(obj: ParsedObject, now: datetime) -> Rendered:
    """What feeds show of `obj`. `now` decides the horizon alone.

    Raises ObjectRefused, RecurrenceTooCostly among it, when the object cannot be shown right: less than all of it
    is never shown in silence.
    """
    if obj.component != "VEVENT":
        return Rendered({}, None)
    if len(obj.components) == 1 and _RECURRENCE.isdisjoint(line[0] for line in obj.components[0].lines):
        return Rendered(_render_single(obj), None)
    series = series_of(obj)
    described = _described(series, obj)
    month, horizon = month_of(now), horizon_of(now)
    plans: dict[frozenset[int], Plan] = {}
    renditions = {}
    for level in DetailLevel:
        shown = frozenset(index for index, by_level in described.items() if by_level[level] is not None)
        if shown not in plans:
            plans[shown] = _plan(series, shown, month, horizon)
        plan = plans[shown]
        renditions[level] = _rendition(plan.pieces, plan.tzids, described, level)
    is_cut = any(plan.is_cut for plan in plans.values())
    return Rendered(renditions, horizon if is_cut else None, any(map(_is_crowded, series.rules)))


def _is_crowded(rule: RRule) -> bool:
    return rule.freq in SUB_DAILY or max(len(rule.by_hour), len(rule.by_minute), len(rule.by_second)) > 1


def render_window(
    obj: ParsedObject,
    level: DetailLevel,
    start: datetime,
    end: datetime,
    *,
    near: datetime | None = None,
    budget: Budget | None = None,
) -> Rendition:
    """What a windowed share shows of `obj`: each occurrence that overlaps `[start, end)` as an event of its own.

    Of more than MAX_SINGLES those nearest to `near` show: a daily event of twenty years fills any window without a
    first day. An event that does not recur keeps the object's UID. Raises ObjectRefused, RecurrenceTooCostly.
    """
    if obj.component != "VEVENT":
        return Rendition(body=b"")
    series = series_of(obj)
    described = _described(series, obj)
    found = showings_between(series, start, end, budget=budget or Budget(MAX_RENDER_STEPS))
    shown = [showing for showing in found if described[showing.part.index][level] is not None]
    pieces: list[Piece] = []
    tzids: set[str] = set()
    for showing in _nearest(shown, near or start):
        suffix = suffix_of(showing.identity) if series.is_recurring else ""
        pieces.append(Piece(suffix, times_of(showing.start, showing.end, tzids), showing.part.index))
    return _rendition(pieces, tzids, described, level)


def _nearest(showings: list[Showing], at: datetime) -> list[Showing]:
    """At most MAX_SINGLES of sorted showings, still sorted."""
    if len(showings) <= MAX_SINGLES:
        return showings
    behind = sum(showing.start.at < at for showing in showings)
    ahead = len(showings) - behind
    first = max(0, behind - max(MAX_SINGLES // 2, MAX_SINGLES - ahead))
    return showings[first : first + MAX_SINGLES]


def _render_single(obj: ParsedObject) -> dict[DetailLevel, Rendition]:
    """The common case, without a recurrence set: an event that happens once."""
    component = obj.components[0]
    try:
        timing = timing_of(component, TimeReader(obj.zones, IanaZone(obj.timezone)))
    except ValueError as error:
        raise ObjectRefused("a time or rule cannot be read: {detail}", detail=str(error)) from error
    if timing is None:
        raise ObjectRefused("the event has no DTSTART")
    tzids: set[str] = set()
    piece = Piece("", times_of(timing.start, timing.end, tzids), 0)
    described = {0: _describe(component, None)}
    return {
        level: _rendition([piece] if described[0][level] is not None else [], tzids, described, level)
        for level in DetailLevel
    }


def _plan(series: Series, shown: frozenset[int], month: datetime, horizon: datetime) -> Plan:
    plan = Plan(series=series, shown=shown, month=month, horizon=horizon, budget=Budget(MAX_RENDER_STEPS))
    if shown:
        fill_plan(plan)
    return plan


def _described(series: Series, obj: ParsedObject) -> dict[int, Described]:
    master = None if series.master is None else obj.components[series.master.index]
    return {index: _describe(part, master) for index, part in enumerate(obj.components)}


def _describe(component: Component, master: Component | None) -> Described:
    """The redaction's lines as text; what one level shares with the one before is written once."""
    text: dict[DetailLevel, bytes | None] = {}
    before: list[ContentLine] | None = None
    written = b""
    for level, lines in redact_all(component, master=master).items():
        if lines is None or lines is BUSY_LINES:
            text[level] = None if lines is None else _BUSY_TEXT
            continue
        if lines is not before:
            is_longer = before is not None and lines[: len(before)] == before
            rest = lines[len(before) :] if before is not None and is_longer else lines
            written = (written if is_longer else b"") + b"".join(format_line(*line) for line in rest)
            before = lines
        text[level] = written
    return text


def _rendition(
    pieces: list[Piece], tzids: set[str], described: Mapping[int, Described], level: DetailLevel
) -> Rendition:
    if not pieces:
        return Rendition(body=b"")
    parts: list[bytes] = []
    for piece in pieces:
        lines = described[piece.part][level]
        assert lines is not None
        parts += (_BEGIN, piece.suffix.encode(), b"\r\n", slots.STAMPS, piece.times, lines, _END)
    return Rendition(body=b"".join(parts), tzids=tuple(sorted(tzids)))
