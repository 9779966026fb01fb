"""The list of shares, filtered, sorted and cut to a page by the database: a page costs the same among 10,000.

A standing is judged here by the same rules as in `model.share.standing_of`, seen through the general link; a test holds
the two equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from feedserver.model.account import Account
from feedserver.model.collection import Collection
from feedserver.model.share import Share, ShareEntry, ShareFilter, ShareState, Standing
from feedserver.model.share_listing import ShareQuery, ShareRow, ShareSort
from feedserver.model.usage import LastFetch
from feedserver.storage.accounts import COLUMNS as ACCOUNT_COLUMNS
from feedserver.storage.engine import Tx
from feedserver.storage.search import has_word, words_of
from feedserver.storage.share_rows import FILTER_COLUMNS, PLAIN_COLUMNS
from feedserver.storage.tables import accounts, collections, grants, last_fetches, recipients, share_entries, shares

MAX_MEMBERS = 5
"""How many members of each share are read; the others are counted."""

_STANDINGS = (Standing.LIVE, Standing.NOT_YET, Standing.PAUSED, Standing.EXPIRED, Standing.REMOVED)
"""In the order in which the list shows them when it is sorted by state."""


async def page(tx: Tx, query: ShareQuery, now: datetime, *, offset: int) -> tuple[list[ShareRow], int]:
    """`query.per_page` shares from `offset` on, in the query's order, and how many fit on all pages.

    How many is not known, and 0, when none is left at `offset`.
    """
    found = (await tx.execute(_chosen(query, now, offset))).all()
    ids = [row.id for row in found]
    listed = await tx.execute(_listed(now).where(shares.c.id.in_(ids)))
    rows = {row["id"]: row for row in listed.mappings()}
    return await _filled(tx, [rows[share_id] for share_id in ids]), found[0].total if found else 0


def _chosen(query: ShareQuery, now: datetime, offset: int) -> Select[Any]:
    """The ids alone: sorting ten thousand whole rows takes twice as long."""
    chosen = select(shares.c.id, func.count().over().label("total"))
    if query.sort is ShareSort.FETCHED:
        chosen = chosen.outerjoin(last_fetches, last_fetches.c.share_id == shares.c.id)
    ordered = chosen.where(*_conditions(query, now)).order_by(*_order(query, now))
    return ordered.limit(query.per_page).offset(offset)


async def of_ids(tx: Tx, share_ids: Sequence[str], now: datetime) -> list[ShareRow]:
    """These shares (at most a batch), removed ones too, sorted by name; what is not there is absent."""
    wanted = _listed(now).where(shares.c.id.in_(share_ids)).order_by(func.lower(shares.c.name), shares.c.id)
    return await _filled(tx, (await tx.execute(wanted)).mappings().all())


def _listed(now: datetime) -> Select[Any]:
    return select(shares, _standing(now).label("standing"), last_fetches.c.at, last_fetches.c.family).outerjoin(
        last_fetches, last_fetches.c.share_id == shares.c.id
    )


def _conditions(query: ShareQuery, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [not_(_is_removed()) if query.standing is None else _standing(now) == _rank(query.standing)]
    if query.kind is not None:
        conditions.append(shares.c.kind == query.kind)
    if query.calendar_id is not None:
        holding = select(share_entries.c.share_id).where(share_entries.c.collection_id == query.calendar_id)
        conditions.append(shares.c.id.in_(holding))
    if query.account_id is not None:
        conditions.append(shares.c.id.in_(_open_to(grants.c.account_id == query.account_id)))
    return [*conditions, *(_has_word(word) for word in words_of(query.text))]


def _standing(now: datetime) -> ColumnElement[int]:
    """Its place in `_STANDINGS`; the order of the lines is that of `standing_of`."""
    return case(
        (_is_removed(), literal(_rank(Standing.REMOVED))),
        (or_(shares.c.state == ShareState.INACTIVE, _has_paused_owner()), literal(_rank(Standing.PAUSED))),
        (shares.c.expires_at <= now, literal(_rank(Standing.EXPIRED))),
        (shares.c.starts_at > now, literal(_rank(Standing.NOT_YET))),
        else_=literal(_rank(Standing.LIVE)),
    )


def _rank(standing: Standing) -> int:
    return _STANDINGS.index(standing)


def _is_removed() -> ColumnElement[bool]:
    """It was removed, or every calendar in it is gone."""
    return or_(shares.c.state == ShareState.REMOVED, not_(exists().where(share_entries.c.share_id == shares.c.id)))


def _has_paused_owner() -> ColumnElement[bool]:
    """The owner of one of its calendars is deactivated. Asked from the few accounts that are, not from each share."""
    paused = (
        select(share_entries.c.share_id)
        .join(collections, collections.c.id == share_entries.c.collection_id)
        .join(accounts, accounts.c.id == collections.c.owner_id)
        .where(accounts.c.is_active == false())
    )
    return shares.c.id.in_(paused)


def _open_to(condition: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(grants.c.share_id).where(grants.c.withdrawn_at.is_(None), condition)


def _has_word(word: str) -> ColumnElement[bool]:
    """`word` stands somewhere in what an admin knows a share by."""
    of_calendars = (
        select(share_entries.c.share_id)
        .join(collections, collections.c.id == share_entries.c.collection_id)
        .where(has_word(word, collections.c.name))
    )
    of_recipients = select(recipients.c.share_id).where(
        recipients.c.revoked_at.is_(None), has_word(word, recipients.c.email)
    )
    named = has_word(word, accounts.c.display_name, accounts.c.login, accounts.c.email)
    of_members = _open_to(grants.c.account_id.in_(select(accounts.c.id).where(named)))
    return or_(
        has_word(word, shares.c.name, shares.c.note),
        *(shares.c.id.in_(found) for found in (of_calendars, of_recipients, of_members)),
    )


def _order(query: ShareQuery, now: datetime) -> list[ColumnElement[Any]]:
    name = func.lower(shares.c.name)
    leading: dict[ShareSort, tuple[ColumnElement[Any], ...]] = {
        ShareSort.NAME: (name,),
        ShareSort.KIND: (shares.c.kind,),
        ShareSort.STATE: (_standing(now),),
        ShareSort.STARTS: (shares.c.starts_at.is_not(None), shares.c.starts_at),
        ShareSort.EXPIRES: (shares.c.expires_at.is_(None), shares.c.expires_at),
        ShareSort.CREATED: (shares.c.created_at,),
        ShareSort.FETCHED: (last_fetches.c.at.is_not(None), last_fetches.c.at),
    }
    chosen = leading[query.sort]
    turned = tuple(column.desc() for column in chosen) if query.descending else chosen
    return [*turned, *(() if query.sort is ShareSort.NAME else (name,)), shares.c.id]


async def _filled(tx: Tx, rows: Sequence[RowMapping]) -> list[ShareRow]:
    """The rows with their calendars and how many people they are for: four statements for a page."""
    ids = [row["id"] for row in rows]
    entries = await _grouped(tx, _entries_of(ids))
    members = await _grouped(tx, _members_of(ids))
    recipient_counts = await _counts(tx, _counting(recipients.c.share_id, recipients.c.revoked_at, ids))
    member_counts = await _counts(tx, _counting(grants.c.share_id, grants.c.withdrawn_at, ids))
    return [
        ShareRow(
            share=_share_of(row, entries[row["id"]]),
            standing=_STANDINGS[row["standing"]],
            calendars=tuple(Collection(**_of(collections.c, entry)) for entry in entries[row["id"]]),
            members=tuple(Account(**_of(ACCOUNT_COLUMNS, member)) for member in members[row["id"]]),
            member_count=member_counts.get(row["id"], 0),
            recipient_count=recipient_counts.get(row["id"], 0),
            last_fetch=LastFetch(at=row["at"], family=row["family"]) if row["at"] else None,
        )
        for row in rows
    ]


def _share_of(row: RowMapping, entries: Sequence[RowMapping]) -> Share:
    return Share(
        **{name: row[name] for name in PLAIN_COLUMNS},
        filter=ShareFilter(**{name: row[name] for name in FILTER_COLUMNS}),
        entries=tuple(ShareEntry(collection_id=entry["id"], level=entry["level"]) for entry in entries),
        is_owner_active=all(entry["is_owner_active"] is not False for entry in entries),
    )


def _of(columns: Any, row: RowMapping) -> dict[str, Any]:
    return {column.name: row[column.name] for column in columns}


async def _grouped(tx: Tx, statement: Select[Any]) -> defaultdict[str, list[RowMapping]]:
    groups: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in (await tx.execute(statement)).mappings():
        groups[row["share_id"]].append(row)
    return groups


def _entries_of(ids: Sequence[str]) -> Select[Any]:
    e = share_entries.c
    return (
        select(e.share_id, e.level, accounts.c.is_active.label("is_owner_active"), *collections.c)
        .join(collections, collections.c.id == e.collection_id)
        .outerjoin(accounts, accounts.c.id == collections.c.owner_id)
        .where(e.share_id.in_(ids))
        .order_by(e.share_id, e.position)
    )


def _members_of(ids: Sequence[str]) -> Select[Any]:
    """The first MAX_MEMBERS of each share."""
    place = func.row_number().over(partition_by=grants.c.share_id, order_by=accounts.c.login_key).label("place")
    standing = (
        select(grants.c.share_id, place, *ACCOUNT_COLUMNS)
        .join(accounts, accounts.c.id == grants.c.account_id)
        .where(grants.c.share_id.in_(ids), grants.c.withdrawn_at.is_(None))
        .subquery()
    )
    return select(standing).where(standing.c.place <= MAX_MEMBERS).order_by(standing.c.share_id, standing.c.place)


def _counting(share_id: Column[str], ended_at: Column[datetime], ids: Sequence[str]) -> Select[str, int]:
    return select(share_id, func.count()).where(and_(share_id.in_(ids), ended_at.is_(None))).group_by(share_id)


async def _counts(tx: Tx, statement: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in await tx.execute(statement)}
