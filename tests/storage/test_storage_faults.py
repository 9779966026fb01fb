"""F01, F10-F20, F31: what goes wrong below, as the rest of the product sees it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from feedserver.model.errors import StorageCorrupt, StorageFull, StorageReadOnly, StorageUnavailable
from feedserver.storage import collections, faults, meta, objects, postgresql, sqlite
from feedserver.storage.engine import Database
from tests.conftest import REPOSITORY
from tests.databases import PostgresServer
from tests.storage.drafts import a_calendar, a_draft, put
from tests.storage.relay import relayed

NOBODY = 65534


async def write(db: Database, value: str, key: str = "test") -> None:
    async with db.write() as tx:
        await meta.put(tx, key, value)


async def read(db: Database) -> str | None:
    async with db.read() as tx:
        return await meta.get(tx, "test")


async def test_database_locked_by_another_process_is_unavailable_and_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19"""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.05)
    db = await Database.open(data_dir=tmp_path)
    await write(db, "before")
    with closing(sqlite3.connect(tmp_path / "feedserver.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable) as raised:
            await write(db, "while locked")
        assert raised.value.retry_after_s == 5
        assert await read(db) == "before"
        other.execute("ROLLBACK")
    await write(db, "after")
    assert await read(db) == "after"
    await db.close()


async def test_full_disk_stops_writes_alone_and_heals(sqlite_db: Database) -> None:
    """F10-F12: the limit on pages gives the error that a full disk gives."""
    await write(sqlite_db, "before")

    async def limit(pages: int) -> None:
        async with sqlite_db.write() as tx:
            await tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await limit(1)
    for _ in range(3):
        with pytest.raises(StorageFull):
            await write(sqlite_db, "x" * 1_000_000)
        # The connection that met the fault is gone, and with it its limit.
        await limit(1)
    assert await read(sqlite_db) == "before"
    await limit(1_000_000)
    await write(sqlite_db, "y" * 1_000_000)
    assert await read(sqlite_db) == "y" * 1_000_000


@contextmanager
def without_privileges() -> Iterator[None]:
    """File modes mean nothing to root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with without_privileges():
            pass
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield folder


def _set_modes(folder: Path, *, is_writable: bool) -> None:
    for file in folder.iterdir():
        file.chmod(0o600 if is_writable else 0o400)
    folder.chmod(0o755 if is_writable else 0o555)


async def test_read_only_file_stops_writes_alone_and_heals_without_a_restart(open_folder: Path) -> None:
    """F13-F16: a connection that was opened meanwhile would refuse writes for ever, so it is not kept."""
    with without_privileges():
        db = await Database.open(data_dir=open_folder)
        await write(db, "before")
        assert await read(db) == "before"
        _set_modes(open_folder, is_writable=False)
        await db.writer.dispose()
        for _ in range(2):
            with pytest.raises(StorageReadOnly):
                await write(db, "refused")
            assert await read(db) == "before"
        _set_modes(open_folder, is_writable=True)
        await write(db, "after")
        assert await read(db) == "after"
        await db.close()


async def test_folder_that_cannot_be_written_is_named_at_the_start(open_folder: Path) -> None:
    with without_privileges():
        _set_modes(open_folder, is_writable=False)
        with pytest.raises(StorageUnavailable, match=r"feedserver\.db"):
            await Database.open(data_dir=open_folder)
        _set_modes(open_folder, is_writable=True)


@pytest.fixture
async def damaged(tmp_path: Path) -> AsyncIterator[Database]:
    """A database whose pages behind the first few were overwritten while nobody looked."""
    db = await Database.open(data_dir=tmp_path)
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, *(a_draft(f"{n:04}", data=b"x" * 3_000) for n in range(400)))
    await db.close()
    path = tmp_path / "feedserver.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4 // 4096 * 4096)
        file.write(b"\xa5" * (size // 2))
    db = await Database.open(data_dir=tmp_path)
    yield db
    await db.close()


async def test_damaged_pages_are_told_and_never_an_empty_answer(damaged: Database) -> None:
    """F18"""

    async def read_all() -> int:
        async with damaged.read() as tx:
            (calendar,) = await collections.list_all(tx)
            return sum([len(batch) async for batch in objects.read_all(tx, calendar.id)])

    with pytest.raises(StorageCorrupt, match="restore a backup"):
        await read_all()


def test_killed_writer_loses_nothing_it_acknowledged_and_the_next_start_takes_writes(tmp_path: Path) -> None:
    """F01, F09: SIGKILL at any moment, ten rounds on one database."""
    script = Path(__file__).with_name("other_process.py")
    url = f"sqlite:///{tmp_path / 'feedserver.db'}"
    for acknowledged in range(3, 33, 3):
        with subprocess.Popen(
            [sys.executable, str(script), "write_until_killed", url, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(acknowledged)]
            process.kill()
            said += process.stdout.readlines()
        last = max(int(line) for line in said if line.endswith(b"\n"))
        with closing(sqlite3.connect(tmp_path / "feedserver.db")) as connection:
            kept = connection.execute("SELECT count(*) FROM meta WHERE key LIKE 'ledger %'").fetchone()[0]
            (state,) = connection.execute("PRAGMA integrity_check").fetchone()
            assert (state, kept in {last, last + 1}) == ("ok", True)
            connection.execute("DELETE FROM meta WHERE key LIKE 'ledger %'")
            connection.commit()


@pytest.fixture
async def postgres_db(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Database]:
    await postgres.empty()
    db = await Database.open(postgres.url, data_dir=tmp_path)
    yield db
    await db.close()


async def test_server_that_restarts_is_unavailable_meanwhile_and_met_again(
    postgres: PostgresServer, postgres_db: Database
) -> None:
    """F31: the pool's connections are all dead, and nobody sees more than the server's own absence."""
    await write(postgres_db, "before")
    postgres.stop("fast")
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await read(postgres_db)
        with pytest.raises(StorageUnavailable):
            await write(postgres_db, "while away")
    postgres.start()
    assert await read(postgres_db) == "before"
    await write(postgres_db, "after")
    assert await read(postgres_db) == "after"


async def test_server_that_goes_away_inside_a_unit_leaves_nothing_of_it(
    postgres: PostgresServer, postgres_db: Database
) -> None:
    await write(postgres_db, "before")

    async def interrupted() -> None:
        async with postgres_db.write() as tx:
            await meta.put(tx, "test", "torn")
            await postgres.end_connections()
            await meta.put(tx, "other", "torn")

    with pytest.raises(StorageUnavailable):
        await interrupted()
    assert await read(postgres_db) == "before"


async def test_f31_server_that_froze_is_unavailable_and_not_waited_for(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped machine or a cut wire closes nothing: each of the pool's connections was waited for two minutes."""
    monkeypatch.setattr(faults, "CONNECT_WAIT_S", 0.2)
    monkeypatch.setattr(postgresql, "_STATEMENT_S", 1)
    await postgres.empty()
    async with relayed(postgres) as (url, relay):
        db = await Database.open(url, data_dir=tmp_path)
        await write(db, "before")
        relay.flows.clear()
        with pytest.raises(StorageUnavailable):
            await read(db)
        relay.flows.set()
        assert await read(db) == "before"

        async def interrupted() -> None:
            async with db.write() as tx:
                await meta.put(tx, "test", "torn")
                relay.flows.clear()
                await meta.put(tx, "other", "torn")

        with pytest.raises(StorageUnavailable):
            await interrupted()
        relay.flows.set()
        assert await read(db) == "before"
        await db.close()
