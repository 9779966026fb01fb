"""An occurrence and all after it changed: the series is split in two, which show together what the one showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedserver.ics.editing import edits
from feedserver.ics.editing.stored_event import StoredEvent
from feedserver.ics.recurring.occurrences import instance_of
from feedserver.ics.recurring.recurrence import Budget
from feedserver.model.appointment import AppointmentFields, Frequency, MonthDay, Repetition, Scope
from feedserver.model.errors import InvalidInput
from tests.builders import NOON
from tests.ics.editing.opened import (
    NEW_UID,
    TUESDAYS,
    changed,
    fields,
    lines,
    opened,
    oracle_starts,
    override,
    reopened,
    starts,
    vevent,
    weekly,
)

THIRD = "20261208T100000"
HOUR = timedelta(hours=1)


def split(event: StoredEvent, instance: str) -> tuple[StoredEvent, StoredEvent]:
    """Both halves; the second one has another title."""
    kept, rest = changed(event, instance, Scope.FOLLOWING, title="Renamed")
    assert rest is not None
    return kept, rest


def test_split_keeps_what_was_before_and_changes_what_follows() -> None:
    event = weekly("X-KEPT:a", "EXDATE;TZID=Europe/Berlin:20261201T100000,20261222T100000", rule="FREQ=WEEKLY;COUNT=6")
    kept, rest = split(event, THIRD)
    assert (starts(kept), starts(rest)) == (["20261124T0900"], ["20261208T0900", "20261215T0900", "20261229T0900"])
    assert (oracle_starts(kept), oracle_starts(rest)) == (starts(kept), starts(rest))
    assert (fields(kept).title, fields(rest).title) == ("Meeting", "Renamed")
    assert (kept.parsed.uid, rest.parsed.uid) == ("one", NEW_UID)
    assert lines(rest) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//test//EN",
        "BEGIN:VEVENT",
        "UID:the-rest",
        "DTSTART;TZID=Europe/Berlin:20261208T100000",
        "DTEND;TZID=Europe/Berlin:20261208T110000",
        "SUMMARY:Renamed",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "X-KEPT:a",
        "EXDATE;TZID=Europe/Berlin:20261222T100000",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    assert fields(kept).repetition == Repetition(frequency=Frequency.WEEKLY, weekdays=(1,), count=2)


def test_split_at_the_first_occurrence_is_a_change_of_all() -> None:
    event = weekly(rule="FREQ=WEEKLY;COUNT=3")
    after, rest = changed(event, "20261124T100000", Scope.FOLLOWING, title="Renamed")
    assert rest is None
    assert fields(after).title == "Renamed"
    assert starts(after) == starts(event)


def test_split_at_the_first_occurrence_that_is_left_is_a_change_of_all() -> None:
    event = weekly("EXDATE;TZID=Europe/Berlin:20261124T100000")
    after, rest = changed(event, "20261201T100000", Scope.FOLLOWING, title="Renamed")
    assert rest is None
    assert after.parsed.uid == "one"


def test_overrides_go_with_their_half() -> None:
    event = opened(
        vevent(*TUESDAYS, "RRULE:FREQ=WEEKLY;COUNT=5"),
        override("20261201T100000", summary="Early"),
        override("20261215T100000", start="20261216T150000", summary="Late"),
        override(THIRD, summary="Here"),
    )
    kept, rest = changed(event, THIRD, Scope.FOLLOWING, place="Hall")
    assert rest is not None
    assert [fields(kept, one).title for one in ("20261124T100000", "20261201T100000")] == ["Meeting", "Early"]
    names = [THIRD, "20261215T100000", "20261222T100000"]
    assert [fields(rest, one).title for one in names] == ["Here", "Late", "Meeting"]
    assert [fields(rest, one).place for one in names] == ["Hall", "Hall", "Hall"]
    assert [fields(kept).place, len(kept.parsed.components), len(rest.parsed.components)] == ["", 2, 3]
    assert starts(kept) + starts(rest) == starts(event)
    assert {component.text("UID") for component in rest.parsed.components} == {NEW_UID}


def test_moved_following_ones_take_exclusions_and_overrides_along() -> None:
    event = opened(
        vevent(*TUESDAYS, "RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z", "EXDATE;TZID=Europe/Berlin:20261215T100000"),
        override("20261222T100000", summary="Special"),
    )
    shown = fields(event, THIRD)
    day = timedelta(days=1)
    kept, rest = changed(event, THIRD, Scope.FOLLOWING, start=shown.start + day - HOUR, end=shown.end + day - HOUR)
    assert rest is not None
    assert starts(kept) == oracle_starts(kept) == ["20261124T0900", "20261201T0900"]
    assert starts(rest) == oracle_starts(rest) == ["20261209T0800", "20261223T0800", "20261230T0800"]
    assert fields(rest, "20261223T090000").title == "Special"
    assert fields(rest).repetition == Repetition(frequency=Frequency.WEEKLY, weekdays=(2,), until_on=date(2026, 12, 31))


def test_following_ones_can_repeat_otherwise() -> None:
    event = weekly(rule="FREQ=WEEKLY;COUNT=10")
    monthly = Repetition(frequency=Frequency.MONTHLY, month_day=MonthDay.WEEKDAY, count=3)
    kept, rest = changed(event, THIRD, Scope.FOLLOWING, repetition=monthly)
    assert rest is not None
    assert len(starts(kept)) == 2
    assert starts(rest) == oracle_starts(rest) == ["20261208T0900", "20270112T0900", "20270209T0900"]
    _, rest = changed(event, THIRD, Scope.FOLLOWING, repetition=None)
    assert rest is not None
    assert starts(rest) == ["20261208T0900"]
    assert not rest.series.is_recurring


def test_number_of_times_counts_from_the_split_on_when_it_is_left_alone() -> None:
    event = weekly(rule="FREQ=WEEKLY;COUNT=10")
    shown = fields(event, THIRD).repetition
    assert shown is not None
    second = Repetition(frequency=Frequency.WEEKLY, weekdays=shown.weekdays, interval=2, count=shown.count)
    _, rest = changed(event, THIRD, Scope.FOLLOWING, repetition=second)
    assert rest is not None
    assert len(starts(rest)) == 8


def test_split_of_an_override_that_changes_all_later_ones_keeps_them_changed() -> None:
    ranged = override("20261201T100000", start="20261201T130000", summary="Later").replace(
        "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"
    )
    event = opened(vevent(*TUESDAYS, "RRULE:FREQ=WEEKLY;COUNT=4"), ranged)
    kept, rest = changed(event, THIRD, Scope.FOLLOWING, place="Hall")
    assert rest is not None
    assert starts(kept) + starts(rest) == starts(event)
    assert [fields(rest, one).title for one in (THIRD, "20261215T100000")] == ["Later", "Later"]
    assert [fields(rest, one).place for one in (THIRD, "20261215T100000")] == ["Hall", "Hall"]
    assert fields(kept, "20261201T100000").title == "Later"


def test_dates_added_to_a_rule_go_with_their_half() -> None:
    event = weekly(
        "RDATE;TZID=Europe/Berlin:20261203T100000,20261217T100000", rule="FREQ=WEEKLY;UNTIL=20261229T225959Z"
    )
    kept, rest = split(event, THIRD)
    assert starts(kept) == oracle_starts(kept) == ["20261124T0900", "20261201T0900", "20261203T0900"]
    assert starts(rest) == oracle_starts(rest)
    assert starts(kept) + starts(rest) == starts(event)
    at_date, from_date = split(event, "20261203T100000")
    assert starts(at_date) + starts(from_date) == starts(event)
    assert oracle_starts(from_date) == starts(from_date)


def test_rule_that_would_step_otherwise_from_there_is_not_split() -> None:
    event = weekly("RDATE;TZID=Europe/Berlin:20261203T100000", rule="FREQ=WEEKLY;INTERVAL=2")
    with pytest.raises(InvalidInput) as fault:
        split(event, "20261203T100000")
    assert fault.value.field == "scope"


def test_split_of_an_event_whose_start_is_outside_of_its_rule() -> None:
    event = weekly(rule="FREQ=WEEKLY;BYDAY=WE;COUNT=3")
    assert starts(event) == ["20261124T0900", "20261125T0900", "20261202T0900", "20261209T0900"]
    kept, rest = split(event, "20261125T100000")
    assert (starts(kept), starts(rest)) == (["20261124T0900"], ["20261125T0900", "20261202T0900", "20261209T0900"])


ZONES = st.sampled_from(
    [
        ("DTSTART;TZID=Europe/Berlin:", "T093000", "Europe/Berlin"),
        ("DTSTART;TZID=America/New_York:", "T013000", "America/New_York"),
        ("DTSTART:", "T233000Z", "UTC"),
        ("DTSTART;VALUE=DATE:", "", ""),
    ]
)
RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3;COUNT=40",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,TU;WKST=MO;COUNT=25",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=-1TU",
        "FREQ=MONTHLY;BYDAY=2TU,4TU;COUNT=20",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
        "FREQ=WEEKLY;UNTIL=20270601",
    ]
)


@settings(max_examples=30, deadline=None)
@given(when=ZONES, rule=RULES, at=st.integers(1, 30), gone=st.sets(st.integers(0, 40), max_size=4))
def test_halves_show_together_what_the_whole_showed(
    when: tuple[str, str, str], rule: str, at: int, gone: set[int]
) -> None:
    """The oracle is another engine, on each half; whole and halves are compared in ours."""
    name, clock, _ = when
    plain = opened(vevent(f"{name}20260310{clock}", "SUMMARY:A", f"RRULE:{rule}"))
    instances = _instances(plain)
    excluded = [instances[place] for place in sorted(gone) if place < len(instances)]
    lines_of = [f"{name.replace('DTSTART', 'EXDATE')}{','.join(excluded)}"] if excluded else []
    event = opened(vevent(f"{name}20260310{clock}", "SUMMARY:A", f"RRULE:{rule}", *lines_of))
    left = _instances(event)
    if len(left) <= at:
        return
    edited = edits.change(event, left[at], Scope.FOLLOWING, _renamed(event, left[at]), uid=NEW_UID, now=NOON)
    assert edited is not None
    assert edited.rest is not None
    kept, rest = reopened(event, edited.data), reopened(event, edited.rest)
    assert _shown(starts, kept) + _shown(starts, rest) == _shown(starts, event)
    assert _shown(oracle_starts, kept) == _shown(starts, kept)
    assert _shown(oracle_starts, rest) == _shown(starts, rest)
    assert (_instances(kept) + _instances(rest))[: len(left)] == left


def _shown(by: Callable[..., list[str]], event: StoredEvent) -> list[str]:
    """The starts of three quarters of a year, but not the last day: engines see its midnight in different zones."""
    span = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
    return [start for start in by(event, span) if start < "20261201"]


def _instances(event: StoredEvent) -> list[str]:
    """The first occurrences, as addresses name them."""
    return [instance_of(event.series.identity_of(key)) for key in islice(event.series.keys(Budget()), 60)]


def _renamed(event: StoredEvent, instance: str) -> AppointmentFields:
    return replace(fields(event, instance), title="B")
