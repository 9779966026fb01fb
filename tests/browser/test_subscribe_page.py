"""Adding a share to one's own calendar, in a real browser: as the page does it, and as it does without JavaScript."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from feedserver.model.share import Share
from tests.browser.conftest import OpenWindow
from tests.browser.windows import overflow, violations
from tests.builders import an_event
from tests.premises import PASSWORD, Premises

NARROW = {"width": 320, "height": 640}
ANN = {"username": "ann", "password": PASSWORD}


async def a_club(premises: Premises) -> Share:
    training = await premises.calendar(
        an_event("t", "Training", "CATEGORIES:Sport"), an_event("b", "Board meeting", "CATEGORIES:Board"), name="Club"
    )
    return await premises.share(training, await premises.calendar(name="Pitch"), name="Club", allows_narrowing=True)


async def test_a_visitor_copies_the_address_of_what_they_ticked(
    premises: Premises, window: OpenWindow, look: dict[str, bool]
) -> None:
    opened = await window(None, **look)
    page = await opened.page()
    await page.goto(opened.url + premises.page_path(await a_club(premises)))
    await page.get_by_role("link", name="Only some of these events?").click()
    await page.get_by_label("Sport").check()
    await page.get_by_role("button", name="Make the address").click()
    await expect(page.get_by_text("The address below shows only what is ticked.")).to_be_visible()
    await expect(page.get_by_label("Sport")).to_be_checked()
    address = await page.get_by_label("Address to copy").input_value()
    feed = await (await page.request.get(address)).text()
    assert "Training" in feed
    assert "Board meeting" not in feed
    if not look:
        await page.get_by_role("button", name="Copy", exact=True).click()
        await expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == address


async def test_the_picture_for_the_phone_and_the_file_for_once_are_there(
    premises: Premises, window: OpenWindow, look: dict[str, bool]
) -> None:
    opened = await window(None, **look)
    page = await opened.page()
    await page.goto(opened.url + premises.page_path(await a_club(premises)))
    await page.get_by_text("QR code for a phone").click()
    picture = page.get_by_role("img", name="QR code")
    await picture.scroll_into_view_if_needed()
    async with page.expect_download() as download:
        await page.get_by_text("Download once", exact=True).click()
        await expect(page.get_by_text("A downloaded file does not update.")).to_be_visible()
        await page.get_by_role("link", name="Download a copy of today").click()
    assert (await download.value).suggested_filename == "club.ics"
    box = await picture.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] == 220


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_secured", [False, True], ids=["public", "secured"])
async def test_it_can_be_used_by_everybody(
    premises: Premises, window: OpenWindow, scheme: str, is_secured: bool
) -> None:
    await premises.account()
    share = await premises.secured_share(name="Board") if is_secured else await a_club(premises)
    opened = await window(None, scheme=scheme, http_credentials=ANN)
    page = await opened.page()
    await page.goto(f"{opened.url}{premises.page_path(share)}subscribe/?category=Sport")
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert await violations(page) == []
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert await overflow(page) == []
    assert await violations(page, of_looks_alone=True) == []
