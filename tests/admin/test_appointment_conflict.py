"""Two admins edit one appointment: the second is told, sees both versions, and loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedserver.model.appointment import Appointment, Scope
from feedserver.model.collection import Collection
from tests.admin.appointing import EVERY_TUESDAY, an_appointment, opened, path, starts
from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.premises import Premises

SECOND = "20261201T180000"


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


async def _other_changes(premises: Premises, made: Appointment, **changes: object) -> Appointment:
    fields = replace(made.fields, **changes)  # type: ignore[arg-type]
    return await premises.appointments.change(made.calendar_id, made.name, fields, etag=made.etag)


async def test_second_sees_both_versions_field_by_field_and_keeps_what_was_typed(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work, place="Hall")
    form = await opened(admin, path(made, "edit"))
    await _other_changes(premises, made, title="Theirs", place="Cellar")
    answer = await admin.post(path(made, "edit"), {**form, "title": "Mine", "description": "My words"})
    page = await answer.text()
    assert answer.status == 409
    text = text_of(page)
    assert "Title Differs Mine Theirs" in text
    assert "Place Differs Hall Cellar" in text
    assert "Description Differs My words" in text
    assert "Shown as Busy Busy" in text
    kept = form_of(page, f"/admin{path(made, 'edit')}")
    assert (kept["title"], kept["description"], kept["place"]) == (["Mine"], ["My words"], ["Hall"])
    assert (await premises.appointments.find(work.id, made.name)).fields.title == "Theirs"


async def test_second_can_save_over_the_first_knowingly(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, place="Hall")
    form = await opened(admin, path(made, "edit"))
    await _other_changes(premises, made, title="Theirs", place="Cellar")
    page = await (await admin.post(path(made, "edit"), {**form, "title": "Mine"})).text()
    answer = await admin.post(path(made, "edit"), form_of(page, f"/admin{path(made, 'edit')}"))
    assert answer.status == 303
    fields = (await premises.appointments.find(work.id, made.name)).fields
    assert (fields.title, fields.place) == ("Mine", "Hall")


async def test_second_can_take_what_the_first_wrote(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    await _other_changes(premises, made, title="Theirs")
    page = await (await admin.post(path(made, "edit"), {**form, "title": "Mine"})).text()
    assert f'<a class="button" href="/admin{path(made)}">Take theirs, drop mine</a>' in page
    assert "Theirs" in text_of(await (await admin.get(path(made))).text())


async def test_third_change_in_between_is_told_again(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    theirs = await _other_changes(premises, made, title="Theirs")
    page = await (await admin.post(path(made, "edit"), {**form, "title": "Mine"})).text()
    await _other_changes(premises, theirs, title="Again")
    answer = await admin.post(path(made, "edit"), form_of(page, f"/admin{path(made, 'edit')}"))
    assert answer.status == 409
    assert "Title Differs Mine Again" in text_of(await answer.text())


async def test_conflict_is_noticed_after_a_fault_was_mended(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    """The form with the fault still carries the version that it was opened with."""
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    await _other_changes(premises, made, title="Theirs")
    faulty = await admin.post(path(made, "edit"), {**form, "start_day": "x"})
    assert faulty.status == 422
    mended = {**form_of(await faulty.text(), f"/admin{path(made, 'edit')}"), "start_day": "2026-11-25"}
    assert (await admin.post(path(made, "edit"), mended)).status == 409


async def test_choice_of_which_ones_is_kept(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    await _other_changes(premises, made, title="Theirs")
    page = await (await admin.post(path(made, "edit", SECOND), {**form, "scope": "following", "title": "Mine"})).text()
    again = form_of(page, f"/admin{path(made, 'edit', SECOND)}")
    assert again["scope"] == ["following"]
    assert (await admin.post(path(made, "edit", SECOND), again)).status == 303
    assert [title for title, _ in await starts(premises, work)] == ["Theirs", "Mine", "Mine", "Mine", "Mine"]


async def test_deleted_one_can_be_added_again_with_all_that_was_typed(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    await premises.appointments.delete(work.id, made.name, etag=made.etag)
    answer = await admin.post(path(made, "edit"), {**form, "title": "Mine", "description": "My words"})
    page = await answer.text()
    assert answer.status == 409
    assert "Somebody else deleted this appointment while you changed it." in text_of(page)
    new = form_of(page, f"/admin/calendars/{work.id}/appointments/new")
    assert (new["title"], new["description"]) == (["Mine"], ["My words"])
    assert (await admin.post(f"/calendars/{work.id}/appointments/new", new)).status == 303
    assert await starts(premises, work) == [("Mine", "11-24 18:00")]


async def test_deleted_one_keeps_what_was_typed_even_with_a_fault(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "edit"))
    await premises.appointments.delete(work.id, made.name, etag=made.etag)
    answer = await admin.post(path(made, "edit"), {**form, "title": "Mine", "start_day": "x"})
    page = await answer.text()
    assert answer.status == 409
    assert 'id="e-start_day"' in page
    assert form_of(page, f"/admin/calendars/{work.id}/appointments/new")["title"] == ["Mine"]


async def test_one_occurrence_that_was_deleted_comes_back_as_one(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "edit", SECOND))
    await premises.appointments.delete(work.id, made.name, instance=SECOND, scope=Scope.THIS, etag=made.etag)
    page = await (await admin.post(path(made, "edit", SECOND), {**form, "title": "Mine"})).text()
    new = form_of(page, f"/admin/calendars/{work.id}/appointments/new")
    assert (new["title"], new["repeat"]) == (["Mine"], [""])


async def test_deletion_of_what_somebody_changed_asks_again_and_shows_it(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "delete"))
    await _other_changes(premises, made, title="Theirs")
    answer = await admin.post(path(made, "delete"), form)
    page = await answer.text()
    assert answer.status == 409
    assert "Delete Theirs?" in text_of(page)
    assert "Somebody else changed this appointment in the meantime." in text_of(page)
    assert (await admin.post(path(made, "delete"), form_of(page, f"/admin{path(made, 'delete')}"))).status == 303
    assert await starts(premises, work) == []


async def test_deletion_of_what_is_deleted_already_is_done(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "delete"))
    await premises.appointments.delete(work.id, made.name, etag=made.etag)
    answer = await admin.post(path(made, "delete"), form)
    assert answer.status == 303
    page = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/")).text())
    assert "Somebody else had deleted this appointment already." in page
