"""`account`: add, list, password, deactivate, activate."""

from __future__ import annotations

import pytest

from tests.cli.answers import Answer, Run, fails


def _add(run: Run, login: str = "ann", role: str = "admin", *more: str, typed: bytes = b"") -> Answer:
    return run("account", "add", login, "--email", f"{login}@example.org", "--role", role, *more, "--json", typed=typed)


@pytest.mark.parametrize("role", ["admin", "member", "guest"])
def test_an_account_is_added_and_listed(role: str, run: Run) -> None:
    added = _add(run, role=role).json
    assert (added["login"], added["email"], added["role"], added["is_active"]) == ("ann", "ann@example.org", role, True)
    assert run("account", "list", "--json").json == [added]
    assert "no password" in run("account", "list").out


def test_a_password_comes_from_standard_input_and_is_never_shown(run: Run) -> None:
    answer = _add(run, "ann", "guest", "--password-stdin", typed=b"correct horse battery\n")
    assert answer.json["has_password"]
    assert "correct" not in answer.out
    assert "argon2" not in answer.out


def test_without_a_terminal_and_without_a_password_the_account_has_none(run: Run) -> None:
    plain = run("account", "add", "ann", "--email", "a@x.org", "--role", "guest")
    assert "feedserver account password ann" in plain.out


@pytest.mark.parametrize("typed", [b"", b"\n", b"x" * 1025, b"\xff\xfe12345678"])
def test_a_password_that_cannot_be_one_is_refused(typed: bytes, run: Run) -> None:
    answer = _add(run, "ann", "guest", "--password-stdin", typed=typed)
    assert answer.code == 2
    assert answer.json["error"]["code"] in ("invalid-input", "usage")
    assert run("account", "list", "--json").json == []


def test_a_password_is_changed(run: Run) -> None:
    _add(run)
    assert run("account", "password", "ann", "--password-stdin", "--json", typed=b"correct horse").json["has_password"]
    fails(run("account", "password", "ann", "--json"), 2, "usage")


def test_an_account_is_deactivated_and_activated(run: Run) -> None:
    _add(run, "bob", "member")
    assert not run("account", "deactivate", "bob", "--json").json["is_active"]
    assert run("account", "activate", "BOB", "--json").json["is_active"]


def test_a23_the_last_admin_stays(run: Run) -> None:
    _add(run)
    assert "last active admin" in fails(run("account", "deactivate", "ann", "--json"), 1, "conflict")


def test_b12_a_login_is_taken_whatever_its_case(run: Run) -> None:
    _add(run)
    fails(_add(run, "ANN"), 1, "conflict")


@pytest.mark.parametrize("login", [".*", "a:b", "../x", "a\nb", "ann ", "%"])
def test_b12_an_odd_login_is_refused(login: str, run: Run) -> None:
    fails(_add(run, login), 2, "invalid-input")


@pytest.mark.parametrize("verb", ["password", "deactivate", "activate"])
def test_an_unknown_account_is_not_found(verb: str, run: Run) -> None:
    more = ("--password-stdin",) if verb == "password" else ()
    fails(run("account", verb, "nobody", *more, "--json", typed=b"correct horse"), 3, "not-found")


def test_an_unknown_role_is_a_usage_error(run: Run) -> None:
    fails(_add(run, role="king"), 2, "usage")


def test_invitation_is_a_link_that_is_shown_once_made(run: Run) -> None:
    _add(run, "bob", "guest")
    invited = run("account", "invite", "bob", "--json").json
    assert "/account/password/" in invited["password_url"]
    assert invited["expires_at"]
    again = run("account", "invite", "bob")
    assert "/account/password/" in again.out
    assert invited["password_url"] not in again.out


def test_who_has_a_password_gets_a_link_for_a_new_one(run: Run) -> None:
    _add(run, "bob", "guest", "--password-stdin", typed=b"correct horse battery")
    assert "/account/password/" in run("account", "invite", "bob").out


def test_invitation_by_mail_needs_a_mail_server(run: Run) -> None:
    _add(run, "bob", "guest")
    assert "no mail server" in fails(run("account", "invite", "bob", "--mail", "--json"), 2, "usage")


def test_deactivated_account_is_not_invited(run: Run) -> None:
    _add(run, "bob", "guest")
    run("account", "deactivate", "bob")
    fails(run("account", "invite", "bob", "--json"), 1, "conflict")


def test_particulars_are_edited(run: Run) -> None:
    _add(run, "bob", "guest")
    edited = run(
        "account", "edit", "bob", "--login", "rob", "--name", "Rob", "--email", "r@x.org", "--role", "member",
        "--language", "de", "--json",
    ).json  # fmt: skip
    particulars = (edited["login"], edited["name"], edited["email"], edited["role"], edited["language"])
    assert particulars == ("rob", "Rob", "r@x.org", "member", "de")
    assert run("account", "edit", "rob", "--language", "none", "--json").json["language"] is None


def test_edit_of_nothing_and_of_what_cannot_be_is_refused(run: Run) -> None:
    _add(run)
    _add(run, "bob", "guest")
    fails(run("account", "edit", "bob", "--json"), 2, "usage")
    fails(run("account", "edit", "bob", "--language", "xx", "--json"), 2, "usage")
    fails(run("account", "edit", "bob", "--email", "x", "--json"), 2, "invalid-input")
    fails(run("account", "edit", "bob", "--login", "ANN", "--json"), 1, "conflict")
    fails(run("account", "edit", "nobody", "--name", "x", "--json"), 3, "not-found")


def test_a23_last_admin_is_neither_demoted_nor_removed(run: Run) -> None:
    _add(run)
    fails(run("account", "edit", "ann", "--role", "guest", "--json"), 1, "conflict")
    fails(run("account", "remove", "ann", "--yes", "--json"), 1, "conflict")


def test_account_is_removed(run: Run) -> None:
    _add(run, "bob", "guest")
    assert run("account", "remove", "bob", "--yes", "--json").json["login"] == "bob"
    assert run("account", "list", "--json").json == []
    fails(run("account", "remove", "bob", "--yes", "--json"), 3, "not-found")
