"""Members: the accounts that may open a secured share."""

from __future__ import annotations

from sqlalchemy import select

from feedserver.model.account import Account
from feedserver.storage.accounts import COLUMNS
from feedserver.storage.engine import Tx
from feedserver.storage.tables import accounts, grants


async def of_share(tx: Tx, share_id: str, *, limit: int = 10_000) -> list[Account]:
    """Who may open it now, sorted by login."""
    wanted = (
        select(*COLUMNS)
        .join(grants, grants.c.account_id == accounts.c.id)
        .where(grants.c.share_id == share_id, grants.c.withdrawn_at.is_(None))
        .order_by(accounts.c.login_key)
        .limit(limit)
    )
    return [Account(**row) for row in (await tx.execute(wanted)).mappings()]
