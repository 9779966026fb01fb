"""A real browser (Debian's Chromium) before a real node on a real port; each test has a node and windows of its own."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from feedserver.model.account import Account, Role
from feedserver.storage.engine import Database
from feedserver.web.runner import SiteRunner
from tests.browser.windows import Window, open_window
from tests.mailbox import Mailbox, open_mailbox
from tests.premises import Premises, open_premises
from tests.services.posting import a_dispatch

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Nothing but what the tests ask for is fetched."""

OpenWindow = Callable[..., Awaitable[Window]]
Deliver = Callable[[], Awaitable[int]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all of them, because a browser is too slow to start for each."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and isinstance(item, pytest.Function) and iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a screen."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is missing: `make test` installs it (Debian: apt-get install chromium)", pytrace=False)
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield started
        await started.close()


@dataclass(frozen=True, kw_only=True)
class House:
    """A node that a browser can reach, and the admin it has."""

    premises: Premises
    url: str
    """Without a slash at its end."""
    admin: Account

    async def session_of(self, account: Account) -> str:
        """The secret of a cookie: this account is logged in."""
        secret, _ = await self.premises.sessions.begin(account, agent="Chromium")
        return secret


@asynccontextmanager
async def open_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A node on SQLite in an empty folder, with one admin and nothing else; `settings` are those of the premises."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://localhost:{listening.getsockname()[1]}"
        db = await Database.open(data_dir=folder)
        async with open_premises(db, folder, base_url=url, **settings) as premises:
            runner = SiteRunner(premises.app, shutdown_timeout=0.1)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            yield House(premises=premises, url=url, admin=await premises.account("root", role=Role.ADMIN))
            await runner.cleanup()
        await db.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A node of this test alone."""
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def premises(house: House) -> Premises:
    """The services of the node, to furnish it and to see what the pages did."""
    return house.premises


@pytest_asyncio.fixture(loop_scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that takes everything, on the loop of these tests."""
    async with open_mailbox() as box:
        yield box


@pytest.fixture
def deliver(premises: Premises, mailbox: Mailbox) -> Deliver:
    """Sends what is due, as a node's worker does within seconds; how many tries there were."""
    return a_dispatch(premises, mailbox.server()).run


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: Browser, house: House) -> AsyncIterator[OpenWindow]:
    """Opens windows, logged in as the admin unless `account` is None; fails when a page of theirs did what none may."""
    opened: list[Window] = []

    async def open_(account: Account | None = house.admin, **options: object) -> Window:
        cookie = await house.session_of(account) if account else ""
        opened.append(await open_window(browser, house.url, cookie=cookie, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for one in opened:
        await one.context.close()
    assert [fault for one in opened for fault in one.faults] == []


@pytest.fixture(params=["at a desk", "on a phone without JavaScript"])
def look(request: pytest.FixtureRequest) -> dict[str, bool]:
    """The two ends of what people have before them, for the windows of a test that must go well in both."""
    return {} if request.param == "at a desk" else {"is_phone": True, "has_javascript": False}


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: OpenWindow) -> Page:
    """A tab at a desk, logged in, with JavaScript."""
    return await (await window()).page()
