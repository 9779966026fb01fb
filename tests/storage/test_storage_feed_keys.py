"""Feed keys: a member's own link begins with the grant, and ends for good with whatever it hangs on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from feedserver.model.errors import Conflict, NotFound
from feedserver.model.share import EmbedView, FeedKey, FeedLink, Share, ShareKind, ShareState, Standing, standing_of
from feedserver.model.usage import AppFamily, DayUsage
from feedserver.storage import accounts, feed_keys, shares, usage
from feedserver.storage.engine import Database, Tx
from feedserver.storage.tables import usage as usage_table
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_member, a_share_of

LATER = NOON + timedelta(hours=1)
LAST = NOON + timedelta(hours=2)


async def a_secured_share(tx: Tx, *account_ids: str) -> Share:
    calendar = await a_calendar(tx)
    return await a_share_of(tx, calendar, kind=ShareKind.SECURED, account_ids=account_ids, allows_keys=True)


def standing(share: Share, key: FeedKey) -> Standing | None:
    link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=key.id)
    found = standing_of(share, link, LAST, retention=timedelta(days=90))
    return found.standing if found else None


async def test_a_member_makes_keys_and_revokes_one(db: Database) -> None:
    async with db.write() as tx:
        ann = await a_member(tx)
        share = await a_secured_share(tx, ann.id)
        first = await feed_keys.add(tx, share.id, ann.id, NOON)
        second = await feed_keys.add(tx, share.id, ann.id, LATER)
        held = await shares.find(tx, share.id)
        assert (held.keys, held.revision, held.stamp_at) == ((first, second), share.revision, share.stamp_at)
        await feed_keys.revoke(tx, share.id, first.id, LAST)
        await feed_keys.revoke(tx, share.id, first.id, LAST + timedelta(days=1))
        after = await shares.find(tx, share.id)
        assert after.keys == (replace(first, revoked_at=LAST), second)
        assert await feed_keys.of_account(tx, ann.id) == {share.id: [second]}
        with pytest.raises(NotFound):
            await feed_keys.revoke(tx, share.id, "absent", LAST)
    assert (standing(after, first), standing(after, second)) == (Standing.REPLACED, Standing.LIVE)


Ending = Callable[[Tx, Share, str], Awaitable[object]]
ENDINGS: dict[str, Ending] = {
    "grant withdrawn": lambda tx, share, ann: shares.withdraw(tx, share.id, ann, LATER),
    "keys no longer allowed": lambda tx, share, _: shares.edit(tx, replace(share, allows_keys=False), LATER),
    "account deactivated": lambda tx, _, ann: accounts.set_active(tx, ann, LATER, is_active=False),
}
BEGINNINGS: dict[str, Ending] = {
    "grant withdrawn": lambda tx, share, ann: shares.grant(tx, share.id, ann, LATER),
    "keys no longer allowed": lambda tx, share, _: shares.edit(tx, share, LATER),
    "account deactivated": lambda tx, _, ann: accounts.set_active(tx, ann, LATER, is_active=True),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_key_ends_with_what_it_hangs_on_and_does_not_come_back_with_it(db: Database, ending: str) -> None:
    async with db.write() as tx:
        ann, bob = await a_member(tx), await a_member(tx, "bob")
        share = await a_secured_share(tx, ann.id, bob.id)
        key, other = [await feed_keys.add(tx, share.id, account.id, NOON) for account in (ann, bob)]
    async with db.write() as tx:
        await ENDINGS[ending](tx, share, ann.id)
        ended = await shares.find(tx, share.id)
        await BEGINNINGS[ending](tx, share, ann.id)
        back = await shares.find(tx, share.id)
    assert ended.key(key.id) == back.key(key.id) == replace(key, revoked_at=LATER)
    assert standing(ended, key) is standing(back, key) is Standing.REPLACED
    assert standing(back, other) is (Standing.REPLACED if ending == "keys no longer allowed" else Standing.LIVE)


async def test_keys_of_a_removed_account_are_over_and_its_use_is_forgotten(db: Database) -> None:
    """P04, and T3: who asks with the link of one is told that it is over, not that it never was."""
    async with db.write() as tx:
        ann = await a_member(tx)
        share = await a_secured_share(tx, ann.id)
        key = await feed_keys.add(tx, share.id, ann.id, NOON)
        fetched = DayUsage(reader_id=key.id, day=NOON.date(), family=AppFamily.GOOGLE, count=1, last_at=NOON)
        await usage.add(tx, [(share.id, fetched)])
        await accounts.remove(tx, ann, LATER)
        after = await shares.find(tx, share.id)
        assert after.keys == (replace(key, account_id=None, revoked_at=LATER),)
        assert await tx.scalar(select(func.count()).select_from(usage_table)) == 0
    assert standing(after, key) is Standing.REPLACED


async def test_a_new_link_ends_the_old_links_of_keys_too(db: Database) -> None:
    async with db.write() as tx:
        ann = await a_member(tx)
        share = await a_secured_share(tx, ann.id)
        key = await feed_keys.add(tx, share.id, ann.id, NOON)
        after = await shares.rotate(tx, share.id, LATER)
    old = FeedLink(share_id=share.id, serial=1, recipient_id=key.id)
    found = standing_of(after, old, LAST, retention=timedelta(days=90))
    assert found is not None
    assert found.standing is Standing.REPLACED
    assert standing(after, key) is Standing.LIVE


async def test_who_may_not_have_a_key_gets_none(db: Database) -> None:
    async with db.write() as tx:
        ann, bob, eve = [await a_member(tx, login) for login in ("ann", "bob", "eve")]
        calendar = await a_calendar(tx)
        open_to_all = await a_share_of(tx, calendar)
        without = await a_share_of(tx, calendar, kind=ShareKind.SECURED, account_ids=[ann.id])
        removed, share = await a_secured_share(tx, ann.id), await a_secured_share(tx, ann.id, eve.id)
        await shares.set_state(tx, removed.id, ShareState.REMOVED, NOON)
        await accounts.set_active(tx, eve.id, NOON, is_active=False)
    for share_id, account_id in (
        (open_to_all.id, ann.id),
        (without.id, ann.id),
        (removed.id, ann.id),
        (share.id, bob.id),
        (share.id, eve.id),
        (share.id, "absent"),
    ):
        async with db.write() as tx:
            with pytest.raises(Conflict):
                await feed_keys.add(tx, share_id, account_id, LATER)
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await feed_keys.add(tx, "absent", ann.id, LATER)


async def test_nobody_makes_keys_without_end(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_keys, "MAX_KEYS", 2)
    async with db.write() as tx:
        ann, bob = await a_member(tx), await a_member(tx, "bob")
        share = await a_secured_share(tx, ann.id, bob.id)
        first, _ = [await feed_keys.add(tx, share.id, ann.id, NOON) for _ in range(2)]
        await feed_keys.revoke(tx, share.id, first.id, NOON)
        with pytest.raises(Conflict):
            await feed_keys.add(tx, share.id, ann.id, NOON)
        await feed_keys.add(tx, share.id, bob.id, NOON)


async def test_embedding_is_kept_and_changes_nothing_that_subscribers_see(db: Database) -> None:
    async with db.write() as tx:
        share = await a_share_of(tx, await a_calendar(tx))
        embedding = {"embed_hosts": ("https://example.org",), "embed_view": EmbedView.WEEK, "embed_color": "#112233"}
        wanted = replace(share, **embedding)  # type: ignore[arg-type]
        assert await shares.edit(tx, wanted, LATER) == wanted
        renamed = await shares.edit(tx, replace(wanted, name="New"), LATER)
        assert (renamed.embed_hosts, renamed.revision) == (("https://example.org",), share.revision + 1)


async def test_no_key_outlives_an_account_that_is_deactivated_at_the_same_moment(db: Database) -> None:
    """Whichever comes first, and without waiting for each other for ever."""
    async with db.write() as tx:
        people = [await a_member(tx, f"ann{number}") for number in range(8)]
        share = await a_secured_share(tx, *(one.id for one in people))

    async def make(account_id: str) -> None:
        with suppress(Conflict):
            async with db.write() as tx:
                await feed_keys.add(tx, share.id, account_id, NOON)

    async def deactivate(account_id: str) -> None:
        async with db.write() as tx:
            await accounts.set_active(tx, account_id, NOON, is_active=False)

    await asyncio.gather(*(act(one.id) for one in people for act in (make, deactivate)))
    async with db.read() as tx:
        assert all(key.revoked_at for key in (await shares.find(tx, share.id)).keys)
