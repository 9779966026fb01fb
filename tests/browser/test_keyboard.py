"""Everything by keyboard alone: what is focused can be seen, is reached in order, and does what it says."""

from __future__ import annotations

from playwright.async_api import Page, expect

from feedserver.model.share import ShareState
from tests.browser.conftest import OpenWindow
from tests.premises import Premises

_FOCUSED = """() => {
  const focused = document.activeElement;
  const labels = [...(focused.labels ?? [])].map((label) => label.innerText);
  return (focused.ariaLabel || labels.join(" ") || focused.innerText || "").trim();
}"""
_IS_SEEN = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const style = getComputedStyle(focused);
  return box.width > 0 && box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== "none";
}"""


async def go_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until what is called `name` has the focus, which can be seen all the way."""
    for _ in range(60):
        await page.keyboard.press(key)
        focused = await page.evaluate(_FOCUSED)
        assert await page.evaluate(_IS_SEEN), f"the focus on {focused!r} cannot be seen"
        if focused == name:
            return
    raise AssertionError(f"{name!r} is not reached")


async def test_a_share_is_made_and_deactivated_without_a_mouse(window: OpenWindow, premises: Premises) -> None:
    """WCAG 2.1.1, 2.4.3, 2.4.7."""
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/")

    await go_to(page, "New share")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("New share")
    await go_to(page, "Public link")
    await go_to(page, "Events")
    await page.keyboard.press("Space")
    await go_to(page, "Show event details")
    await page.keyboard.press("Space")
    await go_to(page, "Details: also descriptions, links and categories")
    await page.keyboard.press("ArrowUp")
    await go_to(page, "Name")
    await page.keyboard.type("Fair")
    await go_to(page, "Create link")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("“Fair” is shared")

    await go_to(page, "Shares")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Shares")
    await go_to(page, "Select Fair")
    await page.keyboard.press("Space")
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await go_to(page, "Deactivate", "Shift+Tab")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status").first).to_contain_text("“Fair” is inactive")
    share = await premises.sharing.find("Fair")
    assert share.state is ShareState.INACTIVE
    assert [entry.level.value for entry in share.entries] == ["titles"]


async def test_the_navigation_can_be_skipped(window: OpenWindow, premises: Premises) -> None:
    """WCAG 2.4.1."""
    await premises.share(name="Fair")
    page = await (await window()).page("/shares/")

    await go_to(page, "Skip to the content")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert await page.evaluate(_FOCUSED) == "New share"


async def test_the_faults_of_a_form_have_the_focus_and_lead_to_their_fields(
    window: OpenWindow, premises: Premises
) -> None:
    await premises.calendar(name="Events")
    page = await (await window()).page("/shares/new")
    await go_to(page, "Create link")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert await page.evaluate(_FOCUSED) == "Events"
