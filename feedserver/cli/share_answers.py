"""A share as the command line shows it: the same keys wherever a share is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from feedserver.model.share import FeedLink, Recipient, Share, ShareFilter, ShareKind, standing_of
from feedserver.services.embedding import embed_code

if TYPE_CHECKING:
    from feedserver.app.house import House
    from feedserver.services.links import ShareLink

Names = Mapping[str, str]
"""What people call things, by id."""


async def share_json(house: House, share: Share) -> dict[str, object]:
    """A share as scripts see it, with every link of it."""
    return (await shares_json(house, [share]))[0]


async def shares_json(house: House, shares: Sequence[Share]) -> list[dict[str, object]]:
    """Shares as scripts see them; calendars and logins are looked up once for all."""
    calendars = {c.id: c.name for c in await house.calendars.list_all()}
    logins = {a.id: a.login for a in await house.accounts.list_all()}
    return [_share_json(house, share, calendars, logins) for share in shares]


def _share_json(house: House, share: Share, calendars: Names, logins: Names) -> dict[str, object]:
    general, *personal = house.sharing.links(share)
    return {
        "id": share.id,
        **urls(general),
        "name": share.name,
        "kind": share.kind.value,
        "state": share.state.value,
        "standing": standing(house, share),
        "note": share.note,
        "calendars": [
            {"id": e.collection_id, "name": calendars[e.collection_id], "details": e.level.value} for e in share.entries
        ],
        "filter": _filter_json(share.filter),
        "starts_at": _iso(share.starts_at),
        "expires_at": _iso(share.expires_at),
        "recipients": [_recipient_json(r, personal) for r in sorted(share.recipients, key=lambda r: r.email)],
        "users": sorted(logins[g.account_id] for g in share.grants if g.withdrawn_at is None),
        "allows_narrowing": share.allows_narrowing,
        "allows_keys": share.allows_keys,
        "embed": _embed_json(share, general),
        "created_at": _iso(share.created_at),
    }


def _embed_json(share: Share, link: ShareLink) -> dict[str, object]:
    """The code is null while no site may show it."""
    return {
        "on": list(share.embed_hosts),
        "view": share.embed_view.value,
        "color": share.embed_color,
        "code": embed_code(link, share) if share.embed_hosts else None,
    }


def urls(link: ShareLink) -> dict[str, str]:
    """The three spellings of a link under the keys that scripts know."""
    return {"page_url": link.page_url, "feed_url": link.feed_url, "webcal_url": link.webcal_url}


def standing(house: House, share: Share) -> str:
    """What the share is now to somebody with its newest link."""
    link = FeedLink(share_id=share.id, serial=share.serial)
    retention = timedelta(days=house.settings.feed_removed_days)
    found = standing_of(share, link, house.clock.now(), retention=retention)
    assert found is not None
    return found.standing.value


def _filter_json(wanted: ShareFilter) -> dict[str, object]:
    return {
        "categories": list(wanted.categories_in),
        "not_categories": list(wanted.categories_out),
        "words": list(wanted.words),
        "days_back": wanted.days_back,
        "days_ahead": wanted.days_ahead,
    }


def _recipient_json(recipient: Recipient, links: list[ShareLink]) -> dict[str, object]:
    """The links are null once they are revoked."""
    link = next((link for link in links if link.recipient and link.recipient.id == recipient.id), None)
    spelled = urls(link) if link else {"page_url": None, "feed_url": None, "webcal_url": None}
    return {"id": recipient.id, "email": recipient.email, **spelled, "revoked_at": _iso(recipient.revoked_at)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


async def share_lines(house: House, share: Share) -> list[str]:
    """All about a share, for people."""
    data = await share_json(house, share)
    names = {c.id: c.name for c in await house.calendars.list_all()}
    lines = [f"{share.name}  ({share.kind.value}, {data['standing']})", f"  id       {share.id}"]
    lines += [f"  shows    {names.get(e.collection_id)} at {e.level.value}" for e in share.entries]
    lines += [f"  only     {limit}" for limit in _filter_words(share.filter)]
    zone = ZoneInfo(house.settings.timezone)
    if share.starts_at:
        lines.append(f"  starts   {share.starts_at.astimezone(zone).isoformat()}")
    if share.expires_at:
        lines.append(f"  expires  {share.expires_at.astimezone(zone).isoformat()}")
    if share.note:
        lines.append(f"  note     {share.note}")
    if share.kind is ShareKind.SECURED:
        users = data["users"]
        assert isinstance(users, list)
        lines.append(f"  for      {', '.join(users) or 'nobody'}")
    lines += _option_lines(share)
    lines += [f"  revoked  {recipient.email}" for recipient in share.recipients if recipient.revoked_at]
    return [*lines, *link_lines(house, share)]


def _option_lines(share: Share) -> list[str]:
    """What it allows."""
    allowed = {"visitors to narrow it": share.allows_narrowing, "users to make keys": share.allows_keys}
    lines = [f"  allows   {what}" for what, is_allowed in allowed.items() if is_allowed]
    if share.embed_hosts:
        look = f"{share.embed_view.value}{f' in {share.embed_color}' if share.embed_color else ''}"
        lines.append(f"  embed    on {', '.join(share.embed_hosts)} as {look}")
    return lines


def _filter_words(wanted: ShareFilter) -> list[str]:
    """One line per limit; 0 days is one, too."""
    texts = (("categories", wanted.categories_in), ("not categories", wanted.categories_out), ("words", wanted.words))
    days = (("days back", wanted.days_back), ("days ahead", wanted.days_ahead))
    return [
        *(f"{what} {', '.join(words)}" for what, words in texts if words),
        *(f"{what} {count}" for what, count in days if count is not None),
    ]


def link_lines(house: House, share: Share) -> list[str]:
    """The links, for people to copy."""
    lines: list[str] = []
    for link in house.sharing.links(share):
        if link.recipient:
            lines.append(f"For {link.recipient.email}:")
        lines += [f"  page     {link.page_url}", f"  feed     {link.feed_url}", f"  webcal   {link.webcal_url}"]
    return lines
