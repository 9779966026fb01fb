"""Appointments: found, made, changed and deleted in a browser; what the form does not know survives."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from feedserver.model.collection import Collection
from feedserver.model.share import DetailLevel
from tests.browser.conftest import OpenWindow
from tests.builders import an_event
from tests.premises import Premises

WEEKLY = an_event("weekly", "Choir", "RRULE:FREQ=WEEKLY;COUNT=5", "LOCATION:Hall", start="20261124T180000Z")
STRANGE = an_event(
    "strange",
    "Fair",
    "X-COLOUR-OF-THE-TENT;X-HOW=a:red\\,  green",
    "ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@example.org",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Soon",
    "TRIGGER:-PT15M",
    "END:VALARM",
)


async def exported(premises: Premises, calendar: Collection) -> str:
    """All that the calendar holds, as one file."""
    chunks = [chunk async for chunk in premises.calendars.export(calendar.id)]
    return b"".join(chunks).decode()


async def test_an_appointment_is_made_with_all_its_fields(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    team = await premises.calendars.add(name="Team")
    page = await (await window(**look)).page(f"/calendars/{team.id}/appointments/")
    await page.get_by_role("link", name="New appointment").first.click()
    await page.get_by_label("Title").fill("Summer fair")
    await page.get_by_label("Begins on").fill("2026-12-01")
    await page.get_by_label("Begins at").fill("10:00")
    await page.get_by_label("Ends on").fill("2026-12-01")
    await page.get_by_label("Ends at").fill("12:30")
    await page.get_by_label("Time zone").select_option("America/New_York")
    await page.get_by_label("Place").fill("Park")
    await page.get_by_label("Description").fill("Bring cake,\nand forks")
    await page.get_by_label("Link", exact=True).fill("https://example.org/fair")
    await page.get_by_label("Categories").fill("Open, Fair")
    await page.get_by_label("Free").check()
    await page.get_by_label("Status").select_option("tentative")
    await page.locator("main form button.primary").last.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Summer fair")
    await expect(page.get_by_role("main")).to_contain_text("Park")
    text = (await exported(premises, team)).replace("\r\n ", "")
    for line in (
        "SUMMARY:Summer fair",
        "DTSTART;TZID=America/New_York:20261201T100000",
        "LOCATION:Park",
        "DESCRIPTION:Bring cake\\,\\nand forks",
        "URL:https://example.org/fair",
        "CATEGORIES:Open,Fair",
        "TRANSP:TRANSPARENT",
        "STATUS:TENTATIVE",
    ):
        assert line in text


async def test_an_all_day_appointment_of_several_days(window: OpenWindow, premises: Premises) -> None:
    team = await premises.calendars.add(name="Team")
    page = await (await window()).page(f"/calendars/{team.id}/appointments/new")
    await page.get_by_label("Title").fill("Camp")
    await page.get_by_label("All day").check()
    await expect(page.get_by_label("Begins at")).to_be_hidden()
    await page.get_by_label("Begins on").fill("2026-12-01")
    await page.get_by_label("Ends on").fill("2026-12-03")
    await page.locator("main form button.primary").last.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Camp")
    text = await exported(premises, team)
    assert "DTSTART;VALUE=DATE:20261201" in text
    assert "DTEND;VALUE=DATE:20261204" in text


async def test_a_repetition_is_chosen_and_said_in_words(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    team = await premises.calendars.add(name="Team")
    page = await (await window(**look)).page(f"/calendars/{team.id}/appointments/new")
    await page.get_by_label("Title").fill("Choir")
    await page.get_by_label("Begins on").fill("2026-12-01")
    await page.get_by_label("Begins at").fill("18:00")
    await page.get_by_label("Ends on").fill("2026-12-01")
    await page.get_by_label("Ends at").fill("20:00")
    await page.get_by_label("Repeats").select_option("weekly")
    await page.get_by_label("Every how many").fill("2")
    await page.get_by_label("Tuesday", exact=True).check()
    await page.get_by_label("Until a day").check()
    await page.get_by_label("Last day", exact=True).fill("2027-05-03")
    await page.locator("main form button.primary").last.click()

    await expect(page.get_by_role("main")).to_contain_text("every second Tuesday until", ignore_case=True)
    assert re.search(r"RRULE:FREQ=WEEKLY;[^\r]*INTERVAL=2", await exported(premises, team))


@pytest.mark.parametrize(
    ("scope", "titles"),
    [
        ("Only this one", ["Choir", "Rehearsal", "Choir", "Choir", "Choir"]),
        ("This one and all that follow", ["Choir", "Rehearsal", "Rehearsal", "Rehearsal", "Rehearsal"]),
        ("All of them", ["Rehearsal"] * 5),
    ],
)
async def test_this_one_this_and_following_or_all_are_changed(
    window: OpenWindow, premises: Premises, scope: str, titles: list[str]
) -> None:
    team = await premises.calendar(WEEKLY, name="Team")
    page = await (await window(has_javascript=scope != "Only this one")).page(f"/calendars/{team.id}/appointments/")
    await page.get_by_role("link", name="Choir").nth(1).click()
    await page.get_by_role("link", name="Change", exact=True).click()
    await page.get_by_label(scope).check()
    await page.get_by_label("Title").fill("Rehearsal")
    await page.get_by_role("button", name="Save the changes").click()
    await expect(page.get_by_role("status").first).to_be_visible()

    await page.goto(page.url.partition("/admin/")[0] + f"/admin/calendars/{team.id}/appointments/")

    assert await page.locator("td.name a").all_inner_texts() == titles


@pytest.mark.parametrize(
    ("scope", "number"), [("Only this one", 4), ("This one and all that follow", 1), ("All of them", 0)]
)
async def test_this_one_this_and_following_or_all_are_deleted(
    window: OpenWindow, premises: Premises, scope: str, number: int
) -> None:
    team = await premises.calendar(WEEKLY, name="Team")
    page = await (await window(has_javascript=scope != "Only this one")).page(f"/calendars/{team.id}/appointments/")
    await page.get_by_role("link", name="Choir").nth(1).click()
    await page.get_by_role("link", name="Delete", exact=True).click()
    await page.get_by_label(scope).check()
    await page.get_by_role("button", name="Delete for good").click()
    await expect(page.get_by_role("status").first).to_be_visible()

    await page.goto(page.url.partition("/admin/")[0] + f"/admin/calendars/{team.id}/appointments/")

    await expect(page.locator("td.name a")).to_have_count(number)


async def test_what_the_form_does_not_know_survives_a_change_byte_for_byte(
    window: OpenWindow, premises: Premises
) -> None:
    team = await premises.calendar(STRANGE, name="Team")
    page = await (await window()).page(f"/calendars/{team.id}/appointments/")
    await page.get_by_role("link", name="Fair").click()
    await expect(page.get_by_role("main")).to_contain_text("X-COLOUR-OF-THE-TENT")
    await page.get_by_role("link", name="Change", exact=True).click()
    await page.get_by_label("Place").fill("Park")
    await page.get_by_role("button", name="Save the changes").click()

    await expect(page.get_by_role("main")).to_contain_text("Park")
    text = await exported(premises, team)
    assert "LOCATION:Park" in text
    for line in STRANGE.split("\r\n")[6:-2]:
        assert f"\r\n{line}\r\n" in text


async def test_the_second_of_two_who_change_the_same_is_told_sees_both_and_loses_nothing(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    team = await premises.calendar(an_event("fair", "Fair"), name="Team")
    first = await (await window()).page(f"/calendars/{team.id}/appointments/")
    await first.get_by_role("link", name="Fair").click()
    await first.get_by_role("link", name="Change", exact=True).click()
    second = await (await window(**look)).page()
    await second.goto(first.url)
    await first.get_by_label("Title").fill("Theirs")
    await first.get_by_role("button", name="Save the changes").click()
    await expect(first.get_by_role("heading", level=1)).to_have_text("Theirs")

    await second.get_by_label("Place").fill("My place")
    await second.get_by_role("button", name="Save the changes").click()

    await expect(second.get_by_role("alert")).to_contain_text("Somebody else changed this appointment")
    compared = second.get_by_role("table", name="Yours and theirs")
    await expect(compared.get_by_role("row").filter(has_text="Title")).to_contain_text("Theirs")
    await expect(second.get_by_label("Place")).to_have_value("My place")
    await second.get_by_role("button", name="Save mine over it").click()
    await expect(second.get_by_role("heading", level=1)).to_have_text("Fair")
    await expect(second.get_by_role("main")).to_contain_text("My place")


async def test_appointments_are_found_by_words_and_by_day(window: OpenWindow, premises: Premises) -> None:
    team = await premises.calendar(
        an_event("a", "Fair", "LOCATION:Park"),
        an_event("b", "Choir", start="20270301T100000Z"),
        an_event("c", "Doctor", "CLASS:PRIVATE"),
        name="Team",
    )
    page = await (await window()).page(f"/calendars/{team.id}/appointments/")
    assert sorted(await page.locator("td.name a").all_inner_texts()) == ["Choir", "Doctor", "Fair"]

    await page.get_by_label("Search").fill("park")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator("td.name a")).to_have_text(["Fair"])
    await page.get_by_label("Search").fill("")
    await page.get_by_label("From").fill("2027-01-01")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator("td.name a")).to_have_text(["Choir"])


async def test_faults_are_said_beside_their_fields_and_nothing_typed_is_lost(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    team = await premises.calendars.add(name="Team")
    page = await (await window(**look)).page(f"/calendars/{team.id}/appointments/new")
    await page.get_by_label("Title").fill("Fair")
    await page.get_by_label("Begins on").fill("2026-12-02")
    await page.get_by_label("Begins at").fill("10:00")
    await page.get_by_label("Ends on").fill("2026-12-01")
    await page.get_by_label("Ends at").fill("09:00")
    await page.get_by_label("Link", exact=True).fill("javascript:alert(1)")
    await page.locator("main form").last.evaluate("form => { form.noValidate = true; }")
    await page.locator("main form button.primary").last.click()

    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.locator("[aria-invalid=true]").first).to_have_accessible_description(re.compile("."))
    await expect(page.get_by_label("Title")).to_have_value("Fair")
    assert "VEVENT" not in await exported(premises, team)


async def test_an_appointment_of_a_share_is_opened_from_it(window: OpenWindow, premises: Premises) -> None:
    team = await premises.calendar(an_event("fair", "Fair", "DESCRIPTION:Bring cake"), name="Team")
    share = await premises.share(team, name="Customers", level=DetailLevel.BUSY)
    page = await (await window()).page(f"/shares/{share.id}/appointments")

    await page.get_by_role("link", name="Fair").click()

    await expect(page.get_by_role("main")).to_contain_text("Bring cake")
