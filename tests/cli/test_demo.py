"""`demo`: a sample to try things out on, made once, found again, and taken away without a trace."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from feedserver.model.appointment import Visibility
from feedserver.services.sample_events import sample_events
from tests.cli.answers import Run, fails


def test_demo_makes_a_public_and_a_secured_share_with_their_links(run: Run) -> None:
    data = run("demo", "--json").json
    assert data["is_new"]
    public, secured = data["shares"]
    assert (public["kind"], public["calendars"][0]["details"]) == ("public", "details")
    assert (secured["kind"], secured["calendars"][0]["details"], secured["users"]) == ("secured", "titles", ["demo"])
    for share in data["shares"]:
        assert share["standing"] == "live"
        assert run("share", "show", share["id"], "--json").json == share
    (calendar,) = run("calendar", "list", "--json").json
    assert (calendar["name"], calendar["objects"] >= 30) == ("Sample: village events", True)


def test_demo_says_links_login_and_password_to_people(run: Run) -> None:
    answer = run("demo")
    assert (answer.code, answer.err) == (0, "")
    for words in ("page     http://", "webcal   webcal://", "login    demo", "(shown only now)", "demo --remove"):
        assert words in answer.out


def test_the_account_is_a_guest_whose_password_is_another_each_time(run: Run) -> None:
    first = run("demo", "--json").json["password"]
    run("demo", "--remove")
    assert len(first) >= 12
    assert run("demo", "--json").json["password"] != first
    (account,) = run("account", "list", "--json").json
    assert (account["login"], account["role"]) == ("demo", "guest")


def test_a_second_call_changes_nothing_and_prints_no_password(run: Run) -> None:
    first, again = run("demo", "--json").json, run("demo", "--json").json
    assert not again["is_new"]
    assert again["password"] is None
    assert again["shares"] == first["shares"]
    told = run("demo").out
    assert "there already" in told
    assert first["password"] not in told
    assert "account password demo" in told


def test_remove_takes_everything_of_it_and_nothing_else(run: Run) -> None:
    run("calendar", "add", "Ours")
    run("account", "add", "ann", "--email", "ann@example.org", "--role", "guest")
    run("share", "create", "Mine", "--calendar", "Ours", "--public")
    run("demo")
    assert run("demo", "--remove", "--json").json == {"is_removed": True}
    assert [calendar["name"] for calendar in run("calendar", "list", "--json").json] == ["Ours"]
    assert [share["name"] for share in run("share", "list", "--json").json] == ["Mine"]
    assert [account["login"] for account in run("account", "list", "--json").json] == ["ann"]


def test_remove_without_a_sample_says_so(run: Run) -> None:
    answer = run("demo", "--remove")
    assert (answer.code, answer.out) == (0, "There is no sample.\n")


@pytest.mark.parametrize(
    "part",
    [
        ("share", "remove", "Sample: village events"),
        ("calendar", "remove", "Sample: village events"),
        ("account", "remove", "demo"),
    ],
    ids=["share", "calendar", "account"],
)
def test_a_sample_of_which_a_part_is_gone_is_made_anew(part: tuple[str, ...], run: Run) -> None:
    run("demo")
    assert run(*part).code == 0
    assert run("demo", "--json").json["is_new"]
    assert len(run("calendar", "list", "--json").json) == 1
    assert len(run("share", "list", "--json").json) == 2


def test_an_account_of_that_login_that_somebody_made_is_never_touched(run: Run) -> None:
    run("account", "add", "demo", "--email", "demo@example.org", "--role", "member")
    fails(run("demo", "--json"), 1, "conflict")
    assert run("calendar", "list", "--json").json == []
    run("demo", "--remove")
    assert [account["role"] for account in run("account", "list", "--json").json] == ["member"]


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2027, 3, 28), date(2028, 2, 29)], ids=str)
def test_the_sample_has_something_of_everything_around_any_day(today: date) -> None:
    events = list(sample_events(today, "Europe/Berlin"))
    days = [event for event in events if event.is_all_day]
    timed = [event for event in events if not event.is_all_day]
    assert 30 <= len(events) <= 40
    assert 3 in {(_day(event.end) - _day(event.start)).days for event in days}
    assert any(event.repetition for event in timed)
    assert any(event.visibility is Visibility.PRIVATE for event in timed)
    assert any(event.start.day != event.end.day for event in timed)
    singles = sorted((today - _day(event.start)).days for event in events if event.repetition is None)
    assert max(later - earlier for earlier, later in pairwise(singles)) <= 21


def _day(moment: date) -> date:
    return date(moment.year, moment.month, moment.day)
