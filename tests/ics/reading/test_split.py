"""Files cut into raw components: nothing disappears without a word."""

from __future__ import annotations

import pytest

from feedserver.ics.reading.split import split
from feedserver.ics.syntax.limits import Limits
from feedserver.model.errors import TooLarge


def lines(*texts: str) -> bytes:
    return "".join(f"{text}\r\n" for text in texts).encode()


EVENT = ("BEGIN:VEVENT", "UID:1", "END:VEVENT")


def test_components_are_slices_with_uid_and_line() -> None:
    alarm = ("BEGIN:VALARM", "UID:of the alarm", "END:VALARM")
    data = lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", *alarm, "uid;X=1:a\\,", " b", "END:VEVENT", "END:VCALENDAR")
    found = split(data)
    (raw,) = found.components
    assert (raw.name, raw.uid, raw.line_no, raw.fault) == ("VEVENT", "a,b", 2, None)
    assert data[raw.start : raw.end] == lines("BEGIN:VEVENT", *alarm, "uid;X=1:a\\,", " b", "END:VEVENT")
    assert found.refusals == []


def test_line_that_is_folded_before_its_colon_is_read() -> None:
    """ical4j/twinkle_orig.ics: an override of such an event became an object of its own."""
    data = lines("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID", " :a", "END", "\t:VEVENT", "END:VCALENDAR")
    (raw,) = split(data).components
    assert (raw.uid, raw.fault) == ("a", None)


def test_calendars_keep_their_own_properties_and_zones_trap_2() -> None:
    zone = ("BEGIN:VTIMEZONE", "TZID:Office", "END:VTIMEZONE")
    calendar = ("BEGIN:VCALENDAR", "X-WR-CALNAME:One", *zone, *EVENT, "METHOD:PUBLISH", "END:VCALENDAR")
    first, second = split(lines(*calendar, "BEGIN:VCALENDAR", *EVENT, "END:VCALENDAR")).sources
    assert first.timezones == {"Office": (lines(*zone), 3)}
    assert second.timezones == {}
    assert [first.property(name) is not None for name in ("X-WR-CALNAME", "METHOD")] == [True, True]
    assert second.property("METHOD") is None


def test_components_outside_a_calendar_are_found() -> None:
    found = split(lines(*EVENT, *EVENT))
    assert len(found.components) == 2
    assert [source.is_wrapped for source in found.sources] == [False]


@pytest.mark.parametrize(
    ("texts", "faults"),
    [
        (("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:0", *EVENT, "END:VCALENDAR"), ["has no END", ""]),
        (("BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VTODO", "END:VEVENT", *EVENT, "END:VCALENDAR"), ["line 3", ""]),
        (("BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VALARM", "END:VEVENT", *EVENT, "END:VCALENDAR"), ["line 4", ""]),
        (("BEGIN:VCALENDAR", *EVENT, "BEGIN:VEVENT", "END:VCALENDAR"), ["", "has no END"]),
        (("BEGIN:VCALENDAR", *EVENT, "BEGIN:VEVENT", "UID:2"), ["", "has no END"]),
    ],
)
def test_fault_stays_with_its_component_trap_3_and_4(texts: tuple[str, ...], faults: list[str]) -> None:
    found = [str(raw.fault or "") for raw in split(lines(*texts)).components]
    assert len(found) == len(faults)
    assert all((fault in text) if fault else not text for fault, text in zip(faults, found, strict=True))


def test_missing_end_of_the_calendar_is_told_with_its_line_trap_3() -> None:
    found = split(lines("BEGIN:VCALENDAR", *EVENT))
    assert [(refusal.line, "END:VCALENDAR" in refusal.reason) for refusal in found.refusals] == [(1, True)]
    assert len(found.components) == 1


def test_end_that_closes_nothing_is_told_with_its_line() -> None:
    found = split(lines("BEGIN:VCALENDAR", *EVENT, "END:VEVENT", "END:VCALENDAR"))
    assert [(each.line, each.reason) for each in found.refusals] == [(5, "END:VEVENT closes nothing")]


def test_number_of_components_is_bounded_i08() -> None:
    with pytest.raises(TooLarge, match="max_import_components"):
        split(lines("BEGIN:VCALENDAR", *(EVENT * 10), "END:VCALENDAR"), Limits(max_import_components=5))
