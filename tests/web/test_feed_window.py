"""Shares with a filter or a rolling window: what enters and leaves, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from icalendar import Calendar

from feedserver.model.share import DetailLevel, ShareFilter
from tests.builders import NOON, an_event
from tests.premises import Premises
from tests.web.conftest import Client


async def _summaries(client: Client, path: str) -> list[str]:
    shown = Calendar.from_ical(await (await client.get(path)).read())
    return sorted(str(event["SUMMARY"]) for event in shown.walk("VEVENT"))


async def test_a_window_shows_its_days_and_moves_at_midnight_of_the_shares_zone(
    premises: Premises, client: Client
) -> None:
    calendar = await premises.calendar(
        an_event("a", "Yesterday", start="20261122T090000Z"),
        an_event("b", "Today", start="20261123T090000Z"),
        an_event("c", "Tomorrow", start="20261124T090000Z"),
        an_event("d", "Later", start="20261125T090000Z"),
    )
    path = premises.feed_path(await premises.share(calendar, filter=ShareFilter(days_back=0, days_ahead=1)))
    assert await _summaries(client, path) == ["Today", "Tomorrow"]
    before = await client.get(path)
    # Europe/Berlin: midnight is at 23:00 UTC.
    premises.clock.set(datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC))
    assert (await client.get(path, headers={"If-None-Match": before.headers["ETag"]})).status == 304
    premises.clock.set(datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC))
    after = await client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status == 200
    assert await _summaries(client, path) == ["Later", "Tomorrow"]
    assert parsedate_to_datetime(after.headers["Last-Modified"]) == datetime(2026, 11, 23, 23, tzinfo=UTC)


async def test_f25_a_window_that_moves_moves_last_modified(premises: Premises, client: Client) -> None:
    path = premises.feed_path(await premises.share(filter=ShareFilter(days_back=1, days_ahead=1)))
    first = await client.get(path)
    premises.clock.advance(timedelta(days=1))
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert (await client.get(path, headers=since)).status == 200


async def test_inside_a_window_a_series_is_written_out_under_stable_uids(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(an_event("w", "Daily", "RRULE:FREQ=DAILY", start="20261101T090000Z"))
    path = premises.feed_path(await premises.share(calendar, filter=ShareFilter(days_back=1, days_ahead=2)))

    async def instances() -> dict[datetime, str]:
        shown = Calendar.from_ical(await (await client.get(path)).read())
        return {event["DTSTART"].dt: str(event["UID"]) for event in shown.walk("VEVENT")}

    today = await instances()
    assert len(today) == 4
    premises.clock.advance(timedelta(days=1))
    tomorrow = await instances()
    assert len(tomorrow) == 4
    both = today.keys() & tomorrow.keys()
    assert len(both) == 3
    assert all(today[at] == tomorrow[at] for at in both)


async def test_a_window_without_an_end_reaches_two_years(premises: Premises, client: Client) -> None:
    calendar = await premises.calendar(
        an_event("a", "Next year", start="20271201T090000Z"), an_event("b", "In ten years", start="20361201T090000Z")
    )
    path = premises.feed_path(await premises.share(calendar, filter=ShareFilter(days_back=7)))
    assert await _summaries(client, path) == ["Next year"]


async def test_categories_and_words_filter_and_an_event_that_leaves_them_leaves_the_feed(
    premises: Premises, client: Client
) -> None:
    calendar = await premises.calendar(
        an_event("a", "Concert", "CATEGORIES:Public"),
        an_event("b", "Strategy", "CATEGORIES:Internal"),
        an_event("c", "Nothing said"),
    )
    share = await premises.share(calendar, level=DetailLevel.BUSY, filter=ShareFilter(categories_in=("public",)))
    path = premises.feed_path(share)
    shown = await client.get(path)
    assert (await shown.text()).count("BEGIN:VEVENT") == 1
    await premises.put(calendar, an_event("a", "Concert", "CATEGORIES:Internal"))
    left = await client.get(path, headers={"If-None-Match": shown.headers["ETag"]})
    assert left.status == 200
    assert "DTSTART;VALUE=DATE:2000" in await left.text()
    premises.clock.advance(timedelta(minutes=1))
    later = await client.get(path)
    assert parsedate_to_datetime(later.headers["Last-Modified"]) > parsedate_to_datetime(shown.headers["Last-Modified"])


async def test_f51_a_share_that_is_tightened_makes_every_event_newer(premises: Premises, client: Client) -> None:
    """Also those that were edited often in what `busy` does not show: there their last change is one of long ago."""
    calendar = await premises.calendar(*(an_event(f"e{n}", f"Secret {n}") for n in range(5)))
    for number in range(6):
        await premises.put(calendar, an_event("e0", f"Secret edit {number}"))
    share = await premises.share(calendar, level=DetailLevel.FULL)
    path = premises.feed_path(share)

    async def stamps() -> dict[str, tuple[object, ...]]:
        shown = Calendar.from_ical(await (await client.get(path)).read())
        return {
            str(event["UID"]): (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, event["SEQUENCE"])
            for event in shown.walk("VEVENT")
        }

    before = await stamps()
    await premises.edit_levels(share, DetailLevel.BUSY)
    after = await stamps()
    assert before.keys() == after.keys()
    for uid, old in before.items():
        assert all(new > was for new, was in zip(after[uid], old, strict=True))
    assert "Secret" not in await (await client.get(path)).text()


async def test_f54_a_deleted_calendars_events_are_absent(premises: Premises, client: Client) -> None:
    work, home = (
        await premises.calendar(an_event("a", "Work")),
        await premises.calendar(an_event("b", "Home"), name="H"),
    )
    path = premises.feed_path(await premises.share(work, home))
    assert await _summaries(client, path) == ["Home", "Work"]
    await premises.calendars.remove(home.id)
    assert await _summaries(client, path) == ["Work"]


def test_noon_is_where_the_tests_of_windows_stand() -> None:
    assert datetime(2026, 11, 23, 12, tzinfo=UTC) == NOON


async def test_f60_a_daily_event_of_many_years_stays_in_a_window_without_a_first_day(
    premises: Premises, client: Client
) -> None:
    """More occurrences than one object may be written as: those around today show, where none did."""
    calendar = await premises.calendar(an_event("d", "Daily", "RRULE:FREQ=DAILY", start="20060101T090000Z"))
    path = premises.feed_path(await premises.share(calendar, filter=ShareFilter(days_ahead=10)))
    shown = Calendar.from_ical(await (await client.get(path)).read()).walk("VEVENT")
    days = [event["DTSTART"].dt for event in shown]
    assert len(days) == 5_000
    assert max(days) == datetime(2026, 12, 3, 9, tzinfo=UTC)


async def test_i07_costly_rules_cannot_take_the_others_out_of_a_window(premises: Premises, client: Client) -> None:
    dense = [an_event(f"d{n}", "Drip", "RRULE:FREQ=MINUTELY", start="20260101T100000Z") for n in range(12)]
    weekly = [an_event(f"w{n}", "Weekly", "RRULE:FREQ=WEEKLY", start="20260106T100000Z") for n in range(12)]
    calendar = await premises.calendar(*dense, *weekly)
    path = premises.feed_path(await premises.share(calendar, filter=ShareFilter(days_back=0, days_ahead=300)))
    assert set(await _summaries(client, path)) == {"Weekly"}
    assert len(await _summaries(client, path)) == 12 * 43
