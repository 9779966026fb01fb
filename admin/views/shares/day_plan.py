"""What takes place day by day: the words that lists of appointments have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

from feedserver.languages.language import Language


class Timed(Protocol):
    """An occurrence of whichever kind."""

    @property
    def start(self) -> date | datetime:
        """Aware, in the zone of the list; a date for all-day."""

    @property
    def end(self) -> date | datetime:
        """Exclusive."""


_Timed = TypeVar("_Timed", bound=Timed)


def by_day(occurrences: Iterable[_Timed]) -> list[tuple[date, list[_Timed]]]:
    """The occurrences, in their order, under the day on which each begins."""
    return [(day, list(some)) for day, some in groupby(occurrences, key=first_day)]


def first_day(one: Timed) -> date:
    """In the zone of the list."""
    return one.start.date() if isinstance(one.start, datetime) else one.start


def times(one: Timed, language: Language) -> str:
    """When on its first day, and until when where it lasts longer."""
    if not isinstance(one.start, datetime) or not isinstance(one.end, datetime):
        last = one.end - timedelta(days=1)
        return (
            language.gettext("until {day}", day=language.date(last))
            if last > one.start
            else language.gettext("All day")
        )
    if one.start == one.end:
        return language.time(one.start)
    end = language.time(one.end)
    if one.end.date() != one.start.date() and one.end - one.start >= timedelta(days=1):
        end = f"{language.date(one.end.date())}, {end}"
    return language.gettext("{start} to {end}", start=language.time(one.start), end=end)
