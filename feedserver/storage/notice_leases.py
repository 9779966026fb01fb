"""Leases on notices: at any moment one lane of one node sends a notice (threat M12).

A lease is its last moment. Whoever is killed while sending leaves the lease, and when it is over another sends the
notice once more (threat M11): none is lost, and at most one per kill is sent twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from feedserver.model.notice import Notice, NoticeState
from feedserver.storage import meta
from feedserver.storage.engine import Tx
from feedserver.storage.notices import COLUMNS, waits
from feedserver.storage.tables import notices

_HOUR = timedelta(hours=1)


async def is_any_due(tx: Tx, now: datetime) -> bool:
    """True when a notice waits for its turn."""
    return bool(await tx.scalar(select(exists().where(waits(now), notices.c.next_at <= now))))


async def lease(tx: Tx, now: datetime, *, until: datetime, per_hour: int, to_one: int) -> Notice | None:
    """The next notice, for this caller alone until then and counted as a try; None when none may be sent now.

    `per_hour` mails are sent by all nodes together within an hour, `to_one` of them to the same reader (threat M04).
    """
    await meta.put(tx, meta.MAIL_TURN, now.isoformat())  # so that nodes count one after the other
    if await _sent_lately(tx, now) >= per_hour:
        return None
    turn = select(notices.c.id).where(waits(now), notices.c.next_at <= now, _has_room(now, to_one))
    first = turn.order_by(notices.c.next_at, notices.c.created_at, notices.c.id).limit(1).scalar_subquery()
    taken = update(notices).where(notices.c.id == first, waits(now))
    rows = await tx.execute(taken.values(leased_until=until, attempts=notices.c.attempts + 1).returning(*COLUMNS))
    row = rows.mappings().one_or_none()
    return Notice(**row) if row else None


async def _sent_lately(tx: Tx, now: datetime) -> int:
    """Mails sent within the hour, and those being sent."""
    found: int | None = await tx.scalar(select(func.count()).select_from(notices).where(_counts(notices.c, now)))
    return found or 0


def _has_room(now: datetime, to_one: int) -> ColumnElement[bool]:
    """True for a notice whose reader was not sent too many."""
    other = notices.alias()
    is_same = or_(other.c.recipient_id == notices.c.recipient_id, other.c.account_id == notices.c.account_id)
    sent = select(func.count()).select_from(other).where(is_same, _counts(other.c, now)).correlate(notices)
    return sent.scalar_subquery() < to_one


def _counts(columns: Any, now: datetime) -> ColumnElement[bool]:
    is_sent = and_(columns.state == NoticeState.SENT, columns.sent_at > now - _HOUR)
    return or_(is_sent, and_(columns.state == NoticeState.QUEUED, columns.leased_until > now))


async def settle(tx: Tx, notice: Notice, lease_until: datetime, **values: Any) -> bool:
    """Ends the lease and sets these columns; False when the lease was another's meanwhile, and nothing was set."""
    mine = and_(notices.c.id == notice.id, notices.c.leased_until == lease_until)
    return (await tx.execute(update(notices).where(mine).values(leased_until=None, **values))).rowcount > 0
