"""What the drivers raise, in the product's own words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from feedserver.languages.message import message
from feedserver.model.errors import (
    Conflict,
    FeedserverError,
    StorageCorrupt,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)

CONNECT_WAIT_S = 10
"""How long a connection may take: a server that froze or was cut off answers no ping, and closes nothing either."""

_BUSY = message("The database is busy or cannot be reached; try again shortly.")
_READ_ONLY = message("The database refuses writes: its file or its server is read-only.")
_FULL = message("The disk of the database is full: nothing was written.")
_CORRUPT = message(
    "The database file is damaged or no database at all; restore a backup: "
    "move the file away with its -wal and -shm, then run: feedserver restore FILE"
)
_CONFLICT = message("What was to be written meets something that is there already, or needs something that is gone.")

# https://www.sqlite.org/rescode.html: the primary code is the low byte.
_SQLITE: dict[int, tuple[type[FeedserverError], str]] = {
    3: (StorageUnavailable, _BUSY),  # PERM
    5: (StorageUnavailable, _BUSY),  # BUSY
    6: (StorageUnavailable, _BUSY),  # LOCKED
    8: (StorageReadOnly, _READ_ONLY),  # READONLY
    10: (StorageUnavailable, _BUSY),  # IOERR
    11: (StorageCorrupt, _CORRUPT),  # CORRUPT
    13: (StorageFull, _FULL),  # FULL
    14: (StorageUnavailable, _BUSY),  # CANTOPEN
    15: (StorageUnavailable, _BUSY),  # PROTOCOL: too many processes race for the lock
    26: (StorageCorrupt, _CORRUPT),  # NOTADB
}
_SQLITE_CONFLICTS = frozenset({787, 1555, 2067})  # CONSTRAINT_FOREIGNKEY, _PRIMARYKEY, _UNIQUE
_SQLITE_LOCKS = frozenset({5, 6})

# https://www.postgresql.org/docs/current/errcodes-appendix.html, by whole code or by class.
_POSTGRESQL: dict[str, tuple[type[FeedserverError], str]] = {
    "23503": (Conflict, _CONFLICT),  # foreign_key_violation
    "23505": (Conflict, _CONFLICT),  # unique_violation
    "25006": (StorageReadOnly, _READ_ONLY),  # read_only_sql_transaction
    "53100": (StorageFull, _FULL),  # disk_full
    "40": (StorageUnavailable, _BUSY),  # serialization, deadlock
    "08": (StorageUnavailable, _BUSY),  # connection
    "28": (StorageUnavailable, "The database server refuses the login of FEEDSERVER_DATABASE_URL."),
    "3D": (StorageUnavailable, "The database server has no database of the name in FEEDSERVER_DATABASE_URL."),
    "53": (StorageUnavailable, _BUSY),  # resources, too many connections
    "55": (StorageUnavailable, _BUSY),  # lock not available, cannot connect now
    "57": (StorageUnavailable, _BUSY),  # shut down by an administrator, canceled
    "58": (StorageUnavailable, _BUSY),  # I/O
    "XX001": (StorageCorrupt, _CORRUPT),
    "XX002": (StorageCorrupt, _CORRUPT),
}


@contextmanager
def translated() -> Iterator[None]:
    """The room's door: what a driver raises inside leaves as an error of `model.errors`.

    What is neither a fault of the database nor a conflict is a mistake of ours and passes as it is.
    """
    try:
        yield
    except TimeoutError as error:  # asyncpg's, of a statement; SQLAlchemy lets it pass
        raise StorageUnavailable(_BUSY) from error
    except DBAPIError as error:
        fault = fault_of(error)
        if fault is None:
            raise
        raise fault from error


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool; StorageUnavailable when none can be had.

    Only here an OSError is the database's: inside a transaction it may be the caller's own file.
    """
    try:
        async with asyncio.timeout(CONNECT_WAIT_S):
            connection = await engine.connect()
    except (OSError, PoolTimeout) as error:
        raise StorageUnavailable(_BUSY) from error
    try:
        yield connection
    finally:
        await connection.close()


def fault_of(error: DBAPIError) -> FeedserverError | None:
    """The product's word for a driver's error, None when it has none."""
    cause: BaseException | None = error.orig
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None:
        return _of_sqlite(number)
    state = getattr(cause, "sqlstate", None)
    if state:
        return _of_postgresql(state)
    # A lost connection carries no code: asyncpg's InterfaceError, sqlite3's "not a database" of old.
    return StorageUnavailable(_BUSY) if error.connection_invalidated or _is_lost(cause) else None


def _of_sqlite(number: int) -> FeedserverError | None:
    if number in _SQLITE_CONFLICTS:
        return Conflict(_CONFLICT)
    kind, message = _SQLITE.get(number & 0xFF) or (None, "")
    return kind(message) if kind else None


def _of_postgresql(state: str) -> FeedserverError | None:
    kind, message = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or (None, "")
    return kind(message) if kind else None


def _is_lost(cause: BaseException | None) -> bool:
    while cause is not None:
        if isinstance(cause, OSError):
            return True
        cause = cause.__cause__
    return False


def spoils_connection(error: BaseException) -> bool:
    """True when a connection that met `error` is better opened anew.

    What PostgreSQL did not answer in time may be under way still, and a rollback would wait behind it. A SQLite file
    that was read-only when it was opened stays so for that connection even after it has been mended (F16).
    """
    if isinstance(error, TimeoutError):
        return True
    number = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return number is not None and number & 0xFF in _SQLITE and number & 0xFF not in _SQLITE_LOCKS
