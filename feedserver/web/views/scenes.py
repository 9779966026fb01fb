"""The four views and what a search finds: which days they show, and how the events stand on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo

from feedserver.languages.language import Language
from feedserver.model.agenda import ShownOccurrence
from feedserver.web.layout.columns import MAX_BESIDE, DayColumn, column_of, is_long
from feedserver.web.layout.days import AgendaDay, agenda_of, days_of
from feedserver.web.layout.month import Bar, MonthDay, MonthWeek, grid_of, week_of, weeks_of
from feedserver.web.views.asking import FIRST_DAY, LAST_DAY, Asked, View

STRETCHES = (timedelta(days=31), timedelta(days=123), timedelta(days=732))
"""How far the agenda looks ahead, until there is enough to show."""
SEARCHED = timedelta(days=366)
"""How far a search looks ahead."""
ENOUGH = 40
"""Occurrences of an agenda; the day on which there are as many is shown in whole."""
_WEEK = timedelta(days=7)
_BESIDE_IN_WEEK = 3
"""Events side by side in a day's column of the week; narrower ones could not be read."""
_EARLIEST, _LATEST = 8, 18
"""Hours that week and day always show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A link to another time."""

    on: date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of the day that are drawn, `[first, last)`."""

    first: int
    last: int

    def marks(self) -> list[tuple[int, time]]:
        """Each of them with its time of day."""
        return [(hour, time(hour)) for hour in range(self.first, self.last)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCell:
    """One day of the month with what begins on it, or goes on from the week before."""

    day: MonthDay
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """One day of a week."""

    column: DayColumn
    long: tuple[ShownOccurrence, ...]
    """What stands above the hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a template draws. `cells` are as its part needs them."""

    part: str
    """The template that draws them."""
    heading: str
    before: Step | None
    after: Step | None
    is_empty: bool
    weeks: tuple[tuple[MonthCell, ...], ...] = ()
    days: tuple[DayCell, ...] = ()
    above: tuple[MonthCell, ...] = ()
    """The week's long events, as bars across its days."""
    hours: Hours = Hours(first=_EARLIEST, last=_LATEST)
    agenda: tuple[AgendaDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where and for whom a scene is set."""

    asked: Asked
    language: Language
    zone: tzinfo

    def stretches(self) -> Iterable[tuple[date, date]]:
        """The days `[start, end)` that are needed; where there are several, until `is_enough`."""
        asked = self.asked
        if asked.words:
            yield asked.on, asked.on + SEARCHED
        elif asked.view is View.MONTH:
            yield grid_of(asked.on, self.language.first_weekday)
        elif asked.view is View.WEEK:
            yield self._monday(), self._monday() + _WEEK
        elif asked.view is View.DAY:
            yield asked.on, asked.on + timedelta(days=1)
        else:
            yield from ((asked.on, asked.on + stretch) for stretch in STRETCHES)

    def is_enough(self, found: Sequence[ShownOccurrence]) -> bool:
        """True when no longer stretch has to be looked at."""
        return len(found) >= ENOUGH

    def scene(self, occurrences: Sequence[ShownOccurrence], end_on: date) -> Scene:
        """`occurrences` of the stretch that ends before `end_on`; some outside it do no harm."""
        asked = self.asked
        if asked.words:
            return self._found(occurrences, end_on)
        match asked.view:
            case View.MONTH:
                return self._month(occurrences)
            case View.WEEK:
                return self._week(occurrences)
            case View.DAY:
                return self._day(occurrences)
            case View.AGENDA:
                return self._agenda(occurrences, end_on)

    def _month(self, occurrences: Sequence[ShownOccurrence]) -> Scene:
        say, first = self.language.gettext, self.asked.on.replace(day=1)
        weeks = weeks_of(
            occurrences,
            first,
            first_weekday=self.language.first_weekday,
            zone=self.zone,
            today=self.asked.usual.today,
        )
        return Scene(
            part="calendar/month.html",
            heading=self.language.month_of_year(first),
            before=self._step((first - timedelta(days=1)).replace(day=1), say("Previous month")),
            after=self._step((first + timedelta(days=31)).replace(day=1), say("Next month")),
            is_empty=not any(week.bars for week in weeks),
            weeks=tuple(_cells(week) for week in weeks),
        )

    def _week(self, occurrences: Sequence[ShownOccurrence]) -> Scene:
        say, monday = self.language.gettext, self._monday()
        days = self._days(occurrences, monday, 7, _BESIDE_IN_WEEK)
        long = week_of(filter(is_long, occurrences), monday, zone=self.zone, today=self.asked.usual.today)
        return Scene(
            part="calendar/week.html",
            heading=self.language.days(monday, monday + timedelta(days=6)),
            before=self._step(self.asked.on - _WEEK, say("Previous week")),
            after=self._step(self.asked.on + _WEEK, say("Next week")),
            is_empty=not any(day.long or day.column.blocks for day in days),
            days=days,
            above=_cells(long),
            hours=_hours(days),
        )

    def _day(self, occurrences: Sequence[ShownOccurrence]) -> Scene:
        say, on = self.language.gettext, self.asked.on
        days = self._days(occurrences, on, 1)
        return Scene(
            part="calendar/day.html",
            heading=self.language.date(on, "full"),
            before=self._step(on - timedelta(days=1), say("Previous day")),
            after=self._step(on + timedelta(days=1), say("Next day")),
            is_empty=not any(day.long or day.column.blocks for day in days),
            days=days,
            hours=_hours(days),
        )

    def _agenda(self, occurrences: Sequence[ShownOccurrence], end_on: date) -> Scene:
        say, on = self.language.gettext, self.asked.on
        days, rest = self._listed(occurrences, end_on)
        return Scene(
            part="calendar/agenda.html",
            heading=say("From {day}", day=self.language.date(on, "long")),
            before=self._step(on - STRETCHES[0], say("Earlier")),
            after=self._step(rest, say("Later")) if rest else None,
            is_empty=not days,
            agenda=days,
        )

    def _found(self, occurrences: Sequence[ShownOccurrence], end_on: date) -> Scene:
        say, on = self.language.gettext, self.asked.on
        days, rest = self._listed(occurrences, end_on)
        return Scene(
            part="calendar/agenda.html",
            heading=say("Found from {day} on", day=self.language.date(on, "long")),
            before=self._step(on - SEARCHED, say("Earlier")),
            after=self._step(rest or end_on, say("Later")),
            is_empty=not days,
            agenda=days,
        )

    def _listed(
        self, occurrences: Sequence[ShownOccurrence], end_on: date
    ) -> tuple[tuple[AgendaDay, ...], date | None]:
        """Whole days with enough in them, and the day after them when there is more."""
        every = agenda_of(occurrences, self.asked.on, end_on, zone=self.zone, today=self.asked.usual.today)
        number = 0
        for place, day in enumerate(every):
            number += len(day.occurrences)
            if number >= ENOUGH and place + 1 < len(every):
                return every[: place + 1], day.on + timedelta(days=1)
        return every, None

    def _days(
        self, occurrences: Sequence[ShownOccurrence], first: date, number: int, most: int = MAX_BESIDE
    ) -> tuple[DayCell, ...]:
        long = [(one, *days_of(one, self.zone)) for one in occurrences if is_long(one)]
        timed = [one for one in occurrences if not is_long(one)]
        return tuple(
            DayCell(
                column=column_of(timed, on, zone=self.zone, today=self.asked.usual.today, most=most),
                long=tuple(one for one, begins, ends in long if begins <= on <= ends),
            )
            for on in (first + timedelta(days=place) for place in range(number))
        )

    def _monday(self) -> date:
        """The first day of the week, whichever that is."""
        on = self.asked.on
        return on - timedelta(days=(on.weekday() - self.language.first_weekday) % 7)

    def _step(self, on: date, label: str) -> Step | None:
        return Step(on=on, label=label) if FIRST_DAY <= on <= LAST_DAY else None


def _cells(week: MonthWeek) -> tuple[MonthCell, ...]:
    """The week's bars under the days on which they stand first, as they are read out."""
    return tuple(
        MonthCell(day=day, bars=tuple(bar for bar in week.bars if bar.column == number))
        for number, day in enumerate(week.days)
    )


def _hours(days: Iterable[DayCell]) -> Hours:
    """Those of the working day, and as many more as are needed."""
    blocks = [block for day in days for block in day.column.blocks]
    return Hours(
        first=min([_EARLIEST, *(block.first // 4 for block in blocks)]),
        last=max([_LATEST, *(-(-block.last // 4) for block in blocks)]),
    )
