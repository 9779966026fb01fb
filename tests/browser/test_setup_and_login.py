"""Getting in, as it is for a person: the printed link, the first account, login, logout, staying signed in."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import House, OpenWindow
from tests.browser.windows import open_window
from tests.cli.answers import PROGRAM_PATH, free_port, program
from tests.premises import PASSWORD

_PRINTED = re.compile(r"http://localhost:\d+/admin/setup/\S+")


async def fill(page: Page, **values: str) -> None:
    """Type into fields by their labels, `_` for a blank."""
    for label, value in values.items():
        await page.get_by_label(label.replace("_", " "), exact=True).fill(value)


async def log_in(page: Page, password: str = PASSWORD) -> None:
    await fill(page, Login="root", Password=password)
    await page.get_by_role("button", name="Log in").click()


@pytest_asyncio.fixture(loop_scope="session")
async def setup_url(tmp_path: Path) -> AsyncIterator[str]:
    """What a fresh server prints: the real program, on a data directory of its own."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("FEEDSERVER_")}
    process = await asyncio.create_subprocess_exec(
        *program("serve", "--listen", f"127.0.0.1:{free_port()}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=tmp_path,
        env=settings | PROGRAM_PATH,
    )
    assert process.stdout
    async for line in process.stdout:
        if found := _PRINTED.search(line.decode()):
            yield found[0]
            break
    process.kill()
    await process.communicate()


async def test_the_printed_link_makes_the_first_admin_and_works_once(browser: Browser, setup_url: str) -> None:
    """A01."""
    window = await open_window(browser, setup_url.partition("/admin/")[0])
    page = await window.page()
    await page.goto(setup_url)
    await fill(page, Your_name="Ruth Root", Login="ruth", Password=PASSWORD, Password_once_more="something else")
    await page.get_by_label("E-mail").fill("ruth@example.org")
    await page.get_by_role("button", name="Create my account").click()
    await expect(page.get_by_role("alert")).to_contain_text("not the same")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Your name")).to_have_value("Ruth Root")
    await expect(page.get_by_label("Password", exact=True)).to_have_value("")

    await fill(page, Password=PASSWORD, Password_once_more=PASSWORD)
    await page.get_by_role("button", name="Create my account").click()

    await expect(page.get_by_role("status")).to_contain_text("Welcome")
    await expect(page.get_by_role("heading", name="Shares")).to_be_visible()
    await expect(page.get_by_role("link", name="Ruth Root")).to_be_visible()
    other = await (await open_window(browser, window.url)).page()
    answer = await other.goto(setup_url)
    assert answer is not None
    assert answer.status == 404
    assert window.faults == []
    await window.context.close()
    await other.context.close()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
async def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_was_going(
    window: OpenWindow, *, has_javascript: bool
) -> None:
    """A00."""
    page = await (await window(account=None, has_javascript=has_javascript)).page("/shares/?state=live")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    await log_in(page, "not this one")
    await expect(page.get_by_role("alert")).to_contain_text("not right")
    await expect(page.get_by_label("Login", exact=True)).to_have_value("root")
    await log_in(page)

    await expect(page).to_have_url(re.compile(r"/admin/shares/\?state=live$"))


async def test_who_logged_out_sees_nothing_by_going_back(window: OpenWindow) -> None:
    """A07, A19."""
    page = await (await window(account=None)).page("/login")
    await log_in(page)
    await expect(page.get_by_role("heading", name="Shares")).to_be_visible()

    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await page.go_back()

    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await expect(page.get_by_role("heading", name="Shares")).to_have_count(0)


async def test_a_session_lasts_as_long_as_the_browser_unless_one_stays_signed_in(window: OpenWindow) -> None:
    shown = await window(account=None)
    page = await shown.page("/login")
    await log_in(page)
    await expect(page.get_by_role("heading", name="Shares")).to_be_visible()
    assert [cookie["expires"] for cookie in await shown.context.cookies()] == [-1]
    await page.get_by_role("button", name="Log out").click()

    await page.get_by_label("Stay signed in").check()
    await log_in(page)

    await expect(page.get_by_role("heading", name="Shares")).to_be_visible()
    (cookie,) = await shown.context.cookies()
    assert cookie["expires"] > 0
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


async def test_a_german_browser_is_spoken_to_in_german(window: OpenWindow, house: House) -> None:
    page = await (await window(language="de-AT")).page("/shares/")

    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Freigaben")
