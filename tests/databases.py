"""Databases for tests: SQLite files, and a real PostgreSQL started once per test session.

The fixture `db` runs a test on both engines, each time on a fresh database at the newest schema.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from feedserver.storage.engine import Database

_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL of our own in a directory that ends with the session; everybody on this machine may log in."""

    bin_dir: Path
    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} " + " ".join(
            f"-c {option}" for option in _SPEED
        )
        self._run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-D", "data", "-m", mode)

    def initialise(self) -> None:
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

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
    yield server
    server.stop()
    shutil.rmtree(folder)


def _bin_dir() -> Path:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    in_path = shutil.which("initdb")
    for folder in ([Path(in_path).resolve().parent] if in_path else []) + newest_first:
        if all((folder / program).exists() for program in ("initdb", "postgres", "pg_ctl")):
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


async def statement(server: PostgresServer, sql: str) -> None:
    """Runs what cannot run inside one of the tests' databases."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a database may be made; there is none yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'feedserver.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"t_{secrets.token_hex(8)}"
    await statement(server, f"CREATE DATABASE {name}")
    yield server.url(name)
    await statement(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """An open, empty database, once on each engine."""
    database = await Database.open(database_url, data_dir=tmp_path)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, empty SQLite database, for tests that do not ask about the engine."""
    database = await Database.open(data_dir=tmp_path)
    yield database
    await database.close()
