# ruff: noqa: DTZ001 - the engine works on local times without zone
"""The engine yields what RFC 5545 says, the same as dateutil where that is sane, and never for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedserver.ics.recurring.daysets import completed
from feedserver.ics.recurring.recurrence import Budget, Purse, instances
from feedserver.ics.syntax.values import Frequency, RRule, WeekdayNum, format_rrule, parse_rrule
from feedserver.model.errors import RecurrenceTooCostly

NINE = datetime(1997, 9, 2, 9)


def yielded(rule: str, start: date = NINE, *, limit: int = 200, since: date | None = None) -> list[date]:
    return list(islice(instances(parse_rrule(rule), start, since=since, budget=Budget()), limit))


def days(rule: str, start: date = NINE, *, limit: int = 200) -> str:
    """The instances as `month/day`, the year before the first of each year."""
    text, year = [], 0
    for instance in yielded(rule, start, limit=limit):
        text.append(f"{instance.year}:" if instance.year != year else "")
        text.append(f"{instance.month}/{instance.day}")
        year = instance.year
    return " ".join(filter(None, text))


RFC_EXAMPLES = [
    # RFC 5545 section 3.8.5.3; the day after 1997 where the text's dates cross the year
    ("FREQ=DAILY;COUNT=10", "1997: 9/2 9/3 9/4 9/5 9/6 9/7 9/8 9/9 9/10 9/11"),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997: 9/2 9/12 9/22 10/2 10/12"),
    ("FREQ=WEEKLY;COUNT=10", "1997: 9/2 9/9 9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4"),
    ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/9 9/11 9/16 9/18 9/23 9/25 9/30 10/2"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/16 9/18 9/30 10/2 10/14 10/16"),
    ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997: 9/22 10/20 11/17 12/22 1998: 1/19 2/16"),
    ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997: 9/28 10/29 11/28 12/29 1998: 1/29 2/26"),
    ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997: 9/2 9/15 10/2 10/15 11/2 11/15 12/2 12/15 1998: 1/2 1/15"),
    ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997: 9/30 10/1 10/31 11/1 11/30 12/1 12/31 1998: 1/1 1/31 2/1"),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997: 9/10 9/11 9/12 9/13 9/14 9/15 1999: 3/10 3/11 3/12 3/13",
    ),
    ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997: 9/2 9/9 9/16 9/23 9/30 11/4 11/11 11/18 11/25 1998: 1/6 1/13 1/20"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1998: 5/11 1999: 5/17 2000: 5/15"),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998: 2/13 3/13 11/13 1999: 8/13 2000: 10/13"),
    ("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997: 9/13 10/11 11/8 12/13 1998: 1/10 2/7"),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997: 9/4 10/7 11/6"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997: 9/29 10/30 11/27 12/30 1998: 1/29 2/26"),
]


@pytest.mark.parametrize(("rule", "expected"), RFC_EXAMPLES)
def test_rfc_5545_section_3_8_5_3_example(rule: str, expected: str) -> None:
    count = sum("/" in word for word in expected.split())
    assert days(rule, limit=count) == expected


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=YEARLY;COUNT=4;BYMONTH=6,7", datetime(1997, 6, 10, 9), "1997: 6/10 7/10 1998: 6/10 7/10"),
        ("FREQ=YEARLY;INTERVAL=2;COUNT=4;BYMONTH=1,2,3", datetime(1997, 3, 10, 9), "1997: 3/10 1999: 1/10 2/10 3/10"),
        (
            "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
            datetime(1997, 1, 1, 9),
            "1997: 1/1 4/10 7/19 2000: 1/1 4/9 7/18 2003: 1/1 4/10 7/19 2006: 1/1",
        ),
        ("FREQ=YEARLY;BYDAY=-1MO;BYMONTHDAY=-1", datetime(2000, 1, 1, 9), "2001: 12/31 2007: 12/31"),
        ("FREQ=YEARLY;BYDAY=20MO", datetime(1997, 5, 19, 9), "1997: 5/19 1998: 5/18 1999: 5/17"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            datetime(1996, 11, 5, 9),
            "1996: 11/5 2000: 11/7 2004: 11/2",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", datetime(1997, 8, 5, 9), "1997: 8/5 8/10 8/19 8/24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", datetime(1997, 8, 5, 9), "1997: 8/5 8/17 8/19 8/31"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", datetime(2007, 1, 15, 9), "2007: 1/15 1/30 2/15 3/15 3/30"),
        ("FREQ=YEARLY", datetime(2024, 2, 29, 9), "2024: 2/29 2028: 2/29 2032: 2/29"),
        ("FREQ=MONTHLY;COUNT=4", datetime(2024, 1, 31, 9), "2024: 1/31 3/31 5/31 7/31"),
    ],
)
def test_rules_of_other_starts_follow_rfc_5545(rule: str, start: datetime, expected: str) -> None:
    count = sum("/" in word for word in expected.split())
    assert days(rule, start, limit=count) == expected


def test_times_of_day_come_from_the_by_lists_and_the_start() -> None:
    found = yielded("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20,40", limit=7)
    assert [f"{moment:%d %H:%M}" for moment in found] == [
        "02 09:00", "02 09:20", "02 09:40", "02 10:00", "02 10:20", "02 10:40", "03 09:00",
    ]  # fmt: skip


def test_byweekno_without_byday_means_the_weekday_of_dtstart() -> None:
    """Trap 7: dateutil takes all seven days; RFC 5545 takes what is missing from DTSTART."""
    assert days("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", datetime(1997, 5, 12, 9)) == "1997: 5/12 1998: 5/11"


def test_an_all_day_start_yields_dates() -> None:
    assert yielded("FREQ=WEEKLY;COUNT=2", date(2026, 1, 1)) == [date(2026, 1, 1), date(2026, 1, 8)]


def test_hours_of_an_all_day_start_yield_each_day_once() -> None:
    assert yielded("FREQ=HOURLY;INTERVAL=12", date(2026, 1, 1), limit=2) == [date(2026, 1, 1), date(2026, 1, 2)]


def test_until_is_inclusive() -> None:
    found = instances(parse_rrule("FREQ=DAILY"), NINE, until=NINE + timedelta(days=2), budget=Budget())
    assert len(list(found)) == 3


# --- against dateutil ------------------------------------------------------------------------------------------

WEEKDAYS = st.builds(WeekdayNum, st.just(0), st.integers(0, 6))
ORDINALS = st.builds(WeekdayNum, st.sampled_from([-2, -1, 1, 2, 5]), st.integers(0, 6))


def some(values: st.SearchStrategy[int], most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    return st.one_of(st.just(()), st.lists(values, max_size=most, unique=True).map(tuple))


def signed(high: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(1, high), st.integers(-high, -1))


@st.composite
def rules(draw: st.DrawFn) -> RRule:
    freq = draw(st.sampled_from(Frequency))
    by_day = draw(st.one_of(st.just(()), st.lists(WEEKDAYS, max_size=3).map(tuple)))
    if freq in (Frequency.YEARLY, Frequency.MONTHLY):
        by_day = draw(st.one_of(st.just(by_day), st.lists(ORDINALS, max_size=3).map(tuple)))
    is_yearly = freq is Frequency.YEARLY
    has_ordinal = any(ordinal for ordinal, _ in by_day)
    by_weekno = draw(some(signed(53))) if is_yearly and by_day and not has_ordinal else ()
    rule = RRule(
        freq=freq,
        interval=draw(st.integers(1, 40)),
        by_month=draw(some(st.integers(1, 12))),
        by_monthday=draw(some(signed(31))) if freq is not Frequency.WEEKLY else (),
        by_yearday=draw(some(signed(366))) if is_yearly else (),
        by_weekno=by_weekno,
        by_day=by_day,
        by_hour=draw(some(st.integers(0, 23))),
        by_minute=draw(some(st.integers(0, 59))),
        by_second=draw(some(st.integers(0, 59))),
        wkst=draw(st.integers(0, 6)),
        count=draw(st.one_of(st.none(), st.integers(1, 30))),
    )
    has_set = rule.by_day or rule.by_month or rule.by_monthday or rule.by_hour or rule.by_minute or rule.by_second
    positions = draw(some(signed(8), 3)) if has_set else ()
    return RRule(**{**{name: getattr(rule, name) for name in rule.__slots__}, "by_setpos": positions})


STARTS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(microsecond=0))


SLOW = {Frequency.SECONDLY: timedelta(days=1), Frequency.MINUTELY: timedelta(days=60)}
"""Over which span dateutil, which tries each step, is not asked for long."""


@settings(deadline=None)
@given(rule=rules(), start=STARTS)
def test_agrees_with_dateutil(rule: RRule, start: datetime) -> None:
    found = _within_budget(instances(rule, start, budget=Budget(2_000)), 12)
    # dateutil begins the first week at DTSTART; BYSETPOS then counts in a part of it (RFC 5545: in the whole week)
    assume(not (rule.freq is Frequency.WEEKLY and rule.by_setpos and start.weekday() != rule.wkst))
    assume(found and found[-1] - start < SLOW.get(rule.freq, timedelta.max))
    text = format_rrule(rule)
    assert parse_rrule(text) == rule
    assert found == list(islice(rrulestr(text, dtstart=start), len(found)))


@settings(deadline=None)
@given(rule=rules(), start=STARTS)
def test_the_completed_rule_says_the_same(rule: RRule, start: datetime) -> None:
    found = _within_budget(instances(rule, start, budget=Budget(2_000)), 12)
    assert _within_budget(instances(completed(rule, start), start, budget=Budget(2_000)), 12) == found


@settings(deadline=None)
@given(rule=rules(), start=STARTS, skip=st.integers(0, 11))
def test_jumping_into_a_rule_finds_what_walking_finds(rule: RRule, start: datetime, skip: int) -> None:
    walked = _within_budget(instances(rule, start, budget=Budget(2_000)), 12)
    assume(len(walked) > skip)
    jumped = _within_budget(instances(rule, start, since=walked[skip], budget=Budget(4_000)), len(walked) - skip)
    assert jumped == walked[skip:]


def _within_budget(found: Iterator[date], limit: int) -> list[date]:
    """What comes before the budget is spent: rules that yield little are not the matter here."""
    seen = []
    try:
        for instance in islice(found, limit):
            seen.append(instance)  # noqa: PERF402 - what was seen before the error counts
    except RecurrenceTooCostly:
        pass
    return seen


# --- hostile rules ---------------------------------------------------------------------------------------------


def numbers(first: int, last: int) -> str:
    return ",".join(map(str, range(first, last + 1)))


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;COUNT=999999999",
    "FREQ=MINUTELY;BYSECOND=" + numbers(0, 59),
    "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=999999999",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
    "FREQ=YEARLY;INTERVAL=999999999",
    "FREQ=WEEKLY;INTERVAL=999999999",
    f"FREQ=DAILY;BYHOUR={numbers(0, 23)};BYMINUTE={numbers(0, 59)};BYSECOND={numbers(0, 59)}",
    f"FREQ=YEARLY;BYMONTHDAY={numbers(1, 31)};BYHOUR={numbers(0, 23)};BYMINUTE={numbers(0, 59)};BYSETPOS=-1",
    f"FREQ=YEARLY;BYYEARDAY={numbers(1, 366)};BYMONTH=2;BYMONTHDAY=31",
    f"FREQ=YEARLY;BYWEEKNO={numbers(1, 53)};BYYEARDAY=366;INTERVAL=3",
]


@pytest.mark.parametrize("rule", BOMBS)
def test_i07_a_recurrence_bomb_costs_bounded_time(rule: str) -> None:
    """I07: the fourteen; an impossible rule (30 February) ends within the budget too."""
    began = time.process_time()
    try:
        for _ in instances(parse_rrule(rule), NINE, budget=Budget()):
            pass
    except RecurrenceTooCostly:
        pass
    assert time.process_time() - began < 5, "some 50 ms on a quiet machine"


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY;COUNT=999999999", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=DAILY"])
def test_i07_a_window_far_away_is_reached_by_arithmetic(rule: str) -> None:
    """I07: COUNT of an evenly stepping rule does not make it walk either."""
    budget = Budget(10)
    assert next(instances(parse_rrule(rule), NINE, since=datetime(2026, 1, 1, 9), budget=budget))


def test_i07_a_purse_gives_every_object_its_share_and_runs_dry() -> None:
    purse = Purse(100, free=10, most=80)
    granted = []
    for _ in range(3):
        with suppress(RecurrenceTooCostly), purse.budget() as budget:
            granted.append(budget.left)
            budget.spend(1_000)
    with purse.budget() as budget:
        granted.append(budget.left)
        budget.spend(5)
    assert granted == [80, 40, 10, 10]
