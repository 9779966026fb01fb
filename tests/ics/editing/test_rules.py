"""Rules as the form shows them, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedserver.ics.editing.rules import is_last_of_month, last_day, repetition_of, rule_of
from feedserver.ics.recurring.recurrence import Budget, instances
from feedserver.ics.syntax.values import format_rrule, parse_rrule
from feedserver.ics.zones.timezones import iana_zone
from feedserver.model.appointment import Frequency, MonthDay, Repetition
from tests.ics.editing.opened import fields, weekly

TUESDAY = date(2026, 11, 24)
DAILY, WEEKLY, MONTHLY, YEARLY = Frequency


def shown(rule: str, start: date = TUESDAY) -> Repetition | None:
    return repetition_of(parse_rrule(rule), start, None)


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("FREQ=DAILY", {"frequency": DAILY}),
        ("FREQ=DAILY;INTERVAL=3;COUNT=2", {"frequency": DAILY, "interval": 3, "count": 2}),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", {"frequency": WEEKLY, "weekdays": (0, 1, 2, 3, 4)}),
        ("FREQ=WEEKLY", {"frequency": WEEKLY, "weekdays": (1,)}),
        ("FREQ=WEEKLY;BYDAY=TH,TU;WKST=SU", {"frequency": WEEKLY, "weekdays": (1, 3)}),
        ("FREQ=MONTHLY", {"frequency": MONTHLY}),
        ("FREQ=MONTHLY;BYMONTHDAY=24", {"frequency": MONTHLY}),
        ("FREQ=MONTHLY;BYDAY=4TU", {"frequency": MONTHLY, "month_day": MonthDay.WEEKDAY}),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=4", {"frequency": MONTHLY, "month_day": MonthDay.WEEKDAY}),
        ("FREQ=MONTHLY;BYDAY=-1TU", {"frequency": MONTHLY, "month_day": MonthDay.LAST_WEEKDAY}),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", {"frequency": MONTHLY, "month_day": MonthDay.LAST_WEEKDAY}),
        ("FREQ=YEARLY", {"frequency": YEARLY}),
        ("FREQ=YEARLY;BYMONTH=11", {"frequency": YEARLY}),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24", {"frequency": YEARLY}),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TU", {"frequency": YEARLY, "month_day": MonthDay.WEEKDAY}),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=-1TU", {"frequency": YEARLY, "month_day": MonthDay.LAST_WEEKDAY}),
    ],
)
def test_plain_rules_are_shown(rule: str, parts: dict[str, Any]) -> None:
    assert shown(rule) == Repetition(**parts)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;BYMONTH=1",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU",
        "FREQ=WEEKLY;BYMONTH=1",
        "FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO,TU",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYMONTHDAY=24;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=4WE",
        "FREQ=MONTHLY;BYDAY=3TU",
        "FREQ=MONTHLY;BYDAY=4TU,-1FR",
        "FREQ=MONTHLY;BYMONTH=11",
        "FREQ=MONTHLY;BYMONTH=11;BYMONTHDAY=24",
        "FREQ=YEARLY;BYMONTH=10",
        "FREQ=YEARLY;BYMONTHDAY=24",
        "FREQ=YEARLY;BYDAY=4TU",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYWEEKNO=20",
    ],
)
def test_rules_that_say_more_are_not_shown_as_less(rule: str) -> None:
    assert shown(rule) is None


def test_last_weekday_needs_a_start_that_is_one() -> None:
    assert shown("FREQ=MONTHLY;BYDAY=-1TU", date(2026, 11, 17)) is None


REPETITIONS = st.builds(
    Repetition,
    frequency=st.sampled_from(Frequency),
    interval=st.integers(1, 5),
    weekdays=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    month_day=st.sampled_from(MonthDay),
    until_on=st.none() | st.dates(date(2030, 1, 1), date(2040, 1, 1)),
)
STARTS = st.dates(date(2024, 1, 1), date(2029, 12, 31)) | st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2029, 12, 31),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))


@settings(deadline=None)
@given(repetition=REPETITIONS, start=STARTS)
def test_repetition_survives_its_rule_and_begins_at_its_start(repetition: Repetition, start: date) -> None:
    if repetition.frequency is WEEKLY:
        weekdays = tuple(sorted({*repetition.weekdays, start.weekday()}))
        repetition = Repetition(
            frequency=WEEKLY, interval=repetition.interval, weekdays=weekdays, until_on=repetition.until_on
        )
    else:
        is_by_month = repetition.frequency in (MONTHLY, YEARLY)
        wanted = repetition.month_day if is_by_month else MonthDay.DATE
        if wanted is MonthDay.LAST_WEEKDAY and not is_last_of_month(start):
            wanted = MonthDay.WEEKDAY
        repetition = Repetition(
            frequency=repetition.frequency,
            interval=repetition.interval,
            month_day=wanted,
            until_on=repetition.until_on,
        )
    zone = iana_zone("Europe/Berlin") if isinstance(start, datetime) else None
    rule = rule_of(repetition, start, is_utc=False, zone=zone)
    again = parse_rrule(format_rrule(rule))
    until = None
    if again.until is not None:
        until = again.until.value if zone is None else zone.local(again.until.start.replace(tzinfo=UTC))
    assert repetition_of(again, start, until) == repetition
    assert next(instances(again, start, until=until, budget=Budget())) == start
    last = list(islice(instances(again, start, until=until, budget=Budget()), 3000))[-1]
    assert until is None or last_day(until, start) >= (last.date() if isinstance(last, datetime) else last)


@pytest.mark.parametrize(
    ("until", "last_on"),
    [
        ("20261208T090000Z", date(2026, 12, 8)),
        ("20261208T085959Z", date(2026, 12, 7)),
        ("20261208T225959Z", date(2026, 12, 8)),
        ("20261208", date(2026, 12, 8)),
        ("20261208T100000", date(2026, 12, 8)),
    ],
)
def test_last_day_is_counted_where_the_appointment_is(until: str, last_on: date) -> None:
    repetition = fields(weekly(rule=f"FREQ=WEEKLY;UNTIL={until}")).repetition
    assert repetition is not None
    assert repetition.until_on == last_on
