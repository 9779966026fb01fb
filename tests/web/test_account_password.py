"""The page on which a password is chosen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, encode_basic_auth
from yarl import URL

from feedserver.model.account import Account, Role
from feedserver.model.notice import Mailing
from feedserver.security.signing import Purpose
from tests.premises import PASSWORD, Premises
from tests.web.conftest import Client

CHOSEN = "my very own password"
FILLED = {"password": CHOSEN, "password_again": CHOSEN}


async def invited(premises: Premises, role: Role = Role.GUEST, **particulars: str) -> tuple[Account, str]:
    """An account that was invited, and the path of its link."""
    account = await premises.accounts.add(
        **{"login": "ann", "email": "ann@example.org", "display_name": "Ann Archer", **particulars},
        role=role,
        mailing=Mailing(),
    )
    link = await premises.invitations.link_of(account)
    assert link is not None
    return account, URL(link.url).path


async def words_of(answer: ClientResponse) -> str:
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", await answer.text()))


async def test_guest_chooses_a_password_and_is_told_how_to_go_on(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    form = await client.get(path)
    assert form.status == 200
    assert "Hello Ann Archer" in await words_of(form)
    answer = await client.post(path, data=FILLED)
    assert answer.status == 200
    words = await words_of(answer)
    assert "open what was shared with you" in words
    assert "your login ann " in words
    assert "/admin" not in await answer.text()
    await premises.accounts.authenticate("ann", [CHOSEN], address="::1")


async def test_admin_is_led_to_the_login(premises: Premises, client: Client) -> None:
    _, path = await invited(premises, Role.ADMIN)
    answer = await client.post(path, data=FILLED)
    assert 'href="/admin/login"' in await answer.text()


async def test_member_opens_the_secured_share_with_what_was_chosen(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    share = await premises.secured_share(logins=("ann",))
    await client.post(path, data=FILLED)
    assert (
        await client.get(premises.feed_path(share), headers={"Authorization": encode_basic_auth("ann", CHOSEN)})
    ).status == 200


async def test_link_is_dead_once_it_was_used(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    await client.post(path, data=FILLED)
    for answer in (await client.get(path), await client.post(path, data=FILLED)):
        assert answer.status == 404
        assert "This link no longer works" in await words_of(answer)


async def test_u27_looking_at_the_page_uses_nothing_up(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    for _ in range(5):
        assert (await client.get(path)).status == 200
        assert (await client.head(path)).status == 200
    assert (await client.post(path, data=FILLED)).status == 200


async def test_u10_used_expired_replaced_and_forged_look_alike(premises: Premises, client: Client) -> None:
    _, used = await invited(premises)
    await client.post(used, data=FILLED)
    _, replaced = await invited(premises, login="bob")
    await premises.accounts.invite("bob")
    _, expired = await invited(premises, login="cid")
    premises.clock.advance(timedelta(hours=72))
    forged = "/account/password/" + "A" * 22 + "." + "A" * 43
    answers = [await client.get(path) for path in (used, replaced, expired, forged, "/account/password/x")]
    assert {answer.status for answer in answers} == {404}
    assert len({await answer.read() for answer in answers}) == 1


async def test_u06_token_of_a_share_or_of_the_setup_opens_nothing(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    token = path.rpartition("/")[2]
    setup = premises.ring.sign_id(Purpose.SETUP, premises.ring.verify_id(Purpose.INVITATION, token))
    share = premises.feed_path(await premises.share()).split("/")[2]
    for other in (setup, share):
        assert (await client.get(f"/account/password/{other}")).status == 404
    assert (await client.get(f"/s/{token}/calendar.ics")).status == 404


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "at least 8 characters"),
        ("password1", "password1", "guessed first"),
        (CHOSEN, CHOSEN + "x", "not the same"),
        ("", "", "at least 8 characters"),
        ("x" * 2000, "x" * 2000, "at most 1024 bytes"),
    ],
)
async def test_a27_fault_is_shown_and_the_link_still_works(
    premises: Premises, client: Client, first: str, second: str, words: str
) -> None:
    _, path = await invited(premises)
    answer = await client.post(path, data={"password": first, "password_again": second})
    assert answer.status == 422
    assert words in await words_of(answer)
    assert CHOSEN not in await answer.text()
    assert (await client.post(path, data=FILLED)).status == 200


async def test_page_is_in_the_language_of_the_account_else_of_the_browser(premises: Premises, client: Client) -> None:
    ann, path = await invited(premises)
    german = await client.get(path, headers={"Accept-Language": "de"})
    assert 'lang="de"' in await german.text()
    await premises.accounts.edit(ann.id, language="en")
    english = await client.get(path, headers={"Accept-Language": "de"})
    assert 'lang="en"' in await english.text()


async def test_a11_name_is_shown_as_text(premises: Premises, client: Client) -> None:
    _, path = await invited(premises, display_name="<script>alert(1)</script>")
    page = await (await client.get(path)).text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_u12_page_sends_its_address_nowhere_and_is_not_stored(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    answer = await client.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    page = await answer.text()
    assert not re.search(r'(src|href|action)="(https?:)?//', page)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(premises: Premises, client: Client, method: str) -> None:
    _, path = await invited(premises)
    answer = await client.request(method, path, data=FILLED)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


async def test_i14_form_of_another_type_is_refused(premises: Premises, client: Client) -> None:
    _, path = await invited(premises)
    assert (await client.post(path, json=FILLED)).status == 400
    assert (await client.get(path)).status == 200


async def test_a08_reset_on_the_page_ends_sessions_and_remembered_logins(premises: Premises, client: Client) -> None:
    ann = await premises.account("ann")
    secret, _ = await premises.sessions.begin(ann, agent="")
    await premises.accounts.reset("ann")
    link = await premises.invitations.link_of(ann)
    assert link is not None
    await client.post(URL(link.url).path, data=FILLED)
    assert await premises.sessions.find(secret) is None
    share = await premises.secured_share(logins=("ann",))
    assert (
        await client.get(premises.feed_path(share), headers={"Authorization": encode_basic_auth("ann", PASSWORD)})
    ).status == 401
