"""Backups: everything, in one file that either engine reads.

A tar.gz with the manifest first, then tables as JSON lines in parts of about a MiB, files that the caller adds (the
keys), and last a seal that counts what went before: a file cut short has none. Written from one snapshot, so it is the
moment at which it began, whatever is written meanwhile; restored in one write unit, so that it is there whole or not at
all. Neither holds more than one part in memory.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Column, LargeBinary, RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, StatementError

from feedserver.model.errors import InvalidInput, StorageCorrupt, StorageUnavailable
from feedserver.model.notice import NoticeState
from feedserver.storage import meta
from feedserver.storage.engine import Tx
from feedserver.storage.faults import fault_of
from feedserver.storage.schema import HEAD
from feedserver.storage.stamps import next_moment
from feedserver.storage.tables import audit, collections, metadata, notices, sessions, shares
from feedserver.storage.types import UtcDateTime

FORMAT = 1
REVISIONS_AHEAD = 10_000
"""How far a restore raises each share's revision: past every SEQUENCE that the lost time can have given out."""

TABLES = {table.name: table for table in metadata.sorted_tables if table is not sessions}
"""What a backup holds, each table after those it refers to. A restore logs everybody out."""

PART_BYTES = 1024 * 1024
_BATCH_ROWS = 50
_MAX_PART_BYTES = 512 * 1024 * 1024
"""No part is larger, whatever its header says."""
_DAMAGES = (
    *(OSError, EOFError, tarfile.TarError, zlib.error),  # no archive, or cut short
    *(ValueError, KeyError, TypeError, AttributeError),  # what JSON holds is not what we wrote
    StatementError,  # rows that do not fit their table, or each other
)
_FAULTS = (StorageUnavailable, StorageCorrupt)
_MANIFEST = "manifest.json"
_SEAL = "seal.json"
_FILES = "files/"
_TABLES = "tables/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a backup holds."""

    made_at: datetime
    rows: Mapping[str, int]
    """How many of each table."""
    files: Mapping[str, bytes] = field(repr=False)
    """What the caller added, by name."""


async def dump(tx: Tx, path: Path, *, now: datetime, files: Mapping[str, bytes]) -> Summary:
    """Writes everything in the snapshot of `tx`, and `files`, to `path`: mode 0600, there whole or not at all.

    Raises InvalidInput when `path` cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            rows = await _write(tx, target, now, files)
            await asyncio.to_thread(_sync, target)
        part.replace(path)
        await asyncio.to_thread(_sync_folder, path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidInput(f"the backup cannot be written to {path}: {error.strerror}", field="path") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Summary(made_at=now, rows=rows, files=files)


def _sync(target: BinaryIO) -> None:
    target.flush()
    os.fsync(target.fileno())


def _sync_folder(folder: Path) -> None:
    """So that the new name too is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _write(tx: Tx, target: BinaryIO, now: datetime, files: Mapping[str, bytes]) -> dict[str, int]:
    rows: dict[str, int] = {}
    with (
        gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=now.timestamp()) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        archiver = _Archiver(archive, now)
        await archiver.put(_MANIFEST, _json({"format": FORMAT, "schema": HEAD, "made_at": now.isoformat()}))
        for table in TABLES.values():
            rows[table.name] = await _write_table(tx, archiver, table)
        for name, content in files.items():
            await archiver.put(_FILES + name, content)
        await archiver.put(_SEAL, _json({"rows": rows, "files": sorted(files)}))
    return rows


class _Archiver:
    """Puts one member after the other; deflating takes tens of ms each, so in a thread."""

    def __init__(self, archive: tarfile.TarFile, now: datetime) -> None:
        self._archive = archive
        self._made_at = int(now.timestamp())

    async def put(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = len(content), self._made_at, 0o600
        await asyncio.to_thread(self._archive.addfile, entry, io.BytesIO(content))


async def _write_table(tx: Tx, archiver: _Archiver, table: Table) -> int:
    """How many rows it has. A part ends with the rows that make it reach PART_BYTES."""
    count = number = 0
    part = bytearray()
    async with tx.stream(select(table).order_by(*table.primary_key)) as result:
        async for rows in result.mappings().partitions(_BATCH_ROWS):
            part += await asyncio.to_thread(_lines_of, table, rows)
            count += len(rows)
            if len(part) >= PART_BYTES:
                await archiver.put(f"{_TABLES}{table.name}/{number:06}.jsonl", bytes(part))
                number += 1
                part.clear()
    if part:
        await archiver.put(f"{_TABLES}{table.name}/{number:06}.jsonl", bytes(part))
    return count


def _lines_of(table: Table, rows: Sequence[RowMapping]) -> bytes:
    return b"".join(_json(_encoded(table, row)) for row in rows)


def _encoded(table: Table, row: RowMapping) -> dict[str, Any]:
    return {column.name: _plain(row[column.name]) for column in table.columns}


def _plain(value: Any) -> Any:
    """What JSON knows; `_decoded` goes back by the column's type."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def restore(tx: Tx, path: Path, *, now: datetime) -> Summary:
    """Puts back what the backup at `path` holds, in place of everything there is; the caller writes its `files`.

    The epoch rises, and with it end all sync tokens; every share's stamps move past whatever was given out before.
    Raises InvalidInput, and the caller's write unit changes nothing, when the file is no backup, is damaged or newer.
    """
    before = await _newest_moment(tx)
    epoch = await meta.epoch(tx)
    try:
        with gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            summary = await _read(tx, _members(archive))
            # Up to its end, where the checksum is.
            while await asyncio.to_thread(stream.read, PART_BYTES):
                pass
    except _DAMAGES as error:
        if isinstance(error, DBAPIError) and isinstance(fault_of(error), _FAULTS):
            raise
        raise InvalidInput(f"{path} is no backup of feedserver, or is damaged", field="path") from error
    await meta.put(tx, meta.EPOCH, str(max(epoch, await meta.epoch(tx)) + 1))
    await _number_on(tx)
    await _hold_mails_back(tx)
    after = next_moment(now, before, await _newest_moment(tx))
    await tx.execute(update(shares).values(revision=shares.c.revision + REVISIONS_AHEAD, stamp_at=after))
    return summary


async def _number_on(tx: Tx) -> None:
    """Number the history on behind what was restored; SQLite does so by itself."""
    if tx.dialect.name == "postgresql":
        following = select(func.coalesce(func.max(audit.c.seq), 0) + 1).scalar_subquery()
        await tx.execute(select(func.setval(func.pg_get_serial_sequence("audit", "seq"), following, False)))


async def _hold_mails_back(tx: Tx) -> None:
    """What waited may have been sent since the backup was made; to mail it again is for an admin to say."""
    waiting = update(notices).where(notices.c.state == NoticeState.QUEUED)
    await tx.execute(waiting.values(state=NoticeState.DROPPED, leased_until=None))


async def _newest_moment(tx: Tx) -> datetime:
    """The newest that any feed of this database can have carried."""
    newest = [
        await tx.scalar(select(func.max(column, type_=UtcDateTime())))
        for column in (shares.c.stamp_at, shares.c.state_at, collections.c.stamp_at, collections.c.settings_at)
    ]
    return max((moment for moment in newest if moment), default=datetime.min.replace(tzinfo=UTC))


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Name and content of each, in order; nothing is ever unpacked to the file system."""
    for entry in archive:
        content = archive.extractfile(entry)
        if content is None or entry.size > _MAX_PART_BYTES:
            raise InvalidInput("the backup holds what no backup of ours holds", field="path")
        yield entry.name, content.read()


async def _read(tx: Tx, members: Iterator[tuple[str, bytes]]) -> Summary:
    made_at = _judged(await _next(members))
    await _clear(tx)
    rows = dict.fromkeys(TABLES, 0)
    files: dict[str, bytes] = {}
    while True:
        name, content = await _next(members)
        if name == _SEAL:
            break
        if name.startswith(_FILES):
            files[name.removeprefix(_FILES)] = content
        else:
            table = TABLES[name.removeprefix(_TABLES).partition("/")[0]]
            rows[table.name] += await _restore_part(tx, table, content)
    if json.loads(content) != {"rows": rows, "files": sorted(files)}:
        raise ValueError("the seal does not fit")
    return Summary(made_at=made_at, rows=rows, files=files)


async def _next(members: Iterator[tuple[str, bytes]]) -> tuple[str, bytes]:
    member = await asyncio.to_thread(next, members, None)
    if member is None:
        raise ValueError("the backup has no end")
    return member


def _judged(member: tuple[str, bytes]) -> datetime:
    """When the backup was made. Raises InvalidInput when this program cannot know what it holds."""
    name, content = member
    manifest = json.loads(content)
    if name != _MANIFEST:
        raise ValueError("no manifest")
    if manifest["format"] > FORMAT or manifest["schema"] > HEAD:
        raise InvalidInput(
            f"the backup was made by a newer feedserver (schema {manifest['schema']}, this one knows {HEAD}): "
            "restore it with that one",
            field="path",
        )
    if manifest["format"] != FORMAT or manifest["schema"] != HEAD:
        raise InvalidInput("the backup was made by an older feedserver: restore it there and upgrade", field="path")
    return datetime.fromisoformat(manifest["made_at"])


async def _clear(tx: Tx) -> None:
    for table in reversed(metadata.sorted_tables):
        await tx.execute(delete(table))


async def _restore_part(tx: Tx, table: Table, content: bytes) -> int:
    rows = await asyncio.to_thread(_decoded, table, content)
    await tx.execute(insert(table), rows)
    return len(rows)


def _decoded(table: Table, content: bytes) -> list[dict[str, Any]]:
    """Rows with exactly the table's columns."""
    readers = {column.name: _reader_of(column) for column in table.columns}
    return [_decoded_row(readers, json.loads(line)) for line in content.splitlines()]


def _decoded_row(readers: Mapping[str, Callable[[Any], Any]], row: dict[str, Any]) -> dict[str, Any]:
    if row.keys() != readers.keys():
        raise ValueError("other columns than ours")
    return {name: None if value is None else readers[name](value) for name, value in row.items()}


def _reader_of(column: Column[Any]) -> Callable[[Any], Any]:
    """From what `_plain` made of a value."""
    if isinstance(column.type, LargeBinary):
        return base64.b64decode
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat
    return _as_is


def _as_is(value: Any) -> Any:
    return value
