"""Shares as rows: four statements load a batch of them (five, secured ones), a few raise the stamps of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, RowMapping, Select, select, update

from feedserver.model.collection import Collection
from feedserver.model.errors import NotFound
from feedserver.model.share import FeedKey, Grant, Recipient, Share, ShareEntry, ShareFilter, ShareKind
from feedserver.storage.engine import Tx
from feedserver.storage.rows import batches
from feedserver.storage.stamps import next_moment
from feedserver.storage.tables import accounts, collections, feed_keys, grants, recipients, share_entries, shares

BATCH = 500
FILTER_COLUMNS = ("categories_in", "categories_out", "words", "days_back", "days_ahead")
_SHOWN = tuple(column.name for column in collections.c)
_Rows = list[dict[str, Any]]
_OF_THE_ADMIN = ("form_key", "state_before")
"""What decides nothing that a share answers."""
PLAIN_COLUMNS = tuple(column.name for column in shares.c if column.name not in (*FILTER_COLUMNS, *_OF_THE_ADMIN))


async def load(tx: Tx, rows: Sequence[RowMapping]) -> list[Share]:
    """The shares of these rows (at most BATCH), in their order, whole."""
    return [share for share, _ in await _load(tx, rows)]


async def load_with_collections(tx: Tx, row: RowMapping) -> tuple[Share, tuple[Collection, ...]]:
    """The share of this row and its collections, in the order of its entries."""
    ((share, entries),) = await _load(tx, [row], shown=tuple(collections.c))
    return share, tuple(Collection(**{name: entry[name] for name in _SHOWN}) for entry in entries)


async def _load(tx: Tx, rows: Sequence[RowMapping], *, shown: Sequence[Column[Any]] = ()) -> list[tuple[Share, _Rows]]:
    """Each share with the rows of its entries, which carry the columns `shown` of their collections."""
    ids = [row["id"] for row in rows]
    entries = await _grouped(tx, _entries_of(ids, shown))
    its_recipients = await _grouped(tx, _recipients_of(ids))
    its_grants = await _grouped(tx, _grants_of(ids))
    secured = [row["id"] for row in rows if row["kind"] is ShareKind.SECURED]
    its_keys = await _grouped(tx, _keys_of(secured)) if secured else defaultdict(list)
    return [
        (_share_of(row, entries[id_], its_recipients[id_], its_grants[id_], its_keys[id_]), entries[id_])
        for id_, row in zip(ids, rows, strict=True)
    ]


def _share_of(row: RowMapping, entries: _Rows, its_recipients: _Rows, its_grants: _Rows, its_keys: _Rows) -> Share:
    return Share(
        **{name: row[name] for name in PLAIN_COLUMNS},
        filter=ShareFilter(**{name: row[name] for name in FILTER_COLUMNS}),
        entries=tuple(ShareEntry(collection_id=entry["collection_id"], level=entry["level"]) for entry in entries),
        recipients=tuple(Recipient(**values) for values in its_recipients),
        grants=tuple(Grant(**values) for values in its_grants),
        keys=tuple(FeedKey(**values) for values in its_keys),
        is_owner_active=all(entry["is_owner_active"] is not False for entry in entries),
    )


async def _grouped(tx: Tx, statement: Select[Any]) -> defaultdict[str, _Rows]:
    """Rows by their first column, without it."""
    groups: defaultdict[str, _Rows] = defaultdict(list)
    for row in (await tx.execute(statement)).mappings():
        values = dict(row)
        groups[values.pop("share_id")].append(values)
    return groups


def _entries_of(ids: Sequence[str], shown: Sequence[Column[Any]]) -> Select[Any]:
    """An entry without an owner has None for `is_owner_active`."""
    e = share_entries.c
    return (
        select(e.share_id, e.collection_id, e.level, accounts.c.is_active.label("is_owner_active"), *shown)
        .join(collections, collections.c.id == e.collection_id)
        .outerjoin(accounts, accounts.c.id == collections.c.owner_id)
        .where(e.share_id.in_(ids))
        .order_by(e.share_id, e.position)
    )


def _recipients_of(ids: Sequence[str]) -> Select[Any]:
    return select(recipients).where(recipients.c.share_id.in_(ids)).order_by(recipients.c.created_at, recipients.c.id)


def _grants_of(ids: Sequence[str]) -> Select[Any]:
    return select(grants).where(grants.c.share_id.in_(ids)).order_by(grants.c.granted_at, grants.c.account_id)


def _keys_of(ids: Sequence[str]) -> Select[Any]:
    return select(feed_keys).where(feed_keys.c.share_id.in_(ids)).order_by(feed_keys.c.created_at, feed_keys.c.id)


async def lock(tx: Tx, share_id: str) -> Share:
    """The share as it is now, held by this write unit. Raises NotFound.

    Locks are taken in one order, all shares before any collection and each kind by id, so that two write units never
    wait for each other. SQLite drops FOR UPDATE in silence, and needs none: there is one write unit at a time.
    """
    held = select(shares).where(shares.c.id == share_id).with_for_update(key_share=True)
    row = (await tx.execute(held)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such share.")
    return (await load(tx, [row]))[0]


async def moment_for(tx: Tx, share: Share, now: datetime, collection_ids: Iterable[str]) -> datetime:
    """Strictly after every moment that a feed of `share`, or its tombstone, ever carried."""
    ids = {*collection_ids, *(entry.collection_id for entry in share.entries)}
    return next_moment(now, share.stamp_at, share.state_at, share.rotated_at, *await newest_moments(tx, ids))


async def newest_moments(tx: Tx, collection_ids: Iterable[str]) -> tuple[datetime | None, datetime | None]:
    """The newest stamps of these collections, for objects and for settings.

    Their writers wait until this write unit ends: their stamps must come after what is made of these.
    """
    held = select(collections.c.stamp_at, collections.c.settings_at).where(collections.c.id.in_(sorted(collection_ids)))
    rows = (await tx.execute(held.order_by(collections.c.id).with_for_update(key_share=True))).all()
    return max((stamp_at for stamp_at, _ in rows), default=None), max((at for _, at in rows), default=None)


async def restamp(tx: Tx, share_ids: Iterable[str], now: datetime) -> datetime:
    """Raises the stamps of all these shares; the moment, which is common to them."""
    ids = sorted(share_ids)
    moment = await moment_for_all(tx, ids, now)
    await update_all(tx, ids, stamp_at=moment, revision=shares.c.revision + 1)
    return moment


async def moment_for_all(tx: Tx, share_ids: Iterable[str], now: datetime) -> datetime:
    """As `moment_for`, for all of these shares, which are held by this write unit."""
    moments: list[datetime | None] = []
    ids = sorted(share_ids)
    for some in batches(ids):
        c = shares.c
        held = select(c.stamp_at, c.state_at, c.rotated_at).where(c.id.in_(some)).order_by(c.id)
        for row in await tx.execute(held.with_for_update(key_share=True)):
            moments += row
    shown: set[str] = set()
    for some in batches(ids):
        shown |= set(await tx.scalars(select(share_entries.c.collection_id).where(share_entries.c.share_id.in_(some))))
    return next_moment(now, *moments, *await newest_moments(tx, shown))


async def update_all(tx: Tx, share_ids: Iterable[str], **values: Any) -> None:
    """Sets these columns of all these shares."""
    for some in batches(sorted(share_ids)):
        await tx.execute(update(shares).where(shares.c.id.in_(some)).values(**values))


async def change(tx: Tx, share_id: str, **values: Any) -> Share:
    """The share with these columns set."""
    statement = update(shares).where(shares.c.id == share_id).values(**values).returning(shares)
    return (await load(tx, [(await tx.execute(statement)).mappings().one()]))[0]
