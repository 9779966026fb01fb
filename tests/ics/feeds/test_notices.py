from dataclasses import replace
from datetime import UTC, datetime

import icalendar
import pytest

from feedserver.ics.feeds.notices import Tombstone, keep_alive, tombstone
from feedserver.ics.showing.words import WORDS
from feedserver.model.share import Standing

OFF = Tombstone(
    standing=Standing.PAUSED,
    since=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    share_id="ab" * 16,
    uid_salt=b"salt" * 8,
)
ALL_OFF = [Standing.PAUSED, Standing.EXPIRED, Standing.REPLACED, Standing.REMOVED]


def lines(off: Tombstone, language: str = "en") -> list[str]:
    return tombstone(off, WORDS[language]).decode().split("\r\n")


def test_t2_one_free_all_day_event_on_the_day_it_ended() -> None:
    calendar = icalendar.Calendar.from_ical(tombstone(OFF, WORDS["en"]))
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == "This calendar is no longer shared"
    assert event.decoded("DTSTART").isoformat() == "2026-11-23"
    assert event.decoded("DTEND").isoformat() == "2026-11-24"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"


def test_t2_it_speaks_the_servers_language() -> None:
    assert "SUMMARY:Dieser Kalender ist nicht mehr freigegeben" in lines(OFF, "de")


def test_t3_the_bytes_are_the_same_on_each_fetch() -> None:
    assert tombstone(OFF, WORDS["en"]) == tombstone(replace(OFF), WORDS["en"])
    shown = lines(OFF)
    assert shown.count("LAST-MODIFIED:20261123T100000Z") == 2
    assert "DTSTAMP:20261123T100000Z" in shown
    assert "SEQUENCE:0" in shown


def test_t3_its_uid_is_keyed_and_tells_no_share_id() -> None:
    assert OFF.share_id.encode() not in tombstone(OFF, WORDS["en"])
    other = replace(OFF, uid_salt=b"tlas" * 8)
    assert tombstone(OFF, WORDS["en"]) != tombstone(other, WORDS["en"])


def test_t4_u10_why_it_ended_shows_only_in_how_soon_to_come_back() -> None:
    ended = {tombstone(replace(OFF, standing=standing), WORDS["en"]) for standing in ALL_OFF[1:]}
    assert len(ended) == 1
    paused, (over,) = tombstone(OFF, WORDS["en"]), ended
    assert paused.replace(b":P1D", b":P1W") == over


@pytest.mark.parametrize(
    ("standing", "ttl"), [(Standing.PAUSED, "P1D"), (Standing.EXPIRED, "P1W"), (Standing.NOT_YET, "PT6H")]
)
def test_t5_it_says_when_to_come_back(standing: Standing, ttl: str) -> None:
    shown = lines(replace(OFF, standing=standing))
    assert f"REFRESH-INTERVAL;VALUE=DURATION:{ttl}" in shown
    assert f"X-PUBLISHED-TTL:{ttl}" in shown


def test_a_share_that_has_not_begun_says_so_neutrally() -> None:
    assert "SUMMARY:This calendar is not available yet" in lines(replace(OFF, standing=Standing.NOT_YET))


def test_f55_the_keep_alive_event_lies_in_the_past_and_takes_no_time() -> None:
    text = keep_alive(WORDS["en"])
    assert b"DTSTART;VALUE=DATE:20000101" in text
    assert b"TRANSP:TRANSPARENT" in text
