"""VTIMEZONEs that Outlook reads right and that are right (F59, F60), judged by dateutil as an independent reader."""

# ruff: noqa: S311 - chance picks moments here, not secrets

from __future__ import annotations

import io
import random
import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Timezone

from feedserver.ics.syntax.components import parse_tree
from feedserver.ics.zones import iana
from feedserver.ics.zones.timezones import IanaZone, ZoneBook, full_vtimezone, right_from, vtimezone

HORIZON = datetime(2028, 11, 23, tzinfo=UTC)
NAMES = sorted(iana.names())
NEVER_RIGHT = ["Africa/Cairo", "America/Nuuk", "America/Santiago", "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem"]
"""Changes on a weekday that no ordinal names: the day after the fourth Thursday, the eve of the last Sunday."""


def read_by_dateutil(component: bytes) -> tzinfo:
    zone = tzical(io.StringIO(component.decode().replace("\r\n", "\n"))).get()
    assert isinstance(zone, tzinfo)
    return zone


def local_by_zoneinfo(name: str, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0)


@pytest.mark.parametrize("name", NAMES)
def test_f59_one_standard_and_at_most_one_daylight_with_one_yearly_rule_each(name: str) -> None:
    text = vtimezone(name).decode()
    observance = (
        r"BEGIN:{0}\r\nTZOFFSETFROM:[+-]\d{{4}}\r\nTZOFFSETTO:[+-]\d{{4}}\r\nTZNAME:[^\r\n]+\r\nDTSTART:1970\d{{4}}T\d{{6}}\r\n"
        r"{1}END:{0}\r\n"
    )
    rule = r"RRULE:FREQ=YEARLY;BYMONTH=\d+;BYDAY=(?:[1-4]|-1)(?:MO|TU|WE|TH|FR|SA|SU)\r\n"
    fixed = observance.format("STANDARD", "")
    changing = observance.format("STANDARD", rule) + observance.format("DAYLIGHT", rule)
    assert re.fullmatch(rf"BEGIN:VTIMEZONE\r\nTZID:{re.escape(name)}\r\n(?:{fixed}|{changing})END:VTIMEZONE\r\n", text)
    assert Timezone.from_ical(text.encode()).tz_name == name


@pytest.mark.parametrize("name", NAMES)
def test_f60_from_right_from_on_every_moment_is_right(name: str) -> None:
    since = right_from(name, HORIZON)
    if since is None:
        return
    zone = read_by_dateutil(vtimezone(name))
    span = int((datetime(HORIZON.year + 1, 1, 1, tzinfo=UTC) - since).total_seconds())
    moments = [since + timedelta(seconds=random.randrange(span)) for _ in range(60)]
    moments += [
        change.at + timedelta(hours=hours)
        for year in range(since.year, HORIZON.year + 1)
        for change in iana.changes(name, year)
        if change.at > since
        for hours in (-4, -1, 0, 1, 4)
    ][:100]
    for at in moments:
        # dateutil reads a whole hour after a change backwards as ambiguous; there only fold tells
        assert at.astimezone(zone).replace(tzinfo=None, fold=0) == local_by_zoneinfo(name, at), at


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Almaty"])
def test_f60_the_moment_before_right_from_is_wrong(name: str) -> None:
    since = right_from(name, HORIZON)
    assert since is not None
    just_before = since - timedelta(seconds=1)
    zone = ZoneBook(parse_tree(vtimezone(name).replace(name.encode(), b"X"))).resolve("X")
    assert zone is not None
    assert zone.local(just_before) != local_by_zoneinfo(name, just_before)


@pytest.mark.parametrize("name", NEVER_RIGHT)
def test_f60_zones_that_no_single_rule_describes_are_never_right(name: str) -> None:
    assert right_from(name, HORIZON) is None


def test_f60_a_rule_is_right_only_after_the_last_exception_before_the_horizon() -> None:
    """Morocco leaves its summer time for Ramadan until 2087."""
    for year in range(2026, 2035):
        since = right_from("Africa/Casablanca", datetime(year, 6, 1, tzinfo=UTC))
        assert since is None or since.year == year
    asuncion = right_from("America/Asuncion", HORIZON)
    assert asuncion is not None
    assert asuncion.year == 2024


@pytest.mark.parametrize(
    "name", [*random.Random(5545).sample(NAMES, 60), *NEVER_RIGHT, "Africa/Casablanca", "Europe/Dublin"]
)
def test_full_vtimezone_is_true_from_1900_to_2100(name: str) -> None:
    zone = ZoneBook(parse_tree(full_vtimezone(name, "Elsewhere"))).resolve("Elsewhere")
    assert zone is not None
    assert zone.iana is None
    iana_zone = IanaZone(name)
    changes = [change.at for year in range(1901, 2099) for change in iana.changes(name, year)]
    moments = [datetime(year, month, 17, 5, tzinfo=UTC) for year in range(1901, 2099) for month in range(1, 13)]
    moments += [at + timedelta(seconds=seconds) for at in changes for seconds in (-7200, -1, 0, 3599, 7200)]
    for at in moments:
        local = iana_zone.local(at)
        assert zone.local(at) == local
        assert zone.utc(local) == iana_zone.utc(local)


def test_full_vtimezone_reads_the_same_in_dateutil() -> None:
    for name in ("Europe/Berlin", "Asia/Jerusalem", "America/Caracas"):
        zone = read_by_dateutil(full_vtimezone(name))
        for year in range(1950, 2090):
            for month in range(1, 13):
                at = datetime(year, month, 15, 12, tzinfo=UTC)
                assert at.astimezone(zone).replace(tzinfo=None, fold=0) == local_by_zoneinfo(name, at)


def test_vtimezones_are_the_same_bytes_each_time() -> None:
    """F22: no clock decides what they say."""
    before = vtimezone("Europe/Berlin"), full_vtimezone("Europe/Berlin")
    vtimezone.cache_clear()
    full_vtimezone.cache_clear()
    assert (vtimezone("Europe/Berlin"), full_vtimezone("Europe/Berlin")) == before
