"""Add a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.account import Role
from feedserver.model.notice import NoticeKind
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.premises import PASSWORD, Premises, open_premises

FILLED = {"display_name": "Ann Archer", "email": "ann@example.org", "login": "ann", "role": "guest", "language": ""}


@pytest.fixture
async def without_mail(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    """A node that has no mail server."""
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as made:
        yield made


async def test_user_is_added_and_invited(premises: Premises, admin: Visitor) -> None:
    answer = await admin.post("/users/new", {**FILLED, "is_invited": "1", "message": "Hello!", "language": "de"})
    ann = await premises.accounts.find("ann")
    assert (answer.status, answer.headers["Location"]) == (303, f"/admin/users/{ann.id}/")
    assert (ann.display_name, ann.email, ann.role, ann.language) == ("Ann Archer", "ann@example.org", Role.GUEST, "de")
    (row,) = (await premises.notices.page()).rows
    assert (row.notice.kind, row.address, row.notice.note) == (
        NoticeKind.CHOOSE_PASSWORD,
        "ann@example.org",
        "Hello!",
    )
    page = await (await admin.get(f"/users/{ann.id}/")).text()
    assert "The invitation is on its way." in page


async def test_without_the_tick_nobody_is_written_to(premises: Premises, admin: Visitor) -> None:
    await admin.post("/users/new", FILLED)
    ann = await premises.accounts.find("ann")
    assert (await premises.notices.page()).rows == ()
    assert await premises.invitations.link_of(ann) is None


async def test_login_left_empty_is_made_from_the_name(premises: Premises, admin: Visitor) -> None:
    await admin.post("/users/new", {**FILLED, "login": ""})
    assert (await premises.accounts.find("ann.archer")).display_name == "Ann Archer"
    await admin.post("/users/new", {**FILLED, "login": "", "email": "other@example.org"})
    assert (await premises.accounts.find("ann.archer2")).email == "other@example.org"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "a b"),
        ("login", "ROOT"),
        ("email", ""),
        ("email", "a@b\r\nBcc: x@y"),
        ("display_name", "x" * 201),
        ("role", "king"),
        ("language", "xx"),
    ],
)
async def test_fault_is_shown_with_everything_kept(premises: Premises, admin: Visitor, field: str, value: str) -> None:
    answer = await admin.post("/users/new", {**FILLED, "message": "kept words", "is_invited": "1", field: value})
    page = await answer.text()
    assert answer.status == 422
    assert f'id="e-{field}"' in page
    assert "kept words" in page
    assert field == "display_name" or 'value="Ann Archer"' in page
    assert len(await premises.accounts.list_all()) == 1


async def test_a29_new_administrator_asks_for_the_password(premises: Premises, admin: Visitor) -> None:
    premises.clock.advance(timedelta(minutes=20))
    assert (await admin.post("/users/new", {**FILLED, "role": "admin"})).status == 403
    assert (await admin.post("/users/new", {**FILLED, "role": "admin", "confirm_password": PASSWORD})).status == 303
    assert (await premises.accounts.find("ann")).role is Role.ADMIN


async def test_a14_fields_that_the_form_does_not_have_are_ignored(premises: Premises, admin: Visitor) -> None:
    await admin.post("/users/new", {**FILLED, "id": "1", "password": PASSWORD, "password_hash": "x", "version": "9"})
    ann = await premises.accounts.find("ann")
    assert (len(ann.id), ann.password_hash, ann.version) == (32, None, 1)


async def test_a24_form_that_is_sent_twice_makes_one_user(premises: Premises, admin: Visitor) -> None:
    await admin.post("/users/new", {**FILLED, "is_invited": "1"})
    second = await admin.post("/users/new", {**FILLED, "is_invited": "1"})
    assert second.status == 422
    assert len(await premises.accounts.list_all()) == 2
    assert len((await premises.notices.page()).rows) == 1


async def test_a24_form_without_a_login_that_is_sent_twice_makes_one_user(premises: Premises, admin: Visitor) -> None:
    fields = {**FILLED, "login": "", "is_invited": "1"}
    await admin.post("/users/new", fields)
    second = await admin.post("/users/new", {**fields, "email": "Ann@example.org"})
    assert second.status == 422
    assert "Ann Archer has this address already." in await second.text()
    assert len(await premises.accounts.list_all()) == 2
    assert len((await premises.notices.page()).rows) == 1


async def test_message_to_a_new_user_has_a_bound(premises: Premises, admin: Visitor) -> None:
    answer = await admin.post("/users/new", {**FILLED, "is_invited": "1", "message": "x" * 2001})
    assert answer.status == 422
    assert 'id="e-message"' in await answer.text()
    assert len(await premises.accounts.list_all()) == 1


async def test_a25_history_says_who_added_whom(premises: Premises, admin: Visitor) -> None:
    await admin.post("/users/new", FILLED)
    entry = (await premises.history.page())[0]
    assert (entry.actor.name, entry.action, entry.subject_name) == ("root", "added", "Ann Archer")
    assert entry.actor.address == "127.0.0.0"


async def test_without_a_mail_server_the_page_has_the_link_to_hand_over(
    without_mail: Premises, aiohttp_client: AiohttpClient
) -> None:
    root = await without_mail.account("root", role=Role.ADMIN)
    secret, _ = await without_mail.sessions.begin(root, agent="")
    site = await aiohttp_client(SiteServer(without_mail.app), cookie_jar=DummyCookieJar())
    admin = Visitor(site, secret)
    assert "This server sends no mail" in await (await admin.get("/users/new")).text()
    await admin.post("/users/new", FILLED)
    ann = await without_mail.accounts.find("ann")
    link = await without_mail.invitations.link_of(ann)
    assert link is not None
    page = await (await admin.get(f"/users/{ann.id}/")).text()
    assert f'value="{link.url}"' in page
    assert "on its way" not in page
    text = await (await admin.post(f"/users/{ann.id}/text")).text()
    assert link.url in text
    assert 'href="mailto:ann@example.org?subject=' in text
