"""Accounts: who may log in. Every change raises `version`."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from feedserver.model.account import Account, Role, login_key
from feedserver.model.errors import LoginTaken, NotFound
from feedserver.storage import feed_keys as keys
from feedserver.storage import shares
from feedserver.storage.engine import Tx
from feedserver.storage.tables import accounts, collections, feed_keys, grants, usage

COLUMNS = tuple(column for column in accounts.c if column.name != "login_key")
_LOCK = "LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE"


async def add(
    tx: Tx,
    *,
    login: str,
    display_name: str,
    email: str,
    role: Role,
    password_hash: str | None,
    now: datetime,
    language: str | None = None,
) -> Account:
    """A new active account. Raises LoginTaken."""
    await _refuse_taken(tx, login)
    account = Account(
        id=secrets.token_hex(16),
        login=login,
        display_name=display_name,
        email=email,
        role=role,
        password_hash=password_hash,
        is_active=True,
        version=1,
        created_at=now,
        language=language,
    )
    values = {column.name: getattr(account, column.name) for column in COLUMNS}
    await tx.execute(insert(accounts).values(login_key=login_key(login), **values))
    return account


async def _refuse_taken(tx: Tx, login: str, *, but: str | None = None) -> None:
    """Raises LoginTaken when another account than that of the id `but` has it."""
    taken = await by_login(tx, login)
    if taken is not None and taken.id != but:
        raise LoginTaken("There is already an account with the login {login}.", login=login)


async def by_id(tx: Tx, account_id: str) -> Account | None:
    """The account of that id."""
    row = (await tx.execute(select(*COLUMNS).where(accounts.c.id == account_id))).mappings().one_or_none()
    return Account(**row) if row else None


async def by_login(tx: Tx, login: str) -> Account | None:
    """The account of that login, however it is capitalised."""
    row = (await tx.execute(select(*COLUMNS).where(accounts.c.login_key == login_key(login)))).mappings().one_or_none()
    return Account(**row) if row else None


async def find(tx: Tx, login_or_id: str) -> Account:
    """The account of that id, or else of that login: no login stands in for an id. Raises NotFound."""
    account = await by_id(tx, login_or_id) or await by_login(tx, login_or_id)
    if account is None:
        raise NotFound("There is no account named {login}.", login=login_or_id)
    return account


async def of_login_or_email(tx: Tx, text: str, *, limit: int = 5) -> list[Account]:
    """The active accounts of that login or mail address, however it is capitalised; sorted by login."""
    is_it = or_(accounts.c.login_key == login_key(text), func.lower(accounts.c.email) == text.lower())
    wanted = select(*COLUMNS).where(accounts.c.is_active, is_it).order_by(accounts.c.login_key).limit(limit)
    return [Account(**row) for row in (await tx.execute(wanted)).mappings()]


async def lock(tx: Tx, login_or_id: str) -> Account:
    """As `find`; nobody else changes any account until the write unit ends.

    The table as a whole: two admins who demote each other at once must not both succeed (threat A23), and locking rows
    one after the other would let them wait for each other for ever. On SQLite there is one writer anyway.
    """
    if tx.dialect.name == "postgresql":
        await tx.exec_driver_sql(_LOCK)
    return await find(tx, login_or_id)


async def is_last_admin(tx: Tx, account: Account) -> bool:
    """True for the only active admin."""
    active = (accounts.c.role == Role.ADMIN, accounts.c.is_active)
    return list(await tx.scalars(select(accounts.c.id).where(*active).limit(2))) == [account.id]


async def has_admin(tx: Tx) -> bool:
    """True when there is an admin, active or not."""
    return bool(await tx.scalar(select(accounts.c.id).where(accounts.c.role == Role.ADMIN).limit(1)))


async def list_all(tx: Tx, *, limit: int = 10_000) -> list[Account]:
    """Accounts, sorted by login."""
    rows = await tx.execute(select(*COLUMNS).order_by(accounts.c.login_key).limit(limit))
    return [Account(**row) for row in rows.mappings()]


async def set_password(tx: Tx, account_id: str, password_hash: str | None) -> Account:
    """The account with its new password; None takes the password away. Raises NotFound."""
    return await _change(tx, account_id, password_hash=password_hash)


async def edit(tx: Tx, account: Account) -> Account:
    """Writes the login, name, address, role, language and zone that `account` carries; the rest stays as it is.

    Raises LoginTaken, NotFound.
    """
    await _refuse_taken(tx, account.login, but=account.id)
    names = ("login", "display_name", "email", "role", "language", "timezone")
    values = {name: getattr(account, name) for name in names}
    return await _change(tx, account.id, login_key=login_key(account.login), **values)


async def set_active(tx: Tx, account_id: str, now: datetime, *, is_active: bool) -> Account:
    """The account, active or not; the shares of its calendars pause and come back with it, its feed keys end.

    Raises NotFound. Setting what is set already changes nothing.
    """
    account = await by_id(tx, account_id)
    if account and account.is_active == is_active:
        return account
    changed = await _change(tx, account_id, is_active=is_active)
    await shares.owner_changed(tx, account_id, now)
    return changed


async def _change(tx: Tx, account_id: str, **values: Any) -> Account:
    change = update(accounts).where(accounts.c.id == account_id).values(version=accounts.c.version + 1, **values)
    row = (await tx.execute(change.returning(*COLUMNS))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no account named {login}.", login=account_id)
    return Account(**row)


async def remove(tx: Tx, account: Account, now: datetime) -> None:
    """Removes it with its sessions, links, selections, mails and use; its calendars become the organisation's.

    Shares that its deactivation paused come back; its feed keys end, and whoever asks with one is told. Source: threat
    P04.
    """
    if account.is_active:
        await keys.end_of_account(tx, account.id, now)
    else:
        await shares.owner_changed(tx, account.id, now)
    await disown(tx, account.id)
    await tx.execute(delete(grants).where(grants.c.account_id == account.id))
    its_keys = select(feed_keys.c.id).where(feed_keys.c.account_id == account.id)
    await tx.execute(delete(usage).where(or_(usage.c.reader_id == account.id, usage.c.reader_id.in_(its_keys))))
    await tx.execute(delete(accounts).where(accounts.c.id == account.id))


async def disown(tx: Tx, account_id: str) -> None:
    """The calendars of an account become the organisation's."""
    await tx.execute(update(collections).where(collections.c.owner_id == account_id).values(owner_id=None))
