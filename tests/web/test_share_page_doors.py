"""Who does not get to see a calendar reads a page that helps, and learns nothing about the share."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta

import pytest

from feedserver.model.share import FeedLink, Share
from tests.builders import NOON
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client
from tests.web.sharing import BROWSER, said, shown

GERMAN = {**BROWSER, "Accept-Language": "de-DE,de;q=0.9"}


def basic(login: str, password: str) -> dict[str, str]:
    """The header of a login."""
    return {"Authorization": "Basic " + b64encode(f"{login}:{password}".encode()).decode()}


async def test_member_logs_in_and_sees_the_calendar(premises: Premises, client: Client) -> None:
    await premises.account()
    share = await premises.secured_share(name="Board")
    answer = await client.get(premises.page_path(share), headers=BROWSER | basic("ann", PASSWORD))
    html = await answer.text()
    assert answer.status == 200
    assert "Board" in html
    assert "Meeting" in shown(html)
    assert "Authorization" in answer.headers["Vary"]
    assert PASSWORD not in html


@pytest.mark.parametrize(
    "login", [{}, basic("ann", "wrong"), basic("nobody", "x"), basic("bob", PASSWORD), {"Authorization": "Basic !"}]
)
async def test_b02_refused_login_shows_a_page_that_helps(
    premises: Premises, client: Client, login: dict[str, str]
) -> None:
    await premises.account()
    await premises.account("bob")
    share = await premises.secured_share(name="Boardteam")
    path = premises.page_path(share)
    answer = await client.get(path, headers=BROWSER | login)
    html = await answer.text()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Calendars", charset="UTF-8"'
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Please log in" in said(html)
    assert "Ask whoever sent you this link, or Example Club." in said(html)
    assert 'href="/account/forgot"' in html
    other = await client.get(
        premises.page_path(await premises.secured_share(name="Other", logins=("bob",))), headers=BROWSER
    )
    assert await other.text() == html
    for word in ("Board", "Meeting", "ann", "/s/"):
        assert word not in html


async def test_f34_apps_are_refused_in_a_word(premises: Premises, client: Client) -> None:
    await premises.account()
    share = await premises.secured_share()
    for path in (premises.page_path(share), premises.feed_path(share)):
        answer = await client.get(path, headers={"Accept": "text/calendar, */*"})
        assert (answer.status, answer.content_type) == (401, "text/plain")
        assert await answer.read() == b"Login required.\n"


async def _off(premises: Premises, how: str) -> Share:
    if how == "not yet":
        return await premises.share(name="Boardteam", starts_at=NOON + timedelta(days=1))
    share = await premises.share(name="Boardteam", expires_at=NOON + timedelta(hours=1))
    match how:
        case "expired":
            premises.clock.advance(timedelta(hours=1))
        case "paused":
            await premises.sharing.deactivate(share.id)
        case "removed":
            await premises.sharing.remove(share.id)
        case "replaced":
            await premises.sharing.rotate(share.id)
    return share


@pytest.mark.parametrize("how", ["expired", "paused", "removed", "replaced"])
async def test_t4_share_that_is_over_has_one_friendly_page_in_the_visitors_language(
    premises: Premises, client: Client, how: str
) -> None:
    share = await _off(premises, how)
    token = premises.ring.sign_link(_first_link(share))
    answer = await client.get(f"/s/{token}/?view=week&q=Board", headers=BROWSER)
    html = await answer.text()
    assert answer.status == 200
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "This calendar is no longer shared" in said(html)
    for word in ("Board", "Meeting", "/s/", how):
        assert word not in html
    german = await (await client.get(f"/s/{token}/", headers=GERMAN)).text()
    assert '<html lang="de"' in german
    assert "nicht mehr freigegeben" in said(german)


def _first_link(share: Share) -> FeedLink:
    return FeedLink(share_id=share.id, serial=1)


async def test_share_that_has_not_begun_asks_to_come_back(premises: Premises, client: Client) -> None:
    share = await _off(premises, "not yet")
    html = await (await client.get(premises.page_path(share), headers=BROWSER)).text()
    assert "This calendar is not available yet" in said(html)
    assert "Board" not in html


async def test_share_removed_long_ago_is_gone(premises: Premises, client: Client) -> None:
    share = await _off(premises, "removed")
    premises.clock.advance(timedelta(days=91))
    path = premises.page_path(share)
    answer = await client.get(path, headers=BROWSER)
    assert answer.status == 410
    assert "There is no calendar here" in said(await answer.text())
    assert (await client.get(path, headers={"Accept": "*/*"})).content_type == "text/plain"


async def test_u10_forged_and_mistyped_links_have_one_page(premises: Premises, client: Client) -> None:
    share = await premises.share()
    token = premises.page_path(share).split("/")[2]
    unknown = premises.ring.sign_link(FeedLink(share_id="0" * 32, serial=1))
    answers = [await client.get(f"/s/{one}/", headers=BROWSER) for one in (token[:-1], "forged", "%00", unknown)]
    bodies = {await answer.text() for answer in answers}
    assert {answer.status for answer in answers} == {404}
    assert len(bodies) == 1
    assert len({str(sorted((n, v) for n, v in one.headers.items() if n != "Date")) for one in answers}) == 1
    assert "There is no calendar here" in said(bodies.pop())


async def test_u16_share_withdrawn_while_its_page_is_warm_is_off_at_once(premises: Premises, client: Client) -> None:
    share = await premises.share()
    path = premises.page_path(share)
    for view in ("month", "agenda"):
        assert "Meeting" in await (await client.get(f"{path}?view={view}", headers=BROWSER)).text()
    await premises.sharing.deactivate(share.id)
    for view in ("month", "agenda"):
        assert "Meeting" not in await (await client.get(f"{path}?view={view}", headers=BROWSER)).text()


async def test_z02_former_member_sees_that_it_is_over(premises: Premises, client: Client) -> None:
    await premises.account()
    await premises.account("bob")
    share = await premises.secured_share(name="Board", logins=("ann", "bob"))
    headers = BROWSER | basic("ann", PASSWORD)
    assert "Meeting" in await (await client.get(premises.page_path(share), headers=headers)).text()
    await premises.sharing.edit(share.id, withdrawn=["ann"])
    html = await (await client.get(premises.page_path(share), headers=headers)).text()
    assert "no longer shared" in said(html)
    assert "Board" not in html


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_page_outside_a_calendar_speaks_the_visitors_language(
    premises: Premises, client: Client, language: str
) -> None:
    await premises.account()
    paths = ["/", "/s/forged/", premises.page_path(await premises.secured_share())]
    for path in paths:
        html = await (await client.get(path, headers={**BROWSER, "Accept-Language": language})).text()
        assert f'<html lang="{language}" dir="ltr">' in html
        assert re.search(r"<h1>[^<]+</h1>", html)
