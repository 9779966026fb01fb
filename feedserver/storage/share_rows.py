"""Shares as rows: five statements load a batch of them, a few raise the stamps of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select, update

from feedserver.model.errors import NotFound
from feedserver.model.share import Grant, Recipient, Share, ShareEntry, ShareFilter
from feedserver.storage.engine import Tx
from feedserver.storage.rows import batches
from feedserver.storage.stamps import next_moment
from feedserver.storage.tables import accounts, collections, grants, recipients, share_entries, shares

BATCH = 500
FILTER_COLUMNS = ("categories_in", "categories_out", "words", "days_back", "days_ahead")
_PLAIN = tuple(column.name for column in shares.c if column.name not in FILTER_COLUMNS)


async def load(tx: Tx, rows: Sequence[RowMapping]) -> list[Share]:
    """The shares of these rows (at most BATCH), in their order, whole."""
    ids = [row["id"] for row in rows]
    entries = await _grouped(tx, _entries_of(ids))
    its_recipients = await _grouped(tx, _recipients_of(ids))
    its_grants = await _grouped(tx, _grants_of(ids))
    paused = set(await tx.scalars(_with_inactive_owner(ids)))
    return [
        Share(
            **{name: row[name] for name in _PLAIN},
            filter=ShareFilter(**{name: row[name] for name in FILTER_COLUMNS}),
            entries=tuple(ShareEntry(**values) for values in entries[row["id"]]),
            recipients=tuple(Recipient(**values) for values in its_recipients[row["id"]]),
            grants=tuple(Grant(**values) for values in its_grants[row["id"]]),
            is_owner_active=row["id"] not in paused,
        )
        for row in rows
    ]


async def _grouped(tx: Tx, statement: Select[Any]) -> defaultdict[str, list[dict[str, Any]]]:
    """Rows by their first column, without it."""
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in (await tx.execute(statement)).mappings():
        values = dict(row)
        groups[values.pop("share_id")].append(values)
    return groups


def _entries_of(ids: Sequence[str]) -> Select[Any]:
    c = share_entries.c
    return select(c.share_id, c.collection_id, c.level).where(c.share_id.in_(ids)).order_by(c.share_id, c.position)


def _recipients_of(ids: Sequence[str]) -> Select[Any]:
    return select(recipients).where(recipients.c.share_id.in_(ids)).order_by(recipients.c.created_at, recipients.c.id)


def _grants_of(ids: Sequence[str]) -> Select[Any]:
    return select(grants).where(grants.c.share_id.in_(ids)).order_by(grants.c.granted_at, grants.c.account_id)


def _with_inactive_owner(ids: Sequence[str]) -> Select[tuple[str]]:
    return (
        select(share_entries.c.share_id)
        .join(collections, collections.c.id == share_entries.c.collection_id)
        .join(accounts, accounts.c.id == collections.c.owner_id)
        .where(share_entries.c.share_id.in_(ids), accounts.c.is_active.is_(False))
    )


async def lock(tx: Tx, share_id: str) -> Share:
    """The share as it is now, held by this write unit. Raises NotFound.

    Locks are taken in one order, all shares before any collection and each kind by id, so that two write units never
    wait for each other. SQLite drops FOR UPDATE in silence, and needs none: there is one write unit at a time.
    """
    held = select(shares).where(shares.c.id == share_id).with_for_update(key_share=True)
    row = (await tx.execute(held)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no share {share_id}.")
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


async def restamp(tx: Tx, share_ids: Collection[str], now: datetime) -> datetime:
    """Raises the stamps of all these shares; the moment, which is common to them."""
    moments: list[datetime | None] = []
    for some in batches(sorted(share_ids)):
        c = shares.c
        held = select(c.stamp_at, c.state_at, c.rotated_at).where(c.id.in_(some)).order_by(c.id)
        for row in await tx.execute(held.with_for_update(key_share=True)):
            moments += row
    shown: set[str] = set()
    for some in batches(sorted(share_ids)):
        shown |= set(await tx.scalars(select(share_entries.c.collection_id).where(share_entries.c.share_id.in_(some))))
    moment = next_moment(now, *moments, *await newest_moments(tx, shown))
    await update_all(tx, share_ids, stamp_at=moment, revision=shares.c.revision + 1)
    return moment


async def update_all(tx: Tx, share_ids: Collection[str], **values: Any) -> None:
    """Sets these columns of all these shares."""
    for some in batches(sorted(share_ids)):
        await tx.execute(update(shares).where(shares.c.id.in_(some)).values(**values))


async def change(tx: Tx, share_id: str, **values: Any) -> Share:
    """The share with these columns set."""
    statement = update(shares).where(shares.c.id == share_id).values(**values).returning(shares)
    return (await load(tx, [(await tx.execute(statement)).mappings().one()]))[0]
