"""A whole appointment changed: its times, its repetition, and what hangs on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from feedserver.model.appointment import Frequency, MonthDay, Repetition, Scope, Visibility
from feedserver.model.errors import InvalidInput
from tests.ics.editing.opened import (
    TUESDAYS,
    changed,
    fields,
    lines,
    opened,
    oracle_starts,
    override,
    starts,
    vevent,
    weekly,
)

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SECOND, THIRD = "20261201T100000", "20261208T100000"
FOUR = "FREQ=WEEKLY;COUNT=4"


def series_with_exceptions(rule: str = FOUR) -> str:
    """Four Tuesdays: the second moved on its own, the third excluded, the fourth with another title."""
    return (
        vevent(*TUESDAYS, f"RRULE:{rule}", f"EXDATE;TZID=Europe/Berlin:{THIRD}")
        + override(SECOND, start="20261203T150000", summary="Moved")
        + override("20261215T100000")
    )


# --- what happens once


def test_changed_fields_are_shown_again() -> None:
    event = opened(vevent("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z", "SUMMARY:A", "CLASS:PRIVATE"))
    text = 'Line one, with; all\\ kinds\nof: "things" ✨'
    after, _ = changed(
        event,
        title=text,
        place=text,
        description=text,
        link="https://example.org/a,b;c?d=\\e",
        categories=("One, two", "Three;four\\five"),
        visibility=Visibility.PUBLIC,
        is_busy=False,
    )
    shown = fields(after)
    assert (shown.title, shown.place, shown.description) == (text, text, text)
    assert shown.categories == ("One, two", "Three;four\\five")
    assert (shown.link, shown.visibility, shown.is_busy) == (
        "https://example.org/a,b;c?d=\\e",
        Visibility.PUBLIC,
        False,
    )


def test_emptied_fields_leave_no_line() -> None:
    event = opened(
        vevent(*TUESDAYS, "LOCATION:x", "DESCRIPTION:x", "URL:https://x.example", "CATEGORIES:A", "CATEGORIES:B")
    )
    after, _ = changed(event, place="", description="", link="", categories=())
    assert lines(after) == [
        line for line in lines(event) if not line.startswith(("LOCATION", "DESCRIPTION", "URL", "CATEGORIES"))
    ]


def test_what_says_the_old_text_in_other_words_goes_with_it() -> None:
    event = opened(
        vevent(
            *TUESDAYS,
            "DESCRIPTION:old",
            "X-ALT-DESC;FMTTYPE=text/html:<p>old</p>",
            'LOCATION;ALTREP="http://x.example";LANGUAGE=de:old',
            "GEO:1;2",
            "TRANSP:OPAQUE",
            "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        )
    )
    after, _ = changed(event, description="new", place="new", is_busy=False)
    gone = ("X-ALT-DESC", "GEO", "X-MICROSOFT")
    assert not any(line.startswith(gone) for line in lines(after))
    assert "LOCATION;LANGUAGE=de:new" in lines(after)
    assert "TRANSP:TRANSPARENT" in lines(after)


def test_stamps_tell_of_the_change() -> None:
    event = opened(vevent(*TUESDAYS, "SEQUENCE:4"))
    after, _ = changed(event, title="B")
    (component,) = after.parsed.components
    said = [component.text(name) for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")]
    assert said == ["20261123T120000Z", "20261123T120000Z", "5"]


def test_duration_stays_when_the_start_moves_and_becomes_an_end_when_the_length_changes() -> None:
    event = opened(vevent("DTSTART;TZID=Europe/Berlin:20261124T100000", "DURATION:PT1H", "SUMMARY:A"))
    shown = fields(event)
    moved, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert "DURATION:PT1H" in lines(moved)
    longer, _ = changed(event, end=shown.end + HOUR)
    assert "DTEND;TZID=Europe/Berlin:20261124T120000" in lines(longer)
    assert "DURATION:PT1H" not in lines(longer)


def test_end_in_another_zone_stays_there() -> None:
    flight = (
        "DTSTART;TZID=Europe/Berlin:20261124T100000",
        "DTEND;TZID=America/New_York:20261124T130000",
        "SUMMARY:Flight",
    )
    event = opened(vevent(*flight))
    shown = fields(event)
    assert shown.end == datetime(2026, 11, 24, 19)  # noqa: DTZ001 - a form's local time
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert "DTEND;TZID=America/New_York:20261124T140000" in lines(after)
    there, _ = changed(event, timezone="Asia/Tokyo")
    assert "DTEND;TZID=Asia/Tokyo:20261124T190000" in lines(there)


def test_appointment_without_length_needs_no_end() -> None:
    event = opened(vevent(*TUESDAYS))
    after, _ = changed(event, end=fields(event).start)
    assert not any(line.startswith(("DTEND", "DURATION")) for line in lines(after))
    assert fields(after).end == fields(after).start


def test_whole_days_and_times_change_into_each_other() -> None:
    event = opened(vevent(*TUESDAYS, "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE"))
    days, _ = changed(event, start=date(2026, 11, 24), end=date(2026, 11, 26), timezone=None)
    assert "DTSTART;VALUE=DATE:20261124" in lines(days)
    assert "DTEND;VALUE=DATE:20261126" in lines(days)
    assert b"VTIMEZONE" not in days.data
    assert b"ALLDAYEVENT" not in days.data
    times, _ = changed(days, start=fields(event).start, end=fields(event).end, timezone="America/New_York")
    assert starts(times) == ["20261124T1500"]
    assert b"TZID:America/New_York" in times.data


@pytest.mark.parametrize(
    ("timezone", "line"),
    [("UTC", "DTSTART:20261124T100000Z"), (None, "DTSTART:20261124T100000")],
    ids=["utc", "floating"],
)
def test_zone_can_be_given_up(timezone: str | None, line: str) -> None:
    after, _ = changed(opened(vevent(*TUESDAYS)), timezone=timezone)
    assert line in lines(after)
    assert fields(after).timezone == timezone


def test_name_that_the_file_has_for_its_zone_is_kept() -> None:
    event = opened(vevent("DTSTART;TZID=W. Europe Standard Time:20261124T100000", "DURATION:PT1H", "SUMMARY:A"))
    shown = fields(event)
    assert shown.timezone == "Europe/Berlin"
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert "DTSTART;TZID=W. Europe Standard Time:20261125T100000" in lines(after)


def test_time_that_was_stored_although_clocks_skip_it_may_stay() -> None:
    event = opened(vevent("DTSTART;TZID=Europe/Berlin:20270328T023000", "DURATION:PT1H", "SUMMARY:A"))
    after, _ = changed(event, title="B")
    assert starts(after) == starts(event) == ["20270328T0130"]


# --- what repeats


def test_moved_series_takes_exclusions_and_overrides_along() -> None:
    event = opened(series_with_exceptions())
    assert starts(event) == ["20261124T0900", "20261203T1400", "20261215T0900"]
    shown = fields(event)
    after, _ = changed(event, start=shown.start - DAY - HOUR, end=shown.end - DAY)
    assert starts(after) == oracle_starts(after) == ["20261123T0800", "20261203T1400", "20261214T0800"]
    assert fields(after).repetition == Repetition(frequency=Frequency.WEEKLY, weekdays=(0,), count=4)
    moved, special = fields(after, "20261130T090000"), fields(after, "20261214T090000")
    assert (moved.title, moved.start) == ("Moved", datetime(2026, 12, 3, 15))  # noqa: DTZ001
    assert (special.title, special.end - special.start) == ("Special", 2 * HOUR)
    assert "EXDATE;TZID=Europe/Berlin:20261207T090000" in lines(after)


def test_moved_occurrence_moves_all_by_as_much() -> None:
    event = opened(series_with_exceptions())
    shown = fields(event, "20261215T100000")
    after, _ = changed(event, "20261215T100000", Scope.ALL, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == oracle_starts(after) == ["20261125T0900", "20261203T1400", "20261216T0900"]
    assert (fields(after).title, fields(after, "20261216T100000").title) == ("Meeting", "Special")


def test_occurrence_that_was_moved_on_its_own_moves_with_all_when_it_is_the_one_that_was_edited() -> None:
    event = opened(series_with_exceptions())
    shown = fields(event, SECOND)
    after, _ = changed(event, SECOND, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == oracle_starts(after) == ["20261125T0900", "20261204T1400", "20261216T0900"]


def test_series_that_begins_later_keeps_its_exceptions_where_they_are() -> None:
    event = opened(series_with_exceptions("FREQ=WEEKLY;UNTIL=20261222T225959Z"))
    shown = fields(event)
    after, _ = changed(event, start=shown.start + WEEK, end=shown.end + WEEK)
    assert starts(after) == oracle_starts(after) == ["20261203T1400", "20261215T0900", "20261222T0900"]
    assert f"EXDATE;TZID=Europe/Berlin:{THIRD}" in lines(after)
    later, _ = changed(event, start=shown.start + 2 * WEEK, end=shown.end + 2 * WEEK)
    assert starts(later) == oracle_starts(later) == ["20261215T0900", "20261222T0900"]
    assert len(later.parsed.components) == 2


def test_daily_series_that_begins_later_keeps_its_exclusions() -> None:
    event = opened(
        vevent(
            "DTSTART;VALUE=DATE:20261124", "SUMMARY:A", "RRULE:FREQ=DAILY;UNTIL=20261130", "EXDATE;VALUE=DATE:20261128"
        )
    )
    after, _ = changed(event, start=date(2026, 11, 26), end=date(2026, 11, 27))
    assert starts(after) == ["20261126", "20261127", "20261129", "20261130"]
    assert "EXDATE;VALUE=DATE:20261128" in lines(after)


def test_monthly_series_moved_to_another_weekday_takes_its_exclusions_along() -> None:
    event = opened(
        vevent(
            "DTSTART;TZID=Europe/Berlin:20261110T100000",
            "DURATION:PT1H",
            "SUMMARY:A",
            "RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=4",
            "EXDATE;TZID=Europe/Berlin:20261208T100000,20270112T100000",
        )
    )
    shown = fields(event)
    third_wednesday = 8 * DAY
    after, _ = changed(event, start=shown.start + third_wednesday, end=shown.end + third_wednesday)
    assert starts(after) == oracle_starts(after) == ["20261118T0900", "20270217T0900"]
    assert "EXDATE;TZID=Europe/Berlin:20261216T100000,20270120T100000" in lines(after)


def test_weekdays_go_along_only_when_the_new_day_is_not_among_them() -> None:
    event = weekly(rule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4")
    shown = fields(event)
    later, _ = changed(event, start=shown.start + 2 * DAY, end=shown.end + 2 * DAY)
    assert starts(later) == ["20261126T0900", "20261201T0900", "20261203T0900", "20261208T0900"]
    other, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(other) == ["20261125T0900", "20261127T0900", "20261202T0900", "20261204T0900"]


def test_last_one_is_not_lost_when_the_series_moves_past_its_last_day() -> None:
    event = weekly(rule="FREQ=WEEKLY;UNTIL=20261208T225959Z")
    shown = fields(event)
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == ["20261125T0900", "20261202T0900", "20261209T0900"]
    assert fields(after).repetition == Repetition(frequency=Frequency.WEEKLY, weekdays=(2,), until_on=date(2026, 12, 9))


def test_last_day_stays_what_it_was_at_another_time_of_day() -> None:
    event = weekly(rule="FREQ=WEEKLY;UNTIL=20261208T085959Z")
    assert starts(event) == ["20261124T0900", "20261201T0900"]
    shown = fields(event)
    assert shown.repetition is not None
    assert shown.repetition.until_on == date(2026, 12, 7)
    early, _ = changed(event, start=shown.start - 4 * HOUR, end=shown.end - 4 * HOUR)
    assert starts(early) == oracle_starts(early) == ["20261124T0500", "20261201T0500"]


@pytest.mark.parametrize("until", ["20261208", "20261208T225959Z"])
def test_until_takes_the_type_of_the_start(until: str) -> None:
    event = opened(vevent(*TUESDAYS, f"RRULE:FREQ=WEEKLY;UNTIL={until}"))
    days, _ = changed(event, start=date(2026, 11, 24), end=date(2026, 11, 25), timezone=None)
    assert starts(days) == ["20261124", "20261201", "20261208"]
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261208;BYDAY=TU" in lines(days)
    back, _ = changed(days, start=fields(event).start, end=fields(event).end, timezone="America/New_York")
    assert starts(back) == oracle_starts(back) == ["20261124T1500", "20261201T1500", "20261208T1500"]
    floating, _ = changed(event, timezone=None)
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261208T235959;BYDAY=TU" in lines(floating)


def test_series_with_exceptions_can_become_whole_days_and_times_again() -> None:
    event = opened(series_with_exceptions())
    days, _ = changed(event, start=date(2026, 11, 24), end=date(2026, 11, 25), timezone=None)
    assert starts(days) == ["20261124", "20261203T1400", "20261215"]
    assert "EXDATE;VALUE=DATE:20261208" in lines(days)
    back, _ = changed(days, start=fields(event).start, end=fields(event).end, timezone="Europe/Berlin")
    assert starts(back) == oracle_starts(back) == starts(event)


def test_series_can_go_to_another_zone() -> None:
    event = opened(series_with_exceptions())
    after, _ = changed(event, timezone="America/New_York")
    assert starts(after) == oracle_starts(after) == ["20261124T1500", "20261203T1400", "20261215T1500"]
    assert "EXDATE;TZID=America/New_York:20261208T100000" in lines(after)


def test_rule_keeps_its_bytes_when_it_says_already_what_is_wanted() -> None:
    event = weekly(rule="INTERVAL=1;BYDAY=TU;WKST=SU;FREQ=WEEKLY")
    shown = fields(event)
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert "RRULE:INTERVAL=1;BYDAY=TU;WKST=SU;FREQ=WEEKLY" in lines(after)


def test_shorter_series_loses_what_is_beyond_its_end_and_nothing_else() -> None:
    event = opened(series_with_exceptions("FREQ=WEEKLY"))
    repetition = Repetition(frequency=Frequency.WEEKLY, weekdays=(1,), until_on=date(2026, 12, 10))
    after, _ = changed(event, repetition=repetition)
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261203T1400"]
    assert f"EXDATE;TZID=Europe/Berlin:{THIRD}" in lines(after)
    assert fields(after).repetition == repetition


def test_other_repetition_keeps_the_exceptions_that_still_fit() -> None:
    event = opened(series_with_exceptions())
    after, _ = changed(event, repetition=Repetition(frequency=Frequency.WEEKLY, weekdays=(1,), interval=3, count=3))
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261215T0900", "20270105T0900"]
    assert fields(after, "20261215T100000").title == "Special"
    assert len(after.parsed.components) == 2


def test_series_can_stop_repeating_and_start_again() -> None:
    event = opened(series_with_exceptions())
    once, _ = changed(event, repetition=None)
    assert starts(once) == ["20261124T0900"]
    assert len(once.parsed.components) == 1
    assert not any(line.startswith(("RRULE", "EXDATE")) for line in lines(once))
    again, _ = changed(once, repetition=Repetition(frequency=Frequency.DAILY, count=2))
    assert starts(again) == ["20261124T0900", "20261125T0900"]


def test_series_that_stops_repeating_takes_place_on_the_day_that_was_shown() -> None:
    after, _ = changed(weekly(), THIRD, Scope.ALL, repetition=None)
    assert starts(after) == ["20261208T0900"]
    assert not after.series.is_recurring


def test_repetition_chosen_beside_a_later_occurrence_fits_that_one() -> None:
    event = weekly(rule="FREQ=WEEKLY;COUNT=8")
    monthly = Repetition(frequency=Frequency.MONTHLY, month_day=MonthDay.WEEKDAY, count=3)
    after, _ = changed(event, THIRD, Scope.ALL, repetition=monthly)
    assert starts(after) == oracle_starts(after) == ["20261208T0900", "20270112T0900", "20270209T0900"]
    days = Repetition(frequency=Frequency.WEEKLY, weekdays=(2, 4), count=3)
    with pytest.raises(InvalidInput) as fault:
        changed(event, THIRD, Scope.ALL, repetition=days)
    assert fault.value.field == "weekdays"


def test_override_takes_part_in_what_it_has_in_common() -> None:
    event = opened(
        vevent(*TUESDAYS, "LOCATION:Hall", f"RRULE:{FOUR}"),
        override(SECOND, "LOCATION:Hall"),
        override(THIRD, "LOCATION:Yard"),
    )
    after, _ = changed(event, title="Assembly", place="Tower")
    assert [(fields(after, one).title, fields(after, one).place) for one in (SECOND, THIRD)] == [
        ("Special", "Tower"),
        ("Special", "Yard"),
    ]
    by_override, _ = changed(event, THIRD, Scope.ALL, title="Assembly")
    titles = [fields(by_override, one).title for one in ("20261124T100000", SECOND, THIRD)]
    assert titles == ["Assembly", "Assembly", "Assembly"]


def test_longer_series_makes_overrides_longer_that_were_as_long() -> None:
    event = opened(series_with_exceptions())
    shown = fields(event)
    after, _ = changed(event, end=shown.end + HOUR)
    lengths = [fields(after, one).end - fields(after, one).start for one in (SECOND, "20261215T100000")]
    assert lengths == [HOUR, 2 * HOUR]


def test_overrides_of_a_master_without_a_rule_go_along() -> None:
    event = opened(vevent(*TUESDAYS), override("20261124T100000"), override(SECOND, start="20261202T100000"))
    shown = fields(event)
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == ["20261125T0900", "20261202T0900"]


def test_override_of_what_the_rule_never_yielded_stays_on_its_day() -> None:
    event = opened(vevent(*TUESDAYS, f"RRULE:{FOUR}"), override("20261203T100000", start="20261204T100000"))
    shown = fields(event)
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert "20261204T0900" in starts(after)
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000" in lines(after)


# --- rules that the form cannot show


@pytest.mark.parametrize(
    ("lines_of", "said"),
    [
        (["RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15"], "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        (["RRULE:FREQ=WEEKLY", "RDATE:20261126T090000Z"], "FREQ=WEEKLY RDATE:20261126T090000Z"),
        (["RDATE:20261126T090000Z"], "RDATE:20261126T090000Z"),
        (["RRULE:FREQ=HOURLY;COUNT=3"], "FREQ=HOURLY;COUNT=3"),
    ],
)
def test_foreign_rule_stays_when_the_title_changes(lines_of: list[str], said: str) -> None:
    event = opened(vevent(*TUESDAYS, *lines_of))
    assert (event.foreign_rule, fields(event).repetition) == (said, None)
    after, _ = changed(event, title="B")
    assert [line for line in lines(after) if line != "SUMMARY:B"] == [
        line for line in lines(event) if line != "SUMMARY:Meeting"
    ]


def test_foreign_rule_goes_along_to_another_time_of_day_and_not_to_another_day() -> None:
    event = opened(
        vevent(
            "DTSTART;TZID=Europe/Berlin:20261101T100000",
            "DURATION:PT1H",
            "SUMMARY:A",
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;UNTIL=20261231T090000Z",
            "EXDATE;TZID=Europe/Berlin:20261115T100000",
            "RDATE;TZID=Europe/Berlin:20261103T120000",
        )
    )
    shown = fields(event)
    after, _ = changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert (
        starts(after)
        == oracle_starts(after)
        == [
            "20261101T1000",
            "20261103T1200",
            "20261201T1000",
            "20261215T1000",
        ]
    )
    with pytest.raises(InvalidInput) as fault:
        changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert fault.value.field == "start"


def test_foreign_rule_that_names_times_stays_at_its_time() -> None:
    event = opened(vevent(*TUESDAYS, "RRULE:FREQ=DAILY;BYHOUR=10,14;COUNT=4"))
    shown = fields(event)
    with pytest.raises(InvalidInput) as fault:
        changed(event, start=shown.start + HOUR, end=shown.end + HOUR)
    assert fault.value.field == "start"
    longer, _ = changed(event, end=shown.end + HOUR)
    assert starts(longer) == starts(event)


def test_foreign_rule_can_be_replaced() -> None:
    event = opened(vevent(*TUESDAYS, "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15", "RDATE:20261126T090000Z"))
    after, _ = changed(event, repetition=Repetition(frequency=Frequency.DAILY, count=2))
    assert starts(after) == ["20261124T0900", "20261125T0900"]
    assert not event.repetition
    assert not after.foreign_rule


def test_dates_without_a_rule_move_together() -> None:
    event = opened(vevent(*TUESDAYS, "RDATE;TZID=Europe/Berlin:20261126T100000,20261130T100000"))
    shown = fields(event)
    after, _ = changed(event, start=shown.start + DAY, end=shown.end + DAY)
    assert starts(after) == oracle_starts(after) == ["20261125T0900", "20261127T0900", "20261201T0900"]
