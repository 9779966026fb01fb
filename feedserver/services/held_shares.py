"""Held shares: what is shared with an account, as its owner sees it, and the feed keys that they make.

What the history says of a share (`AuditEntry.action`): "key made", "key ended".
"""

from __future__ import annotations

from dataclasses import dataclass

from feedserver.model.account import Account
from feedserver.model.actor import Actor
from feedserver.model.clock import Clock
from feedserver.model.collection import Collection
from feedserver.model.errors import NotFound
from feedserver.model.share import FeedKey, Share, Standing
from feedserver.model.share_listing import ShareQuery, ShareSort
from feedserver.model.usage import LastFetch
from feedserver.services.links import Links, ShareLink
from feedserver.services.share_listing import MAX_PER_PAGE, ShareListing
from feedserver.services.share_unit import ShareUnit
from feedserver.services.usage import UsageService
from feedserver.storage import feed_keys, share_rows
from feedserver.storage.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A feed key that works."""

    key: FeedKey
    link: ShareLink
    devices: tuple[LastFetch, ...]
    """What fetches with it, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShare:
    """A share with somebody who may open it."""

    share: Share
    """Without its recipients, grants and keys."""
    standing: Standing
    calendars: tuple[Collection, ...]
    link: ShareLink
    devices: tuple[LastFetch, ...]
    """What fetches with their login, the newest first: one for each kind of app."""
    keys: tuple[HeldKey, ...]
    """Oldest first."""


class HeldShares:
    """What is shared with people, and their feed keys."""

    def __init__(self, db: Database, *, links: Links, listing: ShareListing, usage: UsageService, clock: Clock) -> None:
        self._db = db
        self._links = links
        self._listing = listing
        self._usage = usage
        self._clock = clock

    async def list_of(self, account: Account) -> list[HeldShare]:
        """What `account` may open, and what is paused, over or not begun; live ones first, then by name; at most 500.

        What was removed, or is no longer shared with it, is absent.
        """
        page = await self._listing.page(ShareQuery(account_id=account.id, sort=ShareSort.STATE, per_page=MAX_PER_PAGE))
        async with self._db.read() as tx:
            keys = await feed_keys.of_account(tx, account.id)
        readers = [account.id, *(key.id for its_keys in keys.values() for key in its_keys)]
        devices = await self._usage.devices(readers, [row.share.id for row in page.rows])
        return [
            HeldShare(
                share=row.share,
                standing=row.standing,
                calendars=row.calendars,
                link=self._links.of_recipient(row.share, None),
                devices=devices.get((row.share.id, account.id), ()),
                keys=tuple(
                    HeldKey(
                        key=key,
                        link=self._links.of_key(row.share, key),
                        devices=devices.get((row.share.id, key.id), ()),
                    )
                    for key in keys.get(row.share.id, ())
                ),
            )
            for row in page.rows
        ]

    async def find(self, share_id: str, account: Account) -> HeldShare:
        """One of them. Raises NotFound, whatever the cause (threat A16)."""
        found = next((held for held in await self.list_of(account) if held.share.id == share_id), None)
        if found is None:
            raise NotFound("There is no such page.")
        return found

    async def make_key(self, share_id: str, account: Account, *, by: Actor) -> FeedKey:
        """A new feed key.

        Raises NotFound for what is not shared with the account, and Conflict when the share allows no keys (any more)
        or the account has made too many.
        """
        held = await self.find(share_id, account)
        async with self._db.write() as tx:
            unit = ShareUnit(tx=tx, now=self._clock.now(), by=by, mailing=None)
            key = await feed_keys.add(tx, share_id, account.id, unit.now)
            await unit.note(held.share, "key made")
            return key

    async def end_key(self, share_id: str, key_id: str, account: Account, *, by: Actor) -> None:
        """End a key for good; one that has ended stays so. Raises NotFound for one that is not the account's."""
        async with self._db.write() as tx:
            unit = ShareUnit(tx=tx, now=self._clock.now(), by=by, mailing=None)
            share = await share_rows.lock(tx, share_id)
            key = share.key(key_id)
            if key is None or key.account_id != account.id:
                raise NotFound("There is no such page.")
            if key.revoked_at is None:
                await feed_keys.revoke(tx, share_id, key_id, unit.now)
                await unit.note(share, "key ended")
