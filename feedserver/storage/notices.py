"""Notices: the mails that are owed, kept in the write unit of what caused them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from feedserver.model.actor import Actor
from feedserver.model.notice import Mailing, NoticeKind, NoticeState
from feedserver.storage.engine import Tx
from feedserver.storage.tables import notices

COLUMNS = tuple(column for column in notices.c if column.name != "leased_until")


async def queue(
    tx: Tx,
    *,
    kind: NoticeKind,
    by: Actor,
    mailing: Mailing,
    now: datetime,
    share_id: str | None = None,
    recipient_id: str | None = None,
    account_id: str | None = None,
) -> str:
    """The id of a notice to a recipient or to an account; one of the two is given.

    The same notice that still waits takes the newer words and stays one mail (threats A24, M04). Raises Conflict when
    what it names is not there.
    """
    about = {"kind": kind, "share_id": share_id, "recipient_id": recipient_id, "account_id": account_id}
    words = {
        "sender_id": by.account_id,
        "sender_name": by.name,
        "note": mailing.note,
        "language": mailing.language,
        "attempts": 0,
        "next_at": now,
        "error": "",
    }
    same = and_(*(notices.c[name].is_not_distinct_from(value) for name, value in about.items()))
    again = update(notices).where(same, _waits(now)).values(**words).returning(notices.c.id)
    waiting = (await tx.execute(again)).scalars().first()
    if waiting is not None:
        return str(waiting)
    notice_id = secrets.token_hex(16)
    fresh = {"id": notice_id, "state": NoticeState.QUEUED, "created_at": now, **about, **words}
    await tx.execute(insert(notices).values(fresh))
    return notice_id


async def was_queued(
    tx: Tx,
    *,
    kind: NoticeKind,
    since: datetime,
    share_id: str | None = None,
    recipient_id: str | None = None,
    account_id: str | None = None,
) -> bool:
    """True when the same notice was queued after `since`, whatever became of it."""
    about = {"kind": kind, "share_id": share_id, "recipient_id": recipient_id, "account_id": account_id}
    same = and_(*(notices.c[name].is_not_distinct_from(value) for name, value in about.items()))
    return bool(await tx.scalar(select(notices.c.id).where(same, notices.c.created_at > since).limit(1)))


def _waits(now: datetime) -> ColumnElement[bool]:
    """Queued, and no node is sending it."""
    is_free = or_(notices.c.leased_until.is_(None), notices.c.leased_until <= now)
    return and_(notices.c.state == NoticeState.QUEUED, is_free)
