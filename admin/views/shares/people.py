"""Who may open a share by name: the recipients of a public one, the members of a secured one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from admin.call import Call
from admin.views.shares.usage_figures import Figures
from feedserver.model.account import Account
from feedserver.model.share import Recipient, Share, ShareKind
from feedserver.model.usage import LastFetch
from feedserver.services.links import ShareLink

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One of them."""

    id: str
    """As the agenda and the usage name it."""
    name: str
    recipient: Recipient | None = None
    account: Account | None = None
    """Exactly one of both is given."""
    link: ShareLink | None = None
    """A recipient's own; members use the general one."""
    fetches: int = 0
    last_fetch: LastFetch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """One page of them."""

    readers: Sequence[Reader]
    total: int
    page: int
    pages: int
    gone: int
    """How many could open it once and no longer can."""


async def readers_of(call: Call, share: Share) -> list[Reader]:
    """All of them: recipients in the order their links were made, members by login."""
    if share.kind is ShareKind.PUBLIC:
        links = call.services.sharing.links(share)
        return [_recipient(link.recipient, link) for link in links if link.recipient is not None]
    members = await call.services.sharing.members(share)
    return [Reader(id=account.id, name=account.display_name, account=account) for account in members]


def _recipient(recipient: Recipient, link: ShareLink) -> Reader:
    return Reader(id=recipient.id, name=recipient.email, recipient=recipient, link=link)


async def people_page(call: Call, share: Share, figures: Figures, *, number: int) -> PeoplePage:
    """The page of that number, or the last one."""
    readers = await readers_of(call, share)
    pages = max(1, -(-len(readers) // PER_PAGE))
    page = min(max(1, number), pages)
    shown = readers[(page - 1) * PER_PAGE : page * PER_PAGE]
    return PeoplePage(
        readers=[_with_use(reader, figures) for reader in shown],
        total=len(readers),
        page=page,
        pages=pages,
        gone=len(share.recipients) + len(share.grants) - len(readers),
    )


def _with_use(reader: Reader, figures: Figures) -> Reader:
    if reader.id not in figures.readers:
        return reader
    fetches, last = figures.readers[reader.id]
    return replace(reader, fetches=fetches, last_fetch=last)
