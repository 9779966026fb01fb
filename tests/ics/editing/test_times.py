"""Times where clocks change, and zones in all their spellings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from feedserver.model.appointment import Scope
from feedserver.model.errors import InvalidInput
from tests.ics.editing.opened import changed, deleted, fields, lines, opened, starts, vevent

HOUR = timedelta(hours=1)


def local(*parts: int) -> datetime:
    """A form's local time."""
    return datetime(*parts)  # type: ignore[arg-type,misc] # noqa: DTZ001


def nightly(start: str, *more: str) -> Any:
    """Every night in Berlin, for an hour or as `more` says."""
    length = more or ("DURATION:PT1H",)
    return opened(vevent(f"DTSTART;TZID=Europe/Berlin:{start}", "SUMMARY:A", "RRULE:FREQ=DAILY;COUNT=4", *length))


def test_occurrence_in_the_hour_that_clocks_skip_can_be_changed_and_deleted() -> None:
    event = nightly("20270327T023000")
    assert starts(event)[1] == "20270328T0130"
    shown = fields(event, "20270328T023000")
    assert (shown.start, shown.end) == (local(2027, 3, 28, 2, 30), local(2027, 3, 28, 4, 30))
    after, _ = changed(event, "20270328T023000", Scope.THIS, title="B")
    assert starts(after) == starts(event)
    assert fields(after, "20270328T023000").title == "B"
    gone = deleted(after, "20270328T023000", Scope.THIS)
    assert gone is not None
    assert starts(gone) == [start for start in starts(event) if start != "20270328T0130"]


def test_series_can_be_split_where_clocks_change() -> None:
    for night in ("20270327T023000", "20261024T023000"):
        event = nightly(night)
        second = event.first_key()
        assert second is not None
        instance = f"{second + timedelta(days=1):%Y%m%dT%H%M%S}"
        kept, rest = changed(event, instance, Scope.FOLLOWING, title="B")
        assert rest is not None
        assert starts(kept) + starts(rest) == starts(event)


def test_night_shift_keeps_its_exact_length_in_the_night_that_clocks_change() -> None:
    event = nightly("20261023T220000", "DTEND;TZID=Europe/Berlin:20261024T060000")
    assert fields(event, "20261024T220000").end == local(2026, 10, 25, 5)
    after, _ = changed(event, "20261024T220000", Scope.THIS, title="B")
    assert "DTEND;TZID=Europe/Berlin:20261025T050000" in lines(after)
    assert starts(after) == starts(event)


def test_series_cannot_be_moved_into_the_hour_that_clocks_skip_on_its_first_day() -> None:
    event = nightly("20270328T033000")
    shown = fields(event)
    with pytest.raises(InvalidInput) as fault:
        changed(event, start=shown.start - HOUR, end=shown.end - HOUR)
    assert fault.value.field == "start"


def test_hour_that_comes_twice_means_its_first() -> None:
    event = opened(vevent("DTSTART;TZID=Europe/Berlin:20261025T013000", "DURATION:PT1H", "SUMMARY:A"))
    after, _ = changed(event, start=local(2026, 10, 25, 2, 30), end=local(2026, 10, 25, 3, 30))
    assert starts(after) == ["20261025T0030"]
    assert fields(after).end == local(2026, 10, 25, 3, 30)
    assert "DTEND;TZID=Europe/Berlin:20261025T033000" in lines(after)


def test_zone_that_nobody_knows_floats_and_keeps_its_name() -> None:
    event = opened(vevent("DTSTART;TZID=Nowhere:20261124T100000", "DURATION:PT1H", "SUMMARY:A"))
    shown = fields(event)
    assert shown.timezone is None
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert "DTSTART;TZID=Nowhere:20261124T110000" in lines(after)


def zone(offset: str) -> str:
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{offset}\r\n"
        f"TZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def test_zone_of_the_files_own_is_shown_by_a_name_that_means_the_same() -> None:
    event = opened(zone("+0530"), vevent("DTSTART;TZID=Office:20261124T100000", "DURATION:PT1H", "SUMMARY:A"))
    shown = fields(event)
    assert (shown.timezone, shown.start) == ("Asia/Kolkata", local(2026, 11, 24, 10))
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert "DTSTART;TZID=Office:20261124T110000" in lines(after)
    there, _ = changed(event, timezone="Asia/Tokyo")
    assert "DTSTART;TZID=Asia/Tokyo:20261124T100000" in lines(there)
    assert b"TZID:Office" not in there.data


def test_zone_without_any_such_name_is_shown_in_that_of_the_calendar() -> None:
    event = opened(
        zone("+0017"),
        vevent("DTSTART;TZID=Office:20261124T100000", "DURATION:PT1H", "SUMMARY:A", "RRULE:FREQ=DAILY;COUNT=2"),
    )
    shown = fields(event)
    assert (shown.timezone, shown.start) == ("Europe/Berlin", local(2026, 11, 24, 10, 43))
    titled, _ = changed(event, title="B")
    assert "DTSTART;TZID=Office:20261124T100000" in lines(titled)
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert starts(after) == ["20261124T1043", "20261125T1043"]
    assert "DTSTART;TZID=Europe/Berlin:20261124T114300" in lines(after)
