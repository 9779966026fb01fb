"""New Share as an admin does it: one form, a link, and mails to those it is for."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from feedserver.model.share import DetailLevel, Share, ShareKind
from tests.browser.conftest import House, OpenWindow
from tests.builders import an_event
from tests.premises import Premises


async def create(page: Page) -> None:
    await page.locator("main form").get_by_role("button", name="Create link").last.click()


async def only_share(premises: Premises) -> Share:
    """The one that there is, and no second."""
    listed = await premises.sharing.list_all()
    (share,) = listed
    return await premises.sharing.find(share.id)


async def test_public_share_from_the_form_to_its_link_and_to_a_mail_for_each_person(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    await premises.calendar(an_event("fair", "Fair", "DESCRIPTION:Bring cake"), name="Events")
    await premises.calendar(name="Team")
    page = await (await window(**look)).page("/shares/")
    await page.get_by_role("link", name="New share").click()
    await page.get_by_label("Public link").check()
    await page.get_by_role("checkbox", name="Events").check()
    await page.get_by_label("Show event details").check()
    await page.get_by_label("Details: also").check()

    await create(page)

    await expect(page.get_by_role("heading", level=1)).to_have_text("“Events” is shared")
    share = await only_share(premises)
    assert [entry.level for entry in share.entries] == [DetailLevel.DETAILS]
    await expect(page.get_by_label("Page, for people")).to_have_value(premises.link(share).page_url)
    feed = await page.request.get(await page.get_by_label("Feed, for calendar apps").input_value())
    assert "DESCRIPTION:Bring cake" in await feed.text()
    assert await page.get_by_alt_text("QR code").evaluate("picture => picture.naturalWidth") > 0
    await page.get_by_text("Google Calendar", exact=True).click()
    await expect(page.get_by_role("link", name="Open Google Calendar")).to_have_attribute(
        "href", re.compile(r"^https://calendar\.google\.com/calendar/r\?cid=webcal")
    )

    await page.get_by_label("E-mail addresses").fill("carla@example.org, dora@exämple.org\nerik@example.org")
    await page.get_by_label("Your message to them").fill("Hello you")
    await page.get_by_role("button", name="Done").click()

    await expect(page.get_by_role("status").first).to_contain_text("3")
    share = await only_share(premises)
    assert {recipient.email for recipient in share.recipients} == {
        "carla@example.org",
        "dora@exämple.org",
        "erik@example.org",
    }


async def test_leaving_without_mailing_is_fine(window: OpenWindow, premises: Premises) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new")
    await page.get_by_role("checkbox", name="Events").check()
    await create(page)

    await page.get_by_role("link", name="Leave without sending").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Events")
    share = await only_share(premises)
    assert share.recipients == ()


async def test_without_the_tick_only_busy_times_are_shared(window: OpenWindow, premises: Premises) -> None:
    await premises.calendar(an_event("fair", "Fair"), name="Events")
    page = await (await window()).page("/shares/new")
    await expect(page.get_by_text("Event details: how much?")).to_be_hidden()
    await page.get_by_role("checkbox", name="Events").check()
    await create(page)

    feed = await page.request.get(await page.get_by_label("Feed, for calendar apps").input_value())

    assert "Fair" not in await feed.text()
    assert "SUMMARY:Busy" in await feed.text()


async def test_one_calendar_has_a_level_of_its_own(window: OpenWindow, premises: Premises) -> None:
    events = await premises.calendar(name="Events")
    team = await premises.calendar(name="Team")
    page = await (await window()).page("/shares/new")
    await page.get_by_role("checkbox", name="Events").check()
    await page.get_by_label("Show event details").check()
    await page.get_by_text("More: another level for one calendar").click()
    await expect(page.get_by_role("combobox", name="Team")).to_be_hidden()
    await page.get_by_role("checkbox", name="Team").check()

    await page.get_by_role("combobox", name="Team").select_option("Only busy times")
    await expect(page.get_by_label("Name", exact=True)).to_have_attribute("placeholder", "Events and Team")
    await create(page)

    await expect(page.get_by_role("heading", level=1)).to_have_text("“Events and Team” is shared")
    share = await only_share(premises)
    assert {entry.collection_id: entry.level for entry in share.entries} == {
        events.id: DetailLevel.DETAILS,
        team.id: DetailLevel.BUSY,
    }


async def test_validity_filter_and_window_are_under_more_options(window: OpenWindow, premises: Premises) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new")
    await page.get_by_role("checkbox", name="Events").check()
    await page.get_by_text("More options").click()
    await page.get_by_label("Until day").fill("2027-01-31")
    await page.get_by_label("Only events with one of these categories").fill("Open, Fair")
    await page.get_by_label("Days ahead").fill("90")
    await create(page)

    await expect(page.get_by_role("heading", level=1)).to_contain_text("is shared")
    share = await only_share(premises)
    assert str(share.expires_at) == "2027-01-31 23:00:00+00:00"
    assert set(share.filter.categories_in) == {"Open", "Fair"}
    assert share.filter.days_ahead == 90


async def test_secured_share_is_for_the_ticked_users_and_a_new_one_is_added_on_the_spot(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    await premises.calendar(name="Events")
    await premises.account("ann")
    await premises.account("bob")
    page = await (await window(**look)).page("/shares/new")
    await page.get_by_role("radio", name="Secured link").check()
    await page.get_by_role("checkbox", name="Events").check()
    await page.get_by_label("Name", exact=True).fill("For the board")
    await page.get_by_text("Choose users").click()
    await page.get_by_role("checkbox", name="ann").check()
    await page.locator("summary", has_text="Add user").click()
    await page.get_by_label("Name of the new user").fill("Carla Cheng")
    await page.get_by_label("E-mail address of the new user").fill("carla@example.org")
    await page.get_by_label("User name", exact=True).fill("carla")

    await page.get_by_role("button", name="Add user").click()

    await expect(page.get_by_text("Carla Cheng is a user and ticked below.")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Carla Cheng")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="ann")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="Events")).to_be_checked()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("For the board")
    await create(page)

    await expect(page.get_by_role("status").first).to_contain_text("Mails go to 2 people.")
    share = await only_share(premises)
    assert share.kind is ShareKind.SECURED
    members = {account.login for account in await premises.sharing.members(share)}
    assert members == {"ann", "carla"}
    await expect(page.get_by_label("Page, for people")).to_have_value(premises.link(share).page_url)


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
async def test_faults_are_said_beside_their_fields_and_nothing_typed_is_lost(
    window: OpenWindow, premises: Premises, *, has_javascript: bool
) -> None:
    await premises.calendar(name="Events")
    page = await (await window(has_javascript=has_javascript)).page("/shares/new")
    await page.get_by_role("radio", name="Secured link").check()
    await page.get_by_label("Name", exact=True).fill("For the board")
    await page.get_by_text("More options").click()
    await page.get_by_label("Days ahead").fill("many")

    await create(page)

    await expect(page.get_by_role("alert")).to_contain_text("Please check 3 entries")
    await expect(page.get_by_label("Days ahead")).to_have_value("many")
    await expect(page.get_by_label("Days ahead")).to_be_visible()
    await expect(page.get_by_label("Days ahead")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("For the board")
    await expect(page.get_by_role("radio", name="Secured link")).to_be_checked()
    await expect(page.get_by_role("group", name="Which calendars?")).to_have_accessible_description(re.compile("."))
    assert await premises.sharing.list_all() == []


async def test_a24_a_double_click_and_a_resent_form_make_one_share(window: OpenWindow, premises: Premises) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new")
    await page.get_by_role("checkbox", name="Events").check()

    async with page.expect_request(lambda request: request.method == "POST") as sent:
        await page.locator("main form").get_by_role("button", name="Create link").last.dblclick()
    await expect(page.get_by_role("heading", level=1)).to_have_text("“Events” is shared")
    first = await sent.value
    again = await page.request.post(first.url, data=first.post_data, headers=await first.all_headers())

    assert again.url == page.url
    await only_share(premises)


async def test_enter_in_a_field_creates_the_share_and_in_a_new_users_field_adds_the_user(
    window: OpenWindow, premises: Premises
) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new")
    await page.get_by_role("radio", name="Secured link").check()
    await page.get_by_role("checkbox", name="Events").check()
    await page.locator("summary", has_text="Add user").click()
    await page.get_by_label("Name of the new user").fill("Carla")
    await page.get_by_label("E-mail address of the new user").fill("carla@example.org")

    await page.get_by_label("E-mail address of the new user").press("Enter")
    await expect(page.get_by_role("checkbox", name="Carla")).to_be_checked()
    await page.get_by_label("Name", exact=True).press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("“Events” is shared")


async def test_all_about_a_share_is_edited_and_its_link_stays(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    await premises.account("ann")
    await premises.account("bob")
    share = await premises.secured_share(name="Board")
    before = premises.link(share).page_url
    page = await (await window(**look)).page(f"/shares/{share.id}/edit")

    await page.get_by_label("Name", exact=True).fill("Council")
    await expect(page.get_by_role("checkbox", name="ann")).to_be_checked()
    await page.get_by_role("checkbox", name="ann").uncheck()
    await page.get_by_role("checkbox", name="bob").check()
    await page.locator("main form").get_by_role("button", name="Save").last.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Council")
    edited = await premises.sharing.find(share.id)
    assert premises.link(edited).page_url.rpartition("/")[0] == before.rpartition("/")[0]
    assert {account.login for account in await premises.sharing.members(share)} == {"bob"}


async def test_a_new_link_ends_the_old_one(window: OpenWindow, premises: Premises, house: House) -> None:
    share = await premises.share(name="Fair")
    old = premises.link(share).feed_url
    page = await (await window()).page(f"/shares/{share.id}/")

    await page.get_by_role("link", name="New link").click()
    await expect(page.get_by_text("It cannot be taken back.")).to_be_visible()
    await page.get_by_role("button", name="End the old links and make new ones").click()

    await expect(page.get_by_role("status").first).to_be_visible()
    new = premises.link(await premises.sharing.find(share.id)).feed_url
    assert "SUMMARY:Meeting" not in await (await page.request.get(old)).text()
    assert "SUMMARY:Meeting" in await (await page.request.get(new)).text()
