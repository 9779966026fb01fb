from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from feedserver.model.appointment import (
    Appointment,
    AppointmentFields,
    EditedMeanwhile,
    Frequency,
    Repetition,
    Scope,
    Status,
    Visibility,
)
from feedserver.model.errors import InvalidInput, NotFound, TooLarge
from feedserver.services.appointments import AppointmentService
from feedserver.storage import objects
from tests.builders import an_event
from tests.premises import Premises

TUESDAY = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - local time of a form
HOUR = timedelta(hours=1)


def fields(**changes: Any) -> AppointmentFields:
    """A meeting on a Tuesday from ten to eleven."""
    start = changes.get("start", TUESDAY)
    values = {"title": "Meeting", "start": start, "end": start + HOUR, "timezone": "Europe/Berlin", **changes}
    return AppointmentFields(**values)


async def stored(premises: Premises, one: Appointment) -> str:
    async with premises.db.read() as tx:
        (found,) = await objects.read_data(tx, one.calendar_id, [one.name])
    return found.data.decode()


async def test_new_appointment_is_found_as_it_was_typed(premises: Premises) -> None:
    calendar = await premises.calendar()
    wanted = fields(
        title="Board, budget; plans \\ ideas\n✨",
        place="Room 1, 2nd floor",
        description="Line one\nLine two",
        link="https://example.org/a;b,c",
        categories=("Work", "Team, big"),
        visibility=Visibility.CONFIDENTIAL,
        is_busy=False,
        status=Status.TENTATIVE,
        repetition=Repetition(frequency=Frequency.WEEKLY, weekdays=(1, 3), until_on=date(2026, 12, 31)),
    )
    made = await premises.appointments.create(calendar.id, wanted)
    assert made.fields == wanted
    assert await premises.appointments.find(calendar.id, made.name) == made
    assert made.is_repeating
    assert not made.foreign_rule


@pytest.mark.parametrize(
    "wanted",
    [
        fields(start=date(2026, 11, 24), end=date(2026, 11, 26), timezone=None),
        fields(timezone=None),
        fields(timezone="UTC"),
        fields(end=TUESDAY),
    ],
    ids=["all-day", "floating", "utc", "moment"],
)
async def test_new_appointment_keeps_its_kind_of_time(premises: Premises, wanted: AppointmentFields) -> None:
    calendar = await premises.calendar()
    assert (await premises.appointments.create(calendar.id, wanted)).fields == wanted


async def test_a24_form_sent_twice_makes_one_appointment(premises: Premises) -> None:
    calendar = await premises.calendar()
    one = await premises.appointments.create(calendar.id, fields(), form_key="key")
    two = await premises.appointments.create(calendar.id, fields(), form_key="key")
    assert one == two
    assert (await premises.calendars.find(calendar.id)).object_count == 2


async def test_changed_title_reaches_the_calendar(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    changed = await premises.appointments.change(
        calendar.id, made.name, replace(made.fields, title="Party"), etag=made.etag
    )
    assert changed.fields == replace(made.fields, title="Party")
    assert changed.etag != made.etag


async def test_unchanged_fields_make_no_new_version(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    before = await premises.calendars.find(calendar.id)
    same = await premises.appointments.change(calendar.id, made.name, made.fields, etag=made.etag)
    assert same == made
    assert await premises.calendars.find(calendar.id) == before


async def test_deleted_appointment_is_gone(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    await premises.appointments.delete(calendar.id, made.name, etag=made.etag)
    with pytest.raises(NotFound):
        await premises.appointments.find(calendar.id, made.name)


async def test_second_of_two_editors_is_told_and_sees_what_the_first_wrote(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    first = await premises.appointments.change(
        calendar.id, made.name, replace(made.fields, title="First"), etag=made.etag
    )
    with pytest.raises(EditedMeanwhile) as told:
        await premises.appointments.change(calendar.id, made.name, replace(made.fields, title="Second"), etag=made.etag)
    assert told.value.current == first


async def test_full_calendar_takes_no_further_appointment(premises: Premises) -> None:
    calendar = await premises.calendar()
    service = AppointmentService(premises.db, clock=premises.clock, limits=premises_limits(), max_objects=1)
    with pytest.raises(TooLarge):
        await service.create(calendar.id, fields())


def premises_limits() -> Any:
    from feedserver.ics.syntax.limits import Limits  # noqa: PLC0415

    return Limits()


async def test_fault_names_its_field(premises: Premises) -> None:
    calendar = await premises.calendar()
    with pytest.raises(InvalidInput) as fault:
        await premises.appointments.create(calendar.id, fields(end=TUESDAY - HOUR))
    assert fault.value.field == "end"


async def test_list_goes_on_day_by_day(premises: Premises) -> None:
    calendar = await premises.calendar(
        an_event("one", "Early", "RRULE:FREQ=DAILY;COUNT=5"), an_event("two", "Late", start="20270601T100000Z")
    )
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 1), limit=2)
    assert [row.title for row in page.rows] == ["Early", "Early"]
    assert [row.instance for row in page.rows] == ["20261124T100000Z", "20261125T100000Z"]
    assert page.next_on == date(2026, 11, 26)
    rest = await premises.appointments.list(calendar.id, start_on=page.next_on)
    assert [row.title for row in rest.rows] == ["Early", "Early", "Early", "Late"]
    assert rest.next_on is None


async def test_search_finds_private_ones_too(premises: Premises) -> None:
    calendar = await premises.calendar(
        an_event("one", "Board meeting"),
        an_event("two", "Secret board MEETING", "CLASS:PRIVATE"),
        an_event("three", "Board"),
    )
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 1), words="meeting board")
    assert sorted(row.title for row in page.rows) == ["Board meeting", "Secret board MEETING"]
