"""What is done to a user with one button."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedserver.model.account import Account, Role
from feedserver.model.errors import NotFound
from feedserver.model.notice import Mailing, NoticeKind
from tests.admin.conftest import Visitor
from tests.premises import PASSWORD, Premises

YES = {"confirmed": "1"}


@pytest.fixture
async def ann(premises: Premises) -> Account:
    return await premises.account("ann", role=Role.MEMBER)


async def test_deactivating_asks_once_and_shuts_out(premises: Premises, admin: Visitor, ann: Account) -> None:
    secret, _ = await premises.sessions.begin(ann, agent="")
    await premises.calendars.add(name="Ann's", owner="ann")
    asked = await admin.post(f"/users/{ann.id}/deactivate")
    assert asked.status == 200
    page = await asked.text()
    assert "Deactivate ann?" in page
    assert "Shares of 1 calendar of theirs pause." in page
    assert (await premises.accounts.find("ann")).is_active
    answer = await admin.post(f"/users/{ann.id}/deactivate", YES)
    assert answer.headers["Location"] == f"/admin/users/{ann.id}/"
    assert not (await premises.accounts.find("ann")).is_active
    assert await premises.sessions.find(secret) is None


async def test_reactivated_user_can_log_in_again(premises: Premises, admin: Visitor, ann: Account) -> None:
    await premises.accounts.deactivate("ann")
    assert (await admin.post(f"/users/{ann.id}/activate")).status == 303
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")


async def test_p04_removing_says_what_follows_and_then_does_it(
    premises: Premises, admin: Visitor, ann: Account
) -> None:
    await premises.calendars.add(name="Ann's", owner="ann")
    await premises.secured_share(logins=("ann",))
    page = await (await admin.post(f"/users/{ann.id}/remove")).text()
    assert "can no longer open 1 share." in page
    assert "1 calendar of theirs becomes the organisation&#39;s." in page
    assert "cannot be undone" in page
    answer = await admin.post(f"/users/{ann.id}/remove", YES)
    assert answer.headers["Location"] == "/admin/users/"
    with pytest.raises(NotFound):
        await premises.accounts.find("ann")
    assert "ann was removed." in await (await admin.get("/users/")).text()


async def test_invitation_is_sent_again(premises: Premises, admin: Visitor) -> None:
    new = await premises.accounts.add(login="new", email="n@example.org", role=Role.GUEST)
    answer = await admin.post(f"/users/{new.id}/invite")
    assert answer.status == 303
    (row,) = (await premises.notices.page()).rows
    assert (row.notice.kind, row.address) == (NoticeKind.CHOOSE_PASSWORD, "n@example.org")
    assert await premises.invitations.link_of(new) is not None


async def test_reset_is_sent(premises: Premises, admin: Visitor, ann: Account) -> None:
    await admin.post(f"/users/{ann.id}/reset")
    (row,) = (await premises.notices.page()).rows
    assert row.notice.kind is NoticeKind.RESET_PASSWORD
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")


async def test_who_has_a_password_is_not_invited(premises: Premises, admin: Visitor, ann: Account) -> None:
    answer = await admin.post(f"/users/{ann.id}/invite")
    assert answer.status == 409
    assert "has chosen a password already" in await answer.text()
    assert (await premises.notices.page()).rows == ()


@pytest.mark.parametrize("action", ["deactivate", "remove"])
async def test_nobody_shuts_themselves_out(
    premises: Premises, admin: Visitor, admin_account: Account, action: str
) -> None:
    await premises.account("other", role=Role.ADMIN)
    answer = await admin.post(f"/users/{admin_account.id}/{action}", YES)
    assert answer.status == 409
    assert (await premises.accounts.find("root")).is_active


@pytest.mark.parametrize("action", ["reset", "deactivate", "remove", "text"])
async def test_a29_what_is_sensitive_asks_for_the_password(
    premises: Premises, admin: Visitor, ann: Account, action: str
) -> None:
    premises.clock.advance(timedelta(minutes=20))
    assert (await admin.post(f"/users/{ann.id}/{action}", YES)).status == 403
    assert (await premises.accounts.find("ann")).is_active
    assert (await premises.notices.page()).rows == ()
    done = await admin.post(f"/users/{ann.id}/{action}", {**YES, "confirm_password": PASSWORD})
    assert done.status in (200, 303)


@pytest.mark.parametrize("action", ["invite", "reset", "text", "activate", "deactivate", "remove"])
async def test_a04_a16_actions_are_posts_on_users_that_are_there(admin: Visitor, ann: Account, action: str) -> None:
    assert (await admin.get(f"/users/{ann.id}/{action}")).status == 405
    assert (await admin.post(f"/users/{'0' * 32}/{action}", YES)).status == 404


async def test_text_to_send_has_the_link(premises: Premises, admin: Visitor) -> None:
    new = await premises.accounts.add(login="new", email="n@example.org", role=Role.GUEST, mailing=Mailing())
    link = await premises.invitations.link_of(new)
    assert link is not None
    assert link.url in await (await admin.post(f"/users/{new.id}/text")).text()


async def test_without_a_link_there_is_no_text(premises: Premises, admin: Visitor, ann: Account) -> None:
    page = await (await admin.post(f"/users/{ann.id}/text")).text()
    assert "There is no link that works." in page
    assert (await premises.invitations.link_of(ann)) is None
