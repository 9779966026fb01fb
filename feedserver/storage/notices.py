"""Notices: the mails that are owed, kept in the write unit of what caused them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, not_, or_, select, update

from feedserver.model.actor import Actor
from feedserver.model.notice import Mailing, Notice, NoticeKind, NoticeRow, NoticeState
from feedserver.storage.engine import Tx
from feedserver.storage.tables import accounts, notices, recipients, shares

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
    again = update(notices).where(same, waits(now)).values(**words).returning(notices.c.id)
    waiting = (await tx.execute(again)).scalars().first()
    if waiting is not None:
        return str(waiting)
    notice_id = secrets.token_hex(16)
    fresh = {"id": notice_id, "state": NoticeState.QUEUED, "created_at": now, **about, **words}
    await tx.execute(insert(notices).values(fresh))
    return notice_id


async def has_gone(
    tx: Tx,
    *,
    kind: NoticeKind,
    since: datetime,
    now: datetime,
    share_id: str | None = None,
    recipient_id: str | None = None,
    account_id: str | None = None,
) -> bool:
    """True when the same notice was queued after `since` and waits no longer, whatever became of it."""
    about = {"kind": kind, "share_id": share_id, "recipient_id": recipient_id, "account_id": account_id}
    same = and_(*(notices.c[name].is_not_distinct_from(value) for name, value in about.items()))
    return bool(
        await tx.scalar(select(notices.c.id).where(same, notices.c.created_at > since, not_(waits(now))).limit(1))
    )


def waits(now: datetime) -> ColumnElement[bool]:
    """Queued, and no node is sending it."""
    is_free = or_(notices.c.leased_until.is_(None), notices.c.leased_until <= now)
    return and_(notices.c.state == NoticeState.QUEUED, is_free)


async def page(tx: Tx, *, state: NoticeState | None, limit: int, offset: int) -> list[NoticeRow]:
    """Notices with whom they go to, newest first."""
    wanted = (
        select(*COLUMNS, _ADDRESS.label("address"), accounts.c.display_name, shares.c.name.label("share_name"))
        .outerjoin(recipients, recipients.c.id == notices.c.recipient_id)
        .outerjoin(accounts, accounts.c.id == notices.c.account_id)
        .outerjoin(shares, shares.c.id == notices.c.share_id)
        .order_by(notices.c.created_at.desc(), notices.c.id)
        .limit(limit)
        .offset(offset)
    )
    if state is not None:
        wanted = wanted.where(notices.c.state == state)
    return [_row_of(row) for row in (await tx.execute(wanted)).mappings()]


_ADDRESS = func.coalesce(recipients.c.email, accounts.c.email, "")


def _row_of(row: RowMapping) -> NoticeRow:
    return NoticeRow(
        notice=Notice(**{column.name: row[column.name] for column in COLUMNS}),
        address=row["address"],
        reader_name=row["display_name"] or "",
        share_name=row["share_name"] or "",
    )


async def counts(tx: Tx) -> dict[NoticeState, int]:
    """How many there are in each state that there is."""
    counted = select(notices.c.state, func.count()).group_by(notices.c.state)
    return dict((await tx.execute(counted)).all())


async def retry(tx: Tx, notice_ids: Sequence[str], now: datetime) -> list[Notice]:
    """Queues those that failed, were dropped or wait for their next try, as if they were new; what it queued."""
    may_go = or_(notices.c.state.in_((NoticeState.FAILED, NoticeState.DROPPED)), waits(now))
    again = update(notices).where(notices.c.id.in_(notice_ids), may_go)
    anew = {"state": NoticeState.QUEUED, "attempts": 0, "next_at": now, "leased_until": None, "error": ""}
    rows = await tx.execute(again.values(anew).returning(*COLUMNS))
    return [Notice(**row) for row in rows.mappings()]


async def has_older(tx: Tx, moment: datetime) -> bool:
    """True when there is something to forget from before `moment`."""
    return bool(await tx.scalar(select(notices.c.id).where(_is_over_since(moment)).limit(1)))


async def forget_older(tx: Tx, moment: datetime) -> None:
    """Forgets what was queued before `moment` and is over (threat P03)."""
    await tx.execute(delete(notices).where(_is_over_since(moment)))


def _is_over_since(moment: datetime) -> ColumnElement[bool]:
    return and_(notices.c.created_at < moment, notices.c.state != NoticeState.QUEUED)


async def forget_sender(tx: Tx, account_id: str) -> None:
    """Takes the name of an account out of what it caused (threat P04)."""
    await tx.execute(update(notices).where(notices.c.sender_id == account_id).values(sender_id=None, sender_name=""))
