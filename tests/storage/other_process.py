"""What another process does to a database; run as a script: `other_process.py ACTION URL FOLDER ...`.

It forks instead of starting anew, so that Python and the libraries are loaded once for all rounds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import alembic.runtime.environment  # noqa: F401 - once, not in every child
import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from feedserver.storage import collections, meta
from feedserver.storage.engine import Database

KILLED = -signal.SIGKILL


def in_child(job: Callable[[], Awaitable[None]]) -> int:
    """Starts a process that does the job and ends; its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        asyncio.run(job())  # type: ignore[arg-type]
    except BaseException as error:  # noqa: BLE001 - the child must end here whatever happens
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def end_of(pid: int) -> int:
    """How it ended: 0, 1, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_after(statements: int) -> None:
    """This process is killed when it has executed that many more statements."""
    executed = count(1)

    @event.listens_for(Engine, "after_cursor_execute")
    def maybe_die(*_: object) -> None:
        if next(executed) == statements:
            os.kill(os.getpid(), signal.SIGKILL)


async def open_and_use(url: str, folder: Path) -> None:
    db = await Database.open(url, data_dir=folder)
    async with db.write() as tx:
        assert await meta.get(tx, meta.INSTANCE_ID)
        await collections.add(tx, name="x", timezone="UTC", now=datetime.now(UTC))
    await db.close()


def clear(url: str, folder: Path) -> None:
    if url.startswith("sqlite"):
        for file in folder.glob("*.db*"):
            file.unlink()
    else:
        end_of(in_child(lambda: _drop_tables(url)))


async def _drop_tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


def migrations_killed(url: str, folder: Path) -> None:
    """Kills a first start after its first statement, its second... and starts again each time (F22)."""
    for statements in count(1):
        clear(url, folder)

        async def killed(statements: int = statements) -> None:
            kill_after(statements)
            db = await Database.open(url, data_dir=folder)
            await db.close()

        end = end_of(in_child(killed))
        assert end in {0, KILLED}, (statements, end)
        assert end_of(in_child(lambda: open_and_use(url, folder))) == 0, f"unusable after {statements} statements"
        if end == 0:
            print(statements - 1)
            return


def starts_together(url: str, folder: Path) -> None:
    """Several first starts at once (F23)."""
    pids = [in_child(lambda: open_and_use(url, folder)) for _ in range(4)]
    print([end_of(pid) for pid in pids])


def write_until_killed(url: str, folder: Path) -> None:
    """Writes one value after the other and says each when it is acknowledged."""

    async def write() -> None:
        db = await Database.open(url, data_dir=folder)
        for number in count(1):
            async with db.write() as tx:
                await meta.put(tx, f"ledger {number}", "x" * 500)
            os.write(1, f"{number}\n".encode())

    asyncio.run(write())


if __name__ == "__main__":
    action, given_url, given_folder = sys.argv[1:]
    {
        "migrations_killed": migrations_killed,
        "starts_together": starts_together,
        "write_until_killed": write_until_killed,
    }[action](given_url, Path(given_folder))
