"""The mails that changes of a share owe: to whom, of which kind, and how many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from feedserver.model.actor import Actor
from feedserver.model.errors import Conflict, InvalidInput, NotFound
from feedserver.model.notice import Mailing, Notice, NoticeKind
from feedserver.model.share import Share
from feedserver.services.sharing import ShareAction, SharingService
from feedserver.storage import notices
from tests.premises import PASSWORD, Premises

EVE = Actor(account_id=None, name="Eve")
MAILING = Mailing(note="See you there", language="de")
ANN, BOB = "ann@example.org", "bob@example.org"


async def owed(premises: Premises) -> list[Notice]:
    async with premises.db.read() as tx:
        return [row.notice for row in await notices.page(tx, state=None, limit=1_000, offset=0)]


async def kinds(premises: Premises) -> Counter[tuple[NoticeKind, str]]:
    """How many of each kind are owed to whom."""
    async with premises.db.read() as tx:
        rows = await notices.page(tx, state=None, limit=1_000, offset=0)
    return Counter((row.notice.kind, row.address) for row in rows)


async def members(premises: Premises) -> None:
    """Ann, who has a password, and Bob, who has none yet."""
    await premises.account("ann")
    await premises.accounts.add(login="bob", email=BOB, role="guest")


async def test_nobody_is_mailed_unasked(premises: Premises) -> None:
    share = await premises.share(emails=[ANN])
    await premises.sharing.edit(share.id, emails=[BOB])
    await premises.sharing.mail_links(share.id, [ANN])
    await premises.sharing.rotate(share.id)
    await premises.sharing.remove(share.id)
    assert await owed(premises) == []


async def test_without_a_mail_server_nothing_is_queued_and_links_are_made_all_the_same(premises: Premises) -> None:
    sharing = SharingService(premises.db, links=premises.sharing._links, clock=premises.clock, has_mail=False)
    share = await premises.share()
    mailed = await sharing.mail_links(share.id, [ANN], mailing=MAILING, by=EVE)
    assert [one.email for one in mailed.recipients] == [ANN]
    await sharing.rotate(share.id, mailing=MAILING)
    await sharing.remove(share.id, mailing=MAILING)
    assert await owed(premises) == []


async def test_recipients_of_a_new_public_share_are_sent_their_link(premises_on_both: Premises) -> None:
    premises = premises_on_both
    share = await premises.share(emails=[ANN], mailing=MAILING, by=EVE)
    (notice,) = await owed(premises)
    assert (notice.kind, notice.share_id, notice.recipient_id) == (
        NoticeKind.SHARED_LINK,
        share.id,
        share.recipients[0].id,
    )
    assert (notice.sender_name, notice.note, notice.language) == ("Eve", "See you there", "de")


async def test_members_of_a_new_secured_share_are_told_or_asked_for_a_password(premises: Premises) -> None:
    await members(premises)
    share = await premises.secured_share(logins=("ann", "bob"), mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARED_SECURED, ANN): 1, (NoticeKind.CHOOSE_PASSWORD, BOB): 1}
    assert {notice.share_id for notice in await owed(premises)} == {share.id}


async def test_a24_a_form_that_is_sent_twice_mails_once(premises: Premises) -> None:
    calendar = await premises.calendar()
    for _ in range(2):
        await premises.share(calendar, emails=[ANN], form_key="key", mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARED_LINK, ANN): 1}


async def test_m02_nobody_is_mailed_when_the_share_is_not_made(premises: Premises) -> None:
    with pytest.raises(NotFound):
        await premises.secured_share(logins=("nobody",), mailing=MAILING)
    assert await owed(premises) == []


async def test_an_edit_tells_only_who_is_new(premises: Premises) -> None:
    share = await premises.share(emails=[ANN])
    await premises.sharing.edit(share.id, emails=[ANN, BOB], mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARED_LINK, BOB): 1}


async def test_who_loses_it_is_told_only_when_that_is_wanted(premises: Premises) -> None:
    await members(premises)
    public, secured = await premises.share(emails=[ANN, BOB]), await premises.secured_share(logins=("ann", "bob"))
    await premises.sharing.edit(public.id, revoked=[ANN], mailing=MAILING)
    await premises.sharing.edit(secured.id, withdrawn=["ann"], mailing=MAILING)
    assert await owed(premises) == []
    await premises.sharing.edit(public.id, revoked=[ANN, BOB], mailing=MAILING, tells_end=True)
    await premises.sharing.edit(secured.id, withdrawn=["ann", "bob"], mailing=MAILING, tells_end=True)
    assert await kinds(premises) == {(NoticeKind.SHARING_ENDED, BOB): 2}


async def test_links_are_mailed_to_whoever_is_named_and_made_where_there_is_none(premises: Premises) -> None:
    share = await premises.share(emails=[ANN])
    mailed = await premises.sharing.mail_links(share.id, [ANN.upper(), BOB], mailing=MAILING)
    assert sorted(one.email for one in mailed.recipients) == [ANN, BOB]
    assert await kinds(premises) == {(NoticeKind.SHARED_LINK, ANN): 1, (NoticeKind.SHARED_LINK, BOB): 1}
    told = [(entry.action, entry.subject_name) for entry in await premises.history.of_share(share.id)]
    assert told[:2] == [("mailed", ANN), ("link made", BOB)]


async def test_a24_done_that_is_clicked_twice_mails_once_and_later_again(premises: Premises) -> None:
    share = await premises.share()
    for _ in range(3):
        await premises.sharing.mail_links(share.id, [ANN], mailing=MAILING)
        await send_all(premises)
    assert await kinds(premises) == {(NoticeKind.SHARED_LINK, ANN): 1}
    assert "mailed" not in {entry.action for entry in await premises.history.of_share(share.id)}
    premises.clock.advance(timedelta(minutes=2))
    await premises.sharing.mail_links(share.id, [ANN], mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARED_LINK, ANN): 2}


async def test_words_that_are_mended_before_the_mail_has_gone_are_those_that_go(premises: Premises) -> None:
    share = await premises.share()
    for note in ("See you their", "See you there"):
        await premises.sharing.mail_links(share.id, [ANN], mailing=Mailing(note=note))
    (notice,) = await owed(premises)
    assert notice.note == "See you there"


async def send_all(premises: Premises) -> None:
    """As the worker does with the queue, between two clicks."""
    async with premises.db.write() as tx:
        table = notices.notices
        await tx.execute(table.update().values(state="sent", sent_at=premises.clock.now()))


async def test_members_are_reminded_and_nobody_else(premises: Premises) -> None:
    await members(premises)
    await premises.account("eve")
    share = await premises.secured_share(logins=("ann", "bob"))
    await premises.sharing.remind(share.id, ["ann", "bob"], mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARED_SECURED, ANN): 1, (NoticeKind.CHOOSE_PASSWORD, BOB): 1}
    await premises.sharing.edit(share.id, withdrawn=["ann"])
    for login in ("ann", "eve"):
        with pytest.raises(InvalidInput):
            await premises.sharing.remind(share.id, [login], mailing=MAILING)


async def test_a_new_link_is_sent_to_whoever_had_one(premises: Premises) -> None:
    await members(premises)
    public, secured = await premises.share(emails=[ANN, BOB]), await premises.secured_share(logins=("ann", "bob"))
    await premises.sharing.edit(public.id, revoked=[BOB])
    await premises.sharing.edit(secured.id, withdrawn=["bob"])
    for share in (public, secured):
        await premises.sharing.rotate(share.id, mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.LINK_REPLACED, ANN): 2}


@pytest.mark.parametrize("action", [ShareAction.DEACTIVATE, ShareAction.REMOVE])
async def test_the_end_is_told_to_everybody_once(premises: Premises, action: ShareAction) -> None:
    share = await premises.share(emails=[ANN, BOB])
    for _ in range(2):
        await premises.sharing.act([share.id], action, mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARING_ENDED, ANN): 1, (NoticeKind.SHARING_ENDED, BOB): 1}


async def test_m04_a_share_that_is_toggled_a_hundred_times_owes_one_mail(premises: Premises) -> None:
    """As long as the first one waits: what is queued again is the same mail."""
    share = await premises.share(emails=[ANN])
    for _ in range(100):
        await premises.sharing.act([share.id], ShareAction.DEACTIVATE, mailing=MAILING)
        await premises.sharing.act([share.id], ShareAction.ACTIVATE, mailing=MAILING)
    assert await kinds(premises) == {(NoticeKind.SHARING_ENDED, ANN): 1}


async def test_a_deactivated_account_is_not_mailed(premises: Premises) -> None:
    await members(premises)
    await premises.accounts.deactivate("ann")
    await premises.secured_share(logins=("ann",), mailing=MAILING)
    assert await owed(premises) == []


async def test_the_kinds_do_not_mix_and_what_is_removed_is_not_mailed(premises: Premises) -> None:
    await members(premises)
    public, secured = await premises.share(emails=[ANN]), await premises.secured_share()
    with pytest.raises(InvalidInput):
        await premises.sharing.mail_links(secured.id, [ANN], mailing=MAILING)
    with pytest.raises(InvalidInput):
        await premises.sharing.remind(public.id, ["ann"], mailing=MAILING)
    for share in (public, secured):
        await premises.sharing.remove(share.id)
    with pytest.raises(Conflict):
        await premises.sharing.mail_links(public.id, [ANN], mailing=MAILING)
    with pytest.raises(Conflict):
        await premises.sharing.remind(secured.id, ["ann"], mailing=MAILING)
    assert await owed(premises) == []


async def test_a25_a_notice_holds_ids_and_no_link(premises: Premises) -> None:
    share: Share = await premises.share(emails=[ANN], mailing=MAILING)
    text = repr(await owed(premises))
    for link in premises.sharing.links(share):
        assert link.page_url.split("/s/")[1].strip("/") not in text
    assert PASSWORD not in text
