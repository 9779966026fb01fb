from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from feedserver.ics.feeds.colors import nearest_name
from feedserver.ics.feeds.head import TAIL, FeedHead, head

FEED = FeedHead(
    calendar_id="0123456789abcdef",
    name="Räume, Säle; alle",
    description="Shared by Ä & Co.",
    color="#ff0001",
    timezone="Europe/Berlin",
    modified_at=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    refresh=timedelta(hours=1),
)


def lines(feed: FeedHead, tzids: tuple[str, ...] = ()) -> list[str]:
    return head(feed, tzids).replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def test_f39_calendar_properties_come_in_order_and_before_any_component() -> None:
    shown = lines(FEED, ("Europe/Berlin",))
    assert [line.partition(":")[0] for line in shown[:5]] == ["BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD"]
    first = shown.index("BEGIN:VTIMEZONE")
    assert shown[first - 1].startswith("LAST-MODIFIED")
    assert shown[-1] == "END:VTIMEZONE"


def test_f40_method_publish_can_be_left_out() -> None:
    assert "METHOD:PUBLISH" in lines(FEED)
    quiet = FeedHead(calendar_id="c", name="n", modified_at=FEED.modified_at, refresh=FEED.refresh, has_method=False)
    assert not [line for line in lines(quiet) if line.startswith("METHOD")]


def test_f41_prodid_names_no_other_vendor() -> None:
    (prodid,) = [line for line in lines(FEED) if line.startswith("PRODID")]
    assert not any(vendor in prodid.lower() for vendor in ("google", "microsoft", "apple", "exchange", "mozilla"))


def test_f42_name_and_description_are_said_twice_escaped() -> None:
    shown = lines(FEED)
    assert r"NAME:Räume\, Säle\; alle" in shown
    assert r"X-WR-CALNAME:Räume\, Säle\; alle" in shown
    assert "DESCRIPTION:Shared by Ä & Co." in shown
    assert "X-WR-CALDESC:Shared by Ä & Co." in shown


def test_f43_the_colour_is_said_as_a_name_and_as_hex() -> None:
    shown = lines(FEED)
    assert "COLOR:red" in shown
    assert "X-APPLE-CALENDAR-COLOR:#FF0001" in shown


@pytest.mark.parametrize(("color", "name"), [("#000000", "black"), ("#00FFFF", "aqua"), ("#3367D6", "royalblue")])
def test_f43_the_nearest_css_name_is_found(color: str, name: str) -> None:
    assert nearest_name(color) == name


def test_f44_the_refresh_interval_is_said_twice() -> None:
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines(FEED)
    assert "X-PUBLISHED-TTL:PT1H" in lines(FEED)


def test_f45_the_display_zone_is_named() -> None:
    assert "X-WR-TIMEZONE:Europe/Berlin" in lines(FEED)


def test_f46_ids_and_last_modified_stand_and_no_source() -> None:
    shown = lines(FEED)
    assert "X-WR-RELCALID:0123456789abcdef" in shown
    assert "UID:0123456789abcdef" in shown
    assert "LAST-MODIFIED:20261123T100000Z" in shown
    assert not [line for line in shown if line.startswith(("SOURCE", "URL"))]


def test_f58_each_zone_is_defined_once_and_sorted() -> None:
    shown = lines(FEED, ("Europe/Paris", "Europe/Berlin", "Europe/Paris"))
    assert [line for line in shown if line.startswith("TZID:")] == ["TZID:Europe/Berlin", "TZID:Europe/Paris"]


def test_the_head_and_tail_alone_are_a_calendar() -> None:
    calendar = icalendar.Calendar.from_ical(head(FEED, ("Europe/Berlin",)) + TAIL)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]


def test_i19_a_name_of_5000_characters_with_line_breaks_stays_one_property() -> None:
    feed = FeedHead(
        calendar_id="c", name="a\r\nATTENDEE:x" * 500, modified_at=FEED.modified_at, refresh=timedelta(hours=1)
    )
    text = head(feed)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert not [line for line in lines(feed) if line.startswith("ATTENDEE")]
