"""The small pages: a share's links for browsers, the landing page, robots.txt, static files."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from yarl import URL

from feedserver.http.templates import assets_of
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


async def test_a_browser_gets_the_links(premises: Premises, client: Client) -> None:
    share = await premises.share(name="Team <A> & friends")
    answer = await client.get(premises.page_path(share), headers=BROWSER)
    text = await answer.text()
    link = premises.link(share)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'value="{link.feed_url}"' in text
    assert f'href="{link.webcal_url}"' in text
    assert "Team &lt;A&gt; &amp; friends" in text


@pytest.mark.parametrize("accept", ["*/*", "text/calendar", "text/html;q=0, */*", "", "application/xhtml+xml"])
async def test_everybody_else_gets_the_feed_at_the_same_link(premises: Premises, client: Client, accept: str) -> None:
    share = await premises.share()
    answer = await client.get(premises.page_path(share), headers={"Accept": accept})
    assert answer.content_type == "text/calendar"
    feed = await client.get(premises.feed_path(share))
    assert await answer.read() == await feed.read()
    assert answer.headers["ETag"] == feed.headers["ETag"]


async def test_the_answer_at_the_shared_link_varies_by_accept(premises: Premises, client: Client) -> None:
    share = await premises.share()
    for headers in (BROWSER, {"Accept": "*/*"}):
        answer = await client.get(premises.page_path(share), headers=headers)
        assert "Accept" in answer.headers["Vary"].split(", ")
    tag = answer.headers["ETag"]
    again = await client.get(premises.page_path(share), headers={"Accept": "*/*", "If-None-Match": tag})
    assert again.status == 304
    assert "Accept" in again.headers["Vary"].split(", ")


async def test_o02_u13_p05_a_page_loads_nothing_from_elsewhere(premises: Premises, client: Client) -> None:
    share = await premises.share()
    answer = await client.get(premises.page_path(share), headers=BROWSER)
    text = await answer.text()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script>|<style|style=|\son\w+=|@import|<i?frame|<object|<embed|url\(", text)
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"?]*)', text)
    files = ("icon.svg", "calendar.css", "positions.css", "subscribe.css", "calendar.js", "copying.js")
    assert loaded == [*(f"/static/{file}" for file in files), f"{premises.page_path(share)}qr.svg"]
    for anchor in re.findall(r"<a [^>]*>", text):
        assert 'rel="noreferrer noopener"' in anchor


async def test_o06_a_page_is_not_stored(premises: Premises, client: Client) -> None:
    share = await premises.share()
    answer = await client.get(premises.page_path(share), headers=BROWSER)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_a_secured_page_asks_for_the_login(premises: Premises, client: Client) -> None:
    await premises.account()
    path = premises.page_path(await premises.secured_share(name="Board"))
    refused = await client.get(path, headers=BROWSER)
    assert refused.status == 401
    assert "Board" not in await refused.text()
    opened = await client.get(path, headers={**BROWSER, **ANN})
    assert opened.status == 200
    assert "Board" in await opened.text()
    assert "Authorization" in opened.headers["Vary"]
    assert PASSWORD not in await opened.text()


async def test_t4_u16_a_share_that_is_off_has_a_friendly_page_without_a_hint(
    premises: Premises, client: Client
) -> None:
    await premises.account()
    for share in (await premises.share(name="Boardteam"), await premises.secured_share(name="Boardteam 2")):
        await premises.sharing.deactivate(share.id)
        answer = await client.get(premises.page_path(share), headers=BROWSER)
        assert answer.status == 200
        text = await answer.text()
        assert "no longer shared" in text
        assert "Board" not in text
        assert "/s/" not in text


async def test_a_personal_link_shows_itself(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["ann@example.org"])
    text = await (await client.get(premises.page_path(share, 1), headers=BROWSER)).text()
    assert premises.link(share, 1).feed_url in text
    assert premises.link(share, 0).feed_url not in text
    assert "ann@example.org" not in text


async def test_the_landing_page_tells_nothing(premises: Premises, client: Client) -> None:
    await premises.share(name="Boardteam")
    answer = await client.get("/", headers=BROWSER)
    assert answer.status == 200
    assert "Board" not in await answer.text()


async def test_f28_u22_robots_allow_googles_importer_and_nobody_else(client: Client) -> None:
    answer = await client.get("/robots.txt")
    assert answer.status == 200
    assert answer.content_type == "text/plain"
    google, everybody = (await answer.text()).split("\n\n")
    assert google.endswith("User-agent: Google-Calendar-Importer\nAllow: /s/")
    assert everybody.startswith("User-agent: *\nDisallow: /")
    assert "." not in everybody


async def test_health_tells_nothing_but_that_it_lives(client: Client) -> None:
    assert await (await client.get("/healthz")).read() == b"ok\n"


async def test_static_files_are_there_and_nothing_beside_them(client: Client) -> None:
    for name, asset in assets_of("feedserver.web", "/static/").items():
        answer = await client.get(f"/static/{name}")
        assert answer.headers["Content-Type"] == asset.content_type
    for path in (
        "/static/",
        "/static/../web/feeds.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/page.py",
        "/static//etc/passwd",
        "/static/page.css/",
        "/static/page.css%00.html",
        "/static/PAGE.CSS",
    ):
        assert (await client.get(URL(path, encoded=True))).status == 404


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/healthz", "/static/page.css"])
async def test_constant_answers_are_read_only(client: Client, path: str) -> None:
    assert (await client.head(path)).status == 200
    answer = await client.post(path)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/metrics", "/debug", "/admin/../s", "/s", "/s/", "/dav"])
async def test_everything_else_is_closed(client: Client, path: str) -> None:
    assert (await client.get(URL(path, encoded=True))).status == 404
