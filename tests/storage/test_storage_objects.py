from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.calendar_object import CalendarObject, ETag, StoredRendition, Uid
from feedserver.model.errors import Conflict
from feedserver.model.share import DetailLevel, ShareFilter
from feedserver.storage import collections, objects
from feedserver.storage.engine import Database, Tx
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, an_index, put

WORK = ShareFilter(categories_in=("Work",))


async def shown(
    tx: Tx, collection_id: str, level: DetailLevel = DetailLevel.DETAILS, *rest: object
) -> list[StoredRendition]:
    batches = objects.renditions(tx, collection_id, level, *rest)  # type: ignore[arg-type]
    return [rendition async for batch in batches for rendition in batch]


async def test_object_comes_back_byte_for_byte(db: Database) -> None:
    data = bytes(range(256))
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        stamp = await put(tx, calendar, a_draft("one", data=data))
    async with db.read() as tx:
        found = await objects.read_data(tx, calendar.id, ["one.ics", "absent.ics"])
    assert found == [
        CalendarObject(
            collection_id=calendar.id,
            name="one.ics",
            uid=Uid("one"),
            component="VEVENT",
            data=data,
            etag=ETag("one-v1"),
            seq=stamp.seq,
            modified_at=NOON,
        )
    ]


async def test_rendition_that_comes_out_as_it_was_keeps_its_stamps(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        first = await put(tx, calendar, a_draft("one", "v1"))
    async with db.write() as tx:
        second = await put(tx, calendar, a_draft("one", "v2"), now=NOON + timedelta(hours=1))
    async with db.read() as tx:
        (busy,) = await shown(tx, calendar.id, DetailLevel.BUSY)
        (details,) = await shown(tx, calendar.id, DetailLevel.DETAILS)
    assert (busy.seq, busy.stamp_at) == (first.seq, first.stamp_at)
    assert (details.seq, details.stamp_at, details.body) == (second.seq, second.stamp_at, b"v2")
    assert (details.uid, details.name, details.tzids) == ("one", "one.ics", ("Europe/Berlin",))


async def test_stored_object_keeps_its_name_whatever_the_draft_says(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, a_draft("one", name="by-an-app.ics"))
        await put(tx, calendar, a_draft("one", "v2", name="one.ics"))
        assert await objects.etags_by_uid(tx, calendar.id, [Uid("one"), Uid("absent")]) == {
            "one": ("by-an-app.ics", "one-v2")
        }
        assert await objects.names_taken(tx, calendar.id, ["one.ics", "by-an-app.ics"]) == {"by-an-app.ics"}
        assert [rendition.name for rendition in await shown(tx, calendar.id)] == ["by-an-app.ics"]


async def test_name_of_another_uid_is_a_conflict_and_nothing_is_written(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, a_draft("one", name="same.ics"))
    with pytest.raises(Conflict):
        async with db.write() as tx:
            await put(tx, calendar, a_draft("new"), a_draft("two", name="same.ics"))
    async with db.read() as tx:
        assert [rendition.uid for rendition in await shown(tx, calendar.id)] == ["one"]
        after = await collections.by_id(tx, calendar.id)
    assert after is not None
    assert after.seq == 1


async def test_renditions_after_a_sequence_are_those_changed_since(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        first = await put(tx, calendar, a_draft("one"), a_draft("two"))
        await put(tx, calendar, a_draft("two", "v2"))
        assert [r.uid for r in await shown(tx, calendar.id, DetailLevel.DETAILS, first.seq)] == ["two"]
        assert await shown(tx, calendar.id, DetailLevel.BUSY, first.seq) == []


async def test_event_that_became_a_task_shows_nothing_and_feeds_learn_it(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        first = await put(tx, calendar, a_draft("one"))
        await put(tx, calendar, a_draft("one", "v2", component="VTODO", renditions={}))
        assert await shown(tx, calendar.id) == []
        assert [r.body for r in await shown(tx, calendar.id, DetailLevel.BUSY, first.seq)] == [b""]


async def test_filter_tells_also_who_left_and_who_entered_without_showing_it(db: Database) -> None:
    """The category is not shown at this level, so the rendition keeps its stamps, and must be found all the same."""
    at_work = an_index(categories_any=frozenset({"work"}), categories_all=frozenset({"work"}))
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        first = await put(tx, calendar, a_draft("in", index=at_work), a_draft("out"))
        assert [r.uid for r in await shown(tx, calendar.id, DetailLevel.BUSY, None, WORK)] == ["in"]
        await put(tx, calendar, a_draft("in", "v2"), a_draft("out", "v2", index=at_work))
        now_shown = {r.uid: r.body for r in await shown(tx, calendar.id, DetailLevel.BUSY, first.seq, WORK)}
        assert now_shown == {"in": b"", "out": b"BUSY\x00"}


async def test_deleted_objects_are_named_once_and_not_when_they_are_back(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, a_draft("one"), a_draft("two"), a_draft("three"))
        stamp = await collections.raise_sequence(tx, calendar.id, NOON)
        assert await objects.remove(tx, calendar.id, stamp, ["one.ics", "two.ics", "absent.ics"]) == 2
        await put(tx, calendar, a_draft("two", "v2"))
    async with db.read() as tx:
        assert await objects.deleted_since(tx, calendar.id, 1) == [("one.ics", "one")]
        assert await objects.deleted_since(tx, calendar.id, stamp.seq) == []
        assert [r.uid for r in await shown(tx, calendar.id)] == ["three", "two"]
        after = await collections.by_id(tx, calendar.id)
    assert after is not None
    assert after.deleted_at == stamp.stamp_at


async def test_removing_nothing_leaves_no_moment_of_deletion(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        stamp = await collections.raise_sequence(tx, calendar.id, NOON)
        assert await objects.remove(tx, calendar.id, stamp, ["absent.ics"]) == 0
        after = await collections.by_id(tx, calendar.id)
    assert after is not None
    assert after.deleted_at is None


async def test_rerender_changes_what_shows_but_neither_etag_nor_log(db: Database) -> None:
    soon = NOON + timedelta(days=1)
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        first = await put(tx, calendar, a_draft("one", horizon_at=NOON), a_draft("gone", "old"), a_draft("same"))
        assert await objects.due_for_render(tx, soon) == [(calendar.id, "one.ics")]
        again = await collections.raise_sequence(tx, calendar.id, soon)
        new = [
            a_draft("one", "new renderer", etag=ETag("one-v1"), horizon_at=soon),
            a_draft("gone", "of an older version", etag=ETag("another")),
            a_draft("same"),
        ]
        assert await objects.rerender(tx, calendar.id, again, new) == 2
        assert await objects.due_for_render(tx, soon) == []
        found = {r.uid: (r.body, r.seq) for r in await shown(tx, calendar.id)}
        (kept,) = await objects.read_data(tx, calendar.id, ["one.ics"])
    assert found == {"one": (b"new renderer", again.seq), "gone": (b"old", first.seq), "same": (b"v1", first.seq)}
    assert (kept.etag, kept.seq) == ("one-v1", first.seq)


async def test_window_gives_what_may_happen_in_it(db: Database) -> None:
    def at(first: int | None, last: int | None) -> object:
        moments = [None if hours is None else NOON + timedelta(hours=hours) for hours in (first, last)]
        return an_index(first_at=moments[0], last_at=moments[1])

    spans = {
        "before": (-2, -1),
        "into": (-1, 1),
        "ever": (-9, None),
        "unknown": (None, None),
        "after": (2, 3),
        "at": (0, 0),
    }
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, *(a_draft(uid, index=at(*span)) for uid, span in spans.items()))
        window = objects.in_window(tx, calendar.id, DetailLevel.TITLES, NOON, NOON + timedelta(hours=2))
        found = [(whole.uid, whole.data, shown.uid) async for batch in window for whole, shown in batch]
    assert [uid for uid, _, _ in found] == ["at", "ever", "into", "unknown"]
    assert all(data and uid == shown_uid for uid, data, shown_uid in found)


async def test_all_objects_come_in_batches_sorted_by_name(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, *(a_draft(f"{number:04}") for number in range(450)))
    async with db.read() as tx:
        batches = [[found.name for found in batch] async for batch in objects.read_all(tx, calendar.id)]
    assert [name for batch in batches for name in batch] == [f"{number:04}.ics" for number in range(450)]
    assert max(len(batch) for batch in batches) <= 200
