"""The database: opened once, then read in snapshots and written in units."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from feedserver.model.errors import InvalidInput, StorageUnavailable
from feedserver.storage import postgresql, schema, sqlite
from feedserver.storage.faults import connected, spoils_connection, translated

Tx: TypeAlias = AsyncConnection
"""What every storage function takes first; nobody outside this room calls its methods."""

DEFAULT_FILE = "feedserver.db"
TURN_WAIT_S = 15
"""How long a write unit on SQLite waits for those before it."""


class Database:
    """Where everything is kept. `dialect` is "sqlite" or "postgresql"."""

    def __init__(self, *, reader: AsyncEngine, writer: AsyncEngine, path: Path | None) -> None:
        self.reader = reader
        self.writer = writer
        self.path = path
        """The SQLite file; None on PostgreSQL."""
        self.writes = 0
        """How many write units ended in this process, those that failed too: their outcome may be unknown.

        Silent ones are not counted."""
        self._turn = asyncio.Lock() if path else None

    @property
    def dialect(self) -> str:
        """Which engine it is."""
        return self.writer.dialect.name

    @classmethod
    async def open(cls, url: str | None = None, *, data_dir: Path) -> Database:
        """The database at `url`, made or brought to this program's schema when needed.

        `url`: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`; None is a file in `data_dir`.
        Raises InvalidInput (the URL), SchemaUnusable (newer, or another program's), StorageCorrupt, StorageUnavailable.
        """
        db = cls._of_url(_parse(url, data_dir))
        try:
            with translated():
                await schema.prepare(reader=db.reader, writer=db.writer)
        except BaseException:
            await db.close()
            raise
        return db

    @classmethod
    def _of_url(cls, url: URL) -> Database:
        if url.get_backend_name() == "postgresql":
            writer = postgresql.write_engine(url)
            return cls(reader=postgresql.read_engine(writer), writer=writer, path=None)
        path = Path(url.database or "").absolute()
        sqlite.make_file(path)
        sqlite.refuse_foreign(path)
        return cls(reader=sqlite.read_engine(path), writer=sqlite.write_engine(path), path=path)

    async def close(self) -> None:
        """Ends every connection; transactions still open are undone."""
        await self.reader.dispose()
        await self.writer.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A snapshot: every statement sees the same moment. Writes in it are refused.

        Raises StorageUnavailable, StorageCorrupt.
        """
        async with _transaction(self.reader) as tx:
            yield tx

    @asynccontextmanager
    async def write(self, *, is_silent: bool = False) -> AsyncIterator[Tx]:
        """A write unit: kept for good when the block has ended, undone when it raises. Not to be nested.

        `is_silent`: nothing that anybody keeps a copy of is written, so that copies stay good where the engine allows
        (on PostgreSQL). No waiting for mail, network or long computing inside: on SQLite it holds everybody's writes.
        Raises Conflict, StorageUnavailable, StorageReadOnly, StorageFull, StorageCorrupt.
        """
        async with self._my_turn():
            try:
                async with _transaction(self.writer) as tx:
                    yield tx
                    if not is_silent:
                        await self._announce(tx)
            finally:
                self.writes += not is_silent

    def _my_turn(self) -> AbstractAsyncContextManager[None]:
        """One writer at a time on SQLite: waiting here costs nothing, waiting for its lock a thread."""
        return _in_turn(self._turn) if self._turn else nullcontext()

    async def _announce(self, tx: Tx) -> None:
        """Tells the other processes, at the moment of the commit; SQLite's file tells them by itself."""
        if self.path is None:
            await tx.exec_driver_sql(f"NOTIFY {postgresql.CHANNEL}")


def _parse(url: str | None, data_dir: Path) -> URL:
    if not url:
        return URL.create("sqlite", database=str(data_dir / DEFAULT_FILE))
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except ArgumentError as error:
        raise InvalidInput("this is no database URL", field="database_url") from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise InvalidInput("a database URL begins with sqlite:/// or postgresql://", field="database_url")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise InvalidInput("a sqlite:/// URL needs the path of a file", field="database_url")
    return parsed


@asynccontextmanager
async def _in_turn(turn: asyncio.Lock) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(TURN_WAIT_S):
            await turn.acquire()
    except TimeoutError as error:
        raise StorageUnavailable("Too many writes are waiting; try again shortly.") from error
    try:
        yield
    finally:
        turn.release()


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[Tx]:
    """Commits at the end, rolls back on any exception, and lets no driver's error out."""
    with translated():
        async with connected(engine) as tx:
            try:
                async with tx.begin():
                    yield tx
            except (DBAPIError, TimeoutError) as error:
                if spoils_connection(error):
                    await tx.invalidate(error)
                raise
