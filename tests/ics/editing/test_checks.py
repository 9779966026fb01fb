"""What a form may not ask for, and the field beside which it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from feedserver.ics.editing import edits
from feedserver.ics.editing.checks import check, cleaned
from feedserver.ics.editing.creating import new_event
from feedserver.model.appointment import AppointmentFields, Frequency, MonthDay, Repetition, Scope
from feedserver.model.errors import InvalidInput
from tests.builders import NOON
from tests.ics.editing.opened import changed, fields, lines, opened, reopened, starts, vevent, weekly

TUESDAY = datetime(2026, 11, 24, 10)  # noqa: DTZ001 - a form's local time
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def form(**changes: Any) -> AppointmentFields:
    start = changes.get("start", TUESDAY)
    return AppointmentFields(
        **{"title": "A", "start": start, "end": start + HOUR, "timezone": "Europe/Berlin", **changes}
    )


def every(frequency: Frequency, **parts: Any) -> AppointmentFields:
    return form(repetition=Repetition(frequency=frequency, **parts))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (form(title=" \n"), "title"),
        (form(title="x" * 1001), "title"),
        (form(title="bell\a"), "title"),
        (form(title="half \ud800"), "title"),
        (form(place="x" * 1001), "place"),
        (form(description="x" * 20_001), "description"),
        (form(link="javascript:alert(1)"), "link"),
        (form(link="https://x.example/a b"), "link"),
        (form(link="https://x.example/" + "a" * 2000), "link"),
        (form(categories=("x" * 101,)), "categories"),
        (form(categories=tuple(map(str, range(51)))), "categories"),
        (form(end=TUESDAY - HOUR), "end"),
        (form(start=date(2026, 11, 24), end=date(2026, 11, 24), timezone=None), "end"),
        (form(end=date(2026, 11, 25)), "end"),
        (form(start=datetime(206, 11, 24, 10), end=TUESDAY), "start"),  # noqa: DTZ001
        (form(end=datetime(9026, 11, 24, 10)), "end"),  # noqa: DTZ001
        (form(timezone="Mars/Olympus"), "timezone"),
        (form(start=datetime(2027, 3, 28, 2, 30)), "start"),  # noqa: DTZ001
        (form(start=datetime(2027, 3, 28, 1, 30)), "end"),  # noqa: DTZ001
        (every(Frequency.DAILY, interval=0), "interval"),
        (every(Frequency.DAILY, interval=1000), "interval"),
        (every(Frequency.DAILY, count=0), "count"),
        (every(Frequency.DAILY, count=1001), "count"),
        (every(Frequency.DAILY, count=2, until_on=date(2026, 12, 1)), "until_on"),
        (every(Frequency.DAILY, until_on=date(2026, 11, 23)), "until_on"),
        (every(Frequency.DAILY, until_on=date(2200, 1, 1)), "until_on"),
        (every(Frequency.WEEKLY), "weekdays"),
        (every(Frequency.WEEKLY, weekdays=(1, 7)), "weekdays"),
        (every(Frequency.WEEKLY, weekdays=(0,)), "weekdays"),
        (replace(every(Frequency.MONTHLY, month_day=MonthDay.LAST_WEEKDAY), start=TUESDAY - 7 * DAY), "month_day"),
    ],
)
def test_fault_is_said_beside_its_field(wanted: AppointmentFields, field: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        check(cleaned(wanted))
    assert fault.value.field == field


@pytest.mark.parametrize(
    "wanted",
    [
        form(end=TUESDAY),
        form(timezone="europe/berlin"),
        form(timezone=None, start=datetime(2027, 3, 28, 2, 30)),  # noqa: DTZ001
        form(start=datetime(2026, 10, 25, 2, 30)),  # noqa: DTZ001
        form(start=date(2026, 11, 24), end=date(2026, 11, 25), timezone="Europe/Berlin"),
        every(Frequency.DAILY, until_on=date(2026, 11, 24)),
        every(Frequency.MONTHLY, month_day=MonthDay.LAST_WEEKDAY),
    ],
    ids=["moment", "case", "floating-in-a-gap", "overlap", "all-day", "one-day", "last-weekday"],
)
def test_plain_wishes_are_kept(wanted: AppointmentFields) -> None:
    clean = cleaned(wanted)
    check(clean)
    event = opened(vevent("DTSTART:20261124T100000Z", "SUMMARY:x"))
    made = reopened(event, new_event(clean, uid="two", now=NOON))
    assert fields(made) == clean


def test_texts_are_cleaned_as_lines_can_hold_them() -> None:
    clean = cleaned(
        form(
            title="  A ",
            description="one\r\ntwo\rthree\n",
            categories=(" Work  hard ", "", "Work hard"),
            timezone="EUROPE/berlin",
            repetition=Repetition(frequency=Frequency.WEEKLY, weekdays=(3, 1, 1), month_day=MonthDay.WEEKDAY),
        )
    )
    assert (clean.title, clean.description) == ("A", "one\ntwo\nthree")
    assert (clean.categories, clean.timezone) == (("Work hard",), "Europe/Berlin")
    assert clean.repetition == Repetition(frequency=Frequency.WEEKLY, weekdays=(1, 3))


def test_line_ends_and_blanks_that_a_browser_adds_are_no_change() -> None:
    event = opened(vevent("DTSTART:20261124T100000Z", "SUMMARY: A ", "DESCRIPTION:one\\ntwo\\n", "CATEGORIES: a , b"))
    shown = fields(event)
    sent = replace(shown, title="A", description="one\r\ntwo", categories=("a", "b"))
    assert cleaned(sent) == cleaned(shown)


def test_breaks_that_a_field_of_one_line_loses_are_no_change() -> None:
    event = opened(vevent("DTSTART:20261124T100000Z", "SUMMARY:one\\ntwo", "LOCATION:Hall\\nRoom 1"))
    sent = replace(fields(event), title="onetwo", place="HallRoom 1")
    assert edits.change(event, None, Scope.ALL, sent, uid="x", now=NOON) is None


def test_what_was_stored_otherwise_is_not_judged_when_it_stays() -> None:
    event = opened(
        vevent(
            "DTSTART;TZID=Europe/Berlin:18000328T023000",
            "SUMMARY:" + "x" * 2000,
            "URL:https://x.example/ blank",
            "RRULE:FREQ=WEEKLY;BYDAY=WE;INTERVAL=2000",
        )
    )
    after, _ = changed(event, place="Hall")
    assert "LOCATION:Hall" in lines(after)


def test_series_on_the_last_weekday_moves_to_a_last_weekday_only() -> None:
    event = weekly(rule="FREQ=MONTHLY;BYDAY=-1TU;COUNT=3")
    shown = fields(event)
    assert shown.repetition is not None
    assert shown.repetition.month_day is MonthDay.LAST_WEEKDAY
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == ["20261125T0900", "20261230T0900", "20270127T0900"]
    with pytest.raises(InvalidInput) as fault:
        changed(event, start=shown.start - 6 * DAY, end=shown.end - 6 * DAY)
    assert fault.value.field == "month_day"
