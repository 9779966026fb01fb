"""One's own account: particulars, password, sessions, and the password once more before what is sensitive."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from feedserver.model.account import Account, Role
from tests.admin.conftest import Visitor
from tests.premises import PASSWORD, Premises

NEW = "a whole new password"
CHANGE = {"current": PASSWORD, "password": NEW, "password_again": NEW}
DETAILS = {"display_name": "Ruth Root", "email": "root@example.org", "login": "root", "language": ""}
LATER = timedelta(minutes=20)


async def test_particulars_and_language_are_saved(premises: Premises, admin: Visitor) -> None:
    answer = await admin.post("/me/details", {**DETAILS, "language": "de"})
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/me/")
    saved = await premises.accounts.find("root")
    assert (saved.display_name, saved.language) == ("Ruth Root", "de")
    assert 'lang="de"' in await (await admin.get("/me/")).text()


@pytest.mark.parametrize(
    ("field", "value"), [("login", "a b"), ("login", "ANN"), ("display_name", "x" * 201), ("language", "xx")]
)
async def test_fault_is_shown_beside_its_field_with_what_was_typed(
    premises: Premises, admin: Visitor, field: str, value: str
) -> None:
    await premises.account("ann")
    answer = await admin.post("/me/details", {**DETAILS, field: value})
    page = await answer.text()
    assert answer.status == 422
    assert f'id="e-{field}"' in page
    assert 'value="Ruth Root"' in page or field == "display_name"
    assert (await premises.accounts.find("root")).display_name == "root"


async def test_a14_nobody_changes_their_own_role_or_password_by_the_way(premises: Premises, admin: Visitor) -> None:
    await admin.post("/me/details", {**DETAILS, "role": "guest", "is_active": "", "password_hash": "x", "id": "1"})
    saved = await premises.accounts.find("root")
    assert (saved.role, saved.is_active) == (Role.ADMIN, True)
    await premises.accounts.authenticate("root", [PASSWORD], address="::1")


async def test_a27_password_is_changed_with_the_current_one(premises: Premises, admin: Visitor) -> None:
    answer = await admin.post("/me/password", CHANGE)
    assert answer.status == 303
    await premises.accounts.authenticate("root", [NEW], address="::1")
    assert "logged out" in await (await admin.get("/me/")).text()


async def test_a08_other_sessions_end_with_the_password(
    premises: Premises, admin: Visitor, admin_account: Account
) -> None:
    other, _ = await premises.sessions.begin(admin_account, agent="")
    await admin.post("/me/password", CHANGE)
    assert await premises.sessions.find(other) is None
    assert await premises.sessions.find(admin.cookie) is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"current": ""}, "current"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": "password1", "password_again": "password1"}, "password"),
        ({"password_again": "another"}, "password_again"),
    ],
)
async def test_a27_password_stays_when_something_is_wrong(
    premises: Premises, admin: Visitor, changes: dict[str, str], field: str
) -> None:
    answer = await admin.post("/me/password", {**CHANGE, **changes})
    page = await answer.text()
    assert answer.status == 422
    assert f'id="e-{field}"' in page
    assert NEW not in page
    assert PASSWORD not in page
    await premises.accounts.authenticate("root", [PASSWORD], address="::1")


async def test_a15_guessing_the_current_password_is_slowed_down(premises: Premises, admin: Visitor) -> None:
    for _ in range(15):
        await admin.post("/me/password", {**CHANGE, "current": "wrong"})
    assert premises.pauses


async def test_sessions_are_listed_in_words_and_one_is_ended(
    premises: Premises, admin: Visitor, admin_account: Account
) -> None:
    other, begun = await premises.sessions.begin(admin_account, agent="Firefox, Linux", is_kept=True)
    page = await (await admin.get("/me/")).text()
    assert "Firefox, Linux" in page
    assert "This browser" in page
    assert admin.cookie not in page
    answer = await admin.post("/me/sessions", {"session": begun.session.id})
    assert answer.status == 303
    assert await premises.sessions.find(other) is None


async def test_login_notes_which_browser_it_was(premises: Premises, visitor: Visitor, admin_account: Account) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await visitor.post("/login", {"login": "root", "password": PASSWORD}, User_Agent=agent)
    (session,) = await premises.sessions.list_of(admin_account)
    assert session.agent == "Firefox, Linux"


async def test_all_other_sessions_are_ended_at_once(premises: Premises, admin: Visitor, admin_account: Account) -> None:
    for _ in range(3):
        await premises.sessions.begin(admin_account, agent="")
    await admin.post("/me/sessions", {"others": "1"})
    assert len(await premises.sessions.list_of(admin_account)) == 1


async def test_a16_session_of_somebody_else_is_not_ended(premises: Premises, admin: Visitor) -> None:
    ann = await premises.account("ann", role=Role.ADMIN)
    secret, begun = await premises.sessions.begin(ann, agent="")
    await admin.post("/me/sessions", {"session": begun.session.id})
    assert await premises.sessions.find(secret) is not None


@pytest.mark.parametrize("path", ["/me/details", "/me/password", "/me/sessions"])
async def test_a03_form_without_this_sessions_token_is_refused(premises: Premises, admin: Visitor, path: str) -> None:
    for token in ("", "x" * 32):
        answer = await admin.post(path, {**DETAILS, **CHANGE, "others": "1", "form_token": token})
        assert answer.status == 403
    assert (await premises.accounts.find("root")).display_name == "root"


@pytest.mark.parametrize("path", ["/me/details", "/me/password", "/me/sessions"])
async def test_a04_a09_actions_are_posts_of_who_is_logged_in(admin: Visitor, visitor: Visitor, path: str) -> None:
    assert (await admin.get(path)).status == 405
    assert (await visitor.post(path, CHANGE)).headers["Location"] == "/admin/login"


async def test_a19_own_account_is_not_stored_and_gone_after_the_logout(admin: Visitor) -> None:
    page = await admin.get("/me/")
    assert page.headers["Cache-Control"] == "private, no-store"
    await admin.post("/logout")
    assert (await admin.get("/me/")).headers["Location"].startswith("/admin/login")


async def test_a29_new_address_asks_for_the_password_and_loses_nothing(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(LATER)
    asked = await admin.post("/me/details", {**DETAILS, "email": "new@example.org"})
    page = await asked.text()
    assert asked.status == 403
    assert (await premises.accounts.find("root")).email == "root@example.org"
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert carried.items() >= {**DETAILS, "email": "new@example.org"}.items()
    answer = await admin.post("/me/details", {**carried, "confirm_password": PASSWORD})
    assert answer.status == 303
    assert (await premises.accounts.find("root")).email == "new@example.org"


async def test_a29_wrong_password_is_asked_for_again(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(LATER)
    changed = {**DETAILS, "email": "new@example.org"}
    answer = await admin.post("/me/details", {**changed, "confirm_password": "wrong"})
    page = await answer.text()
    assert answer.status == 403
    assert "This is not your password." in page
    assert "wrong" not in page
    assert 'value="new@example.org"' in page
    assert (await premises.accounts.find("root")).email == "root@example.org"


async def test_a29_password_given_once_is_enough_for_a_quarter_of_an_hour(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(LATER)
    await admin.post("/me/details", {**DETAILS, "email": "a@example.org", "confirm_password": PASSWORD})
    assert (await admin.post("/me/details", {**DETAILS, "email": "b@example.org"})).status == 303
    premises.clock.advance(LATER)
    assert (await admin.post("/me/details", {**DETAILS, "email": "c@example.org"})).status == 403


async def test_a29_name_and_language_need_no_password(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(LATER)
    assert (await admin.post("/me/details", DETAILS)).status == 303
