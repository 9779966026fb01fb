"""An appointment is changed: one occurrence, this and the following ones, or all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from feedserver.model.appointment import Frequency
from feedserver.model.collection import Collection
from tests.admin.appointing import EVERY_TUESDAY, an_appointment, opened, path, starts
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.builders import an_event
from tests.premises import Premises

SECOND = "20261201T180000"


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


async def test_form_sent_as_it_is_changes_nothing(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    for instance in ("", SECOND):
        form = await opened(admin, path(made, "edit", instance))
        assert (await admin.post(path(made, "edit", instance), form)).status == 303
    assert await premises.appointments.find(work.id, made.name) == made


async def test_changed_fields_are_saved_and_the_rest_stays(admin: Visitor, premises: Premises) -> None:
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
    event = an_event("a", "Board", "ATTENDEE;CN=Ann:mailto:ann@example.org", "X-ROOM:3").replace(
        "END:VE", alarm + "END:VE"
    )
    work = await premises.calendar(event, name="Work")
    address = f"/calendars/{work.id}/appointments/a.ics/edit"
    answer = await admin.post(address, {**await opened(admin, address), "title": "Meeting of the board"})
    assert answer.headers["Location"] == f"/admin/calendars/{work.id}/appointments/a.ics/"
    page = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/a.ics/")).text())
    assert "The appointment Meeting of the board is saved." in page
    exported = b"".join([chunk async for chunk in premises.calendars.export(work.id)]).decode()
    assert "SUMMARY:Meeting of the board\r\n" in exported
    for kept in ("ATTENDEE;CN=Ann:mailto:ann@example.org\r\n", "X-ROOM:3\r\n", alarm):
        assert kept in exported


async def test_only_this_one_is_changed(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    assert form["scope"] == ["this"]
    changes = {"title": "Moved", "start_time": "20:00", "end_time": "21:00"}
    answer = await admin.post(path(made, "edit", SECOND), {**form, **changes})
    assert answer.headers["Location"] == f"/admin{path(made, instance=SECOND)}"
    assert await starts(premises, work) == [
        ("Meeting", "11-24 18:00"),
        ("Moved", "12-01 20:00"),
        ("Meeting", "12-08 18:00"),
        ("Meeting", "12-15 18:00"),
        ("Meeting", "12-22 18:00"),
    ]
    assert "This one was changed on its own." in await (await admin.get(path(made, instance=SECOND))).text()


async def test_this_and_the_following_are_changed(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    answer = await admin.post(path(made, "edit", SECOND), {**form, "scope": "following", "title": "Later"})
    assert [title for title, _ in await starts(premises, work)] == ["Meeting", "Later", "Later", "Later", "Later"]
    assert (await admin.get(answer.headers["Location"].removeprefix("/admin"))).status == 200


async def test_all_are_changed_from_one_occurrence(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    changes = {"scope": "all", "start_time": "17:00", "end_time": "18:00"}
    assert (await admin.post(path(made, "edit", SECOND), {**form, **changes})).status == 303
    assert [start[-5:] for _, start in await starts(premises, work)] == ["17:00"] * 5


async def test_without_a_choice_of_which_ones_nothing_is_changed(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    answer = await admin.post(path(made, "edit", SECOND), {**form, "title": "Other", "scope": "some"})
    page = await answer.text()
    assert answer.status == 422
    assert 'id="e-scope"' in page
    assert form_of(page, f"/admin{path(made, 'edit', SECOND)}")["title"] == ["Other"]
    assert await premises.appointments.find(work.id, made.name) == made


async def test_repetition_cannot_be_changed_for_one_alone(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    answer = await admin.post(path(made, "edit", SECOND), {**form, "repeat": "daily"})
    assert answer.status == 422
    assert 'id="e-scope"' in await answer.text()


async def test_repetition_is_given_and_taken(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    assert "scope" not in form
    await admin.post(path(made, "edit"), {**form, "repeat": "daily", "ends": "count", "count": "3"})
    assert len(await starts(premises, work)) == 3
    form = await opened(admin, path(made, "edit"))
    assert (form["repeat"], form["count"]) == (["daily"], ["3"])
    await admin.post(path(made, "edit"), {**form, "repeat": ""})
    assert len(await starts(premises, work)) == 1


async def test_rule_that_the_form_cannot_show_stays_until_another_is_chosen(admin: Visitor, premises: Premises) -> None:
    rule = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15,-1"
    work = await premises.calendar(an_event("a", "Odd", rule), name="Work")
    address = f"/calendars/{work.id}/appointments/a.ics/edit"
    form = await opened(admin, address)
    assert form["repeat"] == ["kept"]
    await admin.post(address, {**form, "title": "Still odd"})
    kept = await premises.appointments.find(work.id, "a.ics")
    assert (kept.fields.title, kept.foreign_rule) == ("Still odd", rule.removeprefix("RRULE:"))
    await admin.post(address, {**await opened(admin, address), "repeat": "daily"})
    replaced = await premises.appointments.find(work.id, "a.ics")
    assert replaced.fields.repetition is not None
    assert (replaced.fields.repetition.frequency, replaced.foreign_rule) == (Frequency.DAILY, "")


async def test_appointment_becomes_all_day_and_has_times_again(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    await admin.post(path(made, "edit"), {**await opened(admin, path(made, "edit")), "span": "days"})
    fields = (await premises.appointments.find(work.id, made.name)).fields
    assert (fields.start, fields.end) == (date(2026, 11, 24), date(2026, 11, 25))
    form = await opened(admin, path(made, "edit"))
    assert form["timezone"] == ["Europe/Berlin"]
    times = {"span": "times", "start_time": "09:00", "end_time": "10:00"}
    await admin.post(path(made, "edit"), {**form, **times})
    fields = (await premises.appointments.find(work.id, made.name)).fields
    assert fields == replace(made.fields, start=fields.start, end=fields.end)
    assert fields.start.strftime("%H:%M") == "09:00"


async def test_a04_get_of_the_action_changes_nothing(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work)
    await admin.get(f"{path(made, 'edit')}?title=Other&etag={made.etag}")
    assert await premises.appointments.find(work.id, made.name) == made
