"""The list of calendars."""

from __future__ import annotations

from feedserver.model.account import Role
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.builders import an_event
from tests.premises import Premises


async def test_list_tells_events_zone_shares_owner_and_colour(admin: Visitor, premises: Premises) -> None:
    await premises.account("bob", role=Role.MEMBER)
    work = await premises.calendar(an_event("a"), an_event("b"), name="Work", owner="bob", color="#336699")
    await premises.share(work)
    await premises.share(work, name="Other")
    page = await (await admin.get("/calendars/")).text()
    text = text_of(page)
    assert "Work" in text
    assert "Germany, Berlin" in text
    assert "in 2 shares" in text
    assert "bob" in text
    assert f'href="/admin/calendars/{work.id}/"' in page
    assert 'fill="#336699"' in page
    assert 'aria-label="Appointments of Work: 2"' in page


async def test_organisations_calendar_is_named_as_such(admin: Visitor, premises: Premises) -> None:
    await premises.calendar(name="Work")
    assert "Example Club" in text_of(await (await admin.get("/calendars/")).text())


async def test_empty_list_says_how_to_begin(admin: Visitor) -> None:
    page = await (await admin.get("/calendars/")).text()
    assert "There is no calendar yet." in text_of(page)
    assert 'href="/admin/calendars/from-file"' in page


async def test_search_finds_names_by_all_words_in_any_case(admin: Visitor, premises: Premises) -> None:
    for name in ("Board meetings", "Board games", "Choir"):
        await premises.calendars.add(name=name)
    text = text_of(await (await admin.get("/calendars/?q=BOARD+meet")).text())
    assert "Board meetings" in text
    assert "Board games" not in text
    assert "No calendar has this name." in text_of(await (await admin.get("/calendars/?q=opera")).text())


async def test_many_calendars_come_in_pages(admin: Visitor, premises: Premises) -> None:
    for number in range(51):
        await premises.calendars.add(name=f"Calendar {number:02}")
    first = text_of(await (await admin.get("/calendars/?q=cal")).text())
    assert "Page 1 of 2" in first
    assert "Calendar 50" not in first
    for beyond in ("2", "99", "999999999999"):
        answer = await admin.get(f"/calendars/?q=cal&page={beyond}")
        assert answer.status == 200
    assert "Calendar 50" in text_of(await (await admin.get("/calendars/?q=cal&page=2")).text())


async def test_a09_list_is_for_admins_alone(visitor: Visitor, premises: Premises) -> None:
    assert (await visitor.get("/calendars/")).status == 303
