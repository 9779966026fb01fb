"""Contacts: who was given personal links, by mail address without regard to capitals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, case, func, select

from feedserver.model.contact import Contact, ContactLink
from feedserver.model.share import Recipient, Share, ShareState
from feedserver.storage import share_rows
from feedserver.storage.engine import Tx
from feedserver.storage.search import has_word, words_of
from feedserver.storage.tables import recipients, shares
from feedserver.storage.types import UtcDateTime

_KEY = func.lower(recipients.c.email)


def _works() -> ColumnElement[bool]:
    return and_(recipients.c.revoked_at.is_(None), shares.c.state != ShareState.REMOVED)


async def list_all(tx: Tx, *, text: str = "", limit: int = 1_000) -> list[Contact]:
    """Contacts whose address has every word of `text`, newest first."""
    newest_at = func.max(recipients.c.created_at, type_=UtcDateTime())
    wanted = (
        select(
            func.max(recipients.c.email).label("email"),
            func.sum(case((_works(), 1), else_=0)).label("link_count"),
            newest_at.label("newest_at"),
        )
        .join(shares, shares.c.id == recipients.c.share_id)
        .where(*(has_word(word, recipients.c.email) for word in words_of(text)))
        .group_by(_KEY)
        .order_by(newest_at.desc(), _KEY)
        .limit(limit)
    )
    return [Contact(**row) for row in (await tx.execute(wanted)).mappings()]


async def links_of(tx: Tx, email: str, *, limit: int = 500) -> list[ContactLink]:
    """Every link that an address was given, revoked ones and those of removed shares too; newest first."""
    c = recipients.c
    wanted = select(recipients).where(func.lower(email) == _KEY).order_by(c.created_at.desc(), c.id).limit(limit)
    held = [dict(row) for row in (await tx.execute(wanted)).mappings()]
    found = await _shares_of(tx, sorted({row["share_id"] for row in held}))
    return [_link_of(found[row.pop("share_id")], Recipient(**row)) for row in held]


async def _shares_of(tx: Tx, share_ids: Sequence[str]) -> dict[str, Share]:
    rows = (await tx.execute(select(shares).where(shares.c.id.in_(share_ids)))).mappings().all()
    return {share.id: share for share in await share_rows.load(tx, rows)}


def _link_of(share: Share, recipient: Recipient) -> ContactLink:
    return ContactLink(share=replace(share, recipients=(recipient,)), recipient=recipient)
