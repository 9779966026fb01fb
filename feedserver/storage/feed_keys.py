"""Feed keys: members' own signed links to secured shares.

Whatever ends a key ends it for good: a link that somebody was told is over does not open again. Its moments are logical
as those of a share are: the tombstone must be newer than the feed before it.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from feedserver.model.errors import Conflict, NotFound
from feedserver.model.share import FeedKey, Share, ShareKind, ShareState
from feedserver.storage import share_rows
from feedserver.storage.engine import Tx
from feedserver.storage.tables import accounts, feed_keys

MAX_KEYS = 100
"""Of one account in one share, revoked ones too: each is kept for as long as the share."""


async def add(tx: Tx, share_id: str, account_id: str, now: datetime) -> FeedKey:
    """A new key of that member.

    Raises NotFound, and Conflict: the share was removed or allows no keys, the account is no active member, or has made
    too many.
    """
    # Before the share, as whoever deactivates it does, and held: no key is made while its account ends.
    holder = select(accounts.c.is_active).where(accounts.c.id == account_id).with_for_update(read=True)
    is_active = bool(await tx.scalar(holder))
    share = await share_rows.lock(tx, share_id)
    grant = share.grant(account_id)
    if not is_active or grant is None or grant.withdrawn_at:
        raise Conflict("This calendar is not shared with you any more.")
    if share.kind is not ShareKind.SECURED or share.state is ShareState.REMOVED or not share.allows_keys:
        raise Conflict("This share allows no links of one's own.")
    held: int | None = await tx.scalar(select(func.count()).where(*_of(share_id, account_id)))
    if (held or 0) >= MAX_KEYS:
        raise Conflict("You have made {max} links of your own to this calendar; use one of these.", max=MAX_KEYS)
    key = FeedKey(id=secrets.token_hex(16), account_id=account_id, created_at=now)
    values = {"id": key.id, "share_id": share_id, "account_id": account_id, "created_at": now}
    await tx.execute(insert(feed_keys).values(values))
    return key


def _of(share_id: str, account_id: str) -> tuple[ColumnElement[bool], ...]:
    return feed_keys.c.share_id == share_id, feed_keys.c.account_id == account_id


async def of_account(tx: Tx, account_id: str, *, limit: int = 10_000) -> dict[str, list[FeedKey]]:
    """The account's keys that are not revoked, oldest first, by the ids of their shares."""
    c = feed_keys.c
    wanted = select(feed_keys).where(c.account_id == account_id, c.revoked_at.is_(None))
    keys: defaultdict[str, list[FeedKey]] = defaultdict(list)
    for row in (await tx.execute(wanted.order_by(c.created_at, c.id).limit(limit))).mappings():
        values: dict[str, Any] = dict(row)
        keys[values.pop("share_id")].append(FeedKey(**values))
    return dict(keys)


async def revoke(tx: Tx, share_id: str, key_id: str, now: datetime) -> None:
    """Ends that key; one that ended before stays as it is. Raises NotFound."""
    share = await share_rows.lock(tx, share_id)
    if share.key(key_id) is None:
        raise NotFound("There is no such link of your own.")
    await _end(tx, await share_rows.moment_for(tx, share, now, ()), feed_keys.c.id == key_id)


async def end_of_share(tx: Tx, share: Share, moment: datetime, *, account_id: str | None = None) -> None:
    """Ends the keys of the share, or those of one member, at that logical moment."""
    whose = [feed_keys.c.account_id == account_id] if account_id else []
    await _end(tx, moment, feed_keys.c.share_id == share.id, *whose)


async def end_of_account(tx: Tx, account_id: str, now: datetime) -> None:
    """Ends all keys of that account."""
    if share_ids := await shares_of(tx, account_id):
        await end_at(tx, account_id, await share_rows.moment_for_all(tx, share_ids, now))


async def end_at(tx: Tx, account_id: str, moment: datetime) -> None:
    """As `end_of_account`, when the moment past everything that these shares carried is known."""
    await _end(tx, moment, feed_keys.c.account_id == account_id)


async def shares_of(tx: Tx, account_id: str) -> set[str]:
    """Ids of the shares to which that account has a key that is not revoked."""
    c = feed_keys.c
    return set(await tx.scalars(select(c.share_id).where(c.account_id == account_id, c.revoked_at.is_(None))))


async def _end(tx: Tx, moment: datetime, *whose: ColumnElement[bool]) -> None:
    await tx.execute(update(feed_keys).where(*whose, feed_keys.c.revoked_at.is_(None)).values(revoked_at=moment))
