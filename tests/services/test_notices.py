"""What an admin sees of mail: each notice with what became of it, another try, and drafts to send by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from feedserver.model.actor import Actor
from feedserver.model.errors import Conflict
from feedserver.model.notice import Mailing, NoticeKind, NoticeState
from feedserver.model.share import Share
from feedserver.services.notices import KEPT, PER_PAGE, mailto
from feedserver.storage import notices
from feedserver.storage.engine import Database
from tests.mailbox import Mailbox
from tests.premises import Premises, open_premises
from tests.services.posting import ANN, PAUL, a_dispatch, a_public_share, notice_of, queue, queue_link, rows


async def test_list_names_reader_share_and_state_newest_first(premises_on_both: Premises) -> None:
    premises = premises_on_both
    ann = await premises.account()
    public, secured = await a_public_share(premises), await premises.secured_share(name="Board")
    await queue_link(premises, public)
    premises.clock.advance(timedelta(seconds=1))
    await queue(premises, NoticeKind.SHARED_SECURED, secured, account_id=ann.id)

    page = await premises.notices.page()
    assert [(row.address, row.reader_name, row.share_name) for row in page.rows] == [
        ("ann@example.org", "ann", "Board"),
        (ANN, "", "Team"),
    ]
    assert page.counts == {NoticeState.QUEUED: 2}
    assert "ann@" not in repr(page)


async def test_pages_hold_a_bounded_number_and_the_last_stands_for_any_behind_it(premises: Premises) -> None:
    share = await a_public_share(premises, *(f"p{number}@example.net" for number in range(PER_PAGE + 1)))
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
    assert len((await premises.notices.page(1)).rows) == PER_PAGE
    last = await premises.notices.page(99)
    assert (len(last.rows), last.number, last.pages) == (1, 2, 2)
    assert (await premises.notices.page(state=NoticeState.FAILED)).rows == ()


async def _failed(premises: Premises, mailbox: Mailbox) -> tuple[Share, str]:
    share = await a_public_share(premises)
    notice_id = await queue_link(premises, share)
    mailbox.answers[ANN] = "550 no such user"
    await a_dispatch(premises, mailbox.server()).run()
    assert (await notice_of(premises, notice_id)).state is NoticeState.FAILED
    return share, notice_id


async def test_failed_notice_is_tried_again_on_request_and_the_history_says_so(
    premises_on_both: Premises, mailbox: Mailbox
) -> None:
    premises = premises_on_both
    share, notice_id = await _failed(premises, mailbox)
    mailbox.answers.clear()

    assert await premises.notices.retry([notice_id, "unknown"], by=PAUL) == 1
    waiting = await notice_of(premises, notice_id)
    assert (waiting.state, waiting.attempts, waiting.error) == (NoticeState.QUEUED, 0, "")
    await a_dispatch(premises, mailbox.server()).run()
    assert len(mailbox.to(ANN)) == 1
    assert "retried" in [entry.action for entry in await premises.history.of_share(share.id)]


async def test_sent_notice_is_not_sent_again_by_a_retry(premises: Premises, mailbox: Mailbox) -> None:
    notice_id = await queue_link(premises, await a_public_share(premises))
    await a_dispatch(premises, mailbox.server()).run()
    assert await premises.notices.retry([notice_id], by=PAUL) == 0
    await a_dispatch(premises, mailbox.server()).run()
    assert len(mailbox.received) == 1


async def test_without_a_mail_server_the_same_mail_is_a_draft(sqlite_db: Database, tmp_path: Path) -> None:
    async with open_premises(sqlite_db, tmp_path, has_mail=False) as premises:
        share = await premises.share(emails=["änne+x@example.net"])
        draft = await premises.notices.draft(
            NoticeKind.SHARED_LINK,
            by=PAUL,
            mailing=Mailing(note="Hello & welcome\nPaul"),
            share_id=share.id,
            recipient_id=share.recipients[0].id,
        )
        assert not premises.notices.has_mail_server
        assert await rows(premises) == [], "nothing pretends to be sent"
        assert draft.to == "änne+x@example.net"
        assert draft.subject == "Example Club shares the calendar “Team” with you"
        assert "> Hello & welcome\n> Paul" in draft.text
        assert "calendar.google.com" in draft.text
        assert premises.link(share, 1).page_url in unquote(draft.mailto_url)
        assert "@" not in repr(draft)


async def test_draft_of_what_does_not_hold_is_refused(premises: Premises) -> None:
    share = await a_public_share(premises)
    await premises.sharing.deactivate(share.id)
    with pytest.raises(Conflict):
        await premises.notices.draft(
            NoticeKind.SHARED_LINK,
            by=Actor(account_id=None, name=""),
            mailing=Mailing(),
            share_id=share.id,
            recipient_id=share.recipients[0].id,
        )


def test_m01_mailto_link_carries_everything_and_nothing_can_be_added_to_it() -> None:
    url = mailto("a&b?x=y@example.net", "Team & Co?\nBcc: eve", "one\ntwo&bcc=eve#")
    parts = urlsplit(url)
    assert unquote(parts.path) == "a&b?x=y@example.net"
    assert parts.fragment == ""
    assert parse_qs(parts.query) == {"subject": ["Team & Co?\nBcc: eve"], "body": ["one\r\ntwo&bcc=eve#"]}
    assert "+" not in parts.query


async def test_draft_for_a_mail_program_is_short_enough_for_all_of_them(premises: Premises) -> None:
    share = await a_public_share(premises, name="Öffentliche Termine")
    draft = await premises.notices.draft(
        NoticeKind.SHARED_LINK, by=PAUL, mailing=Mailing(), share_id=share.id, recipient_id=share.recipients[0].id
    )
    assert len(draft.mailto_url) < 2000


async def test_p03_what_is_long_over_is_forgotten_and_what_waits_is_not(premises: Premises, mailbox: Mailbox) -> None:
    await _failed(premises, mailbox)
    waiting = await queue_link(premises, await a_public_share(premises, name="Other"))
    premises.clock.advance(KEPT)
    await premises.notices.forget_old()
    assert len(await rows(premises)) == 2
    premises.clock.advance(timedelta(seconds=1))
    await premises.notices.forget_old()
    assert [row.notice.id for row in await rows(premises)] == [waiting]


async def test_p04_name_of_a_removed_sender_is_forgotten(premises: Premises) -> None:
    paul = await premises.account("paul")
    share = await a_public_share(premises)
    by = Actor(account_id=paul.id, name="Paul Smith")
    await queue(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[0].id, by=by)
    async with premises.db.write() as tx:
        await notices.forget_sender(tx, paul.id)
    assert [(row.notice.sender_id, row.notice.sender_name) for row in await rows(premises)] == [(None, "")]


async def test_queued_notice_goes_with_a_write_unit_that_fails(premises: Premises) -> None:
    share = await a_public_share(premises)

    async def queue_and_fail() -> None:
        async with premises.db.write() as tx:
            about = {"share_id": share.id, "recipient_id": share.recipients[0].id}
            now = premises.clock.now()
            await notices.queue(tx, kind=NoticeKind.SHARED_LINK, by=PAUL, mailing=Mailing(), now=now, **about)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await queue_and_fail()
    assert await rows(premises) == []


async def test_newer_words_replace_those_that_wait(premises_on_both: Premises) -> None:
    premises = premises_on_both
    share = await a_public_share(premises)
    about = {"recipient_id": share.recipients[0].id}
    first = await queue(premises, NoticeKind.SHARED_LINK, share, note="old", **about)
    assert await queue(premises, NoticeKind.SHARED_LINK, share, note="new", **about) == first
    assert [row.notice.note for row in await rows(premises)] == ["new"]
