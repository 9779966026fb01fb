"""What the tests of mail have in common: notices, and a dispatch to a real server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from feedserver.mail.envelope import Stamp
from feedserver.mail.transport import MailServer, SmtpTransport
from feedserver.model.actor import Actor
from feedserver.model.notice import Mailing, Notice, NoticeKind, NoticeRow
from feedserver.model.share import Share
from feedserver.services.dispatch import Dispatch
from feedserver.services.letters import Letters
from feedserver.storage import notices
from tests.mail.letters import SENDER
from tests.premises import Premises

PAUL = Actor(account_id=None, name="Paul")
ANN = "ann@example.net"


def a_dispatch(premises: Premises, server: MailServer, *, deadline_s: float = 10, **settings: Any) -> Dispatch:
    """One lane of a node."""
    given = {"letters": premises.letters, "per_hour": 200, "clock": premises.clock, **settings}
    return Dispatch(
        premises.db,
        transport=SmtpTransport(server, local_name="calendars.example.org", deadline_s=deadline_s),
        stamp=Stamp(sender=SENDER, sender_name="Example Club", host="calendars.example.org"),
        **given,
    )


def letters_with(premises: Premises, url: str | None) -> Letters:
    """Letters in which every account's one-time link is `url`."""

    async def invitation_url(_account_id: str) -> str | None:
        return url

    premises.letters._invitation_url = invitation_url
    return premises.letters


async def queue(premises: Premises, kind: NoticeKind, share: Share | None = None, **about: Any) -> str:
    """A notice; `by`, `note` and `language` may be given, else it is Paul's in English."""
    by = about.pop("by", PAUL)
    mailing = Mailing(note=about.pop("note", ""), language=about.pop("language", "en"))
    async with premises.db.write() as tx:
        return await notices.queue(
            tx,
            kind=kind,
            by=by,
            mailing=mailing,
            now=premises.clock.now(),
            share_id=share.id if share else None,
            **about,
        )


async def queue_link(premises: Premises, share: Share, email: str = ANN) -> str:
    """A notice that sends a recipient its link."""
    return await queue(premises, NoticeKind.SHARED_LINK, share, recipient_id=recipient_id(share, email))


def recipient_id(share: Share, email: str = ANN) -> str:
    return next(recipient.id for recipient in share.recipients if recipient.email == email)


async def rows(premises: Premises) -> list[NoticeRow]:
    async with premises.db.read() as tx:
        return await notices.page(tx, state=None, limit=1000, offset=0)


async def notice_of(premises: Premises, notice_id: str) -> Notice:
    return next(row.notice for row in await rows(premises) if row.notice.id == notice_id)


async def a_public_share(premises: Premises, *emails: str, **settings: Any) -> Share:
    """With a recipient for each address; one, when none are given."""
    return await premises.share(emails=emails or (ANN,), **settings)


MINUTE = timedelta(minutes=1)
