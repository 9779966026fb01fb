"""Invitations: of an account only the newest is kept, and each is used once."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from feedserver.model.invitation import Invitation
from feedserver.storage.engine import Tx
from feedserver.storage.tables import invitations


async def renew(tx: Tx, account_id: str, *, now: datetime, expires_at: datetime) -> Invitation:
    """A new one; all earlier ones of the account are void. Raises Conflict when there is no such account."""
    await void(tx, account_id)
    made = Invitation(
        id=secrets.token_hex(16), account_id=account_id, created_at=now, expires_at=expires_at, used_at=None
    )
    values = {column.name: getattr(made, column.name) for column in invitations.c}
    await tx.execute(insert(invitations).values(values))
    return made


async def void(tx: Tx, account_id: str) -> None:
    """All links of the account end."""
    await tx.execute(delete(invitations).where(invitations.c.account_id == account_id))


async def by_id(tx: Tx, invitation_id: str) -> Invitation | None:
    """The invitation of that id, whatever its state."""
    wanted = select(invitations).where(invitations.c.id == invitation_id)
    row = (await tx.execute(wanted)).mappings().one_or_none()
    return Invitation(**row) if row else None


async def of_account(tx: Tx, account_id: str) -> Invitation | None:
    """The newest of an account that was not used, perhaps past its end."""
    unused = select(invitations).where(invitations.c.account_id == account_id, invitations.c.used_at.is_(None))
    row = (await tx.execute(unused.order_by(invitations.c.created_at.desc()).limit(1))).mappings().one_or_none()
    return Invitation(**row) if row else None


async def extend(tx: Tx, invitation_id: str, expires_at: datetime) -> None:
    """Moves its end."""
    await tx.execute(update(invitations).where(invitations.c.id == invitation_id).values(expires_at=expires_at))


async def use(tx: Tx, invitation_id: str, now: datetime) -> bool:
    """Marks it used; True for the one of several at once who did, before its end."""
    is_open = (invitations.c.id == invitation_id, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
    return (await tx.execute(update(invitations).where(*is_open).values(used_at=now))).rowcount > 0
