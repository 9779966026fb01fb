"""The history of changes: one row for each thing that was done, in the write unit that did it (threat A25)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select, update

from feedserver.model.actor import Actor
from feedserver.model.audit import AuditEntry, Subject
from feedserver.storage.engine import Tx
from feedserver.storage.tables import audit

MAX_TEXT_CHARS = 500
"""Longer names and values are cut: the history tells what changed, and keeps no copies."""


async def add(
    tx: Tx,
    *,
    now: datetime,
    by: Actor,
    action: str,
    subject: Subject,
    subject_id: str,
    subject_name: str,
    share_id: str | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Note that `by` did this. Nothing in it may be a secret, a link or an event's text."""
    shown = {name: _cut(value) for name, value in (detail or {}).items()}
    await tx.execute(
        insert(audit).values(
            at=now,
            actor_id=by.account_id,
            actor_name=_cut(by.name),
            address=by.address,
            action=action,
            subject=subject,
            subject_id=subject_id,
            subject_name=_cut(subject_name),
            share_id=share_id,
            detail=json.dumps(shown, ensure_ascii=True),
        )
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else text[: MAX_TEXT_CHARS - 1] + "…"


async def of_share(tx: Tx, share_id: str, *, limit: int = 100) -> list[AuditEntry]:
    """What belongs in the history of a share, newest first."""
    return await _read(tx, limit, share_id=share_id)


async def newest(tx: Tx, *, before_seq: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """Everything, newest first; with `before_seq` what came before that entry."""
    return await _read(tx, limit, before_seq=before_seq)


async def _read(tx: Tx, limit: int, *, share_id: str | None = None, before_seq: int | None = None) -> list[AuditEntry]:
    wanted = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if share_id is not None:
        wanted = wanted.where(audit.c.share_id == share_id)
    if before_seq is not None:
        wanted = wanted.where(audit.c.seq < before_seq)
    return [_entry_of(row) for row in (await tx.execute(wanted)).mappings()]


def _entry_of(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        seq=row["seq"],
        at=row["at"],
        actor=Actor(account_id=row["actor_id"], name=row["actor_name"], address=row["address"]),
        action=row["action"],
        subject=row["subject"],
        subject_id=row["subject_id"],
        subject_name=row["subject_name"],
        share_id=row["share_id"],
        detail=json.loads(row["detail"]),
    )


async def pseudonymise(tx: Tx, account_id: str, name: str) -> None:
    """Call an account `name` wherever the history names it, and forget where it came from (threat P04)."""
    by_it = update(audit).where(audit.c.actor_id == account_id)
    await tx.execute(by_it.values(actor_name=name, address=""))
    about_it = update(audit).where(audit.c.subject == Subject.ACCOUNT, audit.c.subject_id == account_id)
    await tx.execute(about_it.values(subject_name=name, detail="{}"))


async def has_older(tx: Tx, moment: datetime) -> bool:
    """True when there is an entry from before `moment`."""
    return bool(await tx.scalar(select(audit.c.seq).where(audit.c.at < moment).limit(1)))


async def remove_older(tx: Tx, moment: datetime) -> None:
    """Forget what was done before `moment` (threat P03)."""
    await tx.execute(delete(audit).where(audit.c.at < moment))
