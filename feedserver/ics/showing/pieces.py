"""What events a feed makes of an object: one event, a series with its overrides, or single events (F49, F60-F68).

A *run* is what one component shows of a rule: the master's up to the first RANGE=THISANDFUTURE, then that override's
up to the next. A run stands as one event with an RRULE where every client reads it right. What does not fit is taken
out of it (EXDATE) and written as a single event with a UID derived from its recurrence id:

- RDATEs, and a DTSTART that the rule does not yield (F64);
- overrides of instances that do not exist (F67), and those moved to or past a neighbour's day (F68);
- everything, up to the horizon, when there are several RRULEs or an EXRULE, or when clients read the rule differently.

Where the local times of a run read wrong through the single-rule VTIMEZONE, or no name can be published for its zone,
it is written as UTC series, one for each stretch of constant offset; the run under its zone's name begins after them
(F60). What cannot be said in UTC becomes single events.

At a level at which a component does not show, its instances are excluded; overrides of a master that does not
show stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from feedserver.ics.recurring.daysets import completed
from feedserver.ics.recurring.moments import Local, naive
from feedserver.ics.recurring.recurrence import MAX_TIMES_A_DAY, SUB_DAILY, is_even
from feedserver.ics.recurring.series import Part
from feedserver.ics.showing.plan import Plan, suffix_of
from feedserver.ics.showing.published import is_publishable
from feedserver.ics.showing.runs import Run, RunWriter
from feedserver.ics.showing.stretches import key_after, utc_stretches
from feedserver.ics.syntax.values import Frequency, RRule
from feedserver.ics.zones.timezones import publish_name, right_from
from feedserver.model.errors import RecurrenceTooCostly

_DAY = timedelta(days=1)


def fill_plan(plan: Plan) -> None:
    """Decide the VEVENTs of `plan.series`: series first, then single events by time. Raises RecurrenceTooCostly."""
    series = plan.series
    overrides = {key for key, part in series.overrides.items() if part.index in plan.shown}
    if series.master is None or not series.rules:
        for key in series.keys(plan.budget):
            plan.single_out(key)
    else:
        for run in _runs(plan):
            overrides -= _keep(plan, run)
    for key in overrides:
        plan.single_out(key)
    _add_singles(plan)


def _add_singles(plan: Plan) -> None:
    """The instance at DTSTART keeps the object's own UID when no series has it."""
    master = plan.series.master
    is_series = any(not piece.suffix for piece in plan.pieces)
    own = None if master is None or is_series else master.timing.start.local
    showings = (plan.series.showing(key) for key in plan.singles)
    for showing in sorted(showings, key=lambda showing: (showing.start.at, naive(showing.key))):
        if showing.part.index in plan.shown:
            plan.add_single(showing, "" if showing.key == own else suffix_of(showing.identity))


def _runs(plan: Plan) -> Iterator[Run]:
    """The runs that may stand as series; the instances of the others are noted as single events."""
    series = plan.series
    assert series.master is not None
    rule = series.rules[0]
    start = series.master.timing.start.local
    if len(series.rules) > 1 or series.exrules or not _is_portable(rule, start):
        _write_out(plan, start, None)
        return
    _check_density(plan, rule)
    _single_out_dates(plan, start)
    for part, following in zip([series.master, *series.ranges], [*series.ranges, None], strict=True):
        since, stop = start if part.key is None else part.key, following.key if following else None
        moved = _moved(rule, start, part)
        if moved is None:
            _write_out(plan, since, stop)
        elif part.index in plan.shown:
            yield Run(part, moved, since, stop, is_derived=part.key is not None)


def _single_out_dates(plan: Plan, start: Local) -> None:
    """RDATEs, and DTSTART where the rule does not yield it (F64)."""
    series = plan.series
    for key in {start, *series.rdates}:
        has_own_length = series.rdates.get(key) is not None
        if not series.is_excluded(key) and (has_own_length or not plan.yields(key)):
            plan.single_out(key)


def _check_density(plan: Plan, rule: RRule) -> None:
    """A rule that a client would have to step through by the second is not passed on (I07)."""
    if rule.freq not in SUB_DAILY:
        return
    keys = plan.rule_keys()
    first = next(keys, None)
    for number, key in enumerate(keys, 1):
        if first is None or naive(key) - naive(first) >= _DAY:
            return
        if number >= MAX_TIMES_A_DAY:
            raise RecurrenceTooCostly("the recurrence rule yields more than {max} times a day", max=MAX_TIMES_A_DAY)


def _write_out(plan: Plan, since: Local, stop: Local | None) -> None:
    """Note every instance of a stretch, up to the horizon, as a single event."""
    end = plan.horizon.replace(tzinfo=None)
    for key in plan.series.keys(plan.budget, since=since, stop=stop):
        if naive(key) >= end:
            plan.is_cut = True
            return
        if key not in plan.series.overrides:
            plan.single_out(key)


def _keep(plan: Plan, run: Run) -> set[Local]:
    """Put a run into the plan; gives the keys of the overrides that went with it."""
    kept: set[Local] = set()
    for stretch, tzid in _stretched(plan, run):
        kept |= RunWriter(plan, stretch, tzid).write()
    return kept


def _stretched(plan: Plan, run: Run) -> Iterator[tuple[Run, str | None]]:
    """The run as series that read right, with their TZID (None: dates or UTC); the rest becomes single events.

    From when on its zone reads right it is one series under the zone's name; what comes before, or all of it up to the
    horizon, is one UTC series for each stretch of constant offset (F60).
    """
    start = run.part.timing.start
    name = None if start.is_date else publish_name(start.zone, start.at, _last_at(plan, run))
    if start.is_date or name == "UTC":
        yield run, None
        return
    right_at = right_from(name, plan.horizon) if name and is_publishable(name) else None
    if right_at is None or right_at > plan.month:
        end = key_after(run, plan.horizon)
        plan.is_cut |= run.holds(end) and any(map(run.holds, islice(plan.rule_keys(since=end), 1)))
        yield from _in_utc(plan, run.until(end))
        return
    begin = key_after(run, right_at)
    if begin > run.since:
        yield from _in_utc(plan, run.until(begin))
    if run.holds(begin) or begin <= run.since:
        yield replace(run, since=max(begin, run.since)), name


def _in_utc(plan: Plan, run: Run) -> Iterator[tuple[Run, None]]:
    stretches = utc_stretches(run)
    if stretches is None:
        _write_out(plan, run.since, run.stop)
        return
    for stretch in stretches:
        yield stretch, None


def _last_at(plan: Plan, run: Run) -> datetime | None:
    """A moment that the run does not pass; None when it has no end, or when its zone needs none to be named."""
    zone = run.part.timing.start.zone
    if zone.iana is not None:
        return None
    bounds = [bound for bound in (run.stop, plan.series.until_of(run.rule)) if bound is not None]
    if run.rule.count is not None:
        bounds.append(max(plan.rule_keys(), default=run.since))
    return zone.utc(naive(min(bounds, key=naive))) if bounds else None


def _is_portable(rule: RRule, start: Local) -> bool:
    """False for parts that RFC 5545 does not allow with that FREQ or that type of DTSTART: engines disagree."""
    if not isinstance(start, datetime) and (rule.freq in SUB_DAILY or rule.by_hour or rule.by_minute or rule.by_second):
        return False
    if rule.by_yearday and rule.freq in (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY):
        return False
    return not (rule.by_monthday and rule.freq is Frequency.WEEKLY)


def _moved(rule: RRule, start: Local, part: Part) -> RRule | None:
    """`rule` as it reads from the part's own DTSTART on; None when no rule says what the part makes of it."""
    if part.key is None:
        needs_days = rule.by_weekno or any(ordinal for ordinal, _ in rule.by_day)
        return completed(rule, start) if needs_days else rule
    moved = part.timing.start.local
    if isinstance(moved, datetime) is not isinstance(part.key, datetime):
        return None
    if is_even(rule, start):
        return replace(rule, by_day=())
    if rule.by_hour or rule.by_minute or rule.by_second or rule.freq in SUB_DAILY:
        return None
    return completed(rule, start) if naive(moved).date() == naive(part.key).date() else None
