"""Calendars: made, filled, changed, exported and removed in a browser."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.windows import told
from tests.builders import an_event, an_ics
from tests.premises import Premises

BROKEN = "BEGIN:VEVENT\r\nUID:broken\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:No start\r\nEND:VEVENT\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good events and one that cannot be kept, at line 18."""
    made = tmp_path / "team.ics"
    made.write_text(an_ics(an_event("one"), an_event("two", "Fair"), BROKEN), newline="")
    return made


async def fact(page: Page, name: str) -> str:
    """What stands beside a name in a list of facts."""
    return await page.locator(f"dt:text-is('{name}') + dd").inner_text()


async def test_calendar_is_made_changed_and_removed(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    page = await (await window(**look)).page("/calendars/")
    await page.get_by_role("link", name="New calendar", exact=True).first.click()
    await page.get_by_label("Name", exact=True).fill("Team")
    await page.get_by_label("Time zone").select_option("America/New_York")
    await page.get_by_label("Colour", exact=True).fill("#aa3300")
    await page.get_by_role("button", name="Make the calendar").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Team")
    team = await premises.calendars.find("Team")
    assert (team.timezone, team.color) == ("America/New_York", "#AA3300")

    await page.get_by_role("link", name="Edit", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("Team A")
    await page.get_by_role("button", name="Save the calendar").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Team A")

    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("link", name="Remove the calendar").click()
    await page.get_by_role("button", name="Remove the calendar for good").click()

    await expect(page.get_by_role("status").first).to_contain_text("Team A")
    assert await premises.calendars.list_all() == []


async def test_import_reports_what_came_what_was_repaired_and_what_was_refused(
    window: OpenWindow, premises: Premises, file: Path, look: dict[str, bool]
) -> None:
    team = await premises.calendar(name="Team")
    page = await (await window(**look)).page(f"/calendars/{team.id}/import")
    await page.get_by_label("Calendar file").set_input_files(file)
    await page.get_by_role("button", name="Import the file").click()

    await expect(page.get_by_role("status").first).to_contain_text("2 appointments of this file are in the calendar")
    counts = [await fact(page, name) for name in ("Imported", "Updated", "Unchanged", "Refused")]
    assert counts == ["1", "0", "1", "1"]
    refused = page.get_by_role("row").filter(has_text="broken")
    await expect(refused).to_contain_text("the event has no DTSTART")
    await expect(refused).to_contain_text("18")
    assert (await premises.calendars.find(team.id)).object_count == 2


async def test_calendar_is_made_from_a_file(window: OpenWindow, premises: Premises, file: Path) -> None:
    page = await (await window()).page("/calendars/from-file")
    await page.get_by_label("Name", exact=True).fill("Fairs")
    await page.get_by_label("Calendar file").set_input_files(file)
    await page.get_by_role("button", name="Make the calendar").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Fairs")
    assert (await premises.calendars.find("Fairs")).object_count == 2


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
async def test_what_is_no_calendar_is_refused_with_what_it_looks_like(
    window: OpenWindow, premises: Premises, tmp_path: Path, *, has_javascript: bool
) -> None:
    (tmp_path / "page.ics").write_text("<!doctype html><p>Log in</p>")
    team = await premises.calendar(name="Team")
    page = await (await window(has_javascript=has_javascript)).page(f"/calendars/{team.id}/import")
    await page.get_by_label("Calendar file").set_input_files(tmp_path / "page.ics")

    await page.get_by_role("button", name="Import the file").click()

    await expect(page.get_by_role("alert").first).to_contain_text("it is a web page (HTML)")
    assert (await premises.calendars.find(team.id)).object_count == 1


async def test_a26_export_is_a_file_to_keep_and_never_a_page(
    window: OpenWindow, premises: Premises, tmp_path: Path
) -> None:
    team = await premises.calendar(an_event("secret", "Doctor", "CLASS:PRIVATE"), name="Team")
    page = await (await window()).page(f"/calendars/{team.id}/")

    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Export as a file").click()

    download = await coming.value
    assert download.suggested_filename.endswith(".ics")
    kept = tmp_path / "kept.ics"
    await download.save_as(kept)
    assert b"SUMMARY:Doctor" in await asyncio.to_thread(kept.read_bytes)


async def test_removal_says_which_shares_it_ends_and_which_go_on(window: OpenWindow, premises: Premises) -> None:
    team, club = await premises.calendar(name="Team"), await premises.calendar(name="Club")
    await premises.share(team, name="Alone")
    both = await premises.share(team, club, name="Both")
    page = await (await window()).page(f"/calendars/{team.id}/remove")
    ending, shrinking = page.get_by_role("main").get_by_role("list").all_inner_texts, page.get_by_role("main")
    assert await ending() == ["Alone", "Both"]
    await expect(shrinking).to_contain_text("These shares go on without it")

    await page.get_by_role("button", name="Remove the calendar for good").click()

    assert "Team" in await told(page)
    kept = await premises.sharing.find(both.id)
    assert [entry.collection_id for entry in kept.entries] == [club.id]


async def test_faults_of_a_calendar_are_said_beside_their_fields(window: OpenWindow) -> None:
    page = await (await window()).page("/calendars/new")
    await page.get_by_label("Description").fill("About it")

    await page.get_by_role("button", name="Make the calendar").click()

    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Description")).to_have_value("About it")
