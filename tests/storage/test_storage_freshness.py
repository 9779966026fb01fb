from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from feedserver.storage import meta
from feedserver.storage.engine import Database
from feedserver.storage.freshness import Freshness
from tests.databases import PostgresServer
from tests.storage.relay import relayed


@pytest.fixture
async def freshness(db: Database) -> AsyncIterator[Freshness]:
    """Of a database whose marks are equal by now."""
    watch = Freshness(db)
    await watch.start()
    await until(lambda: watch.mark() == watch.mark())
    yield watch
    await watch.stop()


async def until(is_true: Callable[[], bool], *, within_s: float = 5) -> None:
    """Lets the loop run until it is true."""
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not become true"
        await asyncio.sleep(0.001)


async def write(db: Database, value: str) -> None:
    async with db.write() as tx:
        await meta.put(tx, "test", value)


async def test_mark_stays_while_nothing_is_written(db: Database, freshness: Freshness) -> None:
    before = freshness.mark()
    async with db.read() as tx:
        await meta.get(tx, "test")
    assert freshness.mark() == before


async def test_own_write_is_seen_on_the_very_next_look(db: Database, freshness: Freshness) -> None:
    seen = {freshness.mark()}
    for number in range(20):
        await write(db, str(number))
        seen.add(freshness.mark())
    assert len(seen) == 21


async def test_write_of_another_process_is_seen_within_a_second(
    db: Database, freshness: Freshness, database_url: str, tmp_path: Path
) -> None:
    """U07, issue 2 section 4; an engine of its own stands for the other process."""
    other = await Database.open(database_url, data_dir=tmp_path)
    before = freshness.mark()
    await write(other, "x")
    await until(lambda: freshness.mark() != before, within_s=1)
    await other.close()


async def test_write_that_was_undone_leaves_no_stale_mark(db: Database, freshness: Freshness) -> None:
    with suppress(RuntimeError):
        async with db.write() as tx:
            await meta.put(tx, "test", "undone")
            raise RuntimeError
    before = freshness.mark()
    await write(db, "kept")
    assert freshness.mark() != before


async def test_marks_are_unique_before_the_start_and_after_the_stop(db: Database) -> None:
    watch = Freshness(db)
    assert watch.mark() != watch.mark()
    await watch.start()
    await until(lambda: watch.mark() == watch.mark())
    await watch.stop()
    assert watch.mark() != watch.mark()


async def test_checkpoint_hides_no_write(sqlite_db: Database) -> None:
    watch = Freshness(sqlite_db)
    await watch.start()
    seen = [watch.mark()]
    for number in range(5):
        await write(sqlite_db, str(number))
        seen.append(watch.mark())
        async with sqlite_db.writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await (await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")).close()
        await write(sqlite_db, str(-number))
        seen.append(watch.mark())
    await watch.stop()
    assert len(set(seen)) == len(seen)


async def test_replaced_file_is_another_database(sqlite_db: Database, tmp_path: Path) -> None:
    assert sqlite_db.path is not None
    watch = Freshness(sqlite_db)
    await watch.start()
    before = watch.mark()
    await write(sqlite_db, "old")
    replaced = tmp_path / "copy.db"
    with closing(sqlite3.connect(sqlite_db.path)) as connection:
        connection.execute("VACUUM INTO ?", [str(replaced)])
    for leftover in ("-wal", "-shm"):
        sqlite_db.path.with_name(sqlite_db.path.name + leftover).unlink()
    replaced.rename(sqlite_db.path)
    await until(lambda: watch.mark() != before)
    await write(sqlite_db, "new")
    async with sqlite_db.read() as tx:
        assert await meta.get(tx, "test") == "new"
    now = watch.mark()
    assert watch.mark() == now
    await watch.stop()


async def test_file_that_vanished_makes_every_mark_unique(sqlite_db: Database) -> None:
    assert sqlite_db.path is not None
    watch = Freshness(sqlite_db)
    await watch.start()
    watch.mark()
    sqlite_db.path.rename(sqlite_db.path.with_suffix(".away"))
    await until(lambda: watch.mark() != watch.mark())
    sqlite_db.path.with_suffix(".away").rename(sqlite_db.path)
    await until(lambda: watch.mark() == watch.mark())
    await watch.stop()


async def test_lost_connection_makes_every_mark_unique_until_it_is_back(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    await postgres.empty()
    db = await Database.open(postgres.url, data_dir=tmp_path)
    watch = Freshness(db)
    await watch.start()
    await until(lambda: watch.mark() == watch.mark())
    before = watch.mark()
    postgres.stop()
    await until(lambda: watch.mark() != watch.mark(), within_s=2)
    postgres.start()
    await until(lambda: watch.mark() == watch.mark())
    assert watch.mark() > before
    await watch.stop()
    await db.close()


async def test_f31_watcher_outlives_a_server_that_says_goodbye_and_does_not_hang_up(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """asyncpg answers the next question with InternalClientError then; the watcher died, and with it the server."""
    await postgres.empty()
    async with relayed(postgres) as (url, relay):
        db = await Database.open(url, data_dir=tmp_path)
        watch = Freshness(db)
        await watch.start()
        await until(lambda: watch.mark() == watch.mark())
        before = watch.mark()
        connected = len(relay.clients)
        for client in relay.clients:
            client.write(_GOODBYE)
        await until(lambda: len(relay.clients) > connected)
        await until(lambda: watch.mark() == watch.mark())
        assert watch.mark() > before
        await watch.stop()
        await db.close()


_GOODBYE_TEXT = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_GOODBYE = b"E" + (len(_GOODBYE_TEXT) + 4).to_bytes(4, "big") + _GOODBYE_TEXT
"""An ErrorResponse of the PostgreSQL protocol, as pg_terminate_backend sends it."""
