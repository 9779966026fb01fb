"""The list of mails: states, the mail server's words, and what to set where there is no mail server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pytest_aiohttp.plugin import AiohttpClient

from feedserver.mail.transport import UNREACHABLE, MailServer, Security
from feedserver.model.account import Account, Role
from feedserver.model.notice import NoticeKind
from feedserver.services.notices import PER_PAGE
from feedserver.storage.engine import Database
from tests.admin.conftest import SiteServer, Visitor
from tests.admin.pages import text_of
from tests.mailbox import Mailbox
from tests.premises import Premises, open_premises
from tests.services.posting import ANN, a_dispatch, a_public_share, queue, queue_link


async def shown(visitor: Visitor, path: str = "/mail/") -> str:
    answer = await visitor.get(path)
    assert answer.status == 200
    return text_of(await answer.text())


async def test_list_says_what_became_of_each_mail_in_the_servers_words(
    admin: Visitor, premises: Premises, mailbox: Mailbox
) -> None:
    share = await a_public_share(premises, ANN, "ben@example.net", "cem@example.net", name="Fair")
    mailbox.answers = {ANN: "550 5.1.1 no such user", "ben@example.net": "451 4.7.1 come back later"}
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
    await a_dispatch(premises, mailbox.server()).run()
    await queue_link(premises, await a_public_share(premises, "new@example.net"), "new@example.net")
    text = await shown(admin)

    assert "ann@example.net Link to a share Fair Failed 550 5.1.1 no such user" in text
    assert "ben@example.net Link to a share Fair Waiting Next try:" in text
    assert "451 4.7.1 come back later" in text
    assert "cem@example.net Link to a share Fair Sent Nov 23, 2026" in text
    assert "new@example.net Link to a share Team Waiting Nov 23, 2026" in text
    assert "by Paul" in text
    assert "Failed (1)" in text
    assert "sends no mail" not in text


async def test_list_shows_one_state_alone(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises, ANN, "ben@example.net")
    mailbox.answers[ANN] = "550 no"
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
    await a_dispatch(premises, mailbox.server()).run()

    text = await shown(admin, "/mail/?state=failed")
    assert ANN in text
    assert "ben@example.net" not in text
    assert "There is no such mail." in await shown(admin, "/mail/?state=dropped")


async def test_our_own_words_for_a_failure_are_shown_too(admin: Visitor, premises: Premises) -> None:
    await queue_link(premises, await a_public_share(premises))
    await a_dispatch(premises, MailServer(host="localhost", port=1, security=Security.NONE)).run()
    assert UNREACHABLE in await shown(admin)


async def test_mail_that_did_not_hold_any_more_says_so(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises)
    await queue_link(premises, share)
    await premises.sharing.deactivate(share.id)
    await a_dispatch(premises, mailbox.server()).run()
    assert "Not sent Not needed any more" in await shown(admin)


async def test_mail_to_an_account_names_its_owner(admin: Visitor, premises: Premises, admin_account: Account) -> None:
    await queue(premises, NoticeKind.RESET_PASSWORD, account_id=admin_account.id)
    assert "root@example.org root New password" in await shown(admin)


async def test_empty_list_says_what_will_be_there(admin: Visitor) -> None:
    assert "There is no mail yet." in await shown(admin)


async def test_long_list_has_pages_that_keep_the_state(admin: Visitor, premises: Premises) -> None:
    share = await a_public_share(premises, *(f"p{number}@example.net" for number in range(PER_PAGE + 1)))
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
        premises.clock.advance(timedelta(seconds=1))
    page = await (await admin.get("/mail/?state=queued&page=2")).text()
    assert "Page 2 of 2" in page
    assert 'href="?state=queued&amp;page=1"' in page
    assert page.count("@example.net") == 1 + page.count("to p0@")
    for odd in ("0", "-1", "x", "9" * 30, "٣"):
        assert (await admin.get(f"/mail/?page={odd}")).status == 200


async def test_without_a_mail_server_the_page_says_so_and_what_to_set(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as premises:
        site = await aiohttp_client(SiteServer(premises.app), headers={"Accept-Language": "en"})
        secret, _ = await premises.sessions.begin(await premises.account("root", role=Role.ADMIN), agent="test")
        await queue_link(premises, await a_public_share(premises))
        page = await (await Visitor(site, secret).get("/mail/")).text()
    assert "This server sends no mail yet." in text_of(page)
    assert "FEEDSERVER_SMTP_HOST" in page
    assert "Try again" not in page


async def test_a11_words_of_the_server_and_names_are_text_and_no_markup(
    admin: Visitor, premises: Premises, mailbox: Mailbox
) -> None:
    share = await a_public_share(premises, name="<script>x</script>")
    mailbox.answers[ANN] = "550 <script>alert(1)</script> {n} {moment}"
    await queue_link(premises, share)
    await a_dispatch(premises, mailbox.server()).run()
    page = await (await admin.get("/mail/")).text()
    assert "<script>alert" not in page
    assert "<script>x" not in page
    assert "{moment}" in page


async def test_a09_list_is_for_admins_alone(visitor: Visitor, premises: Premises) -> None:
    assert (await visitor.get("/mail/")).headers["Location"].startswith("/admin/login")
    secret, _ = await premises.sessions.begin(await premises.account("guest"), agent="test")
    assert (await Visitor(visitor.client, secret).get("/mail/")).status == 403
