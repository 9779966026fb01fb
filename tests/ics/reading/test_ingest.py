"""Files to objects: byte for byte where nothing was wrong, one refusal per object where something was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedserver.ics.reading.ingest import (
    CalendarFile,
    Limits,
    ParsedObject,
    Refusal,
    etag_of,
    object_name,
    parse_object,
    read_file,
)
from feedserver.model.errors import ObjectRefused

BERLIN = (
    b"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\n"
    b"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    b"BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
    b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)
UNUSED = BERLIN.replace(b"Berlin", b"Paris")
HEAD = b"PRODID:-//Some//Long\r\n er//EN\r\nversion:2.0\r\n"
ODD_EVENT = (
    b"begin:VEVENT\r\nuid:a\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:fol\r\n ded he\r\n\tre\r\n"
    b'DTSTART;TZID=Europe/Berlin:20240101T100000\r\nX-ODD;A="b":\\;\r\n'
    b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:AUDIO\r\nEND:VALARM\r\nEND:VEVENT\r\n"
)


def wrap(*parts: bytes, head: bytes = HEAD) -> bytes:
    return b"BEGIN:VCALENDAR\r\n" + head + b"".join(parts) + b"END:VCALENDAR\r\n"


def event(uid: str, *properties: str) -> bytes:
    lines = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20240101T000000Z", "DTSTART:20240101T100000Z", *properties)
    return "".join(f"{line}\r\n" for line in (*lines, "END:VEVENT")).encode()


def read(data: bytes, **limits: int) -> tuple[list[ParsedObject], list[Refusal]]:
    results = list(read_file(data, limits=Limits(**limits)).objects("UTC"))
    return (
        [result for result in results if isinstance(result, ParsedObject)],
        [result for result in results if isinstance(result, Refusal)],
    )


def test_object_without_fault_is_stored_byte_for_byte() -> None:
    data = wrap(b"X-WR-CALNAME:Work\r\n", BERLIN, UNUSED, event("other"), ODD_EVENT)
    (_, found), refusals = read(data)
    assert refusals == []
    assert found.repairs == frozenset()
    head = b"version:2.0\r\nPRODID:-//Some//Long\r\n er//EN\r\n"
    assert found.data == wrap(BERLIN, ODD_EVENT, head=head)
    assert parse_object(found.data, timezone="UTC").data == found.data


def test_only_the_component_at_fault_is_written_anew() -> None:
    override = event("a", "RECURRENCE-ID:20240101T100000Z", "SEQUENCE:x")
    (found,), _ = read(wrap(BERLIN, ODD_EVENT, override))
    assert found.repairs == {"bad-value-dropped"}
    assert ODD_EVENT in found.data
    assert b"SEQUENCE" not in found.data


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n"])
def test_line_ends_are_repaired_and_counted_on_each_object_trap_3(end: bytes) -> None:
    data = wrap(event("1"), event("2"))
    found, refusals = read(data.replace(b"\r\n", end))
    assert [each.data for each in found] == [each.data for each in read(data)[0]]
    assert [each.repairs for each in found] == [{"line-ends"}] * 2
    assert refusals == []


def test_method_is_removed_and_missing_head_is_added() -> None:
    (found,), _ = read(wrap(event("1"), head=b"METHOD:PUBLISH\r\n"))
    assert found.repairs == {"method-removed", "version-mended", "prodid-added"}
    assert found.data == wrap(event("1"), head=b"VERSION:2.0\r\nPRODID:-//feedserver//feedserver//EN\r\n")


def test_missing_wrapper_is_added() -> None:
    found, refusals = read(event("1") + event("2"))
    assert [each.repairs for each in found] == [{"wrapper-added", "version-mended", "prodid-added"}] * 2
    assert refusals == []


def test_one_broken_object_never_takes_the_others_with_it_i10() -> None:
    broken = event("bad", "RRULE:FREQ=DAILY;INTERVAL=0")
    found, (refusal,) = read(wrap(event("1"), broken, event("2")))
    assert [each.uid for each in found] == ["1", "2"]
    assert (refusal.line, refusal.uid) == (10, "bad")
    assert "INTERVAL" in refusal.reason


def test_broken_override_refuses_its_whole_object_at_its_own_line() -> None:
    broken = event("1", "RECURRENCE-ID:20240101T100000Z", "DURATION:never")
    found, (refusal,) = read(wrap(event("1"), broken))
    assert found == []
    assert refusal.line == 10


def test_truncated_file_is_told_and_keeps_what_is_whole_trap_3() -> None:
    data = wrap(event("1"), event("2"))
    found, refusals = read(data[: data.rindex(b"DTSTART")])
    assert [each.uid for each in found] == ["1"]
    assert [refusal.line for refusal in refusals] == [1, 10]


def test_calendar_without_objects_is_empty_and_not_an_error() -> None:
    assert read(wrap()) == ([], [])


def test_file_tells_its_name_zone_and_colour() -> None:
    head = b"X-WR-CALNAME:Team\\, all\r\nX-WR-TIMEZONE:W. Europe Standard Time\r\nX-APPLE-CALENDAR-COLOR:#1badf8ff\r\n"
    found = read_file(wrap(head, event("1")))
    assert (found.name, found.timezone, found.color) == ("Team, all", "Europe/Berlin", "#1BADF8")
    bare = read_file(wrap(b"COLOR:turquoise\r\nX-WR-TIMEZONE:Nowhere\r\n"))
    assert (bare.name, bare.timezone, bare.color, bare.description) == (None, None, None, None)


def test_a_file_that_does_not_name_its_zone_is_at_home_where_most_events_begin() -> None:
    starts = ("TZID=Europe/Paris", 'TZID="W. Europe Standard Time"', "X-A=1;TZID=europe/berlin", "TZID=Nowhere")
    zoned = [
        event(str(n), f"DTSTART;{tzid}:20261124T100000").replace(b"DTSTART:", b"X-WAS:")
        for n, tzid in enumerate(starts)
    ]
    assert read_file(wrap(*zoned, event("utc"), event("utc2"), event("utc3"))).timezone == "Europe/Berlin"
    assert read_file(wrap(b"X-WR-TIMEZONE:Asia/Tokyo\r\n", *zoned)).timezone == "Asia/Tokyo"
    assert read_file(wrap(event("utc"))).timezone is None


def test_objects_are_parsed_only_when_asked_for() -> None:
    file: CalendarFile = read_file(wrap(event("1"), event("2", "SEQUENCE:x")))
    assert len(file) == 2
    first = next(iter(file.objects("UTC")))
    assert isinstance(first, ParsedObject)
    assert first.uid == "1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (wrap(event("1"), event("2")), "2 calendar objects"),
        (wrap(event("1")) + wrap(event("1")), "one VCALENDAR"),
        (wrap(), "no calendar objects"),
        (b"", "empty"),
        (wrap(event("1"))[:-20], "END:VCALENDAR"),
        (wrap(event("1"), b"BEGIN:VFREEBUSY\r\nUID:2\r\nEND:VFREEBUSY\r\n"), "VFREEBUSY"),
    ],
)
def test_object_resource_holds_exactly_one_object(data: bytes, reason: str) -> None:
    with pytest.raises(ObjectRefused, match=reason):
        parse_object(data, timezone="UTC")


def test_object_resource_is_kept_as_received_with_all_its_calendar_says() -> None:
    data = wrap(b"X-OWN:1\r\n", UNUSED, event("1"))[:-2]
    assert parse_object(data, timezone="UTC").data == data


def test_object_resource_with_a_method_is_given_back_without_it() -> None:
    found = parse_object(wrap(b"METHOD:REQUEST\r\n", event("1")), timezone="UTC")
    assert found.repairs == {"method-removed"}
    assert b"METHOD" not in found.data


@given(st.text(min_size=1))
def test_object_name_is_safe_in_a_url_and_stable(uid: str) -> None:
    name = object_name(uid)
    assert name == object_name(uid)
    assert name.endswith(".ics")
    assert len(name) <= 104
    assert name.isascii()
    assert not set(name) & set("/\\%?#:\"' \r\n\0")
    assert not name.startswith(".")


def test_object_names_of_different_uids_differ() -> None:
    uids = ["a", "A b", "A/b", "a" * 101, "~0", object_name("A b").removesuffix(".ics")]
    assert len({object_name(uid) for uid in uids}) == len(uids)


def test_equal_bytes_have_equal_etags() -> None:
    assert etag_of(b"a") == etag_of(b"a") != etag_of(b"b")
