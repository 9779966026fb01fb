from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, create_engine, table, text, update

from feedserver.model.errors import InvalidInput, SchemaUnusable, StorageCorrupt, StorageUnavailable
from feedserver.storage import schema
from feedserver.storage.engine import Database
from feedserver.storage.sqlite import VERSION_TABLE
from feedserver.storage.tables import metadata
from tests.conftest import REPOSITORY
from tests.databases import PostgresServer

SCRIPT = Path(__file__).with_name("other_process.py")


def in_other_process(action: str, url: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), action, url, str(folder)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_migrations_lead_to_the_tables_that_the_code_knows(db: Database) -> None:
    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        return compare_metadata(context, metadata)

    async with db.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_write_the_same_sql_as_the_tables_on_sqlite(sqlite_db: Database) -> None:
    """What the comparison above does not look at: WITHOUT ROWID, partial indices, names of constraints."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    query = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'feedserver%' ORDER BY name")
    with engine.connect() as made:
        wanted = {name: _normal(sql) for name, sql in made.execute(query)}
    engine.dispose()
    async with sqlite_db.read() as tx:
        found = {name: _normal(sql) for name, sql in await tx.execute(query) if not name.endswith(VERSION_TABLE + "_1")}
    assert found == wanted


def _normal(sql: str | None) -> set[str]:
    """Its parts, in whatever order: constraints may stand in any, an added column stands on the line before."""
    return {part.strip(" ,\t") for part in re.split(r"[\n,]", sql or "")}


def test_every_migration_is_known_to_the_program() -> None:
    scripts = ScriptDirectory(str(schema.SCRIPTS))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.REVISIONS


def test_migration_killed_at_every_statement_is_completed_by_the_next_start(database_url: str, tmp_path: Path) -> None:
    """F22"""
    statements = int(in_other_process("migrations_killed", database_url, tmp_path))
    assert statements > 25


def test_processes_that_start_together_migrate_once(database_url: str, tmp_path: Path) -> None:
    """F23"""
    assert in_other_process("starts_together", database_url, tmp_path) == "[0, 0, 0, 0]\n"


async def test_newer_schema_is_refused_with_what_to_do(database_url: str, tmp_path: Path) -> None:
    """F22: an older program on a newer database."""
    db = await Database.open(database_url, data_dir=tmp_path)
    async with db.write() as tx:
        await tx.execute(update(table(VERSION_TABLE, column("version_num"))).values(version_num="0999"))
    await db.close()
    with pytest.raises(SchemaUnusable, match=r"0999.*newer than this program.*run the newer feedserver"):
        await Database.open(database_url, data_dir=tmp_path)


async def test_start_needs_no_turn_among_the_writers(sqlite_db: Database, tmp_path: Path) -> None:
    """The server starts while an import on the command line writes."""
    async with sqlite_db.write():
        other = await Database.open(data_dir=tmp_path)
        await other.close()


async def test_tables_of_the_same_name_that_are_not_ours_are_refused(database_url: str, tmp_path: Path) -> None:
    db = await Database.open(database_url, data_dir=tmp_path)
    async with db.write() as tx:
        await tx.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    await db.close()
    with pytest.raises(SchemaUnusable):
        await Database.open(database_url, data_dir=tmp_path)


async def test_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "browser.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE moz_places (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(SchemaUnusable, match="not made by feedserver"):
        await Database.open(f"sqlite:///{path}", data_dir=tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"BEGIN:VCALENDAR\r\n" * 100, b"SQLite format 3\x00" + bytes(4000), b"x" * 5000])
async def test_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feedserver.db"
    path.write_bytes(content)
    with pytest.raises(StorageCorrupt, match="restore a backup"):
        await Database.open(data_dir=tmp_path)
    assert path.read_bytes() == content


async def test_empty_file_becomes_a_database(tmp_path: Path) -> None:
    """What a process killed at the very first moment leaves."""
    (tmp_path / "feedserver.db").touch()
    db = await Database.open(data_dir=tmp_path)
    await db.close()


async def test_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="absent"):
        await Database.open(data_dir=tmp_path / "absent")


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense", "sqlite://", "sqlite:///:memory:"])
async def test_url_that_names_no_database_of_ours_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="URL"):
        await Database.open(url, data_dir=tmp_path)


async def test_server_that_cannot_be_reached_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable) as raised:
        await Database.open("postgres://ann:s3cret@127.0.0.1:1/db", data_dir=tmp_path)
    assert "s3cret" not in str(raised.value)


async def test_path_with_odd_characters_is_the_file_of_that_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%41&mode=memory é"
    folder.mkdir()
    db = await Database.open(data_dir=folder)
    async with db.read():
        pass
    await db.close()
    assert {file.name for file in folder.iterdir()} == {"feedserver.db"}
    again = await Database.open(f"sqlite:///{tmp_path / 'plain.db'}", data_dir=folder)
    await again.close()
    assert (tmp_path / "plain.db").exists()


async def test_server_is_reached_by_its_socket_and_by_the_words_of_libpq(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    await postgres.empty()
    by_socket = f"postgresql://postgres@/tests?host={postgres.folder}&port={postgres.port}"
    for url in (by_socket, f"{postgres.url}?sslmode=prefer".replace("postgresql", "postgres", 1)):
        db = await Database.open(url, data_dir=tmp_path)
        assert db.dialect == "postgresql"
        await db.close()
