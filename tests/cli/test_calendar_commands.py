"""`calendar`: add, list, import, export, edit, remove."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.answers import PROGRAM_PATH, TEAM, Run, fails, program, run_program


def test_a_calendar_is_added_and_listed(run: Run) -> None:
    added = run("calendar", "add", "Work", "--timezone", "Europe/Berlin", "--color", "#3366cc", "--json").json
    assert (added["name"], added["owner"], added["timezone"], added["color"]) == (
        "Work", None, "Europe/Berlin", "#3366CC"
    )  # fmt: skip
    assert run("calendar", "list", "--json").json == [added]
    assert "Work" in run("calendar", "list").out


def test_a_calendar_may_belong_to_a_member(run: Run) -> None:
    run("account", "add", "ann", "--email", "ann@example.org", "--role", "member")
    assert run("calendar", "add", "Ann's", "--owner", "ann", "--json").json["owner"] == "ann"
    fails(run("calendar", "add", "Bob's", "--owner", "bob", "--json"), 3, "not-found")


def test_import_answers_with_the_report(run: Run, team: Path) -> None:
    run("calendar", "add", "Work")
    first, again = (run("calendar", "import", "Work", str(team), "--json").json for _ in range(2))
    assert (first["imported"], first["unchanged"]) == (2, 0)
    assert (again["imported"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_a_folder_is_imported_with_all_below_it_in_order(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.ics").write_bytes(TEAM.encode())
    (folder / "A.ICS").write_bytes(TEAM.replace("example.org", "a.example").encode())
    (folder / "sub" / "c.ics").write_bytes(b"nonsense")
    (folder / "notes.txt").write_bytes(TEAM.encode())
    run("calendar", "add", "Work")
    answer = run("calendar", "import", "Work", str(folder), "--json")
    assert (answer.code, answer.json["imported"], answer.json["refused"]) == (0, 4, 1)
    assert answer.json["refusals"][0]["file"] == "sub/c.ics"


def test_a_folder_without_calendars_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    run("calendar", "add", "Work")
    (tmp_path / "empty").mkdir()
    fails(run("calendar", "import", "Work", str(tmp_path / "empty"), "--json"), 2, "usage")


def test_an_import_of_which_nothing_is_kept_fails_with_the_report(run: Run, tmp_path: Path) -> None:
    run("calendar", "add", "Work")
    for name in ("a.ics", "b.ics"):
        (tmp_path / name).write_bytes(b"nonsense")
    answer = run("calendar", "import", "Work", str(tmp_path / "a.ics"), str(tmp_path / "b.ics"), "--json")
    fails(answer, 1, "nothing-kept")
    assert answer.json["error"]["report"]["refused"] == 2


def test_export_gives_back_what_was_imported(run: Run, team: Path, tmp_path: Path) -> None:
    run("calendar", "add", "Team")
    run("calendar", "import", "Team", str(team))
    expected = TEAM.replace("BEGIN:VEVENT", "X-FEEDSERVER-TIMEZONE:UTC\r\nBEGIN:VEVENT", 1)
    assert run("calendar", "export", "Team").out == expected
    assert run("calendar", "export", "Team", "--json").json["ics"] == expected
    file = tmp_path / "out.ics"
    assert run("calendar", "export", "Team", "-o", str(file), "--json").json["file"] == str(file)
    assert file.read_bytes() == expected.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_that_cannot_be_written_says_so(run: Run) -> None:
    run("calendar", "add", "Team")
    fails(run("calendar", "export", "Team", "-o", "/nowhere/out.ics", "--json"), 1, "io")


def test_a_calendar_is_changed(run: Run) -> None:
    made = run("calendar", "add", "Work", "--json").json
    changed = run("calendar", "edit", "Work", "--name", "Home", "--timezone", "Asia/Tokyo", "--json").json
    assert changed == made | {"name": "Home", "timezone": "Asia/Tokyo"}
    fails(run("calendar", "edit", "Home", "--json"), 2, "usage")
    fails(run("calendar", "edit", "Home", "--timezone", "Mars/Phobos", "--json"), 2, "invalid-input")


def test_removing_a_calendar_names_the_shares_it_leaves(run: Run, team: Path) -> None:
    share = run("publish", str(team), "--json").json
    removed = run("calendar", "remove", "Team", "--json")
    assert removed.json["shares"] == [{"id": share["id"], "name": "Team", "is_removed": True}]
    assert run("calendar", "list", "--json").json == []


@pytest.mark.parametrize(
    "args", [("import", "Work", "-"), ("export", "Work"), ("edit", "Work", "--name", "x"), ("remove", "Work")]
)
def test_an_unknown_calendar_is_not_found(args: tuple[str, ...], run: Run) -> None:
    assert "Work" in fails(run("calendar", *args, "--json"), 3, "not-found")


def test_an_ambiguous_name_lists_the_candidates(run: Run) -> None:
    ids = {run("calendar", "add", "Work", "--json").json["id"] for _ in range(2)}
    answer = run("calendar", "remove", "Work", "--json")
    fails(answer, 3, "ambiguous-name")
    assert {candidate["id"] for candidate in answer.json["error"]["candidates"]} == ids
    plain = run("calendar", "remove", "Work")
    assert all(id_ in plain.err for id_ in ids)
    assert run("calendar", "remove", ids.pop(), "--json").code == 0


def test_removing_a_calendar_says_which_shares_end_with_it(run: Run) -> None:
    for name in ("Work", "Rooms"):
        run("calendar", "add", name)
    run("share", "create", "Alone", "--calendar", "Work", "--public")
    run("share", "create", "Both", "--calendar", "Work", "--calendar", "Rooms", "--public")
    removed = run("calendar", "remove", "Work", "--json").json
    assert [(share["name"], share["is_removed"]) for share in removed["shares"]] == [("Alone", True), ("Both", False)]
    assert [share["name"] for share in run("share", "list", "--json").json] == ["Both"]
    assert "share Both showed nothing else and is removed" in run("calendar", "remove", "Rooms").out


def test_an_export_that_cannot_be_written_ends_in_one_line(environment: Path, team: Path, tmp_path: Path) -> None:
    """`/dev/full` is a disk that is full; the generator was left to the end of the loop, which printed a traceback."""
    run_program("calendar", "add", "Work")
    run_program("calendar", "import", "Work", str(team))
    for times in (1, 1000):
        team.write_text("".join(TEAM.replace("UID:", f"UID:{n}-") for n in range(times)))
        run_program("calendar", "import", "Work", str(team))
        with Path("/dev/full").open("wb") as full:
            command = program("calendar", "export", "Work")
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, env=os.environ | PROGRAM_PATH, check=False
            )
        assert (done.returncode, done.stderr) == (1, b"Error: No space left on device\n")
    gone = run_program("calendar", "export", "Work", "-o", str(tmp_path / "no" / "x.ics"))
    assert (gone.code, gone.err) == (1, f"Error: No such file or directory: {tmp_path / 'no' / 'x.ics'}\n")


def test_a_member_owns_a_calendar_and_its_shares_pause_with_the_member(run: Run) -> None:
    run("account", "add", "ann", "--email", "ann@example.org", "--role", "member")
    run("account", "add", "bob", "--email", "bob@example.org", "--role", "guest")
    assert run("calendar", "add", "Hers", "--owner", "ann", "--json").json["owner"] == "ann"
    assert "guests own no calendars" in fails(
        run("calendar", "add", "His", "--owner", "bob", "--json"), 2, "invalid-input"
    )
    run("share", "create", "Open", "--calendar", "Hers", "--public")
    standings = []
    for verb in ("deactivate", "activate"):
        run("account", verb, "ann")
        standings.append(run("share", "show", "Open", "--json").json["standing"])
    assert standings == ["paused", "live"]
