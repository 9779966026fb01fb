"""Sessions: rows by the digest of their cookie."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from feedserver.model.account import Account
from feedserver.model.session import Session, SignedIn
from feedserver.storage.accounts import COLUMNS as ACCOUNT_COLUMNS
from feedserver.storage.engine import Tx
from feedserver.storage.tables import accounts, sessions

_COLUMNS = tuple(column for column in sessions.c if column.name != "digest")


async def add(
    tx: Tx, *, account_id: str, digest: str, now: datetime, expires_at: datetime, is_kept: bool, agent: str
) -> Session:
    """A new session. Raises Conflict when there is no such account."""
    session = Session(
        id=secrets.token_hex(16),
        account_id=account_id,
        created_at=now,
        seen_at=now,
        confirmed_at=now,
        expires_at=expires_at,
        is_kept=is_kept,
        agent=agent,
        told="",
    )
    values = {column.name: getattr(session, column.name) for column in _COLUMNS}
    await tx.execute(insert(sessions).values(digest=digest, **values))
    return session


async def by_digest(tx: Tx, digest: str) -> SignedIn | None:
    """The session of that cookie with its account, whatever either's state."""
    joined = (
        select(*_COLUMNS, *(column.label(f"owner_{column.name}") for column in ACCOUNT_COLUMNS))
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(sessions.c.digest == digest)
    )
    row = (await tx.execute(joined)).mappings().one_or_none()
    if row is None:
        return None
    session = Session(**{column.name: row[column.name] for column in _COLUMNS})
    account = Account(**{column.name: row[f"owner_{column.name}"] for column in ACCOUNT_COLUMNS})
    return SignedIn(session=session, account=account)


async def of_account(tx: Tx, account_id: str, now: datetime) -> list[Session]:
    """Its sessions that have not ended, the last used first."""
    open_ones = select(*_COLUMNS).where(sessions.c.account_id == account_id, sessions.c.expires_at > now)
    rows = await tx.execute(open_ones.order_by(sessions.c.seen_at.desc(), sessions.c.id).limit(1000))
    return [Session(**row) for row in rows.mappings()]


async def change(tx: Tx, session_id: str, **values: Any) -> None:
    """Sets these columns; a session that is gone stays gone."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(**values))


async def end(tx: Tx, session_id: str, *, account_id: str) -> bool:
    """Ends one session of that account; True when there was one."""
    ended = delete(sessions).where(sessions.c.id == session_id, sessions.c.account_id == account_id)
    return (await tx.execute(ended)).rowcount > 0


async def end_all(tx: Tx, account_id: str, *, but: str | None = None) -> int:
    """Ends all sessions of an account, `but` one (its id); how many there were."""
    ended = delete(sessions).where(sessions.c.account_id == account_id, sessions.c.id != (but or ""))
    return (await tx.execute(ended)).rowcount


async def has_over(tx: Tx, now: datetime) -> bool:
    """True when there is a session whose time is over."""
    return bool(await tx.scalar(select(sessions.c.id).where(sessions.c.expires_at <= now).limit(1)))


async def end_over(tx: Tx, now: datetime) -> None:
    """Forgets sessions whose time is over."""
    await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
