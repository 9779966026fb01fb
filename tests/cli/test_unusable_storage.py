"""A database or data directory that cannot be used: one clear line, an exit code, no traceback."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from feedserver.storage import sqlite
from tests.cli.answers import Run, fails


def test_a_data_directory_is_made_when_only_its_last_part_is_missing(run: Run, environment: Path) -> None:
    assert run("share", "list").code == 0
    assert environment.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_far_from_any_that_exists_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_DATA_DIR", "/nowhere/at/all")
    assert "/nowhere/at/all" in fails(run("share", "list", "--json"), 5, "data-dir-unusable")


def test_a_data_directory_that_is_a_file_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FEEDSERVER_DATA_DIR", str(tmp_path / "file"))
    assert "no directory" in fails(run("share", "list", "--json"), 5, "data-dir-unusable")


def test_a_data_directory_the_system_calls_unwritable_is_refused(
    run: Run, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked in this way because root, who runs many a build, may write anywhere."""
    environment.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "written" in fails(run("share", "list", "--json"), 5, "data-dir-unusable")


def test_f19_a_locked_database_is_unavailable(run: Run, environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("calendar", "add", "Work")
    monkeypatch.setattr(sqlite, "BUSY_S", 0)
    with _locked(environment / "feedserver.db"):
        fails(run("calendar", "add", "More", "--json"), 4, "storage-unavailable")
        assert len(run("calendar", "list", "--json").json) == 1, "readers need no lock"
    assert run("calendar", "add", "More").code == 0


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_f18_a_file_that_is_no_database_is_corrupt(run: Run, environment: Path) -> None:
    environment.mkdir()
    (environment / "feedserver.db").write_bytes(b"this is no database" * 500)
    fails(run("share", "list", "--json"), 4, "storage-corrupt")
    assert (environment / "feedserver.db").read_bytes() == b"this is no database" * 500


def test_a_database_of_another_program_is_left_alone(run: Run, environment: Path) -> None:
    environment.mkdir()
    with closing(sqlite3.connect(environment / "feedserver.db")) as other:
        other.execute("CREATE TABLE recipes (title TEXT)")
    fails(run("share", "list", "--json"), 4, "schema-unusable")


def test_f22_a_database_newer_than_the_program_is_left_alone(run: Run, environment: Path) -> None:
    run("share", "list")
    with closing(sqlite3.connect(environment / "feedserver.db")) as other, other:
        other.execute("UPDATE feedserver_schema SET version_num = '9999'")
    assert "newer" in fails(run("share", "list", "--json"), 4, "schema-unusable")


def test_f20_a_full_disk_is_told_as_such(run: Run, environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page limit makes SQLite say what it says on a full disk."""
    run("calendar", "add", "Work")
    pages = (environment / "feedserver.db").stat().st_size // 4096
    monkeypatch.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, f"PRAGMA max_page_count={pages}"))
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261201T100000Z\r\nSUMMARY:{'x' * 500}\r\n"
        "END:VEVENT\r\n" for n in range(2000)
    )  # fmt: skip
    typed = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n".encode()
    fails(run("calendar", "import", "Work", "-", "--json", typed=typed), 4, "storage-full")
    assert len(run("calendar", "list", "--json").json) == 1


def test_f10_a_read_only_database_refuses_writes_and_is_read(
    run: Run, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that may only query says what SQLite says on a read-only file system."""
    run("calendar", "add", "Work")
    monkeypatch.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, "PRAGMA query_only=ON"))
    fails(run("calendar", "add", "More", "--json"), 4, "storage-read-only")
    assert len(run("calendar", "list", "--json").json) == 1


def test_a_database_server_that_does_not_answer_is_unavailable_and_its_password_is_not_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSERVER_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/feedserver")
    answer = run("share", "list", "--json")
    fails(answer, 4, "storage-unavailable")
    assert "hunter2" not in answer.out
