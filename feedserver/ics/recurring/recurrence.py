"""The recurrence engine: a rule and a start to local instances, in bounded time (RFC 5545 section 3.3.10).

Our own because the libraries never return on hostile rules (I07): each period looked at and each instance yielded is
paid from a `Budget`, empty periods too. A rule without COUNT jumps to the moment asked for by arithmetic.

Everything here is local time without zone; the step of HOURLY and finer rules is taken on the local clock too. What
DTSTART counts for when the rule does not yield it is decided in `series`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product

from feedserver.ics.recurring.daysets import (
    DAY,
    WEEK,
    admits_day,
    admits_yearday,
    completed,
    days_of_month,
    days_of_year,
)
from feedserver.ics.recurring.moments import Local
from feedserver.ics.syntax.values import Frequency, RRule
from feedserver.model.errors import RecurrenceTooCostly

MAX_STEPS = 20_000
"""Of one budget by default: a daily rule for 50 years, or some 20 ms."""
LAST_YEAR = 9_990
"""Nothing recurs later; so no zone and no week leaves what a date can hold."""
MAX_TIMES_A_DAY = 1_440
"""A rule may list each minute of a day, not each second."""

_UNITS = {
    Frequency.SECONDLY: timedelta(seconds=1),
    Frequency.MINUTELY: timedelta(minutes=1),
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: DAY,
    Frequency.WEEKLY: WEEK,
}
SUB_DAILY = (Frequency.SECONDLY, Frequency.MINUTELY, Frequency.HOURLY)


class Budget:
    """How much work is left; shared by all expansions that one request or one object may cost."""

    __slots__ = ("left",)

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Pay for `steps` periods or instances; raises RecurrenceTooCostly when that is more than is left."""
        self.left -= steps
        if self.left < 0:
            raise RecurrenceTooCostly("the recurrence rule takes more steps than one calendar object may cost")


class Purse:
    """The steps that one answer may cost over all its objects (I07).

    Every object has `free` steps, so that no other can take them away; what an object needs beyond is paid from the
    common purse, at most `most` steps for one.
    """

    __slots__ = ("_free", "_left", "_most")

    def __init__(self, steps: int, *, free: int, most: int) -> None:
        self._left, self._free, self._most = steps, free, most

    @contextmanager
    def budget(self) -> Iterator[Budget]:
        """The budget of the next object; what it spends is paid when the block ends."""
        granted = min(self._most, self._free + self._left)
        budget = Budget(granted)
        try:
            yield budget
        finally:
            self._left -= max(0, granted - max(0, budget.left) - self._free)


Periods = Iterator[tuple[Sequence[date], Sequence[time]]]
"""Per period its days and the times on each of them, both sorted."""


def instances(
    rule: RRule, start: Local, *, until: Local | None = None, since: Local | None = None, budget: Budget
) -> Iterator[Local]:
    """The instances `rule` yields from `start` on, in order, of the type of `start`, without duplicates.

    `until` (inclusive, local) stands for the rule's own UNTIL, which may be in UTC and needs the zone to be read.
    `since`: leaves out what is before it. COUNT counts instances the rule yields; `start` is among them only
    when the rule yields it. Raises RecurrenceTooCostly.
    """
    if not isinstance(start, datetime) and rule.freq in SUB_DAILY:
        return _dates_only(rule, start, until=until, since=since, budget=budget)
    rule, until = _count_as_until(rule, start, until)
    if rule.count is not None:
        return _counted(rule, start, until=until, since=since, budget=budget)
    return _bounded(_sequence(rule, start, since, until, budget), start if since is None else max(start, since), until)


def last_instance(rule: RRule, start: Local, *, until: Local | None, budget: Budget) -> Local | None:
    """The last instance of a rule that has an end; None when it yields nothing.

    Searched from its end backwards where there is no COUNT to be counted. Raises RecurrenceTooCostly.
    """
    is_timed = isinstance(start, datetime)
    rule, until = _count_as_until(rule, start, until)
    if rule.count is not None or until is None or (not is_timed and rule.freq in SUB_DAILY):
        return max(instances(rule, start, until=until, budget=budget), default=None)
    span = _UNITS.get(rule.freq, DAY * 40 if rule.freq is Frequency.MONTHLY else DAY * 400) * 2
    with suppress(OverflowError):
        span *= rule.interval
        while until - span > start:
            last = max(instances(rule, start, until=until, since=until - span, budget=budget), default=None)
            if last is not None:
                return last
            span *= 4
    return max(instances(rule, start, until=until, budget=budget), default=None)


def _bounded(sequence: Iterator[Local], first: Local, until: Local | None) -> Iterator[Local]:
    for instance in sequence:
        if instance < first:
            continue
        if until is not None and instance > until:
            return
        yield instance


def _counted(rule: RRule, start: Local, *, until: Local | None, since: Local | None, budget: Budget) -> Iterator[Local]:
    count = rule.count or 0
    for number, instance in enumerate(_bounded(_sequence(rule, start, None, until, budget), start, until), 1):
        if since is None or instance >= since:
            yield instance
        if number >= count:
            return


def _count_as_until(rule: RRule, start: Local, until: Local | None) -> tuple[RRule, Local | None]:
    """COUNT of a rule that steps evenly is an UNTIL; then it can jump, and COUNT=10^9 costs nothing."""
    if rule.count is None or not is_even(rule, start):
        return rule, until
    try:
        last = start + _UNITS[rule.freq] * rule.interval * (rule.count - 1)
    except OverflowError:
        last = start.replace(year=LAST_YEAR, month=12, day=31)
    return replace(rule, count=None), last if until is None else min(last, until)


def is_even(rule: RRule, start: Local) -> bool:
    """True when all instances are equally far apart."""
    if rule.freq not in _UNITS or rule.by_month or rule.by_monthday or rule.by_yearday or rule.by_setpos:
        return False
    if rule.by_hour or rule.by_minute or rule.by_second:
        return False
    return not rule.by_day or (rule.freq is Frequency.WEEKLY and {day for _, day in rule.by_day} == {start.weekday()})


def _dates_only(
    rule: RRule, start: date, *, until: Local | None, since: Local | None, budget: Budget
) -> Iterator[Local]:
    """An HOURLY rule of an all-day event: the days its steps from midnight fall on."""
    steps = instances(
        replace(rule, by_hour=(), by_minute=(), by_second=()),
        datetime.combine(start, time()),
        until=None if until is None else datetime.combine(until, time.max),
        since=None if since is None else datetime.combine(since, time()),
        budget=budget,
    )
    last = None
    for step in steps:
        day = date(step.year, step.month, step.day)
        if day != last:
            yield day
        last = day


def _sequence(rule: RRule, start: Local, since: Local | None, until: Local | None, budget: Budget) -> Iterator[Local]:
    """All instances of the periods from the one of `start` (or shortly before `since`) to that of `until`."""
    rule = completed(rule, start)
    weight = 1 + (8 * len(rule.by_weekno) + len(rule.by_yearday) + len(rule.by_monthday) + len(rule.by_day)) // 4
    combine = datetime.combine
    is_timed = isinstance(start, datetime)
    with suppress(OverflowError):  # past the last year there is nothing more
        for days, times in _periods(rule, start, since, until, budget):
            chosen = _positions(rule.by_setpos, len(days) * len(times)) if rule.by_setpos else None
            budget.spend(weight)
            for day, clock in product(days, times) if chosen is None else _pick(days, times, chosen):
                budget.spend(1)
                yield combine(day, clock) if is_timed else day


def _pick(days: Sequence[date], times: Sequence[time], chosen: Sequence[int]) -> Iterator[tuple[date, time]]:
    return ((days[at // len(times)], times[at % len(times)]) for at in chosen)


def _positions(wanted: Sequence[int], size: int) -> list[int]:
    """BYSETPOS as sorted 0-based indexes into a set of `size`; the set itself is never built."""
    indexes = {position - 1 if position > 0 else size + position for position in wanted}
    return sorted(index for index in indexes if 0 <= index < size)


def _periods(rule: RRule, start: Local, since: Local | None, until: Local | None, budget: Budget) -> Periods:
    first = start if since is None else max(start, since)
    last = date(LAST_YEAR, 1, 1) if until is None else min(_date(until), date(LAST_YEAR, 1, 1))
    if rule.freq in SUB_DAILY:
        assert isinstance(start, datetime)
        assert isinstance(first, datetime)
        return _ticks(rule, start, first, last, budget)
    times = _times(rule, start if isinstance(start, datetime) else datetime.combine(start, time()))
    day, first_day = _date(start), _date(first)
    if rule.freq is Frequency.YEARLY:
        return _years(rule, day, first_day, last, times)
    if rule.freq is Frequency.MONTHLY:
        return _months(rule, day, first_day, last, times)
    if rule.freq is Frequency.WEEKLY:
        return _weeks(rule, day, first_day, last, times)
    return _days(
        rule, day + DAY * (max(0, (first_day - day).days) // rule.interval * rule.interval), last, times, budget
    )


def _date(value: Local) -> date:
    return value.date() if isinstance(value, datetime) else value


def _times(rule: RRule, start: datetime, *, hours: Sequence[int] | None = None) -> Sequence[time]:
    """The times of a day (or of one hour) that BYHOUR, BYMINUTE and BYSECOND make with DTSTART's own time."""
    if hours is None:
        hours = sorted(set(rule.by_hour)) or (start.hour,)
    minutes = sorted(set(rule.by_minute)) or (start.minute,)
    seconds = sorted(set(rule.by_second)) or (start.second,)
    if len(hours) * len(minutes) * len(seconds) > MAX_TIMES_A_DAY:
        raise RecurrenceTooCostly("the recurrence rule lists more than {max} times a day", max=MAX_TIMES_A_DAY)
    return [time(*clock) for clock in product(hours, minutes, seconds) if clock[2] < 60]  # noqa: PLR2004


def _years(rule: RRule, start: date, first: date, last: date, times: Sequence[time]) -> Periods:
    skipped = max(0, first.year - start.year) // rule.interval * rule.interval
    for year in range(start.year + skipped, last.year + 1, rule.interval):
        yield days_of_year(rule, year), times


def _months(rule: RRule, start: date, first: date, last: date, times: Sequence[time]) -> Periods:
    begin = start.year * 12 + start.month - 1
    skipped = max(0, first.year * 12 + first.month - 1 - begin) // rule.interval * rule.interval
    nothing: list[date] = []
    for number in range(begin + skipped, last.year * 12 + last.month, rule.interval):
        year, month = number // 12, number % 12 + 1
        is_admitted = not rule.by_month or month in rule.by_month
        days = days_of_month(rule, year, month) if is_admitted else nothing
        yield ([day for day in days if admits_yearday(rule, day)] if rule.by_yearday else days), times


def _weeks(rule: RRule, start: date, first: date, last: date, times: Sequence[time]) -> Periods:
    step = WEEK * rule.interval
    begin = start - timedelta(days=(start.weekday() - rule.wkst) % 7)
    offsets = [timedelta(days=days) for days in sorted((day - rule.wkst) % 7 for _, day in rule.by_day)]
    is_limited = bool(rule.by_month or rule.by_monthday or rule.by_yearday)
    begin += step * (max(0, (first - begin).days) // step.days)
    while begin <= last:
        days = [begin + offset for offset in offsets]
        if is_limited:
            days = [day for day in days if _admits_month(rule, day) and admits_day(rule, day)]
        yield days, times
        begin += step


def _days(rule: RRule, day: date, last: date, times: Sequence[time], budget: Budget) -> Periods:
    step = DAY * rule.interval
    is_limited = bool(rule.by_month or rule.by_monthday or rule.by_yearday or rule.by_day)
    while day <= last:
        if is_limited and not _admits_month(rule, day):
            budget.spend(1)
            day += step * max(1, -((day - _next_month(day)).days // rule.interval))
            continue
        yield ([day] if not is_limited or admits_day(rule, day) else []), times
        day += step


def _admits_month(rule: RRule, day: date) -> bool:
    return not rule.by_month or day.month in rule.by_month


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _ticks(rule: RRule, start: datetime, first: datetime, last: date, budget: Budget) -> Periods:
    """The periods of HOURLY, MINUTELY and SECONDLY rules; what BYMONTH ... BYSECOND rule out is leapt over."""
    unit = _UNITS[rule.freq]
    step = unit * rule.interval
    begin = start.replace(minute=0, second=0) if unit.seconds == 3600 else start  # noqa: PLR2004
    begin = begin.replace(second=0) if unit.seconds == 60 else begin  # noqa: PLR2004
    tick = begin + step * max(0, (first - unit - begin) // step)
    while tick.date() <= last:
        shut_until = _shut_until(rule, tick)
        if shut_until is None:
            yield [tick.date()], _tick_times(rule, start, tick)
            tick += step
        else:
            budget.spend(1)
            tick += step * max(1, -((tick - shut_until) // step))


def _tick_times(rule: RRule, start: datetime, tick: datetime) -> Sequence[time]:
    """The times inside one period: BYMINUTE and BYSECOND expand an hour, BYSECOND a minute."""
    if rule.freq is Frequency.SECONDLY:
        return [tick.time()]
    if rule.freq is Frequency.MINUTELY:
        return _times(replace(rule, by_minute=()), start.replace(minute=tick.minute), hours=(tick.hour,))
    return _times(rule, start, hours=(tick.hour,))


def _shut_until(rule: RRule, tick: datetime) -> datetime | None:
    """None when a tick holds against the limits, else the first moment at which that may change."""
    midnight = tick.replace(hour=0, minute=0, second=0)
    if not _admits_month(rule, tick):
        return datetime.combine(_next_month(tick.date()), time())
    if not admits_day(rule, tick.date()):
        return midnight + DAY
    if rule.by_hour and tick.hour not in rule.by_hour:
        return tick.replace(minute=0, second=0) + timedelta(hours=1)
    if rule.freq is not Frequency.HOURLY and rule.by_minute and tick.minute not in rule.by_minute:
        return tick.replace(second=0) + timedelta(minutes=1)
    if rule.freq is Frequency.SECONDLY and rule.by_second and tick.second not in rule.by_second:
        return tick + timedelta(seconds=1)
    return None
