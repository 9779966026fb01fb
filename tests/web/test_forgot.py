"""A forgotten password: whoever asks is answered the same, and whoever has an account gets a mail."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from sqlalchemy import update
from yarl import URL

from feedserver.model.account import Role
from feedserver.model.notice import NoticeKind, NoticeRow
from feedserver.services.password_resets import LEAST_S
from feedserver.storage.engine import Database
from feedserver.storage.tables import notices
from tests.mailbox import Mailbox
from tests.premises import PASSWORD, Premises, open_premises
from tests.services.posting import a_dispatch
from tests.web.conftest import SiteServer
from tests.web.visiting import Visitor, words_of

PATH = "/account/forgot"


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


async def queued(premises: Premises) -> tuple[NoticeRow, ...]:
    return (await premises.notices.page()).rows


async def test_mail_with_a_link_is_sent_and_the_link_gives_a_new_password(
    premises: Premises, visitor: Visitor, mailbox: Mailbox
) -> None:
    await premises.account()
    answer = await visitor.post(PATH, {"who": " Ann "})
    assert (answer.status, answer.headers["Location"]) == (303, f"{PATH}?sent=1")
    assert "a mail with a link is on its way" in await words_of(await visitor.get(answer.headers["Location"]))
    await a_dispatch(premises, mailbox.server()).run()
    (mail,) = mailbox.to("ann@example.org")
    found = re.search(r"http://\S+/account/password/\S+", mail.part())
    assert found
    chosen = {"password": "a whole new password", "password_again": "a whole new password"}
    assert (await visitor.post(URL(found[0]).path, chosen)).status == 200
    await premises.accounts.authenticate("ann", ["a whole new password"], address="::1")


@pytest.mark.parametrize("who", ["ANN@example.org", "ann@example.org", "ann"])
async def test_account_is_found_by_login_or_address(premises: Premises, visitor: Visitor, who: str) -> None:
    await premises.account()
    await visitor.post(PATH, {"who": who})
    assert [row.notice.kind for row in await queued(premises)] == [NoticeKind.RESET_PASSWORD]


async def test_all_accounts_of_an_address_get_a_mail(premises: Premises, visitor: Visitor) -> None:
    for login in ("ann", "club"):
        await premises.accounts.add(login=login, email="ann@example.org", role=Role.GUEST, password=PASSWORD)
    await visitor.post(PATH, {"who": "ann@example.org"})
    assert len(await queued(premises)) == 2


async def test_who_has_no_password_yet_is_invited_again(premises: Premises, visitor: Visitor) -> None:
    await premises.accounts.add(login="new", email="new@example.org", role=Role.GUEST)
    await visitor.post(PATH, {"who": "new"})
    assert [row.notice.kind for row in await queued(premises)] == [NoticeKind.CHOOSE_PASSWORD]


async def test_a15_answer_is_the_same_whether_there_is_an_account_or_not(premises: Premises, visitor: Visitor) -> None:
    await premises.account()
    await premises.account("gone")
    await premises.accounts.deactivate("gone")
    answers = [
        await visitor.post(PATH, {"who": who}) for who in ("ann", "nobody", "gone", "", "a\nb", "x" * 5000, "%", "ann@")
    ]
    told = {
        (answer.status, tuple((n, v) for n, v in answer.headers.items() if n != "Date"), await answer.text())
        for answer in answers
    }
    assert len(told) == 1
    assert len(await queued(premises)) == 1


async def test_a15_every_answer_takes_as_long(premises: Premises, visitor: Visitor) -> None:
    """Longer than looking for an account and queueing its mail takes, so that neither is to be seen."""
    await premises.account()
    for who in ("ann", "nobody"):
        premises.pauses.clear()
        await visitor.post(PATH, {"who": who})
        assert premises.pauses == [LEAST_S]


async def test_a15_what_is_asked_for_too_often_is_answered_the_same_and_not_sent(
    premises: Premises, visitor: Visitor
) -> None:
    """Three an hour for one account (M04), twenty from one address."""
    await premises.account()
    await premises.account("bob")
    for _ in range(5):
        await visitor.post(PATH, {"who": "ann"})
        await _send_all(premises)
    assert len(await queued(premises)) == 3
    for n in range(15):
        await visitor.post(PATH, {"who": f"nobody{n}"})
    premises.pauses.clear()
    assert (await visitor.post(PATH, {"who": "bob"})).status == 303
    assert premises.pauses == [LEAST_S]
    assert len(await queued(premises)) == 3
    premises.clock.advance(timedelta(hours=1))
    await visitor.post(PATH, {"who": "bob"})
    assert len(await queued(premises)) == 4


async def _send_all(premises: Premises) -> None:
    """As if what is queued were sent: the same notice that waits stays one mail."""
    async with premises.db.write() as tx:
        await tx.execute(update(notices).values(state="sent"))


async def test_asking_voids_no_link_that_was_sent_and_changes_no_password(premises: Premises, visitor: Visitor) -> None:
    """Anybody may ask in anybody's name."""
    ann = await premises.account()
    await visitor.post(PATH, {"who": "ann"})
    first = await premises.invitations.link_of(ann)
    await visitor.post(PATH, {"who": "ann"})
    second = await premises.invitations.link_of(ann)
    assert first is not None
    assert second is not None
    assert first.url == second.url
    await premises.accounts.authenticate("ann", [PASSWORD], address="::1")


async def test_a25_history_says_that_it_was_asked_for(premises: Premises, visitor: Visitor) -> None:
    await premises.account()
    await visitor.post(PATH, {"who": "ann"})
    entry = (await premises.history.page())[0]
    assert (entry.action, entry.actor.account_id, entry.actor.name) == ("reset asked for", None, "")


async def test_mail_is_in_the_language_of_the_page(premises: Premises, visitor: Visitor) -> None:
    await premises.account()
    await visitor.post(PATH, {"who": "ann"}, Accept_Language="de")
    assert [row.notice.language for row in await queued(premises)] == ["de"]


async def test_a03_form_from_another_site_is_refused(premises: Premises, visitor: Visitor) -> None:
    await premises.account()
    assert (await visitor.post(PATH, {"who": "ann"}, Sec_Fetch_Site="cross-site")).status == 403
    assert await queued(premises) == ()


async def test_without_mail_the_page_says_whom_to_ask(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as premises:
        visitor = Visitor(await aiohttp_client(SiteServer(premises.app)))
        ann = await premises.account()
        page = await visitor.get(PATH)
        assert "Ask an administrator" in await words_of(page)
        assert "<form" not in await page.text()
        await visitor.post(PATH, {"who": "ann"})
        assert await premises.invitations.link_of(ann) is None
