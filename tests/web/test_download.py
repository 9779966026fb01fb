"""`/s/<token>/download/<slug>.ics`: the feed as a file, kept apart from subscribing."""

from __future__ import annotations

from base64 import b64encode

from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

ANN = {"Authorization": "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()}


async def test_it_is_the_feed_as_an_attachment(premises: Premises, client: Client) -> None:
    share = await premises.share(name="Übung")
    answer = await client.get(f"{premises.page_path(share)}download/ubung.ics")
    feed = await client.get(premises.feed_path(share))
    assert answer.status == 200
    assert await answer.read() == await feed.read()
    assert answer.headers["Content-Type"] == feed.headers["Content-Type"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="ubung.ics"')
    assert "filename*=UTF-8''%C3%9Cbung.ics" in answer.headers["Content-Disposition"]
    assert feed.headers["Content-Disposition"].startswith("inline"), "the feed stays what it was"


async def test_a26_o16_it_is_validated_like_the_feed(premises: Premises, client: Client) -> None:
    path = f"{premises.page_path(await premises.share())}download/team.ics"
    answer = await client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    head = await client.head(path)
    assert head.headers["Content-Disposition"] == answer.headers["Content-Disposition"]
    again = await client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_f4_a_secured_share_is_not_named(premises: Premises, client: Client) -> None:
    await premises.account()
    path = f"{premises.page_path(await premises.secured_share(name='Merger'))}download/calendar.ics"
    assert (await client.get(path)).status == 401
    answer = await client.get(path, headers=ANN)
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'


async def test_u16_a_share_that_is_off_gives_the_data_free_calendar(premises: Premises, client: Client) -> None:
    share = await premises.share(name="Boardteam")
    path = f"{premises.page_path(share)}download/boardteam.ics"
    live = await client.get(path)
    await premises.sharing.deactivate(share.id)
    answer = await client.get(path, headers={"If-None-Match": live.headers["ETag"]})
    assert answer.status == 200
    text = await answer.text()
    assert "no longer shared" in text
    assert "oardteam" not in text + str(answer.headers)
