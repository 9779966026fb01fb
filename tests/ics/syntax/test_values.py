"""Typed values: read exactly, written as read, and refused before they can hurt."""

from __future__ import annotations

# ruff: noqa: DTZ001 - what stands in a file is local time without a zone
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedserver.ics.syntax.lines import parse_line
from feedserver.ics.syntax.values import (
    FIRST_DATE,
    LAST_DATE,
    MAX_DURATION,
    Frequency,
    Period,
    RRule,
    WeekdayNum,
    When,
    format_duration,
    format_rrule,
    format_when,
    parse_duration,
    parse_integer,
    parse_period,
    parse_rrule,
    parse_when,
    parse_whens,
    scan_when,
    when_line,
)

MOMENTS = st.datetimes(
    datetime.combine(FIRST_DATE, datetime.min.time()), datetime.combine(LAST_DATE, datetime.min.time())
).map(lambda at: at.replace(microsecond=0))
WHENS = st.one_of(
    st.dates(FIRST_DATE, LAST_DATE).map(When),
    MOMENTS.map(When),
    MOMENTS.map(lambda at: When(at, is_utc=True)),
    MOMENTS.map(lambda at: When(at, tzid="Europe/Berlin")),
)
NONZERO = st.integers(1, 53).flatmap(lambda n: st.sampled_from((n, -n)))
RULES = st.builds(
    RRule,
    freq=st.sampled_from(Frequency),
    interval=st.integers(1, 999),
    count=st.none() | st.integers(1, 10**9 - 1),
    by_month=st.lists(st.integers(1, 12), max_size=3).map(tuple),
    by_weekno=st.lists(NONZERO, max_size=3).map(tuple),
    by_day=st.lists(
        st.builds(WeekdayNum, st.integers(-53, 53), st.integers(0, 6)),
        max_size=4,
    ).map(tuple),
    by_hour=st.lists(st.integers(0, 23), max_size=3).map(tuple),
    by_setpos=st.lists(NONZERO, max_size=2).map(tuple),
    wkst=st.integers(0, 6),
)


@given(WHENS)
def test_time_reads_back_as_written(when: When) -> None:
    assert parse_when(when_line("DTSTART", when)) == when


@given(RULES)
def test_rule_reads_back_as_written(rule: RRule) -> None:
    assert parse_rrule(format_rrule(rule)) == rule


@given(st.timedeltas(-MAX_DURATION, MAX_DURATION).map(lambda length: timedelta(seconds=length // timedelta(seconds=1))))
def test_duration_reads_back_as_written(length: timedelta) -> None:
    if abs(length) <= MAX_DURATION:
        assert parse_duration(format_duration(length)) == length


@given(st.text(max_size=40))
def test_any_text_is_read_or_raises_value_error(text: str) -> None:
    for parse in (scan_when, parse_duration, parse_period, parse_rrule, parse_integer):
        try:
            parse(text)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("line", "value", "is_utc", "tzid"),
    [
        ("DTSTART:20240229T235960", datetime(2024, 2, 29, 23, 59, 59), False, None),
        ("DTSTART:20240101T000000Z", datetime(2024, 1, 1), True, None),
        ("DTSTART;TZID=Europe/Rome:20240101T120000", datetime(2024, 1, 1, 12), False, "Europe/Rome"),
        ("DTSTART;TZID=Europe/Rome:20240101T120000Z", datetime(2024, 1, 1, 12), True, None),
        ("DTSTART;TZID=:20240101T120000", datetime(2024, 1, 1, 12), False, None),
        ("DTSTART;VALUE=DATE:20240101", date(2024, 1, 1), False, None),
    ],
)
def test_time_is_read_with_its_zone(line: str, value: date, is_utc: bool, tzid: str | None) -> None:
    when = parse_when(parse_line(line))
    assert when == When(value, is_utc, tzid)
    assert when.is_date is (type(value) is date)
    assert when.is_floating is (type(value) is datetime and not is_utc and tzid is None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024", "20240230", "20240101T250000", "20240101T000061", "00000101", "00010101", "99990101", "+9999101"),
        *(
            "20240101t000000",
            "20240101T000000z",
            "20240101 000000",
            "2024-01-01",
            "\uff12\uff10\uff12\uff14\uff10\uff11\uff10\uff11",
            "9" * 4500,
        ),
        *("20240101T000000+0100", "2024W011", "20240101T0000"),
    ],
)
def test_what_is_no_date_raises_value_error_i09(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|year|out of range|must be in|[Ii]nvalid"):
        scan_when(text)


def test_type_must_be_the_one_declared() -> None:
    with pytest.raises(ValueError, match="type"):
        parse_when(parse_line("DTSTART:20240101"))
    with pytest.raises(ValueError, match="type"):
        parse_when(parse_line("DTSTART;VALUE=DATE:20240101T000000"))


def test_list_of_times_keeps_its_order() -> None:
    whens = parse_whens(parse_line("EXDATE;TZID=X:20240102T000000,20240101T000000"))
    assert [format_when(when) for when in whens] == ["20240102T000000", "20240101T000000"]


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "P1DT", "1D", "P-1D", "P1.5D", "P99999999D", "P" + "9" * 4500 + "D", "P1Y", "PT1D"]
)
def test_what_is_no_duration_raises_value_error_i09(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_period_ends_or_lasts() -> None:
    start = When(datetime(2024, 1, 1), is_utc=True)
    end = When(datetime(2024, 1, 2), is_utc=True)
    assert parse_period("20240101T000000Z/20240102T000000Z") == Period(start, end, None)
    assert parse_period("20240101T000000Z/P1D") == Period(start, None, timedelta(days=1))
    for broken in (
        "20240101T000000Z",
        "20240102T000000Z/20240101T000000Z",
        "20240101/20240102",
        "20240101T000000/-P1D",
    ):
        with pytest.raises(ValueError, match="period"):
            parse_period(broken)


def test_rule_is_read_in_any_case_with_its_defaults() -> None:
    rule = parse_rrule("freq=weekly;byday=mo,-1su;until=20240101")
    assert rule == RRule(
        freq=Frequency.WEEKLY, until=When(date(2024, 1, 1)), by_day=(WeekdayNum(0, 0), WeekdayNum(-1, 6))
    )
    assert rule.interval == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "not known"),
        ("INTERVAL=2", "no FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=" + "9" * 4500, "COUNT"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20240101", "both"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=DAILY;BYDAY=0MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=54MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=", "BYDAY"),
        ("FREQ=DAILY\\;COUNT=2", "FREQ"),
        ("FREQ=DAILY;X-A=1", "not known"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE"),
        ("FREQ=SECONDLY;BYSECOND=" + "1," * 5000 + "1", "too long"),
    ],
)
def test_rule_that_cannot_be_used_says_which_part_i07(value: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_rrule(value)


def test_gregorian_rscale_changes_nothing() -> None:
    assert parse_rrule("RSCALE=GREGORIAN;FREQ=DAILY;SKIP=OMIT") == RRule(freq=Frequency.DAILY)
