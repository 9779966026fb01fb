"""Hostile files: bounded time, and never an exception but our own (I08, I09)."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedserver.ics.reading.ingest import ParsedObject, Refusal, read_file
from feedserver.model.errors import NotACalendar, TooLarge

HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
EVENT = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240101T100000Z\r\n"
END = b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def results(data: bytes) -> list[ParsedObject | Refusal]:
    return list(read_file(data).objects("UTC"))


@pytest.mark.parametrize(
    "body",
    [
        b"EXDATE:20240102T100000Z\r\n" * 20_000,
        b"EXDATE:20240102\r\n" * 20_000,
        b"EXDATE:" + b",".join([b"20240102T100000Z"] * 100_000) + b"\r\n",
        b"RDATE:20240102T100000Z/PT1H\r\n" * 20_000,
        b"ATTENDEE:mailto:a@b\r\n" * 20_000,
        b"ATTENDEE" + b";A=b" * 20_000 + b":x\r\n",
        b'ATTENDEE;A="' + b'","' * 20_000 + b'":x\r\n',
        b'ATTENDEE;CN="' * 20_000 + b"\r\n",
        b"SUMMARY:x\r\n" * 20_000,
        b"SEQUENCE:x\r\n" * 20_000,
        b"RRULE:FREQ=DAILY\\;\r\n" * 20_000,
        b"RRULE:FREQ=DAILY;BYSECOND=" + b"1," * 400_000 + b"1\r\n",
        b"torn line\r\n" * 20_000,
        b"SUMMARY:" + b"x" * 500_000 + b"\r\n",
        b"SUMMARY:" + b"x\r\n " * 200_000 + b"\r\n",
        b"SUMMARY:" + b"\xc3\r\n \xa9" * 100_000 + b"\xff\r\n",
        b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n" * 6_000,
        b"BEGIN:X\r\n" * 20_000,
        b"END:X\r\n" * 20_000,
        b"UID:2\r\n" * 20_000,
        b"DTSTART:20240101T100000Z\r\n" * 10_000,
        b"COMMENT;ENCODING=QUOTED-PRINTABLE:=41\r\n" * 9_000,
        b"\r\n" * 100_000,
        (END + HEAD + EVENT) * 3_000,
        (b"END:VEVENT\r\n" + EVENT + b"RECURRENCE-ID:20240102T100000Z\r\n") * 3_000,
    ],
    ids=lambda body: f"{body[:24].decode('latin-1')!r}-{len(body)}",
)
def test_monstrous_object_costs_little_and_spares_its_neighbour_i08(body: bytes) -> None:
    neighbour = EVENT.replace(b"UID:1", b"UID:neighbour") + b"END:VEVENT\r\n"
    before = time.process_time()
    found = results(HEAD + neighbour + EVENT + body + END)
    assert time.process_time() - before < 10
    assert isinstance(found[0], ParsedObject | Refusal)
    assert "neighbour" in {each.uid for each in found if isinstance(each, ParsedObject)}
    assert len(found) > 1


def test_zone_bombs_are_bounded_i08() -> None:
    observance = (
        b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    )
    zones = b"".join(
        b"BEGIN:VTIMEZONE\r\nTZID:Z%d\r\n" % number + observance * 2_000 + b"END:VTIMEZONE\r\n" for number in range(10)
    )
    events = b"".join(
        EVENT.replace(b"UID:1", b"UID:%d" % number).replace(
            b"DTSTART:20240101T100000Z", b"DTSTART;TZID=Z%d:20240101T100000" % number
        )
        + b"END:VEVENT\r\n"
        for number in range(10)
    )
    before = time.process_time()
    found = results(HEAD + zones + events + b"END:VCALENDAR\r\n")
    assert time.process_time() - before < 10
    assert len(found) == 10


TOKENS = st.sampled_from(
    [
        *(b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VTODO", b"END:VTODO"),
        *(b"BEGIN:VALARM", b"END:VALARM", b"BEGIN:VTIMEZONE", b"END:VTIMEZONE", b"BEGIN:STANDARD", b"END:STANDARD"),
        *(b"UID:1", b"UID:2", b"uid:1", b"DTSTAMP:20240101T000000Z", b"DTSTART:20240101T100000Z", b"TZID:Office"),
        *(b"DTSTART;TZID=Office:20240101T100000", b"DTSTART;VALUE=DATE:20240101", b"DTEND:20240101", b"DURATION:P1D"),
        *(b"RECURRENCE-ID:20240101", b"RRULE:FREQ=DAILY;UNTIL=20240301", b"EXDATE:20240101T100000", b"VERSION:2.0"),
        *(b"SEQUENCE:1", b"SEQUENCE:", b"X-WR-TIMEZONE:Asia/Tokyo", b"METHOD:PUBLISH", b"TZOFFSETTO:+0100", b" folded"),
        *(
            b"SUMMARY:a\xff",
            b"\x00",
            b"\xef\xbb\xbf",
            b'X;A="',
            b"RDATE;VALUE=PERIOD:20240101T000000Z/PT1H",
            b"DUE:2024",
        ),
        *(b"TZOFFSETFROM:+0100", b"DTSTART:19700101T000000", b"PRODID:-//t//EN", b"LAST-MODIFIED:x", b"", b"CLASS:"),
    ]
)
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r"])


@given(st.lists(TOKENS | st.binary(max_size=12), max_size=40), ENDS)
@example([b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"", b"END:VEVENT"], b"\n")
def test_any_file_gives_objects_refusals_or_a_clear_error_i04(lines: list[bytes], end: bytes) -> None:
    try:
        found = results(end.join(lines))
    except (NotACalendar, TooLarge):
        return
    for each in found:
        if isinstance(each, Refusal):
            assert each.line >= 1
            assert each.reason
            continue
        (again,) = results(each.data)
        assert isinstance(again, ParsedObject)
        assert (again.data, again.repairs, again.uid) == (each.data, frozenset(), each.uid)
