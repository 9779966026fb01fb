"""What a notice says when its turn comes: what holds then, in the reader's language, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from feedserver.languages.catalogue import Languages
from feedserver.model.actor import Actor
from feedserver.model.notice import NoticeKind
from feedserver.model.share import DetailLevel, Share, ShareEntry
from feedserver.services.letters import Post
from tests.mail.letters import JUNE_ENDS
from tests.premises import Premises
from tests.services.posting import ANN, a_public_share, letters_with, notice_of, queue

PASSWORD_URL = "https://calendars.example.org/account/password/once"


async def post(premises: Premises, kind: NoticeKind, share: Share | None = None, **about: Any) -> Post | None:
    notice_id = await queue(premises, kind, share, **about)
    return await premises.letters.of(await notice_of(premises, notice_id))


async def text_of(premises: Premises, kind: NoticeKind, share: Share | None = None, **about: Any) -> str:
    made = await post(premises, kind, share, **about)
    assert made is not None, "it holds, and is to be said"
    return made.letter.text()


async def test_recipient_is_told_of_the_share_in_its_own_zone(premises: Premises) -> None:
    share = await a_public_share(premises, name="Fair", level=DetailLevel.TITLES, expires_at=JUNE_ENDS)
    text = await text_of(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[0].id, note="Hello!")

    assert "Example Club shares the calendar “Fair” with you." in text
    assert "> Hello!" in text
    assert "what takes place, when and where" in text
    assert "Wednesday, June 30, 2027" in text
    assert premises.link(share, 1).feed_url.partition("://")[2] in text


async def test_share_that_has_not_begun_says_when_it_does(premises: Premises) -> None:
    share = await a_public_share(premises, starts_at=JUNE_ENDS)
    assert "Open from" in await text_of(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[0].id)


async def test_sender_is_named_as_long_as_the_account_is_there(premises: Premises) -> None:
    paul = await premises.account("paul")
    share = await a_public_share(premises)
    by = Actor(account_id=paul.id, name="Paul Smith")
    text = await text_of(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[0].id, by=by)
    assert text.startswith("Paul Smith shares the calendar")


async def test_member_is_told_user_name_and_the_general_link(premises: Premises) -> None:
    ann = await premises.account()
    share = await premises.secured_share()
    text = await text_of(premises, NoticeKind.SHARED_SECURED, share, account_id=ann.id)
    assert "Log in with your user name ann and your password." in text
    assert premises.link(share).page_url in text


async def test_levels_that_differ_are_not_told(premises: Premises) -> None:
    work, home = await premises.calendar(name="Work"), await premises.calendar(name="Home")
    share = await a_public_share(premises)
    levels = [ShareEntry(collection_id=c.id, level=v) for c, v in ((work, DetailLevel.BUSY), (home, DetailLevel.FULL))]
    share = await premises.sharing.edit(share.id, entries=levels)
    text = await text_of(premises, NoticeKind.SHARED_LINK, share, recipient_id=share.recipients[0].id)
    assert "What you see" not in text


async def test_language_is_the_accounts_own_else_that_of_the_mailing(premises: Premises) -> None:
    codes = [language.code for language in Languages().all]
    ann = await premises.account()
    share = await premises.secured_share()
    for code in codes:
        made = await post(premises, NoticeKind.SHARED_SECURED, share, account_id=ann.id, language=code)
        assert made is not None
        assert made.letter.language.code == code


@pytest.mark.parametrize("kind", [NoticeKind.CHOOSE_PASSWORD, NoticeKind.RESET_PASSWORD])
async def test_m06_password_mail_holds_the_link_made_now(premises: Premises, kind: NoticeKind) -> None:
    ann = await premises.accounts.add(login="ann", email=ANN, role=(await premises.account("x")).role)
    letters_with(premises, PASSWORD_URL)
    assert PASSWORD_URL in await text_of(premises, kind, account_id=ann.id)

    letters_with(premises, None)
    assert await post(premises, kind, account_id=ann.id) is None, "the invitation was used or is over"


async def test_invited_member_who_has_a_password_by_now_is_told_of_the_share_alone(premises: Premises) -> None:
    letters_with(premises, PASSWORD_URL)
    ann = await premises.account()
    share = await premises.secured_share()
    text = await text_of(premises, NoticeKind.CHOOSE_PASSWORD, share, account_id=ann.id)
    assert PASSWORD_URL not in text
    assert premises.link(share).page_url in text


async def _pause(premises: Premises, share: Share) -> None:
    await premises.sharing.deactivate(share.id)


async def _remove(premises: Premises, share: Share) -> None:
    await premises.sharing.remove(share.id)


async def _end(premises: Premises, share: Share) -> None:
    await premises.sharing.edit(share.id, expires_at=premises.clock.now() + timedelta(seconds=1))
    premises.clock.advance(timedelta(seconds=2))


async def _revoke(premises: Premises, share: Share) -> None:
    await premises.sharing.edit(share.id, revoked=[ANN])


OVER = pytest.mark.parametrize("over", [_pause, _remove, _end, _revoke])


@OVER
@pytest.mark.parametrize("kind", [NoticeKind.SHARED_LINK, NoticeKind.LINK_REPLACED])
async def test_m14_link_that_does_not_work_is_not_mailed(premises: Premises, over: Any, kind: NoticeKind) -> None:
    share = await a_public_share(premises)
    await over(premises, share)
    assert await post(premises, kind, share, recipient_id=share.recipients[0].id) is None


@OVER
async def test_end_is_mailed_when_it_has_come_and_not_before(premises: Premises, over: Any) -> None:
    share = await a_public_share(premises)
    about = {"recipient_id": share.recipients[0].id}
    assert await post(premises, NoticeKind.SHARING_ENDED, share, **about) is None
    await over(premises, share)
    assert "no longer shared" in await text_of(premises, NoticeKind.SHARING_ENDED, share, **about)


async def test_m14_member_who_was_taken_out_is_not_mailed_but_of_the_end(premises: Premises) -> None:
    ann = await premises.account()
    share = await premises.secured_share()
    await premises.sharing.edit(share.id, withdrawn=["ann"])
    for kind in (NoticeKind.SHARED_SECURED, NoticeKind.CHOOSE_PASSWORD, NoticeKind.LINK_REPLACED):
        assert await post(premises, kind, share, account_id=ann.id) is None
    assert await post(premises, NoticeKind.SHARING_ENDED, share, account_id=ann.id) is not None


async def test_m14_deactivated_account_is_mailed_nothing(premises: Premises) -> None:
    letters_with(premises, PASSWORD_URL)
    ann = await premises.account()
    share = await premises.secured_share()
    await premises.accounts.deactivate("ann")
    for kind in NoticeKind:
        assert await post(premises, kind, share, account_id=ann.id) is None
    assert await post(premises, NoticeKind.RESET_PASSWORD, account_id=ann.id) is None


async def test_rotated_link_is_mailed_as_it_is_now(premises: Premises) -> None:
    share = await a_public_share(premises)
    notice_id = await queue(premises, NoticeKind.LINK_REPLACED, share, recipient_id=share.recipients[0].id)
    rotated = await premises.sharing.rotate(share.id)
    made = await premises.letters.of(await notice_of(premises, notice_id))
    assert made is not None
    assert premises.link(rotated, 1).page_url in made.letter.text()
    assert "@" not in repr(made)
