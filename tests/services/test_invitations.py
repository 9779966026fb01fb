"""One-time links on which people choose their password."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from feedserver.model.account import Account, Role
from feedserver.model.errors import Conflict, InvalidInput, NotFound
from feedserver.model.notice import Mailing, NoticeKind
from feedserver.security.signing import Purpose
from feedserver.storage.engine import Database
from tests.premises import BASE_URL, PASSWORD, Premises, open_premises

HOUR = timedelta(hours=1)
CHOSEN = "my very own password"


async def invited(premises: Premises, login: str = "ann") -> tuple[Account, str]:
    """An account that was invited, and the token of its link."""
    account = await premises.accounts.add(login=login, email=f"{login}@example.org", role=Role.GUEST, mailing=Mailing())
    return account, await token_of(premises, account)


async def token_of(premises: Premises, account: Account) -> str:
    """The token of the link that works now."""
    link = await premises.invitations.link_of(account)
    assert link is not None
    return link.url.removeprefix(f"{BASE_URL}/account/password/")


async def test_password_is_chosen_on_the_link_and_opens_from_then_on(premises_on_both: Premises) -> None:
    premises = premises_on_both
    ann, token = await invited(premises)
    assert await premises.invitations.open(token) == ann
    await premises.invitations.accept(token, CHOSEN, address="192.0.2.0")
    assert (await premises.accounts.authenticate("ann", [CHOSEN], address="::1")).id == ann.id


async def test_link_works_once(premises: Premises) -> None:
    _, token = await invited(premises)
    await premises.invitations.accept(token, CHOSEN, address="")
    assert await premises.invitations.open(token) is None
    with pytest.raises(NotFound):
        await premises.invitations.accept(token, "another password", address="")


async def test_of_two_at_once_one_chooses(db: Database, tmp_path: Path) -> None:
    async with open_premises(db, tmp_path) as here, open_premises(db, tmp_path) as there:
        _, token = await invited(here)
        words = ["first new password", "second new password"]
        nodes = [here, there]
        results = await asyncio.gather(
            *(node.invitations.accept(token, word, address="") for node, word in zip(nodes, words, strict=True)),
            return_exceptions=True,
        )
        assert sorted(type(result).__name__ for result in results) == ["Account", "NotFound"]


async def test_link_ends_after_72_hours_and_can_be_renewed(premises: Premises) -> None:
    ann, token = await invited(premises)
    premises.clock.advance(72 * HOUR - timedelta(seconds=1))
    assert await premises.invitations.open(token) is not None
    premises.clock.advance(timedelta(seconds=1))
    assert await premises.invitations.open(token) is None
    assert await premises.invitations.link_of(ann) is None
    await premises.accounts.invite("ann")
    assert await premises.invitations.open(await token_of(premises, ann)) is not None
    assert await premises.invitations.open(token) is None


async def test_newest_link_wins(premises: Premises) -> None:
    ann, first = await invited(premises)
    premises.clock.advance(HOUR)
    await premises.accounts.invite("ann")
    assert await premises.invitations.open(first) is None
    assert await premises.invitations.open(await token_of(premises, ann)) is not None


async def test_weak_password_leaves_the_link_as_it_is(premises: Premises) -> None:
    _, token = await invited(premises)
    for weak in ("short", "password1", "P" * 2000):
        with pytest.raises(InvalidInput):
            await premises.invitations.accept(token, weak, address="")
    assert await premises.invitations.open(token) is not None


async def test_link_of_who_is_deactivated_is_dead_for_good(premises: Premises) -> None:
    _, token = await invited(premises)
    await premises.accounts.deactivate("ann")
    assert await premises.invitations.open(token) is None
    await premises.accounts.activate("ann")
    assert await premises.invitations.open(token) is None


@pytest.mark.parametrize("change", ["email", "password"])
async def test_link_that_went_to_an_old_address_or_is_not_needed_any_more_is_dead(
    premises: Premises, change: str
) -> None:
    _, token = await invited(premises)
    if change == "email":
        await premises.accounts.edit("ann", email="other@example.org")
    else:
        await premises.accounts.set_password("ann", PASSWORD)
    assert await premises.invitations.open(token) is None


async def test_change_of_the_name_leaves_the_link_as_it_is(premises: Premises) -> None:
    _, token = await invited(premises)
    await premises.accounts.edit("ann", display_name="Ann B.", login="annb")
    assert await premises.invitations.open(token) is not None


async def test_reset_ends_the_sessions_and_the_old_password_only_when_a_new_one_is_chosen(premises: Premises) -> None:
    ann = await premises.account("ann")
    secret, _ = await premises.sessions.begin(ann, agent="")
    await premises.accounts.reset("ann", mailing=Mailing())
    assert await premises.sessions.find(secret) is not None
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")
    await premises.invitations.accept(await token_of(premises, ann), CHOSEN, address="")
    assert await premises.sessions.find(secret) is None
    assert (await premises.accounts.authenticate("ann", [CHOSEN], address="::1")).id == ann.id


async def test_who_has_a_password_is_not_invited_but_may_be_sent_a_reset(premises: Premises) -> None:
    await premises.account("ann")
    with pytest.raises(Conflict):
        await premises.accounts.invite("ann", mailing=Mailing())


async def test_who_is_deactivated_is_sent_no_link(premises: Premises) -> None:
    await premises.account("ann")
    await premises.accounts.deactivate("ann")
    with pytest.raises(Conflict):
        await premises.accounts.reset("ann", mailing=Mailing())


@pytest.mark.parametrize("token", ["", "x", "A" * 66, "A" * 22 + "." + "A" * 43, "é" * 66, "\x00" * 66])
async def test_other_tokens_open_nothing(premises: Premises, token: str) -> None:
    await invited(premises)
    assert await premises.invitations.open(token) is None


async def test_u06_token_of_another_purpose_opens_nothing(premises: Premises) -> None:
    _, token = await invited(premises)
    invitation_id = premises.ring.verify_id(Purpose.INVITATION, token)
    assert await premises.invitations.open(premises.ring.sign_id(Purpose.SETUP, invitation_id)) is None


async def test_u06_token_of_a_link_is_no_feed(premises: Premises) -> None:
    _, token = await invited(premises)
    with pytest.raises(Exception, match="not one of ours"):
        premises.ring.verify_link(token)


async def test_u07_link_survives_a_rotation_of_the_keys_and_dies_with_its_key(premises: Premises) -> None:
    _, token = await invited(premises)
    old = premises.ring.ids[0]
    premises.ring.rotate()
    assert await premises.invitations.open(token) is not None
    premises.ring.retire(old)
    assert await premises.invitations.open(token) is None


async def test_k02_neither_token_nor_password_lies_in_the_database(premises: Premises) -> None:
    _, token = await invited(premises)
    await premises.invitations.accept(token, CHOSEN, address="")
    assert premises.db.path is not None
    for file in premises.db.path.parent.glob(f"{premises.db.path.name}*"):
        data = file.read_bytes()
        assert CHOSEN.encode() not in data
        assert token.partition(".")[2].encode() not in data


async def test_mail_gets_a_link_whose_time_counts_from_when_it_is_sent(premises: Premises) -> None:
    ann, _ = await invited(premises)
    premises.clock.advance(71 * HOUR)
    url = await premises.invitations.url_to_mail(ann.id)
    assert url is not None
    premises.clock.advance(71 * HOUR)
    assert await premises.invitations.open(url.rpartition("/")[2]) is not None


async def test_mail_to_who_was_never_invited_and_has_no_password_gets_a_link(premises: Premises) -> None:
    ann = await premises.accounts.add(login="ann", email="ann@example.org", role=Role.GUEST)
    url = await premises.invitations.url_to_mail(ann.id)
    assert url is not None
    assert await premises.invitations.open(url.rpartition("/")[2]) == ann


async def test_m14_mail_to_who_needs_no_link_gets_none(premises: Premises) -> None:
    ann = await premises.account("ann")
    gone = await premises.accounts.add(login="gone", email="gone@example.org", role=Role.GUEST, mailing=Mailing())
    await premises.accounts.deactivate("gone")
    for account_id in (ann.id, gone.id, "0" * 32):
        assert await premises.invitations.url_to_mail(account_id) is None


async def test_invitation_and_reset_are_queued_with_what_caused_them(premises: Premises) -> None:
    await invited(premises)
    await premises.account("bob")
    await premises.accounts.reset("bob", mailing=Mailing(note="Hello"))
    page = await premises.notices.page()
    kinds = {row.address: row.notice.kind for row in page.rows}
    assert kinds == {"ann@example.org": NoticeKind.CHOOSE_PASSWORD, "bob@example.org": NoticeKind.RESET_PASSWORD}


async def test_a24_second_click_on_resend_owes_one_mail(premises: Premises) -> None:
    await invited(premises)
    await premises.accounts.invite("ann", mailing=Mailing())
    await premises.accounts.invite("ann", mailing=Mailing())
    assert len((await premises.notices.page()).rows) == 1


async def test_without_a_mail_server_there_is_a_link_and_no_mail(sqlite_db: Database, tmp_path: Path) -> None:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as premises:
        ann, token = await invited(premises)
        assert await premises.invitations.open(token) == ann
        assert (await premises.notices.page()).rows == ()
