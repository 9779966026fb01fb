"""Usage: how often feeds are fetched, by day and kind of app, and when each was fetched last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from feedserver.model.usage import AppFamily, DayUsage, LastFetch
from feedserver.storage.engine import Tx
from feedserver.storage.rows import batches
from feedserver.storage.tables import last_fetches, shares, usage

_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def add(tx: Tx, counted: Iterable[tuple[str, DayUsage]]) -> None:
    """Add to what was counted before: pairs of share id and usage, at most one per share, reader, day and family.

    Shares that are not there are left out: a backup may have been restored meanwhile.
    """
    known = await _known(tx, {share_id for share_id, _ in counted})
    # In one order, so that two nodes that count the same feeds wait for each other and never for ever.
    rows = sorted((_row_of(share_id, one) for share_id, one in counted if share_id in known), key=_key_of)
    if rows:
        await tx.execute(_adding(tx), rows)
    if fetches := _last_fetches(rows):
        await tx.execute(_replacing(tx), fetches)


async def _known(tx: Tx, share_ids: set[str]) -> set[str]:
    found: set[str] = set()
    for some in batches(sorted(share_ids)):
        found |= set(await tx.scalars(select(shares.c.id).where(shares.c.id.in_(some))))
    return found


def _row_of(share_id: str, one: DayUsage) -> dict[str, Any]:
    return {
        "share_id": share_id,
        "reader_id": one.reader_id,
        "day": one.day.isoformat(),
        "family": one.family,
        "count": one.count,
        "last_at": one.last_at,
    }


def _key_of(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["share_id"], row["reader_id"], row["day"], row["family"])


def _adding(tx: Tx) -> Any:
    insert = _INSERT[tx.dialect.name](usage)
    return insert.on_conflict_do_update(
        index_elements=[*usage.primary_key],
        set_={"count": usage.c.count + insert.excluded["count"], "last_at": _later(tx, "last_at", usage, insert)},
    )


def _later(tx: Tx, column: str, table: Table, insert: Any) -> Any:
    """The later of what is there and what comes: clocks of nodes differ."""
    greatest = func.max if tx.dialect.name == "sqlite" else func.greatest
    return greatest(table.c[column], insert.excluded[column])


def _last_fetches(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest of each share, link previews aside (threat U27)."""
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["family"] is not AppFamily.BOT:
            kept = newest.get(row["share_id"])
            if kept is None or kept["at"] < row["last_at"]:
                newest[row["share_id"]] = {"share_id": row["share_id"], "at": row["last_at"], "family": row["family"]}
    return list(newest.values())


def _replacing(tx: Tx) -> Any:
    insert = _INSERT[tx.dialect.name](last_fetches)
    return insert.on_conflict_do_update(
        index_elements=[last_fetches.c.share_id],
        set_={"at": insert.excluded.at, "family": insert.excluded.family},
        where=last_fetches.c.at < insert.excluded.at,
    )


async def of_share(tx: Tx, share_id: str, *, since: date, limit: int = 50_000) -> list[DayUsage]:
    """What was counted from that day on; newest day first, then by reader and family."""
    wanted = select(usage).where(usage.c.share_id == share_id, usage.c.day >= since.isoformat())
    rows = await tx.execute(wanted.order_by(usage.c.day.desc(), usage.c.reader_id, usage.c.family).limit(limit))
    return [
        DayUsage(
            reader_id=row["reader_id"],
            day=date.fromisoformat(row["day"]),
            family=row["family"],
            count=row["count"],
            last_at=row["last_at"],
        )
        for row in rows.mappings()
    ]


async def last_of(tx: Tx, share_ids: Iterable[str]) -> dict[str, LastFetch]:
    """By share, when it was fetched last; shares that never were are absent."""
    found: dict[str, LastFetch] = {}
    for some in batches(sorted(set(share_ids))):
        rows = await tx.execute(select(last_fetches).where(last_fetches.c.share_id.in_(some)))
        found |= {row["share_id"]: LastFetch(at=row["at"], family=row["family"]) for row in rows.mappings()}
    return found


async def devices(
    tx: Tx, reader_ids: Sequence[str], share_ids: Sequence[str]
) -> dict[tuple[str, str], dict[AppFamily, datetime]]:
    """By share (at most a batch of them) and reader, when each family fetched last."""
    c = usage.c
    newest = select(c.share_id, c.reader_id, c.family, func.max(c.last_at).label("at"))
    found: dict[tuple[str, str], dict[AppFamily, datetime]] = {}
    for some in batches(sorted(reader_ids)):
        wanted = newest.where(c.share_id.in_(share_ids), c.reader_id.in_(some))
        for row in (await tx.execute(wanted.group_by(c.share_id, c.reader_id, c.family))).mappings():
            found.setdefault((row["share_id"], row["reader_id"]), {})[row["family"]] = row["at"]
    return found


async def has_older(tx: Tx, day: date) -> bool:
    """True when something was counted before that day."""
    return bool(await tx.scalar(select(usage.c.share_id).where(usage.c.day < day.isoformat()).limit(1)))


async def remove_older(tx: Tx, day: date) -> None:
    """Forget what was counted before that day; when a share was fetched last stays (threat P03)."""
    await tx.execute(delete(usage).where(usage.c.day < day.isoformat()))
