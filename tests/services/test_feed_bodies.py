"""Who waits for a feed that is being built, and what of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from feedserver.ics.reading.ingest import parse_object
from feedserver.model.share import DetailLevel
from feedserver.services.feeds import OpenShare
from feedserver.services.objects import draft_of
from feedserver.storage import collections, objects
from feedserver.storage.engine import Database
from tests.builders import an_event, an_ics
from tests.premises import Premises, open_premises


@pytest.fixture
async def premises(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Premises]:
    async with open_premises(sqlite_db, tmp_path) as made:
        yield made


async def _opened(premises: Premises, share_id: str) -> OpenShare:
    share = await premises.sharing.find(share_id)
    return await premises.feeds.open(premises.page_path(share).split("/")[2])


async def test_many_who_ask_at_once_wait_for_one_build(premises: Premises) -> None:
    share = await premises.share()
    opened = await _opened(premises, share.id)
    built = await asyncio.gather(*(premises.feeds.render(opened) for _ in range(20)))
    assert len({id(text) for _, text in built}) == 1


async def test_nobody_is_given_a_build_that_began_before_the_share_was_tightened(premises: Premises) -> None:
    calendar = await premises.calendar(*(an_event(f"e{n}", "Secret") for n in range(50)))
    share = await premises.share(calendar, level=DetailLevel.FULL)
    early = asyncio.create_task(premises.feeds.render(await _opened(premises, share.id)))
    await asyncio.sleep(0)
    await premises.edit_levels(share, DetailLevel.BUSY)
    _, late = await premises.feeds.render(await _opened(premises, share.id))
    assert b"Secret" not in late.body
    await early


async def test_who_gives_up_does_not_end_the_build_for_the_others(premises: Premises) -> None:
    opened = await _opened(premises, (await premises.share()).id)
    impatient = asyncio.create_task(premises.feeds.render(opened))
    patient = asyncio.create_task(premises.feeds.render(opened))
    await asyncio.sleep(0)
    impatient.cancel()
    _, text = await patient
    assert b"BEGIN:VEVENT" in text.body


async def test_an_unchanged_calendar_is_recalled_after_something_else_was_written(premises: Premises) -> None:
    share = await premises.share()
    opened = await _opened(premises, share.id)
    version, _ = await premises.feeds.render(opened)
    await premises.calendar(name="Unrelated")
    again = await _opened(premises, share.id)
    assert premises.feeds.recall_version(again) is version


async def test_a_deleted_event_leaves_the_feed(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("a", "Stays"), an_event("b", "Goes"))
    share = await premises.share(calendar)
    await premises.feeds.render(await _opened(premises, share.id))
    async with premises.db.write() as tx:
        stamp = await collections.raise_sequence(tx, calendar.id, premises.clock.now())
        assert await objects.remove(tx, calendar.id, stamp, ["b.ics"]) == 1
    version, text = await premises.feeds.render(await _opened(premises, share.id))
    assert b"Stays" in text.body
    assert b"Goes" not in text.body
    assert version.last_modified_at >= stamp.stamp_at


async def test_another_event_under_the_name_of_a_deleted_one_takes_its_place(premises: Premises) -> None:
    calendar = await premises.calendar(an_event("a", "Old"))
    share = await premises.share(calendar)
    await premises.feeds.render(await _opened(premises, share.id))
    parsed = parse_object(an_ics(an_event("z", "New")).encode(), timezone="UTC")
    now = premises.clock.now()
    async with premises.db.write() as tx:
        stamp = await collections.raise_sequence(tx, calendar.id, now)
        await objects.remove(tx, calendar.id, stamp, ["a.ics"])
    async with premises.db.write() as tx:
        stamp = await collections.raise_sequence(tx, calendar.id, now)
        await objects.store(tx, calendar.id, stamp, [draft_of(parsed, name="a.ics", now=now)])
    _, text = await premises.feeds.render(await _opened(premises, share.id))
    assert b"New" in text.body
    assert b"Old" not in text.body
