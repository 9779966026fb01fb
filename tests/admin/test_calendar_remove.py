"""A calendar goes, with all that it holds."""

from __future__ import annotations

from datetime import timedelta

from feedserver.model.share import ShareState
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.premises import PASSWORD, Premises


async def test_question_says_which_shares_end_and_which_go_on(admin: Visitor, premises: Premises) -> None:
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    await premises.share(work, name="Only work")
    await premises.share(work, home, name="Both")
    page = text_of(await (await admin.get(f"/calendars/{work.id}/remove")).text())
    ending, shrinking = page.index("These shares show nothing else"), page.index("These shares go on without it")
    assert ending < page.index("Only work") < shrinking < page.index("Both")
    assert "drop the appointments" in page
    assert "with 1 appointment." in page


async def test_question_changes_nothing(admin: Visitor, premises: Premises) -> None:
    """A04: asking is not doing."""
    work = await premises.calendar(name="Work")
    await admin.get(f"/calendars/{work.id}/remove")
    assert (await premises.calendars.find(work.id)).name == "Work"


async def test_removed_calendar_is_gone_and_its_shares_fates_are_told(admin: Visitor, premises: Premises) -> None:
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    only = await premises.share(work, name="Only work")
    both = await premises.share(work, home, name="Both")
    answer = await admin.post(f"/calendars/{work.id}/remove")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/calendars/")
    page = text_of(await (await admin.get("/calendars/")).text())
    assert "The calendar Work was removed." in page
    assert "The share Only work showed nothing else and was removed, too." in page
    assert "The share Both goes on without it." in page
    assert (await premises.sharing.find(only.id)).state is ShareState.REMOVED
    assert (await premises.sharing.find(both.id)).state is ShareState.ACTIVE
    assert [calendar.name for calendar in await premises.calendars.list_all()] == ["Home"]


async def test_second_click_finds_nothing_left(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    await admin.post(f"/calendars/{work.id}/remove")
    assert (await admin.post(f"/calendars/{work.id}/remove")).status == 404


async def test_a29_removal_asks_for_the_password_after_a_quarter_of_an_hour(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(name="Work")
    premises.clock.advance(timedelta(minutes=20))
    assert (await admin.post(f"/calendars/{work.id}/remove")).status == 403
    assert [calendar.name for calendar in await premises.calendars.list_all()] == ["Work"]
    assert (await admin.post(f"/calendars/{work.id}/remove", {"confirm_password": PASSWORD})).status == 303
    assert await premises.calendars.list_all() == []
