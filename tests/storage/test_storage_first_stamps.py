"""Stamps run ahead of the clock only where a feed was there to be outrun."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feedserver.storage import collections
from feedserver.storage.engine import Database
from tests.builders import NOON
from tests.storage.drafts import a_calendar, a_draft, a_share_of, put

SECOND = timedelta(seconds=1)


async def test_calendar_in_no_share_is_imported_in_batches_within_one_second(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        stamps = [(await put(tx, calendar, a_draft(f"e{n}"))).stamp_at for n in range(3)]
        share = await a_share_of(tx, calendar)
    assert set(stamps) == {NOON}
    assert share.stamp_at == NOON


async def test_once_shared_every_write_has_a_second_of_its_own(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        await put(tx, calendar, a_draft())
        share = await a_share_of(tx, calendar)
        first = await put(tx, calendar, a_draft(text="v2"))
        second = await put(tx, calendar, a_draft(text="v3"))
        later = await a_share_of(tx, calendar, name="Later")
    assert share.stamp_at < first.stamp_at < second.stamp_at
    assert first.stamp_at == NOON + SECOND
    assert later.stamp_at >= second.stamp_at


async def test_settings_of_a_shared_calendar_move_past_its_shares(db: Database) -> None:
    async with db.write() as tx:
        calendar = await a_calendar(tx)
        share = await a_share_of(tx, calendar)
        renamed = await collections.edit(tx, replace(calendar, name="New"), NOON)
    assert renamed.settings_at > share.stamp_at
