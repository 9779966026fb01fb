"""Free/busy tells merged busy time and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from feedserver.ics.feeds.freebusy import BusyPeriod, FreeBusy, busy_periods, merged, vfreebusy
from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.recurring.recurrence import Budget
from tests.builders import NOON, an_event, an_ics

START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=7)


def busy(*components: str, timezone: str = "UTC") -> list[BusyPeriod]:
    obj = parse_object(an_ics(*components).encode(), timezone=timezone)
    return busy_periods(obj, START, END, budget=Budget())


def hour(day: int, first: int, last: int) -> BusyPeriod:
    return BusyPeriod(datetime(2026, 1, day, first, tzinfo=UTC), datetime(2026, 1, day, last, tzinfo=UTC))


def test_f73_a_published_vfreebusy_has_a_window_and_merged_utc_periods() -> None:
    """F73."""
    about = FreeBusy(uid="u" * 32, start=START, end=END, stamp_at=NOON, organizer="https://calendar.example")
    text = vfreebusy(about, [hour(5, 10, 11), hour(5, 9, 10), hour(6, 9, 12), hour(6, 10, 11)])
    calendar = icalendar.Calendar.from_ical(text)
    [part] = calendar.walk("VFREEBUSY")
    assert calendar["METHOD"] == "PUBLISH"
    assert (part["DTSTART"].dt, part["DTEND"].dt) == (START, END)
    assert part["ORGANIZER"] == "https://calendar.example"
    assert [line for line in text.decode().split("\r\n") if line.startswith("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20260105T090000Z/20260105T110000Z",
        "FREEBUSY;FBTYPE=BUSY:20260106T090000Z/20260106T120000Z",
    ]


def test_periods_are_cut_to_the_window() -> None:
    event = an_event("one", "M", "RRULE:FREQ=WEEKLY", start="20260104T230000Z").replace("PT1H", "PT2H")
    assert busy(event)[0] == BusyPeriod(START, START + timedelta(hours=1))
    assert busy(event)[-1] == BusyPeriod(END - timedelta(hours=1), END)


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_takes_no_time_is_not_busy(line: str) -> None:
    master = an_event("one", "M", "RRULE:FREQ=DAILY;COUNT=2", start="20260105T090000Z")
    override = an_event("one", "M", "RECURRENCE-ID:20260106T090000Z", line, start="20260106T090000Z")
    assert busy(master, override) == [hour(5, 9, 10)]


def test_an_all_day_event_is_busy_for_its_days_in_the_calendars_zone() -> None:
    event = an_event("one", "M", start="20260106").replace("DTSTART:", "DTSTART;VALUE=DATE:").replace("PT1H", "P1D")
    [period] = busy(event, timezone="Europe/Berlin")
    assert period == BusyPeriod(datetime(2026, 1, 5, 23, tzinfo=UTC), datetime(2026, 1, 6, 23, tzinfo=UTC))


def test_merged_periods_neither_overlap_nor_touch() -> None:
    assert merged([hour(5, 9, 12), hour(5, 10, 11), hour(5, 12, 13), hour(5, 14, 15)]) == [
        hour(5, 9, 13),
        hour(5, 14, 15),
    ]
