"""One contact: the links, what they show, and when each was used last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from admin.call import Call
from admin.views.people.contact_list import contact_path
from admin.views.shares.wording import ShareWords
from feedserver.model.contact import ContactLink
from feedserver.model.share import FeedLink, Share, Standing, standing_of
from feedserver.model.usage import AppFamily, DayUsage, LastFetch
from feedserver.services.links import ShareLink

USE_DAYS = 90
_OVER = (Standing.REMOVED, Standing.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link of a contact."""

    held: ContactLink
    link: ShareLink | None
    """None when it has ended."""
    standing: Standing
    last_fetch: LastFetch | None


async def show(call: Call) -> web.StreamResponse:
    """The page."""
    email = call.part("email")
    held = await call.services.contacts.find(email)
    rows = [await _row(call, one) for one in held]
    return await call.page(
        "people/contact.html",
        email=held[0].recipient.email,
        path=contact_path(email),
        rows=rows,
        words=ShareWords(call.language, call.office.timezone),
        has_mail=call.office.has_mail,
    )


async def _row(call: Call, held: ContactLink) -> LinkRow:
    links = [one for one in call.services.sharing.links(held.share) if one.recipient is not None]
    counted = await call.services.usage.of_share(held.share.id, days=USE_DAYS)
    standing = _standing(call, held.share, held.recipient.id)
    return LinkRow(
        held=held,
        link=links[0] if links and standing not in _OVER else None,
        standing=standing,
        last_fetch=last_of(counted, held.recipient.id),
    )


def _standing(call: Call, share: Share, recipient_id: str) -> Standing:
    link = FeedLink(share_id=share.id, serial=share.serial, recipient_id=recipient_id)
    seen = standing_of(share, link, call.office.clock.now(), retention=timedelta())
    return seen.standing if seen else Standing.REPLACED


def last_of(counted: Sequence[DayUsage], reader_id: str) -> LastFetch | None:
    """When a reader fetched last, link previews aside; None for never."""
    own = [one for one in counted if one.reader_id == reader_id and one.family is not AppFamily.BOT]
    newest = max(own, key=lambda one: one.last_at, default=None)
    return LastFetch(at=newest.last_at, family=newest.family) if newest else None
