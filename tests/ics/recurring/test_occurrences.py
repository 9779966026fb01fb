"""Occurrences equal what three independent engines agree on, and where engines disagree they are as written down."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from feedserver.ics.reading.assemble import ParsedObject
from feedserver.ics.reading.ingest import parse_object, read_file
from feedserver.ics.recurring.occurrences import occurrences
from feedserver.ics.recurring.recurrence import Budget
from feedserver.model.errors import ObjectRefused
from feedserver.model.occurrence import Occurrence
from tests.builders import an_event, an_ics
from tests.corpus_feeds import CorpusFile, corpus_files

DEVIATIONS = {
    "ruby-icalendar/recurrence.ics": "DTEND equals an all-day DTSTART: it lasts one day (F61), engines give it none",
}
"""Corpus file -> why our occurrences differ from what the engines agree on."""


def found(text: str, start: datetime, end: datetime, *, timezone: str = "UTC") -> list[Occurrence]:
    return occurrences(parse_object(text.encode(), timezone=timezone), start, end, budget=Budget())


def starts(*components: str, year: int = 2026, timezone: str = "UTC") -> list[str]:
    """Starts within a year, `MM-DD HH:MM` in UTC or `MM-DD` for all-day ones."""
    begin = datetime(year, 1, 1, tzinfo=UTC)
    seen = found(an_ics(*components), begin, begin.replace(year=year + 1), timezone=timezone)
    return [f"{o.start:%m-%d %H:%M}" if isinstance(o.start, datetime) else f"{o.start:%m-%d}" for o in seen]


def timed(*lines: str, start: str = "DTSTART:20260105T090000Z", uid: str = "one") -> str:
    return an_event(uid, "Meeting", *lines, start="SLOT").replace("DTSTART:SLOT", start)


# --- the corpus ------------------------------------------------------------------------------------------------


def _text(value: date) -> str:
    return f"{value:%Y%m%dT%H%M%SZ}" if isinstance(value, datetime) else f"{value:%Y%m%d}"


def _as_utc(text: str) -> str:
    """Expected floating times are read in UTC, as the objects are."""
    return text if len(text) == 8 or text.endswith("Z") else text + "Z"


def _ours(file: CorpusFile, first: datetime, last: datetime) -> list[tuple[str, str]]:
    data = re.sub(rb"(?im)^X-WR-TIMEZONE.*\r?\n", b"", file.path.read_bytes())
    objects = [obj for obj in read_file(data).objects("UTC") if isinstance(obj, ParsedObject)]
    events = [obj for obj in objects if obj.component == "VEVENT"]
    seen = [o for obj in events for o in occurrences(obj, first, last, budget=Budget())]
    return sorted((_text(o.start), _text(o.end)) for o in seen if _text(o.start)[:8] >= f"{first:%Y%m%d}")


def test_every_corpus_file_gives_what_three_engines_agree_on(corpus_dir: Path) -> None:
    """Trap 6 and 7: a file's own VTIMEZONE loses against IANA of the same name; X-WR-TIMEZONE is not applied here."""
    wrong, seen = {}, 0
    for file in corpus_files(corpus_dir):
        if file.expected is None:
            continue
        seen += 1
        first, last = (datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) for day in file.expected["window"])
        expected = sorted((_as_utc(o["start"]), _as_utc(o["end"])) for o in file.expected["occurrences"])
        ours = _ours(file, first, last)
        assert file.expected["truncated"] or file.expected["total"] == len(expected)
        if ours[: len(expected)] != expected or len(ours) != file.expected["total"]:
            wrong[file.name] = (expected, ours)
    assert seen > 100
    assert wrong.keys() == DEVIATIONS.keys()


# --- ranges ----------------------------------------------------------------------------------------------------


def test_overlap_is_half_open() -> None:
    text = an_ics(an_event(start="20260105T090000Z"))
    nine, ten = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 10, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert found(text, nine - hour, nine) == []
    assert found(text, ten, ten + hour) == []
    assert len(found(text, ten - timedelta(seconds=1), ten)) == 1
    assert len(found(text, nine, nine + timedelta(seconds=1))) == 1


def test_a_range_expands_to_the_union_of_its_halves() -> None:
    text = an_ics(an_event("one", "M", "RRULE:FREQ=HOURLY;INTERVAL=7", start="20260105T090000Z"))
    first, middle, last = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 4))
    halves = [*found(text, first, middle), *found(text, middle, last)]
    assert sorted({o.start for o in halves}) == [o.start for o in found(text, first, last)]


def test_an_all_day_event_covers_its_days_in_the_collections_zone() -> None:
    text = an_ics(timed(start="DTSTART;VALUE=DATE:20260105").replace("DURATION:PT1H\r\n", ""))
    evening = datetime(2026, 1, 4, 23, 30, tzinfo=UTC)
    assert len(found(text, evening, evening + timedelta(minutes=10), timezone="Europe/Berlin")) == 1
    assert found(text, evening, evening + timedelta(minutes=10)) == []


# --- clocks ----------------------------------------------------------------------------------------------------


def test_a_skipped_local_time_keeps_the_offset_before_the_gap() -> None:
    """RFC 5545 section 3.3.5."""
    assert starts(timed("RRULE:FREQ=DAILY;COUNT=3", start="DTSTART;TZID=Europe/Berlin:20260328T023000")) == [
        "03-28 01:30", "03-29 01:30", "03-30 00:30",
    ]  # fmt: skip


def test_of_two_equal_local_times_the_first_is_meant() -> None:
    """RFC 5545 section 3.3.5."""
    assert starts(timed(start="DTSTART;TZID=Europe/Berlin:20261025T023000")) == ["10-25 00:30"]


def test_dtend_gives_exact_time_and_a_duration_of_days_gives_calendar_days() -> None:
    """RFC 5545 section 3.8.5.3: over the night in which the clocks change they differ."""
    night = datetime(2026, 3, 28, 12, tzinfo=UTC)
    lines = ("RRULE:FREQ=DAILY;COUNT=3",)
    with_end = timed(
        *lines, "DTEND;TZID=Europe/Berlin:20260328T120000", start="DTSTART;TZID=Europe/Berlin:20260327T120000"
    )
    with_days = timed(*lines, start="DTSTART;TZID=Europe/Berlin:20260327T120000").replace("PT1H", "P1D")
    exact = found(an_ics(with_end.replace("DURATION:PT1H\r\n", "")), night, night + timedelta(hours=1))
    calendar = found(an_ics(with_days), night, night + timedelta(hours=1))
    assert [o.end - o.start for o in exact] == [timedelta(hours=24)]
    assert [o.end - o.start for o in calendar] == [timedelta(hours=23)]


# --- trap 7 ----------------------------------------------------------------------------------------------------


def test_trap_7_dtstart_counts_also_when_its_rule_does_not_yield_it() -> None:
    """COUNT counts what the rule yields: 5 January 2026 is a Monday."""
    assert starts(timed("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2")) == ["01-05 09:00", "01-06 09:00", "01-13 09:00"]


def test_trap_7_exdate_that_is_a_date_means_that_days_instance() -> None:
    assert starts(timed("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260106")) == ["01-05 09:00", "01-07 09:00"]


def test_trap_7_exdate_in_another_zone_means_its_instant() -> None:
    assert starts(timed("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20260106T100000")) == [
        "01-05 09:00", "01-07 09:00",
    ]  # fmt: skip


def test_trap_7_floating_exdate_beside_a_zoned_start_is_in_its_zone() -> None:
    event = timed(
        "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T100000", start="DTSTART;TZID=Europe/Berlin:20260105T100000"
    )
    assert starts(event, timezone="Asia/Tokyo") == ["01-05 09:00", "01-07 09:00"]


def test_trap_7_rdates_and_several_rules_add_up_and_exrule_takes_away() -> None:
    event = timed(
        "RRULE:FREQ=DAILY;COUNT=3",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "RDATE:20260301T120000Z",
        "EXRULE:FREQ=DAILY;INTERVAL=7",
    )
    assert starts(event) == ["01-06 09:00", "01-07 09:00", "03-01 12:00"]


def test_trap_7_an_rdate_period_has_its_own_length() -> None:
    year = datetime(2026, 1, 1, tzinfo=UTC)
    text = an_ics(timed("RDATE;VALUE=PERIOD:20260201T090000Z/PT3H,20260301T090000Z/20260301T093000Z"))
    lengths = [o.end - o.start for o in found(text, year, year.replace(year=2027))]
    assert lengths == [timedelta(hours=1), timedelta(hours=3), timedelta(minutes=30)]


def test_trap_7_an_override_shows_where_its_instance_is_excluded_or_was_never_yielded() -> None:
    master = timed("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260106T090000Z")
    excluded = timed("RECURRENCE-ID:20260106T090000Z", start="DTSTART:20260106T120000Z")
    never = timed("RECURRENCE-ID:20260110T090000Z", start="DTSTART:20260110T130000Z")
    assert starts(master, excluded, never) == ["01-05 09:00", "01-06 12:00", "01-10 13:00"]


def test_trap_7_this_and_future_moves_what_follows_and_lends_its_length() -> None:
    master = timed("RRULE:FREQ=DAILY;COUNT=5")
    moved = timed("RECURRENCE-ID;RANGE=THISANDFUTURE:20260107T090000Z", start="DTSTART:20260107T110000Z")
    last = timed("RECURRENCE-ID:20260109T090000Z", start="DTSTART:20260109T080000Z")
    year = datetime(2026, 1, 1, tzinfo=UTC)
    seen = found(an_ics(master, moved.replace("PT1H", "PT2H"), last), year, year.replace(year=2027))
    assert [(f"{o.start:%d %H}", o.end - o.start, o.component_index) for o in seen] == [
        ("05 09", timedelta(hours=1), 0),
        ("06 09", timedelta(hours=1), 0),
        ("07 11", timedelta(hours=2), 1),
        ("08 11", timedelta(hours=2), 1),
        ("09 08", timedelta(hours=1), 2),
    ]


def test_trap_7_until_that_is_a_date_includes_that_local_day() -> None:
    event = timed("RRULE:FREQ=DAILY;UNTIL=20260107", start="DTSTART;TZID=America/New_York:20260105T220000")
    assert starts(event) == ["01-06 03:00", "01-07 03:00", "01-08 03:00"]


def test_trap_7_a_floating_end_beside_a_zoned_start_is_in_its_zone() -> None:
    event = timed("DTEND:20260105T113000", start="DTSTART;TZID=Europe/Berlin:20260105T100000")
    year = datetime(2026, 1, 1, tzinfo=UTC)
    [only] = found(an_ics(event.replace("DURATION:PT1H\r\n", "")), year, year.replace(year=2027), timezone="Asia/Tokyo")
    assert only.end == datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


def test_overrides_without_a_master_stand_alone() -> None:
    assert starts(timed("RECURRENCE-ID:20260106T090000Z")) == ["01-05 09:00"]


def test_an_occurrence_names_its_instance() -> None:
    year = datetime(2026, 1, 1, tzinfo=UTC)
    moved = timed("RECURRENCE-ID:20260106T090000Z", start="DTSTART:20260106T120000Z")
    seen = found(an_ics(timed("RRULE:FREQ=DAILY;COUNT=2"), moved), year, year.replace(year=2027))
    assert [o.recurrence_id for o in seen] == [datetime(2026, 1, day, 9, tzinfo=UTC) for day in (5, 6)]
    [single] = found(an_ics(timed()), year, year.replace(year=2027))
    assert single.recurrence_id is None


# --- hostile ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=SECONDLY",),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",),
        ("RRULE:FREQ=MINUTELY", "EXRULE:FREQ=MINUTELY"),
        (
            "RRULE:FREQ=DAILY",
            *(f"EXDATE:{2000 + n // 360}{n // 30 % 12 + 1:02}{n % 28 + 1:02}T000000Z" for n in range(5000)),
        ),
    ],
    ids=["secondly", "impossible", "self-excluding", "5,000 EXDATEs"],
)
def test_i07_a_hostile_object_is_expanded_or_refused_in_bounded_time(lines: tuple[str, ...]) -> None:
    """I07: also where the rule takes itself away again."""
    began = time.process_time()
    year = datetime(2026, 1, 1, tzinfo=UTC)
    with suppress(ObjectRefused):
        found(an_ics(timed(*lines)), year, year.replace(year=2027))
    assert time.process_time() - began < 5
