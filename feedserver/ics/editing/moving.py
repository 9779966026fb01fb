"""A series that begins at another time or repeats otherwise, and what goes along with it: exclusions and overrides.

An exclusion or override belongs to one instance. When the series moves it follows its instance to the nearest one of
the moved series; when there is none any more it goes. A series that only begins earlier or later keeps them in place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from feedserver.ics.editing.component_text import ComponentText
from feedserver.ics.editing.creating import rule_line
from feedserver.ics.editing.object_text import ObjectText
from feedserver.ics.editing.properties import stamp
from feedserver.ics.editing.rules import last_day, repetition_of, until_at_end_of
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.editing.times import Times, day_of, gap, in_frame, start_of, time_line
from feedserver.ics.recurring.moments import Local
from feedserver.ics.recurring.recurrence import SUB_DAILY, Budget
from feedserver.ics.recurring.series import Part, Series
from feedserver.ics.syntax.components import Component
from feedserver.ics.syntax.lines import ContentLine
from feedserver.ics.syntax.values import When, format_rrule, format_when, parse_rrule, parse_whens, when_params
from feedserver.model.appointment import AppointmentFields, Frequency, Repetition
from feedserver.model.errors import InvalidInput

_MOVE_STEPS = 100_000
_PERIOD_DAYS = {Frequency.DAILY: 1.0, Frequency.WEEKLY: 7.0, Frequency.MONTHLY: 30.4375, Frequency.YEARLY: 365.25}
_REACH_DAYS = {Frequency.DAILY: 0, Frequency.WEEKLY: 0, Frequency.MONTHLY: 10, Frequency.YEARLY: 10}
"""How far from where it should be the nearest instance may lie: months and years are not equally long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What becomes of when a series takes place."""

    old: Times
    """Of its master, as a form shows it."""
    new: Times
    repetition: Repetition | None
    """How it repeats from now on; None when it does not, or keeps a rule that no form can show."""
    keeps_rule: bool
    """It keeps what makes it repeat and no form can show; True too for what repeats neither before nor after."""
    nudge: int
    """Days by which each instance moves."""
    reach: int
    """How many days further an instance may be looked for."""
    beside: Local | None
    """The occurrence at which it was asked for; None for the whole."""
    there: Times
    """When that one is to take place."""


def nudge_of(before: AppointmentFields, after: AppointmentFields) -> int:
    """Days by which instances move when what repeats by `before.repetition` begins at another time.

    A weekly series that begins four weeks later stays where it is; one that begins a day later moves by a day.
    """
    old, new = before.repetition, after.repetition
    days = (day_of(after.start) - day_of(before.start)).days
    if old is None or new is None or not is_same_pattern(old, new):
        return 0
    if old.frequency is Frequency.WEEKLY and old.interval == 1 and old.weekdays == new.weekdays:
        return 0
    period = _PERIOD_DAYS[old.frequency] * old.interval
    return round(days - round(days / period) * period)


def is_same_pattern(old: Repetition, new: Repetition) -> bool:
    """True when both step alike, on whichever weekdays."""
    return (old.frequency, old.interval, old.month_day) == (new.frequency, new.interval, new.month_day)


def reach_of(before: AppointmentFields, after: AppointmentFields) -> int:
    """How many days from its new place an instance may be looked for."""
    old, new = before.repetition, after.repetition
    return _REACH_DAYS[old.frequency] if old and new and is_same_pattern(old, new) else 0


def move_series(event: StoredEvent, text: ObjectText, move: Move, now: datetime) -> None:
    """Write a move into the master of `text` (the event's own); exclusions and overrides follow.

    Raises InvalidInput for a rule that no form can show when it cannot go along, RecurrenceTooCostly.
    """
    texts = text.events
    master = texts[0]
    old_start = start_of(master.component())
    if move.keeps_rule:
        _check_keeps_rule(event, move)
    event.clockwork.put(master, move.new, move.old)
    start = start_of(master.component())
    if move.repetition is None and not move.keeps_rule:
        master.remove("RRULE", "EXRULE", "RDATE", "EXDATE")
        for override in texts[1:]:
            text.remove(override)
        return
    _write_rules(event, master, move)
    route = _Route(event, master, move)
    if start != old_start or move.nudge:
        for name in ("EXDATE", "RDATE"):
            master.rewrite(name, lambda line: _moved_dates(event, line, route, start))
    for part in event.series.overrides.values():
        if not _follow(route, part, texts[part.index], start, now):
            text.remove(texts[part.index])


def _check_keeps_rule(event: StoredEvent, move: Move) -> None:
    """A rule that is not understood goes along when only the time of day changes and it does not name times itself."""
    rules = event.series.rules + event.series.exrules
    if rules and day_of(move.old.start) != day_of(move.new.start):
        raise InvalidInput(
            "it repeats by a rule that this form cannot show, so it stays on its day; "
            "choose how it repeats to move it to another",
            field="start",
        )
    is_bound = any(rule.freq in SUB_DAILY or rule.by_hour or rule.by_minute or rule.by_second for rule in rules)
    if (is_bound or any(event.series.rdates.values())) and move.old.start != move.new.start:
        raise InvalidInput(
            "it repeats by a rule that this form cannot show, so it stays at its time; "
            "choose how it repeats to move it to another",
            field="start",
        )


def _write_rules(event: StoredEvent, master: ComponentText, move: Move) -> None:
    if move.repetition is None:
        for name in ("RRULE", "EXRULE"):
            master.rewrite(name, lambda line: _with_end_of(event, line, master, move))
        return
    master.remove("EXRULE", "RDATE")
    if not _says_already(event, master, move.repetition):
        rules = event.series.rules
        week_start = rules[0].wkst if len(rules) == 1 else 0
        master.put(rule_line(move.repetition, move.new, week_start=week_start), after="DTSTART")


def _says_already(event: StoredEvent, master: ComponentText, wanted: Repetition) -> bool:
    """True when the rule means `wanted` at the new start too, its UNTIL in the type that DTSTART asks for."""
    series = Series([master.component()], event.clockwork.reader)
    if len(series.rules) != 1 or series.master is None:
        return False
    rule, start = series.rules[0], start_of(master.component())
    if rule.until is not None and not _is_of_type(rule.until, start):
        return False
    return repetition_of(rule, series.master.timing.start.local, series.until_of(rule)) == wanted


def _is_of_type(until: When, start: When) -> bool:
    """RFC 5545 section 3.3.10: a date for all-day, local time where DTSTART floats, else UTC."""
    if start.is_date or until.is_date:
        return start.is_date and until.is_date
    return until.is_utc is not start.is_floating


def _with_end_of(event: StoredEvent, line: ContentLine, master: ComponentText, move: Move) -> ContentLine:
    """A rule whose UNTIL includes the same days at the new time of day."""
    rule = parse_rrule(line.value)
    until = event.series.until_of(rule)
    if until is None or (move.old.start == move.new.start and move.old.timezone == move.new.timezone):
        return line
    last = last_day(until, move.old.start)
    start = start_of(master.component())
    zone = event.clockwork.zone_of(start)
    when = until_at_end_of(last, move.new.start, is_utc=start.is_utc, zone=zone)
    return ContentLine(line.name, line.params, format_rrule(replace(rule, until=when)))


class _Route:
    """From keys of the series as it was to keys of the series as it is now."""

    def __init__(self, event: StoredEvent, master: ComponentText, move: Move) -> None:
        self.event, self.move = event, move
        keys = _exceptions(event)
        self._before: set[Local] = set()
        self._after: list[Local] = []
        if keys and not move.keeps_rule:
            assert event.master is not None
            days = [day_of(key) for key in keys]
            margin = timedelta(days=abs(move.nudge) + move.reach + 1)
            first, last = min(days) - margin, max(days) + margin
            self._before = set(_keys(event, event.master.lines, first, last))
            self._after = list(_keys(event, master.lines, first, last))
        self._days = [day_of(key) for key in self._after]

    def leads(self, key: Local) -> Local | None:
        """Where an instance is now; None when there is none any more. What never was one stays on its day."""
        if self.move.keeps_rule:
            return self._straight(key)
        if key not in self._before:
            return self._in_type(key)
        wanted = day_of(key) + timedelta(days=self.move.nudge)
        at = bisect_left(self._days, wanted)
        near = [
            other for other in self._after[max(0, at - 1) : at + 1] if self._distance(other, wanted) <= self.move.reach
        ]
        return min(near, key=lambda other: self._distance(other, wanted), default=None)

    def _distance(self, key: Local, wanted: date) -> int:
        return abs((day_of(key) - wanted).days)

    def _straight(self, key: Local) -> Local:
        """As much later as the start."""
        old, new = self.move.old.start, self.move.new.start
        if isinstance(key, datetime) and isinstance(new, datetime):
            return key + gap(old, new)
        return self._in_type(key + (day_of(new) - day_of(old)))

    def _in_type(self, key: Local) -> Local:
        """The same day, at the time of day of the series when it has got one."""
        new = self.move.new.start
        if isinstance(new, datetime):
            return key if isinstance(key, datetime) else datetime.combine(key, new.time())
        return day_of(key)


def _exceptions(event: StoredEvent) -> list[Local]:
    keys = list(event.series.overrides)
    if event.master is not None:
        for line in event.master.all("EXDATE"):
            keys += [event.key_from(when) for when in parse_whens(line)]
    return keys


def _keys(event: StoredEvent, lines: Sequence[ContentLine], first: date, last: date) -> Iterable[Local]:
    """The instances between two days, as if nothing were excluded."""
    plain = Component("VEVENT", [line for line in lines if line.name != "EXDATE"])
    series = Series([plain], event.clockwork.reader)
    is_timed = series.master is not None and not series.master.timing.start.is_date
    since, stop = (datetime.combine(day, time()) if is_timed else day for day in (first, last))
    return series.keys(Budget(_MOVE_STEPS), since=since, stop=stop)


def _moved_dates(event: StoredEvent, line: ContentLine, route: _Route, start: When) -> ContentLine | None:
    """An EXDATE or RDATE whose dates went along."""
    if (line.param("VALUE") or "").upper() == "PERIOD":
        return line
    keys = (route.leads(event.key_from(when)) for when in parse_whens(line))
    whens = [in_frame(key, start) for key in keys if key is not None]
    if not whens:
        return None
    kept = tuple(param for param in line.params if param[0] not in ("VALUE", "TZID"))
    return ContentLine(line.name, kept + when_params(whens[0]), ",".join(map(format_when, whens)))


def _follow(route: _Route, part: Part, override: ComponentText, start: When, now: datetime) -> bool:
    """Let an override go where its instance went, False when there is none any more.

    One that was moved on its own keeps its time. `start`: the series' DTSTART as it is now.
    """
    assert part.key is not None
    key, event = route.leads(part.key), route.event
    if key is None:
        return False
    before = override.to_bytes()
    override.put(time_line("RECURRENCE-ID", in_frame(key, start), override))
    shown = event.times_of(part)
    is_unmoved = part.timing.start.at == event.series.identity_of(part.key).at
    if part.key == route.move.beside:
        event.clockwork.put(override, route.move.there, shown)
    elif is_unmoved or part.is_range:
        offset = timedelta() if is_unmoved else gap(part.key, shown.start)
        event.clockwork.put(override, _times_at(key, offset, shown, route.move), shown)
    if override.to_bytes() != before:
        stamp(override, now)
    return True


def _times_at(key: Local, offset: timedelta, shown: Times, move: Move) -> Times:
    """At the new key; as long as the series now where it was as long as the series."""
    length = gap(shown.start, shown.end)
    is_as_long = length == gap(move.old.start, move.old.end)
    if is_as_long or shown.is_all_day is not move.new.is_all_day:
        length = gap(move.new.start, move.new.end)
    start = key + offset
    return Times(start, start + length, move.new.timezone)
