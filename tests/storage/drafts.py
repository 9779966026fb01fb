"""Builders of what storage keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from feedserver.model.account import Account, Role
from feedserver.model.calendar_object import ETag, ObjectDraft, ObjectIndex, Rendition, Uid
from feedserver.model.collection import Collection
from feedserver.model.share import DetailLevel, Share, ShareEntry, ShareKind
from feedserver.storage import accounts, collections, objects, shares
from feedserver.storage.engine import Tx
from tests.builders import NOON


def a_draft(uid: str = "one", text: str = "v1", **changes: Any) -> ObjectDraft:
    """An event whose body is its text at every level but `busy`, which never shows it."""
    values: dict[str, Any] = {
        "name": f"{uid}.ics",
        "uid": Uid(uid),
        "component": "VEVENT",
        "data": f"BEGIN:VCALENDAR {text}".encode(),
        "etag": ETag(f"{uid}-{text}"),
        "index": an_index(),
        "renditions": renditions_of(text),
        "horizon_at": None,
    }
    return ObjectDraft(**{**values, **changes})


def renditions_of(text: str) -> dict[DetailLevel, Rendition]:
    bodies = {level: Rendition(body=text.encode(), tzids=("Europe/Berlin",)) for level in DetailLevel}
    return {**bodies, DetailLevel.BUSY: Rendition(body=b"BUSY\x00")}


def an_index(**changes: Any) -> ObjectIndex:
    values: dict[str, Any] = {
        "first_at": NOON,
        "last_at": NOON,
        "is_recurring": False,
        "categories_any": frozenset(),
        "categories_all": frozenset(),
        "search_text": (),
    }
    return ObjectIndex(**{**values, **changes})


async def a_calendar(tx: Tx, name: str = "Work", **changes: Any) -> Collection:
    return await collections.add(tx, **{"name": name, "timezone": "Europe/Berlin", "now": NOON, **changes})


async def a_member(tx: Tx, login: str = "ann", **changes: Any) -> Account:
    values = {"display_name": "Ann", "email": "ann@example.com", "role": Role.MEMBER, "password_hash": None}
    return await accounts.add(tx, **{"login": login, "now": NOON, **values, **changes})


async def a_share_of(tx: Tx, *calendars: Collection, **changes: Any) -> Share:
    entries = [ShareEntry(collection_id=calendar.id, level=DetailLevel.DETAILS) for calendar in calendars]
    values = {"kind": ShareKind.PUBLIC, "name": "Team", "entries": entries, "now": NOON}
    return await shares.add(tx, **{**values, **changes})


async def put(tx: Tx, calendar: Collection, *drafts: ObjectDraft, now: datetime = NOON) -> collections.WriteStamp:
    """One write unit's worth of objects."""
    stamp = await collections.raise_sequence(tx, calendar.id, now)
    await objects.store(tx, calendar.id, stamp, drafts)
    return stamp
