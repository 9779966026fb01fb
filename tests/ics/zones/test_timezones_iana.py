"""IANA names, their rules and the doors that foreign TZIDs knock at."""

# ruff: noqa: DTZ001, DTZ901 - local times are naive by definition

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedserver.ics.zones import iana
from feedserver.ics.zones.timezones import IanaZone, ZoneBook, map_vendor_name

PATH_TRICKS = [
    "Europe", "../etc/passwd", "/etc/passwd", "/usr/share/zoneinfo/Europe/Berlin/..", "Europe/",
    "Europe/../Europe/Berlin", "./Europe/Berlin", "Europe/Berlin\0", "posixrules", "localtime", "Factory", "zone.tab",
    "", ".", "~", "a" * 5000, "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("tzid", PATH_TRICKS)
def test_tzid_path_tricks_never_reach_the_file_system(tzid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 5, I09: TZID=Europe opens a directory in zoneinfo."""
    assert map_vendor_name("warm up the tables") is None
    monkeypatch.setattr(Path, "open", None)
    monkeypatch.setattr("builtins.open", None)
    monkeypatch.setattr(iana, "load", None)
    assert iana.canonical(tzid) is None
    assert ZoneBook().resolve(tzid) is None


@pytest.mark.parametrize("tzid", ["Europe/Berlin", "europe/BERLIN", "US/Eastern", "UTC", "Zulu", "Japan", "EST5EDT"])
def test_iana_names_resolve_in_any_case_and_links_too(tzid: str) -> None:
    zone = ZoneBook().resolve(tzid)
    assert zone is not None
    assert zone.tzid == tzid
    assert zone.iana in iana.names()
    assert zone.iana.casefold() == tzid.casefold()


def test_every_listed_name_has_rules() -> None:
    assert iana.names() <= zoneinfo.available_timezones()
    assert len(iana.names()) > 500
    for name in iana.names():
        assert iana.load(name).key == name


def test_version_of_the_rules_in_use_is_known() -> None:
    assert iana.tzdata_version()[:2] == "20"


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("eastern standard time", "America/New_York"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("/mozilla.org/20070129_1/Europe/Berlin", "Europe/Berlin"),
        ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("custom_Pacific/Fiji", "Pacific/Fiji"),
        ("America-New_York", "America/New_York"),
        ("America/Los Angeles", "America/Los_Angeles"),
        ('"Europe/Vienna"', "Europe/Vienna"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("UTC+11", "Etc/GMT-11"),
        ("(GMT-03:00)", "Etc/GMT+3"),
        ("GMT+05:30", None),
        ("UTC+99", None),
        ("tzone://Microsoft/Custom", None),
        ("Customized Time Zone", None),
        ("/Europe/CUSTOM", None),
    ],
)
def test_vendor_names_mean_iana_names_or_nothing(vendor: str, name: str | None) -> None:
    assert map_vendor_name(vendor) == name
    zone = ZoneBook().resolve(vendor)
    assert (zone and zone.iana) == name


def test_gap_is_read_with_the_offset_before_and_of_two_equal_times_the_first_is_meant() -> None:
    """RFC 5545 section 3.3.5."""
    berlin = IanaZone("Europe/Berlin")
    assert berlin.utc(datetime(2026, 3, 29, 2, 30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert berlin.utc(datetime(2026, 10, 25, 2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert berlin.utc(datetime(2026, 10, 25, 2, 30, fold=1)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert berlin.local(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).fold == 0


def test_times_at_the_ends_of_the_calendar_are_clamped() -> None:
    east, west = IanaZone("Asia/Tokyo"), IanaZone("America/New_York")
    assert east.utc(datetime.min) == datetime.min.replace(tzinfo=UTC)
    assert west.utc(datetime.max) == datetime.max.replace(tzinfo=UTC)
    assert east.local(datetime.max.replace(tzinfo=UTC)) == datetime.max
    assert west.local(datetime.min.replace(tzinfo=UTC)) == datetime.min


@pytest.mark.parametrize("name", ["Europe/Dublin", "Africa/Casablanca", "Pacific/Apia", "Africa/Freetown", "Asia/Gaza"])
def test_changes_are_exactly_the_moments_at_which_the_offset_changes(name: str) -> None:
    zone = zoneinfo.ZoneInfo(name)
    for year in range(1900, 2040, 7):
        offset = datetime(year, 1, 1, tzinfo=UTC).astimezone(zone).utcoffset()
        changes = {change.at: change for change in iana.changes(name, year)}
        for hour in range(365 * 24):
            at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
            seen = at.astimezone(zone).utcoffset()
            if seen != offset:
                near = [change for when, change in changes.items() if at - timedelta(hours=1) < when <= at]
                assert [(change.offset_from, change.offset_to) for change in near] == [(offset, seen)]
            offset = seen
