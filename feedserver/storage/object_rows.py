"""Objects and renditions as rows: how a draft is laid out, and what a write leaves alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Update, update

from feedserver.model.calendar_object import ObjectDraft, Uid
from feedserver.storage.collections import WriteStamp
from feedserver.storage.engine import Tx
from feedserver.storage.rows import Row, Upsert, batches
from feedserver.storage.tables import changes, objects, renditions

PUT_OBJECT = Upsert(objects, key=("collection_id", "uid"), keep=("name", "created_at"))
LOG = Upsert(changes, key=("collection_id", "seq", "name"))
_PUT_RENDITION = Upsert(renditions, key=("collection_id", "name", "level"), unless_same=("body", "tzids"))


def object_row(collection_id: str, name: str, stamp: WriteStamp, draft: ObjectDraft) -> Row:
    """In the order of the columns of `objects`."""
    index = draft.index
    return (
        collection_id,
        name,
        draft.uid,
        draft.component,
        draft.etag,
        index.first_at,
        index.last_at,
        index.is_recurring,
        tuple(sorted(index.categories_any)),
        tuple(sorted(index.categories_all)),
        index.search_text,
        draft.horizon_at,
        stamp.seq,
        stamp.now,
        stamp.now,
        draft.data,
    )


async def put_renditions(
    tx: Tx, collection_id: str, names: Mapping[Uid, str], stamp: WriteStamp, drafts: Sequence[ObjectDraft]
) -> None:
    """Writes what the drafts show; what comes out as it was is left alone, its stamps too."""
    rows = [
        (collection_id, names[draft.uid], level, draft.uid, shown.tzids, stamp.seq, stamp.stamp_at, shown.body)
        for draft in drafts
        for level, shown in draft.renditions.items()
    ]
    # Level by level, as they will be read.
    await _PUT_RENDITION.run(tx, sorted(rows, key=_level_and_name))
    silent = [names[draft.uid] for draft in drafts if not draft.renditions]
    if silent:
        await _silence(tx, collection_id, silent, stamp)


def _level_and_name(row: Row) -> tuple[str, str]:
    return row[2], row[1]


async def _silence(tx: Tx, collection_id: str, names: Sequence[str], stamp: WriteStamp) -> None:
    """An event that became a task shows nothing any more; feeds learn it as from any other change."""
    c = renditions.c
    for some in batches(names):
        await tx.execute(
            update(renditions)
            .where(c.collection_id == collection_id, c.name.in_(some), c.body != b"")
            .values(body=b"", tzids=(), seq=stamp.seq, stamp_at=stamp.stamp_at)
        )


def index_update(collection_id: str, draft: ObjectDraft) -> Update:
    """What is asked of an object without parsing it; not what it is."""
    index = draft.index
    return (
        update(objects)
        .where(objects.c.collection_id == collection_id, objects.c.uid == draft.uid)
        .values(
            first_at=index.first_at,
            last_at=index.last_at,
            is_recurring=index.is_recurring,
            categories_any=tuple(sorted(index.categories_any)),
            categories_all=tuple(sorted(index.categories_all)),
            search_text=index.search_text,
            horizon_at=draft.horizon_at,
        )
    )
