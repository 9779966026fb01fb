"""Counting fetches: in memory, then written by day, reader and kind of app."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feedserver.model.errors import StorageUnavailable
from feedserver.model.usage import AppFamily, DayUsage, LastFetch
from feedserver.services import usage as usage_module
from feedserver.services.usage import UsageService
from feedserver.storage.engine import Database
from tests.builders import NOON
from tests.premises import Premises

THUNDERBIRD = "Mozilla/5.0 (X11; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"
GOOGLE = "Google-Calendar-Importer"
PREVIEW = "Slackbot-LinkExpanding 1.0"
DAY = timedelta(days=1)


async def test_fetches_are_counted_by_day_reader_and_family(premises_on_both: Premises) -> None:
    premises, usage = premises_on_both, premises_on_both.usage
    share = await premises.share(emails=["ann@example.org"])
    ann = share.recipients[0].id
    for _ in range(3):
        usage.count(share.id, "", THUNDERBIRD)
    usage.count(share.id, ann, GOOGLE)
    await usage.flush()
    premises.clock.advance(DAY)
    usage.count(share.id, "", THUNDERBIRD)
    await usage.flush()
    today = NOON.date() + DAY
    assert await usage.of_share(share.id) == [
        DayUsage(reader_id="", day=today, family=AppFamily.THUNDERBIRD, count=1, last_at=NOON + DAY),
        DayUsage(reader_id="", day=NOON.date(), family=AppFamily.THUNDERBIRD, count=3, last_at=NOON),
        DayUsage(reader_id=ann, day=NOON.date(), family=AppFamily.GOOGLE, count=1, last_at=NOON),
    ]
    assert await usage.last([share.id]) == {share.id: LastFetch(at=NOON + DAY, family=AppFamily.THUNDERBIRD)}


async def test_counts_of_two_nodes_add_up(premises_on_both: Premises) -> None:
    premises = premises_on_both
    share = await premises.share()
    nodes = [UsageService(premises.db, clock=premises.clock, keep_days=90) for _ in range(2)]
    for node in nodes:
        node.count(share.id, "", GOOGLE)
        await node.flush()
    (one,) = await premises.usage.of_share(share.id)
    assert one.count == 2


async def test_what_is_not_written_yet_is_told_too(premises: Premises) -> None:
    share = await premises.share()
    premises.usage.count(share.id, "", GOOGLE)
    await premises.usage.flush()
    premises.clock.advance(timedelta(minutes=1))
    premises.usage.count(share.id, "", GOOGLE)
    (one,) = await premises.usage.of_share(share.id)
    assert (one.count, one.last_at) == (2, NOON + timedelta(minutes=1))
    assert (await premises.usage.last([share.id]))[share.id].at == NOON + timedelta(minutes=1)


async def test_u27_a_link_preview_is_no_last_fetch(premises: Premises) -> None:
    share = await premises.share()
    premises.usage.count(share.id, "", PREVIEW)
    assert await premises.usage.last([share.id]) == {}
    await premises.usage.flush()
    assert await premises.usage.last([share.id]) == {}
    (one,) = await premises.usage.of_share(share.id)
    assert (one.family, one.count) == (AppFamily.BOT, 1)


async def test_nothing_counted_writes_nothing(premises: Premises) -> None:
    mark = premises.freshness.mark()
    await premises.usage.flush()
    await premises.usage.forget_old()
    await premises.history.forget_old()
    assert premises.freshness.mark() == mark


async def test_what_cannot_be_written_is_kept_for_the_next_time(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = await premises.share()
    premises.usage.count(share.id, "", GOOGLE)

    async def fail(*_: object) -> None:
        premises.usage.count(share.id, "", GOOGLE)
        raise StorageUnavailable("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(usage_module.usage, "add", fail)
        with pytest.raises(StorageUnavailable):
            await premises.usage.flush()
    await premises.usage.flush()
    (one,) = await premises.usage.of_share(share.id)
    assert one.count == 2


async def test_a_share_that_a_restored_backup_does_not_know_loses_its_counts_alone(premises: Premises) -> None:
    share = await premises.share()
    premises.usage.count("0" * 32, "", GOOGLE)
    premises.usage.count(share.id, "", GOOGLE)
    await premises.usage.flush()
    assert len(await premises.usage.of_share(share.id)) == 1


async def test_memory_is_bounded_whatever_is_fetched(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand made-up User-Agents, or a thousand links, fill no memory."""
    monkeypatch.setattr(usage_module, "MAX_COUNTS", 10)
    monkeypatch.setattr(usage_module, "MAX_AGENTS", 10)
    for number in range(1_000):
        premises.usage.count(f"{number:032}", "", f"agent {number}" + "x" * number)
    assert len(premises.usage._counts) == 10
    assert len(premises.usage._families) <= 10


async def test_p03_old_counts_are_forgotten_and_the_last_fetch_stays(premises_on_both: Premises) -> None:
    premises = premises_on_both
    share = await premises.share()
    premises.usage.count(share.id, "", GOOGLE)
    await premises.usage.flush()
    premises.clock.advance(90 * DAY)
    await premises.usage.forget_old()
    assert len(await premises.usage.of_share(share.id, days=200)) == 1
    premises.clock.advance(DAY)
    await premises.usage.forget_old()
    assert await premises.usage.of_share(share.id, days=200) == []
    assert share.id in await premises.usage.last([share.id])


async def test_a_silent_write_leaves_copies_good_on_postgresql(premises_on_both: Premises) -> None:
    premises = premises_on_both
    if premises.db.dialect == "sqlite":
        return
    share = await premises.share()
    writes = premises.db.writes
    premises.usage.count(share.id, "", GOOGLE)
    await premises.usage.flush()
    assert premises.db.writes == writes
    assert replace(share) == await premises.sharing.find(share.id)


async def test_days_are_counted_up_to_today(sqlite_db: Database, premises: Premises) -> None:
    share = await premises.share()
    premises.usage.count(share.id, "", GOOGLE)
    premises.clock.advance(29 * DAY)
    assert len(await premises.usage.of_share(share.id, days=30)) == 1
    premises.clock.advance(DAY)
    assert await premises.usage.of_share(share.id, days=30) == []
