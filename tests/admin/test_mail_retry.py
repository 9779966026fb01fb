"""Trying mails again: one by its button, or all that are ticked."""

from __future__ import annotations

from feedserver.model.notice import NoticeState
from tests.admin.conftest import Visitor
from tests.admin.pages import text_of
from tests.mailbox import Mailbox
from tests.premises import Premises
from tests.services.posting import ANN, a_dispatch, a_public_share, notice_of, queue_link


async def two_failed(premises: Premises, mailbox: Mailbox) -> list[str]:
    share = await a_public_share(premises, ANN, "ben@example.net")
    mailbox.answers = dict.fromkeys((ANN, "ben@example.net"), "550 no")
    ids = [await queue_link(premises, share, email) for email in (ANN, "ben@example.net")]
    await a_dispatch(premises, mailbox.server()).run()
    mailbox.answers.clear()
    return ids


async def told(admin: Visitor, path: str = "/mail/") -> str:
    return text_of(await (await admin.get(path)).text())


async def test_button_of_a_mail_sends_it_again(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    ann, ben = await two_failed(premises, mailbox)
    page = await (await admin.get("/mail/")).text()
    assert f'name="only" value="{ann}"' in page

    answer = await admin.post("/mail/retry", {"only": ann, "notice": [ben], "state": "failed"})
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/mail/?state=failed")
    assert "1 mail is tried again" in await told(admin)
    await a_dispatch(premises, mailbox.server()).run()
    assert [mail.recipients for mail in mailbox.received] == [(ANN,)]
    assert (await notice_of(premises, ben)).state is NoticeState.FAILED


async def test_ticked_mails_are_sent_again(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    await admin.post("/mail/retry", {"notice": await two_failed(premises, mailbox)})
    assert "2 mails are tried again" in await told(admin)
    await a_dispatch(premises, mailbox.server()).run()
    assert len(mailbox.received) == 2


async def test_nothing_ticked_changes_nothing_and_says_so(admin: Visitor) -> None:
    await admin.post("/mail/retry")
    assert "First tick the mails" in await told(admin)


async def test_mail_that_was_sent_or_is_unknown_is_not_sent_again(
    admin: Visitor, premises: Premises, mailbox: Mailbox
) -> None:
    sent = await queue_link(premises, await a_public_share(premises))
    await a_dispatch(premises, mailbox.server()).run()
    await admin.post("/mail/retry", {"notice": [sent, "unknown"]})
    assert "nothing to try again" in await told(admin)
    await a_dispatch(premises, mailbox.server()).run()
    assert len(mailbox.received) == 1


async def test_a04_retry_is_no_page(admin: Visitor) -> None:
    assert (await admin.get("/mail/retry")).status == 405


async def test_a03_retry_from_elsewhere_changes_nothing(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    ann, _ = await two_failed(premises, mailbox)
    assert (await admin.post("/mail/retry", {"only": ann, "form_token": "wrong"})).status == 403
    assert (await notice_of(premises, ann)).state is NoticeState.FAILED


async def test_a25_retry_is_in_the_history(admin: Visitor, premises: Premises, mailbox: Mailbox) -> None:
    ann, _ = await two_failed(premises, mailbox)
    await admin.post("/mail/retry", {"only": ann})
    share_id = (await notice_of(premises, ann)).share_id
    assert share_id is not None
    newest = (await premises.history.of_share(share_id))[0]
    assert (newest.action, newest.actor.name, newest.subject_name) == ("retried", "root", "shared link")
