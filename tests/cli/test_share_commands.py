"""`share`: create, list, show, edit, activate, deactivate, remove, restore, rotate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.answers import Run, fails


@pytest.fixture
def work(run: Run) -> str:
    """A calendar named Work, and its id."""
    made = run("calendar", "add", "Work", "--json").json
    assert isinstance(made["id"], str)
    return made["id"]


def _account(run: Run, login: str) -> None:
    assert run("account", "add", login, "--email", f"{login}@example.org", "--role", "guest").code == 0


def test_a_public_share_is_created_with_all_that_can_be_said(run: Run, work: str) -> None:
    made = run(
        "share", "create", "Fair", "--calendar", work, "--public", "--details", "titles", "--note", "for the press",
        "--starts", "2027-01-01", "--expires", "2027-02-01T18:00+01:00", "--category", "Fair", "--category", "Open",
        "--not-category", "Internal", "--word", "stage", "--days-back", "7", "--days-ahead", "90", "--json",
    ).json  # fmt: skip
    assert made["calendars"] == [{"id": work, "name": "Work", "details": "titles"}]
    assert (made["kind"], made["state"], made["note"]) == ("public", "active", "for the press")
    assert (made["starts_at"], made["expires_at"]) == ("2027-01-01T00:00:00+00:00", "2027-02-01T17:00:00+00:00")
    assert made["filter"] == {
        "categories": ["Fair", "Open"], "not_categories": ["Internal"], "words": ["stage"], "days_back": 7,
        "days_ahead": 90,
    }  # fmt: skip
    assert made["standing"] == "not yet"


def test_each_recipient_gets_a_link_of_their_own(run: Run, work: str) -> None:
    made = run(
        "share", "create", "Fair", "--calendar", "Work", "--public", "--to", "a@example.org", "--to", "b@example.org",
        "--json",
    ).json  # fmt: skip
    pages = {made["page_url"], *(recipient["page_url"] for recipient in made["recipients"])}
    assert [recipient["email"] for recipient in made["recipients"]] == ["a@example.org", "b@example.org"]
    assert len(pages) == 3
    assert all({"page_url", "feed_url", "webcal_url"} <= set(recipient) for recipient in made["recipients"])


def test_one_recipient_is_revoked_and_the_others_links_stay(run: Run, work: str) -> None:
    made = run(
        "share", "create", "F", "--calendar", work, "--public", "--to", "a@x.org", "--to", "b@x.org", "--json"
    ).json
    edited = run("share", "edit", "F", "--revoke", "a@x.org", "--to", "c@x.org", "--json").json
    by_email = {recipient["email"]: recipient for recipient in edited["recipients"]}
    assert by_email["a@x.org"]["page_url"] is None
    assert by_email["a@x.org"]["revoked_at"]
    assert by_email["b@x.org"] in made["recipients"]
    assert by_email["c@x.org"]["page_url"]
    assert edited["page_url"] == made["page_url"]


def test_a_secured_share_names_its_users(run: Run, work: str) -> None:
    for login in ("ann", "bob", "eve"):
        _account(run, login)
    made = run(
        "share", "create", "Board", "--calendar", work, "--secured", "--user", "ann", "--user", "bob", "--json"
    ).json
    assert (made["kind"], made["users"], made["recipients"]) == ("secured", ["ann", "bob"], [])
    edited = run("share", "edit", "Board", "--user", "eve", "--withdraw", "bob", "--json").json
    assert edited["users"] == ["ann", "eve"]


def test_f4_the_link_of_a_secured_share_does_not_tell_its_name(run: Run, work: str) -> None:
    _account(run, "ann")
    made = run("share", "create", "Layoffs", "--calendar", work, "--secured", "--user", "ann", "--json").json
    assert "layoffs" not in made["feed_url"].lower()


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ((), "usage"),
        (("--public", "--secured", "--user", "ann"), "usage"),
        (("--secured",), "usage"),
        (("--public", "--user", "ann"), "usage"),
        (("--secured", "--user", "ann", "--to", "a@x.org"), "usage"),
        (("--public", "--details", "everything"), "usage"),
        (("--public", "--days-back", "-1"), "usage"),
        (("--public", "--starts", "tomorrow"), "invalid-input"),
        (("--public", "--starts", "2027-02-01", "--expires", "2027-01-01"), "invalid-input"),
        (("--public", "--to", "a@x.org\r\nBcc: b@x.org"), "invalid-input"),
        (("--public", "--keys"), "invalid-input"),
        (("--public", "--embed-on", "https://*.example.org"), "invalid-input"),
        (("--public", "--embed-view", "day"), "usage"),
    ],
)
def test_what_does_not_fit_together_is_refused(args: tuple[str, ...], word: str, run: Run, work: str) -> None:
    fails(run("share", "create", "Fair", "--calendar", work, *args, "--json"), 2, word)
    assert run("share", "list", "--json").json == []


def test_an_unknown_calendar_or_user_is_not_found(run: Run, work: str) -> None:
    assert "Nope" in fails(run("share", "create", "F", "--calendar", "Nope", "--public", "--json"), 3, "not-found")
    args = ("share", "create", "F", "--calendar", work, "--secured", "--user", "nobody", "--json")
    assert "nobody" in fails(run(*args), 3, "not-found")


def test_only_a_level_behind_the_last_equals_sign_is_one(run: Run, work: str) -> None:
    run("calendar", "add", "a=b")
    run("calendar", "add", "c=busy")
    made = run(
        "share", "create", "All", "--public", "--details", "full", "--calendar", "Work", "--calendar", "a=b",
        "--calendar", "c=busy=titles", "--json",
    ).json  # fmt: skip
    assert [(c["name"], c["details"]) for c in made["calendars"]] == [
        ("Work", "full"), ("a=b", "full"), ("c=busy", "titles")
    ]  # fmt: skip


def test_an_edit_changes_what_it_names_and_keeps_the_link(run: Run, work: str) -> None:
    made = run(
        "share", "create", "F", "--calendar", work, "--public", "--category", "x", "--expires", "2027-01-01", "--json"
    ).json
    edited = run(
        "share", "edit", "F", "--name", "G", "--details", "busy", "--expires", "none", "--days-back", "1", "--json"
    ).json
    assert edited["name"] == "G"
    assert edited["calendars"][0]["details"] == "busy"
    assert edited["expires_at"] is None
    assert edited["filter"] == made["filter"] | {"days_back": 1}
    assert edited["page_url"] == made["page_url"]
    cleared = run("share", "edit", "G", "--clear-filter", "--word", "w", "--json").json
    assert cleared["filter"] == {
        "categories": [],
        "not_categories": [],
        "words": ["w"],
        "days_back": None,
        "days_ahead": None,
    }


def test_an_edit_may_show_other_calendars(run: Run, work: str) -> None:
    run("calendar", "add", "Home")
    run("share", "create", "F", "--calendar", "Work=titles", "--public")
    edited = run("share", "edit", "F", "--calendar", "Home", "--calendar", "Work", "--json").json
    assert [(c["name"], c["details"]) for c in edited["calendars"]] == [("Home", "details"), ("Work", "titles")]


def test_a_share_is_deactivated_activated_and_removed(run: Run, work: str) -> None:
    made = run("share", "create", "F", "--calendar", work, "--public", "--json").json
    states = [run("share", verb, "F", "--json").json for verb in ("deactivate", "activate", "remove")]
    assert [(s["state"], s["standing"]) for s in states] == [
        ("inactive", "paused"), ("active", "live"), ("removed", "removed")
    ]  # fmt: skip
    assert {s["page_url"] for s in states} == {made["page_url"]}
    assert run("share", "list", "--json").json == []
    fails(run("share", "activate", made["id"], "--json"), 1, "conflict")


def test_a_removed_share_is_restored_by_its_name_as_it_was(run: Run, work: str) -> None:
    made = run("share", "create", "F", "--calendar", work, "--public", "--json").json
    run("share", "deactivate", "F")
    run("share", "remove", "F", "--yes")
    restored = run("share", "restore", "F", "--json").json
    assert (restored["id"], restored["state"], restored["page_url"]) == (made["id"], "inactive", made["page_url"])
    assert "F is paused" in run("share", "restore", made["id"]).out


def test_u19_a_rotated_share_has_other_links(run: Run, work: str) -> None:
    made = run("share", "create", "F", "--calendar", work, "--public", "--to", "a@x.org", "--json").json
    rotated = run("share", "rotate", "F", "--json").json
    assert rotated["id"] == made["id"]
    assert rotated["page_url"] != made["page_url"]
    assert rotated["recipients"][0]["page_url"] != made["recipients"][0]["page_url"]


@pytest.mark.parametrize("verb", ["show", "edit", "activate", "deactivate", "remove", "restore", "rotate"])
def test_an_unknown_share_is_not_found(verb: str, run: Run) -> None:
    assert "Nope" in fails(run("share", verb, "Nope", "--json"), 3, "not-found")


def test_an_ambiguous_name_lists_the_candidates(run: Run, work: str) -> None:
    ids = {run("share", "create", "F", "--calendar", work, "--public", "--json").json["id"] for _ in range(2)}
    answer = run("share", "show", "F", "--json")
    fails(answer, 3, "ambiguous-name")
    assert {candidate["id"] for candidate in answer.json["error"]["candidates"]} == ids


def test_people_read_the_same(run: Run, work: str) -> None:
    run(
        "share",
        "create",
        "F",
        "--calendar",
        "Work=busy",
        "--public",
        "--to",
        "a@x.org",
        "--note",
        "n",
        "--days-back",
        "3",
    )
    shown = run("share", "show", "F").out
    for words in ("Work at busy", "For a@x.org:", "note     n", "days back 3", "public, live"):
        assert words in shown
    assert "F" in run("share", "list").out


def test_a_time_without_offset_is_read_in_the_zone_of_the_settings(
    run: Run, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSERVER_TIMEZONE", "Europe/Berlin")
    made = run("share", "create", "F", "--calendar", work, "--public", "--expires", "2027-07-01T12:00", "--json").json
    assert made["expires_at"] == "2027-07-01T10:00:00+00:00"


def test_links_begin_with_the_configured_address(run: Run, team: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSERVER_BASE_URL", "https://calendars.example.org")
    made = run("publish", str(team), "--json").json
    assert made["page_url"].startswith("https://calendars.example.org/s/")
    assert made["webcal_url"].startswith("webcal://calendars.example.org/s/")


def test_people_read_what_a_share_shows_in_words_and_in_their_zone(
    run: Run, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSERVER_TIMEZONE", "Europe/Berlin")
    shown = run(
        "share", "create", "Fair", "--calendar", work, "--public", "--to", "a@x.org", "--starts", "2027-01-01",
        "--category", "Fair", "--category", "Open", "--days-back", "0",
    ).out  # fmt: skip
    assert "only     categories Fair, Open\n" in shown
    assert "only     days back 0\n" in shown
    assert "starts   2027-01-01T00:00:00+01:00\n" in shown
    assert "revoked  a@x.org\n" in run("share", "edit", "Fair", "--revoke", "a@x.org").out


def test_a_time_that_cannot_be_read_names_its_option(run: Run, work: str) -> None:
    message = fails(
        run("share", "create", "F", "--calendar", work, "--public", "--expires", "soon", "--json"), 2, "invalid-input"
    )
    assert message.startswith("--expires: ")


def test_an_edit_of_nothing_is_a_usage_error_and_of_0_days_is_not(run: Run, work: str) -> None:
    run("share", "create", "F", "--calendar", work, "--public")
    assert "nothing to change" in fails(run("share", "edit", "F", "--json"), 2, "usage")
    assert run("share", "edit", "F", "--days-back", "0", "--json").json["filter"]["days_back"] == 0


def test_what_a_share_allows_is_said_and_taken_back(run: Run, work: str) -> None:
    made = run(
        "share", "create", "Fair", "--calendar", work, "--public", "--narrowing", "--embed-on", "https://b.example",
        "--embed-on", "https://A.example/", "--embed-view", "week", "--embed-color", "#aabbcc", "--json",
    ).json  # fmt: skip
    code = made["embed"].pop("code")
    assert made["embed"] == {"on": ["https://a.example", "https://b.example"], "view": "week", "color": "#AABBCC"}
    assert (made["allows_narrowing"], made["allows_keys"]) == (True, False)
    assert f'<iframe src="{made["page_url"]}embed/" title="Fair"' in code
    text = run("share", "show", "Fair").out
    assert "allows   visitors to narrow it" in text
    assert "embed    on https://a.example, https://b.example as week in #AABBCC" in text
    back = ("--no-narrowing", "--embed-on", "none", "--embed-color", "none")
    edited = run("share", "edit", "Fair", *back, "--json").json
    assert edited["embed"] == {"on": [], "view": "week", "color": None, "code": None}
    assert edited["allows_narrowing"] is False


def test_users_of_a_secured_share_may_be_allowed_keys(run: Run, work: str) -> None:
    _account(run, "ann")
    secured = ("share", "create", "Board", "--calendar", work, "--secured", "--user", "ann")
    assert run(*secured, "--keys", "--json").json["allows_keys"] is True
    assert run("share", "edit", "Board", "--no-keys", "--json").json["allows_keys"] is False
    fails(run(*secured, "--embed-on", "https://a.example", "--json"), 2, "invalid-input")
