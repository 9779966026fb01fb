"""Zones that only a file defines: what their VTIMEZONE says, to whom, at what cost, and how they are published."""

# ruff: noqa: DTZ001 - local times are naive by definition

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from feedserver.ics.syntax.components import Component, parse_tree
from feedserver.ics.zones.timezones import Zone, ZoneBook, full_vtimezone, publish_name, vtimezone


def vtz(*observances: str, tzid: str = "Office", extra: str = "") -> list[Component]:
    text = f"BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\n{extra}{''.join(observances)}END:VTIMEZONE\r\n"
    return parse_tree(text.encode())


def observance(
    offset_from: str, offset_to: str, *lines: str, dtstart: str = "19700101T000000", kind: str = "STANDARD"
) -> str:
    body = [f"DTSTART:{dtstart}", f"TZOFFSETFROM:{offset_from}", f"TZOFFSETTO:{offset_to}", *lines]
    return "\r\n".join([f"BEGIN:{kind}", *body, f"END:{kind}", ""])


def zone_of(*observances: str) -> Zone | None:
    return ZoneBook(vtz(*observances)).resolve("Office")


def utc_hour(zone: Zone | None, *local: int) -> str:
    assert zone is not None
    return f"{zone.utc(datetime(*local)):%d %H:%M}"  # type: ignore[arg-type]


CENTRAL_EUROPE = (
    observance("+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", dtstart="16010101T030000"),
    observance("+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", dtstart="16010101T020000", kind="DAYLIGHT"),
)


def test_an_iana_name_means_iana_rules_whatever_the_file_says() -> None:
    """Trap 6."""
    lie = vtz(observance("+0900", "+0900"), tzid="Europe/Berlin")
    zone = ZoneBook(lie).resolve("Europe/Berlin")
    assert zone is not None
    assert zone.iana == "Europe/Berlin"
    assert utc_hour(zone, 2026, 1, 5, 9) == "05 08:00"


def test_another_name_means_the_files_own_definition_even_a_vendors() -> None:
    zone = ZoneBook(vtz(observance("+0900", "+0900"), tzid="W. Europe Standard Time")).resolve(
        "W. Europe Standard Time"
    )
    assert zone is not None
    assert zone.iana is None
    assert utc_hour(zone, 2026, 1, 5, 9) == "05 00:00"


def test_zones_of_one_name_in_two_objects_stay_apart() -> None:
    """Trap 2: one user's VTIMEZONE "Office" must not shift another user's events."""
    first, second = ZoneBook(vtz(observance("+0300", "+0300"))), ZoneBook(vtz(observance("-0500", "-0500")))
    assert utc_hour(first.resolve("Office"), 2026, 1, 5, 12) == "05 09:00"
    assert utc_hour(second.resolve("Office"), 2026, 1, 5, 12) == "05 17:00"
    assert ZoneBook().resolve("Office") is None


def test_rules_gaps_and_equal_times_read_as_in_rfc5545() -> None:
    zone = zone_of(*CENTRAL_EUROPE)
    assert utc_hour(zone, 2026, 1, 5, 9) == "05 08:00"
    assert utc_hour(zone, 2026, 7, 5, 9) == "05 07:00"
    assert utc_hour(zone, 2026, 3, 29, 2, 30) == "29 01:30"
    assert utc_hour(zone, 2026, 10, 25, 2, 30) == "25 00:30"


def test_rdate_until_count_interval_and_setpos() -> None:
    zone = zone_of(
        observance("+0000", "+0100", "RDATE:20200601T000000,20220601T000000"),
        observance("+0100", "+0000", dtstart="20210601T000000"),
    )
    assert [utc_hour(zone, year, 8, 1, 12) for year in (2019, 2020, 2021, 2022)] == [
        "01 11:00",
        "01 11:00",
        "01 12:00",
        "01 11:00",
    ]
    summer = "RRULE:FREQ=YEARLY;BYMONTH=4;{}"
    winter = observance("+0100", "+0000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU", dtstart="20001001T020000")

    def july_hours(rule: str) -> list[int]:
        zone = zone_of(
            observance("+0000", "+0100", summer.format(rule), dtstart="20000402T010000", kind="DAYLIGHT"), winter
        )
        assert zone is not None
        return [zone.utc(datetime(year, 7, 1, 12)).hour for year in range(2000, 2005)]

    assert july_hours("BYDAY=1SU;UNTIL=20020407T010000Z") == [11, 11, 11, 12, 12]
    assert july_hours("BYDAY=1SU;UNTIL=20020407T005959Z") == [11, 11, 12, 12, 12]
    assert july_hours("BYDAY=1SU;COUNT=2") == [11, 11, 12, 12, 12]
    assert july_hours("BYDAY=1SU;INTERVAL=2") == [11, 12, 11, 12, 11]
    assert july_hours("BYDAY=SU;BYSETPOS=1") == [11, 11, 11, 11, 11]
    assert july_hours("BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7") == [11, 11, 11, 11, 11]


def test_before_its_first_onset_a_zone_keeps_the_offset_it_changes_from() -> None:
    zone = zone_of(observance("+0200", "+0300", dtstart="20200101T000000"))
    assert utc_hour(zone, 2019, 7, 1, 12) == "01 10:00"
    assert utc_hour(zone, 3, 7, 1, 12) == "01 10:00"
    assert utc_hour(zone, 9998, 7, 1, 12) == "01 09:00"


@pytest.mark.parametrize("dtstart", ["00010101T000000", "00010101", "16010101T000000", "20400101T000000"])
def test_years_that_programs_write_for_ever_are_read(dtstart: str) -> None:
    assert utc_hour(zone_of(observance("+0100", "+0100", dtstart=dtstart)), 2026, 1, 1, 12) == "01 11:00"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "BEGIN:STANDARD\r\nEND:STANDARD\r\n",
        observance("+0100", "+9900"),
        observance("+0100", "soon"),
        observance("+0100", "+0100", dtstart="yesterday"),
        observance("+0100", "+0100", "RRULE:FREQ=SECONDLY"),
        observance("+0100", "+0100", "RRULE:FREQ=YEARLY;INTERVAL=0"),
        observance("+0100", "+0100", "RRULE:FREQ=YEARLY;BYYEARDAY=1,2,3"),
        observance("+0100", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        observance("+0100", "+0100") * 501,
    ],
)
def test_a_definition_that_cannot_be_used_defines_nothing(broken: str) -> None:
    assert zone_of(broken) is None


def test_fifty_bomb_zones_cost_little() -> None:
    """I08: 50 zones of the most costly observances allowed, asked for many years."""
    bomb = observance(
        "+0100",
        "+0200",
        "RRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=1MO;COUNT=499",
        dtstart="19000101T000000",
    )
    never = observance(
        "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;INTERVAL=1", dtstart="19000101T000000"
    )
    zones = [zone for tzid in range(50) for zone in vtz((bomb + never) * 5, tzid=f"B{tzid}")]
    begin = time.process_time()
    book = ZoneBook(zones)
    for tzid in range(50):
        zone = book.resolve(f"B{tzid}")
        assert zone is not None
        zone.utc(datetime(2026, 7, 1))
    assert time.process_time() - begin < 5


def test_publish_name_prefers_what_the_file_says_it_is() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    definition = vtz(*CENTRAL_EUROPE, tzid="W. Europe Standard Time")
    zone = ZoneBook(definition).resolve("W. Europe Standard Time")
    assert zone is not None
    assert publish_name(zone, start, None) == "Europe/Berlin"
    madrid = ZoneBook(vtz(*CENTRAL_EUROPE, extra="X-LIC-LOCATION:Europe/Madrid\r\n")).resolve("Office")
    assert madrid is not None
    assert publish_name(madrid, start, None) == "Europe/Madrid"


def test_publish_name_believes_no_claim_that_the_offsets_deny() -> None:
    zone = ZoneBook(vtz(*CENTRAL_EUROPE, extra="X-LIC-LOCATION:Asia/Tokyo\r\n")).resolve("Office")
    assert zone is not None
    assert publish_name(zone, datetime(2020, 1, 1, tzinfo=UTC), None) == "Europe/Berlin"
    assert publish_name(zone, datetime(1960, 1, 1, tzinfo=UTC), None) is None


def test_publish_name_looks_at_the_span_only() -> None:
    zone = zone_of(*CENTRAL_EUROPE)
    assert zone is not None
    week = timedelta(days=7)
    for at in (datetime(1978, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)):
        assert publish_name(zone, at, at + week) is not None
    odd = zone_of(observance("+0123", "+0123"))
    assert odd is not None
    assert publish_name(odd, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize("tzid", ["UTC", "Etc/UTC", "GMT", "Africa/Abidjan", "Zero"])
def test_f83_no_fixed_offset_zone_where_utc_says_the_same(tzid: str) -> None:
    zone = ZoneBook(vtz(observance("+0000", "+0000"), tzid="Zero")).resolve(tzid)
    assert zone is not None
    assert publish_name(zone, datetime(2020, 1, 1, tzinfo=UTC), None) == "UTC"


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Jerusalem", "Pacific/Auckland"]
)
def test_publish_name_finds_well_known_zones_by_their_offsets_alone(name: str) -> None:
    zone = ZoneBook(parse_tree(full_vtimezone(name, "Custom"))).resolve("Custom")
    assert zone is not None
    assert publish_name(zone, datetime(1990, 1, 1, tzinfo=UTC), None) == name


def test_the_first_of_several_definitions_of_one_tzid_holds() -> None:
    book = ZoneBook([*vtz(observance("+0300", "+0300")), *vtz(observance("-0500", "-0500"))])
    assert utc_hour(book.resolve("Office"), 2026, 1, 5, 12) == "05 09:00"


def test_single_rule_zones_read_back_as_their_names() -> None:
    zone = ZoneBook(parse_tree(vtimezone("America/New_York").replace(b"America/New_York", b"HQ"))).resolve("HQ")
    assert zone is not None
    assert publish_name(zone, datetime(2010, 1, 1, tzinfo=UTC), None) == "America/New_York"
