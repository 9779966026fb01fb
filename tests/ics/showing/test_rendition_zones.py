"""F59, F60: through the VTIMEZONE of the feed alone, every emitted instant is the one zoneinfo says.

dateutil reads both the VTIMEZONE and the RRULE here: neither our zones nor our engine take part.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr

from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.showing.published import horizon_of
from feedserver.ics.showing.rendition import render
from feedserver.ics.syntax.lines import unfold
from feedserver.ics.zones.single_rule import vtimezone
from feedserver.model.calendar_object import Rendition
from feedserver.model.share import DetailLevel
from tests.builders import NOON, an_event, an_ics

ZONES = [
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul",
    "Europe/Chisinau", "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Mexico_City",
    "America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Havana", "America/St_Johns",
    "America/Godthab", "America/Caracas", "America/Argentina/Buenos_Aires", "Africa/Casablanca", "Africa/El_Aaiun",
    "Africa/Cairo", "Africa/Johannesburg", "Africa/Juba", "Asia/Jerusalem", "Asia/Gaza", "Asia/Beirut", "Asia/Amman",
    "Asia/Tehran", "Asia/Almaty", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tokyo",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Fiji",
    "Pacific/Easter", "Antarctica/Troll", "Etc/GMT+5", "UTC",
]  # fmt: skip
CLOCKS = ["090000", "223000"]
"""Never skipped anywhere: how dateutil reads skipped times is not the matter."""


def shown(*lines: str, zone: str, start: str) -> tuple[Rendition, datetime | None]:
    event = an_event("one", "M", *lines, start="SLOT").replace("DTSTART:SLOT", f"DTSTART;TZID={zone}:{start}")
    rendered = render(parse_object(an_ics(event).encode(), timezone="UTC"), NOON)
    return rendered.renditions[DetailLevel.BUSY], rendered.horizon_at


@cache
def as_published(tzid: str) -> tzinfo:
    """A zone by our VTIMEZONE alone."""
    found = tz.tzical(io.StringIO(vtimezone(tzid).decode())).get(tzid)
    assert found is not None
    return found


def instants(rendition: Rendition, until: datetime) -> list[datetime]:
    """What a client that knows the body and its VTIMEZONEs alone finds up to a moment."""
    found: list[datetime] = []
    for event in rendition.body.split(b"BEGIN:VEVENT")[1:]:
        lines = [line.decode().lstrip("\x01") for _, line in unfold(event)]
        [start] = [line for line in lines if line.startswith("DTSTART")]
        rules = [line.removeprefix("RRULE:") for line in lines if line.startswith("RRULE")]
        excluded = {instant(line) for line in lines if line.startswith("EXDATE")}
        found += [at for at in series(start, rules, until) if at not in excluded]
    return sorted(found)


def instant(line: str) -> datetime:
    head, _, value = line.partition(":")
    local = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    tzid = re.search("TZID=(.+)", head)
    return local.replace(tzinfo=as_published(tzid[1])).astimezone(UTC) if tzid else local


def series(start: str, rules: list[str], until: datetime) -> list[datetime]:
    if not rules:
        return [instant(start)]
    head, _, value = start.partition(":")
    first = instant(start)
    local = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=first.tzinfo)
    tzid = re.search("TZID=(.+)", head)
    zone = as_published(tzid[1]) if tzid else UTC
    rule = rrulestr(rules[0], dtstart=local.replace(tzinfo=zone))
    return [at.astimezone(UTC) for at in rule.between(first - timedelta(days=1), until, inc=True)]


def meant(rule: str, zone: str, start: str, until: datetime) -> list[datetime]:
    """The source's instants by zoneinfo."""
    local = datetime.strptime(start, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
    last = until.replace(tzinfo=None) + timedelta(days=2)
    found = rrulestr(rule, dtstart=local).between(local, last, inc=True)
    return [at for at in (each.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for each in found) if at <= until]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15"])
@pytest.mark.parametrize("zone", ZONES)
def test_f60_every_instance_of_a_series_is_right_through_the_published_vtimezone(
    zone: str, rule: str, clock: str
) -> None:
    """F60: back to 2003, when most zones had other rules, and on to the horizon."""
    start = f"20030106T{clock}" if "WEEKLY" in rule else f"20030115T{clock}"
    rendition, horizon_at = shown(f"RRULE:{rule}", zone=zone, start=start)
    until = (horizon_at or horizon_of(NOON)) - timedelta(days=2)
    assert until - NOON > timedelta(days=700)
    assert instants(rendition, until) == meant(rule, zone, start, until)


@pytest.mark.parametrize("zone", ZONES)
def test_f60_every_single_event_is_right_through_the_published_vtimezone(zone: str) -> None:
    """F60: a local time that reads wrong is written in UTC."""
    for month in range(1, 12 * 32, 5):
        start = f"{1998 + month // 12}{month % 12 + 1:02}15T223000"
        rendition, _ = shown(zone=zone, start=start)
        assert instants(rendition, NOON) == [
            datetime.strptime(start, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        ]


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Asia/Jerusalem", "Asia/Gaza"])
def test_f60_a_zone_wrong_within_24_months_is_written_in_utc_up_to_the_horizon(zone: str) -> None:
    """F60."""
    rendition, horizon_at = shown("RRULE:FREQ=DAILY", zone=zone, start="20260105T090000")
    assert rendition.tzids == ()
    assert horizon_at == horizon_of(NOON)


def test_f60_the_second_of_two_equal_local_times_is_written_in_utc() -> None:
    """F60: 02:30 on that night would be read as the first."""
    event = an_event(start="20261025T013000Z").replace(
        "DURATION:PT1H\r\n", "DTEND;TZID=Europe/Berlin:20261025T030000\r\n"
    )
    moved = an_ics(event.replace("DTSTART:20261025T013000Z", "DTSTART;TZID=Europe/Berlin:20261025T023000"))
    first = render(parse_object(moved.encode(), timezone="UTC"), NOON).renditions[DetailLevel.BUSY]
    assert b"DTSTART;TZID=Europe/Berlin:20261025T023000" in first.body
    second = render(parse_object(an_ics(event).encode(), timezone="UTC"), NOON).renditions[DetailLevel.BUSY]
    assert b"DTSTART:20261025T013000Z" in second.body


def test_f59_a_published_zone_has_one_standard_and_at_most_one_daylight_part() -> None:
    """F59."""
    for zone in ZONES:
        text = vtimezone(zone).decode()
        assert text.count("BEGIN:STANDARD") == 1
        assert text.count("BEGIN:DAYLIGHT") == text.count("RRULE") / 2 <= 1
        assert "RDATE" not in text
        assert "UNTIL" not in text
