"""Export: many stored objects in one file, byte for byte."""

from __future__ import annotations

from feedserver.ics.reading.export import Export, components
from feedserver.ics.reading.ingest import ParsedObject, read_file
from tests.builders import an_event, an_ics

ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:{}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def _zoned(uid: str, tzid: str, offset: str) -> str:
    event = an_event(uid).replace("DTSTART:20261124T100000Z", f"DTSTART;TZID={tzid}:20261124T100000")
    return an_ics(ZONE.format(tzid, offset, offset), event)


def _file(*stored: str) -> bytes:
    export = Export(name="Work", description="", color=None, timezone="UTC")
    named = {f"{number}.ics": text.encode() for number, text in enumerate(stored)}
    for name, data in named.items():
        export.survey(name, data)
    parts = [
        export.begin(),
        *(components(data) for name, data in named.items() if export.is_in_first(name)),
        Export.END,
    ]
    for head, names in export.further():
        parts += [head, *(components(named[name]) for name in names), Export.END]
    return b"".join(parts)


def test_components_lose_their_wrapper_and_zones_and_nothing_else() -> None:
    assert components(_zoned("a", "Office", "+0100").encode()).decode() == an_event("a").replace(
        "DTSTART:20261124T100000Z", "DTSTART;TZID=Office:20261124T100000"
    )


def test_a_zone_that_several_use_is_written_once_before_all_components() -> None:
    text = _file(_zoned("a", "Office", "+0100"), _zoned("b", "Office", "+0100"), an_ics(an_event("c")))
    assert text.count(b"BEGIN:VTIMEZONE") == text.count(b"BEGIN:VCALENDAR") == 1
    assert text.index(b"END:VTIMEZONE") < text.index(b"BEGIN:VEVENT")


def test_trap_2_zones_of_one_name_and_two_meanings_stand_in_two_calendars() -> None:
    text = _file(_zoned("a", "Office", "+0100"), _zoned("b", "Office", "-0500"), _zoned("c", "Office", "+0100"))
    assert text.count(b"BEGIN:VCALENDAR") == text.count(b"END:VCALENDAR") == 2
    found = {p.uid: p for p in read_file(text).objects("UTC") if isinstance(p, ParsedObject)}
    assert {uid: (b"+0100" in p.data, b"-0500" in p.data) for uid, p in found.items()} == {
        "a": (True, False), "b": (False, True), "c": (True, False)
    }  # fmt: skip


def test_the_zone_of_the_calendar_is_not_written_because_an_import_would_give_it_to_floating_times() -> None:
    assert b"X-WR-TIMEZONE" not in _file(an_ics(an_event("a", start="20261124T100000")))


def test_the_name_is_escaped_and_folded() -> None:
    export = Export(name="a;b, " + "ü" * 60, description="two\nlines", color="#3366CC", timezone="Asia/Tokyo")
    head = export.begin()
    assert max(map(len, head.split(b"\r\n"))) <= 75
    read = read_file(head + Export.END)
    assert (read.name, read.description, read.color) == ("a;b, " + "ü" * 60, "two\nlines", "#3366CC")
    assert read.timezone == "Asia/Tokyo"
