"""The form of an appointment: what is typed and what it stands for."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from admin.forms.appointment import AppointmentForm, blank, fields_of, read, scope_of, typed_of
from feedserver.http.forms import Form
from feedserver.model.appointment import (
    AppointmentFields,
    Frequency,
    MonthDay,
    Repetition,
    Scope,
    Status,
    Visibility,
)
from feedserver.model.errors import InvalidInput

_local = datetime.fromisoformat

TYPED = AppointmentForm(
    title="Board meeting",
    start_day="2026-11-24",
    start_time="18:00",
    end_day="2026-11-24",
    end_time="19:30",
    timezone="Europe/Berlin",
)
MEETING = AppointmentFields(
    title="Board meeting",
    start=_local("2026-11-24T18:00"),
    end=_local("2026-11-24T19:30"),
    timezone="Europe/Berlin",
)


def _fields(**typed: object) -> AppointmentFields:
    fields, faults = fields_of(_typed(**typed))
    assert faults == {}
    return fields


def _faults(**typed: object) -> list[str]:
    return list(fields_of(_typed(**typed))[1])


def _typed(**changes: object) -> AppointmentForm:
    known = {name: getattr(TYPED, name) for name in AppointmentForm.__dataclass_fields__}
    return AppointmentForm(**{**known, **changes})  # type: ignore[arg-type]


def test_local_times_are_read_in_their_zone() -> None:
    assert _fields() == MEETING


def test_empty_zone_is_the_same_local_time_everywhere() -> None:
    assert _fields(timezone="").timezone is None


def test_all_day_ends_with_the_last_day_that_is_shown() -> None:
    fields = _fields(span="days", end_day="2026-11-26")
    assert (fields.start, fields.end, fields.timezone) == (date(2026, 11, 24), date(2026, 11, 27), None)
    assert typed_of(fields).end_day == "2026-11-26"


def test_all_day_without_a_last_day_is_one_day() -> None:
    assert _fields(span="days", end_day="").end == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("changes", "repetition"),
    [
        ({"repeat": "daily", "interval": "3"}, Repetition(frequency=Frequency.DAILY, interval=3)),
        ({"repeat": "weekly", "interval": ""}, Repetition(frequency=Frequency.WEEKLY, weekdays=(1,))),
        (
            {"repeat": "weekly", "weekdays": ("3", "1"), "ends": "count", "count": "10"},
            Repetition(frequency=Frequency.WEEKLY, weekdays=(1, 3), count=10),
        ),
        (
            {"repeat": "monthly", "month_day": "last weekday", "ends": "until", "until": "2027-05-03"},
            Repetition(frequency=Frequency.MONTHLY, month_day=MonthDay.LAST_WEEKDAY, until_on=date(2027, 5, 3)),
        ),
        (
            {"repeat": "yearly", "month_day": "weekday", "until": "2027-05-03", "count": "3"},
            Repetition(frequency=Frequency.YEARLY, month_day=MonthDay.WEEKDAY),
        ),
        ({"repeat": "", "interval": "nonsense"}, None),
        ({"repeat": "kept"}, None),
    ],
)
def test_repetition_is_read_with_what_belongs_to_it_alone(
    changes: dict[str, object], repetition: Repetition | None
) -> None:
    assert _fields(**changes).repetition == repetition


@pytest.mark.parametrize(
    "fields",
    [
        MEETING,
        AppointmentFields(title="x", start=date(2026, 12, 24), end=date(2026, 12, 27), timezone=None),
        AppointmentFields(
            title="x", start=_local("2026-01-01T10:00:30"), end=_local("2026-01-01T10:00:30"), timezone=None
        ),
        AppointmentFields(
            title="Töne, Klänge",
            start=_local("2026-11-24T18:00"),
            end=_local("2026-11-25T02:00"),
            timezone="America/New_York",
            place="Hall",
            description="Two\nlines",
            link="https://example.org/",
            categories=("a", "b, c"),
            visibility=Visibility.CONFIDENTIAL,
            is_busy=False,
            status=Status.TENTATIVE,
            repetition=Repetition(frequency=Frequency.WEEKLY, interval=2, weekdays=(1, 4), count=7),
        ),
    ],
)
def test_form_sent_as_it_was_filled_says_the_same(fields: AppointmentFields) -> None:
    """What nobody touched must not change an appointment."""
    assert fields_of(typed_of(fields, timezone="Europe/Berlin")) == (fields, {})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"start_day": ""}, "start_day"),
        ({"start_day": "24.11.2026"}, "start_day"),
        ({"start_day": "2026-02-30"}, "start_day"),
        ({"start_time": ""}, "start_day"),
        ({"start_time": "25:00"}, "start_day"),
        ({"start_time": "18:00+02:00"}, "start_day"),
        ({"end_day": "99999-01-01"}, "end_day"),
        ({"span": "days", "end_day": "9999-12-31"}, "end_day"),
        ({"visibility": "secret"}, "visibility"),
        ({"status": "done"}, "status"),
        ({"repeat": "hourly"}, "repeat"),
        ({"repeat": "daily", "interval": "x"}, "interval"),
        ({"repeat": "daily", "interval": "9" * 5000}, "interval"),
        ({"repeat": "daily", "ends": "count", "count": ""}, "count"),
        ({"repeat": "daily", "ends": "until", "until": "soon"}, "until"),
        ({"repeat": "weekly", "weekdays": ("7",)}, "weekdays"),
        ({"repeat": "weekly", "weekdays": ("٣",)}, "weekdays"),
        ({"repeat": "monthly", "month_day": "first"}, "month_day"),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_its_field(changes: dict[str, object], fault: str) -> None:
    assert fault in _faults(**changes)


def test_every_fault_is_told_at_once() -> None:
    assert _faults(start_day="x", repeat="daily", interval="y", status="z")[:1] == ["start_day"]
    assert {"start_day", "interval", "status"} <= set(_faults(start_day="x", repeat="daily", interval="y", status="z"))


def test_new_appointment_begins_at_the_next_full_hour() -> None:
    typed = blank(_local("2026-11-23T23:10"), "Europe/Berlin")
    assert (typed.start_day, typed.start_time, typed.end_day, typed.end_time) == (
        "2026-11-24",
        "00:00",
        "2026-11-24",
        "01:00",
    )


def test_new_appointment_on_another_day_begins_in_its_morning() -> None:
    typed = blank(_local("2026-11-23T23:10"), "Europe/Berlin", on=date(2026, 12, 1))
    assert (typed.start_day, typed.start_time) == ("2026-12-01", "10:00")


def test_fields_are_read_as_a_browser_sends_them() -> None:
    sent = [("title", "a"), ("weekday", "1"), ("weekday", "3"), ("weekday", "1"), ("is_admin", "1"), ("uid", "x")]
    assert read(Form(sent)) == AppointmentForm(title="a", weekdays=("1", "3"))


def test_scope_is_all_unless_one_occurrence_is_looked_at() -> None:
    assert scope_of(Form([("scope", "this")]), is_one=False) is Scope.ALL
    assert scope_of(Form([("scope", "following")]), is_one=True) is Scope.FOLLOWING
    with pytest.raises(InvalidInput):
        scope_of(Form(), is_one=True)
