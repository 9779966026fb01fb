"""A feed key opens a secured feed without a login, until it ends."""

from __future__ import annotations

import pytest

from feedserver.model.share import FeedKey, FeedLink, Share
from feedserver.storage import feed_keys
from tests.builders import an_event
from tests.premises import Premises
from tests.web.conftest import Client


async def a_key(premises: Premises, **settings: bool) -> tuple[Share, FeedKey]:
    ann = await premises.account()
    calendar = await premises.calendar(an_event(summary="Board secret"))
    share = await premises.secured_share(calendar, name="Board", **{"allows_keys": True, **settings})
    async with premises.db.write() as tx:
        key = await feed_keys.add(tx, share.id, ann.id, premises.clock.now())
    return await premises.sharing.find(share.id), key


def path_of(premises: Premises, share: Share, key: FeedKey) -> str:
    link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=key.id)
    return f"/s/{premises.ring.sign_link(link)}/calendar.ics"


async def test_an_app_that_cannot_log_in_gets_the_feed_by_its_key(premises: Premises, client: Client) -> None:
    share, key = await a_key(premises)
    answer = await client.get(path_of(premises, share, key))
    assert answer.status == 200
    assert "SUMMARY:Board secret" in await answer.text()
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Access-Control-Allow-Origin" not in answer.headers
    await premises.usage.flush()
    (counted,) = await premises.usage.of_share(share.id)
    assert counted.reader_id == key.id


async def test_the_general_link_asks_for_the_password_all_the_same(premises: Premises, client: Client) -> None:
    share, _ = await a_key(premises)
    assert (await client.get(premises.feed_path(share))).status == 401


@pytest.mark.parametrize("ending", ["withdrawn", "switched off", "deactivated", "removed", "revoked"])
async def test_t3_an_ended_key_empties_the_copy_on_the_very_next_request(
    premises: Premises, client: Client, ending: str
) -> None:
    share, key = await a_key(premises)
    path = path_of(premises, share, key)
    assert "Board secret" in await (await client.get(path)).text()
    await end(premises, share, key, ending)
    answer = await client.get(path)
    assert answer.status == 200
    text = await answer.text()
    assert "This calendar is no longer shared" in text
    assert "secret" not in text


async def end(premises: Premises, share: Share, key: FeedKey, ending: str) -> None:
    match ending:
        case "withdrawn":
            await premises.sharing.edit(share.id, withdrawn=["ann"])
        case "switched off":
            await premises.sharing.edit(share.id, allows_keys=False)
        case "deactivated":
            await premises.accounts.deactivate("ann")
        case "removed":
            await premises.accounts.remove("ann")
        case "revoked":
            async with premises.db.write() as tx:
                await feed_keys.revoke(tx, share.id, key.id, premises.clock.now())


async def test_t9_a_paused_share_pauses_its_keys(premises: Premises, client: Client) -> None:
    share, key = await a_key(premises)
    await premises.sharing.deactivate(share.id)
    assert "no longer shared" in await (await client.get(path_of(premises, share, key))).text()
    await premises.sharing.activate(share.id)
    assert "Board secret" in await (await client.get(path_of(premises, share, key))).text()
