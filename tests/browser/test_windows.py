"""The eyes of the browser tests see what they are for: a broken policy, a missing label, a page that is too wide."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import House, OpenWindow
from tests.browser.windows import overflow, violations

BROKEN = """() => {
  document.title = "";
  document.querySelector("main").innerHTML = '<input><p style="color:#999">pale</p><img src="/nowhere.png">';
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
}"""


async def test_a_page_that_breaks_the_policy_or_asks_for_what_is_not_there_is_seen(window: OpenWindow) -> None:
    shown = await window()
    page = await shown.page("/nowhere")
    assert shown.faults == []

    await page.evaluate(BROKEN)

    await expect(page.locator("img")).to_have_js_property("complete", value=True)
    assert await page.evaluate("'ran' in window") is False
    assert [fault.partition(":")[0] for fault in sorted(shown.faults)] == ["404", "policy", "policy"]
    shown.faults.clear()


async def test_an_error_in_a_script_is_seen(window: OpenWindow) -> None:
    shown = await window()
    page = await shown.page("/nowhere")

    await page.evaluate("() => { setTimeout(() => { throw new Error('oh') }) }")
    await page.evaluate("() => new Promise((done) => setTimeout(done))")

    assert shown.faults == ["script: oh"]
    shown.faults.clear()


async def test_axe_sees_what_is_wrong_with_a_page(window: OpenWindow) -> None:
    shown = await window()
    page = await shown.page("/nowhere")
    assert await violations(page) == []

    await page.evaluate(BROKEN)

    rules = {line.partition(":")[0] for line in await violations(page)}
    assert rules >= {"document-title", "label", "image-alt"}
    shown.faults.clear()


async def test_axe_sees_pale_words_when_it_is_asked_for_looks_alone(window: OpenWindow) -> None:
    page = await (await window()).page("/nowhere")
    assert await violations(page, of_looks_alone=True) == []

    await page.evaluate("() => { document.querySelector('main p').style.color = '#999' }")

    assert [line.partition(":")[0] for line in await violations(page, of_looks_alone=True)] == ["color-contrast"]


async def test_a_page_that_is_too_wide_is_seen(window: OpenWindow) -> None:
    page = await (await window(is_phone=True)).page("/nowhere")
    assert await overflow(page) == []

    await page.evaluate("() => { document.querySelector('h1').style.width = '500px' }")

    assert [element[:3] for element in await overflow(page)] == ["<h1"]


@pytest.mark.parametrize(("language", "lang"), [("en-GB", "en"), ("de-AT", "de"), ("fr", "en")])
async def test_a_window_speaks_the_language_it_was_opened_in(window: OpenWindow, language: str, lang: str) -> None:
    page = await (await window(language=language)).page("/nowhere")

    assert await page.locator("html").get_attribute("lang") == lang


async def test_nobody_is_logged_in_without_an_account(window: OpenWindow, house: House) -> None:
    page = await (await window(account=None)).page("/nowhere")

    await expect(page.get_by_role("button", name="Log out")).to_have_count(0)
    assert house.admin.login == "root"
