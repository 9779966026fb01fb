"""Occurrences taken out of a series."""

from __future__ import annotations

import pytest

from feedserver.model.appointment import Scope
from feedserver.model.errors import InvalidInput
from tests.ics.editing.opened import deleted, fields, lines, opened, oracle_starts, override, starts, vevent, weekly

SECOND = "20261201T100000"
THREE = "FREQ=WEEKLY;COUNT=3"


def test_deleted_occurrence_is_excluded_and_nothing_else_changes() -> None:
    event = weekly(rule=THREE)
    after = deleted(event, SECOND, Scope.THIS)
    assert after is not None
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261208T0900"]
    assert [line for line in lines(after) if line not in lines(event)] == [f"EXDATE;TZID=Europe/Berlin:{SECOND}"]


def test_first_occurrence_can_be_deleted() -> None:
    after = deleted(weekly(rule=THREE), "20261124T100000", Scope.THIS)
    assert after is not None
    assert starts(after) == oracle_starts(after) == ["20261201T0900", "20261208T0900"]
    assert after.first_instance == SECOND


def test_deleted_occurrence_takes_its_override_along() -> None:
    event = opened(vevent(*MEETING), override(SECOND, start="20261202T120000"))
    after = deleted(event, SECOND, Scope.THIS)
    assert after is not None
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261208T0900"]
    assert len(after.parsed.components) == 1


MEETING = (
    "DTSTART;TZID=Europe/Berlin:20261124T100000",
    "DTEND;TZID=Europe/Berlin:20261124T110000",
    "SUMMARY:Meeting",
    f"RRULE:{THREE}",
)


def test_last_remaining_occurrence_takes_the_appointment_along() -> None:
    event = weekly("EXDATE;TZID=Europe/Berlin:20261124T100000,20261201T100000", rule=THREE)
    assert deleted(event, "20261208T100000", Scope.THIS) is None


@pytest.mark.parametrize(
    ("start", "key", "line"),
    [
        ("DTSTART;VALUE=DATE:20261124", "20261125", "EXDATE;VALUE=DATE:20261125"),
        ("DTSTART:20261124T100000", "20261125T100000", "EXDATE:20261125T100000"),
        ("DTSTART:20261124T100000Z", "20261125T100000Z", "EXDATE:20261125T100000Z"),
    ],
    ids=["all-day", "floating", "utc"],
)
def test_exclusion_is_of_the_type_of_the_series(start: str, key: str, line: str) -> None:
    after = deleted(opened(vevent(start, "SUMMARY:A", "RRULE:FREQ=DAILY;COUNT=3")), key, Scope.THIS)
    assert after is not None
    assert line in lines(after)
    assert len(starts(after)) == 2


def test_following_ones_are_deleted_by_ending_the_rule() -> None:
    event = opened(
        vevent(*TUESDAYS, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20261201T100000,20261222T100000"),
        override("20261229T100000", start="20261230T100000"),
    )
    after = deleted(event, "20261215T100000", Scope.FOLLOWING)
    assert after is not None
    assert starts(after) == oracle_starts(after) == ["20261124T0900", "20261208T0900"]
    assert "EXDATE;TZID=Europe/Berlin:20261201T100000" in lines(after)
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261215T085959Z" in lines(after)


TUESDAYS = MEETING[:3]


def test_all_from_the_first_on_is_everything() -> None:
    assert deleted(weekly(), "20261124T100000", Scope.FOLLOWING) is None
    assert deleted(weekly(), SECOND, Scope.ALL) is None
    assert deleted(weekly(), None, Scope.ALL) is None


def test_first_that_is_left_counts_as_the_first() -> None:
    event = weekly("EXDATE;TZID=Europe/Berlin:20261124T100000")
    assert deleted(event, SECOND, Scope.FOLLOWING) is None


def test_what_happens_once_is_deleted_whatever_the_scope() -> None:
    event = opened(vevent("DTSTART:20261124T100000Z", "SUMMARY:A"))
    for scope in Scope:
        assert deleted(event, None, scope) is None


def test_scope_needs_an_occurrence() -> None:
    with pytest.raises(InvalidInput) as fault:
        deleted(weekly(), None, Scope.THIS)
    assert fault.value.field == "scope"


def test_one_of_overrides_that_stand_alone_is_deleted_and_the_last_takes_all() -> None:
    event = opened(override("20261124T100000"), override("20261201T100000"))
    after = deleted(event, SECOND, Scope.THIS)
    assert after is not None
    assert starts(after) == ["20261124T0900"]
    assert deleted(after, "20261124T100000", Scope.THIS) is None


def test_deleting_the_one_that_changes_all_later_ones_leaves_those_changed() -> None:
    ranged = override(SECOND, start="20261201T130000", summary="Later").replace(
        "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"
    )
    after = deleted(opened(vevent(*MEETING), ranged), SECOND, Scope.THIS)
    assert after is not None
    assert starts(after) == ["20261124T0900", "20261208T1200"]
    assert fields(after, "20261208T100000").title == "Later"
