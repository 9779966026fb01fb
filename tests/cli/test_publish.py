"""`publish`: from a file to links in one command, and what each kind of unusable file is told."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.cli.answers import TEAM, Run, fails


def test_publish_prints_the_links_and_the_report(run: Run, team: Path) -> None:
    answer = run("publish", str(team), "--json")
    assert answer.code == 0
    data = answer.json
    assert set(data) >= {"id", "page_url", "feed_url", "webcal_url", "report"}
    assert data["feed_url"] == data["page_url"] + "team.ics"
    assert data["page_url"].startswith("http://localhost:8080/s/")
    assert data["webcal_url"] == data["feed_url"].replace("http://", "webcal://")
    assert data["report"] == {
        "imported": 2, "updated": 0, "unchanged": 0, "repaired": 0, "refused": 0, "repairs": {}, "refusals": []
    }  # fmt: skip


def test_publish_says_the_same_to_people(run: Run, team: Path) -> None:
    answer = run("publish", str(team))
    assert "Team: 2 imported" in answer.out
    assert all(word in answer.out for word in ("page     http://", "feed     http://", "webcal   webcal://"))
    assert answer.err == ""


def test_a_share_shows_the_same_links_wherever_it_is_answered(run: Run, team: Path) -> None:
    made = run("publish", str(team), "--json").json
    shown, listed = run("share", "show", made["id"], "--json").json, run("share", "list", "--json").json
    for key in ("id", "page_url", "feed_url", "webcal_url"):
        assert made[key] == shown[key] == listed[0][key]


def test_the_name_is_the_one_given_else_the_files_own_else_that_of_the_file(
    run: Run, team: Path, tmp_path: Path
) -> None:
    assert run("publish", str(team), "--name", "Ours", "--json").json["name"] == "Ours"
    assert run("publish", str(team), "--json").json["name"] == "Team"
    plain = tmp_path / "holidays.ics"
    plain.write_bytes(TEAM.replace("X-WR-CALNAME:Team\r\n", "").encode())
    assert run("publish", str(plain), "--json").json["name"] == "holidays"


@pytest.mark.parametrize("level", ["busy", "titles", "details", "full"])
def test_the_level_of_detail_is_the_one_given(level: str, run: Run, team: Path) -> None:
    made = run("publish", str(team), "--details", level, "--json").json
    assert run("share", "show", made["id"], "--json").json["calendars"][0]["details"] == level


def test_the_level_of_detail_is_details_unless_said_otherwise(run: Run, team: Path) -> None:
    made = run("publish", str(team), "--json").json
    assert run("share", "show", made["id"], "--json").json["calendars"][0]["details"] == "details"


def test_a_file_is_kept_though_some_of_it_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "some.ics"
    broken = "BEGIN:VEVENT\r\nUID:broken\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    file.write_bytes(TEAM.replace("END:VCALENDAR\r\n", broken).encode())
    answer = run("publish", str(file), "--json")
    assert (answer.code, answer.json["report"]["imported"], answer.json["report"]["refused"]) == (0, 2, 1)
    (refusal,) = answer.json["report"]["refusals"]
    assert refusal["uid"] == "broken"
    assert TEAM.split("\r\n")[refusal["line"] - 1] == "END:VCALENDAR"
    assert f"line {refusal['line']} (UID broken)" in run("publish", str(file)).out


def test_nothing_is_left_behind_when_everything_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "broken.ics"
    file.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    answer = run("publish", str(file), "--json")
    fails(answer, 1, "nothing-kept")
    assert answer.json["error"]["report"]["refused"] == 1
    assert run("calendar", "list", "--json").json == run("share", "list", "--json").json == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"\r\n\r\n", "it is empty"),
        (b"Dear all,\nsee you on Monday", "VCALENDAR"),
        (gzip.compress(TEAM.encode(), mtime=0), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"<!doctype html>\n<html><body>Log in</body></html>", "HTML"),
        (b'{"error": "not found"}', "JSON"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "vCard"),
        (b"\xff\xfe\x00", "UTF-16"),
    ],
    ids=["empty", "blank", "text", "gzip", "zip", "html", "json", "vcard", "half-utf-16"],
)
def test_a_file_that_is_no_calendar_is_told_what_it_is_instead(
    data: bytes, words: str, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "file.ics"
    file.write_bytes(data)
    assert words in fails(run("publish", str(file), "--json"), 1, "not-a-calendar")
    assert run("calendar", "list", "--json").json == []


def test_utf_16_is_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file.ics"
    file.write_bytes(TEAM.encode("utf-16"))
    assert run("publish", str(file), "--json").json["report"]["repairs"] == {"utf-16": 2}


def test_i01_an_oversized_file_names_the_limit_and_its_setting(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSERVER_MAX_IMPORT_MB", "1")
    file = tmp_path / "file.ics"
    file.write_bytes(TEAM.encode() + b"\r\n" * 600_000)
    assert "FEEDSERVER_MAX_IMPORT_MB" in fails(run("publish", str(file), "--json"), 1, "too-large")


def test_a_file_that_is_not_there_is_a_usage_error(run: Run) -> None:
    assert "nowhere.ics" in fails(run("publish", "nowhere.ics", "--json"), 2, "usage")


def test_trap_1_the_name_of_a_file_is_never_read_from_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file.ics"
    file.write_bytes(b"/etc/passwd")
    answer = run("publish", str(file), "--json")
    fails(answer, 1, "not-a-calendar")
    assert "root:" not in answer.out


def test_standard_input_is_a_file_too(run: Run) -> None:
    answer = run("publish", "-", "--json", typed=TEAM.encode())
    assert (answer.code, answer.json["report"]["imported"]) == (0, 2)


def test_i19_an_odd_name_gets_a_plain_link(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file.ics"
    file.write_bytes(TEAM.replace("CALNAME:Team", 'CALNAME:../\u202eÄ "x"\\; \\n<b>').encode())
    answer = run("publish", str(file), "--json")
    assert answer.code == 0
    assert answer.json["feed_url"].rpartition("/")[2].removesuffix(".ics").replace("-", "").isalnum()


def test_a_folder_is_imported_and_not_published(run: Run, team: Path) -> None:
    message = fails(run("publish", str(team.parent), "--json"), 2, "usage")
    assert "is a folder" in message


@pytest.mark.parametrize(("stem", "name"), [("M\udcffrz", "Mrz"), ("\udcff", "Calendar"), ("x" * 240, "x" * 200)])
def test_a_file_whose_name_is_no_name_is_published(run: Run, team: Path, stem: str, name: str) -> None:
    team.write_text(TEAM.replace("X-WR-CALNAME:Team\r\n", ""))
    file = team.rename(team.with_name(f"{stem}.ics"))
    assert run("publish", str(file), "--json").json["name"] == name
