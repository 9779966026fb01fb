"""Whether anything in the database changed, told without asking it.

A feed that is polled every few seconds must not cost a statement each time, and a share that was withdrawn must be off
on the very next request, here and in every other process within a second. So what was read is kept with the mark that
was taken *before* it was read, and is good as long as the mark is the same:

    mark = freshness.mark()
    state = await read(...)
    ...
    if freshness.mark() == mark: ...  # nothing was written meanwhile, by anybody
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
import time
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import quote

from feedserver.storage.engine import Database
from feedserver.storage.faults import connected
from feedserver.storage.postgresql import CHANNEL

_log = logging.getLogger(__name__)

_numbers = itertools.count(1)
"""Marks of this process; one that was given up never comes again."""


class Freshness:
    """Marks of one database. In doubt a mark is unique: equal to no other, so that everything is read anew."""

    def __init__(self, db: Database) -> None:
        self._source: _Source = _FileVersion(db) if db.path else _Notifications(db)
        self.mark = self._source.mark
        """The mark of this moment, synchronous (2 us on SQLite, 0.3 us on PostgreSQL)."""

    async def start(self) -> None:
        """Begins to watch; before that every mark is unique."""
        await self._source.start()

    async def stop(self) -> None:
        """Ends watching; every mark is unique from now on."""
        await self._source.stop()


class _Source(Protocol):
    """Two implementations, one per engine."""

    def mark(self) -> int: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class _FileVersion:
    """SQLite: PRAGMA data_version on a connection of its own, asked in the event loop.

    It is read from shared memory and differs whenever another connection has committed, of this process or any other.
    A file that was replaced is another database: its name is looked up once in a while.
    """

    _LOOK_S = 0.25

    def __init__(self, db: Database) -> None:
        assert db.path is not None
        self._path = db.path
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None
        self._is_started = False
        self._version: int | None = None
        self._mark = 0
        self._inode = 0
        self._look_at = 0.0

    async def start(self) -> None:
        self._is_started = True

    async def stop(self) -> None:
        self._is_started = False
        self._disconnect()

    def mark(self) -> int:
        try:
            if self._cursor is None or time.monotonic() >= self._look_at:
                self._look()
            assert self._cursor is not None
            (version,) = self._cursor.execute("PRAGMA data_version").fetchone()
        except (sqlite3.Error, OSError):
            self._disconnect()
            return next(_numbers)
        if version != self._version:
            self._version = version
            self._mark = next(_numbers)
        return self._mark

    def _look(self) -> None:
        """Connects to the file that has the name now."""
        self._look_at = time.monotonic() + self._LOOK_S
        if self._cursor is None or self._path.stat().st_ino != self._inode:
            self._disconnect()
            self._connect()

    def _connect(self) -> None:
        if not self._is_started:
            raise sqlite3.OperationalError("not watching")
        self._inode = self._path.stat().st_ino
        # timeout=0: the event loop never waits for a lock.
        self._connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=rw", uri=True, timeout=0, isolation_level=None
        )
        self._cursor = self._connection.cursor()

    def _disconnect(self) -> None:
        self._version = self._cursor = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Notifications:
    """PostgreSQL: every write unit notifies; a heartbeat on the same connection proves that none was missed.

    Notifications come in order before the heartbeat's answer, so after an answer nothing committed before its question
    is unknown. This process's own write units are counted here and need no news.
    """

    _PROVEN_S = 1.0
    _BEAT_S = 0.3
    _ANSWER_S = 0.6
    _PAUSE_S = 0.2

    def __init__(self, db: Database) -> None:
        self._db = db
        self._mark = 0
        self._own_writes = -1
        self._proven_until = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="freshness")

    async def stop(self) -> None:
        self._proven_until = 0.0
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def mark(self) -> int:
        if time.monotonic() >= self._proven_until:
            return next(_numbers)
        if self._own_writes != self._db.writes:
            self._own_writes = self._db.writes
            self._mark = next(_numbers)
        return self._mark

    async def _watch(self) -> None:
        """For ever. A dying connection raises more than is told: asyncpg's InternalClientError is none of its errors.

        Whatever it was, the answer is the same: nothing is proven, and the connection is made anew.
        """
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - see above
                if self._proven_until:
                    _log.warning("no news of writes (%s): the database is asked each time", type(error).__name__)
            self._proven_until = 0.0
            await asyncio.sleep(self._PAUSE_S)

    async def _listen(self) -> None:
        """Until the connection fails."""
        async with connected(self._db.writer) as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await raw.add_listener(CHANNEL, self._on_write)
                await self._beat(raw)
                # What was written before this connection listened is unknown.
                self._mark = next(_numbers)
                while True:
                    await asyncio.sleep(self._BEAT_S)
                    await self._beat(raw)
            finally:
                # Its listener must not go back to the pool.
                await connection.invalidate()

    async def _beat(self, raw: Any) -> None:
        asked_at = time.monotonic()
        async with asyncio.timeout(self._ANSWER_S):
            await raw.fetchval("SELECT 1")
        self._proven_until = asked_at + self._PROVEN_S

    def _on_write(self, *_: object) -> None:
        self._mark = next(_numbers)
