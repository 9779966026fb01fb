"""Sending what is owed: once each in the normal case, again after what goes wrong, never what is not true any more."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from feedserver.mail.transport import HUNG_UP, NO_UTF8, PERHAPS_TAKEN, UNREACHABLE, MailServer, Security
from feedserver.model.notice import NoticeKind, NoticeState
from feedserver.model.share import DetailLevel
from feedserver.services.dispatch import LEASE, PAUSES, TO_ONE_PER_HOUR
from feedserver.storage import notice_leases
from tests.mailbox import Mailbox, open_mailbox
from tests.premises import Premises, open_premises
from tests.services.posting import ANN, MINUTE, a_dispatch, a_public_share, notice_of, queue, queue_link, rows

NOBODY = MailServer(host="localhost", port=1, security=Security.NONE)
"""No mail server listens there."""


async def test_notice_is_sent_once_with_the_link_of_its_recipient(premises_on_both: Premises, mailbox: Mailbox) -> None:
    premises = premises_on_both
    share = await a_public_share(premises, ANN, "ben@example.net")
    notice_id = await queue_link(premises, share)
    dispatch = a_dispatch(premises, mailbox.server())

    assert (await dispatch.run(), await dispatch.run()) == (1, 0)
    (mail,) = mailbox.received
    assert mail.recipients == (ANN,)
    links = {link.recipient.email if link.recipient else "": link.page_url for link in premises.sharing.links(share)}
    assert [email for email, url in links.items() if url in mail.part()] == [ANN]
    sent = await notice_of(premises, notice_id)
    assert (sent.state, sent.attempts, sent.sent_at, sent.error) == (NoticeState.SENT, 1, premises.clock.now(), "")
    assert mail.message["Message-ID"] == f"<{notice_id}@calendars.example.org>"


async def test_m05_links_begin_with_the_configured_base(premises: Premises, mailbox: Mailbox) -> None:
    await queue_link(premises, await a_public_share(premises))
    await a_dispatch(premises, mailbox.server()).run()
    links = [word for word in mailbox.received[0].part().split() if "/s/" in word and not word.startswith("https://")]
    assert links
    assert all(link.split("://")[1].startswith("calendars.example.org/s/") for link in links)


async def test_m02_mail_goes_to_the_address_that_is_stored_when_it_is_sent(
    premises: Premises, mailbox: Mailbox
) -> None:
    ann = await premises.account()
    share = await premises.secured_share()
    await queue(premises, NoticeKind.SHARED_SECURED, share, account_id=ann.id)
    await premises.accounts.edit(ann.id, email="new@example.net")
    await a_dispatch(premises, mailbox.server()).run()
    assert [mail.recipients for mail in mailbox.received] == [("new@example.net",)]


async def test_m07_mail_server_that_is_down_is_tried_with_growing_pauses_for_two_days(premises: Premises) -> None:
    notice_id = await queue_link(premises, await a_public_share(premises))
    dispatch, began = a_dispatch(premises, NOBODY), premises.clock.now()

    for number, pause in enumerate(PAUSES, start=1):
        assert await dispatch.run() == 1
        waiting = await notice_of(premises, notice_id)
        assert (waiting.state, waiting.attempts, waiting.error) == (NoticeState.QUEUED, number, UNREACHABLE)
        assert waiting.next_at - premises.clock.now() == pause
        premises.clock.advance(pause - MINUTE / 2)
        assert await dispatch.run() == 0, "not before its turn"
        premises.clock.advance(MINUTE / 2)
    assert await dispatch.run() == 1
    failed = await notice_of(premises, notice_id)
    assert (failed.state, failed.error) == (NoticeState.FAILED, UNREACHABLE)
    assert timedelta(days=1.9) < premises.clock.now() - began < timedelta(days=2.1)
    assert list(PAUSES) == sorted(PAUSES)
    assert (PAUSES[0], PAUSES[-1]) == (MINUTE, timedelta(hours=20))


async def test_m07_mail_server_that_comes_back_gets_what_waited(premises: Premises, mailbox: Mailbox) -> None:
    notice_id = await queue_link(premises, await a_public_share(premises))
    await a_dispatch(premises, NOBODY).run()
    premises.clock.advance(PAUSES[0])
    await a_dispatch(premises, mailbox.server()).run()
    sent = await notice_of(premises, notice_id)
    assert (sent.state, sent.attempts, sent.error) == (NoticeState.SENT, 2, "")


async def test_m08_silent_server_holds_up_its_own_mail_alone(premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises, "slow@example.net", ANN, "ben@example.net")
    for email in ("slow@example.net", ANN, "ben@example.net"):
        await queue_link(premises, share, email)
    async with open_mailbox() as silent:
        silent.mode = "silent"
        slow = a_dispatch(premises, silent.server(), deadline_s=30)
        lane = asyncio.create_task(slow.run())
        await silent.texts.get()
        assert await a_dispatch(premises, mailbox.server()).run() == 2
        lane.cancel()
        silent.close()
        await asyncio.gather(lane, return_exceptions=True)
    assert len(mailbox.received) == 2


async def test_m09_refusal_for_good_is_not_tried_again_and_keeps_the_servers_words(
    premises: Premises, mailbox: Mailbox
) -> None:
    share = await a_public_share(premises, ANN, "ben@example.net", "cem@example.net")
    ids = [await queue_link(premises, share, email) for email in (ANN, "ben@example.net", "cem@example.net")]
    mailbox.answers = {ANN: "550 5.1.1 no such user", "ben@example.net": "450 4.2.0 greylisted"}
    await a_dispatch(premises, mailbox.server()).run()

    ann, ben, cem = [await notice_of(premises, notice_id) for notice_id in ids]
    assert (ann.state, ann.error) == (NoticeState.FAILED, "550 5.1.1 no such user")
    assert (ben.state, ben.error) == (NoticeState.QUEUED, "450 4.2.0 greylisted")
    assert (cem.state, cem.error) == (NoticeState.SENT, "")


async def test_m10_server_that_dies_after_the_text_gets_at_most_one_duplicate_of_the_same_id(
    premises: Premises, mailbox: Mailbox
) -> None:
    notice_id = await queue_link(premises, await a_public_share(premises))
    mailbox.mode = "dies"
    dispatch = a_dispatch(premises, mailbox.server())
    for _ in range(5):
        await dispatch.run()
        premises.clock.advance(timedelta(days=1))

    assert len(mailbox.received) == 2
    assert len({mail.message["Message-ID"] for mail in mailbox.received}) == 1
    failed = await notice_of(premises, notice_id)
    assert (failed.state, failed.error) == (NoticeState.FAILED, PERHAPS_TAKEN)
    assert HUNG_UP != PERHAPS_TAKEN


async def test_m11_notice_of_a_lane_that_died_is_sent_when_its_lease_is_over(
    premises_on_both: Premises, mailbox: Mailbox
) -> None:
    premises = premises_on_both
    await queue_link(premises, await a_public_share(premises))
    now, dispatch = premises.clock.now(), a_dispatch(premises, mailbox.server())
    async with premises.db.write() as tx:
        dead = await notice_leases.lease(tx, now, until=now + LEASE, per_hour=200, to_one=10)
    assert dead is not None

    assert await dispatch.run() == 0
    premises.clock.advance(LEASE)
    assert await dispatch.run() == 1
    async with premises.db.write() as tx:
        assert not await notice_leases.settle(tx, dead, now + LEASE, state=NoticeState.FAILED), "the lease was over"
    assert [row.notice.state for row in await rows(premises)] == [NoticeState.SENT]


async def test_m12_many_lanes_on_two_nodes_send_each_notice_once(
    premises_on_both: Premises, tmp_path: Path, mailbox: Mailbox
) -> None:
    premises = premises_on_both
    share = await a_public_share(premises, *(f"p{number}@example.net" for number in range(20)))
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
    async with open_premises(premises.db, tmp_path, clock=premises.clock) as other:
        lanes = [a_dispatch(node, mailbox.server()) for node in (premises, other) for _ in range(3)]
        tries = await asyncio.gather(*(lane.run() for lane in lanes))

    assert sum(tries) == 20
    assert sorted(mail.recipients for mail in mailbox.received) == sorted((r.email,) for r in share.recipients)


async def test_rate_limit_holds_for_all_lanes_together_within_an_hour(
    premises_on_both: Premises, mailbox: Mailbox
) -> None:
    premises = premises_on_both
    share = await a_public_share(premises, *(f"p{number}@example.net" for number in range(8)))
    for recipient in share.recipients:
        await queue_link(premises, share, recipient.email)
    lanes = [a_dispatch(premises, mailbox.server(), per_hour=5) for _ in range(3)]

    assert sum(await asyncio.gather(*(lane.run() for lane in lanes))) == 5
    premises.clock.advance(timedelta(minutes=59))
    assert await lanes[0].run() == 0
    premises.clock.advance(MINUTE)
    assert await lanes[0].run() == 3


async def test_m04_same_news_many_times_is_one_mail(premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises)
    ids = {await queue_link(premises, share) for _ in range(100)}
    await a_dispatch(premises, mailbox.server()).run()
    assert (len(ids), len(mailbox.received)) == (1, 1)


async def test_m04_one_reader_gets_a_bounded_number_of_mails_an_hour(premises: Premises, mailbox: Mailbox) -> None:
    share, dispatch = await a_public_share(premises, ANN, "ben@example.net"), a_dispatch(premises, mailbox.server())
    for _ in range(TO_ONE_PER_HOUR + 5):
        await queue_link(premises, share)
        await dispatch.run()
    await queue_link(premises, share, "ben@example.net")
    await dispatch.run()

    assert len(mailbox.to(ANN)) == TO_ONE_PER_HOUR
    assert len(mailbox.to("ben@example.net")) == 1, "the others go on"
    premises.clock.advance(timedelta(hours=1))
    assert await dispatch.run() == 1, "what waited is one mail"


async def test_m14_share_that_was_paused_before_its_turn_is_not_mailed(premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises)
    notice_id = await queue_link(premises, share)
    await premises.sharing.deactivate(share.id)
    await a_dispatch(premises, mailbox.server()).run()
    assert (mailbox.received, (await notice_of(premises, notice_id)).state) == ([], NoticeState.DROPPED)


async def test_m21_server_without_smtputf8_is_a_clear_error(premises: Premises) -> None:
    email = "änne@example.net"
    notice_id = await queue_link(premises, await a_public_share(premises, email), email)
    async with open_mailbox(has_utf8=False) as box:
        await a_dispatch(premises, box.server()).run()
    failed = await notice_of(premises, notice_id)
    assert (failed.state, failed.error) == (NoticeState.FAILED, NO_UTF8)


async def test_m21_domain_that_cannot_be_is_a_clear_error(premises: Premises, mailbox: Mailbox) -> None:
    email = "ann@a\N{HEBREW LETTER ALEF}.example"
    notice_id = await queue_link(premises, await a_public_share(premises, email), email)
    await a_dispatch(premises, mailbox.server()).run()
    failed = await notice_of(premises, notice_id)
    assert (failed.state, failed.error) == (NoticeState.FAILED, "there can be no mail domain of that name")


async def test_p01_log_of_sending_holds_no_address_no_link_and_no_words_of_anybody(
    premises: Premises, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="feedserver")
    share = await a_public_share(premises, ANN, "ben@example.net", name="Secret plan", level=DetailLevel.BUSY)
    mailbox.answers["ben@example.net"] = "550 ben@example.net is unknown"
    for number in range(2):
        await queue(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[number].id, note="psst")
    await a_dispatch(premises, mailbox.server()).run()

    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("feedserver"))
    assert "(shared link): sent at try 1" in text
    for word in ("example.net", "Secret", "psst", "/s/"):
        assert word not in text


async def test_notice_that_cannot_be_written_holds_up_no_other(premises: Premises, mailbox: Mailbox) -> None:
    share = await a_public_share(premises, "bad@example.net", ANN)
    bad, good = await queue_link(premises, share, "bad@example.net"), await queue_link(premises, share)
    dispatch = a_dispatch(premises, mailbox.server(), letters=_Failing(premises, bad))
    await dispatch.run()

    assert (await notice_of(premises, good)).state is NoticeState.SENT
    assert (await notice_of(premises, bad)).state is NoticeState.QUEUED


class _Failing:
    """Letters with a fault of the program in one of them."""

    def __init__(self, premises: Premises, bad_id: str) -> None:
        self._letters = premises.letters
        self._bad_id = bad_id

    async def of(self, notice: object) -> object:
        if getattr(notice, "id", "") == self._bad_id:
            raise AssertionError("a fault of ours")
        return await self._letters.of(notice)  # type: ignore[arg-type]


async def test_lane_that_is_stopped_ends_the_mail_it_has_begun(premises: Premises, mailbox: Mailbox) -> None:
    notice_id = await queue_link(premises, await a_public_share(premises))
    lane = asyncio.create_task(a_dispatch(premises, mailbox.server()).run())
    await mailbox.texts.get()
    lane.cancel()
    await asyncio.gather(lane, return_exceptions=True)

    assert lane.cancelled()
    assert (await notice_of(premises, notice_id)).state is NoticeState.SENT
    assert len(mailbox.received) == 1
