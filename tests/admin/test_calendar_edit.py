"""What a calendar is called, its colour, its zone and its description."""

from __future__ import annotations

from tests.admin.conftest import Visitor
from tests.admin.pages import form_of, text_of
from tests.premises import Premises


async def test_form_shows_what_the_calendar_is(admin: Visitor, premises: Premises) -> None:
    made = await premises.calendar(name="Work", color="#336699", description="Two\nlines", timezone="US/Eastern")
    page = await (await admin.get(f"/calendars/{made.id}/edit")).text()
    form = form_of(page, f"/admin/calendars/{made.id}/edit")
    assert (form["name"], form["color"], form["description"]) == (["Work"], ["#336699"], ["Two\nlines"])
    assert form["timezone"] == ["US/Eastern"]  # an alias that no list offers is kept


async def test_form_sent_as_it_is_changes_nothing(admin: Visitor, premises: Premises) -> None:
    made = await premises.calendar(name="Work", description="Two\nlines")
    page = await (await admin.get(f"/calendars/{made.id}/edit")).text()
    await admin.post(f"/calendars/{made.id}/edit", form_of(page, f"/admin/calendars/{made.id}/edit"))
    assert await premises.calendars.find(made.id) == await premises.calendars.find(made.id)
    assert (await premises.calendars.find(made.id)).settings_at == made.settings_at


async def test_calendar_is_changed_and_its_page_says_so(admin: Visitor, premises: Premises) -> None:
    made = await premises.calendar(name="Work")
    fields = {"name": "Office", "has_color": "1", "color": "#112233", "timezone": "Europe/Vienna", "description": "x"}
    answer = await admin.post(f"/calendars/{made.id}/edit", fields)
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/calendars/{made.id}/")
    changed = await premises.calendars.find(made.id)
    assert (changed.name, changed.color, changed.timezone, changed.description) == (
        "Office",
        "#112233",
        "Europe/Vienna",
        "x",
    )
    page = text_of(await (await admin.get(f"/calendars/{made.id}/")).text())
    assert "The calendar Office is saved." in page


async def test_colour_can_be_taken_away(admin: Visitor, premises: Premises) -> None:
    made = await premises.calendar(name="Work", color="#112233")
    await admin.post(f"/calendars/{made.id}/edit", {"name": "Work", "color": "#112233", "timezone": "Europe/Berlin"})
    assert (await premises.calendars.find(made.id)).color is None


async def test_fault_keeps_what_was_typed(admin: Visitor, premises: Premises) -> None:
    made = await premises.calendar(name="Work")
    fields = {"name": "  ", "timezone": "Europe/Vienna", "description": "typed"}
    answer = await admin.post(f"/calendars/{made.id}/edit", fields)
    assert answer.status == 422
    kept = form_of(await answer.text(), f"/admin/calendars/{made.id}/edit")
    assert (kept["timezone"], kept["description"]) == (["Europe/Vienna"], ["typed"])
    assert (await premises.calendars.find(made.id)).name == "Work"


async def test_a16_calendar_that_is_not_there_answers_404_on_every_page(admin: Visitor, premises: Premises) -> None:
    await premises.calendar(name="Work")
    for ref in ("f" * 32, "Work", "%00", "..%2f", "%27%20OR%201=1"):
        for page in ("", "edit", "import", "export.ics", "remove"):
            assert (await admin.get(f"/calendars/{ref}/{page}")).status == 404, (ref, page)
        for action in ("edit", "remove"):
            assert (await admin.post(f"/calendars/{ref}/{action}", {"name": "x"})).status == 404, (ref, action)
    assert [calendar.name for calendar in await premises.calendars.list_all()] == ["Work"]
