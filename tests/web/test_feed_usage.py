"""What counts as a fetch: the feed, its free/busy and its page, while the share is open."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

from feedserver.model.usage import AppFamily, LastFetch
from tests.builders import NOON
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

ANN = "Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()
GOOGLE = {"User-Agent": "Google-Calendar-Importer"}
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "Accept": "text/html"}
PREVIEW = {"User-Agent": "Slackbot-LinkExpanding 1.0", "Accept": "text/html"}


async def _counted(premises: Premises, share_id: str) -> dict[tuple[str, AppFamily], int]:
    await premises.usage.flush()
    return {(one.reader_id, one.family): one.count for one in await premises.usage.of_share(share_id)}


async def test_every_poll_counts_by_get_and_head_new_and_unchanged(premises: Premises, client: Client) -> None:
    share = await premises.share()
    path = premises.feed_path(share)
    tag = (await client.get(path, headers=GOOGLE)).headers["ETag"]
    assert (await client.get(path, headers={**GOOGLE, "If-None-Match": tag})).status == 304
    await client.head(path, headers=GOOGLE)
    await client.get(path.removesuffix(".ics") + ".ifb", headers=GOOGLE)
    assert await _counted(premises, share.id) == {("", AppFamily.GOOGLE): 4}
    assert await premises.usage.last([share.id]) == {share.id: LastFetch(at=NOON, family=AppFamily.GOOGLE)}


async def test_a_personal_link_counts_for_its_recipient(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["ann@example.org"])
    await client.get(premises.feed_path(share, 1), headers=GOOGLE)
    assert await _counted(premises, share.id) == {(share.recipients[0].id, AppFamily.GOOGLE): 1}


async def test_a_secured_feed_counts_for_the_member_who_logged_in(premises: Premises, client: Client) -> None:
    ann = await premises.account()
    share = await premises.secured_share()
    path = premises.feed_path(share)
    assert (await client.get(path)).status == 401
    wrong = "Basic " + b64encode(b"ann:wrong").decode()
    assert (await client.get(path, headers={"Authorization": wrong})).status == 401
    assert await _counted(premises, share.id) == {}
    for _ in range(2):
        assert (await client.get(path, headers={**GOOGLE, "Authorization": ANN})).status == 200
    assert await _counted(premises, share.id) == {(ann.id, AppFamily.GOOGLE): 2}


async def test_what_is_not_open_or_not_a_fetch_does_not_count(premises: Premises, client: Client) -> None:
    share = await premises.share()
    path = premises.feed_path(share)
    await client.options(path)
    await client.put(path)
    await client.get(path[:-20] + "x.ics")
    await premises.sharing.deactivate(share.id)
    await client.get(path)
    await client.get(premises.page_path(share), headers=FIREFOX)
    assert await _counted(premises, share.id) == {}


async def test_u27_a_link_preview_has_no_effect_and_is_no_visit(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["ann@example.org"])
    path = premises.page_path(share, 1)
    assert (await client.get(path, headers=PREVIEW)).status == 200
    ann = share.recipients[0].id
    assert await _counted(premises, share.id) == {(ann, AppFamily.BOT): 1}
    assert await premises.usage.last([share.id]) == {}
    assert await premises.sharing.find(share.id) == share
    await client.get(path, headers=FIREFOX)
    assert await _counted(premises, share.id) == {(ann, AppFamily.BOT): 1, (ann, AppFamily.BROWSER): 1}


async def test_p02_nothing_of_the_fetcher_is_kept_but_the_kind_of_app(premises: Premises, client: Client) -> None:
    share = await premises.share()
    premises.clock.advance(timedelta(seconds=5))
    await client.get(premises.feed_path(share), headers={"User-Agent": "Thunderbird/128 of Ann 203.0.113.7"})
    await premises.usage.flush()
    assert premises.db.path is not None
    stored = b"".join(file.read_bytes() for file in premises.db.path.parent.glob("feedserver.db*"))
    assert b"203.0.113.7" not in stored
    assert b"of Ann" not in stored
    assert b"127.0.0.1" not in stored


async def test_paging_through_an_open_page_is_one_visit(premises: Premises, client: Client) -> None:
    share = await premises.share()
    path = premises.page_path(share)
    await client.get(path, headers={**FIREFOX, "Sec-Fetch-Site": "none"})
    for query in ("?on=2026-12-01", "?view=week"):
        await client.get(path + query, headers={**FIREFOX, "Sec-Fetch-Site": "same-origin"})
    assert await _counted(premises, share.id) == {("", AppFamily.BROWSER): 1}
