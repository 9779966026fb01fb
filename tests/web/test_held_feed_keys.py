"""Feed keys: a member's own link to a secured share, for an app that cannot log in."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from aiohttp import encode_basic_auth
from aiohttp.test_utils import TestClient
from yarl import URL

from feedserver.model.account import Account
from feedserver.model.share import FeedKey, Share
from tests.builders import an_event
from tests.premises import PASSWORD, Premises
from tests.web.visiting import Visitor, logged_in, words_of


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account()


@pytest.fixture
async def share(premises: Premises, ann: Account) -> Share:
    """A secured share of which Ann is a member, and which allows keys."""
    calendar = await premises.calendar(an_event(summary="Board secret"))
    return await premises.secured_share(calendar, logins=(ann.login,), name="Board", allows_keys=True)


@pytest.fixture
async def browser(premises: Premises, client: TestClient, ann: Account) -> Visitor:
    """Ann, logged in."""
    return await logged_in(premises, client, ann)


async def made(premises: Premises, browser: Visitor, share: Share) -> tuple[FeedKey, str]:
    """A key that Ann has just made, and the path of its feed."""
    answer = await browser.post(f"/shared/{share.id}/keys")
    assert (answer.status, answer.headers["Location"]) == (303, f"/shared/{share.id}/")
    (own,) = (await premises.held_shares.find(share.id, await premises.accounts.find("ann"))).keys
    return own.key, URL(own.link.feed_url).path


async def is_open(client: TestClient, path: str) -> bool:
    """True when the feed shows its event; False when it is the data-free calendar of what is over."""
    answer = await client.get(path)
    assert answer.status == 200
    return "Board secret" in await answer.text()


async def test_z01_key_opens_the_feed_without_a_login(
    premises: Premises, client: TestClient, browser: Visitor, share: Share
) -> None:
    key, path = await made(premises, browser, share)
    assert await is_open(client, path)
    assert (await client.get(premises.feed_path(share))).status == 401, "the share's own link asks for a login still"
    entry = (await premises.history.of_share(share.id))[0]
    assert (entry.action, entry.actor.name) == ("key made", "ann")
    assert key.id not in str(entry)


async def test_its_address_is_shown_in_the_forms_of_those_apps(
    premises: Premises, browser: Visitor, share: Share
) -> None:
    await browser.post(f"/shared/{share.id}/keys")
    (own,) = (await premises.held_shares.find(share.id, await premises.accounts.find("ann"))).keys
    text = await (await browser.get(f"/shared/{share.id}/")).text()
    assert f'value="{own.link.feed_url}"' in text
    assert f"calendar.google.com/calendar/r?cid={quote(own.link.webcal_url, safe='')}" in text
    assert f"outlook.live.com/calendar/0/addfromweb?url={quote(own.link.feed_url, safe='')}" in text
    assert f'href="{own.link.webcal_url}"' in text
    assert "Board" not in own.link.feed_url, "nothing is told by a secured share's address (F4)"


async def test_member_with_basic_makes_and_ends_one(premises: Premises, client: TestClient, share: Share) -> None:
    headers = {"Authorization": encode_basic_auth("ann", PASSWORD), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post(f"/shared/{share.id}/keys", headers=headers, allow_redirects=False)
    assert answer.status == 303
    page = await client.get(f"/shared/{share.id}/", headers=headers)
    found = re.search(r'action="([^"]*/end)"', await page.text())
    assert found
    assert (await client.post(found[1], headers=headers, allow_redirects=False)).status == 303
    assert (await premises.held_shares.find(share.id, await premises.accounts.find("ann"))).keys == ()


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a03_with_basic_another_site_makes_none(
    premises: Premises, client: TestClient, share: Share, ann: Account, origin: str
) -> None:
    """Browsers send a login that they know by themselves."""
    basic = {"Authorization": encode_basic_auth("ann", PASSWORD), "Origin": origin}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post(f"/shared/{share.id}/keys", headers={**basic, **form})).status == 403
    assert (await premises.held_shares.find(share.id, ann)).keys == ()


async def test_share_allows_none_unless_its_owner_says_so(premises: Premises, browser: Visitor, ann: Account) -> None:
    share = await premises.secured_share()
    assert "Links of your own" not in await words_of(await browser.get(f"/shared/{share.id}/"))
    await browser.post(f"/shared/{share.id}/keys")
    assert (await premises.held_shares.find(share.id, ann)).keys == ()
    assert "allows no links" in await words_of(await browser.get(f"/shared/{share.id}/"))


async def test_last_use_is_shown_by_key_and_apart_from_the_login(
    premises: Premises, client: TestClient, browser: Visitor, share: Share, ann: Account
) -> None:
    _, path = await made(premises, browser, share)
    assert "Not used yet." in await words_of(await browser.get(f"/shared/{share.id}/"))
    await client.get(path, headers={"User-Agent": "Google-Calendar-Importer"})
    held = await premises.held_shares.find(share.id, ann)
    assert [one.family.value for one in held.keys[0].devices] == ["Google Calendar"]
    assert held.devices == ()
    assert "Google Calendar just now" in await words_of(await browser.get(f"/shared/{share.id}/"))


async def test_ended_key_shows_nothing_any_more_and_the_login_still_does(
    premises: Premises, client: TestClient, browser: Visitor, share: Share
) -> None:
    key, path = await made(premises, browser, share)
    live = await client.get(path)
    assert (await browser.post(f"/shared/{share.id}/keys/{key.id}/end")).status == 303
    assert not await is_open(client, path)
    again = await client.get(path, headers={"If-None-Match": live.headers["ETag"]})
    assert again.status == 200, "no cache answers for what is withdrawn"
    basic = {"Authorization": encode_basic_auth("ann", PASSWORD)}
    assert (await client.get(premises.feed_path(share), headers=basic)).status == 200
    assert (await browser.post(f"/shared/{share.id}/keys/{key.id}/end")).status == 303, "twice is once (A24)"
    actions = [entry.action for entry in await premises.history.of_share(share.id)]
    assert actions.count("key ended") == 1


@pytest.mark.parametrize("end", ["withdraw", "deactivate", "remove account", "forbid", "remove share"])
async def test_z02_z03_p04_key_dies_with_what_it_hangs_on(
    premises: Premises, client: TestClient, browser: Visitor, share: Share, end: str
) -> None:
    _, path = await made(premises, browser, share)
    assert await is_open(client, path)
    match end:
        case "withdraw":
            await premises.sharing.edit(share.id, withdrawn=["ann"])
        case "deactivate":
            await premises.accounts.deactivate("ann")
        case "remove account":
            await premises.accounts.remove("ann")
        case "forbid":
            await premises.sharing.edit(share.id, allows_keys=False)
        case "remove share":
            await premises.sharing.remove(share.id)
    assert not await is_open(client, path)


@pytest.mark.parametrize("end", ["withdraw", "deactivate", "forbid"])
async def test_z02_z03_what_ended_does_not_come_back(
    premises: Premises, client: TestClient, browser: Visitor, share: Share, end: str
) -> None:
    _, path = await made(premises, browser, share)
    match end:
        case "withdraw":
            await premises.sharing.edit(share.id, withdrawn=["ann"])
            await premises.sharing.edit(share.id, logins=["ann"])
        case "deactivate":
            await premises.accounts.deactivate("ann")
            await premises.accounts.activate("ann")
        case "forbid":
            await premises.sharing.edit(share.id, allows_keys=False)
            await premises.sharing.edit(share.id, allows_keys=True)
    assert not await is_open(client, path)


async def test_rotating_the_share_ends_the_old_address_of_a_key(
    premises: Premises, client: TestClient, browser: Visitor, share: Share, ann: Account
) -> None:
    _, path = await made(premises, browser, share)
    await premises.sharing.rotate(share.id)
    assert not await is_open(client, path)
    (own,) = (await premises.held_shares.find(share.id, ann)).keys
    assert await is_open(client, URL(own.link.feed_url).path)


async def test_paused_share_shows_no_address_and_its_keys_wait(
    premises: Premises, client: TestClient, browser: Visitor, share: Share
) -> None:
    _, path = await made(premises, browser, share)
    await premises.sharing.deactivate(share.id)
    assert path not in await (await browser.get(f"/shared/{share.id}/")).text()
    assert not await is_open(client, path)
    await premises.sharing.activate(share.id)
    assert await is_open(client, path)


async def test_z01_a16_nobody_makes_sees_or_ends_the_key_of_somebody_else(
    premises: Premises, client: TestClient, browser: Visitor, share: Share
) -> None:
    key, path = await made(premises, browser, share)
    bob = await premises.account("bob")
    await premises.sharing.edit(share.id, logins=["bob"])
    other = await logged_in(premises, client, bob)
    assert path not in await (await other.get(f"/shared/{share.id}/")).text()
    assert (await other.post(f"/shared/{share.id}/keys/{key.id}/end")).status == 404
    assert await is_open(client, path)


async def test_u06_key_of_one_share_opens_no_other(premises: Premises, client: TestClient, browser: Visitor) -> None:
    one, two = [await premises.secured_share(name=name, allows_keys=True) for name in ("One", "Two")]
    key, _ = await made(premises, browser, one)
    forged = premises.sharing._links.of_key(two, key)
    assert (await client.get(URL(forged.feed_url).path)).status == 404


async def test_a29_address_is_shown_and_a_key_made_only_soon_after_the_password(
    premises: Premises, browser: Visitor, share: Share, ann: Account
) -> None:
    """A session opens no calendar (B19), and a browser left alone must not give one away."""
    _, path = await made(premises, browser, share)
    premises.clock.advance(timedelta(minutes=15))
    page = await browser.get(f"/shared/{share.id}/")
    assert path not in await page.text()
    for action in ("keys", "keys/show"):
        asked = await browser.post(f"/shared/{share.id}/{action}")
        assert asked.status == 403
        assert "Your password, please" in await words_of(asked)
        wrong = await browser.post(f"/shared/{share.id}/{action}", {"confirm_password": "wrong"})
        assert wrong.status == 403
    assert len((await premises.held_shares.find(share.id, ann)).keys) == 1
    answer = await browser.post(f"/shared/{share.id}/keys/show", {"confirm_password": PASSWORD})
    assert answer.status == 303
    assert path in await (await browser.get(f"/shared/{share.id}/")).text()


async def test_key_may_be_ended_without_the_password(premises: Premises, browser: Visitor, share: Share) -> None:
    key, _ = await made(premises, browser, share)
    premises.clock.advance(timedelta(minutes=15))
    assert (await browser.post(f"/shared/{share.id}/keys/{key.id}/end")).status == 303


async def test_k05_database_holds_no_address_of_a_key(premises: Premises, browser: Visitor, share: Share) -> None:
    _, path = await made(premises, browser, share)
    signature = path.split("/")[2].partition(".")[2]
    async with premises.db.read() as tx:
        rows = [str(tuple(row)) for row in await tx.exec_driver_sql("SELECT * FROM feed_keys")]
    assert rows
    assert not any(signature in row for row in rows)
