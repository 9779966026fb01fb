"""Calendar objects, what is asked of them without parsing, and their renditions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
    union,
    update,
)
from sqlalchemy.types import NullType, TypeEngine

from feedserver.model.calendar_object import CalendarObject, ETag, ObjectDraft, StoredRendition, Uid
from feedserver.model.share import DetailLevel, ShareFilter
from feedserver.storage.collections import WriteStamp
from feedserver.storage.engine import Tx
from feedserver.storage.object_rows import LOG, PUT_OBJECT, UPDATE_INDEX, index_values, object_row, put_renditions
from feedserver.storage.rows import Known, batches
from feedserver.storage.tables import changes, collections, objects
from feedserver.storage.tables import renditions as rendition_table
from feedserver.storage.types import Strings, UtcDateTime

BATCH = 1_000
"""Renditions in one batch; turning them into objects holds the event loop for some 3 ms."""
_DATA_BATCH = 200


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """The column as the driver gives it."""
    return type_coerce(column, NullType()).label(f"raw_{column.name}")


_RENDITION_COLUMNS = (
    rendition_table.c.name,
    rendition_table.c.uid,
    rendition_table.c.body,
    _raw(rendition_table.c.tzids),
    rendition_table.c.seq,
    _raw(rendition_table.c.stamp_at),
)
_FILTER_COLUMNS = tuple(_raw(objects.c[name]) for name in ("categories_any", "categories_all", "search_text"))
_OBJECT_COLUMNS = tuple(
    objects.c[name] for name in ("collection_id", "name", "uid", "component", "data", "etag", "seq", "modified_at")
)


async def etags_by_uid(tx: Tx, collection_id: str, uids: Iterable[Uid]) -> dict[Uid, tuple[str, ETag]]:
    """Name and ETag of those of `uids` that the collection holds."""
    found: dict[Uid, tuple[str, ETag]] = {}
    c = objects.c
    for some in batches(list(uids)):
        held = select(c.uid, c.name, c.etag).where(c.collection_id == collection_id, c.uid.in_(some))
        found |= {uid: (name, etag) for uid, name, etag in await tx.execute(held)}
    return found


async def names_taken(tx: Tx, collection_id: str, names: Iterable[str]) -> set[str]:
    """Those of `names` that the collection holds."""
    taken: set[str] = set()
    for some in batches(list(names)):
        taken |= set(await tx.scalars(_named(select(objects.c.name), collection_id, some)))
    return taken


async def store(tx: Tx, collection_id: str, stamp: WriteStamp, drafts: Sequence[ObjectDraft]) -> None:
    """Inserts the drafts, or replaces what the collection holds under their UIDs; each UID at most once.

    An object that is there keeps its name, whatever the draft's. A rendition that comes out as it was keeps its `seq`
    and `stamp_at`: a change that a level hides does not show in its feeds. Raises Conflict when a new object's name
    is taken by another UID.
    """
    names = await _names(tx, collection_id, drafts)
    await PUT_OBJECT.run(tx, (object_row(collection_id, names[draft.uid], stamp, draft) for draft in drafts))
    await put_renditions(tx, collection_id, names, stamp, drafts)
    await LOG.run(tx, ((collection_id, stamp.seq, names[draft.uid], draft.uid, "put", stamp.now) for draft in drafts))


async def _names(tx: Tx, collection_id: str, drafts: Sequence[ObjectDraft]) -> dict[Uid, str]:
    held = await etags_by_uid(tx, collection_id, [draft.uid for draft in drafts])
    return {draft.uid: held[draft.uid][0] if draft.uid in held else draft.name for draft in drafts}


async def rerender(tx: Tx, collection_id: str, stamp: WriteStamp, drafts: Sequence[ObjectDraft]) -> int:
    """Writes renditions, index and horizon of objects whose bytes did not change; how many it wrote.

    For a new renderer or a horizon that came near: ETags, sequence numbers and the change log stay. A draft whose
    object has another ETag by now, or is gone, is left out: whoever changed it rendered it.
    """
    held = await etags_by_uid(tx, collection_id, [draft.uid for draft in drafts])
    current = [draft for draft in drafts if draft.uid in held and held[draft.uid][1] == draft.etag]
    names = {draft.uid: held[draft.uid][0] for draft in current}
    if current:
        await tx.execute(UPDATE_INDEX, [index_values(collection_id, draft) for draft in current])
    await put_renditions(tx, collection_id, names, stamp, current)
    return len(current)


async def remove(tx: Tx, collection_id: str, stamp: WriteStamp, names: Iterable[str]) -> int:
    """Deletes the objects of these names; how many there were. Names that the collection does not hold are ignored."""
    removed = 0
    for some in batches(list(names)):
        gone = (await tx.execute(_named(select(objects.c.name, objects.c.uid), collection_id, some))).all()
        await LOG.run(tx, ((collection_id, stamp.seq, name, uid, "delete", stamp.now) for name, uid in gone))
        await tx.execute(
            delete(rendition_table).where(
                rendition_table.c.collection_id == collection_id,
                rendition_table.c.name.in_(some),
            )
        )
        await tx.execute(delete(objects).where(objects.c.collection_id == collection_id, objects.c.name.in_(some)))
        removed += len(gone)
    if removed:
        await tx.execute(update(collections).where(collections.c.id == collection_id).values(deleted_at=stamp.stamp_at))
    return removed


async def deleted_since(tx: Tx, collection_id: str, seq: int) -> list[tuple[str, Uid]]:
    """Name and UID of what was deleted after `seq` and is not there again, each once, sorted by name."""
    c = changes.c
    is_back = exists().where(objects.c.collection_id == collection_id, objects.c.name == c.name)
    gone = select(c.name, c.uid).where(c.collection_id == collection_id, c.seq > seq, c.kind == "delete", ~is_back)
    return [(name, uid) for name, uid in await tx.execute(gone.distinct().order_by(c.name))]


async def deleted_uids_since(tx: Tx, collection_id: str, seq: int) -> list[Uid]:
    """UIDs of what was deleted after `seq`, each once; some may be there again, perhaps under another name."""
    c = changes.c
    gone = select(c.uid).where(c.collection_id == collection_id, c.seq > seq, c.kind == "delete").distinct()
    return list(await tx.scalars(gone))


async def read_data(tx: Tx, collection_id: str, names: Iterable[str]) -> list[CalendarObject]:
    """The objects of these names, sorted by name; absent ones are left out."""
    found: list[CalendarObject] = []
    for some in batches(sorted(set(names))):
        named = _named(select(*_OBJECT_COLUMNS), collection_id, some).order_by(objects.c.name)
        found += [_object_of(row) for row in await tx.execute(named)]
    return found


async def read_all(tx: Tx, collection_id: str) -> AsyncIterator[list[CalendarObject]]:
    """Every object of the collection, sorted by name, in batches."""
    every = select(*_OBJECT_COLUMNS).where(objects.c.collection_id == collection_id).order_by(objects.c.name)
    async for batch in _streamed(tx, every, _DATA_BATCH):
        yield [_object_of(row) for row in batch]


async def due_for_render(tx: Tx, before: datetime, *, limit: int = 500) -> list[tuple[str, str]]:
    """(collection id, name) of objects whose horizon lies before that moment, the nearest first."""
    c = objects.c
    due = select(c.collection_id, c.name).where(c.horizon_at < before).order_by(c.horizon_at, c.collection_id, c.name)
    return [(collection_id, name) for collection_id, name in await tx.execute(due.limit(limit))]


async def renditions(
    tx: Tx,
    collection_id: str,
    level: DetailLevel,
    after_seq: int | None = None,
    share_filter: ShareFilter | None = None,
) -> AsyncIterator[list[StoredRendition]]:
    """What a feed shows of the collection at `level`, in batches.

    From the beginning: those with a body that the filter admits, the longest unchanged first. With `after_seq`: what
    may have changed after it, in no order; what shows nothing (any more) or is kept out by the filter has an empty
    body. Deleted objects: `deleted_since`. The window of a filter is not looked at: `in_window`.
    """
    c = rendition_table.c
    is_filtered = share_filter is not None and not share_filter.admits_all
    columns = (*_RENDITION_COLUMNS, *_FILTER_COLUMNS) if is_filtered else _RENDITION_COLUMNS
    shown = select(*columns).where(c.collection_id == collection_id, c.level == level)
    if is_filtered:
        shown = shown.join(objects, and_(objects.c.collection_id == c.collection_id, objects.c.name == c.name))
    if after_seq is None:
        shown = shown.order_by(c.seq)
    else:
        shown = shown.where(_changed_after(collection_id, level, after_seq, is_filtered=is_filtered))
    reader = _RenditionReader(tx, share_filter if is_filtered else None)
    async for batch in _streamed(tx, shown, BATCH):
        found = [reader.read(row) for row in batch]
        yield found if after_seq is not None else [rendition for rendition in found if rendition.body]


def _changed_after(collection_id: str, level: DetailLevel, seq: int, *, is_filtered: bool) -> ColumnElement[bool]:
    """With a filter also what was written without changing at this level: it may have entered or left the filter."""
    r, c = rendition_table.c, changes.c
    if not is_filtered:
        return r.seq > seq
    rendered = select(r.name).where(r.collection_id == collection_id, r.level == level, r.seq > seq)
    written = select(c.name).where(c.collection_id == collection_id, c.seq > seq, c.kind == "put")
    # Not two conditions joined by OR: SQLite would walk the whole level.
    return r.name.in_(union(rendered.correlate(None), written))


class _RenditionReader:
    """Turns rows into renditions. What repeats is read once: 10,000 rows are 10,000 times the same few moments."""

    def __init__(self, tx: Tx, share_filter: ShareFilter | None) -> None:
        self._moment = Known(_reader_of(UtcDateTime(), tx))
        self._strings = Known(_reader_of(Strings(), tx))
        self._admits = share_filter.admits if share_filter and not share_filter.admits_all else None

    def read(self, row: Any) -> StoredRendition:
        """From a row of `_RENDITION_COLUMNS`, with `_FILTER_COLUMNS` behind them when there is a filter."""
        name, uid, body, tzids, seq, stamp_at, *index = row
        if self._admits and not self._admits(*(self._strings[texts] for texts in index)):
            body = b""
        return StoredRendition(
            name=name, uid=uid, body=body, tzids=self._strings[tzids], seq=seq, stamp_at=self._moment[stamp_at]
        )


def _reader_of(kind: TypeEngine[Any], tx: Tx) -> Callable[[Any], Any]:
    reader = kind.dialect_impl(tx.dialect).result_processor(tx.dialect, None)
    assert reader is not None
    return reader


async def in_window(
    tx: Tx,
    collection_id: str,
    level: DetailLevel,
    start_at: datetime | None,
    end_at: datetime | None,
    *,
    share_filter: ShareFilter | None = None,
) -> AsyncIterator[list[tuple[CalendarObject, StoredRendition]]]:
    """Objects that may have an occurrence in `[start_at, end_at)` and show something at `level`, in batches by name.

    None is no bound. "May": the index knows the first and last moment of an object, not what lies between.
    """
    c, r = objects.c, rendition_table.c
    columns = (*_OBJECT_COLUMNS, *_RENDITION_COLUMNS, *_FILTER_COLUMNS)
    survivors = (
        select(*columns)
        .join(rendition_table, and_(r.collection_id == c.collection_id, r.name == c.name))
        .where(
            c.collection_id == collection_id,
            r.level == level,
            true() if end_at is None else or_(c.first_at.is_(None), c.first_at < end_at),
            true() if start_at is None else or_(c.last_at.is_(None), c.last_at >= start_at),
        )
        .order_by(c.name)
    )
    reader = _RenditionReader(tx, share_filter or ShareFilter())
    async for batch in _streamed(tx, survivors, _DATA_BATCH):
        pairs = ((_object_of(row), reader.read(row[len(_OBJECT_COLUMNS) :])) for row in batch)
        yield [(found, rendition) for found, rendition in pairs if rendition.body]


async def events_between(
    tx: Tx, collection_id: str, start_at: datetime, end_at: datetime
) -> AsyncIterator[list[CalendarObject]]:
    """Events that may have an occurrence in `[start_at, end_at)`, whoever may see them, in batches by name.

    "May": as for `in_window`.
    """
    c = objects.c
    survivors = select(*_OBJECT_COLUMNS).where(
        c.collection_id == collection_id,
        c.component == "VEVENT",
        or_(c.first_at.is_(None), c.first_at < end_at),
        or_(c.last_at.is_(None), c.last_at >= start_at),
    )
    async for batch in _streamed(tx, survivors.order_by(c.name), _DATA_BATCH):
        yield [_object_of(row) for row in batch]


async def last_moment(tx: Tx, collection_id: str) -> datetime | None:
    """After which no event takes place; None when some go on for ever. The year 1 when there are none."""
    c = objects.c
    events = select(func.count(), func.count(c.last_at), func.max(c.last_at, type_=c.last_at.type)).where(
        c.collection_id == collection_id, c.component == "VEVENT"
    )
    count, bounded, last_at = (await tx.execute(events)).one()
    return None if bounded < count else last_at or datetime.min.replace(tzinfo=UTC)


async def event_search_texts(tx: Tx, collection_id: str) -> AsyncIterator[list[tuple[str, tuple[str, ...]]]]:
    """Name and search text of every event, in batches by name; the text of private ones is empty."""
    c = objects.c
    every = select(c.name, c.search_text).where(c.collection_id == collection_id, c.component == "VEVENT")
    async for batch in _streamed(tx, every.order_by(c.name), BATCH):
        yield [(name, text) for name, text in batch]


def _object_of(row: Any) -> CalendarObject:
    """From a row that begins with `_OBJECT_COLUMNS`."""
    values = zip((column.name for column in _OBJECT_COLUMNS), row, strict=False)
    return CalendarObject(**dict(values))


def _named(columns: Select[Any], collection_id: str, names: Sequence[str]) -> Select[Any]:
    return columns.where(objects.c.collection_id == collection_id, objects.c.name.in_(names))


async def _streamed(tx: Tx, statement: Select[Any], size: int) -> AsyncIterator[Sequence[Any]]:
    async with tx.stream(statement) as result:
        async for batch in result.partitions(size):
            yield batch
