"""Every page of the admin, as axe judges it by WCAG 2.2 A and AA: light and dark, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from admin.routes import ROUTES
from tests.browser.conftest import House, open_house
from tests.browser.furniture import Furniture, furnish
from tests.browser.windows import Window, faults_of, open_window, overflows_of

PAGES = (
    "/shares/",
    "/shares/?q=nothing+at+all",
    "/shares/new",
    "/shares/{public}/",
    "/shares/{secured}/",
    "/shares/{public}/edit",
    "/shares/{secured}/edit",
    "/shares/{public}/rotate",
    "/shares/{public}/mail",
    "/shares/{public}/made",
    "/shares/{public}/texts",
    "/shares/{public}/preview",
    "/shares/{public}/appointments",
    "/calendars/",
    "/calendars/new",
    "/calendars/{team}/",
    "/calendars/{team}/edit",
    "/calendars/{team}/import",
    "/calendars/{team}/remove",
    "/calendars/from-file",
    "/calendars/{team}/appointments/",
    "/calendars/{team}/appointments/new",
    "/calendars/{team}/appointments/{review}/",
    "/calendars/{team}/appointments/{review}/edit",
    "/calendars/{team}/appointments/{review}/delete",
    "/mail/",
    "/users/",
    "/users/new",
    "/users/{ann}/",
    "/users/{ann}/edit",
    "/contacts/",
    "/contacts/carla@example.org/",
    "/me/",
    "/nowhere",
)
NO_PAGES = {"/", "/login", "/setup/{token}", "/shares/{id}/qr.svg", "/calendars/{id}/export.ics"}
"""Redirects, files, and what only those see who are not logged in."""
FAULTY = ("/shares/new", "/calendars/new", "/calendars/{team}/appointments/new", "/users/new")
"""Forms that say what is wrong with an empty answer."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A furnished node and a window before it, for tests that change nothing."""

    house: House
    furniture: Furniture
    window: Window
    german: Window
    """The same pages, in longer words."""

    def path(self, path: str) -> str:
        """`path` with the ids of the furniture filled in."""
        names = {name: getattr(self.furniture, name).id for name in ("team", "public", "secured", "ann")}
        names["review"] = self.furniture.review
        return path.format(**names)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One for all of these tests: it takes longer to furnish than to look at."""
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        furniture = await furnish(house.premises)
        window, german = [
            await open_window(browser, house.url, cookie=await house.session_of(house.admin), language=language)
            for language in ("en", "de")
        ]
        yield Scene(house=house, furniture=furniture, window=window, german=german)
        await window.context.close()
        await german.context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_page_has_no_barrier(scene: Scene, path: str) -> None:
    page, german = [await window.page(scene.path(path)) for window in (scene.window, scene.german)]
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    is_there = await page.get_by_role("heading", name="This did not work").count() == 0

    assert is_there == (path != "/nowhere")
    assert await faults_of(page) == []
    assert await overflows_of(german) == []

    assert scene.window.faults + scene.german.faults == []
    await page.close()
    await german.close()


@pytest.mark.parametrize("path", FAULTY)
async def test_page_with_faults_has_no_barrier(scene: Scene, path: str) -> None:
    page = await scene.window.page(scene.path(path))
    await page.locator("main form").first.evaluate("form => { form.noValidate = true; }")

    await page.locator("main form button.primary").first.click()

    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.locator("[aria-invalid=true]").first).to_have_accessible_description(re.compile("."))
    assert await faults_of(page) == []
    await page.close()


async def test_login_has_no_barrier(browser: Browser, scene: Scene) -> None:
    window = await open_window(browser, scene.house.url)
    page = await window.page("/login")
    assert await faults_of(page) == []

    await page.get_by_label("Login", exact=True).fill("root")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.get_by_role("button", name="Log in").click()

    await expect(page.get_by_role("alert")).to_be_focused()
    assert await faults_of(page) == []
    await window.context.close()


async def test_asking_before_a_removal_has_no_barrier(scene: Scene) -> None:
    page = await scene.window.page("/shares/")
    await page.get_by_label("Select all").check()

    await page.get_by_role("button", name="Remove").click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text("Remove 7 shares?")
    assert await faults_of(page) == []
    await page.close()


def test_every_page_is_looked_at() -> None:
    looked_at = {re.sub(r"\{[a-z]+\}|[^/]+@[^/]+", "{}", path.partition("?")[0]) for path in PAGES}
    pages = {route.path for route in ROUTES if route.method == "GET"} - NO_PAGES

    assert {path for path in pages if re.sub(r"\{[a-z]+(?::[^}]+)?\}", "{}", path) not in looked_at} == set()
