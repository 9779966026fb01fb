"""Collections: calendars, their settings, and the number that orders their changes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, insert, select, update

from feedserver.model.collection import Collection
from feedserver.model.errors import AmbiguousName, NotFound
from feedserver.storage import shares
from feedserver.storage.engine import Tx
from feedserver.storage.stamps import first_moment, next_moment
from feedserver.storage.tables import collections, objects, share_entries
from feedserver.storage.tables import shares as share_table

_SETTINGS = ("name", "owner_id", "timezone", "color", "description")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStamp:
    """What everything changed by one write unit carries."""

    seq: int
    stamp_at: datetime
    """Logical: whole seconds, strictly after whatever a feed with this collection ever carried."""
    now: datetime
    """The wall clock's moment."""


async def add(
    tx: Tx,
    *,
    name: str,
    timezone: str,
    now: datetime,
    owner_id: str | None = None,
    color: str | None = None,
    description: str = "",
) -> Collection:
    """A new empty collection. Raises Conflict when there is no such owner."""
    moment = next_moment(now)
    values = {
        "id": secrets.token_hex(16),
        "name": name,
        "owner_id": owner_id,
        "timezone": timezone,
        "color": color,
        "description": description,
        "seq": 0,
        "stamp_at": moment,
        "settings_at": moment,
        "deleted_at": None,
        "created_at": now,
    }
    row = (await tx.execute(insert(collections).values(values).returning(collections))).mappings().one()
    return Collection(**row)


async def by_id(tx: Tx, collection_id: str) -> Collection | None:
    """The collection of that id."""
    row = (await tx.execute(select(collections).where(collections.c.id == collection_id))).mappings().one_or_none()
    return Collection(**row) if row else None


async def names(tx: Tx, collection_ids: Iterable[str]) -> dict[str, str]:
    """The names of these collections (a few) by id; what is gone is absent."""
    c = collections.c
    rows = await tx.execute(select(c.id, c.name).where(c.id.in_(sorted(collection_ids))))
    return {row.id: row.name for row in rows}


async def find(tx: Tx, name_or_id: str) -> Collection:
    """The collection of that id, or the only one of that name. Raises NotFound, AmbiguousName."""
    if found := await by_id(tx, name_or_id):
        return found
    named = select(collections).where(collections.c.name == name_or_id).order_by(collections.c.id).limit(100)
    candidates = [Collection(**row) for row in (await tx.execute(named)).mappings()]
    if not candidates:
        raise NotFound("There is no calendar named {name}.", name=name_or_id)
    if len(candidates) > 1:
        raise AmbiguousName(
            "Several calendars are named {name}; name one by its id.",
            tuple((candidate.id, candidate.name) for candidate in candidates),
            name=name_or_id,
        )
    return candidates[0]


async def list_all(tx: Tx, *, owner_id: str | None = None, limit: int = 10_000) -> list[Collection]:
    """Collections with their `object_count`, sorted by name, then id; only that owner's when one is given."""
    count = select(func.count()).where(objects.c.collection_id == collections.c.id).scalar_subquery()
    listing = select(collections, count.label("object_count")).order_by(collections.c.name, collections.c.id)
    if owner_id is not None:
        listing = listing.where(collections.c.owner_id == owner_id)
    return [Collection(**row) for row in (await tx.execute(listing.limit(limit))).mappings()]


async def edit(tx: Tx, collection: Collection, now: datetime) -> Collection:
    """Writes the name, owner, zone, colour and description that `collection` carries; the rest stays as it is.

    Who changes the zone renders the objects anew. Raises NotFound.
    """
    kept = await _locked(tx, collection.id)
    values = {name: getattr(collection, name) for name in _SETTINGS}
    if all(getattr(kept, name) == value for name, value in values.items()):
        return kept
    values["settings_at"] = await _next_moment(tx, kept, now)
    return await _update(tx, collection.id, **values)


async def raise_sequence(tx: Tx, collection_id: str, now: datetime) -> WriteStamp:
    """The stamp of this write unit; other writers of the collection wait until it ends. Raises NotFound."""
    kept = await _locked(tx, collection_id)
    raised = await _update(tx, collection_id, seq=kept.seq + 1, stamp_at=await _next_moment(tx, kept, now))
    return WriteStamp(seq=raised.seq, stamp_at=raised.stamp_at, now=now)


async def remove(tx: Tx, collection_id: str, now: datetime) -> None:
    """Deletes the collection with its objects; a share that shows nothing else is removed with it. Raises NotFound."""
    await shares.lose_collection(tx, collection_id, now)
    await _locked(tx, collection_id)
    await tx.execute(delete(collections).where(collections.c.id == collection_id))


async def _locked(tx: Tx, collection_id: str) -> Collection:
    """The collection as it is now, held by this write unit (on SQLite every unit holds everything)."""
    held = select(collections).where(collections.c.id == collection_id).with_for_update(key_share=True)
    row = (await tx.execute(held)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such calendar.")
    return Collection(**row)


async def _next_moment(tx: Tx, collection: Collection, now: datetime) -> datetime:
    """A calendar that is in no share was in no feed: a large import does not run ahead of the clock."""
    of_shares: datetime | None = await tx.scalar(_newest_share_stamp(collection.id))
    if of_shares is None:
        return first_moment(now, collection.stamp_at, collection.settings_at)
    return next_moment(now, collection.stamp_at, collection.settings_at, of_shares)


def _newest_share_stamp(collection_id: str) -> Select[tuple[datetime]]:
    return (
        select(func.max(share_table.c.stamp_at, type_=share_table.c.stamp_at.type))
        .join(share_entries, share_entries.c.share_id == share_table.c.id)
        .where(share_entries.c.collection_id == collection_id)
    )


async def _update(tx: Tx, collection_id: str, **values: object) -> Collection:
    change = update(collections).where(collections.c.id == collection_id).values(**values)
    return Collection(**(await tx.execute(change.returning(collections))).mappings().one())
