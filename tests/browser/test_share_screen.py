"""The Share screen as an admin uses it: find, tick, act, take back, look closer."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.async_api import Locator, Page, expect

from feedserver.model.share import DetailLevel, ShareState
from tests.browser.conftest import House, OpenWindow
from tests.browser.windows import told
from tests.builders import NOON, an_event
from tests.premises import Premises


def row(page: Page, name: str) -> Locator:
    """The line of the list that is about this share."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


async def names(page: Page) -> list[str]:
    """The shares of the list, from above."""
    return await page.locator("td.name a").all_inner_texts()


async def feed(page: Page, premises: Premises, name: str) -> str:
    """What subscribers of that share get."""
    share = await premises.sharing.find(name)
    answer = await page.request.get(premises.link(share).feed_url)
    return await answer.text()


async def test_an_empty_node_leads_to_the_first_calendar_and_then_to_the_first_share(
    house: House, page: Page, premises: Premises
) -> None:
    await page.goto(f"{house.url}/admin/")
    await expect(page.get_by_role("link", name="New calendar")).to_have_attribute("href", "/admin/calendars/new")

    await premises.calendar()
    await page.reload()

    await expect(page.get_by_role("link", name="New share")).to_have_attribute("href", "/admin/shares/new")


async def test_the_list_says_all_about_a_share(window: OpenWindow, premises: Premises) -> None:
    team = await premises.calendar(name="Team A")
    await premises.account("ann")
    await premises.secured_share(team, name="Board", level=DetailLevel.BUSY, expires_at=NOON + timedelta(days=2))
    fair = await premises.share(team, name="Fair", emails=["carla@example.org", "dora@example.org"])
    page = await (await window()).page("/shares/")
    await page.request.get(premises.link(fair).feed_url, headers={"User-Agent": "Google-Calendar-Importer"})
    await premises.usage.flush()
    await page.reload()

    await expect(row(page, "Board").get_by_role("cell")).to_contain_text(
        ["", "Board", "Secured", "Team A", "ann", "Only busy times", "Active", "until Nov 25, 2026", "Never", ""]
    )
    await expect(row(page, "Fair").get_by_role("cell")).to_contain_text(
        ["", "Fair", "Public", "Team A", "2 people", "Details", "Active", "Always", "Google", ""]
    )


async def test_ticked_shares_are_deactivated_and_activated_at_once(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    for name in ("One", "Two", "Three"):
        await premises.share(name=name)
    page = await (await window(**look)).page("/shares/")

    await page.get_by_label("Select One").check()
    await page.get_by_label("Select Two").check()
    await page.get_by_role("button", name="Deactivate").click()

    await expect(page.get_by_role("status").first).to_contain_text("2 shares are inactive")
    await expect(row(page, "One")).to_contain_text("Inactive")
    await expect(row(page, "Three")).to_contain_text("Active")
    assert "SUMMARY:Meeting" not in await feed(page, premises, "One")
    assert "SUMMARY:Meeting" in await feed(page, premises, "Three")

    await page.get_by_label("Select One").check()
    await page.get_by_role("button", name="Activate", exact=True).click()

    await expect(page.get_by_role("status").first).to_contain_text("“One” is active")
    assert "SUMMARY:Meeting" in await feed(page, premises, "One")
    assert "SUMMARY:Meeting" not in await feed(page, premises, "Two")


async def test_all_shares_are_ticked_by_one_tick(window: OpenWindow, premises: Premises) -> None:
    for name in ("One", "Two"):
        await premises.share(name=name)
    page = await (await window()).page("/shares/")

    await page.get_by_label("Select all").check()
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.get_by_label("Select Two").uncheck()
    await expect(page.get_by_label("Select all")).to_have_js_property("indeterminate", value=True)
    await page.get_by_label("Select all").check()
    await page.get_by_role("button", name="Deactivate").click()

    await expect(page.get_by_role("status").first).to_contain_text("2 shares are inactive")


async def test_all_shares_are_ticked_by_a_link_without_javascript(window: OpenWindow, premises: Premises) -> None:
    for name in ("One", "Two"):
        await premises.share(name=name)
    page = await (await window(has_javascript=False)).page("/shares/")

    await page.get_by_role("link", name="Select all").click()
    await page.get_by_role("button", name="Deactivate").click()

    await expect(page.get_by_role("status").first).to_contain_text("2 shares are inactive")


async def test_a_removal_is_asked_about_once_and_can_be_undone(
    window: OpenWindow, premises: Premises, look: dict[str, bool]
) -> None:
    await premises.share(name="One")
    page = await (await window(**look)).page("/shares/")
    await page.get_by_label("Select One").check()

    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Remove “One”?")
    await expect(page.get_by_text("disappear from their calendar")).to_be_visible()
    assert "SUMMARY:Meeting" in await feed(page, premises, "One")
    await page.get_by_role("button", name="Remove").click()

    await expect(page.get_by_role("status").first).to_contain_text("“One” is removed")
    await expect(row(page, "One")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()

    await expect(row(page, "One")).to_contain_text("Active")
    assert "SUMMARY:Meeting" in await feed(page, premises, "One")


async def test_a_removal_that_is_not_meant_changes_nothing(window: OpenWindow, premises: Premises) -> None:
    await premises.share(name="One")
    page = await (await window()).page("/shares/?kind=public")
    await page.get_by_label("Select One").check()
    await page.get_by_role("button", name="Remove").click()

    await page.get_by_role("link", name="Cancel").click()

    await expect(page).to_have_url(re.compile(r"/shares/\?kind=public$"))
    await expect(row(page, "One")).to_contain_text("Active")


async def test_an_action_without_a_tick_says_what_is_missing(window: OpenWindow, premises: Premises) -> None:
    await premises.share(name="One")
    page = await (await window()).page("/shares/")

    await page.get_by_role("button", name="Deactivate").click()

    await expect(page.get_by_role("alert")).to_contain_text("first tick the shares")


async def test_what_could_not_be_done_is_said_share_by_share(window: OpenWindow, premises: Premises) -> None:
    await premises.share(name="One")
    two = await premises.share(name="Two")
    page = await (await window()).page("/shares/")
    await page.get_by_label("Select One").check()
    await page.get_by_label("Select Two").check()
    await premises.sharing.remove(two.id)

    await page.get_by_role("button", name="Deactivate").click()

    assert "1 share could not be deactivated: Two: This share was removed." in await told(page)
    assert "“One” is inactive" in await told(page)


async def test_shares_are_found_by_words_by_state_by_kind_and_by_calendar(
    window: OpenWindow, premises: Premises
) -> None:
    await premises.account("ann")
    club = await premises.calendar(name="Club")
    await premises.share(name="Summer fair")
    await premises.secured_share(club, name="Board")
    paused = await premises.share(name="Paused", emails=["dora@example.org"])
    await premises.sharing.deactivate(paused.id)
    page = await (await window(has_javascript=False)).page("/shares/")

    for label, choice, found in [
        ("Search", "fAIR", "Summer fair"),
        ("Search", "dora@", "Paused"),
        ("State", "Inactive", "Paused"),
        ("Kind", "Secured", "Board"),
        ("Calendar", "Club", "Board"),
    ]:
        field = page.get_by_label(label, exact=True)
        await (field.fill(choice) if label == "Search" else field.select_option(choice))
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(page.get_by_text("1 share", exact=True)).to_be_visible()
        assert await names(page) == [found]
        await page.get_by_role("link", name="Show all").click()
        await expect(page.get_by_text("3 shares")).to_be_visible()

    await page.get_by_label("Search").fill("no such thing")
    await page.get_by_label("Search").press("Enter")
    await expect(page.get_by_text("No share fits this search.")).to_be_visible()


async def test_the_list_is_sorted_by_its_heads_and_goes_on_on_further_pages(
    window: OpenWindow, premises: Premises
) -> None:
    team = await premises.calendar()
    for number in range(51):
        await premises.share(team, name=f"Share {number:02}")
    page = await (await window()).page("/shares/")
    assert (await names(page))[0] == "Share 00"

    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    assert await names(page) == ["Share 50"]

    await page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    await expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    assert (await names(page))[0] == "Share 50"


async def test_the_link_is_copied_by_its_button(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page("/shares/")

    await page.get_by_role("button", name="Copy the link of Fair").click()
    await expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == premises.link(share).page_url

    await page.get_by_role("link", name="Fair", exact=True).click()
    await page.get_by_role("button", name="Copy Feed, for calendar apps").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == premises.link(share).feed_url


async def test_the_edit_icon_leads_to_the_form_of_that_share(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page("/shares/")

    await page.get_by_role("link", name="Edit Fair").click()

    await expect(page).to_have_url(re.compile(f"/shares/{share.id}/edit$"))


async def test_the_qr_code_is_a_picture_of_the_link(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page(f"/shares/{share.id}/")

    await page.get_by_text("QR code", exact=True).click()

    picture = page.get_by_alt_text("QR code of the link to the page")
    await expect(picture).to_have_js_property("complete", value=True)
    assert await picture.evaluate("picture => picture.naturalWidth") > 0


async def test_a_share_is_activated_and_removed_on_its_own_page(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page(f"/shares/{share.id}/")

    await page.get_by_role("button", name="Deactivate").click()
    await expect(page.get_by_text("This share is inactive")).to_be_visible()
    await page.get_by_role("button", name="Activate").click()
    await expect(page.get_by_role("button", name="Deactivate")).to_be_visible()
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("status").first).to_contain_text("“Fair” is removed")
    await page.goto(page.url.partition("/shares/")[0] + f"/shares/{share.id}/")
    await page.get_by_role("button", name="Bring it back").click()

    await expect(page.get_by_role("button", name="Deactivate")).to_be_visible()
    found = await premises.sharing.find(share.id)
    assert found.state is ShareState.ACTIVE


async def test_the_history_says_who_did_what_and_when(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair")
    page = await (await window()).page(f"/shares/{share.id}/")

    await page.get_by_role("button", name="Deactivate").click()

    entries = page.get_by_role("region", name="History").get_by_role("listitem")
    await expect(entries).to_have_count(2)
    await expect(entries.first).to_contain_text(re.compile(r"Nov 23, 2026.*root"))


async def test_the_use_says_which_apps_and_which_links_were_used(window: OpenWindow, premises: Premises) -> None:
    """No address of who fetches is kept (U27, P)."""
    share = await premises.share(name="Fair", emails=["dora@example.org"])
    page = await (await window()).page(f"/shares/{share.id}/")
    for number, agent in ((0, "Google-Calendar-Importer"), (1, "Mozilla/5.0 Thunderbird/140.0")):
        await page.request.get(premises.link(share, number).feed_url, headers={"User-Agent": agent})
    await premises.usage.flush()

    await page.reload()

    use = page.get_by_role("region", name="Use")
    await expect(use).to_contain_text("2 fetches")
    await expect(use).to_contain_text("Google")
    await expect(use).to_contain_text("Thunderbird")
    dora = page.get_by_role("row").filter(has_text="dora@example.org")
    await expect(dora.get_by_role("cell").nth(2)).to_have_text("1")


async def test_one_recipients_link_is_ended_and_the_others_go_on(window: OpenWindow, premises: Premises) -> None:
    share = await premises.share(name="Fair", emails=["carla@example.org", "dora@example.org"])
    page = await (await window()).page(f"/shares/{share.id}/")

    await page.get_by_role("button", name="End link dora@example.org").click()
    await expect(page.get_by_text("Everybody else's link stays as it is.")).to_be_visible()
    await page.get_by_role("button", name="End this link").click()

    await expect(page.get_by_role("status").first).to_contain_text("dora@example.org")
    links = {link.recipient.email: link for link in premises.sharing.links(share) if link.recipient}
    ended = await page.request.get(links["dora@example.org"].feed_url)
    goes_on = await page.request.get(links["carla@example.org"].feed_url)
    assert "SUMMARY:Meeting" not in await ended.text()
    assert "SUMMARY:Meeting" in await goes_on.text()


async def test_the_preview_shows_what_the_chosen_audience_sees_and_no_more(
    window: OpenWindow, premises: Premises
) -> None:
    team = await premises.calendar(
        an_event("open", "Fair", "DESCRIPTION:Bring cake"), an_event("secret", "Doctor", "CLASS:PRIVATE")
    )
    details = await premises.share(team, name="Details")
    busy = await premises.share(team, name="Busy", level=DetailLevel.BUSY)
    page = await (await window()).page(f"/shares/{details.id}/preview")

    await expect(page.get_by_role("main")).to_contain_text("Bring cake")
    await expect(page.get_by_role("main")).not_to_contain_text("Doctor")
    await page.goto(page.url.replace(details.id, busy.id))
    await expect(page.get_by_role("main")).to_contain_text("Tuesday, November 24")
    await expect(page.get_by_role("main")).not_to_contain_text("Fair")
