"""PostgreSQL: several processes on one database.

A write unit is READ COMMITTED and begins by locking the rows it stands on (the collection, the share), which holds
the next writer of the same thing back. Reads are REPEATABLE READ: one snapshot.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

CHANNEL = "feedserver"
"""Every write unit says NOTIFY on it."""
POOL_WAIT_S = 10
_CONNECT_S = 5
_STATEMENT_S = 120
_LOCK_MS = "10000"


def write_engine(url: URL) -> AsyncEngine:
    """READ COMMITTED. A connection is tried before it is used, so that a server that restarted is met anew (F31)."""
    arguments: dict[str, Any] = {
        "timeout": _CONNECT_S,
        "command_timeout": _STATEMENT_S,
        "server_settings": {"application_name": "feedserver", "lock_timeout": _LOCK_MS, "timezone": "UTC"},
    }
    query = dict(url.query)
    if ssl := query.pop("sslmode", None):
        # libpq's word for it; asyncpg takes the same values under its own.
        arguments["ssl"] = ssl
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg", query=query),
        connect_args=arguments,
        isolation_level="READ COMMITTED",
        pool_size=8,
        max_overflow=4,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
    )


def read_engine(writer: AsyncEngine) -> AsyncEngine:
    """Snapshots, on the same pool."""
    return writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
