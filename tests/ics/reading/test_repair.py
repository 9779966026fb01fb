"""Each repair: what is put right, what it is called, and what is refused because its meaning is not plain."""

from __future__ import annotations

import re

import pytest

from feedserver.ics.reading.ingest import ParsedObject, Refusal, parse_object, read_file
from feedserver.ics.reading.mend import REPAIRS
from feedserver.ics.syntax.components import Component

ZONED = "DTSTART;TZID=Europe/Berlin:20240101T100000"
UTC = "DTSTART:20240101T100000Z"
FLOATING = "DTSTART:20240101T100000"
ALL_DAY = "DTSTART;VALUE=DATE:20240101"


def read(*properties: str, kind: str = "VEVENT", calendar: tuple[str, ...] = ()) -> ParsedObject | Refusal:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", *calendar)
    body = (f"BEGIN:{kind}", "UID:1", "DTSTAMP:20240101T000000Z", *properties, f"END:{kind}", "END:VCALENDAR")
    data = "".join(f"{line}\r\n" for line in (*head, *body)).encode()
    (result,) = read_file(data).objects("Europe/Berlin")
    return result


def kept(*properties: str, kind: str = "VEVENT", calendar: tuple[str, ...] = ()) -> tuple[list[str], set[str]]:
    """The stored lines but UID and DTSTAMP, and the repairs; VTIMEZONEs added on the way are left aside."""
    result = read(*properties, kind=kind, calendar=calendar)
    assert isinstance(result, ParsedObject), result
    again = parse_object(result.data, timezone="Europe/Berlin")
    assert (again.data, again.repairs, again.components) == (result.data, frozenset(), result.components)
    assert set(REPAIRS) >= result.repairs
    written = written_lines(result.components[0])
    return [line for line in written if not line.startswith(("UID", "DTSTAMP"))], set(result.repairs) - {
        "vtimezone-added"
    }


def written_lines(component: Component) -> list[str]:
    data = component.to_bytes().decode().replace("\r\n ", "")
    return data.removesuffix("\r\n").split("\r\n")[1:-1]


def refused(*properties: str, kind: str = "VEVENT", calendar: tuple[str, ...] = ()) -> str:
    result = read(*properties, kind=kind, calendar=calendar)
    assert isinstance(result, Refusal), result
    assert result.line == 4 + len(calendar)
    assert result.uid == "1"
    return result.reason


@pytest.mark.parametrize(
    "properties",
    [
        (UTC, "DTEND:20240101T110000Z"),
        (ZONED, "DTEND;TZID=America/New_York:20240101T110000"),
        (FLOATING, "DURATION:PT1H"),
        (ALL_DAY, "DTEND;VALUE=DATE:20240102"),
        (ZONED, "RRULE:FREQ=DAILY;UNTIL=20240301T090000Z", "EXDATE;TZID=Europe/Berlin:20240102T100000,20240103T100000"),
        (FLOATING, "RRULE:FREQ=DAILY;UNTIL=20240301T090000"),
        (ALL_DAY, "RRULE:FREQ=DAILY;UNTIL=20240301", "RDATE;VALUE=DATE:20240701", "EXDATE;VALUE=DATE:20240102"),
        (UTC, "RDATE;VALUE=PERIOD:20240701T100000Z/PT1H,20240801T100000Z/20240801T110000Z"),
        ('DTSTART;X-A="b,c";TZID=Europe/Berlin:20240101T100000',),
        (UTC, "DTEND:20240101T100000Z"),
        ("dtstart:20240101T100000Z", "summary:lower case"),
        (UTC, "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=3", "EXRULE:FREQ=YEARLY"),
        (UTC, "X-ANYTHING;P=Q:\\;raw\\x", "ATTENDEE;CN=a:mailto:a@b", "ATTENDEE:mailto:c@d"),
    ],
)
def test_good_component_needs_no_repair(properties: tuple[str, ...]) -> None:
    assert kept(*properties)[1] == set()


@pytest.mark.parametrize(
    ("properties", "expected", "repair"),
    [
        # notation
        (("DTSTART:20240101",), [ALL_DAY], "value-type"),
        (("DTSTART;VALUE=DATE:20240101T100000Z",), [UTC], "value-type"),
        (("DTSTART;VALUE=DATE-TIME:20240101",), [ALL_DAY], "value-type"),
        (("DTSTART:2024-01-01T10:00:00.000Z",), [UTC], "date-mended"),
        (("DTSTART: 20240101T1000",), [FLOATING], "date-mended"),
        (("DTSTART;TZID=Europe/Berlin;VALUE=DATE:20240101",), [ALL_DAY], "tzid-dropped"),
        (("DTSTART;TZID=Europe/Berlin:20240101T100000Z",), [UTC], "tzid-dropped"),
        # ends
        ((UTC, "DTEND:20240101T090000Z"), [UTC], "end-dropped"),
        ((ALL_DAY, "DTEND;VALUE=DATE:20240101"), [ALL_DAY], "end-dropped"),
        ((ZONED, "DTEND:20240101T083000Z"), [ZONED], "end-dropped"),
        (
            (ZONED, "DTEND:20240101T110000"),
            [ZONED, "DTEND;TZID=Europe/Berlin:20240101T110000"],
            "end-mended",
        ),
        ((UTC, "DTEND:20240101T110000"), [UTC, "DTEND:20240101T110000Z"], "end-mended"),
        ((FLOATING, "DTEND:20240101T110000Z"), [FLOATING, "DTEND:20240101T110000"], "end-mended"),
        (
            (ZONED, "DTEND;VALUE=DATE:20240102"),
            [ZONED, "DTEND;TZID=Europe/Berlin:20240102T000000"],
            "end-mended",
        ),
        ((ALL_DAY, "DTEND:20240101T120000Z"), [ALL_DAY, "DTEND;VALUE=DATE:20240102"], "end-mended"),
        ((ALL_DAY, "DTEND:20240102T000000Z"), [ALL_DAY, "DTEND;VALUE=DATE:20240102"], "end-mended"),
        ((UTC, "DTEND:20240101T110000Z", "DURATION:PT2H"), [UTC, "DTEND:20240101T110000Z"], "duration-dropped"),
        ((UTC, "DURATION:-PT2H"), [UTC], "duration-dropped"),
        ((ALL_DAY, "DURATION:PT25H"), [ALL_DAY, "DURATION:P2D"], "duration-mended"),
        # lists
        ((UTC, "EXDATE:20240102T100000"), [UTC, "EXDATE:20240102T100000Z"], "date-list-mended"),
        ((UTC, "EXDATE;VALUE=DATE:20240102"), [UTC, "EXDATE:20240102T100000Z"], "date-list-mended"),
        (
            (ZONED, "EXDATE:20240102T100000"),
            [ZONED, "EXDATE;TZID=Europe/Berlin:20240102T100000"],
            "date-list-mended",
        ),
        ((ALL_DAY, "EXDATE:20240102T000000Z"), [ALL_DAY, "EXDATE;VALUE=DATE:20240102"], "date-list-mended"),
        ((ALL_DAY, "EXDATE:20240102"), [ALL_DAY, "EXDATE;VALUE=DATE:20240102"], "value-type"),
        ((FLOATING, "RDATE;TZID=Asia/Tokyo:20240102T100000"), [FLOATING, "RDATE:20240102T100000"], "date-list-mended"),
        ((UTC, "EXDATE:"), [UTC], "empty-property"),
        ((UTC, "EXDATE:20240102T100000Z,"), [UTC, "EXDATE:20240102T100000Z"], "empty-property"),
        (
            (UTC, "RDATE:20240102T100000Z/PT1H"),
            [UTC, "RDATE;VALUE=PERIOD:20240102T100000Z/PT1H"],
            "value-type",
        ),
        (
            (ALL_DAY, "RDATE;VALUE=PERIOD:20240102T100000Z/PT1H"),
            [ALL_DAY, "RDATE;VALUE=DATE:20240102"],
            "date-list-mended",
        ),
        # rules
        ((UTC, "RRULE:FREQ=DAILY\\;COUNT=2"), [UTC, "RRULE:FREQ=DAILY;COUNT=2"], "rule-mended"),
        ((UTC, "RRULE:FREQ=DAILY; FREQ=DAILY;"), [UTC, "RRULE:FREQ=DAILY"], "rule-mended"),
        ((UTC, "RRULE:FREQ=WEEKLY;BYDAY= SU, MO"), [UTC, "RRULE:FREQ=WEEKLY;BYDAY=SU,MO"], "rule-mended"),
        ((UTC, "RRULE:"), [UTC], "empty-property"),
        (
            (ZONED, "RRULE:FREQ=DAILY;UNTIL=20240701"),
            [ZONED, "RRULE:FREQ=DAILY;UNTIL=20240701T215959Z"],
            "until-mended",
        ),
        (
            (ZONED, "RRULE:FREQ=DAILY;UNTIL=20240701T100000;INTERVAL=2"),
            [ZONED, "RRULE:FREQ=DAILY;UNTIL=20240701T080000Z;INTERVAL=2"],
            "until-mended",
        ),
        (
            (ALL_DAY, "RRULE:FREQ=DAILY;UNTIL=20240701T220000Z"),
            [ALL_DAY, "RRULE:FREQ=DAILY;UNTIL=20240701"],
            "until-mended",
        ),
        (
            (FLOATING, "RRULE:FREQ=DAILY;UNTIL=20240701"),
            [FLOATING, "RRULE:FREQ=DAILY;UNTIL=20240701T235959"],
            "until-mended",
        ),
        (
            (FLOATING, "RRULE:FREQ=DAILY;UNTIL=20240701T100000Z"),
            [FLOATING, "RRULE:FREQ=DAILY;UNTIL=20240701T100000"],
            "until-mended",
        ),
        # other properties
        ((UTC, "SEQUENCE:" + "9" * 4500), [UTC], "bad-value-dropped"),
        ((UTC, "SEQUENCE:-1"), [UTC], "bad-value-dropped"),
        ((UTC, "PRIORITY:high"), [UTC], "bad-value-dropped"),
        ((UTC, "GEO:91;0"), [UTC], "bad-value-dropped"),
        ((UTC, "GEO:50.1\\;8.6"), [UTC, "GEO:50.1;8.6"], "line-mended"),
        ((UTC, "CREATED:"), [UTC], "empty-property"),
        ((UTC, "CREATED:yesterday"), [UTC], "bad-value-dropped"),
        ((UTC, "CREATED:20240101T000000"), [UTC, "CREATED:20240101T000000Z"], "stamp-in-utc"),
        ((UTC, "SUMMARY:a", "SUMMARY:b"), [UTC, "SUMMARY:a"], "duplicate-property"),
        ((UTC, "CLASS:PUBLIC", "CLASS:PRIVATE"), [UTC, "CLASS:PRIVATE"], "duplicate-property"),
        ((UTC, "CLASS:PRIVATE", "CLASS:PUBLIC"), [UTC, "CLASS:PRIVATE"], "duplicate-property"),
        ((UTC, UTC), [UTC], "duplicate-property"),
        # lines
        ((UTC, 'ATTENDEE;CN="Jo:mailto:j@x'), [UTC, "ATTENDEE;CN=Jo:mailto:j@x"], "line-mended"),
        ((UTC, "X_FOO:1"), [UTC, "X-FOO:1"], "line-mended"),
        ((UTC, "torn out of a description"), [UTC], "line-dropped"),
        ((UTC, "SUMMARY:a\x0bb\x7f"), [UTC, "SUMMARY:ab"], "control-characters"),
        ((UTC, "", "SUMMARY:a"), [UTC, "SUMMARY:a"], "blank-lines"),
        (
            (UTC, "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9, x"),
            [UTC, "SUMMARY:Café\\, x"],
            "quoted-printable",
        ),
    ],
)
def test_repair_is_deterministic_and_named_trap_7(
    properties: tuple[str, ...], expected: list[str], repair: str
) -> None:
    assert kept(*properties) == (expected, {repair})


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ((), "no DTSTART"),
        (("DTSTART:soon",), "DTSTART"),
        (("DTSTART:00000101T000000Z",), "DTSTART"),
        (("DTSTART:+99990101T000000Z",), "DTSTART"),
        (("DTSTART:" + "1" * 4500,), "DTSTART"),
        (("DTSTART",), "DTSTART"),
        (("DTSTART;TZID:20240101T100000",), "DTSTART|parameters"),
        ((UTC, "DTSTART:20240102T100000Z"), "two different DTSTART"),
        ((UTC, "UID:2"), "two different UID"),
        ((UTC, "DTEND:None"), "DTEND"),
        ((UTC, "DURATION:P99999999D"), "DURATION"),
        ((UTC, "DURATION:1h"), "DURATION"),
        (("DTSTART:99981230T000000Z", "DURATION:P10D"), "9998"),
        ((UTC, "RRULE:FREQ=DAILY;INTERVAL=0"), "INTERVAL"),
        ((UTC, "RRULE:FREQ=DAILY;FREQ=WEEKLY"), "twice"),
        ((UTC, "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20250101T000000Z"), "both"),
        ((UTC, "RRULE;FREQ=DAILY"), "RRULE"),
        ((UTC, "EXRULE:FREQ=OFTEN"), "FREQ"),
        ((UTC, "EXDATE:never"), "EXDATE"),
        ((UTC, "RDATE;VALUE=PERIOD:20240102T100000Z/20240101T100000Z"), "RDATE"),
        ((UTC, "RECURRENCE-ID:then"), "RECURRENCE-ID"),
        ((UTC, "CLASS"), "CLASS"),
        ((UTC, "SUMMARY;ENCODING=QUOTED-PRINTABLE:soft=", "break"), "quoted-printable"),
    ],
)
def test_what_is_not_plain_is_refused_with_line_and_uid_i09(properties: tuple[str, ...], reason: str) -> None:
    assert re.search(reason, refused(*properties))


@pytest.mark.parametrize("kind", ["VFREEBUSY", "VAVAILABILITY", "X-UNKNOWN", "VALARM"])
def test_components_that_no_calendar_keeps_are_refused_by_name(kind: str) -> None:
    assert kind in refused(kind=kind)


@pytest.mark.parametrize("kind", ["VTODO", "VJOURNAL"])
def test_todos_and_journals_are_kept_without_dates(kind: str) -> None:
    assert kept("SUMMARY:a", kind=kind) == (["SUMMARY:a"], set())


def test_vcalendar_1_0_and_other_calendars_are_refused() -> None:
    data = (
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nDTSTART:20240101T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    (result,) = read_file(data).objects("UTC")
    assert isinstance(result, Refusal)
    assert "vCalendar 1.0" in result.reason
    assert "GREGORIAN" in refused(UTC, calendar=("CALSCALE:CHINESE",))


def test_floating_times_are_given_the_calendars_zone() -> None:
    calendar = ("X-WR-TIMEZONE:America/New_York",)
    lines, repairs = kept(
        FLOATING, "DTEND:20240101T110000", "RRULE:FREQ=DAILY", "EXDATE:20240102T100000", calendar=calendar
    )
    assert lines == [
        "DTSTART;TZID=America/New_York:20240101T100000",
        "DTEND;TZID=America/New_York:20240101T110000",
        "RRULE:FREQ=DAILY",
        "EXDATE;TZID=America/New_York:20240102T100000",
    ]
    assert "zone-assumed" in repairs
    assert kept(FLOATING, calendar=("X-WR-TIMEZONE:UTC",))[0] == [UTC]
    assert kept(ALL_DAY, UTC.replace("DTSTART", "DTEND"), calendar=calendar)[0][0] == ALL_DAY
    assert kept(FLOATING, calendar=("X-WR-TIMEZONE:../../etc/passwd",)) == ([FLOATING], set())


@pytest.mark.parametrize("tzid", ["Europe/Berlin", "W. Europe Standard Time", "/citadel.org/20210210_1/Europe/Berlin"])
def test_zone_that_is_known_by_name_is_given_a_vtimezone(tzid: str) -> None:
    result = read(f"DTSTART;TZID={tzid}:20240701T100000")
    assert isinstance(result, ParsedObject)
    assert result.repairs == {"vtimezone-added"}
    assert result.data.count(b"BEGIN:VTIMEZONE") == 1
    again = parse_object(result.data, timezone="UTC")
    assert again.repairs == frozenset()
    zone = again.zones.resolve(tzid)
    assert zone is not None
    start = again.components[0].first("DTSTART")
    assert start is not None
    assert start.param("TZID") == tzid


@pytest.mark.parametrize("tzid", ["Nowhere", "Europe", "../../../etc/passwd", "/", "posixrules", "a" * 4000])
def test_unknown_zone_is_kept_as_it_is_and_floats_trap_5_i09(tzid: str) -> None:
    result = read(f"DTSTART;TZID={tzid}:20240701T100000")
    assert isinstance(result, ParsedObject)
    assert result.repairs == frozenset()
    assert result.zones.resolve(tzid) is None
    assert b"VTIMEZONE" not in result.data


def test_text_that_is_not_utf_8_reads_as_windows_1252() -> None:
    data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20240101T000000Z\r\n"
    data += b"DTSTART:20240101T000000Z\r\nSUMMARY:Caf\xe9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    result = parse_object(data, timezone="UTC")
    assert result.repairs == {"charset"}
    assert "SUMMARY:Café\r\n".encode() in result.data


def test_fold_inside_a_character_is_stored_as_received_trap_4() -> None:
    data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20240101T000000Z\r\n"
    data += b"DTSTART:20240101T000000Z\r\nSUMMARY:Caf\xc3\r\n \xa9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    result = parse_object(data, timezone="UTC")
    assert (result.repairs, result.data) == (frozenset(), data)
    assert result.components[0].text("SUMMARY") == "Café"
