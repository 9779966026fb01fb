"""`/s/<token>/subscribe/`: each app's way, the visitor's own first; nobody is told a password by it."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import unquote

import pytest

from feedserver.model.share import ShareFilter
from tests.builders import an_event
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ANN = {**BROWSER, "Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


async def text_of(client: Client, path: str, headers: dict[str, str] | None = None, status: int = 200) -> str:
    answer = await client.get(f"{path}subscribe/", headers=headers or BROWSER)
    assert answer.status == status
    assert answer.content_type == "text/html"
    return await answer.text()


def _hrefs(text: str) -> list[str]:
    return [href.replace("&amp;", "&") for href in re.findall(r'<a [^>]*href="([^"]*)"', text)]


async def test_every_app_is_there_with_its_own_link(premises: Premises, client: Client) -> None:
    share = await premises.share(name="Team <A>")
    text = await text_of(client, premises.page_path(share))
    link = premises.link(share)
    hrefs = _hrefs(text)
    assert link.webcal_url in hrefs
    assert f'value="{link.feed_url}"' in text
    for host in ("calendar.google.com/calendar/r?cid=", "outlook.live.com/calendar", "outlook.office.com/calendar"):
        assert any(href.startswith(f"https://{host}") for href in hrefs)
    for app in ("Thunderbird", "Nextcloud", "Home Assistant", "KOrganizer", "ICSx5"):
        assert app in text
    assert "Team &lt;A&gt;" in text
    assert ".mobileconfig" not in text, "a public link opens the app by itself"


@pytest.mark.parametrize(
    ("agent", "first"),
    [(IPHONE, "Apple Calendar"), (ANDROID, "Android, with the app ICSx5"), (WINDOWS, "Outlook for Windows")],
)
async def test_the_visitors_own_app_comes_first(premises: Premises, client: Client, agent: str, first: str) -> None:
    share = await premises.share()
    text = await text_of(client, premises.page_path(share), {**BROWSER, "User-Agent": agent})
    assert re.findall(r"<details[^>]* open><summary>(.*?)</summary>", text)[0].startswith(first)


async def test_b1_a_secured_share_greys_out_the_apps_that_cannot_log_in(premises: Premises, client: Client) -> None:
    await premises.account()
    text = await text_of(client, premises.page_path(await premises.secured_share(name="Board")), ANN)
    greyed = text[text.index('class="impossible"') :]
    for app in ("Google Calendar", "Outlook.com", "Microsoft 365"):
        assert app in greyed
        assert app not in text[: text.index('class="impossible"')]
    assert greyed.count("cannot log in") == 1
    assert not any("google" in href or "outlook" in href for href in _hrefs(text))
    assert any(href.endswith("/calendar.mobileconfig") for href in _hrefs(text))


async def test_b2_b14_no_link_holds_a_login(premises: Premises, client: Client) -> None:
    await premises.account()
    for share in (await premises.share(), await premises.secured_share(name="Board")):
        text = await text_of(client, premises.page_path(share), ANN)
        assert PASSWORD not in text
        assert not any("@" in unquote(unquote(href)) or "ann" in href.split("/") for href in _hrefs(text))


async def test_b3_the_title_of_a_secured_share_stands_in_no_link(premises: Premises, client: Client) -> None:
    await premises.account()
    text = await text_of(client, premises.page_path(await premises.secured_share(name="Merger")), ANN)
    assert not any("merger" in href.lower() for href in _hrefs(text))


async def test_b5_u13_every_link_is_a_plain_anchor_without_a_referrer(premises: Premises, client: Client) -> None:
    await premises.account()
    for share in (await premises.share(), await premises.secured_share(name="Board")):
        text = await text_of(client, premises.page_path(share), ANN)
        anchors = re.findall(r"<a [^>]*>", text)
        assert len(anchors) > 3
        assert all('rel="noreferrer noopener"' in anchor for anchor in anchors)
        assert not re.search(r"\son\w+=|style=|<script(?![^>]*src=)", text)


async def test_a_file_for_once_is_kept_apart_and_says_that_it_will_not_update(
    premises: Premises, client: Client
) -> None:
    text = await text_of(client, premises.page_path(await premises.share()))
    apart = text[text.index("Download once") :]
    assert "does not update" in apart
    assert "/download/team.ics" in apart
    assert "/download/" not in text[: text.index("Download once")]


async def test_a_personal_link_shows_itself(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["bea@example.org"])
    text = await text_of(client, premises.page_path(share, 1))
    assert premises.link(share, 1).feed_url in text
    assert premises.link(share, 0).feed_url not in text
    assert "bea@" not in text


async def test_the_page_is_in_the_browsers_language_and_not_stored(premises: Premises, client: Client) -> None:
    path = premises.page_path(await premises.share())
    answer = await client.get(f"{path}subscribe/", headers={**BROWSER, "Accept-Language": "de"})
    assert 'lang="de"' in await answer.text()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Accept-Language" in answer.headers["Vary"]


async def test_b01_b02_a_secured_share_asks_first(premises: Premises, client: Client) -> None:
    await premises.account()
    await premises.account("ben")
    path = premises.page_path(await premises.secured_share(name="Boardteam"))
    told = set()
    for login in ("", "ann:wrong", "nobody:wrong", f"ben:{PASSWORD}"):
        headers = {**BROWSER, "Authorization": "Basic " + b64encode(login.encode()).decode()} if login else BROWSER
        for place in ("subscribe/", "qr.svg", "calendar.mobileconfig", "download/calendar.ics"):
            answer = await client.get(f"{path}{place}", headers=headers)
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")
            body = await answer.text()
            assert "oardteam" not in body
            told.add((place, body))
    assert len(told) == 4, "the same for all of them"


@pytest.mark.parametrize("place", ["subscribe/", "qr.svg", "team.mobileconfig", "download/team.ics"])
async def test_t4_u16_a_share_that_is_off_shows_nothing_of_it_anywhere(
    premises: Premises, client: Client, place: str
) -> None:
    await premises.account()
    for share in (await premises.share(name="Boardteam"), await premises.secured_share(name="Boardteam 2")):
        await premises.sharing.deactivate(share.id)
        answer = await client.get(f"{premises.page_path(share)}{place}", headers=BROWSER)
        assert answer.status == 200
        text = await answer.text()
        assert "no longer shared" in text
        assert "oardteam" not in text
        assert "/s/" not in text


@pytest.mark.parametrize("place", ["subscribe/", "qr.svg", "team.mobileconfig", "download/team.ics"])
async def test_u10_a_forged_link_has_none_of_it(premises: Premises, client: Client, place: str) -> None:
    path = premises.page_path(await premises.share())
    forged = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    answer = await client.get(f"{forged}{place}", headers=BROWSER)
    assert answer.status == 404


@pytest.mark.parametrize("place", ["subscribe/", "qr.svg", "team.mobileconfig", "download/team.ics"])
async def test_u24_f9_there_is_nothing_to_be_changed(premises: Premises, client: Client, place: str) -> None:
    path = f"{premises.page_path(await premises.share())}{place}"
    for method in ("POST", "PUT", "DELETE", "PATCH", "PROPFIND"):
        answer = await client.request(method, path)
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    head, get = await client.head(path, headers=BROWSER), await client.get(path, headers=BROWSER)
    assert (head.status, head.content_type) == (get.status, get.content_type)
    assert await head.read() == b""


async def test_the_qr_code_is_a_picture_of_the_page_and_no_page_itself(premises: Premises, client: Client) -> None:
    answer = await client.get(f"{premises.page_path(await premises.share())}qr.svg", headers=BROWSER)
    assert answer.content_type == "image/svg+xml"
    body = await answer.text()
    assert body.startswith("<svg")
    assert "<script" not in body
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_u27_looking_at_it_is_no_visit(premises: Premises, client: Client) -> None:
    share = await premises.share(filter=ShareFilter(), allows_narrowing=True)
    await premises.usage.flush()
    before = await premises.usage.of_share(share.id)
    for place in ("subscribe/", "qr.svg", "subscribe/?calendar=1"):
        await client.get(f"{premises.page_path(share)}{place}", headers=BROWSER)
    await premises.usage.flush()
    assert await premises.usage.of_share(share.id) == before


async def test_a11_names_are_text(premises: Premises, client: Client) -> None:
    name = "<script>alert(1)</script>"
    calendar = await premises.calendar(an_event("e", "x", f"CATEGORIES:{name}"), name=name)
    share = await premises.share(calendar, await premises.calendar(), name=name, allows_narrowing=True)
    text = await text_of(client, premises.page_path(share))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;") >= 3
