"""The index row says what can be asked of an object without parsing it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedserver.ics.reading.ingest import parse_object
from feedserver.ics.showing.index import index_of
from feedserver.model.calendar_object import ObjectIndex
from feedserver.model.errors import RecurrenceTooCostly
from tests.builders import an_event, an_ics


def indexed(*components: str, timezone: str = "UTC") -> ObjectIndex:
    return index_of(parse_object(an_ics(*components).encode(), timezone=timezone))


def at(day: int, hour: int, *, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


NINE = "20260105T090000Z"


def test_a_single_event_spans_its_time() -> None:
    index = indexed(an_event(start=NINE))
    assert (index.first_at, index.last_at, index.is_recurring) == (at(5, 9), at(5, 10), False)


@pytest.mark.parametrize(
    ("rule", "last_at"),
    [
        ("FREQ=DAILY", None),
        ("FREQ=DAILY;COUNT=3", at(7, 10)),
        ("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3", at(12, 10)),
        ("FREQ=DAILY;UNTIL=20260120T120000Z", at(20, 10)),
        ("FREQ=MONTHLY;UNTIL=20260601T000000Z", at(5, 10, month=5)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20500101T000000Z", at(5, 10)),
    ],
)
def test_the_last_moment_of_a_rule_is_known_where_it_has_one(rule: str, last_at: datetime | None) -> None:
    assert indexed(an_event("one", "M", f"RRULE:{rule}", start=NINE)).last_at == last_at


def test_overrides_and_rdates_widen_the_span() -> None:
    master = an_event("one", "M", "RRULE:FREQ=DAILY;COUNT=3", "RDATE:20260301T090000Z", start=NINE)
    early = an_event("one", "M", "RECURRENCE-ID:20260106T090000Z", start="20260102T090000Z")
    index = indexed(master, early)
    assert (index.first_at, index.last_at) == (at(2, 9), at(1, 10, month=3))


def test_i07_an_evenly_stepping_rule_of_a_billion_instances_is_indexed_by_arithmetic() -> None:
    """I07."""
    index = indexed(an_event("one", "M", "RRULE:FREQ=SECONDLY;COUNT=999999999", start=NINE))
    assert index.last_at is not None
    assert index.last_at.year == 2057


def test_i07_a_rule_that_has_to_be_counted_too_far_is_refused() -> None:
    """I07."""
    with pytest.raises(RecurrenceTooCostly):
        indexed(an_event("one", "M", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=999999999", start=NINE))


def test_a_task_without_dates_has_no_span() -> None:
    index = indexed("BEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Buy\r\nEND:VTODO\r\n")
    assert (index.first_at, index.last_at) == (None, None)


def test_categories_hold_for_all_only_where_each_component_has_them() -> None:
    """An override that names none has its master's."""
    master = an_event("one", "M", "RRULE:FREQ=DAILY;COUNT=3", "CATEGORIES:Work,Ünlü", "CATEGORIES:Team", start=NINE)
    plain = an_event("one", "M", "RECURRENCE-ID:20260106T090000Z", start="20260106T090000Z")
    other = an_event(
        "one", "M", "RECURRENCE-ID:20260107T090000Z", "CATEGORIES:WORK,Private\\, not", start="20260107T090000Z"
    )
    index = indexed(master, plain, other)
    assert index.categories_any == {"work", "ünlü", "team", "private, not"}
    assert index.categories_all == {"work"}


def test_search_text_is_case_folded_per_component() -> None:
    event = an_event("one", "Straße\\, Plan", "LOCATION:Room", "DESCRIPTION:Über", start=NINE)
    assert indexed(event).search_text == ("strasse, plan\nroom\nüber",)


@pytest.mark.parametrize("private", ["PRIVATE", "CONFIDENTIAL", "X-SECRET"])
def test_private_objects_match_no_filter_that_would_show_them(private: str) -> None:
    """Z15: no filter tells anything about a private event, also not about a public override of it."""
    master = an_event("one", "Secret", "RRULE:FREQ=DAILY;COUNT=3", f"CLASS:{private}", "CATEGORIES:Work", start=NINE)
    override = an_event("one", "M", "RECURRENCE-ID:20260106T090000Z", "CLASS:PUBLIC", start="20260106T090000Z")
    index = indexed(master, override)
    assert (index.categories_all, index.search_text) == (frozenset(), ())
    assert index.categories_any == {"work"}
