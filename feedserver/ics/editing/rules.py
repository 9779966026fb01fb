"""Recurrence rules as a form shows them, and back."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from feedserver.ics.recurring.moments import Local
from feedserver.ics.syntax.values import Frequency as Freq
from feedserver.ics.syntax.values import RRule, WeekdayNum, When
from feedserver.ics.zones.timezones import Zone
from feedserver.model.appointment import Frequency, MonthDay, Repetition

_WEEK = 7
_DAY = timedelta(days=1)
_END_OF_DAY = time(23, 59, 59)
_FREQUENCIES = {
    Freq.DAILY: Frequency.DAILY,
    Freq.WEEKLY: Frequency.WEEKLY,
    Freq.MONTHLY: Frequency.MONTHLY,
    Freq.YEARLY: Frequency.YEARLY,
}
_FREQS = {frequency: freq for freq, frequency in _FREQUENCIES.items()}
_FOREIGN_PARTS = ("by_second", "by_minute", "by_hour", "by_yearday", "by_weekno")


def repetition_of(rule: RRule, start: Local, until: Local | None) -> Repetition | None:
    """What a form shows of a rule that begins at `start`; None when it says more than a form can.

    `until`: the rule's UNTIL as the zone of `start` reads it (`Series.until_of`).
    """
    if rule.freq not in _FREQUENCIES or any(getattr(rule, name) for name in _FOREIGN_PARTS):
        return None
    shown = Repetition(
        frequency=_FREQUENCIES[rule.freq],
        interval=rule.interval,
        until_on=None if until is None else last_day(until, start),
        count=rule.count,
    )
    if rule.freq in (Freq.DAILY, Freq.WEEKLY):
        return _by_week(rule, start, shown)
    return _by_month(rule, start, shown)


def last_day(until: Local, start: Local) -> date:
    """The last day on which something that begins at the time of day of `start` begins at or before `until`."""
    if not isinstance(until, datetime) or not isinstance(start, datetime):
        return until
    return until.date() if start.time() <= until.time() else until.date() - _DAY


def _by_week(rule: RRule, start: date, shown: Repetition) -> Repetition | None:
    if rule.by_month or rule.by_monthday or rule.by_setpos:
        return None
    days = tuple(sorted({day for _, day in rule.by_day}))
    if rule.freq is Freq.DAILY and not days:
        return shown
    if rule.freq is Freq.DAILY and rule.interval != 1:
        return None
    return replace(shown, frequency=Frequency.WEEKLY, weekdays=days or (start.weekday(),))


def _by_month(rule: RRule, start: date, shown: Repetition) -> Repetition | None:
    """A day of the month, or a counted weekday; in both cases the one that `start` is."""
    is_yearly = rule.freq is Freq.YEARLY
    if rule.by_month != ((start.month,) if is_yearly else ()) and (rule.by_month or rule.by_day or rule.by_monthday):
        return None
    if not rule.by_day:
        is_own_day = rule.by_monthday in ((), (start.day,)) and not rule.by_setpos
        return shown if is_own_day else None
    if rule.by_monthday or len(rule.by_day) > 1 or rule.by_day[0].weekday != start.weekday():
        return None
    ordinal = _ordinal(rule)
    if ordinal == ordinal_of(start):
        return replace(shown, month_day=MonthDay.WEEKDAY)
    return replace(shown, month_day=MonthDay.LAST_WEEKDAY) if ordinal == -1 and is_last_of_month(start) else None


def _ordinal(rule: RRule) -> int | None:
    """`2` of `2TU`, also when it is written as the second of all Tuesdays; None for anything else."""
    written = rule.by_day[0].ordinal
    if not rule.by_setpos:
        return written or None
    return rule.by_setpos[0] if not written and len(rule.by_setpos) == 1 else None


def ordinal_of(day: date) -> int:
    """Which of its weekday in its month a day is, from 1 to 5."""
    return (day.day - 1) // _WEEK + 1


def is_last_of_month(day: date) -> bool:
    """True when its weekday does not come again in its month."""
    return day.day + _WEEK > monthrange(day.year, day.month)[1]


def rule_of(repetition: Repetition, start: Local, *, is_utc: bool, zone: Zone | None, week_start: int = 0) -> RRule:
    """The rule that says a repetition of what begins at `start`.

    UNTIL is the end of the last day: a date for all-day, in UTC for a `zone` (RFC 5545 section 3.3.10). `zone` None:
    floating, or UTC itself.
    """
    freq = _FREQS[repetition.frequency]
    is_counted = freq in (Freq.MONTHLY, Freq.YEARLY) and repetition.month_day is not MonthDay.DATE
    by_day: tuple[WeekdayNum, ...] = ()
    if freq is Freq.WEEKLY:
        by_day = tuple(WeekdayNum(0, day) for day in repetition.weekdays)
    elif is_counted:
        ordinal = -1 if repetition.month_day is MonthDay.LAST_WEEKDAY else ordinal_of(start)
        by_day = (WeekdayNum(ordinal, start.weekday()),)
    return RRule(
        freq=freq,
        interval=repetition.interval,
        count=repetition.count,
        until=until_at_end_of(repetition.until_on, start, is_utc=is_utc, zone=zone) if repetition.until_on else None,
        by_day=by_day,
        by_month=(start.month,) if is_counted and freq is Freq.YEARLY else (),
        wkst=week_start if freq is Freq.WEEKLY else 0,
    )


def until_at_end_of(day: date, start: Local, *, is_utc: bool, zone: Zone | None) -> When:
    """UNTIL so that all of `day` belongs to the rule, in the type that DTSTART asks for."""
    if not isinstance(start, datetime):
        return When(day)
    local = datetime.combine(day, _END_OF_DAY)
    return When(local, is_utc) if zone is None or is_utc else When(zone.utc(local).replace(tzinfo=None), is_utc=True)
