"""A public share inside other sites: the one that is named shows it, any other shows nothing (threat A28)."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, FrameLocator, Page, expect

from feedserver.model.share import EmbedView, Share
from feedserver.services.embedding import embed_code
from tests.browser.conftest import House, OpenWindow
from tests.browser.windows import overflow, violations
from tests.builders import an_event
from tests.premises import Premises


@asynccontextmanager
async def a_site(code: str) -> AsyncIterator[str]:
    """Another site, whose only page has that code in it; its origin."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=f"<!doctype html><title>Club</title><h1>Club</h1>{code}", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await web.SockSite(runner, listening).start()
        yield f"http://localhost:{listening.getsockname()[1]}"
        await runner.cleanup()


@asynccontextmanager
async def a_visit(browser: Browser, origin: str) -> AsyncIterator[Page]:
    """That site's page in a window of its own."""
    context = await browser.new_context(viewport={"width": 1000, "height": 800}, locale="en-GB")
    page = await context.new_page()
    await page.goto(origin)
    yield page
    await context.close()


def shown_in(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


async def embeddable(premises: Premises, view: EmbedView = EmbedView.MONTH) -> Share:
    return await premises.share(await premises.calendar(an_event(summary="Open day")), name="Fair", embed_view=view)


@pytest.mark.parametrize("view", EmbedView)
async def test_a28_the_named_site_shows_the_calendar(premises: Premises, browser: Browser, view: EmbedView) -> None:
    share = await embeddable(premises, view)
    async with a_site(embed_code(premises.link(share), share)) as origin:
        await premises.sharing.edit(share.id, embed_hosts=(origin,))
        async with a_visit(browser, origin) as page:
            await expect(shown_in(page).get_by_role("link", name=re.compile("Open day"))).to_be_visible()
            await expect(page.get_by_title("Fair")).to_be_visible()
            assert await page.context.cookies() == []


async def test_it_moves_in_time_in_its_place_and_opens_an_event_in_a_tab_of_its_own(
    premises: Premises, browser: Browser
) -> None:
    share = await embeddable(premises)
    async with a_site(embed_code(premises.link(share), share)) as origin:
        await premises.sharing.edit(share.id, embed_hosts=(origin,))
        async with a_visit(browser, origin) as page:
            await shown_in(page).get_by_role("link", name="Next month").click()
            await expect(shown_in(page).get_by_role("heading", name="December 2026")).to_be_visible()
            await shown_in(page).get_by_role("link", name="Today").click()
            async with page.context.expect_page() as opening:
                await shown_in(page).get_by_role("link", name=re.compile("Open day")).click()
            opened = await opening.value
            await expect(opened.get_by_role("heading", name="Open day")).to_be_visible()
            assert await opened.evaluate("window.opener") is None
            assert page.url == f"{origin}/"


async def test_a28_any_other_site_shows_nothing_of_it(premises: Premises, browser: Browser, house: House) -> None:
    share = await embeddable(premises)
    await premises.sharing.edit(share.id, embed_hosts=("https://club.example",))
    link = premises.link(share)
    for address in (f"{link.page_url}embed/", link.page_url, f"{link.page_url}subscribe/", f"{house.url}/admin/login"):
        code = f'<iframe src="{address}" title="Fair"></iframe>'
        async with a_site(code) as origin, a_visit(browser, origin) as page:
            await expect(page.get_by_title("Fair")).to_be_visible()
            (_, inside) = page.frames
            assert inside.url.startswith("chrome-error:"), address


@pytest.mark.parametrize("view", EmbedView)
async def test_it_has_no_barrier_in_any_size_and_light(
    premises: Premises, window: OpenWindow, house: House, view: EmbedView
) -> None:
    share = await embeddable(premises, view)
    await premises.sharing.edit(share.id, embed_hosts=(house.url,), embed_color="#c00000")
    page = await (await window(None)).page()
    await page.goto(f"{premises.link(share).page_url}embed/")
    found = []
    for scheme in ("light", "dark"):
        for width in (1000, 390, 320):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size({"width": width, "height": 640})
            found += [f"{scheme} {width}: {fault}" for fault in (*await violations(page), *await overflow(page))]
    assert found == []
