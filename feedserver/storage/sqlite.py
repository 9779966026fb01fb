"""SQLite: one file in the data directory, WAL, durable when acknowledged.

Measured traps that the settings below answer: the driver's own transactions lose updates (40 concurrent increments
ended at 1), so it is told to leave them alone and a write unit says BEGIN IMMEDIATE; foreign keys are off unless each
connection asks; `-wal` and `-shm` get the mode of the file itself, which is therefore made 0600 before SQLite sees it
(threats K04).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from feedserver.model.errors import SchemaUnusable, StorageCorrupt, StorageUnavailable

BUSY_S = 5
"""How long a statement waits for another process that writes."""
POOL_WAIT_S = 10
READERS = 4
VERSION_TABLE = "feedserver_schema"
"""Holds the schema's revision; a database without it is not ours."""

_PRAGMAS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-8192",
    "PRAGMA journal_size_limit=67108864",
)
_READ_PRAGMAS = (*_PRAGMAS, "PRAGMA query_only=ON")


def make_file(path: Path) -> None:
    """An empty file of mode 0600 at `path`, or the one that is there, closed to others.

    Raises StorageUnavailable when it can be neither made nor opened.
    """
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageUnavailable(f"The database file {path} cannot be opened: {error.strerror}.") from error
    with suppress(PermissionError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def refuse_foreign(path: Path) -> None:
    """Looks into `path` without changing a byte.

    Raises StorageCorrupt when it is no SQLite database, SchemaUnusable when another program's.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_S)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError as error:
        raise StorageUnavailable(f"The database file {path} cannot be read: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise StorageCorrupt(
            f"{path} is damaged or no database at all; restore a backup: "
            "move the file away with its -wal and -shm, then run: feedserver restore FILE"
        ) from error
    if tables and VERSION_TABLE not in tables:
        raise SchemaUnusable(f"{path} is a database, but was not made by feedserver; name another file.")


def write_engine(path: Path) -> AsyncEngine:
    """One connection: a second writer would only wait for the first."""
    return _engine(path, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS, size=1)


def read_engine(path: Path) -> AsyncEngine:
    """Transactions are snapshots, taken at their first statement."""
    return _engine(path, begin="BEGIN", pragmas=_READ_PRAGMAS, size=READERS)


def _engine(path: Path, *, begin: str, pragmas: tuple[str, ...], size: int) -> AsyncEngine:
    # mode=rw: a file that vanished is an error, not a new empty database.
    url = URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    engine = create_async_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_S},
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()
        record.info["inode"] = _inode(path)

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_replaced(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["inode"] != _inode(path):
            raise DisconnectionError("the database file was replaced")

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _inode(path: Path) -> int | None:
    """Which file `path` is now; None when it is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return None
