"""Which days a rule picks inside a year or a month (the table of BYxxx parts in RFC 5545 section 3.3.10).

What the rule leaves open comes from DTSTART: the day of the month, the month, the weekday. So BYWEEKNO without BYDAY
means DTSTART's weekday in that week (trap 7; dateutil takes all seven days, libical one).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from feedserver.ics.syntax.values import Frequency, RRule, WeekdayNum

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def completed(rule: RRule, start: date) -> RRule:
    """`rule` with the day parts it leaves to DTSTART spelled out, so that it reads the same in every engine.

    Only YEARLY, MONTHLY and WEEKLY leave days open. An ordinal in BYDAY means something for YEARLY and MONTHLY only;
    elsewhere it is dropped, as BYWEEKNO is where it means nothing.
    """
    weekday = (WeekdayNum(0, start.weekday()),)
    if rule.by_weekno and rule.freq is not Frequency.YEARLY:
        rule = replace(rule, by_weekno=())
    if rule.freq not in (Frequency.YEARLY, Frequency.MONTHLY):
        rule = replace(rule, by_day=tuple(dict.fromkeys(WeekdayNum(0, day) for _, day in rule.by_day)))
        return rule if rule.by_day or rule.freq is not Frequency.WEEKLY else replace(rule, by_day=weekday)
    if rule.by_day or rule.by_monthday or rule.by_yearday:
        return rule
    if rule.by_weekno:
        return replace(rule, by_day=weekday)
    month = rule.by_month or ((start.month,) if rule.freq is Frequency.YEARLY else ())
    return replace(rule, by_month=month, by_monthday=(start.day,))


def days_of_year(rule: RRule, year: int) -> list[date]:
    """The days a completed YEARLY rule picks in `year`, sorted. Each BY part narrows: they are intersected.

    An ordinal in BYDAY counts within the month where BYMONTH is there, else within the year.
    """
    sets: list[set[date]] = []
    if rule.by_yearday:
        sets.append(_year_days(year, rule.by_yearday))
    if rule.by_weekno:
        sets.append(_week_days(year, rule.by_weekno, rule.wkst))
    if rule.by_month:
        sets.append({day for month in rule.by_month for day in days_of_month(rule, year, month)})
        return sorted(set.intersection(*sets))
    if rule.by_monthday:
        plain = replace(rule, by_day=())
        sets.append({day for month in range(1, 13) for day in days_of_month(plain, year, month)})
    if rule.by_day:
        sets.append(_weekdays_between(date(year, 1, 1), date(year, 12, 31), rule.by_day))
    return sorted(set.intersection(*sets))


def days_of_month(rule: RRule, year: int, month: int) -> list[date]:
    """The days a completed rule picks in one month, sorted; every day when neither BYMONTHDAY nor BYDAY is there."""
    last = monthrange(year, month)[1]
    if not rule.by_day:
        numbers = set(_from_end(rule.by_monthday or range(1, last + 1), last))
        return [date(year, month, number) for number in sorted(numbers)]
    days = _weekdays_between(date(year, month, 1), date(year, month, last), rule.by_day)
    if rule.by_monthday:
        wanted = set(_from_end(rule.by_monthday, last))
        days = {day for day in days if day.day in wanted}
    return sorted(days)


def admits_day(rule: RRule, day: date) -> bool:
    """True when `day` holds against BYMONTHDAY, BYYEARDAY and BYDAY: the limits of DAILY and finer rules."""
    if rule.by_day and (0, day.weekday()) not in rule.by_day:
        return False
    if rule.by_monthday and day.day not in _from_end(rule.by_monthday, monthrange(day.year, day.month)[1]):
        return False
    return admits_yearday(rule, day)


def admits_yearday(rule: RRule, day: date) -> bool:
    """True when `day` holds against BYYEARDAY, which limits where it does not expand."""
    return not rule.by_yearday or day in _year_days(day.year, rule.by_yearday)


def _from_end(numbers: Iterable[int], last: int) -> list[int]:
    """Positive numbers in `1..last`; negative ones count from the end, and what does not exist falls away."""
    positive = (number if number > 0 else last + 1 + number for number in numbers)
    return [number for number in positive if 1 <= number <= last]


def _year_days(year: int, numbers: Iterable[int]) -> set[date]:
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    return {first + timedelta(days=number - 1) for number in _from_end(numbers, length)}


def _weekdays_between(first: date, last: date, by_day: Iterable[WeekdayNum]) -> set[date]:
    """The weekdays in `[first, last]`; an ordinal counts inside that span."""
    days: set[date] = set()
    length = (last - first).days
    for ordinal, weekday in by_day:
        offset = (weekday - first.weekday()) % 7
        count = (length - offset) // 7 + 1
        if ordinal == 0:
            days.update(first + timedelta(days=offset + 7 * index) for index in range(count))
            continue
        index = ordinal - 1 if ordinal > 0 else count + ordinal
        if 0 <= index < count:
            days.add(first + timedelta(days=offset + 7 * index))
    return days


def _week_days(year: int, numbers: Iterable[int], wkst: int) -> set[date]:
    """The days of `year` that lie in weeks of those numbers.

    A week's year is the one that holds most of it, so the first and last days of `year` may belong to a week of
    its neighbours; they count when that week's number is asked for, as in every engine.
    """
    days: set[date] = set()
    for week_year in (year - 1, year, year + 1):
        first = _first_week(week_year, wkst)
        weeks = (_first_week(week_year + 1, wkst) - first).days // 7
        wanted = set(_from_end(numbers, weeks))
        if week_year != year:
            wanted &= {1, weeks}
        starts = (first + WEEK * (number - 1) for number in wanted)
        days.update(day for begin in starts for day in _seven_days(begin) if day.year == year)
    return days


def _seven_days(begin: date) -> list[date]:
    return [begin + timedelta(days=index) for index in range(7)]


def _first_week(year: int, wkst: int) -> date:
    """The first day of week 1, the first week with four days in `year`: the one that holds 4 January."""
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - wkst) % 7)
