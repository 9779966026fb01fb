"""Write units and snapshots: what every entity relies on."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from feedserver.model.errors import StorageReadOnly, StorageUnavailable
from feedserver.storage import accounts, collections, engine, meta, shares, sqlite
from feedserver.storage.engine import Database
from feedserver.storage.upkeep import restamp_shares
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, a_member, a_share_of, put


@pytest.fixture
async def other(db: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A second process, as far as the engine can tell."""
    database = await Database.open(database_url, data_dir=tmp_path)
    yield database
    await database.close()


async def test_forty_writers_at_once_lose_no_update(db: Database, other: Database) -> None:
    """Measured without BEGIN IMMEDIATE: 40 concurrent increments ended at 1."""
    async with db.write() as tx:
        calendar = await a_calendar(tx)

    async def increment(database: Database, number: int) -> int:
        async with database.write() as tx:
            return (await put(tx, calendar, a_draft(f"{number}"))).seq

    seqs = await asyncio.gather(*(increment(one, n) for n, one in enumerate([db, other] * 20)))
    assert sorted(seqs) == list(range(1, 41))
    async with db.read() as tx:
        (after,) = await collections.list_all(tx)
    assert (after.seq, after.object_count) == (40, 40)
    assert after.stamp_at >= calendar.stamp_at


async def test_writers_of_shares_and_calendars_do_not_wait_for_each_other_for_ever(
    db: Database, other: Database
) -> None:
    """Locks are taken in one order; else PostgreSQL ends one of two that wait for each other."""
    async with db.write() as tx:
        owner = await a_member(tx)
        calendars = [await a_calendar(tx, owner_id=owner.id) for _ in range(3)]
        made = [await a_share_of(tx, *calendars[number:]) for number in (0, 1, 2, 0)]

    async def change(database: Database, number: int) -> None:
        calendar, share = calendars[number % 3], made[number % 4]
        async with database.write() as tx:
            match number % 6:
                case 0:
                    await put(tx, calendar, a_draft(f"{number}"))
                case 1:
                    await shares.edit(tx, replace(share, name=f"{number}"), NOON)
                case 2:
                    await accounts.set_active(tx, owner.id, NOON, is_active=bool(number % 4))
                case 3:
                    await a_share_of(tx, *calendars)
                case 4:
                    await restamp_shares(tx, NOON)
                case 5:
                    spare = await a_calendar(tx, "spare")
                    await a_share_of(tx, calendar, spare)
                    await collections.remove(tx, spare.id, NOON)

    await asyncio.gather(*(change(one, number) for number, one in enumerate([db, other] * 30)))


async def test_unit_that_raises_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.write() as tx:
            await a_calendar(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.read() as tx:
        assert await collections.list_all(tx) == []


async def test_unit_that_is_cancelled_leaves_nothing_and_holds_nobody_up(db: Database) -> None:
    is_inside = asyncio.Event()

    async def write_slowly() -> None:
        async with db.write() as tx:
            await a_calendar(tx, "never")
            is_inside.set()
            while True:
                await collections.list_all(tx)

    for _ in range(5):
        task = asyncio.create_task(write_slowly())
        await is_inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with db.write() as tx:
        await a_calendar(tx, "kept")
    async with db.read() as tx:
        assert [calendar.name for calendar in await collections.list_all(tx)] == ["kept"]


async def test_snapshot_sees_one_moment(db: Database) -> None:
    async with db.write() as tx:
        await meta.put(tx, "test", "before")
    async with db.read() as tx:
        assert await meta.get(tx, "test") == "before"
        async with db.write() as writing:
            await meta.put(writing, "test", "after")
        assert await meta.get(tx, "test") == "before"
    async with db.read() as tx:
        assert await meta.get(tx, "test") == "after"


async def test_more_readers_than_connections_take_turns(db: Database) -> None:
    async def look() -> str | None:
        async with db.read() as tx:
            return await meta.get(tx, meta.EPOCH)

    assert set(await asyncio.gather(*(look() for _ in range(60)))) == {"1"}


async def test_snapshot_refuses_writes(db: Database) -> None:
    async def write() -> None:
        async with db.read() as tx:
            await meta.put(tx, "test", "x")

    with pytest.raises(StorageReadOnly):
        await write()
    async with db.write() as tx:
        await meta.put(tx, "test", "x")


async def test_naive_moment_is_refused(db: Database) -> None:
    async def write() -> None:
        async with db.write() as tx:
            await a_calendar(tx, now=datetime(2026, 11, 23))  # noqa: DTZ001 - what is to be refused

    with pytest.raises((StatementError, ValueError), match="naive"):
        await write()


async def test_moment_of_another_zone_comes_back_as_the_same_moment_in_utc(db: Database) -> None:
    created_at = datetime.fromisoformat("0001-06-01T12:30:00.123456+14:00"), NOON
    async with db.write() as tx:
        made = [await a_calendar(tx, created_at.isoformat(), now=created_at) for created_at in created_at]
    async with db.read() as tx:
        found = [await collections.by_id(tx, one.id) for one in made]
    assert [one.created_at for one in found if one] == list(created_at)
    assert {str(one.created_at.tzinfo) for one in found if one} == {"UTC"}


async def test_files_of_the_database_are_their_owners_alone(tmp_path: Path) -> None:
    """K04: also -wal and -shm, also under a careless umask, also when the file was there with another mode."""
    before = os.umask(0)
    try:
        (tmp_path / "feedserver.db").touch(mode=0o666)
        db = await Database.open(data_dir=tmp_path)
        async with db.write() as tx:
            await meta.put(tx, "test", "x")
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(tmp_path)}
        await db.close()
    finally:
        os.umask(before)
    assert modes == {"feedserver.db": 0o600, "feedserver.db-wal": 0o600, "feedserver.db-shm": 0o600}


async def test_acknowledged_write_is_on_the_disk(sqlite_db: Database) -> None:
    """F09: what asks SQLite to sync the log at every commit, on the connection that writes."""
    async with sqlite_db.write() as tx:
        settings = [(await tx.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in ("synchronous", "journal_mode")]
    assert settings == [2, "wal"]


async def test_writer_that_waits_too_long_for_its_turn_is_told(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "TURN_WAIT_S", 0.01)

    async def write() -> None:
        async with sqlite_db.write():
            pass

    async with sqlite_db.write():
        with pytest.raises(StorageUnavailable):
            await write()
    await write()


@pytest.mark.parametrize("text", ["'; DROP TABLE meta; --", "100%_", "\\", '"', "é\u0301 \U0001f600", "%(x)s :x $1 ?"])
async def test_text_is_text_and_never_sql(db: Database, text: str) -> None:
    """I36"""
    async with db.write() as tx:
        made = await a_calendar(tx, text, description=text)
        await a_calendar(tx, "another")
        await meta.put(tx, text, text)
        await put(tx, made, a_draft(text, text))
    async with db.read() as tx:
        assert (await collections.find(tx, text)).description == text
        assert await meta.get(tx, text) == text


async def test_connections_wait_for_others_no_longer_than_said(sqlite_db: Database) -> None:
    async with sqlite_db.write() as tx:
        assert (await tx.exec_driver_sql("PRAGMA busy_timeout")).scalar() == sqlite.BUSY_S * 1000
