from __future__ import annotations

import asyncio
import gzip
import io
import json
import stat
import tarfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from feedserver.model.actor import CONSOLE
from feedserver.model.audit import Subject
from feedserver.model.errors import InvalidInput
from feedserver.model.notice import Mailing, NoticeKind, NoticeState
from feedserver.model.share import ShareKind
from feedserver.storage import audit, backup, collections, feed_keys, meta, notices, objects, sessions, shares
from feedserver.storage.engine import Database, Tx
from feedserver.storage.tables import metadata
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, a_member, a_share_of, put

LATER = NOON + timedelta(days=1)
KEYS = {"keys.json": b'{"secret": "\x00\xff"}'}


async def rows_of(db: Database) -> dict[str, set[Any]]:
    """Everything there is, as the engine's own types give it."""
    async with db.read() as tx:
        return {table.name: {tuple(row) for row in await tx.execute(select(table))} for table in metadata.sorted_tables}


async def fill(db: Database) -> None:
    async with db.write() as tx:
        owner = await a_member(tx)
        calendar = await a_calendar(tx, "Größe\u2028 \x01", owner_id=owner.id, color="#123456")
        drafts = [a_draft(f"{number:03}", "text", data=bytes([number]) * 3_000) for number in range(200)]
        await put(tx, calendar, *drafts)
        stamp = await collections.raise_sequence(tx, calendar.id, NOON)
        await objects.remove(tx, calendar.id, stamp, ["003.ics"])
        share = await a_share_of(tx, calendar, emails=["bob@example.com"], account_ids=[owner.id])
        await shares.revoke_recipient(tx, share.id, share.recipients[0].id, LATER)
        secured = await a_share_of(tx, calendar, kind=ShareKind.SECURED, account_ids=[owner.id], allows_keys=True)
        await feed_keys.add(tx, secured.id, owner.id, NOON)


async def back_up(db: Database, path: Path) -> Path:
    async with db.read() as tx:
        await backup.dump(tx, path, now=NOON, files=KEYS)
    return path


@pytest.fixture
async def other(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A second, empty database on the engine that `db` is not on... SQLite, which every engine's backup must fit."""
    database = await Database.open(f"sqlite:///{tmp_path / 'other.db'}", data_dir=tmp_path)
    yield database
    await database.close()


async def test_restore_gives_back_every_row_on_either_engine(db: Database, other: Database, tmp_path: Path) -> None:
    """There and back: SQLite from PostgreSQL, PostgreSQL from SQLite."""
    await fill(other)
    wanted = await rows_of(other)
    first = await back_up(other, tmp_path / "first.tar.gz")
    async with db.write() as tx:
        summary = await backup.restore(tx, first, now=LATER)
    second = await back_up(db, tmp_path / "second.tar.gz")
    async with other.write() as tx:
        await backup.restore(tx, second, now=LATER)
    for found in (await rows_of(db), await rows_of(other)):
        assert {name: rows for name, rows in found.items() if name not in {"meta", "shares"}} == {
            name: rows for name, rows in wanted.items() if name not in {"meta", "shares"}
        }
    assert summary.files == KEYS
    assert summary.rows["objects"] == 199
    assert summary.made_at == NOON


async def test_restore_ends_sync_tokens_and_moves_all_stamps_past_what_was_given_out(
    db: Database, tmp_path: Path
) -> None:
    """F24: a new epoch. What the share gave out after the backup was made must not come again."""
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        share = await a_share_of(tx, calendar)
    path = await back_up(db, tmp_path / "backup.tar.gz")
    async with db.write() as tx:
        epoch, instance = await meta.epoch(tx), await meta.get(tx, meta.INSTANCE_ID)
        lost = await put(tx, calendar, a_draft("one"), now=LATER)
        await backup.restore(tx, path, now=NOON)
        restored = await shares.by_id(tx, share.id)
        assert (await meta.epoch(tx), await meta.get(tx, meta.INSTANCE_ID)) == (epoch + 1, instance)
    assert restored is not None
    assert restored.revision == share.revision + 10_000
    assert restored.stamp_at > lost.stamp_at
    async with db.write() as tx:
        await backup.restore(tx, path, now=NOON)
        assert await meta.epoch(tx) == epoch + 2


async def test_restore_logs_everybody_out_and_mails_nobody_by_itself(db: Database, tmp_path: Path) -> None:
    """What waited to be sent may have been sent since; a stolen backup opens no session."""
    async with db.write() as tx:
        ann = await a_member(tx)
        share = await a_share_of(tx, await a_calendar(tx), account_ids=[ann.id])
        expires_at = LATER + timedelta(days=30)
        await sessions.add(
            tx, account_id=ann.id, digest="d", now=NOON, expires_at=expires_at, is_kept=True, agent="Firefox"
        )
        about = {"kind": NoticeKind.SHARED_SECURED, "share_id": share.id, "account_id": ann.id}
        await notices.queue(tx, by=CONSOLE, mailing=Mailing(), now=NOON, **about)
    path = await back_up(db, tmp_path / "backup.tar.gz")
    with gzip.open(path) as stream, tarfile.open(fileobj=stream) as archive:
        assert not [name for name in archive.getnames() if "sessions" in name]
    async with db.write() as tx:
        await backup.restore(tx, path, now=LATER)
    rows = await rows_of(db)
    assert rows["sessions"] == set()
    async with db.read() as tx:
        (row,) = await notices.page(tx, state=None, limit=10, offset=0)
    assert row.notice.state is NoticeState.DROPPED


async def test_the_history_goes_on_after_what_was_restored(db: Database, tmp_path: Path) -> None:
    """PostgreSQL counts by itself, and would count from the beginning."""

    async def note(tx: Tx) -> None:
        await audit.add(
            tx, now=NOON, by=CONSOLE, action="edited", subject=Subject.SHARE, subject_id="s", subject_name="Team"
        )

    async with db.write() as tx:
        for _ in range(3):
            await note(tx)
    path = await back_up(db, tmp_path / "backup.tar.gz")
    for _ in range(2):
        async with db.write() as tx:
            await backup.restore(tx, path, now=LATER)
    async with db.write() as tx:
        await note(tx)
        assert [entry.seq for entry in await audit.newest(tx)] == [4, 3, 2, 1]


async def test_backup_is_the_moment_it_began_while_others_write(db: Database, tmp_path: Path) -> None:
    """F24: each unit writes to both calendars, so a consistent backup holds as many objects of one as of the other."""
    async with db.write() as tx:
        pair = [await a_calendar(tx, "left"), await a_calendar(tx, "right")]
    is_done = asyncio.Event()

    async def keep_writing() -> int:
        count = 0
        while not is_done.is_set():
            async with db.write() as tx:
                for calendar in pair:
                    await put(tx, calendar, a_draft(f"{count}"))
            count += 1
        return count

    writer = asyncio.create_task(keep_writing())
    paths = [await back_up(db, tmp_path / f"{number}.tar.gz") for number in range(5)]
    is_done.set()
    written = await writer
    for path in paths:
        async with db.write() as tx:
            await backup.restore(tx, path, now=LATER)
        async with db.read() as tx:
            left, right = (calendar.object_count for calendar in await collections.list_all(tx))
        assert left == right <= written


async def test_backup_is_readable_by_its_owner_alone(sqlite_db: Database, tmp_path: Path) -> None:
    """K04"""
    path = await back_up(sqlite_db, tmp_path / "backup.tar.gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob(".backup*")))


async def test_backup_that_cannot_be_written_says_so_and_leaves_nothing(sqlite_db: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        await back_up(sqlite_db, tmp_path / "absent" / "backup.tar.gz")


async def test_no_part_of_a_backup_is_large(sqlite_db: Database, tmp_path: Path) -> None:
    async with sqlite_db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, *(a_draft(f"{number}", data=bytes(30_000)) for number in range(200)))
    path = await back_up(sqlite_db, tmp_path / "backup.tar.gz")
    with tarfile.open(path) as archive:
        sizes = [entry.size for entry in archive]
    assert max(sizes) < 2 * backup.PART_BYTES + 50 * 40_000


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The same backup with members changed, or left out where `change` gives None."""
    buffer = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=buffer, mode="w:gz") as new:
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())  # type: ignore[union-attr]
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    path.write_bytes(buffer.getvalue())


def _with_manifest(**values: Any) -> Callable[[Path], None]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **values}).encode() if name == "manifest.json" else content

    return lambda path: rewritten(path, change)


def _without(wanted: str) -> Callable[[Path], None]:
    return lambda path: rewritten(path, lambda name, content: None if wanted in name else content)


def _with_content(wanted: str, replacement: bytes) -> Callable[[Path], None]:
    return lambda path: rewritten(path, lambda name, content: replacement if wanted in name else content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _rename(path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=buffer, mode="w:gz") as new:
        for entry in old:
            content = old.extractfile(entry)
            entry.name = entry.name.replace("tables/objects", "tables/surprises")
            new.addfile(entry, content)
    path.write_bytes(buffer.getvalue())


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "absent": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("BEGIN:VCALENDAR"),
    "gzip of something else": lambda path: path.write_bytes(gzip.compress(b"x" * 5000)),
    "cut": _cut,
    "one byte changed": _flip,
    "newer format": _with_manifest(format=2),
    "newer schema": _with_manifest(schema="9999"),
    "unknown schema": _with_manifest(schema="0000"),
    "no manifest": _without("manifest"),
    "no seal": _without("seal"),
    "missing part": _without("objects/"),
    "missing key file": _without("keys.json"),
    "unknown table": _rename,
    "not JSON": _with_content("objects/000000", b"{"),
    "no object": _with_content("objects/000000", b"[]\n"),
    "unknown column": _with_content("objects/000000", b'{"surprise":1}\n'),
    "missing columns": _with_content("objects/000000", b'{"name":"x"}\n'),
    "wrong type": _with_content("meta/000000", b'{"key":{},"value":1}\n'),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_backup_that_is_damaged_or_newer_is_refused_and_nothing_changes(
    db: Database, tmp_path: Path, damage: str
) -> None:
    await fill(db)
    before = await rows_of(db)
    path = await back_up(db, tmp_path / "backup.tar.gz")
    DAMAGES[damage](path)

    async def attempt(tx: Tx) -> None:
        await backup.restore(tx, path, now=LATER)

    with pytest.raises(InvalidInput):
        async with db.write() as tx:
            await attempt(tx)
    assert await rows_of(db) == before
