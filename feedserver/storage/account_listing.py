"""The list of accounts, filtered, sorted and cut to a page by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from feedserver.model.account import Account
from feedserver.model.account_listing import AccountQuery, AccountRow, AccountStanding
from feedserver.model.share import ShareState
from feedserver.storage.accounts import COLUMNS
from feedserver.storage.engine import Tx
from feedserver.storage.search import has_word, words_of
from feedserver.storage.tables import accounts, grants, invitations, shares
from feedserver.storage.types import UtcDateTime


async def count(tx: Tx, query: AccountQuery) -> int:
    """How many accounts fit."""
    found: int | None = await tx.scalar(select(func.count()).select_from(accounts).where(*_conditions(query)))
    return found or 0


async def page(tx: Tx, query: AccountQuery, *, offset: int) -> list[AccountRow]:
    """`query.per_page` accounts from `offset` on, sorted by name, then login."""
    wanted = _listed().where(*_conditions(query)).order_by(func.lower(accounts.c.display_name), accounts.c.login_key)
    rows = (await tx.execute(wanted.limit(query.per_page).offset(offset))).mappings()
    return [
        AccountRow(
            account=Account(**{column.name: row[column.name] for column in COLUMNS}),
            share_count=row["share_count"],
            invited_until=row["invited_until"],
        )
        for row in rows
    ]


def _listed() -> Select[Any]:
    share_count = (
        select(func.count())
        .select_from(grants)
        .join(shares, shares.c.id == grants.c.share_id)
        .where(
            grants.c.account_id == accounts.c.id,
            grants.c.withdrawn_at.is_(None),
            shares.c.state != ShareState.REMOVED,
        )
        .scalar_subquery()
    )
    invited_until = (
        select(func.max(invitations.c.expires_at, type_=UtcDateTime()))
        .where(invitations.c.account_id == accounts.c.id, invitations.c.used_at.is_(None))
        .scalar_subquery()
    )
    return select(*COLUMNS, share_count.label("share_count"), invited_until.label("invited_until"))


def _conditions(query: AccountQuery) -> list[ColumnElement[bool]]:
    c = accounts.c
    conditions = [has_word(word, c.display_name, c.login, c.email) for word in words_of(query.text)]
    if query.role is not None:
        conditions.append(c.role == query.role)
    match query.standing:
        case AccountStanding.ACTIVE:
            conditions += [c.is_active, c.password_hash.is_not(None)]
        case AccountStanding.WAITING:
            conditions += [c.is_active, c.password_hash.is_(None)]
        case AccountStanding.INACTIVE:
            conditions.append(~c.is_active)
    return conditions
