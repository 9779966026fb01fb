"""The appointments of a calendar, day by day."""

from __future__ import annotations

from datetime import date, timedelta

from tests.admin.appointing import EVERY_TUESDAY, TUESDAY, an_appointment, path
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.builders import an_event
from tests.premises import Premises


async def test_list_begins_today_and_leads_to_each_appointment(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    once = await an_appointment(premises, work, place="Town hall")
    await an_appointment(premises, work, title="Past", start=TUESDAY - timedelta(days=7))
    page = await (await admin.get(f"/calendars/{work.id}/appointments/")).text()
    text = text_of(page)
    assert "Tuesday, November 24, 2026" in text
    assert "Town hall" in text
    assert "Past" not in text
    assert f'href="/admin{path(once)}"' in page


async def test_each_occurrence_of_a_series_has_its_own_line_and_address(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    series = await an_appointment(premises, work, repetition=EVERY_TUESDAY)
    page = await (await admin.get(f"/calendars/{work.id}/appointments/")).text()
    assert page.count(f'href="/admin{path(series)}?instance=') == 5
    assert f'href="/admin{path(series, instance="20261201T180000")}"' in page


async def test_list_can_begin_on_any_day_and_goes_on_page_by_page(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    for number in range(101):
        await an_appointment(premises, work, title=f"Day {number:03}", start=TUESDAY + timedelta(days=number))
    first = await (await admin.get(f"/calendars/{work.id}/appointments/?from=2026-11-24&q=day")).text()
    assert "Day 099" in first
    assert "Day 100" not in first
    assert 'href="?from=2027-03-04&amp;q=day"' in first
    following = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/?from=2027-03-04&q=day")).text())
    assert "Day 100" in following
    assert "Day 099" not in following


async def test_search_looks_into_title_place_and_description(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    await an_appointment(premises, work, title="Board", place="Town hall", description="Budget")
    await an_appointment(premises, work, title="Choir")
    text = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/?q=budget+TOWN")).text())
    assert "Board" in text
    assert "Choir" not in text
    none = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/?q=opera")).text())
    assert "No appointment from this day on has these words." in none


async def test_private_tentative_and_free_ones_say_so(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendar(
        an_event("a", "Secret", "CLASS:PRIVATE", "STATUS:TENTATIVE", "TRANSP:TRANSPARENT"), name="Work"
    )
    text = text_of(await (await admin.get(f"/calendars/{work.id}/appointments/")).text())
    assert "Secret Tentative Private Free" in text


async def test_empty_list_offers_a_new_appointment(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    page = await (await admin.get(f"/calendars/{work.id}/appointments/")).text()
    assert "No appointments from this day on." in text_of(page)
    assert 'href="new"' in page


async def test_odd_days_and_words_are_taken_as_none(admin: Visitor, premises: Premises) -> None:
    """I25, I36: nothing in an address makes a page fail."""
    work = await premises.calendars.add(name="Work")
    await an_appointment(premises, work)
    for query in (
        "from=0001-01-01", "from=9999-12-31", "from=%00", "from=24.12.2026", "from=2026-11-24T00:00",
        "q=%25%27%22%3B--",
        "q=" + "x" * 4000, "q=%5C_", "from=2199-12-31",
    ):  # fmt: skip
        assert (await admin.get(f"/calendars/{work.id}/appointments/?{query}")).status == 200, query


async def test_new_appointment_is_offered_on_the_day_that_is_shown(admin: Visitor, premises: Premises) -> None:
    work = await premises.calendars.add(name="Work")
    day = date(2026, 12, 24).isoformat()
    page = await (await admin.get(f"/calendars/{work.id}/appointments/?from={day}")).text()
    assert f'href="new?on={day}"' in page
    form = await (await admin.get(f"/calendars/{work.id}/appointments/new?on={day}")).text()
    assert f'name="start_day" type="date" value="{day}"' in form
