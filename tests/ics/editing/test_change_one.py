"""One occurrence of a series changed: it gets a component of its own, and the others stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from feedserver.model.appointment import Frequency, Repetition, Scope, Visibility
from feedserver.model.errors import InvalidInput, NotFound
from tests.ics.editing.opened import changed, fields, lines, opened, oracle_starts, override, starts, vevent, weekly

THIRD = "20261208T100000"


def test_changed_occurrence_is_an_override_with_everything_the_series_has() -> None:
    event = weekly("ATTENDEE:mailto:ann@example.org", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:AUDIO\r\nEND:VALARM")
    after, rest = changed(event, THIRD, Scope.THIS, title="Special")
    assert rest is None
    assert starts(after) == oracle_starts(after) == starts(event)
    assert fields(after, THIRD).title == "Special"
    assert fields(after, "20261201T100000").title == fields(after).title == "Meeting"
    master, special = lines(after)[: len(lines(event)) - 1], lines(after)[len(lines(event)) - 1 :]
    assert master == lines(event)[:-1]
    assert special == [
        "BEGIN:VEVENT",
        "UID:one",
        "RECURRENCE-ID;TZID=Europe/Berlin:20261208T100000",
        "DTSTART;TZID=Europe/Berlin:20261208T100000",
        "DTEND;TZID=Europe/Berlin:20261208T110000",
        "SUMMARY:Special",
        "ATTENDEE:mailto:ann@example.org",
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "ACTION:AUDIO",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_first_occurrence_can_be_changed_alone() -> None:
    after, _ = changed(weekly(rule="FREQ=WEEKLY;COUNT=2"), "20261124T100000", Scope.THIS, title="Special")
    assert fields(after, "20261124T100000").title == "Special"
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261201T0900"]


def test_occurrence_moved_again_keeps_its_name() -> None:
    event = weekly()
    shown = fields(event, THIRD)
    day = timedelta(days=1)
    once, _ = changed(event, THIRD, Scope.THIS, start=shown.start + day, end=shown.end + day)
    twice, _ = changed(once, THIRD, Scope.THIS, title="Special")
    assert fields(twice, THIRD).start == shown.start + day
    assert starts(twice) == oracle_starts(twice)
    assert "20261209T0900" in starts(twice)
    assert "20261208T0900" not in starts(twice)
    assert len(twice.parsed.components) == 2


def test_occurrence_can_become_a_whole_day_or_change_its_zone() -> None:
    event = weekly(rule="FREQ=WEEKLY;COUNT=3")
    after, _ = changed(event, THIRD, Scope.THIS, start=date(2026, 12, 8), end=date(2026, 12, 9), timezone=None)
    assert starts(after) == ["20261124T0900", "20261201T0900", "20261208"]
    there, _ = changed(event, THIRD, Scope.THIS, timezone="America/New_York")
    assert starts(there) == oracle_starts(there) == ["20261124T0900", "20261201T0900", "20261208T1500"]
    assert b"TZID:America/New_York" in there.data
    assert there.data.index(b"TZID:America/New_York") < there.data.index(b"TZID:Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "key"),
    [
        ("DTSTART;VALUE=DATE:20261124", "20261208"),
        ("DTSTART:20261124T100000", "20261208T100000"),
        ("DTSTART:20261124T100000Z", "20261208T100000Z"),
    ],
    ids=["all-day", "floating", "utc"],
)
def test_override_is_named_in_the_type_of_the_series(start: str, key: str) -> None:
    event = opened(vevent(start, "SUMMARY:Meeting", "RRULE:FREQ=WEEKLY;COUNT=4"))
    after, _ = changed(event, key, Scope.THIS, title="Special")
    name = start.replace("DTSTART", "RECURRENCE-ID").rpartition(":")[0]
    assert f"{name}:{key}" in lines(after)
    assert starts(after) == starts(event)


def test_repetition_of_one_occurrence_cannot_be_changed() -> None:
    with pytest.raises(InvalidInput) as fault:
        changed(weekly(), THIRD, Scope.THIS, repetition=Repetition(frequency=Frequency.DAILY))
    assert fault.value.field == "scope"


def test_one_occurrence_of_a_private_series_cannot_be_public() -> None:
    event = weekly("CLASS:PRIVATE")
    assert fields(event, THIRD).visibility is Visibility.PRIVATE
    with pytest.raises(InvalidInput) as fault:
        changed(event, THIRD, Scope.THIS, visibility=Visibility.PUBLIC)
    assert fault.value.field == "visibility"
    after, _ = changed(event, THIRD, Scope.THIS, visibility=Visibility.CONFIDENTIAL)
    assert fields(after, THIRD).visibility is Visibility.CONFIDENTIAL


def test_one_private_occurrence_of_a_public_series() -> None:
    after, _ = changed(weekly(), THIRD, Scope.THIS, visibility=Visibility.PRIVATE)
    assert fields(after, THIRD).visibility is Visibility.PRIVATE
    assert fields(after).visibility is Visibility.PUBLIC


def test_occurrence_of_a_zone_of_the_files_own_stays_in_it() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n"
        "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    event = opened(zone, vevent("DTSTART;TZID=Office:20261124T100000", "SUMMARY:Meeting", "RRULE:FREQ=DAILY;COUNT=3"))
    after, _ = changed(event, "20261125T100000", Scope.THIS, title="Special")
    assert "DTSTART;TZID=Office:20261125T100000" in lines(after)
    assert starts(after) == ["20261124T0700", "20261125T0700", "20261126T0700"]


def test_alone_of_an_override_that_changes_all_later_ones_leaves_those_changed() -> None:
    ranged = override("20261201T100000", start="20261201T130000", summary="Later").replace(
        "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"
    )
    event = opened(vevent(*weekly_lines("FREQ=WEEKLY;COUNT=4")), ranged)
    assert starts(event) == ["20261124T0900", "20261201T1200", "20261208T1200", "20261215T1200"]
    after, _ = changed(event, "20261201T100000", Scope.THIS, title="Special")
    assert starts(after) == starts(event)
    names = ["20261124T100000", "20261201T100000", "20261208T100000", "20261215T100000"]
    assert [fields(after, name).title for name in names] == ["Meeting", "Special", "Later", "Later"]
    middle, _ = changed(event, "20261208T100000", Scope.THIS, title="Special")
    assert [fields(middle, name).title for name in names] == ["Meeting", "Later", "Special", "Later"]
    assert starts(middle) == starts(event)


def weekly_lines(rule: str) -> list[str]:
    return [
        "DTSTART;TZID=Europe/Berlin:20261124T100000",
        "DTEND;TZID=Europe/Berlin:20261124T110000",
        "SUMMARY:Meeting",
        f"RRULE:{rule}",
    ]


def test_what_does_not_take_place_then_is_not_found() -> None:
    event = weekly("EXDATE;TZID=Europe/Berlin:20261201T100000")
    for instance in ("20261201T100000", "20261202T100000", "20261124", "nonsense", "20261124T100000000"):
        with pytest.raises(NotFound):
            event.key_of(instance)


def test_overrides_that_stand_alone_can_be_changed_one_by_one() -> None:
    event = opened(override("20261124T100000"), override("20261201T100000", summary="Other"))
    after, _ = changed(event, "20261201T100000", Scope.THIS, title="Changed")
    assert [fields(after, name).title for name in ("20261124T100000", "20261201T100000")] == ["Special", "Changed"]
    with pytest.raises(InvalidInput) as fault:
        changed(event, "20261201T100000", Scope.FOLLOWING, title="Changed")
    assert fault.value.field == "scope"


def test_length_of_a_period_shows_in_its_override() -> None:
    event = opened(
        vevent("DTSTART:20261124T100000Z", "DURATION:PT1H", "SUMMARY:A", "RDATE;VALUE=PERIOD:20261125T100000Z/PT3H")
    )
    after, _ = changed(event, "20261125T100000Z", Scope.THIS, title="B")
    assert fields(after, "20261125T100000Z").end == datetime(2026, 11, 25, 13)  # noqa: DTZ001 - a form's local time
    assert starts(after) == starts(event)
