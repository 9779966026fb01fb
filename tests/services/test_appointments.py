from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from feedserver.ics.showing.words import WORDS
from feedserver.ics.syntax.limits import Limits
from feedserver.model.actor import Actor
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
from feedserver.model.audit import Subject
from feedserver.model.errors import InvalidInput, NotFound, TooLarge
from feedserver.services.agenda import AgendaService
from feedserver.services.appointments import AppointmentService
from feedserver.storage import audit, objects
from tests.builders import an_event
from tests.premises import Premises

TUESDAY = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - local time of a form
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
SECOND = "20261201T100000"
WEEKLY = Repetition(frequency=Frequency.WEEKLY, weekdays=(1,), count=3)


def fields(**changes: Any) -> AppointmentFields:
    """A meeting on a Tuesday from ten to eleven."""
    start = changes.get("start", TUESDAY)
    values = {"title": "Meeting", "start": start, "end": start + HOUR, "timezone": "Europe/Berlin", **changes}
    return AppointmentFields(**values)


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


async def test_fault_names_its_field(premises: Premises) -> None:
    calendar = await premises.calendar()
    with pytest.raises(InvalidInput) as fault:
        await premises.appointments.create(calendar.id, fields(end=TUESDAY - HOUR))
    assert fault.value.field == "end"


# --- two editors


async def test_z25_of_several_editors_at_once_exactly_one_wins(premises_on_both: Premises) -> None:
    appointments = premises_on_both.appointments
    calendar = await premises_on_both.calendar()
    made = await appointments.create(calendar.id, fields())
    edits = (
        appointments.change(calendar.id, made.name, replace(made.fields, title=f"Editor {number}"), etag=made.etag)
        for number in range(5)
    )
    answers = await asyncio.gather(*edits, return_exceptions=True)
    (winner,) = [answer for answer in answers if isinstance(answer, Appointment)]
    told = [answer for answer in answers if isinstance(answer, EditedMeanwhile)]
    assert len(told) == 4
    assert {loser.current for loser in told} == {winner}
    assert await appointments.find(calendar.id, made.name) == winner


async def test_a24_form_sent_twice_at_once_makes_one_appointment(premises_on_both: Premises) -> None:
    calendar = await premises_on_both.calendars.add(name="Empty")
    sent = (premises_on_both.appointments.create(calendar.id, fields(), form_key="key") for _ in range(4))
    one, *others = await asyncio.gather(*sent)
    assert all(other == one for other in others)
    assert (await premises_on_both.calendars.find(calendar.id)).object_count == 1


async def test_second_editor_learns_that_the_appointment_was_deleted(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    await premises.appointments.delete(calendar.id, made.name, etag=made.etag)
    with pytest.raises(EditedMeanwhile) as told:
        await premises.appointments.change(calendar.id, made.name, fields(title="Late"), etag=made.etag)
    assert told.value.current is None
    with pytest.raises(EditedMeanwhile):
        await premises.appointments.delete(calendar.id, made.name, etag=made.etag)


async def test_second_editor_of_an_occurrence_learns_that_it_is_gone(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields(repetition=WEEKLY))
    await premises.appointments.delete(calendar.id, made.name, instance=SECOND, scope=Scope.THIS, etag=made.etag)
    with pytest.raises(EditedMeanwhile) as told:
        await premises.appointments.change(
            calendar.id, made.name, fields(title="Late"), instance=SECOND, scope=Scope.THIS, etag=made.etag
        )
    assert told.value.current is None


async def test_edit_against_an_import_is_told_too(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("one", "Old"))
    shown = await premises.appointments.find(calendar.id, "one.ics")
    await premises.put(calendar, an_event("one", "Imported"))
    with pytest.raises(EditedMeanwhile) as told:
        await premises.appointments.change(calendar.id, "one.ics", replace(shown.fields, title="Mine"), etag=shown.etag)
    assert told.value.current is not None
    assert told.value.current.fields.title == "Imported"


# --- repeating appointments


async def test_one_occurrence_is_changed_and_shown_again(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields(repetition=WEEKLY))
    shown = await premises.appointments.find(calendar.id, made.name, SECOND)
    assert (shown.fields.start, shown.is_changed) == (TUESDAY + WEEK, False)
    changed = await premises.appointments.change(
        calendar.id,
        made.name,
        replace(shown.fields, title="Special"),
        instance=SECOND,
        scope=Scope.THIS,
        etag=shown.etag,
    )
    assert (changed.name, changed.instance, changed.fields.title) == (made.name, SECOND, "Special")
    assert changed.is_changed
    assert (await premises.appointments.find(calendar.id, made.name)).fields == made.fields


async def test_following_ones_become_an_appointment_of_their_own(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields(repetition=WEEKLY))
    shown = await premises.appointments.find(calendar.id, made.name, SECOND)
    changed = await premises.appointments.change(
        calendar.id,
        made.name,
        replace(shown.fields, title="New"),
        instance=SECOND,
        scope=Scope.FOLLOWING,
        etag=shown.etag,
    )
    assert changed.name != made.name
    assert (changed.instance, changed.fields.title, changed.fields.start) == (SECOND, "New", TUESDAY + WEEK)
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 24))
    assert [row.title for row in page.rows if row.is_repeating] == ["Meeting", "New", "New"]


async def test_split_of_a_full_calendar_changes_nothing(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields(repetition=WEEKLY))
    full = AppointmentService(premises.db, clock=premises.clock, limits=Limits(), max_objects=2)
    with pytest.raises(TooLarge):
        await full.create(calendar.id, fields())
    with pytest.raises(TooLarge):
        await full.change(
            calendar.id,
            made.name,
            replace(made.fields, start=TUESDAY + WEEK, end=TUESDAY + WEEK + HOUR, title="New"),
            instance=SECOND,
            scope=Scope.FOLLOWING,
            etag=made.etag,
        )
    assert await premises.appointments.find(calendar.id, made.name) == made
    await full.change(calendar.id, made.name, replace(made.fields, title="New"), etag=made.etag)


async def test_last_occurrence_takes_the_appointment_along(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields(repetition=replace(WEEKLY, count=1)))
    assert made.is_repeating
    await premises.appointments.delete(
        calendar.id, made.name, instance="20261124T100000", scope=Scope.THIS, etag=made.etag
    )
    assert (await premises.calendars.find(calendar.id)).object_count == 1


async def test_appointment_that_does_not_repeat_may_be_changed_by_its_instance(premises: Premises) -> None:
    calendar = await premises.calendar()
    made = await premises.appointments.create(calendar.id, fields())
    changed = await premises.appointments.change(
        calendar.id,
        made.name,
        replace(made.fields, start=TUESDAY + HOUR, end=TUESDAY + 2 * HOUR),
        instance="20261124T100000",
        scope=Scope.THIS,
        etag=made.etag,
    )
    assert (changed.instance, changed.fields.start) == (None, TUESDAY + HOUR)


# --- what else is told and kept


async def test_feed_shows_the_change(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("one", "Old"))
    share = await premises.share(calendar)
    shown = await premises.appointments.find(calendar.id, "one.ics")
    await premises.appointments.change(calendar.id, "one.ics", replace(shown.fields, title="New"), etag=shown.etag)
    async with premises.db.read() as tx:
        (stored,) = await objects.read_data(tx, calendar.id, ["one.ics"])
    assert b"SUMMARY:New" in stored.data
    agenda = await premises_agenda(premises).of_share(share.id, start_on=date(2026, 11, 1), end_on=date(2026, 12, 1))
    assert [one.title for one in agenda.occurrences] == ["New"]


def premises_agenda(premises: Premises) -> AgendaService:
    return AgendaService(premises.db, clock=premises.clock, words=WORDS["en"], retention=timedelta(days=90))


async def test_a25_history_says_which_fields_changed_and_never_their_text(premises: Premises) -> None:
    calendar = await premises.calendar(name="Club")
    ann = Actor(account_id=None, name="Ann", address="192.0.2.0")
    made = await premises.appointments.create(calendar.id, fields(title="Secret", repetition=WEEKLY), by=ann)
    changed = await premises.appointments.change(
        calendar.id, made.name, replace(made.fields, title="Hidden", place="Cellar"), etag=made.etag, by=ann
    )
    await premises.appointments.delete(
        calendar.id, made.name, instance=SECOND, scope=Scope.THIS, etag=changed.etag, by=ann
    )
    async with premises.db.read() as tx:
        entries = [one for one in await audit.newest(tx) if one.subject is Subject.APPOINTMENT]
    assert [(one.action, dict(one.detail)) for one in entries] == [
        ("deleted", {"scope": "this"}),
        ("changed", {"scope": "all", "fields": "title, place"}),
        ("created", {}),
    ]
    assert {(one.actor.name, one.subject_name, one.subject_id) for one in entries} == {
        ("Ann", "Club", f"{calendar.id}/{made.name}")
    }
    assert not any(text in repr(entries) for text in ("Secret", "Hidden", "Cellar"))


async def test_tasks_are_no_appointments(premises: Premises) -> None:
    task = "BEGIN:VTODO\r\nUID:task\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Do\r\nEND:VTODO\r\n"
    calendar = await premises.calendar(task)
    with pytest.raises(NotFound):
        await premises.appointments.find(calendar.id, "task.ics")
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 1, 1), words="do")
    assert page.rows == ()


async def test_people_and_more_are_for_the_eye(premises: Premises) -> None:
    calendar = await premises.calendar(
        an_event(
            "one",
            "Meeting",
            "ORGANIZER;CN=Ann Example:mailto:ann@example.org",
            "ATTENDEE:MAILTO:bob@example.org",
            "PRIORITY:1",
            "X-THING:a\\, b",
            "URL:message://1",
            "ATTACH:https://example.org/a",
            "ATTACH:https://example.org/b",
            "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:AUDIO\r\nEND:VALARM",
        )
    )
    found = await premises.appointments.find(calendar.id, "one.ics")
    assert found.people == ("Ann Example <ann@example.org>", "bob@example.org")
    assert found.more == (
        ("PRIORITY", "1"),
        ("X-THING", "a, b"),
        ("URL", "message://1"),
        ("ATTACH", "2"),
        ("VALARM", "1"),
    )


async def test_rule_that_costs_too_much_is_a_fault_of_the_form(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("one", "A", "RRULE:FREQ=MINUTELY;COUNT=1000"))
    shown = await premises.appointments.find(calendar.id, "one.ics")
    tight = AppointmentService(premises.db, clock=premises.clock, limits=Limits(max_object_bytes=300), max_objects=10)
    with pytest.raises(InvalidInput):
        await tight.change(calendar.id, "one.ics", replace(shown.fields, description="x" * 300), etag=shown.etag)


# --- the list


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


async def test_list_begins_with_what_goes_on_and_shows_whole_days(premises: Premises) -> None:
    days = an_event("days", "Fair").replace(
        "DTSTART:20261124T100000Z\r\nDURATION:PT1H", "DTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261126"
    )
    many = [an_event(f"many{number}", f"Talk {number}") for number in range(4)]
    calendar = await premises.calendar(days, *many, an_event("next", "Next", start="20261125T100000Z"))
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 24), limit=2)
    assert [row.title for row in page.rows] == ["Fair", "Talk 0", "Talk 1", "Talk 2", "Talk 3"]
    assert page.rows[0].start == date(2026, 11, 20)
    assert page.rows[1].start == datetime(2026, 11, 24, 11, tzinfo=ZoneInfo("Europe/Berlin"))
    assert page.next_on == date(2026, 11, 25)


async def test_list_pages_through_what_never_ends(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("one", "Yearly", "RRULE:FREQ=YEARLY", start="20201124T100000Z"))
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 24), limit=3)
    assert [row.start.year for row in page.rows] == [2026, 2027, 2028]
    assert page.next_on == date(2029, 11, 24)
    rest = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 24), limit=1000)
    assert 10 <= len(rest.rows) < 30
    assert rest.next_on is None


async def test_list_of_an_empty_calendar_is_empty(premises: Premises) -> None:
    calendar = await premises.calendars.add(name="Empty")
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 24))
    assert (page.rows, page.next_on) == ((), None)


async def test_i07_costly_rule_hides_no_other_appointment(premises: Premises) -> None:
    calendar = await premises.calendar(
        an_event("bomb", "Bomb", "RRULE:FREQ=SECONDLY"), an_event("one", "Meeting", start="20261125T100000Z")
    )
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 25), limit=10)
    assert "Meeting" in [row.title for row in page.rows]


async def test_search_finds_private_ones_too(premises: Premises) -> None:
    calendar = await premises.calendar(
        an_event("one", "Board meeting"),
        an_event("two", "Secret board MEETING", "CLASS:PRIVATE"),
        an_event("three", "Board"),
    )
    page = await premises.appointments.list(calendar.id, start_on=date(2026, 11, 1), words="meeting board")
    assert sorted(row.title for row in page.rows) == ["Board meeting", "Secret board MEETING"]
