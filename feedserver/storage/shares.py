"""Shares, their entries, recipients and grants.

Whatever changes what a share shows, or brings it back after its subscribers were told that it is off, raises
`revision` and moves `stamp_at` past everything its feed ever carried (feed-contract F51, T8). The moments of going off
(`state_at`, `rotated_at`, `revoked_at`, `withdrawn_at`) are logical too: they are Last-Modified of the tombstone, which
must be newer than that of the feed before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Unpack

from sqlalchemy import delete, func, insert, select, update

from feedserver.model.collection import Collection
from feedserver.model.errors import AmbiguousName, Conflict, NotFound
from feedserver.model.share import Share, ShareEntry, ShareFilter, ShareKind, ShareOptions, ShareState
from feedserver.storage import feed_keys, share_rows
from feedserver.storage.engine import Tx
from feedserver.storage.rows import batches
from feedserver.storage.share_rows import BATCH, FILTER_COLUMNS
from feedserver.storage.stamps import first_moment, next_moment
from feedserver.storage.tables import collections, grants, recipients, share_entries, shares

_SHOWN = ("name", "entries", "filter", "starts_at", "expires_at", "allows_narrowing")
"""What subscribers can see of an edit; the note and the other options are not among it.

Narrower links end and come back: what their subscribers see then has to be newer than what they saw (T8).
"""
_OPTIONS = ("allows_narrowing", "allows_keys", "embed_hosts", "embed_view", "embed_color")


async def add(
    tx: Tx,
    *,
    kind: ShareKind,
    name: str,
    entries: Sequence[ShareEntry],
    now: datetime,
    note: str = "",
    share_filter: ShareFilter | None = None,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    emails: Iterable[str] = (),
    account_ids: Iterable[str] = (),
    form_key: str | None = None,
    **options: Unpack[ShareOptions],
) -> Share:
    """A new active share with its recipients (`emails`) and grants (`account_ids`).

    `form_key`: of the form that makes it, by which it is found again. Raises Conflict when a calendar or an account is
    gone, when one is named twice, and when that form has made a share.
    """
    moment = first_moment(now, *await share_rows.newest_moments(tx, {entry.collection_id for entry in entries}))
    share_id = secrets.token_hex(16)
    values = {
        "id": share_id,
        "kind": kind,
        "name": name,
        "note": note,
        "starts_at": starts_at,
        "expires_at": expires_at,
        "state": ShareState.ACTIVE,
        "state_at": moment,
        "serial": 1,
        "rotated_at": None,
        "revision": 1,
        "stamp_at": moment,
        "uid_salt": secrets.token_bytes(32),
        "created_at": now,
        "form_key": form_key,
        **options,
        **_filter_values(share_filter or ShareFilter()),
    }
    await tx.execute(insert(shares).values(values))
    await _write_entries(tx, share_id, entries)
    await _write_recipients(tx, share_id, emails, now)
    await _write_grants(tx, share_id, account_ids, now)
    return await _reloaded(tx, share_id)


def _filter_values(share_filter: ShareFilter) -> dict[str, object]:
    return {name: getattr(share_filter, name) for name in FILTER_COLUMNS}


async def _write_entries(tx: Tx, share_id: str, entries: Sequence[ShareEntry]) -> None:
    await tx.execute(delete(share_entries).where(share_entries.c.share_id == share_id))
    rows = [
        {"share_id": share_id, "collection_id": entry.collection_id, "level": entry.level, "position": position}
        for position, entry in enumerate(entries)
    ]
    if rows:
        await tx.execute(insert(share_entries), rows)


async def _write_recipients(tx: Tx, share_id: str, emails: Iterable[str], now: datetime) -> None:
    rows = [{"id": secrets.token_hex(16), "share_id": share_id, "email": email, "created_at": now} for email in emails]
    if rows:
        await tx.execute(insert(recipients), rows)


async def _write_grants(tx: Tx, share_id: str, account_ids: Iterable[str], now: datetime) -> None:
    rows = [{"share_id": share_id, "account_id": account_id, "granted_at": now} for account_id in account_ids]
    if rows:
        await tx.execute(insert(grants), rows)


async def by_id(tx: Tx, share_id: str) -> Share | None:
    """The share of that id, a removed one too."""
    rows = (await tx.execute(select(shares).where(shares.c.id == share_id))).mappings().all()
    return (await share_rows.load(tx, rows))[0] if rows else None


async def by_form_key(tx: Tx, form_key: str) -> Share | None:
    """The share that this form has made, a removed one too (threat A24)."""
    rows = (await tx.execute(select(shares).where(shares.c.form_key == form_key))).mappings().all()
    return (await share_rows.load(tx, rows))[0] if rows else None


async def feed_state(tx: Tx, share_id: str) -> tuple[Share, tuple[Collection, ...]] | None:
    """The share and its collections, in the order of its entries; None when there is no such share."""
    row = (await tx.execute(select(shares).where(shares.c.id == share_id))).mappings().one_or_none()
    return await share_rows.load_with_collections(tx, row) if row else None


async def find(tx: Tx, name_or_id: str, *, is_removed: bool = False) -> Share:
    """The share of that id, or the only one of that name that is not removed, or is. Raises NotFound, AmbiguousName."""
    if found := await by_id(tx, name_or_id):
        return found
    fits = shares.c.state == ShareState.REMOVED if is_removed else shares.c.state != ShareState.REMOVED
    named = select(shares).where(shares.c.name == name_or_id, fits)
    rows = (await tx.execute(named.order_by(shares.c.id).limit(100))).mappings().all()
    if not rows:
        raise NotFound("There is no share named {name}.", name=name_or_id)
    if len(rows) > 1:
        raise AmbiguousName(
            "Several shares are named {name}; name one by its id.",
            tuple((row["id"], row["name"]) for row in rows),
            name=name_or_id,
        )
    return (await share_rows.load(tx, rows))[0]


async def list_all(tx: Tx, *, has_removed: bool = False, limit: int = 100_000) -> list[Share]:
    """Shares, sorted by name, then id; the removed ones too when `has_removed`."""
    listing = select(shares).order_by(shares.c.name, shares.c.id).limit(limit)
    if not has_removed:
        listing = listing.where(shares.c.state != ShareState.REMOVED)
    found: list[Share] = []
    async with tx.stream(listing) as rows:
        async for batch in rows.mappings().partitions(BATCH):
            found += await share_rows.load(tx, batch)
    return found


async def set_state(tx: Tx, share_id: str, state: ShareState, now: datetime) -> Share:
    """The share in that state; nothing changes when it is already. Raises NotFound, Conflict (it was removed)."""
    share = await share_rows.lock(tx, share_id)
    if share.state is state:
        return share
    _refuse_removed(share)
    before = share.state if state is ShareState.REMOVED else None
    return await _turned(tx, share, now, state=state, state_before=before)


async def _turned(tx: Tx, share: Share, now: datetime, **values: ShareState | None) -> Share:
    moment = await share_rows.moment_for(tx, share, now, ())
    return await share_rows.change(
        tx, share.id, state_at=moment, stamp_at=moment, revision=share.revision + 1, **values
    )


def _refuse_removed(share: Share) -> None:
    if share.state is ShareState.REMOVED:
        raise Conflict("This share was removed. Bring it back, or make a new one.")


async def restore(tx: Tx, share_id: str, now: datetime, *, within: timedelta) -> Share:
    """The share as it was before it was removed; nothing changes when it is not removed (any more).

    Whoever was told meanwhile that it is over gets newer stamps, as after an activation. Raises NotFound, and Conflict
    when the removal is older than `within`, or took place because the share's calendars are gone.
    """
    share = await share_rows.lock(tx, share_id)
    if share.state is not ShareState.REMOVED:
        return share
    if not share.entries:
        raise Conflict("The calendars of this share are gone, so it cannot be brought back.")
    if now >= share.state_at + within:
        raise Conflict("A share can be brought back for {days} days after its removal.", days=within.days)
    before: ShareState | None = await tx.scalar(select(shares.c.state_before).where(shares.c.id == share_id))
    return await _turned(tx, share, now, state=before or ShareState.INACTIVE, state_before=None)


async def edit(tx: Tx, share: Share, now: datetime) -> Share:
    """Writes the name, note, options, entries, filter and validity that `share` carries; the rest stays as it is.

    Where keys are no longer allowed, those there are end. Raises NotFound, Conflict (removed; a calendar is gone).
    """
    kept = await share_rows.lock(tx, share.id)
    _refuse_removed(kept)
    unseen = {name: getattr(share, name) for name in ("note", *_OPTIONS)}
    if kept.allows_keys and not share.allows_keys:
        await feed_keys.end_of_share(tx, kept, await share_rows.moment_for(tx, kept, now, ()))
    if all(getattr(kept, name) == getattr(share, name) for name in _SHOWN):
        return await share_rows.change(tx, share.id, **unseen)
    moment = await share_rows.moment_for(tx, kept, now, (entry.collection_id for entry in share.entries))
    raised_by = 1
    if kept.entries != share.entries:
        raised_by += await _possible_fall(tx, kept)
        await _write_entries(tx, share.id, share.entries)
    return await share_rows.change(
        tx,
        share.id,
        name=share.name,
        starts_at=share.starts_at,
        expires_at=share.expires_at,
        state_at=moment if _turns_now(kept, share) else kept.state_at,
        stamp_at=moment,
        revision=kept.revision + raised_by,
        **_filter_values(share.filter),
        **unseen,
    )


async def _possible_fall(tx: Tx, share: Share) -> int:
    """By how much an event's `seq` may be lower in the renditions of another level.

    Edits that `busy` hides raise the `seq` of `full` alone; SEQUENCE is its sum with the revision, and has to rise all
    the same (F51).
    """
    ids = [entry.collection_id for entry in share.entries]
    newest: int | None = await tx.scalar(select(func.max(collections.c.seq)).where(collections.c.id.in_(ids)))
    return newest or 0


def _turns_now(kept: Share, changed: Share) -> bool:
    """True when an edit may close or open the share at once, by a bound on the other side of the present."""
    is_same = (kept.starts_at, kept.expires_at) == (changed.starts_at, changed.expires_at)
    return kept.state is ShareState.ACTIVE and not is_same


async def rotate(tx: Tx, share_id: str, now: datetime) -> Share:
    """The share with links of the next serial; what it shows stays. Raises NotFound, Conflict (removed)."""
    share = await share_rows.lock(tx, share_id)
    _refuse_removed(share)
    moment = await share_rows.moment_for(tx, share, now, ())
    return await share_rows.change(tx, share_id, serial=share.serial + 1, rotated_at=moment)


async def add_recipients(tx: Tx, share_id: str, emails: Iterable[str], now: datetime) -> Share:
    """The share with these recipients besides those it has. Raises NotFound, Conflict (removed)."""
    _refuse_removed(await share_rows.lock(tx, share_id))
    await _write_recipients(tx, share_id, emails, now)
    return await _reloaded(tx, share_id)


async def revoke_recipient(tx: Tx, share_id: str, recipient_id: str, now: datetime) -> Share:
    """The share with that recipient's link revoked, for good. Raises NotFound."""
    share = await share_rows.lock(tx, share_id)
    recipient = share.recipient(recipient_id)
    if recipient is None:
        raise NotFound("This share has no such recipient.")
    if recipient.revoked_at:
        return share
    moment = await share_rows.moment_for(tx, share, now, ())
    await tx.execute(update(recipients).where(recipients.c.id == recipient_id).values(revoked_at=moment))
    return await _reloaded(tx, share_id)


async def grant(tx: Tx, share_id: str, account_id: str, now: datetime) -> Share:
    """The share with that account as a member. Raises NotFound, Conflict (removed; no such account).

    A member who comes back has seen the tombstone: then the stamps are raised, as by a reactivation.
    """
    share = await share_rows.lock(tx, share_id)
    _refuse_removed(share)
    held = share.grant(account_id)
    if held is None:
        await _write_grants(tx, share_id, [account_id], now)
        return await _reloaded(tx, share_id)
    if held.withdrawn_at is None:
        return share
    moment = next_moment(await share_rows.moment_for(tx, share, now, ()), held.withdrawn_at)
    await _update_grant(tx, share_id, account_id, granted_at=now, withdrawn_at=None)
    return await share_rows.change(tx, share_id, stamp_at=moment, revision=share.revision + 1)


async def withdraw(tx: Tx, share_id: str, account_id: str, now: datetime) -> Share:
    """The share without that member, whose keys end with the grant. Raises NotFound."""
    share = await share_rows.lock(tx, share_id)
    held = share.grant(account_id)
    if held is None:
        raise NotFound("This share has no such member.")
    if held.withdrawn_at:
        return share
    moment = await share_rows.moment_for(tx, share, now, ())
    await _update_grant(tx, share_id, account_id, granted_at=held.granted_at, withdrawn_at=moment)
    await feed_keys.end_of_share(tx, share, moment, account_id=account_id)
    return await _reloaded(tx, share_id)


async def _update_grant(
    tx: Tx, share_id: str, account_id: str, *, granted_at: datetime, withdrawn_at: datetime | None
) -> None:
    await tx.execute(
        update(grants)
        .where(grants.c.share_id == share_id, grants.c.account_id == account_id)
        .values(granted_at=granted_at, withdrawn_at=withdrawn_at)
    )


async def _reloaded(tx: Tx, share_id: str) -> Share:
    share = await by_id(tx, share_id)
    assert share is not None
    return share


async def lose_collection(tx: Tx, collection_id: str, now: datetime) -> None:
    """Takes a collection that is about to go out of its shares; one that shows nothing else is removed."""
    e = share_entries.c
    holding = set(await tx.scalars(select(e.share_id).where(e.collection_id == collection_id)))
    if not holding:
        return
    moment = await share_rows.restamp(tx, holding, now)
    await tx.execute(delete(share_entries).where(e.collection_id == collection_id))
    showing_more: set[str] = set()
    for some in batches(sorted(holding)):
        showing_more |= set(await tx.scalars(select(e.share_id).where(e.share_id.in_(some))))
    await _remove_all(tx, holding - showing_more, moment)


async def _remove_all(tx: Tx, share_ids: Iterable[str], moment: datetime) -> None:
    for some in batches(sorted(share_ids)):
        going = update(shares).where(shares.c.id.in_(some), shares.c.state != ShareState.REMOVED)
        await tx.execute(going.values(state=ShareState.REMOVED, state_at=moment))


async def owner_changed(tx: Tx, account_id: str, now: datetime) -> None:
    """Shares of that account's calendars pause or come back: as if their state had changed. Its feed keys end."""
    owned = (
        select(shares.c.id)
        .join(share_entries, share_entries.c.share_id == shares.c.id)
        .join(collections, collections.c.id == share_entries.c.collection_id)
        .where(collections.c.owner_id == account_id, shares.c.state != ShareState.REMOVED)
    )
    paused, keyed = set(await tx.scalars(owned)), await feed_keys.shares_of(tx, account_id)
    if paused or keyed:
        moment = await share_rows.moment_for_all(tx, paused | keyed, now)
        turned = {"state_at": moment, "stamp_at": moment, "revision": shares.c.revision + 1}
        await share_rows.update_all(tx, paused, **turned)
        await feed_keys.end_at(tx, account_id, moment)
