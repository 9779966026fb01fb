"""`key`, `backup`, `restore` and `check`."""

from __future__ import annotations

import re
import sqlite3
import stat
from pathlib import Path

import pytest

from feedserver.app.checkup import mend_of
from feedserver.model.errors import (
    SchemaUnusable,
    StorageCorrupt,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)
from tests.cli.answers import Run, fails, free_port


def test_keys_are_listed_rotated_and_retired(run: Run, team: Path) -> None:
    before = run("publish", str(team), "--json").json["page_url"]
    (old,) = run("key", "list", "--json").json
    assert old["is_signing"]
    new = run("key", "rotate", "--json").json["id"]
    assert [(k["id"], k["is_signing"]) for k in run("key", "list", "--json").json] == [(old["id"], False), (new, True)]
    assert run("share", "show", "Team", "--json").json["page_url"] != before
    for _ in range(2):
        assert run("key", "retire", old["id"], "--json").json == {"id": old["id"]}
    assert [k["id"] for k in run("key", "list", "--json").json] == [new]


def test_the_signing_key_and_an_unknown_one_are_not_retired(run: Run) -> None:
    (key,) = run("key", "list", "--json").json
    fails(run("key", "retire", key["id"], "--json"), 2, "invalid-input")
    fails(run("key", "retire", "00000000", "--json"), 3, "not-found")


def test_k06_no_secret_of_a_key_is_shown(run: Run, environment: Path) -> None:
    shown = run("key", "list", "--json").out + run("check", "--json").out
    for line in (environment / "keys.json").read_text().splitlines():
        if "secret" in line:
            assert line.split('"')[3] not in shown


def test_k03_a_key_file_that_others_can_read_is_refused(run: Run, environment: Path) -> None:
    run("key", "list")
    (environment / "keys.json").chmod(0o644)
    assert "chmod 600" in fails(run("share", "list", "--json"), 5, "key-ring-unusable")


def test_a_lost_key_file_is_not_replaced_in_silence(run: Run, environment: Path, team: Path) -> None:
    run("publish", str(team))
    (environment / "keys.json").unlink()
    assert "backup" in fails(run("share", "list", "--json"), 5, "key-ring-unusable")
    assert not (environment / "keys.json").exists()


def test_a_backup_is_restored_with_its_links_though_database_and_keys_are_lost(
    run: Run, environment: Path, team: Path, tmp_path: Path
) -> None:
    made = run("publish", str(team), "--json").json
    exported = run("calendar", "export", "Team").out
    file = tmp_path / "backup.tar.gz"
    summary = run("backup", str(file), "--json").json
    assert (summary["calendars"], summary["objects"], summary["shares"], summary["accounts"]) == (1, 2, 1, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for path in environment.iterdir():
        path.unlink()
    assert run("restore", str(file), "--json").json == summary
    assert run("share", "show", made["id"], "--json").json["page_url"] == made["page_url"]
    assert run("calendar", "export", "Team").out == exported


def test_a_restore_undoes_what_came_after_the_backup(run: Run, team: Path, tmp_path: Path) -> None:
    made = run("publish", str(team), "--json").json
    run("backup", str(tmp_path / "b"))
    run("key", "rotate")
    run("share", "remove", "Team")
    run("calendar", "add", "Later")
    assert run("restore", str(tmp_path / "b")).code == 0
    assert [s["page_url"] for s in run("share", "list", "--json").json] == [made["page_url"]]
    assert [c["name"] for c in run("calendar", "list", "--json").json] == ["Team"]


def test_a_restore_works_when_the_key_file_alone_is_lost(
    run: Run, environment: Path, team: Path, tmp_path: Path
) -> None:
    made = run("publish", str(team), "--json").json
    run("backup", str(tmp_path / "b"))
    (environment / "keys.json").unlink()
    assert run("restore", str(tmp_path / "b")).code == 0
    assert run("share", "list", "--json").json[0]["page_url"] == made["page_url"]


def test_what_is_no_backup_is_refused(run: Run, tmp_path: Path) -> None:
    run("calendar", "add", "Work")
    (tmp_path / "b").write_bytes(b"nonsense")
    fails(run("restore", str(tmp_path / "b"), "--json"), 2, "invalid-input")
    fails(run("restore", str(tmp_path / "nothing"), "--json"), 2, "usage")
    assert len(run("calendar", "list", "--json").json) == 1


def _findings(run: Run, code: int) -> dict[str, tuple[str, str, str]]:
    answer = run("check", "--json")
    assert answer.code == code, answer
    assert answer.json["is_good"] == (code == 0)
    return {f["about"]: (f["verdict"], f["message"], f["mend"]) for f in answer.json["findings"]}


def test_check_says_that_nothing_answers_at_the_base_url(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_BASE_URL", f"http://localhost:{free_port()}")
    findings = _findings(run, 1)
    assert findings["settings"][0] == findings["database"][0] == findings["keys"][0] == "good"
    assert findings["accounts"][0] == "hint"
    verdict, _message, mend = findings["base URL"]
    assert verdict == "fault"
    assert "feedserver serve" in mend
    assert "FAULT" in run("check").out


def test_check_names_every_fault_of_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_BASE_URL", "https://user:hunter2@example.org/path")
    answer = run("check", "--json")
    assert answer.code == 1
    assert "FEEDSERVER_BASE_URL" in answer.out
    assert "hunter2" not in answer.out


def test_check_finds_a_damaged_database(run: Run, environment: Path, team: Path) -> None:
    run("publish", str(team))
    _damage(environment / "feedserver.db")
    verdict, _message, mend = _findings(run, 1)["database"]
    assert verdict == "fault"
    assert "restore" in mend


def _damage(path: Path) -> None:
    """Overwrite pages behind the first ones, as a failing disk does."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(data)


def test_check_finds_keys_that_do_not_fit(run: Run, environment: Path) -> None:
    run("key", "list")
    (environment / "keys.json").unlink()
    assert _findings(run, 1)["keys"][0] == "fault"


def test_check_says_what_to_do_about_each_fault_of_the_database(run: Run, environment: Path) -> None:
    environment.touch()
    assert "FEEDSERVER_DATA_DIR" in _findings(run, 1)["database"][2]
    for kind in (StorageUnavailable, StorageReadOnly, StorageFull, StorageCorrupt, SchemaUnusable):
        mend = mend_of(kind())
        assert re.match("(see that|let|make|move|run) ", mend), kind


def test_a_damaged_database_is_moved_away_as_told_and_restored(
    run: Run, environment: Path, team: Path, tmp_path: Path
) -> None:
    made = run("publish", str(team), "--json").json
    run("backup", str(tmp_path / "b"))
    (environment / "feedserver.db").write_bytes(b"nonsense" * 1000)
    message = fails(run("restore", str(tmp_path / "b"), "--json"), 4, "storage-corrupt")
    assert "move the file away" in message
    for path in environment.glob("feedserver.db*"):
        path.unlink()
    assert run("restore", str(tmp_path / "b")).code == 0
    assert run("share", "show", made["id"], "--json").json["page_url"] == made["page_url"]
