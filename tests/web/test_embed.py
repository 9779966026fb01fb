"""A public share inside the sites that its owner named, and nowhere else (threat A28)."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from feedserver.model.share import EmbedView, Share
from tests.builders import NOON, an_event
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

BROWSER = {"Accept": "text/html"}
ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}
SITES = ("http://localhost:8000", "https://www.example.org")


async def embeddable(premises: Premises, *events: str, **settings: Any) -> Share:
    calendar = await premises.calendar(*events)
    return await premises.share(calendar, **{"embed_hosts": SITES, **settings})


def path_of(premises: Premises, share: Share) -> str:
    return premises.page_path(share) + "embed/"


async def page(client: Client, path: str, **headers: str) -> str:
    answer = await client.get(path, headers={**BROWSER, **headers})
    assert answer.status == 200
    text: str = await answer.text()
    return text


def ancestors(policy: str) -> str:
    found = re.search(r"frame-ancestors ([^;]*)", policy)
    assert found
    return found[1]


async def test_a28_the_named_sites_and_no_others_may_frame_it(premises: Premises, client: Client) -> None:
    answer = await client.get(path_of(premises, await embeddable(premises)), headers=BROWSER)
    assert answer.status == 200
    assert ancestors(answer.headers["Content-Security-Policy"]) == " ".join(SITES)
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_a28_the_page_itself_is_framed_by_nobody(premises: Premises, client: Client) -> None:
    share = await embeddable(premises)
    answer = await client.get(premises.page_path(share), headers=BROWSER)
    assert ancestors(answer.headers["Content-Security-Policy"]) == "'none'"


@pytest.mark.parametrize("view", EmbedView)
async def test_it_is_the_calendar_in_the_chosen_view_and_nothing_else(
    premises: Premises, client: Client, view: EmbedView
) -> None:
    share = await embeddable(premises, an_event(summary="Open <day>"), embed_view=view)
    text = await page(client, path_of(premises, share))
    assert "Open &lt;day&gt;" in text
    drawn = {EmbedView.MONTH: "month", EmbedView.WEEK: "days seven", EmbedView.AGENDA: "agenda"}[view]
    assert re.search(rf'<div class="{drawn}\b', text)
    assert not re.search(r"<form|<input|<script|<style|style=|<img|<i?frame|webcal", text)
    assert "/static/calendar.js" not in text


async def test_its_links_lead_to_the_full_page_in_a_tab_of_their_own_but_for_those_in_time(
    premises: Premises, client: Client
) -> None:
    share = await embeddable(premises, an_event())
    text = await page(client, path_of(premises, share))
    assert '<base target="_blank">' in text
    links = [(href, 'target="_self"' in tag) for tag, href in re.findall(r'(<a [^>]*href="([^"]*)"[^>]*>)', text)]
    stay = [href for href, stays in links if stays]
    assert stay == ["./", "?on=2026-10-01", "?on=2026-12-01"]
    assert all(href.startswith("../") for href, stays in links if not stays)
    assert 'rel="noreferrer noopener"' in text
    (event,) = {href for href, _ in links if "event=" in href}
    full = await page(client, premises.page_path(share) + event.removeprefix("../").replace("&amp;", "&"))
    assert 'id="event"' in full


async def test_it_moves_in_time_and_an_address_is_never_wrong(premises: Premises, client: Client) -> None:
    share = await embeddable(premises, an_event(summary="Later", start="20270105T100000Z"))
    path = path_of(premises, share)
    assert "Later" not in await page(client, path)
    assert "Later" in await page(client, path + "?on=2027-01-01")
    for odd in ("?on=0", "?on=2027-13-45", "?on=" + "9" * 5000, "?view=day&zone=x&hide=1&q=z&event=1", "?on=%00"):
        assert "November 2026" in await page(client, path + odd)


async def test_all_events_take_the_chosen_colour(premises: Premises, client: Client) -> None:
    red, blue = [
        await premises.calendar(name=name, color=color) for name, color in (("A", "#FF0000"), ("B", "#0000FF"))
    ]
    share = await premises.share(red, blue, embed_hosts=SITES)
    hues = set(re.findall(r"\bbar (k\d)", await page(client, path_of(premises, share))))
    assert len(hues) == 2
    await premises.sharing.edit(share.id, embed_color="#00AA00")
    green = set(re.findall(r"\bbar (k\d)", await page(client, path_of(premises, share))))
    assert len(green) == 1
    assert not green & hues


async def test_it_shows_what_the_share_shows(premises: Premises, client: Client) -> None:
    """Z16"""
    share = await embeddable(premises, an_event(summary="Secret", start="20261124T100000Z"), level="busy")
    text = await page(client, path_of(premises, share))
    assert "Busy" in text
    assert "Secret" not in text


async def test_it_speaks_the_language_of_the_visitor(premises: Premises, client: Client) -> None:
    answer = await client.get(
        path_of(premises, await embeddable(premises)), headers={**BROWSER, "Accept-Language": "de"}
    )
    assert '<html lang="de"' in await answer.text()
    assert "Accept-Language" in answer.headers["Vary"]


async def test_it_counts_as_a_visit(premises: Premises, client: Client) -> None:
    share = await embeddable(premises)
    await page(client, path_of(premises, share))
    await premises.usage.flush()
    assert sum(one.count for one in await premises.usage.of_share(share.id)) == 1


async def refused(client: Client, path: str, status: int, **headers: str) -> None:
    answer = await client.get(path, headers={**BROWSER, **headers})
    assert answer.status == status
    assert ancestors(answer.headers["Content-Security-Policy"]) == "'none'"
    assert "Meeting" not in await answer.text()


async def test_a_share_that_no_site_may_show_has_no_such_page(premises: Premises, client: Client) -> None:
    await refused(client, path_of(premises, await embeddable(premises, embed_hosts=())), 404)


async def test_a_secured_share_has_no_such_page_not_even_for_members(premises: Premises, client: Client) -> None:
    await premises.account()
    share = await premises.secured_share()
    for headers in ({}, ANN):
        await refused(client, path_of(premises, share), 404, **headers)


async def test_a_forged_link_has_no_such_page(client: Client) -> None:
    await refused(client, "/s/forged/embed/", 404)


async def test_t4_a_share_that_is_off_refuses_to_be_framed_and_says_nothing_of_itself(
    premises: Premises, client: Client
) -> None:
    share = await embeddable(premises, name="Boardteam", expires_at=NOON + timedelta(hours=1))
    premises.clock.advance(timedelta(hours=2))
    await refused(client, path_of(premises, share), 200)
    await premises.sharing.remove(share.id)
    await refused(client, path_of(premises, share), 200)
    premises.clock.advance(timedelta(days=91))
    await refused(client, path_of(premises, share), 410)


async def test_a_site_that_is_no_longer_named_is_out_on_the_next_request(premises: Premises, client: Client) -> None:
    share = await embeddable(premises)
    await premises.sharing.edit(share.id, embed_hosts=SITES[:1])
    answer = await client.get(path_of(premises, share), headers=BROWSER)
    assert ancestors(answer.headers["Content-Security-Policy"]) == SITES[0]
    await premises.sharing.edit(share.id, embed_hosts=())
    await refused(client, path_of(premises, share), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
async def test_it_is_read_only(premises: Premises, client: Client, method: str) -> None:
    answer = await client.request(method, path_of(premises, await embeddable(premises)))
    assert answer.status == 405
