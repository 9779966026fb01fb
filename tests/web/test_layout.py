"""Month grids, day columns and agendas: nothing is lost, nothing lies over something else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from feedserver.model.agenda import ShownOccurrence, Source
from feedserver.model.share import DetailLevel
from feedserver.web.layout.columns import MAX_BESIDE, STEPS, DayColumn, column_of
from feedserver.web.layout.days import agenda_of, days_of
from feedserver.web.layout.month import MAX_LANES, MonthWeek, grid_of, weeks_of

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 23)


def shown(start: date | datetime, end: date | datetime, title: str = "x") -> ShownOccurrence:
    return ShownOccurrence(
        uid="u",
        start=start,
        end=end,
        title=title,
        place="",
        description="",
        link="",
        categories=(),
        level=DetailLevel.DETAILS,
        is_tentative=False,
        is_cancelled=False,
        is_free=False,
        source=Source(collection_id="c", name="n", instance=None),
    )


def column(*found: ShownOccurrence, on: date = TODAY, zone: tzinfo = BERLIN) -> DayColumn:
    return column_of(found, on, zone=zone, today=TODAY)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def weeks(*found: ShownOccurrence) -> tuple[MonthWeek, ...]:
    return weeks_of(found, TODAY, first_weekday=0, zone=BERLIN, today=TODAY)


def test_grid_begins_on_the_first_weekday_and_holds_the_month() -> None:
    assert grid_of(TODAY, 0) == (date(2026, 10, 26), date(2026, 12, 7))
    assert grid_of(TODAY, 6) == (date(2026, 11, 1), date(2026, 12, 6))


def test_event_that_ends_at_midnight_is_not_on_the_next_day() -> None:
    assert days_of(shown(at(23, 20), at(24)), BERLIN) == (date(2026, 11, 23), date(2026, 11, 23))


def test_event_of_a_month_is_a_bar_in_each_week() -> None:
    found = [bar for week in weeks(shown(date(2026, 11, 1), date(2026, 12, 1))) for bar in week.bars]
    assert [(bar.column, bar.span) for bar in found] == [(6, 1), (0, 7), (0, 7), (0, 7), (0, 7), (0, 1)]
    assert [(bar.has_before, bar.has_after) for bar in found] == [(False, True), *[(True, True)] * 4, (True, False)]


def test_crowded_day_says_how_many_are_hidden() -> None:
    week = weeks(*(shown(at(23, 10), at(23, 11), str(n)) for n in range(7)))[4]
    assert len(week.bars) == MAX_LANES - 1
    assert week.days[0].hidden == 7 - len(week.bars)
    assert week.days[1].hidden == 0
    four = weeks(*(shown(at(23, 10), at(23, 11), str(n)) for n in range(4)))[4]
    assert (len(four.bars), four.days[0].hidden) == (4, 0)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 20)), max_size=60))
def test_nothing_is_lost_and_nothing_overlaps(spans: list[tuple[int, int]]) -> None:
    found = [shown(date(2026, 11, d), date(2026, 11, d) + timedelta(days=n + 1)) for d, n in spans]
    for week in weeks(*found):
        taken: set[tuple[int, int]] = set()
        for bar in week.bars:
            cells = {(bar.lane, bar.column + n) for n in range(bar.span)}
            assert not cells & taken
            taken |= cells
        for number, day in enumerate(week.days):
            on = sum(one.start <= day.on < one.end for one in found)
            assert on == day.hidden + sum(b.column <= number < b.column + b.span for b in week.bars)
            if day.hidden:
                assert (MAX_LANES - 1, number) not in taken


def test_overlapping_events_stand_side_by_side() -> None:
    column = column_of(
        [shown(at(23, 9), at(23, 11)), shown(at(23, 10), at(23, 12)), shown(at(23, 12), at(23, 13))],
        TODAY,
        zone=BERLIN,
        today=TODAY,
    )
    assert [(b.first, b.last, b.place, b.of) for b in column.blocks] == [(36, 44, 0, 2), (40, 48, 1, 2), (48, 52, 0, 1)]


def test_500_at_once_leave_some_by_name() -> None:
    found = column(*[shown(at(23, 9), at(23, 10))] * 500)
    assert (len(found.blocks), len(found.more)) == (MAX_BESIDE, 500 - MAX_BESIDE)


def test_event_across_midnight_is_on_both_days() -> None:
    one = shown(at(23, 22), at(24, 2))
    evening, morning = column(one), column(one, on=date(2026, 11, 24))
    assert [(b.first, b.last) for b in evening.blocks] == [(88, STEPS)]
    assert [(b.first, b.last) for b in morning.blocks] == [(0, 8)]
    assert column(one, on=date(2026, 11, 25)).blocks == ()


@given(st.lists(st.tuples(st.integers(0, 95), st.integers(0, 40)), max_size=40))
def test_blocks_beside_each_other_never_overlap(spans: list[tuple[int, int]]) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    found = [shown(day + timedelta(minutes=15 * a), day + timedelta(minutes=15 * (a + n))) for a, n in spans]
    laid = column(*found, zone=UTC)
    taken: set[tuple[int, int]] = set()
    for b in laid.blocks:
        assert 0 <= b.place < b.of <= MAX_BESIDE
        assert 0 <= b.first < b.last <= STEPS
        cells = {(b.place, step) for step in range(b.first, b.last)}
        assert not cells & taken
        taken |= cells
    assert len(laid.blocks) + len(laid.more) == len(found)


def test_agenda_names_what_lasts_on_its_first_day_and_leaves_empty_days_out() -> None:
    fair, talk = shown(date(2026, 11, 20), date(2026, 11, 25), "fair"), shown(at(24, 10), at(24, 11), "talk")
    days = agenda_of([fair, talk], TODAY, date(2026, 12, 1), zone=BERLIN, today=TODAY)
    assert [(day.on.day, [one.title for one in day.occurrences]) for day in days] == [(23, ["fair"]), (24, ["talk"])]
