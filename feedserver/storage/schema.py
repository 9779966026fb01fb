"""The schema's revision: found out at start, raised when the program is newer, refused when it is older.

Alembic is loaded only when there is something to do: an ordinary start does not pay for it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from feedserver.model.errors import SchemaUnusable, StorageUnavailable
from feedserver.storage.faults import connected
from feedserver.storage.sqlite import VERSION_TABLE
from feedserver.storage.tables import metadata

REVISIONS = ("0001", "0002", "0003")
"""Every revision this program knows, oldest first."""
HEAD = REVISIONS[-1]
SCRIPTS = Path(__file__).with_name("migrations")

_LOCK_KEY = 0x66656564  # "feed"
_MIGRATION_WAIT_S = 60
_WAL_ATTEMPTS = 100
_WAL_PAUSE_S = 0.05


async def prepare(*, reader: AsyncEngine, writer: AsyncEngine) -> None:
    """Brings the database to HEAD in one transaction that a second process waits for (F22, F23).

    Raises SchemaUnusable when it is newer than this program or holds tables that are not ours.
    """
    if writer.dialect.name == "sqlite":
        await _use_wal(writer)
    async with connected(reader) as connection:
        is_current = await connection.run_sync(_is_current)
    if not is_current:
        await _migrate(writer)


async def _use_wal(writer: AsyncEngine) -> None:
    """WAL is kept in the file; processes that start together race for the switch, which SQLite does not wait for."""
    async with connected(writer) as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        for is_last in (*[False] * _WAL_ATTEMPTS, True):
            try:
                async with raw.execute("PRAGMA journal_mode=WAL") as cursor:
                    (mode,) = await cursor.fetchone()
                break
            except sqlite3.OperationalError as error:
                if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                await asyncio.sleep(_WAL_PAUSE_S)
    if mode != "wal":
        raise StorageUnavailable("The file system of the data directory cannot hold a database in WAL mode.")


def _is_current(connection: Connection) -> bool:
    """True at HEAD, False on an empty database or an older revision."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        if taken := tables & set(metadata.tables):
            raise SchemaUnusable(
                f"The database has tables that feedserver did not make: {', '.join(sorted(taken))}. Name another one."
            )
        return False
    revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()  # noqa: S608 - a constant
    if revision not in REVISIONS:
        raise SchemaUnusable(
            f"The database is at revision {revision}, newer than this program, which knows {HEAD}: "
            "run the newer feedserver, or restore a backup made by this one."
        )
    return bool(revision == HEAD)


async def _migrate(writer: AsyncEngine) -> None:
    async with connected(writer) as connection:
        await _wait_for_others(connection)
        if not await connection.run_sync(_is_current):
            await connection.run_sync(_upgrade)
        await connection.commit()
        # It waits longer than an ordinary one.
        await connection.invalidate()


async def _wait_for_others(connection: AsyncConnection) -> None:
    """Until no other process migrates; both locks end with the transaction."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        return
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await (await raw.execute(f"PRAGMA busy_timeout={_MIGRATION_WAIT_S * 1000}")).close()
    await connection.begin()


def _upgrade(connection: Connection) -> None:
    """Every step after the database's revision, inside the caller's transaction."""
    from alembic.config import Config  # noqa: PLC0415 - 100 ms that an ordinary start does not need
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(SCRIPTS))

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(HEAD, revision)  # noqa: SLF001 - as alembic.command.upgrade does

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=HEAD) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()
