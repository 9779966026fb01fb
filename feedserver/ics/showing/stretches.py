"""A run in UTC: one series for each stretch of time in which its zone keeps one offset (F60).

Inside such a stretch a rule of local times is the same rule in UTC, its days moved where the UTC day is another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from feedserver.ics.recurring.daysets import completed
from feedserver.ics.recurring.moments import Local, naive
from feedserver.ics.recurring.recurrence import SUB_DAILY, is_even
from feedserver.ics.showing.runs import Run
from feedserver.ics.syntax.values import Frequency, RRule, WeekdayNum
from feedserver.ics.zones import iana
from feedserver.ics.zones.observances import FileZone
from feedserver.ics.zones.timezones import Zone

MAX_YEARS = 200
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def key_after(run: Run, at: datetime) -> datetime:
    """A key of a timed run from which on every instance lies after the moment `at`, a day at most."""
    return (run.part.timing.start.zone.local(at) + _DAY - _shift(run)).replace(microsecond=0)


def _shift(run: Run) -> timedelta:
    """From a key to the local time at which the run shows it."""
    part = run.part
    return timedelta() if part.key is None else naive(part.timing.start.local) - naive(part.key)


def utc_stretches(run: Run) -> list[Run] | None:
    """The run cut where its zone changes its offset, each with its rule in UTC; None when no rule says it there.

    The run has an end. Sorted, all derived, empty stretches among them.
    """
    assert run.stop is not None
    zone, shift = run.part.timing.start.zone, _shift(run)
    if naive(run.stop).year - naive(run.since).year > MAX_YEARS:
        return None
    cuts = [cut - shift for cut in _cuts(zone, naive(run.since) + shift, naive(run.stop) + shift)]
    bounds: list[Local] = [run.since, *cuts, run.stop]
    stretches = []
    for since, stop in pairwise(bounds):
        local = naive(since) + shift
        rule = _rule_in_utc(run, local.replace(tzinfo=UTC) - zone.utc(local))
        if rule is None:
            return None
        stretches.append(Run(run.part, rule, since, stop, is_derived=True))
    return stretches


def _cuts(zone: Zone, first: datetime, last: datetime) -> Iterator[datetime]:
    """Naive local times between two from which on another offset is used, rising.

    RFC 5545 3.3.5: skipped times keep the offset before the gap, of equal ones the first is meant; so both offsets have
    to have passed the change.
    """
    for year in range(first.year, last.year + 1):
        for at in _changes(zone, year):
            cut = max(zone.local(at - _SECOND) + _SECOND, zone.local(at))
            if first < cut < last:
                yield cut


def _changes(zone: Zone, year: int) -> list[datetime]:
    if zone.iana is not None:
        return [change.at for change in iana.changes(zone.iana, year)]
    assert isinstance(zone, FileZone)
    return [at for at, _ in zone.changes(year)]


def _rule_in_utc(run: Run, offset: timedelta) -> RRule | None:
    """The run's rule where local time is `offset` ahead of UTC."""
    rule, start = run.rule, run.part.timing.start.local
    if is_even(rule, start):
        return replace(rule, by_day=())
    if rule.freq in SUB_DAILY or rule.by_hour or rule.by_minute or rule.by_second:
        return None
    days = ((naive(start) - offset).date() - naive(start).date()).days
    rule = completed(rule, start)
    if not days:
        return rule
    if rule.by_month or rule.by_monthday or rule.by_yearday or rule.by_setpos:
        return None
    if rule.freq not in (Frequency.DAILY, Frequency.WEEKLY):
        return None
    by_day = tuple(WeekdayNum(0, (weekday + days) % 7) for _, weekday in rule.by_day)
    return replace(rule, by_day=by_day, wkst=(rule.wkst + days) % 7)
