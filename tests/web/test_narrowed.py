"""Narrower links: chosen on a page, less than the share and never more, alive as long as the link they came from."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from feedserver.model.share import Share, ShareFilter
from feedserver.security.signing import Purpose
from tests.builders import NOON, an_event
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}
WORK = an_event("w", "Standup", "CATEGORIES:Work")
HOME = an_event("h", "Dentist", "CATEGORIES:home")


async def a_narrowable_share(premises: Premises, **settings: Any) -> Share:
    return await premises.share(await premises.calendar(WORK, HOME), **{"allows_narrowing": True, **settings})


async def narrowed_path(
    premises: Premises, client: Client, share: Share, *ticks: tuple[str, str], number: int = 0, **headers: str
) -> str:
    """The path of the feed that the page offers for these ticks, as a visitor copies it."""
    page = URL(f"{premises.page_path(share, number)}subscribe/").with_query(ticks or [("category", "Work")])
    answer = await client.get(page, headers={**BROWSER, **headers})
    assert answer.status == 200
    found = re.search(r'<input id="feed"[^>]*value="([^"]*)"', await answer.text())
    assert found is not None
    return URL(found[1]).path


async def test_u00_the_address_on_the_page_shows_what_was_ticked(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    assert path != premises.feed_path(share)
    assert path.endswith("/team.ics")
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.content_type == "text/calendar"
    body = await answer.text()
    assert "Standup" in body
    assert "Dentist" not in body


async def test_the_page_keeps_the_ticks_and_every_button_leads_to_the_narrower_link(
    premises: Premises, client: Client
) -> None:
    share = await a_narrowable_share(premises)
    page = URL(f"{premises.page_path(share)}subscribe/").with_query(category="Work")
    text = await (await client.get(page, headers=BROWSER)).text()
    assert re.search(r'name="category" value="Work" checked', text)
    assert not re.search(r'name="category" value="home" checked', text)
    section = text[text.index('id="subscribe"') :]
    assert premises.page_path(share).split("/")[2] not in section


async def test_only_a_share_that_allows_it_offers_it(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises, allows_narrowing=False)
    text = await (await client.get(f"{premises.page_path(share)}subscribe/?category=Work", headers=BROWSER)).text()
    assert 'id="narrow"' not in text
    assert premises.feed_path(share) in text


async def test_nothing_to_leave_out_is_not_offered(premises: Premises, client: Client) -> None:
    share = await premises.share(await premises.calendar(an_event()), allows_narrowing=True)
    text = await (await client.get(f"{premises.page_path(share)}subscribe/", headers=BROWSER)).text()
    assert 'id="narrow"' not in text


async def test_f12_o09_it_is_validated_like_any_feed(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    whole, narrow = await client.get(premises.feed_path(share)), await client.get(path)
    assert narrow.headers["ETag"] != whole.headers["ETag"]
    assert narrow.headers["Cache-Control"] == whole.headers["Cache-Control"]
    again = await client.get(path, headers={"If-None-Match": narrow.headers["ETag"]})
    assert again.status == 304
    assert again.headers["ETag"] == narrow.headers["ETag"]
    assert await again.read() == b""
    other = await client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert other.status == 200


async def test_its_page_shows_less_too(premises: Premises, client: Client) -> None:
    home = await premises.calendar(HOME, name="Private matters")
    share = await premises.share(await premises.calendar(WORK), home, allows_narrowing=True)
    path = await narrowed_path(premises, client, share, ("calendar", "1"))
    text = await (await client.get(path.rpartition("/")[0] + "/?on=2026-11-24", headers=BROWSER)).text()
    assert "Standup" in text
    assert "Dentist" not in text
    assert "Private matters" not in text
    whole_token = premises.page_path(share).split("/")[2]
    assert whole_token not in text, "who got the narrower link is not given the whole one"


async def test_a_narrower_link_is_not_narrowed_again(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    text = await (await client.get(f"{path.rpartition('/')[0]}/subscribe/?category=home", headers=BROWSER)).text()
    assert 'id="narrow"' not in text
    assert path in text


async def test_u17_switched_off_it_is_over_at_once_and_t8_comes_back_newer(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    live = await client.get(path)
    premises.clock.advance(timedelta(hours=1))
    await premises.sharing.edit(share.id, allows_narrowing=False)
    gone = await client.get(path, headers={"If-None-Match": live.headers["ETag"]})
    assert gone.status == 200
    body = await gone.text()
    assert "Standup" not in body
    assert "no longer shared" in body
    assert "Standup" in await (await client.get(premises.feed_path(share))).text(), "the link itself stands"

    premises.clock.advance(timedelta(hours=1))
    await premises.sharing.edit(share.id, allows_narrowing=True)
    back = await client.get(path, headers={"If-None-Match": gone.headers["ETag"]})
    assert back.status == 200
    sequences = [int(found) for found in re.findall(r"SEQUENCE:(\d+)", await live.text() + await back.text())]
    assert sequences[0] < sequences[1]
    older = await client.get(path, headers={"If-Modified-Since": gone.headers["Last-Modified"]})
    assert older.status == 200, "nor does the tombstone's date hold"


@pytest.mark.parametrize("end", ["deactivate", "remove", "rotate"])
async def test_u16_u19_it_ends_with_the_share_and_its_link(premises: Premises, client: Client, end: str) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    live = await client.get(path)
    await getattr(premises.sharing, end)(share.id)
    for headers in ({}, {"If-None-Match": live.headers["ETag"]}, {"If-None-Match": "*"}, BROWSER):
        answer = await client.get(path, headers=headers)
        assert answer.status == 200
        body = await answer.text()
        assert "no longer shared" in body
        assert "Standup" not in body


async def test_u23_it_expires_with_the_share(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises, expires_at=NOON + timedelta(hours=1))
    path = await narrowed_path(premises, client, share)
    premises.clock.advance(timedelta(hours=1))
    assert "Standup" not in await (await client.get(path)).text()


async def test_one_made_from_a_personal_link_ends_when_that_is_revoked(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises, emails=["ann@example.org"])
    personal = await narrowed_path(premises, client, share, number=1)
    general = await narrowed_path(premises, client, share)
    await premises.sharing.edit(share.id, revoked=["ann@example.org"])
    assert "Standup" not in await (await client.get(personal)).text()
    assert "Standup" in await (await client.get(general)).text()


async def test_b01_b05_of_a_secured_share_asks_for_the_login_and_ends_with_the_grant(
    premises: Premises, client: Client
) -> None:
    await premises.account()
    calendar = await premises.calendar(WORK, HOME)
    share = await premises.secured_share(calendar, name="Boardteam", allows_narrowing=True)
    path = await narrowed_path(premises, client, share, **ANN)
    assert path.endswith("/calendar.ics")
    refused = await client.get(path)
    assert refused.status == 401
    assert "oardteam" not in await refused.text()
    opened = await client.get(path, headers=ANN)
    assert "Standup" in await opened.text()
    assert "Authorization" in opened.headers["Vary"]
    await premises.sharing.edit(share.id, withdrawn=["ann"])
    gone = await client.get(path, headers={**ANN, "If-None-Match": opened.headers["ETag"]})
    assert gone.status == 200
    assert "Standup" not in await gone.text()


async def test_never_wider_when_the_share_is_tightened(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    await premises.sharing.edit(share.id, filter=ShareFilter(categories_in=("home",)))
    body = await (await client.get(path)).text()
    assert "Standup" not in body
    assert "Dentist" not in body


async def test_u06_tokens_of_other_purposes_are_none(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    for purpose in Purpose:
        token = premises.ring.sign_id(purpose, share.id)
        assert (await client.get(f"/s/{token}/team.ics")).status == 404


async def test_u01_u02_u10_a_forged_one_is_like_any_forged_link(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    token = (await narrowed_path(premises, client, share)).split("/")[2]
    unknown = await client.get("/s/unknown/team.ics")
    for number, forged in enumerate([token[1:], token[:-1], token + "A", token.replace(".", ""), "A" + token[1:]]):
        if forged == token:
            continue
        answer = await client.get(f"/s/{forged}/team.ics")
        assert (answer.status, await answer.read()) == (404, await unknown.read()), number


async def test_f1_f2_b2_its_address_is_plain(premises: Premises, client: Client) -> None:
    path = await narrowed_path(premises, client, await a_narrowable_share(premises))
    assert re.fullmatch(r"/s/[A-Za-z0-9._~-]+/team\.ics", path)


async def test_too_many_ticks_are_told_on_the_page_and_kept(premises: Premises, client: Client) -> None:
    events = [an_event(f"e{n}", "Meeting", f"CATEGORIES:c{n:03}") for n in range(101)]
    share = await premises.share(await premises.calendar(*events), allows_narrowing=True)
    page = URL(f"{premises.page_path(share)}subscribe/").with_query([("category", f"c{n:03}") for n in range(101)])
    answer = await client.get(page, headers=BROWSER)
    assert answer.status == 422
    text = await answer.text()
    assert "at most 100" in text
    assert text.count(" checked") == 101
    assert premises.feed_path(share) in text


async def test_odd_queries_are_no_fault(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    for query in ("calendar=0", "calendar=-1&calendar=%00", "category=%ff", "category=" + "x" * 5000, "a=b&&="):
        page = URL(f"{premises.page_path(share)}subscribe/?{query}", encoded=True)
        answer = await client.get(page, headers=BROWSER)
        assert answer.status == 200
        assert premises.feed_path(share) in await answer.text(), "nothing known is ticked, so nothing is left out"


async def test_free_busy_and_the_file_for_once_show_less_too(premises: Premises, client: Client) -> None:
    share = await a_narrowable_share(premises)
    path = await narrowed_path(premises, client, share)
    folder = path.rpartition("/")[0]
    download = await (await client.get(f"{folder}/download/team.ics")).text()
    assert "Standup" in download
    assert "Dentist" not in download
    assert (await client.get(f"{folder}/team.ifb")).status == 200
