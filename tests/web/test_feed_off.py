"""What a share that is off answers (feed-contract section 4): the data-free calendar, and nothing else to holders."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from pytest_aiohttp.plugin import AiohttpClient

from feedserver.http.client import Proxies
from feedserver.model.account import Role
from feedserver.model.share import Share
from feedserver.storage.engine import Database
from feedserver.web.negotiation import FeedOptions
from feedserver.web.site import SiteOptions
from tests.builders import an_event
from tests.premises import Premises, open_premises
from tests.web.conftest import Client

HOUR = timedelta(hours=1)
Off = Callable[[Premises, Share], Awaitable[object]]


async def _deactivate(premises: Premises, share: Share) -> None:
    await premises.sharing.deactivate(share.id)


async def _remove(premises: Premises, share: Share) -> None:
    await premises.sharing.remove(share.id)


async def _rotate(premises: Premises, share: Share) -> None:
    await premises.sharing.rotate(share.id)


async def _expire(premises: Premises, share: Share) -> None:
    await premises.sharing.edit(share.id, expires_at=premises.clock.now() + HOUR)
    premises.clock.advance(HOUR)


async def _expire_with_hindsight(premises: Premises, share: Share) -> None:
    await premises.sharing.edit(share.id, expires_at=premises.clock.now() - 48 * HOUR)


async def _lose_the_calendar(premises: Premises, share: Share) -> None:
    await premises.calendars.remove(share.entries[0].collection_id)


async def _suspend_the_owner(premises: Premises, share: Share) -> None:
    await premises.accounts.deactivate("owner")


WAYS_OFF: list[Off] = [
    _deactivate,
    _remove,
    _rotate,
    _expire,
    _expire_with_hindsight,
    _lose_the_calendar,
    _suspend_the_owner,
]
EVERY_WAY_OFF = pytest.mark.parametrize("switch_off", WAYS_OFF, ids=lambda way: way.__name__.strip("_"))


async def _a_share(premises: Premises) -> tuple[Share, str]:
    await premises.account("owner", role=Role.MEMBER)
    calendar = await premises.calendar(an_event(summary="Board secret"), name="Boardroom", owner="owner")
    share = await premises.share(calendar, name="Boardteam")
    return share, premises.feed_path(share)


def _is_data_free(text: str) -> bool:
    return text.count("BEGIN:VEVENT") == 1 and "no longer shared" in text and not re.search("[Bb]oard|owner", text)


@EVERY_WAY_OFF
async def test_t1_t2_t4_u10_a_share_that_is_off_answers_the_data_free_calendar(
    premises: Premises, client: Client, switch_off: Off
) -> None:
    share, path = await _a_share(premises)
    live = await client.get(path)
    premises.clock.advance(HOUR)
    await switch_off(premises, share)
    answer = await client.get(path)
    assert answer.status == 200
    assert _is_data_free(await answer.text())
    assert answer.headers["ETag"] != live.headers["ETag"]
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="calendar.ics"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) > parsedate_to_datetime(live.headers["Last-Modified"])
    (event,) = Calendar.from_ical(await answer.read()).walk("VEVENT")
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert event["SEQUENCE"] == 0
    assert event["DTSTART"].dt == event["DTSTAMP"].dt.date()


@EVERY_WAY_OFF
async def test_t4_all_reasons_give_one_text(premises: Premises, client: Client, switch_off: Off) -> None:
    share, path = await _a_share(premises)
    await switch_off(premises, share)
    text = await (await client.get(path)).text()
    varying = r"(UID:|X-WR-RELCALID:|DTSTAMP:|LAST-MODIFIED:|DTSTART|DTEND|REFRESH-INTERVAL|X-PUBLISHED-TTL).*\r\n"
    assert re.sub(varying, "", text) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//feedserver//feedserver//EN\r\nCALSCALE:GREGORIAN\r\n"
        "METHOD:PUBLISH\r\nNAME:Calendar\r\nX-WR-CALNAME:Calendar\r\nBEGIN:VEVENT\r\nSEQUENCE:0\r\n"
        "SUMMARY:This calendar is no longer shared\r\n"
        "DESCRIPTION:You can remove this subscription from your calendar app.\r\nTRANSP:TRANSPARENT\r\n"
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    ("switch_off", "ttl"), [(_deactivate, "P1D"), (_suspend_the_owner, "P1D"), (_remove, "P1W"), (_rotate, "P1W")]
)
async def test_t5_subscribers_ask_again_after_a_day_or_a_week(
    premises: Premises, client: Client, switch_off: Off, ttl: str
) -> None:
    share, path = await _a_share(premises)
    await switch_off(premises, share)
    text = await (await client.get(path)).text()
    assert f"REFRESH-INTERVAL;VALUE=DURATION:{ttl}\r\n" in text.replace("P7D", "P1W")
    assert f"X-PUBLISHED-TTL:{ttl}\r\n" in text.replace("P7D", "P1W")


async def test_t3_it_is_byte_identical_so_that_304_works(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    await _deactivate(premises, share)
    first = await client.get(path)
    premises.clock.advance(timedelta(days=3))
    second = await client.get(path)
    assert await first.read() == await second.read()
    answer = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status == 304
    assert answer.headers["ETag"] == first.headers["ETag"]


@EVERY_WAY_OFF
async def test_u16_nothing_that_fits_the_live_copy_gives_304(
    premises: Premises, client: Client, switch_off: Off
) -> None:
    share, path = await _a_share(premises)
    live = await client.get(path)
    await switch_off(premises, share)
    future = format_datetime(premises.clock.now() + timedelta(days=900), usegmt=True)
    for headers in (
        {"If-None-Match": live.headers["ETag"]},
        {"If-None-Match": "*"},
        {"If-Modified-Since": live.headers["Last-Modified"]},
        {"If-Modified-Since": future},
        {"Range": "bytes=0-99"},
        {"Accept-Encoding": "identity", "Accept": "text/html"},
    ):
        answer = await client.get(path, headers=headers)
        assert answer.status == 200, headers
        assert _is_data_free(await answer.text())
        assert (await client.head(path, headers=headers)).status == 200


async def test_u17_off_and_on_again_are_effective_on_the_next_request(
    premises_on_both: Premises, aiohttp_client: AiohttpClient
) -> None:
    client = await aiohttp_client(premises_on_both.app)
    share, path = await _a_share(premises_on_both)
    for _ in range(3):
        assert "Board secret" in await (await client.get(path)).text()
        await premises_on_both.sharing.deactivate(share.id)
        assert _is_data_free(await (await client.get(path)).text())
        await premises_on_both.sharing.activate(share.id)


async def test_u17_another_node_follows_within_a_second(
    database_url: str, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    here_db, there_db = [await Database.open(database_url, data_dir=tmp_path) for _ in range(2)]
    try:
        async with open_premises(here_db, tmp_path) as here, open_premises(there_db, tmp_path) as there:
            share, path = await _a_share(here)
            client = await aiohttp_client(there.app)
            await client.get(path)
            for change, is_off in ((here.sharing.deactivate, True), (here.sharing.activate, False)):
                await change(share.id)
                deadline = time.monotonic() + 1
                while _is_data_free(await (await client.get(path)).text()) is not is_off:
                    assert time.monotonic() < deadline
    finally:
        await here_db.close()
        await there_db.close()


async def test_t8_reactivated_events_are_newer_than_before(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    before = await client.get(path)
    await premises.sharing.deactivate(share.id)
    off = await client.get(path)
    await premises.sharing.activate(share.id)
    premises.clock.advance(timedelta(minutes=1))
    after = await client.get(path, headers={"If-None-Match": off.headers["ETag"]})
    assert after.status == 200
    assert await _stamps(after) > await _stamps(before)
    moved = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in (before, off, after)]
    assert moved[2] > moved[0]
    assert moved[2] > moved[1]


async def _stamps(answer: object) -> tuple[object, ...]:
    (event,) = Calendar.from_ical(await answer.read()).walk("VEVENT")  # type: ignore[attr-defined]
    return event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, event["SEQUENCE"]


async def test_t9_after_the_retention_it_is_gone(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    await premises.sharing.remove(share.id)
    premises.clock.advance(timedelta(days=89, hours=23))
    assert _is_data_free(await (await client.get(path)).text())
    premises.clock.advance(timedelta(hours=2))
    answer = await client.get(path)
    assert answer.status == 410
    assert answer.content_type == "text/plain"
    assert await answer.read() == b"Gone.\n"
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_u23_expiry_and_start_are_evaluated_at_each_request(premises: Premises, client: Client) -> None:
    now = premises.clock.now()
    share = await premises.share(starts_at=now + HOUR, expires_at=now + 2 * HOUR, name="Boardteam")
    path = premises.feed_path(share)
    early = await (await client.get(path)).text()
    assert "not available yet" in early
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in early
    premises.clock.set(now + HOUR - timedelta(microseconds=1))
    assert "not available yet" in await (await client.get(path)).text()
    premises.clock.set(now + HOUR)
    live = await client.get(path)
    assert "SUMMARY:Meeting" in await live.text()
    premises.clock.set(now + 2 * HOUR)
    over = await client.get(path, headers={"If-None-Match": live.headers["ETag"]})
    assert _is_data_free(await over.text())
    premises.clock.set(now + HOUR)
    assert "SUMMARY:Meeting" in await (await client.get(path)).text()


async def test_f25_t1_last_modified_never_moves_back_when_the_validity_is_edited(
    premises: Premises, client: Client
) -> None:
    """The moment of going off is that of the edit, not a bound of long ago, and not the moment the share was made."""
    share, path = await _a_share(premises)
    now = premises.clock.now()
    bounds = [
        {"expires_at": now - 48 * HOUR},
        {"expires_at": None},
        {"starts_at": now + 48 * HOUR},
        {"name": "Renamed"},
        {"starts_at": None},
    ]
    moments = [await _modified(client, path)]
    for changes in bounds:
        premises.clock.advance(HOUR)
        await premises.sharing.edit(share.id, **changes)
        moments.append(await _modified(client, path))
    assert moments == sorted(moments)
    assert moments[3] == moments[4], "a tombstone is the same whatever else is edited (T3)"
    assert len(set(moments)) == 5


async def _modified(client: Client, path: str) -> datetime:
    return parsedate_to_datetime((await client.get(path)).headers["Last-Modified"])


async def test_u18_a_removed_share_stays_dead_when_one_like_it_is_made(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    collection = await premises.calendars.find("Boardroom")
    await premises.sharing.remove(share.id)
    again = await premises.share(collection, name="Boardteam")
    assert _is_data_free(await (await client.get(path)).text())
    assert "Board secret" in await (await client.get(premises.feed_path(again))).text()


async def test_u19_a_rotated_link_is_dead_and_the_new_one_lives_on_both_faces(
    premises: Premises, client: Client
) -> None:
    share, path = await _a_share(premises)
    page = premises.page_path(share)
    share = await premises.sharing.rotate(share.id)
    html = {"Accept": "text/html"}
    assert _is_data_free(await (await client.get(path)).text())
    assert "no longer shared" in await (await client.get(page, headers=html)).text()
    assert "Board secret" in await (await client.get(premises.feed_path(share))).text()
    assert "Boardteam" in await (await client.get(premises.page_path(share), headers=html)).text()


async def test_one_recipients_link_is_revoked_without_breaking_the_others(premises: Premises, client: Client) -> None:
    share = await premises.share(emails=["ann@example.org", "bob@example.org"], name="Boardteam")
    general, first, second = (premises.feed_path(share, number) for number in range(3))
    revoked = premises.sharing.links(share)[1].recipient
    assert revoked is not None
    await premises.sharing.edit(share.id, revoked=[revoked.email])
    assert _is_data_free(await (await client.get(first)).text())
    for path in (general, second):
        assert "SUMMARY:Meeting" in await (await client.get(path)).text()


async def test_t7_no_event_is_read_for_a_share_that_is_off(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    await premises.sharing.deactivate(share.id)
    await client.get(path)
    assert premises.bodies.kept_bytes == 0


async def test_f9_probes_on_a_share_that_is_off_are_405(premises: Premises, client: Client) -> None:
    share, path = await _a_share(premises)
    await premises.sharing.deactivate(share.id)
    assert (await client.put(path)).status == 405
    assert (await client.request("PROPFIND", path)).status == 405


async def test_f8_o16_head_is_get_without_a_body_whatever_the_answer(premises: Premises, client: Client) -> None:
    await premises.account()
    paused, removed = [await premises.share(await premises.calendar(name=name)) for name in ("One", "Two")]
    asked = [premises.feed_path(share) for share in (paused, removed, await premises.secured_share())]
    await premises.sharing.remove(removed.id)
    premises.clock.advance(timedelta(days=91))
    await premises.sharing.deactivate(paused.id)
    statuses = []
    for path in (*asked, "/s/forged/x.ics", "/nothing"):
        got, headed = await client.get(path), await client.head(path)
        statuses.append(got.status)
        assert headed.status == got.status
        assert await headed.read() == b""
        pairs = [{name: v for name, v in one.headers.items() if name != "Date"} for one in (got, headed)]
        assert pairs[0] == pairs[1]
        assert int(headed.headers["Content-Length"]) == len(await got.read())
    assert statuses == [200, 410, 401, 404, 404]


async def test_a_deployment_may_answer_404_instead(
    sqlite_db: Database, tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    """`FEED_OFF_ANSWER=404`: recipients keep the last copy they fetched."""
    options = SiteOptions(proxies=Proxies(), feeds=FeedOptions(hides_off_shares=True))
    async with open_premises(sqlite_db, tmp_path, options=options) as premises:
        client = await aiohttp_client(premises.app)
        share, path = await _a_share(premises)
        assert (await client.get(path)).status == 200
        await premises.sharing.deactivate(share.id)
        for asked, forged in ((path, "/s/forged/x.ics"), (premises.page_path(share), "/s/forged/")):
            answer, other = [await client.get(one, headers={"Accept": "text/html"}) for one in (asked, forged)]
            assert (answer.status, await answer.read()) == (404, await other.read())
