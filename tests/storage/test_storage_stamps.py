"""F51, F52: what subscribers are given moves on whenever it changes, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareFilter, ShareState
from feedserver.storage import collections, objects, shares
from feedserver.storage.engine import Database, Tx
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, a_member, a_share_of, put

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Emitted:
    """What a feed says of one event; `stamps` is (SEQUENCE, moment)."""

    body: bytes
    stamps: tuple[int, datetime]


async def feed(tx: Tx, share: Share) -> dict[str, Emitted]:
    emitted: dict[str, Emitted] = {}
    for entry in share.entries:
        async for batch in objects.renditions(tx, entry.collection_id, entry.level):
            for shown in batch:
                stamps = (shown.seq + share.revision, max(shown.stamp_at, share.stamp_at))
                emitted[f"{entry.collection_id} {shown.uid}"] = Emitted(shown.body, stamps)
    return emitted


@dataclass
class World:
    """Two calendars; one share of both, one of the second alone; a clock that need not move."""

    db: Database
    now: datetime
    calendars: list[str]
    shares: list[str]
    member: str


UIDS = st.sampled_from(["one", "two"])
WHICH = st.integers(0, 1)
OPERATIONS = st.one_of(
    st.tuples(st.just("put"), WHICH, UIDS, st.sampled_from(["a", "b"])),
    st.tuples(st.just("delete"), WHICH, UIDS),
    st.tuples(st.just("rename calendar"), WHICH, st.sampled_from(["x", "y"])),
    st.tuples(st.just("state"), WHICH, st.sampled_from([ShareState.ACTIVE, ShareState.INACTIVE])),
    st.tuples(st.just("level"), WHICH, st.sampled_from([DetailLevel.BUSY, DetailLevel.FULL])),
    st.tuples(st.just("words"), WHICH, st.sampled_from([("a",), ()])),
    st.tuples(st.just("note"), WHICH, st.sampled_from(["n", "m"])),
    st.tuples(st.just("rotate"), WHICH),
    st.tuples(st.just("recipient"), WHICH),
    st.tuples(st.just("withdraw and grant"), WHICH),
)
SILENT = {"note", "rotate", "recipient", "rename calendar"}
"""What no event shows."""
OF_CALENDARS = {"put", "delete"}


async def apply(tx: Tx, world: World, name: str, which: int, *rest: Any) -> None:
    change = _change_calendar if name in {"put", "delete", "rename calendar"} else _change_share
    await change(tx, world, name, which, *rest)


async def _change_calendar(tx: Tx, world: World, name: str, which: int, *rest: Any) -> None:
    calendar = await collections.by_id(tx, world.calendars[which])
    assert calendar
    match name:
        case "put":
            await put(tx, calendar, a_draft(*rest), now=world.now)
        case "delete":
            stamp = await collections.raise_sequence(tx, calendar.id, world.now)
            await objects.remove(tx, calendar.id, stamp, [f"{rest[0]}.ics"])
        case "rename calendar":
            await collections.edit(tx, replace(calendar, name=rest[0]), world.now)


async def _change_share(tx: Tx, world: World, name: str, which: int, *rest: Any) -> None:
    share = await shares.by_id(tx, world.shares[which])
    assert share
    match name:
        case "state":
            await shares.set_state(tx, share.id, rest[0], world.now)
        case "level":
            entries = tuple(replace(entry, level=rest[0]) for entry in share.entries)
            await shares.edit(tx, replace(share, entries=entries), world.now)
        case "words":
            await shares.edit(tx, replace(share, filter=ShareFilter(words=rest[0])), world.now)
        case "note":
            await shares.edit(tx, replace(share, note=rest[0]), world.now)
        case "rotate":
            await shares.rotate(tx, share.id, world.now)
        case "recipient":
            await shares.add_recipients(tx, share.id, ["a@example.com"], world.now)
        case "withdraw and grant":
            await shares.withdraw(tx, share.id, world.member, world.now)
            await shares.grant(tx, share.id, world.member, world.now)


async def look(world: World) -> list[tuple[Share, dict[str, Emitted]]]:
    async with world.db.read() as tx:
        found = [await shares.by_id(tx, share_id) for share_id in world.shares]
        return [(share, await feed(tx, share)) for share in found if share]


async def a_world(db: Database) -> World:
    async with db.write() as tx:
        member = await a_member(tx, f"member-{len(await collections.list_all(tx))}")
        pair = [await a_calendar(tx), await a_calendar(tx)]
        both = await a_share_of(tx, *pair, account_ids=[member.id])
        second = await a_share_of(tx, pair[1], account_ids=[member.id])
    return World(db, NOON, [calendar.id for calendar in pair], [both.id, second.id], member.id)


async def play(db: Database, operations: list[tuple[timedelta, tuple[Any, ...]]]) -> None:
    world = await a_world(db)
    before = await look(world)
    newest: dict[str, tuple[int, datetime]] = {}
    for pause, operation in operations:
        world.now += pause
        async with db.write() as tx:
            await apply(tx, world, *operation)
        after = await look(world)
        for (old_share, old), (new_share, new) in zip(before, after, strict=True):
            was_changed = new_share.revision != old_share.revision
            assert not (was_changed and operation[0] in OF_CALENDARS | SILENT)
            for key, event in new.items():
                seen = newest.get(f"{new_share.id} {key}")
                is_same = key in old and old[key].body == event.body and not was_changed
                if is_same:
                    assert event.stamps == old[key].stamps
                elif seen is not None:
                    assert event.stamps[0] > seen[0]
                    assert event.stamps[1] > seen[1]
                newest[f"{new_share.id} {key}"] = event.stamps
        before = after


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from([timedelta(0), timedelta(seconds=1), -HOUR, HOUR]), OPERATIONS), max_size=12))
@example(
    [
        (timedelta(0), ("put", 0, "one", "a")),
        (timedelta(0), ("put", 0, "one", "b")),
        (timedelta(0), ("level", 0, DetailLevel.BUSY)),
    ]
)
def test_stamps_rise_with_every_change_that_shows_and_stay_with_every_other(
    database_url: str, tmp_path: Path, operations: list[Any]
) -> None:
    """F51, F52; whatever the order, within one second, and also when the clock is set back (F21)."""

    async def run() -> None:
        db = await Database.open(database_url, data_dir=tmp_path)
        try:
            await play(db, operations)
        finally:
            await db.close()

    asyncio.run(run())


async def test_tightened_share_moves_every_event_on(db: Database) -> None:
    """F51: else the detailed copy stays with the subscribers."""
    world = await a_world(db)
    async with db.write() as tx:
        for uid in ("one", "two"):
            await apply(tx, world, "put", 1, uid, "a")
    ((_, _), (_, before)) = await look(world)
    async with db.write() as tx:
        await apply(tx, world, "level", 1, DetailLevel.BUSY)
    ((_, _), (_, after)) = await look(world)
    assert before.keys() == after.keys() != set()
    for key, old in before.items():
        assert after[key].stamps[0] > old.stamps[0]
        assert after[key].stamps[1] > old.stamps[1]


@pytest.mark.parametrize(
    "go_off",
    [
        lambda tx, share: shares.set_state(tx, share.id, ShareState.INACTIVE, NOON),
        lambda tx, share: shares.rotate(tx, share.id, NOON),
        lambda tx, share: shares.withdraw(tx, share.id, share.grants[0].account_id, NOON),
        lambda tx, share: shares.revoke_recipient(tx, share.id, share.recipients[0].id, NOON),
    ],
    ids=["deactivated", "rotated", "withdrawn", "revoked"],
)
async def test_moment_of_going_off_is_after_all_that_the_feed_carried(
    db: Database, go_off: Callable[[Tx, Share], Awaitable[Share]]
) -> None:
    """T1, T8: within one second too; Last-Modified of the tombstone must be newer than that of the feed."""
    async with db.write() as tx:
        calendar, member = await a_calendar(tx), await a_member(tx)
        share = await a_share_of(tx, calendar, account_ids=[member.id], emails=["bob@example.com"])
        stamp = await put(tx, calendar, a_draft())
        renamed = await collections.edit(tx, replace(calendar, name="New"), NOON)
        off = await go_off(tx, share)
    moments = {off.state_at, off.rotated_at, off.grants[0].withdrawn_at, off.recipients[0].revoked_at} - {None}
    assert max(moment for moment in moments if moment) > max(stamp.stamp_at, renamed.settings_at, share.stamp_at)


async def test_share_of_two_calendars_moves_on_with_each(db: Database) -> None:
    async with db.write() as tx:
        pair = [await a_calendar(tx), await a_calendar(tx)]
        share = await a_share_of(tx, *pair)
        stamps = [await put(tx, calendar, a_draft()) for calendar in pair * 2]
        edited = await shares.edit(
            tx, replace(share, entries=(ShareEntry(collection_id=pair[1].id, level=DetailLevel.FULL),)), NOON
        )
    assert edited.stamp_at > max(stamp.stamp_at for stamp in stamps)
    assert all(stamp.stamp_at > share.stamp_at for stamp in stamps)
