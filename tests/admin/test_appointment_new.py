"""A new appointment."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from feedserver.model.appointment import Frequency, Repetition, Status, Visibility
from feedserver.model.collection import Collection
from feedserver.storage import audit
from tests.admin.appointing import opened, starts
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.premises import Premises

FIELDS = {
    "title": "Board meeting",
    "span": "times",
    "start_day": "2026-11-24",
    "start_time": "18:00",
    "end_day": "2026-11-24",
    "end_time": "19:30",
    "timezone": "Europe/Berlin",
    "place": "Town hall",
    "description": "Agenda\r\nMinutes",
    "link": "https://example.org/agenda",
    "categories": "Board, Public",
    "visibility": "private",
    "shown_as": "free",
    "status": "tentative",
}


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


async def test_form_begins_in_the_calendars_zone_at_the_next_hour(admin: Visitor, premises: Premises) -> None:
    far = await premises.calendars.add(name="Far", timezone="America/New_York")
    form = await opened(admin, f"/calendars/{far.id}/appointments/new")
    assert (form["timezone"], form["start_day"], form["start_time"]) == (
        ["America/New_York"],
        ["2026-11-23"],
        ["08:00"],
    )


async def test_appointment_is_made_with_all_that_was_typed(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    answer = await admin.post(f"/calendars/{work.id}/appointments/new", FIELDS)
    assert answer.status == 303
    page = text_of(await (await admin.get(answer.headers["Location"].removeprefix("/admin"))).text())
    assert "The appointment Board meeting is in the calendar." in page
    ((row),) = (await premises.appointments.list(work.id, start_on=date(2026, 11, 1))).rows
    made = (await premises.appointments.find(work.id, row.name)).fields
    assert (made.title, made.place, made.description) == ("Board meeting", "Town hall", "Agenda\nMinutes")
    assert (made.start, made.end, made.timezone) == (
        datetime.fromisoformat("2026-11-24T18:00"),
        datetime.fromisoformat("2026-11-24T19:30"),
        "Europe/Berlin",
    )
    assert (made.link, made.categories) == ("https://example.org/agenda", ("Board", "Public"))
    assert (made.visibility, made.is_busy, made.status) == (Visibility.PRIVATE, False, Status.TENTATIVE)


async def test_repeating_appointment_is_made_and_said_in_words(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    wanted = {"repeat": "weekly", "interval": "2", "weekday": "1", "ends": "until", "until": "2027-05-03"}
    answer = await admin.post(f"/calendars/{work.id}/appointments/new", {**FIELDS, **wanted})
    page = text_of(await (await admin.get(answer.headers["Location"].removeprefix("/admin"))).text())
    assert "Repeats Every second Tuesday until May 3, 2027" in page
    (row, *_) = (await premises.appointments.list(work.id, start_on=date(2026, 11, 1))).rows
    assert (await premises.appointments.find(work.id, row.name)).fields.repetition == Repetition(
        frequency=Frequency.WEEKLY, interval=2, weekdays=(1,), until_on=date(2027, 5, 3)
    )


async def test_all_day_one_lasts_until_its_last_day(admin: Visitor, work: Collection, premises: Premises) -> None:
    answer = await admin.post(
        f"/calendars/{work.id}/appointments/new", {**FIELDS, "span": "days", "end_day": "2026-11-26"}
    )
    page = text_of(await (await admin.get(answer.headers["Location"].removeprefix("/admin"))).text())
    assert "Tuesday, November 24, 2026 to Thursday, November 26, 2026, all day" in page
    (row,) = (await premises.appointments.list(work.id, start_on=date(2026, 11, 1))).rows
    assert (row.start, row.end) == (date(2026, 11, 24), date(2026, 11, 27))


async def test_a24_form_sent_twice_makes_one(admin: Visitor, work: Collection, premises: Premises) -> None:
    form = {**(await opened(admin, f"/calendars/{work.id}/appointments/new")), **FIELDS}
    first = await admin.post(f"/calendars/{work.id}/appointments/new", form)
    second = await admin.post(f"/calendars/{work.id}/appointments/new", form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(await starts(premises, work)) == 1


async def test_form_that_made_one_already_says_so_when_it_was_changed(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    form = {**(await opened(admin, f"/calendars/{work.id}/appointments/new")), **FIELDS}
    await admin.post(f"/calendars/{work.id}/appointments/new", form)
    second = await admin.post(f"/calendars/{work.id}/appointments/new", {**form, "title": "Other"})
    page = text_of(await (await admin.get(second.headers["Location"].removeprefix("/admin"))).text())
    assert "This form had made an appointment already." in page
    assert [title for title, _ in await starts(premises, work)] == ["Board meeting"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 1001}, "title"),
        ({"start_day": ""}, "start_day"),
        ({"end_day": "2026-11-23"}, "end_day"),
        ({"end_day": "1026-11-23", "start_day": "1026-11-23"}, "start_day"),
        ({"start_day": "2027-03-28", "end_day": "2027-03-28", "start_time": "02:30"}, "start_day"),
        ({"timezone": "Mars/Phobos"}, "timezone"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "data:text/html,x"}, "link"),
        ({"categories": ",".join(map(str, range(51)))}, "categories"),
        ({"repeat": "daily", "interval": "0"}, "interval"),
        ({"repeat": "daily", "ends": "count", "count": "1001"}, "count"),
        ({"repeat": "daily", "ends": "until", "until": "2026-11-01"}, "until"),
        ({"repeat": "weekly", "weekday": "3"}, "weekdays"),
        (
            {"repeat": "monthly", "month_day": "last weekday", "start_day": "2026-11-03", "end_day": "2026-11-03"},
            "month_day",
        ),
    ],
)
async def test_fault_stands_beside_its_field_and_what_was_typed_is_kept(
    changes: dict[str, str], field: str, admin: Visitor, work: Collection, premises: Premises
) -> None:
    answer = await admin.post(f"/calendars/{work.id}/appointments/new", {**FIELDS, **changes})
    page = await answer.text()
    assert answer.status == 422
    assert f'href="#f-{field}"' in page
    assert f'id="e-{field}"' in page
    assert f'id="f-{field}"' in page
    kept = form_of(page, f"/admin/calendars/{work.id}/appointments/new")
    for name, value in {**FIELDS, **changes}.items():
        if name not in ("timezone", "description"):
            assert kept[name] == [value], name
    assert kept["description"] == ["Agenda\nMinutes"]
    assert await starts(premises, work) == []


async def test_a14_fields_that_are_none_of_the_forms_are_left_alone(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    extra = {"uid": "mine", "etag": "x", "organizer": "x", "is_admin": "1", "name": "../../x.ics"}
    assert (await admin.post(f"/calendars/{work.id}/appointments/new", {**FIELDS, **extra})).status == 303
    (row,) = (await premises.appointments.list(work.id, start_on=date(2026, 11, 1))).rows
    assert "mine" not in row.name
    assert (await premises.appointments.find(work.id, row.name)).people == ()


async def test_a25_history_says_who_and_nothing_of_the_text(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    await admin.post(f"/calendars/{work.id}/appointments/new", FIELDS)
    async with premises.db.read() as tx:
        entry = (await audit.newest(tx))[0]
    assert (entry.action, entry.subject, entry.actor.name) == ("created", "appointment", "root")
    assert "Board" not in repr(entry)


async def test_a03_form_without_its_token_makes_nothing(admin: Visitor, work: Collection, premises: Premises) -> None:
    answer = await admin.post(f"/calendars/{work.id}/appointments/new", {**FIELDS, "form_token": ""})
    assert answer.status == 403
    assert await starts(premises, work) == []
