"""Databases for tests: SQLite files, and a real PostgreSQL started once per test session.

The fixture `db` runs a test on both engines, each time on a fresh database at the newest schema.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from feedserver.storage.engine import DEFAULT_FILE, Database

_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")
_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
"""


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL of our own in a directory that ends with the session; everybody on this machine may log in."""

    bin_dir: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The one database that all tests of a session use in turn."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/tests"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} " + " ".join(
            f"-c {option}" for option in _SPEED
        )
        self._run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-D", "data", "-m", mode)

    async def empty(self) -> None:
        """Ends who is connected and takes all tables away: ten times faster than making another database."""
        await self._execute(_END_OTHERS + "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    async def end_connections(self) -> None:
        """As a server does that goes away, for whoever is connected."""
        await self._execute(_END_OTHERS)

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def initialise(self) -> None:
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    def make_database(self) -> None:
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "tests")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin_dir / program), *arguments],
            cwd=self.folder,
            user="postgres" if os.geteuid() == 0 else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.folder / "log"
            pytest.fail(f"{program} failed: {done.stderr}\n{log.read_text() if log.exists() else ''}", pytrace=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this session; a missing PostgreSQL fails the test, since half of the product would go untested."""
    # Not below pytest's own folder, which other users may not enter; short, because socket paths are at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="fs-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    server = PostgresServer(bin_dir=_bin_dir(), folder=folder, port=_free_port())
    server.initialise()
    server.start()
    try:
        server.make_database()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def _bin_dir() -> Path:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    in_path = shutil.which("initdb")
    for folder in ([Path(in_path).resolve().parent] if in_path else []) + newest_first:
        if all((folder / program).exists() for program in ("initdb", "postgres", "pg_ctl", "createdb")):
            return folder
    pytest.fail(
        "PostgreSQL is missing: the storage tests need initdb, postgres and pg_ctl, in PATH or in "
        "/usr/lib/postgresql/*/bin (Debian and Ubuntu: apt-get install postgresql)",
        pytrace=False,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a database may be made; there is none yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'feedserver.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    await server.empty()
    yield server.url


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest schema, to be copied: bringing a new one there costs seven times as much."""
    folder = tmp_path_factory.mktemp("new")

    async def make() -> None:
        await (await Database.open(data_dir=folder)).close()

    asyncio.run(make())
    return folder / DEFAULT_FILE


@pytest.fixture
async def db(database_url: str, new_database: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An open, empty database, once on each engine."""
    if database_url.startswith("sqlite"):
        shutil.copy(new_database, tmp_path / DEFAULT_FILE)
    database = await Database.open(database_url, data_dir=tmp_path)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(new_database: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An open, empty SQLite database, for tests that do not ask about the engine."""
    shutil.copy(new_database, tmp_path / DEFAULT_FILE)
    database = await Database.open(data_dir=tmp_path)
    yield database
    await database.close()
