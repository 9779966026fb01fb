"""An appointment is deleted: one occurrence, this and the following ones, or all."""

from __future__ import annotations

import pytest

from feedserver.model.collection import Collection
from tests.admin.appointing import EVERY_TUESDAY, an_appointment, opened, path, starts
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.premises import Premises

SECOND = "20261201T180000"


@pytest.fixture
async def work(premises: Premises) -> Collection:
    return await premises.calendars.add(name="Work")


async def test_single_appointment_is_deleted_and_the_list_says_so(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "delete"))
    assert "scope" not in form
    answer = await admin.post(path(made, "delete"), form)
    assert answer.headers["Location"] == f"/admin/calendars/{work.id}/appointments/"
    page = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/")).text())
    assert "The appointment is deleted." in page
    assert (await premises.calendars.find(work.id)).object_count == 0


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("this", ["11-24", "12-08", "12-15", "12-22"]),
        ("following", ["11-24"]),
        ("all", []),
    ],
)
async def test_as_many_are_deleted_as_were_chosen(
    scope: str, left: list[str], admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "delete", SECOND))
    assert form["scope"] == ["this"]
    assert (await admin.post(path(made, "delete", SECOND), {**form, "scope": scope})).status == 303
    assert [start[:5] for _, start in await starts(premises, work)] == left


async def test_whole_series_is_deleted_from_its_own_page(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    page = await (await admin.get(path(made, "delete"))).text()
    assert "You delete the whole series." in page
    await admin.post(path(made, "delete"), await opened(admin, path(made, "delete")))
    assert await starts(premises, work) == []


async def test_without_a_choice_of_which_ones_nothing_is_deleted(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    form = await opened(admin, path(made, "delete", SECOND))
    answer = await admin.post(path(made, "delete", SECOND), {**form, "scope": ""})
    assert answer.status == 422
    assert 'id="e-scope"' in await answer.text()
    assert len(await starts(premises, work)) == 5


async def test_a04_question_deletes_nothing(admin: Visitor, work: Collection, premises: Premises) -> None:
    made = await an_appointment(premises, work)
    await admin.get(path(made, "delete"))
    assert len(await starts(premises, work)) == 1


async def test_a03_deletion_without_the_forms_token_is_refused(
    admin: Visitor, work: Collection, premises: Premises
) -> None:
    made = await an_appointment(premises, work)
    form = await opened(admin, path(made, "delete"))
    assert (await admin.post(path(made, "delete"), {**form, "form_token": "x"})).status == 403
    assert len(await starts(premises, work)) == 1
