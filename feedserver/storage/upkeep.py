"""What upkeep asks and changes across all calendars and shares at once."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select, update

from feedserver.model.share import ShareState
from feedserver.storage import share_rows
from feedserver.storage.engine import Tx
from feedserver.storage.tables import objects, shares

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def mark_due(tx: Tx, collection_id: str | None = None) -> None:
    """Every object (of one collection) counts as due for rendering: their horizon is long past.

    A mark in the rows rather than a list in memory: whoever is killed half-way has left the rest marked.
    """
    mark = update(objects).values(horizon_at=_LONG_AGO)
    if collection_id is not None:
        mark = mark.where(objects.c.collection_id == collection_id)
    await tx.execute(mark)


async def restamp_shares(tx: Tx, now: datetime) -> int:
    """Every share that is not removed counts as changed: its stamps and ETag move. How many there were.

    For what lies outside renditions: the localised words and the zone rules of a feed.
    """
    share_ids = list(await tx.scalars(select(shares.c.id).where(shares.c.state != ShareState.REMOVED)))
    if share_ids:
        await share_rows.restamp(tx, share_ids, now)
    return len(share_ids)


async def count_objects(tx: Tx, collection_id: str | None = None) -> int:
    """How many objects there are (in one collection)."""
    count = select(func.count()).select_from(objects)
    if collection_id is not None:
        count = count.where(objects.c.collection_id == collection_id)
    found: int | None = await tx.scalar(count)
    return found or 0


async def find_damage(tx: Tx) -> str:
    """What is wrong with the database's file; empty when nothing is, or when the engine looks after that itself.

    Reads the whole file. Raises StorageCorrupt when not even that can be done.
    """
    if tx.dialect.name != "sqlite":
        return ""
    found = (await tx.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
    return "" if found == "ok" else str(found)
