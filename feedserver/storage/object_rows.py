"""Objects and renditions as rows: how a draft is laid out, and what a write leaves alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, update

from feedserver.model.calendar_object import ObjectDraft, Uid
from feedserver.model.share import DetailLevel
from feedserver.storage.collections import WriteStamp
from feedserver.storage.engine import Tx
from feedserver.storage.rows import Row, Upsert, batches
from feedserver.storage.tables import changes, objects, renditions

PUT_OBJECT = Upsert(objects, key=("collection_id", "uid"), keep=("name", "created_at"))
LOG = Upsert(changes, key=("collection_id", "seq", "name"))
_PUT_RENDITION = Upsert(renditions, key=("collection_id", "name", "level"), unless_same=("body", "tzids"))


UPDATE_INDEX = update(objects).where(
    objects.c.collection_id == bindparam("of_collection"), objects.c.uid == bindparam("of_uid")
)
"""Writes what is asked of objects without parsing them, and not what they are: takes `index_values` of many."""


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
    # Level by level, as they will be read.
    by_name = sorted(((names[draft.uid], draft) for draft in drafts), key=itemgetter(0))
    rows = (
        (collection_id, name, level, draft.uid, shown.tzids, stamp.seq, stamp.stamp_at, shown.body)
        for level in DetailLevel
        for name, draft in by_name
        if (shown := draft.renditions.get(level))
    )
    await _PUT_RENDITION.run(tx, rows)
    silent = [names[draft.uid] for draft in drafts if not draft.renditions]
    if silent:
        await _silence(tx, collection_id, silent, stamp)


async def _silence(tx: Tx, collection_id: str, names: Sequence[str], stamp: WriteStamp) -> None:
    """An event that became a task shows nothing any more; feeds learn it as from any other change."""
    c = renditions.c
    for some in batches(names):
        await tx.execute(
            update(renditions)
            .where(c.collection_id == collection_id, c.name.in_(some), c.body != b"")
            .values(body=b"", tzids=(), seq=stamp.seq, stamp_at=stamp.stamp_at)
        )


def index_values(collection_id: str, draft: ObjectDraft) -> dict[str, Any]:
    """For UPDATE_INDEX."""
    index = draft.index
    return {
        "of_collection": collection_id,
        "of_uid": draft.uid,
        "first_at": index.first_at,
        "last_at": index.last_at,
        "is_recurring": index.is_recurring,
        "categories_any": tuple(sorted(index.categories_any)),
        "categories_all": tuple(sorted(index.categories_all)),
        "search_text": index.search_text,
        "horizon_at": draft.horizon_at,
    }
