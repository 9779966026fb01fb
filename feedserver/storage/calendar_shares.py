"""In which shares calendars are."""

from __future__ import annotations

from sqlalchemy import func, select

from feedserver.model.share import ShareState
from feedserver.storage.engine import Tx
from feedserver.storage.tables import share_entries, shares

_STANDING = shares.c.state != ShareState.REMOVED


async def counts(tx: Tx) -> dict[str, int]:
    """Collection id -> how many shares show it, removed ones aside; collections in no share are absent."""
    e = share_entries.c
    listing = select(e.collection_id, func.count()).join(shares, shares.c.id == e.share_id).where(_STANDING)
    return dict((await tx.execute(listing.group_by(e.collection_id))).all())


async def holding(tx: Tx, collection_id: str, *, limit: int = 10_000) -> list[tuple[str, str, bool]]:
    """(id, name, whether it shows nothing else) of the shares that show this collection, removed ones aside.

    Sorted by name, then id.
    """
    e, other = share_entries.c, share_entries.alias().c
    shows_more = select(other.share_id).where(other.share_id == shares.c.id, other.collection_id != collection_id)
    listing = (
        select(shares.c.id, shares.c.name, ~shows_more.exists())
        .join(share_entries, e.share_id == shares.c.id)
        .where(e.collection_id == collection_id, _STANDING)
        .order_by(func.lower(shares.c.name), shares.c.id)
        .limit(limit)
    )
    return [(id_, name, bool(is_only)) for id_, name, is_only in await tx.execute(listing)]
