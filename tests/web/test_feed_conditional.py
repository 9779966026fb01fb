"""Validators of a live feed: when 304 is the answer, and when what was fetched is good no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.model.share import DetailLevel
from feedserver.storage.engine import Database
from tests.builders import an_event
from tests.premises import Premises, open_premises
from tests.web.conftest import Client


@pytest.mark.parametrize("spelling", ["{}", "W/{}", '"other", {}', "*"])
async def test_f12_o16_the_current_etag_gives_304(premises: Premises, client: Client, spelling: str) -> None:
    path = premises.feed_path(await premises.share())
    got = await client.get(path)
    for method in ("GET", "HEAD"):
        answer = await client.request(method, path, headers={"If-None-Match": spelling.format(got.headers["ETag"])})
        assert answer.status == 304
        assert await answer.read() == b""
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert answer.headers[name] == got.headers[name]
        assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("suffix", ["-gzip", ";br", "--gzip"])
async def test_f23_a_proxys_suffix_is_no_difference(premises: Premises, client: Client, suffix: str) -> None:
    path = premises.feed_path(await premises.share())
    tag = (await client.get(path)).headers["ETag"].strip('"')
    assert (await client.get(path, headers={"If-None-Match": f'"{tag}{suffix}"'})).status == 304


async def test_the_etag_of_a_compressed_feed_is_good_for_both_forms(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    tag = (await client.get(path, headers={"Accept-Encoding": "gzip"})).headers["ETag"]
    for encoding in ("gzip", "identity"):
        asked = {"If-None-Match": tag, "Accept-Encoding": encoding}
        assert (await client.get(path, headers=asked)).status == 304


async def test_f13_the_date_alone_decides_when_it_is_alone(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    modified = (await client.get(path)).headers["Last-Modified"]
    assert (await client.get(path, headers={"If-Modified-Since": modified})).status == 304
    earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
    assert (await client.get(path, headers={"If-Modified-Since": earlier})).status == 200
    both = {"If-Modified-Since": modified, "If-None-Match": '"other"'}
    assert (await client.get(path, headers=both)).status == 200
    assert (await client.get(path, headers={"If-Modified-Since": "yesterday"})).status == 200


async def test_f21_etag_and_date_are_the_same_after_a_restart(
    db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with open_premises(db, tmp_path) as first:
        calendar = await first.calendar(an_event("a"), an_event("b"), an_event("c", "Gone", "TRANSP:TRANSPARENT"))
        share = await first.share(calendar, level=DetailLevel.BUSY)
        path = first.feed_path(share)
        one = await aiohttp_client(first.app)
        await one.get(path)
        await first.put(calendar, an_event("a", "Changed"), an_event("b", "Free", "TRANSP:TRANSPARENT"))
        before = await one.get(path)
        kept = await before.read()
    async with open_premises(db, tmp_path) as second:
        after = await (await aiohttp_client(second.app)).get(path)
        assert await after.read() == kept
    assert before.headers["ETag"] == after.headers["ETag"]
    assert before.headers["Last-Modified"] == after.headers["Last-Modified"]


async def test_f25_every_change_of_the_body_moves_etag_and_date(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("a"), an_event("b"))
    share = await premises.share(calendar)
    path = premises.feed_path(share)

    async def put() -> None:
        await premises.put(calendar, an_event("a", "Changed"))

    async def edit() -> None:
        await premises.sharing.edit(share.id, name="Other")

    async def tighten() -> None:
        await premises.edit_levels(share, DetailLevel.BUSY)

    async def rename() -> None:
        await premises.calendars.update(calendar.id, color="#336699")

    seen = await client.get(path)
    for change in (put, edit, tighten, rename):
        # All within one second: the date shown is cut to the present, the tag differs all the same (F13).
        await change()
        answer = await client.get(path, headers={"If-None-Match": seen.headers["ETag"]})
        assert answer.status == 200, change.__name__
        since = {"If-Modified-Since": seen.headers["Last-Modified"]}
        assert (await client.get(path, headers=since)).status == 200, change.__name__
        assert parsedate_to_datetime(answer.headers["Last-Modified"]) >= parsedate_to_datetime(
            seen.headers["Last-Modified"]
        )
        seen = answer
    premises.clock.advance(timedelta(minutes=5))
    settled = await client.get(path)
    assert (await client.get(path, headers={"If-Modified-Since": settled.headers["Last-Modified"]})).status == 304


async def test_last_modified_is_never_in_the_future(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar()
    share = await premises.share(calendar)
    for number in range(5):
        await premises.put(calendar, an_event("one", f"No {number}"))
    answer = await client.get(premises.feed_path(share))
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) <= premises.clock.now()
    premises.clock.advance(timedelta(minutes=1))
    later = await client.get(premises.feed_path(share))
    assert parsedate_to_datetime(later.headers["Last-Modified"]) > parsedate_to_datetime(
        answer.headers["Last-Modified"]
    )
    assert later.headers["ETag"] == answer.headers["ETag"]


async def test_an_edit_that_a_level_hides_leaves_the_feed_as_it_is(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("a", "Secret"))
    path = premises.feed_path(await premises.share(calendar, level=DetailLevel.BUSY))
    tag = (await client.get(path)).headers["ETag"]
    await premises.put(calendar, an_event("a", "Another secret"))
    assert (await client.get(path, headers={"If-None-Match": tag})).status == 304


async def test_o09_etags_of_two_shares_and_two_levels_differ(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar()
    tags = set()
    for level in DetailLevel:
        for _ in range(2):
            share = await premises.share(calendar, level=level, name="Same")
            tags.add((await client.get(premises.feed_path(share))).headers["ETag"])
    assert len(tags) == 8


async def test_a_changed_feed_is_brought_up_to_date_and_equals_one_made_anew(
    premises: Premises, client: Client
) -> None:
    calendar = await premises.calendar(*(an_event(f"e{n}", f"No {n}") for n in range(40)))
    share = await premises.share(calendar)
    path = premises.feed_path(share)
    await client.get(path)
    await premises.put(calendar, an_event("e7", "Seven"), an_event("new", "New"))
    updated = await (await client.get(path)).read()
    premises.bodies._kept.clear()
    premises.bodies._versions.clear()
    assert await (await client.get(path)).read() == updated
    assert b"SUMMARY:Seven" in updated
    assert b"SUMMARY:New" in updated
    assert updated.count(b"BEGIN:VEVENT") == 41


async def test_a_304_needs_no_body_in_memory(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    async with open_premises(sqlite_db, tmp_path, cache_bytes=0) as premises:
        client = await aiohttp_client(premises.app)
        path = premises.feed_path(await premises.share())
        got = await client.get(path)
        assert premises.bodies.kept_bytes == 0
        assert (await client.get(path, headers={"If-None-Match": got.headers["ETag"]})).status == 304
        assert await (await client.get(path)).read() == await got.read()


async def test_memory_of_bodies_is_bounded(sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    async with open_premises(sqlite_db, tmp_path, cache_bytes=20_000) as premises:
        client = await aiohttp_client(premises.app)
        calendar = await premises.calendar(*(an_event(f"e{n}") for n in range(10)))
        for number in range(6):
            share = await premises.share(calendar, name=f"No {number}")
            assert (await client.get(premises.feed_path(share))).status == 200
            assert 0 < premises.bodies.kept_bytes <= 20_000


async def test_u23_the_clock_set_back_brings_no_error(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share())
    tag = (await client.get(path)).headers["ETag"]
    premises.clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.headers["ETag"] == tag
