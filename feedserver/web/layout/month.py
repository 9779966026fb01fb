"""The month view: weeks of seven days, events in lanes, long ones as bars across days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from feedserver.model.agenda import ShownOccurrence
from feedserver.web.layout.days import ONE_DAY, days_of

MAX_LANES = 4
"""Of a day; where there is more, the last lane says how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An occurrence, or the part of it that lies in one week."""

    occurrence: ShownOccurrence
    column: int
    """Of its first day in the week, 0 to 6."""
    span: int
    """Days in the week, 1 to 7."""
    lane: int
    """From 0, below `MAX_LANES` where it is shown."""
    has_before: bool
    """It began in an earlier week."""
    has_after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """One day of the grid."""

    on: date
    is_in_month: bool
    is_today: bool
    hidden: int
    """Occurrences that found no lane: "+3 more" opens the day."""


@dataclass(frozen=True, slots=True)
class MonthWeek:
    """One row of the grid."""

    days: tuple[MonthDay, ...]
    bars: tuple[Bar, ...]
    """Sorted by lane, then column; none hidden ones."""


def grid_of(month: date, first_weekday: int) -> tuple[date, date]:
    """The days `[start, end)` of the weeks that hold the month; `first_weekday` 0 is Monday."""
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    start = first - timedelta(days=(first.weekday() - first_weekday) % 7)
    return start, after + timedelta(days=(first_weekday - after.weekday()) % 7)


def weeks_of(
    occurrences: Iterable[ShownOccurrence], month: date, *, first_weekday: int, zone: tzinfo, today: date
) -> tuple[MonthWeek, ...]:
    """The month's grid. `zone`: the visitor's, in which timed occurrences have their days; all-day ones never move."""
    start, end = grid_of(month, first_weekday)
    spans = sorted((_Span.of(one, zone) for one in occurrences), key=_Span.order)
    firsts = [start + 7 * number * ONE_DAY for number in range((end - start).days // 7)]
    return tuple(_week(first, [span for span in spans if span.touches(first)], month, today) for first in firsts)


def week_of(occurrences: Iterable[ShownOccurrence], first: date, *, zone: tzinfo, today: date) -> MonthWeek:
    """The seven days from `first` on."""
    spans = sorted((_Span.of(one, zone) for one in occurrences), key=_Span.order)
    return _week(first, [span for span in spans if span.touches(first)], first, today)


@dataclass(frozen=True, slots=True)
class _Span:
    """An occurrence by the days it is on."""

    occurrence: ShownOccurrence
    first: date
    last: date
    """Inclusive."""
    begins: time
    """Of day; midnight for all-day, which stand above."""

    @classmethod
    def of(cls, one: ShownOccurrence, zone: tzinfo) -> _Span:
        first, last = days_of(one, zone)
        begins = one.start.astimezone(zone).time() if isinstance(one.start, datetime) else time()
        return cls(one, first, last, begins)

    def order(self) -> tuple[date, int, bool, time, str]:
        """Long ones first, so that they lie at the top in every week."""
        one = self.occurrence
        return self.first, -(self.last - self.first).days, not one.is_all_day, self.begins, one.title

    def touches(self, first: date) -> bool:
        """True when it is on one of the seven days from `first` on."""
        return self.first < first + 7 * ONE_DAY and self.last >= first


def _week(first: date, spans: Sequence[_Span], month: date, today: date) -> MonthWeek:
    bars = _bars(first, spans)
    is_crowded = [any(bar.lane >= MAX_LANES and _is_on(bar, day) for bar in bars) for day in range(7)]
    shown = [bar for bar in bars if bar.lane < MAX_LANES - any(is_crowded[bar.column : bar.column + bar.span])]
    days = tuple(
        MonthDay(
            on=on,
            is_in_month=on.month == month.month,
            is_today=on == today,
            hidden=sum(_is_on(bar, day) for bar in bars) - sum(_is_on(bar, day) for bar in shown),
        )
        for day, on in enumerate(first + number * ONE_DAY for number in range(7))
    )
    return MonthWeek(days, tuple(sorted(shown, key=lambda bar: (bar.lane, bar.column))))


def _bars(first: date, spans: Sequence[_Span]) -> list[Bar]:
    """Each span in the topmost lane that is free on all its days of the week; lane `MAX_LANES` where none is."""
    taken = [0] * MAX_LANES
    bars: list[Bar] = []
    for span in spans:
        column, last = max(0, (span.first - first).days), min(6, (span.last - first).days)
        bars.append(
            Bar(
                occurrence=span.occurrence,
                column=column,
                span=last - column + 1,
                lane=_take_lane(taken, (2 << last) - (1 << column)),
                has_before=span.first < first,
                has_after=span.last > first + 6 * ONE_DAY,
            )
        )
    return bars


def _take_lane(taken: list[int], days: int) -> int:
    """The topmost lane in which these days (one bit each) are free; they are taken now."""
    for lane, others in enumerate(taken):
        if not others & days:
            taken[lane] |= days
            return lane
    return len(taken)


def _is_on(bar: Bar, day: int) -> bool:
    return bar.column <= day < bar.column + bar.span
