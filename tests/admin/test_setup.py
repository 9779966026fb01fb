"""The first admin, made on a one-time link."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from feedserver.model.account import Role
from feedserver.model.errors import NotFound
from feedserver.security.signing import Purpose
from feedserver.services.setup import SetupService
from feedserver.storage.engine import Database
from tests.admin.conftest import Visitor
from tests.admin.test_login import secret_of
from tests.premises import BASE_URL, PASSWORD, Premises, open_premises

FILLED = {
    "display_name": "Ruth Root",
    "email": "ruth@example.org",
    "login": "ruth",
    "password": PASSWORD,
    "password_again": PASSWORD,
}


async def path_of(setup: SetupService) -> str:
    """The path of the link, below `/admin`."""
    link = await setup.link()
    assert link is not None
    return link.removeprefix(f"{BASE_URL}/admin")


async def test_a01_who_opens_the_link_becomes_the_first_admin_and_is_in(premises: Premises, visitor: Visitor) -> None:
    path = await path_of(premises.setup)
    assert (await visitor.get(path)).status == 200
    answer = await visitor.post(path, FILLED)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/shares/")
    made = await premises.accounts.find("ruth")
    assert (made.role, made.display_name, made.is_active) == (Role.ADMIN, "Ruth Root", True)
    page = await (await Visitor(visitor.client, secret_of(answer)).get("/nowhere")).text()
    assert "You are the first administrator" in page


async def test_a01_link_is_dead_once_it_was_used(premises: Premises, visitor: Visitor) -> None:
    path = await path_of(premises.setup)
    await visitor.post(path, FILLED)
    assert (await visitor.get(path)).status == 404
    assert (await visitor.post(path, {**FILLED, "login": "second"})).status == 404
    assert (await visitor.post(path, {**FILLED, "password_again": "another"})).status == 404
    assert (await visitor.post(path, {**FILLED, "login": "?"})).status == 404
    assert await premises.setup.link() is None
    assert len(await premises.accounts.list_all()) == 1


@pytest.mark.parametrize("is_active", [True, False])
async def test_a01_link_is_dead_when_an_admin_was_made_otherwise(
    premises: Premises, visitor: Visitor, *, is_active: bool
) -> None:
    path = await path_of(premises.setup)
    await premises.account("root", role=Role.ADMIN)
    if not is_active:
        await premises.account("other", role=Role.ADMIN)
        await premises.accounts.deactivate("root")
    assert (await visitor.get(path)).status == 404
    assert (await visitor.post(path, FILLED)).status == 404


async def test_a01_guests_and_members_do_not_close_the_setup(premises: Premises, visitor: Visitor) -> None:
    await premises.account("ann")
    await premises.account("bob", role=Role.MEMBER)
    assert (await visitor.get(await path_of(premises.setup))).status == 200


async def test_a01_link_stays_the_same_until_it_is_used_on_every_node(
    premises: Premises, tmp_path: Path, sqlite_db: Database
) -> None:
    async with open_premises(sqlite_db, tmp_path) as second:
        assert await premises.setup.link() == await second.setup.link() == await premises.setup.link()


async def test_a01_two_setups_at_once_on_two_nodes_make_one_admin(db: Database, tmp_path: Path) -> None:
    async with open_premises(db, tmp_path) as first, open_premises(db, tmp_path) as second:
        token = (await path_of(first.setup)).removeprefix("/setup/")
        particulars = {"display_name": "", "email": "a@example.org", "password": PASSWORD, "address": ""}
        results = await asyncio.gather(
            *(
                node.setup.finish(token, login=f"root{number}", **particulars)
                for number, node in enumerate((first, second, first, second))
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(result, NotFound) for result in results) == 3, results
        assert len(await first.accounts.list_all()) == 1


@pytest.mark.parametrize("token", ["x", "", "A" * 66, "A" * 22 + "." + "A" * 43, "%00"])
async def test_a01_other_tokens_open_nothing(premises: Premises, visitor: Visitor, token: str) -> None:
    await premises.setup.link()
    assert (await visitor.get(f"/setup/{token}")).status == 404
    assert (await visitor.post(f"/setup/{token}", FILLED)).status == 404
    assert (await visitor.get("/setup")).status == 404


async def test_u06_tokens_of_other_purposes_do_not_set_up(premises: Premises, visitor: Visitor) -> None:
    token = (await path_of(premises.setup)).removeprefix("/setup/")
    setup_id = premises.ring.verify_id(Purpose.SETUP, token)
    invitation = premises.ring.sign_id(Purpose.INVITATION, setup_id)
    assert (await visitor.get(f"/setup/{invitation}")).status == 404
    share = await premises.share()
    assert (await visitor.get(f"/setup/{premises.feed_path(share).split('/')[2]}")).status == 404
    feed = await visitor.client.get(f"/s/{token}/calendar.ics")
    assert feed.status == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("login", "", "1 to 64 characters"),
        ("login", "a b", "letters, digits"),
        ("email", "nobody", "no mail address"),
        ("password", "short", "at least 8 characters"),
        ("password_again", "something else", "not the same"),
        ("display_name", "x" * 201, "one line of at most 200"),
    ],
)
async def test_faults_are_shown_beside_their_field_and_the_link_still_works(
    premises: Premises, visitor: Visitor, field: str, value: str, words: str
) -> None:
    path = await path_of(premises.setup)
    both = {"password_again": value} if field == "password" else {}
    answer = await visitor.post(path, {**FILLED, field: value, **both})
    page = await answer.text()
    assert answer.status == 422
    assert words in page.partition(f'id="e-{field}"')[2].partition("</p>")[0]
    assert PASSWORD not in page
    assert (await visitor.post(path, FILLED)).status == 303


async def test_a27_password_that_everybody_tries_is_refused(premises: Premises, visitor: Visitor) -> None:
    path = await path_of(premises.setup)
    answer = await visitor.post(path, {**FILLED, "password": "Password1", "password_again": "Password1"})
    assert answer.status == 422
    assert "guessed first" in await answer.text()


async def test_a02_there_is_no_account_before_somebody_makes_one(premises: Premises, visitor: Visitor) -> None:
    assert await premises.accounts.list_all() == []
    for login in ("admin", "root", "feedserver"):
        assert (await visitor.post("/login", {"login": login, "password": login})).status == 422


async def test_a14_fields_that_the_form_does_not_have_are_ignored(premises: Premises, visitor: Visitor) -> None:
    path = await path_of(premises.setup)
    await visitor.post(path, {**FILLED, "role": "guest", "id": "1", "is_active": "", "password_hash": "x"})
    made = await premises.accounts.find("ruth")
    assert (made.role, made.is_active, len(made.id)) == (Role.ADMIN, True, 32)
