"""Fill a data directory with calendars, accounts and shares, past the command line: `many_shares.py NUMBER`.

Ten thousand command lines would take longer than what is measured.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select

from feedserver.app.house import open_database
from feedserver.model.account import Role
from feedserver.model.share import DetailLevel, ShareEntry, ShareKind, ShareState
from feedserver.model.usage import AppFamily, DayUsage
from feedserver.settings import load_settings
from feedserver.storage import accounts, collections, shares, tables, usage
from feedserver.storage.engine import Tx

_CALENDARS = 50
_ACCOUNTS = 200
_STATES = (ShareState.ACTIVE, ShareState.ACTIVE, ShareState.ACTIVE, ShareState.INACTIVE, ShareState.REMOVED)
_NOW = datetime.now(UTC)


async def fill(number: int) -> None:
    """All in one write unit; every share is a copy of the first one with what is its own."""
    async with open_database(load_settings()) as db, db.write() as tx:
        calendars = [
            (await collections.add(tx, name=f"Calendar {n}", timezone="Europe/Berlin", now=_NOW)).id
            for n in range(_CALENDARS)
        ]
        members = [await _account(tx, n) for n in range(_ACCOUNTS)]
        entry = ShareEntry(collection_id=calendars[0], level=DetailLevel.DETAILS)
        first = await shares.add(tx, kind=ShareKind.PUBLIC, name="Pattern", entries=[entry], now=_NOW)
        row = dict((await tx.execute(select(tables.shares).where(tables.shares.c.id == first.id))).mappings().one())
        await tx.execute(insert(tables.shares), [row | _share(n) for n in range(number)])
        await tx.execute(
            insert(tables.share_entries), [entry for n in range(number) for entry in _entries(n, calendars)]
        )
        await tx.execute(insert(tables.recipients), [one for n in range(0, number, 2) for one in _recipients(n)])
        await tx.execute(insert(tables.grants), [one for n in range(1, number, 2) for one in _grants(n, members)])
        await usage.add(tx, [(_id(n), _fetch(n)) for n in range(number) if n % 4])


async def _account(tx: Tx, n: int) -> str:
    made = await accounts.add(
        tx,
        login=f"user{n}",
        display_name=f"User Number {n}",
        email=f"user{n}@example.org",
        role=Role.GUEST,
        password_hash=None,
        now=_NOW,
    )
    return made.id


def _id(n: int) -> str:
    """Random in its first digits, as ids are."""
    return f"{n * 2_654_435_761 % 2**32:08x}{n:024x}"


def _share(n: int) -> dict[str, object]:
    """Of every kind, state and validity."""
    return {
        "id": _id(n),
        "kind": ShareKind.SECURED if n % 2 else ShareKind.PUBLIC,
        "name": f"Share of team {n * 7919 % 10_007} for customer {n}",
        "state": _STATES[n // 2 % len(_STATES)],
        "created_at": _NOW - timedelta(minutes=n),
        "expires_at": _NOW + timedelta(days=n % 100 - 30) if n % 3 == 0 else None,
    }


def _entries(n: int, calendars: Sequence[str]) -> list[dict[str, object]]:
    shown = [calendars[(n + k) % len(calendars)] for k in range(1 + n % 3)]
    return [
        {"share_id": _id(n), "collection_id": calendar_id, "level": DetailLevel.DETAILS, "position": position}
        for position, calendar_id in enumerate(shown)
    ]


def _recipients(n: int) -> list[dict[str, object]]:
    return [
        {"id": f"{n:016x}{k:016x}", "share_id": _id(n), "email": f"person{n}-{k}@example.com", "created_at": _NOW}
        for k in range(n % 12)
    ]


def _grants(n: int, members: Sequence[str]) -> list[dict[str, object]]:
    chosen = {members[(n + k) % len(members)] for k in range(1 + n % 8)}
    return [{"share_id": _id(n), "account_id": account_id, "granted_at": _NOW} for account_id in sorted(chosen)]


def _fetch(n: int) -> DayUsage:
    at = _NOW - timedelta(minutes=n)
    return DayUsage(reader_id="", day=date(2026, 1, 1), family=AppFamily.APPLE, count=1, last_at=at)


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[1])))
