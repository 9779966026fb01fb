"""One user's page, and changing their particulars and role."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.account import Account, Role
from feedserver.model.notice import Mailing
from tests.admin.conftest import Visitor
from tests.premises import PASSWORD, Premises

FILLED = {"display_name": "Ann Archer", "email": "ann@example.org", "login": "ann", "role": "guest", "language": ""}


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account("ann")


async def test_page_shows_who_it_is_and_what_they_can_see(premises: Premises, admin: Visitor, ann: Account) -> None:
    calendar = await premises.calendar(name="Rehearsals")
    await premises.secured_share(calendar, name="Choir")
    await premises.secured_share(calendar, name="Board", logins=())
    page = await (await admin.get(f"/users/{ann.id}/")).text()
    assert "ann@example.org" in page
    assert "Choir" in page
    assert "Rehearsals" in page
    assert "Board" not in page


async def test_page_has_the_link_of_who_was_invited_and_of_nobody_else(
    premises: Premises, admin: Visitor, ann: Account
) -> None:
    new = await premises.accounts.add(login="new", email="n@example.org", role=Role.GUEST, mailing=Mailing())
    link = await premises.invitations.link_of(new)
    assert link is not None
    assert link.url in await (await admin.get(f"/users/{new.id}/")).text()
    assert "/account/password/" not in await (await admin.get(f"/users/{ann.id}/")).text()


async def test_a29_page_shows_the_link_once_the_password_was_entered(premises: Premises, admin: Visitor) -> None:
    """Else a browser that was left alone makes whoever passes by an administrator for good."""
    new = await premises.accounts.add(login="new", email="n@example.org", role=Role.ADMIN, mailing=Mailing())
    link = await premises.invitations.link_of(new)
    assert link is not None
    premises.clock.advance(timedelta(minutes=20))
    assert "/account/password/" not in await (await admin.get(f"/users/{new.id}/")).text()
    assert (await admin.post(f"/users/{new.id}/link")).status == 403
    answer = await admin.post(f"/users/{new.id}/link", {"confirm_password": PASSWORD})
    assert answer.headers["Location"] == f"/admin/users/{new.id}/"
    assert link.url in await (await admin.get(f"/users/{new.id}/")).text()


async def test_k06_page_shows_no_hash(admin: Visitor, ann: Account) -> None:
    for path in (f"/users/{ann.id}/", f"/users/{ann.id}/edit"):
        assert "argon2" not in await (await admin.get(path)).text()


async def test_form_is_filled_with_what_is(admin: Visitor, ann: Account) -> None:
    page = await (await admin.get(f"/users/{ann.id}/edit")).text()
    assert 'value="ann@example.org"' in page
    assert 'value="guest" checked' in page


async def test_particulars_are_saved(premises: Premises, admin: Visitor, ann: Account) -> None:
    answer = await admin.post(f"/users/{ann.id}/edit", {**FILLED, "login": "anna", "language": "de"})
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/users/{ann.id}/")
    saved = await premises.accounts.find("anna")
    assert (saved.display_name, saved.language) == ("Ann Archer", "de")


async def test_a08_another_role_ends_the_sessions(premises: Premises, admin: Visitor, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    await admin.post(f"/users/{ann.id}/edit", {**FILLED, "role": "admin"})
    assert (await premises.accounts.find("ann")).role is Role.ADMIN
    assert await premises.sessions.find(secret) is None


@pytest.mark.parametrize(
    ("field", "value"), [("login", "root"), ("login", "a/b"), ("email", "x"), ("role", ""), ("language", "xx")]
)
async def test_fault_is_shown_beside_its_field_and_nothing_changes(
    premises: Premises, admin: Visitor, ann: Account, field: str, value: str
) -> None:
    answer = await admin.post(f"/users/{ann.id}/edit", {**FILLED, field: value})
    page = await answer.text()
    assert answer.status == 422
    assert f'id="e-{field}"' in page
    assert 'value="Ann Archer"' in page
    assert await premises.accounts.find("ann") == ann


async def test_a23_last_administrator_stays_one(premises: Premises, admin: Visitor, admin_account: Account) -> None:
    changes = {**FILLED, "login": "root", "email": "root@example.org"}
    answer = await admin.post(f"/users/{admin_account.id}/edit", changes)
    assert answer.status == 422
    assert "last active administrator" in await answer.text()
    assert (await premises.accounts.find("root")).role is Role.ADMIN


@pytest.mark.parametrize("changes", [{"role": "admin"}, {"email": "new@example.org"}])
async def test_a29_role_and_address_ask_for_the_password(
    premises: Premises, admin: Visitor, ann: Account, changes: dict[str, str]
) -> None:
    premises.clock.advance(timedelta(minutes=20))
    assert (await admin.post(f"/users/{ann.id}/edit", {**FILLED, **changes})).status == 403
    assert await premises.accounts.find("ann") == ann
    done = await admin.post(f"/users/{ann.id}/edit", {**FILLED, **changes, "confirm_password": PASSWORD})
    assert done.status == 303


@pytest.mark.parametrize("user_id", ["0" * 32, "nobody", "%00", "..%2f"])
async def test_user_that_is_not_there_is_404(admin: Visitor, user_id: str) -> None:
    for path in (f"/users/{user_id}/", f"/users/{user_id}/edit"):
        assert (await admin.get(path)).status == 404
    assert (await admin.post(f"/users/{user_id}/edit", FILLED)).status == 404
